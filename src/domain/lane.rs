//! The *Now* lane: at most seven things to do, by danger × reach ÷ effort; and whom or what the rest waits for.
//! It hides nothing that is urgent: a `now` gate stays, whatever week it was planned for.

use super::checklist::Effort;
use super::headline::{is_live, is_untouched};
use super::ledger::Ledger;
use super::{
    Assessment, Checklist, Foreign, Freshness, Gate, Item, ItemId, NowRow, Outcome, Phase, ProbeKind, Truth, Waiting, Work,
};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// How many rows the lane has.
const ROWS: usize = 7;

/// The lane, and how many more rows it would have. `week` is 0 before the start.
pub(super) fn now(checklist: &Checklist, items: &[Assessment], week: u16, ledger: &Ledger<'_>) -> (Vec<NowRow>, usize) {
    let settled: BTreeMap<&str, bool> = items.iter().map(|it| (it.item.as_str(), is_settled(it.truth))).collect();
    let mut rows: Vec<(&Item, &Assessment)> = checklist
        .items
        .iter()
        .zip(items)
        .filter(|(item, it)| {
            let waits = item.after.iter().any(|id| settled.get(id.as_str()) == Some(&false));
            !is_settled(it.truth) && !waits && !is_blocked(it, ledger) && is_due(item, it, week.max(1), ledger)
        })
        .collect();
    let is_urgent = |it: &Assessment| it.gate == Some(Gate::Now) || is_overdue(it, ledger);
    rows.sort_by_key(|(item, it)| (!is_urgent(it), badness(it.truth), Reverse(worth(item))));
    let more = rows.len().saturating_sub(ROWS);
    let row = |(item, it): (&Item, &Assessment)| NowRow {
        item: item.id.clone(),
        why: Foreign::new(why(it)),
        effort: item.effort,
        after: Vec::new(),
    };
    (rows.into_iter().take(ROWS).map(row).collect(), more)
}

/// Nothing is to be done about it, and what comes after it need not wait.
fn is_settled(truth: Truth) -> bool {
    truth.is_done() || matches!(truth, Truth::NotApplicable | Truth::Waived)
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
        _ => it.truth.is_lost() || is_overdue(it, ledger) || first_week(item.phase, ledger) <= week,
    }
}

/// A gate that should have been closed before the users came, and is seen to be open: as urgent as a `now` gate, which
/// is what the headline says of it too.
fn is_overdue(it: &Assessment, ledger: &Ledger<'_>) -> bool {
    it.gate == Some(Gate::Launch) && it.truth.is_failing() && is_live(ledger)
}

/// The first week of a phase, when the engagement is longer or shorter than six weeks.
fn first_week(phase: Phase, ledger: &Ledger<'_>) -> u16 {
    let weeks = ledger.settings().map_or(6, |it| u16::from(it.weeks));
    1 + u16::from(phase.weeks().0 - 1) * weeks / 6
}

fn badness(truth: Truth) -> u8 {
    match truth {
        Truth::Drifted | Truth::Disputed => 0,
        Truth::Failing => 1,
        Truth::Stale => 2,
        _ => 3,
    }
}

/// Danger × reach ÷ effort, where effort is one, two or four; times four to stay whole.
fn worth(item: &Item) -> u16 {
    let ease = match item.effort {
        Effort::S => 4,
        Effort::M => 2,
        Effort::L => 1,
    };
    u16::from(item.danger) * u16::from(item.reach) * ease
}

/// Why an item stands as it does, in a few words.
pub(super) fn why(it: &Assessment) -> String {
    let failing = it.words.iter().filter(|word| word.outcome == Some(Outcome::Fail) && word.not_applicable.is_none());
    let fails = || {
        let worst = failing.clone().flat_map(|word| &word.findings).max_by_key(|finding| finding.severity);
        let says = worst.map(|finding| &finding.says).or_else(|| failing.clone().next().map(|word| &word.says));
        says.or(it.remarks.first()).map_or("its rule fails".to_owned(), ToString::to_string)
    };
    let remark = || it.remarks.first().map(ToString::to_string);
    let lapsed = || it.judgement.as_ref().and_then(|word| word.lapsed.as_ref()).map(ToString::to_string);
    let gap = || it.gap.as_ref().map(|gap| format!("not seen: {}", gap.says));
    match it.truth {
        Truth::Drifted => format!("drifted: {}", fails()),
        Truth::Disputed => match &it.judgement {
            Some(word) => format!("{} judged it done, and a probe fails since: {}", word.who, fails()),
            None => fails(),
        },
        Truth::Failing => fails(),
        Truth::Stale => {
            let aged = it.words.iter().find(|word| word.aged).map(|word| format!("{} is too old to count", word.probe));
            let outgrown = it.remarks.iter().find(|it| it.as_str().ends_with(super::remarks::OUTGROWN)).map(ToString::to_string);
            let why = lapsed().or_else(gap).or(outgrown).or(aged).or_else(remark);
            why.map_or("was done, not proven now".to_owned(), |why| format!("was done; {why}"))
        }
        Truth::Open if is_untouched(it) => match it.gap.as_ref().and_then(|gap| gap.needs.as_ref()) {
            Some(step) => format!("not looked at yet. {step}"),
            None if it.by_hand => "needs a person's judgement with a proof".to_owned(),
            None => "not looked at yet".to_owned(),
        },
        Truth::Open => lapsed().or_else(gap).or_else(remark).unwrap_or_else(|| "not proven yet".to_owned()),
        other => remark().unwrap_or_else(|| other.words().to_owned()),
    }
}

/// People first, then the steps that would open gaps, the one that opens most items first. One row for each step,
/// however many items it opens.
pub(super) fn waiting(items: &[Assessment]) -> Vec<Waiting> {
    let mut people: BTreeMap<&Foreign, Vec<ItemId>> = BTreeMap::new();
    let mut steps: BTreeMap<&Foreign, Vec<ItemId>> = BTreeMap::new();
    for it in items.iter().filter(|it| it.truth != Truth::NotApplicable) {
        if let Work::Blocked { on, .. } = &it.work {
            people.entry(on).or_default().push(it.item.clone());
        }
        let proofs = it.words.iter().filter(|word| it.unseen && word.kind == ProbeKind::Proof);
        for step in proofs.filter_map(|word| word.gap.as_ref()?.needs.as_ref()) {
            let opened = steps.entry(step).or_default();
            if opened.last() != Some(&it.item) {
                opened.push(it.item.clone());
            }
        }
    }
    let mut steps: Vec<_> = steps.into_iter().collect();
    steps.sort_by_key(|(_, items)| Reverse(items.len()));
    people.into_iter().chain(steps).map(|(on, items)| Waiting { on: on.clone(), items }).collect()
}

#[cfg(test)]
mod tests;
