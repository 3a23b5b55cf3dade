//! A look as one page for a person who may become a client: what is dangerous, what it means, what the page could not see,
//! which is most, and what would open it. Ready words only; the forms lay them out and add none.

mod html;
mod markdown;
mod text;

use super::model::Look;
use super::points::{Point, Weight, points};
use super::unseen::{Unseen, unseen};
use crate::domain::{Checklist, Foreign};
use crate::scan::{FileKind, Mark, MarkOf};
use crate::words;
use serde::Serialize;
use std::collections::BTreeMap;

/// The page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Page {
    /// The host.
    pub title: String,
    pub address: String,
    /// `23 November 2026, 09:14 UTC`.
    pub when: String,
    pub moment: String,
    pub headline: String,
    /// The worst weight there is; none when nothing was found.
    pub worst: Option<Weight>,
    /// How it was looked at, in sentences.
    pub how: Vec<String>,
    pub parts: Vec<Part>,
    /// What it is built with: a name and what is known.
    pub built: Vec<(&'static str, String)>,
    pub unseen: UnseenPart,
    pub closing: String,
}

/// Points of one weight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    pub weight: Weight,
    pub title: &'static str,
    /// What stands under the title.
    pub lead: &'static str,
    pub points: Vec<Point>,
}

/// What was not seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnseenPart {
    pub title: &'static str,
    pub lead: String,
    pub rows: Vec<UnseenRow>,
    pub here_lead: &'static str,
    pub here: Vec<String>,
}

/// What would open what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnseenRow {
    pub needs: String,
    pub opens: String,
    pub such_as: String,
}

impl Page {
    /// The page of a look, with what it did not see of this checklist.
    #[must_use]
    pub fn of(look: &Look, checklist: &Checklist) -> Self {
        let all = points(look);
        let unseen = unseen(look, checklist);
        let headline = headline(look, &all);
        let part = |weight, title, lead| {
            let points: Vec<Point> = all.iter().filter(|it| it.weight == weight).map(shown).collect();
            (!points.is_empty()).then_some(Part { weight, title, lead, points })
        };
        let parts = [
            part(Weight::Emergency, "Today", "Somebody who knows where to look can use this now."),
            part(Weight::Key, "Keys that belong here, and what they rest on", ""),
            part(Weight::Mend, "To mend", ""),
            part(Weight::Know, "Good to know", ""),
        ];
        Self {
            title: Foreign::new(look.host()).cut(80),
            address: look.answered.cut(200),
            when: look.at.format("%-d %B %Y, %H:%M UTC").to_string(),
            moment: look.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            headline,
            worst: all.first().map(|it| it.weight),
            how: how(look),
            parts: parts.into_iter().flatten().collect(),
            built: built(look),
            unseen: unseen_part(&unseen),
            closing: "This page says what was seen at one moment by one stranger. That something is not on it does not mean that it is safe.".to_owned(),
        }
    }

    /// For a terminal of eighty columns.
    #[must_use]
    pub fn text(&self) -> String {
        text::render(self)
    }

    /// As Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        markdown::render(self)
    }

    /// As one HTML file without script and without requests.
    #[must_use]
    pub fn html(&self) -> String {
        html::render(self)
    }
}

/// A point whose texts can be shown anywhere.
fn shown(point: &Point) -> Point {
    let safe = |text: &String| Foreign::new(text).cut(600);
    Point {
        says: capital(&safe(&point.says)),
        means: capital(&safe(&point.means)),
        todo: point.todo.iter().map(safe).collect(),
        at: point.at.iter().map(safe).collect(),
        ..point.clone()
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn headline(look: &Look, all: &[Point]) -> String {
    let emergencies = all.iter().filter(|it| it.weight == Weight::Emergency).count();
    let mend = all.iter().filter(|it| it.weight == Weight::Mend).count();
    let early = if look.halted.is_some() { ", and the look was ended early" } else { "" };
    match (emergencies, mend) {
        (0, 0) => {
            format!("Nothing to mend was found in the little that a stranger sees{early}. That is not a verdict on the app")
        }
        (0, mend) => {
            format!("No emergency in the little that a stranger sees, and {} to mend{early}", words::count(mend, "thing"))
        }
        (1, _) => format!("One emergency, to be dealt with today{early}"),
        (more, _) => format!("{more} emergencies, to be dealt with today{early}"),
    }
}

fn how(look: &Look) -> Vec<String> {
    let mut kinds: BTreeMap<FileKind, usize> = BTreeMap::new();
    for asked in &look.asked {
        *kinds.entry(asked.kind).or_default() += 1;
    }
    let kinds: Vec<String> = kinds
        .into_iter()
        .map(|(kind, count)| match kind {
            FileKind::Page => words::count(count, "page"),
            FileKind::Script => words::count(count, "script"),
            FileKind::SourceMap => words::count(count, "source map"),
            FileKind::Data => {
                if count == 1 {
                    "1 file of data".to_owned()
                } else {
                    format!("{count} files of data")
                }
            }
            FileKind::Plain => "the address without https".to_owned(),
            FileKind::Exposed => {
                if count == 1 {
                    "1 path that should not be there".to_owned()
                } else {
                    format!("{count} paths that should not be there")
                }
            }
        })
        .collect();
    let redirects = look.asked.iter().filter(|it| it.leads_to.is_some() && it.kind != FileKind::Plain).count();
    let redirects = if redirects > 0 { format!(", {redirects} of them redirected") } else { String::new() };
    let asked = words::count(look.asked.len(), "request");
    let by = match &look.permission {
        None => "As a stranger: no account, no key, no permission, and nothing but what a browser asks for that opens the page"
            .to_owned(),
        Some(it) => {
            let proof = it.proof.as_ref().map(|proof| format!(" ({})", proof.cut(120))).unwrap_or_default();
            format!("As a stranger: no account and no key, but with the permission of {}{proof}", it.by.cut(80))
        }
    };
    vec![format!("{by}. {}{redirects} ({}), each announced before it was sent.", capital(&asked), kinds.join(", "))]
}

fn built(look: &Look) -> Vec<(&'static str, String)> {
    let marks = |of| {
        let names: Vec<String> = look.front.marks.iter().filter(|it| it.of == of).map(mark).collect();
        names.join("; ")
    };
    let site = &look.served.site;
    let projects: Vec<&str> = site.projects.iter().map(|it| it.project.as_str()).collect();
    let services: Vec<String> = look.services.iter().map(|it| format!("{} ({})", it.name, it.purpose.words())).collect();
    let certificate = look.front.certificate.as_ref().map(|it| {
        let by = it.issuer.as_ref().map(|by| format!("by {}, ", Foreign::new(by).cut(60))).unwrap_or_default();
        let names: Vec<String> = it.names.iter().take(4).map(|name| Foreign::new(name).cut(80)).collect();
        let more = if it.names.len() > 4 { format!(" and {} more", it.names.len() - 4) } else { String::new() };
        format!("{by}until {}, for {}{more}", it.until.format("%-d %B %Y"), names.join(", "))
    });
    let scripts = format!("{}, {}", words::count(site.scripts.seen, "script"), size(site.report.coverage.bytes));
    let rows = [
        ("builder", marks(MarkOf::Builder)),
        ("framework", marks(MarkOf::Framework)),
        ("host", marks(MarkOf::Host)),
        ("database", if projects.is_empty() { String::new() } else { format!("Supabase project {}", projects.join(", ")) }),
        ("services", services.join(", ")),
        ("certificate", certificate.unwrap_or_default()),
        ("read", scripts),
    ];
    rows.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name, Foreign::new(text).cut(400))).collect()
}

fn mark(mark: &Mark) -> String {
    format!("{} ({})", mark.name, mark.by)
}

fn size(bytes: u64) -> String {
    if bytes < 10_000 { words::count(usize::try_from(bytes).unwrap_or(0), "byte") } else { format!("{} kB", bytes / 1_000) }
}

fn unseen_part(unseen: &Unseen) -> UnseenPart {
    let row = |it: &super::unseen::Row| {
        let urgent = if it.urgent > 0 { format!(", {} urgent", it.urgent) } else { String::new() };
        UnseenRow {
            needs: it.needs.to_owned(),
            opens: format!("{}{urgent}", words::count(it.items.len(), "point")),
            such_as: it.such_as.join("; "),
        }
    };
    let lead = format!(
        "A review of the whole app has {} points. This look touched {} of them, and none whole. What would open the others:",
        unseen.items,
        unseen.touched.len()
    );
    UnseenPart {
        title: "What could not be seen",
        lead,
        rows: unseen.rows.iter().map(row).collect(),
        here_lead: "And of the site itself:",
        here: unseen.here.iter().map(|it| Foreign::new(it).cut(300)).collect(),
    }
}
