//! Who may work at the same time: seats for what this machine bears, and turns for what a vendor bears with one credential.
//! Both are taken in the order in which they were asked for, so that nobody is passed over.

use super::{Told, Wanted};
use crate::desk::Desk;
use crate::domain::{ProbeId, System};
use crate::net::Keys;
use chrono::{DateTime, Utc};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};
use tokio_util::sync::CancellationToken;

/// Apps that ask one system with one credential at the same time. A probe has twenty seconds, and the vendor's lanes are the
/// same for all: with more apps in them, the probes would run out of time by standing in our own line.
const AT_ONE_SYSTEM: usize = 2;

/// Apps of which is chosen what is asked, at the same time.
const CHOOSING: usize = 2;

/// A system and the short name of the credential with which it is asked.
pub(super) type Counter = (System, String);

/// The place where a rerun happens.
pub(super) struct Floor<'a> {
    pub desk: &'a Desk,
    pub wanted: &'a Wanted,
    pub tell: &'a UnboundedSender<Told>,
    pub stop: &'a CancellationToken,
    seats: Semaphore,
    choosing: Semaphore,
    counters: Mutex<HashMap<Counter, Arc<Semaphore>>>,
}

impl<'a> Floor<'a> {
    pub fn new(desk: &'a Desk, wanted: &'a Wanted, tell: &'a UnboundedSender<Told>, stop: &'a CancellationToken) -> Self {
        // Most of a look is waiting, and some of it is reading a whole repository: twice as many as there are cores.
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let seats = Semaphore::new((2 * cores).clamp(4, 8));
        Self { desk, wanted, tell, stop, seats, choosing: Semaphore::new(CHOOSING), counters: Mutex::default() }
    }

    /// A place to choose what is asked of an app; none once the rerun was stopped. Apart from the seats, or every app would be
    /// chosen before the first one is asked.
    pub async fn place(&self) -> Option<SemaphorePermit<'_>> {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => None,
            place = self.choosing.acquire() => place.ok(),
        }
    }

    /// A seat, when one is free; none once the rerun was stopped.
    pub async fn seat(&self) -> Option<SemaphorePermit<'_>> {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => None,
            seat = self.seats.acquire() => seat.ok(),
        }
    }

    /// A turn at each of these counters; none once the rerun was stopped. Taken in the order of the systems by everybody, so
    /// that no two wait for each other.
    pub async fn turns(&self, counters: BTreeSet<Counter>) -> Option<Vec<(Counter, OwnedSemaphorePermit)>> {
        let mut held = Vec::with_capacity(counters.len());
        for counter in counters {
            let line = {
                let mut lines = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
                Arc::clone(lines.entry(counter.clone()).or_insert_with(|| Arc::new(Semaphore::new(AT_ONE_SYSTEM))))
            };
            let turn = tokio::select! {
                biased;
                () = self.stop.cancelled() => return None,
                turn = line.acquire_owned() => turn.ok()?,
            };
            held.push((counter, turn));
        }
        Some(held)
    }

    /// Waits until that moment; false once the rerun was stopped.
    pub async fn until(&self, at: DateTime<Utc>) -> bool {
        let left = (at - self.desk.clock.now()).to_std().unwrap_or_default();
        tokio::select! {
            biased;
            () = self.stop.cancelled() => false,
            () = tokio::time::sleep(left) => true,
        }
    }

    /// Until when a counter is closed, if the vendor said so.
    pub fn closed(&self, (system, fingerprint): &Counter) -> Option<DateTime<Utc>> {
        self.desk.closed(*system, Some(fingerprint))
    }
}

/// The turns that an app holds. Each is given back when the last of the app's probes at that counter has looked: the vendor's
/// lanes would be idle while the others look and while their decisions are stored.
pub(super) struct Turns(Mutex<Vec<(BTreeSet<ProbeId>, OwnedSemaphorePermit)>>);

impl Turns {
    /// `asking`: the probes that ask at a counter.
    pub fn of(held: Vec<(Counter, OwnedSemaphorePermit)>, asking: impl Fn(&Counter) -> BTreeSet<ProbeId>) -> Self {
        let held = held.into_iter().map(|(counter, turn)| (asking(&counter), turn));
        Self(Mutex::new(held.filter(|(probes, _)| !probes.is_empty()).collect()))
    }

    /// This probe has looked.
    pub fn over(&self, probe: &ProbeId) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain_mut(|(probes, _)| {
            probes.remove(probe);
            !probes.is_empty()
        });
    }
}

/// The counter at which a system is asked with these credentials; none where no credential goes.
pub(super) fn counter(system: System, keys: &Keys) -> Option<Counter> {
    let secret = keys.get(&system)?.as_ref().ok()?;
    system.needs_credential().then(|| (system, secret.fingerprint()))
}
