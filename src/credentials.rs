//! Credentials: where one comes from, and a type that never shows it. Nothing here stores one, except in the
//! operating system's keyring when a person asks for it.

pub mod chain;
pub mod form;
pub mod keyring;
pub mod own;
pub mod redact;
pub mod secret;
pub mod source;

pub use chain::Chain;
pub use keyring::{KeyringError, Shelter};
pub use own::OwnPlaces;
pub use redact::Redactor;
pub use secret::Secret;
pub use source::{Found, Look, Missing, Source};
