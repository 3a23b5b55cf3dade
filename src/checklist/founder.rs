//! Reads what an item says to the founder beside its consequence: once it is done, what is asked of them, and how long it
//! takes. Invents no sentence for an item that has none.

use super::fields::{Fields, whole};
use crate::domain::Item;

/// The longest time that may be asked of a founder for one item, in minutes: more is a piece of work of its own.
const MOST_MINUTES: u16 = 600;

/// The optional words for the founder.
pub(super) struct ForFounder {
    pub done: Option<String>,
    pub ask: Option<String>,
    pub minutes: Option<u16>,
}

/// Reads them; those that are absent come from `base`, as far as they are still true of an item of this `title`.
pub(super) fn read(fields: &mut Fields<'_, '_>, base: Option<&Item>, title: Option<&str>) -> ForFounder {
    // What is true once it is done is the criterion's to say: with another criterion the parent's sentence may claim too much.
    let same = base.filter(|it| title == Some(it.title.as_str()));
    let done = sentence(fields, "founder_done", same.and_then(|it| it.founder_done.clone()));
    let ask = sentence(fields, "founder_ask", base.and_then(|it| it.founder_ask.clone()));
    let minutes = match fields.get("founder_minutes") {
        Some(_) => minutes(fields),
        None => base.and_then(|it| it.founder_minutes).filter(|_| ask.is_some()),
    };
    ForFounder { done, ask, minutes }
}

/// A sentence that may be absent; `none` takes a parent's away.
fn sentence(fields: &mut Fields<'_, '_>, key: &str, base: Option<String>) -> Option<String> {
    if fields.get(key).is_none() {
        return base;
    }
    fields.text(key).map(|text| text.it).filter(|text| text != "none")
}

fn minutes(fields: &mut Fields<'_, '_>) -> Option<u16> {
    let value = fields.get("founder_minutes")?;
    let number = whole(value.get_ref()).and_then(|number| u16::try_from(number).ok());
    let fitting = number.filter(|number| (1..=MOST_MINUTES).contains(number));
    if fitting.is_none() {
        let says = format!("`founder_minutes` is not a whole number from 1 to {MOST_MINUTES}; write the founder's own time");
        fields.problem(value.span().start, says);
    }
    fitting
}

/// Tells minutes that belong to nothing.
pub(super) fn refuse_contradictions(fields: &mut Fields<'_, '_>, item: &Item) {
    if item.founder_minutes.is_some() && item.founder_ask.is_none() {
        let at = fields.get("founder_minutes").map_or(fields.at, |value| value.span().start);
        fields.problem(at, "`founder_minutes` without a `founder_ask` says nothing; write what is asked or remove it");
    }
}
