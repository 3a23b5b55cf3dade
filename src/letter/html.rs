//! The letter as one HTML file in the dress of the founder's page: no script, no request, every text escaped by the
//! template. It lays out what the letter holds and adds no sentence of its own.

use super::model::{Ask, Block, Letter};
use super::words::LetterWords;
use crate::snapshot::words::fill;
use askama::Template as _;
use base64::Engine as _;
use sha2::Digest as _;
use std::sync::LazyLock;

/// The sheet of the founder's page, and what only a letter has.
const STYLE: &str = concat!(include_str!("../../templates/snapshot.css"), include_str!("../../templates/letter.css"));

/// What the content policy knows the style sheet by.
static STYLE_DIGEST: LazyLock<String> = LazyLock::new(|| {
    let digest = sha2::Sha256::digest(STYLE.as_bytes());
    format!("sha256-{}", base64::engine::general_purpose::STANDARD.encode(digest))
});

/// A letter on its way through the template.
#[derive(askama::Template)]
#[template(path = "letter.html", whitespace = "minimize")]
struct Sheet<'a> {
    letter: &'a Letter,
    words: &'a LetterWords,
    style: &'static str,
    style_digest: &'static str,
}

impl Sheet<'_> {
    fn is_several(&self) -> bool {
        self.letter.asks.len() > 1
    }

    /// The title with its number, where there are several.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "a template hands over references")]
    fn numbered(&self, at: &usize, ask: &Ask) -> String {
        if self.is_several() {
            fill(&self.words.head.numbered, &[("n", &at.to_string()), ("title", ask.title.as_str())])
        } else {
            ask.title.to_string()
        }
    }
}

#[expect(clippy::unused_self, reason = "a template finds what it calls by its page")]
impl Sheet<'_> {
    /// It is signed, so that it stays on one sheet.
    fn is_signed(&self, ask: &Ask) -> bool {
        ask.blocks.iter().any(|it| matches!(it, Block::Sign(_)))
    }

    fn urgent(&self, ask: &Ask) -> bool {
        ask.opens.urgent() > 0
    }
}

/// The letter as a page: the same letter and language give the same bytes.
#[must_use]
#[expect(clippy::missing_panics_doc, reason = "it cannot: the template only writes into a string")]
pub fn render(letter: &Letter, words: &LetterWords) -> String {
    #[expect(clippy::expect_used, reason = "the template only writes into a string, which cannot fail")]
    Sheet { letter, words, style: STYLE, style_digest: &STYLE_DIGEST }.render().expect("a string takes every text")
}
