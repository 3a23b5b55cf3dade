//! A rerun of several apps at once: a few side by side, each with its own credentials, told step by step. One that fails
//! ends none of the others; what was decided before a cancel stays.

use super::Desk;
use crate::domain::fact::RunEnd;
use crate::domain::{AppName, Foreign};
use crate::engine::RunEvent;
use crate::trouble::Trouble;
use futures_util::{StreamExt, stream};
use std::sync::Arc;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;

/// How many apps are asked at once: their requests wait in the same lanes anyway.
const AT_ONCE: usize = 4;

/// What a rerun of several apps tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// The app's run began with so many probes.
    Began { app: AppName, probes: usize },
    /// So many of them are through.
    Decided { app: AppName, decided: usize },
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
    /// Reruns these apps, a few at a time, and tells how it goes. Ends when all are through.
    pub async fn several(self: &Arc<Self>, apps: Vec<AppName>, tell: UnboundedSender<Told>, stop: CancellationToken) {
        stream::iter(apps)
            .for_each_concurrent(AT_ONCE, |app| {
                let (desk, tell, stop) = (Arc::clone(self), tell.clone(), stop.clone());
                async move {
                    let how = if stop.is_cancelled() {
                        Ending::Cancelled
                    } else {
                        let (name, hears) = (app.clone(), tell.clone());
                        // A task of its own: a panic in one app must not end the others.
                        let ran = tokio::spawn(async move { desk.one_of_several(&name, &hears, stop).await }).await;
                        match ran {
                            Ok(Ok(how)) => how,
                            Ok(Err(trouble)) => Ending::Failed { why: told(&trouble) },
                            Err(_) => Ending::Failed { why: "its run failed inside".into() },
                        }
                    };
                    // Nobody may listen any more: then nobody needs to know.
                    let _ = tell.send(Told::Ended { app, how });
                }
            })
            .await;
        let _ = tell.send(Told::Over);
    }

    async fn one_of_several(
        self: Arc<Self>,
        app: &AppName,
        tell: &UnboundedSender<Told>,
        stop: CancellationToken,
    ) -> Result<Ending, Trouble> {
        let (desk, name) = (Arc::clone(&self), app.clone());
        let plan = tokio::task::spawn_blocking(move || desk.board(&name).and_then(|board| desk.plan(&name, &board, &[])));
        let plan = plan.await.map_err(|_| Trouble::failed("the plan could not be made"))??;
        if plan.probes.is_empty() {
            let missing = plan.unasked.first().and_then(|(_, gap)| gap.needs.as_ref()).map(ToString::to_string);
            return Err(
                Trouble::usage("it has no probe to run").next(missing.unwrap_or_else(|| "Connect a system to it".to_owned()))
            );
        }
        let _ = tell.send(Told::Began { app: app.clone(), probes: plan.probes.len() });
        let (send, mut events) = unbounded_channel();
        let (name, hears) = (app.clone(), tell.clone());
        let hearing = tokio::spawn(async move {
            let mut decided = 0;
            while let Some(event) = events.recv().await {
                if let RunEvent::Decided { .. } = event {
                    decided += 1;
                    let _ = hears.send(Told::Decided { app: name.clone(), decided });
                }
            }
        });
        let report = self.run(app, plan, send, stop).await;
        let _ = hearing.await;
        let report = report?;
        if let Some(why) = report.not_stored.first() {
            return Ok(Ending::Failed { why: Foreign::new(format!("not all could be stored: {why}")) });
        }
        Ok(match report.how {
            RunEnd::Finished => Ending::Finished,
            RunEnd::Cancelled => Ending::Cancelled,
            RunEnd::Crashed => Ending::Failed { why: "its run broke off".into() },
        })
    }
}

/// What went wrong in one line.
fn told(trouble: &Trouble) -> Foreign {
    let why = trouble.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
    let next = trouble.next.as_ref().map(|next| format!("; {next}")).unwrap_or_default();
    Foreign::from(format!("{}{why}{next}", trouble.what))
}
