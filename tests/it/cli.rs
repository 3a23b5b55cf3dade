//! Every command of the real program: exit codes, the documents' keys, what goes to which stream.

mod asking;
mod carrying;
mod discover;
mod journeys;
mod look;
pub mod people;
mod portfolio;
mod scan;

use crate::program::{Home, Told, checkout, item};
use regex::Regex;
use rstest::rstest;
use serde_json::Value;
use std::process::Stdio;

/// Every moment in a document that has a moment's name is RFC 3339 in UTC.
#[track_caller]
fn moments_are_utc(document: &Value) {
    const NAMES: [&str; 8] = ["at", "since", "fresh_until", "until", "last_run", "first_seen", "last_seen", "started"];
    let moment = Regex::new(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$").unwrap();
    match document {
        Value::Array(all) => all.iter().for_each(moments_are_utc),
        Value::Object(fields) => {
            for (name, value) in fields {
                if let (true, Some(text)) = (NAMES.contains(&name.as_str()), value.as_str()) {
                    assert!(moment.is_match(text) || text.len() == 10, "{name}: {text}");
                }
                moments_are_utc(value);
            }
        }
        _ => {}
    }
}

#[track_caller]
fn has(document: &Value, keys: &[&str]) {
    for key in keys {
        assert!(document.get(key).is_some(), "no `{key}` in {document}");
    }
}

/// A home with an app whose checkout is clean.
fn looked() -> Home {
    let home = Home::new();
    let tree = home.beside("tree");
    checkout(&tree, &[("package.json", "{}\n"), ("src/index.ts", "export const one = 1\n")]);
    home.must(&["app", "add", "mine", "--repo", tree.to_str().unwrap()]);
    home
}

#[test]
fn an_app_without_any_credential_is_looked_at_as_far_as_can_be() {
    let home = looked();
    let told = home.run(&["probe", "mine", "--json"]);
    // No workflow, no test, no runbook: what the repository lacks fails without any credential.
    assert_eq!(told.code, Some(3), "{}", told.err);
    let document = told.json();
    moments_are_utc(&document);
    has(&document, &["app", "run", "requests", "outcomes"]);
    let outcomes = document["outcomes"].as_array().unwrap();
    assert_eq!(outcomes.len(), rescue::probes::all().count());
    for it in outcomes {
        has(it, &["probe", "items", "outcome", "gap", "says", "findings", "notes", "ms"]);
        // What the checkout itself shows needs nobody's permission.
        match it["probe"].as_str().unwrap() {
            "scan.tree" | "scan.history" | "repo.env-files" | "repo.service-role" => assert_eq!(it["outcome"], "pass", "{it}"),
            "scan.exposure-window" | "repo.edge-functions" | "repo.migrations" => {
                assert_eq!(it["outcome"], "not_applicable", "{it}");
            }
            "repo.ci-steps" | "repo.critical-tests" | "repo.runbooks" => assert_eq!(it["outcome"], "fail", "{it}"),
            probe if probe.starts_with("repo.") => assert_ne!(it["gap"]["kind"], "not_configured", "{it}"),
            _ => {
                assert_eq!(it["outcome"], "undecided", "{it}");
                has(&it["gap"], &["kind", "system", "needs", "until", "says"]);
                assert_eq!(it["gap"]["kind"], "not_configured");
                assert!(it["gap"]["needs"].as_str().is_some_and(|step| !step.is_empty()), "no step: {it}");
            }
        }
    }
    let status = home.run(&["status", "mine", "--json"]);
    assert_eq!(status.code, Some(3));
    let status = status.json();
    moments_are_utc(&status);
    has(&status, &["app", "week", "headline", "counts", "unseen", "items"]);
    for it in status["items"].as_array().unwrap() {
        has(it, &["id", "phase", "title", "truth", "work", "decides", "by", "since", "fresh_until", "probes"]);
        assert_ne!(it["truth"], "not_applicable", "nobody looked: {it}");
        for probe in it["probes"].as_array().unwrap() {
            has(probe, &["id", "kind", "outcome", "gap", "says"]);
        }
    }
    assert_eq!(item(&status, "SEC-01")["truth"], "verified");
}

#[test]
fn a_key_in_the_tree_fails_its_item_and_is_shown_masked_only() {
    let home = Home::new();
    let tree = home.beside("tree");
    let key = crate::canary::stripe_key();
    checkout(&tree, &[("lib/pay.ts", &format!("export const key = \"{key}\"\n"))]);
    home.must(&["app", "add", "mine", "--repo", tree.to_str().unwrap()]);
    let told = home.run(&["probe", "mine", "--only", "scan.tree"]);
    assert_eq!(told.code, Some(3), "{told:?}");
    let list = home.json(&["finding", "list", "mine", "--json"]);
    moments_are_utc(&list);
    let found = &list["findings"][0];
    has(found, &["id", "probe", "item", "says", "place", "severity", "state", "first_seen"]);
    assert!(found["place"].to_string().contains("lib/pay.ts"), "{found}");
    let end = &key[key.len() - 4..];
    assert!(found.to_string().contains(end) && !found.to_string().contains(&key), "{found}");
    assert_eq!(found["state"], "open");
}

#[test]
fn results_go_to_one_stream_and_progress_to_the_other() {
    let home = looked();
    let told = home.run(&["probe", "mine"]);
    assert!(told.err.contains("scan.tree: pass") && !told.out.contains("scan.tree: pass"), "{told:?}");
    let told = home.run(&["probe", "mine", "--plain"]);
    assert!(told.err.contains("scan.tree: pass") && told.out.contains("Ready to go live?"), "{told:?}");
    let told = home.run(&["status", "mine", "--plain"]);
    assert!(told.out.contains("SEC-01") && told.err.is_empty(), "{told:?}");
}

#[rstest]
#[case::colour(&[])]
#[case::no_colour(&[("NO_COLOR", "1")])]
#[case::wanted(&[("CLICOLOR_FORCE", "1"), ("TERM", "xterm-256color")])]
fn nothing_that_is_no_terminal_gets_an_escape(#[case] variables: &[(&str, &str)]) {
    let home = looked();
    for arguments in [
        &["probe", "mine"][..],
        &["status"],
        &["item", "show", "mine", "SEC-01"],
        &["--help"],
        &["status", "nobody"],
        &["frobnicate"],
    ] {
        let told = Told::of(&home.command(arguments).envs(variables.iter().copied()).output().unwrap());
        assert!(!told.out.contains('\u{1b}') && !told.err.contains('\u{1b}'), "{arguments:?}: {told:?}");
        assert!(!told.out.is_empty() || !told.err.is_empty());
    }
}

#[test]
fn a_reader_that_goes_away_ends_the_command_quietly() {
    let home = looked();
    for arguments in [&["status", "mine", "--json"][..], &["checklist", "show", "--json"], &["man"]] {
        let mut child = home.command(arguments).stdout(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let told = Told::of(&child.wait_with_output().unwrap());
        assert!(matches!(told.code, Some(0 | 5)), "{arguments:?}: {told:?}");
        assert_eq!(told.err, "", "{arguments:?}");
    }
}

#[test]
fn a_dry_run_asks_nobody_and_says_how_much_would_be_asked() {
    let server = crate::server::serve(|_| crate::server::Reply::json(200, "{}"));
    let home = server.home(&["github"]).with("GITHUB_TOKEN", "invented");
    home.must(&["app", "add", "mine", "--github", "acme/shop"]);
    let told = home.run(&["probe", "mine", "--dry-run", "--json"]);
    assert_eq!(told.code, Some(0), "{told:?}");
    let document = told.json();
    assert!(document["requests"]["github"].as_u64().unwrap() > 0, "{document}");
    assert!(home.must(&["probe", "mine", "--dry-run"]).out.contains("GitHub: at most"));
    assert_eq!(server.asked().len(), 0, "{:?}", server.asked());
    assert_eq!(home.json(&["status", "mine", "--json"])["last_run"], Value::Null);
}

#[test]
fn only_all_and_due_choose_what_is_asked() {
    let home = looked();
    let tree = home.beside("other");
    checkout(&tree, &[("package.json", "{}\n")]);
    home.must(&["app", "add", "other", "--repo", tree.to_str().unwrap()]);
    home.must(&["app", "add", "bare"]);
    let names = |document: &Value| -> Vec<String> {
        document["outcomes"].as_array().unwrap().iter().map(|it| it["probe"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&home.json(&["probe", "mine", "--only", "scan.tree", "--json"])), ["scan.tree"]);
    assert_eq!(
        names(&home.json(&["probe", "mine", "--only", "BAK-01", "--json"])),
        ["github.backup-workflow", "supabase.backup-age"]
    );
    let github = names(&home.json(&["probe", "mine", "--only", "github", "--json"]));
    assert!(github.len() == 17 && github.iter().all(|it| it.starts_with("github.")), "{github:?}");
    home.run(&["probe", "mine", "--only", "no.such-probe"]).refused(2, &["no probe, item or system"]);
    let due = home.json(&["probe", "--due", "--json"]);
    let all = home.json(&["probe", "--all", "--json"]);
    let apps = |document: &Value| -> Vec<String> {
        document["runs"].as_array().unwrap().iter().map(|it| it["app"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(apps(&all), ["bare", "mine", "other"]);
    assert_eq!(apps(&due), ["mine", "other"], "of what is not connected nothing can be due");
    assert_eq!(home.json(&["probe", "--due", "--json"])["runs"], serde_json::json!([]), "all were just looked at");
    home.run(&["probe"]).refused(2, &["NAME"]);
    home.run(&["probe", "--all", "mine"]).refused(2, &["--all"]);
}

#[test]
fn the_demo_without_a_terminal_tells_three_weeks() {
    let told = Home::new().run(&["demo", "--headless", "--json"]);
    assert_eq!(told.code, Some(4), "an item drifts in week three: {}", told.err);
    let document = told.json();
    moments_are_utc(&document);
    let weeks = document["weeks"].as_array().unwrap();
    assert_eq!(weeks.len(), 3);
    let truth = |week: usize, id: &str| item(&weeks[week]["status"], id)["truth"].as_str().unwrap().to_owned();
    assert_eq!([truth(0, "BAK-01"), truth(1, "BAK-01"), truth(2, "BAK-01")], ["verified", "verified", "drifted"]);
    assert_eq!([truth(0, "SEC-01"), truth(1, "SEC-01")], ["failing", "verified"]);
    assert!(told.err.contains("week 3 of 3"), "{}", told.err);
    for week in weeks {
        let rows = week["next"]["items"].as_array().unwrap();
        assert!((1..=7).contains(&rows.len()), "{rows:?}");
    }
}

#[rstest]
#[case("bash", "complete")]
#[case("zsh", "#compdef rescue")]
#[case("fish", "complete -c rescue")]
#[case("powershell", "Register-ArgumentCompleter")]
fn completions_name_the_commands(#[case] shell: &str, #[case] mark: &str) {
    let script = Home::new().must(&["completions", shell]).out;
    for word in [mark, "waive", "headless"] {
        assert!(script.contains(word), "{shell} has no {word}");
    }
}

#[test]
fn the_manual_page_and_help_need_no_home() {
    let home = Home::new().with("RESCUE_HOME", "/dev/null/nowhere");
    let page = home.must(&["man"]).out;
    assert!(page.contains(".TH rescue") && page.contains("checklist"), "{page}");
    for arguments in [&["--help"][..], &["--version"], &["app", "add", "--help"]] {
        let told = home.must(arguments);
        assert!(told.out.contains("rescue") && told.err.is_empty(), "{told:?}");
    }
}
