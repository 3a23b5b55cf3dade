//! Runs probes side by side, records each decision before anybody sees it, and tells what happens as it happens.
//! Knows neither terminal nor command line.

pub mod event;
pub mod plan;
pub mod recorder;
pub mod run;

pub use event::{PlannedProbe, RunEvent};
pub use plan::{NEEDS_PERMISSION, Only, Plan};
pub use recorder::{NotRecorded, Recorder};
pub use run::{RunReport, Running, run};
