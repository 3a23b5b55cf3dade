//! What waits for the reader, each with one action and its minutes. What waits for anybody else is not here.

use super::super::model::{Task, Turn};
use super::super::words::fill;
use super::{Making, SENTENCE, sentence};
use crate::domain::{Foreign, Work};

pub(super) fn turn(making: &Making<'_>) -> Turn {
    let words = &making.words.turn;
    if making.investor {
        return Turn { says: words.investor.clone(), list: Vec::new() };
    }
    let mut list = Vec::new();
    for (item, it) in making.pairs().filter(|(_, it)| !it.truth.is_done() && making.waits_for_reader(it)) {
        let Work::Blocked { until, since, founder, minutes, .. } = &it.work else { continue };
        let asked = founder.as_ref().map(|text| text.cut(SENTENCE)).or_else(|| sentence::ask(item));
        let action = asked.unwrap_or_else(|| fill(&words.ask, &[("about", &sentence::open(item))]));
        let minutes = minutes.or(if founder.is_none() { item.founder_minutes } else { None });
        let mut about = vec![match minutes {
            Some(minutes) => words.minutes.of(usize::from(minutes), &[]),
            None => words.minutes_unknown.clone(),
        }];
        about.push(fill(&words.since, &[("day", &making.day(*since))]));
        about.extend(until.map(|day| fill(&words.until, &[("day", &making.date(day))])));
        list.push((
            until.unwrap_or(chrono::NaiveDate::MAX),
            Task { action: Foreign::new(action), minutes, about: Foreign::new(about.join(" · ")) },
        ));
    }
    list.sort_by_key(|(until, _)| *until);
    let says = if list.is_empty() { words.none.clone() } else { words.some.of(list.len(), &[]) };
    Turn { says, list: list.into_iter().map(|(_, task)| task).collect() }
}
