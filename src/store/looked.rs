//! Up to which moment somebody at the console has seen what changed in an app. No fact: losing a row shows the changes once
//! more, and nothing is computed from it.

use super::convert::Moment;
use super::{AppId, Store, StoreError};
use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, named_params};

impl Store {
    /// Up to when the app's changes were seen; none when they never were.
    ///
    /// # Errors
    /// The database could not be read.
    pub fn looked(&self, app: AppId) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.read("read what was looked at", |connection| {
            let mut statement = connection.prepare_cached("SELECT at FROM looked WHERE app = ?1")?;
            let at = statement.query_row([app], |row| row.get::<_, Moment>(0)).optional()?;
            Ok(at.map(|at| at.0))
        })
    }

    /// Keeps that the app's changes were seen up to `at`; an earlier moment than the kept one changes nothing.
    ///
    /// # Errors
    /// The database could not be written: the caller goes on without.
    pub fn put_looked(&self, app: AppId, at: DateTime<Utc>) -> Result<(), StoreError> {
        self.write_quietly("keep what was looked at", |transaction| {
            let mut statement = transaction.prepare_cached(
                "INSERT INTO looked (app, at) VALUES (:app, :at)
                 ON CONFLICT (app) DO UPDATE SET at = excluded.at WHERE excluded.at > at",
            )?;
            statement.execute(named_params! { ":app": app, ":at": Moment(at) })?;
            Ok(())
        })
    }
}
