//! Runs: one at a time for each app, each decision stored whole as soon as it is made. What a killed process leaves
//! is closed as crashed by the next one.

use super::convert::Moment;
use super::error::Fault;
use super::process::Holder;
use super::{AppId, Store, StoreError, facts, observations};
use crate::domain::fact::RunEnd;
use crate::domain::{AppName, FactBody, FactId, Foreign, OutcomeFact, ProbeId, RunId};
use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, Transaction, named_params};

/// After this long a run on another machine is taken for crashed: we cannot see its process. A run of a rerun stays open
/// while a closed system is waited for, six times 65 minutes at most, and for its second look.
pub const LONGEST_ELSEWHERE: TimeDelta = TimeDelta::hours(8);

/// A run that nobody ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenRun {
    pub run: RunId,
    pub app: AppId,
    pub holder: Holder,
    pub started: DateTime<Utc>,
    born: Option<String>,
}

impl OpenRun {
    /// Whether its process is gone.
    #[must_use]
    pub fn is_crashed(&self, here: &str, now: DateTime<Utc>) -> bool {
        if self.holder.host != here {
            return now - self.started > LONGEST_ELSEWHERE;
        }
        match &self.born {
            Some(born) => !self.holder.is_born(born),
            // It was begun where births cannot be told.
            None => now - self.started > LONGEST_ELSEWHERE,
        }
    }
}

impl Store {
    /// Begins a run as of now. An open run whose process is gone is ended as crashed first.
    ///
    /// # Errors
    /// [`StoreError::RunOpen`] while another process is at one.
    pub fn begin_run(&self, app: AppId, run: RunId, holder: &Holder, probes: &[ProbeId]) -> Result<FactId, StoreError> {
        let now = self.clock.now();
        self.write("begin the run", |transaction| {
            facts::check_clock(transaction, app, now)?;
            for open in open_runs(transaction, Some(app))? {
                if !open.is_crashed(&holder.host, now) {
                    let name: AppName = transaction.query_row("SELECT name FROM app WHERE id = ?1", [app], |row| row.get(0))?;
                    let OpenRun { holder, started, .. } = open;
                    let host = Foreign::new(holder.host);
                    return Err(StoreError::RunOpen { app: name, since: started, pid: holder.pid, host }.into());
                }
                self.end(transaction, app, open.run, RunEnd::Crashed, now)?;
            }
            transaction.execute(
                "INSERT INTO run (id, app, pid, host, born, started) VALUES (:id, :app, :pid, :host, :born, :started)",
                named_params! {
                    ":id": run, ":app": app, ":pid": holder.pid, ":host": holder.host, ":born": holder.born(),
                    ":started": Moment(now),
                },
            )?;
            facts::insert(transaction, app, now, &self.tool(), &FactBody::RunStarted { run, probes: probes.to_vec() })
        })
    }

    /// Stores one probe's decision, observed at `at`, with the observation that it judged: both or neither. The
    /// observation's digest is filled in here.
    ///
    /// # Errors
    /// [`StoreError::RunGone`] if the run is not open any more.
    pub fn record_outcome(
        &self,
        app: AppId,
        at: DateTime<Utc>,
        mut outcome: OutcomeFact,
        observation: Option<&serde_json::Value>,
    ) -> Result<FactId, StoreError> {
        // A look that took long is older than what was written meanwhile; the clock is what it says now.
        let written = at.max(self.clock.now());
        self.write("record a decision", |transaction| {
            facts::check_clock(transaction, app, written)?;
            if !is_open(transaction, app, outcome.run)? {
                return Err(StoreError::RunGone { run: outcome.run }.into());
            }
            outcome.observation = match observation {
                Some(observation) => Some(observations::keep(transaction, &facts::json(observation)?)?),
                None => None,
            };
            facts::insert(transaction, app, at, &self.tool(), &FactBody::Outcome(Box::new(outcome)))
        })
    }

    /// Ends a run as of now.
    ///
    /// # Errors
    /// [`StoreError::RunGone`] if it is not open any more.
    pub fn end_run(&self, app: AppId, run: RunId, how: RunEnd) -> Result<FactId, StoreError> {
        let now = self.clock.now();
        self.write("end the run", |transaction| {
            facts::check_clock(transaction, app, now)?;
            if !is_open(transaction, app, run)? {
                return Err(StoreError::RunGone { run }.into());
            }
            self.end(transaction, app, run, how, now)
        })
    }

    /// The open runs of all apps.
    ///
    /// # Errors
    /// The database could not be read.
    pub fn open_runs(&self) -> Result<Vec<OpenRun>, StoreError> {
        self.read("look for open runs", |connection| open_runs(connection, None))
    }

    /// Ends every run whose process is gone, and says how many there were: for the start of a console.
    ///
    /// # Errors
    /// The database could not be written.
    pub fn end_crashed_runs(&self, here: &Holder) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let is_crashed = |open: &OpenRun| open.is_crashed(&here.host, now);
        if !self.open_runs()?.iter().any(is_crashed) {
            return Ok(0);
        }
        self.write("end crashed runs", |transaction| {
            let crashed: Vec<OpenRun> = open_runs(transaction, None)?.into_iter().filter(is_crashed).collect();
            for open in &crashed {
                facts::check_clock(transaction, open.app, now)?;
                self.end(transaction, open.app, open.run, RunEnd::Crashed, now)?;
            }
            Ok(crashed.len())
        })
    }

    fn end(
        &self,
        transaction: &Transaction<'_>,
        app: AppId,
        run: RunId,
        how: RunEnd,
        at: DateTime<Utc>,
    ) -> Result<FactId, Fault> {
        transaction.execute("UPDATE run SET ended = ?1 WHERE id = ?2", (Moment(at), run))?;
        facts::insert(transaction, app, at, &self.tool(), &FactBody::RunEnded { run, how })
    }
}

fn is_open(connection: &Connection, app: AppId, run: RunId) -> Result<bool, Fault> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM run WHERE id = ?1 AND app = ?2 AND ended IS NULL")?;
    Ok(statement.query_row((run, app), |_| Ok(())).optional()?.is_some())
}

pub(super) fn open_runs(connection: &Connection, app: Option<AppId>) -> Result<Vec<OpenRun>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT id, app, pid, host, started, born FROM run WHERE ended IS NULL AND (?1 IS NULL OR app = ?1) ORDER BY started",
    )?;
    let rows = statement.query_map([app], |row| {
        Ok(OpenRun {
            run: row.get(0)?,
            app: row.get(1)?,
            holder: Holder { pid: row.get(2)?, host: row.get(3)? },
            started: row.get::<_, Moment>(4)?.0,
            born: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
