//! What a file does beside its answer: logging, background work, schedules, cached reads, start-up of trackers, error
//! pages, what it does elsewhere and what it answers instead. It names what stands there and judges nothing.

mod caches;
mod fallbacks;
mod jobs;
mod logs;
mod outside;
mod pages;
mod task_folders;
#[cfg(test)]
mod tests;
mod trackers;

pub use caches::{Cached, Lifetime};
pub use fallbacks::Fallback;
pub use jobs::{Carrier, Job, Jobs, Slow, Work};
pub use logs::Logs;
pub use outside::{Lasting, Outside};
pub use pages::{Export, Pages, Value};
pub use trackers::{Product, Start, Trackers};

use super::parse::Parsed;

/// What one file holds of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Effects {
    pub logs: Logs,
    pub trackers: Trackers,
    pub jobs: Jobs,
    /// Reads that are kept for later, with how long.
    pub caches: Vec<Cached>,
    /// Where a cached read is thrown away because something changed.
    pub invalidates: Vec<u32>,
    pub pages: Pages,
    /// What a broken step after it would leave standing elsewhere.
    pub outside: Vec<Outside>,
    /// Where something is answered with when a call fails.
    pub fallbacks: Vec<Fallback>,
    /// Where Trigger.dev looks for tasks, if this is its configuration and names it.
    pub task_folders: Option<Vec<String>>,
}

impl Effects {
    /// Adds what one tree of the file holds.
    pub(super) fn add(&mut self, parsed: &Parsed<'_, '_>) {
        logs::add(&mut self.logs, parsed);
        trackers::add(&mut self.trackers, parsed);
        jobs::add(&mut self.jobs, parsed);
        caches::add(self, parsed);
        pages::add(&mut self.pages, parsed);
        outside::add(&mut self.outside, parsed);
        fallbacks::add(&mut self.fallbacks, parsed);
        self.task_folders = self.task_folders.take().or_else(|| task_folders::of(parsed));
    }
}
