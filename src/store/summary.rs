//! Summaries of apps, computed elsewhere and kept for the portfolio's first frame. They may be thrown away at any
//! time; one that does not fit the facts of now is never given out.

use super::convert::Moment;
use super::{AppId, Store, StoreError};
use crate::domain::{Digest, FactId};
use chrono::{DateTime, Utc};
use rusqlite::named_params;
use std::collections::BTreeMap;

/// What a summary was computed from, besides this version of the tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SummaryKey {
    /// The fact that had been written last ([`super::AppRow::last_fact`]).
    pub last_fact: FactId,
    /// Of the checklist text that was used.
    pub checklist: Digest,
    /// The moment that it speaks of.
    pub made: DateTime<Utc>,
    /// The next moment at which it changes without a new fact.
    pub until: Option<DateTime<Utc>>,
}

impl Store {
    /// The summaries that hold at `now`, with the checklist that each was made with: those of this version whose app
    /// got no fact since. One query, whatever the number of apps.
    ///
    /// # Errors
    /// The database could not be read.
    pub fn summaries(&self, now: DateTime<Utc>) -> Result<BTreeMap<AppId, (Digest, String)>, StoreError> {
        self.read("read summaries", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT app, checklist, body FROM assessed
                 WHERE version = :version AND made <= :now AND (until IS NULL OR until > :now)
                 AND last_fact = (SELECT id FROM fact WHERE fact.app = (SELECT number FROM app WHERE id = assessed.app) ORDER BY id DESC LIMIT 1)",
            )?;
            let rows = statement.query_map(named_params! { ":version": self.version, ":now": Moment(now) }, |row| {
                Ok((row.get(0)?, (row.get(1)?, row.get(2)?)))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Keeps summaries, in one write.
    ///
    /// # Errors
    /// The database could not be written: the caller goes on without.
    pub fn put_summaries<'a>(
        &self,
        summaries: impl IntoIterator<Item = (AppId, &'a SummaryKey, &'a str)>,
    ) -> Result<(), StoreError> {
        self.write_quietly("keep summaries", |transaction| {
            let mut statement = transaction.prepare_cached(
                "INSERT OR REPLACE INTO assessed (app, last_fact, checklist, version, made, until, body)
                 VALUES (:app, :last_fact, :checklist, :version, :made, :until, :body)",
            )?;
            for (app, key, body) in summaries {
                statement.execute(named_params! {
                    ":app": app, ":last_fact": key.last_fact, ":checklist": key.checklist, ":version": self.version,
                    ":made": Moment(key.made), ":until": key.until.map(Moment), ":body": body,
                })?;
            }
            Ok(())
        })
    }

    /// Throws all summaries away.
    ///
    /// # Errors
    /// The database could not be written.
    pub fn drop_summaries(&self) -> Result<(), StoreError> {
        self.write_quietly("drop summaries", |transaction| Ok(transaction.execute("DELETE FROM assessed", []).map(drop)?))
    }
}
