//! STAND-IN until the real layout is merged: the page as plain HTML, and the record inside it.

use super::model::Page;
use super::seal::Record;
use super::words::Words;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use std::io::{Read as _, Write as _};

const MOST: u64 = 16 << 20;
const OPENING: &str = "<meta name=\"rescue-record\" content=\"";

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The page without a record.
#[must_use]
pub fn render(page: &Page, words: &Words) -> String {
    let mut out = format!("<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n", escape(&words.language));
    out.push_str(&format!("<title>{}</title>\n</head>\n<body>\n", escape(page.title.as_str())));
    let value = serde_json::to_value(page).unwrap_or_default();
    for (_, leaf) in super::read::leaves(&value) {
        let text = leaf.as_str().map_or_else(|| leaf.to_string(), str::to_owned);
        out.push_str(&format!("<p>{}</p>\n", escape(&text)));
    }
    out.push_str("</body>\n</html>\n");
    out
}

/// The page with its record in the head.
#[must_use]
pub fn with_record(page: &Page, words: &Words, record: &Record) -> String {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
    let _ = packed.write_all(serde_json::to_string(record).unwrap_or_default().as_bytes());
    let inside = STANDARD.encode(packed.finish().unwrap_or_default());
    render(page, words).replacen("</head>", &format!("{OPENING}{inside}\">\n</head>"), 1)
}

/// The page without its record, and the record.
#[must_use]
pub fn take_apart(text: &str) -> Option<(String, Record)> {
    let (before, rest) = text.split_once(OPENING)?;
    let (inside, after) = rest.split_once("\">\n")?;
    let packed = STANDARD.decode(inside).ok()?;
    let mut json = String::new();
    ZlibDecoder::new(packed.as_slice()).take(MOST).read_to_string(&mut json).ok()?;
    Some((format!("{before}{after}"), Record::read(&json).ok()?))
}
