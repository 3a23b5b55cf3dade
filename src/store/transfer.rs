//! An app taken up to be carried to another database: its facts as they were written, with the texts and observations they
//! name. Nothing is computed and nothing is made up on the way. How it is put down there is in `merge`.

use super::merge::Destination;
use super::{AppId, Store, StoreError};
use crate::domain::{AppName, Digest, Fact, FactBody, FactId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that the store knows of one app.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
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
    /// Of each page the older facts that it did not know.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub apart: BTreeMap<Digest, BTreeSet<FactId>>,
}

impl Carried {
    /// What tells an app from every other, wherever it is: its first fact. No later one has a smaller id, since each gets an
    /// id greater than all that the app has where it is written.
    #[must_use]
    pub fn origin(&self) -> Option<FactId> {
        self.facts.iter().map(|fact| fact.id).min()
    }
}

impl Store {
    /// Takes up everything of an app.
    ///
    /// # Errors
    /// The database could not be read.
    pub fn carry(&self, app: AppId) -> Result<Carried, StoreError> {
        let facts = self.facts_as_written(app)?;
        let mut carried = Carried { thinned: self.thinned(app)?, ..Carried::default() };
        for fact in &facts {
            match &fact.body {
                FactBody::ChecklistAdopted { checklist, .. } => {
                    if let Some(text) = self.checklist(checklist)? {
                        carried.checklists.insert(checklist.clone(), text);
                    }
                }
                FactBody::Outcome(outcome) => {
                    if let Some(digest) = &outcome.observation
                        && !carried.observations.contains_key(digest)
                        && let Some(seen) = self.observation(digest)?
                    {
                        carried.observations.insert(digest.clone(), seen);
                    }
                }
                FactBody::Snapshot { seal, .. } => {
                    if let Some((_, text)) = self.snapshot(seal)? {
                        carried.snapshots.insert(seal.clone(), text);
                    }
                    let apart = self.apart(seal)?;
                    if !apart.is_empty() {
                        carried.apart.insert(seal.clone(), apart);
                    }
                }
                _ => {}
            }
        }
        carried.facts = facts;
        Ok(carried)
    }

    /// Puts down an app that was carried here, as a new one. All of it, or nothing.
    ///
    /// # Errors
    /// The name is taken, a fact is here already, a text is not what its digest says, a fact names what was not carried.
    pub fn put_down(&self, name: &AppName, carried: &Carried) -> Result<AppId, StoreError> {
        self.join(&Destination::New(name.clone()), carried).map(|joined| joined.app)
    }
}
