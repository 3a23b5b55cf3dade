//! What a file does beside its answer: logging, background work, schedules, cached reads, start-up of trackers. It names what stands there and judges nothing.

use super::parse::Parsed;

/// What one file holds of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Effects {}

impl Effects {
    /// Adds what one tree of the file holds.
    pub(super) fn add(&mut self, _parsed: &Parsed<'_, '_>) {}
}
