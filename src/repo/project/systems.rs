//! The systems that the code uses and the libraries of a known purpose, each with how strongly and where it was seen:
//! declared is not imported (dossier repo-signals.md §0). Whether a system is paid for, or by whom, is not in a repository.

mod known;

pub use known::{KNOWN, Known, Purpose};

use super::{Mentioned, Project};
use crate::repo::code::CodeFile;
use crate::repo::dotenv::EnvironmentFile;
use crate::repo::place::At;
use serde::{Deserialize, Serialize};

/// How strongly something is there. Ordered: the stronger is the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// A manifest, a variable or a file of settings names it.
    Declared,
    /// The app's own code imports it, reads its variable or calls its address.
    Imported,
}

/// Something that is known, where it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenSystem {
    pub name: &'static str,
    pub purpose: Purpose,
    /// Whether it is somebody's service and not only a library.
    pub is_service: bool,
    /// Whether it costs by use.
    pub is_metered: bool,
    pub strength: Strength,
    /// The first place of each kind, the strongest first.
    pub uses: Vec<Use>,
    /// The packages of the workspace, by folder, in which it was seen.
    pub folders: Vec<String>,
}

/// One way in which it was seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    pub kind: UseKind,
    /// The package, the host or the variable.
    pub what: String,
    pub at: At,
}

/// How something was seen. Ordered: the one that says most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UseKind {
    Import,
    Host,
    Read,
    Package,
    Variable,
    File,
}

impl UseKind {
    /// In words, such as "imports".
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Import => "imports",
            Self::Host => "calls",
            Self::Read => "reads",
            Self::Package => "depends on",
            Self::Variable => "names",
            Self::File => "has",
        }
    }

    fn strength(self) -> Strength {
        if matches!(self, Self::Import | Self::Host | Self::Read) { Strength::Imported } else { Strength::Declared }
    }
}

/// Hosts that the table knows and that a text of code names, with their lines. Comments count: who writes an address into
/// one has it in mind, and a person reads the place.
#[must_use]
pub fn hosts_in(text: &str) -> Vec<(&'static str, u32)> {
    let mut found: Vec<(&'static str, u32)> = Vec::new();
    for (at, _) in text.match_indices("://") {
        let rest = text.get(at + 3..).unwrap_or_default();
        let end = rest.find(|it: char| !(it.is_ascii_alphanumeric() || matches!(it, '.' | '-'))).unwrap_or(rest.len());
        let host = rest.get(..end).unwrap_or_default();
        let Some(known) = KNOWN.iter().flat_map(|it| it.hosts).find(|it| is_host(host, it)) else { continue };
        if !found.iter().any(|(met, _)| met == known) {
            let newlines = text.as_bytes().iter().take(at).filter(|it| **it == b'\n').count();
            found.push((known, crate::repo::place::line(newlines + 1)));
        }
    }
    found
}

fn is_host(host: &str, known: &str) -> bool {
    host == known || host.strip_suffix(known).is_some_and(|it| it.ends_with('.'))
}

fn is_package(package: &str, known: &str) -> bool {
    match known.strip_suffix('*') {
        Some(start) => package.starts_with(start),
        None => package == known,
    }
}

fn is_variable(name: &str, known: &str) -> bool {
    let bare = ["NEXT_PUBLIC_", "VITE_", "EXPO_PUBLIC_", "REACT_APP_", "NUXT_PUBLIC_", "PUBLIC_"]
        .iter()
        .find_map(|it| name.strip_prefix(it))
        .unwrap_or(name);
    bare.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('_') || known.ends_with('_'))
}

/// What of the table is there.
pub(super) fn of(project: &Project, code: &[CodeFile], environment: &[EnvironmentFile]) -> Vec<SeenSystem> {
    let mut seen: Vec<SeenSystem> = KNOWN.iter().filter_map(|known| of_known(known, project, code, environment)).collect();
    seen.sort_by(|a, b| (a.purpose, a.name).cmp(&(b.purpose, b.name)));
    seen
}

/// Adds the database that Prisma's schema names, as strongly as Prisma itself is there; a hosted one that is already known
/// is the same.
pub(super) fn add_database(seen: &mut Vec<SeenSystem>, provider: &str, path: &str, folder: Option<String>) {
    let name = match provider {
        "postgresql" | "postgres" => "PostgreSQL",
        "mysql" => "MySQL",
        "mongodb" => "MongoDB",
        _ => return,
    };
    let Some(known) = KNOWN.iter().find(|it| it.name == name) else { return };
    let strength = seen.iter().find(|it| it.name == "Prisma").map_or(Strength::Declared, |it| it.strength);
    let file = Use { kind: UseKind::File, what: path.to_owned(), at: At::new(path, 1) };
    if let Some(it) = seen.iter_mut().find(|it| it.name == name) {
        it.strength = it.strength.max(strength);
        it.uses.push(file);
        return;
    }
    if seen.iter().any(|it| it.purpose == Purpose::Database && it.strength == Strength::Imported) {
        return;
    }
    seen.push(SeenSystem {
        name,
        purpose: known.purpose,
        is_service: known.is_service,
        is_metered: known.is_metered,
        strength,
        uses: vec![file],
        folders: folder.into_iter().collect(),
    });
    seen.sort_by(|a, b| (a.purpose, a.name).cmp(&(b.purpose, b.name)));
}

fn of_known(known: &Known, project: &Project, code: &[CodeFile], environment: &[EnvironmentFile]) -> Option<SeenSystem> {
    let mut uses: Vec<Use> = Vec::new();
    for (package, imported) in &project.imported {
        if known.packages.iter().any(|it| is_package(package, it)) {
            uses.push(Use { kind: UseKind::Import, what: package.clone(), at: imported.first.clone() });
        }
    }
    for package in &project.packages {
        for (name, need) in &package.needs {
            if known.packages.iter().any(|it| is_package(name, it)) {
                uses.push(Use { kind: UseKind::Package, what: name.clone(), at: At::new(&package.path, need.line) });
            }
        }
    }
    for map in &project.import_maps {
        for to in map.imports.values().filter_map(|it| super::package_name(it)) {
            if known.packages.iter().any(|it| is_package(to, it)) {
                uses.push(Use { kind: UseKind::Package, what: to.to_owned(), at: At::new(&map.path, 1) });
            }
        }
    }
    for mention in &project.mentions {
        if let Mentioned::Host(host) = mention.what
            && known.hosts.contains(&host)
        {
            uses.push(Use { kind: UseKind::Host, what: host.to_owned(), at: mention.at.clone() });
        }
    }
    for file in code {
        for read in file.reads.iter().filter(|read| known.variables.iter().any(|it| is_variable(&read.name, it))) {
            uses.push(Use { kind: UseKind::Read, what: read.name.clone(), at: At::new(&file.path, read.line) });
        }
    }
    for file in environment {
        for variable in file.variables.iter().filter(|it| known.variables.iter().any(|known| is_variable(&it.name, known))) {
            uses.push(Use { kind: UseKind::Variable, what: variable.name.clone(), at: At::new(&file.path, variable.line) });
        }
    }
    for host in project.hosts.iter().filter(|it| known.host_file == Some(it.kind)) {
        uses.push(Use { kind: UseKind::File, what: host.path.clone(), at: At::new(&host.path, 1) });
    }
    let strength = uses.iter().map(|it| it.kind.strength()).max()?;
    uses.sort();
    let mut folders: Vec<String> =
        uses.iter().filter_map(|it| project.package_of(&it.at.path)).map(|it| it.folder.clone()).collect();
    folders.sort();
    folders.dedup();
    // One place of each kind is enough to find it again; the first of all stays the strongest.
    uses.dedup_by(|a, b| a.kind == b.kind);
    Some(SeenSystem {
        name: known.name,
        purpose: known.purpose,
        is_service: known.is_service,
        is_metered: known.is_metered,
        strength,
        uses,
        folders,
    })
}
