//! What the configuration means, file and environment taken together. Made once at the start; it resolves no credential.

use super::environment::Environment;
use super::paths::Paths;
use super::program;
use super::tell::Tellings;
use super::written::{ConfigError, Strokes, Theme, Written};
use crate::domain::{AppName, Author, Foreign, Retention, System};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// The settled settings of this person on this machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Configuration {
    /// The name from the file, if there is one; [`Configuration::author`] looks further.
    pub me: Option<Foreign>,
    pub token_commands: TokenCommands,
    /// The user's keys over the console's own: an action's name and all its keys.
    pub keys: BTreeMap<String, Vec<String>>,
    pub ui: Ui,
    /// The file of those whose signatures of snapshots are trusted, as written: it may begin with `~/`, or be meant from
    /// beside the configuration.
    pub signers: Option<PathBuf>,
    /// Who is told what, and by which ways.
    pub tell: Tellings,
    /// Which observations of old runs may be thinned, unless the command says otherwise.
    pub retention: Retention,
}

/// Commands that print a credential.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenCommands {
    shared: BTreeMap<System, String>,
    of_app: BTreeMap<AppName, BTreeMap<System, String>>,
}

impl TokenCommands {
    /// The command for one system of one app: its own, else the shared one.
    #[must_use]
    pub fn find(&self, app: &AppName, system: System) -> Option<&str> {
        let own = self.of_app.get(app).and_then(|commands| commands.get(&system));
        own.or_else(|| self.shared.get(&system)).map(String::as_str)
    }
}

/// How the console may be drawn and used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ui {
    pub theme: Theme,
    pub mouse: bool,
    /// What the file says about it; none: the terminal decides.
    pub ascii: Option<bool>,
}

impl Default for Ui {
    fn default() -> Self {
        Self { theme: Theme::default(), mouse: true, ascii: None }
    }
}

/// How long git may take to tell a name.
const GIT_LIMIT: Duration = Duration::from_secs(2);

impl Configuration {
    /// Reads the file and settles it.
    ///
    /// # Errors
    /// The file cannot be read, or holds something that is not known.
    pub fn read(paths: &Paths) -> Result<Self, ConfigError> {
        Written::read(&paths.config_file()).map(Self::settle)
    }

    fn settle(written: Written) -> Self {
        let said = |command: &String| !command.trim().is_empty();
        let kept = |commands: BTreeMap<System, String>| commands.into_iter().filter(|(_, it)| said(it)).collect();
        let keys = written.keys.into_iter().map(|(action, strokes)| match strokes {
            Strokes::One(stroke) => (action, vec![stroke]),
            Strokes::Several(strokes) => (action, strokes),
        });
        let own = written.app.iter().filter_map(|(app, it)| Some((app.clone(), it.tell.clone()?))).collect();
        Self {
            tell: Tellings::settle(&written.tell, &own),
            me: written.me.filter(|name| !name.as_str().trim().is_empty()),
            token_commands: TokenCommands {
                shared: kept(written.token_command),
                of_app: written.app.into_iter().map(|(app, it)| (app, kept(it.token_command))).collect(),
            },
            keys: keys.collect(),
            ui: Ui {
                theme: written.ui.theme.unwrap_or_default(),
                mouse: written.ui.mouse.unwrap_or(true),
                ascii: written.ui.ascii,
            },
            signers: written.snapshot.signers.filter(|path| !path.as_os_str().is_empty()),
            retention: Retention::or_default(written.retention.older_than, written.retention.keep),
        }
    }

    /// Who records facts here: the configuration's name, else git's, else the login's. Asks git, which takes a moment.
    #[must_use]
    pub fn author(&self, environment: &Environment) -> Author {
        let git = || {
            let mut command = Command::new("git");
            command.args(["config", "--get", "user.name"]);
            program::answer(command, GIT_LIMIT).ok()
        };
        Author::Person(self.name(git, environment))
    }

    fn name(&self, git: impl FnOnce() -> Option<String>, environment: &Environment) -> Foreign {
        let named = |text: String| Some(text.trim().to_owned()).filter(|it| !it.is_empty()).map(Foreign::from);
        let login = || ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| environment.get(name)).map(str::to_owned);
        self.me
            .clone()
            .or_else(|| git().and_then(named))
            .or_else(|| login().and_then(named))
            .unwrap_or_else(|| Foreign::new("somebody"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use std::path::Path;

    fn settled(text: &str) -> Configuration {
        Configuration::settle(Written::parse(text, Path::new("config.toml")).unwrap())
    }

    #[rstest]
    #[case("me = \"Ana\"", Some("Git Name\n"), &[("USER", "login")], "Ana")]
    #[case("me = \"  \"", Some("Git Name\n"), &[("USER", "login")], "Git Name")]
    #[case("", Some("\n"), &[("USER", ""), ("LOGNAME", "login")], "login")]
    #[case("", None, &[], "somebody")]
    fn who_records_facts(
        #[case] text: &str,
        #[case] git: Option<&str>,
        #[case] variables: &[(&str, &str)],
        #[case] wanted: &str,
    ) {
        let environment = Environment::of(variables.iter().copied());
        assert_eq!(settled(text).name(|| git.map(str::to_owned), &environment), wanted);
    }

    #[test]
    fn an_app_has_its_own_command_before_the_shared_one() {
        let commands =
            settled("[token_command]\ngithub = \"shared\"\nvercel = \" \"\n[app.acme.token_command]\ngithub = \"own\"\n")
                .token_commands;
        let (acme, other) = ("acme".parse().unwrap(), "other".parse().unwrap());
        assert_eq!(commands.find(&acme, System::Github), Some("own"));
        assert_eq!(commands.find(&other, System::Github), Some("shared"));
        assert_eq!(commands.find(&other, System::Vercel), None, "an empty one is none");
    }

    #[test]
    fn an_empty_file_leaves_everything_as_it_is() {
        assert_eq!(settled(""), Configuration::default());
        assert!(Configuration::default().ui.mouse);
    }
}
