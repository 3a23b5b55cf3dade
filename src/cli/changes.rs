//! `rescue diff`: what was lost and won between two moments, since when, and which run saw it first. It reads facts and
//! asks nobody.

use super::{exit, json, out::Out};
use crate::desk::Desk;
use crate::domain::changes::Told;
use crate::domain::diff::{Change, Diff, FindingChange, Had, Sighting};
use crate::domain::{AppName, Foreign, RunId, Truth};
use crate::trouble::Trouble;
use crate::words::change::{self, Kind};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde_json::{Value, json};

/// How wide a line of text may be: a terminal's eighty columns.
const WIDTH: usize = 80;

/// `rescue diff NAME [--since DATE|RUN]`.
///
/// # Errors
/// An unknown app, a moment that is no date and no run; a store that cannot be read.
pub fn diff(desk: &Desk, name: &str, since: Option<&str>, as_json: bool, out: &mut Out<'_>) -> Result<u8, Trouble> {
    let app = desk.app(name)?;
    let moment = match since {
        None => desk.previous_round(&app)?,
        Some(text) => {
            let moment = moment_of(desk, &app, text)?;
            if moment > desk.clock.now() {
                return Err(Trouble::usage(format!("{text} is in the future")).next("Give an earlier day or run"));
            }
            Some(moment)
        }
    };
    let told = match moment {
        Some(moment) => desk.changes(&app, moment)?,
        None => None,
    };
    match told {
        Some(told) if as_json => print(&app, Some(told.before.now), &told.diff, out),
        Some(told) => lines(&told, out),
        None if as_json => print(&app, None, &Diff::default(), out),
        None if since.is_some() => out.say(format!("nothing to compare with: {app} was not taken on yet at that moment")),
        None => out.say("nothing to compare with yet: there is no whole round of looks before the newest run"),
    }
    Ok(exit::FINE)
}

/// `since`: none when there is no earlier moment to compare with.
fn print(app: &AppName, since: Option<DateTime<Utc>>, diff: &Diff, out: &mut Out<'_>) {
    let mut fields = document(diff);
    if let Some(fields) = fields.as_object_mut() {
        fields.insert("app".to_owned(), json!(app));
        fields.insert("since".to_owned(), maybe(since));
    }
    out.json(&json::document(fields));
}

fn maybe(at: Option<DateTime<Utc>>) -> Value {
    at.map_or(Value::Null, json::moment)
}

/// What changed, list by list.
#[must_use]
pub fn document(diff: &Diff) -> Value {
    let items = |list: &[Change]| list.iter().map(item).collect::<Vec<_>>();
    let findings = |list: &[FindingChange]| list.iter().map(finding).collect::<Vec<_>>();
    json!({
        "lost": items(&diff.lost),
        "won": items(&diff.won),
        "newly_failing": items(&diff.newly_failing),
        "newly_unseen": items(&diff.newly_unseen),
        "expired_waivers": items(&diff.expired_waivers),
        "stale": items(&diff.stale),
        "lost_between": items(&diff.lost_between),
        "new_findings": findings(&diff.new_findings),
        "gone_findings": findings(&diff.gone_findings),
    })
}

fn item(it: &Change) -> Value {
    let had = |had: &Had| {
        let (since, until) = (json::moment(had.since), json::moment(had.until));
        json!({ "truth": had.truth, "since": since, "until": until, "seconds": (had.until - had.since).num_seconds() })
    };
    let window = it.window.as_ref().map(|window| {
        json!({
            "probe": window.probe,
            "last_good": window.last_good.as_ref().map(sighting),
            "first_bad": sighting(&window.first_bad),
            "looks_that_saw_nothing": window.blind,
        })
    });
    json!({
        "id": it.id, "short": it.short, "title": it.title, "from": it.from, "to": it.to, "why": it.why,
        "at": maybe(it.at), "run": it.run, "had": it.had.as_ref().map(had), "window": window,
    })
}

fn sighting(it: &Sighting) -> Value {
    json!({ "at": json::moment(it.at), "run": it.run })
}

fn finding(it: &FindingChange) -> Value {
    json!({
        "key": it.key, "probe": it.probe, "items": it.items, "says": it.says, "severity": it.severity,
        "first_seen": it.seen.as_ref().map(sighting), "before_since": maybe(it.since), "before_until": maybe(it.until),
        "came_back": it.came_back,
    })
}

/// The same as text, lost first, at most eighty columns wide.
pub fn lines(told: &Told, out: &mut Out<'_>) {
    let Told { before, after, diff } = told;
    out.line(format!("{} since {}", after.settings.title, before.now.format("%Y-%m-%d %H:%M UTC")));
    for kind in Kind::ALL {
        for it in kind.of(diff) {
            let from = it.from.map_or("new", Truth::words);
            wrapped(0, &format!("{}: {} {}", kind.words(), it.id, it.short), out);
            let why = change::why(it).map(|why| format!(": {why}")).unwrap_or_default();
            wrapped(2, &format!("{from} → {}{why}", it.to.words()), out);
            for line in change::of_item(kind, it) {
                wrapped(2, &line, out);
            }
        }
    }
    for (heading, list, is_new) in [("new finding", &diff.new_findings, true), ("gone finding", &diff.gone_findings, false)] {
        for it in list {
            wrapped(0, &format!("{heading} ({}): {}", it.severity, it.says), out);
            for line in change::of_finding(it, is_new) {
                wrapped(2, &line, out);
            }
        }
    }
    if diff.is_empty() {
        out.line("nothing changed");
    }
}

/// A line, broken at spaces; what goes on stands two further in.
fn wrapped(indent: usize, text: &str, out: &mut Out<'_>) {
    let (mut line, mut is_first) = (" ".repeat(indent), true);
    let mut width = 0;
    for word in text.split_whitespace() {
        let long = word.chars().count();
        if width > 0 && indent + if is_first { 0 } else { 2 } + width + 1 + long > WIDTH {
            out.line(&line);
            is_first = false;
            (line, width) = (" ".repeat(indent + 2), 0);
        }
        if width > 0 {
            line.push(' ');
            width += 1;
        }
        line.push_str(word);
        width += long;
    }
    out.line(line);
}

/// A day means its beginning in UTC; a run means the moment just before it began.
fn moment_of(desk: &Desk, app: &AppName, text: &str) -> Result<DateTime<Utc>, Trouble> {
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Ok(day.and_time(NaiveTime::MIN).and_utc());
    }
    if let Ok(moment) = text.parse::<DateTime<Utc>>() {
        return Ok(moment);
    }
    if let Ok(id) = text.parse::<uuid::Uuid>() {
        return desk.began(app, RunId(id))?.ok_or_else(|| {
            Trouble::usage(format!("{app} has no run {id}")).next(format!("Run `rescue status {app} --json` for the last one"))
        });
    }
    Err(Trouble::usage(format!("`{}` is neither a date nor a run", Foreign::new(text).cut(40)))
        .next("Give a date such as 2026-11-16"))
}
