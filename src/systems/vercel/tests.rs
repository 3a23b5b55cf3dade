//! The Vercel client against a loopback server: every answer that is none, pages, the team, and what is never kept.

use super::*;
use crate::systems::stand_in::{all_are_listed, answers, answers_text, door};
use rstest::rstest;
use serde_json::json;
use wiremock::matchers::{method, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

fn of_team() -> VercelProject {
    "team_1/shop".parse().unwrap()
}

#[rstest]
#[case(401, "{}", GapKind::BadCredential)]
#[case(402, "{}", GapKind::PlanHides)]
#[case(403, r#"{"error":{"code":"forbidden"}}"#, GapKind::NoPermission)]
#[case(404, r#"{"error":{"code":"not_found"}}"#, GapKind::Ambiguous)]
#[case(429, "{}", GapKind::RateLimited)]
#[case(500, "{}", GapKind::VendorFault)]
#[case(200, "<html>", GapKind::UnexpectedAnswer)]
#[case(200, r#"{"envs":[{"ke"#, GapKind::UnexpectedAnswer)]
#[case(200, "", GapKind::UnexpectedAnswer)]
#[case(200, "{}", GapKind::UnexpectedAnswer)]
#[case(200, r#"{"envs":[{"key":1}]}"#, GapKind::UnexpectedAnswer)]
#[tokio::test]
async fn what_is_no_answer_is_a_gap(#[case] status: u16, #[case] body: &str, #[case] kind: GapKind) {
    let server = MockServer::start().await;
    answers_text(&server, "/v10/projects/shop/env", status, body).await;
    let door = door(&server, &[System::Vercel]);
    assert_eq!(Vercel::new(&door, &of_team()).variables().await.unwrap_err().kind, kind);
}

#[rstest]
#[case(404, r#"{"error":{"code":"not_found"}}"#, Ok(0))]
#[case(404, "<html>", Err(GapKind::Ambiguous))]
#[case(402, "{}", Err(GapKind::PlanHides))]
#[case(200, r#"{"environments":[{"id":"env_1","slug":"staging","type":"preview"}]}"#, Ok(1))]
#[case(200, "{}", Err(GapKind::UnexpectedAnswer))]
#[tokio::test]
async fn a_part_that_is_not_there_is_none(#[case] status: u16, #[case] body: &str, #[case] wanted: Result<usize, GapKind>) {
    let server = MockServer::start().await;
    answers_text(&server, "/v9/projects/shop/custom-environments", status, body).await;
    let door = door(&server, &[System::Vercel]);
    let seen = Vercel::new(&door, &of_team()).environments().await;
    assert_eq!(seen.map(|it| it.len()).map_err(|gap| gap.kind), wanted);
}

#[tokio::test]
async fn the_team_is_named_once_on_every_call() {
    let server = MockServer::start().await;
    for (team, answered) in [("team_1", "teamId"), ("acme", "slug")] {
        Mock::given(method("GET"))
            .and(path("/v9/projects/shop"))
            .and(query_param(answered, team))
            .respond_with(ResponseTemplate::new(200).set_body_json(json!({"id": team, "accountId": "team_9"})))
            .mount(&server)
            .await;
        let door = door(&server, &[System::Vercel]);
        let vercel = Vercel::new(&door, &format!("{team}/shop").parse().unwrap());
        let project = vercel.project().await.unwrap();
        assert_eq!(vercel.anchored(&project).team.as_deref(), Some(team));
    }
    let door = door(&server, &[System::Vercel]);
    let personal = Vercel::new(&door, &"shop".parse().unwrap());
    let project = Project { account_id: Some(Foreign::new("team_9")), ..Project::default() };
    assert_eq!(personal.anchored(&project).team.as_deref(), Some("team_9"));
}

#[tokio::test]
async fn domains_are_read_to_the_last_page() {
    let server = MockServer::start().await;
    let at = || path("/v9/projects/shop/domains");
    let first = json!({"domains": [{"name": "a.example.com"}], "pagination": {"count": 1, "next": 5, "prev": null}});
    let last = json!({"domains": [{"name": "b.example.com"}], "pagination": {"count": 1, "next": null, "prev": 5}});
    let answer = |body| ResponseTemplate::new(200).set_body_json(body);
    Mock::given(method("GET")).and(at()).and(query_param_is_missing("until")).respond_with(answer(first)).mount(&server).await;
    Mock::given(method("GET")).and(at()).and(query_param("until", "5")).respond_with(answer(last)).mount(&server).await;
    let door = door(&server, &[System::Vercel]);
    assert_eq!(Vercel::new(&door, &of_team()).domains().await.unwrap().len(), 2);
    all_are_listed(&server, "", requests()).await;
}

#[tokio::test]
async fn facts_are_read_and_secrets_are_not() {
    let server = MockServer::start().await;
    let canary = ["canary", "of", "a", "value"].join("-");
    let hook = format!("https://api.example.com/deploy/{canary}");
    let mut bypass = serde_json::Map::new();
    bypass.insert(canary.clone(), json!({"scope": "automation-bypass"}));
    let project = json!({"id": "prj_1", "name": "shop", "accountId": "team_1", "protectionBypass": bypass,
        "link": {"type": "github", "productionBranch": "main", "deployHooks": [{"id": "1", "name": "cms", "url": hook}]},
        "env": [{"key": "DATABASE_URL", "value": canary}],
        "permissions": {"projectEnvVarsProduction": ["list"], "project": ["read"]}});
    answers(&server, "/v9/projects/shop", 200, &project).await;
    let environments = json!({"accountLimit": {"total": 1}, "environments": [{"id": "env_1", "slug": "staging", "type": "preview",
        "domains": [{"verification": [{"value": canary}]}]}]});
    answers(&server, "/v9/projects/prj_1/custom-environments", 200, &environments).await;
    let envs = json!({"envs": [{"id": "e1", "key": "DATABASE_URL", "type": "plain", "target": ["production"], "value": canary,
        "vsmValue": canary, "legacyValue": canary, "internalContentHint": {"encryptedValue": canary}, "comment": canary}]});
    answers(&server, "/v10/projects/prj_1/env", 200, &envs).await;
    let shared = json!({"data": [{"id": "s1", "key": "REDIS_URL", "target": ["preview"], "value": canary},
        {"id": "s2", "key": "GONE", "target": ["preview"], "deletedAt": 1}], "pagination": {"count": 2, "next": null, "prev": null}});
    answers(&server, "/v1/env", 200, &shared).await;
    let domains = json!({"domains": [{"name": "staging.example.com", "gitBranch": "staging", "redirect": null, "verified": true,
        "verification": [{"value": canary}]}], "pagination": {"count": 1, "next": null, "prev": null}});
    answers(&server, "/v9/projects/prj_1/domains", 200, &domains).await;
    let deployments = json!({"deployments": [{"uid": "dpl_1", "readyState": "READY", "ready": 1_763_000_000_000_i64, "target": null,
        "customEnvironment": {"id": "env_1"}, "creator": {"email": canary}, "meta": {"secret": canary}}]});
    answers(&server, "/v6/deployments", 200, &deployments).await;
    let door = door(&server, &[System::Vercel]);
    let vercel = Vercel::new(&door, &of_team());
    let project = vercel.project().await.unwrap();
    let vercel = vercel.anchored(&project);
    let environments = vercel.environments().await.unwrap();
    let (own, shared) = (vercel.variables().await.unwrap(), vercel.shared_variables().await.unwrap());
    assert_eq!(shared.variables.len(), 1, "a deleted entry is no entry");
    let (domains, ready) = (vercel.domains().await.unwrap(), vercel.ready_in("staging").await.unwrap());
    assert!(ready[0].is_of(&environments[0]) && ready[0].is_ready());
    let stored = serde_json::to_string(&(&*project, &environments, &*own, &*shared, &domains, &ready)).unwrap();
    assert!(stored.contains("DATABASE_URL") && !stored.contains(&canary), "{stored}");
    all_are_listed(&server, "", requests()).await;
    let asked = server.received_requests().await.unwrap();
    assert!(asked.iter().all(|request| request.url.query_pairs().all(|(name, _)| name != "decrypt")));
    assert!(asked.iter().all(|request| request.url.query_pairs().filter(|(name, _)| name == "teamId").count() == 1));
}

#[rstest]
#[case(200, 200, Ok("sam"))]
#[case(200, 403, Ok("sam"))]
#[case(403, 200, Ok("a token of a team"))]
#[case(403, 403, Err(GapKind::NoPermission))]
#[case(401, 200, Err(GapKind::BadCredential))]
#[case(500, 200, Err(GapKind::VendorFault))]
#[tokio::test]
async fn whose_token_it_is(#[case] user: u16, #[case] teams: u16, #[case] wanted: Result<&str, GapKind>) {
    let server = MockServer::start().await;
    answers(&server, "/v2/user", user, &json!({"user": {"id": "1", "username": "sam", "email": "sam@example.com"}})).await;
    answers(&server, "/v2/teams", teams, &json!({"teams": [{"name": "Acme", "slug": "acme", "inviteCode": "x"}]})).await;
    let identity = who_am_i(&door(&server, &[System::Vercel])).await;
    assert_eq!(identity.as_ref().map(|it| it.name.as_str()).map_err(|gap| gap.kind), wanted);
    if let Ok(identity) = identity {
        assert!(identity.warnings.iter().any(|it| it.as_str().contains("no read-only tokens")));
        all_are_listed(&server, "", requests()).await;
    }
}
