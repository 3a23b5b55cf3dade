//! Moments and days that cannot overflow: the laws are total, whatever date a fact carries.
//! It reads no clock.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};

/// The moment so many days after `at`, or the last moment there is.
pub(super) fn after_days(at: DateTime<Utc>, days: u16) -> DateTime<Utc> {
    at.checked_add_signed(TimeDelta::days(i64::from(days))).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// The first moment that is no more within `date`.
pub(super) fn end_of(date: NaiveDate) -> DateTime<Utc> {
    date.succ_opt().and_then(|next| next.and_hms_opt(0, 0, 0)).map_or(DateTime::<Utc>::MAX_UTC, |it| it.and_utc())
}

/// Day and week of the engagement, counted from 1; both 0 before its start.
#[must_use]
pub fn day_and_week(start: NaiveDate, now: DateTime<Utc>) -> (u16, u16) {
    let days = now.date_naive().signed_duration_since(start).num_days();
    let Ok(days) = u64::try_from(days) else { return (0, 0) };
    let whole = |it: u64| u16::try_from(it).unwrap_or(u16::MAX);
    (whole(days + 1), whole(days / 7 + 1))
}

/// A day for a reader: `1 February`, with the year when it is not this one.
pub(super) fn day_words(date: NaiveDate, now: DateTime<Utc>) -> String {
    if date.year() == now.year() { date.format("%-d %B").to_string() } else { date.format("%-d %B %Y").to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[rstest]
    #[case("2026-11-22", 0, 0)]
    #[case("2026-11-23", 1, 1)]
    #[case("2026-11-29", 7, 1)]
    #[case("2026-11-30", 8, 2)]
    #[case("2027-01-03", 42, 6)]
    fn days_and_weeks_count_from_one(#[case] today: &str, #[case] days: u16, #[case] weeks: u16) {
        let now = day(today).and_hms_opt(12, 0, 0).unwrap().and_utc();
        assert_eq!(day_and_week(day("2026-11-23"), now), (days, weeks));
    }

    #[test]
    fn the_ends_of_time_do_not_overflow() {
        assert_eq!(end_of(NaiveDate::MAX), DateTime::<Utc>::MAX_UTC);
        assert_eq!(after_days(DateTime::<Utc>::MAX_UTC, 366), DateTime::<Utc>::MAX_UTC);
        assert_eq!(day_and_week(NaiveDate::MIN, DateTime::<Utc>::MAX_UTC), (u16::MAX, u16::MAX));
        assert_eq!(day_and_week(NaiveDate::MAX, DateTime::<Utc>::MIN_UTC), (0, 0));
    }

    #[test]
    fn a_waived_day_is_whole() {
        assert_eq!(end_of(day("2027-02-01")).to_rfc3339(), "2027-02-02T00:00:00+00:00");
    }
}
