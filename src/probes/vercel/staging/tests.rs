//! The decision table of `vercel.staging`.

use super::*;
use crate::domain::GapKind;
use crate::probes::stand_in::{acme, sight};
use crate::systems::stand_in::{all_are_listed, answers, noon};
use crate::systems::vercel::requests;
use chrono::TimeDelta;
use rstest::rstest;
use serde_json::{Value, json};
use strum::VariantArray;
use wiremock::MockServer;

fn days_ago(days: i64) -> i64 {
    (noon() - TimeDelta::days(days)).timestamp_millis()
}

fn environment() -> Value {
    json!({"id": "env_1", "slug": "staging", "type": "preview"})
}

fn ready(days: i64) -> Value {
    json!([{"uid": "dpl_1", "readyState": "READY", "ready": days_ago(days), "customEnvironment": {"id": "env_1"}}])
}

fn variable(key: &str, targets: &[&str], environments: &[&str]) -> Value {
    json!({"id": "e", "key": key, "targets": targets, "custom_environments": environments, "git_branch": null,
           "all_custom_environments": false, "shared": false})
}

fn split() -> Vec<Value> {
    vec![variable("DATABASE_URL", &["production"], &[]), variable("DATABASE_URL", &[], &["env_1"])]
}

fn list(variables: &[Value]) -> Value {
    json!({"seen": {"variables": variables, "complete": true}})
}

fn state(change: &Value) -> StagingHost {
    let mut state = json!({
        "project": {"id": "prj_1", "name": "shop", "link": {"productionBranch": "main"}},
        "environments": {"seen": [environment()]},
        "ready": {"staging": {"seen": ready(1)}},
        "domains": {"seen": []},
        "own": list(&split()),
        "shared": list(&[]),
    });
    state.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    serde_json::from_value(state).unwrap()
}

fn word(seen: &StagingHost) -> String {
    let verdict = Staging::decide(seen, &acme(), noon());
    match verdict.outcome.gap() {
        Some(gap) => gap.kind.to_string(),
        None => verdict.outcome.word().to_owned(),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "rows of a table are written in place")]
fn domain(branch: &str, change: Value) -> Value {
    let mut domain = json!({"name": "staging.example.com", "gitBranch": branch, "redirect": null, "verified": true});
    domain.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    domain
}

#[rstest]
#[case::deployed(json!({}), "pass")]
#[case::on_the_thirtieth_day(json!({"ready": {"staging": {"seen": ready(30)}}}), "pass")]
#[case::stale(json!({"ready": {"staging": {"seen": ready(31)}}}), "fail")]
#[case::never(json!({"ready": {"staging": {"seen": []}}}), "fail")]
#[case::in_the_future(json!({"ready": {"staging": {"seen": ready(-1)}}}), "unexpected_answer")]
#[case::not_ready(json!({"ready": {"staging": {"seen": [
    {"readyState": "ERROR", "ready": days_ago(1), "customEnvironment": {"id": "env_1"}}]}}}), "fail")]
#[case::of_another_environment(json!({"ready": {"staging": {"seen": [
    {"readyState": "READY", "ready": days_ago(1), "customEnvironment": {"id": "env_2"}}]}}}), "fail")]
#[case::the_filter_was_ignored(json!({"ready": {"staging": {"seen": [
    {"readyState": "READY", "ready": days_ago(1), "target": "production"}]}}}), "fail")]
#[case::by_its_target(json!({"ready": {"staging": {"seen": [
    {"readyState": "READY", "ready": days_ago(1), "target": "staging"}]}}}), "pass")]
#[case::production_is_not_staging(json!({"environments": {"seen": [{"id": "env_1", "slug": "live", "type": "production"}]}}), "fail")]
#[case::without_an_id(json!({"environments": {"seen": [{"slug": "staging"}]}}), "unexpected_answer")]
#[case::not_looked_into(json!({"ready": {}}), "incomplete")]
#[case::none(json!({"environments": {"seen": []}}), "fail")]
fn hosts_by_environment(#[case] change: Value, #[case] wanted: &str) {
    assert_eq!(word(&state(&change)), wanted);
}

#[rstest]
#[case::staging(domain("staging", json!({})), "pass")]
#[case::in_a_folder(domain("env/Staging", json!({})), "pass")]
#[case::production_branch(domain("main", json!({})), "fail")]
#[case::not_verified(domain("staging", json!({"verified": false})), "fail")]
#[case::verified_unknown(domain("staging", json!({"verified": null})), "unexpected_answer")]
#[case::a_redirect(domain("staging", json!({"redirect": "example.com"})), "fail")]
#[case::without_a_branch(domain("staging", json!({"gitBranch": null})), "fail")]
#[case::another_branch(domain("christmas", json!({})), "needs_judgement")]
fn hosts_by_branch(#[case] domain: Value, #[case] wanted: &str) {
    let own = [variable("DATABASE_URL", &["production"], &[]), variable("DATABASE_URL", &["preview"], &[])];
    let change = json!({"environments": {"seen": []}, "domains": {"seen": [domain]}, "own": list(&own)});
    assert_eq!(word(&state(&change)), wanted);
}

#[rstest]
#[case::split(&split(), &[], "pass")]
#[case::one_entry_for_both(&[variable("DATABASE_URL", &["production", "preview"], &[])], &[], "fail")]
#[case::one_entry_for_production_and_the_environment(&[variable("DATABASE_URL", &["production"], &["env_1"])], &[], "fail")]
#[case::one_of_several_is_shared(
    &[split(), vec![variable("NEXT_PUBLIC_SUPABASE_URL", &["production", "preview"], &[])]].concat(), &[], "fail")]
#[case::shared_by_the_team(&split(), &[variable("REDIS_URL", &["production", "preview"], &[])], "fail")]
#[case::another_name_is_shared(&[split(), vec![variable("LOG_LEVEL", &["production", "preview"], &[])]].concat(), &[], "pass")]
#[case::only_production(&[variable("DATABASE_URL", &["production"], &[])], &[], "incomplete")]
#[case::only_staging(&[variable("DATABASE_URL", &[], &["env_1"])], &[], "incomplete")]
#[case::previews_only(
    &[variable("DATABASE_URL", &["production"], &[]), variable("DATABASE_URL", &["preview"], &[])], &[], "incomplete")]
#[case::no_backing_key(&[variable("LOG_LEVEL", &["production"], &[])], &[], "incomplete")]
#[case::nothing(&[], &[], "incomplete")]
fn variables_decide(#[case] own: &[Value], #[case] shared: &[Value], #[case] wanted: &str) {
    assert_eq!(word(&state(&json!({"own": list(own), "shared": list(shared)}))), wanted);
}

#[rstest]
#[case::may_list(json!(["list"]), "pass")]
#[case::may_not(json!([]), "no_permission")]
#[case::unknown(json!(null), "pass")]
fn what_the_role_may_list_counts(#[case] verbs: Value, #[case] wanted: &str) {
    let project = json!({"id": "prj_1", "name": "shop", "permissions": {"projectEnvVarsProduction": verbs}});
    assert_eq!(word(&state(&json!({"project": project}))), wanted);
}

#[rstest]
#[case("own")]
#[case("shared")]
fn a_list_that_goes_on_is_incomplete(#[case] part: &str) {
    let cut = json!({"seen": {"variables": if part == "own" { split() } else { Vec::new() }, "complete": false}});
    assert_eq!(word(&state(&json!({part: cut}))), "incomplete");
}

#[test]
fn a_personal_project_has_no_shared_variables() {
    assert_eq!(word(&state(&json!({"shared": null}))), "pass");
}

#[test]
fn what_is_hidden_is_a_gap_and_never_an_empty_list() {
    for kind in GapKind::VARIANTS {
        let hidden = json!({"hidden": Gap::new(*kind, System::Vercel, "hidden")});
        let none = json!({"seen": []});
        for change in [
            json!({"environments": hidden, "ready": {}}),
            json!({"environments": none, "domains": hidden}),
            json!({"ready": {"staging": hidden}}),
            json!({"own": hidden}),
            json!({"shared": hidden}),
        ] {
            assert_eq!(word(&state(&change)), kind.to_string(), "{change}");
        }
        let shared = list(&[variable("DATABASE_URL", &["production", "preview"], &[])]);
        let seen = state(&json!({"own": shared, "environments": hidden, "shared": hidden}));
        assert_eq!(word(&seen), "fail", "what was seen already fails");
    }
}

#[test]
fn it_says_what_it_saw() {
    let verdict = Staging::decide(&state(&json!({})), &acme(), noon());
    assert_eq!(
        verdict.says.as_str(),
        "The environment staging was deployed 24 h ago; its 1 backing variables have entries of their own"
    );
    let own = list(&[
        variable("SUPABASE_URL", &["production", "preview"], &[]),
        variable("STRIPE_SECRET_KEY", &["production", "preview"], &[]),
    ]);
    let seen = state(&json!({"own": own}));
    let verdict = Staging::decide(&seen, &acme(), noon());
    assert_eq!(verdict.findings[0].key(), "vercel.shared-entry:SUPABASE_URL");
    assert!(verdict.notes.iter().any(|note| note.key == "vercel.shared-credential:STRIPE_SECRET_KEY"));
    assert!(Staging::remedy(&seen, &acme()).steps.iter().any(|step| step.as_str().contains("SUPABASE_URL")));
}

#[tokio::test]
async fn it_looks_with_requests_that_are_listed_and_keeps_no_value() {
    let server = MockServer::start().await;
    let canary = ["canary", "of", "a", "value"].join("-");
    let mut settings = acme();
    settings.vercel = Some("team_1/shop".parse().unwrap());
    let project = json!({"id": "prj_1", "name": "shop", "accountId": "team_1",
                         "link": {"type": "github", "productionBranch": "main", "deployHooks": [{"url": canary}]}});
    answers(&server, "/v9/projects/shop", 200, &project).await;
    let environments = json!({"accountLimit": {"total": 1}, "environments": [environment()]});
    answers(&server, "/v9/projects/prj_1/custom-environments", 200, &environments).await;
    answers(
        &server,
        "/v9/projects/prj_1/domains",
        200,
        &json!({"domains": [], "pagination": {"count": 0, "next": null, "prev": null}}),
    )
    .await;
    let envs = json!({"envs": [
        {"id": "e1", "key": "DATABASE_URL", "type": "plain", "target": ["production"], "value": canary},
        {"id": "e2", "key": "DATABASE_URL", "type": "encrypted", "target": [], "customEnvironmentIds": ["env_1"], "value": canary}]});
    answers(&server, "/v10/projects/prj_1/env", 200, &envs).await;
    answers(&server, "/v1/env", 200, &json!({"data": [], "pagination": {"count": 0, "next": null, "prev": null}})).await;
    answers(&server, "/v6/deployments", 200, &json!({"deployments": ready(1)})).await;
    let seen = Staging::observe(&sight(&server, &[System::Vercel], &settings)).await.unwrap();
    assert_eq!(word(&seen), "pass");
    let stored = serde_json::to_string(&seen).unwrap();
    assert!(!stored.contains(&canary), "{stored}");
    assert_eq!(serde_json::from_str::<StagingHost>(&stored).unwrap(), seen);
    all_are_listed(&server, "", requests()).await;
    assert_eq!(server.received_requests().await.unwrap().len(), 6);
}

#[rstest]
#[case(401, GapKind::BadCredential)]
#[case(403, GapKind::NoPermission)]
#[case(404, GapKind::Ambiguous)]
#[case(429, GapKind::RateLimited)]
#[case(500, GapKind::VendorFault)]
#[tokio::test]
async fn without_the_anchor_nothing_else_is_asked(#[case] status: u16, #[case] kind: GapKind) {
    let server = MockServer::start().await;
    answers(&server, "/v9/projects/shop", status, &json!({"error": {}})).await;
    let mut settings = acme();
    settings.vercel = Some("team_1/shop".parse().unwrap());
    let sight = sight(&server, &[System::Vercel], &settings);
    assert_eq!(Staging::observe(&sight).await.unwrap_err().kind, kind);
    assert!(server.received_requests().await.unwrap().iter().all(|it| it.url.path() == "/v9/projects/shop"));
}

#[tokio::test]
async fn without_a_project_it_says_how_to_name_one() {
    let server = MockServer::start().await;
    let gap = Staging::observe(&sight(&server, &[], &acme())).await.unwrap_err();
    assert_eq!(
        (gap.kind, gap.needs.unwrap().as_str()),
        (GapKind::NotConfigured, "Run `rescue app edit acme-shop --vercel TEAM/PROJECT`")
    );
}
