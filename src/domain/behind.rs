//! What something rests on: the outcomes whose observations must never be thinned. It computes it from the facts alone,
//! at every moment at which the app read differently, and rather keeps one too many.
//!
//! An observation is behind
//! - what is shown today: of every probe of every item its word, what was laid before a person since, what it could not
//!   see; and of every probe and subject the newest look that saw anything;
//! - a tick, today's or one of the past: what lay there when the item became done, and when it was done last — before it
//!   was lost, aged, or is done still — and what took it away. Looks between these two only renewed it;
//! - a person's word (judgement, waiver, does-not-apply, reopening, note, acceptance, rotation, closing), also one that was
//!   taken back: what lay there just before and just after;
//! - a frozen page: everything that was shown at its moment;
//! - a leaked secret: the look that found it first, where an item asks for its rotation.

use super::ledger::Ledger;
use super::sweep::behind::Watch;
use super::{Checklist, Digest, Fact, FactBody, FactId, Item, ProbeBook, Target};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// The outcomes of one app that something rests on, or rested on at a moment up to `now`. Facts later than `now` rest on
/// themselves: they are all in it.
#[must_use]
pub fn behind(
    facts: &[Fact],
    checklists: &BTreeMap<Digest, Arc<Checklist>>,
    book: &ProbeBook,
    now: DateTime<Utc>,
) -> BTreeSet<FactId> {
    let mut rests: BTreeSet<FactId> = facts.iter().filter(|fact| fact.at > now).map(|fact| fact.id).collect();
    rests.extend(newest_sights(facts));
    let watched = whole_moments(facts);
    for moment in turns(facts, now) {
        let ledger = Ledger::read(facts, moment).with_checklists(checklists);
        let mut orders = BTreeSet::new();
        for item in items(&ledger, checklists) {
            let mut moments: Vec<DateTime<Utc>> =
                watched.iter().copied().chain(words_about(item, facts)).filter(|at| *at <= moment).collect();
            moments.sort_unstable();
            Watch { ledger: &ledger, book, moments: &moments }.item(item, &mut orders);
        }
        let counting = ledger.counting();
        rests.extend(orders.into_iter().filter_map(|order| counting.get(usize::try_from(order).ok()?)).map(|fact| fact.id));
    }
    rests
}

/// Of every probe and subject the newest look that saw anything.
fn newest_sights(facts: &[Fact]) -> Vec<FactId> {
    let mut newest: HashMap<(&str, &str), &Fact> = HashMap::new();
    for fact in facts {
        let FactBody::Outcome(it) = &fact.body else { continue };
        if it.observation.is_some() {
            let known = newest.entry((it.probe.as_str(), &it.subject)).or_insert(fact);
            if (known.at, known.id) < (fact.at, fact.id) {
                *known = fact;
            }
        }
    }
    newest.into_values().map(|fact| fact.id).collect()
}

/// The moments that the app is read at: now, and just before anything that makes the past read differently (another
/// repository, another checklist, a statement taken back), since a past moment is read without what came later.
fn turns(facts: &[Fact], now: DateTime<Utc>) -> BTreeSet<DateTime<Utc>> {
    let turning = facts.iter().filter(|fact| {
        fact.at <= now
            && matches!(
                fact.body,
                FactBody::Settings { .. }
                    | FactBody::ChecklistAdopted { .. }
                    | FactBody::Retracted { .. }
                    | FactBody::Closed { .. }
            )
    });
    let before = turning.filter_map(|fact| fact.at.checked_sub_signed(TimeDelta::nanoseconds(1)));
    let first = facts.iter().map(|fact| fact.at).min().unwrap_or(now);
    before.filter(|at| *at >= first).chain([now]).collect()
}

/// The moments at which everything that was shown stays: frozen pages, and words that are about no item.
fn whole_moments(facts: &[Fact]) -> Vec<DateTime<Utc>> {
    let whole = |body: &FactBody| {
        matches!(
            body,
            FactBody::Snapshot { .. }
                | FactBody::Closed { .. }
                | FactBody::Rotated { .. }
                | FactBody::FindingReopened { .. }
                | FactBody::Waived { target: Target::Finding(_), .. }
        )
    };
    facts.iter().filter(|fact| whole(&fact.body)).flat_map(around).collect()
}

/// The moments of everything that was said of an item, counting or not.
fn words_about<'f>(item: &'f Item, facts: &'f [Fact]) -> impl Iterator<Item = DateTime<Utc>> + 'f {
    facts.iter().filter(|fact| fact.body.item() == Some(&item.id)).flat_map(around)
}

/// The moment of a fact, and the one just before it.
fn around(fact: &Fact) -> impl Iterator<Item = DateTime<Utc>> + use<> {
    fact.at.checked_sub_signed(TimeDelta::nanoseconds(1)).into_iter().chain([fact.at])
}

/// Every item that any adopted checklist holds, as the newest one that holds it reads.
fn items<'l>(ledger: &Ledger<'l>, checklists: &'l BTreeMap<Digest, Arc<Checklist>>) -> Vec<&'l Item> {
    let mut met: BTreeSet<&str> = BTreeSet::new();
    let adopted = ledger.adoptions().iter().rev().filter_map(|it| checklists.get(it.digest));
    adopted.flat_map(|it| &it.items).filter(|item| met.insert(item.id.as_str())).collect()
}
