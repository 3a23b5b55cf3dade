//! How a run's facts lie in the database: what an outcome says, and which probes a run asks, is kept once, however often
//! it is said; the run, the moment and how long it took are beside the number of that. What comes back is the fact that
//! was given, whole.

use super::convert::{Hex, Moment};
use super::error::Fault;
use super::pack::{pack, unpack};
use super::{AppId, StoreError};
use crate::domain::{Author, Digest, Fact, FactBody, OutcomeFact, ProbeId, RunId, Verdict};
use rusqlite::{Connection, OptionalExtension as _, Row, named_params};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// What an outcome says besides when and in which run. Its fields and their order are a format that is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Said {
    by: Author,
    probe: ProbeId,
    revision: u16,
    subject: String,
    settings: Digest,
    verdict: Verdict,
}

/// What the start of a run says besides when and which run: a format that is stored, too.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Started {
    by: Author,
    probes: Vec<ProbeId>,
}

/// Either, as read.
#[derive(Debug, Clone)]
enum Told {
    Look(Box<Said>),
    Start(Started),
}

/// The text of what a run's fact says, and its run; none for any other fact.
pub(super) fn text(by: &Author, body: &FactBody) -> Option<(String, RunId)> {
    match body {
        FactBody::Outcome(it) => Some((Said::text(by, it), it.run)),
        FactBody::RunStarted { run, probes } => {
            let started = Started { by: by.clone(), probes: probes.clone() };
            Some((serde_json::to_string(&started).unwrap_or_default(), *run))
        }
        _ => None,
    }
}

impl Said {
    /// Of an outcome, as JSON.
    fn text(by: &Author, it: &OutcomeFact) -> String {
        let said = Self {
            by: by.clone(),
            probe: it.probe.clone(),
            revision: it.revision,
            subject: it.subject.clone(),
            settings: it.settings.clone(),
            verdict: it.verdict.clone(),
        };
        // No map with keys that are no strings and no path is in it: it has a text form.
        serde_json::to_string(&said).unwrap_or_default()
    }
}

/// The columns that [`Reader::fact`] reads, in its order.
pub(super) const COLUMNS: &str = "id, at, author, body, said, observed, run, ms, requests, kind";

/// Reads facts, and what several of them say only once.
pub(super) struct Reader<'c> {
    connection: &'c Connection,
    said: HashMap<i64, Result<Told, String>>,
}

impl<'c> Reader<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self { connection, said: HashMap::new() }
    }

    /// Forgets what was read, so that it does not grow with every app.
    pub(super) fn forget(&mut self) {
        self.said.clear();
    }

    /// Reads [`COLUMNS`] as a fact, or says what is wrong without quoting what is stored.
    pub(super) fn fact(&mut self, row: &Row<'_>) -> Result<Fact, String> {
        let id = row.get(0).map_err(column)?;
        let at = row.get::<_, Moment>(1).map_err(column)?.0;
        let Some(number) = row.get::<_, Option<i64>>(4).map_err(column)? else {
            let by = serde_json::from_str(&row.get::<_, String>(2).map_err(column)?).map_err(json)?;
            let body = serde_json::from_str(&row.get::<_, String>(3).map_err(column)?).map_err(json)?;
            return Ok(Fact { id, at, by, body });
        };
        let observation = match row.get::<_, Option<i64>>(5).map_err(column)? {
            Some(number) => Some(self.digest(number).map_err(column)?),
            None => None,
        };
        let run: RunId = row.get(6).map_err(column)?;
        let connection = self.connection;
        let is_start = row.get::<_, String>(9).map_err(column)? == "run_started";
        let body = match self.said.entry(number).or_insert_with(|| told(connection, number, is_start)).clone()? {
            Told::Start(Started { by, probes }) => (by, FactBody::RunStarted { run, probes }),
            Told::Look(said) => {
                let Said { by, probe, revision, subject, settings, verdict } = *said;
                let ms = row.get::<_, i64>(7).map_err(column)?.cast_unsigned();
                let requests = row.get(8).map_err(column)?;
                let outcome = OutcomeFact { run, probe, revision, subject, settings, observation, verdict, ms, requests };
                (by, FactBody::Outcome(Box::new(outcome)))
            }
        };
        Ok(Fact { id, at, by: body.0, body: body.1 })
    }

    fn digest(&self, number: i64) -> rusqlite::Result<Digest> {
        let mut statement = self.connection.prepare_cached("SELECT digest FROM observed WHERE number = ?1")?;
        statement.query_row([number], |row| row.get::<_, Hex>(0)).map(|it| it.0)
    }
}

fn told(connection: &Connection, number: i64, is_start: bool) -> Result<Told, String> {
    let packed: Vec<u8> = connection
        .prepare_cached("SELECT body FROM said WHERE number = ?1")
        .and_then(|mut statement| statement.query_row([number], |row| row.get(0)))
        .map_err(column)?;
    let text = unpack(&packed).ok_or("what it says was damaged")?;
    if is_start { serde_json::from_str(&text).map(Told::Start) } else { serde_json::from_str(&text).map(Told::Look) }
        .map_err(json)
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn column(error: rusqlite::Error) -> String {
    error.to_string()
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn json(error: serde_json::Error) -> String {
    format!("{:?} error at column {}", error.classify(), error.column())
}

/// Adds a run's fact within a transaction. `observed`: the number of what it saw.
pub(super) fn put(
    connection: &Connection,
    app: AppId,
    fact: &Fact,
    (text, run): (String, RunId),
    observed: Option<i64>,
) -> Result<(), Fault> {
    if text.is_empty() {
        return Err(StoreError::refused("what a run says cannot be stored: it has no text form").into());
    }
    let (ms, requests) = match &fact.body {
        FactBody::Outcome(it) => (Some(it.ms.cast_signed()), Some(it.requests)),
        _ => (None, None),
    };
    connection
        .prepare_cached(
            "INSERT INTO fact (id, app, at, kind, said, observed, run, ms, requests)
             VALUES (:id, :app, :at, :kind, :said, :observed, :run, :ms, :requests)",
        )?
        .execute(named_params! {
            ":id": fact.id, ":app": app, ":at": Moment(fact.at), ":kind": fact.body.kind(), ":said": number(connection, &text)?,
            ":observed": observed, ":run": run, ":ms": ms, ":requests": requests,
        })?;
    Ok(())
}

/// The number of what is said, new or known.
fn number(connection: &Connection, text: &str) -> Result<i64, Fault> {
    let digest = Hex(Digest::of(text));
    let known = connection
        .prepare_cached("SELECT number FROM said WHERE digest = ?1")?
        .query_row([&digest], |row| row.get(0))
        .optional()?;
    if let Some(number) = known {
        return Ok(number);
    }
    connection.prepare_cached("INSERT INTO said (digest, body) VALUES (?1, ?2)")?.execute((&digest, pack(text)))?;
    Ok(connection.last_insert_rowid())
}

/// What is wrong with what runs say.
pub(super) fn check(connection: &Connection, problems: &mut Vec<String>) -> Result<(), Fault> {
    let mut statement = connection
        .prepare("SELECT digest, body, number IN (SELECT said FROM fact WHERE said IS NOT NULL) FROM said ORDER BY number")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (Hex(digest), body, is_used): (Hex, Vec<u8>, bool) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if unpack(&body).is_none_or(|text| Digest::of(&text) != digest) {
            problems.push(format!("what a run says ({}) is not what its digest says: it was changed", digest.0));
        }
        if !is_used {
            problems.push(format!("what a run says ({}) belongs to no fact", digest.0));
        }
    }
    Ok(())
}
