//! Which leaked secrets were replaced, on a person's word. It settles what a probe still sees and never makes a probe
//! pass; a rotation from before the leak, or of a day that had not come when it was stated, settles nothing.

use super::{Fact, FactBody, FactId, Finding, Foreign};
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::BTreeMap;

/// A person's word that a secret was replaced at its provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    pub fact: FactId,
    pub who: Foreign,
    pub at: DateTime<Utc>,
    /// The day on which it was done.
    pub on: NaiveDate,
    pub proof: Foreign,
    /// It was done after the leak began, so that what leaked is what was replaced.
    pub holds: bool,
}

/// The rotation that a fact states, of a secret that lies open since then; none if it states none.
pub(super) fn rotation(fact: &Fact, since: Option<DateTime<Utc>>) -> Option<Rotation> {
    let FactBody::Rotated { on, proof, .. } = &fact.body else { return None };
    let who = Foreign::new(fact.by.to_string());
    Some(Rotation { fact: fact.id, who, at: fact.at, on: *on, proof: proof.clone(), holds: settles(*on, fact.at, since) })
}

fn settles(on: NaiveDate, stated: DateTime<Utc>, since: Option<DateTime<Utc>>) -> bool {
    on <= stated.date_naive() && since.is_none_or(|it| on >= it.date_naive())
}

/// From when a secret that was seen then lay open. A commit's time is the committer's own word, and not believed where it
/// is later than the look that saw it.
pub(super) fn since(finding: &Finding, seen: DateTime<Utc>) -> Option<DateTime<Utc>> {
    finding.exposed.as_ref().and_then(|it| it.since).map(|it| it.min(seen))
}

/// The secret of a finding's key: the scanner's finds of the repository and of the site have a key each, so that each
/// place is accepted for itself; who replaces the secret replaces it everywhere.
#[must_use]
pub fn secret(key: &str) -> &str {
    key.strip_prefix("scan.").or_else(|| key.strip_prefix("site.")).unwrap_or(key)
}

/// The earlier of two moments, if any is known.
pub(super) fn earlier(a: Option<DateTime<Utc>>, b: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// The newest statement about each secret and since when it is known to have lain open anywhere, while the facts are
/// read in order.
#[derive(Debug, Default)]
pub(super) struct Stated<'l> {
    rotated: BTreeMap<&'l str, &'l Fact>,
    since: BTreeMap<String, DateTime<Utc>>,
}

impl<'l> Stated<'l> {
    /// The next statement: a rotation, or that it was none after all.
    pub(super) fn hear(&mut self, fact: &'l Fact) {
        match &fact.body {
            FactBody::Rotated { finding, .. } => drop(self.rotated.insert(secret(finding), fact)),
            FactBody::FindingReopened { finding, .. } => drop(self.rotated.remove(secret(finding))),
            _ => {}
        }
    }

    /// Learns since when the secrets of one probe lay open.
    pub(super) fn learn<'d>(&mut self, leaked: impl Iterator<Item = &'d Leaked<'d>>) {
        for it in leaked {
            let Some(since) = it.since else { continue };
            let known = self.since.entry(secret(&it.finding.key()).to_owned()).or_insert(since);
            *known = since.min(*known);
        }
    }
}

/// A secret that an item has met, with what is said of it now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leaked<'l> {
    /// As it was seen last.
    pub(super) finding: &'l Finding,
    /// The earliest moment that any look gave: a rewritten history makes a leak no younger.
    pub(super) since: Option<DateTime<Utc>>,
    /// The statement that it was replaced, if that settles it.
    pub(super) rotated: Option<&'l Fact>,
}

/// Every secret that a probe ever found for an item that asks for rotation. What leaked stays leaked: a secret that is
/// not seen any more is still one to replace.
#[derive(Debug, Default)]
pub(super) struct Duties<'l>(BTreeMap<String, Leaked<'l>>);

impl<'l> Duties<'l> {
    pub(super) fn add(&mut self, findings: &'l [Finding], seen: DateTime<Utc>) {
        for finding in findings.iter().filter(|it| it.exposed.is_some()) {
            let since = since(finding, seen);
            let known = self.0.entry(finding.key()).or_insert(Leaked { finding, since, rotated: None });
            known.finding = finding;
            known.since = earlier(known.since, since);
        }
    }

    pub(super) fn settle(&mut self, stated: &Stated<'l>) {
        for (key, leaked) in &mut self.0 {
            let fact = stated.rotated.get(secret(key)).copied();
            let since = earlier(leaked.since, stated.since.get(secret(key)).copied());
            leaked.rotated = fact.filter(|fact| rotation(fact, since).is_some_and(|it| it.holds));
        }
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn are_rotated(&self) -> bool {
        self.0.values().all(|it| it.rotated.is_some())
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Leaked<'l>> {
        self.0.values()
    }

    pub(super) fn of(&self, finding: &Finding) -> Option<&Leaked<'l>> {
        self.0.get(&finding.key())
    }
}
