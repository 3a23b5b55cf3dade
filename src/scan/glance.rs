//! Says what a text could be before anybody knows its path. Only the tests and the targets that fuzz the engine ask; it keeps
//! nothing of a text.

use super::engine::{Circumstances, ENGINE};
use super::place::PathTraits;
use super::text;
use crate::domain::SupabaseRef;
use chrono::{DateTime, Utc};
use std::borrow::Cow;
use zeroize::Zeroizing;

/// What a text is at first sight, before anybody knows its path. The targets that fuzz the engine ask for it.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::Standing;
    use crate::scan::look::{Look, Place};
    use crate::scan::report::Surface;
    use crate::scan::rules::samples::{self, Samples};
    use crate::scan::{Options, ScanKey};
    use chrono::TimeZone;
    use std::collections::BTreeMap;

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
                let said = glance(text.as_bytes(), &[], now()) != Glance::Nothing;
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
}
