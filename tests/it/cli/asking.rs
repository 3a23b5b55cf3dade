//! `rescue next` and `rescue ask` through the real program: one screen of what to do, one letter with what is needed, and never
//! a key in either.

use super::has;
use crate::program::{Home, checkout};
use crate::server::{Reply, home_of, serve, take_on, vendors};

/// An app with places and a person, and no credential.
fn known() -> Home {
    let home = Home::new();
    let flags = [
        "--title",
        "Acme Shop",
        "--github",
        "acme/shop",
        "--url",
        "https://shop.example.com",
        "--person",
        "client:Ana Brandt::founder",
        "--provider",
        "openai",
    ];
    let supabase = "a".repeat(20);
    let mut all = vec!["app", "add", "acme", "--supabase", &supabase];
    all.extend(flags);
    home.must(&all);
    home
}

#[test]
fn an_app_of_which_nothing_is_known_is_told_what_to_enter_first() {
    let home = Home::with_app("acme");
    home.run(&["ask", "acme"]).refused(2, &["nothing is known of acme", "next: Enter what you know", "app edit acme --repo"]);
    home.run(&["ask", "acme", "--reminder", "--json"]).refused(2, &["nothing is known of acme"]);
    home.run(&["ask", "nobody"]).refused(2, &["nobody"]);
    home.run(&["next", "nobody"]).refused(2, &["nobody"]);
    // A person to write to is enough: the letter then asks where things are.
    home.must(&["app", "edit", "acme", "--person", "client:Ana"]);
    let letter = home.must(&["ask", "acme"]).out;
    assert!(letter.contains("Dear Ana,") && letter.contains("Where the code is kept"), "{letter}");
}

#[test]
fn the_letter_asks_for_each_key_once_and_never_by_mail() {
    let home = known();
    let letter = home.must(&["ask", "acme"]).out;
    for wanted in [
        "# What we need from you for Acme Shop",
        "Dear Ana Brandt,",
        "Make a key for GitHub",
        "Contents: to see the code itself",
        "Allow us to look at your product from outside",
        "Never put one into a mail or a chat",
    ] {
        assert!(letter.contains(wanted), "{wanted} in {letter}");
    }
    let told = home.json(&["ask", "acme", "--json"]);
    let asks = told["letter"]["asks"].as_array().unwrap();
    for ask in asks {
        has(ask, &["what", "title", "minutes", "says", "opens", "blocks"]);
        has(&ask["opens"], &["whole", "helps", "urgent_whole", "urgent_helps"]);
    }
    let github = asks.iter().find(|it| it["what"]["system"] == "github").unwrap();
    assert_eq!((&github["what"]["kind"], &github["what"]["again"]), (&"token".into(), &false.into()));
    let reminder = home.must(&["ask", "acme", "--reminder"]).out;
    assert!(reminder.contains("Still missing for Acme Shop") && reminder.len() * 2 < letter.len(), "{reminder}");
}

#[test]
fn a_page_is_written_to_a_new_file_and_nothing_is_overwritten() {
    let home = known();
    let file = home.beside("letter.html");
    let path = file.to_str().unwrap();
    let told = home.must(&["ask", "acme", "--format", "html", "--out", path]);
    assert!(told.out.is_empty() && told.err.contains("nothing was sent"), "{told:?}");
    let page = std::fs::read_to_string(&file).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && !page.contains("<script"), "{page}");
    home.run(&["ask", "acme", "--format", "html", "--out", path]).refused(2, &["exists already", "free"]);
    assert_eq!(home.must(&["ask", "acme", "--format", "html", "--out", "-"]).out, page);
    home.run(&["ask", "acme", "--json", "--out", path]).refused(2, &["--json"]);
}

/// The systems whose key `next` would ask the client for.
fn asked_for(home: &Home) -> Vec<serde_json::Value> {
    let next = home.json(&["next", "acme", "--json"]);
    let asks = next["items"].as_array().unwrap().iter().filter(|it| it["id"] == "ask");
    asks.flat_map(|it| it["step"]["systems"].as_array().unwrap().clone()).collect()
}

#[test]
fn a_key_that_nobody_tried_is_not_thanked_for_and_one_that_is_refused_is_asked_for_again() {
    let server = serve(|_| Reply::json(401, r#"{"message":"Bad credentials"}"#));
    let secret = "a-token-that-nobody-prints";
    let home = server.home(&["github"]).with("RESCUE_ACME_GITHUB_TOKEN", secret);
    home.must(&["app", "add", "acme", "--github", "acme/shop", "--person", "client:Ana"]);
    let letter = home.must(&["ask", "acme"]).out;
    assert!(letter.contains("GitHub: a key is here; nothing was read with it yet"), "{letter}");
    assert!(!letter.contains("we can read what we need") && !letter.contains("key for GitHub"), "{letter}");
    assert_eq!(server.asked().len(), 0, "a letter asks nobody");
    home.run(&["probe", "acme", "--only", "github.branch-protection"]);
    let letter = home.must(&["ask", "acme"]).out;
    assert!(letter.contains("Make a new key for GitHub") && letter.contains("GitHub refuses it"), "{letter}");
    let next = home.json(&["next", "acme", "--json"]);
    let ask = next["items"].as_array().unwrap().iter().find(|it| it["id"] == "ask").unwrap();
    assert_eq!(ask["step"]["again"], serde_json::json!(["github"]));
    // Another one was put in its place: nobody knows yet, so nobody is asked; and that stays so however often it is looked up.
    let home = home.with("RESCUE_ACME_GITHUB_TOKEN", "another-token");
    for noticing in [&["ask", "acme"][..], &["auth", "status", "acme", "--offline"], &["ask", "acme", "--reminder"]] {
        home.run(noticing);
        let renewed = home.run(&["ask", "acme"]).out;
        assert!(renewed.contains("nothing was read with it yet") && !renewed.contains("Make a new key"), "{renewed}");
        assert_eq!(asked_for(&home), [""; 0]);
        assert!(!renewed.contains("another-token"));
    }
    home.run(&["probe", "acme", "--only", "github.branch-protection"]);
    assert!(home.must(&["ask", "acme"]).out.contains("Make a new key for GitHub"), "tried, and refused too");
    assert_eq!(asked_for(&home), ["github"]);
    for text in [letter, next.to_string()] {
        assert!(!text.contains(secret));
    }
}

#[test]
fn a_key_that_came_after_a_look_without_one_is_not_asked_for() {
    let server = serve(|_| Reply::json(401, r#"{"message":"Bad credentials"}"#));
    let home = server.home(&["github"]);
    home.must(&["app", "add", "acme", "--github", "acme/shop", "--person", "client:Ana"]);
    home.run(&["probe", "acme"]);
    assert_eq!(asked_for(&home), ["github"]);
    let home = home.with("RESCUE_ACME_GITHUB_TOKEN", "a-first-token");
    home.must(&["auth", "status", "acme", "--offline"]);
    assert_eq!(asked_for(&home), [""; 0]);
    let look = home.must(&["next", "acme"]).out;
    assert!(look.contains("before the key of GitHub that is here now"), "{look}");
    let letter = home.must(&["ask", "acme"]).out;
    assert!(letter.contains("GitHub: a key is here; nothing was read with it yet"), "{letter}");
}

#[test]
fn a_key_with_which_everything_was_read_is_thanked_for() {
    let server = serve(vendors(1, |_| {}));
    let home = home_of(&server, |system| format!("{system}-token"));
    take_on(&home);
    home.must(&["app", "edit", "acme", "--person", "client:Ana"]);
    assert!(!home.must(&["ask", "acme"]).out.contains("we read"), "nobody looked yet");
    home.run(&["probe", "acme"]);
    let letter = home.must(&["ask", "acme"]).out;
    assert!(letter.contains("GitHub: a key is here, and we read with it"), "what lies in other places was not read: {letter}");
    assert!(letter.contains("OpenAI: we can read what we need"), "{letter}");
}

#[test]
fn next_fits_on_a_screen_and_puts_the_fire_first() {
    let home = Home::new();
    let tree = home.beside("tree");
    let key = crate::canary::stripe_key();
    checkout(&tree, &[("package.json", "{}\n"), ("lib/pay.ts", &format!("export const key = \"{key}\"\n"))]);
    home.must(&["app", "add", "acme", "--repo", tree.to_str().unwrap(), "--person", "client:Ana"]);
    let before = home.must(&["next", "acme"]).out;
    assert!(before.contains("Run the probes") && before.contains("`rescue probe acme`"), "{before}");
    home.run(&["probe", "acme"]);
    let told = home.must(&["next", "acme"]).out;
    let lines: Vec<&str> = told.lines().collect();
    assert!(lines.len() <= 24 && lines.iter().all(|it| it.chars().count() <= 80), "{} lines\n{told}", lines.len());
    let first = lines.iter().position(|it| it.starts_with("1. SEC-0")).unwrap_or_else(|| panic!("{told}"));
    assert!(told.contains("▲ Rotate it at its provider →"), "{told}");
    assert!(lines.iter().skip(first).filter(|it| it.chars().next().is_some_and(|c| c.is_ascii_digit())).count() <= 7);
    let document = home.json(&["next", "acme", "--json"]);
    has(&document, &["app", "week", "weeks", "behind", "items", "more", "waiting", "later", "waits"]);
    for it in document["items"].as_array().unwrap() {
        has(it, &["id", "kind", "title", "why", "effort", "after", "emergency", "command", "rank", "step"]);
    }
    assert!(home.must(&["next", "acme", "--waiting"]).out.lines().count() > lines.len());
    assert!(!told.contains(&key) && !document.to_string().contains(&key));
}
