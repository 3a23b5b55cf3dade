//! Several processes on one database, and processes that are killed: no lock error, no lost and no half fact.
//! `tests/soak.sh` does the first for as long as one likes.

use crate::program::{Home, Told};
use crate::server::{Reply, home_of, serve, take_on, vendors};
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::Duration;

#[test]
fn two_writers_and_a_reader_lose_nothing() {
    const NOTES: usize = 60;
    let home = Home::with_app("acme");
    std::thread::scope(|scope| {
        let writer = |name: &'static str, item: &'static str| {
            let home = &home;
            scope.spawn(move || {
                for n in 0..NOTES {
                    home.must(&["item", "note", "acme", item, &format!("{name} {n};")]);
                }
            });
        };
        writer("left", "SEC-01");
        writer("right", "SEC-01");
        scope.spawn(|| {
            for _ in 0..NOTES {
                let told = home.run(&["status", "acme", "--json"]);
                assert_eq!(told.code, Some(5), "{told:?}");
            }
        });
    });
    home.must(&["db", "check"]);
    let shown = home.must(&["item", "show", "acme", "SEC-01"]).out;
    for name in ["left", "right"] {
        for n in 0..NOTES {
            assert_eq!(shown.matches(&format!("noted: {name} {n};")).count(), 1, "{name} {n}");
        }
    }
    assert_eq!(shown.matches("noted: ").count(), 2 * NOTES);
}

#[test]
fn a_new_home_may_be_opened_by_many_at_once() {
    let home = Home::new();
    std::thread::scope(|scope| {
        for n in 0..6 {
            let home = &home;
            scope.spawn(move || home.must(&["app", "add", &format!("app-{n}")]));
        }
    });
    assert_eq!(home.json(&["app", "list", "--json"])["apps"].as_array().unwrap().len(), 6);
    home.must(&["db", "check"]);
}

/// The probe and the word of a line such as `  ✔ scan.tree: pass …`.
fn decided(line: &str) -> Option<(String, String)> {
    let (_, rest) = line.strip_prefix("  ")?.split_once(' ')?;
    let (probe, rest) = rest.split_once(": ")?;
    let word = rest.split_whitespace().next()?;
    ["pass", "fail", "undecided"].contains(&word).then(|| (probe.to_owned(), word.to_owned()))
}

/// What a status says of a probe.
fn word_of<'v>(status: &'v Value, probe: &str) -> &'v Value {
    let items = status["items"].as_array().unwrap();
    items.iter().flat_map(|it| it["probes"].as_array().unwrap()).find(|it| it["id"] == probe).unwrap()
}

#[test]
fn a_killed_run_keeps_what_it_told_and_lets_the_next_one_in() {
    let good = vendors(1, |_| {});
    let server = serve(move |asked| {
        // A vendor that takes its time: there are several moments at which to kill.
        std::thread::sleep(Duration::from_millis(60));
        good(asked)
    });
    for told_before in [0, 1, 2, 4, 6] {
        let home = home_of(&server, |system| format!("invented-{system}"));
        take_on(&home);
        let mut child = home.command(&["probe", "acme"]).stdout(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut told = Vec::new();
        // The first line says that the run began.
        assert!(lines.next().unwrap().contains("asking"));
        while told.len() < told_before {
            told.extend(decided(&lines.next().expect("more to come")));
        }
        child.kill().unwrap();
        told.extend(lines.filter_map(|line| decided(&line)));
        child.wait().unwrap();
        assert!(home.must(&["db", "check"]).out.contains("sound"));
        let status = home.json(&["status", "acme", "--json"]);
        for (probe, word) in &told {
            let known = word_of(&status, probe);
            assert_eq!(known["outcome"], word.as_str(), "{probe} was told and is not there: {known}");
            assert!(word != "undecided" || known["gap"]["kind"].is_string(), "{known}");
        }
        let again = home.run(&["probe", "acme", "--json"]);
        assert_eq!(again.code, Some(3), "after {told_before}: {again:?}");
        assert_eq!(again.json()["how"], "finished");
    }
}

#[test]
fn a_run_that_is_open_keeps_others_out_until_it_ends() {
    let server = serve(|_| Reply::Nothing);
    let home = home_of(&server, |system| format!("invented-{system}"));
    take_on(&home);
    let mut first = home.command(&["probe", "acme", "--only", "openrouter"]).spawn().unwrap();
    let mut lines = BufReader::new(first.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.next().unwrap().contains("asking"));
    home.run(&["probe", "acme", "--only", "openai"]).refused(1, &["open since", "next:"]);
    // People may go on speaking meanwhile.
    home.must(&["item", "note", "acme", "SPD-01", "waiting"]);
    first.kill().unwrap();
    first.wait().unwrap();
    let told: Told = home.run(&["probe", "acme", "--only", "scan", "--json"]);
    assert!(matches!(told.code, Some(3 | 5)), "{told:?}");
}
