//! Where a request from outside enters the code: route handlers, server actions, API pages and edge functions, with what
//! each reads, checks and calls. It names what stands there and judges nothing.

use super::parse::Parsed;

/// The entries of one file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Handlers {}

impl Handlers {
    /// Adds what one tree of the file holds.
    pub(super) fn add(&mut self, _parsed: &Parsed<'_, '_>) {}
}
