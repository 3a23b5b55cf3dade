//! Turns the bytes of a file into text to search: UTF-16 with and without a byte-order mark, or in parts of a file only,
//! becomes UTF-8; what is not text is told apart. Wipes what it held when a secret was in it.

use std::borrow::Cow;
use zeroize::Zeroize;

/// The searched bytes of one file. Neither copied nor printable; wiped on drop once [`SearchedText::holds_secret`] was said.
pub(super) struct SearchedText {
    bytes: Vec<u8>,
    secret: bool,
}

impl SearchedText {
    /// None: not text.
    pub(super) fn of(bytes: Vec<u8>) -> Option<Self> {
        let decoded = match decoded(&bytes)? {
            Cow::Borrowed(_) => None,
            Cow::Owned(decoded) => Some(decoded),
        };
        let bytes = match decoded {
            None => bytes,
            Some(decoded) => {
                // The original may hold a secret that the search finds in the copy only.
                let mut original = bytes;
                original.zeroize();
                decoded
            }
        };
        Some(Self { bytes, secret: false })
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

/// The bytes as text to search. None: not text.
pub(super) fn decoded(bytes: &[u8]) -> Option<Cow<'_, [u8]>> {
    read(bytes, encoding(bytes))
}

/// The bytes as text, read as `encoding` says. None: not text.
pub(super) fn read(bytes: &[u8], encoding: Encoding) -> Option<Cow<'_, [u8]>> {
    match encoding {
        Encoding::Plain => Some(Cow::Borrowed(bytes)),
        Encoding::Utf16 { little, skip } => Some(Cow::Owned(from_utf16(bytes.get(skip..).unwrap_or_default(), little))),
        Encoding::Mixed => Some(Cow::Owned(without_zeros(bytes))),
        Encoding::Binary => None,
    }
}

/// How the bytes of a file are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Plain,
    Utf16 {
        little: bool,
        skip: usize,
    },
    /// Text with stretches of UTF-16 in it: what a Windows shell appends to a file.
    Mixed,
    Binary,
}

/// Bytes of one sample that decides what a file is, and how many samples of a file are looked at.
const SAMPLE: usize = 8192;
const SAMPLES: usize = 16;

/// Tells text from what is none. What has no zero byte is text, whatever it is; else samples from all over the file
/// decide, so that neither a first page in Chinese nor a long comment hides the rest.
pub(super) fn encoding(bytes: &[u8]) -> Encoding {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] => return Encoding::Binary, // UTF-32
        [0xff, 0xfe, ..] => return Encoding::Utf16 { little: true, skip: 2 },
        [0xfe, 0xff, ..] => return Encoding::Utf16 { little: false, skip: 2 },
        _ => {}
    }
    let Some(first) = memchr::memchr(0, bytes) else { return Encoding::Plain };
    // The samples begin at even places, and one where the first zero byte is.
    let step = (bytes.len() / SAMPLES).max(SAMPLE) & !1;
    let places = std::iter::once(first.saturating_sub(SAMPLE / 2) & !1).chain((0..bytes.len()).step_by(step)).take(SAMPLES + 1);
    let samples: Vec<&[u8]> = places.filter_map(|at| bytes.get(at..bytes.len().min(at + SAMPLE))).collect();
    let collapsed: Vec<Vec<u8>> = samples.iter().map(|sample| without_zeros(sample)).collect();
    // Without the zeros it is all ASCII, and with them it is not: only parts of it are UTF-16.
    let in_parts = collapsed.iter().flatten().all(|byte| is_letter(*byte));
    for little in [true, false] {
        let whole = !in_parts || samples.iter().all(|sample| units(sample, little).all(|unit| unit < 0x80));
        if whole && samples.iter().any(|sample| is_utf16(sample, little)) && !samples.iter().any(|sample| is_plain(sample)) {
            return Encoding::Utf16 { little, skip: 0 };
        }
    }
    let total: usize = collapsed.iter().map(Vec::len).sum();
    let control = collapsed.iter().flatten().filter(|byte| is_control(**byte)).count();
    // A stray zero in a text file does not hide it.
    if control * 100 > total {
        Encoding::Binary
    } else if total < samples.iter().map(|sample| sample.len()).sum::<usize>() {
        Encoding::Mixed
    } else {
        Encoding::Plain
    }
}

fn is_letter(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t')
}

fn is_control(byte: u8) -> bool {
    matches!(byte, 0..=8 | 14..=26 | 28..=31)
}

/// Text of eight bits a letter: not a zero among many letters.
fn is_plain(sample: &[u8]) -> bool {
    let letters = sample.iter().filter(|byte| is_letter(**byte)).count();
    sample.len() >= 64 && letters * 10 > sample.len() * 9
}

/// Text in UTF-16: hardly a control character or half of a pair, and some of it in ASCII, as names, spaces and ends of
/// lines are in every language. Chance writes an ASCII character in one pair of bytes of seven hundred.
fn is_utf16(sample: &[u8], little: bool) -> bool {
    let (mut count, mut bad, mut ascii) = (0_usize, 0_usize, 0_usize);
    for unit in char::decode_utf16(units(sample, little)) {
        count += 1;
        match unit.map(u32::from) {
            Ok(0x20..=0x7e | 9 | 10 | 13) => ascii += 1,
            Ok(0..=0x1f | 0x7f..=0x9f | 0xfdd0..=0xfdef | 0xfffe | 0xffff | 0xf_0000..) | Err(_) => bad += 1,
            Ok(_) => {}
        }
    }
    // A sample may begin or end in the middle of a pair.
    count >= 4 && bad.saturating_sub(2) * 100 <= count && ascii * 40 >= count
}

fn units(bytes: &[u8], little: bool) -> impl Iterator<Item = u16> + '_ {
    bytes.as_chunks::<2>().0.iter().map(move |pair| if little { u16::from_le_bytes(*pair) } else { u16::from_be_bytes(*pair) })
}

/// UTF-16 as UTF-8. Half a pair becomes the replacement character; an odd byte at the end is dropped.
fn from_utf16(bytes: &[u8], little: bool) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len() / 2 + bytes.len() / 8 + 8);
    let mut rest = bytes;
    loop {
        // Most is ASCII, which needs no decoder.
        let (pairs, _) = rest.as_chunks::<2>();
        let plain = pairs.iter().take_while(|[a, b]| if little { *b == 0 && *a < 0x80 } else { *a == 0 && *b < 0x80 }).count();
        text.extend(pairs.iter().take(plain).map(|[a, b]| a | b));
        rest = rest.get(plain * 2..).unwrap_or_default();
        let foreign = rest.as_chunks::<2>().0.iter().take_while(|[a, b]| if little { *b != 0 } else { *a != 0 }).count().max(1);
        let part = rest.get(..rest.len().min(foreign * 2)).unwrap_or_default();
        if part.len() < 2 {
            return text;
        }
        let mut letter = [0; 4];
        for unit in char::decode_utf16(units(part, little)) {
            let decoded = unit.unwrap_or(char::REPLACEMENT_CHARACTER);
            text.extend_from_slice(decoded.encode_utf8(&mut letter).as_bytes());
        }
        rest = rest.get(part.len()..).unwrap_or_default();
    }
}

/// Takes the zeros out of stretches in which every second byte is one and the others are letters of ASCII.
fn without_zeros(bytes: &[u8]) -> Vec<u8> {
    const SHORTEST: usize = 4;
    let mut text = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(zero) = memchr::memchr(0, rest) {
        // The letter before belongs to the stretch, if the zero is its second half.
        let start = if zero > 0 && rest.get(zero - 1).is_some_and(|byte| is_letter(*byte)) { zero - 1 } else { zero };
        let (before, stretch) = rest.split_at_checked(start).unwrap_or((rest, &[]));
        text.extend_from_slice(before);
        let halves = |first: bool| {
            let pairs = stretch.as_chunks::<2>().0.iter();
            pairs.take_while(|[a, b]| if first { is_letter(*a) && *b == 0 } else { *a == 0 && is_letter(*b) }).count()
        };
        let pairs = halves(true).max(halves(false));
        let taken = if pairs >= SHORTEST { pairs * 2 } else { zero - start + 1 };
        let part = stretch.get(..taken).unwrap_or_default();
        text.extend(part.iter().copied().filter(|byte| pairs < SHORTEST || *byte != 0));
        rest = stretch.get(taken..).unwrap_or_default();
    }
    text.extend_from_slice(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
        assert_eq!(SearchedText::of(text.clone()).unwrap().bytes(), text);
        assert!(SearchedText::of(Vec::new()).is_some());
    }

    #[test]
    fn utf16_of_any_language_is_read_wherever_it_becomes_readable() {
        let chinese = "这是一个很长的注释，用来说明配置文件的内容。".repeat(400);
        let secret = "\r\nKEY=value of a key\r\n".repeat(30);
        for text in [chinese.clone() + &secret, format!("Ключ от всего, {secret}"), secret.clone() + &chinese + &secret]
        {
            for little in [true, false] {
                let bytes = utf16(&text, little);
                assert!(SearchedText::of(bytes.clone()).unwrap().bytes() == text.as_bytes());
                // Half a letter at the end is no reason to see nothing.
                let odd = SearchedText::of([bytes, vec![0x41]].concat()).unwrap();
                assert!(odd.bytes().starts_with(text.as_bytes()));
            }
        }
    }

    #[test]
    fn what_a_shell_appends_in_another_encoding_is_read() {
        for little in [true, false] {
            for (before, after) in [("A=1\n", ""), ("A=12\n", "\nB=2\n"), ("", "B=2\n"), (&*"A=1\n".repeat(4000), "B=2\n")] {
                let bytes = [before.as_bytes(), &utf16("KEY=value of a key\r\n", little), after.as_bytes()].concat();
                let text = SearchedText::of(bytes).unwrap();
                let text = String::from_utf8_lossy(text.bytes());
                assert!(
                    text.contains("KEY=value of a key\r\n") && text.starts_with(before) && text.ends_with(after),
                    "{text:.60}"
                );
            }
        }
    }

    #[test]
    fn programs_are_not_text() {
        let numbers: Vec<u8> = (0..4000_u32).flat_map(|n| (n % 700).to_le_bytes()).collect();
        let words = [utf16("File description\0", true), numbers.clone()].concat();
        for bytes in [numbers, words, vec![0; 9000]] {
            assert!(SearchedText::of(bytes).is_none());
        }
    }

    proptest! {
        #[test]
        fn the_quick_decoder_agrees_with_the_slow_one(units in proptest::collection::vec(any::<u16>().prop_map(|it| if it & 3 > 0 { it & 0x7f } else { it }), 0..200)) {
            let slow: String = char::decode_utf16(units.iter().copied()).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
            for little in [true, false] {
                let bytes: Vec<u8> = units.iter().flat_map(|it| if little { it.to_le_bytes() } else { it.to_be_bytes() }).collect();
                prop_assert_eq!(from_utf16(&bytes, little), slow.as_bytes());
            }
        }
    }
}
