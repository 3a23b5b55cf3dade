//! Checklists as files: loads, checks and extends them, and turns each into a text that loads again for ever.
//! Knows which probes exist only by being told; never asks one.

mod catalogue;
mod check;
mod fields;
mod founder;
mod item;
mod problem;
mod read;
mod rule;
#[cfg(test)]
mod tests;
mod urgency;
mod words;
mod write;

pub use catalogue::{Listed, catalogue, parent_text, text_of};
pub use problem::Problem;
pub use words::{PLACEHOLDERS, by_hand_note, fill};

use crate::domain::{Checklist, Digest};
use item::Strictness;
use read::Reading;

/// A checklist together with the text that the store keeps of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// Stands alone: [`load_stored`] makes the same checklist of it, whatever becomes of its parents.
    pub text: String,
    /// Of that text.
    pub digest: Digest,
    pub checklist: Checklist,
}

/// The text of the built-in six-week checklist.
#[must_use]
pub fn embedded() -> &'static str {
    catalogue::BUILT_IN_TEXT
}

/// The name of the built-in checklist.
#[must_use]
pub fn embedded_name() -> &'static str {
    catalogue::BUILT_IN
}

/// Loads a checklist that somebody is about to use. `probes` says which probes exist; `parents` gives the text of the
/// checklist that this one extends ([`parent_text`]).
///
/// # Errors
/// Everything that is wrong with it, in the order of the file.
pub fn load(
    text: &str,
    file: &str,
    probes: &dyn Fn(&str) -> bool,
    parents: &dyn Fn(&str) -> Option<String>,
) -> Result<Checklist, Vec<Problem>> {
    read::read(text, Reading { file, how: Strictness::Adopting(probes), parents, descent: &[] }).map(|read| read.checklist)
}

/// Loads a checklist and gives the text to store: the file's own when it names itself and extends nothing, else one
/// that was written from the whole.
///
/// # Errors
/// Everything that is wrong with it, in the order of the file.
pub fn resolve(
    text: &str,
    file: &str,
    probes: &dyn Fn(&str) -> bool,
    parents: &dyn Fn(&str) -> Option<String>,
) -> Result<Resolved, Vec<Problem>> {
    let reading = Reading { file, how: Strictness::Adopting(probes), parents, descent: &[] };
    let read = read::read(text, reading)?;
    let text = if read.stands_alone {
        text.to_owned()
    } else {
        write::write(&read.checklist).map_err(|error| {
            let says = format!("the checklist cannot be written down whole: {error}; report this");
            vec![Problem { file: file.to_owned(), line: 1, item: None, says }]
        })?
    };
    Ok(Resolved { digest: Digest::of(&text), text, checklist: read.checklist })
}

/// Loads a text that was adopted once. Probes and stack facts that no longer exist, and keys of another version, are
/// no problem: a probe that is gone is asked no more.
///
/// # Errors
/// Only if the text is not one that [`resolve`] gave.
pub fn load_stored(text: &str) -> Result<Checklist, Vec<Problem>> {
    let reading = Reading { file: "the stored checklist", how: Strictness::Stored, parents: &|_| None, descent: &[] };
    read::read(text, reading).map(|read| read.checklist)
}
