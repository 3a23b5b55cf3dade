//! Snapshots at the desk: made from an app's facts and frozen, shown beforehand, listed, found again, compared. What may
//! be on a page is decided in the snapshot's own room.

use super::{Desk, VERSION, signing};
use crate::domain::state::Answer;
use crate::domain::{AppName, Author, Digest, Fact, FactBody, Foreign};
use crate::snapshot::compare::{Comparison, compare};
use crate::snapshot::{Audience, Page, Record, Request, Sharing, Words, build, html, markdown, pdf};
use crate::trouble::Trouble;
use chrono::{DateTime, SubsecRound as _, Utc};
use std::path::Path;
use strum::{Display, EnumIter, EnumString};

/// A frozen page as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub at: DateTime<Utc>,
    pub by: Author,
    pub audience: Audience,
    pub seal: Digest,
    pub answer: Answer,
    /// Urgent dangers that it counted.
    pub urgent: u16,
    /// Whether somebody signed it.
    pub signed: bool,
}

/// How a page is written. The text form is how the file's name ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumString, EnumIter)]
#[strum(serialize_all = "snake_case")]
pub enum Format {
    Html,
    #[strum(serialize = "md")]
    Markdown,
    /// The record itself.
    Json,
    Pdf,
}

impl Format {
    /// How a file's name ends.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Markdown => "md",
            Self::Json => "json",
            Self::Pdf => "pdf",
        }
    }
}

/// A frozen page in a format; HTML with its record in it.
///
/// # Errors
/// Another version made the page and laid it out otherwise, so that its HTML would not fit its seal; no PDF could be made.
pub fn laid_out(record: &Record, format: Format) -> Result<Vec<u8>, Trouble> {
    let (page, words) = (&record.page, Words::english());
    Ok(match format {
        Format::Json => record.to_text().into_bytes(),
        Format::Markdown => markdown::render(page, words).into_bytes(),
        Format::Pdf => pdf::render(page, words).map_err(|problem| {
            Trouble::failed("the page could not be written as PDF").why(problem).next("Write it as HTML and print that")
        })?,
        Format::Html if Digest::of(&html::render(page, words)) != record.html => {
            return Err(Trouble::failed(format!("this page was made by {}, which laid pages out otherwise", page.method.tool))
                .why("written anew, it would not fit its own seal")
                .next("Give --format md, json or pdf"));
        }
        Format::Html => html::with_record(page, words, record).into_bytes(),
    })
}

/// What pages name as what made them.
#[must_use]
pub fn tool() -> String {
    format!("rescue {VERSION}")
}

impl Desk {
    /// The page as it would be made now; nothing is written.
    ///
    /// # Errors
    /// A store that cannot be read, an earlier page that is damaged.
    pub fn preview_snapshot(&self, app: &AppName, sharing: &Sharing) -> Result<Page, Trouble> {
        // A fact is of a microsecond, and one of this very moment must not lie after it.
        self.page(app, sharing, self.clock.now().trunc_subsecs(6))
    }

    /// Makes the page and freezes it: signed first, if a key is given, then written together with its fact.
    ///
    /// # Errors
    /// As [`Desk::preview_snapshot`]; a key that cannot sign; a store that cannot be written.
    pub fn make_snapshot(&self, app: &AppName, sharing: &Sharing, key: Option<&Path>) -> Result<Record, Trouble> {
        let page = self.preview_snapshot(app, sharing)?;
        let at = page.moment;
        let html = Digest::of(&html::render(&page, Words::english()));
        let mut record = Record::seal(page, html);
        if let Some(key) = key {
            record.signature = Some(signing::sign(key, &record.seal)?);
        }
        self.store.freeze(self.id(app)?, at, &self.author, &record)?;
        Ok(record)
    }

    /// Every frozen page of an app, the newest first.
    ///
    /// # Errors
    /// A store that cannot be read, a page that is damaged.
    pub fn snapshots(&self, app: &AppName) -> Result<Vec<Held>, Trouble> {
        let facts = self.facts(app)?;
        let mut held = Vec::new();
        for (fact, seal) in facts.iter().rev().filter_map(frozen) {
            let record = self.frozen(seal)?;
            held.push(Held {
                at: fact.at,
                by: fact.by.clone(),
                audience: record.page.audience,
                seal: record.seal,
                answer: record.page.verdict.answer,
                urgent: record.page.verdict.urgent,
                signed: record.signature.is_some(),
            });
        }
        Ok(held)
    }

    /// The frozen page of an app whose seal is, or begins with, `seal`; or the digest that the page prints of itself, which
    /// is all that a reader has: a page cannot print its seal, since that covers what is printed.
    ///
    /// # Errors
    /// None or several begin so; a store that cannot be read.
    pub fn snapshot(&self, app: &AppName, seal: &str) -> Result<Record, Trouble> {
        let wanted = seal.trim().to_lowercase();
        let shown = || Foreign::new(seal).cut(64);
        let facts = self.facts(app)?;
        let seals: Vec<&Digest> = facts.iter().filter_map(frozen).map(|(_, seal)| seal).collect();
        let mut fitting = Vec::new();
        for seal in &seals {
            if seal.0.starts_with(&wanted) {
                fitting.push(self.frozen(seal)?);
            }
        }
        if fitting.is_empty() {
            for seal in &seals {
                let record = self.frozen(seal)?;
                if crate::snapshot::seal::content(&record.page).0.starts_with(&wanted) {
                    fitting.push(record);
                }
            }
        }
        match (fitting.pop(), fitting.is_empty()) {
            (Some(one), true) => Ok(one),
            (None, _) => Err(Trouble::usage(format!("{app} has no snapshot whose seal or digest begins with `{}`", shown()))
                .next(format!("Run `rescue snapshot {app} --list`"))),
            (Some(_), false) => {
                Err(Trouble::usage(format!("several snapshots begin with `{}`", shown())).next("Give more of the seal"))
            }
        }
    }

    /// Two frozen pages of an app compared.
    ///
    /// # Errors
    /// As [`Desk::snapshot`].
    pub fn compare_snapshots(&self, app: &AppName, one: &str, other: &str) -> Result<Comparison, Trouble> {
        let (one, other) = (self.snapshot(app, one)?, self.snapshot(app, other)?);
        Ok(compare(&one.page, &other.page, Words::english()))
    }

    /// The record that the database keeps under a seal, with its app; none when it keeps none.
    ///
    /// # Errors
    /// A store that cannot be read, a record that is damaged.
    pub fn record(&self, seal: &Digest) -> Result<Option<(AppName, Record)>, Trouble> {
        let Some((app, text)) = self.store.snapshot(seal)? else { return Ok(None) };
        let damaged = |why: String| {
            Trouble::failed(format!("the snapshot {} in the database is damaged", short(seal)))
                .why(why)
                .next("Run `rescue db check`; restore a backup")
        };
        let record = Record::read(&text).map_err(|problem| damaged(problem.to_string()))?;
        match record.faults().first() {
            None if record.seal == *seal => Ok(Some((app, record))),
            Some(fault) => Err(damaged(fault.to_string())),
            None => Err(damaged("it has another seal".to_owned())),
        }
    }

    fn page(&self, app: &AppName, sharing: &Sharing, now: DateTime<Utc>) -> Result<Page, Trouble> {
        // As they were written: the page names a digest of them that has to be the same wherever they are.
        let facts = self.facts_as_written(app)?;
        let checklists = self.checklists_of(&facts)?;
        let audience = sharing.audience.to_string();
        let earlier: Vec<&Digest> =
            facts.iter().filter_map(frozen).filter_map(|(fact, seal)| for_whom(fact, &audience, now).then_some(seal)).collect();
        let first = earlier.first().map(|seal| self.frozen(seal)).transpose()?;
        let previous = earlier.last().map(|seal| self.frozen(seal)).transpose()?;
        let request = Request {
            facts: &facts,
            checklists: &checklists,
            book: &self.book,
            now,
            sharing,
            first: first.as_ref().map(|it| &it.page),
            previous: previous.as_ref().map(|it| (&it.page, &it.seal)),
            tool: &tool(),
            words: Words::english(),
        };
        build(&request).ok_or_else(|| super::no_settings(app))
    }

    fn frozen(&self, seal: &Digest) -> Result<Record, Trouble> {
        let kept = self.record(seal)?.map(|(_, record)| record);
        kept.ok_or_else(|| {
            Trouble::failed(format!("the text of snapshot {} is missing from the database", short(seal)))
                .next("Run `rescue db check`; restore a backup")
        })
    }
}

fn frozen(fact: &Fact) -> Option<(&Fact, &Digest)> {
    match &fact.body {
        FactBody::Snapshot { seal, .. } => Some((fact, seal)),
        _ => None,
    }
}

fn for_whom(fact: &Fact, audience: &str, now: DateTime<Utc>) -> bool {
    matches!(&fact.body, FactBody::Snapshot { audience: whom, .. } if whom == audience) && fact.at <= now
}

/// The beginning of a seal, as lists show it.
#[must_use]
pub fn short(seal: &Digest) -> String {
    seal.0.chars().take(12).collect()
}

#[cfg(test)]
mod tests;
