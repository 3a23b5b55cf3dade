//! Searches what is too large to hold: in windows that overlap so far that whatever is found in the whole is found in
//! one of them. Memory stays constant, whatever a file's size, and a stop is obeyed between windows.

use super::look::{Look, Looked, Place};
use super::place::PathTraits;
use super::report::Leak;
use super::text::{self, Encoding};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{ErrorKind, Read};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use zeroize::{Zeroize, Zeroizing};

/// How a file is cut. `core` is a multiple of the piece that rules for whole files look at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Windows {
    /// Bytes by which a window moves on.
    pub core: usize,
    /// Bytes before and after that are seen too: more than the longest key with all that stands around it.
    pub margin: usize,
}

impl Default for Windows {
    fn default() -> Self {
        Self { core: 4 << 20, margin: 3 * super::engine::PIECE }
    }
}

/// How the reading ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    AtTheEnd,
    /// After so many bytes as were allowed.
    PastMost,
    Unreadable,
    Stopped,
}

/// What came of a look into a large file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LookedThrough {
    pub looked: Looked,
    pub ended: Ended,
    /// Bytes that were read.
    pub bytes: u64,
}

/// Adjacent windows may count a letter differently where they meet; what is met twice has one name.
const SLACK: usize = 16;

/// Searches all that `from` gives, at most `most` bytes, and adds its leaks, as [`Look::search`] does.
pub(crate) fn search(
    look: Look<'_>,
    place: Place<'_>,
    from: &mut dyn Read,
    most: u64,
    windows: Windows,
    stop: &AtomicBool,
    leaks: &mut BTreeMap<String, Leak>,
) -> LookedThrough {
    let traits = PathTraits::of(place.path);
    let size = windows.core + 2 * windows.margin;
    let mut window: Zeroizing<Vec<u8>> = Zeroizing::new(Vec::with_capacity(size));
    let mut told = LookedThrough { looked: Looked::Binary, ended: Ended::AtTheEnd, bytes: 0 };
    let (mut head, mut lines, mut whole_file) = (0, 0_usize, None);
    loop {
        if stop.load(Ordering::Relaxed) {
            told.ended = Ended::Stopped;
            return told;
        }
        let filled = fill(&mut window, size, from);
        told.bytes += filled.bytes;
        if filled.failed {
            told.ended = Ended::Unreadable;
        } else if told.bytes > most {
            told.ended = Ended::PastMost;
        }
        let last = filled.at_the_end || told.ended != Ended::AtTheEnd;
        let end = if last { window.len() } else { window.len().saturating_sub(windows.margin) };
        let drop = end.saturating_sub(windows.margin);
        let first = head == 0;
        let encoding = match whole_file {
            Some(encoding) => encoding,
            None => text::encoding(&window),
        };
        if let (true, Encoding::Utf16 { little, .. }) = (first, encoding) {
            whole_file = Some(Encoding::Utf16 { little, skip: 0 });
        }
        let parts = match encoding {
            Encoding::Binary => islands(&window).into_iter().map(|part| (text::encoding(bytes(&window, &part)), part)).collect(),
            _ => vec![(encoding, 0..window.len())],
        };
        let mut dropped = None;
        for (encoding, part) in parts {
            let lines = lines + newlines(window.get(..part.start).unwrap_or_default());
            let Some(text) = text::read(bytes(&window, &part), encoding) else { continue };
            // Where the bytes of the window are in the text: elsewhere, if they are of another encoding.
            let place_of = |at: usize| {
                let before = bytes(&window, &(part.start..at.clamp(part.start, part.end)));
                match text {
                    Cow::Borrowed(_) => before.len(),
                    Cow::Owned(_) => text::read(before, encoding).map_or(0, |it| Zeroizing::new(it.into_owned()).len()),
                }
            };
            let keep = place_of(head).saturating_sub(SLACK)..place_of(end).saturating_add(SLACK);
            let looked = look.search_part(place, traits, &text, keep, lines, leaks);
            told.looked = if looked.cut || told.looked == Looked::Cut { Looked::Cut } else { Looked::Whole };
            if part == (0..window.len()) {
                dropped = Some(lines + newlines(text.get(..place_of(drop)).unwrap_or_default()));
            }
            if let Cow::Owned(mut copy) = text {
                copy.zeroize();
            }
        }
        lines = dropped.unwrap_or_else(|| lines + newlines(window.get(..drop).unwrap_or_default()));
        if last {
            return told;
        }
        window.drain(..drop);
        head = windows.margin;
    }
}

struct Filled {
    bytes: u64,
    at_the_end: bool,
    failed: bool,
}

/// Reads until the window is full, or nothing more comes.
fn fill(window: &mut Vec<u8>, size: usize, from: &mut dyn Read) -> Filled {
    let had = window.len();
    let missing = (size - had.min(size)) as u64;
    let result = from.take(missing).read_to_end(window);
    let failed = result.is_err_and(|error| error.kind() != ErrorKind::Interrupted);
    Filled { bytes: (window.len() - had) as u64, at_the_end: window.len() < size, failed }
}

/// Zeros in a row that part a file: what was never written of a sparse one, or the blocks of an image of a disk.
const GAP: [u8; 256] = [0; 256];

/// The parts of a window between long rows of zeros. None if there is but one: then it was looked at as what it is.
fn islands(window: &[u8]) -> Vec<Range<usize>> {
    let mut islands = Vec::new();
    let mut from = 0;
    while let Some(start) = window.get(from..).and_then(|rest| rest.iter().position(|byte| *byte != 0)) {
        // A letter of two bytes may begin with a zero.
        let start = (from + start) & !1;
        let length = window.get(start..).and_then(|rest| memchr::memmem::find(rest, &GAP)).unwrap_or(window.len() - start);
        from = start + length.max(2);
        islands.push(start..from.min(window.len()));
    }
    if islands.iter().any(|it| it.len() == window.len()) { Vec::new() } else { islands }
}

fn bytes<'w>(window: &'w [u8], part: &Range<usize>) -> &'w [u8] {
    window.get(part.clone()).unwrap_or_default()
}

fn newlines(text: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', text).count()
}

#[cfg(test)]
mod tests;
