//! What people said of an item: judgements, waivers, does-not-apply, work. The newest of each wins.
//! It never weighs a person's word against a probe's; both are kept side by side.

use super::ledger;
use super::{Fact, FactBody, Foreign, JudgedFor, Judgement, ProbeId, Waiver, Work, WorkNote, calendar};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

/// What ended a judgement before its time.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ended<'l> {
    Reopened(&'l Fact),
    Closed(DateTime<Utc>),
}

/// An attestation with the parts that the laws ask for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attested<'l> {
    pub(super) fact: &'l Fact,
    pub(super) proof: Option<&'l Foreign>,
    pub(super) stands_for: &'l BTreeSet<ProbeId>,
    pub(super) saw: &'l BTreeSet<String>,
    founder: Option<&'l Foreign>,
    pub(super) until: DateTime<Utc>,
    pub(super) ended: Option<Ended<'l>>,
}

impl Attested<'_> {
    /// It was not taken back and has not run out; what it saw is another question.
    pub(super) fn stands(&self, moment: DateTime<Utc>) -> bool {
        self.ended.is_none() && moment < self.until
    }

    pub(super) fn who(&self) -> Foreign {
        Foreign::new(self.fact.by.to_string())
    }

    /// For a reader. `unread`: the first thing on the table that it did not see.
    pub(super) fn judgement(&self, unread: Option<&Foreign>, now: DateTime<Utc>) -> Judgement {
        let day = |at: DateTime<Utc>| calendar::day_words(at.date_naive(), now);
        let lapsed = match (self.ended, unread) {
            (Some(Ended::Reopened(fact)), _) => Some(match &fact.body {
                FactBody::Reopened { reason, .. } => format!("reopened by {} on {}: {reason}", fact.by, day(fact.at)),
                _ => format!("reopened by {} on {}", fact.by, day(fact.at)),
            }),
            (Some(Ended::Closed(at)), _) => Some(format!("ended with the closing on {}", day(at))),
            (None, _) if now >= self.until => Some(format!("judged for a time that ended on {}", day(self.until))),
            (None, Some(says)) => Some(format!("new since then: {says}")),
            (None, None) => None,
        };
        Judgement {
            fact: self.fact.id,
            who: self.who(),
            at: self.fact.at,
            proof: self.proof.cloned(),
            stands_for: self.stands_for.iter().cloned().collect(),
            until: (self.until < DateTime::<Utc>::MAX_UTC).then_some(self.until),
            lapsed: lapsed.map(Foreign::new),
            founder: self.founder.cloned(),
        }
    }
}

/// What people said of one item so far.
#[derive(Debug, Default)]
pub(super) struct Said<'l> {
    pub(super) attested: Option<Attested<'l>>,
    pub(super) reopened: Option<&'l Fact>,
    pub(super) not_applicable: Option<&'l Fact>,
    waived: Option<&'l Fact>,
    work: Option<&'l Fact>,
}

impl<'l> Said<'l> {
    /// The next fact about the item, in order.
    pub(super) fn hear(&mut self, fact: &'l Fact, judged_for: JudgedFor) {
        match &fact.body {
            FactBody::Attested { proof, stands_for, saw, founder, .. } => {
                let until = match judged_for {
                    JudgedFor::Days(days) => calendar::after_days(fact.at, days),
                    JudgedFor::Engagement => DateTime::<Utc>::MAX_UTC,
                };
                let (proof, founder) = (proof.as_ref(), founder.as_ref());
                self.attested = Some(Attested { fact, proof, stands_for, saw, founder, until, ended: None });
                // Whoever says that it is done says that it applies.
                (self.not_applicable, self.reopened) = (None, None);
            }
            FactBody::Reopened { .. } => {
                if let Some(attested) = &mut self.attested
                    && attested.ended.is_none()
                {
                    attested.ended = Some(Ended::Reopened(fact));
                }
                (self.not_applicable, self.waived, self.reopened) = (None, None, Some(fact));
            }
            FactBody::NotApplicable { .. } => self.not_applicable = Some(fact),
            FactBody::Waived { .. } => self.waived = Some(fact),
            FactBody::Work { .. } => self.work = Some(fact),
            _ => {}
        }
    }

    /// The engagement was closed.
    pub(super) fn close(&mut self, at: DateTime<Utc>, judged_for: JudgedFor) {
        if let Some(attested) = &mut self.attested
            && judged_for == JudgedFor::Engagement
            && attested.ended.is_none()
        {
            attested.ended = Some(Ended::Closed(at));
        }
    }

    /// The newest waiver of the item.
    pub(super) fn waiver(&self, at_gate: bool, now: DateTime<Utc>) -> Option<Waiver> {
        ledger::waiver(self.waived?, at_gate, now)
    }

    /// When the newest waiver ends by its date.
    pub(super) fn waiver_ends(&self) -> Option<DateTime<Utc>> {
        match &self.waived?.body {
            FactBody::Waived { until, .. } => Some(calendar::end_of(*until)),
            _ => None,
        }
    }

    /// The work on it, if it was stated after the item was last done: what was done ended the work before it.
    pub(super) fn work(&self, last_done: Option<DateTime<Utc>>) -> Work {
        let Some(fact) = self.work.filter(|it| last_done.is_none_or(|done| it.at > done)) else { return Work::Todo };
        let FactBody::Work { work, .. } = &fact.body else { return Work::Todo };
        match work {
            WorkNote::Todo => Work::Todo,
            WorkNote::Doing => Work::Doing { who: Foreign::new(fact.by.to_string()), since: fact.at },
            WorkNote::Blocked { on, waits_for, until, founder, minutes } => Work::Blocked {
                on: on.clone(),
                waits_for: waits_for.clone(),
                until: *until,
                since: fact.at,
                founder: founder.clone(),
                minutes: *minutes,
            },
            WorkNote::Planned { week } => Work::Planned { week: *week },
        }
    }
}
