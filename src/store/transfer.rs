//! An app carried from one database to another: its facts as they are, with the texts and observations they name.
//! Nothing is computed and nothing is made up on the way.

use super::convert::Moment;
use super::error::Fault;
use super::{AppId, Store, StoreError, facts, observations, snapshot};
use crate::domain::{AppName, Digest, Fact, FactBody, FactId};
use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension as _, Transaction, named_params};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that the store knows of one app.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Carried {
    pub facts: Vec<Fact>,
    /// Texts of adopted checklists.
    pub checklists: BTreeMap<Digest, String>,
    /// What probes saw.
    pub observations: BTreeMap<Digest, serde_json::Value>,
    /// When what probes saw was thinned, where it was.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub thinned: BTreeMap<Digest, DateTime<Utc>>,
    /// Records of frozen pages, by their seals.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub snapshots: BTreeMap<Digest, String>,
}

fn frozen(fact: &Fact) -> Option<(&Digest, DateTime<Utc>)> {
    match &fact.body {
        FactBody::Snapshot { seal, .. } => Some((seal, fact.at)),
        _ => None,
    }
}

impl Store {
    /// Takes up everything of an app.
    ///
    /// # Errors
    /// The database could not be read.
    pub fn carry(&self, app: AppId) -> Result<Carried, StoreError> {
        let facts = self.facts(app)?;
        let (mut checklists, mut observations, mut snapshots) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for fact in &facts {
            match &fact.body {
                FactBody::ChecklistAdopted { checklist, .. } => {
                    if let Some(text) = self.checklist(checklist)? {
                        checklists.insert(checklist.clone(), text);
                    }
                }
                FactBody::Outcome(outcome) => {
                    if let Some(digest) = &outcome.observation
                        && let Some(seen) = self.observation(digest)?
                    {
                        observations.insert(digest.clone(), seen);
                    }
                }
                FactBody::Snapshot { seal, .. } => {
                    if let Some((_, text)) = self.snapshot(seal)? {
                        snapshots.insert(seal.clone(), text);
                    }
                }
                _ => {}
            }
        }
        let thinned = self.thinned(app)?;
        Ok(Carried { facts, checklists, observations, thinned, snapshots })
    }

    /// Puts down an app that was carried here. All of it, or nothing.
    ///
    /// # Errors
    /// The name is taken, a fact is here already, a text is not what its digest says, a fact names what was not carried.
    pub fn put_down(&self, name: &AppName, carried: &Carried) -> Result<AppId, StoreError> {
        let now = self.clock.now();
        let app = AppId(facts::fresh_uuid(now)?);
        self.write("put down the app", |transaction| {
            let taken = transaction.query_row("SELECT 1 FROM app WHERE name = ?1", [name], |_| Ok(())).optional()?.is_some();
            if taken {
                return Err(StoreError::NameTaken { name: name.clone() }.into());
            }
            transaction.execute(
                "INSERT INTO app (id, name, created, number)
                 VALUES (:id, :name, :created, (SELECT coalesce(max(number), 0) + 1 FROM app))",
                named_params! { ":id": app, ":name": name, ":created": Moment(now) },
            )?;
            for (digest, text) in &carried.checklists {
                if Digest::of(text) != *digest {
                    return Err(
                        StoreError::refused("a checklist in the file is not what its digest says; the file was changed").into()
                    );
                }
                transaction.execute(
                    "INSERT INTO checklist (digest, stored, body) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                    (digest, Moment(now), text),
                )?;
            }
            let ids: BTreeSet<FactId> = carried.facts.iter().map(|fact| fact.id).collect();
            if ids.len() < carried.facts.len() || is_known(transaction, &ids)? {
                return Err(
                    StoreError::refused("a fact in the file is in this database already; the app was not carried twice").into()
                );
            }
            let mut loose: BTreeSet<&Digest> = carried.observations.keys().chain(carried.thinned.keys()).collect();
            for (digest, seen) in &carried.observations {
                if observations::keep(transaction, &facts::json(seen)?)? != *digest {
                    return Err(StoreError::refused(
                        "an observation in the file is not what its digest says; the file was changed",
                    )
                    .into());
                }
            }
            let thinned = observations::put_thinned(transaction, &carried.thinned, &facts::json(&self.tool())?)?;
            let named: BTreeMap<&Digest, DateTime<Utc>> = carried.facts.iter().filter_map(frozen).collect();
            if let Some(seal) = named.keys().find(|seal| !carried.snapshots.contains_key(**seal)) {
                return Err(StoreError::refused(format!("the file lacks the text of snapshot {}", seal.0)).into());
            }
            for (seal, text) in &carried.snapshots {
                let Some(at) = named.get(seal) else {
                    return Err(StoreError::refused("a snapshot in the file belongs to no fact; the file was changed").into());
                };
                snapshot::put(transaction, app, *at, seal, text)?;
            }
            for fact in &carried.facts {
                if let FactBody::Outcome(outcome) = &fact.body
                    && let Some(digest) = &outcome.observation
                {
                    loose.remove(digest);
                }
                facts::put_with(transaction, app, fact, &thinned)?;
            }
            if !loose.is_empty() {
                return Err(StoreError::refused("an observation in the file belongs to no fact; the file was changed").into());
            }
            Ok(app)
        })
    }
}

/// Whether an app here has one of these facts. From one to the next in the order of both, so that hundreds of apps are not
/// asked for each fact.
fn is_known(transaction: &Transaction<'_>, ids: &BTreeSet<FactId>) -> Result<bool, Fault> {
    let apps: Vec<i64> =
        transaction.prepare("SELECT number FROM app")?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut next = transaction.prepare("SELECT id FROM fact WHERE app = ?1 AND id >= ?2 ORDER BY id LIMIT 1")?;
    for app in apps {
        let mut wanted = ids.first().copied();
        while let Some(id) = wanted {
            let found: Option<FactId> = next.query_row((app, id), |row| row.get(0)).optional()?;
            if found == Some(id) {
                return Ok(true);
            }
            wanted = found.and_then(|found| ids.range(found..).next().copied());
        }
    }
    Ok(false)
}
