//! The letters of the file: only those that are used are put into it, and each says which character it is, so that text can
//! be copied, searched and read aloud.

use super::super::Problem;
use super::super::face::{Face, Faces, Weight};
use super::{Numbers, compressed};
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish as _, Name, Pdf, Rect, Ref, Str};
use std::collections::BTreeMap;
use subsetter::GlyphRemapper;

const SYSTEM: SystemInfo<'static> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// Both fonts as far as they are used.
pub(super) struct Fonts<'f> {
    regular: Font<'f>,
    bold: Font<'f>,
}

/// Letters in a row, as the file writes them.
pub(super) struct Run {
    pub bytes: Vec<u8>,
    /// The text, when the font's signs stand for another one.
    pub real: Option<String>,
}

impl<'f> Fonts<'f> {
    pub(super) fn new(faces: &'f Faces, [regular, bold]: [Ref; 2]) -> Self {
        let regular = Font::new(faces.of(Weight::Regular), regular, b"R", b"AAAAAA+NotoSans-Regular");
        Self { regular, bold: Font::new(faces.of(Weight::Bold), bold, b"B", b"AAAAAA+NotoSans-Bold") }
    }

    /// The name that pages call it by, and its ascent in ems.
    pub(super) fn font(&self, weight: Weight) -> (Name<'static>, f32) {
        let font = match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        };
        (Name(font.name), font.face.ascent)
    }

    pub(super) fn names(&self) -> [(Name<'static>, Ref); 2] {
        [&self.regular, &self.bold].map(|font| (Name(font.name), font.id))
    }

    pub(super) fn runs(&mut self, text: &str, weight: Weight) -> Vec<Run> {
        match weight {
            Weight::Regular => self.regular.runs(text),
            Weight::Bold => self.bold.runs(text),
        }
    }

    pub(super) fn write(&self, pdf: &mut Pdf, numbers: &mut Numbers) -> Result<(), Problem> {
        self.regular.write(pdf, numbers)?;
        self.bold.write(pdf, numbers)
    }
}

struct Font<'f> {
    face: &'f Face,
    id: Ref,
    name: &'static [u8],
    base: &'static [u8],
    glyphs: GlyphRemapper,
    /// By the glyph's number in the file: the character that it says it is, and its width in thousandths of an em.
    said: BTreeMap<u16, (char, f32)>,
}

impl<'f> Font<'f> {
    fn new(face: &'f Face, id: Ref, name: &'static [u8], base: &'static [u8]) -> Self {
        Self { face, id, name, base, glyphs: GlyphRemapper::new(), said: BTreeMap::new() }
    }

    fn runs(&mut self, text: &str) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for c in text.chars() {
            let letter = self.face.letter(c);
            let glyph = self.glyphs.remap(letter.glyph);
            // What is not in the font says that it is the sign that stands there.
            let says = if letter.known { c } else { char::REPLACEMENT_CHARACTER };
            let (said, _) = *self.said.entry(glyph).or_insert((says, letter.advance * 1000.0));
            let real = said != c;
            if runs.last().is_none_or(|run| run.real.is_some() != real) {
                runs.push(Run { bytes: Vec::new(), real: real.then(String::new) });
            }
            if let Some(run) = runs.last_mut() {
                run.bytes.extend(glyph.to_be_bytes());
                run.real.iter_mut().for_each(|text| text.push(c));
            }
        }
        runs
    }

    fn write(&self, pdf: &mut Pdf, numbers: &mut Numbers) -> Result<(), Problem> {
        let ids = [numbers.next(), numbers.next(), numbers.next(), numbers.next()];
        let [cid, descriptor, characters, file] = ids;
        let mut written = pdf.type0_font(self.id);
        written.base_font(Name(self.base)).encoding_predefined(Name(b"Identity-H"));
        written.descendant_font(cid).to_unicode(characters);
        written.finish();

        let mut written = pdf.cid_font(cid);
        written.subtype(CidFontType::Type2).base_font(Name(self.base)).system_info(SYSTEM);
        written.font_descriptor(descriptor).default_width(0.0).cid_to_gid_map_predefined(Name(b"Identity"));
        let mut widths = written.widths();
        for (glyph, (_, width)) in &self.said {
            widths.consecutive(*glyph, [*width]);
        }
        widths.finish();
        written.finish();

        let thousandths = |ems: f32| ems * 1000.0;
        let ([left, lower, right, upper], capitals) = self.face.bounds();
        let bounds = Rect::new(thousandths(left), thousandths(lower), thousandths(right), thousandths(upper));
        let mut written = pdf.font_descriptor(descriptor);
        written.name(Name(self.base)).flags(FontFlags::SYMBOLIC).bbox(bounds).italic_angle(0.0);
        written.ascent(thousandths(self.face.ascent)).descent(-thousandths(self.face.descent));
        // Of no use where the font is inside; the form demands a number.
        written.cap_height(thousandths(capitals)).stem_v(95.0).font_file2(file);
        written.finish();

        let mut map: UnicodeCmap<u16> = UnicodeCmap::new(Name(b"Custom"), SYSTEM);
        for (glyph, (said, _)) in &self.said {
            map.pair(*glyph, *said);
        }
        let map = compressed(&map.finish().into_vec());
        pdf.cmap(characters, &map).filter(Filter::FlateDecode);

        let subset = subsetter::subset(self.face.bytes(), 0, &self.glyphs).map_err(|why| Problem::Refused(format!("{why:?}")))?;
        let length = i32::try_from(subset.len()).unwrap_or(i32::MAX);
        let small = compressed(&subset);
        pdf.stream(file, &small).filter(Filter::FlateDecode).pair(Name(b"Length1"), length);
        Ok(())
    }
}
