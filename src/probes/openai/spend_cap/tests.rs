//! The decision table of `openai.spend-cap`.

use super::*;
use crate::probes::stand_in::{acme, sight};
use crate::systems::openai::requests;
use crate::systems::stand_in::{all_are_listed, answers, noon};
use rstest::rstest;
use serde_json::{Value, json};
use wiremock::MockServer;

fn settings(ceiling: Option<u64>) -> AppSettings {
    let mut settings = acme();
    settings.providers.insert(System::Openai);
    settings.openai_project = Some("proj_1".to_owned());
    settings.ceilings.extend(ceiling.map(|usd| (System::Openai, usd)));
    settings
}

fn limit(cents: i64, status: &str) -> Value {
    json!({"threshold_amount": cents, "currency": "USD", "interval": "month", "enforcement": {"status": status}})
}

fn hidden(kind: GapKind) -> Value {
    json!({"hidden": Gap::new(kind, System::Openai, "hidden")})
}

fn seen(project: &Value, organization: &Value, costs: Option<i64>) -> Limits {
    serde_json::from_value(json!({
        "control": {"seen": {"data": [{"id": "proj_1"}], "has_more": false}},
        "project": {"id": "proj_1", "project": {"seen": {"id": "proj_1", "name": "shop"}}, "limit": project},
        "organization": organization,
        "costs": costs.map(|usd| json!({"seen": {"by_project": {"proj_1": usd.to_string()}, "unattributed": "0", "complete": true}})),
    }))
    .unwrap()
}

fn word(seen: &Limits, settings: &AppSettings) -> String {
    let verdict = SpendCap::decide(seen, settings, noon());
    match verdict.outcome.gap() {
        Some(gap) => gap.kind.to_string(),
        None => verdict.outcome.word().to_owned(),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "rows of a table are written in place")]
fn some(limit: Value) -> Value {
    json!({ "seen": limit })
}

fn none() -> Value {
    json!({"seen": null})
}

#[rstest]
#[case::project_armed(some(limit(5_000, "enforcing")), none(), None, "pass")]
#[case::at_the_ceiling(some(limit(10_000, "enforcing")), none(), None, "pass")]
#[case::a_cent_above(some(limit(10_001, "enforcing")), none(), None, "fail")]
#[case::organization_armed(none(), some(limit(5_000, "enforcing")), None, "pass")]
#[case::project_above_organization_below(some(limit(99_900, "enforcing")), some(limit(5_000, "enforcing")), None, "pass")]
#[case::both_above(some(limit(99_900, "enforcing")), some(limit(99_900, "enforcing")), None, "fail")]
#[case::neither(none(), none(), None, "fail")]
#[case::of_zero(some(limit(0, "enforcing")), none(), None, "fail")]
#[case::without_amount(some(json!({"currency": "USD"})), none(), None, "fail")]
#[case::project_hidden_organization_armed(hidden(GapKind::VendorFault), some(limit(5_000, "enforcing")), None, "pass")]
#[case::project_armed_organization_hidden(some(limit(5_000, "enforcing")), hidden(GapKind::NoPermission), None, "pass")]
#[case::none_and_hidden(none(), hidden(GapKind::NoPermission), None, "no_permission")]
#[case::hidden_and_none(hidden(GapKind::TimedOut), none(), None, "timed_out")]
#[case::above_and_hidden(some(limit(99_900, "enforcing")), hidden(GapKind::NoPermission), None, "no_permission")]
#[case::inactive_unknown_costs(some(limit(5_000, "inactive")), none(), None, "ambiguous")]
#[case::inactive_below(some(limit(5_000, "inactive")), none(), Some(49), "ambiguous")]
#[case::inactive_reached(some(limit(5_000, "inactive")), none(), Some(50), "fail")]
#[case::inactive_but_organization_armed(some(limit(5_000, "inactive")), some(limit(5_000, "enforcing")), Some(60), "pass")]
#[case::organization_inactive_reached(none(), some(limit(5_000, "inactive")), Some(60), "fail")]
#[case::unknown_enforcement(some(limit(5_000, "paused")), none(), None, "unexpected_answer")]
#[case::no_enforcement(
    some(json!({"threshold_amount": 1, "currency": "USD", "interval": "month"})), none(), None, "unexpected_answer")]
#[case::euros(
    some(json!({"threshold_amount": 1, "currency": "EUR", "interval": "month", "enforcement": {"status": "enforcing"}})),
    none(), None, "unexpected_answer")]
#[case::by_the_week(
    some(json!({"threshold_amount": 1, "currency": "USD", "interval": "week", "enforcement": {"status": "enforcing"}})),
    none(), None, "unexpected_answer")]
fn decisions(#[case] project: Value, #[case] organization: Value, #[case] costs: Option<i64>, #[case] wanted: &str) {
    assert_eq!(word(&seen(&project, &organization, costs), &settings(Some(100))), wanted);
}

#[rstest]
#[case::armed(some(limit(5_000, "enforcing")), "needs_judgement")]
#[case::none(none(), "fail")]
#[case::inactive_reached(some(limit(5_000, "inactive")), "fail")]
fn without_a_ceiling(#[case] project: Value, #[case] wanted: &str) {
    let seen = seen(&project, &none(), Some(60));
    assert_eq!(word(&seen, &settings(None)), wanted);
    if wanted == "needs_judgement" {
        let verdict = SpendCap::decide(&seen, &settings(None), noon());
        let gap = verdict.outcome.gap().unwrap();
        assert_eq!(gap.says.as_str(), "The hard limit of the project shop is 50 dollars a month; no ceiling is agreed");
        assert_eq!(gap.needs.as_ref().unwrap().as_str(), "Run `rescue app edit acme-shop --ceiling openai=USD`");
    }
}

#[test]
fn a_missing_limit_counts_only_with_the_control_call() {
    use strum::VariantArray;
    for kind in GapKind::VARIANTS {
        let mut neither = seen(&none(), &none(), None);
        neither.control = Part::Hidden(Gap::new(*kind, System::Openai, "hidden"));
        assert_eq!(word(&neither, &settings(Some(100))), kind.to_string());
        let both = seen(&hidden(*kind), &hidden(*kind), None);
        assert_eq!(word(&both, &settings(Some(100))), kind.to_string());
    }
    let mut neither = seen(&none(), &none(), None);
    neither.control = Part::Seen(Projects::default());
    assert_eq!(word(&neither, &settings(Some(100))), "unexpected_answer");
}

#[test]
fn an_organizations_limit_counts_only_for_its_own_projects() {
    let mut elsewhere = seen(&none(), &some(limit(5_000, "enforcing")), None);
    let project = elsewhere.project.as_mut().unwrap();
    project.project = Part::Seen(None);
    assert_eq!(word(&elsewhere, &settings(Some(100))), "not_configured");
    elsewhere.project.as_mut().unwrap().project = Part::Hidden(Gap::new(GapKind::VendorFault, System::Openai, "hidden"));
    assert_eq!(word(&elsewhere, &settings(Some(100))), "vendor_fault");
}

#[test]
fn without_a_named_project_only_the_organizations_limit_decides() {
    let mut unnamed = seen(&none(), &none(), None);
    unnamed.project = None;
    assert_eq!(word(&unnamed, &settings(Some(100))), "not_configured");
    unnamed.organization = Part::Seen(serde_json::from_value(limit(5_000, "enforcing")).unwrap());
    assert_eq!(word(&unnamed, &settings(Some(100))), "pass");
}

#[rstest]
#[case(Some("proj_1"), 4)]
#[case(None, 4)]
#[tokio::test]
async fn it_looks_with_requests_that_are_listed(#[case] named: Option<&str>, #[case] requests_made: usize) {
    let server = MockServer::start().await;
    let mut settings = settings(Some(100));
    settings.openai_project = named.map(str::to_owned);
    answers(&server, "/v1/organization/projects", 200, &json!({"data": [{"id": "proj_1"}], "has_more": false})).await;
    answers(&server, "/v1/organization/projects/proj_1", 200, &json!({"id": "proj_1", "name": "shop"})).await;
    let mut armed = limit(5_000, "enforcing");
    armed["object"] = json!("project.spend_limit");
    answers(&server, "/v1/organization/projects/proj_1/spend_limit", 200, &armed).await;
    answers(&server, "/v1/organization/spend_limit", 404, &json!({"error": {"message": "none"}})).await;
    let seen = SpendCap::observe(&sight(&server, &[System::Openai], &settings)).await.unwrap();
    assert_eq!(word(&seen, &settings), "pass");
    let stored: Limits = serde_json::from_value(serde_json::to_value(&seen).unwrap()).unwrap();
    assert_eq!(stored, seen);
    all_are_listed(&server, "/v1", requests()).await;
    assert_eq!(server.received_requests().await.unwrap().len(), requests_made);
}

#[tokio::test]
async fn an_inactive_limit_is_held_against_the_month() {
    let server = MockServer::start().await;
    answers(&server, "/v1/organization/projects", 200, &json!({"data": [{"id": "proj_1"}], "has_more": false})).await;
    answers(&server, "/v1/organization/projects/proj_1", 200, &json!({"id": "proj_1"})).await;
    let mut stored = limit(5_000, "inactive");
    stored["object"] = json!("project.spend_limit");
    answers(&server, "/v1/organization/projects/proj_1/spend_limit", 200, &stored).await;
    answers(&server, "/v1/organization/spend_limit", 200, &json!({})).await;
    let costs = json!({"object": "page", "has_more": false, "next_page": null, "data": [{"object": "bucket", "results": [
        {"object": "organization.costs.result", "amount": {"value": 60.5, "currency": "usd"}, "project_id": "proj_1"}]}]});
    answers(&server, "/v1/organization/costs", 200, &costs).await;
    let settings = settings(Some(100));
    let seen = SpendCap::observe(&sight(&server, &[System::Openai], &settings)).await.unwrap();
    let verdict = SpendCap::decide(&seen, &settings, noon());
    assert_eq!(verdict.outcome.word(), "fail");
    assert!(
        verdict.says.as_str().starts_with("60.50 dollars were spent this month in spite of the limit of 50"),
        "{}",
        verdict.says
    );
    all_are_listed(&server, "/v1", requests()).await;
    let asked = server.received_requests().await.unwrap();
    let november = "2026-11-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap().timestamp();
    assert!(asked.iter().any(|it| it.url.query().is_some_and(|query| query.contains(&format!("start_time={november}")))));
}

#[rstest]
#[case(401, GapKind::BadCredential)]
#[case(403, GapKind::NoPermission)]
#[case(429, GapKind::RateLimited)]
#[case(500, GapKind::VendorFault)]
#[tokio::test]
async fn a_vendor_that_refuses_everything_is_a_gap(#[case] status: u16, #[case] kind: GapKind) {
    let server = MockServer::start().await;
    for at in ["projects", "spend_limit"] {
        answers(&server, &format!("/v1/organization/{at}"), status, &json!({"error": {}})).await;
    }
    let sight = sight(&server, &[System::Openai], &settings(Some(100)));
    assert_eq!(SpendCap::observe(&sight).await.unwrap_err().kind, kind);
}

#[tokio::test]
async fn without_the_provider_it_says_how_to_name_it() {
    let server = MockServer::start().await;
    let gap = SpendCap::observe(&sight(&server, &[], &acme())).await.unwrap_err();
    assert_eq!(
        (gap.kind, gap.needs.unwrap().as_str()),
        (GapKind::NotConfigured, "Run `rescue app edit acme-shop --provider openai`")
    );
}
