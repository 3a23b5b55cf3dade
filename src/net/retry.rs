//! Patience: three tries of a read, only for faults that pass, at the vendor's own time where one was named. All waiting
//! is bounded by what is left, told to whoever asked, and ends when the asker is dropped.

use super::door::{Asker, Signal};
use super::fault::{Fault, timed_out};
use super::pace::{Lanes, Moment};
use crate::domain::{Gap, GapKind, System};
use std::time::Duration;
use tokio::time::{Instant, sleep_until, timeout_at};

/// How long and how often (HOUSE §5). The asker's own deadline cuts all of it short.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Tries of one read, the first one counted.
    pub tries: u32,
    /// How long one try may take, redirects and body counted.
    pub one_try: Duration,
    /// About how long to wait after the first failed try when the vendor names no time; four times that after the next.
    pub first_wait: Duration,
    /// The most that one read may spend on waiting because a vendor asked for it.
    pub waiting: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            tries: 3,
            one_try: Duration::from_secs(10),
            first_wait: Duration::from_millis(400),
            // Enough for the minute that GitHub's secondary limit asks for, where the asker has that long.
            waiting: Duration::from_secs(90),
        }
    }
}

/// One read being tried.
pub(super) struct Trying<'a> {
    pub system: System,
    pub lanes: &'a Lanes,
    pub patience: Patience,
    pub asker: &'a Asker,
}

impl Trying<'_> {
    /// Tries `once` until it gives an answer, fails for good, or patience ends.
    pub async fn patiently<T, F, R>(&self, once: F) -> Result<T, Gap>
    where
        F: Fn() -> R + Send,
        R: Future<Output = Result<T, Fault>> + Send,
    {
        self.to_the_end(once).await.map_err(Fault::into_gap)
    }

    /// As [`Trying::patiently`], with the last fault as it was.
    pub async fn to_the_end<T, F, R>(&self, once: F) -> Result<T, Fault>
    where
        F: Fn() -> R + Send,
        R: Future<Output = Result<T, Fault>> + Send,
    {
        let mut left = self.patience.waiting;
        let mut wait = self.patience.first_wait;
        for last in (0..self.patience.tries).map(|n| n + 1 == self.patience.tries) {
            let permit = self.enter(&mut left).await?;
            let end = self.deadline().map_or_else(
                || Instant::now() + self.patience.one_try,
                |deadline| deadline.min(Instant::now() + self.patience.one_try),
            );
            let tried = timeout_at(end, once()).await;
            drop(permit);
            let fault = match tried {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(fault)) => fault,
                Err(_) => Fault::Transient { gap: timed_out(self.system), again: None },
            };
            if last || !fault.passes() {
                return Err(fault);
            }
            if let Some(moment) = fault.again() {
                self.wait(moment, &mut left).await.map_err(|()| fault)?;
                continue;
            }
            let until = Instant::now() + jittered(wait);
            if self.deadline().is_some_and(|deadline| deadline <= until) {
                return Err(fault);
            }
            sleep_until(until).await;
            wait *= 4;
        }
        Err(timed_out(self.system).into())
    }

    fn deadline(&self) -> Option<Instant> {
        self.asker.deadline
    }

    /// Waits for a lane that is open and free.
    async fn enter(&self, left: &mut Duration) -> Result<tokio::sync::SemaphorePermit<'_>, Gap> {
        loop {
            if let Some(closed) = self.lanes.closed() {
                self.wait(closed, left).await.map_err(|()| limited(self.system, Some(closed)))?;
                continue;
            }
            let permit = match self.deadline() {
                Some(deadline) => timeout_at(deadline, self.lanes.enter()).await.map_err(|_| timed_out(self.system))?,
                None => self.lanes.enter().await,
            };
            // While this one stood in the queue, the one before may have been told to stop.
            if self.lanes.closed().is_none() {
                return Ok(permit);
            }
        }
    }

    /// Waits until `moment` and says so, if that fits what is left.
    async fn wait(&self, moment: Moment, left: &mut Duration) -> Result<(), ()> {
        let takes = moment.instant.saturating_duration_since(Instant::now());
        if takes > *left || self.deadline().is_some_and(|deadline| deadline <= moment.instant) {
            return Err(());
        }
        *left -= takes;
        (self.asker.tell)(Signal::Waiting { system: self.system, until: moment.at });
        sleep_until(moment.instant).await;
        Ok(())
    }
}

/// The gap of a system that wants no more requests now.
pub(super) fn limited(system: System, moment: Option<Moment>) -> Gap {
    let gap = Gap::new(GapKind::RateLimited, system, format!("{} wants no more requests for now", system.title()));
    match moment {
        Some(moment) => gap.needs(format!("Try again after {} UTC", moment.at.format("%H:%M:%S on %-d %B"))).until(moment.at),
        None => gap.needs("Try again in a few minutes"),
    }
}

/// Between half of it and all of it, so that many askers do not come back at once.
fn jittered(wait: Duration) -> Duration {
    let random = getrandom::u32().unwrap_or(u32::MAX);
    wait.mul_f64(0.5 + 0.5 * f64::from(random) / f64::from(u32::MAX))
}
