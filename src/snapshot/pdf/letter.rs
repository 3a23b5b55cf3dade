//! The page as the parts of a letter, in the page's order. It chooses how each sentence looks and writes none.

use super::super::markdown::digests;
use super::super::model::{Area, Audience, Changes, Danger, Line, Page, State};
use super::super::words::{Words, fill};
use super::face::{Faces, Weight};
use super::figure;
use super::mark::Mark;
use super::part::{Ink, Part, Style, Text, size};
use crate::domain::state::Answer;

const BODY: Style = Style::of(Weight::Regular, size::BODY, Ink::Text);
const STRONG: Style = Style::of(Weight::Bold, size::BODY, Ink::Text);
const SOFT: Style = Style::of(Weight::Regular, size::NOTE, Ink::Soft);
const SMALL: Style = Style::of(Weight::Regular, size::SMALL, Ink::Soft);
const LABEL: f32 = size::NOTE;

/// Every part, from top to bottom.
pub(super) fn letter(page: &Page, words: &Words, faces: &Faces) -> Vec<Part> {
    let mut out = Letter { parts: Vec::new() };
    head(&mut out, page, words);
    out.section(&words.dangers.title, &page.dangers.says);
    out.list(page.dangers.list.iter().map(|it| danger(it, words)));
    out.section(&words.turn.title, &page.turn.says);
    out.list(page.turn.list.iter().map(|it| {
        vec![
            Text::new(it.action.as_str(), STRONG).above(8.0).marked(Mark::Task).kept(),
            Text::new(it.about.as_str(), SOFT).inside(),
        ]
    }));
    changes(&mut out, &page.changes, words);
    out.section(&words.plan.title, &page.plan.says);
    out.parts.extend(figure::progress(page.plan.done, page.plan.of).map(Part::Figure));
    out.section(&words.accepted.title, &page.accepted.says);
    out.list(page.accepted.list.iter().map(|it| {
        let first = Text::new(it.consequence.as_str(), BODY).above(8.0).marked(Mark::State(State::Accepted)).kept();
        vec![first, Text::new(it.word.as_str(), SOFT).inside()]
    }));
    unseen(&mut out, page, words);
    areas(&mut out, page, words);
    measured(&mut out, page, words);
    out.section(&words.course.title, &page.course.says);
    out.parts.extend(figure::course(&page.course, page.moment.date_naive(), words, faces).map(Part::Figure));
    method(&mut out, page, words);
    if !out.prints_all(faces) || !faces.of(Weight::Regular).knows(page.title.as_str()) {
        out.text(Text::new(words.paper.unprintable.as_str(), SMALL).above(8.0));
    }
    out.parts
}

fn head(out: &mut Letter, page: &Page, words: &Words) {
    let title = fill(&words.title, &[("title", page.title.as_str())]);
    out.text(Text::heading(title, 1, Style::of(Weight::Bold, size::TITLE, Ink::Text)));
    out.text(Text::new(format!("{} · {}", page.day, page.week), SOFT).above(1.0));
    let question = Style::of(Weight::Bold, 12.5, Ink::Soft);
    out.text(Text::heading(page.verdict.question.as_str(), 2, question).above(16.0));
    let state = match page.verdict.answer {
        Answer::Yes => State::Good,
        Answer::YesWithAcceptedRisks => State::Accepted,
        Answer::No => State::Bad,
    };
    let answer = Style::of(Weight::Bold, size::ANSWER, Ink::Text);
    let answer = Text { indent: 25.0, ..Text::new(page.verdict.says.as_str(), answer).above(5.0).marked(Mark::State(state)) };
    out.text(answer.kept());
    out.text(Text::new(page.verdict.count.as_str(), BODY).above(7.0));
    let audience = match page.audience {
        Audience::Founder => &words.made_for.founder,
        Audience::Investor => &words.made_for.investor,
    };
    out.text(Text::new(audience.as_str(), SMALL).above(4.0));
    if let Some(note) = &page.note {
        let by = fill(&words.note, &[("by", note.by.as_str())]);
        out.text(Text::new(by, Style::of(Weight::Bold, size::NOTE, Ink::Soft)).above(14.0).barred(Ink::Rule).kept());
        out.text(Text::new(note.text.as_str(), BODY).barred(Ink::Rule));
    }
}

fn danger(it: &Danger, words: &Words) -> Vec<Text> {
    let (urgency, mark, ink) = if it.urgent {
        (&words.dangers.urgent, Mark::Urgent, Ink::Bad)
    } else {
        (&words.dangers.not_urgent, Mark::Later, Ink::Care)
    };
    let mut texts = vec![
        Text::new(urgency.as_str(), Style::of(Weight::Bold, LABEL, ink)).above(9.0).marked(mark).kept(),
        Text::new(it.consequence.as_str(), STRONG).above(1.0).inside().kept(),
    ];
    let lines = it.concerns.iter().chain([&it.plan]);
    texts.extend(lines.map(|text| Text::new(text.as_str(), SOFT).above(2.0).inside()));
    texts.extend(it.remark.iter().map(|text| Text::new(text.as_str(), BODY).above(3.0).inside()));
    let decision = Style::of(Weight::Bold, size::BODY, Ink::Turn);
    texts.extend(it.decision.iter().map(|text| Text::new(text.as_str(), decision).above(4.0).inside()));
    texts.extend(it.detail.iter().map(|text| detail(text.as_str(), words)));
    texts
}

fn detail(text: &str, words: &Words) -> Text {
    let with = [("label", words.dangers.detail.as_str()), ("text", text)];
    Text::new(fill(&words.paper.labelled, &with), SMALL).above(2.0).inside()
}

fn changes(out: &mut Letter, changes: &Changes, words: &Words) {
    out.section(&words.changes.title, &changes.says);
    let sides = [(&words.changes.worse, &changes.worse, Mark::Worse), (&words.changes.better, &changes.better, Mark::Better)];
    for (title, list, mark) in sides.into_iter().filter(|(_, list, _)| !list.is_empty()) {
        out.text(Text::heading(title.as_str(), 3, STRONG).above(10.0));
        out.list(list.iter().map(|text| vec![Text::new(text.as_str(), BODY).above(4.0).marked(mark)]));
    }
}

fn unseen(out: &mut Letter, page: &Page, words: &Words) {
    out.section(&words.unseen.title, &page.unseen.says);
    out.list(page.unseen.list.iter().map(|it| {
        let points = words.unseen.points.of(it.count.into(), &[]);
        let says = fill(&words.paper.counted, &[("what", it.why.as_str()), ("n", &points)]);
        let first = Text::new(says, BODY).above(6.0).marked(Mark::State(State::Unknown)).kept();
        vec![first, Text::new(it.areas.join(&words.comma), SOFT).above(1.0).inside()]
    }));
}

fn areas(out: &mut Letter, page: &Page, words: &Words) {
    if page.areas.is_empty() {
        return;
    }
    out.heading(&words.areas.title);
    page.areas.iter().enumerate().for_each(|(at, it)| area(out, it, words, if at == 0 { 6.0 } else { 16.0 }));
}

fn area(out: &mut Letter, it: &Area, words: &Words, above: f32) {
    let title = Text::heading(it.title.as_str(), 3, Style::of(Weight::Bold, 11.0, Ink::Text)).above(above);
    out.text(Text { right: Some(it.says.clone()), ..title });
    out.text(Text { keep: !it.lines.is_empty(), ..Text::new(it.about.as_str(), SOFT).above(1.0) });
    out.list(it.lines.iter().map(|it| line(it, words)));
}

fn line(it: &Line, words: &Words) -> Vec<Text> {
    let state = words.state(it.state);
    let evidence = it.evidence.as_str().trim();
    let stands = fill(&words.paper.labelled, &[("label", state), ("text", evidence)]);
    let stands = if evidence.is_empty() { state.to_owned() } else { stands };
    let mut texts = vec![
        Text::new(it.says.as_str(), BODY).above(7.0).marked(Mark::State(it.state)).kept(),
        Text::new(stands, SOFT).above(1.0).inside(),
    ];
    texts.extend(it.remark.iter().map(|text| Text::new(text.as_str(), SOFT).above(1.0).inside()));
    texts.extend(it.detail.iter().map(|text| detail(text.as_str(), words)));
    texts
}

fn measured(out: &mut Letter, page: &Page, words: &Words) {
    if page.measured.is_empty() {
        return;
    }
    out.heading(&words.measured.title);
    out.list(page.measured.iter().map(|it| {
        let with = [("label", words.state(it.state)), ("text", it.says.as_str())];
        let title = Text::new(it.title.as_str(), STRONG).above(8.0).marked(Mark::State(it.state)).kept();
        vec![title, Text::new(fill(&words.paper.labelled, &with), BODY).above(1.0).inside()]
    }));
}

fn method(out: &mut Letter, page: &Page, words: &Words) {
    out.heading(&words.method.title);
    out.list(page.method.says.iter().map(|text| vec![Text::new(text.as_str(), SOFT).above(3.0).marked(Mark::Point)]));
    out.list(digests(page, words).into_iter().map(|text| vec![Text::new(text, SMALL).above(3.0).marked(Mark::Point)]));
    out.text(Text::new(words.paper.copy.as_str(), SOFT).above(8.0));
}

/// The parts so far. What has no letters is left out, with its mark.
struct Letter {
    parts: Vec<Part>,
}

impl Letter {
    fn text(&mut self, text: Text) {
        if !text.is_empty() {
            self.parts.push(Part::Text(text));
        }
    }

    fn heading(&mut self, title: &str) {
        self.text(Text::heading(title, 2, Style::of(Weight::Bold, size::HEADING, Ink::Text)).above(22.0));
    }

    fn section(&mut self, title: &str, says: &str) {
        self.heading(title);
        self.text(Text::new(says, BODY).above(3.0));
    }

    fn list(&mut self, entries: impl Iterator<Item = Vec<Text>>) {
        let entries = entries.map(|texts| texts.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>());
        let mut entries: Vec<Vec<Text>> = entries.filter(|texts| !texts.is_empty()).collect();
        for text in entries.iter_mut().filter_map(|texts| texts.last_mut()) {
            text.keep = false;
        }
        if !entries.is_empty() {
            self.parts.push(Part::List(entries));
        }
    }

    fn prints_all(&self, faces: &Faces) -> bool {
        let prints = |text: &Text| {
            let face = faces.of(text.style.weight);
            face.knows(&text.says) && text.right.as_deref().is_none_or(|right| faces.of(Weight::Regular).knows(right))
        };
        self.parts.iter().all(|part| match part {
            Part::Text(text) => prints(text),
            Part::List(entries) => entries.iter().flatten().all(prints),
            Part::Figure(figure) => figure.labels.iter().all(|it| faces.of(it.style.weight).knows(&it.text)),
        })
    }
}
