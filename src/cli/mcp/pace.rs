//! How often an agent may have probes asked again: one rerun of an app at a time, a few within a minute, and a few apps side
//! by side. Whoever asks more is told when to ask again; nothing waits in a line.

use super::answer::Refusal;
use crate::cli::probe::run_open;
use crate::domain::AppName;
use crate::store::Holder;
use crate::trouble::Trouble;
use crate::words;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Reruns of an app within [`WITHIN`]: an agent that mends something and looks again needs no more.
pub(super) const RERUNS: usize = 6;
/// The time in which they are counted.
pub(super) const WITHIN: Duration = Duration::from_mins(1);
/// Apps that are rerun side by side.
pub(super) const SIDE_BY_SIDE: usize = 4;

/// What is going on, and what began lately.
#[derive(Debug, Default)]
struct Known {
    /// Since when, by app.
    going_on: BTreeMap<AppName, DateTime<Utc>>,
    /// Not more than [`RERUNS`] an app.
    began: BTreeMap<AppName, VecDeque<Instant>>,
}

/// The pace of one agent.
#[derive(Debug, Clone)]
pub(super) struct Pace {
    known: Arc<Mutex<Known>>,
    here: Arc<Holder>,
}

/// A rerun that may go on as long as this is held.
#[derive(Debug)]
pub(super) struct Turn {
    pace: Pace,
    app: AppName,
}

impl Turn {
    /// Nothing was asked with it: it counts for nothing.
    pub fn was_for_nothing(self) {
        if let Some(began) = self.pace.known().began.get_mut(&self.app) {
            began.pop_back();
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.pace.known().going_on.remove(&self.app);
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self { known: Arc::default(), here: Arc::new(Holder::of_process()) }
    }
}

impl Pace {
    /// A turn for a rerun of an app. `now`: what the console's clock says, for the message.
    ///
    /// # Errors
    /// One of this app goes on; too many did lately; too many apps are at it.
    pub fn turn(&self, app: &AppName, now: DateTime<Utc>) -> Result<Turn, Refusal> {
        let mut known = self.known();
        if let Some(since) = known.going_on.get(app) {
            return Err(run_open(app, *since, self.here.pid, &self.here.host).into());
        }
        if known.going_on.len() >= SIDE_BY_SIDE {
            let apps = words::count(known.going_on.len(), "app");
            return Err(Trouble::failed(format!("{apps} are being rerun for this agent already"))
                .next("Wait until one ends")
                .into());
        }
        let moment = Instant::now();
        let began = known.began.entry(app.clone()).or_default();
        while began.front().is_some_and(|at| moment.duration_since(*at) >= WITHIN) {
            began.pop_front();
        }
        if let Some(first) = began.front().filter(|_| began.len() >= RERUNS) {
            let left = WITHIN.saturating_sub(moment.duration_since(*first));
            let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
            let trouble = Trouble::failed(format!("{app} was rerun {RERUNS} times within a minute"))
                .why("reruns for an agent are spaced, so that no vendor is flooded")
                .next(format!("Ask again in {seconds} s"));
            return Err(Refusal { trouble, again_in: Some(seconds) });
        }
        began.push_back(moment);
        known.going_on.insert(app.clone(), now);
        Ok(Turn { pace: self.clone(), app: app.clone() })
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(name: &str) -> AppName {
        name.parse().unwrap()
    }

    fn now() -> DateTime<Utc> {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn one_at_a_time_and_a_few_within_a_minute() {
        let (pace, acme) = (Pace::default(), app("acme"));
        let first = pace.turn(&acme, now()).unwrap();
        let open = pace.turn(&acme, now()).unwrap_err().trouble;
        assert!(open.what.as_str().starts_with("a run of `acme` is open since 2026-11-23 12:00"), "{open}");
        drop(first);
        for n in 1..RERUNS {
            drop(pace.turn(&acme, now()).unwrap_or_else(|refusal| panic!("{n}: {refusal:?}")));
            tokio::time::advance(Duration::from_secs(2)).await;
        }
        let refusal = pace.turn(&acme, now()).unwrap_err();
        assert_eq!(refusal.again_in, Some(50));
        assert_eq!(refusal.trouble.next.unwrap(), "Ask again in 50 s");
        assert!(pace.turn(&app("other"), now()).is_ok(), "another app has its own");
        tokio::time::advance(Duration::from_millis(49_999)).await;
        assert_eq!(pace.turn(&acme, now()).unwrap_err().again_in, Some(1));
        tokio::time::advance(Duration::from_millis(1)).await;
        assert!(pace.turn(&acme, now()).is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_flood_is_refused_and_leaves_nothing_behind() {
        let (pace, acme) = (Pace::default(), app("acme"));
        let mut taken = 0;
        for _ in 0..10_000 {
            taken += usize::from(pace.turn(&acme, now()).is_ok());
        }
        assert_eq!(taken, RERUNS);
        let known = pace.known();
        assert_eq!((known.began[&acme].len(), known.going_on.len()), (RERUNS, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_that_asked_nothing_counts_for_nothing_and_is_one_at_a_time() {
        let (pace, acme) = (Pace::default(), app("acme"));
        for _ in 0..10 * RERUNS {
            let turn = pace.turn(&acme, now()).unwrap();
            assert!(pace.turn(&acme, now()).is_err(), "one at a time, also while it is only looked at");
            turn.was_for_nothing();
        }
        assert_eq!((0..10 * RERUNS).filter(|_| pace.turn(&acme, now()).is_ok()).count(), RERUNS);
    }

    #[tokio::test(start_paused = true)]
    async fn a_few_apps_side_by_side() {
        let pace = Pace::default();
        let mut held: Vec<Turn> = (0..SIDE_BY_SIDE).map(|n| pace.turn(&app(&format!("app-{n}")), now()).unwrap()).collect();
        assert!(pace.turn(&app("more"), now()).unwrap_err().trouble.what.as_str().starts_with("4 apps"));
        held.pop();
        assert!(pace.turn(&app("more"), now()).is_ok());
    }
}
