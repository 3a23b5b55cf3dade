//! Words that several probes say: ages, moments that lie ahead, and the step that connects an app to a system.

use crate::domain::{AppSettings, Gap, GapKind, System};
use chrono::{DateTime, TimeDelta, Utc};

/// How far ahead of our clock a vendor's may be before a moment is no longer believed.
pub const SKEW: TimeDelta = TimeDelta::minutes(5);

/// An age for a reader: `3 min`, `9 h`, `4 days`. What lies ahead is `0 min` old.
#[must_use]
pub fn age(of: TimeDelta) -> String {
    let minutes = of.num_minutes().max(0);
    match minutes {
        0..120 => format!("{minutes} min"),
        120..2_880 => format!("{} h", minutes / 60),
        _ => format!("{} days", minutes / 1_440),
    }
}

/// Whether a moment lies further ahead than clocks differ.
#[must_use]
pub fn is_ahead(moment: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    moment.signed_duration_since(now) > SKEW
}

/// The gap of a system that the app is not connected to. `flag` is how `app edit` connects it, such as `--supabase REF`.
#[must_use]
pub fn unconnected(system: System, settings: &AppSettings, flag: &str) -> Gap {
    Gap::new(GapKind::NotConfigured, system, format!("{} is not connected to {}", settings.name, system.title()))
        .needs(format!("Run `rescue app edit {} {flag}`", settings.name))
}

/// The gap of a limit that nothing agreed can be held against (`apis/spend.md` §0.1).
#[must_use]
pub fn no_ceiling(system: System, settings: &AppSettings, says: &str) -> Gap {
    Gap::new(GapKind::NeedsJudgement, system, format!("{says}; no ceiling is agreed")).needs(format!(
        "Run `rescue app edit {} --ceiling {}=USD`",
        settings.name,
        system.id()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(-3, "0 min")]
    #[case(3, "3 min")]
    #[case(119, "119 min")]
    #[case(120, "2 h")]
    #[case(2_879, "47 h")]
    #[case(2_880, "2 days")]
    fn ages(#[case] minutes: i64, #[case] wanted: &str) {
        assert_eq!(age(TimeDelta::minutes(minutes)), wanted);
    }
}
