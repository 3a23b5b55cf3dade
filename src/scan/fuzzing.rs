//! The scanner's side of [`crate::fuzzing`]: searches of single texts, told without a value.

use super::engine::{Circumstances, ENGINE};
use super::look::{self, Glance};
use super::place::PathTraits;
use chrono::{DateTime, Utc};
use std::ops::Range;

/// A sighting: the rule and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub rule: &'static str,
    pub at: Range<usize>,
    /// The public part of the secret.
    pub masked: String,
}

/// What the engine sees in `text` as a file at `path`, and whether it gave up before the end.
#[must_use]
pub fn search(text: &[u8], path: &[u8]) -> (Vec<Seen>, bool) {
    let circumstances = Circumstances { projects: &[], now: now(), traits: PathTraits::of(path) };
    let search = ENGINE.search(text, &circumstances);
    let seen = search.sightings.into_iter().map(|it| Seen { rule: it.rule.id, at: it.at, masked: it.masked });
    (seen.collect(), search.cut)
}

/// Whether some path could make a leak of what `bytes` hold. None: they are no text.
#[must_use]
pub fn glance(bytes: &[u8]) -> Option<bool> {
    match look::glance(bytes, &[], now()) {
        Glance::Binary => None,
        Glance::Nothing => Some(false),
        Glance::Candidates => Some(true),
    }
}

/// A moment in 2026, the same for every run.
fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_348_800, 0).unwrap_or_default()
}
