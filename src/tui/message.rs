//! What the console is told: keys, and what others found out. A message carries values only; nothing in it does I/O.

use super::pages::News;
use crate::desk::several::Told;
use crate::desk::systems::Inventory;
use crate::domain::question::Asked;
use crate::domain::state::{Answer, HistoryLine};
use crate::domain::{AppName, Board, Discovery, Foreign, Glance, ItemId, System, Trend, Vocabulary};
use crate::engine::RunEvent;
use crate::schedule::standing;
use chrono::{DateTime, Utc};
use crossterm::event::{KeyEvent, MouseEvent};
use std::sync::Arc;

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Message {
    Key(KeyEvent),
    Mouse(MouseEvent),
    /// Text that the terminal pasted as one.
    Paste(String),
    /// Columns and rows.
    Resize(u16, u16),
    /// The next visible change is due: an age reads differently, or something lapses.
    Tick,
    /// The apps as they are known so far, and how many are still being read.
    Portfolio {
        apps: Vec<AppRow>,
        unread: usize,
    },
    /// The names that a question across apps may use.
    Vocabulary(Arc<Vocabulary>),
    /// How the schedule stands; none is installed.
    Schedule(Option<Box<standing::Standing>>),
    /// The open app as the facts tell it now. Boards of other apps are ignored.
    Board(Arc<Board>),
    History(Box<History>),
    Run(RunEvent),
    /// How a rerun of several apps goes.
    Rerun(Told),
    Connections(Vec<ConnectionRow>),
    /// One connection was checked.
    Connection(ConnectionRow),
    Changes(Arc<Changes>),
    /// Something was lost since somebody looked last: these changes are to be seen first.
    Lost {
        app: AppName,
        changes: Arc<Changes>,
    },
    Trend {
        app: AppName,
        trend: Arc<Trend>,
    },
    Systems {
        app: AppName,
        inventory: Arc<Inventory>,
    },
    /// About the founder's pages.
    Pages(Box<News>),
    /// The app was added and stored; what was found out about it on the way.
    Added {
        app: AppName,
        remarks: Vec<String>,
    },
    /// What a repository says of the app that is about to be added, and where it was looked for.
    Discovered {
        repo: String,
        discovery: Box<Discovery>,
    },
    /// A form that is still open says what cannot be: shown below that field.
    Refused {
        field: &'static str,
        why: String,
    },
    /// Something was done, in one line: "undone: waiver of SEC-03".
    Said(String),
    /// It was asked for and there is nothing to do, in one line.
    Declined(String),
    Copied,
    /// Something could not be done: shown until it is closed.
    Failed(Failure),
    /// The demo stands at another week.
    Demo(Demo),
    /// The process is asked to end.
    Quit,
}

/// Why something could not be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What was tried, such as `Could not store the note`.
    pub what: String,
    pub why: Foreign,
    /// The next step, in the imperative.
    pub next: Option<String>,
    /// Facts that should be stored are not: a banner stays until something is stored again.
    pub not_stored: bool,
}

/// An app in the portfolio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppRow {
    pub name: AppName,
    pub title: Foreign,
    /// Week of the engagement, from 1; 0 before its start.
    pub week: u16,
    pub weeks: u8,
    /// None until something was looked at.
    pub answer: Option<Answer>,
    /// The headline's sentence.
    pub says: Foreign,
    /// Items that were lost: drifted or disputed.
    pub lost: u16,
    pub failing: u16,
    pub unseen: u16,
    pub last_run: Option<DateTime<Utc>>,
    /// Whether a weekly run is due.
    pub due: bool,
    /// From when on it is, or will be without anything happening.
    pub due_from: Option<DateTime<Utc>>,
    /// Open gates for now.
    pub urgent: u16,
    /// Every open gate that the answer depends on.
    pub gates: u16,
    pub archived: bool,
    /// Its items and probes, for questions across apps.
    pub glance: Arc<Glance>,
}

impl AppRow {
    /// What a question may ask of it.
    #[must_use]
    pub fn asked(&self) -> Asked<'_> {
        Asked {
            name: self.name.as_str(),
            title: self.title.as_str(),
            week: self.week,
            answer: self.answer,
            due: self.due,
            due_from: self.due_from,
            archived: self.archived,
            lost: self.lost,
            failing: self.failing,
            urgent: self.urgent,
            gates: self.gates,
            unseen: self.unseen,
            last_run: self.last_run,
            glance: &self.glance,
        }
    }
}

/// An item's past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    pub app: AppName,
    pub item: ItemId,
    /// Newest last.
    pub lines: Vec<HistoryLine>,
    /// What people remarked, newest last.
    pub notes: Vec<HistoryLine>,
}

/// How a connection stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// A credential is there, nobody asked yet whether it works.
    NotChecked,
    /// It is being asked.
    Checking,
    Works,
    /// It works, but not for everything that the probes read.
    Partly,
    Refused,
    NoCredential,
    /// The app names no project, repository or address for it.
    NotConnected,
    NotUsed,
    /// It needs no credential, so there is nothing to ask; whether it can be read shows in its probe.
    NoneNeeded,
    /// The system did not answer, so nobody knows.
    NoAnswer,
}

impl Standing {
    /// The word for it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::NotChecked => "not checked",
            Self::Checking => "asking…",
            Self::Works => "works",
            Self::Partly => "works in part",
            Self::Refused => "refused",
            Self::NoCredential => "no credential",
            Self::NotConnected => "not connected",
            Self::NotUsed => "not used",
            Self::NoneNeeded => "needs none",
            Self::NoAnswer => "no answer",
        }
    }
}

/// What is known of the way to one system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionRow {
    pub system: System,
    pub standing: Standing,
    /// What is looked at: a repository, a project, an address.
    pub subject: Option<Foreign>,
    /// Where the credential came from, never the credential: `GITHUB_TOKEN`, `gh auth token`.
    pub source: Option<Foreign>,
    /// Who we are there.
    pub who: Option<Foreign>,
    /// What we may see.
    pub may: Vec<Foreign>,
    /// What is missing.
    pub missing: Vec<Foreign>,
    /// The one step that opens it: the variable to set, the permission to add.
    pub step: Option<Foreign>,
    /// Items that cannot be decided without it.
    pub items: Vec<ItemId>,
}

/// The moment that the present is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Since {
    #[default]
    PreviousRun,
    LastWeek,
    Start,
    /// When somebody saw last what had changed. Offered once, when the app is opened.
    LastLook,
}

impl Since {
    /// The next one, round and round.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::PreviousRun => Self::LastWeek,
            Self::LastWeek => Self::Start,
            Self::Start | Self::LastLook => Self::PreviousRun,
        }
    }

    /// The words for it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::PreviousRun => "since the round before",
            Self::LastWeek => "since a week ago",
            Self::Start => "since the start",
            Self::LastLook => "since you last looked",
        }
    }
}

/// One thing that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The item that it is about, or that the finding belongs to.
    pub item: Option<ItemId>,
    /// What changed, in one sentence.
    pub says: Foreign,
    /// How long it had been otherwise, which run saw it first, within which time it broke: a sentence each.
    pub more: Vec<String>,
}

/// What changed between two moments; the names of `rescue diff`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    pub since: Since,
    pub from: Option<DateTime<Utc>>,
    /// The moment up to which they are told.
    pub to: Option<DateTime<Utc>>,
    pub lost: Vec<Change>,
    pub newly_failing: Vec<Change>,
    /// Lost and won back in between.
    pub lost_between: Vec<Change>,
    pub won: Vec<Change>,
    pub new_findings: Vec<Change>,
    pub gone_findings: Vec<Change>,
    pub newly_unseen: Vec<Change>,
    pub expired_waivers: Vec<Change>,
    pub stale: Vec<Change>,
}

/// Where the demo's story stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demo {
    /// From 1.
    pub week: u8,
    pub weeks: u8,
}
