//! A rerun of several apps as the console's portfolio shows it: which began, how far each is, how it ended. How they are asked
//! side by side is [`super::rerun`]'s; nothing is run here.

use super::Desk;
use super::rerun::{self, How, Wanted};
use crate::domain::fact::RunEnd;
use crate::domain::{AppName, Foreign, System};
use crate::engine::RunEvent;
use crate::scan::Reach;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;

/// What a rerun of several apps tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// The app's run began with so many probes.
    Began { app: AppName, probes: usize },
    /// So many of them are through.
    Decided { app: AppName, decided: usize },
    /// Probes of it wait until a system wants requests again.
    Waits { app: AppName, system: System, until: DateTime<Utc> },
    /// It is through with the app.
    Ended { app: AppName, how: Ending },
    /// It is through with all.
    Over,
}

/// How a rerun ended for one app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    Finished,
    /// It was cancelled before its turn, or half-way: what was decided is kept.
    Cancelled,
    /// It could not be run, or not be stored.
    Failed {
        why: Foreign,
    },
}

impl Desk {
    /// Reruns these apps whole and tells how it goes. Ends when all are through. A fail that needs a second look stays
    /// suspected, as in every run of the console: nobody waits ten minutes before a screen.
    pub async fn several(&self, apps: Vec<AppName>, tell: UnboundedSender<Told>, stop: CancellationToken) {
        let wanted = Wanted { apps, only_due: false, only: Vec::new(), confirm: false, wait: true, reach: Reach::App };
        let (send, mut heard) = unbounded_channel();
        let mut decided = BTreeMap::new();
        let mut pass_on = |next: rerun::Told| {
            if let Some(told) = shown(next, &mut decided) {
                // Nobody may listen any more: then nobody needs to know.
                let _ = tell.send(told);
            }
        };
        let rerun = self.rerun(&wanted, &send, &stop);
        tokio::pin!(rerun);
        loop {
            tokio::select! {
                biased;
                Some(next) = heard.recv() => pass_on(next),
                () = &mut rerun => break,
            }
        }
        while let Ok(next) = heard.try_recv() {
            pass_on(next);
        }
        let _ = tell.send(Told::Over);
    }
}

/// What the portfolio shows of a step.
fn shown(step: rerun::Told, decided: &mut BTreeMap<AppName, usize>) -> Option<Told> {
    match step {
        rerun::Told::Step { app, event: RunEvent::Started { probes, .. } } => Some(Told::Began { app, probes: probes.len() }),
        rerun::Told::Step { app, event: RunEvent::Decided { .. } } => {
            let count = decided.entry(app.clone()).or_default();
            *count += 1;
            Some(Told::Decided { app, decided: *count })
        }
        rerun::Told::Waits { app, system, until, .. } => Some(Told::Waits { app, system, until }),
        rerun::Told::Over { app, ended } => Some(Told::Ended { app, how: Ending::of(ended.how) }),
        _ => None,
    }
}

impl Ending {
    fn of(how: How) -> Self {
        let failed = |why: String| Self::Failed { why: Foreign::new(why) };
        match how {
            How::Ran(ran) => match (ran.report.not_stored.first(), ran.report.how) {
                (Some(why), _) => failed(format!("not all could be stored: {why}")),
                (None, RunEnd::Finished) => Self::Finished,
                (None, RunEnd::Cancelled) => Self::Cancelled,
                (None, RunEnd::Crashed) => failed("its run broke off".to_owned()),
            },
            How::NothingDue { .. } => Self::Finished,
            How::NothingToAsk => failed("it has no probe to run; connect a system to it".to_owned()),
            How::OpenElsewhere { pid, host, .. } => failed(format!("a run of it is open: process {pid} on {host}")),
            How::Stopped => Self::Cancelled,
            How::Failed(trouble) => Self::Failed { why: trouble.with_step() },
        }
    }
}
