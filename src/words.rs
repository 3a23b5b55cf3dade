//! The words and marks by which states, ages, moments and counts are shown, the same in the console, in plain lines and
//! in logs. It computes no truth: it only says what it is given. A mark never stands without its word.

pub mod change;
pub mod course;
pub mod decision;
pub mod next;

use crate::domain::checklist::Effort;
use crate::domain::{Assessment, ExposedIn, Exposure, Gate, Outcome, Place, ProbeWord, Rotation, Truth, Work};
use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};

/// The mark of a truth (DESIGN §6).
#[must_use]
pub fn mark(truth: Truth) -> &'static str {
    match truth {
        Truth::NotApplicable => "–",
        Truth::Verified => "✔",
        Truth::Attested => "✓",
        Truth::Waived => "≈",
        Truth::Drifted => "↯",
        Truth::Disputed => "≠",
        Truth::Failing => "✘",
        Truth::Stale => "◷",
        Truth::Open => "○",
    }
}

/// The mark of an outcome; none: never asked, or aged.
#[must_use]
pub fn outcome_mark(outcome: Option<&Outcome>) -> &'static str {
    match outcome {
        Some(Outcome::Pass) => "✔",
        Some(Outcome::Fail) => "✘",
        Some(Outcome::NotApplicable { .. }) => "–",
        Some(Outcome::Undecided { .. }) | None => "?",
    }
}

/// What a probe's word is today, for a reader.
#[must_use]
pub fn probe_says(word: &ProbeWord) -> String {
    if let Some(why) = &word.not_applicable {
        return format!("not used: {why}");
    }
    let said = match word.speaks() {
        Some(outcome) => {
            let accepted = match (word.rotated, word.accepted) {
                (true, _) => ", every leaked secret rotated on a person's word",
                (_, true) => ", accepted",
                _ => "",
            };
            let suspected = if word.suspected { ", suspected to fail" } else { "" };
            format!("{}{accepted}{suspected}: {}", outcome.word().replace('_', " "), word.says)
        }
        None if word.outcome.is_some() => "too old to count".to_owned(),
        None => "not seen".to_owned(),
    };
    match &word.gap {
        Some(gap) if word.speaks().is_some() => format!("{said}; the last look could not see: {}", gap.says),
        Some(gap) => format!("can't see ({}): {}", gap.kind.words(), gap.says),
        None => said,
    }
}

/// The work beside a truth, when it is more than *todo*.
#[must_use]
pub fn work(work: &Work) -> Option<String> {
    match work {
        Work::Todo => None,
        Work::Doing { who, .. } => Some(format!("doing, {who}")),
        Work::Blocked { on, waits_for, until, .. } => {
            let until = until.map(|day| format!(" until {day}")).unwrap_or_default();
            Some(format!("blocked on {on} for {waits_for}{until}"))
        }
        Work::Planned { week } => Some(format!("planned for week {week}")),
    }
}

/// How long ago `then` was, in one unit: `just now`, `12 min`, `3 h`, `4 days`, `5 weeks`. A later moment is `in the future`.
#[must_use]
pub fn age(then: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let past = now - then;
    if past < TimeDelta::minutes(-2) {
        return "in the future".to_owned();
    }
    if past < TimeDelta::minutes(1) {
        return "just now".to_owned();
    }
    span(past)
}

/// The same with `ago`, where a sentence needs it: `12 min ago`, `just now`.
#[must_use]
pub fn ago(then: DateTime<Utc>, now: DateTime<Utc>) -> String {
    match age(then, now) {
        words if words.starts_with(|c: char| c.is_ascii_digit()) => format!("{words} ago"),
        words => words,
    }
}

/// A length of time in its largest whole unit: `12 min`, `3 h`, `4 days`, `5 weeks`.
#[must_use]
pub fn span(length: TimeDelta) -> String {
    let minutes = length.num_minutes().max(0);
    match minutes {
        0..60 => format!("{minutes} min"),
        60..2_880 => format!("{} h", minutes / 60),
        2_880..50_400 => format!("{} days", minutes / 1_440),
        _ => format!("{} weeks", minutes / 10_080),
    }
}

/// How long is left until `end`: `6 days left`, `ended`.
#[must_use]
pub fn left(end: DateTime<Utc>, now: DateTime<Utc>) -> String {
    if end <= now { "ended".to_owned() } else { format!("{} left", span(end - now)) }
}

/// The next moment at which [`age()`] of `then` reads differently.
#[must_use]
pub fn next_age(then: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    if then > now {
        return now + TimeDelta::minutes(1);
    }
    let minutes = (now - then).num_minutes();
    let next = match minutes {
        0..60 => minutes + 1,
        60..2_880 => (minutes / 60 + 1) * 60,
        2_880..50_400 => (minutes / 1_440 + 1) * 1_440,
        _ => (minutes / 10_080 + 1) * 10_080,
    };
    then + TimeDelta::minutes(next)
}

/// A day as people write it: `22 November 2026`.
#[must_use]
pub fn day(date: NaiveDate) -> String {
    format!("{} {}", date.day(), date.format("%B %Y"))
}

/// A moment to the minute, UTC: `2026-11-22 15:04`.
#[must_use]
pub fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M").to_string()
}

/// A length in milliseconds: `41 ms`, `2.3 s`.
#[must_use]
pub fn millis(ms: u64) -> String {
    if ms < 1_000 { format!("{ms} ms") } else { format!("{}.{} s", ms / 1_000, ms % 1_000 / 100) }
}

/// A number with its noun: `1 item`, `3 items`. `noun` is the singular of a word that takes an `s`.
#[must_use]
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// One word for a POSIX shell, whatever it holds.
#[must_use]
pub fn shell_word(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// What an effort means: minutes, hours, days.
#[must_use]
pub fn effort(effort: Effort) -> &'static str {
    match effort {
        Effort::S => "minutes",
        Effort::M => "hours",
        Effort::L => "days",
    }
}

/// What a gate means.
#[must_use]
pub fn gate(gate: Gate) -> &'static str {
    match gate {
        Gate::Now => "gate now: users are at risk while this is open",
        Gate::Launch => "gate launch: to be closed before users come",
        Gate::Close => "gate close: to be closed before hand-over",
    }
}

/// What stands at the end of an item's line: its work if somebody works on it, else its truth, else why nobody knows.
#[must_use]
pub fn state(assessment: &Assessment) -> String {
    if !assessment.truth.is_done() && !matches!(assessment.truth, Truth::NotApplicable | Truth::Waived) {
        match &assessment.work {
            Work::Todo => {}
            Work::Planned { week } => return format!("week {week}"),
            work if !assessment.truth.is_lost() => return work.word().to_owned(),
            _ => {}
        }
    }
    match assessment.truth {
        Truth::NotApplicable => "n/a".to_owned(),
        Truth::Open if assessment.by_hand => "by hand".to_owned(),
        Truth::Open if assessment.unseen => "unseen".to_owned(),
        truth => truth.words().to_owned(),
    }
}

/// The word for what a probe says today; the same words everywhere.
#[must_use]
pub fn probe(word: &ProbeWord) -> &'static str {
    if word.not_applicable.is_some() {
        return "not used";
    }
    match (word.speaks(), &word.gap) {
        (Some(Outcome::Pass), _) if word.suspected => "suspected",
        (Some(Outcome::Pass | Outcome::Fail), _) if word.rotated => "rotated",
        (Some(Outcome::Pass), _) => "pass",
        (Some(Outcome::Fail), _) if word.accepted => "accepted",
        (Some(Outcome::Fail), _) => "fail",
        (Some(Outcome::NotApplicable { .. }), _) => "not used",
        (_, Some(_)) => "can't see",
        _ if word.aged => "aged",
        (Some(Outcome::Undecided { .. }), _) => "can't see",
        (None, None) if word.suspected => "suspected",
        (None, None) => "not asked yet",
    }
}

/// How a secret lies open: `only in history · leaked 3 March 2025 · abc1234 · 14 places`.
#[must_use]
pub fn exposure(it: &Exposure, place: Option<&Place>) -> String {
    let mut parts = vec![match it.at {
        ExposedIn::Tree => "in the files of today".to_owned(),
        ExposedIn::History => "only in history".to_owned(),
        ExposedIn::Site => "served by the site".to_owned(),
    }];
    let day = |at: DateTime<Utc>| at.format("%-d %B %Y").to_string();
    match (it.since, it.until) {
        (Some(since), Some(until)) => parts.push(format!("leaked {}, taken away {}", day(since), day(until))),
        (Some(since), None) => parts.push(format!("leaked {}", day(since))),
        (None, Some(until)) => parts.push(format!("taken away {}", day(until))),
        (None, None) => {}
    }
    if let Some(Place::File { commit: Some(commit), .. }) = place {
        parts.push(commit.as_str().chars().take(7).collect());
    }
    if it.places > 1 {
        parts.push(format!("{} places", it.places));
    }
    if let Some(marker) = &it.marker {
        parts.push(format!("a marker there says {marker}, which counts for nothing here"));
    }
    parts.join(" · ")
}

/// Who said that a secret was replaced, and when.
#[must_use]
pub fn rotation(it: &Rotation) -> String {
    let holds = if it.holds { "" } else { ", which was before it leaked" };
    format!("rotated on {} says {}{holds} — proof: {}", it.on.format("%-d %B %Y"), it.who, it.proof)
}

/// What a headline says after its answer: `NO — 2 urgent: …` without its `NO — `; nothing when the answer is all.
#[must_use]
pub fn reason(headline: &str) -> &str {
    match headline.split_once(" — ") {
        Some(("NO" | "YES", reason)) => reason,
        None if matches!(headline, "NO" | "YES") => "",
        _ => headline,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;
    use strum::VariantArray;

    #[test]
    fn every_truth_has_a_mark_of_its_own() {
        let marks: std::collections::BTreeSet<_> = Truth::VARIANTS.iter().map(|truth| mark(*truth)).collect();
        assert_eq!(marks.len(), Truth::VARIANTS.len());
    }

    #[test]
    fn the_answer_stands_before_the_headline_and_is_not_said_again() {
        assert_eq!(reason("NO — 2 urgent: SEC-01 No key"), "2 urgent: SEC-01 No key");
        assert_eq!(reason("YES"), "");
        assert_eq!(reason("nothing is known — yet"), "nothing is known — yet");
        assert_eq!(reason("YES — with 1 risk accepted by Ana"), "with 1 risk accepted by Ana");
    }

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + minutes * 60, 0).unwrap()
    }

    #[rstest]
    #[case(0, "just now")]
    #[case(12, "12 min")]
    #[case(61, "1 h")]
    #[case(60 * 47, "47 h")]
    #[case(60 * 48, "2 days")]
    #[case(60 * 24 * 35, "5 weeks")]
    #[case(-1, "just now")]
    #[case(-10, "in the future")]
    fn ages(#[case] minutes: i64, #[case] wanted: &str) {
        assert_eq!(age(at(0), at(minutes)), wanted);
    }

    #[test]
    fn a_year_is_not_a_clock_error() {
        assert_eq!(ago(at(0), at(60 * 24 * 365)), "52 weeks ago");
        assert_eq!(millis(2_345), "2.3 s");
        assert_eq!(count(1, "item"), "1 item");
    }

    proptest! {
        #[test]
        fn an_age_reads_the_same_until_it_is_said_to_change(minutes in 0_i64..600_000, seconds in 0_i64..60) {
            let now = at(minutes) + TimeDelta::seconds(seconds);
            let next = next_age(at(0), now);
            prop_assert!(next > now, "a wake in the past would spin");
            prop_assert_eq!(age(at(0), next - TimeDelta::seconds(1)), age(at(0), now));
            prop_assert_ne!(age(at(0), next), age(at(0), now));
        }

        #[test]
        fn a_moment_in_the_future_wakes_later(minutes in 1_i64..600_000) {
            prop_assert!(next_age(at(minutes), at(0)) > at(0));
        }
    }
}
