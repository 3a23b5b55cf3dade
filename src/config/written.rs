//! What `config.toml` says, word for word. What it means is in `settled`; nothing here runs or resolves anything.

use super::tell::{WrittenTell, refused};
use crate::domain::{AppName, Foreign, Keep, Limit, System};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// The file as written; every part may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// The name under which facts are recorded.
    pub me: Option<Foreign>,
    /// Commands that print a credential, by system.
    #[serde(default)]
    pub token_command: BTreeMap<System, String>,
    /// What differs for one app.
    #[serde(default)]
    pub app: BTreeMap<AppName, WrittenApp>,
    /// Keys of the console, by the action's name.
    #[serde(default)]
    pub keys: BTreeMap<String, Strokes>,
    #[serde(default)]
    pub ui: WrittenUi,
    #[serde(default)]
    pub snapshot: WrittenSnapshot,
    #[serde(default)]
    pub tell: WrittenTell,
    #[serde(default)]
    pub retention: WrittenRetention,
}

/// `[app.NAME]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenApp {
    #[serde(default)]
    pub token_command: BTreeMap<System, String>,
    pub tell: Option<WrittenTell>,
}

/// `[snapshot]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenSnapshot {
    /// A file of public keys, or of allowed signers, whose signatures `rescue verify` trusts.
    pub signers: Option<PathBuf>,
}

/// `[retention]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenRetention {
    /// From which age observations may be thinned, such as `90d`.
    #[serde(default, deserialize_with = "age")]
    pub older_than: Option<Limit>,
    /// Which of them stay all the same.
    #[serde(default, deserialize_with = "samples")]
    pub keep: Option<Keep>,
}

fn samples<'de, D: serde::Deserializer<'de>>(given: D) -> Result<Option<Keep>, D::Error> {
    let wanted = "expected \"weekly\", \"monthly\" or \"none\"";
    String::deserialize(given)?.parse().map(Some).map_err(|_| serde::de::Error::custom(wanted))
}

fn age<'de, D: serde::Deserializer<'de>>(given: D) -> Result<Option<Limit>, D::Error> {
    let wanted = "expected an age: a whole number and m, h or d, such as \"90d\"";
    String::deserialize(given)?.parse().map(Some).map_err(|_| serde::de::Error::custom(wanted))
}

/// `[ui]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenUi {
    pub theme: Option<Theme>,
    pub mouse: Option<bool>,
    pub ascii: Option<bool>,
}

/// In which colours the console is drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Theme {
    /// The terminal's own sixteen.
    #[default]
    Terminal,
    /// None; as with `NO_COLOR`.
    Mono,
}

/// One key or several: `"u"` or `["u", "ctrl-z"]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "a key such as \"u\", or a list of keys")]
pub enum Strokes {
    One(String),
    Several(Vec<String>),
}

/// Why the configuration cannot be used. Quotes keys, never values: one may be a credential in the wrong place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("the configuration cannot be read\nWhere: {}\nWhy: {why}\nNext: make it readable, or move it away", shown(path))]
    Unreadable { path: PathBuf, why: Foreign },
    #[error("the configuration says something that is not known\nWhere: {}, line {line}{}\nWhy: {why}\nNext: correct that line", shown(path), at_key(key.as_ref()))]
    Wrong { path: PathBuf, line: usize, key: Option<Foreign>, why: Foreign },
}

fn shown(path: &Path) -> Foreign {
    Foreign::new(path.display().to_string())
}

fn at_key(key: Option<&Foreign>) -> String {
    key.map(|key| format!(", at `{key}`")).unwrap_or_default()
}

impl Written {
    /// Reads the file; none at all is an empty one.
    ///
    /// # Errors
    /// It cannot be read, or holds something that is not known.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text, path),
            // A file where the home belongs is the store's to tell: it knows the next step.
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(Self::default()),
            Err(error) => Err(ConfigError::Unreadable { path: path.to_owned(), why: Foreign::new(error.to_string()) }),
        }
    }

    /// Reads a text; `path` is only for the error.
    ///
    /// # Errors
    /// It holds something that is not known.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let wrong = |start: usize, why: &str| {
            let before = text.get(..start).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            let key = text.lines().nth(line - 1).and_then(key_of);
            let why = without_value(why, key.as_ref());
            ConfigError::Wrong { path: path.to_owned(), line, key, why }
        };
        let written: Self =
            toml::from_str(text).map_err(|error| wrong(error.span().map_or(0, |span| span.start), error.message()))?;
        match written.cannot_be_meant() {
            Some((place, why)) => Err(wrong(start_of(text, &place), &why)),
            None => Ok(written),
        }
    }

    /// The first thing that can be read and cannot be meant: the keys that lead to it, and why.
    fn cannot_be_meant(&self) -> Option<(Vec<String>, String)> {
        let own = self.app.iter().filter_map(|(app, it)| Some((Some(app), it.tell.as_ref()?)));
        let (app, found) = [(None, &self.tell)].into_iter().chain(own).find_map(|(app, own)| {
            let shared = if app.is_some() { &self.tell } else { own };
            Some((app, refused(own, shared)?))
        })?;
        let mut place: Vec<String> = app.map(|app| vec!["app".to_owned(), app.to_string()]).unwrap_or_default();
        place.push("tell".to_owned());
        place.extend([found.table, found.key].into_iter().flatten().map(str::to_owned));
        Some((place, found.why))
    }
}

/// Where in the text the last of these keys stands that is there.
fn start_of(text: &str, place: &[String]) -> usize {
    let Ok(whole) = toml::de::DeTable::parse(text) else { return 0 };
    let (mut table, mut start) = (Some(whole.get_ref()), 0);
    for key in place {
        let Some((found, value)) = table.and_then(|it| it.iter().find(|(name, _)| name.get_ref() == key)) else { break };
        start = found.span().start;
        table = value.get_ref().as_table();
    }
    start
}

/// What stands before the `=` of a line, or the name of its table.
fn key_of(line: &str) -> Option<Foreign> {
    let line = line.trim();
    let key = match line.strip_prefix('[') {
        Some(table) => table.trim_matches(['[', ']']),
        None => line.split_once('=')?.0.trim(),
    };
    (!key.is_empty()).then(|| Foreign::from(Foreign::new(key).cut(60)))
}

/// serde's `invalid type: string "…", expected …` without what was found, unless that is the key itself.
fn without_value(message: &str, key: Option<&Foreign>) -> Foreign {
    let is_about_the_key = key.is_some_and(|key| message.starts_with(&format!("unknown variant `{key}`")));
    let about_values = ["invalid type", "invalid value", "unknown variant"];
    let is_about_a_value = !is_about_the_key && about_values.iter().any(|it| message.starts_with(it));
    let words = match message.split_once(", expected ") {
        Some((_, expected)) if is_about_a_value => format!("expected {expected}"),
        _ if is_about_a_value => "its value cannot be used".to_owned(),
        _ => message.to_owned(),
    };
    Foreign::from(Foreign::new(words.lines().next().unwrap_or_default()).cut(240))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn parse(text: &str) -> Result<Written, String> {
        Written::parse(text, Path::new("config.toml")).map_err(|error| error.to_string())
    }

    #[test]
    fn everything_that_can_be_said() {
        let written = parse(
            r#"
            me = "Ana"
            [token_command]
            github = "op read op://work/github/token"
            [app.acme.token_command]
            supabase = "pass show acme/supabase"
            [keys]
            undo = ["u", "ctrl-z"]
            probe-all = "R"
            [ui]
            theme = "mono"
            mouse = false
            ascii = true
            [snapshot]
            signers = "allowed_signers"
            [tell]
            desktop = true
            [retention]
            older_than = "180d"
            keep = "monthly"
            "#,
        )
        .unwrap();
        assert_eq!(written.me, Some(Foreign::new("Ana")));
        assert_eq!(written.token_command[&System::Github], "op read op://work/github/token");
        assert_eq!(written.app["acme"].token_command[&System::Supabase], "pass show acme/supabase");
        assert_eq!(written.keys["probe-all"], Strokes::One("R".to_owned()));
        assert_eq!(written.retention, WrittenRetention { older_than: "180d".parse().ok(), keep: Some(Keep::Monthly) });
        assert_eq!(written.snapshot.signers, Some(PathBuf::from("allowed_signers")));
        assert_eq!(written.ui, WrittenUi { theme: Some(Theme::Mono), mouse: Some(false), ascii: Some(true) });
    }

    #[rstest]
    #[case("me = \"Ana\"\nmee = 1\n", "line 2, at `mee`", "unknown field `mee`")]
    #[case("[token_command]\ngithb = \"x\"\n", "line 2, at `githb`", "unknown variant `githb`")]
    #[case("[app.Acme.token_command]\n", "line 1, at `app.Acme.token_command`", "is not an app name")]
    #[case("[ui]\nmouse = \"hush\"\n", "line 2, at `mouse`", "expected a boolean")]
    #[case("[keys]\nundo = 3\n", "line 2, at `undo`", "a key such as")]
    #[case("[retention]\nolder_than = \"hush\"\n", "line 2, at `older_than`", "expected an age")]
    #[case("[retention]\nkeep = \"hush\"\n", "line 2, at `keep`", "expected \"weekly\", \"monthly\" or \"none\"")]
    #[case("me = Ana\n", "line 1, at `me`", "")]
    #[case("[tell]\ndesktop = 3\n", "line 2, at `desktop`", "true, false, or a table")]
    #[case("[tell]\ndesktop = true\nwhen = []\n", "line 3, at `when`", "name drift, cannot-run or both")]
    #[case("[tell]\nwhen = [\"drfit\"]\n", "line 2, at `when`", "expected `drift` or `cannot-run`")]
    #[case("[tell.webhook]\naddress = \"https://hush.example\"\n", "line 2, at `address`", "unknown field `address`")]
    #[case("me = \"Ana\"\n[tell.mail]\nhost = \"m.example\"\n", "line 2, at `tell.mail`", "`from` is missing")]
    #[case("[tell.mail]\nhost = \"m.example\"\nfrom = \"a@b\"\nto = [\"hush\"]\n", "line 4, at `to`", "is no address")]
    #[case(
        "[tell.mail]\nhost = \"m.example\"\ntls = \"none\"\nfrom = \"a@b\"\nto = \"c@d\"\n",
        "line 3, at `tls`",
        "on this machine only"
    )]
    #[case(
        "[tell]\noff = true\n[app.acme.tell.mail]\nhost = \"m.example\"\nfrom = \"a@b\"\n",
        "line 3, at `app.acme.tell.mail`",
        "`to` is missing"
    )]
    #[case("[ui\n", "line 1", "")]
    fn a_mistake_is_told_with_file_line_and_key(#[case] text: &str, #[case] place: &str, #[case] why: &str) {
        let error = parse(text).unwrap_err();
        assert!(error.contains("config.toml") && error.contains(place) && error.contains(why), "{error}");
        assert!(error.lines().count() <= 4, "{error}");
        assert!(!error.contains("hush"), "{error}");
    }

    #[test]
    fn no_file_is_an_empty_one_and_a_directory_is_an_error() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(Written::read(&home.path().join("config.toml")).unwrap(), Written::default());
        assert!(matches!(Written::read(home.path()).unwrap_err(), ConfigError::Unreadable { .. }));
    }
}
