//! How long it took from the moment at which a point was first seen failing to the moment at which it was done, and what is
//! still open with its age. What was accepted in between still counts as open: accepting mends nothing.

use super::super::timeline::Timeline;
use super::super::{Gate, ItemId, Severity, Truth};
use chrono::{DateTime, TimeDelta, Utc};
use std::cmp::Reverse;

/// Time to fix, over all and in groups; each mended or open case is in one group of each kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixes {
    pub all: Times,
    /// Now, launch, close, and points that are no gate; groups without a case are left out.
    pub by_gate: Vec<(Option<Gate>, Times)>,
    /// By the worst that was found while it failed, the worst first; none where no finding named it.
    pub by_severity: Vec<(Option<Severity>, Times)>,
    /// What was seen failing and is not done yet, the oldest first.
    pub open: Vec<Open>,
}

/// A group of cases.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Times {
    /// Mended cases: a point that was mended twice is two.
    pub fixed: u16,
    /// Of the mended ones; the mean of the middle two where their number is even.
    pub median: Option<TimeDelta>,
    pub longest: Option<(TimeDelta, ItemId)>,
    /// Cases that are not mended.
    pub open: u16,
    /// How old the oldest of those is.
    pub oldest: Option<TimeDelta>,
}

/// A point that was seen failing and is not done yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    pub item: ItemId,
    pub since: DateTime<Utc>,
    /// What it is now: accepted, or not seen any more, is not mended.
    pub truth: Truth,
    pub gate: Option<Gate>,
    pub worst: Option<Severity>,
}

/// From first seen failing to done, or to now.
struct Case<'l> {
    item: &'l ItemId,
    gate: Option<Gate>,
    worst: Option<Severity>,
    since: DateTime<Utc>,
    truth: Truth,
    fixed: Option<DateTime<Utc>>,
}

impl Case<'_> {
    fn took(&self, now: DateTime<Utc>) -> TimeDelta {
        self.fixed.unwrap_or(now).signed_duration_since(self.since)
    }
}

pub(super) fn of(lines: &[Timeline], now: DateTime<Utc>) -> Fixes {
    let cases: Vec<Case<'_>> = lines.iter().flat_map(cases).collect();
    let gates = [Some(Gate::Now), Some(Gate::Launch), Some(Gate::Close), None];
    let severities =
        [Some(Severity::Critical), Some(Severity::High), Some(Severity::Medium), Some(Severity::Low), Some(Severity::Info), None];
    let group = |wanted: &dyn Fn(&Case<'_>) -> bool| times(cases.iter().filter(|it| wanted(it)), now);
    let some = |times: &Times| times.fixed + times.open > 0;
    let mut open: Vec<Open> = cases
        .iter()
        .filter(|it| it.fixed.is_none())
        .map(|it| Open { item: it.item.clone(), since: it.since, truth: it.truth, gate: it.gate, worst: it.worst })
        .collect();
    open.sort_by_key(|it| it.since);
    Fixes {
        all: group(&|_| true),
        by_gate: gates.map(|gate| (gate, group(&|it| it.gate == gate))).into_iter().filter(|(_, it)| some(it)).collect(),
        by_severity: severities
            .map(|worst| (worst, group(&|it| it.worst == worst)))
            .into_iter()
            .filter(|(_, it)| some(it))
            .collect(),
        open,
    }
}

/// A case begins when the point is failing, and ends when it is done. One that turns out not to apply was none.
fn cases(line: &Timeline) -> Vec<Case<'_>> {
    let mut all = Vec::new();
    let mut open: Option<Case<'_>> = None;
    for step in &line.steps {
        let Some(truth) = step.truth.filter(|it| *it != Truth::NotApplicable) else {
            open = None;
            continue;
        };
        if truth.is_failing() && open.is_none() {
            open = Some(Case { item: &line.item, gate: step.gate, worst: None, since: step.at, truth, fixed: None });
        }
        if let Some(case) = &mut open {
            case.truth = truth;
            case.worst = case.worst.max(step.worst);
            if truth.is_failing() {
                case.gate = step.gate;
            }
        }
        if truth.is_done()
            && let Some(case) = open.take()
        {
            all.push(Case { fixed: Some(step.at), ..case });
        }
    }
    all.extend(open);
    all
}

fn times<'c, 'l: 'c>(cases: impl Iterator<Item = &'c Case<'l>>, now: DateTime<Utc>) -> Times {
    let (fixed, open): (Vec<_>, Vec<_>) = cases.partition(|it| it.fixed.is_some());
    let mut took: Vec<TimeDelta> = fixed.iter().map(|it| it.took(now)).collect();
    took.sort_unstable();
    let longest = fixed.iter().min_by_key(|it| Reverse(it.took(now)));
    Times {
        fixed: super::number(fixed.len()),
        median: median(&took),
        longest: longest.map(|it| (it.took(now), it.item.clone())),
        open: super::number(open.len()),
        oldest: open.iter().map(|it| it.took(now)).max(),
    }
}

fn median(sorted: &[TimeDelta]) -> Option<TimeDelta> {
    let upper = *sorted.get(sorted.len() / 2)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = *sorted.get(sorted.len() / 2 - 1)?;
    Some(lower + (upper - lower) / 2)
}
