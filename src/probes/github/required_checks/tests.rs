//! Required and produced: every way in which a name gates nothing.

use super::*;
use crate::probes::github::testing::{app, hidden, word};
use crate::systems::stand_in::noon;
use rstest::rstest;
use serde_json::{Value, json};

fn protection(rules: &Value, classic: &Value, protected: bool) -> Value {
    json!({
        "repository": {"default_branch": "main"}, "active": {"seen": {"have": {"items": rules}}}, "classic": classic,
        "branch": {"seen": {"protected": protected}}, "rulesets": {"seen": {"items": []}}, "details": [], "is_empty": null,
    })
}
fn requires(name: &str) -> Value {
    let rule = json!([{"type": "required_status_checks", "parameters": {"required_status_checks": [{"context": name}]}}]);
    protection(&rule, &json!({"seen": {"without": "not_protected"}}), true)
}
fn requires_nothing() -> Value {
    protection(&json!([]), &json!({"seen": {"without": "not_protected"}}), false)
}
fn requires_in_the_dark() -> Value {
    protection(&json!([]), &hidden("no_permission"), true)
}
fn declared(on: &str) -> Value {
    json!({"seen": {"list": [{"workflow": {"id": 1, "path": ".github/workflows/ci.yml", "state": "active"},
        "file": {"seen": {"triggers": [on], "schedules": [], "jobs": []}}}], "unread": 0}})
}
fn no_workflows() -> Value {
    json!({"seen": {"list": [], "unread": 0}})
}
fn runs(count: usize) -> Value {
    let items: Vec<Value> =
        (0..count).map(|id| json!({"id": id, "workflow_id": 1, "created_at": "2026-11-20T00:00:00Z"})).collect();
    json!({"seen": {"items": items}})
}
fn ran(name: &str, conclusion: &str) -> Value {
    json!([{"workflow": {"id": 1}, "jobs": {"seen": {"items": [{"name": name, "conclusion": conclusion}]}}}])
}

#[rstest]
#[case::produced(requires("test"), declared("pull_request"), runs(1), ran("test", "success"), "pass")]
#[case::produced_and_red(requires("test"), declared("pull_request"), runs(1), ran("test", "failure"), "pass")]
#[case::produced_and_files_hidden(requires("test"), hidden("no_permission"), runs(1), ran("test", "success"), "pass")]
#[case::skipped_is_no_run(requires("test"), declared("pull_request"), runs(1), ran("test", "skipped"), "needs_judgement")]
#[case::another_name(requires("test"), declared("pull_request"), runs(1), ran("ci / test", "success"), "fail")]
#[case::jobs_hidden(requires("test"), declared("pull_request"), runs(1), json!([{"workflow": null, "jobs": hidden("no_permission")}]), "no_permission")]
#[case::quiet(requires("test"), declared("pull_request"), runs(0), json!([]), "needs_judgement")]
#[case::external(requires("ci/circleci"), no_workflows(), runs(0), json!([]), "needs_judgement")]
#[case::runs_hidden(requires("test"), declared("pull_request"), hidden("no_permission"), json!([]), "no_permission")]
#[case::not_required(requires_nothing(), declared("pull_request"), runs(1), ran("test", "success"), "fail")]
#[case::not_required_and_quiet(requires_nothing(), declared("pull_request"), runs(0), json!([]), "fail")]
#[case::no_ci(requires_nothing(), no_workflows(), runs(0), json!([]), "fail")]
#[case::only_on_push(requires_nothing(), declared("push"), runs(0), json!([]), "fail")]
#[case::not_required_and_the_rest_hidden(requires_nothing(), hidden("no_permission"), hidden("no_permission"), json!([]), "fail")]
#[case::in_the_dark(requires_in_the_dark(), declared("pull_request"), runs(1), ran("test", "success"), "no_permission")]
#[case::all_dark(requires_in_the_dark(), hidden("no_permission"), hidden("no_permission"), json!([]), "no_permission")]
fn decisions(#[case] protection: Value, #[case] declared: Value, #[case] runs: Value, #[case] ran: Value, #[case] wanted: &str) {
    let seen: Seen =
        serde_json::from_value(json!({"protection": protection, "declared": declared, "runs": runs, "ran": ran})).unwrap();
    let verdict = RequiredChecks::decide(&seen, &app(), noon());
    assert_eq!(word(&verdict), wanted, "{verdict:?}");
    assert_eq!(RequiredChecks::remedy(&seen, &app()).steps.is_empty(), wanted != "fail");
}

#[test]
fn a_required_check_that_nobody_produces_is_told_beside_one_that_is() {
    let rule = json!([{"type": "required_status_checks", "parameters": {"required_status_checks": [{"context": "test"}, {"context": "lint"}]}}]);
    let seen: Seen = serde_json::from_value(json!({
        "protection": protection(&rule, &json!({"seen": {"without": "not_protected"}}), true),
        "declared": declared("pull_request"), "runs": runs(1), "ran": ran("test", "success"),
    }))
    .unwrap();
    let verdict = RequiredChecks::decide(&seen, &app(), noon());
    assert_eq!(word(&verdict), "pass");
    assert_eq!(verdict.notes.iter().map(|it| it.key.as_str()).collect::<Vec<_>>(), ["github.check-without-a-job-lint"]);
}
