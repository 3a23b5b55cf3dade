//! The key of an installation, by which the same secret is known again in another place without being kept.
//! A plain digest would not do: whoever reads a report could guess short secrets from it (`apis/secrets.md` §1).

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;
use zeroize::Zeroizing;

/// Thirty-two random bytes, wiped when dropped. Has no `Display`, and its `Debug` shows nothing.
#[derive(Clone)]
pub struct ScanKey(Zeroizing<[u8; 32]>);

impl ScanKey {
    /// A key from 32 bytes of a random source, read from the file beside the database.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The name of a secret: the first 16 hexadecimal digits of HMAC-SHA256 of it.
    pub(crate) fn name(&self, secret: &[u8]) -> String {
        self.code(&[secret], 8)
    }

    /// The seal of a text that this installation wrote, for one purpose: 64 hexadecimal digits. Who has not the key cannot
    /// make it. No secret's name is the seal of anything: a purpose and a zero byte stand before the text.
    #[must_use]
    pub fn seal(&self, purpose: &str, text: &[u8]) -> String {
        self.code(&[purpose.as_bytes(), &[0], text], 32)
    }

    /// The first bytes of HMAC-SHA256 of these parts, in hexadecimal digits.
    fn code(&self, parts: &[&[u8]], bytes: usize) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.0.as_slice()) else { return String::new() };
        for part in parts {
            mac.update(part);
        }
        let code = mac.finalize().into_bytes();
        let digits = code.iter().take(bytes).flat_map(|byte| [byte >> 4, byte & 15]);
        digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect()
    }
}

impl fmt::Debug for ScanKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ScanKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_depends_on_the_key_and_on_the_secret() {
        let (one, two) = (ScanKey::new([1; 32]), ScanKey::new([2; 32]));
        assert_eq!(one.name(b"a"), one.name(b"a"));
        assert_eq!(one.name(b"a").len(), 16);
        assert_ne!(one.name(b"a"), one.name(b"b"));
        assert_ne!(one.name(b"a"), two.name(b"a"));
        assert_eq!(format!("{one:?}"), "ScanKey(…)");
        assert_eq!(one.seal("a", b"b").len(), 64);
        assert_ne!(one.seal("a", b"b"), two.seal("a", b"b"));
        assert_ne!(one.seal("a", b"b"), one.seal("c", b"b"));
    }
}
