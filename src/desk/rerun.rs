//! A rerun of many apps: what is due of each, or all of it, side by side and bounded, fair to systems and credentials. An app
//! whose system wants no requests for a while waits with only the probes of that system, and the others go on. What was
//! decided is stored as it is decided, so that an interrupted rerun goes on with what is left: that, and no more, is due.

mod chosen;
mod journey;
mod turns;

pub use chosen::{Chosen, DueProbe};

use super::Desk;
use super::due::Check;
use crate::domain::{AppName, Board, Foreign, Gap, ItemId, ProbeId, System, UnusedAcceptance};
use crate::engine::{Only, PlannedProbe, RunEvent, RunReport};
use crate::scan::Reach;
use crate::trouble::Trouble;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt as _;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;
use turns::Floor;

/// The longest that a closed system is waited for: GitHub's hour, and a little.
pub const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(65);
/// How often the probes of one app wait for a closed system before its gap is their answer.
const MOST_WAITS: u8 = 6;

/// What is to be rerun.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub apps: Vec<AppName>,
    /// Only what is due; else everything.
    pub only_due: bool,
    /// Only these parts of the checklist; everything where it is empty.
    pub only: Vec<Only>,
    /// Whether a fail that needs a second look gets it within this rerun.
    pub confirm: bool,
    /// Whether probes of a system that wants no requests for now wait until it does; else that gap is their answer.
    pub wait: bool,
    /// How far a walk over the app's site goes.
    pub reach: Reach,
}

/// What a rerun tells while it goes on. What is told as decided has been stored.
#[derive(Debug)]
pub enum Told {
    /// An app's turn came, and these of its probes are asked.
    Begun { app: AppName, due: Vec<DueProbe>, checks: Vec<Check> },
    /// A step of an app's run.
    Step { app: AppName, event: RunEvent },
    /// Probes of an app wait until a system wants requests again; the others of it go on.
    Waits { app: AppName, system: System, probes: usize, until: DateTime<Utc> },
    /// Fails that only a second look makes fails: they are looked at again then.
    Again { app: AppName, probes: Vec<ProbeId>, at: DateTime<Utc> },
    /// Nothing more of this app happens.
    Over { app: AppName, ended: Box<Ended> },
}

/// How it ended for one app.
#[derive(Debug)]
pub struct Ended {
    pub due: Vec<DueProbe>,
    pub checks: Vec<Check>,
    pub how: How,
}

/// What became of an app's rerun.
#[derive(Debug)]
pub enum How {
    Ran(Box<Ran>),
    /// Nothing of it is due, and from when on something is; none: nothing of it can be asked.
    NothingDue {
        next: Option<DateTime<Utc>>,
    },
    /// No probe of what was wanted concerns it.
    NothingToAsk,
    /// Another process is at a run of it.
    OpenElsewhere {
        since: DateTime<Utc>,
        pid: u32,
        host: Foreign,
    },
    /// The rerun was stopped before its turn came.
    Stopped,
    Failed(Trouble),
}

/// A run, and what the facts say after it.
#[derive(Debug)]
pub struct Ran {
    /// Each probe once, by its last look.
    pub report: RunReport,
    /// The items that each probe feeds.
    pub items: BTreeMap<ProbeId, Vec<ItemId>>,
    /// What could not be asked, and why; empty where only what is due was wanted.
    pub unasked: Vec<(PlannedProbe, Gap)>,
    pub board: Board,
    /// Items that were lost since the finished run before this one.
    pub lost: usize,
    pub idle: Vec<UnusedAcceptance>,
}

impl Desk {
    /// Reruns these apps; tells of each when it is over. A trouble of one app ends no other. Stopping it keeps what was
    /// decided.
    pub async fn rerun(&self, wanted: &Wanted, tell: &UnboundedSender<Told>, stop: &CancellationToken) {
        let floor = Floor::new(self, wanted, tell, stop);
        let mut under_way: FuturesUnordered<_> =
            self.longest_due_first(&wanted.apps).into_iter().map(|app| floor.one(app)).collect();
        while let Some((app, ended)) = under_way.next().await {
            let _ = tell.send(Told::Over { app: app.clone(), ended: Box::new(ended) });
        }
    }

    /// Every app that is not archived, by name: also one whose facts cannot be read, which is a trouble to be told and no
    /// reason to leave it out.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn apps_to_rerun(&self) -> Result<Vec<AppName>, Trouble> {
        let rows = self.portfolio(true)?;
        let is_archived = |name: &AppName| rows.iter().any(|row| row.archived && row.name == *name);
        Ok(self.store.apps()?.into_iter().map(|app| app.name).filter(|name| !is_archived(name)).collect())
    }

    /// Those that are due for longest first: what an interrupted or throttled rerun left over comes first in the next one.
    fn longest_due_first<'a>(&self, apps: &'a [AppName]) -> Vec<&'a AppName> {
        let rows = self.portfolio(true).unwrap_or_default();
        let from: BTreeMap<&AppName, Option<DateTime<Utc>>> = rows.iter().map(|row| (&row.name, row.when.from)).collect();
        let mut apps: Vec<&AppName> = apps.iter().collect();
        apps.sort_by_key(|app| (from.get(app).copied().flatten().unwrap_or(DateTime::<Utc>::MAX_UTC), *app));
        apps
    }
}

impl Floor<'_> {
    /// One app, whatever happens in it.
    async fn one<'a>(&self, app: &'a AppName) -> (&'a AppName, Ended) {
        let journey = AssertUnwindSafe(self.journey(app)).catch_unwind().await;
        let ended = match journey {
            Ok(Ok(ended)) => ended,
            Ok(Err(trouble)) => Ended::of(How::Failed(trouble)),
            Err(_) => Ended::of(How::Failed(
                Trouble::failed(format!("the rerun of {app} failed inside")).next("Report it with the log file"),
            )),
        };
        (app, ended)
    }
}

impl Ended {
    fn of(how: How) -> Self {
        Self { due: Vec::new(), checks: Vec::new(), how }
    }
}

#[cfg(test)]
mod tests;
