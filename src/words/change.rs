//! What is said of a change besides what it is: how long it had been otherwise, which run saw it first, and within which
//! time it broke. It never says more than looks saw: between two looks nobody knows.

use super::{count, day, moment, span};
use crate::domain::RunId;
use crate::domain::diff::{Change, Diff, FindingChange, Had};
use chrono::{DateTime, Utc};

/// In which list a change stands, in the order in which they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Lost,
    NewlyFailing,
    ExpiredWaiver,
    Stale,
    NewlyUnseen,
    LostBetween,
    Won,
}

impl Kind {
    /// Lost first.
    pub const ALL: [Self; 7] =
        [Self::Lost, Self::NewlyFailing, Self::ExpiredWaiver, Self::Stale, Self::NewlyUnseen, Self::LostBetween, Self::Won];

    /// Its list.
    #[must_use]
    pub fn of(self, diff: &Diff) -> &[Change] {
        match self {
            Self::Lost => &diff.lost,
            Self::NewlyFailing => &diff.newly_failing,
            Self::ExpiredWaiver => &diff.expired_waivers,
            Self::Stale => &diff.stale,
            Self::NewlyUnseen => &diff.newly_unseen,
            Self::LostBetween => &diff.lost_between,
            Self::Won => &diff.won,
        }
    }

    /// The words for it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::NewlyFailing => "newly failing",
            Self::ExpiredWaiver => "waiver ended",
            Self::Stale => "gone stale",
            Self::NewlyUnseen => "newly unseen",
            Self::LostBetween => "lost and won back",
            Self::Won => "won",
        }
    }
}

/// Why it is so now, without the word for what it is: that stands beside it. None where nothing is known but that word.
#[must_use]
pub fn why(it: &Change) -> Option<&str> {
    let why = it.why.as_str();
    let bare = why.strip_prefix(it.to.words()).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(why);
    (!bare.is_empty()).then_some(bare)
}

/// What is known of an item's change, a sentence each.
#[must_use]
pub fn of_item(kind: Kind, it: &Change) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(had) = &it.had {
        said.push(match kind {
            Kind::LostBetween => {
                format!("was lost for {}, from {} to {}", span(had.until - had.since), moment(had.since), moment(had.until))
            }
            Kind::NewlyUnseen => had_been("seen", had, it.at),
            _ => had_been(state(had), had, it.at),
        });
    }
    if let Some(window) = &it.window {
        let bad = window.first_bad.at;
        said.push(match window.last_good {
            Some(good) => {
                let between = match window.blind {
                    0 => String::new(),
                    blind => format!("; {} between saw nothing", count(usize::from(blind), "look")),
                };
                let within = span(bad - good.at);
                format!("broke within {within}: seen good {}, seen bad {}{between}", moment(good.at), moment(bad))
            }
            None => format!("{} had never seen it good", window.probe),
        });
    }
    let seen = it.window.as_ref().filter(|_| kind != Kind::ExpiredWaiver);
    match (seen.map(|it| it.first_bad), it.run, it.at) {
        (Some(seen), ..) => said.push(by(seen.run, seen.at)),
        (None, Some(run), Some(at)) => said.push(by(run, at)),
        (None, None, Some(at)) => said.push(format!("since {}, by no run", moment(at))),
        (None, _, None) => {}
    }
    said
}

fn by(run: RunId, at: DateTime<Utc>) -> String {
    format!("first seen {} by run {run}", moment(at))
}

/// What it had been, in one word.
fn state(had: &Had) -> &'static str {
    if had.truth.is_done() {
        "good"
    } else if had.truth.is_failing() {
        "failing"
    } else {
        had.truth.words()
    }
}

fn had_been(what: &str, had: &Had, at: Option<DateTime<Utc>>) -> String {
    let (long, since) = (span(had.until - had.since), day(had.since.date_naive()));
    if at.is_none_or(|at| at == had.until) {
        format!("had been {what} for {long}, since {since}")
    } else {
        format!("had been {what} for {long}, from {since} to {}", day(had.until.date_naive()))
    }
}

/// What is known of a finding that came or went.
#[must_use]
pub fn of_finding(it: &FindingChange, is_new: bool) -> Vec<String> {
    let mut said = Vec::new();
    let Some(seen) = it.seen else { return said };
    said.push(match (it.since, it.until, is_new) {
        (Some(since), Some(until), true) => {
            let back = if it.came_back { "was there before, then away" } else { "was not there" };
            format!("{back} in every look from {} to {}", moment(since), moment(until))
        }
        (Some(since), _, false) => {
            format!("had stood for {}, since {}", span(seen.at - since), day(since.date_naive()))
        }
        _ => "nobody had looked there before".to_owned(),
    });
    let what = if is_new { "first seen" } else { "first seen gone" };
    said.push(format!("{what} {} by run {}", moment(seen.at), seen.run));
    said
}
