//! The page as one HTML file in the dress of the founder's page: no script, no request, every text escaped by the template.

use super::{Page, Part};
use crate::look::points::Weight;
use askama::Template as _;
use base64::Engine as _;
use sha2::Digest as _;
use std::sync::LazyLock;

const STYLE: &str = include_str!("../../../templates/snapshot.css");

/// What the content policy knows the style sheet by.
static STYLE_DIGEST: LazyLock<String> = LazyLock::new(|| {
    let digest = sha2::Sha256::digest(STYLE.as_bytes());
    format!("sha256-{}", base64::engine::general_purpose::STANDARD.encode(digest))
});

#[derive(askama::Template)]
#[template(path = "look.html", whitespace = "minimize")]
struct Sheet<'a> {
    page: &'a Page,
    style: &'static str,
    style_digest: &'static str,
}

impl Sheet<'_> {
    fn tone(&self) -> &'static str {
        match self.page.worst {
            Some(Weight::Emergency) => "no",
            Some(Weight::Mend) => "risks",
            _ => "unknown",
        }
    }

    fn mark(&self) -> &'static str {
        match self.page.worst {
            Some(Weight::Emergency) => "✕",
            Some(Weight::Mend) => "△",
            _ => "?",
        }
    }

    fn card(part: &Part) -> &'static str {
        match part.weight {
            Weight::Emergency => "urgent",
            Weight::Mend => "later",
            Weight::Key => "asked",
            Weight::Know => "",
        }
    }
}

pub(super) fn render(page: &Page) -> String {
    let mut text = String::new();
    #[expect(clippy::expect_used, reason = "the template only writes into a string, which cannot fail")]
    Sheet { page, style: STYLE, style_digest: &STYLE_DIGEST }.render_into(&mut text).expect("a string takes every text");
    text
}
