//! Shapes: the marks beside texts, each another form, so that none needs its colour, and what pictures are made of.
//! Every mark stands beside the word that it means.

use super::super::model::State;
use super::part::Ink;
use std::f32::consts::PI;

/// What stands at the left of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    State(State),
    Urgent,
    Later,
    Task,
    Worse,
    Better,
    Point,
}

/// Something drawn, in points from the upper left corner of what it belongs to, y downwards.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shape {
    pub ink: Ink,
    pub form: Form,
}

/// A form.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Form {
    /// Filled.
    Area(Vec<(f32, f32)>),
    Line {
        points: Vec<(f32, f32)>,
        width: f32,
        dashed: bool,
    },
    Disc {
        x: f32,
        y: f32,
        radius: f32,
    },
    Ring {
        x: f32,
        y: f32,
        radius: f32,
        width: f32,
    },
}

impl Shape {
    pub(super) fn area(ink: Ink, points: &[(f32, f32)]) -> Self {
        Self { ink, form: Form::Area(points.to_vec()) }
    }

    pub(super) fn line(ink: Ink, width: f32, points: &[(f32, f32)]) -> Self {
        Self { ink, form: Form::Line { points: points.to_vec(), width, dashed: false } }
    }

    pub(super) fn dashed(ink: Ink, width: f32, points: &[(f32, f32)]) -> Self {
        Self { ink, form: Form::Line { points: points.to_vec(), width, dashed: true } }
    }

    pub(super) fn disc(ink: Ink, x: f32, y: f32, radius: f32) -> Self {
        Self { ink, form: Form::Disc { x, y, radius } }
    }

    pub(super) fn ring(ink: Ink, x: f32, y: f32, radius: f32, width: f32) -> Self {
        Self { ink, form: Form::Ring { x, y, radius, width } }
    }

    pub(super) fn rect(ink: Ink, x: f32, y: f32, width: f32, height: f32) -> Self {
        Self::area(ink, &[(x, y), (x + width, y), (x + width, y + height), (x, y + height)])
    }
}

impl Mark {
    /// Its shapes in a square whose side is `side` points.
    pub(super) fn shapes(self, side: f32) -> Vec<Shape> {
        // Drawn on a square of 10 by 10.
        let at = |x: f32, y: f32| (x * side / 10.0, y * side / 10.0);
        let unit = side / 10.0;
        let disc = |ink| Shape::disc(ink, 5.0 * unit, 5.0 * unit, 5.0 * unit);
        let ring = |ink| Shape::ring(ink, 5.0 * unit, 5.0 * unit, 4.5 * unit, unit);
        let line = |ink, width: f32, points: &[(f32, f32)]| {
            Shape::line(ink, width * unit, &points.iter().map(|(x, y)| at(*x, *y)).collect::<Vec<_>>())
        };
        let area = |ink, points: &[(f32, f32)]| Shape::area(ink, &points.iter().map(|(x, y)| at(*x, *y)).collect::<Vec<_>>());
        let warning = |ink| {
            let body = area(ink, &[(5.0, 0.2), (10.0, 9.6), (0.0, 9.6)]);
            vec![
                body,
                line(Ink::Paper, 1.2, &[(5.0, 3.4), (5.0, 6.4)]),
                Shape::disc(Ink::Paper, 5.0 * unit, 8.0 * unit, 0.75 * unit),
            ]
        };
        match self {
            Self::State(State::Good) => vec![disc(Ink::Good), line(Ink::Paper, 1.3, &[(2.6, 5.2), (4.4, 7.0), (7.5, 3.4)])],
            Self::State(State::Bad) => {
                let strokes = [[(3.1, 3.1), (6.9, 6.9)], [(6.9, 3.1), (3.1, 6.9)]];
                std::iter::once(disc(Ink::Bad)).chain(strokes.iter().map(|it| line(Ink::Paper, 1.3, it))).collect()
            }
            Self::State(State::Accepted) => {
                vec![
                    ring(Ink::Care),
                    line(Ink::Care, 1.0, &[(2.8, 4.1), (7.2, 4.1)]),
                    line(Ink::Care, 1.0, &[(2.8, 6.1), (7.2, 6.1)]),
                ]
            }
            Self::State(State::Old) => vec![ring(Ink::Care), line(Ink::Care, 1.0, &[(5.0, 2.2), (5.0, 5.2), (7.2, 6.4)])],
            Self::State(State::Unknown) => {
                let hook =
                    [(3.5, 4.1), (3.7, 3.2), (4.4, 2.6), (5.2, 2.5), (6.0, 2.8), (6.4, 3.5), (6.3, 4.2), (5.2, 5.3), (5.0, 6.2)];
                vec![ring(Ink::Soft), line(Ink::Soft, 1.0, &hook), Shape::disc(Ink::Soft, 5.0 * unit, 7.7 * unit, 0.65 * unit)]
            }
            Self::State(State::Outside) => vec![line(Ink::Soft, 1.2, &[(2.0, 5.0), (8.0, 5.0)])],
            Self::Urgent => warning(Ink::Bad),
            Self::Later => warning(Ink::Care),
            Self::Task => vec![line(Ink::Turn, 1.1, &[(0.8, 0.8), (9.2, 0.8), (9.2, 9.2), (0.8, 9.2), (0.8, 0.2)])],
            Self::Worse => vec![area(Ink::Bad, &[(0.8, 1.5), (9.2, 1.5), (5.0, 8.8)])],
            Self::Better => vec![area(Ink::Good, &[(0.8, 8.5), (9.2, 8.5), (5.0, 1.2)])],
            Self::Point => vec![Shape::disc(Ink::Soft, 5.0 * unit, 5.0 * unit, 1.5 * unit)],
        }
    }
}

/// The points of a circle's four curves: where each begins, its two control points, its end.
pub(super) fn circle(x: f32, y: f32, radius: f32) -> [[(f32, f32); 4]; 4] {
    // The length of the control arms that makes four cubic curves look round.
    let arm = 4.0 / 3.0 * (PI / 8.0).tan() * radius;
    let (r, a) = (radius, arm);
    [
        [(x + r, y), (x + r, y + a), (x + a, y + r), (x, y + r)],
        [(x, y + r), (x - a, y + r), (x - r, y + a), (x - r, y)],
        [(x - r, y), (x - r, y - a), (x - a, y - r), (x, y - r)],
        [(x, y - r), (x + a, y - r), (x + r, y - a), (x + r, y)],
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_mark_needs_its_colour() {
        let states = [State::Good, State::Bad, State::Accepted, State::Old, State::Unknown, State::Outside];
        let others = [Mark::Task, Mark::Worse, Mark::Better, Mark::Point];
        let marks: Vec<Mark> = states.into_iter().map(Mark::State).chain(others).chain([Mark::Urgent]).collect();
        for (at, a) in marks.iter().enumerate() {
            for b in &marks[at + 1..] {
                let forms = [a, b].map(|mark| mark.shapes(9.0).into_iter().map(|it| it.form).collect::<Vec<_>>());
                assert_ne!(forms[0], forms[1], "{a:?} and {b:?}");
            }
        }
    }
}
