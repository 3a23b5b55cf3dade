//! Apps, checklists and the database through the real program: from taking on to erasing, and to another machine.

use super::{has, looked, moments_are_utc};
use crate::program::{Home, item};
use serde_json::Value;
use std::fs;

#[test]
fn an_app_from_taking_on_to_closing() {
    let home = Home::new();
    assert_eq!(home.json(&["app", "list", "--json"])["apps"], serde_json::json!([]));
    home.must(&[
        "app",
        "add",
        "acme",
        "--title",
        "Acme Shop",
        "--github",
        "acme/shop",
        "--supabase",
        "abcdefghijklmnopqrst",
        "--vercel",
        "acme/shop",
        "--url",
        "https://shop.example.com",
        "--provider",
        "openai,anthropic",
        "--start",
        "2026-11-02",
        "--live-since",
        "2026-09-01",
        "--weeks",
        "8",
        "--person",
        "client:Ana:ana@example.com",
    ]);
    home.must(&["app", "edit", "acme", "--ceiling", "openai=200", "--limit", "BAK-01=24h", "--stack", "uses.payments=yes"]);
    let shown = home.json(&["app", "show", "acme", "--json"]);
    assert_eq!((&shown["title"], &shown["github"], &shown["weeks"]), (&"Acme Shop".into(), &"acme/shop".into(), &8.into()));
    assert_eq!((&shown["ceilings"]["openai"], &shown["limits"]["BAK-01"]), (&200.into(), &86_400.into()));
    home.must(&["app", "edit", "acme", "--clear", "ceiling=openai"]);
    assert_eq!(home.json(&["app", "show", "acme", "--json"])["ceilings"].get("openai"), None);
    let list = home.json(&["app", "list", "--json"]);
    moments_are_utc(&list);
    has(&list["apps"][0], &["name", "title", "week", "headline", "last_run", "due"]);
    assert_eq!(list["apps"][0]["due"], true, "it was never looked at");
    assert!(home.must(&["app", "list"]).out.contains("never probed"));
    home.must(&[
        "app",
        "authorise",
        "acme",
        "--consent",
        "outside-in",
        "--by",
        "Ana",
        "--host",
        "shop.example.com",
        "--until",
        "2099-01-01",
    ]);
    home.must(&["app", "archive", "acme"]);
    assert_eq!(home.json(&["app", "list", "--json"])["apps"], serde_json::json!([]));
    assert_eq!(home.json(&["app", "list", "--archived", "--json"])["apps"][0]["name"], "acme");
    home.must(&["app", "archive", "acme", "--back"]);
    home.must(&["app", "close", "acme", "--force", "--reason", "handed over"]);
    let next = home.json(&["next", "acme", "--json"]);
    for it in next["items"].as_array().unwrap() {
        has(it, &["id", "why", "effort", "after"]);
    }
    assert!(home.must(&["next", "acme"]).out.contains(" · "));
    home.run(&["app", "remove", "acme"]).refused(2, &["--confirm acme"]);
    home.run(&["app", "remove", "acme", "--confirm", "acm"]).refused(2, &["--confirm"]);
    home.must(&["app", "remove", "acme", "--confirm", "acme"]);
    home.run(&["app", "show", "acme"]).refused(2, &["acme"]);
}

/// A status without the moment at which it was asked for.
fn timeless(home: &Home, app: &str) -> Value {
    let mut status = home.json(&["status", app, "--json"]);
    status.as_object_mut().unwrap().remove("at");
    status
}

#[test]
fn an_exported_app_is_the_same_elsewhere() {
    let home = looked();
    // No workflow, no runbook, no test: what a repository lacks is seen without any credential.
    assert_eq!(home.run(&["probe", "mine"]).code, Some(3));
    home.must(&["item", "done", "mine", "OBS-04", "--proof", "https://example.com/runbook"]);
    home.must(&["item", "note", "mine", "SEC-01", "looked twice"]);
    home.must(&["undo", "mine"]);
    let file = home.beside("mine.json");
    let path = file.to_str().unwrap();
    let before = timeless(&home, "mine");
    home.must(&["app", "export", "mine", "--out", path]);
    home.run(&["app", "export", "mine", "--out", path]).refused(1, &["exists"]);
    assert!(home.must(&["app", "import", path]).out.contains("nothing new"));
    let stranger = Home::new();
    stranger.must(&["app", "add", "mine"]);
    stranger.run(&["app", "import", path]).refused(2, &["exists already", "--as NAME"]);
    stranger.must(&["app", "import", path, "--as", "theirs"]);
    let other = Home::new();
    other.must(&["app", "import", path]);
    assert_eq!(timeless(&other, "mine"), before);
    home.must(&["app", "remove", "mine", "--confirm", "mine"]);
    home.must(&["app", "import", path]);
    assert_eq!(timeless(&home, "mine"), before);
    assert_eq!(item(&before, "OBS-04")["truth"], "attested");
    for broken in ["", "{}", "[1,2", "{\"schema\":2}"] {
        fs::write(&file, broken).unwrap();
        other.run(&["app", "import", path]).refused(1, &["mine.json"]);
    }
}

#[test]
fn a_difference_is_told_since_a_day_a_run_or_the_run_before() {
    let home = looked();
    let lists = ["lost", "won", "new_findings", "gone_findings", "newly_unseen", "expired_waivers", "stale"];
    let none = home.json(&["diff", "mine", "--json"]);
    has(&none, &lists);
    home.run(&["probe", "mine"]);
    let second = home.json(&["probe", "mine", "--json"]);
    let run = second["run"].as_str().unwrap();
    for since in [None, Some("2026-01-01"), Some(run)] {
        let mut arguments = vec!["diff", "mine", "--json"];
        arguments.extend(since.iter().flat_map(|since| ["--since", since]));
        let document = home.json(&arguments);
        moments_are_utc(&document);
        has(&document, &lists);
    }
    for since in ["yesterday", "2999-01-01", "0193d6f2-0000-7000-8000-000000000000"] {
        home.run(&["diff", "mine", "--since", since]).refused(2, &["next:"]);
    }
}

#[test]
fn checklists_are_listed_shown_checked_and_adopted() {
    let home = Home::with_app("acme");
    let list = home.json(&["checklist", "list", "--json"]);
    assert_eq!(list["checklists"][0]["name"], "six-week");
    let shown = home.json(&["checklist", "show", "--json"]);
    assert!(shown["items"].as_array().unwrap().len() > 60);
    assert!(home.must(&["checklist", "show", "six-week"]).out.contains("SEC-01"));
    let own = "name = \"house\"\ntitle = \"House\"\nversion = \"1\"\nextends = \"six-week\"\n\n[[override]]\nid = \"BAK-05\"\ntitle = \"The runbook names the person on call\"\n";
    let folder = home.path().join("config").join("checklists");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("house.toml");
    fs::write(&file, own).unwrap();
    assert!(home.must(&["checklist", "check", file.to_str().unwrap()]).out.contains("good"));
    home.must(&["checklist", "adopt", "acme", "house"]);
    let status = home.json(&["status", "acme", "--json"]);
    assert_eq!(item(&status, "BAK-05")["title"], "The runbook names the person on call");
    fs::write(&file, own.replace("title = \"The runbook", "titel = \"The runbook")).unwrap();
    home.run(&["checklist", "check", file.to_str().unwrap()]).refused(1, &["house.toml:8", "BAK-05", "titel"]);
    // What was adopted stands, whatever becomes of the file.
    assert_eq!(home.json(&["status", "acme", "--json"])["items"], status["items"]);
    home.run(&["checklist", "adopt", "acme", "house"]).refused(2, &["house", "next:"]);
    home.run(&["checklist", "adopt", "acme", "nowhere"]).refused(2, &["nowhere", "six-week"]);
    home.run(&["checklist", "check", "/nowhere/at/all.toml"]).refused(1, &["/nowhere/at/all.toml"]);
}

#[test]
fn the_database_is_named_copied_and_checked() {
    let home = Home::with_app("acme");
    assert_eq!(home.must(&["db", "path"]).out.trim(), home.database().display().to_string());
    assert!(home.must(&["db", "check"]).out.contains("sound"));
    let copy = home.beside("copy.db");
    home.must(&["db", "backup", copy.to_str().unwrap()]);
    home.run(&["db", "backup", copy.to_str().unwrap()]).refused(2, &["exists already"]);
    let other = Home::new();
    fs::create_dir_all(other.path().join("data")).unwrap();
    fs::copy(&copy, other.database()).unwrap();
    assert_eq!(other.json(&["app", "list", "--json"])["apps"][0]["name"], "acme");
}

#[test]
fn where_credentials_come_from_is_told_without_asking_anybody() {
    let home = Home::with_app("acme").with("GITHUB_TOKEN", "invented-token-of-nobody");
    home.must(&["app", "edit", "acme", "--github", "acme/shop"]);
    let document = home.json(&["auth", "status", "--offline", "--json"]);
    let systems = document["apps"][0]["systems"].as_array().unwrap();
    let github = systems.iter().find(|it| it["system"] == "github").unwrap();
    assert!(github["source"].as_str().unwrap().contains("GITHUB_TOKEN"), "{github}");
    assert!(!document.to_string().contains("invented-token"));
    home.run(&["auth", "set", "github"]).refused(2, &["standard input"]);
}
