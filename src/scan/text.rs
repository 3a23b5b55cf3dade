//! Turns the bytes of a file into text to search: UTF-16 with and without a byte-order mark becomes UTF-8, what is not
//! text is told apart. Wipes what it held when a secret was in it.

use zeroize::Zeroize;

/// The searched bytes of one file. Neither copied nor printable; wiped on drop once [`SearchedText::holds_secret`] was said.
pub(super) struct SearchedText {
    bytes: Vec<u8>,
    secret: bool,
}

impl SearchedText {
    /// None: not text.
    pub(super) fn of(bytes: Vec<u8>) -> Option<Self> {
        let text = match encoding(&bytes) {
            Encoding::Plain => bytes,
            Encoding::Utf16 { little, skip } => {
                let decoded = from_utf16(bytes.get(skip..).unwrap_or_default(), little);
                // The original may hold a secret that the search finds in the copy only.
                let mut original = bytes;
                original.zeroize();
                decoded
            }
            Encoding::Binary => return None,
        };
        Some(Self { bytes: text, secret: false })
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn holds_secret(&mut self) {
        self.secret = true;
    }
}

impl Drop for SearchedText {
    fn drop(&mut self) {
        if self.secret {
            self.bytes.zeroize();
        }
    }
}

/// What the bytes of a file are.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Plain,
    Utf16 { little: bool, skip: usize },
    Binary,
}

/// The start of a file that decides what it is.
const LOOKED_AT: usize = 8192;

/// What the start of a file says that it is.
pub(super) fn encoding(bytes: &[u8]) -> Encoding {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] => return Encoding::Binary, // UTF-32
        [0xff, 0xfe, ..] => return Encoding::Utf16 { little: true, skip: 2 },
        [0xfe, 0xff, ..] => return Encoding::Utf16 { little: false, skip: 2 },
        _ => {}
    }
    let start = bytes.get(..LOOKED_AT).unwrap_or(bytes);
    if !start.contains(&0) {
        return Encoding::Plain;
    }
    let pairs = start.len() / 2;
    let zeros = |offset: usize| start.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    // Text of a western language in UTF-16 has a zero in nearly every pair, always on the same side.
    if pairs >= 4 && odd * 10 >= pairs * 4 && even * 20 <= pairs {
        return Encoding::Utf16 { little: true, skip: 0 };
    }
    if pairs >= 4 && even * 10 >= pairs * 4 && odd * 20 <= pairs {
        return Encoding::Utf16 { little: false, skip: 0 };
    }
    let control = start.iter().filter(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31)).count();
    // A stray zero in a text file does not hide it.
    if control * 100 > start.len() { Encoding::Binary } else { Encoding::Plain }
}

fn from_utf16(bytes: &[u8], little: bool) -> Vec<u8> {
    let units = bytes.chunks_exact(2).map(|pair| match pair {
        [a, b] if little => u16::from_le_bytes([*a, *b]),
        [a, b] => u16::from_be_bytes([*a, *b]),
        _ => 0,
    });
    let mut text = String::with_capacity(bytes.len() / 2 + 8);
    text.extend(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, little: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    }

    #[test]
    fn utf16_is_read_with_and_without_a_mark() {
        for little in [true, false] {
            let plain = utf16("KEY=value of a key\r\n", little);
            let marked = [utf16("\u{feff}", little), plain.clone()].concat();
            for bytes in [plain, marked] {
                let text = SearchedText::of(bytes).unwrap();
                assert_eq!(text.bytes(), b"KEY=value of a key\r\n");
            }
        }
    }

    #[test]
    fn pictures_are_not_text_and_a_stray_zero_is_forgiven() {
        let picture: Vec<u8> = (0..4000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[2]).collect();
        assert!(SearchedText::of(picture).is_none());
        let text = [b"A".repeat(3000), vec![0], b"B".repeat(3000)].concat();
        assert!(SearchedText::of(text).is_some());
        assert!(SearchedText::of(Vec::new()).is_some());
    }
}
