//! Files of environment variables: which names they hold, and how each is filled. A value is looked at and dropped here.

use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// How a variable is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filled {
    /// Nothing, or words that tell the reader to fill it in.
    Empty,
    /// A plain setting: a number, yes or no, a short word, an address without a password.
    Setting,
    /// Anything else.
    Value,
}

/// What the address of a PostgreSQL database leads to, by its host and port (`apis/postgres.md` §0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// The database itself.
    Direct,
    /// A pooler that gives each client a connection of its own.
    Session,
    /// A pooler that gives a connection for a transaction; prepared statements break there unless they are off.
    Transaction { prepares_off: bool },
}

/// One variable of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variable {
    pub name: String,
    pub line: u32,
    pub filled: Filled,
    /// If it is the address of a PostgreSQL database on another machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pooling: Option<Pooling>,
}

/// A file of variables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentFile {
    pub path: String,
    pub variables: Vec<Variable>,
}

/// Whether a file's name is that of a file of variables.
#[must_use]
pub fn is_environment(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    name.starts_with(".env.")
        || name.starts_with(".env-")
        || name.strip_suffix(".env").is_some()
        || name == ".dev.vars"
        || is_example(path)
}

/// Whether it is one that only shows which variables there are.
#[must_use]
pub fn is_example(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let words = ["example", "sample", "template", "dist"];
    name.contains("env")
        && name.split(['.', '-', '_']).any(|part| words.contains(&part))
        && !name.rsplit('.').next().is_some_and(|ending| matches!(ending, "ts" | "js"))
}

/// Words that stand where somebody has to write a value.
const TO_FILL_IN: [&str; 12] =
    ["your", "xxx", "changeme", "change-me", "change_me", "replace", "placeholder", "example", "todo", "...", "<", "${"];

impl EnvironmentFile {
    /// Reads `NAME=value` lines; `export` and comments may stand there. A commented name of an example counts: it shows
    /// what may be set.
    #[must_use]
    pub fn read(path: &str, text: &str) -> Self {
        let mut variables: Vec<Variable> = Vec::new();
        let mut known: HashSet<&str> = HashSet::new();
        for (line, text) in (1_u32..).zip(text.lines()) {
            let text = text.trim().trim_start_matches('\u{feff}');
            let text = if is_example(path) { text.trim_start_matches('#').trim_start() } else { text };
            let text = text.strip_prefix("export ").unwrap_or(text);
            let Some((name, value)) = text.split_once('=') else { continue };
            let name = name.trim();
            let is_name = !name.is_empty()
                && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_')
                && !name.starts_with(|it: char| it.is_ascii_digit());
            if is_name && known.insert(name) {
                variables.push(Variable { name: name.to_owned(), line, filled: filled(value), pooling: pooling(value) });
            }
        }
        Self { path: path.to_owned(), variables }
    }
}

fn pooling(value: &str) -> Option<Pooling> {
    let value = value.trim().trim_matches(['"', '\'']);
    let address = value.strip_prefix("postgresql://").or_else(|| value.strip_prefix("postgres://"))?;
    let (authority, rest) = address.split_once('/').unwrap_or((address, ""));
    let host = authority.rsplit('@').next().unwrap_or(authority).to_ascii_lowercase();
    let (host, port) = host.rsplit_once(':').unwrap_or((&host, "5432"));
    if ["localhost", "127.0.0.1", "db", "postgres", "host.docker.internal"].contains(&host) {
        return None;
    }
    let is_pooler = host.contains("pooler") || host.contains("pgbouncer");
    Some(match port {
        "6543" => Pooling::Transaction { prepares_off: rest.contains("pgbouncer=true") || rest.contains("prepare=false") },
        // Neon's pooler works by transaction on the usual port.
        _ if is_pooler && host.contains("neon.tech") => Pooling::Transaction { prepares_off: rest.contains("pgbouncer=true") },
        _ if is_pooler => Pooling::Session,
        _ => Pooling::Direct,
    })
}

fn filled(value: &str) -> Filled {
    let value = value.trim();
    let value = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => value.get(1..).unwrap_or_default().split(quote).next().unwrap_or_default(),
        _ => value.split(" #").next().unwrap_or_default().trim(),
    };
    let lower = value.to_ascii_lowercase();
    if value.is_empty() || TO_FILL_IN.iter().any(|it| lower.contains(it)) {
        return Filled::Empty;
    }
    let is_address = lower.contains("://") && !lower.contains('@') && !lower.contains("key=") && !lower.contains("token=");
    let is_word = value.len() <= 12 && value.bytes().all(|it| it.is_ascii_lowercase() || it == b'-');
    let is_number = value.bytes().all(|it| it.is_ascii_digit() || it == b'.');
    let is_mail = !lower.contains("://") && lower.contains('@') && lower.contains('.');
    if is_address || is_word || is_number || is_mail || matches!(lower.as_str(), "true" | "false" | "yes" | "no") {
        Filled::Setting
    } else {
        Filled::Value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("", Filled::Empty)]
    #[case("\"\"  # the key", Filled::Empty)]
    #[case("your-key-here", Filled::Empty)]
    #[case("<token>", Filled::Empty)]
    #[case("3000", Filled::Setting)]
    #[case("true", Filled::Setting)]
    #[case("production", Filled::Setting)]
    #[case("http://localhost:3000", Filled::Setting)]
    #[case("postgres://app:Wq8zLm@db.acme.test/app", Filled::Value)]
    #[case("Wq8zLm2Rt54W", Filled::Value)]
    #[case("'hunter2secret' # old", Filled::Value)]
    fn values(#[case] value: &str, #[case] wanted: Filled) {
        assert_eq!(filled(value), wanted);
    }

    #[rstest]
    #[case(".env", true, false)]
    #[case("apps/web/.env.local.backup", true, false)]
    #[case(".env.example", true, true)]
    #[case("env.example", true, true)]
    #[case("example.env", true, true)]
    #[case(".env.local.template", true, true)]
    #[case("src/env.ts", false, false)]
    #[case("environment.md", false, false)]
    #[case(".dev.vars", true, false)]
    fn files(#[case] path: &str, #[case] environment: bool, #[case] example: bool) {
        assert_eq!((is_environment(path), is_example(path)), (environment, example));
    }

    #[test]
    fn names_are_read_and_values_are_not_kept() {
        let text = "# A comment = x\nexport A=1\nB = \"x y\"\n# C=later\nnot a line\n1D=x\r\nA=2\n";
        let names =
            |path| EnvironmentFile::read(path, text).variables.into_iter().map(|it| (it.name, it.line)).collect::<Vec<_>>();
        assert_eq!(names(".env"), [("A".to_owned(), 2), ("B".to_owned(), 3)]);
        assert_eq!(names(".env.example").len(), 3, "what is commented out may be set");
    }
}
