//! Files that ask a service to keep dependencies new: Dependabot's and Renovate's. Whether the service runs is not in them.

use super::json;
use crate::repo::place::name;
use crate::repo::yaml;

/// One such file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Updates {
    pub path: String,
    /// `Dependabot` or `Renovate`.
    pub service: &'static str,
    /// The package ecosystems that it names; for Renovate `npm` stands for all that it finds.
    pub ecosystems: Vec<String>,
    /// Why it does nothing for packages of JavaScript, if so.
    pub idle: Option<&'static str>,
}

const DEPENDABOT: [&str; 2] = [".github/dependabot.yml", ".github/dependabot.yaml"];
const RENOVATE: [&str; 7] = [
    "renovate.json",
    "renovate.json5",
    ".github/renovate.json",
    ".github/renovate.json5",
    ".renovaterc",
    ".renovaterc.json",
    ".gitlab/renovate.json",
];

/// Whether a path is such a file.
#[must_use]
pub fn wants(path: &str) -> bool {
    DEPENDABOT.contains(&path) || RENOVATE.contains(&path)
}

/// Reads one; none of any other file. An error when it is no YAML that can be read, so that what it asks for is not known.
pub(super) fn of_file(path: &str, text: &str) -> Option<Result<Updates, ()>> {
    if DEPENDABOT.contains(&path) {
        let Some(whole) = yaml::read(text) else { return Some(Err(())) };
        let entries = whole.get("updates").map(yaml::Node::elements).unwrap_or_default();
        let ecosystems: Vec<String> =
            entries.iter().filter_map(|it| it.text_of("package-ecosystem")).map(str::to_owned).collect();
        let known = ["npm", "pnpm", "yarn", "bun", "deno"];
        let idle = (!ecosystems.iter().any(|it| known.contains(&it.as_str()))).then_some("no entry of it is for npm or bun");
        return Some(Ok(Updates { path: path.to_owned(), service: "Dependabot", ecosystems, idle }));
    }
    if !RENOVATE.contains(&path) {
        return None;
    }
    let read = json::read(text);
    let off = read.as_ref().is_some_and(|it| it.get("enabled").and_then(serde_json::Value::as_bool) == Some(false));
    let broken = read.is_none() && !name(path).ends_with('5');
    let idle = if off {
        Some("it is switched off")
    } else if broken {
        Some("it is no JSON")
    } else {
        None
    };
    Some(Ok(Updates { path: path.to_owned(), service: "Renovate", ecosystems: vec!["npm".to_owned()], idle }))
}
