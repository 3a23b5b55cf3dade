//! The scanner's side of the door for fuzzing: searches of single texts, told without a value.

use super::engine::{Circumstances, ENGINE};
use super::glance::{self, Glance};
use super::large::{self, Windows};
use super::look::{Look, Looked, Place};
use super::place::PathTraits;
use super::report::{Leak, Surface};
use super::{Options, ScanKey};
use crate::repo::Standing;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::AtomicBool;

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
    match glance::glance(bytes, &[], now()) {
        Glance::Binary => None,
        Glance::Nothing => Some(false),
        Glance::Candidates => Some(true),
    }
}

/// The rule, the keyed name and the line of every leak in a file with these bytes. None: they are no text.
#[must_use]
pub fn file(bytes: &[u8], path: &[u8]) -> Option<Vec<(String, String, u32)>> {
    told(path, |look, place, leaks| look.search(place, bytes.to_vec(), leaks))
}

/// As [`file`], read in windows of this size.
#[must_use]
pub fn file_in_windows(mut bytes: &[u8], path: &[u8], core: usize, margin: usize) -> Option<Vec<(String, String, u32)>> {
    let (windows, stop) = (Windows { core, margin }, AtomicBool::new(false));
    told(path, |look, place, leaks| large::search(look, place, &mut bytes, u64::MAX, windows, &stop, leaks).looked)
}

fn told(
    path: &[u8],
    search: impl FnOnce(Look<'_>, Place<'_>, &mut BTreeMap<String, Leak>) -> Looked,
) -> Option<Vec<(String, String, u32)>> {
    let (key, options, mut leaks) = (ScanKey::new([7; 32]), Options::new(now()), BTreeMap::new());
    let look = Look { key: &key, options: &options, surface: Surface::Tree, commit: None };
    let looked = search(look, Place { path, standing: Standing::Tracked, in_head: true }, &mut leaks);
    (looked != Looked::Binary).then(|| leaks.into_values().map(|it| (it.rule, it.id, it.line)).collect())
}

/// A path and a text for every sample of every rule, made of random letters: the seeds of a target.
#[must_use]
pub fn samples() -> Vec<(String, String)> {
    let all = super::rules::samples::all().into_iter();
    all.flat_map(|it| it.matching.into_iter().chain(it.near).map(move |text| (it.path.to_owned(), text))).collect()
}

/// A moment in 2026, the same for every run.
fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_348_800, 0).unwrap_or_default()
}
