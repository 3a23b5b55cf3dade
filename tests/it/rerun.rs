//! `rescue probe --due` and `--all` as the program: what is due and why, one trouble among several apps, and what is said
//! when there is nothing to do.

use crate::program::{Home, checkout};
use crate::server::{Reply, home_of, serve, take_on, vendors};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

fn git(at: &Path, arguments: &[&str]) {
    let mut git = Command::new("git");
    git.args(["-c", "user.name=Tester", "-c", "user.email=tester@example.com"]).args(arguments).current_dir(at);
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", at);
    assert!(git.output().unwrap().status.success(), "{arguments:?}");
}

/// Apps with a checkout each, and nothing else.
fn with_trees(names: &[&str]) -> Home {
    let home = Home::new();
    for name in names {
        let tree = home.beside(name);
        checkout(&tree, &[("package.json", "{}\n"), ("src/index.ts", "export const one = 1\n")]);
        home.must(&["app", "add", name, "--repo", tree.to_str().unwrap()]);
    }
    home
}

fn apps(document: &Value) -> Vec<&str> {
    document["runs"].as_array().unwrap().iter().map(|it| it["app"].as_str().unwrap()).collect()
}

/// The reasons of an app, each once.
fn reasons(run: &Value) -> Vec<&str> {
    let mut reasons: Vec<&str> = run["due"].as_array().unwrap().iter().map(|it| it["because"].as_str().unwrap()).collect();
    reasons.sort_unstable();
    reasons.dedup();
    reasons
}

#[test]
fn what_is_due_is_asked_once_and_then_nothing_is_due() {
    let home = with_trees(&["shop", "acme"]);
    let told = home.run(&["probe", "--due", "--dry-run"]);
    assert_eq!(told.code, Some(0), "{told:?}");
    assert!(told.out.contains("acme: ") && told.out.contains("scan.tree: never looked at"), "{}", told.out);
    let dry = home.json(&["probe", "--due", "--dry-run", "--json"]);
    assert_eq!((apps(&dry), reasons(&dry["runs"][0])), (vec!["acme", "shop"], vec!["never_looked"]));
    let first = home.run(&["probe", "--due", "--json"]);
    let document = first.json();
    assert_eq!(apps(&document), ["acme", "shop"], "in the order of their names");
    for run in document["runs"].as_array().unwrap() {
        assert_eq!(reasons(run), ["never_looked"]);
        assert_eq!(run["how"], "finished");
        assert_eq!(run["outcomes"].as_array().unwrap().len(), run["due"].as_array().unwrap().len(), "what is due is asked");
    }
    assert!(document["next_due"].is_string(), "{}", document["next_due"]);
    let status = home.run(&["status", "--json"]);
    let second = home.run(&["probe", "--due"]);
    assert!(second.err.contains("nothing is due") && second.err.contains("next due: "), "{second:?}");
    assert_eq!((second.code, second.out.as_str()), (status.code, ""), "it exits as status does");
    let named = home.json(&["probe", "--due", "shop", "--json"]);
    assert_eq!(named["runs"], json!([]));
    let rows = home.json(&["app", "list", "--json"]);
    assert!(rows["apps"].as_array().unwrap().iter().all(|it| it["due"] == false), "{rows}");
}

#[test]
fn what_is_not_due_still_counts_in_the_exit_code() {
    let home = with_trees(&["acme", "shop"]);
    assert_eq!(home.run(&["probe", "acme"]).code, Some(3), "it fails");
    let told = home.run(&["probe", "--due", "--only", "scan.tree", "--json"]);
    assert_eq!((apps(&told.json()), told.code), (vec!["shop"], Some(3)), "{told:?}");
    assert_eq!(home.run(&["status", "shop"]).code, Some(5), "the app that was asked does not fail");
}

#[test]
fn a_commit_makes_due_what_reads_the_repository() {
    let home = with_trees(&["acme", "shop"]);
    home.run(&["probe", "--due"]);
    git(&home.beside("shop"), &["commit", "--quiet", "--allow-empty", "-m", "Another"]);
    let told = home.run(&["probe", "--due", "--json"]).json();
    assert_eq!(apps(&told), ["shop"]);
    assert_eq!(reasons(&told["runs"][0]), ["repository_changed"]);
    assert_eq!(told["runs"][0]["checks"][0]["saw"], "changed");
    assert_eq!(home.json(&["probe", "--due", "--json"])["runs"], json!([]), "that was seen");
}

#[test]
fn one_app_that_cannot_be_read_ends_no_other_and_shows_in_the_exit_code() {
    let home = with_trees(&["acme", "broken", "shop"]);
    let raw = rusqlite::Connection::open(home.database()).unwrap();
    let broken = "app = (SELECT number FROM app WHERE name = 'broken') AND kind = 'checklist_adopted'";
    assert_eq!(raw.execute(&format!("UPDATE fact SET body = '{{}}' WHERE {broken}"), []).unwrap(), 1);
    drop(raw);
    let told = home.run(&["probe", "--all", "--only", "scan.tree", "--json"]);
    assert_eq!(told.code, Some(1), "{told:?}");
    let document = told.json();
    assert_eq!(apps(&document), ["acme", "broken", "shop"]);
    assert!(document["runs"][1]["error"]["what"].as_str().unwrap().contains("cannot be read"), "{document}");
    for n in [0, 2] {
        assert_eq!(document["runs"][n]["outcomes"][0]["outcome"], "pass");
    }
    let lines = home.run(&["probe", "--all", "--only", "scan.tree"]);
    assert!(lines.err.contains("broken: 1 stored fact cannot be read"), "{}", lines.err);
    assert!(lines.out.find("acme:").unwrap() < lines.out.find("shop:").unwrap(), "{}", lines.out);
    home.run(&["probe", "broken"]).refused(1, &["cannot be read"]);
}

#[test]
fn a_credential_that_appears_makes_due_what_could_not_see_without_it() {
    let server = serve(vendors(2, |_| {}));
    let without = server.home(&crate::server::VENDORS.map(|(system, _)| system));
    take_on(&without);
    without.run(&["probe", "acme"]);
    let asked = server.asked().len();
    assert_eq!(without.json(&["probe", "--due", "--json"])["runs"], json!([]), "nothing new to try it with");
    assert_eq!(server.asked().len(), asked, "and nobody was asked");
    let with = without.with("OPENAI_ADMIN_KEY", "invented-openai");
    let is_due = || with.json(&["app", "list", "--json"])["apps"][0]["due"].clone();
    assert_eq!(is_due(), false, "a row looks into no keyring and no variable");
    with.run(&["auth", "status", "--offline"]);
    assert_eq!(is_due(), true, "whoever met it has said so");
    let told = with.json(&["probe", "--due", "--json"]);
    assert_eq!((apps(&told), reasons(&told["runs"][0])), (vec!["acme"], vec!["credential_appeared"]));
    assert_eq!(is_due(), false);
    let systems: Vec<&str> = told["runs"][0]["due"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["probe"].as_str().unwrap().split('.').next().unwrap())
        .collect();
    assert!(systems.iter().all(|it| *it == "openai"), "{systems:?}");
    assert!(server.asked()[asked..].iter().all(|it| it.system == "openai"));
}

#[test]
fn looking_whether_something_changed_is_one_conditional_request_and_one_that_fails_is_said() {
    let (down, newest) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(1)));
    let (is_down, sha) = (Arc::clone(&down), Arc::clone(&newest));
    let good = vendors(2, |_| {});
    let server = serve(move |asked| {
        if asked.system == "github" && asked.path.ends_with("/commits") {
            if is_down.load(Ordering::SeqCst) {
                return Reply::json(503, r#"{"message":"oops"}"#);
            }
            let tag = format!("\"{}\"", sha.load(Ordering::SeqCst));
            if asked.if_none_match.as_ref() == Some(&tag) {
                return Reply::json(304, "");
            }
            return Reply::json(200, &json!([{ "sha": format!("{:040}", sha.load(Ordering::SeqCst)) }]).to_string())
                .with("etag", &tag);
        }
        good(asked)
    });
    let home = home_of(&server, |system| format!("invented-{system}"));
    take_on(&home);
    home.run(&["probe", "--due"]);
    let before = server.asked().len();
    assert_eq!(home.json(&["probe", "--due", "--json"])["runs"], json!([]));
    let of_github: Vec<_> = server.asked()[before..].iter().filter(|it| it.system == "github").cloned().collect();
    assert_eq!(of_github.len(), 1, "{of_github:?}");
    assert!(of_github[0].if_none_match.is_some(), "a conditional one");
    newest.store(2, Ordering::SeqCst);
    let before = server.asked().len();
    let told = home.json(&["probe", "--due", "--json"]);
    assert_eq!((apps(&told), reasons(&told["runs"][0])), (vec!["acme"], vec!["repository_changed"]));
    // What the user's own git asks for a clone is not the door's.
    let asked = server.asked().split_off(before);
    let of_github = asked.iter().filter(|it| it.system == "github" && !it.path.contains(".git/")).count();
    assert_eq!(told["runs"][0]["requests"]["github"], of_github, "looking whether it changed is counted with the rest");
    down.store(true, Ordering::SeqCst);
    let told = home.run(&["probe", "--due"]);
    assert!(told.err.contains("not whether the repository changed"), "{}", told.err);
    assert!(told.err.contains("nothing is due"), "{}", told.err);
}

#[test]
fn each_of_several_apps_is_asked_and_told_in_order_however_they_end() {
    let names: Vec<String> = (0..9).map(|n| format!("app-{n}")).collect();
    let home = with_trees(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let told = home.run(&["probe", "--all", "--only", "scan"]);
    let at: Vec<usize> = names.iter().map(|name| told.out.find(&format!("{name}: Ready")).unwrap()).collect();
    assert!(at.is_sorted(), "{}", told.out);
    assert_eq!(told.err.matches("] app-").count(), 9, "{}", told.err);
    assert!(told.err.contains("[9/9]"), "{}", told.err);
    home.run(&["probe", "--all", "--only", "vercel.staging", "app-1"]).refused(2, &["--all"]);
    home.run(&["probe", "--due", "--all"]).refused(2, &["--all"]);
}
