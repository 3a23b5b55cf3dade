//! What the laws need to know of a probe: its kind, its system, how it must be confirmed. How it looks is elsewhere.

use super::{ProbeId, System};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use strum::{Display, IntoStaticStr};

/// Whether a probe can verify an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Display, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ProbeKind {
    /// Its pass can verify an item.
    Proof,
    /// A heuristic: it may fail an item and lay evidence before a person; it is never needed.
    Sign,
}

/// What a probe does to the client's systems, and so what it may do unasked (DESIGN §3, consent).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Display, IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Consent {
    /// Vendor APIs with the client's token; the public home page.
    Passive,
    /// What any stranger could ask: anonymous counts, exposed files.
    OutsideIn,
    /// A bounded burst at a named endpoint; checking whether a leaked key still works.
    Active,
}

/// What [`super::state`] has to know of a probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProbeTraits {
    pub system: System,
    pub kind: ProbeKind,
    /// How many fails in a row, at least ten minutes apart, make a fail: 1, or 2 for what a network can fake.
    pub confirm: u8,
    /// Raised whenever the decision rule gets stricter; a pass under an older revision makes no drift.
    pub revision: u16,
}

/// The probes that exist, by id.
pub type ProbeBook = BTreeMap<ProbeId, ProbeTraits>;
