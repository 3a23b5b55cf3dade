//! The *Now* lane: at most seven things to do, what burns first, then the gates of now, then the rest, each by danger over
//! effort. What waits for another item, for a person or for a key is not in it; the step that brings the key may be.
//! It hides nothing that is urgent: a `now` gate stays, whatever week it was planned for.

mod rank;
mod steps;
mod waiting;
mod why;

use super::headline::is_live;
use super::ledger::Ledger;
use super::opening::{Held, is_settled, is_urgent, lack};
use super::state::{NowRow, Task};
use super::{Assessment, Checklist, Freshness, Gate, Item, Phase, Severity, StandingFinding, System, Work, plan};
use chrono::{DateTime, Utc};
use rank::{Closed, closed};
use std::collections::BTreeMap;
use steps::Ground;

pub use rank::Rank;
pub(in crate::domain) use waiting::waiting;
pub use why::MEANS;
pub(in crate::domain) use why::why;

/// How many rows the lane has.
const ROWS: usize = 7;

/// The lane, and how much is not in it.
#[derive(Debug, Default)]
pub(super) struct Lane {
    pub rows: Vec<NowRow>,
    /// How many more rows it would have.
    pub more: usize,
    /// Items for now that wait: for another item, for a person, for a key.
    pub waits: usize,
    /// Items for later weeks.
    pub later: usize,
}

/// The lane. `week` is 0 before the start; `standing`: the findings that stand today; `since`: since when credentials are the ones
/// that they are.
pub(super) fn now(
    checklist: &Checklist,
    items: &[Assessment],
    standing: &[StandingFinding],
    week: u16,
    ledger: &Ledger<'_>,
    since: &BTreeMap<System, DateTime<Utc>>,
) -> Lane {
    let settled: BTreeMap<&str, bool> = items.iter().map(|it| (it.item.as_str(), is_settled(it.truth))).collect();
    let held = Held { since: since.clone(), ..Held::of_facts(ledger) };
    let closed = closed(standing);
    let is_due = |item: &Item, it: &Assessment| is_due(item, it, week.max(1), ledger);
    let mut lane = Lane::default();
    for (item, it) in checklist.items.iter().zip(items).filter(|(_, it)| !is_settled(it.truth)) {
        let waits = item.after.iter().any(|id| settled.get(id.as_str()) == Some(&false));
        if !is_due(item, it) {
            lane.later += 1;
        } else if waits || is_blocked(it, ledger) || (!it.truth.is_failing() && lack(item, it, &held).only_keys) {
            lane.waits += 1;
        } else {
            lane.rows.push(row(item, it, &closed, ledger));
        }
    }
    lane.rows.extend(Ground { checklist, items, closed: &closed, ledger, held: &held }.steps(&is_due));
    lane.rows.sort_by_key(|row| row.rank.order());
    lane.more = lane.rows.len().saturating_sub(ROWS);
    lane.rows.truncate(ROWS);
    lane
}

fn row(item: &Item, it: &Assessment, findings: &Closed, ledger: &Ledger<'_>) -> NowRow {
    let rank = rank::rank(item, it, findings, ledger);
    NowRow {
        task: Task::Item(item.id.clone()),
        why: why::sentence(item, it, findings),
        effort: item.effort,
        after: Vec::new(),
        emergency: emergency(item, it, rank.severity).to_vec(),
        rank,
    }
}

/// What to do at once and in which order: only where the item is seen to be open, and what was found is bad.
#[must_use]
pub fn emergency<'a>(item: &'a Item, it: &Assessment, worst: Option<Severity>) -> &'a [String] {
    let is_bad = worst.is_none_or(|it| it >= Severity::High);
    if it.truth.is_failing() && is_bad { &item.emergency } else { &[] }
}

/// A promised day that has passed blocks no more: it is time to ask again.
fn is_blocked(it: &Assessment, ledger: &Ledger<'_>) -> bool {
    let today = ledger.now().date_naive();
    matches!(&it.work, Work::Blocked { until, .. } if until.is_none_or(|until| today <= until))
}

fn is_due(item: &Item, it: &Assessment, week: u16, ledger: &Ledger<'_>) -> bool {
    if it.gate == Some(Gate::Now) {
        return true;
    }
    if item.fresh == Freshness::AtClose && ledger.closed().is_none() {
        return false;
    }
    match it.work {
        Work::Planned { week: planned } => u16::from(planned) <= week,
        Work::Doing { .. } => true,
        _ => it.truth.is_lost() || is_urgent(it, is_live(ledger)) || first_week(item.phase, ledger) <= week,
    }
}

fn first_week(phase: Phase, ledger: &Ledger<'_>) -> u16 {
    let (first, _) = ledger.settings().map_or(phase.weeks(), |it| plan::weeks(phase, it.weeks));
    u16::from(first)
}

#[cfg(test)]
mod tests;
