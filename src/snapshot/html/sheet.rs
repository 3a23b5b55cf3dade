//! What the template asks for: marks, counts, filled-in words, and texts cut to the room that there is. It decides how
//! much of a page fits into a file, never what the page says.

use super::super::model::{Area, Audience, Danger, Line, Page, State};
use super::super::seal;
use super::super::words::{Words, fill};
use super::course::{Picture, picture};
use crate::domain::Foreign;
use crate::domain::state::Answer;
use base64::Engine as _;
use chrono::{NaiveDate, SecondsFormat};
use sha2::Digest as _;
use std::sync::LazyLock;

const STYLE: &str = include_str!("../../../templates/snapshot.css");

/// What the content policy knows the style sheet by.
static STYLE_DIGEST: LazyLock<String> = LazyLock::new(|| {
    let digest = sha2::Sha256::digest(STYLE.as_bytes());
    format!("sha256-{}", base64::engine::general_purpose::STANDARD.encode(digest))
});

/// How much of a page is shown: the characters of a sentence, the entries of a list, the points of an area.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    sentence: usize,
    entries: usize,
    points: usize,
    /// Whether less is shown than `build` lets through.
    shortens: bool,
}

/// From everything to little; the first that fits is taken. The last fits whatever is in the page, for its areas are
/// those of the language.
pub(super) const ROOMS: [Room; 6] = [
    Room { sentence: 1_500, entries: usize::MAX, points: usize::MAX, shortens: false },
    Room { sentence: 400, entries: 80, points: usize::MAX, shortens: true },
    Room { sentence: 240, entries: 40, points: usize::MAX, shortens: true },
    Room { sentence: 160, entries: 20, points: 30, shortens: true },
    Room { sentence: 120, entries: 12, points: 12, shortens: true },
    Room { sentence: 60, entries: 4, points: 1, shortens: true },
];

/// The most characters of a name, of a sentence that is only pointed at, and of the answer.
const NAME: usize = 80;
const BRIEF: usize = 110;
const ANSWER: usize = 300;
/// What even the smallest room leaves of a sentence of which a page has few.
const LONG: usize = 200;
/// How many dangers are pointed at from the top.
const POINTED: usize = 2;

/// A page on its way through the template.
#[derive(askama::Template)]
#[template(path = "snapshot.html", whitespace = "minimize")]
pub(super) struct Sheet<'a> {
    page: &'a Page,
    words: &'a Words,
    room: Room,
    style: &'static str,
    style_digest: &'static str,
    picture: Option<Picture>,
    shortened: bool,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(page: &'a Page, words: &'a Words, room: Room) -> Self {
        let shortened = room.shortens;
        Self { page, words, room, style: STYLE, style_digest: &STYLE_DIGEST, picture: picture(page, words), shortened }
    }

    fn name(&self) -> String {
        self.page.title.cut(NAME)
    }

    fn title(&self) -> String {
        fill(&self.words.title, &[("title", &self.name())])
    }

    fn moment(&self) -> String {
        self.page.moment.to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    fn made_for(&self) -> &str {
        match self.page.audience {
            Audience::Founder => &self.words.made_for.founder,
            Audience::Investor => &self.words.made_for.investor,
        }
    }

    fn tone(&self) -> &'static str {
        match self.page.verdict.answer {
            Answer::Yes => "yes",
            Answer::YesWithAcceptedRisks => "risks",
            Answer::No => "no",
        }
    }

    fn answer_mark(&self) -> &'static str {
        match self.page.verdict.answer {
            Answer::Yes => "✓",
            Answer::YesWithAcceptedRisks => mark(State::Accepted),
            Answer::No => "✕",
        }
    }

    fn answer(&self) -> String {
        self.page.verdict.says.cut(ANSWER)
    }

    fn note_title(&self, by: &Foreign) -> String {
        fill(&self.words.note, &[("by", &by.cut(NAME))])
    }

    fn has_dangers(&self) -> bool {
        self.page.verdict.urgent > 0 || !self.page.dangers.list.is_empty()
    }

    /// The worst ones with their places in the list, counted from 1.
    fn first_dangers(&self) -> impl Iterator<Item = (usize, &'a Danger)> {
        (1..).zip(&self.page.dangers.list).take(POINTED)
    }

    /// Whether an empty list means that nothing went backwards: not on a first page, not where everything is said
    /// already, and not for a reader who is not told what did.
    fn says_nothing_worse(&self) -> bool {
        self.compares() && !self.page.changes.better.is_empty()
    }

    fn says_nothing_better(&self) -> bool {
        self.compares() && !self.page.changes.worse.is_empty()
    }

    fn compares(&self) -> bool {
        self.page.changes.since.is_some() && self.page.audience == Audience::Founder
    }

    fn cut(&self, text: &Foreign) -> String {
        text.cut(self.room.sentence)
    }

    /// A sentence of which a page has few.
    fn long(&self, text: &Foreign) -> String {
        text.cut(self.room.sentence.max(LONG))
    }

    fn long_text(&self, text: &str) -> String {
        self.long(&Foreign::new(text))
    }

    /// As many of a list as there is room for.
    fn some<'l, T>(&self, list: &'l [T]) -> impl Iterator<Item = &'l T> + use<'l, T> {
        list.iter().take(self.room.entries)
    }

    /// How many of a list are not shown.
    fn more<T>(&self, list: &[T]) -> Option<String> {
        self.rest(list.len(), self.room.entries)
    }

    fn some_lines<'l>(&self, area: &'l Area) -> impl Iterator<Item = &'l Line> + use<'l> {
        area.lines.iter().take(self.room.points)
    }

    fn more_lines(&self, area: &Area) -> Option<String> {
        self.rest(area.lines.len(), self.room.points)
    }

    fn rest(&self, of: usize, shown: usize) -> Option<String> {
        let rest = of.saturating_sub(shown);
        (rest > 0).then(|| self.words.html.more.of(rest, &[("of", &of.to_string())]))
    }

    fn points(&self, count: u16) -> String {
        self.words.unseen.points.of(usize::from(count), &[])
    }

    /// How many points of an area stand in each way that somebody should know of, with its word.
    fn tally(&self, area: &Area) -> Vec<(State, &'a str, usize)> {
        let told = [State::Bad, State::Old, State::Unknown, State::Accepted];
        let count = |state: State| area.lines.iter().filter(|it| it.state == state).count();
        told.into_iter().map(|it| (it, self.word(it), count(it))).filter(|(_, _, count)| *count > 0).collect()
    }

    fn word(&self, state: State) -> &'a str {
        let words = &self.words.states;
        match state {
            State::Good => &words.good,
            State::Bad => &words.bad,
            State::Accepted => &words.accepted,
            State::Old => &words.old,
            State::Unknown => &words.unknown,
            State::Outside => &words.outside,
        }
    }

    fn day(&self, day: NaiveDate) -> String {
        self.words.day(day, self.page.moment.date_naive())
    }

    /// The digests that a page names, each in its sentence.
    fn digests(&self) -> Vec<String> {
        let words = &self.words.method;
        let say = |template: &str, digest: &str| fill(template, &[("digest", digest)]);
        let facts = &self.page.method.facts;
        vec![
            self.page.method.previous.as_ref().map_or(words.first.clone(), |it| say(&words.previous, &it.0)),
            say(&words.chain, &facts.chain.0),
            say(&words.list, &facts.checklist.0),
            say(&words.content, &seal::content(self.page).0),
        ]
    }
}

#[expect(clippy::unused_self, reason = "a template finds what it calls by its page")]
impl Sheet<'_> {
    /// The beginning of a sentence, where it can be up to the end of a word.
    fn brief(&self, text: &Foreign) -> String {
        let cut = text.cut(BRIEF);
        if text.as_str() == cut {
            return cut;
        }
        cut.rsplit_once(' ').map_or(cut.clone(), |(whole, _)| format!("{} …", whole.trim_end_matches([',', ';', ':'])))
    }

    fn mark(&self, state: State) -> &'static str {
        mark(state)
    }

    fn accepted_mark(&self) -> &'static str {
        mark(State::Accepted)
    }

    fn unknown_mark(&self) -> &'static str {
        mark(State::Unknown)
    }
}

/// What stands beside a state's word. None of them has a coloured picture in any system's fonts.
fn mark(state: State) -> &'static str {
    match state {
        State::Good => "✓",
        State::Bad => "✕",
        State::Accepted => "≈",
        State::Old => "↺",
        State::Unknown => "?",
        State::Outside => "–",
    }
}
