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

/// The most bytes of a page without its record. The record of 400 points has some 90 000, and both have to fit into
/// 200 KB.
const LIMIT: usize = 100_000;

/// The page without a record: the same page and language give the same bytes.
#[must_use]
pub fn render(page: &Page, words: &Words) -> String {
    let mut text = String::new();
    for room in ROOMS {
        text.clear();
        #[expect(clippy::expect_used, reason = "the template only writes into a string, which cannot fail")]
        Sheet::new(page, words, room).render_into(&mut text).expect("a string takes every text");
        if text.len() <= LIMIT {
            break;
        }
    }
    text
}
