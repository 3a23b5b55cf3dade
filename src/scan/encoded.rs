//! Finds stretches of base64 that hold text, and gives that text: a service account in one variable, a manifest of
//! Kubernetes. One level only; what is inside is wiped after the search.

use super::proof;
use std::ops::Range;
use zeroize::Zeroizing;

/// Shorter stretches are words; longer ones are pictures and fonts.
const SHORTEST: usize = 40;
const LONGEST: usize = 64 * 1024;

/// A stretch and the text in it.
pub(super) struct Encoded {
    pub at: Range<usize>,
    pub inside: Zeroizing<Vec<u8>>,
}

/// Every stretch of `text` that decodes to text, in order.
pub(super) fn encoded(text: &[u8]) -> impl Iterator<Item = Encoded> + '_ {
    stretches(text).filter_map(|at| {
        let stretch = text.get(at.clone())?;
        // Most long stretches are digests: the first bytes tell, before all is decoded.
        let first = Zeroizing::new(proof::base64(stretch.get(..24)?)?);
        if !is_text(&first) {
            return None;
        }
        let inside = Zeroizing::new(proof::base64(stretch)?);
        is_text(&inside).then_some(Encoded { at, inside })
    })
}

fn stretches(text: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut from = 0;
    std::iter::from_fn(move || {
        while from < text.len() {
            let rest = text.get(from..)?;
            let length = rest.iter().position(|byte| !is_base64(*byte)).unwrap_or(rest.len());
            let start = from;
            from += length + 1;
            if !(SHORTEST..=LONGEST).contains(&length) {
                continue;
            }
            let padding = text.get(start + length..)?.iter().take(2).take_while(|byte| **byte == b'=').count();
            return Some(start..start + length + padding);
        }
        None
    })
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

/// Printable, in ASCII. Keys are.
fn is_text(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

    #[test]
    fn text_comes_out_of_base64_and_digests_stay() {
        let inside = "the quick brown fox jumps over a lazy dog";
        for code in [STANDARD.encode(inside), STANDARD_NO_PAD.encode(inside)] {
            let text = format!("KEY={code}\nsha512-{}", STANDARD.encode([0xfb; 64]));
            let found: Vec<_> = encoded(text.as_bytes()).collect();
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].inside.as_slice(), inside.as_bytes());
            assert_eq!(&text[found[0].at.clone()], code);
        }
        assert_eq!(encoded(b"").count(), 0);
        assert_eq!(encoded(&b"A".repeat(200)).count(), 0);
    }
}
