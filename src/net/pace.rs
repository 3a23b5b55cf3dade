//! How fast each system is asked, per system, host and credential: how many requests at once, how far apart, and until
//! when not at all. It holds no request and knows no answer; whoever waits here can be dropped at any time.

use crate::domain::System;
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

/// A moment on both clocks: to wait for, and to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    pub instant: Instant,
    pub at: DateTime<Utc>,
}

impl Moment {
    /// The moment `at`, seen from `now`.
    pub fn of(at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        Self { instant: Instant::now() + (at - now).to_std().unwrap_or_default(), at }
    }
}

/// What is asked with one budget at the vendor: never holds the credential, only its short name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Whose {
    pub system: System,
    pub origin: String,
    pub fingerprint: Option<String>,
}

/// The paces of all systems. Shared by the runs of one process, so that two apps with one token do not overrun it.
#[derive(Default)]
pub struct Pace {
    lanes: Mutex<HashMap<Whose, Arc<Lanes>>>,
}

impl Pace {
    pub(super) fn lanes(&self, whose: Whose) -> Arc<Lanes> {
        let mut all = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let (lanes, apart) = manner(whose.system);
        Arc::clone(all.entry(whose).or_insert_with(|| Arc::new(Lanes::new(lanes, apart))))
    }

    /// Until when a system wants no more requests with a credential (by its short name), if it said so.
    #[must_use]
    pub fn closed(&self, system: System, fingerprint: Option<&str>) -> Option<DateTime<Utc>> {
        let all = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let of = all.iter().filter(|(whose, _)| whose.system == system && whose.fingerprint.as_deref() == fingerprint);
        of.filter_map(|(_, lanes)| lanes.closed()).map(|moment| moment.at).max()
    }
}

/// Requests at once, and the least time between two of them. GitHub asks for at most 4–8 in parallel (apis/github.md
/// §1.4), Vercel for 4 (apis/vercel.md §1). A client's site is asked for static files, as by a browser that comes for the
/// first time: its six lines to a host. Two requests a second (apis/http.md §0) would take five minutes for three hundred
/// chunks and see two deployments at once; what makes the server think (pages) is asked two at a time by whoever walks.
#[must_use]
pub fn manner(system: System) -> (usize, Duration) {
    match system {
        System::Supabase | System::Vercel | System::SupabaseProject => (4, Duration::ZERO),
        System::Github | System::Site => (6, Duration::ZERO),
        _ => (3, Duration::ZERO),
    }
}

/// The lanes towards one system.
pub(super) struct Lanes {
    free: Semaphore,
    apart: Duration,
    next: Mutex<Option<Instant>>,
    closed: Mutex<Option<Moment>>,
}

impl Lanes {
    fn new(lanes: usize, apart: Duration) -> Self {
        Self { free: Semaphore::new(lanes), apart, next: Mutex::default(), closed: Mutex::default() }
    }

    /// Waits for a lane and for the distance to the request before. Freed when the permit is dropped.
    pub async fn enter(&self) -> SemaphorePermit<'_> {
        // The semaphore is private and nobody closes it; were it closed, no lane would ever be free.
        let Ok(permit) = self.free.acquire().await else { std::future::pending().await };
        if let Some(slot) = self.slot() {
            tokio::time::sleep_until(slot).await;
        }
        permit
    }

    fn slot(&self) -> Option<Instant> {
        if self.apart.is_zero() {
            return None;
        }
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let slot = next.map_or(now, |next| next.max(now));
        *next = Some(slot + self.apart);
        Some(slot)
    }

    /// Closes the lanes for new requests until `moment`, or leaves them closed for longer if they are.
    pub fn close(&self, moment: Moment) {
        let mut closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        if closed.is_none_or(|known| known.instant < moment.instant) {
            *closed = Some(moment);
        }
    }

    /// Until when the lanes are closed, if they are.
    pub fn closed(&self) -> Option<Moment> {
        let closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        closed.filter(|moment| moment.instant > Instant::now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    fn whose(fingerprint: &str) -> Whose {
        Whose { system: System::Github, origin: "https://example.com".into(), fingerprint: Some(fingerprint.into()) }
    }

    fn moment(seconds: u64) -> Moment {
        let at: DateTime<Utc> = "2026-11-22T12:00:00Z".parse().unwrap();
        Moment { instant: Instant::now() + Duration::from_secs(seconds), at: at + Duration::from_secs(seconds) }
    }

    #[tokio::test(start_paused = true)]
    async fn closed_until_the_later_of_two_moments_and_then_open() {
        let lanes = Lanes::new(1, Duration::ZERO);
        assert_eq!(lanes.closed(), None);
        let (early, late) = (moment(5), moment(9));
        lanes.close(late);
        lanes.close(early);
        assert_eq!(lanes.closed(), Some(late));
        tokio::time::advance(Duration::from_secs(9)).await;
        assert_eq!(lanes.closed(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_plans_ahead_sees_what_is_closed_for_whom() {
        let pace = Pace::default();
        pace.lanes(whose("a")).close(moment(5));
        assert_eq!(pace.closed(System::Github, Some("a")), Some(moment(5).at));
        assert_eq!(pace.closed(System::Github, Some("b")), None);
        assert_eq!(pace.closed(System::Vercel, Some("a")), None);
        assert_eq!(pace.closed(System::Github, None), None);
        tokio::time::advance(Duration::from_secs(5)).await;
        assert_eq!(pace.closed(System::Github, Some("a")), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_dropped_waiter_gives_its_lane_back() {
        let lanes = Lanes::new(1, Duration::ZERO);
        let held = lanes.enter().await;
        let mut waiting = Box::pin(lanes.enter());
        assert!(waiting.as_mut().now_or_never().is_none(), "one lane, one request");
        drop(waiting);
        drop(held);
        assert!(lanes.enter().now_or_never().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn requests_keep_their_distance() {
        let lanes = Lanes::new(8, Duration::from_millis(500));
        let start = Instant::now();
        for _ in 0..5 {
            drop(lanes.enter().await);
        }
        assert_eq!(start.elapsed(), Duration::from_secs(2));
    }

    #[test]
    fn lanes_are_shared_by_credential_and_by_nothing_else() {
        let pace = Pace::default();
        let mine = pace.lanes(whose("a"));
        assert!(Arc::ptr_eq(&mine, &pace.lanes(whose("a"))));
        assert!(!Arc::ptr_eq(&mine, &pace.lanes(whose("b"))));
    }
}
