//! How a run's facts lie in the database: what an outcome says, and which probes a run asks, is kept once, however often
//! it is said; the run, the moment and how long it took are beside the number of that. What comes back is the fact that
//! was given, whole.

use super::convert::{self, Hex};
use super::error::Fault;
use super::pack::{pack, pack_like, unpack, unpack_like};
use super::{AppId, StoreError};
use crate::domain::fact::RunEnd;
use crate::domain::{Author, Digest, Fact, FactBody, OutcomeFact, ProbeId, RunId, Verdict};
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, named_params};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

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

/// And its end.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Ended {
    by: Author,
    how: RunEnd,
}

/// One of them, as read.
#[derive(Debug, Clone)]
enum Told {
    Look(Box<Said>),
    Start(Started),
    End(Ended),
}

/// The text of what a run's fact says, and its run; none for any other fact.
pub(super) fn text(by: &Author, body: &FactBody) -> Option<(String, RunId)> {
    match body {
        FactBody::Outcome(it) => Some((Said::text(by, it), it.run)),
        FactBody::RunStarted { run, probes } => {
            let started = Started { by: by.clone(), probes: probes.clone() };
            Some((serde_json::to_string(&started).unwrap_or_default(), *run))
        }
        FactBody::RunEnded { run, how } => {
            let ended = Ended { by: by.clone(), how: *how };
            Some((serde_json::to_string(&ended).unwrap_or_default(), *run))
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
pub(super) const COLUMNS: &str = "id, at, author, body, said, observed, ran, ms, requests, coalesce(kind, 'outcome')";

/// Reads facts, and what several of them say only once.
pub(super) struct Reader<'c> {
    connection: &'c Connection,
    said: HashMap<i64, Result<Told, String>>,
    /// The run that was read last, by its number: a run's facts lie beside each other.
    ran: Option<(i64, RunId)>,
}

impl<'c> Reader<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self { connection, said: HashMap::new(), ran: None }
    }

    /// Forgets what was read, so that it does not grow with every app.
    pub(super) fn forget(&mut self) {
        self.said.clear();
    }

    /// Reads [`COLUMNS`] as a fact, or says what is wrong without quoting what is stored.
    pub(super) fn fact(&mut self, row: &Row<'_>) -> Result<Fact, String> {
        let id = row.get(0).map_err(column)?;
        let at = convert::at(id, row.get(1).map_err(column)?).ok_or("its moment is none")?;
        let Some(number) = row.get::<_, Option<i64>>(4).map_err(column)? else {
            let by = serde_json::from_str(&row.get::<_, String>(2).map_err(column)?).map_err(json)?;
            let body = serde_json::from_str(&row.get::<_, String>(3).map_err(column)?).map_err(json)?;
            return Ok(Fact { id, at, by, body });
        };
        let observation = match row.get::<_, Option<i64>>(5).map_err(column)? {
            Some(number) => Some(self.digest(number).map_err(column)?),
            None => None,
        };
        let run = self.run(row.get(6).map_err(column)?).map_err(column)?;
        let connection = self.connection;
        let kind = row.get_ref(9).and_then(|it| Ok(it.as_str()?)).map_err(column)?;
        let body = match self.said.entry(number).or_insert_with(|| told(connection, number, kind)).clone()? {
            Told::Start(Started { by, probes }) => (by, FactBody::RunStarted { run, probes }),
            Told::End(Ended { by, how }) => (by, FactBody::RunEnded { run, how }),
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

    fn run(&mut self, number: i64) -> rusqlite::Result<RunId> {
        if let Some((known, run)) = self.ran
            && known == number
        {
            return Ok(run);
        }
        let run =
            self.connection.prepare_cached("SELECT run FROM ran WHERE number = ?1")?.query_row([number], |row| row.get(0))?;
        self.ran = Some((number, run));
        Ok(run)
    }

    fn digest(&self, number: i64) -> rusqlite::Result<Digest> {
        let mut statement = self.connection.prepare_cached("SELECT digest FROM observed WHERE number = ?1")?;
        statement.query_row([number], |row| row.get::<_, Hex>(0)).map(|it| it.0)
    }
}

fn told(connection: &Connection, number: i64, kind: &str) -> Result<Told, String> {
    let text = connection
        .prepare_cached(&format!("{TEXTS} WHERE said.number = ?1"))
        .and_then(|mut statement| statement.query_row([number], unpacked))
        .map_err(column)?
        .ok_or("what it says was damaged")?;
    let told = match kind {
        "run_started" => serde_json::from_str(&text).map(Told::Start),
        "run_ended" => serde_json::from_str(&text).map(Told::End),
        _ => serde_json::from_str(&text).map(Told::Look),
    };
    told.map_err(json)
}

/// Asks for what is said, for [`unpacked`].
const TEXTS: &str = "SELECT said.body, said.base, base.body, said.digest, said.number FROM said
                     LEFT JOIN said AS base ON base.number = said.base";

/// The text of a row of [`TEXTS`]; none where it was damaged.
fn unpacked(row: &Row<'_>) -> rusqlite::Result<Option<String>> {
    let packed: Vec<u8> = row.get(0)?;
    if row.get::<_, Option<i64>>(1)?.is_none() {
        return Ok(unpack(&packed));
    }
    let like = row.get::<_, Option<Vec<u8>>>(2)?.and_then(|it| unpack(&it));
    Ok(like.and_then(|like| unpack_like(&packed, &like)))
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
            "INSERT INTO fact (id, app, at, kind, said, observed, ran, ms, requests)
             VALUES (:id, coalesce((SELECT number FROM app WHERE id = :app), -1), :at, nullif(:kind, 'outcome'),
                     :said, :observed, :ran, :ms, :requests)",
        )?
        .execute(named_params! {
            ":id": fact.id, ":app": app, ":at": convert::apart(fact.id, fact.at), ":kind": fact.body.kind(), ":said": number(connection, &text, kin(fact))?,
            ":observed": observed, ":ran": ran(connection, run)?, ":ms": ms, ":requests": requests,
        })?;
    Ok(())
}

/// What texts are alike: the same probe of the same app with the same outcome. None for what is not an outcome.
fn kin(fact: &Fact) -> Option<i64> {
    let FactBody::Outcome(it) = &fact.body else { return None };
    let alike = (&fact.by, &it.probe, it.revision, &it.subject, &it.settings, it.verdict.outcome.word());
    let digest = Digest::of(&serde_json::to_string(&alike).ok()?);
    u64::from_str_radix(digest.0.get(..16)?, 16).ok().map(u64::cast_signed)
}

/// The number of what is said, new or known.
fn number(connection: &Connection, text: &str, kin: Option<i64>) -> Result<i64, Fault> {
    let digest = Hex(Digest::of(text));
    let known = connection
        .prepare_cached("SELECT number FROM said WHERE substr(digest, 1, 6) = substr(?1, 1, 6) AND digest = ?1")?
        .query_row([&digest], |row| row.get(0))
        .optional()?;
    if let Some(number) = known {
        return Ok(number);
    }
    let base: Option<(i64, Vec<u8>)> = connection
        .prepare_cached("SELECT number, body FROM said WHERE kin = ?1")?
        .query_row([kin], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let like = base.as_ref().and_then(|(number, body)| Some((*number, pack_like(text, &unpack(body)?)?)));
    // The first of its kin is what the others are packed beside.
    let kin = kin.filter(|_| base.is_none());
    let (base, body) = like.map_or_else(|| (None, pack(text)), |(base, body)| (Some(base), body));
    connection
        .prepare_cached("INSERT INTO said (digest, body, kin, base) VALUES (?1, ?2, ?3, ?4)")?
        .execute((&digest, body, kin, base))?;
    Ok(connection.last_insert_rowid())
}

/// The number of a run, new or known.
fn ran(connection: &Connection, run: RunId) -> Result<i64, Fault> {
    let known =
        connection.prepare_cached("SELECT number FROM ran WHERE run = ?1")?.query_row([run], |row| row.get(0)).optional()?;
    if let Some(number) = known {
        return Ok(number);
    }
    connection.prepare_cached("INSERT INTO ran (run) VALUES (?1)")?.execute([run])?;
    Ok(connection.last_insert_rowid())
}

/// Erases what is said by these facts and by no other. What another app says and was packed beside it is packed anew.
/// `loose`: a question for the numbers that may go.
pub(super) fn erase(transaction: &Transaction<'_>, loose: &str) -> Result<(), Fault> {
    let going = format!("{loose} EXCEPT SELECT said FROM fact WHERE said IS NOT NULL");
    let staying = format!("{TEXTS} WHERE said.base IN ({going}) AND said.number NOT IN ({going})");
    let alone: Vec<(i64, Option<String>)> =
        transaction.prepare(&staying)?.query_map([], |row| Ok((row.get(4)?, unpacked(row)?)))?.collect::<Result<_, _>>()?;
    for (number, text) in alone {
        if let Some(text) = text {
            transaction.execute("UPDATE said SET body = ?1, base = NULL WHERE number = ?2", (pack(&text), number))?;
        }
    }
    transaction.execute(&format!("DELETE FROM said WHERE number IN ({going})"), [])?;
    Ok(())
}

/// What is wrong with what runs say.
pub(super) fn check(connection: &Connection, problems: &mut Vec<String>) -> Result<(), Fault> {
    let used: HashSet<i64> = connection
        .prepare("SELECT DISTINCT said FROM fact WHERE said IS NOT NULL")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut statement = connection.prepare(&format!("{TEXTS} ORDER BY said.number"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let Hex(digest) = row.get(3)?;
        let is_used = used.contains(&row.get(4)?);
        if unpacked(row)?.is_none_or(|text| Digest::of(&text) != digest) {
            problems.push(format!("what a run says ({}) is not what its digest says: it was changed", digest.0));
        }
        if !is_used {
            problems.push(format!("what a run says ({}) belongs to no fact", digest.0));
        }
    }
    Ok(())
}
