//! Looks into one text: whether any path could make a leak of what is in it, and, once the path is known, which leaks.
//! Keeps nothing of a text but kinds, places, masks and keyed hashes.

use super::engine::{Circumstances, ENGINE, Sighting};
use super::place::{PathTraits, raised};
use super::report::{Leak, Surface, exact, is_another};
use super::rule::mentions;
use super::text::SearchedText;
use super::{Options, ScanKey, markers};
use crate::domain::Foreign;
use crate::repo::Standing;
use std::collections::BTreeMap;
use std::ops::Range;

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
pub(in crate::scan) struct Part {
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
    pub(in crate::scan) fn search_part(
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
        let identity = sighting.identity.as_ref().map_or(value, |it| it.as_slice());
        let id = self.key.name(identity);
        if let Some(values) = &self.options.values {
            values.offer(rule.id, &id, identity);
        }
        let before = text.get(sighting.at.start.saturating_sub(80)..sighting.at.start).unwrap_or_default();
        // Anybody has what a site serves, or will have what a build puts into it (`apis/secrets.md` §1, table of places).
        let exposed =
            self.surface == Surface::Site || mentions(before.rsplit(|b| *b == b'\n').next().unwrap_or_default(), EXPOSING_NAMES);
        let base = if exposed && !rule.public { raised(sighting.severity) } else { sighting.severity };
        let path = Foreign::new(String::from_utf8_lossy(place.path));
        // GitHub gives out the keys of its apps under this name (`apis/secrets.md` §2.3); inside they look like any other.
        let (kind, provider, rotate) = if rule.id == "private-key" && place.path.ends_with(b".private-key.pem") {
            ("GitHub App private key", "GitHub", "GitHub › Settings › Developer settings › the app › Private keys")
        } else {
            (rule.kind, rule.provider, rule.rotate)
        };
        Leak {
            id,
            rule: rule.id.to_owned(),
            kind: kind.to_owned(),
            provider: provider.to_owned(),
            exact_path: exact(&path, place.path),
            path,
            line,
            commit: self.commit.map(str::to_owned),
            surface: self.surface,
            since: None,
            until: None,
            marker: markers::on_line(text, &sighting.at).map(Foreign::from),
            in_head: place.in_head,
            standing: place.standing,
            masked: Foreign::new(sighting.masked),
            public: rule.public,
            confidence: sighting.confidence,
            severity: traits.severity(base, sighting.confidence, place.standing),
            rotate: rotate.to_owned(),
            of_another: is_another(&self.options.projects, sighting.belongs_to.as_deref()),
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

    #[test]
    fn lines_are_counted_forward() {
        let mut lines = Lines { passed: 0, counted: 0 };
        let text = b"a\nb\n\nc";
        assert_eq!([0, 2, 2, 5, 99].map(|at| lines.of(text, at)), [1, 2, 2, 4, 4]);
    }
}
