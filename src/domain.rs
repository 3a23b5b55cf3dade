//! The words and laws of an engagement: what is known of an app and what follows from it.
//! Nothing in this room does I/O, reads a clock or fails otherwise than by returning a value.

pub mod app;
pub mod assess;
mod asset_host;
pub mod behind;
pub mod board;
mod calendar;
pub mod changes;
pub mod checklist;
pub mod decisions;
pub mod diff;
pub mod discovery;
pub mod evidence;
pub mod exposure;
pub mod fact;
mod findings;
pub mod foreign;
pub mod glance;
mod headline;
#[cfg(test)]
mod histories;
pub mod history;
pub mod id;
mod lane;
#[cfg(test)]
mod laws;
pub mod ledger;
pub mod lost;
pub mod opening;
pub mod order;
pub mod outcome;
mod people;
pub mod plan;
pub mod probe;
pub mod question;
mod remarks;
pub mod repair;
pub mod retention;
pub mod rotation;
pub mod round;
pub mod rule;
pub mod stack;
pub mod state;
mod sweep;
pub mod system;
mod terms;
#[cfg(test)]
pub(crate) mod testing;
pub mod timeline;
pub mod trend;
pub mod unused;
mod walk;
mod words;

pub use app::{AppSettings, Limit, Person, Side, Slug, SupabaseRef, VercelProject};
pub use assess::assess;
pub use asset_host::AssetHost;
pub use behind::behind;
pub use board::board;
pub use calendar::day_and_week;
pub use changes::{Told, changes};
pub use checklist::{Checklist, Decides, Freshness, Gate, Item, JudgedFor, Phase, Rule};
pub use decisions::{Decision, decisions};
pub use diff::Diff;
pub use discovery::{Discovery, Proposal};
pub use evidence::{ClockBehind, check_write, judgement_basis};
pub use exposure::{ExposedIn, Exposure};
pub use fact::{Author, Digest, Fact, FactBody, OutcomeFact, Target, WorkNote};
pub use foreign::Foreign;
pub use glance::Glance;
pub use id::{AppName, FactId, ItemId, ProbeId, RunId};
pub use lane::{MEANS, Rank, emergency};
pub use ledger::Ledger;
pub use opening::Opens;
pub use order::Order;
pub use outcome::{Finding, Gap, GapKind, Note, NoteLevel, Outcome, Place, Remedy, Severity, Verdict};
pub use probe::{Consent, ProbeBook, ProbeKind, ProbeTraits};
pub use question::{Question, Vocabulary};
pub use repair::{ObjectName, Repair, Repairs};
pub use retention::{Keep, Retention};
pub use rotation::Rotation;
pub use state::{
    Assessment, Board, Headline, HistoryLine, Judgement, Lost, NowRow, PhaseProgress, ProbeWord, RuleState, StandingFinding,
    Step, StepKind, Task, Truth, Waiting, Waiver, Work,
};
pub use system::System;
pub use timeline::{Timeline, timelines};
pub use trend::{Trend, trend};
pub use unused::UnusedAcceptance;
