//! Erasing one client: the user's own act, after the name was typed. What stays is a receipt.

use super::convert::Moment;
use super::error::Fault;
use super::process::Holder;
use super::runs::open_runs;
use super::{AppId, Store, StoreError, facts};
use crate::domain::{AppName, Author};
use chrono::{DateTime, Utc};
use rusqlite::{Transaction, named_params};
use std::path::PathBuf;

/// What was erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub name: String,
    pub at: DateTime<Utc>,
    pub by: String,
    pub facts: u32,
    /// Observations that no other app shares.
    pub observations: u32,
    /// Copies that the tool put aside before schema steps and that may still hold this client: for the person to
    /// delete. Empty in receipts of earlier removals.
    pub copies: Vec<PathBuf>,
}

impl Store {
    /// Erases the app with its facts, observations, snapshots, runs, kept answers and summaries, and leaves a receipt.
    ///
    /// # Errors
    /// [`StoreError::RunOpen`] while a run of it is open.
    pub fn remove_app(&self, app: AppId, by: &Author) -> Result<Receipt, StoreError> {
        let now = self.clock.now();
        let mut receipt = self.write("erase the app", |transaction| erase(transaction, app, by, now))?;
        // The journal still holds the erased pages until it is folded in and cut.
        self.read("cut the journal", |connection| {
            Ok(connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
        })?;
        if let Ok(entries) = std::fs::read_dir(self.paths.backups()) {
            receipt.copies = entries.flatten().map(|entry| entry.path()).collect();
            receipt.copies.sort();
        }
        Ok(receipt)
    }

    /// The receipts of all removals, oldest first.
    ///
    /// # Errors
    /// The database could not be read.
    pub fn receipts(&self) -> Result<Vec<Receipt>, StoreError> {
        self.read("read the receipts", |connection| {
            let mut statement =
                connection.prepare("SELECT name, at, author, facts, observations FROM receipt ORDER BY at, id")?;
            let rows = statement.query_map([], |row| {
                Ok(Receipt {
                    name: row.get(0)?,
                    at: row.get::<_, Moment>(1)?.0,
                    by: row.get(2)?,
                    facts: row.get(3)?,
                    observations: row.get(4)?,
                    copies: Vec::new(),
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

fn erase(transaction: &Transaction<'_>, app: AppId, by: &Author, now: DateTime<Utc>) -> Result<Receipt, Fault> {
    let name: AppName = transaction.query_row("SELECT name FROM app WHERE id = ?1", [app], |row| row.get(0))?;
    let here = Holder::of_process();
    if open_runs(transaction, Some(app))?.iter().any(|open| !open.is_crashed(&here.host, now)) {
        return Err(StoreError::refused(format!("a run of `{name}` is open: stop it, or let it end, and try again")).into());
    }
    transaction.execute_batch(
        "CREATE TEMP TABLE IF NOT EXISTS loose (said INTEGER, observed INTEGER, ran INTEGER, checklist TEXT); DELETE FROM loose;",
    )?;
    transaction.execute(
        "INSERT INTO loose SELECT said, observed, ran, checklist FROM fact WHERE app = (SELECT number FROM app WHERE id = ?1)",
        [app],
    )?;
    let facts = count(transaction.execute("DELETE FROM fact WHERE app = (SELECT number FROM app WHERE id = ?1)", [app])?);
    // What another app's facts name stays.
    let cut = |table: &str, key: &str, column: &str| {
        format!(
            "DELETE FROM {table} WHERE {key} IN (SELECT {column} FROM loose WHERE {column} IS NOT NULL)
             AND {key} NOT IN (SELECT {column} FROM fact WHERE {column} IS NOT NULL)"
        )
    };
    let observations = count(transaction.execute(&cut("seen", "number", "observed"), [])?);
    transaction.execute(&cut("observed", "number", "observed"), [])?;
    super::looks::erase(transaction, "SELECT said FROM loose WHERE said IS NOT NULL")?;
    transaction.execute(&cut("ran", "number", "ran"), [])?;
    // A checklist of the user's own may name the client.
    transaction.execute(&cut("checklist", "digest", "checklist"), [])?;
    for table in ["run", "kept", "assessed", "snapshot", "mark", "told", "looked"] {
        transaction.execute(&format!("DELETE FROM {table} WHERE app = ?1"), [app])?;
    }
    super::scheduled::forget(transaction, name.as_str())?;
    transaction.execute("DELETE FROM app WHERE id = ?1", [app])?;
    transaction.execute_batch("DELETE FROM loose")?;
    let receipt = Receipt { name: name.to_string(), at: now, by: by.to_string(), facts, observations, copies: Vec::new() };
    transaction.execute(
        "INSERT INTO receipt (id, name, at, author, facts, observations)
         VALUES (:id, :name, :at, :author, :facts, :observations)",
        named_params! {
            ":id": AppId(facts::fresh_uuid(now)?), ":name": receipt.name, ":at": Moment(now), ":author": receipt.by,
            ":facts": facts, ":observations": observations,
        },
    )?;
    Ok(receipt)
}

fn count(rows: usize) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}
