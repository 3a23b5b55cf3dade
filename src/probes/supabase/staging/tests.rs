//! The decision table of `supabase.staging`.

use super::*;
use crate::probes::stand_in::{acme, sight};
use crate::systems::stand_in::{all_are_listed, answers, noon};
use crate::systems::supabase::requests;
use rstest::rstest;
use serde_json::{Value, json};
use wiremock::MockServer;

const PRODUCTION: &str = "abcdefghijklmnopqrst";
const STAGING: &str = "bcdefghijklmnopqrstu";
const BRANCH: &str = "cdefghijklmnopqrstuv";

fn settings(staging: Option<&str>) -> AppSettings {
    let mut settings = acme();
    settings.supabase = Some(PRODUCTION.parse().unwrap());
    settings.staging = staging.map(|it| it.parse().unwrap());
    settings
}

#[expect(clippy::needless_pass_by_value, reason = "rows of a table are written in place")]
fn branch(change: Value) -> Value {
    let mut branch = json!({"name": "staging", "project_ref": BRANCH, "is_default": false, "persistent": true, "with_data": false,
                            "preview_project_status": HEALTHY});
    branch.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    branch
}

fn main_branch() -> Value {
    json!({"name": "main", "project_ref": PRODUCTION, "is_default": true, "persistent": true, "preview_project_status": HEALTHY})
}

fn project(reference: &str, host: &str, status: &str) -> Value {
    json!({"ref": reference, "name": "shop-staging", "status": status, "database": {"host": host}})
}

fn versions(list: &[&str]) -> Value {
    json!({"seen": list.iter().map(|it| json!({"version": it})).collect::<Vec<_>>()})
}

fn seen(branches: &[Value], second: Option<Value>, migrations: &[(&str, Value)]) -> StagingDatabase {
    let migrations: serde_json::Map<String, Value> =
        migrations.iter().map(|(reference, list)| ((*reference).to_owned(), list.clone())).collect();
    serde_json::from_value(json!({
        "production": {"seen": project(PRODUCTION, "db.one.example.com", HEALTHY)},
        "branches": {"seen": branches},
        "second": second.map(|it| json!({"seen": it})),
        "migrations": migrations,
    }))
    .unwrap()
}

fn word(seen: &StagingDatabase, settings: &AppSettings) -> String {
    let verdict = Staging::decide(seen, settings, noon());
    match verdict.outcome.gap() {
        Some(gap) => gap.kind.to_string(),
        None => verdict.outcome.word().to_owned(),
    }
}

#[rstest]
#[case::good(json!({}), &["1", "2"], &["2", "1"], "pass")]
#[case::behind(json!({}), &["1", "2"], &["1"], "fail")]
#[case::ahead(json!({}), &["1"], &["1", "2"], "fail")]
#[case::both_without_migrations(json!({}), &[], &[], "needs_judgement")]
#[case::only_production_migrated(json!({}), &["1"], &[], "fail")]
#[case::not_persistent(json!({"persistent": false}), &["1"], &["1"], "fail")]
#[case::persistent_unknown(json!({"persistent": null}), &["1"], &["1"], "unexpected_answer")]
#[case::the_default_branch(json!({"is_default": true}), &["1"], &["1"], "fail")]
#[case::production_under_another_name(json!({"project_ref": PRODUCTION, "is_default": false}), &["1"], &["1"], "fail")]
#[case::to_be_deleted(json!({"deletion_scheduled_at": "2026-12-01T00:00:00Z"}), &["1"], &["1"], "fail")]
#[case::paused(json!({"preview_project_status": "INACTIVE"}), &["1"], &["1"], "incomplete")]
#[case::coming_up(json!({"preview_project_status": "COMING_UP"}), &["1"], &["1"], "incomplete")]
#[case::unknown_status(json!({"preview_project_status": "ASLEEP"}), &["1"], &["1"], "incomplete")]
#[case::no_status(json!({"preview_project_status": null}), &["1"], &["1"], "unexpected_answer")]
#[case::no_reference(json!({"project_ref": null}), &["1"], &["1"], "unexpected_answer")]
fn branches(#[case] change: Value, #[case] production: &[&str], #[case] staging: &[&str], #[case] wanted: &str) {
    let lists = [(PRODUCTION, versions(production)), (BRANCH, versions(staging))];
    assert_eq!(word(&seen(&[main_branch(), branch(change)], None, &lists), &settings(None)), wanted);
}

#[rstest]
#[case::good(STAGING, "db.two.example.com", HEALTHY, "pass")]
#[case::same_host(STAGING, "db.one.example.com", HEALTHY, "fail")]
#[case::production_itself(PRODUCTION, "db.one.example.com", HEALTHY, "fail")]
#[case::paused(STAGING, "db.two.example.com", "INACTIVE", "incomplete")]
fn second_projects(#[case] reference: &str, #[case] host: &str, #[case] status: &str, #[case] wanted: &str) {
    let lists = [(PRODUCTION, versions(&["1"])), (STAGING, versions(&["1"]))];
    let seen = seen(&[main_branch()], Some(project(reference, host, status)), &lists);
    assert_eq!(word(&seen, &settings(Some(reference))), wanted);
}

#[test]
fn one_good_database_is_enough() {
    let lists = [(PRODUCTION, versions(&["1"])), (STAGING, versions(&[])), (BRANCH, versions(&["1"]))];
    let second = Some(project(STAGING, "db.two.example.com", HEALTHY));
    assert_eq!(word(&seen(&[branch(json!({}))], second, &lists), &settings(Some(STAGING))), "pass");
}

#[test]
fn a_list_that_is_readable_and_empty_fails() {
    let verdict = Staging::decide(&seen(&[], None, &[]), &settings(None), noon());
    assert_eq!(verdict.outcome.word(), "fail");
    assert_eq!(verdict.findings[0].rule, "supabase.no-staging");
}

#[test]
fn what_is_hidden_is_a_gap_and_never_an_empty_list() {
    use strum::VariantArray;
    for kind in GapKind::VARIANTS {
        let gap = Gap::new(*kind, System::Supabase, "hidden");
        let mut none = seen(&[], None, &[]);
        none.branches = Part::Hidden(gap.clone());
        assert_eq!(word(&none, &settings(None)), kind.to_string());
        let mut second = seen(&[main_branch()], None, &[]);
        second.second = Some(Part::Hidden(gap.clone()));
        assert_eq!(word(&second, &settings(Some(STAGING))), kind.to_string());
        let hidden = serde_json::to_value(Part::<Vec<Migration>>::Hidden(gap)).unwrap();
        for (ours, theirs) in [(hidden.clone(), versions(&["1"])), (versions(&["1"]), hidden)] {
            let seen = seen(&[branch(json!({}))], None, &[(PRODUCTION, ours), (BRANCH, theirs)]);
            assert_eq!(word(&seen, &settings(None)), "incomplete");
        }
    }
}

#[test]
fn copied_rows_are_a_warning() {
    let preview = branch(json!({"name": "pr-7", "persistent": false, "with_data": true}));
    let lists = [(PRODUCTION, versions(&["1"])), (BRANCH, versions(&["1"]))];
    let verdict = Staging::decide(&seen(&[branch(json!({})), preview], None, &lists), &settings(None), noon());
    assert_eq!(verdict.outcome.word(), "pass");
    assert_eq!(verdict.says.as_str(), "The persistent branch staging is healthy and has production's 1 migrations");
    assert_eq!(verdict.notes[0].key, "supabase.branch-with-data:pr-7");
}

#[tokio::test]
async fn it_looks_at_both_kinds_with_six_requests_that_are_listed() {
    let server = MockServer::start().await;
    let at = |reference: &str, rest: &str| format!("/v1/projects/{reference}{rest}");
    answers(&server, &at(PRODUCTION, ""), 200, &project(PRODUCTION, "db.one.example.com", HEALTHY)).await;
    answers(&server, &at(STAGING, ""), 200, &project(STAGING, "db.two.example.com", HEALTHY)).await;
    answers(&server, &at(PRODUCTION, "/branches"), 200, &json!([main_branch(), branch(json!({}))])).await;
    for reference in [PRODUCTION, STAGING, BRANCH] {
        answers(&server, &at(reference, "/database/migrations"), 200, &json!([{"version": "1"}])).await;
    }
    let settings = settings(Some(STAGING));
    let seen = Staging::observe(&sight(&server, &[System::Supabase], &settings)).await.unwrap();
    assert_eq!(word(&seen, &settings), "pass");
    let stored: StagingDatabase = serde_json::from_value(serde_json::to_value(&seen).unwrap()).unwrap();
    assert_eq!(stored, seen);
    all_are_listed(&server, "", requests()).await;
    assert_eq!(server.received_requests().await.unwrap().len(), 6);
}

#[rstest]
#[case(401, GapKind::BadCredential)]
#[case(403, GapKind::NoPermission)]
#[case(500, GapKind::VendorFault)]
#[tokio::test]
async fn a_vendor_that_refuses_everything_is_a_gap(#[case] status: u16, #[case] kind: GapKind) {
    let server = MockServer::start().await;
    for rest in ["", "/branches"] {
        answers(&server, &format!("/v1/projects/{PRODUCTION}{rest}"), status, &json!({"message": "no"})).await;
    }
    let sight = sight(&server, &[System::Supabase], &settings(None));
    assert_eq!(Staging::observe(&sight).await.unwrap_err().kind, kind);
}

#[tokio::test]
async fn without_a_project_it_says_how_to_name_one() {
    let server = MockServer::start().await;
    assert_eq!(Staging::observe(&sight(&server, &[], &acme())).await.unwrap_err().kind, GapKind::NotConfigured);
}
