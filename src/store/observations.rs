//! What probes saw: kept once by content, until it is thinned. Then it stays known that something was seen, under which
//! digest, and when it was thinned; a reader says that, and never takes it for damage.

use super::convert::{Hex, Moment};
use super::error::Fault;
use super::pack::{pack, unpack};
use super::{AppId, Store, StoreError};
use crate::domain::{Digest, FactId};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _};
use std::collections::BTreeMap;

/// What is left of an observation.
#[derive(Debug, Clone, PartialEq)]
pub enum Observed {
    Kept(serde_json::Value),
    /// It was thinned, then. Nothing is damaged.
    Thinned(DateTime<Utc>),
}

/// An observation in this database, by its number here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObservationNumber(pub(super) i64);

impl Store {
    /// A stored observation, as JSON; none also when it was thinned ([`Store::observed`] tells these apart).
    ///
    /// # Errors
    /// The database could not be read.
    pub fn observation(&self, digest: &Digest) -> Result<Option<serde_json::Value>, StoreError> {
        self.read("read an observation", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT body FROM seen WHERE number = (SELECT number FROM observed WHERE substr(digest, 1, 6) = substr(?1, 1, 6)
                 AND digest = ?1 AND thinned IS NULL)",
            )?;
            let packed: Option<Vec<u8>> = statement.query_row([Hex(digest.clone())], |row| row.get(0)).optional()?;
            Ok(packed.and_then(|it| unpack(&it)).and_then(|text| serde_json::from_str(&text).ok()))
        })
    }

    /// What is left of an observation that a fact of this app names. None: it is missing, or cannot be read.
    ///
    /// # Errors
    /// The database could not be read.
    pub fn observed(&self, app: AppId, digest: &Digest) -> Result<Option<Observed>, StoreError> {
        match self.observation(digest)? {
            Some(seen) => Ok(Some(Observed::Kept(seen))),
            None => Ok(self.thinned(app)?.remove(digest).map(Observed::Thinned)),
        }
    }

    /// The observations of this app that were thinned and not seen again since, each with the moment.
    ///
    /// # Errors
    /// The database could not be read.
    pub fn thinned(&self, app: AppId) -> Result<BTreeMap<Digest, DateTime<Utc>>, StoreError> {
        self.read("look what was thinned", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT gone.digest, thinning.at FROM fact
                 JOIN observed AS gone ON gone.number = fact.observed
                 JOIN thinning ON thinning.number = gone.thinned
                 WHERE fact.app = (SELECT number FROM app WHERE id = ?1)
                 AND NOT EXISTS (SELECT 1 FROM observed WHERE substr(digest, 1, 6) = substr(gone.digest, 1, 6)
                                 AND digest = gone.digest AND thinned IS NULL)",
            )?;
            let rows = statement.query_map([app], |row| Ok((row.get::<_, Hex>(0)?.0, row.get::<_, Moment>(1)?.0)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// The facts of this app whose observations are kept, and the numbers of these.
    ///
    /// # Errors
    /// The database could not be read.
    pub fn observations_of(&self, app: AppId) -> Result<Vec<(FactId, ObservationNumber)>, StoreError> {
        self.read("list the observations", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT fact.id, fact.observed FROM fact JOIN observed ON observed.number = fact.observed
                 WHERE fact.app = (SELECT number FROM app WHERE id = ?1) AND observed.thinned IS NULL",
            )?;
            let rows = statement.query_map([app], |row| Ok((row.get(0)?, ObservationNumber(row.get(1)?))))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

/// Keeps what was seen, within a transaction, once by content; gives back its digest.
pub(super) fn keep(connection: &Connection, body: &str) -> Result<Digest, Fault> {
    let digest = Digest::of(body);
    if number(connection, &digest)?.is_none() {
        connection.prepare_cached("INSERT INTO observed (digest) VALUES (?1)")?.execute([Hex(digest.clone())])?;
        let number = connection.last_insert_rowid();
        connection.prepare_cached("INSERT INTO seen (number, body) VALUES (?1, ?2)")?.execute((number, pack(body)))?;
    }
    Ok(digest)
}

/// The number of an observation that is kept.
pub(super) fn number(connection: &Connection, digest: &Digest) -> Result<Option<i64>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT number FROM observed WHERE substr(digest, 1, 6) = substr(?1, 1, 6) AND digest = ?1 AND thinned IS NULL",
    )?;
    Ok(statement.query_row([Hex(digest.clone())], |row| row.get(0)).optional()?)
}

/// Puts down observations that were thinned elsewhere, within a transaction; gives back their numbers.
pub(super) fn put_thinned(
    connection: &Connection,
    thinned: &BTreeMap<Digest, DateTime<Utc>>,
    author: &str,
) -> Result<BTreeMap<Digest, i64>, Fault> {
    let mut days: BTreeMap<DateTime<Utc>, Vec<&Digest>> = BTreeMap::new();
    for (digest, at) in thinned {
        // What is still kept here is kept for both.
        if number(connection, digest)?.is_some() {
            continue;
        }
        days.entry(*at).or_default().push(digest);
    }
    let mut numbers = BTreeMap::new();
    for (at, digests) in days {
        connection.execute(
            "INSERT INTO thinning (at, author, rule, observations, bytes) VALUES (?1, ?2, 'before the import', ?3, 0)",
            (Moment(at), author, i64::try_from(digests.len()).unwrap_or(i64::MAX)),
        )?;
        let thinning = connection.last_insert_rowid();
        for digest in digests {
            connection
                .prepare_cached("INSERT INTO observed (digest, thinned) VALUES (?1, ?2)")?
                .execute((Hex(digest.clone()), thinning))?;
            numbers.insert(digest.clone(), connection.last_insert_rowid());
        }
    }
    Ok(numbers)
}

/// What is wrong with the observations. One that was thinned is not.
pub(super) fn check(connection: &Connection, problems: &mut Vec<String>) -> Result<(), Fault> {
    let mut statement = connection.prepare(
        "SELECT observed.digest, observed.thinned IS NOT NULL, seen.body,
                observed.number IN (SELECT observed FROM fact WHERE observed IS NOT NULL)
         FROM observed LEFT JOIN seen ON seen.number = observed.number ORDER BY observed.number",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (Hex(digest), is_thinned): (Hex, bool) = (row.get(0)?, row.get(1)?);
        let (body, is_used): (Option<Vec<u8>>, bool) = (row.get(2)?, row.get(3)?);
        let named = &digest.0;
        match (body, is_thinned) {
            (Some(_), true) => problems.push(format!("observation {named} is said to be thinned and is there")),
            (None, false) => problems.push(format!("observation {named} is missing, and nobody thinned it")),
            (Some(body), false) if unpack(&body).is_none_or(|text| Digest::of(&text) != digest) => {
                problems.push(format!("observation {named} is not what its digest says: it was changed"));
            }
            _ => {}
        }
        if !is_used {
            problems.push(format!("observation {named} belongs to no fact"));
        }
    }
    let lost: i64 = connection.query_row(
        "SELECT count(*) FROM fact WHERE observed IS NOT NULL AND observed NOT IN (SELECT number FROM observed)",
        [],
        |row| row.get(0),
    )?;
    if lost > 0 {
        problems.push(format!("{lost} facts name an observation that nobody knows"));
    }
    Ok(())
}
