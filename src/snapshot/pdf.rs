//! The page as a PDF on A4: a calm letter, tagged for screen readers, its fonts inside, made without a browser.
//! It adds no word of its own, cuts nothing, and the same page gives the same bytes.

mod draw;
mod face;
mod figure;
mod layout;
mod letter;
mod mark;
mod part;
#[cfg(test)]
mod tests;
mod wrap;

use super::model::Page;
use super::words::Words;
use face::Faces;

/// Why there is no PDF.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The program's own fonts could not be read.
    #[error("the built-in font could not be read")]
    Font,
    /// The library that writes the file refused it.
    #[error("the PDF could not be written: {0}")]
    Refused(String),
}

/// The page as the bytes of a PDF file.
///
/// # Errors
/// [`Problem`]: only for a fault of the program; every page can be printed.
pub fn render(page: &Page, words: &Words) -> Result<Vec<u8>, Problem> {
    let faces = Faces::built_in().ok_or(Problem::Font)?;
    let parts = letter::letter(page, words, &faces);
    let sheets = layout::sheets(&parts, &faces, &layout::Footer::of(page, words));
    draw::draw(&parts, &sheets, &faces, page, words)
}
