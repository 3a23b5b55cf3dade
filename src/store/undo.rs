//! Taking back and giving back what a person did. Nothing is removed: a retraction is a fact, and so is its retraction.

use super::{AppId, Store, StoreError, facts};
use crate::domain::{Author, Fact, FactBody, FactId};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

/// The facts that count at `now`: not later than it, and not retracted by a counting later fact (DESIGN §2). `facts`
/// are in the order (moment, id), and so is the answer.
#[must_use]
pub fn counting(facts: &[Fact], now: DateTime<Utc>) -> Vec<&Fact> {
    let mut retracted: BTreeSet<FactId> = BTreeSet::new();
    let mut counting = Vec::new();
    // From the newest: whether a fact counts depends on later ones only, and a retraction of a later fact is void.
    for fact in facts.iter().rev().filter(|fact| fact.at <= now) {
        if retracted.contains(&fact.id) {
            continue;
        }
        if let FactBody::Retracted { fact: target } = &fact.body {
            retracted.insert(*target);
        }
        counting.push(fact);
    }
    counting.reverse();
    counting
}

/// The newest act of this person that can be taken back. An app's first settings cannot: it would be nobody.
#[must_use]
pub fn to_undo<'a>(facts: &'a [Fact], by: &Author, now: DateTime<Utc>) -> Option<&'a Fact> {
    let counting = counting(facts, now);
    let first = counting.iter().find(|fact| matches!(fact.body, FactBody::Settings { .. })).map(|fact| fact.id);
    counting.into_iter().rev().find(|fact| {
        let is_retraction = matches!(fact.body, FactBody::Retracted { .. });
        fact.by == *by && fact.body.is_undoable() && !is_retraction && Some(fact.id) != first
    })
}

/// The retraction to retract, and the act that comes back by it: the newest thing that this person took back, unless
/// the person did something new since.
#[must_use]
pub fn to_redo<'a>(facts: &'a [Fact], by: &Author, now: DateTime<Utc>) -> Option<(&'a Fact, &'a Fact)> {
    for fact in counting(facts, now).into_iter().rev().filter(|fact| fact.by == *by && fact.body.is_undoable()) {
        let FactBody::Retracted { fact: target } = &fact.body else {
            // What was given back is older than its retraction, so this is new work.
            return None;
        };
        let target = facts.iter().find(|it| it.id == *target)?;
        if !matches!(target.body, FactBody::Retracted { .. }) {
            return Some((fact, target));
        }
    }
    None
}

impl Store {
    /// Takes back the person's newest act and gives it back; none if there is nothing to take back.
    ///
    /// # Errors
    /// The clock is behind, or the database could not be written.
    pub fn undo(&self, app: AppId, by: &Author) -> Result<Option<Fact>, StoreError> {
        self.retract(app, by, |known, now| to_undo(known, by, now).map(|fact| (fact.id, fact.clone())))
    }

    /// Gives back what the person took back last and says what it is; none if there is nothing.
    ///
    /// # Errors
    /// The clock is behind, or the database could not be written.
    pub fn redo(&self, app: AppId, by: &Author) -> Result<Option<Fact>, StoreError> {
        self.retract(app, by, |known, now| to_redo(known, by, now).map(|(retraction, act)| (retraction.id, act.clone())))
    }

    fn retract(
        &self,
        app: AppId,
        by: &Author,
        choose: impl FnOnce(&[Fact], DateTime<Utc>) -> Option<(FactId, Fact)>,
    ) -> Result<Option<Fact>, StoreError> {
        let now = self.clock.now();
        self.write("take back", |transaction| {
            facts::check_clock(transaction, app, now)?;
            // A fact up to the tolerance later than the clock is one of a moment ago.
            let known = self.select(transaction, app, None)?;
            let moment = known.last().map_or(now, |newest| newest.at.max(now));
            let Some((target, act)) = choose(&known, moment) else { return Ok(None) };
            facts::insert(transaction, app, moment, by, &FactBody::Retracted { fact: target })?;
            Ok(Some(act))
        })
    }
}
