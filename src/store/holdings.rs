//! What the database holds, counted. It judges nothing.

use super::convert::{self, Count, Moment};
use super::error::Fault;
use super::{Store, StoreError};
use crate::domain::FactId;
use chrono::{DateTime, Utc};
use rusqlite::Connection;
use std::collections::BTreeMap;

/// Rows and their bytes as stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Heap {
    pub rows: u64,
    pub bytes: u64,
}

/// A thinning of the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastThinning {
    pub at: DateTime<Utc>,
    pub by: String,
    pub rule: String,
    pub observations: u64,
    pub bytes: u64,
}

/// What the database holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holdings {
    pub apps: u64,
    pub facts: BTreeMap<String, u64>,
    /// The moments of the oldest and the newest fact.
    pub facts_from: Option<DateTime<Utc>>,
    pub facts_to: Option<DateTime<Utc>>,
    /// What outcomes say, each once.
    pub said: Heap,
    /// What probes saw, each once.
    pub observations: Heap,
    /// Observations that were thinned; that they were seen stays known.
    pub thinned: u64,
    pub thinnings: Vec<PastThinning>,
    pub checklists: Heap,
    pub snapshots: Heap,
    /// Answers kept for conditional requests, and computed summaries: may be thrown away.
    pub cache: Heap,
    /// Of the file and its journal.
    pub file_bytes: u64,
    pub journal_bytes: u64,
    /// Inside the file, used again by what comes next.
    pub free_bytes: u64,
}

impl Store {
    /// Counts what the database holds. Reads much of it: for a person who asks.
    ///
    /// # Errors
    /// The database could not be read.
    pub fn holdings(&self) -> Result<Holdings, StoreError> {
        self.read("count what is stored", |connection| {
            let number = |question: &str| connection.query_row(question, [], |row| row.get::<_, Count>(0)).map(|it| it.0);
            let heap = |from: &str, column: &str| {
                let question = format!("SELECT count(*), coalesce(sum(length({column})), 0) FROM {from}");
                connection.query_row(&question, [], |row| {
                    Ok(Heap { rows: row.get::<_, Count>(0)?.0, bytes: row.get::<_, Count>(1)?.0 })
                })
            };
            let mut kinds = connection.prepare("SELECT coalesce(kind, 'outcome'), count(*) FROM fact GROUP BY kind")?;
            let facts = kinds.query_map([], |row| Ok((row.get(0)?, row.get::<_, Count>(1)?.0)))?.collect::<Result<_, _>>()?;
            let (facts_from, facts_to) = span(connection)?;
            let mut past = connection.prepare("SELECT at, author, rule, observations, bytes FROM thinning ORDER BY number")?;
            let thinnings = past.query_map([], |row| {
                let author: String = row.get(1)?;
                let by = serde_json::from_str::<crate::domain::Author>(&author).map_or(author, |it| it.to_string());
                let at = row.get::<_, Moment>(0)?.0;
                Ok(PastThinning {
                    at,
                    by,
                    rule: row.get(2)?,
                    observations: row.get::<_, Count>(3)?.0,
                    bytes: row.get::<_, Count>(4)?.0,
                })
            })?;
            let kept = heap("kept", "facts")?;
            let assessed = heap("assessed", "body")?;
            let size = |ending: &str| {
                let mut path = self.file.as_os_str().to_owned();
                path.push(ending);
                std::fs::metadata(path).map_or(0, |it| it.len())
            };
            Ok(Holdings {
                apps: number("SELECT count(*) FROM app")?,
                facts,
                facts_from,
                facts_to,
                said: heap("said", "body")?,
                observations: heap("seen", "body")?,
                thinned: number("SELECT count(*) FROM observed WHERE thinned IS NOT NULL")?,
                thinnings: thinnings.collect::<Result<_, _>>()?,
                checklists: heap("checklist", "body")?,
                snapshots: heap("snapshot", "body")?,
                cache: Heap { rows: kept.rows + assessed.rows, bytes: kept.bytes + assessed.bytes },
                file_bytes: size(""),
                journal_bytes: size("-wal"),
                free_bytes: number("PRAGMA freelist_count")? * number("PRAGMA page_size")?,
            })
        })
    }
}

/// A first and a last moment, where there is one.
type Span = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// The moments of the oldest and of the newest fact that has one.
fn span(connection: &Connection) -> Result<Span, Fault> {
    let mut statement = connection.prepare("SELECT id, at FROM fact WHERE typeof(at) = 'integer'")?;
    let mut rows = statement.query([])?;
    let (mut from, mut to): Span = (None, None);
    while let Some(row) = rows.next()? {
        let Some(at) = convert::at(row.get::<_, FactId>(0)?, row.get(1)?) else { continue };
        from = Some(from.map_or(at, |known| known.min(at)));
        to = Some(to.map_or(at, |known| known.max(at)));
    }
    Ok((from, to))
}
