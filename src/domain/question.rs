//! A question across apps, such as `BAK-02:failing due`: asked of one app at a time, answered with yes, no, or why
//! nobody knows. An app whose item was not seen neither has it nor has it not, whatever is asked.

mod complete;
mod read;

pub use complete::{completed, completions, nearest};
pub use read::NotAQuestion;

use super::glance::{Glance, ItemGlance, ProbeGlance, Silence};
use super::state::Answer;
use super::{GapKind, Truth};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::RangeInclusive;

/// The names that a question may use: so that a typing mistake is told, and never answered with "none".
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vocabulary {
    /// Items of the adopted checklists, each with its short title.
    pub items: BTreeMap<String, String>,
    pub probes: BTreeSet<String>,
}

/// What a question asks of an app besides its items and probes.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub name: &'a str,
    pub title: &'a str,
    /// Week of the engagement, from 1; 0 before its start.
    pub week: u16,
    /// None until something was looked at.
    pub answer: Option<Answer>,
    pub due: bool,
    /// From when on it is, or will be without anything happening; none while nothing of it can be asked.
    pub due_from: Option<DateTime<Utc>>,
    pub archived: bool,
    /// Items that were lost: drifted or disputed.
    pub lost: u16,
    pub failing: u16,
    /// Open gates for now.
    pub urgent: u16,
    /// Every open gate that the answer depends on.
    pub gates: u16,
    pub unseen: u16,
    /// When the newest finished run ended.
    pub last_run: Option<DateTime<Utc>>,
    pub glance: &'a Glance,
}

/// What one app answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reply {
    Yes,
    /// Neither yes nor no.
    Unknown(Silence),
    No,
}

impl Reply {
    fn of(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }

    /// Both: a no decides, else what is not known.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Unknown(one), Self::Unknown(two)) => Self::Unknown(one.min(two)),
            (Self::Unknown(why), Self::Yes) | (Self::Yes, Self::Unknown(why)) => Self::Unknown(why),
            (Self::Yes, Self::Yes) => Self::Yes,
        }
    }

    /// Either: a yes decides, else what is not known.
    fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }

    fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            unknown @ Self::Unknown(_) => unknown,
        }
    }

    fn not_if(self, not: bool) -> Self {
        if not { self.not() } else { self }
    }
}

/// A question: every clause of it has to hold. The empty one is answered with yes by every app.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Question {
    clauses: Vec<Clause>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Clause {
    not: bool,
    about: About,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum About {
    /// In name or title, in small letters.
    Text(String),
    Name(String),
    App(AppWord),
    Week(RangeInclusive<u16>),
    Answer(Vec<Option<Answer>>),
    /// One item, or any of the app's.
    Item(Option<String>, Vec<Test>),
    /// One probe, or any that the app's items ask.
    Probe(Option<String>, Vec<Test>),
}

/// What is asked of an item or a probe: one of the values is enough.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Test {
    not: bool,
    /// As it was written, for a reader.
    says: String,
    wanted: Wanted,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Wanted {
    Truth(Vec<Truth>),
    Work(Vec<&'static str>),
    Outcome(Vec<&'static str>),
    Gap(Vec<GapKind>),
}

/// What is asked of an app in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum AppWord {
    /// A run is due.
    Due,
    /// Items were lost.
    Lost,
    /// Gates for now are open.
    Urgent,
    /// Rules fail.
    Failing,
    /// Something could not be seen.
    Unseen,
    /// No run ever finished.
    Never,
    /// It was put away.
    Archived,
}

impl Question {
    /// Reads a question (the grammar is in the README).
    ///
    /// # Errors
    /// What is wrong and where, with the nearest words that would be right, and the question without it.
    pub fn read(text: &str, known: &Vocabulary) -> Result<Self, NotAQuestion> {
        read::read(text, known)
    }

    /// What an app answers.
    #[must_use]
    pub fn ask(&self, app: &Asked<'_>) -> Reply {
        // An app that was put away is in nobody's way unless it is asked for.
        let start = Reply::of(!app.archived || self.asks_for(AppWord::Archived));
        self.clauses.iter().fold(start, |so_far, clause| match so_far {
            Reply::No => Reply::No,
            so_far => so_far.and(clause.about.ask(app).not_if(clause.not)),
        })
    }

    /// Whether anything is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.clauses.is_empty()
    }

    /// Whether it can be answered with neither yes nor no.
    #[must_use]
    pub fn is_about_looks(&self) -> bool {
        self.clauses.iter().any(|it| matches!(it.about, About::Item(..) | About::Probe(..)))
    }

    /// Whether it names that word of the app, plainly or with `not`.
    #[must_use]
    pub fn asks_for(&self, word: AppWord) -> bool {
        self.clauses.iter().any(|it| it.about == About::App(word))
    }

    /// The items and probes that it names, each once, in its order.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let mut named: Vec<&str> = Vec::new();
        for clause in &self.clauses {
            if let About::Item(Some(id), _) | About::Probe(Some(id), _) = &clause.about
                && !named.contains(&id.as_str())
            {
                named.push(id);
            }
        }
        named
    }

    /// Each clause in words for a reader: `due`, `BAK-02 failing`, `not week 3`.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        self.clauses.iter().map(ToString::to_string).collect()
    }
}

impl About {
    fn ask(&self, app: &Asked<'_>) -> Reply {
        match self {
            Self::Text(text) => Reply::of(contains(app.name, text) || contains(app.title, text)),
            Self::Name(text) => Reply::of(contains(app.name, text)),
            Self::App(AppWord::Archived) => Reply::of(app.archived),
            _ if app.glance.is_blank() => Reply::Unknown(Silence::Unreadable),
            Self::App(word) => Reply::of(match word {
                AppWord::Due => app.due,
                AppWord::Lost => app.lost > 0,
                AppWord::Urgent => app.urgent > 0,
                AppWord::Failing => app.failing > 0 || app.lost > 0,
                AppWord::Unseen => app.unseen > 0,
                AppWord::Never => app.last_run.is_none(),
                AppWord::Archived => app.archived,
            }),
            Self::Week(weeks) => Reply::of(weeks.contains(&app.week)),
            Self::Answer(answers) => Reply::of(answers.contains(&app.answer)),
            Self::Item(Some(id), tests) => {
                app.glance.item(id).map_or(Reply::Unknown(Silence::Elsewhere), |it| of_all(tests, |test| of_item(&it, test)))
            }
            Self::Item(None, tests) => of_any(app.glance.items().map(|(_, it)| of_all(tests, |test| of_item(&it, test)))),
            Self::Probe(Some(id), tests) => {
                app.glance.probe(id).map_or(Reply::Unknown(Silence::Elsewhere), |it| of_all(tests, |test| of_probe(&it, test)))
            }
            Self::Probe(None, tests) => of_any(app.glance.probes().map(|(_, it)| of_all(tests, |test| of_probe(&it, test)))),
        }
    }
}

fn of_all(tests: &[Test], ask: impl Fn(&Wanted) -> Reply) -> Reply {
    tests.iter().fold(Reply::Yes, |so_far, test| so_far.and(ask(&test.wanted).not_if(test.not)))
}

fn of_any(replies: impl Iterator<Item = Reply>) -> Reply {
    replies.fold(Reply::No, Reply::or)
}

fn of_item(it: &ItemGlance, wanted: &Wanted) -> Reply {
    match (wanted, it.silence) {
        (Wanted::Truth(truths), _) if truths.contains(&it.truth) => Reply::Yes,
        // An item that is open today may be any of these in the world; whether somebody waived it is known for sure.
        (Wanted::Truth(truths), Some(silence)) if truths.iter().any(|it| is_of_the_world(*it)) => Reply::Unknown(silence),
        (Wanted::Work(works), _) => Reply::of(works.contains(&it.work)),
        (Wanted::Gap(gaps), _) if it.gap.is_some_and(|gap| gaps.contains(&gap)) => Reply::Yes,
        (Wanted::Gap(_), Some(Silence::Never)) => Reply::Unknown(Silence::Never),
        (Wanted::Truth(_) | Wanted::Gap(_) | Wanted::Outcome(_), _) => Reply::No,
    }
}

fn of_probe(it: &ProbeGlance, wanted: &Wanted) -> Reply {
    match (wanted, it.silence()) {
        (Wanted::Outcome(words), _) if it.word.is_some_and(|word| words.contains(&word)) => Reply::Yes,
        (Wanted::Outcome(_), Some(Silence::Never)) => Reply::Unknown(Silence::Never),
        (Wanted::Outcome(words), silence) if words.contains(&UNDECIDED) => Reply::of(it.gap.is_some() || silence.is_some()),
        (Wanted::Outcome(_), Some(silence)) => Reply::Unknown(silence),
        (Wanted::Gap(gaps), _) if it.gap.is_some_and(|gap| gaps.contains(&gap)) => Reply::Yes,
        (Wanted::Gap(_), Some(Silence::Never)) => Reply::Unknown(Silence::Never),
        _ => Reply::No,
    }
}

/// The word for a look that decided nothing.
const UNDECIDED: &str = "undecided";

fn is_of_the_world(truth: Truth) -> bool {
    matches!(truth, Truth::Verified | Truth::Failing | Truth::Drifted | Truth::Disputed | Truth::NotApplicable)
}

/// Whether a text contains another one, which is in small letters, whatever the case.
fn contains(text: &str, small: &str) -> bool {
    if text.is_ascii() && small.is_ascii() {
        // Hundreds of names at every key: no copy of each.
        let (text, small) = (text.as_bytes(), small.as_bytes());
        return small.is_empty() || text.windows(small.len()).any(|part| part.eq_ignore_ascii_case(small));
    }
    text.to_lowercase().contains(small)
}

/// Adds a word to the text of a question, or takes it out where it stands plainly; for `week:3` any week is taken out.
#[must_use]
pub fn toggled(text: &str, word: &str) -> String {
    let tokens = read::tokens(text);
    let key = word.split_once(':').map(|(key, _)| format!("{key}:"));
    let is_it = |token: &read::Token<'_>| token.is_plain(word) || key.as_ref().is_some_and(|key| token.raw.starts_with(key));
    let stands = |at: usize| {
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        tokens.get(at).is_some_and(is_it) && !before.is_some_and(|it| it.is_plain("not"))
    };
    let kept: Vec<&str> = (0..tokens.len()).filter(|at| !stands(*at)).filter_map(|at| Some(tokens.get(at)?.raw)).collect();
    let was_there = kept.len() < tokens.len();
    let word = if was_there { None } else { Some(word) };
    kept.into_iter().chain(word).collect::<Vec<_>>().join(" ")
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.not {
            f.write_str("not ")?;
        }
        let tests = |f: &mut fmt::Formatter<'_>, tests: &[Test]| {
            tests.iter().try_for_each(|test| write!(f, " {}{}", if test.not { "not " } else { "" }, test.says.replace('_', " ")))
        };
        match &self.about {
            About::Text(text) => write!(f, "“{text}”"),
            About::Name(text) => write!(f, "name “{text}”"),
            About::App(word) => f.write_str(match word {
                AppWord::Due => "due",
                AppWord::Lost => "lost",
                AppWord::Urgent => "urgent gates open",
                AppWord::Failing => "failing",
                AppWord::Unseen => "something unseen",
                AppWord::Never => "never looked at",
                AppWord::Archived => "archived",
            }),
            About::Week(weeks) if weeks.start() == weeks.end() => write!(f, "week {}", weeks.start()),
            About::Week(weeks) if *weeks.end() == u16::MAX => write!(f, "week {} and later", weeks.start()),
            About::Week(weeks) => write!(f, "weeks {} to {}", weeks.start(), weeks.end()),
            About::Answer(answers) => {
                let word = |it: &Option<Answer>| it.map_or("not looked at".to_owned(), |it| it.to_string().replace('_', " "));
                write!(f, "answer {}", answers.iter().map(word).collect::<Vec<_>>().join(" or "))
            }
            About::Item(id, of) => {
                f.write_str(id.as_deref().unwrap_or("any item"))?;
                tests(f, of)
            }
            About::Probe(id, of) => {
                f.write_str(id.as_deref().unwrap_or("any probe"))?;
                tests(f, of)
            }
        }
    }
}

impl Silence {
    /// Why nobody knows, for one app: `could not be seen (no permission)`.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Unseen(gap) => format!("could not be seen ({})", gap.words()),
            Self::Unjudged => "waits for a judgement".to_owned(),
            Self::Aged => "looked at too long ago".to_owned(),
            Self::Never => "never looked".to_owned(),
            Self::Unreadable => "its facts cannot all be read".to_owned(),
            Self::Elsewhere => "not on its checklist".to_owned(),
        }
    }

    /// The group that it belongs to, after a number of apps: `3 could not be seen`.
    #[must_use]
    pub fn group(self) -> &'static str {
        match self {
            Self::Unseen(_) => "could not be seen",
            Self::Unjudged => "wait for a judgement",
            Self::Aged => "looked too long ago",
            Self::Never => "never looked",
            Self::Unreadable => "cannot be read",
            Self::Elsewhere => "not on the checklist",
        }
    }

    /// The group's name in a document.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Unseen(_) => "unseen",
            Self::Unjudged => "unjudged",
            Self::Aged => "aged",
            Self::Never => "never_looked",
            Self::Unreadable => "unreadable",
            Self::Elsewhere => "not_on_checklist",
        }
    }
}

#[cfg(test)]
mod tests;
