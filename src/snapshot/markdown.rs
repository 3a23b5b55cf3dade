//! The page as Markdown for mail and chat: headings, paragraphs and lists, nothing wider than a phone, readable also where
//! nobody renders it. It adds no word of its own, and no text of the page can become more than text (`plain`).

mod plain;
#[cfg(test)]
mod tests;

use super::model::{Area, Danger, Line, Page, Task};
use super::seal;
use super::words::{Words, fill};
pub(crate) use plain::plain;

/// The page, ended by one line break.
#[must_use]
pub fn render(page: &Page, words: &Words) -> String {
    let mut out = Writing { text: String::with_capacity(8 * 1024) };
    head(&mut out, page, words);
    dangers(&mut out, page, words);
    out.part(&words.turn.title, &page.turn.says);
    page.turn.list.iter().for_each(|task| turn(&mut out, task));
    changes(&mut out, page, words);
    out.part(&words.plan.title, &page.plan.says);
    out.part(&words.accepted.title, &page.accepted.says);
    for it in &page.accepted.list {
        out.item(it.consequence.as_str());
        out.under(it.word.as_str());
    }
    out.part(&words.unseen.title, &page.unseen.says);
    for it in &page.unseen.list {
        out.item(&fill(&words.paper.counted, &[("what", it.why.as_str()), ("n", &words.unseen.points.of(it.count.into(), &[]))]));
        out.under(&it.areas.join(&words.comma));
    }
    areas(&mut out, page, words);
    measured(&mut out, page, words);
    course(&mut out, page, words);
    method(&mut out, page, words);
    out.text
}

fn head(out: &mut Writing, page: &Page, words: &Words) {
    out.heading("#", &fill(&words.title, &[("title", page.title.as_str())]));
    out.paragraph(&format!("{} · {}", page.day, page.week));
    out.heading("##", &page.verdict.question);
    out.strong(page.verdict.says.as_str());
    out.paragraph(&page.verdict.count);
    out.paragraph(match page.audience {
        super::Audience::Founder => &words.made_for.founder,
        super::Audience::Investor => &words.made_for.investor,
    });
    if let Some(note) = &page.note {
        out.strong(&fill(&words.note, &[("by", note.by.as_str())]));
        out.paragraph(note.text.as_str());
    }
}

fn dangers(out: &mut Writing, page: &Page, words: &Words) {
    out.part(&words.dangers.title, &page.dangers.says);
    page.dangers.list.iter().for_each(|it| danger(out, it, words));
}

fn danger(out: &mut Writing, it: &Danger, words: &Words) {
    let urgency = if it.urgent { &words.dangers.urgent } else { &words.dangers.not_urgent };
    out.labelled(urgency, it.consequence.as_str());
    let lines = it.concerns.iter().chain([&it.plan]).chain(&it.remark);
    lines.for_each(|text| out.under(text.as_str()));
    if let Some(decision) = &it.decision {
        out.strong_under(decision.as_str());
    }
    for detail in &it.detail {
        out.under(&fill(&words.paper.labelled, &[("label", &words.dangers.detail), ("text", detail.as_str())]));
    }
}

fn turn(out: &mut Writing, task: &Task) {
    out.item(task.action.as_str());
    out.under(task.about.as_str());
}

fn changes(out: &mut Writing, page: &Page, words: &Words) {
    out.part(&words.changes.title, &page.changes.says);
    let sides = [(&words.changes.worse, &page.changes.worse), (&words.changes.better, &page.changes.better)];
    for (title, list) in sides.into_iter().filter(|(_, list)| !list.is_empty()) {
        out.strong(title);
        for text in list {
            out.item(text.as_str());
        }
    }
}

fn areas(out: &mut Writing, page: &Page, words: &Words) {
    if page.areas.is_empty() {
        return;
    }
    out.heading("##", &words.areas.title);
    page.areas.iter().for_each(|it| area(out, it, words));
}

fn area(out: &mut Writing, it: &Area, words: &Words) {
    out.heading("###", &it.title);
    out.paragraph(&fill(&words.paper.area, &[("says", &it.says), ("about", &it.about)]));
    it.lines.iter().for_each(|it| line(out, it, words));
}

fn line(out: &mut Writing, it: &Line, words: &Words) {
    out.labelled(words.state(it.state), it.says.as_str());
    let detail = it
        .detail
        .as_ref()
        .map(|detail| fill(&words.paper.labelled, &[("label", &words.dangers.detail), ("text", detail.as_str())]));
    out.under(it.evidence.as_str());
    if let Some(remark) = &it.remark {
        out.under(remark.as_str());
    }
    if let Some(detail) = detail {
        out.under(&detail);
    }
}

fn measured(out: &mut Writing, page: &Page, words: &Words) {
    if page.measured.is_empty() {
        return;
    }
    out.heading("##", &words.measured.title);
    for it in &page.measured {
        out.labelled(words.state(it.state), &it.title);
        out.under(it.says.as_str());
    }
}

/// The picture in words, and its numbers one a line.
fn course(out: &mut Writing, page: &Page, words: &Words) {
    out.part(&words.course.title, &page.course.says);
    let today = page.moment.date_naive();
    for point in &page.course.points {
        let numbers = [point.done, point.of, point.lost].map(|it| it.to_string());
        let [done, of, lost] = numbers.each_ref().map(String::as_str);
        let template = if point.lost == 0 { &words.paper.point } else { &words.paper.point_lost };
        out.item(&fill(template, &[("day", &words.day(point.on, today)), ("done", done), ("of", of), ("lost", lost)]));
    }
}

fn method(out: &mut Writing, page: &Page, words: &Words) {
    out.heading("##", &words.method.title);
    for text in &page.method.says {
        out.item(text);
    }
    for text in digests(page, words) {
        out.item(&text);
    }
    out.paragraph(&words.paper.copy);
}

/// The digests, in sentences: the page before, the facts, the list, the page itself.
pub(super) fn digests(page: &Page, words: &Words) -> Vec<String> {
    let words = &words.method;
    let digest = |template: &str, of: &str| fill(template, &[("digest", of)]);
    vec![
        page.method.previous.as_ref().map_or_else(|| words.first.clone(), |it| digest(&words.previous, &it.0)),
        digest(&words.chain, &page.method.facts.chain.0),
        digest(&words.list, &page.method.facts.checklist.0),
        digest(&words.content, &seal::content(page).0),
    ]
}

/// The text so far. Every text that goes in is made plain here, and nowhere else.
struct Writing {
    text: String,
}

impl Writing {
    fn heading(&mut self, marks: &str, text: &str) {
        self.block(&format!("{marks} {}", plain(text)));
    }

    fn part(&mut self, title: &str, says: &str) {
        self.heading("##", title);
        self.paragraph(says);
    }

    fn paragraph(&mut self, text: &str) {
        let text = plain(text);
        if !text.is_empty() {
            self.block(&text);
        }
    }

    fn strong(&mut self, text: &str) {
        let text = strong(text);
        if !text.is_empty() {
            self.block(&text);
        }
    }

    /// A block of its own: an empty line before it.
    fn block(&mut self, markdown: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.line("", markdown);
    }

    fn item(&mut self, text: &str) {
        self.entry(&plain(text));
    }

    /// An entry that begins with a word in bold.
    fn labelled(&mut self, label: &str, text: &str) {
        self.entry(&format!("{}: {}", strong(label), plain(text)));
    }

    /// An entry of a list; an empty line before the first one.
    fn entry(&mut self, markdown: &str) {
        let last = self.text.lines().next_back().unwrap_or_default();
        if !last.starts_with("- ") && !last.starts_with("  - ") {
            self.text.push('\n');
        }
        self.line("- ", markdown);
    }

    fn under(&mut self, text: &str) {
        let text = plain(text);
        if !text.is_empty() {
            self.line("  - ", &text);
        }
    }

    fn strong_under(&mut self, text: &str) {
        self.line("  - ", &strong(text));
    }

    fn line(&mut self, before: &str, markdown: &str) {
        self.text.push_str(before);
        self.text.push_str(markdown);
        self.text.push('\n');
    }
}

/// In bold; nothing when there is nothing, for four stars in a row would be a line across the page.
fn strong(text: &str) -> String {
    let text = plain(text);
    if text.is_empty() { text } else { format!("**{text}**") }
}
