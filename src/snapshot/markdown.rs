//! STAND-IN until the real layout is merged: the page as Markdown.

use super::model::Page;
use super::words::Words;

/// The page as Markdown.
#[must_use]
pub fn render(page: &Page, _words: &Words) -> String {
    let value = serde_json::to_value(page).unwrap_or_default();
    let mut out = String::new();
    for (_, leaf) in super::read::leaves(&value) {
        out.push_str(&leaf.as_str().map_or_else(|| leaf.to_string(), str::to_owned));
        out.push_str("\n\n");
    }
    out
}
