//! Finds credentials in the files of a repository and in what a site serves, and says what each is, where it stands and how
//! sure that is. Only `site` and `verify` talk to a network, through the door. No value is kept or shown: what leaves this
//! room is a kind, a place, a mask and a keyed hash.

mod encoded;
mod engine;
mod entropy;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
#[cfg(any(test, feature = "fuzzing"))]
mod glance;
mod history;
mod joined;
pub mod key;
mod large;
mod look;
mod markers;
mod place;
mod placeholder;
pub mod progress;
mod proof;
pub mod report;
mod rule;
mod rules;
pub mod sarif;
mod single;
mod site;
mod sweep;
mod text;
pub mod values;
pub mod verify;

pub use key::ScanKey;
pub use progress::Progress;
pub use report::{Confidence, Coverage, Leak, Report, Skipped, Surface};
pub use site::{
    Announced, Asked, BEYOND_A_VISIT, Conduct, Cookie, ExposedMap, FileKind, FoundProject, Framework, Front, Home,
    MOST_HOME_REDIRECTS, Mark, MarkOf, MetAtHome, Reach, Requests, Route, Routes, SiteLimits, SiteOptions, SiteReport, Tally,
    Visit, home_page, scan_site, visit_site,
};
pub use values::Values;

use crate::domain::SupabaseRef;
use crate::repo::{ReadLimits, RepoProblem};
use chrono::{DateTime, Utc};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What a scan is told besides what to look at.
#[derive(Debug, Clone)]
pub struct Options {
    /// The moment against which the expiry of a token is judged.
    pub now: DateTime<Utc>,
    /// The app's Supabase projects: a key of a new kind is bound to its project by its checksum.
    pub projects: Vec<SupabaseRef>,
    pub limits: ReadLimits,
    /// Threads that read and search; at least 1.
    pub threads: usize,
    /// Told how far the scan is.
    pub progress: Progress,
    /// Where the values of kinds go that are to be checked live; none keeps none.
    pub values: Option<Arc<Values>>,
}

impl Options {
    /// No known projects, the usual limits, as many threads as the machine has (8 at most).
    #[must_use]
    pub fn new(now: DateTime<Utc>) -> Self {
        let threads = std::thread::available_parallelism().map_or(2, usize::from).min(8);
        Self { now, projects: Vec::new(), limits: ReadLimits::default(), threads, progress: Progress::default(), values: None }
    }

    /// Names the app's Supabase projects.
    #[must_use]
    pub fn projects(mut self, projects: impl IntoIterator<Item = SupabaseRef>) -> Self {
        self.projects.extend(projects);
        self
    }
}

/// Scans the checkout or plain directory at `path`. Blocks; ends soon after `stop` becomes true with
/// [`RepoProblem::Stopped`].
pub fn scan_tree(path: &Path, key: &ScanKey, options: &Options, stop: &AtomicBool) -> Result<Report, RepoProblem> {
    sweep::tree(path, key, options, stop)
}

/// Scans what is below `below` (relative, with `/`) of the checkout or plain directory at `path`. As [`scan_tree`].
pub fn scan_below(path: &Path, below: &[u8], key: &ScanKey, options: &Options, stop: &AtomicBool) -> Result<Report, RepoProblem> {
    sweep::below(path, below, key, options, stop)
}

/// Scans one file, a large one in pieces. Blocks; ends soon after `stop` becomes true with [`RepoProblem::Stopped`].
pub fn scan_file(path: &Path, key: &ScanKey, options: &Options, stop: &AtomicBool) -> Result<Report, RepoProblem> {
    single::file(path, key, options, stop)
}

/// Scans one text under a name; it counts as a file that git does not have yet.
pub fn scan_text(name: &[u8], text: Vec<u8>, key: &ScanKey, options: &Options) -> Report {
    sweep::text(name, text, key, options)
}

/// Scans a gzipped tar archive of a repository, as a code host gives it. Every file in it counts as tracked. Blocks;
/// ends soon after `stop` becomes true with [`RepoProblem::Stopped`].
pub fn scan_archive(path: &Path, key: &ScanKey, options: &Options, stop: &AtomicBool) -> Result<Report, RepoProblem> {
    sweep::archive(path, key, options, stop)
}

/// Scans the whole history of the repository at `path`, a checkout or a bare one: every blob that any branch, tag,
/// stash or other ref leads to, once. A finding's commit is the one that added the secret there (of all commits that
/// have it the first, parents before children, then by time), `since` its time, `until` the time of the commit on
/// HEAD's line of first parents that follows the last one with it (none while HEAD has it, and for what never was on
/// that line). Blocks; ends soon after `stop` becomes true with [`RepoProblem::Stopped`].
pub fn scan_history(path: &Path, key: &ScanKey, options: &Options, stop: &AtomicBool) -> Result<Report, RepoProblem> {
    history::alone(path, key, options, stop)
}

/// Scans a repository or a plain directory at `path`: its files as [`scan_tree`] does (a bare one: those of HEAD), and
/// with `with_history` all that [`scan_history`] sees, as one report with one entry per secret and path. Blocks; ends
/// soon after `stop` becomes true with [`RepoProblem::Stopped`].
pub fn scan_repository(
    path: &Path,
    key: &ScanKey,
    options: &Options,
    with_history: bool,
    stop: &AtomicBool,
) -> Result<Report, RepoProblem> {
    history::with_tree(path, key, options, with_history, stop)
}

/// The provider rules that a scan applies: id, what it finds, and whether that is public by design.
pub fn known_kinds() -> impl Iterator<Item = (&'static str, &'static str, bool)> {
    rules::all().map(|rule| (rule.id, rule.kind, rule.public))
}

/// Why a find of this rule does no harm though everybody sees it, in one sentence; None if it is secret, or unknown.
#[must_use]
pub fn why_harmless(rule: &str) -> Option<&'static str> {
    rules::all().find(|it| it.id == rule && it.public).map(|it| it.harmless)
}

#[cfg(test)]
mod tests;
