//! A work order as an issue of the client's tracker, in Markdown. Every text goes through the one door that makes it plain, so
//! that no name, path or message becomes a heading, a list, a link or a mention.

use super::LONGEST_TEXT;
use super::model::{Cause, Spot, WorkOrder};
use crate::domain::{Foreign, ProbeKind};
use crate::snapshot::markdown::plain;
use crate::words;

/// The whole issue; its first line is the title.
#[must_use]
pub fn render(order: &WorkOrder) -> String {
    let mut out = Writing::default();
    out.heading("#", &format!("{}: {}", order.item, order.short));
    out.paragraph(order.goal.as_str());
    out.paragraph(order.why.as_str());
    let gate = order.gate.map_or_else(String::new, |gate| format!(" {}.", words::gate(gate)));
    out.paragraph(&format!("State: {}. Effort: {}.{gate}", order.truth.words(), words::effort(order.effort)));
    for before in &order.after {
        out.paragraph(&format!("First: {} {} ({}).", before.item, before.short, before.truth.words()));
    }
    if !order.emergency.is_empty() {
        out.heading("##", "At once, in this order");
        order.emergency.iter().for_each(|it| out.task(&it.cut(LONGEST_TEXT)));
    }
    out.heading("##", "What was found");
    order.causes.iter().for_each(|it| cause(&mut out, it));
    if order.settled > 0 {
        out.paragraph(&format!("Beside that {}: accepted or rotated, and no work.", words::count(order.settled, "finding")));
    }
    if !order.unseen.is_empty() {
        out.heading("##", "What could not be seen");
        for it in &order.unseen {
            let needs = it.gap.needs.as_ref().map_or_else(String::new, |step| format!(" — {}", step.cut(LONGEST_TEXT)));
            out.item(&format!("{}: {}{needs}", it.probe, it.gap.says.cut(LONGEST_TEXT)));
        }
    }
    out.heading("##", "What to do");
    order.remedy.iter().for_each(|it| out.item(&it.cut(LONGEST_TEXT)));
    order.steps.iter().for_each(|it| out.item(&it.says.cut(LONGEST_TEXT)));
    out.heading("##", "What must not break");
    order.careful.iter().for_each(|it| out.item(it));
    done(&mut out, order);
    out.text
}

fn cause(out: &mut Writing, cause: &Cause) {
    let severity = cause.severity.map_or_else(|| "for a person to judge".to_owned(), |it| it.to_string());
    out.heading("###", &format!("{} · {} · {severity}", cause.name, words::count(cause.count, "place")));
    cause.spots.iter().for_each(|it| spot(out, it));
    if cause.more() > 0 {
        out.paragraph(&format!("And {} more that are not listed.", cause.more()));
    }
    if let Some(fix) = &cause.fix {
        out.paragraph(&format!("How to mend it: {}", fix.cut(LONGEST_TEXT)));
    }
    if !cause.careful.is_empty() {
        out.paragraph("Take care:");
        cause.careful.iter().for_each(|it| out.item(it));
    }
}

fn spot(out: &mut Writing, spot: &Spot) {
    let says = spot.says.cut(LONGEST_TEXT);
    let text = match spot.at.as_ref().map(|it| Foreign::new(it.to_string())) {
        Some(place) if !says.contains(place.as_str()) => format!("{}: {says}", place.cut(LONGEST_TEXT)),
        _ => says,
    };
    out.task(&text);
    let fix = spot.fix.as_ref().map(|it| format!("How to mend it: {}", it.cut(LONGEST_TEXT)));
    for text in spot.exposed.iter().map(|it| it.cut(LONGEST_TEXT)).chain(fix) {
        out.under(&text);
    }
}

fn done(out: &mut Writing, order: &WorkOrder) {
    out.heading("##", "Done when");
    out.paragraph(&order.criterion.says);
    for it in &order.criterion.probes {
        let kind = if it.kind == ProbeKind::Proof { "" } else { " (sign)" };
        out.item(&format!("{}{kind}: {} It {}.", it.probe, it.asks, it.says));
    }
    order.criterion.also.iter().for_each(|it| out.item(it));
    out.paragraph("The engineer proves it with:");
    out.code(order.proof.first().map_or("", String::as_str));
}

/// The issue so far. Every text that goes in is made plain here.
#[derive(Default)]
struct Writing {
    text: String,
    in_list: bool,
}

impl Writing {
    fn block(&mut self, markdown: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.line(markdown);
        self.in_list = false;
    }

    fn line(&mut self, markdown: &str) {
        self.text.push_str(markdown);
        self.text.push('\n');
    }

    fn heading(&mut self, marks: &str, text: &str) {
        self.block(&format!("{marks} {}", plain(text)));
    }

    fn paragraph(&mut self, text: &str) {
        self.block(&said(text));
    }

    fn entry(&mut self, mark: &str, text: &str) {
        if !self.in_list {
            self.text.push('\n');
            self.in_list = true;
        }
        self.line(&format!("{mark}{}", said(text)));
    }

    fn item(&mut self, text: &str) {
        self.entry("- ", text);
    }

    /// A box to tick, one for each place.
    fn task(&mut self, text: &str) {
        self.entry("- [ ] ", text);
    }

    fn under(&mut self, text: &str) {
        self.line(&format!("  - {}", said(text)));
    }

    /// A command of ours: an app's name and an item's id hold nothing that could close it.
    fn code(&mut self, text: &str) {
        self.block(&format!("```sh\n{text}\n```"));
    }
}

/// Made plain; a text of nothing is a dash, for an empty entry would be another kind of entry.
fn said(text: &str) -> String {
    let text = plain(text);
    if text.is_empty() { "–".to_owned() } else { text }
}
