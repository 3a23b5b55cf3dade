//! `rescue db`: what the database holds, where it is, a copy of it, a check, and thinning. It takes nothing away without
//! `--yes`, and never a fact.

use super::db_args::{DbArgs, DbCommand, ThinArgs};
use super::{exit, json, out::Out};
use crate::desk::Desk;
use crate::desk::retention::{Outcome, Thinning};
use crate::store::{Compacted, Heap, Holdings};
use crate::trouble::Trouble;
use crate::words;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

/// `rescue db …`.
///
/// # Errors
/// A database that cannot be read, copied or written.
pub fn db(desk: &Desk, args: DbArgs, stop: &CancellationToken, out: &mut Out<'_>) -> Result<u8, Trouble> {
    match args.command {
        None => show(desk, args.json, out),
        Some(DbCommand::Show { json }) => show(desk, json, out),
        Some(DbCommand::Path) => {
            out.line(desk.database().display().to_string());
            Ok(exit::FINE)
        }
        Some(DbCommand::Backup { file }) => {
            desk.backup(&file)?;
            out.line(format!("backed up to {}, with the key of its hashes beside it", file.display()));
            Ok(exit::FINE)
        }
        Some(DbCommand::Check) => check(desk, out),
        Some(DbCommand::Thin(args)) => thin(desk, &args, stop, out),
    }
}

fn check(desk: &Desk, out: &mut Out<'_>) -> Result<u8, Trouble> {
    let (damage, passing): (Vec<_>, Vec<_>) = desk.check_database()?.into_iter().partition(|it| it.is_damage);
    for problem in &passing {
        out.say(&problem.says);
    }
    for problem in &damage {
        out.line(&problem.says);
    }
    if !damage.is_empty() {
        out.say("the database has damage; restore a backup, or report it with these lines");
        return Ok(exit::FAILED);
    }
    out.line("the database is sound");
    Ok(exit::FINE)
}

fn show(desk: &Desk, as_json: bool, out: &mut Out<'_>) -> Result<u8, Trouble> {
    let holdings = desk.holdings()?;
    let thinning = desk.plan_thinning(desk.config.retention, None)?;
    if as_json {
        out.json(&json::document(document(desk, &holdings, &thinning)));
        return Ok(exit::FINE);
    }
    out.line(format!(
        "{} · {} and a journal of {}; {} inside are free for what comes next",
        desk.database().display(),
        size(holdings.file_bytes),
        size(holdings.journal_bytes),
        size(holdings.free_bytes)
    ));
    out.line(format!("  apps          {}", holdings.apps));
    let all: u64 = holdings.facts.values().sum();
    let span = match (holdings.facts_from, holdings.facts_to) {
        (Some(from), Some(to)) => format!(", from {} to {}", words::moment(from), words::moment(to)),
        _ => String::new(),
    };
    out.line(format!("  facts         {all}{span}"));
    for (kind, count) in &holdings.facts {
        let said = format!(", saying {} different things ({})", holdings.said.rows, size(holdings.said.bytes));
        out.line(format!("    {kind:<18}{count}{}", if kind == "outcome" { said.as_str() } else { "" }));
    }
    out.line(format!("  observations  {}, and {} thinned", heap(holdings.observations), holdings.thinned));
    out.line(format!("  snapshots     {}", heap(holdings.snapshots)));
    out.line(format!("  checklists    {}", heap(holdings.checklists)));
    out.line(format!("  cache         {}", heap(holdings.cache)));
    for it in &holdings.thinnings {
        let at = words::moment(it.at);
        out.line(format!("  thinned {at} by {}, what was {}: {} ({})", it.by, it.rule, it.observations, size(it.bytes)));
    }
    told(&thinning, out);
    if thinning.loose.observations > 0 {
        out.say("next: `rescue db thin --dry-run` tells the same for another rule, `rescue db thin --yes` does it");
    }
    Ok(exit::FINE)
}

/// What thinning would do.
fn told(thinning: &Thinning, out: &mut Out<'_>) {
    let Thinning { rule, loose, resting, unread, .. } = thinning;
    let observations = words::count(usize::try_from(loose.observations).unwrap_or(usize::MAX), "observation");
    out.line(format!("thinning what is {rule} lets go of {observations} ({})", size(loose.bytes)));
    out.line(format!("  {resting} as old stay: a tick, a word of a person or a snapshot rests on them"));
    for app in unread {
        out.line(format!("  {app} keeps everything: not all of its facts can be read; run `rescue db check`"));
    }
}

fn thin(desk: &Desk, args: &ThinArgs, stop: &CancellationToken, out: &mut Out<'_>) -> Result<u8, Trouble> {
    let thinning = desk.plan_thinning(args.rule(desk.config.retention), args.app.as_deref())?;
    if args.dry_run || !args.yes {
        if args.json {
            out.json(&json::document(json!({ "dry_run": true, "thinning": planned(&thinning) })));
        } else {
            told(&thinning, out);
        }
        if args.dry_run {
            return Ok(exit::FINE);
        }
        out.say(
            "nothing was thinned, since that cannot be undone\n  next: add --yes to do it; `rescue db backup FILE` keeps a copy",
        );
        return Ok(exit::USAGE);
    }
    let done = desk.thin(&thinning, &|| stop.is_cancelled())?;
    if args.json {
        out.json(&json::document(json!({ "dry_run": false, "thinning": planned(&thinning), "done": outcome(&done) })));
    } else {
        done_words(&thinning, &done, out);
    }
    Ok(if done.interrupted { exit::FAILED } else { exit::FINE })
}

fn done_words(thinning: &Thinning, done: &Outcome, out: &mut Out<'_>) {
    let observations = words::count(usize::try_from(done.gone.observations).unwrap_or(usize::MAX), "observation");
    out.line(format!("thinned {observations} ({}), {}; every fact stays", size(done.gone.bytes), thinning.rule));
    if done.interrupted {
        out.say("interrupted: the rest can go another time");
    } else if done.gone.observations < thinning.loose.observations {
        out.say("some stay because somebody wrote meanwhile; they can go another time");
    }
    match &done.compacted {
        Compacted::Done { before, after } => out.line(format!("the database went from {} to {}", size(*before), size(*after))),
        Compacted::Not(why) if !done.interrupted => {
            out.say(format!("the file keeps its size, and the room is used again by what comes next\n  because: {why}"));
        }
        Compacted::Needless if !done.interrupted => out.line("the file stays as it is: it holds hardly any free room"),
        Compacted::Not(_) | Compacted::Needless => {}
    }
}

fn planned(thinning: &Thinning) -> Value {
    json!({
        "older_than": thinning.rule.older_than.to_string(), "keep": thinning.rule.keep,
        "observations": thinning.loose.observations, "bytes": thinning.loose.bytes,
        "resting": thinning.resting, "unread_apps": thinning.unread,
    })
}

fn outcome(done: &Outcome) -> Value {
    let (before, after, why) = match &done.compacted {
        Compacted::Done { before, after } => (Some(before), Some(after), None),
        Compacted::Not(why) => (None, None, Some(why)),
        Compacted::Needless => (None, None, None),
    };
    json!({
        "observations": done.gone.observations, "bytes": done.gone.bytes, "interrupted": done.interrupted,
        "file_bytes_before": before, "file_bytes_after": after, "not_compacted": why,
    })
}

fn document(desk: &Desk, it: &Holdings, thinning: &Thinning) -> Value {
    let heap = |heap: Heap| json!({ "rows": heap.rows, "bytes": heap.bytes });
    let thinnings: Vec<Value> = it
        .thinnings
        .iter()
        .map(|it| {
            json!({ "at": json::moment(it.at), "by": it.by, "rule": it.rule, "observations": it.observations, "bytes": it.bytes })
        })
        .collect();
    json!({
        "path": desk.database().display().to_string(), "apps": it.apps, "facts": it.facts,
        "oldest": it.facts_from.map(json::moment), "newest": it.facts_to.map(json::moment),
        "said": heap(it.said), "observations": heap(it.observations), "thinned": it.thinned, "thinnings": thinnings,
        "checklists": heap(it.checklists), "snapshots": heap(it.snapshots), "cache": heap(it.cache),
        "file_bytes": it.file_bytes, "journal_bytes": it.journal_bytes, "free_bytes": it.free_bytes,
        "thinning": planned(thinning),
    })
}

fn heap(heap: Heap) -> String {
    format!("{} ({})", heap.rows, size(heap.bytes))
}

/// Bytes in one unit: `812 B`, `14.2 KiB`, `3.1 MiB`.
fn size(bytes: u64) -> String {
    let tenths = |unit: u64| format!("{}.{}", bytes / unit, bytes % unit * 10 / unit);
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{} KiB", tenths(1_024)),
        _ => format!("{} MiB", tenths(1_048_576)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_in_one_unit() {
        for (bytes, wanted) in
            [(0, "0 B"), (1_023, "1023 B"), (1_536, "1.5 KiB"), (1_048_575, "1023.9 KiB"), (7_340_032, "7.0 MiB")]
        {
            assert_eq!(size(bytes), wanted);
        }
    }
}
