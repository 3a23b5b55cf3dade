//! The pictures: how much of the plan is done as a bar, and the weeks as a line that climbs and, where something was lost,
//! falls. They show numbers that the texts beside them say too.

use super::super::model::{Course, Point};
use super::super::words::Words;
use super::face::{Faces, Weight};
use super::layout::COLUMN;
use super::mark::Shape;
use super::part::{Figure, Ink, Label, Style, size};
use chrono::NaiveDate;

/// A bar over the whole width; none when nothing is planned.
pub(super) fn progress(done: u16, of: u16) -> Option<Figure> {
    const HEIGHT: f32 = 6.0;
    if of == 0 {
        return None;
    }
    let filled = COLUMN * f32::from(done.min(of)) / f32::from(of);
    let mut shapes = vec![Shape::rect(Ink::Rule, 0.0, 0.0, COLUMN, HEIGHT)];
    if filled > 0.0 {
        shapes.push(Shape::rect(Ink::Good, 0.0, 0.0, filled, HEIGHT));
    }
    Some(Figure { height: HEIGHT, above: 7.0, shapes, labels: Vec::new(), words: None })
}

/// The plot's edges in the picture. At the right is room for the numbers of today.
const LEFT: f32 = 4.0;
const RIGHT: f32 = COLUMN - 84.0;
const TOP: f32 = 14.0;
const BASE: f32 = 132.0;
const LABEL: Style = Style::of(Weight::Regular, size::SMALL, Ink::Soft);
const TODAY: Style = Style::of(Weight::Bold, size::SMALL, Ink::Text);

/// The line of the weeks; none when there is not even one moment.
pub(super) fn course(course: &Course, today: NaiveDate, words: &Words, faces: &Faces) -> Option<Figure> {
    let (first, last) = (course.points.first()?, course.points.last()?);
    let most = course.points.iter().map(|it| it.of.max(it.done)).max().filter(|most| *most > 0)?;
    let days = (last.on - first.on).num_days().max(1);
    let x = |on: NaiveDate| LEFT + (RIGHT - LEFT) * fraction((on - first.on).num_days(), days);
    let y = |points: u16| BASE - (BASE - TOP) * f32::from(points) / f32::from(most);
    let spot = |it: &Point| (if course.points.len() == 1 { RIGHT } else { x(it.on) }, y(it.done));

    let mut shapes = vec![Shape::line(Ink::Rule, 0.8, &[(LEFT, BASE), (RIGHT, BASE)])];
    let mut whole: Vec<(f32, f32)> = course.points.iter().map(|it| (x(it.on), y(it.of))).collect();
    if whole.len() == 1 {
        whole = vec![(LEFT, y(last.of)), (RIGHT, y(last.of))];
    }
    shapes.push(Shape::dashed(Ink::Soft, 0.8, &whole));
    for pair in course.points.windows(2) {
        if let [before, after] = pair {
            let ink = if after.done < before.done { Ink::Bad } else { Ink::Good };
            shapes.push(Shape::line(ink, 1.8, &[spot(before), spot(after)]));
        }
    }
    // Many points are closer than their dots are wide.
    let radius = if course.points.len() > 30 { 1.6 } else { 2.4 };
    shapes.extend(course.points.iter().map(|it| Shape::disc(Ink::Good, spot(it).0, spot(it).1, radius)));
    for it in course.points.iter().filter(|it| it.lost > 0) {
        let (x, y) = spot(it);
        // Below the line, where the line has no other part; never below the ground.
        let y = (y + 5.0).min(BASE - 6.0);
        shapes.push(Shape::area(Ink::Bad, &[(x - 3.6, y), (x + 3.6, y), (x, y + 6.0)]));
    }
    let mut labels = labels(first, last, today, words, faces, y(last.of), y(last.done));
    if course.points.iter().any(|it| it.lost > 0) {
        let (sign, label) = legend(&words.course.lost_mark, faces);
        shapes.push(sign);
        labels.push(label);
    }
    Some(Figure { height: BASE + 16.0, above: 10.0, shapes, labels, words: Some(course.says.clone()) })
}

fn labels(first: &Point, last: &Point, today: NaiveDate, words: &Words, faces: &Faces, of: f32, done: f32) -> Vec<Label> {
    let height = faces.of(Weight::Regular).height(size::SMALL);
    let wide = |text: &str, style: Style| faces.of(style.weight).width(text, style.size);
    let centred = |y: f32| (y - height / 2.0).clamp(0.0, BASE - height);
    let beside = RIGHT + 8.0;
    let day = |on| words.day(on, today);
    let now = format!("{} {}", last.done, words.course.done_line);
    let mut labels = vec![Label { text: now, style: TODAY, x: beside, y: centred(done) }];
    if last.of != last.done {
        // Above its line and never on the number of today.
        let y = centred(of).min(centred(done) - height);
        let y = if y < 0.0 { centred(done) + height } else { y };
        labels.push(Label { text: last.of.to_string(), style: LABEL, x: beside, y });
    }
    let (begun, ended) = (day(first.on), day(last.on));
    let at = RIGHT - wide(&ended, LABEL);
    if first.on != last.on && LEFT + wide(&begun, LABEL) + 8.0 < at {
        labels.push(Label { text: begun, style: LABEL, x: LEFT, y: BASE + 3.0 });
    }
    labels.push(Label { text: ended, style: LABEL, x: at, y: BASE + 3.0 });
    labels
}

/// What the red triangles mean, below the line, between the two days.
fn legend(says: &str, faces: &Faces) -> (Shape, Label) {
    let style = Style::of(Weight::Regular, size::SMALL, Ink::Bad);
    let x = LEFT + (RIGHT - LEFT - faces.of(style.weight).width(says, style.size)) / 2.0;
    let y = BASE + 6.0;
    let sign = Shape::area(Ink::Bad, &[(x - 11.0, y), (x - 3.8, y), (x - 7.4, y + 6.0)]);
    (sign, Label { text: says.to_owned(), style, x, y: BASE + 3.0 })
}

#[expect(clippy::cast_precision_loss, reason = "a picture is not finer than a day in many thousand years")]
fn fraction(part: i64, whole: i64) -> f32 {
    part as f32 / whole as f32
}
