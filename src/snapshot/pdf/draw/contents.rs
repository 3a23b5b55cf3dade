//! What is drawn on one sheet, as PDF operators. Each text is marked with the number that the tree knows it by; what only
//! looks, and what stands below every sheet, is marked as no part of the text.

use super::super::layout::{Belongs, HEIGHT, Placed, Sheet, What};
use super::super::mark::{Form, Shape, circle};
use super::super::part::Ink;
use super::fonts::Fonts;
use pdf_writer::types::{ArtifactSubtype, ArtifactType, LineCapStyle, LineJoinStyle};
use pdf_writer::{Content, Name, Str, TextStr};

/// Where a part of a text stands: on which sheet, under which number there, how far from the top.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spot {
    pub piece: usize,
    pub sheet: usize,
    pub mark: i32,
    pub top: f32,
}

/// The operators of a sheet; its texts are added to `spots`.
pub(super) fn contents(sheet: &Sheet, number: usize, fonts: &mut Fonts<'_>, spots: &mut Vec<Spot>) -> Vec<u8> {
    let mut content = Content::new();
    let mut placed: Vec<&Placed> = sheet.placed.iter().collect();
    placed.sort_by_key(|it| it.belongs);
    let mut mark = 0;
    for group in placed.chunk_by(|a, b| a.belongs == b.belongs) {
        let Some(first) = group.first() else { continue };
        match first.belongs {
            Belongs::Decoration => {
                content
                    .begin_marked_content_with_properties(Name(b"Artifact"))
                    .properties()
                    .artifact()
                    .kind(ArtifactType::Layout);
            }
            Belongs::Footer => {
                let mut begun = content.begin_marked_content_with_properties(Name(b"Artifact"));
                begun.properties().artifact().kind(ArtifactType::Pagination).subtype(ArtifactSubtype::Footer);
            }
            Belongs::Piece(piece) => {
                content.begin_marked_content_with_properties(Name(b"P")).properties().identify(mark);
                spots.push(Spot { piece, sheet: number, mark, top: first.y });
                mark += 1;
            }
        }
        for it in group {
            match &it.what {
                What::Letters { .. } => letters(&mut content, it, fonts),
                What::Shape(drawn) => shape(&mut content, drawn, it.x, it.y),
            }
        }
        content.end_marked_content();
    }
    content.finish().into_vec()
}

fn letters(content: &mut Content, it: &Placed, fonts: &mut Fonts<'_>) {
    let What::Letters { text, style } = &it.what else { return };
    let (name, ascent) = fonts.font(style.weight);
    fill(content, style.ink);
    content.begin_text();
    content.set_font(name, style.size);
    content.set_text_matrix([1.0, 0.0, 0.0, 1.0, it.x, HEIGHT - it.y - ascent * style.size]);
    for run in fonts.runs(text, style.weight) {
        // What the letters really are, where the font shows another sign in their place.
        if let Some(real) = &run.real {
            content.begin_marked_content_with_properties(Name(b"Span")).properties().actual_text(TextStr(real));
        }
        content.show(Str(&run.bytes));
        if run.real.is_some() {
            content.end_marked_content();
        }
    }
    content.end_text();
}

fn shape(content: &mut Content, shape: &Shape, x: f32, y: f32) {
    let at = |(px, py): (f32, f32)| (x + px, HEIGHT - y - py);
    match &shape.form {
        Form::Area(points) => {
            fill(content, shape.ink);
            path(content, points.iter().map(|point| at(*point)));
            content.close_path().fill_nonzero();
        }
        Form::Line { points, width, dashed } => {
            stroke(content, shape.ink, *width);
            content.set_line_cap(LineCapStyle::RoundCap).set_line_join(LineJoinStyle::RoundJoin);
            content.set_dash_pattern(if *dashed { vec![3.0, 3.0] } else { Vec::new() }, 0.0);
            path(content, points.iter().map(|point| at(*point)));
            content.stroke();
        }
        Form::Disc { x, y, radius } => {
            fill(content, shape.ink);
            round(content, *x, *y, *radius, at);
            content.close_path().fill_nonzero();
        }
        Form::Ring { x, y, radius, width } => {
            stroke(content, shape.ink, *width);
            content.set_dash_pattern(Vec::new(), 0.0);
            round(content, *x, *y, *radius, at);
            content.close_path().stroke();
        }
    }
}

fn path(content: &mut Content, points: impl Iterator<Item = (f32, f32)>) {
    for (at, (x, y)) in points.enumerate() {
        if at == 0 {
            content.move_to(x, y)
        } else {
            content.line_to(x, y)
        };
    }
}

fn round(content: &mut Content, x: f32, y: f32, radius: f32, at: impl Fn((f32, f32)) -> (f32, f32)) {
    for (number, curve) in circle(x, y, radius).iter().enumerate() {
        let [begin, first, second, end] = curve.map(&at);
        if number == 0 {
            content.move_to(begin.0, begin.1);
        }
        content.cubic_to(first.0, first.1, second.0, second.1, end.0, end.1);
    }
}

fn fill(content: &mut Content, ink: Ink) {
    let [red, green, blue] = colour(ink);
    content.set_fill_rgb(red, green, blue);
}

fn stroke(content: &mut Content, ink: Ink, width: f32) {
    let [red, green, blue] = colour(ink);
    content.set_stroke_rgb(red, green, blue).set_line_width(width);
}

fn colour(ink: Ink) -> [f32; 3] {
    let (red, green, blue) = ink.rgb();
    [red, green, blue].map(|it| f32::from(it) / 255.0)
}
