//! The question and its answer, by the same laws as the console's headline. It says yes only when everything that has to
//! be in place was shown or accepted, and never calls a danger what nobody looked at.

use super::super::model::{First, Verdict};
use super::super::words::{VerdictWords, fill};
use super::{Making, Pair, number};
use crate::domain::state::Answer;
use crate::domain::{Assessment, Foreign, Gate, Truth};
use std::collections::BTreeSet;

/// Whether the item takes part in the answer.
pub(super) fn answers(it: &Assessment) -> bool {
    matches!(it.gate, Some(Gate::Now | Gate::Launch))
}

/// Neither done nor accepted.
pub(super) fn is_open(it: &Assessment) -> bool {
    !it.truth.is_done() && it.truth != Truth::Waived
}

/// Users are at risk by it today: a danger of now, or anything that has to be in place when users are there.
pub(super) fn is_urgent(making: &Making<'_>, it: &Assessment) -> bool {
    it.gate == Some(Gate::Now) || (making.is_live() && it.gate == Some(Gate::Launch))
}

pub(super) fn verdict(making: &Making<'_>) -> Verdict {
    let words = &making.words.verdict;
    let open: Vec<Pair<'_>> = making.pairs().filter(|(_, it)| answers(it) && is_open(it)).collect();
    let failing = open.iter().filter(|(_, it)| it.truth.is_failing());
    let urgent = failing.clone().filter(|(_, it)| is_urgent(making, it)).count();
    let failing = failing.count();
    let unproven = open.len() - failing;
    let first = making.request.first.map(|page| First { urgent: page.verdict.urgent, on: page.moment.date_naive() });
    Verdict {
        question: if making.is_live() { &words.live } else { &words.launch }.clone(),
        answer: making.board.headline.answer,
        says: Foreign::new(says(making, words, urgent, failing, unproven)),
        urgent: number(urgent),
        unproven: number(unproven),
        count: match &first {
            None => words.count_first.of(urgent, &[]),
            Some(first) => {
                let (now, then, day) = (urgent.to_string(), first.urgent.to_string(), making.date(first.on));
                fill(&words.count, &[("n", &now), ("first", &then), ("day", &day)])
            }
        },
        first,
    }
}

fn says(making: &Making<'_>, words: &VerdictWords, urgent: usize, failing: usize, unproven: usize) -> String {
    let also = if unproven == 0 { String::new() } else { format!(" {}", words.also_unproven.of(unproven, &[])) };
    match making.board.headline.answer {
        Answer::Yes => words.yes.clone(),
        Answer::YesWithAcceptedRisks => with_risks(making, words),
        Answer::No if !making.pairs().any(|(_, it)| answers(it)) => words.no_questions.clone(),
        Answer::No if urgent > 0 => words.no_urgent.of(urgent, &[]) + &also,
        Answer::No if failing > 0 => words.no_before_launch.of(failing, &[]) + &also,
        Answer::No if is_untouched(making) => words.nobody.clone(),
        Answer::No => words.no_unproven.of(unproven, &[]),
    }
}

/// Nobody looked at, or said anything of, anything that decides the answer.
fn is_untouched(making: &Making<'_>) -> bool {
    making.pairs().filter(|(_, it)| answers(it)).all(|(_, it)| {
        it.truth == Truth::Open
            && it.judgement.is_none()
            && it.words.iter().all(|word| word.outcome.is_none() && !word.suspected && word.gap_at.is_none())
    })
}

fn with_risks(making: &Making<'_>, words: &VerdictWords) -> String {
    let risks: Vec<Pair<'_>> = making.pairs().filter(|(_, it)| answers(it) && it.truth == Truth::Waived).collect();
    let standing: Vec<_> = risks.iter().flat_map(|(_, it)| making.standing_waivers(it)).collect();
    let people: BTreeSet<String> = standing.iter().map(|it| making.words.person(it.client.as_ref().unwrap_or(&it.who))).collect();
    let people = making.words.list(&people.into_iter().collect::<Vec<_>>());
    let day = standing.iter().map(|it| it.until).min().map_or(String::new(), |it| making.date(it));
    words.yes_risks.of(risks.len(), &[("people", &people), ("day", &day)])
}
