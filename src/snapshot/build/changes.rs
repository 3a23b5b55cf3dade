//! What went backwards and what got better since the page that the reader holds: the same comparison as `rescue diff`.
//! On a first page there is nothing to compare, and it says so.

use super::super::model::Changes;
use super::super::words::fill;
use super::Making;
use crate::domain::diff::Change;
use crate::domain::{self, Foreign};

pub(super) fn changes(making: &Making<'_>) -> Changes {
    let words = &making.words.changes;
    let request = &making.request;
    let Some((page, _)) = request.previous else { return first(making) };
    let told = domain::changes(request.facts, request.checklists, request.book, page.moment, request.now);
    let Some(domain::Told { diff, .. }) = told else { return first(making) };
    let consequence = |change: &Change| making.board.item(change.id.as_str()).map(super::sentence::open).unwrap_or_default();
    let say = |template: &str, changes: &[Change]| -> Vec<Foreign> {
        changes.iter().map(|it| Foreign::new(fill(template, &[("what", &consequence(it))]))).collect()
    };
    let worse = [
        say(&words.lost, &diff.lost),
        say(&words.failing, &diff.newly_failing),
        say(&words.expired, &diff.expired_waivers),
        say(&words.old, &diff.stale),
        say(&words.blind, &diff.newly_unseen),
    ]
    .concat();
    let better: Vec<Foreign> =
        diff.won.iter().filter_map(|it| making.board.item(it.id.as_str())).map(|item| Foreign::new(making.done(item))).collect();
    let since = page.moment.date_naive();
    let day = making.date(since);
    let says = if worse.is_empty() && better.is_empty() {
        fill(&words.none, &[("day", &day)])
    } else {
        let (down, up) = (worse.len().to_string(), better.len().to_string());
        fill(&words.some, &[("day", &day), ("worse", &down), ("better", &up)])
    };
    let worse = if making.investor { Vec::new() } else { worse };
    Changes { since: Some(since), says, worse, better }
}

fn first(making: &Making<'_>) -> Changes {
    Changes { since: None, says: making.words.changes.first.clone(), worse: Vec::new(), better: Vec::new() }
}
