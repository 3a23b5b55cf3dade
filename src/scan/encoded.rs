//! Finds stretches of base64 that hold text, on one line or wrapped, and gives that text: a service account in one
//! variable, a manifest of Kubernetes, a source map in a bundle. One level only; what is inside is wiped after the search.

use super::proof;
use std::cell::Cell;
use std::ops::Range;
use zeroize::Zeroizing;

/// Shorter stretches are words.
const SHORTEST: usize = 40;
/// Bytes of one stretch that are decoded, so that memory stays bounded whatever a file holds.
const LONGEST: usize = 16 << 20;
/// A stretch up to this length is one value: what is found in it stands for all of it.
const ONE_VALUE: usize = 64 * 1024;

/// A stretch and the text in it.
pub(super) struct Encoded {
    pub at: Range<usize>,
    pub inside: Zeroizing<Vec<u8>>,
    /// On one line: a place inside can be told from a place in the decoded text.
    straight: bool,
}

impl Encoded {
    /// Where in the original the decoded bytes `inside` stand: the whole stretch, unless it is too long to be one value.
    pub(super) fn place(&self, inside: &Range<usize>) -> Range<usize> {
        if self.at.len() <= ONE_VALUE || !self.straight {
            return self.at.clone();
        }
        let start = self.at.start + inside.start / 3 * 4;
        start..(self.at.start + inside.end.div_ceil(3) * 4).min(self.at.end)
    }
}

/// Every stretch of `text` that decodes to text, in order. Sets `wraps` where one goes on in the next line, so that what it
/// is may be decided far away.
pub(super) fn encoded<'t>(text: &'t [u8], wraps: &'t Cell<bool>) -> impl Iterator<Item = Encoded> + 't {
    let mut past = 0;
    stretches(text).filter_map(move |at| {
        if at.start < past {
            return None;
        }
        // Where a text begins inside of a stretch, nobody knows at which of four letters a byte begins.
        let shifts = if at.start == 0 { 0..4 } else { 0..1 };
        let start = shifts.map(|shift| at.start + shift).find(|start| text.get(*start..).is_some_and(begins_with_text))?;
        let one = straight(text, start..at.end)?;
        let found = wrapped(text, start..at.end, wraps).unwrap_or(one);
        past = found.at.end;
        Some(found)
    })
}

fn straight(text: &[u8], at: Range<usize>) -> Option<Encoded> {
    let digits = text.get(at.start..at.end.min(at.start + LONGEST))?;
    let padding = text.get(at.end..)?.iter().take(2).take_while(|byte| **byte == b'=').count();
    let inside = decoded(digits)?;
    Some(Encoded { at: at.start..at.end + padding, inside, straight: true })
}

/// A stretch that goes on in the next lines, as tools wrap it: lines of one length, the last one shorter.
fn wrapped(text: &[u8], first: Range<usize>, wraps: &Cell<bool>) -> Option<Encoded> {
    let width = first.len();
    let mut digits = Zeroizing::new(text.get(first.clone())?.to_vec());
    let mut end = first.end;
    loop {
        let rest = text.get(end..)?;
        let gap = rest.iter().take(64).take_while(|byte| byte.is_ascii_whitespace()).count();
        let line = rest.get(gap..)?;
        let length = line.iter().take(width + 1).take_while(|byte| is_base64(**byte)).count();
        if !rest.get(..gap)?.contains(&b'\n') || !(1..=width).contains(&length) || digits.len() + length > LONGEST {
            break;
        }
        digits.extend_from_slice(line.get(..length)?);
        end += gap + length;
        if length < width {
            break;
        }
    }
    if end == first.end {
        return None;
    }
    wraps.set(true);
    let padding = text.get(end..)?.iter().take(2).take_while(|byte| **byte == b'=').count();
    let inside = decoded(&digits)?;
    Some(Encoded { at: first.start..end + padding, inside, straight: false })
}

fn decoded(digits: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    // A stretch that was cut has up to three letters too many.
    let whole = digits.len() - usize::from(digits.len() % 4 == 1);
    let inside = Zeroizing::new(proof::base64(digits.get(..whole)?)?);
    let is_text = std::str::from_utf8(&inside).map_or_else(|error| error.error_len().is_none(), |_| true);
    (is_text && !inside.iter().any(|byte| is_control(*byte))).then_some(inside)
}

/// Every stretch of digits that is long enough. Looks at every fortieth byte first, and back from there: most text is
/// passed by without being read.
fn stretches(text: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let (mut from, mut known) = (0, 0);
    std::iter::from_fn(move || {
        loop {
            let probe = from + SHORTEST - 1;
            if !is_base64(*text.get(probe)?) {
                from = probe + 1;
                known = from;
                continue;
            }
            let unknown = text.get(known.max(from)..probe)?;
            if let Some(back) = unknown.iter().rev().position(|byte| !is_base64(*byte)) {
                from = probe - back;
                known = probe + 1;
                continue;
            }
            let more = text.get(probe..)?.iter().position(|byte| !is_base64(*byte));
            let end = more.map_or(text.len(), |more| probe + more);
            let start = from;
            from = end + 1;
            known = from;
            return Some(start..end);
        }
    })
}

/// The value of a digit; 64: it is none.
static DIGITS: [u8; 256] = digits();

const fn digits() -> [u8; 256] {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut table = [64; 256];
    let mut rest: &[u8] = letters;
    let mut value = 0;
    while let [letter, more @ ..] = rest {
        #[expect(clippy::indexing_slicing, reason = "a byte is an index of 256, and this runs when compiled")]
        {
            table[*letter as usize] = value;
        }
        rest = more;
        value += 1;
    }
    table
}

#[inline]
fn is_base64(byte: u8) -> bool {
    DIGITS.get(usize::from(byte)).is_some_and(|value| *value < 64)
}

/// Whether the first twelve decoded bytes are text in ASCII. Most stretches are digests, and fail at the first.
fn begins_with_text(stretch: &[u8]) -> bool {
    let value = |byte: &u8| u32::from(DIGITS.get(usize::from(*byte)).copied().unwrap_or(0));
    let mut quads = stretch.chunks_exact(4).take(4);
    quads.len() == 4
        && quads.all(|quad| {
            let bits = quad.iter().fold(0_u32, |bits, byte| bits << 6 | value(byte));
            bits.to_be_bytes().iter().skip(1).all(|byte| byte.is_ascii() && !is_control(*byte))
        })
}

fn is_control(byte: u8) -> bool {
    byte < b' ' && !matches!(byte, b'\n' | b'\r' | b'\t') || byte == 0x7f
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
    use proptest::prelude::*;

    fn all(text: &[u8]) -> std::vec::IntoIter<Encoded> {
        encoded(text, &Cell::new(false)).collect::<Vec<_>>().into_iter()
    }

    #[test]
    fn text_comes_out_of_base64_and_digests_stay() {
        let inside = "the quick brown fox jumps over a lazy dog";
        for code in [STANDARD.encode(inside), STANDARD_NO_PAD.encode(inside)] {
            let text = format!("KEY={code}\nsha512-{}", STANDARD.encode([0xfb; 64]));
            let found: Vec<_> = all(text.as_bytes()).collect();
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].inside.as_slice(), inside.as_bytes());
            assert_eq!(&text[found[0].at.clone()], code);
        }
        assert_eq!(all(b"").count(), 0);
        assert_eq!(all(&b"A".repeat(200)).count(), 0);
    }

    #[test]
    fn wrapped_lines_are_one_text() {
        let inside = "first line of a file with \u{fc}mlauts\nand more of it, until it is long enough to wrap\n".repeat(5);
        let code = STANDARD.encode(&inside);
        for (gap, width) in [("\n", 76), ("\r\n", 64), ("\n    ", 60)] {
            let lines: Vec<&str> = code.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap()).collect();
            let text = format!("data: {}{gap}end", lines.join(gap));
            let found: Vec<_> = all(text.as_bytes()).collect();
            assert_eq!(found.len(), 1);
            assert!(found[0].inside.starts_with(inside.as_bytes()), "width {width}");
        }
    }

    #[test]
    fn a_long_stretch_tells_where_inside() {
        let inside = format!("{}HERE{}", "a b ".repeat(30_000), " c d".repeat(30_000));
        let text = format!("map={};", STANDARD.encode(&inside));
        let found: Vec<_> = all(text.as_bytes()).collect();
        let at = found[0].place(&(120_000..120_004));
        let part = STANDARD.decode(&text[at.clone()]).unwrap();
        assert!(at.len() <= 8 && String::from_utf8(part).unwrap().contains("HERE"));
    }

    #[test]
    fn a_stretch_that_is_entered_in_its_middle_is_read() {
        let code = STANDARD.encode("the quick brown fox jumps over a lazy dog, and again ".repeat(4));
        for cut in 0..8 {
            assert_eq!(all(&code.as_bytes()[cut..]).count(), 1, "cut at {cut}");
        }
    }

    proptest! {
        #[test]
        fn stretches_are_those_that_a_slow_search_finds(text in "[A-Za/+0 .=-]{0,400}") {
            let text = text.as_bytes();
            let mut slow = Vec::new();
            let mut from = 0;
            for run in text.split(|byte| !is_base64(*byte)) {
                if run.len() >= SHORTEST {
                    slow.push(from..from + run.len());
                }
                from += run.len() + 1;
            }
            prop_assert_eq!(stretches(text).collect::<Vec<_>>(), slow);
        }
    }
}
