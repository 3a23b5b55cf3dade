//! Looks into one text: whether any path could make a leak of what is in it, and, once the path is known, which leaks.
//! Keeps nothing of a text but kinds, places, masks and keyed hashes.

use super::engine::{Circumstances, ENGINE, Sighting};
use super::place::{PathTraits, raised};
use super::report::{Leak, Surface};
use super::rule::mentions;
use super::text::{self, SearchedText};
use super::{Options, ScanKey};
use crate::domain::{Foreign, SupabaseRef};
use crate::repo::Standing;
use chrono::{DateTime, Utc};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use zeroize::Zeroizing;

/// What a text is at first sight, before anybody knows its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Glance {
    /// No path makes a leak of anything in it.
    Nothing,
    /// Not text.
    Binary,
    /// Some path would: look again with the path.
    Candidates,
}

/// Says what `bytes` could be under any path: every rule tried, values taken with and without quotes. Cheap on what
/// holds nothing, safe to call from many threads at once, no state between calls.
pub(crate) fn glance(bytes: &[u8], projects: &[SupabaseRef], now: DateTime<Utc>) -> Glance {
    let Some(text) = text::decoded(bytes) else { return Glance::Binary };
    let traits = PathTraits { settings: true, ..PathTraits::default() };
    let search = ENGINE.search(&text, &Circumstances { projects, now, traits });
    let found = search.cut || !search.sightings.is_empty();
    if let (true, Cow::Owned(copy)) = (found, text) {
        drop(Zeroizing::new(copy));
    }
    if found { Glance::Candidates } else { Glance::Nothing }
}

/// Whether any path could make a leak of something in `bytes`. See [`glance`].
pub(crate) fn holds_candidates(bytes: &[u8], projects: &[SupabaseRef], now: DateTime<Utc>) -> bool {
    glance(bytes, projects, now) == Glance::Candidates
}

/// What every text of a scan is looked at with.
#[derive(Clone, Copy)]
pub(crate) struct Look<'a> {
    pub key: &'a ScanKey,
    pub options: &'a Options,
    pub surface: Surface,
    /// The commit that is checked out or added the text, if one is known.
    pub commit: Option<&'a str>,
}

/// Where a text stands.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    /// Relative to the root, in whatever bytes.
    pub path: &'a [u8],
    pub standing: Standing,
    /// Whether these very bytes are in the commit that is checked out.
    pub in_head: bool,
}

/// What came of a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Looked {
    /// Not text: nothing was searched.
    Binary,
    /// Searched to the end.
    Whole,
    /// More candidates than are judged: the rest was not.
    Cut,
}

/// What came of a look into a part.
pub(super) struct Part {
    /// There was something in it.
    pub secret: bool,
    /// There were more candidates than are judged.
    pub cut: bool,
}

impl Look<'_> {
    /// Searches the text `bytes` at `place` and adds its leaks, one per secret and file (`leaks` is keyed by their ids).
    pub(crate) fn search(&self, place: Place<'_>, bytes: Vec<u8>, leaks: &mut BTreeMap<String, Leak>) -> Looked {
        let Some(mut text) = SearchedText::of(bytes) else { return Looked::Binary };
        let part = self.search_part(place, PathTraits::of(place.path), text.bytes(), 0..usize::MAX, 0, leaks);
        if part.secret {
            text.holds_secret();
        }
        if part.cut { Looked::Cut } else { Looked::Whole }
    }

    /// Searches a part of a text that begins after so many lines, and adds the leaks that begin in `keep`.
    pub(super) fn search_part(
        &self,
        place: Place<'_>,
        traits: PathTraits,
        text: &[u8],
        keep: Range<usize>,
        lines_before: usize,
        leaks: &mut BTreeMap<String, Leak>,
    ) -> Part {
        let circumstances = Circumstances { projects: &self.options.projects, now: self.options.now, traits };
        let search = ENGINE.search(text, &circumstances);
        let secret = !search.sightings.is_empty();
        let mut lines = Lines { passed: lines_before, counted: 0 };
        for sighting in search.sightings.into_iter().filter(|it| keep.contains(&it.at.start)) {
            let line = lines.of(text, sighting.at.start);
            let leak = self.leak(place, traits, text, sighting, line);
            // The first place in the file stands for the secret; HEAD's copy only adds that it is committed.
            leaks.entry(leak.id.clone()).and_modify(|it| it.in_head |= place.in_head).or_insert(leak);
        }
        Part { secret, cut: search.cut }
    }

    fn leak(&self, place: Place<'_>, traits: PathTraits, text: &[u8], sighting: Sighting, line: u32) -> Leak {
        let value = text.get(sighting.at.clone()).unwrap_or_default();
        let rule = sighting.rule;
        let before = text.get(sighting.at.start.saturating_sub(80)..sighting.at.start).unwrap_or_default();
        let exposed = mentions(before.rsplit(|b| *b == b'\n').next().unwrap_or_default(), EXPOSING_NAMES);
        let base = if exposed && !rule.public { raised(sighting.severity) } else { sighting.severity };
        Leak {
            id: self.key.name(sighting.identity.as_ref().map_or(value, |it| it.as_slice())),
            rule: rule.id.to_owned(),
            kind: rule.kind.to_owned(),
            provider: rule.provider.to_owned(),
            path: Foreign::new(String::from_utf8_lossy(place.path)),
            line,
            commit: self.commit.map(str::to_owned),
            surface: self.surface,
            since: None,
            until: None,
            marker: None,
            in_head: place.in_head,
            standing: place.standing,
            masked: Foreign::new(sighting.masked),
            public: rule.public,
            confidence: sighting.confidence,
            severity: traits.severity(base, sighting.confidence, place.standing),
            rotate: rule.rotate.to_owned(),
            belongs_to: sighting.belongs_to.map(Foreign::from),
        }
    }
}

/// Names under which build tools put a value into what browsers load.
const EXPOSING_NAMES: &[&str] = &["next_public_", "vite_", "react_app_", "expo_public_", "nuxt_public_", "public_"];

/// Counts lines forward through a text.
struct Lines {
    passed: usize,
    counted: usize,
}

impl Lines {
    /// The line, from 1, of the byte `at`. Asked in ascending order; an earlier place has the line of the last.
    fn of(&mut self, text: &[u8], at: usize) -> u32 {
        let passed = text.get(self.counted..at).unwrap_or_default();
        self.passed += memchr::memchr_iter(b'\n', passed).count();
        self.counted = self.counted.max(at);
        u32::try_from(self.passed + 1).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::rules::samples::{self, Samples};
    use chrono::TimeZone;

    fn now() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 22, 12, 0, 0).unwrap()
    }

    #[test]
    fn a_glance_never_says_nothing_where_a_path_makes_a_leak() {
        let (key, options) = (ScanKey::new([7; 32]), Options::new(now()));
        let look = Look { key: &key, options: &options, surface: Surface::History, commit: None };
        let mut nothing = 0;
        for Samples { rule, path, matching, near } in samples::all() {
            for text in matching.iter().chain(&near) {
                let mut leaks = BTreeMap::new();
                for path in [path, ".env", "src/a.ts", "dist/a.js", "config.yml"] {
                    let place = Place { path: path.as_bytes(), standing: Standing::Tracked, in_head: false };
                    look.search(place, text.clone().into_bytes(), &mut leaks);
                }
                let said = holds_candidates(text.as_bytes(), &[], now());
                assert!(said || leaks.is_empty(), "{rule}");
                nothing += usize::from(!said);
            }
        }
        assert!(nothing > 10, "and it does say nothing of what holds nothing");
    }

    #[test]
    fn a_glance_tells_what_is_no_text() {
        let picture: Vec<u8> = (0..4000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[2]).collect();
        assert_eq!(glance(&picture, &[], now()), Glance::Binary);
        assert_eq!(glance(b"", &[], now()), Glance::Nothing);
    }

    #[test]
    fn lines_are_counted_forward() {
        let mut lines = Lines { passed: 0, counted: 0 };
        let text = b"a\nb\n\nc";
        assert_eq!([0, 2, 2, 5, 99].map(|at| lines.of(text, at)), [1, 2, 2, 4, 4]);
    }
}
