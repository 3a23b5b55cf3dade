//! A rerun that is killed at any moment: the database opens, nothing in it is half, and the next rerun finishes.

use super::home::{fleet, is_whole, outcomes, rerun, rerun_whole, words};
use crate::server::{serve, vendors};
use std::collections::BTreeSet;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

/// How often it is killed.
const KILLS: usize = 200;
/// Homes in which that goes on side by side, for two cores.
const HOMES: usize = 2;
/// Apps in each: enough that several are under way.
const FEW: usize = 3;

/// A small generator of its own (a linear congruence): every run of the test kills at the same places, spread evenly.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

fn kill(pid: u32) {
    // It may have ended by itself meanwhile: then there is nothing to kill.
    let _ = Command::new("kill").args(["-s", "KILL", &pid.to_string()]).stderr(std::process::Stdio::null()).status();
}

/// Kills a rerun again and again, at a request drawn by the dice and a little later; gives back how often it met it.
fn killed_often(seed: u64, times: usize) -> usize {
    let (process, left, wait) =
        (Arc::new(AtomicU32::new(0)), Arc::new(AtomicUsize::new(usize::MAX)), Arc::new(AtomicU32::new(0)));
    let server = {
        let (process, left, wait, good) = (Arc::clone(&process), Arc::clone(&left), Arc::clone(&wait), vendors(2, |_| {}));
        serve(move |asked| {
            let reply = good(asked);
            if left.fetch_sub(1, Ordering::SeqCst) == 1 {
                let (pid, wait) = (process.load(Ordering::SeqCst), wait.load(Ordering::SeqCst));
                // Not before this answer only: also while it is judged, and while its decision is written.
                std::thread::spawn(move || {
                    std::thread::sleep(Duration::from_millis(wait.into()));
                    kill(pid);
                });
            }
            reply
        })
    };
    let home = fleet(&server, FEW);
    rerun_whole(&home, &["--all"]);
    let requests = u64::try_from(server.asked().len()).unwrap();
    let every: BTreeSet<(String, String)> = words(&home).into_keys().collect();
    let (mut dice, mut met) = (Dice(seed), 0);
    for round in 0..times {
        wait.store(u32::try_from(dice.below(40)).unwrap(), Ordering::SeqCst);
        let after = usize::try_from(1 + dice.below(requests)).unwrap();
        let mut child = rerun(&home, &["--all"]);
        process.store(child.id(), Ordering::SeqCst);
        left.store(after, Ordering::SeqCst);
        let code = child.wait().unwrap().code();
        left.store(usize::MAX, Ordering::SeqCst);
        met += usize::from(code.is_none());
        is_whole(&home);
        if round % 25 == 24 {
            let before = outcomes(&home).len();
            let code = rerun_whole(&home, &["--all"]);
            assert!(matches!(code, 0 | 3 | 4 | 5), "{code}");
            let known = outcomes(&home);
            assert_eq!(known.len(), before + every.len(), "the rerun after it asked each once, and finished");
            let newest: BTreeSet<(String, String)> = known.into_iter().skip(before).map(|(key, _)| key).collect();
            assert!(newest.is_subset(&every));
            is_whole(&home);
        }
    }
    assert!(home.must(&["db", "check"]).out.contains("sound"));
    met
}

#[test]
fn killed_two_hundred_times_and_never_half() {
    let met: usize = std::thread::scope(|scope| {
        let homes: Vec<_> = (0..HOMES).map(|n| scope.spawn(move || killed_often(7 + n as u64, KILLS / HOMES))).collect();
        homes.into_iter().map(|it| it.join().unwrap()).sum()
    });
    assert!(met * 2 > KILLS, "it had ended before it was killed, most of the time: {met} of {KILLS}");
}
