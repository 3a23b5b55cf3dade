//! `rescue schedule install`: shows what would be written, tries each credential as the timer's run would find it, asks,
//! writes, and says what is left to do.

use super::super::asking::agreed;
use super::super::schedule_args::InstallArgs;
use super::super::{Terminal, exit, json, out::Out};
use crate::desk::Desk;
use crate::domain::AppName;
use crate::schedule::install::apply::{self, Done};
use crate::schedule::install::carried::{self, Carried};
use crate::schedule::install::place::{self, Piece, Place};
use crate::schedule::install::{ARGUMENTS, EVERY_HOURS, Job, Kind, Machine, SPREAD};
use crate::schedule::trial::telling::{self, TellRow};
use crate::schedule::trial::{self, Row, Verdict};
use crate::store::Schedule;
use crate::trouble::Trouble;
use crate::words;
use serde_json::json;
use std::path::PathBuf;
use tokio_util::sync::CancellationToken;

/// What would be installed.
struct Proposal {
    kind: Kind,
    job: Job,
    carried: Carried,
    pieces: Vec<Piece>,
    credentials: Vec<Row>,
    telling: Vec<TellRow>,
}

pub(super) async fn install(
    desk: &Desk,
    machine: &Machine,
    args: &InstallArgs,
    terminal: Terminal,
    stop: &CancellationToken,
    out: &mut Out<'_>,
) -> Result<u8, Trouble> {
    let proposal = propose(desk, machine, args, out)?;
    let Proposal { kind, job, pieces, .. } = &proposal;
    if !args.json {
        show(&proposal, out);
    }
    if let Some(trouble) = apply::obstacle(*kind, machine, &job.name, pieces, args.even_edited)? {
        return Err(trouble);
    }
    let mut done = Done::default();
    if !args.dry_run {
        if !(args.yes || is_as_it_should_be(machine, &proposal)?) {
            if !terminal.both {
                return Err(Trouble::usage("nothing was written: there is no terminal to ask at").next("Add --yes to write it"));
            }
            if !agreed("Write it?", stop, out).await {
                out.say("nothing was written");
                return Ok(exit::FINE);
            }
        }
        done = apply::install(*kind, machine, &job.name, pieces, args.even_edited)?;
        remember(desk, &proposal, done.changed)?;
    }
    if args.json {
        out.json(&json::document(document(&proposal, &done, args.dry_run)));
        return Ok(exit::FINE);
    }
    if args.dry_run {
        out.line("nothing was written");
        return Ok(exit::FINE);
    }
    for line in &done.said {
        out.line(line);
    }
    done.unseen.iter().for_each(|why| out.line(super::not_seen(why)));
    afterwards(machine, *kind, &done, out);
    Ok(exit::FINE)
}

fn propose(desk: &Desk, machine: &Machine, args: &InstallArgs, out: &mut Out<'_>) -> Result<Proposal, Trouble> {
    let kind = machine.kind(args.kind.map(Kind::from))?;
    let carried = carried::carried(machine, &desk.paths);
    let job = Job::new(machine, &desk.paths, &program(machine)?, args.at, carried.variables.clone())?;
    let pieces = place::pieces(kind, machine, &job)?;
    out.say("trying each credential, and each way to tell somebody, as the timer's run would find it …");
    let (environment, directory) = carried::bare(kind, machine, &job);
    let there = trial::try_out(&job.program, &environment, &directory)?;
    if there.database != desk.database() {
        return Err(Trouble::failed("the timer's run would not use this database")
            .why(format!("it would use {}", there.database.display()))
            .next("Set RESCUE_HOME to an absolute path, and try again"));
    }
    let here = desk.needed()?;
    let credentials = trial::compare(&here.needed, &there.needed);
    let telling = telling::compare(&here.ways, &there.ways, kind);
    Ok(Proposal { kind, job, carried, pieces, credentials, telling })
}

/// This program, by the name under which the search path has it: that one stays when a new version is put there.
fn program(machine: &Machine) -> Result<PathBuf, Trouble> {
    let this = std::env::current_exe().map_err(|error| Trouble::failed("this program cannot find itself").why(error))?;
    let real = this.canonicalize().unwrap_or_else(|_| this.clone());
    Ok(machine.find("rescue").filter(|it| it.canonicalize().is_ok_and(|it| it == real)).unwrap_or(this))
}

fn is_as_it_should_be(machine: &Machine, proposal: &Proposal) -> Result<bool, Trouble> {
    for piece in &proposal.pieces {
        let found = place::look(&piece.place, machine, &proposal.job.name)?;
        if found.text() != Some(piece.text.as_str()) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn remember(desk: &Desk, proposal: &Proposal, changed: bool) -> Result<(), Trouble> {
    let Some(piece) = proposal.pieces.last() else { return Ok(()) };
    let known = desk.store.schedule()?;
    let at = match proposal.kind {
        Kind::Systemd => proposal.job.at.to_string(),
        Kind::Launchd | Kind::Cron => proposal.job.begins().format("%H:%M").to_string(),
    };
    let installed = known.as_ref().filter(|_| !changed).map_or_else(|| desk.clock.now(), |it| it.installed);
    let (kind, place) = (proposal.kind.to_string(), piece.place.to_string());
    let schedule = Schedule { kind, place, at, every_hours: EVERY_HOURS, installed };
    if known.as_ref() != Some(&schedule) {
        desk.store.put_schedule(Some(&schedule))?;
    }
    Ok(())
}

/// When it begins, in words.
fn when(kind: Kind, job: &Job) -> String {
    match kind {
        Kind::Systemd => format!("daily at {} or up to {SPREAD} minutes later", job.at),
        Kind::Launchd | Kind::Cron => {
            format!("daily at {}, which is this machine's own minute after {}", job.begins().format("%H:%M"), job.at)
        }
    }
}

fn show(proposal: &Proposal, out: &mut Out<'_>) {
    let Proposal { kind, job, carried, pieces, credentials, telling } = proposal;
    out.line(format!("{}, {}: `rescue {}`", kind.words(), when(*kind, job), ARGUMENTS.join(" ")));
    for piece in pieces {
        out.line(format!(
            "\n-- {} --",
            match &piece.place {
                Place::File(path) => path.display().to_string(),
                Place::Crontab => "your crontab, every other line as it is".to_owned(),
            }
        ));
        out.line(piece.text.trim_end());
    }
    out.line("");
    for name in &carried.left_out {
        out.line(format!("{name} is not carried: it holds a password"));
    }
    for row in credentials {
        show_credential(row, out);
    }
    for row in telling {
        show_way(row, out);
    }
}

fn show_way(row: &TellRow, out: &mut Out<'_>) {
    let says = verdict(row.verdict, row.here.as_deref(), row.there.as_deref(), "cannot be told by, neither here nor there");
    out.line(format!("{:<12} {says} ({})", format!("tell {}", row.channel), apps(&row.apps)));
    if let Some(why) = &row.why {
        out.line(format!("      because: {why}"));
    }
    if let Some(step) = &row.next {
        out.line(format!("      next: {step}"));
    }
}

fn apps(apps: &[AppName]) -> String {
    match apps {
        [one] => one.to_string(),
        several => words::count(several.len(), "app"),
    }
}

fn verdict(verdict: Verdict, here: Option<&str>, there: Option<&str>, nowhere: &str) -> String {
    let (here, there) = (here.unwrap_or("nowhere"), there.unwrap_or("nowhere"));
    match verdict {
        Verdict::Found => format!("found there, from {there}"),
        Verdict::Differs => format!("found in another place there: from {there}, here from {here}"),
        Verdict::Missing => format!("MISSING there; here it comes from {here}"),
        Verdict::Nowhere => nowhere.to_owned(),
    }
}

fn show_credential(row: &Row, out: &mut Out<'_>) {
    let says = verdict(row.verdict, row.here.as_deref(), row.there.as_deref(), "no credential, neither here nor there");
    out.line(format!("{:<12} {says} ({})", row.system.title(), apps(&row.apps)));
    if row.verdict == Verdict::Missing {
        for place in &row.looked {
            out.line(format!("      looked in: {place}"));
        }
    }
    if let Some(step) = &row.next {
        out.line(format!("      next: {step}"));
    }
}

/// What stays to be done or known.
fn afterwards(machine: &Machine, kind: Kind, done: &Done, out: &mut Out<'_>) {
    if let Some((why, orders)) = &done.by_hand {
        out.line(format!("{why}:"));
        for order in orders {
            out.line(format!("  {order}"));
        }
    }
    match kind {
        Kind::Systemd if apply::lingers(machine) == Some(false) => {
            out.line("it runs while you are logged in; on a machine that nobody logs in to, run once: loginctl enable-linger");
        }
        Kind::Cron => {
            out.line("cron makes nothing up for: while the machine sleeps, no run happens, and `rescue schedule status` says so");
        }
        Kind::Systemd | Kind::Launchd => {}
    }
}

fn document(proposal: &Proposal, done: &Done, dry_run: bool) -> serde_json::Value {
    let Proposal { kind, job, carried, pieces, credentials, telling } = proposal;
    let by_hand = done.by_hand.as_ref().map(|(_, orders)| orders.clone()).unwrap_or_default();
    json!({
        "kind": kind.to_string(), "name": job.name, "program": job.program, "at": job.at.to_string(),
        "variables": carried.variables, "left_out": carried.left_out, "dry_run": dry_run, "changed": done.changed,
        "pieces": pieces.iter().map(|it| json!({ "place": it.place.to_string(), "text": it.text })).collect::<Vec<_>>(),
        "credentials": credentials, "telling": telling, "done": done.said, "by_hand": by_hand, "crontab_not_seen": done.unseen,
    })
}
