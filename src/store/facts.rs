//! Adding facts and reading them. A fact is never changed and never taken away here.

use super::convert::{Moment, apart};
use super::error::Fault;
use super::looks::{COLUMNS, Reader};
use super::{AppId, Store, StoreError, looks, observations};
use crate::domain::{Author, Digest, Fact, FactBody, FactId, RunId};
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, named_params};
use std::collections::BTreeMap;
use std::sync::PoisonError;
use uuid::Uuid;

/// How much earlier than the app's newest fact a write may be (DESIGN §2).
pub const TOLERANCE: TimeDelta = TimeDelta::minutes(2);

impl Store {
    /// Every fact of the app in the order (moment, id). What cannot be read is left out, logged and counted
    /// ([`Store::undecodable`]).
    ///
    /// # Errors
    /// The database could not be read.
    pub fn facts(&self, app: AppId) -> Result<Vec<Fact>, StoreError> {
        self.read("read facts", |connection| self.select(connection, app, None))
    }

    /// The facts that were written after `last`, in the order (moment, id). Ids grow in the order of writing, so that
    /// nothing is missed, whatever its moment.
    ///
    /// # Errors
    /// The database could not be read.
    pub fn facts_since(&self, app: AppId, last: FactId) -> Result<Vec<Fact>, StoreError> {
        self.read("read new facts", |connection| self.select(connection, app, Some(last)))
    }

    /// Adds facts that were so at `at`: all of them or none. The ids are given back in the order of `bodies`.
    ///
    /// # Errors
    /// [`StoreError::ClockBehind`] if `at` is more than two minutes earlier than the app's newest fact.
    pub fn append(
        &self,
        app: AppId,
        at: DateTime<Utc>,
        by: &Author,
        bodies: impl IntoIterator<Item = FactBody>,
    ) -> Result<Vec<FactId>, StoreError> {
        self.write("record", |transaction| {
            check_clock(transaction, app, at)?;
            bodies.into_iter().map(|body| insert(transaction, app, at, by, &body)).collect()
        })
    }

    pub(super) fn select(&self, connection: &Connection, app: AppId, last: Option<FactId>) -> Result<Vec<Fact>, Fault> {
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM fact WHERE app = (SELECT number FROM app WHERE id = :app) AND id > coalesce(:last, x'') ORDER BY id"
        ))?;
        let mut reader = Reader::new(connection);
        let mut rows = statement.query(named_params! { ":app": app, ":last": last })?;
        let mut facts = Vec::new();
        while let Some(row) = rows.next()? {
            match reader.fact(row) {
                Ok(fact) => facts.push(fact),
                Err(why) => self.count_undecodable(row.get(0)?, app, &why),
            }
        }
        // Nearly so already: who writes later has a later moment, but for clocks.
        facts.sort_by_key(|fact| (fact.at, fact.id));
        Ok(facts)
    }

    fn count_undecodable(&self, row: FactId, app: AppId, why: &str) {
        let mut seen = self.undecodable.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.insert(row, app).is_none() {
            tracing::warn!(fact = %row, why, "a stored fact could not be read");
        }
    }
}

/// Refuses a moment that is more than [`TOLERANCE`] before the app's newest fact. It is asked per app: a fact of
/// one client that was written under a wrong clock must not lock the others.
pub(super) fn check_clock(connection: &Connection, app: AppId, at: DateTime<Utc>) -> Result<(), Fault> {
    let newest = connection
        .prepare_cached("SELECT newest FROM app WHERE id = ?1")?
        .query_row([app], |row| row.get::<_, Option<Moment>>(0))
        .optional()?
        .flatten();
    match newest {
        Some(Moment(newest)) if newest - at > TOLERANCE => {
            Err(StoreError::ClockBehind { at, newest, behind: newest - at }.into())
        }
        _ => Ok(()),
    }
}

/// Adds one fact within a transaction.
pub(super) fn insert(
    connection: &Connection,
    app: AppId,
    at: DateTime<Utc>,
    by: &Author,
    body: &FactBody,
) -> Result<FactId, Fault> {
    let fact = Fact { id: next_id(connection, app, at)?, at: at.trunc_subsecs(6), by: by.clone(), body: body.clone() };
    put(connection, app, &fact)?;
    Ok(fact.id)
}

/// Adds a fact that has its id and its moment, within a transaction.
pub(super) fn put(connection: &Connection, app: AppId, fact: &Fact) -> Result<(), Fault> {
    put_with(connection, app, fact, &BTreeMap::new())
}

/// The same; `thinned` are the numbers of observations that were thinned elsewhere and are named by this fact.
pub(super) fn put_with(connection: &Connection, app: AppId, fact: &Fact, thinned: &BTreeMap<Digest, i64>) -> Result<(), Fault> {
    let Fact { id, at, by, body } = fact;
    if let Some(told) = looks::text(by, body) {
        let seen = match body {
            FactBody::Outcome(outcome) => outcome.observation.as_ref(),
            _ => None,
        };
        let number = match seen {
            None => None,
            Some(digest) => match observations::number(connection, digest)?.or_else(|| thinned.get(digest).copied()) {
                Some(number) => Some(number),
                None => return Err(StoreError::refused("an outcome names an observation that is not there").into()),
            },
        };
        looks::put(connection, app, fact, told, number)?;
    } else {
        let checklist = match body {
            FactBody::ChecklistAdopted { checklist, .. } => Some(checklist),
            _ => None,
        };
        connection
            .prepare_cached(
                "INSERT INTO fact (id, app, at, author, kind, checklist, body)
                 VALUES (:id, coalesce((SELECT number FROM app WHERE id = :app), -1), :at, :author,
                         nullif(:kind, 'outcome'), :checklist, :body)",
            )?
            .execute(named_params! {
                ":id": id, ":app": app, ":at": apart(*id, *at), ":author": json(by)?, ":kind": body.kind(),
                ":checklist": checklist, ":body": json(body)?,
            })?;
    }
    connection
        .prepare_cached("UPDATE app SET newest = :at WHERE id = :app AND (newest IS NULL OR newest < :at)")?
        .execute(named_params! { ":app": app, ":at": Moment(*at) })?;
    Ok(())
}

pub(super) fn json(value: &impl serde::Serialize) -> Result<String, Fault> {
    // A path that is not Unicode is the one thing that has no text form.
    serde_json::to_string(value).map_err(|_| StoreError::refused("it cannot be stored: a path in it is not Unicode").into())
}

/// An id greater than every id of the app, so that (moment, id) keeps the order of writing within a moment, whatever
/// the clock did and whichever process wrote.
fn next_id(connection: &Connection, app: AppId, at: DateTime<Utc>) -> Result<FactId, Fault> {
    let last = connection
        .prepare_cached("SELECT id FROM fact WHERE app = (SELECT number FROM app WHERE id = ?1) ORDER BY id DESC LIMIT 1")?
        .query_row([app], |row| row.get::<_, FactId>(0))
        .optional()?;
    let fresh = fresh_uuid(at)?;
    Ok(FactId(match last {
        Some(FactId(last)) if last >= fresh => Uuid::from_u128(last.as_u128() + 1),
        _ => fresh,
    }))
}

/// A UUIDv7 of that moment.
pub(super) fn fresh_uuid(at: DateTime<Utc>) -> Result<Uuid, StoreError> {
    let mut random = [0; 10];
    getrandom::fill(&mut random).map_err(|_| StoreError::refused("this machine gives no random numbers"))?;
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
    Ok(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
}

impl Store {
    /// An id for a run that begins now.
    ///
    /// # Errors
    /// The machine gives no random numbers.
    pub fn new_run_id(&self) -> Result<RunId, StoreError> {
        fresh_uuid(self.clock.now()).map(RunId)
    }
}
