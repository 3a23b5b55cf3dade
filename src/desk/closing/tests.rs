//! What a token is said to be, by what its system answered; and what the close writes.

use super::tokens::ask;
use super::*;
use crate::clock::SetClock;
use crate::config::{Configuration, Endpoints, Environment, Paths};
use crate::credentials::keyring::Vault;
use crate::credentials::keyring::tests::Memory;
use crate::credentials::{Chain, KeyringError, Secret, Shelter, Source};
use crate::desk::connections::ASKED;
use crate::desk::tests::{app, desk_at};
use crate::domain::{AppSettings, Author, Truth};
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
#[case(401, "<html>sign in to the proxy</html>", false, "not asked")]
#[case(403, r#"{"message":"Maximum number of login attempts exceeded. Please try again later."}"#, false, "not asked")]
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
#[case(403, json!({ "message": "Although you appear to have the correct authorization credentials, an IP allow list is on" }), "not asked")]
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
    let told = closing.tokens_in_the_way();
    assert!(told.len() == 1 && told[0].contains("nothing could be asked") && told[0].contains("rescue item done acme HND-02"));
    // Nothing was proven by asking nobody.
    desk.close(&acme, &closing, "done", false).unwrap();
    assert!(!desk.board(&acme).unwrap().assessment("HND-02").unwrap().truth.is_done());
}

/// A desk with these variables and this keyring, whose clients' systems are at `server`.
fn desk_of_places(home: &std::path::Path, server: &MockServer, variables: &[&str], keyring: Shelter) -> Desk {
    let endpoints = [System::Github, System::Vercel].map(|system| (Endpoints::variable(system), server.uri()));
    let endpoints = Endpoints::from_environment(&Environment::of(endpoints)).unwrap();
    let old = ["old", "token"].join("-");
    let environment = Environment::of(variables.iter().map(|name| (*name, old.as_str())));
    let author = Box::new(|| Author::Person("Sam".into()));
    let clock = SetClock::at("2026-12-14T09:00:00Z".parse().unwrap());
    let chain = Chain::of_places(environment, keyring);
    Desk::with(Paths::in_home(home), Configuration::default(), endpoints, chain, author, clock).unwrap()
}

#[tokio::test]
async fn a_token_of_the_apps_own_is_asked_although_its_system_is_not_connected_any_more() {
    let (home, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    answers(&server, "/user", 401, &json!({ "message": "Bad credentials" })).await;
    answers(&server, "/v2/user", 200, &json!({ "user": { "username": "sam" } })).await;
    answers(&server, "/v2/teams", 200, &json!({ "teams": [] })).await;
    let acme: AppName = "acme".parse().unwrap();
    let keyring = Shelter::of(Arc::new(Memory::default()));
    keyring.set(Some(&acme), System::Anthropic, &Secret::new(["an", "admin", "key"].join("-"))).unwrap();
    // Somebody else's: what is for all apps is no word on this one.
    keyring.set(None, System::Openrouter, &Secret::new(["an", "other", "key"].join("-"))).unwrap();
    let variables = ["RESCUE_ACME_GITHUB_TOKEN", "RESCUE_ACME_VERCEL_TOKEN", "OPENAI_ADMIN_KEY"];
    let desk = desk_of_places(home.path(), &server, &variables, keyring);
    connected(&desk);
    let closing = desk.closing(&acme).await.unwrap();
    let said: Vec<(System, &str)> = closing.tokens.iter().map(|it| (it.system, it.said.word())).collect();
    assert_eq!(said, [(System::Github, "refused"), (System::Vercel, "still works"), (System::Anthropic, "not asked")]);
    assert!(!closing.all_are_gone());
    desk.close(&acme, &closing, "handed over", false).unwrap();
    assert!(!desk.board(&acme).unwrap().assessment("HND-02").unwrap().truth.is_done());
}

/// A keyring that gives an answer of its own for one account, in looking or in removing.
struct Stubborn {
    memory: Memory,
    account: &'static str,
    looks: Option<KeyringError>,
}

impl Vault for Stubborn {
    fn get(&self, account: &str) -> Result<Option<Secret>, KeyringError> {
        match self.looks {
            Some(why) if account.starts_with("acme/") => Err(why),
            _ => self.memory.get(account),
        }
    }
    fn set(&self, account: &str, secret: &Secret) -> Result<(), KeyringError> {
        self.memory.set(account, secret)
    }
    fn remove(&self, account: &str) -> Result<bool, KeyringError> {
        if account == self.account { Err(KeyringError::Refused) } else { self.memory.remove(account) }
    }
}

#[tokio::test]
async fn a_keyring_that_is_locked_is_one_thing_that_was_not_seen() {
    let (home, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    answers(&server, "/user", 401, &json!({ "message": "Bad credentials" })).await;
    let locked = Stubborn { memory: Memory::default(), account: "", looks: Some(KeyringError::Refused) };
    let desk = desk_of_places(home.path(), &server, &["RESCUE_ACME_GITHUB_TOKEN"], Shelter::of(Arc::new(locked)));
    let acme = connected(&desk);
    let closing = desk.closing(&acme).await.unwrap();
    let unseen: Vec<&str> = closing.unseen.iter().map(Foreign::as_str).collect();
    assert_eq!(unseen, ["keyring (for acme): the keyring is locked or refuses"]);
    assert!(!closing.all_are_gone());
    let told = closing.tokens_in_the_way();
    assert!(told.iter().any(|line| line.contains("could not be seen: keyring (for acme)")), "{told:?}");
}

#[tokio::test]
async fn what_was_taken_out_of_the_keyring_is_not_left_and_one_error_keeps_nothing_else() {
    let (home, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    answers(&server, "/user", 401, &json!({ "message": "Bad credentials" })).await;
    let vault = Stubborn { memory: Memory::default(), account: "acme/supabase", looks: None };
    let (keyring, acme) = (Shelter::of(Arc::new(vault)), "acme".parse::<AppName>().unwrap());
    let old = ["old", "token"].join("-");
    for system in [System::Github, System::Supabase, System::Anthropic] {
        keyring.set(Some(&acme), system, &Secret::new(old.clone())).unwrap();
    }
    let desk = desk_of_places(home.path(), &server, &["RESCUE_ACME_GITHUB_TOKEN", "RESCUE_ACME_VERCEL_TOKEN"], keyring);
    connected(&desk);
    let closing = desk.closing(&acme).await.unwrap();
    assert_eq!(closing.tokens[0].sources.len(), 2, "one token in two places");
    let closed = desk.close(&acme, &closing, "handed over", true).unwrap();
    assert_eq!(closed.forgotten, [System::Github, System::Anthropic]);
    assert_eq!(
        closed.left,
        [
            "the keyring's entry for Supabase: the keyring is locked or refuses",
            "GitHub: RESCUE_ACME_GITHUB_TOKEN",
            "Vercel: RESCUE_ACME_VERCEL_TOKEN",
        ]
    );
    assert!(matches!(&closing.tokens[0].sources[..], [Source::Variable(_), Source::KeyringOfApp(_)]));
}
