//! The weeks as a line of points done: what the board said at the end of each week, and at the moment of the page.

use super::super::model::{Course, Point};
use super::super::words::fill;
use super::{Making, number};
use crate::domain::{Board, Truth, board};
use chrono::TimeDelta;

/// The most points of the line: a year of weeks and a little; older weeks of a longer engagement are left out from the
/// beginning on.
const MOST: i64 = 60;

pub(super) fn course(making: &Making<'_>) -> Course {
    let request = &making.request;
    let week = TimeDelta::days(7);
    let began = making.board.settings.start.and_time(chrono::NaiveTime::MIN).and_utc();
    let weeks = request.now.signed_duration_since(began).num_days() / 7;
    let ends = ((weeks - MOST).max(0)..=weeks).filter_map(|number| {
        let passed = i32::try_from(number).ok()?;
        began.checked_add_signed(week.checked_mul(passed)?)
    });
    let mut points: Vec<Point> = ends
        .filter(|at| *at < request.now)
        .filter_map(|at| board::board(request.facts, request.checklists, request.book, at))
        .map(|board| point(&board))
        .collect();
    points.push(point(making.board));
    Course { says: says(making, &points), points }
}

fn point(board: &Board) -> Point {
    let count = |wanted: &dyn Fn(Truth) -> bool| number(board.items.iter().filter(|it| wanted(it.truth)).count());
    Point {
        on: board.now.date_naive(),
        done: count(&|truth| truth.is_done()),
        of: count(&|truth| truth != Truth::NotApplicable),
        lost: count(&|truth| truth.is_lost()),
    }
}

fn says(making: &Making<'_>, points: &[Point]) -> String {
    let words = &making.words.course;
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return String::new() };
    let (now, of) = (last.done.to_string(), last.of.to_string());
    if points.len() == 1 {
        return fill(&words.one, &[("now", &now), ("of", &of)]);
    }
    let (then, then_of, day) = (first.done.to_string(), first.of.to_string(), making.date(first.on));
    let climbed = fill(&words.says, &[("first_day", &day), ("first", &then), ("first_of", &then_of), ("now", &now), ("of", &of)]);
    let setbacks = points.iter().filter(|it| it.lost > 0).count();
    let setbacks = if setbacks == 0 { words.no_lost.clone() } else { words.lost.of(setbacks, &[]) };
    format!("{climbed} {setbacks}")
}
