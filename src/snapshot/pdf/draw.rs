//! Writes placed things as the objects of a PDF: pages, their contents, an outline, the fonts that are used, and the tree
//! that tells a screen reader what each text is. The same sheets give the same bytes.

mod contents;
mod fonts;
mod tree;

use super::super::model::Page;
use super::super::seal;
use super::super::words::{Words, fill};
use super::Problem;
use super::face::Faces;
use super::layout::{HEIGHT, Piece, Sheet, WIDTH, pieces};
use super::part::{Part, Role};
use chrono::{Datelike as _, Timelike as _};
use contents::Spot;
use fonts::Fonts;
use pdf_writer::types::TabOrder;
use pdf_writer::{Date, Filter, Finish as _, Name, Pdf, Rect, Ref, TextStr};
use std::io::Write as _;

/// Numbers for objects, each given once.
struct Numbers(i32);

impl Numbers {
    fn next(&mut self) -> Ref {
        self.0 += 1;
        Ref::new(self.0)
    }
}

/// The file.
///
/// # Errors
/// [`Problem::Refused`] when a font cannot be made smaller.
pub(super) fn draw(parts: &[Part], sheets: &[Sheet], faces: &Faces, page: &Page, words: &Words) -> Result<Vec<u8>, Problem> {
    let mut numbers = Numbers(0);
    let (catalog, info, root) = (numbers.next(), numbers.next(), numbers.next());
    let papers: Vec<Ref> = sheets.iter().map(|_| numbers.next()).collect();
    let mut pdf = Pdf::new();
    pdf.set_version(1, 7);
    let id = seal::content(page).0.into_bytes();
    pdf.set_file_id((id.clone(), id));

    let mut fonts = Fonts::new(faces, [numbers.next(), numbers.next()]);
    let mut spots: Vec<Spot> = Vec::new();
    for (at, (sheet, paper)) in sheets.iter().zip(&papers).enumerate() {
        let stream = compressed(&contents::contents(sheet, at, &mut fonts, &mut spots));
        let held = numbers.next();
        pdf.stream(held, &stream).filter(Filter::FlateDecode);
        let mut written = pdf.page(*paper);
        written.parent(root).media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT)).contents(held);
        written.struct_parents(i32::try_from(at).unwrap_or(i32::MAX)).tab_order(TabOrder::StructureOrder);
        let mut resources = written.resources();
        resources.fonts().pairs(fonts.names());
    }
    pdf.pages(root).kids(papers.iter().copied()).count(i32::try_from(papers.len()).unwrap_or(i32::MAX));
    fonts.write(&mut pdf, &mut numbers)?;

    let outline = outline(&mut pdf, &mut numbers, parts, &spots, &papers);
    let tree = tree::tree(&mut pdf, &mut numbers, parts, &spots, &papers);
    let title = fill(&words.title, &[("title", page.title.as_str())]);
    let mut written = pdf.document_info(info);
    written.title(TextStr(&title)).creator(TextStr(&page.method.tool)).creation_date(date(page));
    written.finish();
    let mut written = pdf.catalog(catalog);
    written.pages(root).lang(TextStr(&page.language));
    written.viewer_preferences().display_doc_title(true);
    written.mark_info().marked(true);
    written.pair(Name(b"StructTreeRoot"), tree);
    if let Some(outline) = outline {
        written.outlines(outline);
    }
    written.finish();
    Ok(pdf.finish())
}

fn date(page: &Page) -> Date {
    let small = |it: u32| u8::try_from(it).unwrap_or_default();
    let (day, time) = (page.moment.date_naive(), page.moment.time());
    let date = Date::new(u16::try_from(day.year()).unwrap_or_default()).month(small(day.month())).day(small(day.day()));
    date.hour(small(time.hour()))
        .minute(small(time.minute()))
        .second(small(time.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0)
}

/// The headings, for the side of a reader's window.
fn outline(pdf: &mut Pdf, numbers: &mut Numbers, parts: &[Part], spots: &[Spot], papers: &[Ref]) -> Option<Ref> {
    let mut entries: Vec<(&str, Ref, f32)> = Vec::new();
    for (number, piece) in pieces(parts).enumerate() {
        let Piece::Text(text) = piece else { continue };
        if !matches!(text.role, Role::Heading(1 | 2)) {
            continue;
        }
        let spot = spots.iter().find(|spot| spot.piece == number);
        if let Some((spot, paper)) = spot.and_then(|spot| Some((spot, *papers.get(spot.sheet)?))) {
            entries.push((&text.says, paper, HEIGHT - spot.top));
        }
    }
    let root = numbers.next();
    let items: Vec<Ref> = entries.iter().map(|_| numbers.next()).collect();
    let count = i32::try_from(items.len()).unwrap_or(i32::MAX);
    pdf.outline(root).first(*items.first()?).last(*items.last()?).count(count);
    for (at, ((title, paper, top), item)) in entries.iter().zip(&items).enumerate() {
        let mut written = pdf.outline_item(*item);
        written.title(TextStr(title)).parent(root);
        if let Some(before) = at.checked_sub(1).and_then(|at| items.get(at)) {
            written.prev(*before);
        }
        if let Some(after) = items.get(at + 1) {
            written.next(*after);
        }
        written.dest().page(*paper).xyz(0.0, *top, None);
    }
    Some(root)
}

fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    // Writing into memory does not fail.
    encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default()
}
