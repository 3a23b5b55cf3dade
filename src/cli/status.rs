//! `rescue status`, `rescue next`, `rescue diff`: what the facts say, without asking anybody.

use super::{exit, json, out::Out, plain};
use crate::desk::Desk;
use crate::domain::{AppName, Diff, Foreign, RunId};
use crate::trouble::Trouble;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

/// `rescue status [NAME]`.
///
/// # Errors
/// An unknown app; a store that cannot be read.
pub fn status(desk: &Desk, name: Option<&str>, as_json: bool, out: &mut Out<'_>) -> Result<u8, Trouble> {
    let names = match name {
        Some(name) => vec![desk.app(name)?],
        None => desk.apps(false)?,
    };
    let mut boards = Vec::new();
    let mut codes = Vec::new();
    for app in &names {
        let board = desk.board(app)?;
        codes.push(exit::of(&board, desk.lost(app)?.len()));
        boards.push(board);
    }
    match (name, boards.first()) {
        (Some(_), Some(board)) if as_json => out.json(&json::document(json::status(board))),
        (Some(_), Some(board)) => plain::status(board, out),
        _ if as_json => {
            let apps: Vec<_> = boards.iter().map(json::status).collect();
            out.json(&json::document(serde_json::json!({ "apps": apps })));
        }
        _ if boards.is_empty() => out.say("no apps yet: add one with `rescue app add NAME`, or look at `rescue demo`"),
        _ => {
            for board in &boards {
                plain::status(board, out);
                out.line("");
            }
        }
    }
    Ok(exit::worst(&codes))
}

/// `rescue next NAME`.
///
/// # Errors
/// An unknown app; a store that cannot be read.
pub fn next(desk: &Desk, name: &str, as_json: bool, out: &mut Out<'_>) -> Result<u8, Trouble> {
    let board = desk.board(&desk.app(name)?)?;
    if as_json {
        out.json(&json::document(json::next(&board)));
    } else {
        plain::next(&board, out);
    }
    Ok(exit::FINE)
}

/// `rescue diff NAME [--since DATE|RUN]`.
///
/// # Errors
/// An unknown app, a moment that is no date and no run; a store that cannot be read.
pub fn diff(desk: &Desk, name: &str, since: Option<&str>, as_json: bool, out: &mut Out<'_>) -> Result<u8, Trouble> {
    let app = desk.app(name)?;
    let board = desk.board(&app)?;
    let before = match since {
        None => desk.before_last_run(&app)?,
        Some(text) => {
            let moment = moment_of(desk, &app, text)?;
            if moment > board.now {
                return Err(Trouble::usage(format!("{text} is in the future")).next("Give an earlier day or run"));
            }
            desk.board_at(&app, moment)?
        }
    };
    let Some(before) = before else {
        if as_json {
            print_diff(&app, None, &Diff::default(), out);
        } else if since.is_some() {
            out.say(format!("nothing to compare with: {app} was not taken on yet at that moment"));
        } else {
            out.say("nothing to compare with yet: there is no finished run before the newest one");
        }
        return Ok(exit::FINE);
    };
    let changes = crate::domain::diff(&before, &board);
    if as_json {
        print_diff(&app, Some(before.now), &changes, out);
    } else {
        plain::diff(&before, &board, &changes, out);
    }
    Ok(exit::FINE)
}

/// `since`: none when there is no earlier moment to compare with.
fn print_diff(app: &AppName, since: Option<DateTime<Utc>>, changes: &Diff, out: &mut Out<'_>) {
    let mut document = serde_json::to_value(changes).unwrap_or_default();
    if let Some(fields) = document.as_object_mut() {
        fields.insert("app".to_owned(), serde_json::json!(app));
        fields.insert("since".to_owned(), since.map_or(serde_json::Value::Null, json::moment));
    }
    out.json(&json::document(document));
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
