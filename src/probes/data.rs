//! What the probes of queries and migrations share: which files could hold something of them, and what could not be
//! replayed. It decides nothing.

use super::ground::{Exhibit, Ground, MOST_KEPT, Spot};
use crate::domain::{Foreign, Gap, GapKind, System};
use crate::repo::Survey;
use crate::repo::code::is_app_code;
use crate::repo::migrations::{At, Touches};
use crate::repo::queried::Line;

/// What was read of code, SQL and the files that run it.
#[must_use]
pub fn ground(survey: &Survey) -> Ground {
    let matters = |path: &str| is_app_code(path) || crate::repo::migrations::Migrations::wants(path);
    let mut ground = Ground::of(survey, matters);
    let room = MOST_KEPT.saturating_sub(ground.unread.len());
    let unread = survey.migrations.unread.iter().take(room);
    ground.unread.extend(unread.map(|it| Foreign::new(format!("{} ({})", it.path, it.why))));
    ground
}

/// What was read of code alone.
#[must_use]
pub fn code_ground(survey: &Survey) -> Ground {
    Ground::of(survey, is_app_code)
}

/// A line of a migration.
pub fn at(at: &At, says: impl AsRef<str>) -> Spot {
    Spot::new(&at.path, at.line, says)
}

/// A line of the code.
pub fn on(line: &Line, says: impl AsRef<str>) -> Spot {
    Spot::new(&line.path, line.line, says)
}

/// Statements that were not replayed and may change such an answer.
#[must_use]
pub fn unreplayed(survey: &Survey, matters: impl Fn(Touches) -> bool) -> Vec<Exhibit> {
    let found = survey.migrations.unreplayed.iter().filter(|it| matters(it.touches)).take(MOST_KEPT);
    found
        .map(|it| Exhibit::new(format!("{}.{}", it.at.path, it.what), at(&it.at, format!("`{}` was not replayed", it.what))))
        .collect()
}

/// What they hide.
#[must_use]
pub fn replay_gap(unreplayed: &[Exhibit], what: &str) -> Option<Gap> {
    let first = unreplayed.first()?;
    let more = if unreplayed.len() > 1 { format!(" and {} more", unreplayed.len() - 1) } else { String::new() };
    let says = format!("{}:{}{more} could not be replayed, and may change {what}", first.spot.path, first.spot.line);
    Some(Gap::new(GapKind::Incomplete, System::Repo, says).needs("Look at these statements, or compare with the live database"))
}

/// A number with its word: `1 table`, `3 tables`.
#[must_use]
pub fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}
