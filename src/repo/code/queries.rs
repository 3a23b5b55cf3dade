//! What a file asks of the database: tables and verbs, columns that it filters and sorts by, stored functions, connections. It names what stands there and judges nothing.

use super::parse::Parsed;

/// What one file holds of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Queries {}

impl Queries {
    /// Adds what one tree of the file holds.
    pub(super) fn add(&mut self, _parsed: &Parsed<'_, '_>) {}
}
