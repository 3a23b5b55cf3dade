//! The OpenAI client against a loopback server: every answer that is none, and the two meanings of 404.

use super::*;
use crate::systems::stand_in::{all_are_listed, answers, answers_text, door, noon};
use rstest::rstest;
use serde_json::json;
use wiremock::MockServer;

const LIMIT_PATH: &str = "/v1/organization/spend_limit";

async fn limit_answered(status: u16, body: &str) -> Result<Arc<Option<SpendLimit>>, Gap> {
    let server = MockServer::start().await;
    answers_text(&server, LIMIT_PATH, status, body).await;
    Openai::new(&door(&server, &[System::Openai])).organization_limit().await
}

#[rstest]
#[case(401, "{}", GapKind::BadCredential)]
#[case(402, "{}", GapKind::PlanHides)]
#[case(403, "{}", GapKind::NoPermission)]
#[case(403, "<html>blocked by a firewall</html>", GapKind::UnexpectedAnswer)]
#[case(404, "<html>not here</html>", GapKind::Ambiguous)]
#[case(404, "", GapKind::Ambiguous)]
#[case(404, r#"{"error":{"message":"Invalid URL (GET /v1/organization/spend_limit)"}}"#, GapKind::Ambiguous)]
#[case(429, "{}", GapKind::RateLimited)]
#[case(500, "{}", GapKind::VendorFault)]
#[case(200, "<html>", GapKind::UnexpectedAnswer)]
#[case(200, r#"{"object":"organ"#, GapKind::UnexpectedAnswer)]
#[case(200, "", GapKind::UnexpectedAnswer)]
#[case(200, "null", GapKind::UnexpectedAnswer)]
#[case(200, r#"{"error":{"message":"later"}}"#, GapKind::UnexpectedAnswer)]
#[case(200, r#"{"object":"list","data":[]}"#, GapKind::UnexpectedAnswer)]
#[case(200, r#"{"object":"organization.spend_limit","threshold_amount":"many"}"#, GapKind::UnexpectedAnswer)]
#[tokio::test]
async fn what_is_no_answer_is_a_gap(#[case] status: u16, #[case] body: &str, #[case] kind: GapKind) {
    assert_eq!(limit_answered(status, body).await.unwrap_err().kind, kind);
}

#[rstest]
#[case(404, r#"{"error":{"message":"No spend limit","code":"not_found"}}"#)]
#[case(200, "{}")]
#[tokio::test]
async fn none_is_said_in_two_ways(#[case] status: u16, #[case] body: &str) {
    assert_eq!(*limit_answered(status, body).await.unwrap(), None);
}

#[tokio::test]
async fn facts_are_read_and_secrets_are_not() {
    let server = MockServer::start().await;
    let canary = ["sk", "admin", "canary"].join("-");
    let limit = json!({"object": "project.spend_limit", "threshold_amount": 5000, "currency": "USD", "interval": "month",
                       "enforcement": {"status": "enforcing", "token": canary}, "admin_key": canary});
    answers(&server, "/v1/organization/projects/proj_1/spend_limit", 200, &limit).await;
    answers(&server, "/v1/organization/projects/proj_1", 200, &json!({"id": "proj_1", "name": "Acme", "secret": canary})).await;
    answers(&server, "/v1/organization/projects", 200, &json!({"data": [{"id": "proj_1", "name": "Acme"}], "has_more": false}))
        .await;
    answers(&server, LIMIT_PATH, 404, &json!({"error": {"message": "none"}})).await;
    answers(&server, "/v1/organization/costs", 200, &json!({"data": [], "has_more": false, "key": canary})).await;
    let door = door(&server, &[System::Openai]);
    let openai = Openai::new(&door);
    let (limit, project) = (openai.project_limit("proj_1").await.unwrap(), openai.project("proj_1").await.unwrap());
    assert_eq!(limit.as_ref().as_ref().unwrap().amount().unwrap().to_string(), "50");
    assert_eq!(*openai.organization_limit().await.unwrap(), None);
    let costs = openai.costs_since(noon()).await.unwrap();
    let identity = who_am_i(&door).await.unwrap();
    let stored = serde_json::to_string(&(&*limit, &*project, &*costs, &identity)).unwrap();
    assert!(stored.contains("Acme") && !stored.contains(&canary), "{stored}");
    all_are_listed(&server, "/v1", requests()).await;
}

#[rstest]
#[case(401, "{}", GapKind::BadCredential)]
#[case(403, "{}", GapKind::NoPermission)]
#[case(200, "{}", GapKind::UnexpectedAnswer)]
#[tokio::test]
async fn a_key_that_does_not_work_says_so(#[case] status: u16, #[case] body: &str, #[case] kind: GapKind) {
    let server = MockServer::start().await;
    answers_text(&server, "/v1/organization/projects", status, body).await;
    assert_eq!(who_am_i(&door(&server, &[System::Openai])).await.unwrap_err().kind, kind);
}
