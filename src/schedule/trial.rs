//! Whether a timer's run would find each credential: this very program is started with the timer's environment and
//! nothing else, and says where each would come from. Only names of places travel, never a value.

pub mod telling;

pub use telling::Way;

use super::install::tool;
use crate::domain::{AppName, System};
use crate::trouble::Trouble;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// The hidden command that answers; after `schedule`.
pub const COMMAND: &str = "tried";
/// How long the trial may take: configured commands may be slow, and there may be hundreds of apps.
const LIMIT: Duration = Duration::from_mins(5);

/// A kind of place for a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    Variable,
    Keyring,
    TokenCommand,
    VendorCli,
    Given,
}

/// A credential that an app's probes need, and where it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Needed {
    pub app: AppName,
    pub system: System,
    /// The place in words, such as `GITHUB_TOKEN`; none has one that can be used.
    pub source: Option<String>,
    pub place: Option<Place>,
    /// The places that were looked in and what was there, when none was found.
    #[serde(default)]
    pub looked: Vec<String>,
}

/// What such a run sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The database that it would write into.
    pub database: PathBuf,
    pub needed: Vec<Needed>,
    /// The ways to tell somebody that need something to be found.
    #[serde(default)]
    pub ways: Vec<Way>,
}

/// Starts `program` with these variables and no other, in this directory, and hears what it sees.
///
/// # Errors
/// It cannot be started so, or does not answer: the timer's run could not either.
pub fn try_out(program: &str, environment: &BTreeMap<String, String>, directory: &Path) -> Result<Seen, Trouble> {
    let mut command = Command::new(program);
    command.args(["schedule", COMMAND]).env_clear().envs(environment).current_dir(directory);
    let failed = || Trouble::failed("a trial run with the timer's environment failed");
    let said = tool::run(command, &[], LIMIT).map_err(|trouble| failed().why(trouble.what))?;
    if !said.is_fine() {
        return Err(failed().why(said.complaint()).next("Nothing was installed; see what it needs with `rescue auth status`"));
    }
    serde_json::from_slice(&said.out).map_err(|error| failed().why(error))
}

/// How a credential stands that is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Found here, and not with the timer's environment.
    Missing,
    /// Found in another place there: another account may answer.
    Differs,
    /// Found neither here nor there.
    Nowhere,
    Found,
}

impl Verdict {
    /// By the place here and the place there.
    fn of(here: Option<&String>, there: Option<&String>) -> Self {
        match (here, there) {
            (Some(_), None) => Self::Missing,
            (Some(here), Some(there)) if here != there => Self::Differs,
            (None, None) => Self::Nowhere,
            (_, Some(_)) => Self::Found,
        }
    }
}

/// What is said of one system: of all apps for which it is the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    pub system: System,
    pub verdict: Verdict,
    pub apps: Vec<AppName>,
    /// Where it comes from here.
    pub here: Option<String>,
    /// Where it would come from there.
    pub there: Option<String>,
    /// The places that were looked in there.
    pub looked: Vec<String>,
    /// The next step, in the imperative.
    pub next: Option<String>,
    #[serde(skip)]
    place: Option<Place>,
}

/// Compares what is found here with what a timer's run would find; the worst first.
#[must_use]
pub fn compare(here: &[Needed], there: &[Needed]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for it in here {
        let other = there.iter().find(|other| other.app == it.app && other.system == it.system);
        let found = other.and_then(|other| other.source.clone());
        let verdict = Verdict::of(it.source.as_ref(), found.as_ref());
        let same =
            |row: &&mut Row| row.system == it.system && row.verdict == verdict && row.here == it.source && row.there == found;
        if let Some(row) = rows.iter_mut().find(same) {
            row.apps.push(it.app.clone());
            continue;
        }
        rows.push(Row {
            system: it.system,
            verdict,
            apps: vec![it.app.clone()],
            here: it.source.clone(),
            there: found,
            looked: other.filter(|_| verdict != Verdict::Found).map(|it| it.looked.clone()).unwrap_or_default(),
            next: None,
            place: it.place,
        });
    }
    for row in &mut rows {
        row.next = next(row);
    }
    rows.sort_by_key(|row| (row.verdict, row.system));
    rows
}

/// What to do about it.
fn next(row: &Row) -> Option<String> {
    // Only a keyring that answers there is of use there.
    let keyring = row.looked.iter().any(|it| it.starts_with("keyring") && it.ends_with("no entry"));
    let id = row.system.id();
    let command = format!("name a command that prints it: token_command.{id} in config.toml");
    let of_app = match (&row.here, row.apps.as_slice()) {
        // A variable of the app's own is no word for the others.
        (Some(here), [app]) if here.starts_with("RESCUE_") => format!(" --app {app}"),
        _ => String::new(),
    };
    let keep = if keyring { format!("put it into the keyring: rescue auth set {id}{of_app}; or {command}") } else { command };
    match (row.verdict, row.place) {
        (Verdict::Found, _) => None,
        (Verdict::Differs, _) => Some(format!("make sure that both are the same account, or {keep}")),
        (Verdict::Missing, Some(Place::TokenCommand)) => {
            Some("give whole paths in token_command, and what else it needs of the environment".to_owned())
        }
        (Verdict::Missing | Verdict::Nowhere, _) => Some(keep),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn needed(app: &str, source: Option<(&str, Place)>, keyring: &str) -> Needed {
        Needed {
            app: app.parse().unwrap(),
            system: System::Github,
            source: source.map(|it| it.0.to_owned()),
            place: source.map(|it| it.1),
            looked: vec!["GITHUB_TOKEN: not set".to_owned(), format!("keyring (for all apps): {keyring}")],
        }
    }

    const VARIABLE: Option<(&str, Place)> = Some(("GITHUB_TOKEN", Place::Variable));
    const OWN: Option<(&str, Place)> = Some(("RESCUE_ACME_GITHUB_TOKEN", Place::Variable));
    const COMMAND: Option<(&str, Place)> = Some(("token_command", Place::TokenCommand));
    const CLI: Option<(&str, Place)> = Some(("gh auth token", Place::VendorCli));

    #[rstest]
    #[case(CLI, CLI, true, Verdict::Found, &[])]
    #[case(None, CLI, true, Verdict::Found, &[])]
    #[case(VARIABLE, None, true, Verdict::Missing, &["rescue auth set github;", "token_command.github"])]
    #[case(VARIABLE, None, false, Verdict::Missing, &["token_command.github"])]
    #[case(OWN, None, true, Verdict::Missing, &["rescue auth set github --app acme"])]
    #[case(COMMAND, None, true, Verdict::Missing, &["whole paths in token_command"])]
    #[case(VARIABLE, CLI, false, Verdict::Differs, &["the same account"])]
    #[case(None, None, false, Verdict::Nowhere, &["token_command.github"])]
    fn verdicts(
        #[case] here: Option<(&str, Place)>,
        #[case] there: Option<(&str, Place)>,
        #[case] keyring: bool,
        #[case] wanted: Verdict,
        #[case] words: &[&str],
    ) {
        let said = if keyring { "no entry" } else { "no keyring on this machine" };
        let rows = compare(&[needed("acme", here, said)], &[needed("acme", there, said)]);
        assert_eq!((rows.len(), rows[0].verdict), (1, wanted));
        assert_eq!(rows[0].next.is_some(), wanted != Verdict::Found);
        let next = rows[0].next.clone().unwrap_or_default();
        assert!(words.iter().all(|word| next.contains(word)), "{next}");
        assert_eq!(next.contains("put it into the keyring"), words.iter().any(|it| it.contains("auth set")), "{next}");
    }

    #[test]
    fn what_is_the_same_for_many_apps_is_one_row_and_the_worst_is_first() {
        let needed = |app, source| needed(app, source, "no entry");
        let here = [needed("one", CLI), needed("two", CLI), needed("three", VARIABLE)];
        let there = [needed("one", CLI), needed("two", CLI), needed("three", None)];
        let rows = compare(&here, &there);
        let apps: Vec<Vec<&str>> = rows.iter().map(|row| row.apps.iter().map(AppName::as_str).collect()).collect();
        assert_eq!(apps, [vec!["three"], vec!["one", "two"]]);
    }

    #[test]
    fn an_app_that_the_trial_does_not_know_has_nothing_there() {
        let rows = compare(&[needed("one", CLI, "no entry")], &[]);
        assert_eq!(rows[0].verdict, Verdict::Missing);
    }
}
