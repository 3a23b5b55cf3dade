//! `rescue probe`: says what is asked, asks it, and says what was decided; the result on standard output, in the order of
//! the apps, progress on standard error. What is due and how many apps are asked side by side is the desk's business.

mod document;
mod dry;
mod progress;

pub(super) use document::of as document_of;
pub(super) use progress::{nothing_to_ask, run_open};

use super::args::ProbeArgs;
use super::ending::Ending;
use super::{exit, json, out::Out, tell};
use crate::desk::Desk;
use crate::desk::rerun::Wanted;
use crate::desk::scheduled::Shortfall;
use crate::desk::telling::TellReport;
use crate::domain::AppName;
use crate::engine::Only;
use crate::scan::Reach;
use crate::trouble::Trouble;
use crate::words;
use chrono::{DateTime, Utc};
use progress::{Manner, Progress};
use serde_json::json;
use std::collections::BTreeSet;
use tokio_util::sync::CancellationToken;

/// `rescue probe NAME… | --all | --due [NAME…]`.
///
/// # Errors
/// An unknown app or part; a store that cannot be read; the trouble of the one app that was named. A trouble of one app of
/// several is told with the app and shows in the exit code.
pub async fn probe(
    desk: &Desk,
    args: ProbeArgs,
    stop: CancellationToken,
    ending: &Ending,
    out: &mut Out<'_>,
) -> Result<u8, Trouble> {
    with_shortfall(desk, args, stop, ending, &mut Shortfall::default(), out).await
}

/// The same; what it could not do is put down in `shortfall`, however it ends.
///
/// # Errors
/// As [`probe`].
pub async fn with_shortfall(
    desk: &Desk,
    args: ProbeArgs,
    stop: CancellationToken,
    ending: &Ending,
    shortfall: &mut Shortfall,
    out: &mut Out<'_>,
) -> Result<u8, Trouble> {
    crate::engine::run::log_panics(|| {});
    let wanted = match wanted(desk, &args) {
        Ok(wanted) => wanted,
        Err(trouble) => {
            // A person who types a name wrongly is told so here; a timer has nobody who reads.
            if args.scheduled || (args.tell && !trouble.is_usage) {
                shortfall.told = Some(tell_unable(desk, &trouble, out).await);
            }
            return Err(trouble);
        }
    };
    let manner = Manner {
        is_single: !args.all && !args.due && wanted.apps.len() == 1,
        as_json: args.json,
        is_plain: args.plain,
        only_due: args.due,
    };
    if wanted.apps.is_empty() && !args.json {
        out.say("no apps yet: add one with `rescue app add NAME`");
        return Ok(exit::FINE);
    }
    if args.dry_run {
        return dry::run(desk, &wanted, manner, out).await;
    }
    let mut progress = Progress::new(desk, &wanted, manner);
    let heard = rerun(desk, &wanted, &stop, &mut progress, out).await;
    let mut ended = progress.end();
    *shortfall = std::mem::take(&mut ended.shortfall);
    // Whoever is to be told is told before this command says what became of it.
    // Not where the system wants the process gone: what was not told then, the next run tells.
    shortfall.told = if args.tells() { ending.or(desk.tell(&ended.news)).await } else { None };
    if args.tells() && shortfall.told.is_none() {
        out.say("nobody was told, since the system ends this run: the next one tells it");
    }
    for line in shortfall.told.iter().flat_map(tell::lines) {
        out.say(line);
    }
    heard?;
    if args.json {
        let mut documents = ended.documents;
        let mut document = match documents.pop() {
            Some(document) if manner.is_single => document,
            last => {
                documents.extend(last);
                let next = next_due(desk, &wanted)?;
                json!({ "runs": documents, "next_due": next.map(|(at, _)| json::moment(at)) })
            }
        };
        if let (Some(told), Some(fields)) = (&shortfall.told, document.as_object_mut()) {
            fields.insert("told".to_owned(), tell::document(told));
        }
        out.json(&json::document(document));
    } else if !manner.is_single {
        let is_idle = ended.codes.len() == ended.not_due;
        tell_the_rest(desk, &wanted, is_idle, ended.stopped, out)?;
    }
    let code = exit::worst(&ended.codes);
    let code = if ended.cut { exit::cut_short(code) } else { code };
    let others: Vec<u8> = ended.codes.iter().copied().filter(|it| *it != exit::FAILED).collect();
    shortfall.found = if code == exit::FAILED { (!others.is_empty()).then(|| exit::worst(&others)) } else { Some(code) };
    Ok(shortfall.told.as_ref().map_or(code, |told| exit::with_told(code, told)))
}

/// Tells those whom the configuration names for all apps that no run could begin, and says how that went.
pub async fn tell_unable(desk: &Desk, trouble: &Trouble, out: &mut Out<'_>) -> TellReport {
    let told = desk.tell_unable(trouble).await;
    for line in tell::lines(&told) {
        out.say(line);
    }
    told
}

/// Reruns, and tells the progress of it what happens.
async fn rerun(
    desk: &Desk,
    wanted: &Wanted,
    stop: &CancellationToken,
    progress: &mut Progress<'_>,
    out: &mut Out<'_>,
) -> Result<(), Trouble> {
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let rerun = desk.rerun(wanted, &tell, stop);
    tokio::pin!(rerun);
    loop {
        tokio::select! {
            biased;
            Some(it) = told.recv() => progress.hear(it, out)?,
            () = &mut rerun => break,
        }
    }
    while let Ok(it) = told.try_recv() {
        progress.hear(it, out)?;
    }
    Ok(())
}

fn wanted(desk: &Desk, args: &ProbeArgs) -> Result<Wanted, Trouble> {
    let only = args.only.iter().map(|text| text.parse::<Only>()).collect::<Result<Vec<_>, _>>();
    let only = only.map_err(|error| Trouble::usage(error.to_string()))?;
    let apps = if args.names.is_empty() {
        desk.apps_to_rerun()?
    } else {
        let mut once = BTreeSet::new();
        let named = args.names.iter().map(|name| desk.app(name)).collect::<Result<Vec<AppName>, _>>()?;
        named.into_iter().filter(|app| once.insert(app.clone())).collect()
    };
    Ok(Wanted { apps, only_due: args.due, only, confirm: !args.no_confirm, wait: true, reach: Reach::App })
}

/// What is said after several apps: what was left over, and when the next thing is due.
fn tell_the_rest(desk: &Desk, wanted: &Wanted, is_idle: bool, stopped: usize, out: &mut Out<'_>) -> Result<(), Trouble> {
    if stopped > 0 {
        let left = words::count(stopped, "app");
        out.say(format!("stopped before {left}; what was decided is kept, `rescue probe --due` goes on with what is left"));
    }
    if !wanted.only_due || stopped > 0 {
        return Ok(());
    }
    if is_idle {
        out.say("nothing is due");
    }
    match next_due(desk, wanted)? {
        Some((at, app)) => out.say(format!("next due: {app}, {}", words::moment(at))),
        None => out.say("nothing more can become due: connect what the apps use with `rescue app edit`"),
    }
    Ok(())
}

/// When the next thing of these apps is due, and of which: now, where something was left over.
fn next_due(desk: &Desk, wanted: &Wanted) -> Result<Option<(DateTime<Utc>, AppName)>, Trouble> {
    let now = desk.clock.now();
    let rows = desk.portfolio(true)?.into_iter().filter(|row| wanted.apps.contains(&row.name));
    Ok(rows.filter_map(|row| Some((row.when.from?.max(now), row.name))).min())
}
