//! The demo's time: a clock that runs some weeks behind the machine's, and placeholders such as `{{now-3h}}` in the
//! data files, filled in when an answer is given.

use crate::clock::{Clock, SharedClock};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A clock that runs so many seconds behind another.
pub struct LateClock {
    real: SharedClock,
    behind: AtomicI64,
}

impl LateClock {
    /// `real`, not yet behind.
    #[must_use]
    pub fn new(real: SharedClock) -> Arc<Self> {
        Arc::new(Self { real, behind: AtomicI64::new(0) })
    }

    /// Runs behind by this much from now on.
    pub fn set_behind(&self, by: TimeDelta) {
        self.behind.store(by.num_seconds(), Ordering::Relaxed);
    }
}

impl Clock for LateClock {
    fn now(&self) -> DateTime<Utc> {
        self.real.now() - TimeDelta::seconds(self.behind.load(Ordering::Relaxed))
    }
}

/// The moment that `now-3h` or `now+10d` names: `now`, or `now`, a sign, a whole number and m, h or d.
#[must_use]
pub fn moment(text: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let rest = text.strip_prefix("now")?;
    if rest.is_empty() {
        return Some(now);
    }
    let (sign, rest) = match rest.split_at_checked(1)? {
        ("-", rest) => (-1, rest),
        ("+", rest) => (1, rest),
        _ => return None,
    };
    let (number, unit) = rest.split_at_checked(rest.len().checked_sub(1)?)?;
    let number: i64 = number.parse().ok()?;
    let delta = match unit {
        "m" => TimeDelta::try_minutes(number),
        "h" => TimeDelta::try_hours(number),
        "d" => TimeDelta::try_days(number),
        _ => None,
    }?;
    now.checked_add_signed(delta * sign)
}

/// Fills the placeholders of a data file's value: `{{now-3h}}` becomes RFC 3339 text, `{{unix:now-3h}}` seconds and
/// `{{ms:now-3h}}` milliseconds since 1970 as numbers. Anything else stays as it is.
#[must_use]
pub fn fill(value: &Value, now: DateTime<Utc>) -> Value {
    match value {
        Value::String(text) => filled(text, now).unwrap_or_else(|| value.clone()),
        Value::Array(values) => values.iter().map(|value| fill(value, now)).collect(),
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), fill(value, now))).collect(),
        other => other.clone(),
    }
}

fn filled(text: &str, now: DateTime<Utc>) -> Option<Value> {
    let inside = text.strip_prefix("{{")?.strip_suffix("}}")?;
    if let Some(rest) = inside.strip_prefix("unix:") {
        return Some(moment(rest, now)?.timestamp().into());
    }
    if let Some(rest) = inside.strip_prefix("ms:") {
        return Some(moment(rest, now)?.timestamp_millis().into());
    }
    Some(moment(inside, now)?.to_rfc3339_opts(SecondsFormat::Secs, true).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::json;

    #[rstest]
    #[case("{{now}}", json!("2026-11-22T12:00:00Z"))]
    #[case("{{now-3h}}", json!("2026-11-22T09:00:00Z"))]
    #[case("{{now+1d}}", json!("2026-11-23T12:00:00Z"))]
    #[case("{{unix:now-1m}}", json!(1_795_348_740))]
    #[case("{{ms:now}}", json!(1_795_348_800_000_i64))]
    #[case("{{now-3x}}", json!("{{now-3x}}"))]
    #[case("plain", json!("plain"))]
    fn placeholders(#[case] text: &str, #[case] wanted: Value) {
        let now = "2026-11-22T12:00:00Z".parse().unwrap();
        assert_eq!(fill(&json!({ "a": [text] }), now), json!({ "a": [wanted] }));
    }
}
