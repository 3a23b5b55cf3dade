//! `rescue app list` on several apps: orders, questions, and what is said of an app of which nobody knows.

use crate::program::Home;
use serde_json::Value;

fn home() -> Home {
    let home = Home::new();
    for (name, start) in [("acme", "2026-11-02"), ("shop", "2026-10-05"), ("attic", "2026-01-05")] {
        home.must(&["app", "add", name, "--start", start]);
    }
    home.must(&["item", "done", "acme", "DOC-02", "--proof", "drawn"]);
    home.must(&["item", "start", "shop", "DOC-02"]);
    home.must(&["app", "archive", "attic"]);
    home
}

fn names(rows: &Value) -> String {
    rows.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

fn asked(home: &Home, arguments: &[&str]) -> (String, String) {
    let document = home.json(&[&["app", "list", "--json"], arguments].concat());
    let unknown = if document["unknown"].is_null() { String::new() } else { names(&document["unknown"]) };
    (names(&document["apps"]), unknown)
}

#[test]
fn a_question_is_answered_with_three_values() {
    let home = home();
    let of = |question: &str| asked(&home, &["--where", question]);
    let is = |yes: &str, unknown: &str| (yes.to_owned(), unknown.to_owned());
    assert_eq!(of("DOC-02:done"), is("acme", "shop"));
    assert_eq!(of("not DOC-02:done"), is("", "shop"), "not known is not no");
    assert_eq!(of("DOC-02:doing"), is("shop", ""), "what somebody works on is known");
    assert_eq!(of("item:DOC-02 truth:open work:doing"), is("shop", ""));
    assert_eq!(of("supabase.backup-age:fail"), is("", "acme shop"));
    assert_eq!(of("never shop"), is("shop", ""));
    assert_eq!(of("archived"), is("attic", ""));
    assert_eq!(of("archived DOC-02:done"), is("", "attic"));
    let document = home.json(&["app", "list", "--where", "DOC-02:done", "--json"]);
    assert_eq!(document["counts"], serde_json::json!({ "asked": 2, "do": 1, "unseen": 1 }));
    assert_eq!(document["unknown"][0]["says"], "could not be seen (not configured)");
    assert_eq!(document["where"], serde_json::json!(["DOC-02 done"]));
    let told = home.must(&["app", "list", "--where", "DOC-02:done"]).out;
    let lines: Vec<&str> = told.lines().collect();
    assert!(lines[0].starts_with("acme ") && lines[1].starts_with("? shop "), "{told}");
    assert_eq!(lines[2], "1 of 2 apps do, 1 could not be seen");
}

#[test]
fn apps_are_listed_in_an_order_and_flags_are_questions() {
    let home = home();
    let of = |arguments: &[&str]| asked(&home, arguments).0;
    assert_eq!(of(&[]), "acme shop");
    assert_eq!(of(&["--archived"]), "acme attic shop");
    assert_eq!(of(&["--archived", "--sort", "week", "--where", "not lost"]), "acme shop attic");
    assert_eq!(of(&["--due"]), "", "nothing is connected: nothing can be asked");
    home.must(&["app", "edit", "shop", "--github", "acme/shop"]);
    assert_eq!(of(&["--due"]), "shop", "never run is due");
    assert_eq!((of(&["--lost"]), of(&["--due", "--where", "shop"])), (String::new(), "shop".to_owned()));
    let plain = home.json(&["app", "list", "--json"]);
    assert!(plain["where"].is_null() && plain["counts"].is_null(), "nothing was asked");
    for field in ["week", "weeks", "headline", "last_run", "due", "drifted", "unseen", "failing", "open_gates", "archived"] {
        assert!(plain["apps"][0].get(field).is_some(), "{field}");
    }
}

#[test]
fn what_cannot_be_read_is_not_called_never_probed() {
    let home = home();
    let raw = rusqlite::Connection::open(home.database()).unwrap();
    assert_eq!(raw.execute("UPDATE checklist SET body = 'from = \"a version to come\"'", []).unwrap(), 1);
    drop(raw);
    let told = home.must(&["app", "list"]).out;
    assert!(told.lines().all(|line| line.contains("cannot be read") && line.contains("NO — ")), "{told}");
    assert!(!told.contains("never probed"), "{told}");
    let document = home.json(&["app", "list", "--json"]);
    assert!(document["apps"].as_array().unwrap().iter().all(|row| row["unreadable"] == true), "{document}");
}

#[test]
fn a_mistake_is_told_with_its_place_and_what_would_be_right() {
    let home = home();
    let refused = |question: &str, words: &[&str]| home.run(&["app", "list", "--where", question]).refused(2, words);
    refused("due DOC-02:dome", &["no truth is called `dome`", "character 5", "`DOC-02:dome`", "done"]);
    refused("DOC-20:done", &["no checklist here has an item `DOC-20`", "DOC-02"]);
    refused("supabase.backup:fail", &["there is no probe", "supabase.backup-age"]);
    refused("DOC-02", &["say what of DOC-02", "DOC-02:failing"]);
    home.run(&["app", "list", "--sort", "size"]).refused(2, &["last-run"]);
}
