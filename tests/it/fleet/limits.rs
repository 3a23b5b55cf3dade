//! Vendors with limits: none is overrun, no app goes without its answers, no credential waits for the others, and the
//! program does not grow with the number of apps.

use super::APPS;
use super::home::{CREDENTIALS, credential, fleet, is_whole, outcomes, rerun};
use super::vendor::{Counter, Counting, LANES, WINDOWED};
use crate::server::{VENDORS, serve};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

/// What a rerun of so many apps came to.
struct Rerun {
    counting: Arc<Counting>,
    /// The most memory that the program ever had, in KiB; 0 where /proc does not say it.
    memory: u64,
    asked: BTreeMap<String, BTreeSet<String>>,
}

/// The most memory that a process had so far, in KiB.
fn peak(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|it| it.parse().ok()).unwrap_or(0)
}

fn run(apps: usize) -> Rerun {
    let counting = Arc::new(Counting::new(Duration::from_millis(3)));
    let (process, memory) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU64::new(0)));
    let server = {
        let (counting, process, memory) = (Arc::clone(&counting), Arc::clone(&process), Arc::clone(&memory));
        serve(move |asked| {
            // The program is looked at whenever it asks: its peak only grows.
            memory.fetch_max(peak(process.load(Ordering::SeqCst)), Ordering::SeqCst);
            counting.answer(asked)
        })
    };
    let home = fleet(&server, apps);
    let mut child = rerun(&home, &["--all"]);
    process.store(child.id(), Ordering::SeqCst);
    let code = child.wait().unwrap().code();
    assert!(matches!(code, Some(0 | 3 | 5)), "{code:?}");
    is_whole(&home);
    let mut asked: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for ((app, probe), outcome) in outcomes(&home) {
        let gap = outcome.verdict.outcome.gap().map(|gap| gap.kind);
        assert_ne!(gap, Some(rescue::domain::GapKind::RateLimited), "{app} {probe} was given up at a limit that opens again");
        assert_ne!(gap, Some(rescue::domain::GapKind::TimedOut), "{app} {probe} ran out of time in our own line");
        asked.entry(app).or_default().insert(probe);
    }
    Rerun { counting, memory: memory.load(Ordering::SeqCst), asked }
}

#[test]
fn two_hundred_apps_overrun_no_limit_and_none_starves() {
    let (few, many) = (run(20), run(APPS));
    let every: BTreeSet<String> = many.asked.values().flatten().cloned().collect();
    assert!(every.len() >= 7, "{every:?}");
    assert_eq!(many.asked.len(), APPS);
    for (app, probes) in &many.asked {
        assert_eq!(*probes, every, "{app} did not get its probes");
    }

    let book = many.counting.book.lock().unwrap();
    for (system, _) in VENDORS {
        for app in 0..CREDENTIALS {
            let key = (system.to_owned(), format!("Bearer {}", credential(app, system)));
            let counter: &Counter = book.counters.get(&key).unwrap_or_else(|| panic!("nobody asked {key:?}"));
            assert!(counter.requests >= APPS / CREDENTIALS, "{key:?}: {counter:?}");
            if system == WINDOWED {
                // Those that were under way when the window was full; after the first refusal was read nobody asks.
                assert!(counter.most_refused <= LANES, "{key:?}: asked on at a closed door: {counter:?}");
                assert!(counter.refused > 0, "the window was never full: {counter:?}");
            } else {
                assert_eq!(counter.refused, 0, "{key:?}: {counter:?}");
            }
        }
    }
    assert!(book.counters.values().any(|it| it.most_at_once > 1), "nothing was asked side by side");

    // Fair to credentials: when half of what GitHub was asked had come in, each had had half of its fair half.
    let github: Vec<&String> = book.order.iter().filter(|(system, _)| system == "github").map(|(_, of)| of).collect();
    for of in github.iter().copied().collect::<BTreeSet<_>>() {
        let early = github.iter().take(github.len() / 2).filter(|it| **it == of).count();
        assert!(early >= github.len() / CREDENTIALS / 4, "{of} waited for the others: {early} of the first {}", github.len() / 2);
    }

    // What an app leaves behind until the end is its code and its name. SQLite's page cache (2 MiB), the log of the run
    // and the allocator's slack are given room; ten times as many apps may not take twice as much.
    if few.memory > 0 {
        let bound = few.memory + 24 * 1024;
        assert!(many.memory <= bound, "{} KiB for 20 apps and {} KiB for {APPS}", few.memory, many.memory);
    }
}
