//! The probes: one question each, one file each, and the table of all of them. A probe looks (`observe`) and judges
//! what was seen (`decide`); it never opens a socket itself and never reads the clock.

pub mod data;
pub mod documents;
pub mod entrances;
pub mod files;
pub mod github;
pub mod ground;
pub mod hub;
pub mod leaks;
pub mod once;
pub mod openai;
pub mod openrouter;
mod pages;
pub mod part;
pub mod places;
pub mod repo;
pub mod scan;
pub mod served;
pub mod site;
#[cfg(test)]
pub mod stand_in;
pub mod supabase;
#[cfg(test)]
mod tests;
pub mod vercel;
pub mod words;

pub use once::Once;
pub use part::Part;

use crate::domain::{AppSettings, Consent, Gap, ProbeBook, ProbeKind, ProbeTraits, Remedy, Repairs, Slug, System, Verdict};
use crate::net::Door;
use crate::repo::clone::{CloneProblem, Cloned};
use crate::scan::{Reach, ScanKey};
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// How far a probe's rule has been tried on real apps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Experimental,
    Stable,
}

/// Everything that is said of a probe before it looks.
#[derive(Debug, Clone, Copy)]
pub struct Meta {
    /// `<system>.<file name with dashes>`; names the wanted state, so that pass is always good.
    pub id: &'static str,
    pub system: System,
    /// The question; ends with a question mark.
    pub asks: &'static str,
    /// The smallest permissions that it needs, as the vendor names them.
    pub needs: &'static [&'static str],
    /// Requests that one look makes, at most, per system, when nothing is shared: for the plan and `--dry-run`.
    pub cost: &'static [(System, u32)],
    pub consent: Consent,
    pub kind: ProbeKind,
    /// How many fails at least ten minutes apart make a fail.
    pub confirm: u8,
    /// Raised when the rule gets stricter.
    pub revision: u16,
    pub stage: Stage,
    /// How long one look may take, in seconds (HOUSE §5: 20 unless it says more).
    pub seconds: u32,
    /// The vendor's page or the dossier section that the rule comes from.
    pub docs: &'static str,
}

impl Meta {
    /// What the laws need to know of it.
    #[must_use]
    pub fn traits(&self) -> ProbeTraits {
        ProbeTraits { system: self.system, kind: self.kind, confirm: self.confirm, revision: self.revision }
    }
}

/// What a probe may see: the app's settings, the door, the moment. Nothing here writes.
#[derive(Clone)]
pub struct Sight {
    pub settings: Arc<AppSettings>,
    pub door: Door,
    pub now: DateTime<Utc>,
    /// For the keyed hashes of found secrets.
    pub scan_key: ScanKey,
    /// Set when the run is cancelled: long scans look at it.
    pub stop: Arc<AtomicBool>,
    /// Where an archive may be put for the time of a scan.
    pub scratch: Arc<std::path::PathBuf>,
    /// What several probes of the run need is looked at once.
    pub once: Arc<Once>,
    /// Makes a clone of a repository that has no checkout here; none where nothing can.
    pub cloner: Option<Cloner>,
    /// How far a walk over the app's site goes: what it then leaves out was not seen.
    pub reach: Reach,
}

/// Clones a repository of the app's code host, bare and into a directory that goes away with what it gives. Blocks; ends
/// soon after the flag becomes true.
pub type Cloner = Arc<dyn Fn(&Slug, &AtomicBool) -> Result<Cloned, CloneProblem> + Send + Sync>;

/// A question about an app.
pub trait Probe: Send + Sync + 'static {
    /// The typed, allow-listed facts that `decide` judges; what is stored.
    type Seen: Serialize + DeserializeOwned + Send + Sync;
    const META: Meta;
    /// Looks. `Err` only when nothing at all was seen: parts that were refused are gaps inside `Seen`.
    fn observe(sight: &Sight) -> impl Future<Output = Result<Self::Seen, Gap>> + Send;
    /// Judges what was seen. Plain and total: no clock, no network, no panic.
    fn decide(seen: &Self::Seen, settings: &AppSettings, now: DateTime<Utc>) -> Verdict;
    /// What to do about a fail, in the app's own names.
    fn remedy(seen: &Self::Seen, settings: &AppSettings) -> Remedy;
    /// What of a database's catalogue it names exactly enough to be mended; nothing for most.
    fn repairs(_seen: &Self::Seen) -> Repairs {
        Repairs::default()
    }
}

/// A probe's answer with what it is based on.
#[derive(Debug, Clone)]
pub struct Answer {
    pub verdict: Verdict,
    /// What was seen, as stored; none when nothing at all was.
    pub observation: Option<serde_json::Value>,
    pub remedy: Remedy,
}

/// A probe whose own types are hidden, so that all fit in one table.
pub trait AnyProbe: Send + Sync {
    fn meta(&self) -> &'static Meta;
    fn look<'a>(&'a self, sight: &'a Sight) -> BoxFuture<'a, Answer>;
    /// What to do about a stored observation, in the app's own names; none if it cannot be read any more.
    fn remedy(&self, observation: &serde_json::Value, settings: &AppSettings) -> Option<Remedy>;
    /// What of a database's catalogue a stored observation names exactly enough to be mended; none if it cannot be read any more.
    fn repairs(&self, _observation: &serde_json::Value) -> Option<Repairs> {
        Some(Repairs::default())
    }
}

/// Hides a probe's types.
pub struct Erased<P>(PhantomData<fn() -> P>);

impl<P: Probe> Erased<P> {
    /// An entry of a table.
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<P: Probe> Default for Erased<P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Probe> AnyProbe for Erased<P> {
    fn meta(&self) -> &'static Meta {
        &P::META
    }

    fn look<'a>(&'a self, sight: &'a Sight) -> BoxFuture<'a, Answer> {
        Box::pin(async move {
            match P::observe(sight).await {
                Ok(seen) => Answer {
                    verdict: P::decide(&seen, &sight.settings, sight.now),
                    remedy: P::remedy(&seen, &sight.settings),
                    observation: serde_json::to_value(&seen).ok(),
                },
                Err(gap) => Answer { verdict: Verdict::undecided(gap), observation: None, remedy: Remedy::default() },
            }
        })
    }

    fn remedy(&self, observation: &serde_json::Value, settings: &AppSettings) -> Option<Remedy> {
        let seen = serde_json::from_value::<P::Seen>(observation.clone()).ok()?;
        Some(P::remedy(&seen, settings))
    }

    fn repairs(&self, observation: &serde_json::Value) -> Option<Repairs> {
        serde_json::from_value::<P::Seen>(observation.clone()).ok().map(|seen| P::repairs(&seen))
    }
}

/// Every probe, system by system, in the order of the tables.
pub fn all() -> impl Iterator<Item = &'static dyn AnyProbe> {
    TABLES.iter().flat_map(|table| table.iter().copied())
}

/// The probe of that id.
#[must_use]
pub fn find(id: &str) -> Option<&'static dyn AnyProbe> {
    all().find(|probe| probe.meta().id == id)
}

/// What the laws need to know of all probes.
#[must_use]
pub fn book() -> ProbeBook {
    all().filter_map(|probe| Some((probe.meta().id.parse().ok()?, probe.meta().traits()))).collect()
}

/// One table per system.
static TABLES: [&[&dyn AnyProbe]; 8] =
    [scan::TABLE, repo::TABLE, site::TABLE, github::TABLE, supabase::TABLE, vercel::TABLE, openai::TABLE, openrouter::TABLE];
