//! What a run tells while it goes on. What is told as decided has been stored.

use crate::domain::{ItemId, ProbeId, RunId, System, Verdict, fact::RunEnd};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// One step of a run.
#[derive(Debug, Clone, PartialEq)]
pub enum RunEvent {
    /// The run is recorded as started; these probes will be asked.
    Started { run: RunId, app: String, at: DateTime<Utc>, probes: Vec<PlannedProbe> },
    /// A probe began to look.
    Looking { probe: ProbeId },
    /// A probe sent a request.
    Asking { probe: ProbeId, system: System },
    /// A probe waits, because a vendor asked us to.
    Waiting { probe: ProbeId, system: System, until: DateTime<Utc> },
    /// A probe decided, and it is stored.
    Decided { probe: ProbeId, verdict: Box<Verdict>, ms: u64, requests: u32, at: DateTime<Utc> },
    /// The recorder could not store something; nothing undecided is shown as decided.
    NotStored { probe: Option<ProbeId>, why: String },
    /// The run is over, and that is stored. Requests that were really sent, by system.
    Ended { run: RunId, how: RunEnd, at: DateTime<Utc>, requests: BTreeMap<System, u32> },
}

/// A probe in a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedProbe {
    pub probe: ProbeId,
    pub system: System,
    pub asks: &'static str,
    /// The items that it feeds.
    pub items: Vec<ItemId>,
}
