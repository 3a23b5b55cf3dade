//! What a letter consists of before it has a place: texts with their style, lists and pictures.

use super::face::Weight;
use super::mark::{Mark, Shape};

/// Sizes and distances are in points, 1/72 inch.
pub(super) mod size {
    pub(in super::super) const TITLE: f32 = 11.0;
    pub(in super::super) const ANSWER: f32 = 18.0;
    pub(in super::super) const HEADING: f32 = 14.0;
    pub(in super::super) const BODY: f32 = 10.5;
    pub(in super::super) const NOTE: f32 = 9.5;
    pub(in super::super) const SMALL: f32 = 8.5;
    /// What a mark takes at the left of its text.
    pub(in super::super) const MARK: f32 = 18.0;
}

/// A colour, by what it is for. None carries a meaning that a word or a shape does not say too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Text,
    Soft,
    Rule,
    Paper,
    Good,
    Bad,
    Care,
    Turn,
}

impl Ink {
    /// Red, green, blue. On white each text colour has a contrast of at least 6 : 1.
    pub(super) const fn rgb(self) -> (u8, u8, u8) {
        match self {
            Self::Text => (0x1f, 0x1e, 0x1b),
            Self::Soft => (0x5b, 0x58, 0x52),
            Self::Rule => (0xdd, 0xd8, 0xcd),
            Self::Paper => (0xff, 0xff, 0xff),
            Self::Good => (0x1c, 0x64, 0x37),
            Self::Bad => (0x9c, 0x24, 0x18),
            Self::Care => (0x7a, 0x4f, 0x00),
            Self::Turn => (0x1d, 0x4c, 0x8a),
        }
    }
}

/// How a text looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Style {
    pub weight: Weight,
    pub size: f32,
    pub ink: Ink,
}

impl Style {
    pub(super) const fn of(weight: Weight, size: f32, ink: Ink) -> Self {
        Self { weight, size, ink }
    }

    /// From one line of letters to the next.
    pub(super) fn leading(self) -> f32 {
        self.size * 1.45
    }
}

/// What a text is to a screen reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Heading(u16),
    Paragraph,
}

/// A text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Text {
    pub role: Role,
    pub says: String,
    pub style: Style,
    /// Space above it, except at the top of a sheet.
    pub above: f32,
    pub indent: f32,
    pub mark: Option<Mark>,
    /// A line along its left side.
    pub bar: Option<Ink>,
    /// A few words at the right end of its first line, when they fit there, else below.
    pub right: Option<String>,
    /// Never the last on a sheet while something follows.
    pub keep: bool,
}

impl Text {
    pub(super) fn new(says: impl Into<String>, style: Style) -> Self {
        let says = says.into();
        Self { role: Role::Paragraph, says, style, above: 3.0, indent: 0.0, mark: None, bar: None, right: None, keep: false }
    }

    pub(super) fn heading(says: impl Into<String>, level: u16, style: Style) -> Self {
        Self { role: Role::Heading(level), keep: true, ..Self::new(says, style) }
    }

    pub(super) fn above(self, above: f32) -> Self {
        Self { above, ..self }
    }

    pub(super) fn marked(self, mark: Mark) -> Self {
        Self { mark: Some(mark), ..self }.inside()
    }

    /// Below a marked text.
    pub(super) fn inside(self) -> Self {
        Self { indent: size::MARK, ..self }
    }

    pub(super) fn barred(self, ink: Ink) -> Self {
        Self { bar: Some(ink), indent: 14.0, ..self }
    }

    pub(super) fn kept(self) -> Self {
        Self { keep: true, ..self }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.says.trim().is_empty()
    }
}

/// Something drawn over the whole width.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Figure {
    pub height: f32,
    pub above: f32,
    pub shapes: Vec<Shape>,
    pub labels: Vec<Label>,
    /// The same in words; none when the text beside it says it already.
    pub words: Option<String>,
}

/// A few letters in a picture; their upper left corner, from the picture's.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Label {
    pub text: String,
    pub style: Style,
    pub x: f32,
    pub y: f32,
}

/// A part of the letter.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    Text(Text),
    List(Vec<Vec<Text>>),
    Figure(Figure),
}
