//! `rescue schedule status`: what is installed and where, the last runs and the next one, and what is wrong with it.

use super::super::{exit, json, out::Out};
use crate::desk::Desk;
use crate::desk::scheduled;
use crate::domain::Foreign;
use crate::schedule::install::place::{self, Found};
use crate::schedule::install::{Kind, Machine, apply, name};
use crate::schedule::standing::{Standing, next_at};
use crate::store::ScheduledRun;
use crate::trouble::Trouble;
use chrono::{DateTime, Local, NaiveTime, Utc};
use serde_json::{Value, json};
use strum::IntoEnumIterator as _;

/// How many of the last runs are told.
const RUNS: u32 = 10;

/// A place with a part of a timer of ours.
struct Part {
    kind: Kind,
    place: String,
    edited: bool,
}

pub(super) fn status(desk: &Desk, machine: &Machine, as_json: bool, out: &mut Out<'_>) -> Result<u8, Trouble> {
    let now = desk.clock.now();
    let name = name(machine, &desk.paths);
    let (parts, unseen) = parts(machine, &name)?;
    let standing = desk.schedule_standing()?;
    let runs = desk.scheduled_runs(RUNS)?;
    let switched_on = parts.iter().any(|it| it.kind == Kind::Systemd).then(|| is_switched_on(machine, &name)).flatten();
    let next = next(machine, &name, &parts, standing.as_ref(), now);
    let (warning, step) =
        trouble(&name, (parts.as_slice(), unseen.as_ref()), standing.as_ref(), switched_on, &desk.paths.scheduled_log(), now);
    if as_json {
        let parts: Vec<Value> = parts
            .iter()
            .map(|it| json!({ "kind": it.kind.to_string(), "place": it.place, "state": if it.edited { "edited" } else { "as_written" } }))
            .collect();
        out.json(&json::document(json!({
            "installed": standing.as_ref().map(|it| json!({
                "kind": it.schedule.kind, "place": it.schedule.place, "at": it.schedule.at,
                "every_hours": it.schedule.every_hours, "since": json::moment(it.schedule.installed),
            })),
            "parts": parts, "crontab_not_seen": unseen, "switched_on": switched_on, "next": next.map(json::moment),
            "last": runs.first().map(run), "overdue": standing.as_ref().is_some_and(|it| it.is_overdue(now)),
            "says": warning, "needs": step, "runs": runs.iter().map(run).collect::<Vec<_>>(),
        })));
        return Ok(exit::FINE);
    }
    match &standing {
        Some(it) => out.line(format!("installed  {}, daily at {}", it.schedule.kind, it.schedule.at)),
        None => out.line("no schedule"),
    }
    for part in &parts {
        out.line(format!("           {}{}", part.place, if part.edited { " (edited since)" } else { "" }));
    }
    if let Some(why) = &unseen {
        out.line(format!("           {}", super::not_seen(why)));
    }
    if switched_on.is_none() && parts.iter().any(|it| it.kind == Kind::Systemd) {
        out.line("           no systemd of yours answers here, so whether it is switched on was not seen");
    }
    if let Some(next) = next {
        out.line(format!("next       {}", next.with_timezone(&Local).format("%Y-%m-%d %H:%M")));
    }
    let last = runs.first().map_or("never".to_owned(), |run| scheduled::line(run, now));
    if standing.is_some() || !runs.is_empty() {
        out.line(format!("last       {last}"));
    }
    for run in runs.iter().skip(1) {
        out.line(format!("           {}", scheduled::line(run, now)));
    }
    if let Some(warning) = warning {
        out.line(format!("warning    {warning}"));
    }
    if let Some(step) = step {
        out.line(format!("next step  {step}"));
    }
    Ok(exit::FINE)
}

/// The parts that are there, and why the crontab is not seen, if it is not.
fn parts(machine: &Machine, name: &str) -> Result<(Vec<Part>, Option<Foreign>), Trouble> {
    let (mut parts, mut unseen) = (Vec::new(), None);
    for kind in Kind::iter() {
        for it in place::places(kind, machine, name)? {
            match place::look(&it, machine, name)? {
                found @ (Found::Ours(_) | Found::Edited(_)) => {
                    parts.push(Part { kind, place: it.to_string(), edited: matches!(found, Found::Edited(_)) });
                }
                Found::Unseen(why) => unseen = Some(why),
                Found::Nothing | Found::Foreign(_) => {}
            }
        }
    }
    Ok((parts, unseen))
}

/// Whether systemd's own word is that the timer is on; none: it cannot be asked.
fn is_switched_on(machine: &Machine, name: &str) -> Option<bool> {
    if !machine.has_user_manager() {
        return None;
    }
    let said = apply::said(machine, "systemctl", &["--user", "is-active", &format!("{name}.timer")]).ok()?;
    Some(said.is_fine())
}

/// What is wrong with the schedule, and the next step.
fn trouble(
    name: &str,
    (parts, unseen): (&[Part], Option<&Foreign>),
    standing: Option<&Standing>,
    switched_on: Option<bool>,
    log: &std::path::Path,
    now: DateTime<Utc>,
) -> (Option<String>, Option<String>) {
    let Some(standing) = standing else {
        let step = if parts.is_empty() {
            "run `rescue schedule install`, or `rescue schedule workflow` for a runner"
        } else {
            "run `rescue schedule install` to be told when a run did not happen"
        };
        return (None, Some(step.to_owned()));
    };
    let warning = standing.warning(now);
    if let Some(why) = unseen.filter(|_| standing.schedule.kind == "cron") {
        let says = format!("whether the timer is still in your crontab was not seen: {why}");
        let says = warning.map_or_else(|| says.clone(), |it| format!("{it}; {says}"));
        return (Some(says), Some("see why `crontab -l` does not show it".to_owned()));
    }
    if parts.is_empty() {
        let says = format!("the timer is gone from {}", standing.schedule.place);
        let says = warning.map_or_else(|| says.clone(), |it| format!("{it}; {says}"));
        let step = "run `rescue schedule install` to write it again, or `rescue schedule remove` to wait for it no more";
        return (Some(says), Some(step.to_owned()));
    }
    if switched_on == Some(false) {
        let says = "the timer is written and not switched on";
        let says = warning.map_or_else(|| says.to_owned(), |it| format!("{it}; {says}"));
        return (Some(says), Some(format!("run `systemctl --user enable --now {name}.timer`")));
    }
    let step = warning.as_ref().map(|_| {
        if parts.iter().any(|it| it.kind == Kind::Systemd) {
            format!("read `journalctl --user -u {name}.service` and `systemctl --user status {name}.timer`")
        } else {
            format!("read {}, which the last run wrote", log.display())
        }
    });
    (warning, step)
}

/// When it runs next: systemd's own word where there is one, else by the clock.
fn next(machine: &Machine, name: &str, parts: &[Part], standing: Option<&Standing>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let kind = parts.first()?.kind;
    if kind == Kind::Systemd {
        if !machine.has_user_manager() {
            return None;
        }
        let order = ["--user", "list-timers", "--all", "--output=json", &format!("{name}.timer")];
        let told = apply::said(machine, "systemctl", &order).ok().filter(apply::Said::is_fine);
        let rows: Value = serde_json::from_slice(&told?.out).ok()?;
        let next = rows.get(0)?.get("next")?.as_i64()?;
        return DateTime::from_timestamp_micros(next).filter(|it| *it > now);
    }
    let at = NaiveTime::parse_from_str(&standing?.schedule.at, "%H:%M").ok()?;
    next_at(at, now, &Local)
}

fn run(run: &ScheduledRun) -> Value {
    json!({
        "began": json::moment(run.began), "ended": run.ended.map(json::moment), "how": run.how, "code": run.code,
        "apps": run.apps, "says": run.says,
    })
}
