//! `package.json`, Deno's import maps and the lists of packages of a workspace. A name stands for what is written; which
//! version is installed says the lockfile.

use super::json;
use crate::repo::place::{folder, name};
use crate::repo::yaml;
use serde_json::Value;
use std::collections::BTreeMap;

/// A `package.json`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Package {
    pub path: String,
    /// Empty for the root.
    pub folder: String,
    pub name: Option<String>,
    pub scripts: BTreeMap<String, Script>,
    /// What it depends on, for development too, by name.
    pub needs: BTreeMap<String, Need>,
    /// Globs of the packages below it.
    pub workspaces: Vec<String>,
    pub engines: BTreeMap<String, String>,
    /// `packageManager`, such as `pnpm@9.1.0`.
    pub manager: Option<String>,
    /// Whether it replaces ranges of its dependencies (`overrides`, `resolutions`).
    pub overrides: bool,
}

/// A script of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    pub text: String,
    pub line: u32,
}

/// Something that a package depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// As it is written, such as `^1.2.0`, `latest` or `workspace:*`.
    pub range: String,
    pub line: u32,
    pub group: Group,
}

/// What it is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    Running,
    Development,
    Peer,
    Optional,
}

const GROUPS: [(&str, Group); 4] = [
    ("peerDependencies", Group::Peer),
    ("devDependencies", Group::Development),
    ("optionalDependencies", Group::Optional),
    ("dependencies", Group::Running),
];

/// The imports of a `deno.json`, or of a map of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportMap {
    pub path: String,
    pub folder: String,
    pub imports: BTreeMap<String, String>,
}

pub(super) fn is_manifest(path: &str) -> bool {
    name(path) == "package.json"
}

pub(super) fn is_import_map(path: &str) -> bool {
    matches!(name(path), "deno.json" | "deno.jsonc" | "import_map.json")
}

pub(super) fn wants(path: &str) -> bool {
    is_manifest(path) || is_import_map(path)
}

impl Package {
    /// Reads it. None when it is no JSON object.
    #[must_use]
    pub fn read(path: &str, text: &str) -> Option<Self> {
        let whole: Value = serde_json::from_str(text).ok()?;
        whole.as_object()?;
        let text_of = |key: &str| whole.get(key).and_then(Value::as_str).map(str::to_owned);
        let strings = |key: &str| {
            let entries = whole.get(key).and_then(Value::as_object).into_iter().flatten();
            entries.filter_map(|(name, it)| Some((name.clone(), it.as_str()?.to_owned())))
        };
        let lines = json::KeyLines::of(text);
        let mut needs = BTreeMap::new();
        for (key, group) in GROUPS {
            for (name, range) in strings(key) {
                let line = lines.of_key(&name, &range);
                needs.insert(name, Need { range, line, group });
            }
        }
        let scripts = strings("scripts").map(|(name, body)| {
            // The text of a script is escaped in the file; its first word is enough to tell it from a dependency.
            let line = lines.of_key(&name, body.split(['"', '\\']).next().unwrap_or_default());
            (name, Script { text: body, line })
        });
        let workspaces = whole.get("workspaces").map(|it| it.get("packages").unwrap_or(it));
        let workspaces = workspaces.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        Some(Self {
            path: path.to_owned(),
            folder: folder(path).to_owned(),
            name: text_of("name"),
            scripts: scripts.collect(),
            needs,
            workspaces: workspaces.map(str::to_owned).collect(),
            engines: strings("engines").collect(),
            manager: text_of("packageManager"),
            overrides: ["overrides", "resolutions", "pnpm"].iter().any(|it| whole.get(it).is_some()),
        })
    }

    /// Whether it depends on one of these.
    #[must_use]
    pub fn needs_any(&self, names: &[&str]) -> bool {
        names.iter().any(|it| self.needs.contains_key(*it))
    }
}

impl ImportMap {
    /// Reads it. None when it is no JSON object.
    #[must_use]
    pub fn read(path: &str, text: &str) -> Option<Self> {
        let whole = json::read(text)?;
        whole.as_object()?;
        let entries = whole.get("imports").and_then(Value::as_object).into_iter().flatten();
        let imports = entries.filter_map(|(name, to)| Some((name.clone(), to.as_str()?.to_owned()))).collect();
        Some(Self { path: path.to_owned(), folder: folder(path).to_owned(), imports })
    }
}

/// The globs of `pnpm-workspace.yaml` or `lerna.json`.
pub(super) fn workspaces(path: &str, text: &str) -> Option<Vec<String>> {
    if name(path) == "lerna.json" {
        let whole = json::read(text)?;
        let globs = whole.get("packages").and_then(Value::as_array).into_iter().flatten();
        return Some(globs.filter_map(Value::as_str).map(str::to_owned).collect());
    }
    if text.trim().is_empty() {
        return Some(Vec::new());
    }
    Some(yaml::read(text)?.get("packages").map(yaml::Node::texts).unwrap_or_default())
}
