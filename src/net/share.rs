//! One GET per run however many probes ask, and conditional GETs on reruns: an ETag is kept with the facts that were
//! read from the body, never with the body.

use super::call::{ReadCall, Verb};
use super::door::Door;
use super::fault::{timed_out, unexpected};
use super::reply::Reply;
use crate::domain::{Gap, System};
use base64::Engine as _;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;
use tokio::time::{Instant, timeout_at};

/// Facts kept from an earlier run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub etag: String,
    /// The allow-listed facts as JSON.
    pub facts: String,
}

/// Where kept facts lie between runs. Implemented over the store; never holds a body or a credential.
pub trait Shelf: Send + Sync {
    /// What was kept under `key`.
    fn get(&self, key: &str) -> Option<Kept>;
    /// Keeps facts under `key`.
    fn put(&self, key: &str, kept: &Kept);
}

/// An ETag longer than this is not kept.
const LONGEST_ETAG: usize = 256;

/// One read of one kind of facts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Reading {
    system: System,
    verb: Verb,
    address: String,
    headers: Vec<(header::HeaderName, HeaderValue)>,
    facts: TypeId,
}

type Cell = Arc<OnceCell<Result<Arc<dyn Any + Send + Sync>, Gap>>>;

/// What has been read, or is being read, in this run.
#[derive(Default)]
pub(super) struct Readings(Mutex<HashMap<Reading, Cell>>);

impl Readings {
    fn cell(&self, reading: Reading) -> Cell {
        Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(reading).or_default())
    }
}

impl Door {
    /// Reads facts: one request per run however many ask, a conditional one when an earlier run kept the facts.
    /// Whoever asks first pays for it; `parse` must mean the same wherever the same `T` is read from the same address.
    ///
    /// # Errors
    /// What [`Door::read`] or `parse` could not see; shared like the facts.
    pub async fn facts<T, P>(&self, call: ReadCall, parse: P) -> Result<Arc<T>, Gap>
    where
        T: Serialize + DeserializeOwned + Send + Sync + 'static,
        P: FnOnce(&Reply) -> Result<T, Gap> + Send,
    {
        self.facts_by(call, |call| self.read(call), parse).await
    }

    /// As [`Door::facts`], with the request made by `fetch` (which must end in [`Door::read`]): for octocrab. The call
    /// that `fetch` is given carries the condition; a `fetch` that drops its headers only loses the saving.
    ///
    /// # Errors
    /// What `fetch` or `parse` could not see; shared like the facts.
    pub async fn facts_by<T, F, R, P>(&self, mut call: ReadCall, fetch: F, parse: P) -> Result<Arc<T>, Gap>
    where
        T: Serialize + DeserializeOwned + Send + Sync + 'static,
        F: FnOnce(ReadCall) -> R + Send,
        R: Future<Output = Result<Reply, Gap>> + Send,
        P: FnOnce(&Reply) -> Result<T, Gap> + Send,
    {
        let system = call.system;
        let way = self.shared.way(&call)?;
        call.headers.sort_by(|a, b| a.0.as_str().cmp(b.0.as_str()));
        let once = self.shared.readings.cell(Reading {
            system,
            verb: call.verb,
            address: way.address.to_string(),
            headers: call.headers.clone(),
            facts: TypeId::of::<T>(),
        });
        let deadline = self.asker.deadline;
        // If this asker is dropped half-way, the cell stays empty and the next one in line asks.
        let reading = once.get_or_try_init(|| async {
            let key = self.shelf_key::<T>(&call, way.address.as_str());
            match self.read_facts(call, &key, fetch, parse).await {
                // Out of time is this asker's own gap: one with more time asks for itself.
                Err(gap) if deadline.is_some_and(|deadline| deadline <= Instant::now()) => Err(gap),
                Err(gap) => Ok(Err(gap)),
                Ok(facts) => Ok(Ok(Arc::new(facts) as Arc<dyn Any + Send + Sync>)),
            }
        });
        let facts = match deadline {
            Some(deadline) => timeout_at(deadline, reading).await.map_err(|_| timed_out(system))??,
            None => reading.await?,
        };
        Arc::clone(facts.as_ref().map_err(Clone::clone)?)
            .downcast::<T>()
            .map_err(|_| Gap::internal("facts of one kind were kept as another"))
    }

    async fn read_facts<T, F, R, P>(&self, call: ReadCall, key: &str, fetch: F, parse: P) -> Result<T, Gap>
    where
        T: Serialize + DeserializeOwned,
        F: FnOnce(ReadCall) -> R,
        R: Future<Output = Result<Reply, Gap>>,
        P: FnOnce(&Reply) -> Result<T, Gap>,
    {
        let system = call.system;
        let place = self.shared.shelf.as_deref().filter(|_| call.verb == Verb::Get);
        let kept = place.and_then(|shelf| shelf.get(key));
        // Facts that cannot be read any more are as good as none: the condition is sent only for what a 304 can use.
        let kept = kept.and_then(|kept| Some((condition(&kept.etag)?, serde_json::from_str::<T>(&kept.facts).ok()?)));
        let call = match &kept {
            Some((etag, _)) => call.header_value(header::IF_NONE_MATCH, etag.clone()),
            None => call,
        };
        let reply = fetch(call).await?;
        if reply.status == StatusCode::NOT_MODIFIED {
            return match kept {
                Some((_, facts)) => Ok(facts),
                None => Err(unexpected(system, "answered that nothing has changed, but nothing was kept")),
            };
        }
        let facts = parse(&reply)?;
        let etag = reply.header("etag").filter(|etag| condition(etag).is_some());
        if let (Some(shelf), Some(etag), StatusCode::OK) = (place, etag, reply.status)
            && let Ok(text) = serde_json::to_string(&facts)
        {
            shelf.put(key, &Kept { etag: etag.to_owned(), facts: text });
        }
        Ok(facts)
    }

    /// The name of a reading on the shelf. It tells nothing of the credential, and changes with it, with the address,
    /// the headers, the kind of facts, and the version of this program, which may read other facts from the same body.
    fn shelf_key<T>(&self, call: &ReadCall, address: &str) -> String {
        let fingerprint = self.shared.secret(call.system).map(crate::credentials::Secret::fingerprint);
        let headers = call.headers.iter().flat_map(|(name, value)| [name.as_str().as_bytes(), value.as_bytes()]);
        let parts = [
            env!("CARGO_PKG_VERSION").as_bytes(),
            call.system.id().as_bytes(),
            fingerprint.as_deref().unwrap_or_default().as_bytes(),
            type_name::<T>().as_bytes(),
            address.as_bytes(),
        ];
        let digest = parts.into_iter().chain(headers).fold(Sha256::new(), |digest, part| {
            digest.chain_update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes()).chain_update(part)
        });
        base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(digest.finalize())
    }
}

fn condition(etag: &str) -> Option<HeaderValue> {
    if etag.is_empty() || etag.len() > LONGEST_ETAG { None } else { HeaderValue::from_str(etag).ok() }
}
