//! Lockfiles of npm, pnpm, Yarn, Bun and Deno as far as they say which version of what is installed, and where they
//! disagree with the manifests. No range is solved here: what the file does not say is not known.

mod bun;
mod npm;
mod pnpm;
#[cfg(test)]
mod tests;
mod yarn;

use super::{Group, Package, Project};
use crate::repo::place::{At, folder, name};
use std::collections::{BTreeMap, BTreeSet};
use strum::{Display, IntoStaticStr};

/// Who writes a lockfile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Display, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum Manager {
    Npm,
    Pnpm,
    #[strum(serialize = "yarn")]
    YarnClassic,
    #[strum(serialize = "yarn")]
    YarnBerry,
    Bun,
    Deno,
}

/// A lockfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lockfile {
    pub path: String,
    /// Empty for the root.
    pub folder: String,
    pub manager: Manager,
    /// The version of its format, as it is written.
    pub format: Option<String>,
    /// Whether its content was understood; a binary one (`bun.lockb`) never is.
    pub is_read: bool,
    /// Every version of every package.
    pub locked: BTreeMap<String, BTreeSet<String>>,
    /// What a package of a folder asked for when the file was written: by folder and name.
    asked: BTreeMap<(String, String), String>,
    /// What it got.
    got: BTreeMap<(String, String), String>,
    /// By `name@range`, where a format is kept so.
    by_range: BTreeMap<String, String>,
    /// Versions that the file says are for development alone, and those that it says are not.
    developing: BTreeSet<(String, String)>,
    running: BTreeSet<(String, String)>,
}

/// What a locked version is installed for, as far as a lockfile says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    Running,
    Development,
    /// This format does not say, or not of this one.
    Untold,
}

/// Something on which the files do not agree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Disagreement {
    /// Lockfiles of several managers hold for one folder.
    Managers { folder: String, paths: Vec<String> },
    /// `packageManager` names another than the one that wrote the lockfile.
    Named { package: String, says: String, lock: String },
    /// The lockfile does not know what a package depends on.
    Missing { at: At, need: String, lock: String },
    /// The lockfile was written for another range.
    Range { at: At, need: String, range: String, locked: String, lock: String },
}

/// Whose lockfile that path is.
#[must_use]
pub fn manager(path: &str) -> Option<Manager> {
    match name(path) {
        "package-lock.json" | "npm-shrinkwrap.json" => Some(Manager::Npm),
        "pnpm-lock.yaml" => Some(Manager::Pnpm),
        "yarn.lock" => Some(Manager::YarnClassic),
        "bun.lock" | "bun.lockb" => Some(Manager::Bun),
        "deno.lock" => Some(Manager::Deno),
        _ => None,
    }
}

impl Lockfile {
    /// A lockfile that is there and could not be read.
    #[must_use]
    pub fn unread(path: &str, manager: Manager) -> Self {
        Self {
            path: path.to_owned(),
            folder: folder(path).to_owned(),
            manager,
            format: None,
            is_read: false,
            locked: BTreeMap::new(),
            asked: BTreeMap::new(),
            got: BTreeMap::new(),
            by_range: BTreeMap::new(),
            developing: BTreeSet::new(),
            running: BTreeSet::new(),
        }
    }

    /// Reads it. One that is damaged is there and says nothing.
    #[must_use]
    pub fn read(path: &str, manager: Manager, text: &str) -> Self {
        let mut lock = Self::unread(path, manager);
        let read = match manager {
            _ if path.strip_suffix(".lockb").is_some() => None,
            Manager::Npm => npm::read(&mut lock, text),
            Manager::Pnpm => pnpm::read(&mut lock, text),
            Manager::YarnClassic | Manager::YarnBerry => yarn::read(&mut lock, text),
            Manager::Bun => bun::read(&mut lock, text),
            Manager::Deno => bun::read_deno(&mut lock, text),
        };
        lock.is_read = read.is_some();
        lock
    }

    fn lock(&mut self, name: &str, version: &str) {
        self.locked.entry(name.to_owned()).or_default().insert(version.to_owned());
    }

    fn tell(&mut self, name: &str, version: &str, is_developing: bool) {
        let told = if is_developing { &mut self.developing } else { &mut self.running };
        told.insert((name.to_owned(), version.to_owned()));
    }

    /// What that version is installed for. Needed once for running, it runs.
    #[must_use]
    pub fn scope(&self, name: &str, version: &str) -> Scope {
        let key = (name.to_owned(), version.to_owned());
        if self.running.contains(&key) {
            Scope::Running
        } else if self.developing.contains(&key) {
            Scope::Development
        } else {
            Scope::Untold
        }
    }

    /// The version that a package of that folder gets of something it asks for by that range.
    #[must_use]
    pub fn version_of(&self, package: &str, name: &str, range: &str) -> Option<&str> {
        let inside = self.inside(package);
        let own = self.got.get(&(inside.to_owned(), name.to_owned())).or_else(|| self.got.get(&(String::new(), name.to_owned())));
        let by_range = || self.by_range.get(&format!("{name}@{range}"));
        // One version of it in the whole file can only be the one.
        let only = || self.locked.get(name).filter(|it| it.len() == 1).and_then(BTreeSet::first);
        own.or_else(by_range).or_else(only).map(String::as_str)
    }

    /// The folder of a package as this file names it.
    fn inside<'f>(&self, package: &'f str) -> &'f str {
        package.strip_prefix(self.folder.as_str()).map_or(package, |it| it.trim_start_matches('/'))
    }

    /// Where the file does not fit what a package asks for.
    fn disagrees(&self, package: &Package) -> Vec<Disagreement> {
        let inside = self.inside(&package.folder);
        let knows_package = self.asked.keys().any(|(folder, _)| folder == inside);
        let mut found = Vec::new();
        for (name, need) in package.needs.iter().filter(|(_, it)| it.group != Group::Peer && is_published(&it.range)) {
            let at = At::new(&package.path, need.line);
            let asked = self.asked.get(&(inside.to_owned(), name.clone()));
            let is_here = match self.manager {
                Manager::YarnClassic | Manager::YarnBerry => {
                    let known = self.by_range.contains_key(&format!("{name}@{}", need.range));
                    known || (package.overrides && self.locked.contains_key(name))
                }
                _ if knows_package => asked.is_some(),
                _ => self.locked.contains_key(name),
            };
            if !is_here {
                found.push(Disagreement::Missing { at, need: name.clone(), lock: self.path.clone() });
            } else if let Some(locked) = asked.filter(|it| **it != need.range && !package.overrides) {
                let (need, range) = (name.clone(), need.range.clone());
                found.push(Disagreement::Range { at, need, range, locked: locked.clone(), lock: self.path.clone() });
            }
        }
        found
    }
}

/// Whether a range is one of the registry's, and not a folder, an address or a word of a workspace.
fn is_published(range: &str) -> bool {
    !range.contains(':') && !range.contains('/') && !range.trim().is_empty()
}

/// Where lockfiles and manifests do not agree.
#[must_use]
pub fn disagreements(project: &Project) -> Vec<Disagreement> {
    let mut found = Vec::new();
    let folders: BTreeSet<&str> = project.lockfiles.iter().map(|it| it.folder.as_str()).collect();
    for folder in folders {
        let here = project.lockfiles.iter().filter(|it| it.folder == folder && it.manager != Manager::Deno);
        let managers: BTreeSet<String> = here.clone().map(|it| it.manager.to_string()).collect();
        if managers.len() > 1 {
            let paths = here.map(|it| it.path.clone()).collect();
            found.push(Disagreement::Managers { folder: folder.to_owned(), paths });
        }
    }
    for package in &project.packages {
        for lock in project.locks_of(&package.folder) {
            if lock.manager == Manager::Deno {
                continue;
            }
            let named = package.manager.as_deref().and_then(|it| it.split('@').next()).filter(|it| !it.is_empty());
            if let Some(says) = named.filter(|it| **it != lock.manager.to_string() && lock.folder == package.folder) {
                let (package, lock) = (package.path.clone(), lock.path.clone());
                found.push(Disagreement::Named { package, says: says.to_owned(), lock });
            }
            if lock.is_read {
                found.extend(lock.disagrees(package));
            }
        }
    }
    found.sort();
    found.dedup();
    found
}
