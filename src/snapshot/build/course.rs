//! The weeks as a line of points done: the trend that the console and `rescue trend` show, from the same function.

use super::super::model::{Course, Point};
use super::super::words::fill;
use super::Making;
use crate::domain::trend::{self, trend};

/// The most whole weeks of the line: a year and a little; older weeks of a longer engagement are left out from the beginning
/// on.
const MOST: usize = 61;

pub(super) fn course(making: &Making<'_>) -> Course {
    let request = &making.request;
    let points = trend(request.facts, request.checklists, request.book, request.now).map(|it| it.points).unwrap_or_default();
    let older = points.len().saturating_sub(MOST + 1);
    let points: Vec<Point> = points.iter().skip(older).map(point).collect();
    Course { says: says(making, &points), points }
}

fn point(it: &trend::Point) -> Point {
    Point { on: it.at.date_naive(), done: it.done, of: it.of, lost: it.lost }
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
