//! Every visible sentence of a snapshot, read from one file a language (`assets/snapshot`). It fills in numbers, days
//! and names; it decides nothing.

use super::model::State;
use crate::domain::Foreign;
use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use serde::Deserialize;
use std::sync::LazyLock;

/// A sentence for one, and one for any other number.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    one: String,
    many: String,
}

impl Count {
    /// The sentence for `n`, with `{n}` and the other names filled in.
    #[must_use]
    pub fn of(&self, n: usize, with: &[(&str, &str)]) -> String {
        let number = n.to_string();
        let with: Vec<(&str, &str)> = with.iter().copied().chain([("n", number.as_str())]).collect();
        fill(if n == 1 { &self.one } else { &self.many }, &with)
    }
}

/// `template` with each `{name}` replaced by its value. Values are not looked into again; a name that is not given stays.
#[must_use]
pub fn fill(template: &str, with: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let value = after.split_once('}').and_then(|(name, tail)| Some((with.iter().find(|(it, _)| *it == name)?.1, tail)));
        if let Some((value, tail)) = value {
            out.push_str(value);
            rest = tail;
        } else {
            out.push('{');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[expect(missing_docs, reason = "the file of the language says what each sentence is for")]
        pub struct $name { $(pub $field: $type),+ }
    };
}

words! {
    /// The words beside the marks.
    StateWords { good: String, bad: String, accepted: String, old: String, unknown: String, outside: String }
}
words! {
    /// What only the formats for paper, mail and chat say.
    PaperWords {
        page: String, counted: String, labelled: String, area: String, point: String, point_lost: String, copy: String,
        unprintable: String,
    }
}
words! {
    /// For whom a page is.
    AudienceWords { founder: String, investor: String }
}
words! {
    /// The answer.
    VerdictWords {
        live: String, launch: String, yes: String, yes_risks: Count, no_urgent: Count, no_before_launch: Count, no_unproven: Count,
        also_unproven: Count, nobody: String, no_questions: String, count_first: Count, count: String,
    }
}
words! {
    /// Dangers.
    DangerWords {
        title: String, none: String, none_unseen: Count, some: Count, some_urgent: Count, all_urgent: String, investor_none: String, investor: Count,
        fixing_all: String, fixing_all_many: String, fixing_some: String, fixing_none: String, urgent: String, not_urgent: String,
        concerns: String, doing: String, planned: String, late: String, waits_reader: String, waits_other: String,
        waits_until: String, unplanned: String, decide_plan: String, decision: String, detail: String,
    }
}
words! {
    /// The reader's own part.
    TurnWords {
        title: String, none: String, some: Count, minutes: Count, minutes_unknown: String, since: String, until: String, ask: String,
        investor: String,
    }
}
words! {
    /// What changed.
    ChangeWords {
        title: String, first: String, none: String, some: String, worse: String, better: String, nothing_worse: String,
        nothing_better: String, lost: String, failing: String, expired: String, old: String, blind: String,
    }
}
words! {
    /// The plan.
    PlanWords { title: String, says: String, due_all: Count, due_none: String, due_late: String, nothing: String }
}
words! {
    /// Accepted risks.
    AcceptedWords { title: String, none: String, some: Count, word: String, own: String }
}
words! {
    /// What could not be seen, by the kind of the gap.
    UnseenWords {
        title: String, none: String, some: Count, points: Count, no_credential: String, bad_credential: String, no_permission: String,
        plan_hides: String, not_configured: String, rate_limited: String, unreachable: String, vendor_fault: String,
        timed_out: String, unexpected_answer: String, incomplete: String, needs_consent: String, ambiguous: String,
        needs_judgement: String, no_baseline: String, internal: String, not_looked: String, something: String,
    }
}
words! {
    /// The parts of the product.
    AreaWords {
        title: String, says: String, outside: String, machine: String, person: String, both: String, seen_bad: String,
        said_bad: String, lost: String, disputed: String, accepted: String, old: String, old_undated: String, unknown: String,
        partly: String, outside_word: String, other: String, other_about: String, done_fallback: String,
    }
}
words! {
    /// Recovery and costs.
    MeasureWords {
        title: String, recovery: String, recovery_done: String, recovery_open: String, loss: String, loss_done: String,
        loss_plain: String, loss_open_agreed: String, loss_open: String, spend: String, spend_done: String, spend_open: String,
        spend_none: String, spend_nothing: String, agreed_by: String, agreed_nobody: String, hours: Count, days: Count, minutes: Count,
    }
}
words! {
    /// The weeks as a line.
    CourseWords {
        title: String, says: String, lost: Count, no_lost: String, one: String, done_line: String, lost_mark: String,
        table_day: String, table_done: String, table_of: String, table_lost: String,
    }
}
words! {
    /// How it was measured.
    MethodWords {
        title: String, tool: String, asked: String, asked_none: String, last_look: String, last_look_none: String, facts: Count,
        read_only: String, limits: String, previous: String, first: String, chain: String, list: String, content: String,
        check: String,
    }
}
words! {
    /// What only the HTML says.
    HtmlWords { glance: String, numbers: String, more: Count, shortened: String }
}
words! {
    /// Two pages side by side.
    CompareWords {
        pages: String, readers: String, same_answer: String, answer_then: String, answer_now: String, urgent: String, unproven: String, done: String,
        unseen: String, hidden: String, went: Count, came: Count, stayed: Count,
    }
}
words! {
    /// One part of a product, by the letters before the dash of its points' ids.
    Part { prefix: String, title: String, about: String }
}
words! {
    /// A language.
    Words {
        language: String, name: String, months: [String; 12], weekdays: [String; 7], day: String, day_of_year: String,
        full_day: String, time: String, and: String, comma: String, your_engineer: String, your_data: String, week: String,
        week_after: String, week_before: String, title: String, note: String, made_for: AudienceWords, states: StateWords,
        paper: PaperWords,
        verdict: VerdictWords, dangers: DangerWords, turn: TurnWords, changes: ChangeWords, plan: PlanWords,
        accepted: AcceptedWords, unseen: UnseenWords, areas: AreaWords, measured: MeasureWords, course: CourseWords,
        method: MethodWords, html: HtmlWords, compare: CompareWords, parts: Vec<Part>,
    }
}

const ENGLISH: &str = include_str!("../../assets/snapshot/en.toml");

impl Words {
    /// Reads a language.
    ///
    /// # Errors
    /// What is missing or too much, with its line.
    pub fn read(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// The built-in language.
    #[must_use]
    pub fn english() -> &'static Self {
        static WORDS: LazyLock<Words> = LazyLock::new(|| {
            #[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
            Words::read(ENGLISH).expect("the built-in language is whole")
        });
        &WORDS
    }

    /// A day for a reader of a page of `today`: with its year when that is another one.
    #[must_use]
    pub fn day(&self, day: NaiveDate, today: NaiveDate) -> String {
        self.on(if day.year() == today.year() { &self.day } else { &self.day_of_year }, day)
    }

    /// A day with its year, whenever it is read.
    #[must_use]
    pub fn day_with_year(&self, day: NaiveDate) -> String {
        self.on(&self.day_of_year, day)
    }

    /// `Monday, 23 November 2026`.
    #[must_use]
    pub fn full_day(&self, day: NaiveDate) -> String {
        self.on(&self.full_day, day)
    }

    /// `09:05 UTC`.
    #[must_use]
    pub fn time(&self, at: DateTime<Utc>) -> String {
        fill(&self.time, &[("hour", &format!("{:02}", at.hour())), ("minute", &format!("{:02}", at.minute()))])
    }

    fn on(&self, template: &str, day: NaiveDate) -> String {
        let month = self.months.get(day.month0() as usize).map_or("", String::as_str);
        let weekday = self.weekdays.get(day.weekday().num_days_from_monday() as usize).map_or("", String::as_str);
        let (number, year) = (day.day().to_string(), day.year().to_string());
        fill(template, &[("day", &number), ("month", month), ("weekday", weekday), ("year", &year)])
    }

    /// `a, b and c`.
    #[must_use]
    pub fn list(&self, names: &[String]) -> String {
        match names {
            [] => String::new(),
            [one] => one.clone(),
            [first @ .., last] => format!("{}{}{last}", first.join(&self.comma), self.and),
        }
    }

    /// The word beside a mark.
    #[must_use]
    pub fn state(&self, state: State) -> &str {
        let words = &self.states;
        match state {
            State::Good => &words.good,
            State::Bad => &words.bad,
            State::Accepted => &words.accepted,
            State::Old => &words.old,
            State::Unknown => &words.unknown,
            State::Outside => &words.outside,
        }
    }

    /// A person's name as a page may show it. An address or an account name is not a name.
    #[must_use]
    pub fn person(&self, name: &Foreign) -> String {
        let name = name.as_str().trim();
        if name.is_empty() || name.contains(['@', '/', '\\', ':']) {
            self.your_engineer.clone()
        } else {
            Foreign::new(name).cut(60)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("{a} and {b}", "1 and {a}")]
    #[case("{a}{a}", "11")]
    #[case("{unknown} {", "{unknown} {")]
    #[case("{{a}", "{1")]
    #[case("", "")]
    fn values_are_filled_in_once(#[case] template: &str, #[case] wanted: &str) {
        assert_eq!(fill(template, &[("a", "1"), ("b", "{a}")]), wanted);
    }

    #[test]
    fn english_is_whole_and_uses_no_word_of_the_trade() {
        let words = Words::read(ENGLISH).unwrap();
        assert_eq!(words.full_day("2026-11-23".parse().unwrap()), "Monday, 23 November 2026");
        let trade = ["gate", "gates", "probe", "probes", "drift", "drifted", "verified", "attested", "waiver", "waived", "token"];
        for line in ENGLISH.lines().filter(|line| !line.starts_with('#') && !line.starts_with("check =")) {
            let said = line.split_once('=').map_or("", |(_, said)| said).to_lowercase();
            let found = said.split(|c: char| !c.is_alphabetic()).find(|word| trade.contains(word));
            assert_eq!(found, None, "{line}");
        }
    }

    #[rstest]
    #[case("Sam", "Sam")]
    #[case("sam@example.com", "Your engineer")]
    #[case("acme/sam", "Your engineer")]
    #[case("  ", "Your engineer")]
    fn an_address_is_not_a_name(#[case] name: &str, #[case] wanted: &str) {
        assert_eq!(Words::english().person(&Foreign::new(name)), wanted);
    }

    #[test]
    fn names_are_listed_as_people_write_them() {
        let names = |n: usize| (0..n).map(|it| it.to_string()).collect::<Vec<_>>();
        let listed = [0, 1, 2, 3].map(|n| Words::english().list(&names(n)));
        assert_eq!(listed, ["", "0", "0 and 1", "0, 1 and 2"]);
    }
}
