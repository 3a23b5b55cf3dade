//! Work orders and proofs through the real program: each order leads to a fix in a repository or database that the test made,
//! and the proof turns what it can; and what is refused, in the same words everywhere.

#[cfg(unix)]
mod database;
mod keys;

use crate::program::{Home, Told, checkout, item};
use crate::server::{Server, home_of, serve, take_on, vendors};
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

fn git(at: &Path, arguments: &[&str]) {
    let mut git = Command::new("git");
    git.args(["-c", "user.name=Tester", "-c", "user.email=tester@example.com"]).args(arguments).current_dir(at);
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", at);
    let done = git.output().unwrap();
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// The app `acme` with a checkout of these files, looked at for these items.
fn with_files(files: &[(&str, &str)], items: &str) -> Home {
    let home = Home::new();
    let tree = home.beside("shop");
    checkout(&tree, files);
    home.must(&["app", "add", "acme", "--repo", tree.to_str().unwrap()]);
    home.run(&["probe", "acme", "--only", items]);
    home
}

/// The one item of a proof.
#[track_caller]
fn proven<'v>(document: &'v Value, id: &str) -> &'v Value {
    let found = document["items"].as_array().unwrap().iter().find(|it| it["item"] == id);
    found.unwrap_or_else(|| panic!("no {id} in {document}"))
}

/// A probe of such an item.
#[track_caller]
fn of_probe<'v>(item: &'v Value, id: &str) -> &'v Value {
    let found = item["probes"].as_array().unwrap().iter().find(|it| it["probe"] == id);
    found.unwrap_or_else(|| panic!("no {id} in {item}"))
}

fn count(list: &Value) -> usize {
    list.as_array().unwrap().len()
}

/// It says each of these.
#[track_caller]
fn says(told: &Told, words: &[&str]) {
    // Wherever lines are broken.
    let text = told.out.split_whitespace().collect::<Vec<_>>().join(" ");
    for word in words {
        assert!(text.contains(word), "no {word:?} in\n{}", told.out);
    }
}

/// The vendors as the demo has them, in the week that the test is at.
fn story() -> (Server, Arc<AtomicU8>) {
    let week = Arc::new(AtomicU8::new(1));
    let (first, second) = (vendors(1, |_| {}), vendors(2, |_| {}));
    let at = Arc::clone(&week);
    (serve(move |asked| if at.load(Ordering::SeqCst) == 1 { first(asked) } else { second(asked) }), week)
}

#[test]
fn an_unprotected_main_branch_is_closed_and_the_proof_turns_the_item() {
    let (server, week) = story();
    let home = home_of(&server, |system| format!("token-of-{system}"));
    take_on(&home);
    home.run(&["probe", "acme", "--only", "CI-01"]);
    let order = home.must(&["fix", "acme", "CI-01"]);
    says(
        &order,
        &[
            "CI-01",
            "main",
            "What must not break",
            "one that never runs blocks every merge",
            "Done when",
            "github.branch-protection",
            "rescue prove acme CI-01",
        ],
    );
    home.run(&["fix", "acme", "CI-01", "--as", "sql"]).refused(2, &["nothing of CI-01 can be derived as SQL", "--as text"]);
    let still = home.run(&["prove", "acme", "CI-01", "--json"]);
    let document = still.json();
    let before = proven(&document, "CI-01");
    assert_eq!((still.code, &before["before"], &before["after"]), (Some(3), &"failing".into(), &"failing".into()));
    let probe = of_probe(before, "github.branch-protection");
    assert!(count(&probe["left"]) > 0 && count(&probe["gone"]) == 0 && count(&probe["new"]) == 0, "{probe}");
    let left = count(&probe["left"]);

    // The fix is made at the vendor, which the program cannot do.
    week.store(2, Ordering::SeqCst);
    let told = home.run(&["prove", "acme", "ci-01"]);
    assert_eq!(told.code, Some(0), "{told:?}");
    says(&told, &["CI-01", "failing → verified", "github.branch-protection: fail → pass", "gone: "]);
    assert_eq!(told.out.matches("gone: ").count(), left, "{}", told.out);
    assert_eq!(item(&home.json(&["status", "acme", "--json"]), "CI-01")["truth"], "verified");
    home.run(&["fix", "acme", "CI-01"])
        .refused(2, &["there is nothing to fix for CI-01: it is verified", "rescue prove acme CI-01"]);

    // And back: what was done is lost, and the code says so.
    week.store(1, Ordering::SeqCst);
    let lost = home.run(&["prove", "acme", "CI-01", "--json"]);
    let document = lost.json();
    let probe = of_probe(proven(&document, "CI-01"), "github.branch-protection");
    assert_eq!(
        (lost.code, &probe["before"], &probe["after"], count(&probe["new"])),
        (Some(4), &"pass".into(), &"fail".into(), left)
    );
}

#[test]
fn a_proof_asks_only_what_its_items_need() {
    let (server, _) = story();
    let home = home_of(&server, |system| format!("token-of-{system}"));
    take_on(&home);
    let document = home.json(&["prove", "acme", "CI-01", "--json"]);
    let asked: Vec<_> = server.asked().into_iter().map(|it| it.system).collect();
    assert!(!asked.is_empty() && asked.iter().all(|it| it == "github"), "{asked:?}");
    assert_eq!(count(&proven(&document, "CI-01")["probes"]), 1);
    assert!(server.asked().len() < 10, "{} requests for one item", server.asked().len());
}

#[test]
fn what_could_not_be_seen_turns_nothing_and_is_said() {
    let (server, week) = story();
    let home = home_of(&server, |system| format!("token-of-{system}"));
    take_on(&home);
    home.run(&["probe", "acme", "--only", "CI-01"]);
    week.store(2, Ordering::SeqCst);
    let down = home.with("RESCUE_GITHUB_URL", "http://127.0.0.1:9/");
    let told = down.run(&["prove", "acme", "CI-01", "--json"]);
    let document = told.json();
    let it = proven(&document, "CI-01");
    let probe = of_probe(it, "github.branch-protection");
    assert_eq!((&it["before"], &it["after"], &probe["outcome"]), (&"failing".into(), &"failing".into(), &"undecided".into()));
    assert_eq!((count(&probe["gone"]), told.code), (0, Some(3)), "a look that saw nothing takes no finding away: {probe}");
    assert!(count(&probe["unknown"]) > 0 && probe["gap"]["kind"] == "unreachable", "{probe}");
    let told = down.run(&["prove", "acme", "CI-01"]);
    says(
        &told,
        &["not met, but the look was not whole", "nothing was seen this time; still failing", "could not see (still fail from"],
    );
    assert!(!told.out.contains('✘') && !told.out.contains('✔'), "{}", told.out);
    // The order rests on the look that saw, and says so.
    says(&down.must(&["fix", "acme", "CI-01"]), &["github.branch-protection last seen", "UTC saw nothing"]);
}

#[test]
fn what_is_verified_and_was_not_seen_again_is_no_green_pass() {
    let (server, week) = story();
    week.store(2, Ordering::SeqCst);
    let home = home_of(&server, |system| format!("token-of-{system}"));
    take_on(&home);
    home.must(&["prove", "acme", "CI-01"]);
    let down = home.with("RESCUE_GITHUB_URL", "http://127.0.0.1:9/");
    let told = down.run(&["prove", "acme", "CI-01"]);
    assert_eq!(told.code, Some(5), "not seen is neither good nor bad: {told:?}");
    says(&told, &["nothing was seen this time; still verified", "pass → could not see (still pass from", "UTC)"]);
    assert!(!told.out.contains('✔') && !told.out.contains("pass → pass"), "{}", told.out);
    let document = down.run(&["prove", "acme", "CI-01", "--json"]).json();
    let it = proven(&document, "CI-01");
    let probe = of_probe(it, "github.branch-protection");
    assert_eq!((&it["after"], &probe["outcome"], &probe["after"]), (&"verified".into(), &"undecided".into(), &"pass".into()));
    assert!(probe["after_seen"].as_str() < document["at"].as_str(), "{probe}");
}

#[test]
fn what_cannot_be_ordered_or_proven_is_refused_in_words() {
    let home = with_files(&[("package.json", "{}\n"), ("src/index.ts", "export const one = 1\n")], "SEC-01");
    home.run(&["fix", "nobody", "SEC-01"]).refused(2, &["nobody"]);
    for command in ["fix", "prove"] {
        home.run(&[command, "acme", "SEC-99"]).refused(2, &["the checklist of acme has no item SEC-99", "rescue status acme"]);
        home.run(&[command, "acme", "no item!"]).refused(2, &[]);
    }
    home.run(&["fix", "acme", "SEC-01"])
        .refused(2, &["there is nothing to fix for SEC-01: it is verified", "rescue prove acme SEC-01"]);
    home.run(&["fix", "acme", "SEC-02"]).refused(2, &["SEC-02"]);
    home.run(&["fix", "acme", "BAK-04"])
        .refused(2, &["no probe looks at it, a person judges it", "rescue item show acme BAK-04"]);
    home.run(&["prove", "acme", "BAK-04"]).refused(2, &["no probe looks at BAK-04", "rescue item done acme BAK-04"]);
    home.run(&["prove", "acme", "CI-01"]).refused(2, &["no probe of CI-01 can be asked", "rescue app edit acme"]);
    home.run(&["prove", "acme"]).refused(2, &["ITEM"]);
    home.run(&["fix", "acme", "SEC-01", "--as", "poem"]).refused(2, &["poem"]);
    let fresh = Home::with_app("acme");
    fresh.run(&["fix", "acme", "SEC-01"]).refused(2, &["nothing"]);
}
