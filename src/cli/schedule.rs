//! `rescue schedule`: a daily timer in the user's own name, how it stands, and a workflow for a team. The timer's own run
//! passes through here too, so that its beginning and its end are written down.

mod install;
mod status;

use super::args::ProbeArgs;
use super::ending::Ending;
use super::schedule_args::ScheduleCommand;
use super::{Terminal, exit, json, out::Out, probe};
use crate::config::Environment;
use crate::desk::Desk;
use crate::desk::scheduled::{ScheduledEnd, Shortfall, Stopper};
use crate::domain::{AppName, Foreign};
use crate::schedule::install::{self as timer, Machine, Platform};
use crate::schedule::install::{apply, place};
use crate::schedule::workflow::workflow;
use crate::store::Holder;
use crate::trouble::Trouble;
use serde_json::json;
use tokio_util::sync::CancellationToken;

/// `rescue schedule …`.
///
/// # Errors
/// A machine that has no timer, a place that cannot be read or written, a store that cannot.
pub async fn schedule(
    desk: &Desk,
    environment: &Environment,
    command: ScheduleCommand,
    terminal: Terminal,
    stop: CancellationToken,
    out: &mut Out<'_>,
) -> Result<u8, Trouble> {
    let machine = machine(environment);
    match command {
        ScheduleCommand::Install(args) => install::install(desk, &machine, &args, terminal, &stop, out).await,
        ScheduleCommand::Remove { even_edited, json: as_json } => remove(desk, &machine, even_edited, as_json, out),
        ScheduleCommand::Status { json: as_json } => status::status(desk, &machine, as_json, out),
        ScheduleCommand::Workflow { names } => {
            let names = match names.as_slice() {
                [] => desk.apps(false)?,
                names => names.iter().map(|name| desk.app(name)).collect::<Result<Vec<AppName>, _>>()?,
            };
            if names.is_empty() {
                return Err(Trouble::usage("no apps yet, so a runner would have nothing to look at")
                    .next("Add one with `rescue app add NAME`"));
            }
            let apps = desk.apps_for_runner(&names)?;
            // Off the full hour, when runners are scarce.
            let minute = 7 + 3 * timer::spread(&machine.host, &desk.database().to_string_lossy());
            out.raw(workflow(&apps, minute).as_bytes());
            Ok(exit::FINE)
        }
        ScheduleCommand::Tried => {
            let seen = desk.needed()?;
            out.json(&json::document(serde_json::to_value(&seen).unwrap_or_default()));
            Ok(exit::FINE)
        }
    }
}

/// This machine, as far as a timer is concerned.
fn machine(environment: &Environment) -> Machine {
    Machine { environment: environment.clone(), platform: Platform::of_build(), host: Holder::of_process().host }
}

/// `rescue probe … --scheduled`: the same run, with its beginning and its end written down.
///
/// # Errors
/// As [`probe::probe`]; a store that cannot be written.
pub async fn recorded(
    desk: &Desk,
    args: ProbeArgs,
    stop: CancellationToken,
    ending: &Ending,
    out: &mut Out<'_>,
) -> Result<u8, Trouble> {
    let begun = match desk.scheduled_begins() {
        Ok(begun) => begun,
        Err(trouble) => {
            // Nobody reads what a timer's run says, and this one leaves no record.
            probe::tell_unable(desk, &trouble, out).await;
            return Err(trouble);
        }
    };
    let mut shortfall = Shortfall::default();
    let ended = probe::with_shortfall(desk, args, stop.clone(), ending, &mut shortfall, out).await;
    let stopped = match (ending.came(), stop.is_cancelled()) {
        (true, _) => Some(Stopper::System),
        (false, true) => Some(Stopper::Person),
        (false, false) => None,
    };
    let end = ScheduledEnd { outcome: ended.as_ref().copied(), shortfall: &shortfall, stopped };
    let kept = desk.scheduled_ends(begun, end);
    // What went wrong with the run is told before what went wrong with writing that down.
    let code = ended?;
    kept.map(|()| code)
}

/// That the crontab cannot be read, where it is not the place that is asked for.
fn not_seen(why: &Foreign) -> String {
    format!("crontab not seen: {why}")
}

fn remove(desk: &Desk, machine: &Machine, even_edited: bool, as_json: bool, out: &mut Out<'_>) -> Result<u8, Trouble> {
    let done = apply::remove(machine, &timer::name(machine, &desk.paths), even_edited)?;
    let known = desk.store.schedule()?;
    // The line that is to go may be there still, and would go on running.
    if let (Some(why), Some("cron")) = (&done.unseen, known.as_ref().map(|it| it.kind.as_str())) {
        return Err(place::unread(why));
    }
    let was_known = known.is_some();
    if was_known {
        desk.store.put_schedule(None)?;
    }
    desk.forget_scheduled_log()?;
    if as_json {
        out.json(&json::document(json!({ "changed": done.changed, "done": done.said, "crontab_not_seen": done.unseen })));
        return Ok(exit::FINE);
    }
    for line in &done.said {
        out.line(line);
    }
    done.unseen.iter().for_each(|why| out.line(not_seen(why)));
    if !done.changed {
        out.line(if was_known {
            "the timer was gone already; it is not waited for any more"
        } else {
            "no schedule was installed"
        });
    }
    Ok(exit::FINE)
}
