//! What conditional requests need between runs: for each app a tag and the allow-listed facts under it. Losing a row
//! costs one request, so that nothing here fails.

use super::convert::Moment;
use super::{AppId, Store};
use crate::net::{Kept, Shelf};
use rusqlite::{OptionalExtension, named_params};
use std::sync::Arc;

/// Rows of all apps together; the least recently used go first.
const MOST_ROWS: i64 = 4_000;
/// The largest facts that are kept, in bytes.
const MOST_BYTES: usize = 1024 * 1024;

/// The shelf of one app.
#[derive(Debug, Clone)]
pub struct AppShelf {
    store: Arc<Store>,
    app: AppId,
}

impl Store {
    /// The shelf of one app.
    #[must_use]
    pub fn shelf(self: &Arc<Self>, app: AppId) -> Arc<dyn Shelf> {
        Arc::new(AppShelf { store: Arc::clone(self), app })
    }
}

impl Shelf for AppShelf {
    /// What this version of the tool kept: another version may have read other facts from the same body.
    fn get(&self, key: &str) -> Option<Kept> {
        let found = self.store.read("look at the shelf", |connection| {
            let mut statement =
                connection.prepare_cached("SELECT etag, facts FROM kept WHERE app = ?1 AND key = ?2 AND version = ?3")?;
            let read = statement
                .query_row((self.app, key, &self.store.version), |row| Ok(Kept { etag: row.get(0)?, facts: row.get(1)? }));
            Ok(read.optional()?)
        });
        found.inspect_err(|error| tracing::debug!(%error, "nothing could be read from the shelf")).ok().flatten()
    }

    fn put(&self, key: &str, kept: &Kept) {
        if kept.facts.len() > MOST_BYTES {
            return;
        }
        let used = Moment(self.store.clock.now());
        let put = self.store.write_quietly("put on the shelf", |transaction| {
            transaction
                .prepare_cached(
                    "INSERT INTO kept (app, key, version, used, etag, facts)
                     VALUES (:app, :key, :version, :used, :etag, :facts)
                     ON CONFLICT (app, key) DO UPDATE
                     SET version = excluded.version, used = excluded.used, etag = excluded.etag, facts = excluded.facts",
                )?
                .execute(named_params! {
                    ":app": self.app, ":key": key, ":version": self.store.version, ":used": used,
                    ":etag": kept.etag, ":facts": kept.facts,
                })?;
            transaction
                .prepare_cached(
                    "DELETE FROM kept WHERE rowid IN (SELECT rowid FROM kept ORDER BY used DESC, rowid DESC LIMIT -1 OFFSET ?1)",
                )?
                .execute([MOST_ROWS])?;
            Ok(())
        });
        if let Err(error) = put {
            tracing::debug!(%error, "nothing could be put on the shelf");
        }
    }
}
