//! No version that the lockfile installs is one of those that a small dated table of critical advisories names (dossier
//! repo-signals.md §8, §13; CHECKLIST CI-08). It is no audit: Dependabot's list is, and nothing found here proves nothing.

mod known;

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Finding, Foreign, Gap, GapKind, Note, NoteLevel, Place, Remedy, Severity, System, Verdict};
use crate::probes::ground::{self, Ground, MOST_SHOWN, judge};
use crate::probes::{Meta, Probe, Sight};
use crate::repo::Survey;
use crate::repo::place::{is_in, name};
use crate::repo::project::lockfile::manager;
use crate::repo::project::{Group, Lockfile, Package, Project, Scope};
use chrono::{DateTime, Utc};
use known::{AS_OF, KNOWN, Known};
use semver::Version;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// See the module.
pub struct CriticalAdvisories;

/// What the lockfiles hold of what the table names.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    #[serde(flatten)]
    pub ground: Ground,
    /// Packages that depend on something.
    pub packages: usize,
    /// Lockfiles that could be read and hold for one of them.
    pub lockfiles: usize,
    /// What hides versions: no lockfile, or one that cannot be read.
    pub hidden: Vec<Foreign>,
    /// Affected versions that ship.
    pub hits: Vec<Hit>,
    /// Affected versions of which it is not known whether they ship.
    pub perhaps: Vec<Hit>,
    /// Locked versions of packages of the table.
    pub compared: usize,
}

/// An affected version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hit {
    pub lock: Foreign,
    pub package: Foreign,
    pub advisory: Foreign,
    pub version: Foreign,
    pub fix: Foreign,
    pub what: Foreign,
    pub runs_code: bool,
    /// Why it may not ship; empty when it does.
    #[serde(default)]
    pub unless: Foreign,
}

impl Probe for CriticalAdvisories {
    type Seen = Seen;
    const META: Meta = ground::sign(
        "repo.critical-advisories",
        "Does the lockfile hold no version with a well-known critical advisory?",
        "apis/repo-signals.md §8, §13",
    );

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        ground::look(sight, |ground| Seen { ground, ..Seen::default() }, seen).await
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.ground.empty {
            return Verdict::not_applicable("the repository is empty: it depends on nothing");
        }
        let unread = seen.ground.gap("dependencies").or_else(|| hidden(seen));
        if seen.packages == 0 && unread.is_none() {
            return if seen.ground.code_files == 0 {
                Ground::no_code(settings)
            } else {
                Verdict::not_applicable("no package.json names a dependency")
            };
        }
        let verdict = if let Some(first) = seen.hits.first() {
            let more = seen.hits.len() - 1;
            let more = if more > 0 { format!(", and {more} more") } else { String::new() };
            let says = format!("{} {} has {}{more}", first.package, first.version, first.advisory);
            Verdict::fail(says, findings(seen)).unseen(unread)
        } else if let Some(gap) = unread {
            Verdict::undecided(gap)
        } else if let Some(first) = seen.perhaps.first() {
            let says = format!("{} {} has {}; {}", first.package, first.version, first.advisory, first.unless);
            Verdict::undecided(judge(says, "See whether it is installed or built into what runs in production"))
        } else {
            let says = format!(
                "the table knows {} advisories as of {AS_OF}, and none of {} locked versions of its packages has one; it is no audit",
                known::count(),
                seen.compared
            );
            Verdict::undecided(judge(
                says,
                "Look at Dependabot's critical alerts of runtime scope, or run the package manager's audit",
            ))
        };
        verdict.with_notes(notes(seen))
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        let Some(first) = seen.hits.first() else { return Remedy::default() };
        let mut steps: Vec<Foreign> = seen
            .hits
            .iter()
            .take(MOST_SHOWN)
            .map(|it| format!("Update {} to {} or later ({})", it.package, it.fix, it.advisory).into())
            .collect();
        steps.sort();
        steps.dedup();
        steps.push(format!("Install, commit {}, deploy, and go through the critical journeys", first.lock).into());
        if seen.hits.iter().any(|it| it.runs_code) {
            steps.push("Replace every secret that the server could read: code may have been run before the update".into());
        }
        Remedy { steps, effort: Effort::M }
    }
}

fn place(seen: &Seen, hit: &Hit) -> Place {
    Place::File { path: hit.lock.clone(), line: None, commit: seen.ground.commit.clone() }
}

fn findings(seen: &Seen) -> Vec<Finding> {
    let of = |hit: &Hit| {
        let says = format!("{} {} ({}): {}", hit.package, hit.version, hit.advisory, hit.what);
        let resource = format!("{}:{}:{}", hit.lock, hit.package, hit.advisory);
        let fix = format!("Update {} to {} or later", hit.package, hit.fix);
        Finding::new("repo.critical-advisory", resource, Severity::Critical, says, fix).at(place(seen, hit))
    };
    // Two affected versions of one package are one thing to do.
    let mut found: Vec<Finding> = seen.hits.iter().map(of).collect();
    found.dedup_by(|a, b| a.resource == b.resource);
    found
}

fn notes(seen: &Seen) -> Vec<Note> {
    let shown = seen.perhaps.iter().take(MOST_SHOWN);
    let mut notes: Vec<Note> = shown
        .map(|hit| Note {
            key: format!("repo.critical-advisory-perhaps.{}:{}:{}", hit.lock, hit.package, hit.advisory),
            level: NoteLevel::Evidence,
            says: format!("{} {} has {} ({}); {}", hit.package, hit.version, hit.advisory, hit.what, hit.unless).into(),
            place: Some(place(seen, hit)),
        })
        .collect();
    notes.dedup_by(|a, b| a.key == b.key);
    notes
}

fn hidden(seen: &Seen) -> Option<Gap> {
    let first = seen.hidden.first()?;
    let says = format!("{first}: which versions are installed cannot be seen");
    let step = if first.as_str().contains(".lockb") {
        "Run `bun install --save-text-lockfile`, and commit bun.lock in its place"
    } else {
        "Commit a lockfile that the package manager writes anew"
    };
    Some(Gap::new(GapKind::Incomplete, System::Repo, says).needs(step))
}

/// Folders that ship nothing of the app.
fn is_aside(path: &str) -> bool {
    let names = ["example", "examples", "fixtures", "__tests__", "test", "tests", "e2e", "templates", "template", "sandbox"];
    path.split('/').any(|it| names.contains(&it))
}

fn seen(survey: &Survey) -> Seen {
    let project = &survey.project;
    let matters = |path: &str| name(path) == "package.json" || manager(path).is_some();
    let depends: Vec<&Package> =
        project.packages.iter().filter(|it| it.needs.values().any(|need| need.group != Group::Peer)).collect();
    let mut seen = Seen { ground: Ground::of(survey, matters), packages: depends.len(), ..Seen::default() };
    let mut locks: Vec<&Lockfile> = Vec::new();
    for package in &depends {
        let over = project.locks_of(&package.folder);
        if over.is_empty() && !is_aside(&package.path) {
            seen.hidden.push(format!("no lockfile holds for {}", package.path).into());
        }
        for lock in over {
            if !locks.iter().any(|it| it.path == lock.path) {
                locks.push(lock);
            }
        }
    }
    for lock in locks {
        // One that is read tells, even beside one that is not.
        if !lock.is_read {
            seen.hidden.push(format!("{} cannot be read", lock.path).into());
            continue;
        }
        seen.lockfiles += 1;
        let names: BTreeSet<&str> = KNOWN.iter().map(|it| it.package).collect();
        seen.compared += names.iter().filter_map(|it| lock.locked.get(*it)).map(BTreeSet::len).sum::<usize>();
        for known in KNOWN {
            seen.compare(known, lock, project);
        }
    }
    seen.hits.sort();
    seen.perhaps.sort();
    seen.hidden.sort();
    seen.hidden.dedup();
    seen
}

impl Seen {
    fn compare(&mut self, known: &Known, lock: &Lockfile, project: &Project) {
        for version in lock.locked.get(known.package).into_iter().flatten() {
            let Ok(read) = Version::parse(version) else {
                self.hidden.push(format!("{}: {} is locked to `{version}`", lock.path, known.package).into());
                continue;
            };
            let Some(fix) = known.fix(&read).filter(|_| is_open(known, lock)) else { continue };
            let unless = unless(known, lock, version, project);
            let ships = unless.is_none();
            let hit = Hit {
                lock: Foreign::new(&lock.path),
                package: known.package.into(),
                version: Foreign::new(version),
                advisory: known.advisory.into(),
                fix: fix.into(),
                what: known.what.into(),
                runs_code: known.runs_code,
                unless: unless.unwrap_or_default().into(),
            };
            let hits = if ships { &mut self.hits } else { &mut self.perhaps };
            hits.push(hit);
        }
    }
}

/// Whether what the advisory needs beside the package is not locked in a version that closes it.
fn is_open(known: &Known, lock: &Lockfile) -> bool {
    let Some((other, below)) = known.with else { return true };
    let Ok(below) = Version::parse(below) else { return true };
    let locked = lock.locked.get(other);
    locked.is_none_or(|all| all.iter().any(|it| Version::parse(it).is_ok_and(|it| it < below)))
}

/// Why an affected version may not ship: a lockfile beside it says otherwise, it is for development, or nobody says what for.
fn unless(known: &Known, lock: &Lockfile, version: &str, project: &Project) -> Option<String> {
    let told = |says: &str| Some(says.to_owned());
    if is_aside(&lock.path) {
        return told("it is in a folder of examples or tests");
    }
    if let Some((other, _)) = known.with.filter(|(other, _)| !lock.locked.contains_key(*other)) {
        return Some(format!("`{other}`, which it needs, is not in the lockfile"));
    }
    let beside = project.locks_of(&lock.folder).into_iter().filter(|it| it.path != lock.path && it.is_read);
    let is_fine = |it: &Lockfile| {
        it.locked
            .get(known.package)
            .is_some_and(|all| all.iter().all(|it| Version::parse(it).is_ok_and(|it| known.fix(&it).is_none())))
    };
    if beside.into_iter().any(is_fine) {
        return told("another lockfile of that folder holds a version without it");
    }
    let wanted =
        project.packages.iter().filter(|it| is_in(&it.folder, &lock.folder)).filter_map(|it| it.needs.get(known.package));
    let mut groups = wanted.map(|it| it.group).peekable();
    let is_asked = groups.peek().is_some();
    let runs = groups.any(|it| it != Group::Development);
    match lock.scope(known.package, version) {
        Scope::Development => told("the lockfile has it for development alone"),
        Scope::Running => None,
        Scope::Untold if runs => None,
        Scope::Untold if is_asked => told("package.json has it for development alone"),
        Scope::Untold => told("another package brings it, and the lockfile does not say what for"),
    }
}

#[cfg(test)]
mod tests;
