//! The store: facts in SQLite, only ever added, each write whole or not at all. It computes nothing from them, and
//! it never sees a credential or the value of a found secret.
//!
//! Calls block for a few milliseconds (a commit waits for the disk); from async code, go through `spawn_blocking`.

mod apps;
mod care;
mod convert;
mod erase;
mod error;
mod facts;
mod holdings;
mod key;
mod looked;
mod looks;
mod marks;
mod merge;
mod observations;
mod open;
mod pack;
mod process;
mod runs;
mod scheduled;
mod schema;
mod shelf;
mod snapshot;
mod steps;
mod summary;
#[cfg(test)]
mod tests;
mod thin;
mod told;
mod transfer;
pub mod undo;

pub use apps::{AppRow, EarlierLook, StoredChecklist};
pub use care::Problem;
pub use erase::Receipt;
pub use error::{StoreError, Trouble};
pub use facts::TOLERANCE;
pub use holdings::{Heap, Holdings, PastThinning};
pub use key::{KeyMet, existing_key, settle_key};
pub use marks::{Mark, Marked};
pub use merge::{Destination, Joined};
pub use observations::{ObservationNumber, Observed};
pub use pack::{unpack, unpack_like};
pub use process::Holder;
pub use runs::{LONGEST_ELSEWHERE, OpenRun};
pub use scheduled::{MOST_SCHEDULED, Schedule, ScheduledHow, ScheduledId, ScheduledRun};
pub use shelf::AppShelf;
pub use summary::SummaryKey;
pub use thin::{Compacted, Thinned, ThinningPlan};
pub use told::{About, Ended, ToldRow, Untold};
pub use transfer::Carried;

use crate::clock::SharedClock;
use crate::config::Paths;
use crate::domain::{Author, FactId, Foreign};
use error::Fault;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// An app in the store, by UUIDv7: its name may be given again after it was removed, its id is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AppId(pub uuid::Uuid);

/// Where the store stood when one looked: compare with [`Store::changed_since`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stand(i64);

/// The facts of all apps, in one file.
pub struct Store {
    connection: Mutex<Connection>,
    paths: Paths,
    file: PathBuf,
    clock: SharedClock,
    version: String,
    reading_only: bool,
    /// Facts that could not be read as one, by their ids.
    undecodable: Mutex<BTreeMap<FactId, AppId>>,
}

/// How often a write asks again when another process holds the database; each asking waits [`open::PATIENCE`].
const ASKINGS: u32 = 4;

impl Store {
    /// The database's file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.file
    }

    /// Whether nothing can be written, because the place is read-only.
    #[must_use]
    pub fn is_reading_only(&self) -> bool {
        self.reading_only
    }

    /// How many stored facts could not be read and are left out of every answer. Anything but 0 belongs in a banner.
    #[must_use]
    pub fn undecodable(&self) -> usize {
        self.undecodable.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// How many of them are of this app, as far as its facts were read. Without them nothing is known for sure: one of
    /// them may be a fail, or take back what another says.
    #[must_use]
    pub fn unreadable(&self, app: AppId) -> usize {
        self.undecodable.lock().unwrap_or_else(PoisonError::into_inner).values().filter(|of| **of == app).count()
    }

    /// This tool as an author.
    #[must_use]
    pub fn tool(&self) -> Author {
        Author::Tool(Foreign::new(&self.version))
    }

    /// Where the store stands now. Facts, apps and runs of any process move it; caches do not.
    ///
    /// # Errors
    /// The database could not be read.
    pub fn stand(&self) -> Result<Stand, StoreError> {
        self.read("look for changes", |connection| {
            Ok(Stand(connection.prepare_cached("SELECT changes FROM tally")?.query_row([], |row| row.get(0))?))
        })
    }

    /// Whether anything was written since `before`, by this process or another, and where the store stands now.
    ///
    /// # Errors
    /// The database could not be read.
    pub fn changed_since(&self, before: Stand) -> Result<(bool, Stand), StoreError> {
        let now = self.stand()?;
        Ok((now != before, now))
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic inside a transaction rolled it back when it unwound, so the connection is sound.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<T>(&self, doing: &'static str, look: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, StoreError> {
        look(&self.connection()).map_err(|fault| fault.at(doing, &self.file))
    }

    /// One whole write that moves the stand.
    fn write<T>(&self, doing: &'static str, act: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>) -> Result<T, StoreError> {
        self.write_quietly(doing, |transaction| {
            let done = act(transaction)?;
            transaction.execute("UPDATE tally SET changes = changes + 1", [])?;
            Ok(done)
        })
    }

    /// One whole write of something that nobody needs to hear of: a cache.
    fn write_quietly<T>(
        &self,
        doing: &'static str,
        act: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        if self.reading_only {
            return Err(StoreError::ReadingOnly { path: self.file.clone() });
        }
        let mut connection = self.connection();
        let mut asking = 1;
        loop {
            // IMMEDIATE: the lock is taken before anything is read, so that no write is built on what has changed.
            match connection.transaction_with_behavior(TransactionBehavior::Immediate) {
                Ok(transaction) => {
                    let whole = act(&transaction).and_then(|done| transaction.commit().map(|()| done).map_err(Fault::from));
                    return whole.map_err(|fault| fault.at(doing, &self.file));
                }
                Err(error) if open::is_busy(&error) && asking < ASKINGS => asking += 1,
                Err(error) => return Err(StoreError::sqlite(doing, &self.file, &error)),
            }
        }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("file", &self.file).field("reading_only", &self.reading_only).finish_non_exhaustive()
    }
}
