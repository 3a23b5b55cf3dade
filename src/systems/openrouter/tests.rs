//! The OpenRouter client against a loopback server: every answer that is none, pages, and what is kept.

use super::*;
use crate::systems::stand_in::{all_are_listed, answers, answers_text, door};
use rstest::rstest;
use serde_json::json;
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

#[rstest]
#[case(401, "{}", GapKind::BadCredential)]
#[case(402, "{}", GapKind::PlanHides)]
#[case(403, r#"{"error":{"code":403,"message":"Only management keys"}}"#, GapKind::NoPermission)]
#[case(404, "{}", GapKind::Ambiguous)]
#[case(429, "{}", GapKind::RateLimited)]
#[case(500, "{}", GapKind::VendorFault)]
#[case(200, "<html>", GapKind::UnexpectedAnswer)]
#[case(200, r#"{"data":{"lim"#, GapKind::UnexpectedAnswer)]
#[case(200, "", GapKind::UnexpectedAnswer)]
#[case(200, "{}", GapKind::UnexpectedAnswer)]
#[case(200, r#"{"data":null}"#, GapKind::UnexpectedAnswer)]
#[case(200, r#"{"data":{"limit":"lots"}}"#, GapKind::UnexpectedAnswer)]
#[tokio::test]
async fn what_is_no_answer_is_a_gap(#[case] status: u16, #[case] body: &str, #[case] kind: GapKind) {
    let server = MockServer::start().await;
    answers_text(&server, "/api/v1/key", status, body).await;
    let door = door(&server, &[System::Openrouter]);
    assert_eq!(Openrouter::new(&door).key().await.unwrap_err().kind, kind);
    assert_eq!(who_am_i(&door).await.unwrap_err().kind, kind);
}

#[tokio::test]
async fn keys_are_read_page_by_page_until_nothing_new_comes() {
    let server = MockServer::start().await;
    for (offset, body) in [
        ("0", json!({"data": [{"hash": "a"}, {"hash": "b"}]})),
        ("2", json!({"data": [{"hash": "c"}]})),
        ("3", json!({"data": []})),
    ] {
        Mock::given(method("GET"))
            .and(path("/api/v1/keys"))
            .and(query_param("offset", offset))
            .respond_with(ResponseTemplate::new(200).set_body_json(body))
            .mount(&server)
            .await;
    }
    let door = door(&server, &[System::Openrouter]);
    let keys = Openrouter::new(&door).keys("w1").await.unwrap();
    assert_eq!(keys.len(), 3);
    all_are_listed(&server, "/api/v1", requests()).await;
}

#[tokio::test]
async fn a_page_that_fails_hides_the_whole_list() {
    let server = MockServer::start().await;
    for (offset, status, body) in [("0", 200, json!({"data": [{"hash": "a"}]})), ("1", 500, json!({}))] {
        Mock::given(method("GET"))
            .and(path("/api/v1/keys"))
            .and(query_param("offset", offset))
            .respond_with(ResponseTemplate::new(status).set_body_json(body))
            .mount(&server)
            .await;
    }
    let door = door(&server, &[System::Openrouter]);
    assert_eq!(Openrouter::new(&door).keys("w1").await.unwrap_err().kind, GapKind::VendorFault);
}

#[tokio::test]
async fn facts_are_read_and_keys_are_not() {
    let server = MockServer::start().await;
    let canary = ["sk", "or", "v1", "canary"].join("-");
    let key = json!({"data": {"label": canary, "key": canary, "limit": 100, "limit_reset": "monthly", "usage": 25.5,
                              "usage_monthly": 25.5, "byok_usage": 0, "is_management_key": true,
                              "expires_at": "2027-12-31T23:59:59Z"}});
    answers(&server, "/api/v1/key", 200, &key).await;
    answers(&server, "/api/v1/credits", 200, &json!({"data": {"total_credits": 100.5, "total_usage": 25.75}})).await;
    answers(&server, "/api/v1/workspaces", 200, &json!({"data": [{"id": "w1", "key": canary}], "total_count": 1})).await;
    answers(&server, "/api/v1/keys", 200, &json!({"data": [{"hash": "h1", "label": canary, "limit": null}]})).await;
    answers(&server, "/api/v1/workspaces/w1/budgets", 200, &json!({"data": [{"limit_usd": 5, "reset_interval": null}]})).await;
    let guardrails = json!({"data": [{"id": "g1", "limit_usd": 9, "reset_interval": "weekly"}], "total_count": 1});
    answers(&server, "/api/v1/guardrails", 200, &guardrails).await;
    let assigned = json!({"data": [{"key_hash": "h1", "key_label": canary}], "total_count": 1});
    answers(&server, "/api/v1/guardrails/g1/assignments/keys", 200, &assigned).await;
    let door = door(&server, &[System::Openrouter]);
    let openrouter = Openrouter::new(&door);
    let (key, credits) = (openrouter.key().await.unwrap(), openrouter.credits().await.unwrap());
    assert_eq!(credits.balance().unwrap().to_string(), "74.75");
    let workspaces = openrouter.workspaces().await.unwrap();
    let (keys, budgets) = (openrouter.keys("w1").await.unwrap(), openrouter.budgets("w1").await.unwrap());
    let guardrails = openrouter.guardrails("w1").await.unwrap();
    assert_eq!(guardrails[0].keys, [Foreign::new("h1")]);
    let identity = who_am_i(&door).await.unwrap();
    assert!(identity.expires.is_some());
    let stored = serde_json::to_string(&(&*key, &workspaces, &keys, &*budgets, &guardrails, &identity)).unwrap();
    assert!(!stored.contains(&canary), "{stored}");
    all_are_listed(&server, "/api/v1", requests()).await;
}
