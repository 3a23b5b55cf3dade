//! Vendors that refuse, stall, lie or break off: nothing of it ticks an item, takes a tick away or ends the program.

use crate::program::{Home, Told};
use crate::server::{Asked, Reply, Server, home_of, serve, take_on, vendors};
use rstest::rstest;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

type Answer = fn(&Asked) -> Reply;

/// A server that answers well until it is told to answer badly.
fn turning(bad: Answer) -> (Server, Arc<AtomicBool>) {
    let turned = Arc::new(AtomicBool::new(false));
    let (seen, good) = (Arc::clone(&turned), vendors(2, |_| {}));
    (serve(move |asked| if seen.load(Ordering::SeqCst) { bad(asked) } else { good(asked) }), turned)
}

fn truths(home: &Home, app: &str) -> BTreeMap<String, String> {
    let status = home.json(&["status", app, "--json"]);
    let text = |it: &Value| it.as_str().unwrap().to_owned();
    status["items"].as_array().unwrap().iter().map(|it| (text(&it["id"]), text(&it["truth"]))).collect()
}

/// Every outcome of a run is undecided, with a gap of one of these kinds and a step that opens it.
#[track_caller]
fn all_unseen(told: &Told, kinds: &[&str]) {
    assert_eq!(told.code, Some(5), "{told:?}");
    let document = told.json();
    let outcomes = document["outcomes"].as_array().unwrap();
    assert!(!outcomes.is_empty());
    for it in outcomes {
        assert_eq!(it["outcome"], "undecided", "{it}");
        let kind = it["gap"]["kind"].as_str().unwrap();
        if it["probe"].as_str().is_some_and(|it| it.starts_with("site.")) {
            assert_eq!(kind, "not_configured", "the app of these tests has no site: {it}");
            continue;
        }
        assert!(kinds.contains(&kind), "{kind} is none of {kinds:?}: {it}");
        assert_eq!(it["findings"], serde_json::json!([]), "found without being seen: {it}");
        assert!(it["gap"]["needs"].as_str().is_some_and(|step| !step.is_empty()), "no step opens it: {it}");
        assert!(!it["gap"]["says"].as_str().unwrap().contains('<'), "a foreign page is quoted: {it}");
    }
    assert!(!told.err.contains("panicked"), "{}", told.err);
}

#[rstest]
#[case::wrong_token(|_: &Asked| Reply::json(401, r#"{"message":"Bad credentials"}"#), &["bad_credential"])]
#[case::expired(|_: &Asked| Reply::json(401, r#"{"message":"The token has expired","error":{"code":"token_expired"}}"#), &["bad_credential"])]
#[case::too_few(|_: &Asked| Reply::json(403, r#"{"message":"Resource not accessible by personal access token"}"#), &["no_permission"])]
#[case::limited(|_: &Asked| Reply::json(429, r#"{"message":"slow down"}"#).with("retry-after", "7200"), &["rate_limited"])]
#[case::html(|_: &Asked| Reply::Whole {
    status: 200,
    headers: vec![("content-type".into(), "text/html".into())],
    body: b"<html><body>Please log in</body></html>".to_vec(),
}, &["unexpected_answer"])]
#[case::half_a_document(|_: &Asked| Reply::json(200, r#"{"id": 1, "name": "ac"#), &["unexpected_answer"])]
#[case::an_empty_answer(|_: &Asked| Reply::json(200, ""), &["unexpected_answer"])]
#[case::cut_off(|_: &Asked| Reply::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"id\":".to_vec()), &["unreachable", "incomplete"])]
#[case::nothing(|_: &Asked| Reply::Raw(Vec::new()), &["unreachable"])]
#[case::faulty(|_: &Asked| Reply::json(503, r#"{"message":"oops"}"#), &["vendor_fault"])]
#[case::wrong_types(|_: &Asked| Reply::json(200, r#"[{"id":{"a":[]}},7,null]"#), &["unexpected_answer"])]
#[case::gone(|_: &Asked| Reply::json(404, r#"{"message":"Not Found"}"#), &["ambiguous", "no_permission", "plan_hides", "not_configured"])]
fn a_vendor_that_does_not_answer_ticks_nothing(#[case] bad: Answer, #[case] kinds: &[&str]) {
    let (server, turned) = turning(bad);
    let home = home_of(&server, |system| format!("invented-{system}"));
    take_on(&home);
    home.run(&["probe", "acme"]);
    let before = truths(&home, "acme");
    assert!(before.values().filter(|it| *it == "verified").count() >= 3, "nothing to lose: {before:?}");
    turned.store(true, Ordering::SeqCst);
    let again = home.run(&["probe", "acme", "--json"]);
    assert!(again.json()["outcomes"].as_array().unwrap().iter().all(|it| it["outcome"] == "undecided"), "{}", again.out);
    assert_eq!(truths(&home, "acme"), before, "what could not be seen changed a truth");
    // The same for an app that was never seen before.
    let fresh = home_of(&server, |system| format!("invented-{system}"));
    take_on(&fresh);
    all_unseen(&fresh.run(&["probe", "acme", "--json"]), kinds);
    let done: Vec<_> = truths(&fresh, "acme").into_iter().filter(|(_, it)| it != "open").collect();
    assert_eq!(done, [], "something ticked or failed without being seen");
    fresh.must(&["db", "check"]);
}

#[test]
fn a_vendor_that_never_answers_is_left_at_the_deadline() {
    let server = serve(|_| Reply::Nothing);
    let home = home_of(&server, |system| format!("invented-{system}"));
    take_on(&home);
    let start = std::time::Instant::now();
    all_unseen(&home.run(&["probe", "acme", "--only", "openrouter", "--json"]), &["timed_out"]);
    assert!(start.elapsed().as_secs() < 40, "{:?}", start.elapsed());
}

#[test]
fn nobody_listens() {
    let server = serve(|_| Reply::Nothing);
    let home = home_of(&server, |system| format!("invented-{system}"));
    take_on(&home);
    drop(server);
    all_unseen(&home.run(&["probe", "acme", "--only", "openai,vercel", "--json"]), &["unreachable"]);
}

#[test]
fn a_redirect_elsewhere_gets_neither_followed_with_the_token_nor_believed() {
    let elsewhere = serve(|_| Reply::json(200, "{}"));
    let target = elsewhere.address("github");
    let server = serve(move |_| Reply::json(302, "{}").with("location", &target));
    let home = home_of(&server, |system| format!("invented-{system}"));
    take_on(&home);
    let told = home.run(&["probe", "acme", "--json"]);
    all_unseen(&told, &["unexpected_answer", "ambiguous", "incomplete"]);
    assert!(!server.asked().is_empty());
    for asked in elsewhere.asked() {
        assert_eq!(asked.authorization, None, "the credential went elsewhere: {asked:?}");
    }
}

#[test]
fn no_credential_at_all_asks_nobody() {
    let server = serve(|_| Reply::json(200, "{}"));
    let home = server.home(&crate::server::VENDORS.map(|(system, _)| system));
    take_on(&home);
    let told = home.run(&["probe", "acme", "--json"]);
    all_unseen(&told, &["no_credential"]);
    assert_eq!(server.asked().len(), 0);
}
