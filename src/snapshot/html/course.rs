//! The weeks as a picture: where each line goes, in whole units of the picture, so that every machine draws the same. It
//! knows no text but the days at its ends.

use super::super::model::{Page, Point};
use super::super::words::Words;
use std::fmt::Write as _;

/// The plot within the picture of 3400 by 1900.
const LEFT: i64 = 100;
const RIGHT: i64 = 3_300;
const TOP: i64 = 240;
const BOTTOM: i64 = 1_600;
/// About as wide as the number at its end with its word.
const WORD: i64 = 800;
/// About as high as a number.
const HEIGHT: i64 = 110;
/// The most points of a line that has dots, and numbers beside what was lost; more would touch.
const SPACIOUS: usize = 16;

/// The parts of the picture; coordinates and path data.
#[derive(Debug)]
pub(super) struct Picture {
    /// How many points there were to do.
    pub whole: String,
    /// Where the line of points done stays or climbs.
    pub climb: String,
    /// Where it falls.
    pub fall: String,
    pub dots: Vec<Dot>,
    pub lost: Vec<Lost>,
    pub of: u16,
    pub done: u16,
    /// The heights of the two numbers at the right end.
    pub whole_text: i64,
    pub now_text: i64,
    pub first: String,
    pub last: String,
}

/// A moment on the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dot {
    pub x: i64,
    pub y: i64,
}

/// A moment at which something was lost.
#[derive(Debug)]
pub(super) struct Lost {
    pub triangle: String,
    pub x: i64,
    pub text: i64,
    pub count: Option<u16>,
    pub is_above: bool,
}

/// The picture of a page; none while there is no line to draw.
pub(super) fn picture(page: &Page, words: &Words) -> Option<Picture> {
    let points = &page.course.points;
    let ([first, .., newest], most) = (points.as_slice(), points.iter().map(|it| it.of.max(it.done)).max()?) else { return None };
    let days = (newest.on - first.on).num_days().max(1);
    if most == 0 {
        return None;
    }
    let most = i64::from(most);
    let x = |point: &Point| LEFT + (point.on - first.on).num_days() * (RIGHT - LEFT) / days;
    let y = |count: u16| BOTTOM - i64::from(count) * (BOTTOM - TOP) / most;
    let done: Vec<Dot> = points.iter().map(|it| Dot { x: x(it), y: y(it.done) }).collect();
    let whole = points.iter().map(|it| Dot { x: x(it), y: y(it.of) });
    let (climb, fall) = lines(&done);
    let lost: Vec<(&Point, &Dot)> = points.iter().zip(&done).filter(|(point, _)| point.lost > 0).collect();
    let spacious = points.len() <= SPACIOUS;
    let whole_text = y(newest.of) - 50;
    let near = done.iter().filter(|dot| dot.x > RIGHT - WORD);
    // What was lost stands above the line where the picture ends below it; the number stands above that.
    let marks = lost.iter().map(|(point, dot)| numbered(**dot, point.lost)).filter(|it| it.x > RIGHT - WORD);
    let marks = marks.filter(|it| it.is_above).map(|it| it.text - HEIGHT);
    let above = near.clone().map(|dot| dot.y).chain(marks).min().unwrap_or(BOTTOM) - 90;
    let below = near.map(|dot| dot.y).max().unwrap_or(BOTTOM) + if lost.is_empty() { 190 } else { 480 };
    let today = page.moment.date_naive();
    Some(Picture {
        whole: steps(whole),
        climb,
        fall,
        lost: lost.iter().map(|(point, dot)| if spacious { numbered(**dot, point.lost) } else { small(**dot) }).collect(),
        of: newest.of,
        done: newest.done,
        whole_text,
        // Above the line, or where the other number is, below it, or above that number at the foot of the picture.
        now_text: match () {
            () if above - whole_text >= 160 => above,
            () if below < BOTTOM => below,
            () => whole_text - 140,
        },
        first: words.day(first.on, today),
        last: words.day(newest.on, today),
        dots: if spacious { done } else { Vec::new() },
    })
}

/// Path data of the stretches that do not fall, and of those that do.
fn lines(dots: &[Dot]) -> (String, String) {
    let (mut climb, mut fall) = (String::new(), String::new());
    for pair in dots.windows(2) {
        let [from, to] = pair else { continue };
        let path = if to.y > from.y { &mut fall } else { &mut climb };
        // Writing into a String cannot fail.
        let _ = write!(path, "M{} {}L{} {}", from.x, from.y, to.x, to.y);
    }
    (climb, fall)
}

/// Path data through all of them.
fn steps(dots: impl Iterator<Item = Dot>) -> String {
    let mut path = String::new();
    for (number, dot) in dots.enumerate() {
        let _ = write!(path, "{}{} {}", if number == 0 { 'M' } else { 'L' }, dot.x, dot.y);
    }
    path
}

/// A triangle that points down, with its number, below the line, or above it where the picture ends.
fn numbered(dot: Dot, count: u16) -> Lost {
    let below = dot.y + 400 < BOTTOM;
    let top = if below { dot.y + 90 } else { dot.y - 190 };
    let text = if below { top + 230 } else { top - 40 };
    Lost { triangle: format!("M{} {top}h140l-70 110z", dot.x - 70), x: dot.x, text, count: Some(count), is_above: !below }
}

/// The same without its number, narrow enough for a year of weeks.
fn small(dot: Dot) -> Lost {
    let top = if dot.y + 160 < BOTTOM { dot.y + 70 } else { dot.y - 130 };
    Lost { triangle: format!("M{} {top}h44l-22 60z", dot.x - 22), x: dot.x, text: 0, count: None, is_above: false }
}
