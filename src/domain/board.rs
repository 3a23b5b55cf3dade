//! Everything that the facts say about one app at one moment, put together for a reader.
//! It computes; it stores nothing and asks nobody.

use super::fact::RunEnd;
use super::ledger::Ledger;
use super::state::RunSummary;
use super::{
    Assessment, Board, Checklist, Digest, Fact, FactBody, Phase, PhaseProgress, ProbeBook, ProbeId, System, Truth, assess,
    calendar, findings, headline, lane, plan, unused,
};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The board at `now`. None while there are no settings, or no adopted checklist whose text is known.
#[must_use]
pub fn board(
    facts: &[Fact],
    checklists: &BTreeMap<Digest, Arc<Checklist>>,
    book: &ProbeBook,
    now: DateTime<Utc>,
) -> Option<Board> {
    board_with(facts, checklists, book, now, &BTreeMap::new())
}

/// The same, told by somebody who knows since when each credential is the one that it is, which no fact tells: the lane does not
/// ask for a credential that came after the look which missed it.
#[must_use]
pub fn board_with(
    facts: &[Fact],
    checklists: &BTreeMap<Digest, Arc<Checklist>>,
    book: &ProbeBook,
    now: DateTime<Utc>,
    since: &BTreeMap<System, DateTime<Utc>>,
) -> Option<Board> {
    let ledger = Ledger::read(facts, now).with_checklists(checklists);
    let settings = ledger.settings()?;
    let checklist = checklists.get(ledger.checklist()?)?;
    let items: Vec<Assessment> = checklist.items.iter().map(|item| assess(item, &ledger, book)).collect();
    let (day, week) = calendar::day_and_week(settings.start, now);
    let findings = findings::standing(&items, &ledger, book);
    let lane = lane::now(checklist, &items, &findings, week, &ledger, since);
    let midnight = Some(calendar::end_of(now.date_naive())).filter(|at| *at > now);
    let changes = items.iter().filter_map(|it| it.next_change).chain(ledger.next_fact()).chain(midnight);
    Some(Board {
        headline: headline::of(checklist, &items, &ledger),
        phases: Phase::ALL.iter().map(|phase| progress(*phase, &items)).collect(),
        now_lane: lane.rows,
        more_now: lane.more,
        waits_now: lane.waits,
        later: lane.later,
        behind: plan::behind(checklist, &items, settings, now.date_naive()),
        waiting: lane::waiting(&items),
        findings,
        unused: unused::unused(&ledger, book),
        last_run: last_run(&ledger),
        future_facts: ledger.future(),
        closed: ledger.closed(),
        next_change: changes.min(),
        counts: counts(&items),
        unseen: number(items.iter().filter(|it| it.unseen).count()),
        settings: settings.clone(),
        checklist: Arc::clone(checklist),
        now,
        week,
        day,
        items,
    })
}

fn number(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

fn counts(items: &[Assessment]) -> BTreeMap<Truth, u16> {
    let mut counts = BTreeMap::new();
    for it in items {
        let count: &mut u16 = counts.entry(it.truth).or_default();
        *count = count.saturating_add(1);
    }
    counts
}

fn progress(phase: Phase, items: &[Assessment]) -> PhaseProgress {
    let count = |wanted: &dyn Fn(&Assessment) -> bool| number(items.iter().filter(|it| it.phase == phase && wanted(it)).count());
    PhaseProgress {
        phase,
        done: count(&|it| it.truth.is_done()),
        applicable: count(&|it| it.truth != Truth::NotApplicable),
        drifted: count(&|it| it.truth == Truth::Drifted),
        disputed: count(&|it| it.truth == Truth::Disputed),
        failing: count(&|it| it.truth == Truth::Failing),
        stale: count(&|it| it.truth == Truth::Stale),
        waived: count(&|it| it.truth == Truth::Waived),
        unseen: count(&|it| it.unseen),
    }
}

/// The run that started last, with what it decided so far.
fn last_run(ledger: &Ledger<'_>) -> Option<RunSummary> {
    let start = ledger.counting().iter().rev().find(|fact| matches!(fact.body, FactBody::RunStarted { .. }))?;
    let FactBody::RunStarted { run, .. } = start.body else { return None };
    let (mut decided, mut undecided) = (0, 0);
    let mut ended: Option<(DateTime<Utc>, RunEnd)> = None;
    // A probe that looked twice in a run counts by its later look.
    let mut counted: BTreeSet<&ProbeId> = BTreeSet::new();
    // Newest first. Facts of the moment of the start may stand before it in the order.
    for fact in ledger.counting().iter().rev().take_while(|fact| fact.at >= start.at) {
        match &fact.body {
            FactBody::Outcome(it) if it.run == run && counted.insert(&it.probe) => {
                if it.verdict.outcome.is_decided() {
                    decided += 1;
                } else {
                    undecided += 1;
                }
            }
            FactBody::RunEnded { run: which, how } if *which == run && ended.is_none() => ended = Some((fact.at, *how)),
            _ => {}
        }
    }
    Some(RunSummary { run, started: start.at, ended, decided, undecided })
}

#[cfg(test)]
mod tests;
