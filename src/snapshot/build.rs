//! A page from facts, at one moment. What may be shown is decided here and nowhere later: sentences of the checklist and
//! of `words`, counts, days, people's names, vendors' names, the engineer's own words for the reader. Findings, notes,
//! reasons, paths and hosts stay behind unless technical detail was switched on for this page.

mod answer;
mod areas;
mod changes;
mod course;
mod dangers;
mod measured;
mod method;
mod sentence;
mod turn;
mod unseen;

use super::model::{Accepted, Audience, Note, Page, Plan, SCHEMA};
use super::words::{Words, fill};
use crate::domain::{
    Assessment, Board, Checklist, Digest, Fact, FactBody, Foreign, Item, ItemId, Ledger, ProbeBook, Truth, board, plan,
};
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The most characters of a title, and of a sentence that a person wrote for the reader.
const TITLE: usize = 80;
const SENTENCE: usize = 400;
/// The most characters of the engineer's note.
pub const NOTE: usize = 1_500;

/// What may be on the page besides what always may.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sharing {
    pub audience: Audience,
    /// Ids, findings and places; never a secret.
    pub detail: bool,
    /// The engineer's words at the top, with who wrote them.
    pub note: Option<(Foreign, Foreign)>,
}

/// Everything that a page is made from.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub facts: &'a [Fact],
    pub checklists: &'a BTreeMap<Digest, Arc<Checklist>>,
    pub book: &'a ProbeBook,
    pub now: DateTime<Utc>,
    pub sharing: &'a Sharing,
    /// The first page that this reader was given, pinned for comparison.
    pub first: Option<&'a Page>,
    /// The newest page that this reader was given, with its digest.
    pub previous: Option<(&'a Page, &'a Digest)>,
    /// `rescue 0.1.0`.
    pub tool: &'a str,
    pub words: &'a Words,
}

/// What the parts of the page share while it is made.
struct Making<'a> {
    request: Request<'a>,
    words: &'a Words,
    board: &'a Board,
    today: NaiveDate,
    investor: bool,
    /// The newest note for the founder about each item.
    remarks: BTreeMap<ItemId, (DateTime<Utc>, &'a Foreign)>,
}

/// One item as the checklist writes it and as the facts judge it.
type Pair<'a> = (&'a Item, &'a Assessment);

/// The page at the moment of the request; none while there are no settings or no adopted checklist.
#[must_use]
pub fn build(request: &Request<'_>) -> Option<Page> {
    let board = board::board(request.facts, request.checklists, request.book, request.now)?;
    let making = Making {
        request: *request,
        words: request.words,
        board: &board,
        today: request.now.date_naive(),
        investor: request.sharing.audience == Audience::Investor,
        remarks: remarks(request),
    };
    let verdict = answer::verdict(&making);
    Some(Page {
        schema: SCHEMA,
        audience: request.sharing.audience,
        detail: making.shows_detail(),
        language: request.words.language.clone(),
        title: Foreign::from(board.settings.title.cut(TITLE)),
        moment: request.now,
        day: request.words.full_day(making.today),
        week: making.week(),
        note: request
            .sharing
            .note
            .as_ref()
            .map(|(by, text)| Note { by: Foreign::from(request.words.person(by)), text: Foreign::from(text.cut(NOTE)) }),
        dangers: dangers::dangers(&making, verdict.unproven),
        verdict,
        turn: turn::turn(&making),
        changes: changes::changes(&making),
        plan: making.plan(),
        accepted: making.accepted(),
        unseen: unseen::unseen(&making),
        areas: areas::areas(&making),
        measured: measured::measured(&making),
        course: course::course(&making),
        method: method::method(&making),
    })
}

impl<'a> Making<'a> {
    /// Every item that concerns this product, in the order of the checklist.
    fn pairs(&self) -> impl Iterator<Item = Pair<'a>> + use<'a> {
        let board: &'a Board = self.board;
        board.checklist.items.iter().zip(&board.items).filter(|(_, it)| it.truth != Truth::NotApplicable)
    }

    fn day(&self, at: DateTime<Utc>) -> String {
        self.words.day(at.date_naive(), self.today)
    }

    fn date(&self, day: NaiveDate) -> String {
        self.words.day(day, self.today)
    }

    /// What travels by mail says how much, never what.
    fn shows_detail(&self) -> bool {
        self.request.sharing.detail && !self.investor
    }

    fn week(&self) -> String {
        let (week, weeks) = (self.board.week, self.board.settings.weeks);
        let with = [("week", week.to_string()), ("weeks", weeks.to_string()), ("day", self.date(self.board.settings.start))];
        let with: Vec<(&str, &str)> = with.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let template = match week {
            0 => &self.words.week_before,
            week if week > u16::from(weeks) => &self.words.week_after,
            _ => &self.words.week,
        };
        fill(template, &with)
    }

    fn end_of_week(&self, week: u8) -> NaiveDate {
        plan::end_of_week(&self.board.settings, week)
    }

    fn due(&self, item: &Item, it: &Assessment) -> NaiveDate {
        plan::due(&self.board.settings, item, it)
    }

    fn plan(&self) -> Plan {
        let counts = |wanted: &dyn Fn(Pair<'_>) -> bool| number(self.pairs().filter(|pair| wanted(*pair)).count());
        let settled = |it: &Assessment| it.truth.is_done() || it.truth == Truth::Waived;
        let of = counts(&|_| true);
        let done = counts(&|(_, it)| it.truth.is_done());
        let due = counts(&|(item, it)| self.due(item, it) < self.today);
        let due_done = counts(&|(item, it)| self.due(item, it) < self.today && settled(it));
        let words = &self.words.plan;
        let numbers = [done, of, due, due_done, due - due_done].map(|it| it.to_string());
        let [d, o, u, m, late] = numbers.each_ref().map(String::as_str);
        let due_says = match (due, due - due_done) {
            (0, _) => words.due_none.clone(),
            (_, 0) => words.due_all.of(usize::from(due), &[]),
            _ => fill(&words.due_late, &[("done", m), ("due", u), ("late", late)]),
        };
        let says = if of == 0 { words.nothing.clone() } else { fill(&words.says, &[("done", d), ("of", o), ("due", &due_says)]) };
        Plan { done, of, due, due_done, says }
    }

    fn accepted(&self) -> Accepted {
        let words = &self.words.accepted;
        let mut list = Vec::new();
        let mut count = 0;
        for (item, it) in self.pairs().filter(|(_, it)| it.truth == Truth::Waived) {
            count += 1;
            if !self.investor {
                list.extend(self.acceptance(item, it));
            }
        }
        let says = if count == 0 { words.none.clone() } else { words.some.of(count, &[]) };
        Accepted { says, list }
    }
}

/// The newest note for the founder about each item, of the facts that count.
fn remarks<'a>(request: &Request<'a>) -> BTreeMap<ItemId, (DateTime<Utc>, &'a Foreign)> {
    let ledger = Ledger::read(request.facts, request.now);
    let notes = ledger.counting().iter().filter_map(|fact| match &fact.body {
        FactBody::Noted { item, founder: Some(text), .. } => Some((item.clone(), (fact.at, text))),
        _ => None,
    });
    notes.collect()
}

/// A count as a page says it.
fn number(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}
