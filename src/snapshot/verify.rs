//! Whether a file of a snapshot is consistent with itself, and where it is not. That nothing was changed says nothing of
//! who made it: a file alone is never called authentic here, and what only looks the same is told apart from what is.

use super::html;
use super::model::{Page, SCHEMA};
use super::read::{Unreadable, leaves};
use super::seal::{self, Fault, Record};
use super::signature::{self, Signed, Unsigned};
use super::words::Words;
use crate::domain::{Digest, Fact, Foreign};
use serde_json::Value;

mod text;

/// The most bytes of a file that are read.
pub const MOST: u64 = 20 << 20;

/// The most differences that are told one by one.
const TOLD: usize = 8;

/// In which form the file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Html,
    Json,
}

/// Something that is not as it was sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// `dangers.list.0.plan`, `line 40`, or what is meant as a whole.
    pub place: String,
    /// What the file says there.
    pub says: Option<Foreign>,
    /// What was sealed, where that is known.
    pub should: Option<Foreign>,
}

impl Difference {
    fn at(place: impl Into<String>) -> Self {
        Self { place: place.into(), says: None, should: None }
    }
}

/// What a file says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    pub form: Form,
    pub record: Record,
    /// Why it is not consistent with itself; empty when it is. The first few are told, the rest is counted.
    pub differences: Vec<Difference>,
    /// How many more there are.
    pub more: usize,
    /// Its bytes are what this version writes of that record; none when another version laid the page out, so that only
    /// what is said could be compared.
    pub as_written: Option<bool>,
    /// The signature in it, if there is one, held against the seal.
    pub signature: Option<Result<Signed, Unsigned>>,
}

impl Examined {
    /// Nothing that it says was changed since it was sealed.
    #[must_use]
    pub fn is_consistent(&self) -> bool {
        self.differences.is_empty()
    }
}

/// Why a file cannot be examined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unexamined {
    #[error("it is larger than 20 MiB; no snapshot is")]
    TooLarge,
    #[error("it is not text")]
    NotText,
    #[error("it is empty")]
    Empty,
    #[error("it has no snapshot's record in it")]
    NotASnapshot,
    #[error("the record inside it cannot be read: it was changed or cut short, or a newer rescue made it")]
    Damaged,
    #[error("{0}")]
    Unreadable(Unreadable),
}

/// Examines the bytes of a file. `tool` is this version as pages name it; `sealed` gives the record that was kept under a
/// seal, if anybody kept it, to tell what a changed file said before.
///
/// # Errors
/// It is not a snapshot, or one that this version cannot read.
pub fn examine(
    bytes: &[u8],
    tool: &str,
    words: &Words,
    sealed: &dyn Fn(&Digest) -> Option<Record>,
) -> Result<Examined, Unexamined> {
    if bytes.len() as u64 > MOST {
        return Err(Unexamined::TooLarge);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Unexamined::NotText)?;
    match text.trim_start().chars().next() {
        None => Err(Unexamined::Empty),
        Some('{' | '[') => json(text, sealed),
        Some(_) => of_html(text, tool, words, sealed),
    }
}

fn json(text: &str, sealed: &dyn Fn(&Digest) -> Option<Record>) -> Result<Examined, Unexamined> {
    let record = Record::read(text).map_err(Unexamined::Unreadable)?;
    let as_written = Some(text == record.to_text());
    Ok(examined(Form::Json, record, as_written, Vec::new(), sealed))
}

fn of_html(text: &str, tool: &str, words: &Words, sealed: &dyn Fn(&Digest) -> Option<Record>) -> Result<Examined, Unexamined> {
    let Some((page, record)) = html::take_apart(text) else {
        return Err(if text.contains("rescue-record") { Unexamined::Damaged } else { Unexamined::NotASnapshot });
    };
    if record.page.schema > SCHEMA {
        return Err(Unexamined::Unreadable(Unreadable::Newer { found: record.page.schema.into() }));
    }
    let again = html::render(&record.page, words);
    let as_sealed = Digest::of(&page) == record.html;
    // Whether this version lays the page out as the one did that sealed it.
    let same_layout = Digest::of(&again) == record.html;
    let by_this_version = record.page.method.tool == tool;
    let is_whole = record.faults().is_empty();
    let mut differences = Vec::new();
    if !as_sealed {
        if same_layout || (by_this_version && is_whole) {
            differences.extend(text::lines(&page, &again));
        } else {
            differences.extend(text::missing(&page, &record.page, false));
        }
        if differences.is_empty() {
            differences.push(Difference::at("the page"));
        }
    } else if !same_layout && is_whole {
        // Its digest fits, but is it the page of this record?
        if by_this_version {
            differences.extend(text::lines(&page, &again));
        } else {
            differences.extend(text::missing(&page, &record.page, true));
        }
    }
    let as_written = same_layout.then(|| html::with_record(&record.page, words, &record) == text);
    Ok(examined(Form::Html, record, as_written, differences, sealed))
}

fn examined(
    form: Form,
    record: Record,
    mut as_written: Option<bool>,
    mut differences: Vec<Difference>,
    sealed: &dyn Fn(&Digest) -> Option<Record>,
) -> Examined {
    let faults = record.faults();
    if !faults.is_empty() {
        let before = sealed(&record.seal).filter(|it| it.seal == record.seal && it.faults().is_empty());
        let value = serde_json::to_value(&record.page).unwrap_or_default();
        let was = before.map(|it| serde_json::to_value(&it.page).unwrap_or_default()).unwrap_or_default();
        let (says, should) = (leaves(&value), leaves(&was));
        differences.extend(faults.into_iter().map(|fault| match fault {
            Fault::Changed { place } => Difference {
                says: says.get(&place).map(|leaf| shown(leaf)),
                should: should.get(&place).map(|leaf| shown(leaf)),
                place,
            },
            Fault::Digest { of } => Difference::at(format!("the digest `{of}`")),
        }));
    }
    let more = differences.len().saturating_sub(TOLD);
    differences.truncate(TOLD);
    let signature = record.signature.as_deref().map(|armour| signature::check(armour, &record.seal));
    // Another way of writing the same signature is another byte of the file.
    let is_canonical = |armour: &str| signature::canonical(armour).is_ok_and(|it| it == armour);
    if record.signature.as_deref().is_some_and(|armour| !is_canonical(armour)) {
        as_written = Some(false);
    }
    Examined { form, record, differences, more, as_written, signature }
}

fn shown(leaf: &Value) -> Foreign {
    let text = leaf.as_str().map_or_else(|| leaf.to_string(), str::to_owned);
    Foreign::from(Foreign::new(text).cut(200))
}

/// The facts that a page names, as far as they are at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Behind {
    /// How many there were when the page was made.
    pub wanted: u64,
    /// How many of that time are at hand.
    pub here: u64,
    /// The newest of them is at hand.
    pub newest: bool,
    /// None of them was changed.
    pub unchanged: bool,
}

impl Behind {
    /// All of them are here as they were.
    #[must_use]
    pub fn are_here(&self) -> bool {
        self.wanted == self.here && self.newest && self.unchanged
    }
}

/// Looks for the facts behind a page among an app's facts. What was written later is left out by its id, for a fact may
/// be written down after the moment at which it was so.
#[must_use]
pub fn behind(page: &Page, facts: &[Fact]) -> Behind {
    let named = &page.method.facts;
    let then = facts.iter().filter(|fact| fact.at <= page.moment && named.last.is_some_and(|last| fact.id <= last));
    let (here, last, chain) = seal::chain(then);
    Behind { wanted: named.count, here, newest: last == named.last, unchanged: chain == named.chain }
}

#[cfg(test)]
mod tests;
