//! Where everything stands: lines become rows, rows fill sheets. What belongs together stays together, no heading ends a
//! sheet, and every placed thing says how much room it takes, so that tests can see that nothing overlaps.

use super::super::model::Page;
use super::super::words::{Words, fill};
use super::face::{Faces, Weight};
use super::mark::Shape;
use super::part::{Figure, Ink, Part, Style, Text, size};
use super::wrap::{fitted, wrap};

/// A4, in points.
pub(super) const WIDTH: f32 = 595.28;
pub(super) const HEIGHT: f32 = 841.89;
/// The frame that the letter keeps to.
pub(super) const LEFT: f32 = 68.0;
pub(super) const TOP: f32 = 54.0;
pub(super) const COLUMN: f32 = WIDTH - 2.0 * LEFT;
pub(super) const BOTTOM: f32 = HEIGHT - 66.0;
/// Where the line stands that has the number of the sheet below it.
const FOOT: f32 = HEIGHT - 54.0;
const FOOTING: Style = Style::of(Weight::Regular, size::SMALL, Ink::Soft);

/// One side of paper.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Sheet {
    pub placed: Vec<Placed>,
}

/// To what a placed thing belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Belongs {
    /// Only looks.
    Decoration,
    /// The text or picture of this number, counted over the whole letter.
    Piece(usize),
    Footer,
}

/// Something on a sheet. Its room is measured from the upper left corner of the paper.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Placed {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
    pub belongs: Belongs,
    pub what: What,
}

/// What is placed.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    Letters { text: String, style: Style },
    Shape(Shape),
}

/// What stands below every sheet.
pub(super) struct Footer {
    left: String,
    of: String,
}

impl Footer {
    pub(super) fn of(page: &Page, words: &Words) -> Self {
        let moment = format!("{}, {}", words.day(page.moment.date_naive(), chrono::NaiveDate::MIN), words.time(page.moment));
        Self { left: format!("{} · {moment}", page.title.as_str().trim()), of: words.paper.page.clone() }
    }
}

/// A line or a picture: what cannot be parted.
struct Row {
    above: f32,
    height: f32,
    /// Stays on one sheet with the next row.
    keep: bool,
    /// A line at its left side, and whether it goes on from the row before.
    bar: Option<(Ink, bool)>,
    /// Measured from the row's upper left corner.
    placed: Vec<Placed>,
}

/// The sheets of a letter. There is at least one.
pub(super) fn sheets(parts: &[Part], faces: &Faces, footer: &Footer) -> Vec<Sheet> {
    let mut sheets = paginate(rows(parts, faces));
    let number = sheets.len();
    for (at, sheet) in sheets.iter_mut().enumerate() {
        foot(sheet, at + 1, number, footer, faces);
    }
    sheets
}

/// Every text and picture in order; its number is what [`Belongs::Piece`] names.
pub(super) fn pieces(parts: &[Part]) -> impl Iterator<Item = Piece<'_>> {
    parts.iter().flat_map(|part| -> Vec<Piece<'_>> {
        match part {
            Part::Text(text) => vec![Piece::Text(text)],
            Part::List(entries) => entries.iter().flatten().map(Piece::Text).collect(),
            Part::Figure(figure) => vec![Piece::Figure(figure)],
        }
    })
}

/// What has a number of its own.
pub(super) enum Piece<'p> {
    Text(&'p Text),
    Figure(&'p Figure),
}

fn rows(parts: &[Part], faces: &Faces) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for (number, piece) in pieces(parts).enumerate() {
        match piece {
            Piece::Text(text) => {
                let goes_on = rows.last().is_some_and(|row| row.bar.is_some());
                rows.extend(lines(text, number, faces, goes_on));
            }
            Piece::Figure(figure) => {
                // The sentence before a picture stays with it.
                if let Some(row) = rows.last_mut() {
                    row.keep = true;
                }
                rows.push(drawn(figure, number, faces));
            }
        }
    }
    rows
}

fn lines(text: &Text, number: usize, faces: &Faces, goes_on: bool) -> Vec<Row> {
    let Style { size, weight, .. } = text.style;
    let face = faces.of(weight);
    let belongs = Belongs::Piece(number);
    let set = wrap(text.says.trim(), face, size, COLUMN - text.indent);
    let count = set.len();
    let (leading, height) = (text.style.leading(), face.height(size));
    let inset = (leading - height) / 2.0;
    let mut rows: Vec<Row> = Vec::with_capacity(count);
    for (at, line) in set.iter().enumerate() {
        let what = What::Letters { text: line.text.to_owned(), style: text.style };
        let mut placed = vec![Placed { x: text.indent, y: inset, width: line.width, height, belongs, what }];
        if at == 0
            && let Some(mark) = text.mark
        {
            let side = size * 0.86;
            // On the middle of the capitals.
            let y = inset + face.ascent * size - size * 0.357 - side / 2.0;
            placed.extend(mark.shapes(side).into_iter().map(|shape| decoration(shape, 0.0, y, side, side)));
        }
        let alone = at == 0 || at + 2 == count;
        let keep = at + 1 < count && (alone || count <= 3) || at + 1 == count && text.keep;
        let bar = text.bar.map(|ink| (ink, goes_on || at > 0));
        rows.push(Row { above: if at == 0 { text.above } else { 0.0 }, height: leading, keep, bar, placed });
    }
    if let Some(right) = &text.right {
        aside(&mut rows, right, text, belongs, faces);
    }
    rows
}

/// A few words at the right end of the first line, or a line of their own.
fn aside(rows: &mut Vec<Row>, right: &str, text: &Text, belongs: Belongs, faces: &Faces) {
    let style = Style::of(Weight::Regular, size::NOTE, Ink::Soft);
    let face = faces.of(style.weight);
    let (wide, height) = (face.width(right, style.size), face.height(style.size));
    let what = What::Letters { text: right.to_owned(), style };
    let own = faces.of(text.style.weight);
    let inset = (text.style.leading() - own.height(text.style.size)) / 2.0;
    let taken = rows.first().and_then(|row| row.placed.first()).map_or(0.0, |it| it.x + it.width);
    match rows.as_mut_slice() {
        [row] if taken + 14.0 + wide <= COLUMN => {
            // Both stand on one line.
            let y = inset + own.ascent * text.style.size - face.ascent * style.size;
            row.placed.push(Placed { x: COLUMN - wide, y, width: wide, height, belongs, what });
        }
        _ => {
            let below = Text { style, above: 0.0, right: None, mark: None, says: right.to_owned(), ..text.clone() };
            let Belongs::Piece(number) = belongs else { return };
            if let Some(row) = rows.last_mut() {
                row.keep = true;
            }
            rows.extend(lines(&below, number, faces, true));
        }
    }
}

fn drawn(figure: &Figure, number: usize, faces: &Faces) -> Row {
    let belongs = if figure.words.is_some() { Belongs::Piece(number) } else { Belongs::Decoration };
    let shapes =
        figure.shapes.iter().map(|shape| Placed { belongs, ..decoration(shape.clone(), 0.0, 0.0, COLUMN, figure.height) });
    let labels = figure.labels.iter().map(|it| {
        let face = faces.of(it.style.weight);
        let (width, height) = (face.width(&it.text, it.style.size), face.height(it.style.size));
        let what = What::Letters { text: it.text.clone(), style: it.style };
        Placed { x: it.x, y: it.y, width, height, belongs, what }
    });
    Row { above: figure.above, height: figure.height, keep: false, bar: None, placed: shapes.chain(labels).collect() }
}

fn decoration(shape: Shape, x: f32, y: f32, width: f32, height: f32) -> Placed {
    Placed { x, y, width, height, belongs: Belongs::Decoration, what: What::Shape(shape) }
}

fn paginate(rows: Vec<Row>) -> Vec<Sheet> {
    let mut sheets = vec![Sheet::default()];
    let mut y = TOP;
    let mut rest = rows.into_iter().peekable();
    while rest.peek().is_some() {
        let mut together: Vec<Row> = Vec::new();
        for row in rest.by_ref() {
            let ends = !row.keep;
            together.push(row);
            if ends {
                break;
            }
        }
        let needed: f32 = together.iter().map(|row| row.above + row.height).sum();
        if y > TOP && y + needed > BOTTOM {
            sheets.push(Sheet::default());
            y = TOP;
        }
        for row in together {
            // What belongs together may be longer than a sheet.
            if y > TOP && y + row.above + row.height > BOTTOM {
                sheets.push(Sheet::default());
                y = TOP;
            }
            if let Some(sheet) = sheets.last_mut() {
                y = put(row, sheet, y);
            }
        }
    }
    sheets
}

/// Puts a row on a sheet below `y`; answers where it ends.
fn put(row: Row, sheet: &mut Sheet, y: f32) -> f32 {
    let begin = if y > TOP { y + row.above } else { y };
    let end = begin + row.height;
    if let Some((ink, goes_on)) = row.bar {
        let from = if goes_on { y } else { begin };
        let shape = Shape::rect(ink, 0.0, 0.0, 2.5, end - from);
        sheet.placed.push(decoration(shape, LEFT, from, 2.5, end - from));
    }
    sheet.placed.extend(row.placed.into_iter().map(|it| Placed { x: it.x + LEFT, y: it.y + begin, ..it }));
    end
}

fn foot(sheet: &mut Sheet, number: usize, of: usize, footer: &Footer, faces: &Faces) {
    let face = faces.of(FOOTING.weight);
    let count = fill(&footer.of, &[("n", &number.to_string()), ("of", &of.to_string())]);
    let wide = face.width(&count, FOOTING.size);
    let left = fitted(&footer.left, face, FOOTING.size, COLUMN - wide - 16.0);
    let rule = Shape::rect(Ink::Rule, 0.0, 0.0, COLUMN, 0.6);
    sheet.placed.push(decoration(rule, LEFT, FOOT, COLUMN, 0.6));
    for (text, x) in [(left, LEFT), (count, LEFT + COLUMN - wide)] {
        let (width, height) = (face.width(&text, FOOTING.size), face.height(FOOTING.size));
        let what = What::Letters { text, style: FOOTING };
        sheet.placed.push(Placed { x, y: FOOT + 6.0, width, height, belongs: Belongs::Footer, what });
    }
}
