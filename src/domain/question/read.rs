//! Reads a question: words, `key:value`, `not`. It answers nothing; a word that it does not know is an error with its
//! place and the nearest known words, never an empty answer.

use super::complete::{self, KEYS, nearest};
use super::{About, AppWord, Clause, Question, Test, UNDECIDED, Vocabulary, Wanted};
use crate::domain::glance::WORKS;
use crate::domain::state::Answer;
use crate::domain::{GapKind, ItemId, Truth};
use std::ops::RangeInclusive;
use strum::VariantArray;

/// What is wrong with a question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct NotAQuestion {
    /// The characters before what is wrong.
    pub at: usize,
    /// What is wrong, as it was written.
    pub part: String,
    /// Why, in one sentence.
    pub why: String,
    /// Words that would be right in its place, the nearest first.
    pub nearest: Vec<String>,
    /// What was said before it.
    pub before: Question,
}

/// A word of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'t> {
    /// The characters before it.
    pub at: usize,
    /// With its quotation marks.
    pub raw: &'t str,
}

impl<'t> Token<'t> {
    fn is_quoted(&self) -> bool {
        self.raw.starts_with('"')
    }

    /// Without its quotation marks.
    pub fn text(&self) -> &'t str {
        if self.is_quoted() { self.raw.trim_matches('"') } else { self.raw }
    }

    /// Whether it is this word, not quoted.
    pub fn is_plain(&self, word: &str) -> bool {
        self.raw == word
    }
}

/// The words of a text; what stands between quotation marks is one.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let (mut begin, mut quoted) = (None, false);
    for (count, (at, c)) in text.char_indices().enumerate() {
        match begin {
            None if c.is_whitespace() => {}
            None => {
                begin = Some((count, at));
                quoted = c == '"';
            }
            Some((_, from)) if quoted && c == '"' && at > from => quoted = false,
            Some((count, from)) if !quoted && c.is_whitespace() => {
                found.extend(text.get(from..at).map(|raw| Token { at: count, raw }));
                begin = None;
            }
            Some(_) => {}
        }
    }
    found.extend(begin.and_then(|(count, from)| Some(Token { at: count, raw: text.get(from..)? })));
    found
}

pub(super) fn read(text: &str, known: &Vocabulary) -> Result<Question, NotAQuestion> {
    let mut reader = Reader { known, clauses: Vec::new(), subject: None };
    let mut not: Option<Token<'_>> = None;
    for token in tokens(text) {
        if token.is_plain("not") {
            if not.is_some() {
                return Err(reader.wrong(&token, "`not` stands twice", Vec::new()));
            }
            not = Some(token);
            continue;
        }
        reader.take(&token, not.take().is_some())?;
    }
    if let Some(not) = not {
        return Err(reader.wrong(&not, "`not` wants something after it", Vec::new()));
    }
    reader.settle()?;
    Ok(Question { clauses: reader.clauses })
}

struct Reader<'k, 't> {
    known: &'k Vocabulary,
    clauses: Vec<Clause>,
    /// The word that opened the clause to which tests may still be added.
    subject: Option<Token<'t>>,
}

/// Why a value cannot be, with what could.
type Wrong = (String, Vec<String>);

impl<'t> Reader<'_, 't> {
    fn wrong(&self, token: &Token<'_>, why: impl Into<String>, nearest: Vec<String>) -> NotAQuestion {
        let mut clauses = self.clauses.clone();
        clauses.retain(|it| !is_bare(it));
        NotAQuestion {
            at: token.at,
            part: token.raw.chars().take(60).collect(),
            why: why.into(),
            nearest,
            before: Question { clauses },
        }
    }

    fn take(&mut self, token: &Token<'t>, not: bool) -> Result<(), NotAQuestion> {
        let text = token.text();
        let told = |(why, nearest): Wrong, me: &Self| me.wrong(token, why, nearest);
        let (key, value) = match text.split_once(':') {
            _ if token.is_quoted() => return self.push(not, About::Text(text.to_lowercase())),
            None => {
                let about = self.word(text).map_err(|it| told(it, self))?;
                return self.push(not, about);
            }
            Some(parts) => parts,
        };
        let about = match key {
            "truth" | "work" | "outcome" | "gap" => {
                let wanted = wanted(key, value).map_err(|it| told(it, self))?;
                return self.test(token, Test { not, says: value.replace(',', " or "), wanted });
            }
            "week" => About::Week(weeks(value).map_err(|it| told(it, self))?),
            "answer" => About::Answer(answers(value).map_err(|it| told(it, self))?),
            "name" if value.is_empty() => return Err(self.wrong(token, "`name:` wants a part of a name", Vec::new())),
            "name" => About::Name(value.to_lowercase()),
            "item" => {
                let id = self.item(value).map_err(|it| told(it, self))?;
                return self.open(*token, not, About::Item(Some(id), Vec::new()));
            }
            "probe" => {
                let id = self.probe(value).map_err(|it| told(it, self))?;
                return self.open(*token, not, About::Probe(Some(id), Vec::new()));
            }
            id if id.contains('.') => {
                let id = self.probe(id).map_err(|it| told(it, self))?;
                let wanted = wanted("outcome", value).map_err(|it| told(it, self))?;
                About::Probe(Some(id), vec![Test { not: false, says: value.replace(',', " or "), wanted }])
            }
            id if id.to_uppercase().parse::<ItemId>().is_ok() => {
                let id = self.item(id).map_err(|it| told(it, self))?;
                let wanted = of_item(value).map_err(|it| told(it, self))?;
                About::Item(Some(id), vec![Test { not: false, says: value.replace(',', " or "), wanted }])
            }
            _ => {
                let keys = KEYS.iter().map(|(key, _)| format!("{key}:"));
                let near = nearest(&format!("{key}:"), keys.chain(self.known.items.keys().cloned()));
                return Err(self.wrong(token, format!("nothing can be asked by the name of `{key}`"), near));
            }
        };
        self.push(not, about)
    }

    fn push(&mut self, not: bool, about: About) -> Result<(), NotAQuestion> {
        self.settle()?;
        self.clauses.push(Clause { not, about });
        Ok(())
    }

    /// Begins a clause about one item or probe.
    fn open(&mut self, token: Token<'t>, not: bool, about: About) -> Result<(), NotAQuestion> {
        self.push(not, about)?;
        self.subject = Some(token);
        Ok(())
    }

    /// Adds a test to what was said of before, else to any item or probe.
    fn test(&mut self, token: &Token<'t>, test: Test) -> Result<(), NotAQuestion> {
        let of_item = matches!(test.wanted, Wanted::Truth(_) | Wanted::Work(_));
        let of_probe = matches!(test.wanted, Wanted::Outcome(_));
        let last = self.subject.and_then(|_| self.clauses.last_mut());
        match last.map(|it| &mut it.about) {
            Some(About::Item(_, _)) if of_probe => {
                Err(self.wrong(token, "an outcome is a probe's: say `probe:…` before it", Vec::new()))
            }
            Some(About::Probe(_, _)) if of_item => {
                Err(self.wrong(token, "truth and work are an item's: say `item:…` before it", Vec::new()))
            }
            Some(About::Item(_, tests) | About::Probe(_, tests)) => {
                tests.push(test);
                Ok(())
            }
            _ => {
                let not = test.not;
                let tests = vec![Test { not: false, ..test }];
                let about = if of_item { About::Item(None, tests) } else { About::Probe(None, tests) };
                self.open(*token, not, about)
            }
        }
    }

    /// Nothing more is added to the clause of now: it has to ask something.
    fn settle(&mut self) -> Result<(), NotAQuestion> {
        let Some(token) = self.subject.take() else { return Ok(()) };
        let examples = match self.clauses.last().filter(|it| is_bare(it)).map(|it| &it.about) {
            Some(About::Item(Some(id), _)) => vec![format!("{id}:failing"), format!("{id}:done")],
            Some(About::Probe(Some(id), _)) => vec![format!("{id}:fail"), format!("{id}:undecided")],
            _ => return Ok(()),
        };
        Err(self.wrong(&token, format!("say what of `{}`", token.text()), examples))
    }

    /// A word without a colon: about the app, or part of its name or title.
    fn word(&self, text: &str) -> Result<About, Wrong> {
        if let Ok(word) = text.parse::<AppWord>() {
            return Ok(About::App(word));
        }
        if self.known.items.contains_key(text) {
            let examples = ["failing", "done", "open"].map(|it| format!("{text}:{it}"));
            return Err((format!("say what of {text}, or write \"{text}\" for a name"), examples.to_vec()));
        }
        if self.known.probes.contains(text) {
            let examples = ["fail", "pass", "undecided"].map(|it| format!("{text}:{it}"));
            return Err((format!("say what of {text}"), examples.to_vec()));
        }
        Ok(About::Text(text.to_lowercase()))
    }

    fn item(&self, text: &str) -> Result<String, Wrong> {
        let id = text.to_uppercase();
        if self.known.items.contains_key(&id) {
            return Ok(id);
        }
        Err((format!("no checklist here has an item `{text}`"), nearest(&id, self.known.items.keys().cloned())))
    }

    fn probe(&self, text: &str) -> Result<String, Wrong> {
        if self.known.probes.contains(text) {
            return Ok(text.to_owned());
        }
        Err((format!("there is no probe `{text}`"), nearest(text, self.known.probes.iter().cloned())))
    }
}

/// It names an item or a probe and asks nothing of it yet.
fn is_bare(clause: &Clause) -> bool {
    matches!(&clause.about, About::Item(_, tests) | About::Probe(_, tests) if tests.is_empty())
}

/// The values of a list, each of which has to be a word that `find` knows.
fn each<T>(value: &str, kind: &str, words: &[&str], find: impl Fn(&str) -> Option<Vec<T>>) -> Result<Vec<T>, Wrong> {
    let mut found = Vec::new();
    for one in value.split(',') {
        let small = one.to_ascii_lowercase().replace('-', "_");
        let Some(values) = find(&small) else {
            let why = if one.is_empty() { format!("which {kind}?") } else { format!("no {kind} is called `{one}`") };
            return Err((why, nearest(&small, words.iter().map(|it| (*it).to_owned()))));
        };
        found.extend(values);
    }
    Ok(found)
}

fn wanted(key: &str, value: &str) -> Result<Wanted, Wrong> {
    let words = complete::values(key);
    let known = |all: &'static [&'static str], one: &str| all.iter().find(|it| **it == one).map(|it| vec![*it]);
    match key {
        "truth" => each(value, "truth", &words, truth).map(Wanted::Truth),
        "work" => each(value, "work", &words, |one| known(&WORKS, one)).map(Wanted::Work),
        "outcome" => each(value, "outcome", &words, |one| known(&OUTCOMES, one)).map(Wanted::Outcome),
        _ => each(value, "gap", &words, |one| one.parse::<GapKind>().ok().map(|it| vec![it])).map(Wanted::Gap),
    }
}

/// What may stand right behind an item: truths or works, not both.
fn of_item(value: &str) -> Result<Wanted, Wrong> {
    if value.split(',').all(|one| WORKS.contains(&one)) {
        return wanted("work", value);
    }
    let words: Vec<&str> = complete::values("truth").into_iter().chain(WORKS).collect();
    each(value, "truth", &words, truth).map(Wanted::Truth)
}

/// The words for outcomes.
pub(super) const OUTCOMES: [&str; 4] = ["pass", "fail", "not_applicable", UNDECIDED];

/// The truths that a word means. Whoever asks for what fails wants what was lost, too.
fn truth(word: &str) -> Option<Vec<Truth>> {
    Some(match word {
        "done" => vec![Truth::Verified, Truth::Attested],
        "failing" => vec![Truth::Failing, Truth::Drifted, Truth::Disputed],
        "lost" => vec![Truth::Drifted, Truth::Disputed],
        other => vec![*Truth::VARIANTS.iter().find(|it| <&'static str>::from(**it) == other)?],
    })
}

/// `3`, `2-4`, `5+`.
fn weeks(value: &str) -> Result<RangeInclusive<u16>, Wrong> {
    let read = || {
        if let Some(from) = value.strip_suffix('+') {
            return Some(from.parse().ok()?..=u16::MAX);
        }
        let (from, to) = value.split_once('-').unwrap_or((value, value));
        let (from, to): (u16, u16) = (from.parse().ok()?, to.parse().ok()?);
        (from <= to).then_some(from..=to)
    };
    read().ok_or_else(|| (format!("`{value}` is no week"), ["week:3", "week:2-4", "week:5+"].map(str::to_owned).to_vec()))
}

fn answers(value: &str) -> Result<Vec<Option<Answer>>, Wrong> {
    each(value, "answer", &complete::values("answer"), |one| {
        Some(vec![match one {
            "yes" => Some(Answer::Yes),
            "risks" => Some(Answer::YesWithAcceptedRisks),
            "no" => Some(Answer::No),
            "none" => None,
            _ => return None,
        }])
    })
}
