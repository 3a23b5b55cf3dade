//! The findings that stand today, each once, with when they were seen and who accepted them.
//! A finding is its rule and its resource: the same one under two items or probes is one row.

use super::ledger::Ledger;
use super::{Assessment, Exposure, Finding, ItemId, ProbeBook, ProbeWord, Rotation, StandingFinding, Truth, rotation};
use chrono::{DateTime, Utc};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

/// The worst first, then by key. Items that do not apply show none.
pub(super) fn standing<'a>(items: &'a [Assessment], ledger: &Ledger<'a>, book: &ProbeBook) -> Vec<StandingFinding> {
    let mut rows: BTreeMap<String, StandingFinding> = BTreeMap::new();
    let mut seen: HashMap<&str, Seen<'_>> = HashMap::new();
    let leaked = leaked(items, ledger, book, &mut seen);
    for assessment in items.iter().filter(|it| it.truth != Truth::NotApplicable) {
        for word in assessment.words.iter().filter(|it| !it.findings.is_empty()) {
            let times = seen.entry(word.probe.as_str()).or_insert_with(|| Seen::of(word, ledger, book));
            for finding in &word.findings {
                let key = finding.key();
                let (first_seen, last_seen) = times.of_finding(finding, ledger.now());
                let waiver = ledger.acceptance(&key, assessment.gate.is_some());
                let since = leaked.get(rotation::secret(&key)).copied().flatten();
                let rotation = finding.exposed.as_ref().and_then(|_| ledger.rotation(&key, since));
                let settled = Settled {
                    accepted: waiver.as_ref().is_some_and(|it| it.stands),
                    rotated: assessment.asks_rotation && rotation.as_ref().is_some_and(|it| it.holds),
                };
                let row = rows.entry(key).or_insert_with(|| StandingFinding {
                    finding: finding.clone(),
                    probe: word.probe.clone(),
                    items: Vec::new(),
                    first_seen,
                    last_seen,
                    waiver: waiver.clone(),
                    rotation: None,
                    asks_rotation: false,
                    rotated: true,
                });
                row.asks_rotation |= assessment.asks_rotation && finding.exposed.is_some();
                row.learn(finding, rotation);
                row.add(&assessment.item, first_seen, last_seen, &settled);
            }
        }
    }
    let mut rows: Vec<_> = rows.into_values().collect();
    for row in &mut rows {
        row.rotated &= row.rotation.as_ref().is_some_and(|it| it.holds);
    }
    rows.sort_by_key(|it| Reverse(it.finding.severity));
    rows
}

/// Since when each leaked secret lies open, over all that saw it: the earliest moment that any gave.
fn leaked<'a>(
    items: &'a [Assessment],
    ledger: &Ledger<'a>,
    book: &ProbeBook,
    seen: &mut HashMap<&'a str, Seen<'a>>,
) -> HashMap<String, Option<DateTime<Utc>>> {
    let mut leaked: HashMap<String, Option<DateTime<Utc>>> = HashMap::new();
    for word in items.iter().filter(|it| it.truth != Truth::NotApplicable).flat_map(|it| &it.words) {
        for finding in word.findings.iter().filter(|it| it.exposed.is_some()) {
            let times = seen.entry(word.probe.as_str()).or_insert_with(|| Seen::of(word, ledger, book));
            let (first_seen, _) = times.of_finding(finding, ledger.now());
            let known = leaked.entry(rotation::secret(&finding.key()).to_owned()).or_default();
            *known = rotation::earlier(*known, rotation::since(finding, first_seen));
        }
    }
    leaked
}

/// By what one item takes a finding for settled.
struct Settled {
    accepted: bool,
    rotated: bool,
}

impl StandingFinding {
    /// One secret that two probes saw is one row: the earliest leak and the place where it still is count.
    fn learn(&mut self, finding: &Finding, rotation: Option<Rotation>) {
        let severity = self.finding.severity.max(finding.severity);
        if finding.exposed.as_ref().map(|it| it.at) < self.finding.exposed.as_ref().map(|it| it.at) {
            let known = std::mem::replace(&mut self.finding, finding.clone());
            merge(&mut self.finding.exposed, known.exposed.as_ref());
        } else {
            merge(&mut self.finding.exposed, finding.exposed.as_ref());
        }
        self.finding.severity = severity;
        // The word that holds for the longest exposure is the one that holds.
        let weaker = |it: &Rotation| self.rotation.as_ref().is_none_or(|known| known.holds && !it.holds);
        if rotation.as_ref().is_some_and(weaker) {
            self.rotation = rotation;
        }
    }

    /// It stands as accepted only where every item that it touches takes the acceptance.
    fn add(&mut self, item: &ItemId, first: DateTime<Utc>, last: DateTime<Utc>, settled: &Settled) {
        if !self.items.contains(item) {
            self.items.push(item.clone());
        }
        self.first_seen = self.first_seen.min(first);
        self.last_seen = self.last_seen.max(last);
        self.rotated &= settled.rotated || settled.accepted;
        if let Some(waiver) = self.waiver.as_mut().filter(|_| !settled.accepted) {
            waiver.stands = false;
        }
    }
}

/// The longest that both looks know of.
fn merge(into: &mut Option<Exposure>, other: Option<&Exposure>) {
    let (Some(into), Some(other)) = (into, other) else { return };
    into.since = rotation::earlier(into.since, other.since);
    into.places = into.places.max(other.places);
    if into.marker.is_none() {
        into.marker.clone_from(&other.marker);
    }
}

/// When each finding of a probe was first and last seen in what the app names now.
struct Seen<'a>(HashMap<Named<'a>, FirstAndLast>);

/// A finding by its rule and its resource, without spelling the key.
type Named<'a> = (&'a str, &'a str);
type FirstAndLast = (DateTime<Utc>, DateTime<Utc>);

impl<'a> Seen<'a> {
    fn of(word: &ProbeWord, ledger: &Ledger<'a>, book: &ProbeBook) -> Self {
        let subject = book.get(&word.probe).and_then(|traits| ledger.subject(traits.system));
        let mut times = HashMap::new();
        for look in ledger.looks(word.probe.as_str()).iter().filter(|it| Some(it.outcome.subject.as_str()) == subject) {
            for finding in &look.outcome.verdict.findings {
                let key = (finding.rule.as_str(), finding.resource.as_str());
                times.entry(key).and_modify(|(_, last)| *last = look.at).or_insert((look.at, look.at));
            }
        }
        Self(times)
    }

    fn of_finding(&self, finding: &Finding, now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
        self.0.get(&(finding.rule.as_str(), finding.resource.as_str())).copied().unwrap_or((now, now))
    }
}
