//! How the page was measured, for whoever wants to check it: tool, list, moment, vendors that answered, digests.

use super::super::model::{Facts, Method};
use super::super::seal;
use super::super::words::fill;
use super::Making;
use crate::domain::{Digest, Foreign, Ledger};
use std::collections::BTreeSet;

pub(super) fn method(making: &Making<'_>) -> Method {
    let words = &making.words.method;
    let request = &making.request;
    let checklist = &making.board.checklist;
    let answered = making.board.items.iter().flat_map(|it| &it.words).filter(|word| word.at.is_some());
    let asked: BTreeSet<&'static str> = answered.map(|word| word.system.title()).collect();
    let asked: Vec<String> = asked.into_iter().map(str::to_owned).collect();
    let facts = facts(making);
    let last_look = making.board.last_run.as_ref().and_then(|run| run.ended).map(|(at, _)| at);
    let moment = format!("{}, {}", making.words.full_day(making.today), making.words.time(request.now));
    let says = vec![
        fill(
            &words.tool,
            &[("tool", request.tool), ("checklist", &checklist.title), ("version", &checklist.version), ("moment", &moment)],
        ),
        match asked.as_slice() {
            [] => words.asked_none.clone(),
            some => fill(&words.asked, &[("systems", &making.words.list(some))]),
        },
        last_look.map_or(words.last_look_none.clone(), |at| {
            fill(&words.last_look, &[("day", &making.day(at)), ("time", &making.words.time(at))])
        }),
        words.facts.of(usize::try_from(facts.count).unwrap_or(usize::MAX), &[]),
        words.read_only.clone(),
        words.limits.clone(),
    ];
    Method {
        tool: request.tool.to_owned(),
        checklist: Foreign::new(&checklist.title),
        checklist_version: Foreign::new(&checklist.version),
        asked,
        last_look,
        says,
        facts,
        previous: request.previous.map(|(_, digest)| digest.clone()),
    }
}

fn facts(making: &Making<'_>) -> Facts {
    let request = &making.request;
    let known = request.facts.iter().filter(|fact| fact.at <= request.now);
    let (count, last, chain) = seal::chain(known);
    let ledger = Ledger::read(request.facts, request.now);
    let checklist = ledger.checklist().cloned().unwrap_or_else(|| Digest::of(""));
    Facts { count, last, chain, checklist }
}
