//! What people say of items and findings, through the real program.

use super::{has, moments_are_utc};
use crate::program::{Home, checkout, item};
use chrono::TimeDelta;
use rescue::clock::{Clock as _, SystemClock};
use serde_json::Value;

pub fn days_from_now(days: i64) -> String {
    (SystemClock.now() + TimeDelta::days(days)).date_naive().to_string()
}

fn of(home: &Home, id: &str) -> Value {
    let document = home.json(&["item", "show", "acme", id, "--json"]);
    moments_are_utc(&document);
    has(&document, &["id", "truth", "work", "why", "founder", "founder_done", "founder_ask", "founder_minutes", "how", "probes"]);
    document
}

#[test]
fn an_item_goes_through_every_word_that_a_person_has() {
    let home = Home::with_app("acme");
    let say = |arguments: &[&str]| {
        let mut all = vec!["item"];
        all.extend(arguments);
        home.must(&all)
    };
    say(&["start", "acme", "BAK-05"]);
    assert_eq!(of(&home, "BAK-05")["work"]["is"], "doing", "{}", of(&home, "BAK-05")["work"]);
    say(&["block", "acme", "bak-05", "--on", "Ana", "--for", "a runbook", "--until", &days_from_now(9)]);
    let work = of(&home, "BAK-05")["work"].clone();
    assert_eq!((&work["is"], &work["on"], &work["waits_for"]), (&"blocked".into(), &"Ana".into(), &"a runbook".into()));
    say(&["unblock", "acme", "BAK-05"]);
    assert_eq!(of(&home, "BAK-05")["work"]["is"], "todo");
    say(&["plan", "acme", "BAK-05", "--week", "4"]);
    assert_eq!(of(&home, "BAK-05")["work"]["week"], 4);
    say(&["note", "acme", "BAK-05", "the client has half of it"]);
    assert!(home.must(&["item", "show", "acme", "BAK-05"]).out.contains("the client has half of it"));
    let done = say(&["done", "acme", "BAK-05", "--proof", "https://example.com/runbook", "--founder", "You can get it back"]);
    assert!(done.out.contains("BAK-05"), "{done:?}");
    assert_eq!(of(&home, "BAK-05")["truth"], "attested");
    say(&["reopen", "acme", "BAK-05", "--reason", "it is last year's"]);
    assert_eq!(of(&home, "BAK-05")["truth"], "stale", "it was done once");
    say(&["waive", "acme", "BAK-05", "--reason", "not before launch", "--until", &days_from_now(20)]);
    assert_eq!(of(&home, "BAK-05")["truth"], "waived");
    say(&["na", "acme", "RLS-06", "--reason", "no Firebase here"]);
    assert_eq!(of(&home, "RLS-06")["truth"], "not_applicable");
    assert!(home.must(&["undo", "acme"]).out.contains("took back"));
    assert_eq!(of(&home, "RLS-06")["truth"], "open");
    home.must(&["undo", "acme"]);
    assert_eq!(of(&home, "BAK-05")["truth"], "stale");
    assert!(home.must(&["undo", "acme", "--redo"]).out.contains("gave back"));
    assert_eq!(of(&home, "BAK-05")["truth"], "waived");
    home.must(&["undo", "acme", "--redo"]);
    home.run(&["undo", "acme", "--redo"]).refused(2, &["no undo"]);
    assert_eq!(of(&home, "RLS-06")["truth"], "not_applicable");
}

#[test]
fn what_is_missing_is_asked_for() {
    let home = Home::with_app("acme");
    let (soon, far) = (days_from_now(20), days_from_now(500));
    for (arguments, words) in [
        (&["done", "acme", "BAK-05"][..], &["--proof"][..]),
        (&["done", "acme", "BAK-05", "--proof", "  "], &["proof"]),
        (&["waive", "acme", "BAK-04", "--reason", "later", "--until", &soon], &["gate", "--by", "--proof"]),
        (&["waive", "acme", "BAK-04", "--reason", "later", "--until", &soon, "--by", "Ana"], &["gate", "--proof"]),
        (&["waive", "acme", "BAK-05", "--reason", "later", "--until", "2020-01-01"], &["past"]),
        (&["waive", "acme", "BAK-05", "--reason", "later", "--until", &far], &["year"]),
        (&["waive", "acme", "BAK-05", "--reason", "later", "--until", "soon"], &["--until"]),
        (&["plan", "acme", "BAK-05", "--week", "9"], &["week 9", "1 to 6"]),
        (&["plan", "acme", "BAK-05", "--week", "0"], &["--week"]),
        (&["reopen", "acme", "BAK-05", "--reason", "it"], &["no judgement", "next:"]),
        (&["start", "acme", "XXX-99"], &["XXX-99"]),
        (&["start", "acme", "../etc"], &["item"]),
        (&["block", "acme", "BAK-05", "--on", "Ana"], &["--for"]),
    ] {
        let mut all = vec!["item"];
        all.extend(arguments);
        home.run(&all).refused(2, words);
    }
    home.run(&["undo", "acme"]).refused(2, &["nothing"]);
    home.must(&[
        "item",
        "waive",
        "acme",
        "BAK-04",
        "--reason",
        "later",
        "--until",
        &soon,
        "--by",
        "Ana",
        "--proof",
        "mail of today",
    ]);
    assert_eq!(of(&home, "BAK-04")["truth"], "waived");
}

#[test]
fn a_finding_is_accepted_and_opened_again() {
    let home = Home::new();
    let tree = home.beside("tree");
    checkout(&tree, &[("a.ts", &format!("const a = \"{}\"\n", crate::canary::stripe_key()))]);
    home.must(&["app", "add", "acme", "--repo", tree.to_str().unwrap()]);
    assert_eq!(home.run(&["probe", "acme", "--only", "scan"]).code, Some(3));
    let list = home.json(&["finding", "list", "acme", "--json"]);
    let id = list["findings"][0]["id"].as_str().unwrap().to_owned();
    let until = days_from_now(20);
    let accept = ["finding", "accept", "acme", &id, "--reason", "a test key", "--until", &until];
    // SEC-01 is a gate, so a client has to say it.
    home.run(&accept).refused(2, &["--by"]);
    let mut full = accept.to_vec();
    full.extend(["--by", "Ana", "--proof", "mail of today"]);
    home.must(&full);
    let list = home.json(&["finding", "list", "acme", "--json"]);
    assert_eq!(list["findings"][0]["state"], "accepted");
    let status = home.run(&["status", "acme", "--json"]);
    assert_eq!((status.code, &item(&status.json(), "SEC-01")["truth"]), (Some(5), &"waived".into()));
    home.must(&["finding", "reopen", "acme", &id[..id.len() - 1], "--reason", "it is live"]);
    assert_eq!(home.run(&["status", "acme"]).code, Some(3));
    home.run(&["finding", "reopen", "acme", &id, "--reason", "again"]).refused(2, &["neither accepted"]);
    home.run(&["finding", "accept", "acme", "nothing-like-it", "--reason", "x", "--until", &until])
        .refused(2, &["rescue finding list"]);
}

#[test]
fn a_leaked_secret_stays_open_until_somebody_says_when_it_was_rotated() {
    let home = Home::with_app("acme");
    let (tree, key) = (home.beside("tree"), crate::canary::stripe_key());
    checkout(&tree, &[("lib/pay.ts", &format!("export const key = \"{key}\"\n"))]);
    checkout(&tree, &[("lib/pay.ts", "export const key = process.env.KEY\n"), (".env.example", "KEY=\n")]);
    home.must(&["app", "edit", "acme", "--repo", tree.to_str().unwrap()]);
    let probe = || drop(home.run(&["probe", "acme", "--only", "scan"]));
    probe();
    let found = || {
        let all = home.json(&["finding", "list", "acme", "--json"]);
        let one = all["findings"].as_array().unwrap().iter().find(|it| it["probe"] == "scan.history").cloned();
        one.unwrap_or_else(|| panic!("{all}"))
    };
    let it = found();
    assert_eq!((&it["state"], &it["exposed"]["where"], &it["item"]), (&"open".into(), &"history".into(), &"SEC-02".into()));
    assert_eq!(of(&home, "SEC-01")["truth"], "verified", "no file of today has it");
    assert_eq!(of(&home, "SEC-02")["truth"], "failing");
    let id = it["id"].as_str().unwrap().to_owned();
    let rotated = |on: &str| home.run(&["finding", "rotated", "acme", &id, "--on", on, "--proof", "the old one is refused"]);
    rotated(&days_from_now(1)).refused(2, &["has not come yet"]);
    rotated(&days_from_now(-1)).refused(2, &["it had not leaked yet"]);
    home.run(&["finding", "rotated", "acme", &id, "--on", &days_from_now(0), "--proof", " "]).refused(2, &["a proof"]);
    let told = rotated(&days_from_now(0));
    assert!(told.code == Some(0) && told.err.contains("1 of 1 rotated, on"), "{told:?}");
    assert_eq!(found()["state"], "rotated");
    assert_eq!(found()["rotation"]["on"], days_from_now(0));
    assert_ne!(of(&home, "SEC-02")["truth"], "verified", "no machine saw it refused");
    probe();
    assert_eq!(found()["state"], "rotated", "found again, and still rotated");
    assert!(home.must(&["finding", "list", "acme"]).out.contains("only in history · leaked"));
    home.must(&["finding", "reopen", "acme", &id, "--reason", "the wrong key was replaced"]);
    assert_eq!((found()["state"].clone(), of(&home, "SEC-02")["truth"].clone()), ("open".into(), "failing".into()));
    home.must(&["undo", "acme"]);
    assert_eq!(found()["state"], "rotated");
}
