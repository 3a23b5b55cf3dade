//! What lies before a person who judges, and whether a fact may be written at all.
//! It gives answers; it writes nothing.

use super::{Assessment, ProbeId, ProbeKind};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeSet;

/// How far a clock may be behind before a write is refused (DESIGN §2).
pub const TOLERANCE: TimeDelta = TimeDelta::minutes(2);

/// What a judgement given now rests on: the proofs that are unseen and that it stands in for, and the keys of the
/// findings and notes that lie before the person.
#[must_use]
pub fn judgement_basis(assessment: &Assessment) -> (BTreeSet<ProbeId>, BTreeSet<String>) {
    let silent = |word: &super::ProbeWord| word.speaks().is_none() || (word.rotated && word.gap.is_some());
    let unseen = |word: &&super::ProbeWord| word.kind == ProbeKind::Proof && word.not_applicable.is_none() && silent(word);
    let stands_for = assessment.words.iter().filter(unseen).map(|word| word.probe.clone()).collect();
    let findings = assessment.words.iter().flat_map(|word| word.findings.iter().map(super::Finding::key));
    let notes = assessment.words.iter().flat_map(|word| word.notes.iter().map(|note| note.key.clone()));
    (stands_for, findings.chain(notes).collect())
}

/// The clock is behind what was stored before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the clock is {} min behind the newest stored fact", .by.num_minutes())]
pub struct ClockBehind {
    /// By how much.
    pub by: TimeDelta,
}

/// Whether a fact of the moment `at` may be written when the newest stored fact is of `newest_stored`: it may not be
/// more than two minutes earlier. The newest stored fact counts even if it seems to lie in the future: which of the
/// two clocks was wrong is for a person to find out.
pub fn check_write(newest_stored: Option<DateTime<Utc>>, at: DateTime<Utc>) -> Result<(), ClockBehind> {
    let by = newest_stored.map_or(TimeDelta::zero(), |newest| newest.signed_duration_since(at));
    if by > TOLERANCE { Err(ClockBehind { by }) } else { Ok(()) }
}
