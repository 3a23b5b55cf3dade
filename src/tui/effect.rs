//! What the console wants done in the world. Only `perform` does it; here it is a value that a test can compare.

use super::message::Since;
use super::pages::Wish;
use crate::desk::fields::NewApp;
use crate::domain::{AppName, FactBody, ItemId, ProbeId, System};
use chrono::{DateTime, Utc};
use std::path::PathBuf;

/// A wish of the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Answered by `Portfolio`.
    LoadPortfolio,
    /// Opens an app: answered by `Board`, now and whenever its facts change, and once by `Lost` when something was lost since
    /// somebody looked last.
    OpenApp(AppName),
    /// The open app may read differently now: answered by `Board`.
    Refresh(AppName),
    /// Answered by `History`.
    LoadHistory {
        app: AppName,
        item: ItemId,
    },
    /// Starts a run of these probes, or of all; answered by `Run` events.
    StartRun {
        app: AppName,
        only: Option<Vec<ProbeId>>,
    },
    CancelRun,
    /// Runs every probe of several apps, a few apps at a time; answered by `Rerun`.
    Rerun(Vec<AppName>),
    CancelRerun,
    /// States facts by the person at the keyboard; answered by `Board` and `Said`, or `Failed`.
    Append {
        app: AppName,
        bodies: Vec<FactBody>,
    },
    /// Retracts the person's last change; answered by `Said`.
    Undo(AppName),
    /// Reads the repository of an app that is about to be added; answered by `Discovered`, by `Refused` at the field that
    /// cannot be, or by `Failed`.
    Discover {
        name: AppName,
        repo: String,
    },
    /// Answered by `Added`, by `Refused` at the field that cannot be, or by `Failed`.
    AddApp(Box<NewApp>),
    LoadConnections(AppName),
    CheckConnection {
        app: AppName,
        system: System,
    },
    LoadChanges {
        app: AppName,
        since: Since,
    },
    /// The course of the weeks; answered by `Trend`.
    LoadTrend(AppName),
    /// Somebody has seen what changed up to that moment.
    Looked {
        app: AppName,
        at: DateTime<Utc>,
    },
    /// The inventory of systems; answered by `Systems`.
    LoadSystems(AppName),
    /// The letter to the client: answered by `Letter`, or by `Said` once it is in a file; by `Declined` when nothing is
    /// needed.
    Letter {
        app: AppName,
        save: bool,
    },
    /// The work that an item needs; answered by `Order` or `Failed`.
    LoadOrder {
        app: AppName,
        item: ItemId,
    },
    /// Asks again just what an item needs; answered by `Run` events and `Proven`, or by `Failed`.
    Prove {
        app: AppName,
        item: ItemId,
    },
    /// What people decided; answered by `Decisions`.
    LoadDecisions(AppName),
    /// What stands between here and the close; asks every token once. Answered by `Closing`.
    LoadClosing(AppName),
    /// Something about the founder's pages; answered by `Pages`, `Refused`, `Copied` or `Failed`.
    Pages(Wish),
    /// By OSC 52; answered by `Copied`.
    Copy(String),
    /// In the browser, detached; http and https only.
    OpenUrl(String),
    /// Leaves the console for `$EDITOR`; the loop ends with `Leave::Editor` and is entered again afterwards.
    OpenEditor {
        path: PathBuf,
        line: Option<u32>,
    },
    /// Steps the demo's story; answered by `Demo` and `Board`.
    DemoWeek(u8),
    /// Takes the mouse, or lets it go.
    Mouse(bool),
    Quit,
}
