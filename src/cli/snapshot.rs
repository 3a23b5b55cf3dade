//! `rescue snapshot`: freezes a page and writes it, lists the pages that were made, compares two.

use super::snapshot_args::SnapshotArgs;
use super::{Terminal, exit, json, out::Out};
use crate::desk::Desk;
use crate::desk::snapshot::{Format, laid_out, short};
use crate::desk::writing::{free, take};
use crate::domain::{AppName, Author, Foreign};
use crate::snapshot::Sharing;
use crate::trouble::Trouble;
use serde_json::json;
use std::path::Path;

/// `rescue snapshot NAME`.
///
/// # Errors
/// An unknown app or seal, a file that exists, a key that cannot sign, a store that cannot be written.
pub fn snapshot(desk: &Desk, args: SnapshotArgs, terminal: Terminal, out: &mut Out<'_>) -> Result<u8, Trouble> {
    let app = desk.app(&args.name)?;
    if args.list {
        list(desk, &app, args.json, out)?;
    } else if let [one, other] = args.compare.as_slice() {
        let compared = desk.compare_snapshots(&app, one, other)?;
        if args.json {
            out.json(&json::document(serde_json::to_value(&compared).unwrap_or_default()));
        } else {
            for line in &compared.says {
                out.line(line);
            }
        }
    } else if args.json {
        return Err(Trouble::usage("--json goes with --list or --compare").next("For the page itself: --format json"));
    } else {
        write(desk, &app, args, terminal, out)?;
    }
    Ok(exit::FINE)
}

fn list(desk: &Desk, app: &AppName, as_json: bool, out: &mut Out<'_>) -> Result<(), Trouble> {
    let held = desk.snapshots(app)?;
    if as_json {
        let rows: Vec<_> = held
            .iter()
            .map(|it| {
                json!({
                    "at": json::moment(it.at), "by": it.by.to_string(), "for": it.audience, "seal": it.seal,
                    "answer": it.answer, "urgent": it.urgent, "signed": it.signed,
                })
            })
            .collect();
        out.json(&json::document(json!({ "app": app, "snapshots": rows })));
        return Ok(());
    }
    for it in &held {
        let signed = if it.signed { ", signed" } else { "" };
        let day = it.at.format("%Y-%m-%d %H:%M");
        let answer = it.answer.to_string().replace('_', " ");
        let urgent = crate::words::count(it.urgent.into(), "urgent danger");
        out.line(format!(
            "{}  {day}  for the {:<8}  by {}: {answer}, {urgent}{signed}",
            short(&it.seal),
            it.audience.to_string(),
            it.by
        ));
    }
    if held.is_empty() {
        out.say(format!("no snapshot of {app} was made yet: `rescue snapshot {app}` makes one"));
    }
    Ok(())
}

fn write(desk: &Desk, app: &AppName, args: SnapshotArgs, terminal: Terminal, out: &mut Out<'_>) -> Result<(), Trouble> {
    let today = desk.clock.now().date_naive();
    let format = Format::from(args.format);
    let is_stdout = args.out.as_deref().is_some_and(|file| file == Path::new("-"));
    if is_stdout && args.open {
        return Err(Trouble::usage("only a file can be opened").next("Leave out `--out -`"));
    }
    let named = args.out.filter(|_| !is_stdout);
    // The place is taken before anything is frozen: a page that could not be written would stand in the list all the same.
    let place = match named {
        Some(file) => Some(take(&file)?),
        None if is_stdout || !(terminal.both || args.open) => None,
        None => Some(free(&format!("{app}-{today}"), format.ending())?),
    };
    let made = if let Some(seal) = &args.again {
        desk.snapshot(app, seal)
    } else {
        let note = args.note.as_deref().map(str::trim).filter(|it| !it.is_empty());
        let note = note.map(|text| (author(desk), Foreign::new(text)));
        let sharing = Sharing { audience: args.audience.into(), detail: args.detail, note };
        desk.make_snapshot(app, &sharing, args.sign.as_deref())
    };
    let laid_out = made.and_then(|record| laid_out(&record, format).map(|bytes| (record, bytes)));
    let (record, bytes) = match laid_out {
        Ok(both) => both,
        Err(trouble) => {
            if let Some(place) = place {
                place.give_up();
            }
            return Err(trouble);
        }
    };
    let what = format!("snapshot {} for the {}", short(&record.seal), record.page.audience);
    match place {
        None => {
            out.raw(&bytes);
            out.say(format!("{what}: written to standard output"));
        }
        Some(place) => {
            let again = format!("The page is kept: `rescue snapshot {app} --again {} --out FILE`", short(&record.seal));
            let path = place.fill(&bytes).map_err(|trouble| trouble.next(again))?;
            out.say(format!("{what}: written to {}", path.display()));
            if args.open {
                open(&path)?;
            }
        }
    }
    Ok(())
}

fn author(desk: &Desk) -> Foreign {
    match desk.author() {
        Author::Person(name) => name.clone(),
        tool @ Author::Tool(_) => Foreign::new(tool.to_string()),
    }
}

fn open(path: &Path) -> Result<(), Trouble> {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    open::that_detached(&whole).map_err(|error| {
        Trouble::failed("no browser could be started").why(error).next(format!("Open {} yourself", whole.display()))
    })
}
