//! The sentences of messages, one set for each reader, from `assets/tell`. It fills in numbers and names; it decides nothing.

use crate::config::tell::Wording;
use crate::snapshot::words::{Count, fill};
use chrono::{DateTime, Datelike, Utc};
use serde::Deserialize;
use std::sync::LazyLock;

/// The sentences for one kind of reader.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the file of the language says what each sentence is for")]
pub struct ReaderWords {
    pub subject: String,
    pub subject_several: String,
    pub heading: String,
    pub every: String,
    pub lost: Count,
    pub expired: Count,
    pub urgent: Count,
    pub missed: Count,
    pub lost_title: String,
    pub expired_title: String,
    pub urgent_title: String,
    pub missed_title: String,
    pub missed_why: String,
    pub missed_since: String,
    pub missed_ever: String,
    pub unseen: Count,
    pub look: String,
    pub more: String,
    pub more_apps: Count,
    pub closing: String,
    pub test_subject: String,
    pub test: String,
}

/// A language.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TellWords {
    day: String,
    months: [String; 12],
    comma: String,
    and: String,
    engineer: ReaderWords,
    founder: ReaderWords,
}

const ENGLISH: &str = include_str!("../../../assets/tell/en.toml");

impl TellWords {
    /// The built-in language.
    #[must_use]
    pub fn english() -> &'static Self {
        static WORDS: LazyLock<TellWords> = LazyLock::new(|| {
            #[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
            toml::from_str(ENGLISH).expect("the built-in language is whole")
        });
        &WORDS
    }

    /// The sentences for a reader.
    #[must_use]
    pub fn of(&self, wording: Wording) -> &ReaderWords {
        match wording {
            Wording::Engineer => &self.engineer,
            Wording::Founder => &self.founder,
        }
    }

    /// `22 November 2026`, in UTC.
    #[must_use]
    pub fn day(&self, at: DateTime<Utc>) -> String {
        let month = self.months.get(at.month0() as usize).map_or("", String::as_str);
        fill(&self.day, &[("day", &at.day().to_string()), ("month", month), ("year", &at.year().to_string())])
    }

    /// `one, two and three`.
    #[must_use]
    pub fn list(&self, all: &[String]) -> String {
        match all {
            [] => String::new(),
            [one] => one.clone(),
            [first @ .., last] => format!("{}{}{last}", first.join(&self.comma), self.and),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_is_whole_and_the_founder_s_part_has_no_word_of_the_trade() {
        let words: TellWords = toml::from_str(ENGLISH).unwrap();
        assert_eq!(words.day("2026-11-23T23:59:59Z".parse().unwrap()), "23 November 2026");
        assert_eq!(words.list(&["a".into(), "b".into(), "c".into()]), "a, b and c");
        let trade = [
            "gate",
            "probe",
            "drift",
            "drifted",
            "verified",
            "attested",
            "waiver",
            "waivers",
            "waived",
            "token",
            "run",
            "rescue",
            "item",
            "items",
            "finding",
            "findings",
            "app",
            "apps",
            "credential",
            "host",
            "path",
            "table",
        ];
        let (_, founder) = ENGLISH.split_once("[founder]").unwrap();
        for line in founder.lines() {
            let said = line.split_once('=').map_or("", |(_, said)| said).replace("{app}", "").to_lowercase();
            let found = said.split(|c: char| !c.is_alphabetic()).find(|word| trade.contains(word));
            assert_eq!(found, None, "{line}");
        }
    }
}
