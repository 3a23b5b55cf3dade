//! The page as Markdown that reads well unrendered, too. Every text goes through the one door that keeps text text.

use super::Page;
use crate::look::points::Point;
use crate::snapshot::markdown::plain;
use std::fmt::Write as _;

pub(super) fn render(page: &Page) -> String {
    let mut out = String::new();
    // Writing into a String cannot fail.
    let _ = write!(
        out,
        "# {}, as a stranger sees it\n\n{} · {}\n\n**{}**\n",
        plain(&page.title),
        plain(&page.address),
        plain(&page.when),
        plain(&page.headline)
    );
    for how in &page.how {
        let _ = write!(out, "\n{}\n", plain(how));
    }
    for part in &page.parts {
        let _ = write!(out, "\n## {}\n", plain(part.title));
        if !part.lead.is_empty() {
            let _ = write!(out, "\n{}\n", plain(part.lead));
        }
        out.push('\n');
        part.points.iter().for_each(|point| one(&mut out, point));
    }
    out.push_str("\n## What it is built with\n\n");
    for (name, text) in &page.built {
        let _ = writeln!(out, "- {}: {}", plain(name), plain(text));
    }
    let unseen = &page.unseen;
    let _ = write!(out, "\n## {}\n\n{}\n\n", plain(unseen.title), plain(&unseen.lead));
    for row in &unseen.rows {
        let _ = writeln!(out, "- **{}**: {}, such as: {}", plain(&row.needs), plain(&row.opens), plain(&row.such_as));
    }
    let _ = write!(out, "\n{}\n\n", plain(unseen.here_lead));
    for here in &unseen.here {
        let _ = writeln!(out, "- {}", plain(here));
    }
    let _ = write!(out, "\n---\n\n{}\n", plain(&page.closing));
    out
}

fn one(out: &mut String, point: &Point) {
    let _ = write!(out, "- **{}**", plain(&point.says));
    if !point.items.is_empty() {
        let _ = write!(out, " ({})", plain(&point.items.join(", ")));
    }
    out.push('\n');
    if !point.at.is_empty() {
        let places: Vec<String> = point.at.iter().map(|it| plain(it)).collect();
        let _ = writeln!(out, "  - in {}", places.join(", "));
    }
    let _ = writeln!(out, "  - {}", plain(&point.means));
    for step in &point.todo {
        let _ = writeln!(out, "  - → {}", plain(step));
    }
}
