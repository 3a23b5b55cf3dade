//! The decision table of `supabase.backup-age`: each pass, each fail, each way in which a naive probe would lie.

use super::*;
use crate::probes::stand_in::{acme, sight};
use crate::systems::stand_in::{all_are_listed, answers, noon};
use crate::systems::supabase::requests;
use rstest::rstest;
use serde_json::{Value, json};
use wiremock::MockServer;

const REF: &str = "abcdefghijklmnopqrst";

fn hours_ago(hours: i64) -> DateTime<Utc> {
    noon() - TimeDelta::hours(hours)
}

fn backup(status: &str, hours: i64) -> Value {
    json!({"status": status, "inserted_at": hours_ago(hours).to_rfc3339(), "is_physical_backup": true, "id": 1})
}

fn pitr(minutes: i64) -> Value {
    let point = (noon() - TimeDelta::minutes(minutes)).timestamp();
    json!({"region": "eu-central-1", "pitr_enabled": true, "backups": [],
           "physical_backup_data": {"latest_physical_backup_date_unix": point}})
}

fn daily(backups: &[Value]) -> Value {
    json!({"region": "eu-central-1", "pitr_enabled": false, "backups": backups, "physical_backup_data": {}})
}

fn seen(backups: &Value, plan: Option<&str>) -> BackupState {
    BackupState {
        project: Part::Seen(Project {
            name: Some(Foreign::new("shop")),
            status: Some(Foreign::new("ACTIVE_HEALTHY")),
            ..Project::default()
        }),
        organization: Part::Seen(Organization { plan: plan.map(Foreign::new), ..Organization::default() }),
        backups: Part::Seen(serde_json::from_value(backups.clone()).unwrap()),
    }
}

fn word(seen: &BackupState) -> String {
    let verdict = BackupAge::decide(seen, &acme(), noon());
    match verdict.outcome.gap() {
        Some(gap) => gap.kind.to_string(),
        None => verdict.outcome.word().to_owned(),
    }
}

#[rstest]
#[case::pitr_fresh(pitr(3), Some("pro"), "pass")]
#[case::pitr_at_the_limit(pitr(24 * 60), Some("pro"), "pass")]
#[case::pitr_idle(pitr(24 * 60 + 1), Some("pro"), "ambiguous")]
#[case::pitr_long_idle(pitr(24 * 600), Some("pro"), "ambiguous")]
#[case::pitr_a_little_ahead(pitr(-5), Some("pro"), "pass")]
#[case::pitr_in_the_future(pitr(-6), Some("pro"), "unexpected_answer")]
#[case::pitr_without_a_point(json!({"pitr_enabled": true, "backups": []}), Some("pro"), "ambiguous")]
#[case::pitr_point_is_zero(
    json!({"pitr_enabled": true, "backups": [], "physical_backup_data": {"latest_physical_backup_date_unix": 0}}), Some("pro"), "ambiguous")]
#[case::pitr_idle_but_a_fresh_backup(
    json!({"pitr_enabled": true, "backups": [backup("COMPLETED", 3)]}), Some("pro"), "pass")]
#[case::daily_fresh(daily(&[backup("COMPLETED", 9)]), Some("pro"), "pass")]
#[case::daily_within_grace(daily(&[backup("COMPLETED", 26)]), Some("pro"), "pass")]
#[case::daily_beyond_grace(daily(&[backup("COMPLETED", 27)]), Some("pro"), "fail")]
#[case::daily_fresh_plan_unknown(daily(&[backup("COMPLETED", 9)]), None, "pass")]
#[case::order_does_not_matter(daily(&[backup("COMPLETED", 40), backup("COMPLETED", 9)]), Some("pro"), "pass")]
#[case::one_failed(daily(&[backup("FAILED", 1), backup("COMPLETED", 20)]), Some("pro"), "pass")]
#[case::two_failed(daily(&[backup("FAILED", 1), backup("FAILED", 2), backup("COMPLETED", 20)]), Some("pro"), "fail")]
#[case::two_failed_out_of_order(daily(&[backup("COMPLETED", 20), backup("FAILED", 2), backup("FAILED", 1)]), Some("pro"), "fail")]
#[case::pending_between(daily(&[backup("PENDING", 0), backup("FAILED", 1), backup("FAILED", 2)]), Some("pro"), "fail")]
#[case::only_pending(daily(&[backup("PENDING", 0)]), Some("pro"), "fail")]
#[case::only_removed(daily(&[backup("REMOVED", 1), backup("ARCHIVED", 2), backup("CANCELLED", 3)]), Some("pro"), "fail")]
#[case::unknown_status(daily(&[backup("VERIFIED", 1)]), Some("pro"), "unexpected_answer")]
#[case::unknown_status_beside_a_fresh_one(daily(&[backup("VERIFIED", 1), backup("COMPLETED", 2)]), Some("pro"), "pass")]
#[case::status_missing(daily(&[json!({"inserted_at": "2026-11-22T01:00:00Z"})]), Some("pro"), "unexpected_answer")]
#[case::in_the_future(daily(&[backup("COMPLETED", -1)]), Some("pro"), "unexpected_answer")]
#[case::unreadable_moment(daily(&[json!({"status": "COMPLETED", "inserted_at": "yesterday"})]), Some("pro"), "unexpected_answer")]
#[case::moment_missing(daily(&[json!({"status": "COMPLETED"})]), Some("pro"), "unexpected_answer")]
#[case::none_on_free(daily(&[]), Some("free"), "fail")]
#[case::none_on_pro(daily(&[]), Some("pro"), "fail")]
#[case::none_plan_unknown(daily(&[]), None, "unexpected_answer")]
#[case::none_on_a_new_plan(daily(&[]), Some("scale"), "unexpected_answer")]
#[case::fresh_on_free(daily(&[backup("COMPLETED", 2)]), Some("free"), "pass")]
#[case::list_missing(json!({"pitr_enabled": false}), Some("pro"), "unexpected_answer")]
#[case::pitr_unknown(json!({"backups": []}), Some("pro"), "unexpected_answer")]
#[case::pitr_unknown_but_fresh(json!({"backups": [backup("COMPLETED", 2)]}), Some("pro"), "pass")]
#[case::nothing_stated(json!({}), Some("free"), "unexpected_answer")]
#[case::physical_disagrees(
    json!({"pitr_enabled": false, "backups": [],
           "physical_backup_data": {"latest_physical_backup_date_unix": hours_ago(3).timestamp()}}), Some("pro"), "ambiguous")]
fn decisions(#[case] backups: Value, #[case] plan: Option<&str>, #[case] wanted: &str) {
    assert_eq!(word(&seen(&backups, plan)), wanted);
}

#[rstest]
#[case("ACTIVE_HEALTHY", "pass")]
#[case("ACTIVE_UNHEALTHY", "pass")]
#[case("INACTIVE", "incomplete")]
#[case("PAUSING", "incomplete")]
#[case("RESTORING", "incomplete")]
#[case("REMOVED", "incomplete")]
#[case("HIBERNATING", "incomplete")]
fn a_project_that_does_not_run_is_undecided(#[case] status: &str, #[case] wanted: &str) {
    let mut fresh = seen(&daily(&[backup("COMPLETED", 1)]), Some("pro"));
    let mut none = seen(&daily(&[]), Some("free"));
    for state in [&mut fresh, &mut none] {
        state.project = Part::Seen(Project { status: Some(Foreign::new(status)), ..Project::default() });
    }
    assert_eq!(word(&fresh), wanted);
    assert_eq!(word(&none), if wanted == "pass" { "fail" } else { wanted });
}

#[test]
fn every_part_that_is_hidden_is_a_gap_of_its_own_kind() {
    use strum::VariantArray;
    for kind in GapKind::VARIANTS {
        let hidden = Gap::new(*kind, System::Supabase, "hidden");
        let fresh = seen(&daily(&[backup("COMPLETED", 1)]), Some("pro"));
        assert_eq!(word(&BackupState { backups: Part::Hidden(hidden.clone()), ..fresh.clone() }), kind.to_string());
        assert_eq!(word(&BackupState { project: Part::Hidden(hidden.clone()), ..fresh.clone() }), kind.to_string());
        assert_eq!(word(&BackupState { organization: Part::Hidden(hidden.clone()), ..fresh }), "pass", "the plan is not needed");
        let none = BackupState { organization: Part::Hidden(hidden), ..seen(&daily(&[]), None) };
        assert_eq!(word(&none), kind.to_string(), "without the plan an empty list says nothing");
    }
}

#[rstest]
#[case("12h", 15, "fail")]
#[case("12h", 14, "pass")]
#[case("7d", 160, "pass")]
fn the_agreed_limit_counts(#[case] limit: &str, #[case] hours: i64, #[case] wanted: &str) {
    let mut settings = acme();
    settings.limits.insert(ITEM.parse().unwrap(), limit.parse().unwrap());
    let verdict = BackupAge::decide(&seen(&daily(&[backup("COMPLETED", hours)]), Some("pro")), &settings, noon());
    assert_eq!(verdict.outcome.word(), wanted);
}

#[test]
fn it_says_what_it_saw() {
    let verdict = BackupAge::decide(&seen(&pitr(3), Some("pro")), &acme(), noon());
    assert_eq!(verdict.says.as_str(), "PITR is on; newest point 3 min ago (eu-central-1)");
    assert!(verdict.notes.iter().any(|note| note.says.as_str() == "The organisation is on the plan pro"));
    let failing = seen(&daily(&[backup("COMPLETED", 80)]), Some("pro"));
    let verdict = BackupAge::decide(&failing, &acme(), noon());
    assert_eq!(verdict.says.as_str(), "Newest completed backup is 3 days old; agreed are 24 h and 2 h of grace (eu-central-1)");
    assert_eq!(verdict.findings[0].key(), "supabase.backup-too-old:shop");
    assert!(BackupAge::remedy(&failing, &acme()).steps.iter().any(|step| step.as_str().contains("shop")));
}

#[tokio::test]
async fn it_looks_with_three_requests_that_are_listed() {
    let server = MockServer::start().await;
    let mut settings = acme();
    settings.supabase = Some(REF.parse().unwrap());
    let project = json!({"ref": REF, "name": "shop", "status": "ACTIVE_HEALTHY", "organization_slug": "acme"});
    answers(&server, &format!("/v1/projects/{REF}"), 200, &project).await;
    answers(&server, &format!("/v1/projects/{REF}/database/backups"), 200, &pitr(3)).await;
    answers(&server, "/v1/organizations/acme", 200, &json!({"name": "Acme", "plan": "pro"})).await;
    let seen = BackupAge::observe(&sight(&server, &[System::Supabase], &settings)).await.unwrap();
    assert_eq!(word(&seen), "pass");
    let stored: BackupState = serde_json::from_value(serde_json::to_value(&seen).unwrap()).unwrap();
    assert_eq!(stored, seen, "what is stored is read back");
    all_are_listed(&server, "", requests()).await;
    assert_eq!(server.received_requests().await.unwrap().len(), 3);
}

#[rstest]
#[case(401, GapKind::BadCredential)]
#[case(403, GapKind::NoPermission)]
#[case(404, GapKind::Ambiguous)]
#[case(429, GapKind::RateLimited)]
#[case(500, GapKind::VendorFault)]
#[tokio::test]
async fn a_vendor_that_refuses_everything_is_a_gap(#[case] status: u16, #[case] kind: GapKind) {
    let server = MockServer::start().await;
    let mut settings = acme();
    settings.supabase = Some(REF.parse().unwrap());
    for at in ["", "/database/backups"] {
        answers(&server, &format!("/v1/projects/{REF}{at}"), status, &json!({"message": "no"})).await;
    }
    let sight = sight(&server, &[System::Supabase], &settings);
    assert_eq!(BackupAge::observe(&sight).await.unwrap_err().kind, kind);
}

#[tokio::test]
async fn without_a_project_it_says_how_to_name_one() {
    let server = MockServer::start().await;
    let gap = BackupAge::observe(&sight(&server, &[], &acme())).await.unwrap_err();
    assert_eq!(gap.kind, GapKind::NotConfigured);
    assert_eq!(gap.needs.unwrap().as_str(), "Run `rescue app edit acme-shop --supabase REF`");
}
