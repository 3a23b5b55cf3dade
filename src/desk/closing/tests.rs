//! What a token is said to be, by what its system answered; and what the close writes.

use super::*;
use crate::clock::SetClock;
use crate::config::{Configuration, Endpoints, Environment, Paths};
use crate::credentials::Chain;
use crate::desk::tests::{app, desk_at};
use crate::domain::{Author, Truth};
use crate::systems::stand_in::{answers, answers_text, door};
use chrono::NaiveDate;
use rstest::rstest;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use wiremock::MockServer;

fn settings() -> AppSettings {
    let mut settings = AppSettings::new("acme".parse().unwrap(), NaiveDate::from_ymd_opt(2026, 11, 2).unwrap());
    settings.github = Some("acme/shop".parse().unwrap());
    settings
}

#[rstest]
#[case(401, r#"{"message":"Bad credentials"}"#, false, "refused")]
#[case(401, r#"{"message":"Bad credentials"}"#, true, "refused")]
#[case(200, r#"{"login":"sam"}"#, false, "still works")]
#[case(403, r#"{"message":"Forbidden"}"#, false, "not asked")]
#[case(403, "<html>a proxy</html>", false, "not asked")]
#[case(429, "{}", false, "not asked")]
#[case(500, "{}", false, "not asked")]
#[case(200, "<html>a captive portal</html>", false, "not asked")]
#[case(404, "{}", false, "not asked")]
#[tokio::test]
async fn only_a_clear_no_is_refused(#[case] status: u16, #[case] body: &str, #[case] shared: bool, #[case] word: &str) {
    let server = MockServer::start().await;
    answers_text(&server, "/user", status, body).await;
    let said = ask(&door(&server, &[System::Github]), System::Github, &settings(), shared).await;
    assert_eq!(said.word(), word, "{said:?}");
    assert_eq!(said.is_gone(), word == "refused");
}

#[rstest]
#[case(404, json!({ "message": "Not Found" }), "shut out")]
#[case(200, json!({ "full_name": "acme/shop", "default_branch": "main", "private": true }), "still works")]
#[case(200, json!({ "full_name": "acme/shop", "default_branch": "main", "private": false }), "not asked")]
#[case(500, json!({}), "not asked")]
#[tokio::test]
async fn a_token_for_others_too_must_not_let_in_here(#[case] status: u16, #[case] body: serde_json::Value, #[case] word: &str) {
    let server = MockServer::start().await;
    answers(&server, "/user", 200, &json!({ "login": "sam" })).await;
    answers(&server, "/repos/acme/shop", status, &body).await;
    let said = ask(&door(&server, &[System::Github]), System::Github, &settings(), true).await;
    assert_eq!(said.word(), word, "{said:?}");
}

#[tokio::test]
async fn a_machine_without_the_way_there_has_not_asked() {
    let server = MockServer::start().await;
    let address = server.uri();
    let door = door(&server, &[System::Github]);
    drop(server);
    let said = ask(&door, System::Github, &settings(), false).await;
    assert_eq!(said.word(), "not asked", "{address}: {said:?}");
}

fn desk_with(home: &std::path::Path, server: &MockServer, tokens: &[System]) -> Desk {
    let variables = [System::Github, System::Vercel].map(|system| (Endpoints::variable(system), server.uri()));
    let endpoints = Endpoints::from_environment(&Environment::of(variables)).unwrap();
    let given: BTreeMap<System, Secret> =
        tokens.iter().map(|system| (*system, Secret::new(["old", "token"].join("-")))).collect();
    let author = Box::new(|| Author::Person("Sam".into()));
    let clock = SetClock::at("2026-12-14T09:00:00Z".parse().unwrap());
    Desk::with(Paths::in_home(home), Configuration::default(), endpoints, Chain::given(given), author, clock).unwrap()
}

fn connected(desk: &Desk) -> AppName {
    let name: AppName = "acme".parse().unwrap();
    desk.add_app(&settings(), None).unwrap();
    name
}

#[tokio::test]
async fn the_close_keeps_what_was_asked_and_answered() {
    let (home, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    answers(&server, "/user", 401, &json!({ "message": "Bad credentials" })).await;
    let desk = desk_with(home.path(), &server, &[System::Github]);
    let acme = connected(&desk);
    let closing = desk.closing(&acme).await.unwrap();
    assert!(closing.all_are_gone());
    assert_eq!(closing.secrets, ["RESCUE_ACME_GITHUB_TOKEN"]);
    assert!(closing.open.iter().all(|it| it.item.as_str() != "HND-02") && !closing.open.is_empty());
    assert!(closing.open.is_sorted_by_key(|it| it.gate), "what is urgent today comes first");
    assert_eq!(closing.in_the_way().len(), closing.open.len(), "every open gate, and no token");
    let before = desk.facts(&acme).unwrap().len();
    desk.closing(&acme).await.unwrap();
    assert_eq!(desk.facts(&acme).unwrap().len(), before, "looking writes nothing");

    desk.close(&acme, &closing, "handed over", true).unwrap();
    let kinds: Vec<&str> = desk.facts(&acme).unwrap()[before..].iter().map(|fact| fact.body.kind()).collect();
    assert_eq!(kinds, ["attested", "snapshot", "closed"]);
    let board = desk.board(&acme).unwrap();
    let access = board.assessment("HND-02").unwrap();
    let proof = access.judgement.as_ref().unwrap().proof.as_ref().unwrap().as_str();
    assert!(proof.contains("GitHub from given: refused at 2026-12-14") && access.truth == Truth::Attested, "{proof}");
    assert!(!proof.contains("old-token"));
    assert_eq!(board.closed, Some(desk.clock.now()));
    assert_eq!(desk.check_database().unwrap(), []);
}

#[rstest]
#[case(&[System::Github], 200, "still works")]
#[case(&[System::Github], 500, "could not be asked")]
#[case(&[], 401, "no GitHub token lies here")]
#[tokio::test]
async fn what_was_not_refused_is_in_the_way_and_never_attested(
    #[case] tokens: &[System],
    #[case] status: u16,
    #[case] says: &str,
) {
    let (home, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    answers(&server, "/user", status, &json!({ "login": "sam" })).await;
    let desk = desk_with(home.path(), &server, tokens);
    let acme = connected(&desk);
    let closing = desk.closing(&acme).await.unwrap();
    assert!(!closing.all_are_gone());
    let told = closing.in_the_way();
    assert!(told.iter().any(|line| line.contains(says)), "{told:?}");
    // Closed all the same: the receipt says what was answered, and the item is not done.
    desk.close(&acme, &closing, "the client stopped", false).unwrap();
    let board = desk.board(&acme).unwrap();
    assert!(!board.assessment("HND-02").unwrap().truth.is_done());
    assert!(
        desk.facts(&acme)
            .unwrap()
            .iter()
            .any(|fact| matches!(&fact.body, FactBody::Noted { item, .. } if item.as_str() == "HND-02"))
    );
}

#[tokio::test]
async fn a_persons_word_stands_in_for_what_could_not_be_asked_and_not_for_a_token_that_works() {
    use crate::desk::statement::{Statement, about_item};
    let (home, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    let desk = desk_with(home.path(), &server, &[]);
    let acme = connected(&desk);
    let says = |desk: &Desk| {
        let statement = Statement::Done { proof: "a picture of the empty list of tokens".into(), founder: None };
        let fact = about_item(&desk.board(&acme).unwrap(), &"HND-02".parse().unwrap(), statement).unwrap();
        desk.state(&acme, fact).unwrap();
    };
    assert!(desk.closing(&acme).await.unwrap().in_the_way().iter().any(|line| line.contains("no GitHub token")));
    says(&desk);
    let closing = desk.closing(&acme).await.unwrap();
    assert!(closing.access_is_settled && !closing.in_the_way().iter().any(|line| line.contains("token")));
    drop(desk);
    answers(&server, "/user", 200, &json!({ "login": "sam" })).await;
    let desk = desk_with(home.path(), &server, &[System::Github]);
    let told = desk.closing(&acme).await.unwrap().in_the_way();
    assert!(told.iter().any(|line| line.contains("still works")), "{told:?}");
}

#[test]
fn every_system_that_is_asked_has_a_place_where_its_token_is_taken_back() {
    for system in ASKED.iter().filter(|system| system.needs_credential()) {
        assert_ne!(revoke(*system), revoke(System::Repo), "{system}");
    }
}

#[test]
fn an_app_that_needs_no_token_has_none_in_the_way() {
    let home = tempfile::tempdir().unwrap();
    let desk = desk_at(home.path(), SetClock::at("2026-12-14T09:00:00Z".parse().unwrap()));
    let acme = app(&desk, "acme");
    let closing = tokio::runtime::Runtime::new().unwrap().block_on(desk.closing(&acme)).unwrap();
    assert!(closing.tokens.is_empty() && closing.without.is_empty());
    // Nothing was proven by asking nobody.
    desk.close(&acme, &closing, "done", false).unwrap();
    assert!(!desk.board(&acme).unwrap().assessment("HND-02").unwrap().truth.is_done());
    let _ = Arc::clone(&desk.chain);
}
