//! A work order for the engineer: plain text at a terminal's width, nothing that a terminal would obey. It adds no fact.

use super::LONGEST_TEXT;
use super::model::{Cause, Spot, WorkOrder};
use crate::domain::{Foreign, ProbeKind};
use crate::words;

/// The width that lines are broken at where nobody says otherwise.
const WIDTH: usize = 100;

/// The whole text.
#[must_use]
pub fn render(order: &WorkOrder) -> String {
    at_width(order, WIDTH)
}

/// The same, broken at another width.
#[must_use]
pub fn at_width(order: &WorkOrder, width: usize) -> String {
    let mut page = Page { text: String::new(), width };
    head(&mut page, order);
    if !order.emergency.is_empty() {
        page.heading("At once, in this order");
        for (at, step) in order.emergency.iter().enumerate() {
            page.hang(&format!(" {:>2}. ", at + 1), &short(step));
        }
    }
    page.heading("What was found");
    for (at, cause) in order.causes.iter().enumerate() {
        one(&mut page, at + 1, cause);
    }
    if order.settled > 0 {
        page.hang("  · ", &format!("{} beside that: accepted or rotated, and no work", words::count(order.settled, "finding")));
    }
    unseen(&mut page, order);
    page.heading("What to do");
    order.remedy.iter().for_each(|it| page.hang("  › ", &short(it)));
    for (at, step) in order.steps.iter().enumerate() {
        page.hang(&format!(" {:>2}. ", at + 1), &short(&step.says));
    }
    page.heading("What must not break");
    order.careful.iter().for_each(|it| page.hang("  · ", it));
    done(&mut page, order);
    page.heading("Prove it");
    page.line(&format!("  {}", order.proof.join("\n  or: ")));
    if order.repairs.whole() > 0 {
        page.line(&format!("  As a migration to review: rescue fix {} {} --as sql", order.app, order.item));
    }
    if !order.references.is_empty() {
        page.heading("Read");
        order.references.iter().for_each(|it| page.hang("  · ", it));
    }
    page.text
}

fn head(page: &mut Page, order: &WorkOrder) {
    page.hang("", &format!("{} {}", order.item, order.goal));
    let looked = order.looked_at().map_or_else(String::new, |it| format!(" · {it}"));
    page.hang("", &format!("{} · {} · effort: {}{looked}", order.app, order.truth.words(), words::effort(order.effort)));
    if let Some(gate) = order.gate {
        page.hang("", words::gate(gate));
    }
    for before in &order.after {
        page.hang("", &format!("first: {} {} ({})", before.item, before.short, before.truth.words()));
    }
    page.heading("Why");
    page.hang("  ", order.why.as_str());
}

fn one(page: &mut Page, at: usize, cause: &Cause) {
    let severity = cause.severity.map_or_else(|| "for a person to judge".to_owned(), |it| it.to_string());
    let places = words::count(cause.count, "place");
    let rule = Foreign::new(&cause.rule).cut(LONGEST_TEXT);
    page.hang(&format!(" {at:>2}. "), &format!("{} · {places} · {severity} · {rule}", cause.name));
    for spot in &cause.spots {
        page.hang("     · ", &says(spot));
        if let Some(exposed) = &spot.exposed {
            page.hang("       ", &short(exposed));
        }
        if let Some(fix) = &spot.fix {
            page.hang("       › ", &short(fix));
        }
        if spot.exposed.is_some() {
            page.hang("       ", &format!("id {}", spot.id.cut(LONGEST_TEXT)));
        }
    }
    if cause.more() > 0 {
        page.line(&format!("     and {} more that are not listed", cause.more()));
    }
    if let Some(fix) = &cause.fix {
        page.hang("     › ", &short(fix));
    }
    cause.careful.iter().for_each(|it| page.hang("     ! ", it));
}

/// The place, then what stands there; not twice when the words name it already.
fn says(spot: &Spot) -> String {
    let says = short(&spot.says);
    match spot.at.as_ref().map(|it| Foreign::new(it.to_string())) {
        Some(place) if !says.contains(place.as_str()) => format!("{}: {says}", place.cut(LONGEST_TEXT)),
        _ => says,
    }
}

fn unseen(page: &mut Page, order: &WorkOrder) {
    if order.unseen.is_empty() {
        return;
    }
    page.heading("What could not be seen");
    for it in &order.unseen {
        page.hang("  ? ", &format!("{}: {}", it.probe, short(&it.gap.says)));
        if let Some(step) = &it.gap.needs {
            page.hang("    → ", &short(step));
        }
    }
}

fn done(page: &mut Page, order: &WorkOrder) {
    page.heading("Done when");
    page.hang("  ", &order.criterion.says);
    for it in &order.criterion.probes {
        let kind = if it.kind == ProbeKind::Proof { "" } else { " (sign)" };
        page.hang("  · ", &format!("{}{kind}: {} It {}. Now: {}", it.probe, it.asks, it.says, it.now));
    }
    order.criterion.also.iter().for_each(|it| page.hang("  · ", it));
}

fn short(text: &Foreign) -> String {
    text.cut(LONGEST_TEXT)
}

/// The text so far.
struct Page {
    text: String,
    width: usize,
}

impl Page {
    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn heading(&mut self, text: &str) {
        self.line("");
        self.line(text);
    }

    /// A paragraph behind a mark, its further lines below its first one.
    fn hang(&mut self, mark: &str, text: &str) {
        let indent = mark.chars().count();
        for (at, line) in wrap(text, self.width.saturating_sub(indent)).into_iter().enumerate() {
            let before = if at == 0 { mark.to_owned() } else { " ".repeat(indent) };
            self.line(&format!("{before}{line}"));
        }
    }
}

/// Breaks a text at its spaces; a word that is longer than a line stays whole, so that it can be copied.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            lines.push(String::new());
            used = 0;
        }
        if let Some(line) = lines.last_mut() {
            if used > 0 {
                line.push(' ');
                used += 1;
            }
            line.push_str(word);
            used += length;
        }
    }
    lines
}
