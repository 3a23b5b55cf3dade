//! The documents that `--json` prints: one object each, `"schema": 1`, times in RFC 3339 UTC, names of DESIGN §1–2 in
//! snake_case. Stable: fields are added, never renamed.

use crate::domain::state::RunSummary;
use crate::domain::{Assessment, Board, Finding, Gap, Headline, Note, ProbeWord, Task, Verdict};
use crate::words::next;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

/// A document with its schema number.
#[must_use]
pub fn document(mut fields: Value) -> Value {
    if let Some(map) = fields.as_object_mut() {
        map.insert("schema".to_owned(), json!(1));
    }
    fields
}

/// A moment, to the second.
#[must_use]
pub fn moment(at: DateTime<Utc>) -> Value {
    json!(at.to_rfc3339_opts(SecondsFormat::Secs, true))
}

fn maybe_moment(at: Option<DateTime<Utc>>) -> Value {
    at.map_or(Value::Null, moment)
}

/// The headline.
#[must_use]
pub fn headline(it: &Headline) -> Value {
    json!({ "question": it.question, "answer": it.answer, "says": it.says, "open_gates": it.open_gates })
}

/// A gap.
#[must_use]
pub fn gap(it: &Gap) -> Value {
    json!({ "kind": it.kind, "system": it.system, "needs": it.needs, "until": maybe_moment(it.until), "says": it.says })
}

/// A finding, by what it is.
#[must_use]
pub fn finding(it: &Finding) -> Value {
    json!({
        "id": it.key(), "rule": it.rule, "resource": it.resource, "says": it.says, "place": it.place,
        "severity": it.severity, "fix": it.fix,
    })
}

fn note(it: &Note) -> Value {
    json!({ "key": it.key, "level": it.level, "says": it.says, "place": it.place })
}

/// The state of one app.
#[must_use]
pub fn status(board: &Board) -> Value {
    let counts: Map<String, Value> = board.counts.iter().map(|(truth, n)| (truth.to_string(), json!(n))).collect();
    json!({
        "app": board.settings.name,
        "title": board.settings.title,
        "at": moment(board.now),
        "week": board.week,
        "headline": headline(&board.headline),
        "counts": counts,
        "unseen": board.unseen,
        "last_run": board.last_run.as_ref().map(last_run),
        "items": board.items.iter().map(|it| item(board, it)).collect::<Vec<_>>(),
    })
}

/// One item as `status` prints it.
#[must_use]
pub fn item(board: &Board, it: &Assessment) -> Value {
    let text = board.item(it.item.as_str());
    json!({
        "id": it.item,
        "phase": it.phase,
        "short": text.map(|text| text.short.as_str()),
        "title": text.map(|text| text.title.as_str()),
        "gate": it.gate,
        "truth": it.truth,
        "work": it.work,
        "decides": it.decides,
        "by": it.by,
        "since": maybe_moment(it.since),
        "fresh_until": maybe_moment(it.fresh_until),
        "unseen": it.unseen,
        "by_hand": it.by_hand,
        "remarks": it.remarks,
        "probes": it.words.iter().map(word).collect::<Vec<_>>(),
    })
}

fn word(it: &ProbeWord) -> Value {
    json!({
        "id": it.probe,
        "kind": it.kind,
        "outcome": word_of(it),
        "at": maybe_moment(it.at),
        "aged": it.aged,
        "suspected": it.suspected,
        "accepted": it.accepted,
        "rotated": it.rotated,
        "gap": it.gap.as_ref().map(gap),
        "says": if it.says.as_str().is_empty() { it.gap.as_ref().map(|gap| gap.says.clone()).unwrap_or_default() } else { it.says.clone() },
    })
}

/// What a probe's word is today, in one word: an aged one speaks no more.
#[must_use]
pub fn word_of(it: &ProbeWord) -> &'static str {
    if it.not_applicable.is_some() { "not_applicable" } else { it.speaks().map_or("undecided", crate::domain::Outcome::word) }
}

/// A run as the state tells it.
#[must_use]
pub fn last_run(it: &RunSummary) -> Value {
    json!({
        "run": it.run,
        "started": moment(it.started),
        "ended": it.ended.map(|(at, _)| moment(at)),
        "how": it.ended.map(|(_, how)| how),
        "decided": it.decided,
        "undecided": it.undecided,
    })
}

/// One outcome of a run.
#[must_use]
pub fn outcome(probe: &str, items: &[crate::domain::ItemId], verdict: &Verdict, ms: Option<u64>, requests: Option<u32>) -> Value {
    json!({
        "probe": probe,
        "items": items,
        "outcome": verdict.outcome.word(),
        "gap": verdict.outcome.gap().map(gap),
        "says": verdict.says,
        "findings": verdict.findings.iter().map(finding).collect::<Vec<_>>(),
        "notes": verdict.notes.iter().map(note).collect::<Vec<_>>(),
        "ms": ms,
        "requests": requests,
    })
}

/// The findings that stand.
#[must_use]
pub fn findings(board: &Board) -> Value {
    let rows = board.findings.iter().map(|it| {
        json!({
            "id": it.finding.key(),
            "probe": it.probe,
            "item": it.items.first(),
            "items": it.items,
            "says": it.finding.says,
            "place": it.finding.place,
            "severity": it.finding.severity,
            "state": it.state(),
            "exposed": it.finding.exposed,
            "rotation": it.rotation.as_ref().map(|it| json!({ "on": it.on, "by": it.who, "proof": it.proof, "holds": it.holds })),
            "first_seen": moment(it.first_seen),
            "last_seen": moment(it.last_seen),
            "fix": it.finding.fix,
        })
    });
    json!({ "app": board.settings.name, "findings": rows.collect::<Vec<_>>() })
}

/// The few things to do now.
#[must_use]
pub fn next(board: &Board) -> Value {
    let rows = board.now_lane.iter().map(|row| {
        let item = row.item().and_then(|id| board.item(id.as_str()));
        let gate = row.item().and_then(|id| board.assessment(id.as_str())).and_then(|it| it.gate);
        let step = match &row.task {
            Task::Step(step) => json!({
                "systems": step.systems, "again": step.again, "permission": step.permission, "opens": step.opens.whole,
                "helps": step.opens.helps, "opens_urgent": step.opens.urgent_whole, "helps_urgent": step.opens.urgent_helps,
            }),
            Task::Item(_) => Value::Null,
        };
        let rank = &row.rank;
        json!({
            "id": next::id(row),
            "kind": if row.item().is_some() { "item" } else { "step" },
            "title": item.map_or_else(|| next::title(row, board), |it| it.title.clone()),
            "short": next::title(row, board),
            "why": row.why,
            "effort": row.effort,
            "after": row.after,
            "emergency": row.emergency,
            "command": next::command(row, board),
            "step": step,
            "rank": {
                "gate": gate, "urgent": rank.urgent, "on_fire": rank.on_fire, "severity": rank.severity, "reach": rank.reach,
                "public": rank.public, "live": rank.live, "score": rank.score,
            },
        })
    });
    json!({
        "app": board.settings.name, "at": moment(board.now), "week": board.week, "weeks": board.settings.weeks,
        "behind": board.behind, "headline": headline(&board.headline), "items": rows.collect::<Vec<_>>(),
        "more": board.more_now, "waiting": board.waits_now, "later": board.later,
        "waits": board.waiting.iter().map(|it| json!({ "on": it.on, "items": it.items })).collect::<Vec<_>>(),
    })
}
