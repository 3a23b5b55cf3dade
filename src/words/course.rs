//! The words of a trend, the same in the console and in plain lines: what a week saw, how long mending took. It counts
//! nothing itself.

use super::{count, span};
use crate::domain::trend::{Open, Point, Times};
use crate::domain::{Gate, Severity};
use chrono::{DateTime, Utc};

/// Who looked in a week: the words for a week without a look say so first.
#[must_use]
pub fn looked(it: &Point) -> String {
    if it.is_unlooked() {
        return "not looked at".to_owned();
    }
    let asked = format!("{} asked", count(usize::from(it.probes), "probe"));
    if it.runs == 0 { format!("{asked}, no run finished") } else { format!("{asked} in {}", count(usize::from(it.runs), "run")) }
}

/// The times of a group: the mended ones, and what is open.
#[must_use]
pub fn times(it: &Times) -> String {
    let mended = match (it.median, &it.longest) {
        (Some(median), Some((longest, item))) if it.fixed > 1 => {
            format!("{} mended: median {}, longest {} ({item})", it.fixed, span(median), span(*longest))
        }
        (Some(median), Some((_, item))) => format!("1 mended: {} ({item})", span(median)),
        _ => "none mended".to_owned(),
    };
    match it.oldest {
        Some(oldest) => format!("{mended}; {} open, oldest {}", it.open, span(oldest)),
        None => format!("{mended}; none open"),
    }
}

/// What one open case is, after its id.
#[must_use]
pub fn open(it: &Open, now: DateTime<Utc>) -> String {
    let gate = it.gate.map_or(String::new(), |gate| format!(", gate {}", gate_word(Some(gate))));
    let worst = it.worst.map_or(String::new(), |worst| format!(", {worst}"));
    format!("{} · seen failing {} ago{gate}{worst}", it.truth.words(), span(now - it.since))
}

/// The name of a gate's group.
#[must_use]
pub fn gate_word(gate: Option<Gate>) -> &'static str {
    match gate {
        Some(Gate::Now) => "now",
        Some(Gate::Launch) => "launch",
        Some(Gate::Close) => "close",
        None => "no gate",
    }
}

/// The name of a severity's group.
#[must_use]
pub fn severity_word(worst: Option<Severity>) -> String {
    worst.map_or("nothing named".to_owned(), |it| it.to_string())
}
