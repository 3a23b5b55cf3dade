//! What goes wrong unseen in a file: swallowed errors, results of writes that nobody looks at, calls to the outside without a time-out, errors that are shown to users. It names what stands there and judges nothing.

use super::parse::Parsed;

/// What one file holds of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Failures {}

impl Failures {
    /// Adds what one tree of the file holds.
    pub(super) fn add(&mut self, _parsed: &Parsed<'_, '_>) {}
}
