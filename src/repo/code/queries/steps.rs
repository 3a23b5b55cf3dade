//! Writes to several tables that one function makes one after the other: if the second fails, the first stays. Writes in
//! different arms of a branch never happen together, and those inside of a transaction do so as one.

use super::Verb;
use std::collections::BTreeMap;

/// One write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// As the code calls it.
    pub table: String,
    pub verb: Verb,
    pub line: u32,
}

/// A function with several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Steps {
    /// None: it has no name.
    pub function: Option<String>,
    pub line: u32,
    /// In the order of the text; at least two different tables.
    pub writes: Vec<Write>,
}

/// A write, and where in its function it stands.
pub(super) struct Placed {
    pub write: Write,
    /// The function that it belongs to; 0 is the module itself.
    pub unit: u32,
    /// Branches that it stands in, with the arm of each.
    pub arms: Vec<(u32, u32)>,
    pub in_transaction: bool,
}

/// A function of the file.
pub(super) struct Unit {
    pub name: Option<String>,
    pub line: u32,
}

/// Tables that only record what happened: nobody's balance is wrong when such a row is missing.
fn is_record(table: &str) -> bool {
    let lower = table.to_ascii_lowercase();
    let words =
        ["log", "logs", "audit", "audits", "event", "events", "analytics", "activity", "activities", "history", "metrics"];
    lower.split(['_', '-', '.']).any(|it| words.contains(&it)) || lower.ends_with("log") || lower.ends_with("logs")
}

/// The functions that write to more than one table outside of a transaction, and how many write at all.
pub(super) fn of(writes: Vec<Placed>, units: &BTreeMap<u32, Unit>) -> (Vec<Steps>, usize) {
    let mut by_unit: BTreeMap<u32, Vec<Placed>> = BTreeMap::new();
    for write in writes {
        by_unit.entry(write.unit).or_default().push(write);
    }
    let count = by_unit.len();
    // What a module does while it is loaded is a script, run by a person who sees it fail.
    let functions = by_unit.into_iter().filter(|(unit, _)| *unit != 0);
    let steps = functions.filter_map(|(unit, writes)| {
        let open: Vec<&Placed> = writes.iter().filter(|it| !it.in_transaction && !is_record(&it.write.table)).collect();
        let is_named = |it: &Placed| !it.write.table.is_empty();
        let together =
            |a: &Placed, b: &Placed| a.write.table != b.write.table && is_named(a) && is_named(b) && !excluded(&a.arms, &b.arms);
        let meets = |it: &&&Placed| open.iter().any(|other| together(it, other));
        let writes: Vec<Write> = open.iter().filter(meets).map(|it| it.write.clone()).collect();
        let unit = units.get(&unit)?;
        (!writes.is_empty()).then(|| Steps { function: unit.name.clone(), line: unit.line, writes })
    });
    (steps.collect(), count)
}

/// Whether two places stand in different arms of one branch.
fn excluded(a: &[(u32, u32)], b: &[(u32, u32)]) -> bool {
    a.iter().any(|(branch, arm)| b.iter().any(|(other, other_arm)| branch == other && arm != other_arm))
}
