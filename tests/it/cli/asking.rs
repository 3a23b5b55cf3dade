//! `rescue next` and `rescue ask` through the real program: one screen of what to do, one letter with what is needed, and never
//! a key in either.

use super::has;
use crate::program::{Home, checkout};
use crate::server::{Reply, serve};

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

#[test]
fn a_key_that_is_here_is_thanked_for_until_it_is_refused() {
    let server = serve(|_| Reply::json(401, r#"{"message":"Bad credentials"}"#));
    let secret = "a-token-that-nobody-prints";
    let home = server.home(&["github"]).with("RESCUE_ACME_GITHUB_TOKEN", secret);
    home.must(&["app", "add", "acme", "--github", "acme/shop", "--person", "client:Ana"]);
    let letter = home.must(&["ask", "acme"]).out;
    assert!(letter.contains("GitHub: we can read what we need") && !letter.contains("key for GitHub"), "{letter}");
    assert_eq!(server.asked().len(), 0, "a letter asks nobody");
    home.run(&["probe", "acme", "--only", "github.branch-protection"]);
    let letter = home.must(&["ask", "acme"]).out;
    assert!(letter.contains("Make a new key for GitHub") && letter.contains("GitHub refuses it"), "{letter}");
    let next = home.json(&["next", "acme", "--json"]);
    let ask = next["items"].as_array().unwrap().iter().find(|it| it["id"] == "ask").unwrap();
    assert_eq!(ask["step"]["again"], serde_json::json!(["github"]));
    // Another one was put in its place: nobody knows yet, so nobody is asked.
    let home = home.with("RESCUE_ACME_GITHUB_TOKEN", "another-token");
    let renewed = home.must(&["ask", "acme"]).out;
    assert!(renewed.contains("a new key is here; it was not tried yet") && !renewed.contains("Make a new key"), "{renewed}");
    for text in [letter, renewed, next.to_string()] {
        assert!(!text.contains(secret) && !text.contains("another-token"));
    }
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
