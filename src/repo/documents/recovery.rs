//! The two numbers of a restore: how much data may be lost (RPO) and how long the app may be down (RTO), as a document
//! writes them. A name without a number is not a promise.

use crate::repo::place::{At, line};
use regex::Regex;
use std::sync::LazyLock;

/// What a document promises.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recovery {
    pub rpo: Option<Span>,
    pub rto: Option<Span>,
}

/// A span of time, and where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    pub minutes: u64,
    pub at: At,
}

static NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)(\d{1,5}(?:\.\d{1,2})?)\s*(seconds?|secs?|minutes?|mins?|hours?|hrs?|h|m|s|days?|d|weeks?)\b").ok()
});

static RPO: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)\bRPO\b|recovery[ -]point|data loss").ok());

static RTO: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)\bRTO\b|recovery[ -]time|downtime").ok());

/// Lines behind the name in which its number may stand.
const BEHIND: usize = 2;

pub(super) fn of(path: &str, text: &str) -> Recovery {
    let lines: Vec<&str> = text.lines().collect();
    let find = |name: &LazyLock<Option<Regex>>, other: &LazyLock<Option<Regex>>| {
        let (name, other) = (name.as_ref()?, other.as_ref()?);
        for (count, content) in lines.iter().enumerate() {
            let Some(named) = name.find(content) else { continue };
            let rest = content.get(named.end()..).unwrap_or_default();
            // What stands behind the other name is the other's number.
            let own = other.find(rest).and_then(|it| rest.get(..it.start())).unwrap_or(rest);
            let below = lines.iter().skip(count + 1).take(BEHIND).take_while(|it| !other.is_match(it) && !it.starts_with('#'));
            let minutes = minutes(own).or_else(|| if rest.len() == own.len() { below.copied().find_map(minutes) } else { None });
            if let Some(minutes) = minutes {
                return Some(Span { minutes, at: At::new(path, line(count + 1)) });
            }
        }
        None
    };
    Recovery { rpo: find(&RPO, &RTO), rto: find(&RTO, &RPO) }
}

fn minutes(text: &str) -> Option<u64> {
    let found = NUMBER.as_ref()?.captures(text)?;
    let number: f64 = found.get(1)?.as_str().parse().ok()?;
    let unit = found.get(2)?.as_str().to_lowercase();
    let each = match unit.as_bytes().first()? {
        b's' => 1.0 / 60.0,
        b'm' => 1.0,
        b'h' => 60.0,
        b'd' => 1440.0,
        _ => 10_080.0,
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "five digits and no sign, times a week of minutes"
    )]
    Some((number * each).round() as u64)
}
