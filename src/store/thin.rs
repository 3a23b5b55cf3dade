//! Thinning: letting go of what probes saw long ago, when nothing rests on it, and giving the room back. It takes away no
//! fact; what it took, when and by which rule is written down in the same step. Which observations these are is said by
//! whoever asks: here it is only seen to that no fact written meanwhile names one of them.

use super::convert::{Count, Moment};
use super::error::Fault;
use super::observations::ObservationNumber;
use super::{AppId, Store, StoreError};
use crate::config::program;
use crate::domain::{Author, FactId, Retention};
use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension as _, Transaction, named_params};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// How many observations are let go in one step, so that others who write wait for milliseconds.
const STEP: usize = 1_000;

/// The file is written anew when at least one page of so many is free: less is not worth that everybody waits.
const WORTH: u64 = 20;

/// How long `df` may take.
const DF_LIMIT: Duration = Duration::from_secs(5);

/// What may be let go, and the facts that this was worked out from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ThinningPlan {
    /// Of every app the fact that had been written last.
    pub as_of: BTreeMap<AppId, Option<FactId>>,
    /// What may go, for each app whose facts name it. What several name is with one of them.
    pub loose: BTreeMap<AppId, BTreeSet<ObservationNumber>>,
}

/// What was let go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Thinned {
    pub observations: u64,
    /// As they were stored.
    pub bytes: u64,
}

impl Thinned {
    fn add(&mut self, other: Self) {
        self.observations += other.observations;
        self.bytes += other.bytes;
    }
}

/// Whether the room was given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compacted {
    /// The file's size before and after, in bytes.
    Done { before: u64, after: u64 },
    /// There is hardly any.
    Needless,
    /// Not now; the room is used again by what comes next.
    Not(String),
}

impl Store {
    /// How many observations these are, and their bytes as stored.
    ///
    /// # Errors
    /// The database could not be read.
    pub fn weigh(&self, numbers: impl IntoIterator<Item = ObservationNumber>) -> Result<Thinned, StoreError> {
        self.read("weigh observations", |connection| {
            let mut statement = connection.prepare_cached("SELECT length(body) FROM seen WHERE number = ?1")?;
            let mut all = Thinned::default();
            for number in numbers {
                if let Some(bytes) = statement.query_row([number.0], |row| row.get::<_, Count>(0)).optional()? {
                    let Count(bytes) = bytes;
                    all.add(Thinned { observations: 1, bytes });
                }
            }
            Ok(all)
        })
    }

    /// Lets go of what the plan names, step by step, each whole. What a fact names that was written since the plan was
    /// made stays; of an app about which a person said something since, everything stays. Stops between two steps when
    /// `stop` says so: what was let go by then is written down.
    ///
    /// # Errors
    /// The database could not be written; what was let go before is written down.
    pub fn thin(
        &self,
        plan: &ThinningPlan,
        rule: &Retention,
        by: &Author,
        stop: &dyn Fn() -> bool,
    ) -> Result<Thinned, StoreError> {
        let all: Vec<(AppId, ObservationNumber)> =
            plan.loose.iter().flat_map(|(app, numbers)| numbers.iter().map(|it| (*app, *it))).collect();
        let now = self.clock.now();
        let mut thinning = None;
        let mut gone = Thinned::default();
        for step in all.chunks(STEP) {
            if stop() {
                break;
            }
            let (number, done) = self.write("thin observations", |transaction| {
                let (touched, named) = since(transaction, &plan.as_of)?;
                let may = |(app, number): &&(AppId, ObservationNumber)| !touched.contains(app) && !named.contains(number);
                let free: Vec<ObservationNumber> = step.iter().filter(may).map(|(_, number)| *number).collect();
                if free.is_empty() {
                    return Ok((thinning, Thinned::default()));
                }
                let number = match thinning {
                    Some(number) => number,
                    None => begun(transaction, now, rule, by)?,
                };
                Ok((Some(number), let_go(transaction, number, &free)?))
            })?;
            thinning = number;
            gone.add(done);
        }
        Ok(gone)
    }

    /// Gives the room of what is gone back to the disk: writes the file anew. Others may go on reading; who writes waits. Where
    /// nothing was let go now, only when an earlier time left much to give back.
    ///
    /// # Errors
    /// The database could not be read. That it could not be written anew is no error: nothing is lost by that.
    pub fn compact(&self, let_go: bool) -> Result<Compacted, StoreError> {
        let before = self.size();
        let (pages, empty, size) = self.read("look at the database", |connection| {
            let number =
                |name: &str| connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, Count>(0)).map(|it| it.0);
            Ok((number("page_count")?, number("freelist_count")?, number("page_size")?))
        })?;
        if !let_go && empty.saturating_mul(WORTH) < pages {
            return Ok(Compacted::Needless);
        }
        let needed = pages.saturating_sub(empty).saturating_mul(size);
        // Once in SQLite's own temporary file, once in the journal.
        for place in [self.paths.data(), tempfile::env::temp_dir().as_path()] {
            if let Some(free) = free(place)
                && free < needed.saturating_mul(2)
            {
                return Ok(Compacted::Not(format!(
                    "{} has {} MiB free and {} MiB are needed",
                    place.display(),
                    free / 1_048_576,
                    needed.saturating_mul(2) / 1_048_576
                )));
            }
        }
        let connection = self.connection();
        if let Err(error) = connection.execute_batch("VACUUM") {
            return Ok(Compacted::Not(StoreError::sqlite("write the database anew", &self.file, &error).to_string()));
        }
        // The file itself shrinks when the journal is folded in; a reader may keep that from happening until it is done.
        if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())) {
            tracing::debug!(%error, "the journal was not cut");
        }
        drop(connection);
        Ok(Compacted::Done { before, after: self.size() })
    }

    /// The size of the database with its journal, in bytes.
    fn size(&self) -> u64 {
        let mut journal = self.file.as_os_str().to_owned();
        journal.push("-wal");
        [self.file.as_path(), Path::new(&journal)].iter().filter_map(|it| std::fs::metadata(it).ok()).map(|it| it.len()).sum()
    }
}

/// Writes down that a thinning begins; gives back its number.
fn begun(transaction: &Transaction<'_>, now: DateTime<Utc>, rule: &Retention, by: &Author) -> Result<i64, Fault> {
    transaction
        .prepare_cached("INSERT INTO thinning (at, author, rule, observations, bytes) VALUES (?1, ?2, ?3, 0, 0)")?
        .execute((Moment(now), super::facts::json(by)?, rule.to_string()))?;
    Ok(transaction.last_insert_rowid())
}

/// Apps about which a person said something since, and observations that facts since then name.
fn since(
    transaction: &Transaction<'_>,
    as_of: &BTreeMap<AppId, Option<FactId>>,
) -> Result<(BTreeSet<AppId>, BTreeSet<ObservationNumber>), Fault> {
    let (mut touched, mut named) = (BTreeSet::new(), BTreeSet::new());
    let apps: Vec<AppId> =
        transaction.prepare_cached("SELECT id FROM app")?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut statement = transaction.prepare_cached(
        "SELECT coalesce(kind, 'outcome'), observed FROM fact
         WHERE app = (SELECT number FROM app WHERE id = ?1) AND id > coalesce(?2, x'')",
    )?;
    for app in apps {
        let mut rows = statement.query((app, as_of.get(&app).copied().flatten()))?;
        while let Some(row) = rows.next()? {
            if !matches!(row.get::<_, String>(0)?.as_str(), "outcome" | "run_started" | "run_ended") {
                touched.insert(app);
            }
            named.extend(row.get::<_, Option<i64>>(1)?.map(ObservationNumber));
        }
    }
    Ok((touched, named))
}

fn let_go(transaction: &Transaction<'_>, thinning: i64, numbers: &[ObservationNumber]) -> Result<Thinned, Fault> {
    let mut mark = transaction.prepare_cached("UPDATE observed SET thinned = ?1 WHERE number = ?2 AND thinned IS NULL")?;
    let mut weigh = transaction.prepare_cached("SELECT length(body) FROM seen WHERE number = ?1")?;
    let mut cut = transaction.prepare_cached("DELETE FROM seen WHERE number = ?1")?;
    let mut gone = Thinned::default();
    for ObservationNumber(number) in numbers {
        let bytes = weigh.query_row([number], |row| row.get::<_, Count>(0)).optional()?.map_or(0, |it| it.0);
        if mark.execute((thinning, number))? == 1 {
            cut.execute([number])?;
            gone.add(Thinned { observations: 1, bytes });
        }
    }
    transaction
        .prepare_cached(
            "UPDATE thinning SET observations = observations + :count, bytes = bytes + :bytes WHERE number = :number",
        )?
        .execute(named_params! { ":count": Count(gone.observations), ":bytes": Count(gone.bytes), ":number": thinning })?;
    Ok(gone)
}

/// How many bytes are free where this lies, in the words of `df`; none where it cannot tell.
fn free(place: &Path) -> Option<u64> {
    let mut command = Command::new("df");
    command.arg("-Pk").arg(place);
    let said = program::answer(command, DF_LIMIT).ok()?;
    let line = said.lines().nth(1)?;
    // POSIX: the file system (which may hold spaces), blocks, used, available, capacity, mounted on.
    let percent = line.split_whitespace().position(|it| it.ends_with('%'))?;
    let available: u64 = line.split_whitespace().nth(percent.checked_sub(1)?)?.parse().ok()?;
    available.checked_mul(1_024)
}
