//! Frozen pages: each text is kept by its seal, beside the fact that names it. Both are written, or none, and neither is
//! ever changed.

use super::convert::Moment;
use super::error::Fault;
use super::{AppId, Store, StoreError, facts};
use crate::domain::{AppName, Author, Digest, FactBody, FactId};
use crate::snapshot::Record;
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, named_params};

impl Store {
    /// Freezes a page of the moment `at`: its record, and the fact that it was made.
    ///
    /// # Errors
    /// The clock is behind; the page was frozen before; the record does not fit its seal.
    pub fn freeze(&self, app: AppId, at: DateTime<Utc>, by: &Author, record: &Record) -> Result<FactId, StoreError> {
        self.write("freeze the snapshot", |transaction| {
            facts::check_clock(transaction, app, at)?;
            put(transaction, app, at, &record.seal, &facts::json(record)?)?;
            let audience = record.page.audience.to_string();
            facts::insert(transaction, app, at, by, &FactBody::Snapshot { seal: record.seal.clone(), audience })
        })
    }

    /// The text of a frozen page, as JSON, and the app that it is about.
    ///
    /// # Errors
    /// The database could not be read.
    pub fn snapshot(&self, seal: &Digest) -> Result<Option<(AppName, String)>, StoreError> {
        self.read("read a snapshot", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT app.name, snapshot.body FROM snapshot JOIN app ON app.id = snapshot.app WHERE seal = ?1",
            )?;
            Ok(statement.query_row([seal], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
        })
    }
}

/// Keeps a text by its seal, within a transaction. A text that does not fit is never kept.
pub(super) fn put(connection: &Connection, app: AppId, at: DateTime<Utc>, seal: &Digest, text: &str) -> Result<(), Fault> {
    if let Some(why) = unfit(seal, text) {
        return Err(StoreError::refused(format!("a snapshot cannot be kept: {why}")).into());
    }
    let known = connection.query_row("SELECT 1 FROM snapshot WHERE seal = ?1", [seal], |_| Ok(())).optional()?;
    if known.is_some() {
        return Err(StoreError::refused("this snapshot is in the database already").into());
    }
    connection
        .prepare_cached("INSERT INTO snapshot (seal, app, stored, body) VALUES (:seal, :app, :stored, :body)")?
        .execute(named_params! { ":seal": seal, ":app": app, ":stored": Moment(at), ":body": text })?;
    Ok(())
}

/// Why a text is not what this seal says; none when it is.
fn unfit(seal: &Digest, text: &str) -> Option<String> {
    match Record::read(text) {
        Err(problem) => Some(problem.to_string()),
        Ok(record) if record.seal != *seal => Some("it has another seal".to_owned()),
        Ok(record) => record.faults().first().map(|_| "it is not what its seal says: it was changed".to_owned()),
    }
}

/// What is wrong with the frozen pages.
pub(super) fn check(connection: &Connection, problems: &mut Vec<String>) -> Result<(), Fault> {
    let named = "SELECT json_extract(fact.body, '$.seal') FROM fact WHERE fact.kind = 'snapshot' AND json_valid(fact.body)";
    let mut missing = connection.prepare(&format!(
        "{named} AND NOT EXISTS (SELECT 1 FROM snapshot WHERE app = (SELECT id FROM app WHERE number = fact.app) AND seal = json_extract(fact.body, '$.seal'))"
    ))?;
    for seal in missing.query_map([], |row| row.get::<_, Option<String>>(0))? {
        let seal = seal?.unwrap_or_default();
        problems.push(format!("the text of snapshot {seal} is missing"));
    }
    let mut kept = connection
        .prepare(&format!("SELECT seal, body, seal IN ({named} AND fact.app = (SELECT number FROM app WHERE id = snapshot.app)) FROM snapshot ORDER BY seal"))?;
    let mut rows = kept.query([])?;
    while let Some(row) = rows.next()? {
        let (seal, text, is_named): (Digest, String, bool) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if let Some(why) = unfit(&seal, &text) {
            problems.push(format!("snapshot {}: {why}", seal.0));
        }
        if !is_named {
            problems.push(format!("snapshot {} belongs to no fact", seal.0));
        }
    }
    Ok(())
}
