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

/// The newest statement about each finding's secret, while the facts are read in order.
#[derive(Debug, Default)]
pub(super) struct Stated<'l>(BTreeMap<&'l str, &'l Fact>);

impl<'l> Stated<'l> {
    /// The next statement: a rotation, or that it was none after all.
    pub(super) fn hear(&mut self, fact: &'l Fact) {
        match &fact.body {
            FactBody::Rotated { finding, .. } => drop(self.0.insert(finding, fact)),
            FactBody::FindingReopened { finding, .. } => drop(self.0.remove(finding.as_str())),
            _ => {}
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
            known.since = match (known.since, since) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
        }
    }

    pub(super) fn settle(&mut self, stated: &Stated<'l>) {
        for (key, leaked) in &mut self.0 {
            let fact = stated.0.get(key.as_str()).copied();
            leaked.rotated = fact.filter(|fact| rotation(fact, leaked.since).is_some_and(|it| it.holds));
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
