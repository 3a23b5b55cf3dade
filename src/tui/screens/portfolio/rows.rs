//! The rows of the portfolio: one line an app, with what matters first when there is little room.

use super::Sifted;
use crate::domain::AppName;
use crate::domain::state::Answer;
use crate::tui::message::AppRow;
use crate::tui::rerun::Progress;
use crate::tui::text::fit;
use crate::tui::theme::{self, Role};
use crate::tui::widgets::listing::Row;
use crate::tui::world::World;
use crate::words;
use ratatui::text::{Line, Span};
use std::collections::BTreeSet;

/// Columns of a row from which unseen and last run have room.
const WIDE: u16 = 52;

/// The answer's word.
pub(super) fn answer(row: &AppRow) -> (&'static str, Role) {
    match row.answer {
        Some(answer) => theme::answer(answer),
        // Not that nobody looked: nobody knows.
        None if row.glance.is_blank() => ("CANNOT BE READ", Role::Unseen),
        None => ("NOT LOOKED AT", Role::Faint),
    }
}

/// All rows: those that are what is asked, then the groups of which nobody knows.
pub(super) fn of(sifted: &Sifted<'_>, marked: &BTreeSet<AppName>, world: &World, width: u16) -> Vec<Row> {
    let mut rows: Vec<Row> = sifted.yes.iter().map(|app| row(app, marked, world, width)).collect();
    for (group, apps) in &sifted.unknown {
        if !rows.is_empty() {
            rows.push(Row::still(""));
        }
        rows.push(Row::still(Line::styled(format!(" ? {} {group}", apps.len()), world.look.style(Role::Unseen))));
        rows.extend(apps.iter().map(|app| row(app, marked, world, width)));
    }
    rows
}

fn row(app: &AppRow, marked: &BTreeSet<AppName>, world: &World, width: u16) -> Row {
    let look = world.look;
    let is_wide = width >= WIDE;
    let progress = world.rerun.as_ref().and_then(|it| it.of(&app.name)).filter(|it| **it != Progress::Finished);
    let progress = progress.map(|it| Span::styled(fit(&it.word(), 8), look.style(role(it))));
    // Below each other with the progress of a rerun, where that stands in the week's place.
    let week_width = if is_wide || world.rerun.is_none() { 6 } else { 8 };
    let week = if app.weeks == 0 { "w?".to_owned() } else { format!("w{}/{}", app.week, app.weeks) };
    let week = Span::styled(fit(&week, week_width), look.style(Role::Faint));
    let lost = if app.lost > 0 { format!("↯{}", app.lost) } else { String::new() };
    let (word, role) = said(app);
    let mut cells = vec![Span::styled(fit(&word, 14), look.style(role)), Span::styled(fit(&lost, 4), look.style(Role::Lost))];
    if is_wide {
        let unseen = if app.unseen > 0 { format!("?{}", app.unseen) } else { String::new() };
        cells.insert(0, week);
        cells.push(Span::styled(fit(&unseen, 5), look.style(Role::Unseen)));
        cells.push(progress.unwrap_or_else(|| last_run(app, world)));
    } else {
        // Here a rerun's progress is worth more than the week.
        cells.insert(0, progress.unwrap_or(week));
    }
    let tail: usize = cells.iter().map(Span::width).sum();
    let mark = match (marked.is_empty(), marked.contains(&app.name)) {
        (true, _) => "",
        (false, true) => "● ",
        (false, false) => "  ",
    };
    let room = usize::from(width).saturating_sub(tail + 3 + mark.chars().count());
    cells.insert(0, Span::raw(format!("{}  ", fit(app.title.as_str(), room))));
    cells.insert(0, Span::styled(format!(" {mark}"), look.style(Role::Accent)));
    Row::new(app.name.as_str(), cells)
}

/// The answer, with the number of gates of now that are open: more than the headline calls urgent, which was seen to be so.
fn said(app: &AppRow) -> (String, Role) {
    let (word, role) = answer(app);
    match app.answer {
        Some(Answer::YesWithAcceptedRisks) => ("YES*".to_owned(), role),
        Some(Answer::No) if app.urgent > 0 => (format!("{word} {}", crate::words::count(app.urgent.into(), "gate")), role),
        _ => (word.to_owned(), role),
    }
}

fn last_run(app: &AppRow, world: &World) -> Span<'static> {
    if app.archived {
        return Span::styled(fit("archived", 8), world.look.style(Role::Faint));
    }
    if app.due {
        return Span::styled(fit("due", 8), world.look.style(Role::Caution));
    }
    let age = app.last_run.map_or("never".to_owned(), |at| words::age(at, world.now));
    Span::styled(fit(&age, 8), world.look.style(Role::Faint))
}

/// The role of a rerun's progress; its word stands there.
pub(super) fn role(progress: &Progress) -> Role {
    match progress {
        Progress::Waiting => Role::Faint,
        Progress::Running { .. } => Role::Busy,
        Progress::Finished => Role::Good,
        Progress::Cancelled => Role::Caution,
        Progress::Failed { .. } => Role::Bad,
    }
}
