//! What was agreed when a probe looked, and what is agreed now: a pass below yesterday's ceiling proves nothing about
//! today's lower one. It compares terms; it judges no outcome.

use super::app::Limit;
use super::ledger::{Ledger, Look};
use super::{ItemId, System};
use chrono::{DateTime, Utc};

/// The agreements by which a probe of one system is judged in one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Terms {
    /// Dollars a month at the probe's system.
    ceiling: Option<u64>,
    /// The item's own limit.
    limit: Option<Limit>,
}

impl Terms {
    /// Whether what holds under `before` may not hold under these: something agreed is lower, gone or new.
    fn are_stricter_than(self, before: Self) -> bool {
        is_stricter(self.ceiling, before.ceiling) || is_stricter(self.limit, before.limit)
    }
}

fn is_stricter<T: Ord>(now: Option<T>, before: Option<T>) -> bool {
    match (now, before) {
        (Some(now), Some(before)) => now < before,
        (None, None) => false,
        _ => true,
    }
}

/// How the terms of a probe changed in the course of the engagement. Empty when they never did.
#[derive(Debug, Default)]
pub(super) struct Agreed(Vec<(u32, DateTime<Utc>, Terms)>);

impl Agreed {
    pub(super) fn read(ledger: &Ledger<'_>, item: &ItemId, system: System) -> Self {
        let mut all = Vec::new();
        for (order, at, settings) in ledger.agreements() {
            let terms = Terms { ceiling: settings.ceilings.get(&system).copied(), limit: settings.limits.get(item).copied() };
            if all.last().is_none_or(|(_, _, last)| *last != terms) {
                all.push((*order, *at, terms));
            }
        }
        if all.len() > 1 { Self(all) } else { Self::default() }
    }

    fn when_asked(&self, look: &Look<'_>) -> Option<Terms> {
        self.0.iter().rev().find(|(order, ..)| *order < look.asked).map(|(_, _, terms)| *terms)
    }

    /// The moment from which something stricter is agreed than what this look was judged by.
    pub(super) fn outgrows(&self, look: &Look<'_>) -> Option<DateTime<Utc>> {
        let then = self.when_asked(look)?;
        let later = self.0.iter().filter(|(order, ..)| *order > look.asked);
        later.filter(|(_, _, terms)| terms.are_stricter_than(then)).map(|(_, at, _)| *at).next()
    }

    /// Whether other terms are in force than those that this look was judged by.
    pub(super) fn differ_from(&self, look: &Look<'_>) -> bool {
        let now = self.0.last().map(|(_, _, terms)| *terms);
        self.when_asked(look).is_some_and(|then| now != Some(then))
    }
}
