//! STAND-IN until the real layout is merged: the page as PDF.

use super::model::Page;
use super::words::Words;

/// Why there is no PDF.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the page could not be laid out")]
pub struct Problem;

/// The page as PDF.
///
/// # Errors
/// It could not be laid out.
pub fn render(page: &Page, words: &Words) -> Result<Vec<u8>, Problem> {
    let text = super::markdown::render(page, words);
    if text.is_empty() { Err(Problem) } else { Ok([b"%PDF-1.7\n".as_slice(), text.as_bytes()].concat()) }
}
