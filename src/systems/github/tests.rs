//! The client against a loopback server: pages, refusals, faults, and what must never be kept.

use super::*;
use crate::systems::stand_in;
use rstest::rstest;
use serde_json::json;
use wiremock::matchers::{header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

fn door(server: &MockServer) -> Door {
    stand_in::door(server, &[System::Github])
}

fn slug() -> Slug {
    "acme/app".parse().unwrap()
}

async fn answering(at: &str, answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("GET")).and(path(at)).respond_with(answer).mount(&server).await;
    server
}

const ALERTS_PATH: &str = "/repos/acme/app/secret-scanning/alerts";

#[tokio::test]
async fn every_page_is_read_and_each_says_what_it_accepts() {
    let server = MockServer::start().await;
    let second = format!("<{}{ALERTS_PATH}?hide_secret=true&after=x>; rel=\"next\"", server.uri());
    Mock::given(path(ALERTS_PATH))
        .and(query_param("hide_secret", "true"))
        .and(query_param("per_page", "100"))
        .and(header("accept", "application/vnd.github+json"))
        .and(header("x-github-api-version", "2022-11-28"))
        .respond_with(
            ResponseTemplate::new(200)
                .insert_header("link", second.as_str())
                .set_body_json(json!([{"number": 1, "state": "resolved"}])),
        )
        .mount(&server)
        .await;
    Mock::given(path(ALERTS_PATH))
        .and(query_param("after", "x"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!([{"number": 2, "state": "open"}])))
        .with_priority(1)
        .mount(&server)
        .await;
    let Answered::Have(list) = Github::new(&door(&server)).alerts(&slug()).await.unwrap() else { panic!("an answer") };
    assert_eq!(list.items.iter().filter_map(|it| it.number).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(list.cut, None);
}

#[tokio::test]
async fn a_later_page_that_is_missing_leaves_a_cut_list() {
    let server = MockServer::start().await;
    let second = format!("<{}{ALERTS_PATH}?page=2>; rel=\"next\"", server.uri());
    Mock::given(path(ALERTS_PATH))
        .and(query_param("page", "2"))
        .respond_with(
            ResponseTemplate::new(403).set_body_json(json!({"message": "Resource not accessible by personal access token"})),
        )
        .with_priority(1)
        .mount(&server)
        .await;
    Mock::given(path(ALERTS_PATH))
        .respond_with(ResponseTemplate::new(200).insert_header("link", second.as_str()).set_body_json(json!([{"number": 1}])))
        .mount(&server)
        .await;
    let Answered::Have(list) = Github::new(&door(&server)).alerts(&slug()).await.unwrap() else { panic!("an answer") };
    assert_eq!(list.items.len(), 1);
    assert_eq!(list.cut.unwrap().kind, GapKind::Incomplete);
}

#[tokio::test]
async fn an_endless_list_is_cut_and_says_so() {
    let server = MockServer::start().await;
    let again = format!("<{}{ALERTS_PATH}?page=next>; rel=\"next\"", server.uri());
    let page = ResponseTemplate::new(200).insert_header("link", again.as_str()).set_body_json(json!([{"number": 1}]));
    Mock::given(path(ALERTS_PATH)).respond_with(page).mount(&server).await;
    let Answered::Have(list) = Github::new(&door(&server)).alerts(&slug()).await.unwrap() else { panic!("an answer") };
    assert_eq!(list.cut.unwrap().kind, GapKind::Incomplete);
}

#[tokio::test]
async fn a_wrapped_list_that_is_shorter_than_its_count_is_cut() {
    let page = ResponseTemplate::new(200).set_body_json(json!({"total_count": 2, "environments": [{"name": "Production"}]}));
    let server = answering("/repos/acme/app/environments", page).await;
    let list = Github::new(&door(&server)).environments(&slug()).await.unwrap();
    assert_eq!(list.cut.unwrap().kind, GapKind::Incomplete);
}

#[tokio::test]
async fn no_secret_and_no_clone_token_is_kept() {
    let canary = format!("ghp_{}", "Canary".repeat(6));
    let alert = json!([{"number": 1, "state": "open", "secret": canary, "resolution_comment": canary, "html_url": canary}]);
    let server = answering(ALERTS_PATH, ResponseTemplate::new(200).set_body_json(alert)).await;
    let repository = json!({"full_name": "acme/app", "default_branch": "main", "temp_clone_token": canary});
    Mock::given(path("/repos/acme/app")).respond_with(ResponseTemplate::new(200).set_body_json(repository)).mount(&server).await;
    let github = Github::new(&door(&server));
    let kept = (github.alerts(&slug()).await.unwrap(), github.repository(&slug()).await.unwrap());
    let text = format!("{kept:?} {}", serde_json::to_string(&kept.0).unwrap());
    assert!(!text.contains("Canary"), "{text}");
    assert!(!serde_json::to_string(&*kept.1).unwrap().contains("Canary"));
}

#[rstest]
#[case::wrong_token(ResponseTemplate::new(401).set_body_json(json!({"message": "Bad credentials"})), GapKind::BadCredential)]
#[case::no_permission(ResponseTemplate::new(403).set_body_json(json!({"message": "Resource not accessible by personal access token"})), GapKind::NoPermission)]
#[case::hidden(ResponseTemplate::new(404).set_body_json(json!({"message": "Not Found"})), GapKind::NoPermission)]
#[case::limited(ResponseTemplate::new(429).insert_header("retry-after", "7200").set_body_json(json!({"message": "You have exceeded a secondary rate limit"})), GapKind::RateLimited)]
#[case::fault(ResponseTemplate::new(503).insert_header("retry-after", "7200"), GapKind::VendorFault)]
#[case::html(ResponseTemplate::new(200).set_body_string("<html>hello</html>"), GapKind::UnexpectedAnswer)]
#[case::half(ResponseTemplate::new(200).set_body_string("{\"full_name\": \"acme/a"), GapKind::UnexpectedAnswer)]
#[case::nothing(ResponseTemplate::new(200), GapKind::UnexpectedAnswer)]
#[case::null(ResponseTemplate::new(200).set_body_string("null"), GapKind::UnexpectedAnswer)]
#[case::a_list(ResponseTemplate::new(200).set_body_json(json!([])), GapKind::UnexpectedAnswer)]
#[case::hollow(ResponseTemplate::new(200).set_body_json(json!({})), GapKind::UnexpectedAnswer)]
#[case::wrong_type(ResponseTemplate::new(200).set_body_json(json!({"default_branch": 7})), GapKind::UnexpectedAnswer)]
#[tokio::test]
async fn what_is_no_repository_is_a_gap(#[case] answer: ResponseTemplate, #[case] kind: GapKind) {
    let server = answering("/repos/acme/app", answer).await;
    assert_eq!(Github::new(&door(&server)).repository(&slug()).await.unwrap_err().kind, kind);
}

#[rstest]
#[case::html(ResponseTemplate::new(200).set_body_string("<html>"))]
#[case::object(ResponseTemplate::new(200).set_body_json(json!({"message": "ok"})))]
#[case::half(ResponseTemplate::new(200).set_body_string("[{\"number\": 1}"))]
#[case::nothing(ResponseTemplate::new(200))]
#[tokio::test]
async fn what_is_no_list_is_never_an_empty_list(#[case] answer: ResponseTemplate) {
    let server = answering(ALERTS_PATH, answer).await;
    assert_eq!(Github::new(&door(&server)).alerts(&slug()).await.unwrap_err().kind, GapKind::UnexpectedAnswer);
}

#[tokio::test]
async fn a_hollow_protection_is_not_an_unprotected_branch() {
    let server = answering("/repos/acme/app/branches/main/protection", ResponseTemplate::new(200).set_body_json(json!({}))).await;
    let gap = Github::new(&door(&server)).classic_protection(&slug(), "main").await.unwrap_err();
    assert_eq!(gap.kind, GapKind::UnexpectedAnswer);
}

#[tokio::test]
async fn documented_negatives_are_answers_only_where_they_belong() {
    let said = |status, text: &str| ResponseTemplate::new(status).set_body_json(json!({"message": text}));
    let server = answering("/repos/acme/app/branches/main/protection", said(404, "Branch not protected")).await;
    Mock::given(path(ALERTS_PATH))
        .respond_with(said(404, "Secret scanning is disabled on this repository."))
        .mount(&server)
        .await;
    Mock::given(path("/repos/acme/app/environments")).respond_with(said(404, "Branch not protected")).mount(&server).await;
    Mock::given(path("/repos/acme/app/commits")).respond_with(said(409, "Git Repository is empty.")).mount(&server).await;
    let github = Github::new(&door(&server));
    assert_eq!(github.classic_protection(&slug(), "main").await.unwrap(), Answered::Without(Negative::NotProtected));
    assert_eq!(github.alerts(&slug()).await.unwrap(), Answered::Without(Negative::FeatureOff));
    assert!(github.environments(&slug()).await.is_err());
    assert!(github.is_empty(&slug()).await.unwrap());
}

#[tokio::test]
async fn deployments_are_read_back_to_the_window_and_no_further() {
    let server = MockServer::start().await;
    let next = format!("<{}/never>; rel=\"next\"", server.uri());
    let page = json!([{"id": 2, "created_at": "2026-11-20T00:00:00Z"}, {"id": 1, "created_at": "2026-01-01T00:00:00Z"}]);
    let answer = ResponseTemplate::new(200).insert_header("link", next.as_str()).set_body_json(page);
    Mock::given(path("/repos/acme/app/deployments")).respond_with(answer).mount(&server).await;
    let since = "2026-10-23T00:00:00Z".parse().unwrap();
    let list = Github::new(&door(&server)).deployments(&slug(), since).await.unwrap();
    assert_eq!((list.items.len(), list.cut), (2, None));
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_account_and_what_its_token_can_do() {
    let answer = ResponseTemplate::new(200)
        .insert_header("x-oauth-scopes", "repo, read:org")
        .insert_header("github-authentication-token-expiration", "2026-12-01 10:00:00 UTC")
        .set_body_json(json!({"login": "sam", "email": "sam@example.com"}));
    let server = answering("/user", answer).await;
    let identity = who_am_i(&door(&server)).await.unwrap();
    assert_eq!(identity.name, "sam");
    assert_eq!(identity.may, ["scope repo", "scope read:org"]);
    let [warning] = identity.warnings.as_slice() else { panic!("{identity:?}") };
    assert!(warning.as_str().contains("(repo)"), "{warning}");
    assert!(identity.expires.is_some());
}

#[tokio::test]
async fn a_fine_grained_token_names_no_scopes_and_warns_of_nothing() {
    let server = answering("/user", ResponseTemplate::new(200).set_body_json(json!({"login": "sam"}))).await;
    let identity = who_am_i(&door(&server)).await.unwrap();
    assert!(identity.may.is_empty() && identity.warnings.is_empty(), "{identity:?}");
}
