//! How long texts lie in the database: deflated, with a dictionary of the words that such texts are made of, so that a
//! few hundred bytes become a hundred. What comes back is what went in, byte for byte, or nothing.

use zlib_rs::{Deflate, DeflateFlush, Inflate, InflateFlush, Status};

/// What every packed text of the second kind was made with. **Never edited**: databases that people have were written
/// with it. Another dictionary is another kind.
const WORDS: &[u8] = include_bytes!("pack/words-1.txt");

/// The first byte: the text as it is.
const PLAIN: u8 = 0;
/// The first byte: four bytes of length, little end first, and raw deflate with [`WORDS`].
const DEFLATED: u8 = 1;
/// The first byte: the same with [`WORDS`] and another text, which is kept beside it.
const LIKE: u8 = 2;
/// The last bytes of words that are used: deflate looks back a little less than its window.
const MOST_WORDS: usize = 32_000;

/// zlib's own middle way between time and size.
const LEVEL: i32 = 6;
/// The largest window that zlib has, as its logarithm.
const WINDOW: u8 = 15;
/// Bytes that one compressed byte can become; the format allows 1032.
const MOST_RATIO: usize = 1040;

/// Packs a text.
pub(super) fn pack(text: &str) -> Vec<u8> {
    deflated(text, DEFLATED, WORDS).unwrap_or_else(|| {
        let mut plain = Vec::with_capacity(text.len() + 1);
        plain.push(PLAIN);
        plain.extend_from_slice(text.as_bytes());
        plain
    })
}

/// Packs a text that is like another one, which it takes to unpack it; none where that saves nothing.
pub(super) fn pack_like(text: &str, like: &str) -> Option<Vec<u8>> {
    let packed = deflated(text, LIKE, &words_and(like))?;
    (packed.len() < pack(text).len()).then_some(packed)
}

/// [`WORDS`] and then this text, as much of the end as is looked back to. **Never edited**, as they.
fn words_and(like: &str) -> Vec<u8> {
    let mut words = [WORDS, like.as_bytes()].concat();
    words.drain(..words.len().saturating_sub(MOST_WORDS));
    words
}

/// The packed text, if that is shorter than the plain one.
fn deflated(text: &str, kind: u8, words: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(text.len()).ok()?;
    let mut deflate = Deflate::new(LEVEL, false, WINDOW);
    deflate.set_dictionary(words).ok()?;
    let mut into = vec![0; text.len()];
    match deflate.compress(text.as_bytes(), &mut into, DeflateFlush::Finish) {
        Ok(Status::StreamEnd) => {}
        // No room: it would be longer than it is.
        _ => return None,
    }
    into.truncate(usize::try_from(deflate.total_out()).ok()?);
    let mut packed = Vec::with_capacity(into.len() + 5);
    packed.push(kind);
    packed.extend_from_slice(&length.to_le_bytes());
    packed.append(&mut into);
    (packed.len() <= text.len()).then_some(packed)
}

/// A packed text as it was, for whoever looks into the database itself. None: it was damaged, or a newer tool packed it.
#[must_use]
pub fn unpack(packed: &[u8]) -> Option<String> {
    match packed.split_first()? {
        (&PLAIN, text) => String::from_utf8(text.to_vec()).ok(),
        (&DEFLATED, rest) => inflated(rest, WORDS),
        _ => None,
    }
}

/// A text that was packed beside another one as it was, with that other text, as [`unpack`] gives it. None: it was damaged,
/// packed alone, or packed by a newer tool.
#[must_use]
pub fn unpack_like(packed: &[u8], like: &str) -> Option<String> {
    match packed.split_first()? {
        (&LIKE, rest) => inflated(rest, &words_and(like)),
        _ => None,
    }
}

fn inflated(packed: &[u8], words: &[u8]) -> Option<String> {
    let (length, stream) = packed.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    // A header that says more than its stream can hold is not given room for it.
    if length / MOST_RATIO > stream.len() {
        return None;
    }
    let mut inflate = Inflate::new(false, WINDOW);
    inflate.set_dictionary(words).ok()?;
    // A byte to spare, so that a stream that holds more is told apart.
    let mut text = vec![0; length.checked_add(1)?];
    match inflate.decompress(stream, &mut text, InflateFlush::Finish) {
        Ok(Status::StreamEnd) if inflate.total_out() == length as u64 => text.truncate(length),
        _ => return None,
    }
    String::from_utf8(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_dictionary_is_the_one_that_databases_were_written_with() {
        let words = std::str::from_utf8(WORDS).unwrap();
        assert_eq!(crate::domain::Digest::of(words).0, "f380c99007c9ac48d1316170a58ae02712b60c67368f1f7c40fbe0c4d76b0f7f");
    }

    #[test]
    fn what_looks_like_an_observation_becomes_much_shorter() {
        let text =
            r#"{"code_files":5,"documents":1,"empty":false,"topics":[{"thin":[],"topic":"deploy","usable":[]}],"unread":[]}"#;
        assert!(pack(text).len() * 2 < text.len(), "{}", pack(text).len());
        assert_eq!(pack("ab"), b"\0ab", "what would grow stays as it is");
    }

    #[test]
    fn what_is_damaged_gives_nothing() {
        let packed = pack(&"the newest backup is too old, ".repeat(40));
        assert_eq!(packed[0], DEFLATED);
        assert_eq!(unpack(&packed[..packed.len() - 3]), None);
        let mut longer = packed.clone();
        longer[1] = longer[1].wrapping_add(1);
        assert_eq!(unpack(&longer), None);
        let mut vast = packed.clone();
        vast[1..5].fill(0xff);
        assert_eq!(unpack(&vast), None);
        assert_eq!(unpack(&[7, 1, 2]), None);
        assert_eq!(unpack(&[]), None);
        assert_eq!(unpack(&[PLAIN, 0xff]), None);
    }

    #[test]
    fn a_text_like_another_takes_what_differs() {
        let said = |commit: &str| format!(r#"{{"says":"{}","commit":"{commit}"}}"#, "2 of 3 calls wait for ever ".repeat(9));
        let (one, other) = (said(&"a1b2c3d4".repeat(5)), said(&"9f8e7d6c".repeat(5)));
        let packed = pack_like(&other, &one).unwrap();
        assert!(packed.len() * 3 < pack(&other).len() * 2, "{} of {}", packed.len(), pack(&other).len());
        assert_eq!(unpack_like(&packed, &one), Some(other.clone()));
        assert_eq!(unpack(&packed), None, "not without it");
        assert_ne!(unpack_like(&packed, "another"), Some(other), "nor with another");
        assert_eq!(pack_like("ab", "a"), None, "nothing is saved");
    }

    proptest! {
        #[test]
        fn every_text_comes_back_from_beside_another(text in any::<String>(), like in any::<String>(), times in 1_usize..400) {
            let (text, like) = (format!("{like}{text}{like}"), like.repeat(times));
            if let Some(packed) = pack_like(&text, &like) {
                prop_assert_eq!(unpack_like(&packed, &like), Some(text));
            }
        }

        #[test]
        fn every_text_comes_back(text in any::<String>(), times in 1_usize..50) {
            let text = text.repeat(times);
            prop_assert_eq!(unpack(&pack(&text)), Some(text));
        }

        #[test]
        fn no_bytes_end_it(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = unpack(&bytes);
        }
    }
}
