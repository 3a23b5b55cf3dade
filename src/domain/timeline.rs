//! What each item was from moment to moment: what `assess` says at every moment of a stretch of time, read in one pass for
//! each part of it in which settings, checklist and retractions stay the same. It judges nothing of its own.

use super::ledger::Ledger;
use super::{Checklist, Digest, Fact, FactBody, Gate, ItemId, ProbeBook, RunId, Severity, Truth, walk};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What an item was from a moment on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    pub at: DateTime<Utc>,
    /// None while there was no checklist that holds the item.
    pub truth: Option<Truth>,
    pub gate: Option<Gate>,
    /// Something that could decide it was not seen.
    pub unseen: bool,
    /// While it fails, the worst that was found; none where nothing was named.
    pub worst: Option<Severity>,
    /// The run whose look made it so; none where a person or time alone did.
    pub run: Option<RunId>,
}

impl Step {
    fn reads_like(&self, other: &Self) -> bool {
        (self.truth, self.gate, self.unseen, self.worst) == (other.truth, other.gate, other.unseen, other.worst)
    }

    /// Done at that moment.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.truth.is_some_and(Truth::is_done)
    }

    /// Drifted or disputed at that moment.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.truth.is_some_and(Truth::is_lost)
    }

    /// Its rule failed at that moment and nobody accepted it.
    #[must_use]
    pub fn is_failing(&self) -> bool {
        self.truth.is_some_and(Truth::is_failing)
    }
}

/// An item's steps, oldest first, each unlike the one before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    pub item: ItemId,
    pub steps: Vec<Step>,
}

impl Timeline {
    /// What it was at a moment; none before the first step.
    #[must_use]
    pub fn at(&self, moment: DateTime<Utc>) -> Option<&Step> {
        let after = self.steps.partition_point(|step| step.at <= moment);
        after.checked_sub(1).and_then(|last| self.steps.get(last))
    }
}

/// The timelines of all items from `from` to `to`, in the order of the last checklist; items of earlier ones follow. None
/// begins before there are settings and a checklist whose text is known.
#[must_use]
pub fn timelines(
    facts: &[Fact],
    checklists: &BTreeMap<Digest, Arc<Checklist>>,
    book: &ProbeBook,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Vec<Timeline> {
    let mut lines: HashMap<ItemId, Vec<Step>> = HashMap::new();
    let mut order: Vec<ItemId> = Vec::new();
    for (begin, end) in parts(facts, from, to) {
        let ledger = Ledger::read(facts, end).with_checklists(checklists);
        let checklist = ledger.checklist().filter(|_| ledger.settings().is_some()).and_then(|digest| checklists.get(digest));
        order.clear();
        for item in checklist.iter().flat_map(|it| &it.items) {
            let steps = lines.entry(item.id.clone()).or_default();
            walk::walk(item, &ledger, book, begin, &mut |step| push(steps, step));
            order.push(item.id.clone());
        }
        for (item, steps) in &mut lines {
            if checklist.is_none_or(|it| it.item(item.as_str()).is_none()) {
                push(steps, Step { at: begin, truth: None, gate: None, unseen: false, worst: None, run: None });
            }
        }
    }
    let mut ordered: Vec<Timeline> =
        order.into_iter().filter_map(|item| lines.remove(&item).map(|steps| Timeline { item, steps })).collect();
    let mut retired: Vec<Timeline> = lines.into_iter().map(|(item, steps)| Timeline { item, steps }).collect();
    retired.sort_by(|a, b| a.item.cmp(&b.item));
    ordered.extend(retired);
    ordered
}

fn push(steps: &mut Vec<Step>, step: Step) {
    if !steps.last().is_some_and(|last| last.reads_like(&step)) {
        steps.push(step);
    }
}

/// The parts of the time from `from` to `to` in which settings, checklist and what was taken back stay the same: first and
/// last moment of each.
fn parts(facts: &[Fact], from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
    let shapes = |fact: &&Fact| {
        let body = &fact.body;
        matches!(body, FactBody::Settings { .. } | FactBody::ChecklistAdopted { .. } | FactBody::Retracted { .. })
    };
    let mut begins: Vec<DateTime<Utc>> = facts.iter().filter(shapes).map(|fact| fact.at).filter(|at| *at <= to).collect();
    begins.sort_unstable();
    begins.dedup();
    let ends = begins.iter().skip(1).map(|next| next.checked_sub_signed(TimeDelta::nanoseconds(1)).unwrap_or(*next));
    let ends: Vec<_> = ends.chain([to]).collect();
    let parts = begins.into_iter().zip(ends).filter(|(_, end)| *end >= from);
    parts.map(|(begin, end)| (begin.max(from), end)).filter(|(begin, end)| begin <= end).collect()
}
