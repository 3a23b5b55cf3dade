//! A page as one HTML file: no script, no request, every text escaped by the template. It lays out what the page and the
//! language hold, adds no sentence of its own, and shortens only where the file would become too large, saying so.

mod course;
mod record;
mod sheet;

#[cfg(test)]
mod tests;

use super::model::Page;
use super::words::Words;
use askama::Template as _;
use sheet::{ROOMS, Sheet};

pub use record::{take_apart, with_record};

/// The bytes that fit beside any record of 400 points, so that the record of such a page need not be measured.
const SMALL: usize = 100_000;
/// The bytes of page and record together: 200 KB less the room for a signature.
const WHOLE: usize = 196 * 1024;

/// The page without a record: the same page and language give the same bytes.
#[must_use]
#[expect(clippy::missing_panics_doc, reason = "it cannot: the template only writes into a string")]
pub fn render(page: &Page, words: &Words) -> String {
    let mut text = String::new();
    let mut limit = None;
    for room in ROOMS {
        text.clear();
        #[expect(clippy::expect_used, reason = "the template only writes into a string, which cannot fail")]
        Sheet::new(page, words, room).render_into(&mut text).expect("a string takes every text");
        if text.len() <= SMALL || text.len() <= *limit.get_or_insert_with(|| WHOLE.saturating_sub(record::size(page))) {
            break;
        }
    }
    text
}
