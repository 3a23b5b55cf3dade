//! Takes one served text through the engine and says what was found. The text lives for as long as it is searched, and is
//! wiped if a secret was in it; what leaves is a kind, a place, a mask and a keyed hash.

use crate::domain::{Foreign, SupabaseRef};
use crate::repo::Standing;
use crate::scan::engine::{Circumstances, ENGINE};
use crate::scan::place::{PathTraits, raised};
use crate::scan::report::{Leak, Surface};
use crate::scan::rule::project_in;
use crate::scan::{ScanKey, Values};
use chrono::{DateTime, Utc};
use regex::bytes::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

/// What every search of one walk shares.
pub(super) struct Searcher {
    pub key: ScanKey,
    pub projects: Vec<SupabaseRef>,
    pub now: DateTime<Utc>,
    pub values: Option<Arc<Values>>,
}

/// What was in one text.
#[derive(Default)]
pub(super) struct Found {
    pub leaks: Vec<Leak>,
    /// References of Supabase projects.
    pub projects: BTreeSet<String>,
    /// The search stopped before the end.
    pub cut: bool,
}

impl Found {
    pub fn add(&mut self, other: Self) {
        self.leaks.extend(other.leaks);
        self.projects.extend(other.projects);
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
        let search = ENGINE.search(text, &Circumstances { projects: &self.projects, now: self.now, traits });
        let mut leaks: BTreeMap<String, Leak> = BTreeMap::new();
        let (mut line, mut counted) = (1_u32, 0);
        for sighting in search.sightings {
            let passed = text.get(counted..sighting.at.start).unwrap_or_default();
            let newlines = passed.split(|byte| *byte == b'\n').count() - 1;
            line = line.saturating_add(u32::try_from(newlines).unwrap_or(u32::MAX));
            counted = counted.max(sighting.at.start);
            let value = text.get(sighting.at.clone()).unwrap_or_default();
            let identity = sighting.identity.as_ref().map_or(value, |it| it.as_slice());
            let id = self.key.name(identity);
            let rule = sighting.rule;
            if let Some(values) = &self.values {
                values.offer(rule.id, &id, identity);
            }
            leaks.entry(id.clone()).or_insert_with(|| Leak {
                id,
                rule: rule.id.to_owned(),
                kind: rule.kind.to_owned(),
                provider: rule.provider.to_owned(),
                path: Foreign::new(path),
                line,
                commit: None,
                surface: Surface::Site,
                since,
                until: None,
                marker: None,
                // It is served now.
                in_head: true,
                standing: Standing::Tracked,
                masked: Foreign::new(sighting.masked),
                public: rule.public,
                confidence: sighting.confidence,
                // Anybody has it (`apis/secrets.md` §1, table of places).
                severity: if rule.public { sighting.severity } else { raised(sighting.severity) },
                rotate: rule.rotate.to_owned(),
                belongs_to: sighting.belongs_to.map(Foreign::from),
            });
        }
        let named = PROJECT.captures_iter(text).filter_map(|it| it.get(1));
        let named = named.map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned());
        let owners = leaks.values().filter(|it| it.provider == "Supabase").filter_map(|it| it.belongs_to.as_ref());
        let projects = named.chain(owners.map(|it| project_in(it.as_str()).to_owned()));
        let projects = projects.filter(|it| it.parse::<SupabaseRef>().is_ok()).collect();
        Found { leaks: leaks.into_values().collect(), projects, cut: search.cut }
    }
}
