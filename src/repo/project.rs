//! How a repository is built and with what: packages with the versions that the lockfile resolved, frameworks, builder
//! tools, the systems it depends on, settings of hosts and compilers, tests. It runs nothing and asks no registry.

pub mod addresses;
pub mod builders;
pub mod frameworks;
pub mod hosts;
pub(super) mod json;
pub mod lockfile;
pub mod package;
pub mod settings;
pub mod suites;
pub mod systems;
#[cfg(test)]
mod tests;
pub mod updates;

pub use addresses::{Address, Addresses, Sure};
pub use builders::{Builder, Trace, Weight};
pub use frameworks::{Framework, FrameworkKind};
pub use hosts::{HostFile, HostKind, Link, LinkKind};
pub use lockfile::{Disagreement, Lockfile, Manager, Scope};
pub use package::{Group, ImportMap, Need, Package, Script};
pub use settings::{BuildGate, TsConfig};
pub use suites::{Journey, Suite, SuiteKind};
pub use systems::{SeenSystem, Strength, Use, UseKind};
pub use updates::Updates;

use super::code::CodeFile;
use super::dotenv::EnvironmentFile;
use super::place::{At, folder, is_in, name};
use std::collections::{BTreeMap, BTreeSet};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Project {
    /// Every `package.json`, by its folder. With more than one, which is the app is a question to a person.
    pub packages: Vec<Package>,
    pub import_maps: Vec<ImportMap>,
    pub lockfiles: Vec<Lockfile>,
    /// Frameworks that the packages depend on, with what the lockfile resolved.
    pub frameworks: Vec<Framework>,
    /// Traces of the tools that built the app.
    pub traces: Vec<Trace>,
    /// Files of hosts.
    pub hosts: Vec<HostFile>,
    /// Projects of vendors that tracked files name: Vercel, Firebase, Supabase.
    pub links: Vec<Link>,
    /// Addresses that may be production's.
    pub addresses: Addresses,
    /// Settings that let a build pass with mistakes in it.
    pub gates: Vec<BuildGate>,
    pub tsconfigs: Vec<TsConfig>,
    /// Files of tests.
    pub suites: Vec<Suite>,
    /// Files that ask a service to keep dependencies new.
    pub updates: Vec<Updates>,
    /// Systems that the code uses and libraries of a known purpose.
    pub systems: Vec<SeenSystem>,
    /// Packages that the app's own code imports, with the first place and the number of files.
    pub imported: BTreeMap<String, Imported>,
    /// Globs of packages below a root that `pnpm-workspace.yaml` or `lerna.json` name.
    pub workspaces: Vec<(String, Vec<String>)>,
    /// What texts of code name by the way: hosts, Supabase projects, the base of the site.
    pub mentions: Vec<Mention>,
    /// Files that could not be understood.
    pub broken: Vec<String>,
}

/// Something that a text of code names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mention {
    pub at: At,
    pub what: Mentioned,
}

/// What it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mentioned {
    /// A host of the table.
    Host(&'static str),
    /// A hosted project.
    Supabase(String),
    /// The base address of the site's metadata.
    Site(String),
}

impl Mention {
    /// What a text of code names.
    #[must_use]
    pub fn in_code(path: &str, text: &str) -> Vec<Self> {
        let hosts = systems::hosts_in(text).into_iter().map(|(host, line)| (Mentioned::Host(host), line));
        let refs = addresses::supabase_refs(text).into_iter().map(|(id, line)| (Mentioned::Supabase(id), line));
        let base = settings::metadata_base(text).map(|(url, line)| (Mentioned::Site(url), line));
        hosts.chain(refs).chain(base).map(|(what, line)| Self { at: At::new(path, line), what }).collect()
    }
}

/// A package that code imports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Files that import it.
    pub files: usize,
    pub first: At,
}

impl Project {
    /// Whether a file of that path says something of it. Test files are read apart ([`suites::is_test`]).
    #[must_use]
    pub fn wants(path: &str) -> bool {
        let below = |names: &[&str]| path.split('/').any(|it| names.contains(&it));
        if below(&["node_modules", ".next", "dist"]) {
            return false;
        }
        package::wants(path)
            || lockfile::manager(path).is_some()
            || builders::wants(path)
            || hosts::wants(path)
            || addresses::wants(path)
            || settings::wants(path)
            || updates::wants(path)
            || matches!(name(path), "pnpm-workspace.yaml" | "lerna.json")
    }

    /// Adds the database that Prisma's schema at `path` names: a client generated from it imports no driver.
    pub fn add_database(&mut self, provider: &str, path: &str) {
        let folder = self.package_of(path).map(|it| it.folder.clone());
        systems::add_database(&mut self.systems, provider, path, folder);
    }

    /// Adds a file. Total: what cannot be understood is told as such.
    pub fn add(&mut self, path: &str, text: &str) {
        let text = text.trim_start_matches('\u{feff}');
        if package::is_manifest(path) {
            match Package::read(path, text) {
                Some(package) => self.packages.push(package),
                None => self.broken.push(path.to_owned()),
            }
        } else if package::is_import_map(path) {
            match ImportMap::read(path, text) {
                Some(map) => self.import_maps.push(map),
                None => self.broken.push(path.to_owned()),
            }
        } else if let Some(manager) = lockfile::manager(path) {
            self.lockfiles.push(Lockfile::read(path, manager, text));
        } else if matches!(name(path), "pnpm-workspace.yaml" | "lerna.json") {
            match package::workspaces(path, text) {
                Some(globs) => self.workspaces.push((folder(path).to_owned(), globs)),
                None => self.broken.push(path.to_owned()),
            }
        }
        self.traces.extend(builders::of_file(path, text));
        self.hosts.extend(hosts::of_file(path, text));
        match hosts::links(path, text) {
            Ok(links) => self.links.extend(links),
            Err(()) => self.broken.push(path.to_owned()),
        }
        self.addresses.add(path, text);
        match settings::tsconfig(path, text) {
            Some(Ok(config)) => self.tsconfigs.push(config),
            Some(Err(())) => self.broken.push(path.to_owned()),
            None => {}
        }
        self.gates.extend(settings::gates(path, text));
        match updates::of_file(path, text) {
            Some(Ok(updates)) => self.updates.push(updates),
            Some(Err(())) => self.broken.push(path.to_owned()),
            None => {}
        }
    }

    /// Says that a lockfile is there whose content is not text.
    pub fn add_binary(&mut self, path: &str) {
        if let Some(manager) = lockfile::manager(path) {
            self.lockfiles.push(Lockfile::unread(path, manager));
        }
    }

    /// Adds a file of variables: which projects and which site its addresses name. No other value is looked at.
    pub fn add_environment(&mut self, path: &str, text: &str) {
        self.addresses.add_environment(path, text, &mut self.links);
    }

    /// Puts together what was added, whatever its order was.
    pub fn finish(&mut self, code: &[CodeFile], environment: &[EnvironmentFile], paths: &BTreeSet<String>) {
        self.packages.sort_by(|a, b| a.path.cmp(&b.path));
        self.import_maps.sort_by(|a, b| a.path.cmp(&b.path));
        self.lockfiles.sort_by(|a, b| a.path.cmp(&b.path));
        self.hosts.sort_by(|a, b| a.path.cmp(&b.path));
        self.tsconfigs.sort_by(|a, b| a.path.cmp(&b.path));
        self.suites.sort_by(|a, b| a.path.cmp(&b.path));
        self.updates.sort_by(|a, b| a.path.cmp(&b.path));
        self.gates.sort();
        for it in &self.mentions {
            match &it.what {
                Mentioned::Supabase(id) => self.links.push(hosts::supabase(&it.at.path, it.at.line, id, None)),
                Mentioned::Site(url) => self.addresses.add_site(url, &it.at, "`metadataBase`"),
                Mentioned::Host(_) => {}
            }
        }
        self.links.sort();
        self.links.dedup();
        self.broken.sort();
        self.broken.dedup();
        self.addresses.finish();
        self.imported = imported(code);
        self.traces.extend(builders::of_paths(paths));
        self.traces.extend(self.packages.iter().flat_map(builders::of_package));
        self.traces.sort();
        self.traces.dedup();
        self.frameworks = frameworks::of(self);
        self.systems = systems::of(self, code, environment);
    }

    /// The package whose folder holds a path most closely.
    #[must_use]
    pub fn package_of(&self, path: &str) -> Option<&Package> {
        self.packages.iter().filter(|it| is_in(path, &it.folder)).max_by_key(|it| it.folder.len())
    }

    /// The package at the root, or the only one.
    #[must_use]
    pub fn root(&self) -> Option<&Package> {
        self.packages.iter().find(|it| it.folder.is_empty()).or(match self.packages.as_slice() {
            [only] => Some(only),
            _ => None,
        })
    }

    /// Packages that may be an app that is deployed: they use a framework, or can be started.
    pub fn apps(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| {
            let framed = self.frameworks.iter().any(|it| it.folder == package.folder && it.kind.serves());
            framed || ["start", "preview"].iter().any(|it| package.scripts.contains_key(*it))
        })
    }

    /// The lockfiles that hold for a folder: those of the nearest folder above it that has any.
    #[must_use]
    pub fn locks_of(&self, folder: &str) -> Vec<&Lockfile> {
        let over: Vec<&Lockfile> = self.lockfiles.iter().filter(|it| is_in(folder, &it.folder)).collect();
        let nearest = over.iter().map(|it| it.folder.len()).max();
        over.into_iter().filter(|it| Some(it.folder.len()) == nearest).collect()
    }

    /// The version that a package of that folder gets, when a lockfile says so.
    #[must_use]
    pub fn version(&self, package: &Package, name: &str) -> Option<&str> {
        let range = &package.needs.get(name)?.range;
        self.locks_of(&package.folder).iter().find_map(|it| it.version_of(&package.folder, name, range))
    }

    /// Whether Yarn's second generation locks that folder.
    #[must_use]
    pub fn is_yarn_berry(&self, folder: &str) -> bool {
        let folder = if folder.contains('$') { "" } else { folder };
        self.locks_of(folder).iter().any(|it| it.manager == Manager::YarnBerry)
    }

    /// How strongly any of these packages is there: imported by the app's code is more than declared. `None` when neither.
    #[must_use]
    pub fn strength(&self, names: &[&str]) -> Option<Strength> {
        if names.iter().any(|it| self.imported.contains_key(*it)) {
            return Some(Strength::Imported);
        }
        let declared = self.packages.iter().any(|it| names.iter().any(|name| it.needs.contains_key(*name)));
        declared.then_some(Strength::Declared)
    }
}

/// The package that an import names; none of a file, of an alias, and of the runtime's own modules.
#[must_use]
pub fn package_name(import: &str) -> Option<&str> {
    let import = import.strip_prefix("npm:").or_else(|| import.strip_prefix("jsr:")).unwrap_or(import);
    let import = import.strip_prefix("https://esm.sh/").or_else(|| import.strip_prefix("https://deno.land/x/")).unwrap_or(import);
    let starts = ["./", "../", "/", "@/", "~/", "#", "$", "node:", "http:", "https:", "virtual:", "data:"];
    if starts.iter().any(|it| import.starts_with(it)) || import == "." || import == ".." || import.is_empty() {
        return None;
    }
    let slashes = if import.starts_with('@') { 2 } else { 1 };
    let end = import.match_indices('/').nth(slashes - 1).map_or(import.len(), |(at, _)| at);
    let whole = import.get(..end)?;
    // `npm:zod@3` names a version too.
    let at = whole.char_indices().skip(1).find(|(_, it)| *it == '@').map_or(whole.len(), |(at, _)| at);
    whole.get(..at)
}

fn imported(code: &[CodeFile]) -> BTreeMap<String, Imported> {
    let mut imported: BTreeMap<String, Imported> = BTreeMap::new();
    for file in code {
        let mut met = BTreeSet::new();
        for import in &file.imports {
            let Some(package) = package_name(&import.from).filter(|it| met.insert(*it)) else { continue };
            let first = || Imported { files: 0, first: At::new(&file.path, import.line) };
            imported.entry(package.to_owned()).or_insert_with(first).files += 1;
        }
    }
    imported
}
