//! What became of an app's rerun, as a document and as lines. Nothing is judged here.

use crate::cli::{json, out::Out, plain, unused};
use crate::desk::due::{Check, Saw};
use crate::desk::rerun::{DueProbe, Ended, How, Ran};
use crate::domain::{AppName, Board, GapKind, Verdict};
use crate::schedule::lane::MOST_REQUESTS;
use crate::schedule::{Seat, Waits};
use crate::trouble::Trouble;
use crate::words;
use serde_json::{Value, json};

/// The document of an app; none where nothing of it was due.
pub(in crate::cli) fn of(app: &AppName, ended: &Ended) -> Option<Value> {
    let mut document = match &ended.how {
        How::Ran(ran) => ran_(app, ran),
        How::NothingDue { .. } => return None,
        How::NothingToAsk => skipped(app, &json!({ "why": "nothing_to_ask" })),
        How::Stopped => skipped(app, &json!({ "why": "stopped" })),
        How::OpenElsewhere { since, pid, host } => {
            skipped(app, &json!({ "why": "run_open", "since": json::moment(*since), "pid": pid, "host": host }))
        }
        How::Failed(trouble) => failed(app, trouble),
    };
    if let Some(fields) = document.as_object_mut() {
        fields.insert("due".to_owned(), due(&ended.due));
        fields.insert("checks".to_owned(), ended.checks.iter().map(check).collect());
    }
    Some(document)
}

pub(super) fn failed(app: &AppName, trouble: &Trouble) -> Value {
    json!({ "app": app, "error": { "what": trouble.what, "why": trouble.why, "next": trouble.next } })
}

fn skipped(app: &AppName, why: &Value) -> Value {
    json!({ "app": app, "skipped": why })
}

/// Which probes are due, and because of what.
pub(super) fn due(due: &[DueProbe]) -> Value {
    let row = |it: &DueProbe| {
        json!({
            "probe": it.probe, "because": it.because, "says": it.because.says(), "last": it.last.map_or(Value::Null, json::moment),
        })
    };
    due.iter().map(row).collect()
}

fn check(it: &Check) -> Value {
    let (saw, gap) = match &it.saw {
        Saw::First => ("first_look", Value::Null),
        Saw::Unchanged => ("unchanged", Value::Null),
        Saw::Changed => ("changed", Value::Null),
        Saw::Nothing(gap) => ("not_seen", json::gap(gap)),
    };
    json!({ "what": it.watch.says(), "system": it.watch.system(), "saw": saw, "gap": gap })
}

fn ran_(app: &AppName, ran: &Ran) -> Value {
    let none = Vec::new();
    let decided = ran.report.decided.iter().map(|(probe, verdict, ms, requests)| {
        json::outcome(probe.as_str(), ran.items.get(probe).unwrap_or(&none), verdict, Some(*ms), Some(*requests))
    });
    let unasked = ran.unasked.iter().map(|(planned, gap)| {
        json::outcome(planned.probe.as_str(), &planned.items, &Verdict::undecided(gap.clone()), None, None)
    });
    json!({
        "app": app,
        "run": ran.report.run,
        "how": ran.report.how,
        "requests": ran.report.requests,
        "outcomes": decided.chain(unasked).collect::<Vec<_>>(),
        "not_stored": ran.report.not_stored,
        "unused_acceptances": unused::rows(&ran.idle),
        "headline": json::headline(&ran.board.headline),
    })
}

/// What a person wants to know after a run: lost first, then what fails, then the steps that would let us see.
pub(super) fn summary(app: &AppName, ran: &Ran, out: &mut Out<'_>) {
    let board: &Board = &ran.board;
    out.line(format!("{}: {} {}", app, board.headline.question, board.headline.says));
    if ran.lost > 0 {
        out.line(format!("lost since the run before: {}", words::count(ran.lost, "item")));
    }
    for it in board.items.iter().filter(|it| it.truth.is_failing()) {
        out.line(plain::line(board, it));
    }
    let suspected = board.items.iter().flat_map(|it| it.words.iter()).filter(|word| word.suspected);
    let suspected: std::collections::BTreeSet<_> = suspected.map(|word| &word.probe).collect();
    for probe in suspected {
        out.line(format!("suspected to fail, not confirmed yet: {probe}"));
    }
    let mut steps: Vec<(String, usize)> = Vec::new();
    for gap in board.items.iter().flat_map(|it| it.words.iter()).filter_map(|word| word.gap.as_ref()) {
        let Some(step) = gap.needs.as_ref().filter(|_| gap.kind != GapKind::NeedsJudgement) else { continue };
        match steps.iter_mut().find(|(known, _)| known == step.as_str()) {
            Some((_, n)) => *n += 1,
            None => steps.push((step.to_string(), 1)),
        }
    }
    for (step, n) in steps {
        out.line(format!("to see more: {step} ({})", words::count(n, "probe")));
    }
    unused::print(app.as_str(), &ran.idle, board.now, out);
}

/// What should not wait for a week and is not asked today, with why.
pub(super) fn put_off(left: &[(Seat, Waits)]) -> Value {
    let row = |(seat, why): &(Seat, Waits)| {
        let why = match why {
            Waits::ForAnotherDay => "day_is_full",
            Waits::ForItsWeek => "dearer_than_a_day",
        };
        json!({ "probe": seat.probe, "requests": seat.requests, "because": why, "last": json::moment(seat.last) })
    };
    left.iter().map(row).collect()
}

/// The same as a line.
pub(super) fn left((seat, why): &(Seat, Waits)) -> String {
    let requests = words::count(seat.requests as usize, "request");
    match why {
        Waits::ForAnotherDay => {
            format!("left for another day: {} ({requests}; a day has {MOST_REQUESTS} for what is looked at daily)", seat.probe)
        }
        Waits::ForItsWeek => {
            format!("left for its week: {} ({requests}, and a day has {MOST_REQUESTS} for what is looked at daily)", seat.probe)
        }
    }
}

/// Because of what probes are due, the reason with the most of them first: `8 never looked at, 2 daily`.
pub(super) fn reasons(due: &[DueProbe]) -> String {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for says in due.iter().map(|it| it.because.says()) {
        match counts.iter_mut().find(|(known, _)| *known == says) {
            Some((_, n)) => *n += 1,
            None => counts.push((says, 1)),
        }
    }
    counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    counts.iter().map(|(says, n)| format!("{n} {says}")).collect::<Vec<_>>().join(", ")
}
