//! A value that must not be seen. It has no `Display`, its `Debug` is masked, and it is wiped when dropped.

use secrecy::{ExposeSecret, SecretString};

/// A credential. The places that expose one are listed and counted by a test (`tests/it/tidy.rs`).
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes a value; surrounding white space (a newline after `echo`) is not part of it.
    pub fn new(value: impl Into<String>) -> Self {
        let mut value: String = value.into();
        let trimmed = value.trim().to_owned();
        zeroize::Zeroize::zeroize(&mut value);
        Self(SecretString::from(trimmed))
    }

    /// The value itself, for the one header it belongs in.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// How many characters it has.
    #[must_use]
    pub fn length(&self) -> usize {
        self.0.expose_secret().chars().count()
    }

    /// Whether both are the same value.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }

    /// A stable short name of the value for lookups within one process and store; tells nothing of it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        use sha2::{Digest, Sha256};
        let digest =
            Sha256::new().chain_update(b"rescue credential fingerprint\0").chain_update(self.expose().as_bytes()).finalize();
        let short = digest.first_chunk().copied().map_or(0, u64::from_be_bytes);
        format!("{:012x}", short >> 16)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}
