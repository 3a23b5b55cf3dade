//! What is installed is what was tested: one lockfile that fits the manifests, one package manager, and a service that keeps
//! dependencies new (dossier repo-signals.md §11, §13). Advisories are GitHub's to tell.

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Finding, Foreign, Gap, GapKind, NoteLevel, Remedy, Severity, System, Verdict};
use crate::probes::ground::{self, Ground, MOST_SHOWN, Spot, judge};
use crate::probes::{Meta, Probe, Sight};
use crate::repo::Survey;
use crate::repo::place::name;
use crate::repo::project::lockfile::{disagreements, manager};
use crate::repo::project::{Disagreement, Group, updates};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// See the module.
pub struct Dependencies;

/// The lockfiles and what they fit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    #[serde(flatten)]
    pub ground: Ground,
    /// Packages that depend on something, and those of them that no lockfile holds for.
    pub packages: usize,
    pub unlocked: Vec<Spot>,
    pub lockfiles: Vec<Lock>,
    /// Folders with lockfiles of several managers.
    pub several: Vec<Several>,
    /// `packageManager` that names another.
    pub named: Vec<Spot>,
    /// What lockfiles do not know, or know by another range: by lockfile.
    pub behind: BTreeMap<Foreign, Vec<Spot>>,
    /// Dependencies whose range takes whatever is newest.
    pub newest: Vec<Spot>,
    pub updates: Vec<Update>,
}

/// A lockfile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    pub path: Foreign,
    pub manager: Foreign,
    pub is_read: bool,
    /// Packages in it.
    pub packages: usize,
}

/// Lockfiles of one folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Several {
    pub folder: Foreign,
    pub paths: Vec<Foreign>,
}

/// A file that asks for updates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    pub path: Foreign,
    pub service: Foreign,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle: Option<Foreign>,
}

impl Probe for Dependencies {
    type Seen = Seen;
    const META: Meta = ground::sign(
        "repo.dependencies",
        "Is one lockfile committed that fits, and are updates automated?",
        "apis/repo-signals.md §11, §13",
    );

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        ground::look(sight, |ground| Seen { ground, ..Seen::default() }, seen).await
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.ground.empty {
            return Verdict::not_applicable("the repository is empty: it depends on nothing");
        }
        let unread = seen.ground.gap("dependencies").or_else(|| unreadable(seen));
        if seen.packages == 0 && unread.is_none() {
            return if seen.ground.code_files == 0 {
                Ground::no_code(settings)
            } else {
                Verdict::not_applicable("no package.json names a dependency")
            };
        }
        let findings = findings(seen, !seen.ground.unread.is_empty());
        let verdict = if !findings.is_empty() {
            Verdict::fail(said(seen, &findings), findings).unseen(unread)
        } else if let Some(gap) = unread {
            Verdict::undecided(gap)
        } else {
            let locks: Vec<String> =
                seen.lockfiles.iter().map(|it| format!("{} ({} packages)", it.path, it.packages)).take(3).collect();
            let service = seen.updates.iter().find(|it| it.idle.is_none()).map_or("", |it| it.service.as_str());
            let says = format!("{} fits the manifests, and {service} is asked for updates", locks.join(", "));
            Verdict::undecided(judge(says, "See in GitHub that the update service runs, and how old the open advisories are"))
        };
        let newest = seen.newest.iter().take(MOST_SHOWN);
        newest.fold(verdict, |verdict, it| {
            let says = format!("{}:{} takes whatever is newest: {}", it.path, it.line, it.says);
            verdict.note(NoteLevel::Warning, format!("repo.range-newest.{}.{}", it.path, it.says), says)
        })
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        let mut steps: Vec<Foreign> = findings(seen, !seen.ground.unread.is_empty()).into_iter().map(|it| it.fix).collect();
        steps.dedup();
        Remedy { steps, effort: Effort::S }
    }
}

/// A lockfile that cannot be compared with the manifests.
fn unreadable(seen: &Seen) -> Option<Gap> {
    let lock = seen.lockfiles.iter().find(|it| !it.is_read)?;
    let is_binary = lock.path.as_str().strip_suffix(".lockb").is_some();
    let (says, step) = if is_binary {
        (
            format!("{} is binary: whether it fits cannot be seen", lock.path),
            "Run `bun install --save-text-lockfile`, and commit bun.lock in its place",
        )
    } else {
        (
            format!("{} cannot be understood: whether it fits cannot be seen", lock.path),
            "Make it again with the package manager, and commit it",
        )
    };
    Some(Gap::new(GapKind::Incomplete, System::Repo, says).needs(step))
}

fn findings(seen: &Seen, is_unread: bool) -> Vec<Finding> {
    let mut found = Vec::new();
    for it in seen.unlocked.iter().filter(|_| !is_unread) {
        let says = format!("{} has dependencies and no lockfile: every build installs what is newest that day", it.path);
        let fix = "Commit the lockfile of the package manager that the team uses, and install frozen in CI";
        found.push(Finding::new("repo.lockfile-missing", &it.path, Severity::Medium, says, fix).at(seen.ground.place(it)));
    }
    for it in &seen.several {
        let paths = it.paths.iter().map(Foreign::as_str).collect::<Vec<_>>().join(" and ");
        let says = format!("{paths} stand side by side: which one holds depends on who installs");
        let fix = format!("Keep the lockfile of one package manager and delete the others ({paths})");
        let folder = if it.folder.as_str().is_empty() { "." } else { it.folder.as_str() };
        found.push(Finding::new("repo.lockfile-several", folder, Severity::Medium, says, fix));
    }
    for (lock, spots) in &seen.behind {
        let Some(first) = spots.first() else { continue };
        let names: Vec<&str> = spots.iter().map(|it| it.says.as_str()).take(4).collect();
        let more = spots.len().saturating_sub(names.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let says = format!("{lock} does not fit package.json: {}{more}", names.join(", "));
        let fix = format!("Install once with the package manager and commit {lock}; then a frozen install works again");
        found.push(Finding::new("repo.lockfile-behind", lock, Severity::Medium, says, fix).at(seen.ground.place(first)));
    }
    for it in &seen.named {
        let says = format!("{}: {}", it.path, it.says);
        let fix = "Let `packageManager` name the manager whose lockfile is committed";
        found.push(Finding::new("repo.manager-named-otherwise", &it.path, Severity::Low, says, fix).at(seen.ground.place(it)));
    }
    if !is_unread && !seen.updates.iter().any(|it| it.idle.is_none()) {
        let (says, place) = match seen.updates.first() {
            Some(it) => {
                let why = it.idle.as_ref().map_or("", Foreign::as_str);
                (format!("{} does not keep the packages new: {why}", it.path), Some(Spot::new(it.path.as_str(), 1, why)))
            }
            None => ("nothing asks Dependabot or Renovate to keep the packages new".to_owned(), None),
        };
        let fix = "Add `.github/dependabot.yml` with an entry for npm, weekly and grouped, or Renovate";
        let finding = Finding::new("repo.updates-missing", ".", Severity::Low, says, fix);
        found.push(match place {
            Some(spot) => finding.at(seen.ground.place(&spot)),
            None => finding,
        });
    }
    found
}

fn said(seen: &Seen, findings: &[Finding]) -> String {
    let has = |rule: &str| findings.iter().any(|it| it.rule == rule);
    if has("repo.lockfile-missing") {
        format!("{} of {} packages have no lockfile", seen.unlocked.len(), seen.packages)
    } else if has("repo.lockfile-several") {
        "lockfiles of several package managers stand side by side".to_owned()
    } else if has("repo.lockfile-behind") {
        "the lockfile does not fit package.json".to_owned()
    } else if has("repo.manager-named-otherwise") {
        "package.json names another package manager than the lockfile's".to_owned()
    } else {
        "nothing keeps the packages new".to_owned()
    }
}

fn seen(survey: &Survey) -> Seen {
    let project = &survey.project;
    let matters = |path: &str| {
        name(path) == "package.json" || manager(path).is_some() || name(path).contains("workspace") || updates::wants(path)
    };
    let depends = project.packages.iter().filter(|it| it.needs.values().any(|need| need.group != Group::Peer));
    let unlocked = depends.clone().filter(|it| project.locks_of(&it.folder).is_empty());
    let mut seen = Seen {
        ground: Ground::of(survey, matters),
        packages: depends.clone().count(),
        unlocked: unlocked.map(|it| Spot::new(&it.path, 1, "no lockfile holds for it")).collect(),
        updates: project
            .updates
            .iter()
            .map(|it| Update { path: Foreign::new(&it.path), service: it.service.into(), idle: it.idle.map(Foreign::from) })
            .collect(),
        ..Seen::default()
    };
    seen.lockfiles = project
        .lockfiles
        .iter()
        .map(|it| Lock {
            path: Foreign::new(&it.path),
            manager: it.manager.to_string().into(),
            is_read: it.is_read,
            packages: it.locked.len(),
        })
        .collect();
    for package in depends {
        let ranges = package.needs.iter().filter(|(_, it)| matches!(it.range.trim(), "latest" | "*" | "x" | "next" | "canary"));
        seen.newest.extend(ranges.map(|(name, it)| Spot::new(&package.path, it.line, format!("{name}@{}", it.range))));
    }
    for it in disagreements(project) {
        match it {
            Disagreement::Managers { folder, paths } => {
                seen.several.push(Several { folder: folder.into(), paths: paths.into_iter().map(Foreign::from).collect() });
            }
            Disagreement::Named { package, says, lock } => {
                seen.named.push(Spot::new(&package, 1, format!("`packageManager` says {says}, and the lockfile is {lock}")));
            }
            Disagreement::Missing { at, need, lock } => {
                seen.behind.entry(Foreign::new(lock)).or_default().push(Spot::new(
                    &at.path,
                    at.line,
                    format!("{need} is not in it"),
                ));
            }
            Disagreement::Range { at, need, range, locked, lock } => {
                let says = format!("{need} is wanted as {range} and locked for {locked}");
                seen.behind.entry(Foreign::new(lock)).or_default().push(Spot::new(&at.path, at.line, says));
            }
        }
    }
    seen
}

#[cfg(test)]
mod tests;
