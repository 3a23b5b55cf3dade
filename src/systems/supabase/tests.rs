//! The Supabase client against a loopback server: every answer that is none, and what is kept of those that are.

use super::*;
use crate::systems::stand_in::{all_are_listed, answers, answers_text, door};
use rstest::rstest;
use serde_json::json;
use wiremock::MockServer;

const REF: &str = "abcdefghijklmnopqrst";

#[rstest]
#[case(401, "{}", GapKind::BadCredential)]
#[case(402, "{}", GapKind::PlanHides)]
#[case(403, r#"{"message":"Forbidden"}"#, GapKind::NoPermission)]
#[case(404, r#"{"message":"Not found"}"#, GapKind::Ambiguous)]
#[case(429, "{}", GapKind::RateLimited)]
#[case(500, "{}", GapKind::VendorFault)]
#[case(503, "<html>", GapKind::VendorFault)]
#[case(200, "<html>maintenance</html>", GapKind::UnexpectedAnswer)]
#[case(200, r#"{"backups":[{"sta"#, GapKind::UnexpectedAnswer)]
#[case(200, "", GapKind::UnexpectedAnswer)]
#[case(200, r#"{"backups":"none"}"#, GapKind::UnexpectedAnswer)]
#[case(200, r#"{"pitr_enabled":"yes"}"#, GapKind::UnexpectedAnswer)]
#[tokio::test]
async fn what_is_no_answer_is_a_gap(#[case] status: u16, #[case] body: &str, #[case] kind: GapKind) {
    let server = MockServer::start().await;
    answers_text(&server, &format!("/v1/projects/{REF}/database/backups"), status, body).await;
    let door = door(&server, &[System::Supabase]);
    let gap = Supabase::new(&door).backups(REF).await.unwrap_err();
    assert_eq!(gap.kind, kind, "{gap:?}");
    assert!(gap.needs.is_some());
    if kind == GapKind::NoPermission {
        assert_eq!(gap.needs.unwrap().as_str(), "Give the token the permission Backups: read");
    }
}

#[tokio::test]
async fn facts_are_read_and_secrets_are_not() {
    let server = MockServer::start().await;
    let canary = ["sb", "secret", "canary"].join("_");
    answers(
        &server,
        &format!("/v1/projects/{REF}"),
        200,
        &json!({"ref": REF, "name": "Acme", "status": "ACTIVE_HEALTHY", "organization_slug": "acme", "service_key": canary,
                "database": {"host": "db.example.com", "password": canary}}),
    )
    .await;
    answers(
        &server,
        &format!("/v1/projects/{REF}/branches"),
        200,
        &json!([{"name": "staging", "project_ref": "bcdefghijklmnopqrsta", "parent_project_ref": null, "is_default": false,
                 "persistent": true, "with_data": false, "notify_url": format!("https://example.com/{canary}")}]),
    )
    .await;
    answers(&server, "/v1/organizations/acme", 200, &json!({"name": "Acme", "plan": "pro", "billing": canary})).await;
    answers(&server, &format!("/v1/projects/{REF}/database/migrations"), 200, &json!([{"version": "1", "statements": canary}]))
        .await;
    let door = door(&server, &[System::Supabase]);
    let supabase = Supabase::new(&door);
    let project = supabase.project(REF).await.unwrap();
    assert_eq!(project.host().unwrap(), &"db.example.com");
    let branches = supabase.branches(REF).await.unwrap();
    assert_eq!(branches[0].persistent, Some(true));
    let organization = supabase.organization("acme").await.unwrap();
    let migrations = supabase.migrations(REF).await.unwrap();
    let stored = serde_json::to_string(&(&*project, &*branches, &*organization, &*migrations)).unwrap();
    assert!(stored.contains("staging") && !stored.contains(&canary), "{stored}");
    all_are_listed(&server, "", requests()).await;
}

#[tokio::test]
async fn a_scoped_token_that_may_not_read_its_profile_is_still_good() {
    let server = MockServer::start().await;
    answers(&server, "/v1/profile", 403, &json!({"message": "Forbidden"})).await;
    answers(&server, "/v1/organizations", 200, &json!([{"id": "1", "slug": "acme", "name": "Acme"}])).await;
    let door = door(&server, &[System::Supabase]);
    let identity = who_am_i(&door).await.unwrap();
    assert_eq!(identity.may, [Foreign::new("see the organisation Acme")]);
    all_are_listed(&server, "", requests()).await;
}

#[rstest]
#[case(401, 200, GapKind::BadCredential)]
#[case(403, 403, GapKind::NoPermission)]
#[case(403, 500, GapKind::VendorFault)]
#[case(500, 200, GapKind::VendorFault)]
#[tokio::test]
async fn a_token_that_does_not_work_says_so(#[case] profile: u16, #[case] organizations: u16, #[case] kind: GapKind) {
    let server = MockServer::start().await;
    let list = if organizations == 200 { json!([]) } else { json!({"message": "no"}) };
    answers(&server, "/v1/profile", profile, &json!({"message": "no"})).await;
    answers(&server, "/v1/organizations", organizations, &list).await;
    assert_eq!(who_am_i(&door(&server, &[System::Supabase])).await.unwrap_err().kind, kind);
}

#[tokio::test]
async fn without_a_token_nothing_is_asked() {
    let server = MockServer::start().await;
    let door = door(&server, &[]);
    assert_eq!(who_am_i(&door).await.unwrap_err().kind, GapKind::NoCredential);
    assert!(server.received_requests().await.unwrap().is_empty());
}
