//! What a schema step does beyond SQL. As with the steps themselves: never edited after a release, a change is a new one.

use super::pack::pack;
use super::{convert, looks};
use crate::domain::{Author, Digest, FactBody, FactId, RunId};
use chrono::{DateTime, SecondsFormat, Utc};
use rusqlite::types::Value;
use rusqlite::{OptionalExtension as _, Transaction, named_params};
use rusqlite_migration::HookResult;
use std::collections::HashMap;

/// Step 7: brings every fact and every observation into the new tables, and lets go of the old ones. A fact that would
/// not come back as it was, to the byte, stays as it is.
pub(super) fn thinning(transaction: &Transaction<'_>) -> HookResult {
    let observed = observations(transaction)?;
    facts(transaction, &observed)?;
    transaction.execute_batch(
        "DROP TABLE fact; DROP TABLE observation; ALTER TABLE fact_new RENAME TO fact;
         CREATE INDEX fact_by_checklist ON fact (checklist) WHERE checklist IS NOT NULL;",
    )?;
    Ok(())
}

fn observations(transaction: &Transaction<'_>) -> rusqlite::Result<HashMap<String, i64>> {
    let mut numbers = HashMap::new();
    let mut statement = transaction.prepare("SELECT digest, body FROM observation ORDER BY rowid")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (digest, body): (String, String) = (row.get(0)?, row.get(1)?);
        transaction
            .prepare_cached("INSERT INTO observed (digest) VALUES (coalesce(unhex(?1), randomblob(32)))")?
            .execute([&digest])?;
        let number = transaction.last_insert_rowid();
        transaction.prepare_cached("INSERT INTO seen (number, body) VALUES (?1, ?2)")?.execute((number, pack(&body)))?;
        numbers.insert(digest, number);
    }
    Ok(numbers)
}

fn facts(transaction: &Transaction<'_>, observed: &HashMap<String, i64>) -> rusqlite::Result<()> {
    let mut statement =
        transaction.prepare("SELECT app, id, at, kind, author, body, checklist, observation FROM fact ORDER BY app, id")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (author, body): (String, String) = (row.get(4)?, row.get(5)?);
        let (app, id): (Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(1)?);
        let (at, kind): (String, String) = (row.get(2)?, row.get(3)?);
        let seen = row.get::<_, Option<String>>(7)?;
        let number = seen.as_ref().and_then(|digest| observed.get(digest)).copied();
        let told = told(&author, &body).filter(|it| it.observation.as_ref().map(|it| &it.0) == seen.as_ref());
        let mut insert = transaction.prepare_cached(
            "INSERT INTO fact_new (app, id, at, kind, author, body, checklist, said, observed, run, ms, requests)
             VALUES (:app, :id, :at, :kind, :author, :body, :checklist, :said, :observed, :run, :ms, :requests)",
        )?;
        match told {
            Some(it) => insert.execute(named_params! {
                ":app": app, ":id": id, ":at": at, ":kind": kind, ":author": None::<String>, ":body": None::<String>,
                ":checklist": None::<String>, ":said": said(transaction, &it.text)?, ":observed": number, ":run": it.run,
                ":ms": it.ms.map(u64::cast_signed), ":requests": it.requests,
            })?,
            None => insert.execute(named_params! {
                ":app": app, ":id": id, ":at": at, ":kind": kind, ":author": author, ":body": body,
                ":checklist": row.get::<_, Option<String>>(6)?, ":said": None::<i64>, ":observed": number,
                ":run": None::<Vec<u8>>, ":ms": None::<i64>, ":requests": None::<i64>,
            })?,
        };
    }
    Ok(())
}

/// Step 8: brings every fact into the smaller table. A moment that is not written as this tool writes it stays as it is.
pub(super) fn room(transaction: &Transaction<'_>) -> HookResult {
    transaction.execute("INSERT INTO ran (run) SELECT DISTINCT run FROM fact WHERE run IS NOT NULL ORDER BY app, id", [])?;
    let mut statement = transaction.prepare(
        "SELECT app.number, fact.id, at, nullif(kind, 'outcome'), said, observed, ran.number, ms, requests, author, body, checklist
         FROM fact LEFT JOIN app ON app.id = fact.app LEFT JOIN ran ON ran.run = fact.run ORDER BY app.number, fact.id",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (id, at): (FactId, String) = (row.get(1)?, row.get(2)?);
        let mut values: Vec<Value> = (0..12_usize).map(|column| row.get(column)).collect::<Result<_, _>>()?;
        if let (Some(at), Some(place)) = (moment(&at), values.get_mut(2)) {
            *place = Value::Integer(convert::apart(id, at));
        }
        transaction
            .prepare_cached("INSERT INTO fact_new VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")?
            .execute(rusqlite::params_from_iter(values))?;
    }
    drop(rows);
    drop(statement);
    transaction.execute_batch(
        "DROP TABLE fact; ALTER TABLE fact_new RENAME TO fact;
         CREATE INDEX fact_by_checklist ON fact (checklist) WHERE checklist IS NOT NULL;",
    )?;
    Ok(())
}

/// The moment that this text is, if it is written as every moment was until then.
fn moment(at: &str) -> Option<DateTime<Utc>> {
    let moment = DateTime::parse_from_rfc3339(at).ok()?.to_utc();
    (moment.to_rfc3339_opts(SecondsFormat::Micros, true) == at).then_some(moment)
}

/// A run's fact in its parts.
struct Told {
    text: String,
    run: RunId,
    observation: Option<Digest>,
    ms: Option<u64>,
    requests: Option<u32>,
}

/// The run's fact that these texts are, if they would be written the same again.
fn told(author: &str, body: &str) -> Option<Told> {
    let by: Author = serde_json::from_str(author).ok()?;
    let read: FactBody = serde_json::from_str(body).ok()?;
    let same = serde_json::to_string(&by).is_ok_and(|it| it == author) && serde_json::to_string(&read).is_ok_and(|it| it == body);
    let (text, run) = looks::text(&by, &read).filter(|_| same)?;
    let (observation, ms, requests) = match read {
        FactBody::Outcome(it) => (it.observation, Some(it.ms), Some(it.requests)),
        _ => (None, None, None),
    };
    Some(Told { text, run, observation, ms, requests })
}

fn said(transaction: &Transaction<'_>, text: &str) -> rusqlite::Result<i64> {
    let digest = Digest::of(text).0;
    let known = transaction
        .prepare_cached("SELECT number FROM said WHERE digest = unhex(?1)")?
        .query_row([&digest], |row| row.get(0))
        .optional()?;
    if let Some(number) = known {
        return Ok(number);
    }
    transaction.prepare_cached("INSERT INTO said (digest, body) VALUES (unhex(?1), ?2)")?.execute((&digest, pack(text)))?;
    Ok(transaction.last_insert_rowid())
}
