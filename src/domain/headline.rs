//! The one answer to the one question. It says yes only when every gate of today is done, waived or not applicable,
//! and it never blends counts into a score.

use super::ledger::Ledger;
use super::state::Answer;
use super::{Assessment, Checklist, Foreign, Gate, Headline, Item, Outcome, Truth, calendar};
use chrono::NaiveDate;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Gates `now` and `launch` answer the question, before the launch and after it; `close` is for closing.
fn answers(assessment: &Assessment) -> bool {
    matches!(assessment.gate, Some(Gate::Now | Gate::Launch)) && assessment.truth != Truth::NotApplicable
}

fn is_open(assessment: &Assessment) -> bool {
    !assessment.truth.is_done() && assessment.truth != Truth::Waived
}

/// No probe decided anything and nobody said anything.
fn is_unknown(assessment: &Assessment) -> bool {
    assessment.truth == Truth::Open
        && assessment.judgement.is_none()
        && assessment.words.iter().all(|word| word.outcome.is_none() && !word.suspected)
}

/// Nobody has even tried to look.
pub(super) fn is_untouched(assessment: &Assessment) -> bool {
    is_unknown(assessment) && assessment.words.iter().all(|word| word.gap_at.is_none())
}

/// Whether users are there on the ledger's day.
pub(super) fn is_live(ledger: &Ledger<'_>) -> bool {
    ledger.settings().and_then(|it| it.live_since).is_some_and(|since| since <= ledger.now().date_naive())
}

/// The headline. `items` are in the order of the checklist.
pub(super) fn of(checklist: &Checklist, items: &[Assessment], ledger: &Ledger<'_>) -> Headline {
    let live = is_live(ledger);
    let question = if live { "Safe to keep taking users?" } else { "Ready to go live?" };
    let mut open: Vec<(&Item, &Assessment)> =
        checklist.items.iter().zip(items).filter(|(_, it)| answers(it) && is_open(it)).collect();
    open.sort_by_key(|(item, it)| {
        let harm = u16::from(item.danger) * u16::from(item.reach);
        (it.gate != Some(Gate::Now), !it.truth.is_failing(), Reverse(harm))
    });
    let risks: Vec<&Assessment> = items.iter().filter(|it| answers(it) && it.truth == Truth::Waived).collect();
    let (answer, says) = if !items.iter().any(answers) {
        (Answer::No, "NO — this checklist has no gate that could answer it".to_owned())
    } else if !open.is_empty() {
        (Answer::No, no(&open, live))
    } else if risks.is_empty() {
        (Answer::Yes, "YES".to_owned())
    } else {
        (Answer::YesWithAcceptedRisks, yes_with(&risks, ledger))
    };
    Headline {
        question: question.to_owned(),
        answer,
        says: Foreign::new(says),
        open_gates: open.into_iter().map(|(item, _)| item.id.clone()).collect(),
    }
}

/// Names what fails before what is merely not proven, and does not cry alarm over what nobody has looked at.
fn no(open: &[(&Item, &Assessment)], live: bool) -> String {
    let urgent = |it: &Assessment| live || it.gate == Some(Gate::Now);
    let count = |wanted: &dyn Fn(&Assessment) -> bool| open.iter().filter(|(_, it)| wanted(it)).count();
    let failing = count(&|it| it.truth.is_failing());
    let urgent_failing = count(&|it| it.truth.is_failing() && urgent(it));
    let first = |wanted: &dyn Fn(&Assessment) -> bool| {
        open.iter().find(|(_, it)| wanted(it)).map_or(String::new(), |(item, _)| format!("{} {}", item.id, item.short))
    };
    let rest = open.len() - failing;
    let also = if rest == 0 { String::new() } else { format!("; {rest} more not proven yet") };
    if urgent_failing > 0 {
        let name = first(&|it| it.truth.is_failing() && urgent(it));
        return format!("NO — {urgent_failing} urgent: {name}{also}");
    }
    if failing > 0 {
        return format!("NO — {failing} to mend before launch: {}{also}", first(&|it| it.truth.is_failing()));
    }
    if count(&is_unknown) == open.len() {
        let now_gates = count(&urgent);
        let (number, word) = if now_gates > 0 { (now_gates, "urgent ") } else { (open.len(), "") };
        let how = if count(&is_untouched) == open.len() { "not looked at yet" } else { "not seen yet" };
        return format!("NO — {number} {word}{} {how}, first {}", items(number), first(&|_| true));
    }
    format!("NO — {} {} not proven yet, first {}", open.len(), items(open.len()), first(&|_| true))
}

fn items(number: usize) -> &'static str {
    if number == 1 { "item" } else { "items" }
}

/// `YES — with 2 risks accepted by Ana until 1 February`: whoever answers for it on the client's side, until the
/// first of them ends.
fn yes_with(risks: &[&Assessment], ledger: &Ledger<'_>) -> String {
    let mut people: BTreeSet<String> = BTreeSet::new();
    let mut until: Option<NaiveDate> = None;
    for risk in risks {
        let own = risk.waiver.clone().filter(|it| it.stands);
        let accepted = risk.words.iter().filter(|word| word.accepted && word.outcome == Some(Outcome::Fail));
        let by_finding =
            accepted.flat_map(|word| &word.findings).filter_map(|it| ledger.acceptance(&it.key(), risk.gate.is_some()));
        for waiver in own.into_iter().chain(by_finding).filter(|it| it.stands) {
            people.insert(waiver.client.as_ref().unwrap_or(&waiver.who).to_string());
            until = Some(until.map_or(waiver.until, |it| it.min(waiver.until)));
        }
    }
    let number = risks.len();
    let risks = if number == 1 { "risk" } else { "risks" };
    let by = people.into_iter().collect::<Vec<_>>().join(" and ");
    let until = until.map_or(String::new(), |it| format!(" until {}", calendar::day_words(it, ledger.now())));
    format!("YES — with {number} {risks} accepted by {by}{until}")
}

#[cfg(test)]
mod tests;
