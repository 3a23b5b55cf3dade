//! Where a run writes down what it decided. An event is passed on only after this has written it.

use crate::domain::{OutcomeFact, ProbeId, RunId, fact::RunEnd};
use chrono::{DateTime, Utc};
use serde_json::Value;

/// Something was not written down; the run says so and shows nothing as decided that is not stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotRecorded(pub String);

/// Writes down a run. Each call is one transaction: all of it is stored, or nothing.
pub trait Recorder: Send + Sync {
    /// The run begins; refused while another run of the app is open.
    fn begin(&self, run: RunId, at: DateTime<Utc>, probes: Vec<ProbeId>) -> Result<(), NotRecorded>;
    /// A probe decided.
    fn outcome(&self, at: DateTime<Utc>, outcome: OutcomeFact, observation: Option<&Value>) -> Result<(), NotRecorded>;
    /// The run is over.
    fn end(&self, run: RunId, at: DateTime<Utc>, how: RunEnd) -> Result<(), NotRecorded>;
}
