//! Thinning at the desk: what could be let go under a rule, and letting it go. Whatever is not known for sure keeps its
//! observations; facts are not touched.

use super::Desk;
use crate::domain::{Retention, behind};
use crate::store::{AppRow, Compacted, Holdings, ObservationNumber, Thinned, ThinningPlan};
use crate::trouble::Trouble;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// What thinning would do, or did.
#[derive(Debug, Clone)]
pub struct Thinning {
    pub rule: Retention,
    /// Observations that may go, and their bytes.
    pub loose: Thinned,
    /// Observations that are old enough to go and stay, because something rests on them.
    pub resting: u64,
    /// Apps whose facts cannot all be read: everything of them stays.
    pub unread: Vec<String>,
    plan: ThinningPlan,
}

/// What became of it.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub gone: Thinned,
    pub compacted: Compacted,
    /// It was interrupted; what is left can go another time.
    pub interrupted: bool,
}

impl Desk {
    /// What the database holds.
    ///
    /// # Errors
    /// A database that cannot be read.
    pub fn holdings(&self) -> Result<Holdings, Trouble> {
        Ok(self.store.holdings()?)
    }

    /// What thinning by this rule would let go, of one app or of all. An observation that two apps' probes saw goes only
    /// when both let it go.
    ///
    /// # Errors
    /// A database that cannot be read.
    pub fn plan_thinning(&self, rule: Retention, only: Option<&str>) -> Result<Thinning, Trouble> {
        let only = only.map(|name| self.app(name)).transpose()?;
        let now = self.clock.now();
        let mut plan = ThinningPlan::default();
        let (mut held, mut resting, mut unread) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
        for row in self.store.apps()? {
            plan.as_of.insert(row.id, row.last_fact);
            let sorted = if only.as_ref().is_none_or(|name| *name == row.name) { self.sorted(&row, rule, now)? } else { None };
            let Some(Sorted { loose, stays, old }) = sorted else {
                if only.as_ref().is_none_or(|name| *name == row.name) {
                    unread.push(row.name.to_string());
                }
                held.extend(self.store.observations_of(row.id)?.into_iter().map(|(_, number)| number));
                continue;
            };
            resting.extend(old);
            held.extend(stays);
            plan.loose.insert(row.id, loose);
        }
        let mut met = BTreeSet::new();
        for numbers in plan.loose.values_mut() {
            numbers.retain(|number| !held.contains(number) && met.insert(*number));
        }
        plan.loose.retain(|_, numbers| !numbers.is_empty());
        let loose = self.store.weigh(met)?;
        Ok(Thinning { rule, loose, resting: resting.len() as u64, unread, plan })
    }

    /// The observations of an app, sorted; none when not every fact of it can be read.
    fn sorted(&self, row: &AppRow, rule: Retention, now: DateTime<Utc>) -> Result<Option<Sorted>, Trouble> {
        let facts = self.store.facts(row.id)?;
        if self.store.unreadable(row.id) > 0 {
            return Ok(None);
        }
        let Ok(checklists) = self.checklists_of(&facts) else { return Ok(None) };
        let rests = behind(&facts, &checklists, &self.book, now);
        let lets_go = rule.lets_go(&facts, &rests, now);
        let old = Retention { keep: crate::domain::Keep::None, ..rule }.lets_go(&facts, &BTreeSet::new(), now);
        let mut sorted = Sorted::default();
        for (fact, number) in self.store.observations_of(row.id)? {
            if lets_go.contains(&fact) {
                sorted.loose.insert(number);
            } else {
                sorted.stays.insert(number);
                if rests.contains(&fact) && old.contains(&fact) {
                    sorted.old.insert(number);
                }
            }
        }
        Ok(Some(sorted))
    }

    /// Lets go of what was planned, and gives the room back.
    ///
    /// # Errors
    /// A database that cannot be written; what was let go by then is written down.
    pub fn thin(&self, thinning: &Thinning, stop: &dyn Fn() -> bool) -> Result<Outcome, Trouble> {
        let gone = self.store.thin(&thinning.plan, &thinning.rule, self.author(), stop)?;
        let interrupted = stop();
        let compacted = if interrupted {
            Compacted::Not("it was interrupted".to_owned())
        } else {
            self.store.compact(gone.observations > 0)?
        };
        Ok(Outcome { gone, compacted, interrupted })
    }

    /// When what a probe of this app saw was thinned, by digest.
    ///
    /// # Errors
    /// A database that cannot be read.
    pub fn thinned(&self, app: &crate::domain::AppName) -> Result<BTreeMap<crate::domain::Digest, DateTime<Utc>>, Trouble> {
        Ok(self.store.thinned(self.id(app)?)?)
    }
}

#[derive(Debug, Default)]
struct Sorted {
    /// Every fact of the app that names it lets it go, as far as it was seen.
    loose: BTreeSet<ObservationNumber>,
    /// A fact of the app keeps it.
    stays: BTreeSet<ObservationNumber>,
    /// Old, and something rests on it.
    old: BTreeSet<ObservationNumber>,
}

#[cfg(test)]
mod tests;
