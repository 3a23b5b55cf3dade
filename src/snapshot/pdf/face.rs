//! The two fonts inside the program: which glyph a letter has, and how wide it is. Letters are set one after another, so
//! scripts that join or reorder their letters are not printed with them; what a font lacks is shown as `�` and told.

use std::cell::RefCell;
use std::collections::HashMap;

/// Noto Sans with the letters of Latin, Greek and Cyrillic; `assets/fonts/README.md` says how the files were made.
const REGULAR: &[u8] = include_bytes!("../../../assets/fonts/NotoSans-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../../../assets/fonts/NotoSans-Bold.ttf");

/// What stands where a letter cannot be printed.
const LOST: char = '\u{fffd}';

/// How heavy the letters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    Bold,
}

/// Both fonts.
pub(super) struct Faces {
    regular: Face,
    bold: Face,
}

impl Faces {
    /// None when a file of the program is broken.
    pub(super) fn built_in() -> Option<Self> {
        Some(Self { regular: Face::read(REGULAR)?, bold: Face::read(BOLD)? })
    }

    pub(super) fn of(&self, weight: Weight) -> &Face {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }
}

/// A letter as a font draws it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Letter {
    pub glyph: u16,
    /// In ems.
    pub advance: f32,
    /// The font has it; else the glyph is that of [`LOST`].
    pub known: bool,
}

/// One font.
pub(super) struct Face {
    bytes: &'static [u8],
    font: ttf_parser::Face<'static>,
    /// In ems, above and below the line that letters stand on; both positive.
    pub ascent: f32,
    pub descent: f32,
    em: f32,
    lost: ttf_parser::GlyphId,
    letters: RefCell<HashMap<char, Letter>>,
}

impl Face {
    fn read(bytes: &'static [u8]) -> Option<Self> {
        let font = ttf_parser::Face::parse(bytes, 0).ok()?;
        let em = f32::from(font.units_per_em());
        let (ascent, descent) = (f32::from(font.ascender()) / em, -f32::from(font.descender()) / em);
        let lost = font.glyph_index(LOST)?;
        Some(Self { bytes, font, ascent, descent, em, lost, letters: RefCell::default() })
    }

    /// The file.
    pub(super) fn bytes(&self) -> &'static [u8] {
        self.bytes
    }

    /// Left, lower, right and upper end of the largest letter and the height of capitals, in ems.
    pub(super) fn bounds(&self) -> ([f32; 4], f32) {
        let all = self.font.global_bounding_box();
        let capitals = self.font.capital_height().map_or(self.ascent, |it| f32::from(it) / self.em);
        ([all.x_min, all.y_min, all.x_max, all.y_max].map(|it| f32::from(it) / self.em), capitals)
    }

    pub(super) fn letter(&self, c: char) -> Letter {
        if let Some(letter) = self.letters.borrow().get(&c) {
            return *letter;
        }
        let found = self.font.glyph_index(c).filter(|glyph| glyph.0 != 0);
        let glyph = found.unwrap_or(self.lost);
        let advance = f32::from(self.font.glyph_hor_advance(glyph).unwrap_or_default()) / self.em;
        let letter = Letter { glyph: glyph.0, advance, known: found.is_some() };
        self.letters.borrow_mut().insert(c, letter);
        letter
    }

    /// In points, at `size` points.
    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|c| self.letter(c).advance).sum::<f32>() * size
    }

    /// Whether every letter can be printed.
    pub(super) fn knows(&self, text: &str) -> bool {
        text.chars().all(|c| self.letter(c).known)
    }

    /// The height of a line's letters in points, at `size` points.
    pub(super) fn height(&self, size: f32) -> f32 {
        (self.ascent + self.descent) * size
    }
}
