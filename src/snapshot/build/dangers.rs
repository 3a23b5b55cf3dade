//! What can happen while it is open, the worst first, each with its date or what it waits for. What nobody saw is not
//! here: it is among what could not be looked at.

use super::super::model::{Danger, Dangers};
use super::super::words::fill;
use super::{Making, Pair, SENTENCE, answer, sentence};
use crate::domain::{Foreign, GapKind, Truth, Work};
use std::cmp::Reverse;

/// Open and seen to fail, and needed for a yes.
fn open<'a>(making: &Making<'a>) -> Vec<Pair<'a>> {
    let mut open: Vec<Pair<'a>> = making.pairs().filter(|(_, it)| answer::answers(it) && it.truth.is_failing()).collect();
    open.sort_by_key(|(item, it)| {
        let harm = u16::from(item.danger) * u16::from(item.reach);
        (!answer::is_urgent(making, it), it.truth == Truth::Failing, Reverse(harm))
    });
    open
}

pub(super) fn dangers(making: &Making<'_>, unproven: u16) -> Dangers {
    let words = &making.words.dangers;
    let open = open(making);
    let urgent: Vec<&Pair<'_>> = open.iter().filter(|(_, it)| answer::is_urgent(making, it)).collect();
    if making.investor {
        return Dangers { says: for_investor(making, &urgent, unproven), list: Vec::new() };
    }
    let says = match (open.len(), urgent.len()) {
        (0, _) if unproven > 0 => words.none_unseen.of(usize::from(unproven), &[]),
        (0, _) => words.none.clone(),
        (number, 0) => words.some.of(number, &[]),
        (number, urgent) if number == urgent && number > 1 => fill(&words.all_urgent, &[("n", &number.to_string())]),
        (number, urgent) => words.some_urgent.of(number, &[("urgent", &urgent.to_string())]),
    };
    Dangers { says, list: open.iter().map(|pair| danger(making, *pair)).collect() }
}

fn for_investor(making: &Making<'_>, urgent: &[&Pair<'_>], unproven: u16) -> String {
    let words = &making.words.dangers;
    let has_date = |(_, it): &&&Pair<'_>| match it.work {
        Work::Doing { .. } => true,
        Work::Planned { week } => making.end_of_week(week) >= making.today,
        Work::Todo | Work::Blocked { .. } => false,
    };
    let (all, fixing) = (urgent.len(), urgent.iter().filter(has_date).count());
    if all == 0 {
        return if unproven > 0 { words.none_unseen.of(usize::from(unproven), &[]) } else { words.investor_none.clone() };
    }
    let fixing = match fixing {
        0 => words.fixing_none.clone(),
        some if some == all && all == 1 => words.fixing_all.clone(),
        some if some == all => words.fixing_all_many.clone(),
        some => fill(&words.fixing_some, &[("n", &some.to_string()), ("of", &all.to_string())]),
    };
    words.investor.of(all, &[("fixing", &fixing)])
}

fn danger(making: &Making<'_>, (item, it): Pair<'_>) -> Danger {
    let words = &making.words.dangers;
    let (planned, plan) = plan(making, (item, it));
    Danger {
        consequence: Foreign::new(sentence::open(item)),
        urgent: answer::is_urgent(making, it),
        concerns: making.concerns(it).map(|what| Foreign::new(fill(&words.concerns, &[("what", &what)]))),
        planned,
        plan: Foreign::new(plan),
        remark: making.remark(it),
        decision: decision(making, (item, it)).map(Foreign::new),
        detail: making.detail(item, it),
    }
}

fn plan(making: &Making<'_>, (_, it): Pair<'_>) -> (Option<chrono::NaiveDate>, String) {
    let words = &making.words.dangers;
    match &it.work {
        Work::Doing { who, since } => {
            let who = making.words.person(who);
            (None, fill(&words.doing, &[("who", &who), ("day", &making.day(*since))]))
        }
        Work::Planned { week } => {
            let until = making.end_of_week(*week);
            let template = if until < making.today { &words.late } else { &words.planned };
            (Some(until), fill(template, &[("day", &making.date(until))]))
        }
        Work::Blocked { .. } if making.waits_for_reader(it) => (None, words.waits_reader.clone()),
        Work::Blocked { on, until: Some(until), .. } => {
            let who = making.words.person(on);
            (Some(*until), fill(&words.waits_until, &[("who", &who), ("day", &making.date(*until))]))
        }
        Work::Blocked { on, since, .. } => {
            (None, fill(&words.waits_other, &[("who", &making.words.person(on)), ("day", &making.day(*since))]))
        }
        Work::Todo => (None, words.unplanned.clone()),
    }
}

/// What the reader is asked to decide: what the engineer asked in the reader's words, what the checklist says has to be
/// decided while it waits for the reader, or a plan that hides the answer.
fn decision(making: &Making<'_>, (item, it): Pair<'_>) -> Option<String> {
    let words = &making.words.dangers;
    let asked = |what: &str| fill(&words.decision, &[("what", what)]);
    if making.waits_for_reader(it) {
        let Work::Blocked { founder, .. } = &it.work else { return None };
        return founder.as_ref().map(|text| text.cut(SENTENCE)).or_else(|| sentence::ask(item)).map(|it| asked(&it));
    }
    let hidden = it.words.iter().filter_map(|word| word.gap.as_ref()).find(|gap| gap.kind == GapKind::PlanHides)?;
    Some(asked(&fill(&words.decide_plan, &[("system", hidden.system?.title())])))
}
