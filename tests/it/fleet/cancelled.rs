//! A rerun that is interrupted goes on with what is left: nothing is lost, nothing is asked a second time.

use super::APPS;
use super::home::{fleet, is_whole, outcomes, rerun, rerun_whole, words};
use crate::server::{serve, vendors};
use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

#[test]
fn an_interrupted_rerun_and_the_next_are_one_whole_rerun() {
    let (process, left) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicUsize::new(usize::MAX)));
    let server = {
        let (process, left, good) = (Arc::clone(&process), Arc::clone(&left), vendors(2, |_| {}));
        serve(move |asked| {
            if left.fetch_sub(1, Ordering::SeqCst) == 1 {
                let pid = process.load(Ordering::SeqCst).to_string();
                assert!(Command::new("kill").args(["-s", "INT", &pid]).status().unwrap().success());
            }
            good(asked)
        })
    };
    let whole = fleet(&server, APPS);
    rerun_whole(&whole, &["--due"]);
    let wanted = words(&whole);
    let requests = server.asked().len();
    assert!(requests > 4 * APPS, "{requests}");

    let home = fleet(&server, APPS);
    let mut interrupted = 0;
    // Interrupted at a tenth, a third and nearly at the end of what is to be asked; then left alone.
    for after in [requests / 10, requests / 3, requests / 2] {
        // The child is known before the request at which it is interrupted: that one is far from the first.
        let mut child = rerun(&home, &["--due"]);
        process.store(child.id(), Ordering::SeqCst);
        left.store(after, Ordering::SeqCst);
        let before = words(&home).len();
        child.wait().unwrap();
        left.store(usize::MAX, Ordering::SeqCst);
        is_whole(&home);
        let known = words(&home).len();
        assert!(known >= before, "something was lost");
        interrupted += usize::from(known < wanted.len());
    }
    assert!(interrupted >= 2, "it was never interrupted in the middle");
    rerun_whole(&home, &["--due"]);
    is_whole(&home);
    assert_eq!(words(&home), wanted, "the parts together are the whole");
    let mut times: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (key, _) in outcomes(&home) {
        *times.entry(key).or_default() += 1;
    }
    let twice: Vec<_> = times.into_iter().filter(|(_, times)| *times > 1).collect();
    assert_eq!(twice, [], "asked again although it had been decided");
}
