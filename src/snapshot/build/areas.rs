//! The parts of the product, with every point in a consequence sentence and what showed it. A reader from outside gets
//! the counts and what is in place.

use super::super::model::{Area, Line, State};
use super::super::words::{Words, fill};
use super::{Making, Pair, number, sentence};
use crate::domain::Foreign;

/// Title and sentence of the part that an id belongs to.
pub(super) fn part(words: &Words, id: &str) -> (String, String) {
    let prefix = id.split('-').next().unwrap_or_default();
    words
        .parts
        .iter()
        .find(|it| it.prefix == prefix)
        .map_or_else(|| (words.areas.other.clone(), words.areas.other_about.clone()), |it| (it.title.clone(), it.about.clone()))
}

pub(super) fn areas(making: &Making<'_>) -> Vec<Area> {
    let mut titles: Vec<(String, String)> = making.words.parts.iter().map(|it| (it.title.clone(), it.about.clone())).collect();
    titles.push((making.words.areas.other.clone(), making.words.areas.other_about.clone()));
    let all = making.board.checklist.items.iter().zip(&making.board.items);
    let all: Vec<(String, Pair<'_>)> = all.map(|pair| (part(making.words, pair.0.id.as_str()).0, pair)).collect();
    let of = |(title, about): (String, String)| {
        let within: Vec<Pair<'_>> = all.iter().filter(|(it, _)| *it == title).map(|(_, pair)| *pair).collect();
        (!within.is_empty()).then(|| area(making, title, about, &within))
    };
    titles.into_iter().filter_map(of).collect()
}

fn area(making: &Making<'_>, title: String, about: String, within: &[Pair<'_>]) -> Area {
    let words = &making.words.areas;
    let concerned = within.iter().filter(|(_, it)| Making::state(it) != State::Outside);
    let good = concerned.clone().filter(|(_, it)| it.truth.is_done()).count();
    let of = concerned.clone().count();
    let says = match of {
        0 => words.outside.clone(),
        _ => fill(&words.says, &[("good", &good.to_string()), ("of", &of.to_string())]),
    };
    let shown = concerned.filter(|(_, it)| !making.investor || it.truth.is_done());
    let mut lines: Vec<Line> = shown.map(|pair| line(making, *pair)).collect();
    lines.sort_by_key(|it| match it.state {
        State::Bad => 0,
        State::Old => 1,
        State::Unknown => 2,
        State::Accepted => 3,
        State::Good => 4,
        State::Outside => 5,
    });
    Area { title, about, good: number(good), of: number(of), says, lines }
}

fn line(making: &Making<'_>, (item, it): Pair<'_>) -> Line {
    let says = if it.truth.is_done() { making.done(item) } else { sentence::open(item) };
    let detail = making.detail(item, it).iter().map(Foreign::as_str).collect::<Vec<_>>().join(" · ");
    Line {
        state: Making::state(it),
        says: Foreign::new(says),
        evidence: Foreign::new(making.evidence(it)),
        remark: making.remark(it),
        detail: (!detail.is_empty()).then(|| Foreign::new(detail)),
    }
}
