//! The decision table of `openrouter.spend-cap`.

use super::*;
use crate::probes::stand_in::{acme, sight};
use crate::systems::openrouter::requests;
use crate::systems::stand_in::{all_are_listed, answers, noon};
use rstest::rstest;
use serde_json::{Value, json};
use wiremock::MockServer;

fn settings(ceiling: Option<u64>) -> AppSettings {
    let mut settings = acme();
    settings.providers.insert(System::Openrouter);
    settings.ceilings.extend(ceiling.map(|usd| (System::Openrouter, usd)));
    settings
}

#[expect(clippy::needless_pass_by_value, reason = "rows of a table are written in place")]
fn key(change: Value) -> Value {
    let mut key = json!({"hash": "h1", "name": "shop", "limit": 50, "limit_reset": "monthly", "byok_usage": 0,
                         "include_byok_in_limit": false, "is_management_key": false});
    let fields = key.as_object_mut().unwrap();
    for (name, value) in change.as_object().unwrap() {
        if value == "missing" {
            fields.remove(name)
        } else {
            fields.insert(name.clone(), value.clone())
        };
    }
    key
}

fn word(seen: &KeyLimits, settings: &AppSettings) -> String {
    let verdict = SpendCap::decide(seen, settings, noon());
    match verdict.outcome.gap() {
        Some(gap) => gap.kind.to_string(),
        None => verdict.outcome.word().to_owned(),
    }
}

fn inference(change: Value) -> KeyLimits {
    serde_json::from_value(json!({"key": key(change), "managed": null})).unwrap()
}

#[rstest]
#[case::monthly(json!({}), "pass")]
#[case::at_the_ceiling(json!({"limit": 100}), "pass")]
#[case::above(json!({"limit": 100.01}), "fail")]
#[case::daily(json!({"limit": 3, "limit_reset": "daily"}), "pass")]
#[case::daily_above(json!({"limit": 4, "limit_reset": "daily"}), "fail")]
#[case::weekly(json!({"limit": 22, "limit_reset": "weekly"}), "pass")]
#[case::weekly_above(json!({"limit": 23, "limit_reset": "weekly"}), "fail")]
#[case::lifetime(json!({"limit_reset": null}), "pass")]
#[case::lifetime_above(json!({"limit": 101, "limit_reset": null}), "fail")]
#[case::unlimited_with_budgets_unseen(json!({"limit": null}), "no_permission")]
#[case::limit_missing(json!({"limit": "missing"}), "unexpected_answer")]
#[case::reset_missing(json!({"limit_reset": "missing"}), "unexpected_answer")]
#[case::reset_unknown(json!({"limit_reset": "hourly"}), "unexpected_answer")]
#[case::zero(json!({"limit": 0}), "unexpected_answer")]
#[case::negative(json!({"limit": -5}), "unexpected_answer")]
#[case::own_keys_left_out(json!({"byok_usage": 17.38}), "fail")]
#[case::own_keys_counted(json!({"byok_usage": 17.38, "include_byok_in_limit": true}), "pass")]
#[case::own_keys_unknown(json!({"byok_usage": "missing"}), "unexpected_answer")]
#[case::own_keys_rule_unknown(json!({"byok_usage": 17.38, "include_byok_in_limit": "missing"}), "unexpected_answer")]
#[case::kind_unknown(json!({"is_management_key": "missing"}), "unexpected_answer")]
#[case::kind_by_its_older_name(json!({"is_management_key": "missing", "is_provisioning_key": false}), "pass")]
fn of_one_key(#[case] change: Value, #[case] wanted: &str) {
    assert_eq!(word(&inference(change), &settings(Some(100))), wanted);
}

#[rstest]
#[case(json!({}), "needs_judgement")]
#[case(json!({"limit": null}), "no_permission")]
fn without_a_ceiling(#[case] change: Value, #[case] wanted: &str) {
    assert_eq!(word(&inference(change), &settings(None)), wanted);
}

#[test]
fn a_limit_for_life_is_a_warning() {
    let verdict = SpendCap::decide(&inference(json!({"limit_reset": null})), &settings(Some(100)), noon());
    assert_eq!(verdict.says.as_str(), "The key stops at 50 dollars in all; agreed are 100 a month");
    assert!(verdict.notes.iter().any(|note| note.key == "openrouter.stops-for-good"));
}

fn managed(keys: &[Value], budgets: &[Value], guardrails: &[Value], balance: i64) -> KeyLimits {
    serde_json::from_value(json!({
        "key": key(json!({"is_management_key": true, "limit": null})),
        "managed": {
            "workspaces": {"seen": [{
                "keys": {"seen": keys},
                "budgets": {"seen": {"data": budgets, "include_byok_in_budgets": false}},
                "guardrails": {"seen": guardrails},
            }]},
            "credits": {"seen": {"total_credits": balance, "total_usage": 0}},
        },
    }))
    .unwrap()
}

fn free() -> Value {
    key(json!({"limit": null}))
}

#[rstest]
#[case::all_limited(&[key(json!({})), key(json!({"hash": "h2"}))], &[], &[], "pass")]
#[case::none_limited(&[free()], &[], &[], "fail")]
#[case::some_limited(&[key(json!({})), free()], &[], &[], "ambiguous")]
#[case::no_key(&[], &[], &[], "ambiguous")]
#[case::only_disabled(&[key(json!({"disabled": true}))], &[], &[], "ambiguous")]
#[case::expired_is_out(&[key(json!({})), key(json!({"limit": null, "expires_at": "2026-01-01T00:00:00Z"}))], &[], &[], "pass")]
#[case::budget(&[free()], &[json!({"limit_usd": 100, "reset_interval": "monthly"})], &[], "pass")]
#[case::budget_above(&[free()], &[json!({"limit_usd": 101, "reset_interval": "monthly"})], &[], "fail")]
#[case::budget_unclear(&[free()], &[json!({"limit_usd": 10, "reset_interval": "yearly"})], &[], "unexpected_answer")]
#[case::guardrail(
    &[free()], &[], &[json!({"id": "g", "limit_usd": 90, "reset_interval": "monthly", "keys": ["h1"]})], "pass")]
#[case::guardrail_of_another_key(
    &[free()], &[], &[json!({"id": "g", "limit_usd": 90, "reset_interval": "monthly", "keys": ["h9"]})], "ambiguous")]
#[case::guardrail_without_limit(&[free()], &[], &[json!({"id": "g", "limit_usd": null, "keys": ["h1"]})], "fail")]
fn of_all_keys(#[case] keys: &[Value], #[case] budgets: &[Value], #[case] guardrails: &[Value], #[case] wanted: &str) {
    assert_eq!(word(&managed(keys, budgets, guardrails, 5_000), &settings(Some(100))), wanted);
}

#[rstest]
#[case(100, Some(100), "needs_judgement")]
#[case(101, Some(100), "fail")]
#[case(10, None, "fail")]
fn a_small_balance_is_for_a_person_to_judge(#[case] balance: i64, #[case] ceiling: Option<u64>, #[case] wanted: &str) {
    assert_eq!(word(&managed(&[free()], &[], &[], balance), &settings(ceiling)), wanted);
}

#[test]
fn what_is_hidden_is_a_gap_and_never_an_empty_list() {
    use strum::VariantArray;
    for kind in GapKind::VARIANTS {
        let gap = Gap::new(*kind, System::Openrouter, "hidden");
        let change = |at: usize| {
            let mut seen = managed(&[free()], &[], &[], 5_000);
            let managed = seen.managed.as_mut().unwrap();
            let Part::Seen(workspaces) = &mut managed.workspaces else { unreachable!() };
            match at {
                0 => workspaces[0].keys = Part::Hidden(gap.clone()),
                1 => workspaces[0].budgets = Part::Hidden(gap.clone()),
                2 => workspaces[0].guardrails = Part::Hidden(gap.clone()),
                _ => managed.workspaces = Part::Hidden(gap.clone()),
            }
            word(&seen, &settings(Some(100)))
        };
        for at in 0..4 {
            assert_eq!(change(at), kind.to_string(), "part {at}");
        }
    }
}

#[tokio::test]
async fn an_inference_key_takes_one_request() {
    let server = MockServer::start().await;
    answers(&server, "/api/v1/key", 200, &json!({"data": key(json!({}))})).await;
    let settings = settings(Some(100));
    let seen = SpendCap::observe(&sight(&server, &[System::Openrouter], &settings)).await.unwrap();
    assert_eq!(word(&seen, &settings), "pass");
    let stored: KeyLimits = serde_json::from_value(serde_json::to_value(&seen).unwrap()).unwrap();
    assert_eq!(stored, seen);
    all_are_listed(&server, "/api/v1", requests()).await;
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_management_key_looks_into_every_workspace() {
    let server = MockServer::start().await;
    answers(&server, "/api/v1/key", 200, &json!({"data": key(json!({"is_management_key": true}))})).await;
    answers(&server, "/api/v1/credits", 200, &json!({"data": {"total_credits": 500, "total_usage": 1}})).await;
    answers(&server, "/api/v1/workspaces", 200, &json!({"data": [{"id": "w1"}, {"id": "w2"}], "total_count": 2})).await;
    answers(&server, "/api/v1/keys", 200, &json!({"data": [free()]})).await;
    answers(&server, "/api/v1/workspaces/w1/budgets", 200, &json!({"data": [{"limit_usd": 90, "reset_interval": "monthly"}]}))
        .await;
    answers(&server, "/api/v1/workspaces/w2/budgets", 200, &json!({"data": []})).await;
    answers(&server, "/api/v1/guardrails", 200, &json!({"data": [], "total_count": 0})).await;
    let settings = settings(Some(100));
    let seen = SpendCap::observe(&sight(&server, &[System::Openrouter], &settings)).await.unwrap();
    assert_eq!(word(&seen, &settings), "ambiguous", "the key of the second workspace is not held");
    all_are_listed(&server, "/api/v1", requests()).await;
    let most = SpendCap::META.cost[0].1 as usize;
    assert!(server.received_requests().await.unwrap().len() <= most);
}

#[rstest]
#[case(401, GapKind::BadCredential)]
#[case(402, GapKind::PlanHides)]
#[case(403, GapKind::NoPermission)]
#[case(429, GapKind::RateLimited)]
#[case(500, GapKind::VendorFault)]
#[tokio::test]
async fn a_vendor_that_refuses_is_a_gap(#[case] status: u16, #[case] kind: GapKind) {
    let server = MockServer::start().await;
    answers(&server, "/api/v1/key", status, &json!({"error": {}})).await;
    let sight = sight(&server, &[System::Openrouter], &settings(Some(100)));
    assert_eq!(SpendCap::observe(&sight).await.unwrap_err().kind, kind);
}

#[tokio::test]
async fn without_the_provider_it_says_how_to_name_it() {
    let server = MockServer::start().await;
    assert_eq!(SpendCap::observe(&sight(&server, &[], &acme())).await.unwrap_err().kind, GapKind::NotConfigured);
}
