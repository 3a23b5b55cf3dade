//! The page for a terminal: eighty columns, no colour, every line broken between words.

use super::{Page, Part};
use crate::look::points::{Point, Weight};

/// Columns that a line fits into, unless a word does not.
const WIDTH: usize = 80;

pub(super) fn render(page: &Page) -> String {
    let mut out = String::new();
    line(&mut out, &format!("{}, as a stranger sees it", page.title));
    line(&mut out, &page.when);
    line(&mut out, "");
    wrapped(&mut out, &page.headline, 0, 0);
    line(&mut out, "");
    for how in &page.how {
        wrapped(&mut out, how, 0, 0);
    }
    for part in &page.parts {
        heading(&mut out, part.title);
        if !part.lead.is_empty() {
            wrapped(&mut out, part.lead, 0, 0);
            line(&mut out, "");
        }
        points(&mut out, part);
    }
    heading(&mut out, "What it is built with");
    for (name, text) in &page.built {
        wrapped(&mut out, &format!("{name:<12}{text}"), 0, 12);
    }
    heading(&mut out, page.unseen.title);
    wrapped(&mut out, &page.unseen.lead, 0, 0);
    line(&mut out, "");
    for row in &page.unseen.rows {
        wrapped(&mut out, &format!("? {}: {}", row.needs, row.opens), 0, 2);
        wrapped(&mut out, &format!("such as: {}", row.such_as), 4, 6);
    }
    line(&mut out, "");
    line(&mut out, page.unseen.here_lead);
    for here in &page.unseen.here {
        wrapped(&mut out, &format!("? {here}"), 0, 2);
    }
    line(&mut out, "");
    wrapped(&mut out, &page.closing, 0, 0);
    out
}

fn heading(out: &mut String, title: &str) {
    line(out, "");
    line(out, title);
    line(out, &"-".repeat(title.chars().count()));
}

fn points(out: &mut String, part: &Part) {
    for (at, point) in part.points.iter().enumerate() {
        let roomy = matches!(part.weight, Weight::Emergency | Weight::Key);
        if at > 0 && roomy {
            line(out, "");
        }
        one(out, point, roomy);
    }
}

fn one(out: &mut String, point: &Point, roomy: bool) {
    let mark = match point.weight {
        Weight::Emergency => "✘",
        Weight::Mend => "△",
        Weight::Key | Weight::Know => "·",
    };
    let items = if point.items.is_empty() { String::new() } else { format!("  [{}]", point.items.join(" ")) };
    wrapped(out, &format!("{mark} {}{items}", point.says), 0, 2);
    if !point.at.is_empty() && roomy {
        wrapped(out, &format!("in {}", point.at.join(", ")), 4, 4);
    }
    wrapped(out, &format!("{}.", point.means), 4, 4);
    if roomy && point.todo.len() > 1 {
        for (number, step) in (1..).zip(&point.todo) {
            wrapped(out, &format!("{number}. {step}"), 4, 7);
        }
    } else {
        for step in &point.todo {
            wrapped(out, &format!("→ {step}"), 4, 6);
        }
    }
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

/// Breaks between words; the first line begins at one column, the others at another.
fn wrapped(out: &mut String, text: &str, first: usize, others: usize) {
    let mut current = " ".repeat(first);
    let mut is_empty = true;
    for word in text.split(' ') {
        let wide = current.chars().count() + usize::from(!is_empty) + word.chars().count();
        if wide > WIDTH && !is_empty {
            line(out, current.trim_end());
            current = " ".repeat(others);
            is_empty = true;
        }
        if !is_empty {
            current.push(' ');
        }
        current.push_str(word);
        is_empty = false;
    }
    line(out, current.trim_end());
}
