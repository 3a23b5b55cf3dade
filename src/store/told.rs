//! What was told about which run and how that ended, so that nobody is told twice and no loss goes untold. It holds no
//! message, no address and no reason: only that, when, and up to which moment.

use super::convert::Moment;
use super::error::Fault;
use super::{AppId, Store, StoreError};
use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{OptionalExtension, Transaction, named_params};

/// How long what was told is remembered beyond the newest of each app and way.
const KEPT: TimeDelta = TimeDelta::days(400);

/// What one app's part of a message is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    pub app: AppId,
    /// A run's id, or `cannot-run DAY`.
    pub run: String,
    /// The moment since which changes are told; none: from the first one on.
    pub since: Option<DateTime<Utc>>,
    /// The moment up to which changes are told.
    pub upto: DateTime<Utc>,
}

/// From where on an app's changes are still to be told by one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Untold {
    /// Nothing was ever told or tried.
    NothingTried,
    /// Since this moment; none: from the first one on.
    Since(Option<DateTime<Utc>>),
}

/// How telling ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    Sent,
    Failed,
    /// There was nothing to tell.
    Nothing,
}

impl Ended {
    fn word(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Nothing => "nothing",
        }
    }
}

/// What is remembered of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldRow {
    pub run: String,
    pub channel: String,
    pub at: DateTime<Utc>,
    pub upto: DateTime<Utc>,
    pub attempts: u32,
    /// `begun` (nobody knows whether it arrived), `sent`, `failed` or `nothing`.
    pub outcome: String,
}

impl Store {
    /// The moment up to which an app's changes were told by this way; none: never.
    ///
    /// # Errors
    /// The database could not be read.
    pub fn told_up_to(&self, app: AppId, channel: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.read("look up what was told", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT max(upto) FROM told WHERE app = ?1 AND channel = ?2 AND outcome IN ('sent', 'nothing')
                 AND run NOT LIKE 'cannot-run %'",
            )?;
            let newest: Option<Moment> = statement.query_row((app, channel), |row| row.get(0))?;
            Ok(newest.map(|it| it.0))
        })
    }

    /// From where on an app's changes are still to be told by this way: since they were told last, else since what the first
    /// message that did not arrive told of.
    ///
    /// # Errors
    /// The database could not be read.
    pub fn untold(&self, app: AppId, channel: &str) -> Result<Untold, StoreError> {
        if let Some(upto) = self.told_up_to(app, channel)? {
            return Ok(Untold::Since(Some(upto)));
        }
        self.read("look up what was tried to be told", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT since FROM told WHERE app = ?1 AND channel = ?2 AND outcome IN ('begun', 'failed')
                 AND run NOT LIKE 'cannot-run %' ORDER BY since NULLS FIRST LIMIT 1",
            )?;
            let since = statement.query_row((app, channel), |row| row.get::<_, Option<Moment>>(0)).optional()?;
            Ok(since.map_or(Untold::NothingTried, |since| Untold::Since(since.map(|it| it.0))))
        })
    }

    /// What is remembered of one app's messages, the newest first.
    ///
    /// # Errors
    /// The database could not be read.
    pub fn told(&self, app: AppId) -> Result<Vec<ToldRow>, StoreError> {
        self.read("look up what was told", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT run, channel, at, upto, attempts, outcome FROM told WHERE app = ?1 ORDER BY at DESC, channel",
            )?;
            let rows = statement.query_map([app], |row| {
                Ok(ToldRow {
                    run: row.get(0)?,
                    channel: row.get(1)?,
                    at: row.get::<_, Moment>(2)?.0,
                    upto: row.get::<_, Moment>(3)?.0,
                    attempts: row.get(4)?,
                    outcome: row.get(5)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Notes that these are about to be told, all or none. Gives back for each whether it is still to be told: what was
    /// told of the same run before, here or in another process, is not; what only began is.
    ///
    /// # Errors
    /// The database could not be written.
    pub fn telling_begins(&self, channel: &str, all: &[About]) -> Result<Vec<bool>, StoreError> {
        let now = self.clock.now();
        self.write_quietly("note what is told", |transaction| {
            all.iter().map(|about| begin(transaction, channel, about, now)).collect()
        })
    }

    /// Notes how telling these ended, after so many attempts.
    ///
    /// # Errors
    /// The database could not be written.
    pub fn telling_ends(&self, channel: &str, all: &[About], attempts: u32, how: Ended) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.write_quietly("note what was told", |transaction| {
            all.iter().try_for_each(|about| end(transaction, channel, about, now, attempts, how))
        })
    }
}

fn begin(transaction: &Transaction<'_>, channel: &str, about: &About, now: DateTime<Utc>) -> Result<bool, Fault> {
    let known: Option<String> = transaction
        .prepare_cached("SELECT outcome FROM told WHERE app = ?1 AND run = ?2 AND channel = ?3")?
        .query_row((about.app, &about.run, channel), |row| row.get(0))
        .optional()?;
    if known.as_deref() == Some("sent") {
        return Ok(false);
    }
    put(transaction, channel, about, now, 0, "begun")?;
    Ok(true)
}

fn end(
    transaction: &Transaction<'_>,
    channel: &str,
    about: &About,
    now: DateTime<Utc>,
    attempts: u32,
    how: Ended,
) -> Result<(), Fault> {
    put(transaction, channel, about, now, attempts, how.word())?;
    // Of what had nothing to tell only the newest says anything: up to where there was nothing.
    transaction
        .prepare_cached(
            "DELETE FROM told WHERE app = :app AND channel = :channel AND run <> :run
             AND ((outcome = 'nothing' AND upto <= :upto) OR at < :old)
             AND (:how IN ('sent', 'nothing') AND :run NOT LIKE 'cannot-run %')",
        )?
        .execute(named_params! {
            ":app": about.app, ":channel": channel, ":run": about.run, ":upto": Moment(about.upto), ":old": Moment(now - KEPT),
            ":how": how.word(),
        })?;
    Ok(())
}

fn put(
    transaction: &Transaction<'_>,
    channel: &str,
    about: &About,
    now: DateTime<Utc>,
    attempts: u32,
    outcome: &str,
) -> Result<(), Fault> {
    transaction
        .prepare_cached(
            "INSERT INTO told (app, run, channel, at, since, upto, attempts, outcome)
             VALUES (:app, :run, :channel, :at, :since, :upto, :attempts, :outcome)
             ON CONFLICT (app, run, channel) DO UPDATE
             SET at = excluded.at, since = excluded.since, upto = excluded.upto, attempts = told.attempts + excluded.attempts, outcome = excluded.outcome",
        )?
        .execute(named_params! {
            ":app": about.app, ":run": about.run, ":channel": channel, ":at": Moment(now),
            ":since": about.since.map(Moment), ":upto": Moment(about.upto), ":attempts": attempts, ":outcome": outcome,
        })?;
    Ok(())
}
