//! The record inside the page: put in, and taken out again byte for byte. It judges nothing; `seal` and `verify` do.

use super::super::model::Page;
use super::super::seal::Record;
use super::super::words::Words;
use crate::domain::Digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::{DeflateDecoder, DeflateEncoder};
use std::io::Read as _;

const OPENING: &str = "<meta name=\"rescue-record\" content=\"";
const CLOSING: &str = "\">\n";
const HEAD_ENDS: &str = "</head>";
/// The most bytes of a record's JSON: a file that unfolds into more is not ours.
pub(super) const MOST: u64 = 64 * 1024 * 1024;

/// [`super::render`]'s text with the record in its head. No text of a page can look like the place: all of it is escaped.
#[must_use]
pub fn with_record(page: &Page, words: &Words, record: &Record) -> String {
    let text = super::render(page, words);
    let Some((before, after)) = text.split_once(HEAD_ENDS) else { return text };
    [before, OPENING, &pack(record), CLOSING, HEAD_ENDS, after].concat()
}

/// The page as it was before the record was put in, and the record; none when there is none that can be read.
#[must_use]
pub fn take_apart(text: &str) -> Option<(String, Record)> {
    let (before, rest) = text.split_once(OPENING)?;
    let (packed, after) = rest.split_once(CLOSING)?;
    Some((before.to_owned() + after, unpack(packed)?))
}

/// About how many bytes the record of a page takes, without a signature.
pub(super) fn size(page: &Page) -> usize {
    OPENING.len() + CLOSING.len() + pack(&Record::seal(page.clone(), Digest::of(""))).len()
}

fn pack(record: &Record) -> String {
    let json = serde_json::to_vec(record).unwrap_or_default();
    let mut deflated = Vec::new();
    #[expect(clippy::expect_used, reason = "both ends are memory, and the encoder takes every byte")]
    DeflateEncoder::new(json.as_slice(), Compression::best()).read_to_end(&mut deflated).expect("memory can be deflated");
    STANDARD.encode(deflated)
}

fn unpack(packed: &str) -> Option<Record> {
    let deflated = STANDARD.decode(packed).ok()?;
    let mut json = String::new();
    let read = DeflateDecoder::new(deflated.as_slice()).take(MOST).read_to_string(&mut json).ok()?;
    if read as u64 == MOST {
        return None;
    }
    Record::read(&json).ok()
}
