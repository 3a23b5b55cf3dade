//! Vendors that fail one request in five: what could not be seen says why, nothing that was good is lost by it, and nothing
//! is decided that was not seen.

use super::APPS;
use super::home::{fleet, is_whole, outcomes, rerun_whole, words};
use crate::program::Home;
use crate::server::{Reply, serve, vendors};
use rescue::config::Environment;
use rescue::desk::Desk;
use rescue::domain::{Outcome, Truth};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Requests that are never answered, in all: each costs a probe its twenty seconds.
const SILENT: usize = 4;

/// What goes wrong, one after the other.
fn fault(n: usize) -> Reply {
    match n % 5 {
        0 => Reply::Raw(Vec::new()),
        1 => Reply::json(500, r#"{"message":"oops"}"#),
        2 => Reply::Raw(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{\"id\":".to_vec()),
        3 => Reply::json(200, r#"[{"id":{"a":[]}},7,null]"#),
        _ => Reply::json(200, r#"{"id": 1, "name": "ac"#),
    }
}

type Truths = BTreeMap<(String, String), Truth>;

fn truths(home: &Home) -> Truths {
    let desk = Desk::open(&Environment::of(home.variables())).unwrap();
    let mut all = BTreeMap::new();
    for app in desk.apps(false).unwrap() {
        for it in desk.board(&app).unwrap().items {
            all.insert((app.to_string(), it.item.to_string()), it.truth);
        }
    }
    all
}

#[test]
fn one_request_in_five_fails_and_nothing_drifts_by_it() {
    let (bad, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let server = {
        let (bad, count, good) = (Arc::clone(&bad), Arc::clone(&count), vendors(2, |_| {}));
        serve(move |asked| {
            if !bad.load(Ordering::SeqCst) {
                return good(asked);
            }
            let n = count.fetch_add(1, Ordering::SeqCst);
            match n % 5 {
                3 if n / 5 % 97 == 5 && n / 5 / 97 < SILENT => Reply::Nothing,
                3 => fault(n / 5),
                _ => good(asked),
            }
        })
    };
    let home = fleet(&server, APPS);
    rerun_whole(&home, &["--all"]);
    let (seen, before) = (words(&home), truths(&home));
    let done = before.values().filter(|it| it.is_done()).count();
    assert!(done >= 2 * APPS, "nothing to lose: {done}");
    let already = outcomes(&home).len();

    bad.store(true, Ordering::SeqCst);
    rerun_whole(&home, &["--all"]);
    assert!(count.load(Ordering::SeqCst) > 4 * APPS);
    is_whole(&home);
    let all = outcomes(&home);
    let (mut decided, mut undecided) = (0, 0);
    let mut met: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (key, it) in &all {
        let times = met.entry(key.clone()).or_default();
        *times += 1;
        if *times == 1 {
            continue;
        }
        match &it.verdict.outcome {
            Outcome::Undecided { gap } => {
                undecided += 1;
                assert!(!gap.says.as_str().is_empty(), "{key:?}");
                assert!(gap.needs.as_ref().is_some_and(|step| !step.as_str().is_empty()), "{key:?}: no step opens {gap:?}");
            }
            word => {
                decided += 1;
                assert_eq!(word.word(), seen[key], "{key:?} was decided otherwise than when all of it was seen");
            }
        }
    }
    assert_eq!(all.len(), 2 * already, "every probe has its outcome, seen or not");
    assert!(undecided > APPS / 4 && decided > APPS, "{undecided} undecided, {decided} decided: the faults were not met");
    assert_eq!(truths(&home), before, "what could not be seen changed a truth");

    // Apps that nobody had seen before, at the same vendors: nothing is decided otherwise than by those who saw all of it.
    let fresh = fleet(&server, 20);
    rerun_whole(&fresh, &["--all"]);
    is_whole(&fresh);
    for (key, word) in words(&fresh) {
        assert!(word == "undecided" || word == seen[&key], "{key:?}: {word} without having been seen");
    }
    for (key, truth) in truths(&fresh) {
        assert!(truth == Truth::Open || before[&key] == truth, "{key:?}: {truth:?} without having been seen");
    }
}
