//! No credential stands in the app's current files: the checkout that the app names, or else the archive of the default
//! branch (dossier secrets.md §1). Nothing found is clean only when everything was read; no value is kept or shown.

use crate::domain::checklist::Effort;
use crate::domain::{
    AppSettings, Consent, Finding, Foreign, Gap, GapKind, Note, NoteLevel, Place, ProbeKind, Remedy, Slug, System, Verdict,
};
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::repo::{RepoProblem, Standing};
use crate::scan::{self, Leak, Options, Report};
use crate::systems::github::{self, Github};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// See the module.
pub struct Tree;

/// What the scanner said of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    Scanned(Report),
    /// GitHub says that nothing was ever pushed.
    Empty,
}

/// Steps that name a place to rotate; further ones are counted.
const MOST_STEPS: usize = 8;

impl Probe for Tree {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "scan.tree",
        system: System::Scan,
        asks: "Is the current tree free of credentials?",
        needs: &["A checkout of the repository, or a GitHub token with Contents: read"],
        cost: &[(System::Github, 3)],
        consent: Consent::Passive,
        kind: ProbeKind::Proof,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 600,
        docs: "apis/secrets.md §1",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        match (&sight.settings.path, &sight.settings.github) {
            (Some(path), _) => of_checkout(sight, path).await,
            (None, Some(slug)) => of_archive(sight, slug).await,
            (None, None) => Err(Gap::new(GapKind::NotConfigured, System::Scan, "no repository is named for this app")
                .needs(format!("Run `rescue app edit {} --repo PATH|OWNER/NAME`", sight.settings.name))),
        }
    }

    fn decide(seen: &Seen, _settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        let Seen::Scanned(report) = seen else {
            return Verdict::not_applicable("the repository is empty: there is nothing to scan");
        };
        let findings = findings(report);
        let coverage = &report.coverage;
        let verdict = if !findings.is_empty() {
            let secrets = if findings.len() == 1 {
                "1 credential stands".to_owned()
            } else {
                format!("{} credentials stand", findings.len())
            };
            Verdict::fail(format!("{secrets} in the current tree"), findings)
        } else if coverage.files_total == 0 {
            Verdict::undecided(nothing_there())
        } else if coverage.complete {
            Verdict::pass(format!("no credential in {} files", coverage.files_seen))
        } else {
            Verdict::undecided(unread(report))
        };
        verdict.with_notes(notes(report))
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        let Seen::Scanned(report) = seen else { return Remedy::default() };
        let findings = findings(report);
        if findings.is_empty() {
            return Remedy::default();
        }
        let mut steps: Vec<Foreign> = findings.iter().take(MOST_STEPS).map(|it| it.fix.clone()).collect();
        if findings.len() > MOST_STEPS {
            steps.push(
                format!("Do the same for the other {}; `rescue finding list` names them", findings.len() - MOST_STEPS).into(),
            );
        }
        steps.push("Take the values out of the files and read them from the environment".into());
        steps.push("Treat every one of them as stolen: it stays in the history after the line is gone".into());
        Remedy { steps, effort: Effort::M }
    }
}

async fn of_checkout(sight: &Sight, path: &Path) -> Result<Seen, Gap> {
    let (path, key) = (path.to_owned(), sight.scan_key.clone());
    let options = options(sight);
    let report = away(sight, move |stop| scan::scan_tree(&path, &key, &options, stop)).await?;
    report.map(Seen::Scanned).map_err(|problem| gap(&problem, &sight.settings))
}

async fn of_archive(sight: &Sight, slug: &Slug) -> Result<Seen, Gap> {
    sight.door.credential(System::Github)?;
    let client = Github::new(&sight.door);
    let branch = client.repository(slug).await?.default_branch.clone();
    let branch = branch.ok_or_else(|| Gap::new(GapKind::UnexpectedAnswer, System::Github, "GitHub names no default branch"))?;
    let archive = Scratch::new(&sight.scratch)?;
    match github::tarball(&sight.door, slug, &branch, &archive.0).await {
        Ok(_) => {}
        // The repository was seen, so a 404 may be the word for an empty one: GitHub is asked, not believed.
        Err(gap) if gap.kind == GapKind::NoPermission && client.is_empty(slug).await == Ok(true) => return Ok(Seen::Empty),
        Err(gap) => return Err(gap),
    }
    let (key, options) = (sight.scan_key.clone(), options(sight));
    // The archive goes along, so that it is removed when the scan ends, also when nobody waits for it any more.
    let report = away(sight, move |stop| {
        let archive = archive;
        scan::scan_archive(&archive.0, &key, &options, stop)
    })
    .await?;
    report.map(Seen::Scanned).map_err(|problem| gap(&problem, &sight.settings))
}

fn options(sight: &Sight) -> Options {
    Options::new(sight.now).projects(sight.settings.supabase.iter().chain(&sight.settings.staging).cloned())
}

/// Runs a scan on a thread of its own, and stops it when the run is cancelled or the deadline drops this future.
async fn away<T: Send + 'static>(sight: &Sight, scan: impl FnOnce(&AtomicBool) -> T + Send + 'static) -> Result<T, Gap> {
    struct Halt(Arc<AtomicBool>);
    impl Drop for Halt {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let halt = Halt(Arc::default());
    let flag = Arc::clone(&halt.0);
    let mut work = tokio::task::spawn_blocking(move || scan(&flag));
    loop {
        tokio::select! {
            done = &mut work => return done.map_err(|_| Gap::internal("the scan broke off")),
            () = tokio::time::sleep(Duration::from_millis(100)) => {
                if sight.stop.load(Ordering::Relaxed) {
                    halt.0.store(true, Ordering::Relaxed);
                }
            }
        }
    }
}

/// A file of an unused name in the scratch directory, gone when this is.
struct Scratch(PathBuf);

impl Scratch {
    fn new(directory: &Path) -> Result<Self, Gap> {
        let mut random = [0_u8; 8];
        getrandom::fill(&mut random).map_err(|_| Gap::internal("the system gives no random numbers"))?;
        std::fs::create_dir_all(directory).map_err(|_| Gap::internal("the scratch directory cannot be made"))?;
        Ok(Self(directory.join(format!("archive-{:016x}.tar.gz", u64::from_ne_bytes(random)))))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Not there if the download failed; nothing else can be done here.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Why there is no report, and the step that would give one.
fn gap(problem: &RepoProblem, settings: &AppSettings) -> Gap {
    let name = &settings.name;
    let (kind, needs) = match problem {
        RepoProblem::Missing { .. }
        | RepoProblem::NotADirectory { .. }
        | RepoProblem::Bare { .. }
        | RepoProblem::NotTheRoot { .. }
        | RepoProblem::NoHistory { .. }
        | RepoProblem::Elsewhere { .. } => (GapKind::NotConfigured, format!("Run `rescue app edit {name} --repo PATH`")),
        RepoProblem::Unreadable { .. } => (GapKind::NoPermission, "Let this user read the files".to_owned()),
        RepoProblem::Corrupt { .. } => (GapKind::UnexpectedAnswer, "Run `git fsck` in it, or clone it afresh".to_owned()),
        RepoProblem::Format { .. } => (GapKind::UnexpectedAnswer, "Give a checkout in the usual format".to_owned()),
        RepoProblem::NotAnArchive { .. } => (GapKind::UnexpectedAnswer, "Run again".to_owned()),
        RepoProblem::Stopped => (GapKind::TimedOut, "Run again and let it finish".to_owned()),
    };
    Gap::new(kind, System::Scan, problem.to_string()).needs(needs)
}

/// One finding per secret, however many files have it: the rule and the keyed hash are what it is.
fn findings(report: &Report) -> Vec<Finding> {
    grouped(report.findings.iter().filter(|leak| leak.can_fail()))
        .into_values()
        .filter_map(|leaks| {
            let (first, severity) = (leaks.first()?, leaks.iter().map(|it| it.severity).max()?);
            let says = format!("{} {} stands in {}", first.kind, first.masked, places(&leaks));
            let fix = format!("Revoke it and make a new one: {}", first.rotate);
            Some(Finding::new(&format!("scan.{}", first.rule), &first.id, severity, says, fix).at(place(first)))
        })
        .collect()
}

fn notes(report: &Report) -> Vec<Note> {
    grouped(report.findings.iter().filter(|leak| !leak.can_fail()))
        .into_values()
        .filter_map(|leaks| {
            let first = leaks.first()?;
            let places = places(&leaks);
            let (level, what, says) = if first.public {
                (NoteLevel::Info, "public", format!("{} {} is public by design; it stands in {places}", first.kind, first.masked))
            } else if leaks.iter().all(|it| it.standing == Standing::Ignored) {
                (
                    NoteLevel::Info,
                    "ignored",
                    format!("{} {} stands in {places}, which git ignores: not committed", first.kind, first.masked),
                )
            } else {
                (
                    NoteLevel::Evidence,
                    "maybe",
                    format!("{} {} may be a credential; it stands in {places}", first.kind, first.masked),
                )
            };
            let key = format!("scan.{}.{}.{what}", first.rule, first.id);
            Some(Note { key, level, says: says.into(), place: Some(place(first)) })
        })
        .collect()
}

fn grouped<'a>(leaks: impl Iterator<Item = &'a Leak>) -> BTreeMap<(&'a str, &'a str), Vec<&'a Leak>> {
    let mut groups: BTreeMap<_, Vec<&Leak>> = BTreeMap::new();
    for leak in leaks {
        groups.entry((leak.rule.as_str(), leak.id.as_str())).or_default().push(leak);
    }
    groups
}

fn places(leaks: &[&Leak]) -> String {
    let first = leaks.first().map(|it| format!("{}:{}", it.path, it.line)).unwrap_or_default();
    match leaks.len() {
        0 | 1 => first,
        2 => format!("{first} and one more file"),
        more => format!("{first} and {} more files", more - 1),
    }
}

fn place(leak: &Leak) -> Place {
    Place::File { path: leak.path.clone(), line: Some(leak.line), commit: leak.commit.as_ref().map(Foreign::new) }
}

/// No file at all: an empty directory, another path than was meant, an archive of nothing. That is no clean tree.
fn nothing_there() -> Gap {
    Gap::new(GapKind::Ambiguous, System::Scan, "there is no file to look into, so nothing was searched")
        .needs("Check that the named repository is the app's and that its files are there")
}

/// What was left out, so that nothing found is not clean.
fn unread(report: &Report) -> Gap {
    let coverage = &report.coverage;
    let why = coverage.skipped.iter().find(|it| it.hides).map_or_else(
        || format!("{} of {} files were read", coverage.files_seen, coverage.files_total),
        |it| format!("{} was not searched ({})", it.what, it.why),
    );
    let more: usize = coverage.skipped.iter().filter(|it| it.hides).map(|it| it.count).sum();
    let more = if more > 1 { format!(" and {} more", more - 1) } else { String::new() };
    Gap::new(GapKind::Incomplete, System::Scan, format!("no credential in what was read, but {why}{more}"))
        .needs("Give a full checkout with these files readable, or look at them by hand")
}

#[cfg(test)]
mod tests;
