//! Waiting: on a stopped clock without a server, so that hours pass at once; and what servers say of limits.

use super::*;
use crate::domain::{Gap, GapKind};
use crate::net::fault::{Fault, timed_out};
use crate::net::pace::{Lanes, Moment, Whose};
use crate::net::retry::Trying;
use futures_util::FutureExt;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::time::Instant;

struct Heard {
    asker: Asker,
    signals: Arc<Mutex<Vec<Signal>>>,
}

fn heard(deadline: Option<u64>) -> Heard {
    let signals = Arc::<Mutex<Vec<Signal>>>::default();
    let into = Arc::clone(&signals);
    let tell: Arc<dyn Fn(Signal) + Send + Sync> = Arc::new(move |signal| into.lock().unwrap().push(signal));
    let deadline = deadline.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    Heard { asker: Asker { deadline, tell, ..Asker::default() }, signals }
}

fn lanes() -> Arc<Lanes> {
    let whose = Whose { system: System::Github, origin: String::new(), fingerprint: None };
    Pace::default().lanes(whose)
}

fn after(seconds: i64) -> Moment {
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    Moment::of(now + chrono::TimeDelta::seconds(seconds), now)
}

/// Tries something that fails like this every time; tells how often it was tried and how long it all took.
async fn fail(lanes: &Lanes, heard: &Heard, fault: impl Fn() -> Fault + Sync) -> (Gap, usize, Duration) {
    let (tries, start) = (AtomicUsize::new(0), Instant::now());
    let trying = Trying { system: System::Github, lanes, patience: Patience::default(), asker: &heard.asker };
    let gap = trying
        .patiently(|| {
            tries.fetch_add(1, Ordering::Relaxed);
            let fault = fault();
            async { Err::<(), _>(fault) }
        })
        .await
        .unwrap_err();
    (gap, tries.into_inner(), start.elapsed())
}

fn limited(moment: Moment) -> Fault {
    Fault::Transient { gap: crate::net::retry::limited(System::Github, Some(moment)), again: Some(moment) }
}

#[tokio::test(start_paused = true)]
async fn the_vendor_s_own_time_is_waited_out_and_told() {
    let heard = heard(Some(60));
    let (gap, tries, took) = fail(&lanes(), &heard, || limited(after(7))).await;
    assert_eq!((gap.kind, tries), (GapKind::RateLimited, 3));
    assert_eq!(took.as_secs(), 14, "two waits of seven seconds");
    let until = after(7).at;
    let waiting = Signal::Waiting { system: System::Github, until };
    assert_eq!(*heard.signals.lock().unwrap(), [waiting.clone(), waiting]);
    assert_eq!(gap.until, Some(until));
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_does_not_fit_is_a_gap_at_once() {
    let short = heard(Some(20));
    let (gap, tries, took) = fail(&lanes(), &short, || limited(after(21))).await;
    assert_eq!((gap.kind, tries, took), (GapKind::RateLimited, 1, Duration::ZERO));
    assert_eq!(gap.until, Some(after(21).at));
    assert!(short.signals.lock().unwrap().is_empty(), "nobody waits, so nobody says so");
    let endless = heard(None);
    let (gap, tries, took) = fail(&lanes(), &endless, || limited(after(3600))).await;
    assert_eq!((gap.kind, tries, took), (GapKind::RateLimited, 1, Duration::ZERO), "without a deadline there is a most too");
}

#[tokio::test(start_paused = true)]
async fn without_a_time_the_waits_grow_and_stay_short() {
    let (gap, tries, took) =
        fail(&lanes(), &heard(None), || Fault::Transient { gap: timed_out(System::Github), again: None }).await;
    assert_eq!((gap.kind, tries), (GapKind::TimedOut, 3));
    assert!(took >= Duration::from_secs(1) && took <= Duration::from_millis(2010), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_help_is_not_tried_again() {
    let (_, tries, took) = fail(&lanes(), &heard(None), || Fault::Final(timed_out(System::Github))).await;
    assert_eq!((tries, took), (1, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn a_try_takes_ten_seconds_at_most_and_all_of_them_the_asker_s_time() {
    let never = async |deadline| {
        let (start, lanes, heard) = (Instant::now(), lanes(), heard(deadline));
        let trying = Trying { system: System::Github, lanes: &lanes, patience: Patience::default(), asker: &heard.asker };
        let gap = trying.patiently(std::future::pending::<Result<(), Fault>>).await.unwrap_err();
        (gap.kind, start.elapsed().as_secs())
    };
    let (kind, took) = never(None).await;
    assert_eq!(kind, GapKind::TimedOut);
    assert!((31..=32).contains(&took), "three tries and two short waits: {took}");
    assert_eq!(never(Some(15)).await, (GapKind::TimedOut, 15));
    assert_eq!(never(Some(0)).await, (GapKind::TimedOut, 0));
}

#[tokio::test(start_paused = true)]
async fn closed_lanes_are_waited_for_before_anything_is_sent() {
    let lanes = lanes();
    lanes.close(after(5));
    let (patient, hasty) = (heard(Some(20)), heard(Some(4)));
    let (gap, tries, took) = fail(&lanes, &hasty, || limited(after(1))).await;
    assert_eq!((gap.kind, gap.until, tries, took), (GapKind::RateLimited, Some(after(5).at), 0, Duration::ZERO));
    let (_, tries, took) = fail(&lanes, &patient, || Fault::Final(timed_out(System::Github))).await;
    assert_eq!((tries, took.as_secs()), (1, 5));
    assert!(matches!(patient.signals.lock().unwrap()[..], [Signal::Waiting { .. }]));
}

#[tokio::test(start_paused = true)]
async fn no_free_lane_is_out_of_time_and_a_dropped_asker_frees_its_lane() {
    let lanes = lanes();
    let mut held = Vec::new();
    for _ in 0..6 {
        held.push(lanes.enter().await);
    }
    let (gap, tries, took) = fail(&lanes, &heard(Some(3)), || Fault::Final(timed_out(System::Github))).await;
    assert_eq!((gap.kind, tries, took.as_secs()), (GapKind::TimedOut, 0, 3));
    held.pop();
    let asker = Asker::default();
    let trying = Trying { system: System::Github, lanes: &lanes, patience: Patience::default(), asker: &asker };
    let mut stuck = Box::pin(trying.patiently(std::future::pending::<Result<(), Fault>>));
    assert!(stuck.as_mut().now_or_never().is_none());
    assert!(lanes.enter().now_or_never().is_none(), "the stuck one has the last lane");
    drop(stuck);
    assert!(lanes.enter().now_or_never().is_some());
}

#[tokio::test]
async fn a_refusal_closes_the_system_for_all_runs_with_that_credential() {
    let stand = Stand::always(answer("429", &["retry-after: 600"], "{}")).await;
    let manner = brisk();
    for _ in 0..2 {
        let gap = soon(door_with(&stand.url, None, manner.clone()).read(user())).await.unwrap_err();
        assert_eq!((gap.kind, gap.until), (GapKind::RateLimited, Some("2026-11-22T12:10:00Z".parse().unwrap())));
    }
    assert_eq!(stand.count(), 1, "the second run did not even ask");
}

#[tokio::test]
async fn the_hour_s_last_good_answer_closes_github_too() {
    let headers = ["x-ratelimit-remaining: 0", "x-ratelimit-reset: 1795350000", "x-ratelimit-resource: core"];
    let stand = Stand::always(answer("200", &headers, "{}")).await;
    let door = door(&stand);
    soon(door.read(user())).await.unwrap();
    let gap = soon(door.read(user())).await.unwrap_err();
    assert_eq!((gap.kind, gap.until), (GapKind::RateLimited, Some("2026-11-22T12:20:00Z".parse().unwrap())));
    assert_eq!(stand.count(), 1);
}

#[tokio::test]
async fn a_short_refusal_is_waited_out() {
    let stand = Stand::new(|before, _| match before {
        0 => answer("429", &["retry-after: 1"], "{}"),
        _ => answer("200", &[], "{}"),
    })
    .await;
    let heard = heard(Some(15));
    let reply = soon(door(&stand).on_behalf(heard.asker).read(user())).await.unwrap();
    assert_eq!(reply.status, 200);
    let asking = Signal::Asking { system: System::Github };
    let until = "2026-11-22T12:00:01Z".parse().unwrap();
    assert_eq!(*heard.signals.lock().unwrap(), [asking.clone(), Signal::Waiting { system: System::Github, until }, asking]);
}
