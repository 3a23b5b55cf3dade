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
        let Ok(mac) = Hmac::<Sha256>::new_from_slice(self.0.as_slice()) else { return String::new() };
        let code = mac.chain_update(secret).finalize().into_bytes();
        let mut name = String::with_capacity(16);
        for byte in code.iter().take(8) {
            name.extend([byte >> 4, byte & 15].into_iter().filter_map(|digit| char::from_digit(u32::from(digit), 16)));
        }
        name
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
    }
}
