//! Marks: what something of an app was when it was last asked, so that a change is noticed. A cache, never a fact; a mark
//! that is not there says neither "changed" nor "unchanged".

use super::convert::Moment;
use super::{AppId, Store, StoreError};
use crate::domain::Foreign;
use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, named_params};
use std::collections::BTreeMap;

/// What was there when it was last asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// A commit, a deployment's id, a keyed hash: only ever compared.
    pub value: Foreign,
    /// When it was first met.
    pub met: DateTime<Utc>,
    /// The same, if another value stood there before; none while there was only one, of which nobody knows since when.
    pub changed: Option<DateTime<Utc>>,
}

/// What a new look found beside the mark before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marked {
    /// There was no mark: it may have changed or not.
    First,
    Same,
    Changed,
}

impl Store {
    /// The marks of one app, by subject.
    ///
    /// # Errors
    /// The database could not be read.
    pub fn marks(&self, app: AppId) -> Result<BTreeMap<String, Mark>, StoreError> {
        self.read("read the marks", |connection| {
            let mut statement = connection.prepare_cached("SELECT subject, value, met, changed FROM mark WHERE app = ?1")?;
            let mut rows = statement.query([app])?;
            let mut marks = BTreeMap::new();
            while let Some(row) = rows.next()? {
                let mark = Mark {
                    value: Foreign::new(row.get::<_, String>(1)?),
                    met: row.get::<_, Moment>(2)?.0,
                    changed: row.get::<_, Option<Moment>>(3)?.map(|it| it.0),
                };
                marks.insert(row.get(0)?, mark);
            }
            Ok(marks)
        })
    }

    /// When something marked last changed, by app and subject: only what ever did. A credential counts from the moment at which it
    /// was first met: before that there was none, as far as anybody knows.
    ///
    /// # Errors
    /// The database could not be read.
    pub fn changes(&self) -> Result<BTreeMap<AppId, BTreeMap<String, DateTime<Utc>>>, StoreError> {
        self.read("read what changed", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT app, subject, coalesce(changed, met) FROM mark WHERE changed IS NOT NULL OR subject LIKE 'credential:%'",
            )?;
            let mut rows = statement.query([])?;
            let mut changes: BTreeMap<AppId, BTreeMap<String, DateTime<Utc>>> = BTreeMap::new();
            while let Some(row) = rows.next()? {
                changes.entry(row.get(0)?).or_default().insert(row.get(1)?, row.get::<_, Moment>(2)?.0);
            }
            Ok(changes)
        })
    }

    /// Marks what was found at `at`, and says how that stands to the mark before. What is as it was is not written again.
    ///
    /// # Errors
    /// The database could not be read or written.
    pub fn mark(&self, app: AppId, subject: &str, value: &Foreign, at: DateTime<Utc>) -> Result<Marked, StoreError> {
        let before = self.read("read a mark", |connection| {
            let mut statement = connection.prepare_cached("SELECT value FROM mark WHERE app = ?1 AND subject = ?2")?;
            Ok(statement.query_row((app, subject), |row| row.get::<_, String>(0)).optional()?)
        })?;
        if before.as_deref() == Some(value.as_str()) {
            return Ok(Marked::Same);
        }
        self.write_quietly("mark what was found", |transaction| {
            // Another process may have marked the same meanwhile: then that one noticed.
            transaction
                .prepare_cached(
                    "INSERT INTO mark (app, subject, value, met, changed) VALUES (:app, :subject, :value, :at, NULL)
                     ON CONFLICT (app, subject) DO UPDATE SET value = excluded.value, met = excluded.met, changed = excluded.met
                     WHERE value <> excluded.value",
                )?
                .execute(named_params! { ":app": app, ":subject": subject, ":value": value.as_str(), ":at": Moment(at) })?;
            Ok(())
        })?;
        Ok(if before.is_some() { Marked::Changed } else { Marked::First })
    }
}
