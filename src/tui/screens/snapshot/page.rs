//! A founder's page laid out for the terminal, part by part in the page's own order and words. It adds no sentence: what
//! stands here stands in every other format too.

use crate::domain::Foreign;
use crate::domain::state::Answer;
use crate::snapshot::model::{Area, Danger, Line as AreaLine, Point, State};
use crate::snapshot::words::{Words, fill};
use crate::snapshot::{Audience, Page, seal};
use crate::tui::text::fit;
use crate::tui::theme::{self, Look, Role};
use crate::tui::widgets::meter::meter;
use crate::tui::widgets::prose::Prose;
use ratatui::text::{Line, Span};
use std::cell::RefCell;
use std::sync::Arc;

/// The widest lines that are read with ease.
pub const WIDEST: u16 = 96;

/// The most characters of one text that are shown here; the saved page has all that its format holds.
const LONGEST: usize = 1_000;

/// The lines of a page, and which of them begin a part.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    pub lines: Vec<Line<'static>>,
    pub parts: Vec<usize>,
}

/// The sheet that was laid out last. A page of hundreds of points is not laid out anew for every key and frame.
#[derive(Debug, Clone, Default)]
pub struct Laid(RefCell<Option<Last>>);

/// A page, how and how wide it was laid out, and what came of it.
type Last = (Arc<Page>, Look, u16, Arc<Sheet>);

impl Laid {
    /// The sheet of this page, `width` cells wide.
    #[must_use]
    pub fn of(&self, page: &Arc<Page>, look: Look, width: u16) -> Arc<Sheet> {
        let mut last = self.0.borrow_mut();
        if let Some((of, with, across, sheet)) = last.as_ref()
            && Arc::ptr_eq(of, page)
            && (*with, *across) == (look, width)
        {
            return Arc::clone(sheet);
        }
        let sheet = Arc::new(sheet(page, Words::english(), look, width));
        *last = Some((Arc::clone(page), look, width, Arc::clone(&sheet)));
        sheet
    }
}

/// The page in lines of at most `width` cells.
#[must_use]
pub fn sheet(page: &Page, words: &Words, look: Look, width: u16) -> Sheet {
    let mut laying = Laying { prose: Prose::new(look, width).cutting(LONGEST), parts: Vec::new(), words, look };
    laying.head(page);
    laying.dangers(page);
    laying.part(&words.turn.title, &page.turn.says);
    for task in &page.turn.list {
        laying.prose.hang(0, (Role::Accent, "→"), Role::Strong, task.action.as_str());
        laying.below(Role::Text, task.about.as_str());
    }
    laying.changes(page);
    laying.plan(page);
    laying.unseen(page);
    laying.areas(page);
    laying.measured(page);
    laying.course(page);
    laying.method(page);
    Sheet { lines: laying.prose.done(), parts: laying.parts }
}

/// The word beside the mark of a state.
fn word(words: &Words, state: State) -> &str {
    match state {
        State::Good => &words.states.good,
        State::Bad => &words.states.bad,
        State::Accepted => &words.states.accepted,
        State::Old => &words.states.old,
        State::Unknown => &words.states.unknown,
        State::Outside => &words.states.outside,
    }
}

struct Laying<'a> {
    prose: Prose,
    parts: Vec<usize>,
    words: &'a Words,
    look: Look,
}

impl Laying<'_> {
    /// The heading of a part, and its sentence.
    fn part(&mut self, title: &str, says: &str) {
        self.heading(title);
        if !says.is_empty() {
            self.prose.text(Role::Text, says);
        }
    }

    fn heading(&mut self, title: &str) {
        let gap = usize::from(self.prose.height() > 0);
        self.parts.push(self.prose.height() + gap);
        self.prose.heading(title);
    }

    /// A line below an entry.
    fn below(&mut self, role: Role, text: &str) {
        if !text.is_empty() {
            self.prose.hang(2, (Role::Faint, "·"), role, text);
        }
    }

    fn labelled(&mut self, (mark, role): (&str, Role), label: &str, text: &str) {
        self.prose.hang(0, (role, mark), Role::Text, format!("{label}: {text}"));
    }

    fn head(&mut self, page: &Page) {
        let words = self.words;
        self.parts.push(0);
        self.prose.text(Role::Accent, fill(&words.title, &[("title", page.title.as_str())]));
        self.prose.text(Role::Faint, format!("{} · {}", page.day, page.week));
        self.prose.text(
            Role::Faint,
            match page.audience {
                Audience::Founder => &words.made_for.founder,
                Audience::Investor => &words.made_for.investor,
            },
        );
        if let Some(note) = &page.note {
            self.prose.blank().text(Role::Heading, fill(&words.note, &[("by", note.by.as_str())]));
            self.prose.text(Role::Text, note.text.as_str());
        }
        self.heading(&page.verdict.question);
        let mark = match page.verdict.answer {
            Answer::Yes => "✔",
            Answer::YesWithAcceptedRisks => "≈",
            Answer::No => "✘",
        };
        let (_, role) = theme::answer(page.verdict.answer);
        self.prose.hang(0, (role, mark), role, page.verdict.says.as_str()).text(Role::Text, &page.verdict.count);
    }

    fn dangers(&mut self, page: &Page) {
        self.part(&self.words.dangers.title, &page.dangers.says);
        page.dangers.list.iter().for_each(|it| self.danger(it));
    }

    fn danger(&mut self, it: &Danger) {
        let words = &self.words.dangers;
        let (label, role) = if it.urgent { (&words.urgent, Role::Lost) } else { (&words.not_urgent, Role::Bad) };
        self.prose.hang(0, (role, "✘"), Role::Strong, format!("{label}: {}", it.consequence));
        for text in it.concerns.iter().chain([&it.plan]).chain(&it.remark) {
            self.below(Role::Text, text.as_str());
        }
        if let Some(decision) = &it.decision {
            self.prose.hang(2, (Role::Accent, "→"), Role::Strong, decision.as_str());
        }
        self.details(it.detail.iter().map(Foreign::as_str));
    }

    fn details<'d>(&mut self, details: impl Iterator<Item = &'d str>) {
        for text in details {
            self.below(Role::Faint, &format!("{}: {text}", self.words.dangers.detail));
        }
    }

    fn changes(&mut self, page: &Page) {
        let words = &self.words.changes;
        self.part(&words.title, &page.changes.says);
        let sides =
            [(&words.worse, "↯", Role::Lost, &page.changes.worse), (&words.better, "✔", Role::Good, &page.changes.better)];
        for (title, mark, role, list) in sides.into_iter().filter(|(.., list)| !list.is_empty()) {
            self.prose.text(Role::Strong, title);
            for text in list {
                self.prose.hang(0, (role, mark), Role::Text, text.as_str());
            }
        }
    }

    fn plan(&mut self, page: &Page) {
        let plan = &page.plan;
        self.part(&self.words.plan.title, &plan.says);
        if plan.of > 0 {
            let mut bar = meter(self.look, usize::from(plan.done), usize::from(plan.of), 24).to_vec();
            bar.push(self.prose.span(Role::Text, format!(" {}/{}", plan.done, plan.of)));
            self.prose.line(Line::from(bar));
        }
        self.part(&self.words.accepted.title, &page.accepted.says);
        for it in &page.accepted.list {
            self.prose.hang(0, (Role::Caution, "≈"), Role::Text, it.consequence.as_str());
            self.below(Role::Text, it.word.as_str());
        }
    }

    fn unseen(&mut self, page: &Page) {
        self.part(&self.words.unseen.title, &page.unseen.says);
        for it in &page.unseen.list {
            let points = self.words.unseen.points.of(usize::from(it.count), &[]);
            self.prose.hang(0, (Role::Unseen, "?"), Role::Text, format!("{} · {points}", it.why));
            self.below(Role::Faint, &self.words.list(&it.areas));
        }
    }

    fn areas(&mut self, page: &Page) {
        if page.areas.is_empty() {
            return;
        }
        self.heading(&self.words.areas.title);
        for (at, area) in page.areas.iter().enumerate() {
            if at > 0 {
                self.prose.blank();
            }
            self.area(area);
        }
    }

    fn area(&mut self, it: &Area) {
        self.prose.text(Role::Strong, format!("{} · {}", it.title, it.says)).text(Role::Faint, &it.about);
        it.lines.iter().for_each(|line| self.line(line));
    }

    fn line(&mut self, it: &AreaLine) {
        let words = self.words;
        self.labelled(theme::state(it.state), word(words, it.state), it.says.as_str());
        self.below(Role::Faint, it.evidence.as_str());
        if let Some(remark) = &it.remark {
            self.below(Role::Text, remark.as_str());
        }
        self.details(it.detail.iter().map(Foreign::as_str));
    }

    fn measured(&mut self, page: &Page) {
        if page.measured.is_empty() {
            return;
        }
        let words = self.words;
        self.heading(&words.measured.title);
        for it in &page.measured {
            self.labelled(theme::state(it.state), word(words, it.state), &it.title);
            self.below(Role::Text, it.says.as_str());
        }
    }

    /// The weeks, one a line: a bar that climbs, and a mark where something was lost.
    fn course(&mut self, page: &Page) {
        self.part(&self.words.course.title, &page.course.says);
        let today = page.moment.date_naive();
        let days: Vec<String> = page.course.points.iter().map(|it| self.words.day(it.on, today)).collect();
        let widest = days.iter().map(|it| crate::tui::text::width(it)).max().unwrap_or(0);
        for (day, point) in days.iter().zip(&page.course.points) {
            let line = self.point(&fit(day, widest), *point);
            self.prose.line(line);
        }
    }

    fn point(&self, day: &str, point: Point) -> Line<'static> {
        let mut spans = vec![self.prose.span(Role::Text, format!("{day}  "))];
        spans.extend(meter(self.look, usize::from(point.done), usize::from(point.of), 16));
        spans.push(Span::raw(format!(" {}/{}", point.done, point.of)));
        if point.lost > 0 {
            spans.push(self.prose.span(Role::Lost, format!("  ↯ {} {}", self.words.course.table_lost, point.lost)));
        }
        Line::from(spans)
    }

    fn method(&mut self, page: &Page) {
        let words = &self.words.method;
        self.heading(&words.title);
        let digest = |template: &str, of: &str| fill(template, &[("digest", of)]);
        let digests = [
            page.method.previous.as_ref().map_or_else(|| words.first.clone(), |it| digest(&words.previous, &it.0)),
            digest(&words.chain, &page.method.facts.chain.0),
            digest(&words.list, &page.method.facts.checklist.0),
            digest(&words.content, &seal::content(page).0),
        ];
        for text in page.method.says.iter().chain(&digests).chain([&words.check]) {
            self.prose.hang(0, (Role::Faint, "·"), Role::Faint, text);
        }
    }
}
