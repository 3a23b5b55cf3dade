//! What the probes of queries and migrations share: which files could hold something of them, and what could not be
//! replayed. It decides nothing.

use super::ground::{Exhibit, Ground, MOST_KEPT, Spot};
use crate::domain::{AppSettings, Foreign, Gap, GapKind, System, Verdict};
use crate::repo::Survey;
use crate::repo::code::is_app_code;
use crate::repo::migrations::{At, Command, Migrations, Touches};
use crate::repo::queried::Line;
use crate::repo::workflows::Workflows;

/// What was read of code, SQL and the files that run it.
#[must_use]
pub fn ground(survey: &Survey) -> Ground {
    of(survey, |path| is_app_code(path) || Migrations::wants(path))
}

/// As [`ground`], with the workflows that may apply migrations.
#[must_use]
pub fn ground_with_workflows(survey: &Survey) -> Ground {
    of(survey, |path| is_app_code(path) || Migrations::wants(path) || Workflows::wants(path))
}

fn of(survey: &Survey, matters: impl Fn(&str) -> bool) -> Ground {
    let mut ground = Ground::of(survey, matters);
    let room = MOST_KEPT.saturating_sub(ground.unread.len());
    let unread = survey.migrations.unread.iter().take(room);
    ground.unread.extend(unread.map(|it| Foreign::new(format!("{} ({})", it.path, it.why))));
    ground
}

/// What was read of code alone.
#[must_use]
pub fn code_ground(survey: &Survey) -> Ground {
    Ground::of_code(survey)
}

/// The word on migrations where there is none to judge: what was not read may hold one, and `none` says why the question does
/// not arise.
#[must_use]
pub fn unasked(ground: &Ground, migrations: usize, settings: &AppSettings, none: &str) -> Option<Verdict> {
    if ground.empty {
        return Some(Verdict::not_applicable("the repository is empty: it has no migrations"));
    }
    if let Some(gap) = ground.gap("a migration, or a command that applies one") {
        return Some(Verdict::undecided(gap));
    }
    if migrations > 0 {
        return None;
    }
    Some(if ground.code_files == 0 { Ground::no_code(settings) } else { Verdict::not_applicable(none) })
}

/// A command as evidence; `says` goes on from it.
#[must_use]
pub fn command(it: &Command, says: &str) -> Exhibit {
    Exhibit::new(format!("{}.{}", it.path, it.what), Spot::new(&it.path, it.line, format!("`{}` {says}", it.what)))
}

/// A line of a migration.
pub fn at(at: &At, says: impl AsRef<str>) -> Spot {
    Spot::new(&at.path, at.line, says)
}

/// A line of the code.
pub fn on(line: &Line, says: impl AsRef<str>) -> Spot {
    Spot::new(&line.path, line.line, says)
}

/// Migrations that share a number, or that a journal puts behind newer ones: whether and when a tool applies each is not known.
#[must_use]
pub fn disordered(survey: &Survey) -> Vec<Exhibit> {
    let migrations = &survey.migrations;
    let duplicates = migrations.duplicates.iter().map(|(version, paths)| {
        let first = paths.first().map_or("", String::as_str);
        Exhibit::new(version, Spot::new(first, 1, format!("{version} is the number of {}", paths.join(" and "))))
    });
    let overtaken = migrations.overtaken.iter().map(|path| {
        let says = format!("{path}: older than one before it in the journal, so it may never be applied");
        Exhibit::new(path, Spot::new(path, 1, says))
    });
    duplicates.chain(overtaken).take(MOST_KEPT).collect()
}

/// What their order hides.
#[must_use]
pub fn order_gap(disordered: &[Exhibit], what: &str) -> Option<Gap> {
    let first = disordered.first()?;
    let more = if disordered.len() > 1 { format!(", and {} more like it", disordered.len() - 1) } else { String::new() };
    let says = format!("{}{more}: which of them is applied is not known, and may change {what}", first.spot.says);
    Some(
        Gap::new(GapKind::Incomplete, System::Repo, says)
            .needs("Give each migration a number of its own, in the order of the list"),
    )
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
