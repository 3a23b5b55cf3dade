//! Acceptances that no finding needs any more, as lines and in documents.

use super::json::moment;
use super::out::Out;
use crate::domain::{Foreign, UnusedAcceptance};
use crate::words;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// One line each, with the way to take it back.
pub fn print(app: &str, unused: &[UnusedAcceptance], now: DateTime<Utc>, out: &mut Out<'_>) {
    for it in unused {
        let reason = it.waiver.reason.cut(80);
        out.line(format!("unused    accepted until {}, not met since {}: {reason}", it.waiver.until, words::ago(it.since, now)));
        out.line(format!("    take it back: rescue finding reopen {app} {} --reason …", Foreign::new(&it.finding)));
    }
}

/// The rows of a document.
#[must_use]
pub fn rows(unused: &[UnusedAcceptance]) -> Value {
    let row = |it: &UnusedAcceptance| {
        json!({
            "id": it.finding, "by": it.waiver.who, "reason": it.waiver.reason, "until": it.waiver.until,
            "last_seen": moment(it.last_seen), "since": moment(it.since),
        })
    };
    unused.iter().map(row).collect()
}
