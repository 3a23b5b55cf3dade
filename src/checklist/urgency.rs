//! Reads what the *Now* lane says of an item: what is at stake while it is open, and what to do first when it burns. Orders
//! nothing itself.

use super::fields::Fields;
use crate::domain::{Gate, Item};

/// The longest clause and the longest step, in characters: a row of the lane is read at a glance.
const LONGEST_STAKE: usize = 80;
const LONGEST_STEP: usize = 60;
/// An order of one step is none, and one of seven is a runbook.
const STEPS: std::ops::RangeInclusive<usize> = 2..=6;

/// The optional words for the lane.
pub(super) struct Urgency {
    pub stake: Option<String>,
    pub emergency: Vec<String>,
}

/// Reads them; those that are absent come from `base`, as far as they are still true of an item of this `title`.
pub(super) fn read(fields: &mut Fields<'_, '_>, base: Option<&Item>, title: Option<&str>) -> Urgency {
    let same = base.filter(|it| title == Some(it.title.as_str()));
    let stake = match fields.get("stake") {
        Some(_) => stake(fields),
        None => same.and_then(|it| it.stake.clone()),
    };
    let emergency = match fields.get("emergency") {
        Some(_) => emergency(fields),
        None => base.map(|it| it.emergency.clone()).unwrap_or_default(),
    };
    Urgency { stake, emergency }
}

/// A clause; `none` takes a parent's away.
fn stake(fields: &mut Fields<'_, '_>) -> Option<String> {
    let text = fields.text("stake")?;
    let length = text.it.chars().count();
    if length > LONGEST_STAKE {
        let says = format!("`stake` has {length} characters; it stands behind what was found, so keep it to {LONGEST_STAKE}");
        fields.problem(text.at, says);
        return None;
    }
    if text.it.ends_with('.') {
        fields.problem(text.at, "`stake` ends with a full stop; it is a clause within a sentence, so take the stop away");
        return None;
    }
    Some(text.it).filter(|text| text != "none")
}

/// The order; an empty list takes a parent's away.
fn emergency(fields: &mut Fields<'_, '_>) -> Vec<String> {
    let Some(steps) = fields.texts("emergency") else { return Vec::new() };
    if steps.is_empty() {
        return Vec::new();
    }
    if !STEPS.contains(&steps.len()) {
        let at = fields.get("emergency").map_or(fields.at, |value| value.span().start);
        let (least, most) = (STEPS.start(), STEPS.end());
        fields.problem(
            at,
            format!("`emergency` has {} steps; write {least} to {most}, in the order in which they are done", steps.len()),
        );
    }
    for step in &steps {
        let length = step.it.chars().count();
        if length > LONGEST_STEP {
            fields.problem(step.at, format!("a step of `emergency` has {length} characters; keep it to {LONGEST_STEP}"));
        } else if step.it.ends_with('.') {
            fields.problem(step.at, "a step of `emergency` ends with a full stop; take it away");
        }
    }
    steps.into_iter().map(|step| step.it).collect()
}

/// Tells an order that could never be shown.
pub(super) fn refuse_contradictions(fields: &mut Fields<'_, '_>, item: &Item) {
    if !item.emergency.is_empty() && item.gate != Some(Gate::Now) {
        let at = fields.get("emergency").map_or(fields.at, |value| value.span().start);
        fields.problem(at, "`emergency` is for a gate of now; write gate = \"now\" or remove it");
    }
}
