//! Takes one served text through the engine and says what was found. The text lives for as long as it is searched, and is
//! wiped if a secret was in it; what leaves is a kind, a place, a mask and a keyed hash.

use super::notice;
use crate::domain::SupabaseRef;
use crate::repo::Standing;
use crate::scan::look::{Look, Place};
use crate::scan::place::PathTraits;
use crate::scan::report::{Leak, Surface};
use crate::scan::{Options, ScanKey};
use chrono::{DateTime, Utc};
use regex::bytes::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// What every search of one walk shares.
pub(super) struct Searcher {
    pub key: ScanKey,
    pub options: Options,
    /// Whether to note whose services are named.
    pub notices: bool,
}

/// What was in one text.
#[derive(Default)]
pub(super) struct Found {
    pub leaks: Vec<Leak>,
    /// References of Supabase projects.
    pub projects: BTreeSet<String>,
    /// Services whose hosts it names.
    pub services: BTreeSet<&'static str>,
    /// The search stopped before the end.
    pub cut: bool,
}

impl Found {
    pub fn add(&mut self, other: Self) {
        self.leaks.extend(other.leaks);
        self.projects.extend(other.projects);
        self.services.extend(other.services);
        self.cut |= other.cut;
    }
}

static PROJECT: LazyLock<Regex> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "a constant, and the tests of this file use it")]
    Regex::new(r"(?-u)([a-z]{20})\.supabase\.(?:co|in|red)\b").expect("a pattern")
});

impl Searcher {
    /// Searches the text of a script or a page, or of a source when `path` is its own. `since` is when it was last changed.
    pub fn search(&self, text: &[u8], path: &str, is_source: bool, since: Option<DateTime<Utc>>) -> Found {
        // What a site serves is neither an example nor a file of settings, whatever its path is called; and what was built
        // is full of random words, so that a name beside one says nothing.
        let made_by_tools = !is_source || PathTraits::of(path.as_bytes()).made_by_tools;
        let traits = PathTraits { made_by_tools, ..PathTraits::default() };
        let look = Look { key: &self.key, options: &self.options, surface: Surface::Site, commit: None };
        // It is served now.
        let place = Place { path: path.as_bytes(), standing: Standing::Tracked, in_head: true };
        let mut leaks: BTreeMap<String, Leak> = BTreeMap::new();
        let part = look.search_part(place, traits, text, 0..usize::MAX, 0, &mut leaks);
        for leak in leaks.values_mut() {
            leak.since = since;
        }
        let named = PROJECT.captures_iter(text).filter_map(|it| it.get(1));
        let named = named.map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned());
        let owners = leaks.values().filter(|it| it.provider == "Supabase").filter_map(|it| it.belongs_to.as_ref());
        let projects = named.chain(owners.map(|it| it.as_str().to_owned()));
        let projects = projects.filter(|it| it.parse::<SupabaseRef>().is_ok()).collect();
        let services = if self.notices { notice::services(text) } else { BTreeSet::new() };
        Found { leaks: leaks.into_values().collect(), projects, services, cut: part.cut }
    }
}
