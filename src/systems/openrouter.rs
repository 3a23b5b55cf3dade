//! OpenRouter's keys, budgets and guardrails. GETs only; of a key it keeps the amounts and a short name, never its label
//! (`apis/spend.md` §5).

pub mod facts;
#[cfg(test)]
mod tests;

pub use facts::{Budget, Budgets, Credits, Guardrail, Key, Reset};

use super::Identity;
use super::refusal::{Asked, Vendor};
use crate::domain::{Foreign, Gap, GapKind, System};
use crate::net::{Door, ReadCall};
use facts::{Assignment, Enveloped, Workspace};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

/// OpenRouter, and what to do when it does not accept the key.
pub const VENDOR: Vendor = Vendor {
    system: System::Openrouter,
    credential: "Ask for the app's own key or a management key (openrouter.ai, Settings, Keys), \
                 then run `rescue auth set openrouter`",
};

const MANAGEMENT: &str = "Ask the client for a management key, then run `rescue auth set openrouter`";
const KEY: Asked = Asked { what: "the key", needs: MANAGEMENT };
const KEYS: Asked = Asked { what: "the keys", needs: MANAGEMENT };
const CREDITS: Asked = Asked { what: "the balance", needs: MANAGEMENT };
const WORKSPACES: Asked = Asked { what: "the workspaces", needs: MANAGEMENT };
const BUDGETS: Asked = Asked { what: "the workspace's budgets", needs: MANAGEMENT };
const GUARDRAILS: Asked = Asked { what: "the guardrails", needs: MANAGEMENT };

/// Pages that are read of a list before it counts as cut short (HOUSE §5).
const MOST_PAGES: usize = 50;

/// Every request that this client makes, as the vendor's OpenAPI file writes it (its base ends in `/api/v1`), with its
/// query parameters.
#[must_use]
pub fn requests() -> &'static [(&'static str, &'static [&'static str])] {
    &[
        ("/key", &[]),
        ("/credits", &[]),
        ("/workspaces", &["offset", "limit"]),
        ("/keys", &["include_disabled", "offset", "workspace_id"]),
        ("/workspaces/{id}/budgets", &[]),
        ("/guardrails", &["offset", "limit", "workspace_id"]),
        ("/guardrails/{id}/assignments/keys", &["offset", "limit"]),
    ]
}

/// Reads what a key may see.
#[derive(Clone, Copy)]
pub struct Openrouter<'a> {
    door: &'a Door,
}

impl<'a> Openrouter<'a> {
    #[must_use]
    pub fn new(door: &'a Door) -> Self {
        Self { door }
    }

    /// The key that asks.
    ///
    /// # Errors
    /// The gap that hides it.
    pub async fn key(&self) -> Result<Arc<Key>, Gap> {
        self.one("api/v1/key".to_owned(), KEY).await
    }

    /// The prepaid balance. Management keys only.
    ///
    /// # Errors
    /// The gap that hides it.
    pub async fn credits(&self) -> Result<Arc<Credits>, Gap> {
        self.one("api/v1/credits".to_owned(), CREDITS).await
    }

    /// The workspaces' ids. Management keys only.
    ///
    /// # Errors
    /// The gap that hides them, or `incomplete`.
    pub async fn workspaces(&self) -> Result<Vec<String>, Gap> {
        let call = |offset| page("api/v1/workspaces".to_owned(), offset);
        let list: Vec<Workspace> = self.pages(call, WORKSPACES).await?;
        list.into_iter().map(|it| it.id.map(String::from).ok_or_else(|| VENDOR.lacks("the id of a workspace"))).collect()
    }

    /// The keys of a workspace that are not disabled. Without a workspace the answer is only the default one's, so one is
    /// always named. Management keys only.
    ///
    /// # Errors
    /// The gap that hides them, or `incomplete`.
    pub async fn keys(&self, workspace: &str) -> Result<Vec<Key>, Gap> {
        let call = |offset| {
            ReadCall::get(System::Openrouter, "api/v1/keys")
                .query("include_disabled", false)
                .query("offset", offset)
                .query("workspace_id", workspace)
        };
        self.pages(call, KEYS).await
    }

    /// The budgets of a workspace. Management keys only.
    ///
    /// # Errors
    /// The gap that hides them.
    pub async fn budgets(&self, workspace: &str) -> Result<Arc<Budgets>, Gap> {
        let path = format!("api/v1/workspaces/{}/budgets", ReadCall::segment(workspace));
        self.door.facts(ReadCall::get(System::Openrouter, path), |reply| VENDOR.data(reply, &BUDGETS)).await
    }

    /// The guardrails of a workspace, each with the keys that it is assigned to. Management keys only.
    ///
    /// # Errors
    /// The gap that hides them, or `incomplete`.
    pub async fn guardrails(&self, workspace: &str) -> Result<Vec<Guardrail>, Gap> {
        let call = |offset| page("api/v1/guardrails".to_owned(), offset).query("workspace_id", workspace);
        let mut list: Vec<Guardrail> = self.pages(call, GUARDRAILS).await?;
        for guardrail in list.iter_mut().filter(|it| it.limit_usd.is_some()) {
            let id = guardrail.id.clone().ok_or_else(|| VENDOR.lacks("the id of a guardrail"))?;
            let path = format!("api/v1/guardrails/{}/assignments/keys", ReadCall::segment(id.as_str()));
            let assigned: Vec<Assignment> = self.pages(|offset| page(path.clone(), offset), GUARDRAILS).await?;
            guardrail.keys = assigned.into_iter().filter_map(|it| it.key_hash).collect();
        }
        Ok(list)
    }

    async fn one<T>(&self, path: String, asked: Asked) -> Result<Arc<T>, Gap>
    where
        T: Serialize + DeserializeOwned + Send + Sync + 'static,
    {
        let call = ReadCall::get(System::Openrouter, path);
        self.door.facts(call, move |reply| VENDOR.data::<Enveloped<T>>(reply, &asked).map(|it| it.data)).await
    }

    /// Reads pages until one brings nothing new, since their size is not documented for every list.
    async fn pages<T>(&self, call: impl Fn(usize) -> ReadCall, asked: Asked) -> Result<Vec<T>, Gap>
    where
        T: Serialize + DeserializeOwned + Clone + Ord + Send + Sync + 'static,
    {
        let mut all: Vec<T> = Vec::new();
        let mut seen: BTreeSet<T> = BTreeSet::new();
        for _ in 0..MOST_PAGES {
            let list: Arc<Listed<T>> = self.door.facts(call(all.len()), |reply| VENDOR.data(reply, &asked)).await?;
            let before = all.len();
            all.extend(list.data.iter().filter(|it| seen.insert((*it).clone())).cloned());
            if all.len() == before || list.total_count.is_some_and(|total| all.len() >= total) {
                return Ok(all);
            }
        }
        Err(Gap::new(
            GapKind::Incomplete,
            System::Openrouter,
            format!("there are more than {MOST_PAGES} pages of {}", asked.what),
        ))
    }
}

fn page(path: String, offset: usize) -> ReadCall {
    ReadCall::get(System::Openrouter, path).query("offset", offset).query("limit", 100)
}

/// A list as answered; its length is stated for some lists only.
#[derive(Debug, Serialize, Deserialize)]
struct Listed<T> {
    data: Vec<T>,
    total_count: Option<usize>,
}

/// Which kind of key this is.
///
/// # Errors
/// The gap when OpenRouter does not answer about it.
pub async fn who_am_i(door: &Door) -> Result<Identity, Gap> {
    let key = Openrouter::new(door).key().await?;
    let (name, may, warning) = match key.is_management() {
        Some(true) => ("a management key", "read keys, budgets and guardrails", Some("It can also make and delete keys")),
        Some(false) => {
            ("an inference key", "read its own limit", Some("It can spend: use the app's own key, or a management key"))
        }
        None => return Err(VENDOR.lacks("the kind of the key")),
    };
    Ok(Identity {
        name: Foreign::new(name),
        may: vec![Foreign::new(may)],
        warnings: warning.into_iter().map(Foreign::new).collect(),
        expires: key.expires_at,
    })
}
