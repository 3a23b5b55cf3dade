//! Runs that a timer began, and the schedule that was installed from here. A bounded number of them is kept; none is a
//! fact about an app, and no truth is computed from them.

use super::convert::Moment;
use super::error::Fault;
use super::process::Holder;
use super::{Store, StoreError};
use crate::domain::Foreign;
use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{OptionalExtension as _, Row, named_params};
use serde::Serialize;

/// How many scheduled runs are kept: more than a year of daily ones.
pub const MOST_SCHEDULED: u32 = 400;

/// After this long, one on another machine is taken for crashed: its process cannot be seen from here.
const LONGEST_ELSEWHERE: TimeDelta = TimeDelta::days(1);

/// The schedule that was installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Schedule {
    /// `systemd`, `launchd` or `cron`.
    pub kind: String,
    /// The file that holds it, or `crontab`.
    pub place: String,
    /// The time of the day, local, such as `07:30`.
    pub at: String,
    /// From one run to the next, in hours; at least 1.
    pub every_hours: u32,
    pub installed: DateTime<Utc>,
}

/// How a scheduled run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ScheduledHow {
    /// Its process is at it.
    Running,
    Finished,
    /// Somebody interrupted it.
    Stopped,
    /// It could not do what it was asked (exit code 1 or 2).
    Failed,
    /// Its process is gone and never said that it ended.
    Crashed,
}

/// A run that a timer began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScheduledRun {
    pub began: DateTime<Utc>,
    pub ended: Option<DateTime<Utc>>,
    pub how: ScheduledHow,
    /// The exit code (DESIGN §5).
    pub code: Option<u8>,
    /// How many apps were probed.
    pub apps: Option<u32>,
    /// What came of it, in one sentence.
    pub says: Option<Foreign>,
}

/// The number of a scheduled run that was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScheduledId(i64);

impl Store {
    /// Records that a scheduled run begins now; the oldest beyond [`MOST_SCHEDULED`] are dropped.
    ///
    /// # Errors
    /// The database could not be written.
    pub fn begin_scheduled(&self, holder: &Holder) -> Result<ScheduledId, StoreError> {
        let now = self.clock.now();
        self.write("record the scheduled run", |transaction| {
            transaction.execute(
                "INSERT INTO scheduled_run (began, pid, host, born) VALUES (:began, :pid, :host, :born)",
                named_params! { ":began": Moment(now), ":pid": holder.pid, ":host": holder.host, ":born": holder.born() },
            )?;
            let id = transaction.last_insert_rowid();
            transaction.execute(
                "DELETE FROM scheduled_run WHERE id NOT IN (SELECT id FROM scheduled_run ORDER BY id DESC LIMIT ?1)",
                [MOST_SCHEDULED],
            )?;
            Ok(ScheduledId(id))
        })
    }

    /// Records how it ended; in `says`, names of apps stand between marks (`` `acme` ``). The apps that were probed are those
    /// whose runs its process began since.
    ///
    /// # Errors
    /// The database could not be written.
    pub fn end_scheduled(&self, id: ScheduledId, how: ScheduledHow, code: u8, says: &str) -> Result<(), StoreError> {
        let now = self.clock.now();
        let how = match how {
            ScheduledHow::Finished => "finished",
            ScheduledHow::Stopped => "stopped",
            ScheduledHow::Failed => "failed",
            ScheduledHow::Running | ScheduledHow::Crashed => {
                return Err(StoreError::refused("a scheduled run ends as finished, stopped or failed"));
            }
        };
        self.write("record the end of the scheduled run", |transaction| {
            transaction.execute(
                "UPDATE scheduled_run SET ended = :ended, how = :how, code = :code, says = :says, apps =
                   (SELECT count(DISTINCT run.app) FROM run
                    WHERE run.pid = scheduled_run.pid AND run.host = scheduled_run.host AND run.started >= scheduled_run.began)
                 WHERE id = :id",
                named_params! { ":ended": Moment(now), ":how": how, ":code": code, ":says": Foreign::new(says).as_str(), ":id": id.0 },
            )?;
            Ok(())
        })
    }

    /// The newest scheduled runs, the newest first. One that was not ended is running or crashed, as its process says.
    ///
    /// # Errors
    /// The database could not be read.
    pub fn scheduled_runs(&self, most: u32) -> Result<Vec<ScheduledRun>, StoreError> {
        let (here, now) = (Holder::of_process(), self.clock.now());
        self.read("read the scheduled runs", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT began, ended, how, code, apps, says, pid, host, born FROM scheduled_run ORDER BY id DESC LIMIT ?1",
            )?;
            let rows = statement.query_map([most], |row| scheduled(row, &here, now))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// The schedule that was installed from here; none was, or it was removed.
    ///
    /// # Errors
    /// The database could not be read.
    pub fn schedule(&self) -> Result<Option<Schedule>, StoreError> {
        self.read("read the schedule", |connection| {
            let mut statement =
                connection.prepare_cached("SELECT kind, place, at, every_hours, installed FROM schedule WHERE one = 1")?;
            let row = statement.query_row([], |row| {
                Ok(Schedule {
                    kind: row.get(0)?,
                    place: row.get(1)?,
                    at: row.get(2)?,
                    every_hours: row.get(3)?,
                    installed: row.get::<_, Moment>(4)?.0,
                })
            });
            Ok(row.optional()?)
        })
    }

    /// Remembers the schedule that was installed, or that there is none any more.
    ///
    /// # Errors
    /// The database could not be written.
    pub fn put_schedule(&self, schedule: Option<&Schedule>) -> Result<(), StoreError> {
        self.write("remember the schedule", |transaction| {
            transaction.execute("DELETE FROM schedule", [])?;
            if let Some(it) = schedule {
                transaction.execute(
                    "INSERT INTO schedule (one, kind, place, at, every_hours, installed)
                     VALUES (1, :kind, :place, :at, :every, :installed)",
                    named_params! {
                        ":kind": it.kind, ":place": it.place, ":at": it.at, ":every": it.every_hours,
                        ":installed": Moment(it.installed),
                    },
                )?;
            }
            Ok(())
        })
    }
}

/// Forgets what was said of an app that is being erased. Names of apps stand between marks there: one that is called as a
/// word of our own sentences takes no other's away.
pub(super) fn forget(transaction: &rusqlite::Transaction<'_>, name: &str) -> Result<(), Fault> {
    transaction.execute("UPDATE scheduled_run SET says = NULL WHERE instr(says, ?1) > 0", [format!("`{name}`")])?;
    Ok(())
}

fn scheduled(row: &Row<'_>, here: &Holder, now: DateTime<Utc>) -> rusqlite::Result<ScheduledRun> {
    let began = row.get::<_, Moment>(0)?.0;
    let how = match row.get::<_, Option<String>>(2)?.as_deref() {
        Some("finished") => ScheduledHow::Finished,
        Some("stopped") => ScheduledHow::Stopped,
        Some(_) => ScheduledHow::Failed,
        None => {
            let holder = Holder { pid: row.get(6)?, host: row.get(7)? };
            let born: Option<String> = row.get(8)?;
            let is_alive = match born {
                Some(born) if holder.host == here.host => holder.is_born(&born),
                _ => now - began <= LONGEST_ELSEWHERE,
            };
            if is_alive { ScheduledHow::Running } else { ScheduledHow::Crashed }
        }
    };
    Ok(ScheduledRun {
        began,
        ended: row.get::<_, Option<Moment>>(1)?.map(|it| it.0),
        how,
        code: row.get(3)?,
        apps: row.get(4)?,
        says: row.get::<_, Option<String>>(5)?.map(Foreign::new),
    })
}
