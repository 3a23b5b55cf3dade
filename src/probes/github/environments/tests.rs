//! The decision table of a place to try changes.

#![expect(clippy::needless_pass_by_value, reason = "rows of a table are written in place")]

use super::*;
use crate::probes::github::testing::app;
use crate::systems::stand_in::noon;
use rstest::rstest;
use serde_json::{Value, json};

fn environments(names: &[&str]) -> Value {
    json!({"seen": {"items": names.iter().map(|name| json!({"name": name})).collect::<Vec<_>>()}})
}
fn deployments(names: &[&str]) -> Value {
    let items: Vec<Value> =
        names.iter().map(|name| json!({"id": 1, "environment": name, "created_at": "2026-11-20T00:00:00Z"})).collect();
    json!({"seen": {"items": items}})
}
fn cut() -> Value {
    json!({"seen": {"items": [{"name": "Production"}], "cut": {"kind": "incomplete", "says": "cut"}}})
}
fn tried(states: Value) -> Value {
    json!([{"deployment": {"id": 1, "environment": "staging", "created_at": "2026-11-20T00:00:00Z"}, "states": states}])
}
fn states(of: &[(&str, &str)]) -> Value {
    json!({"seen": of.iter().map(|(state, at)| json!({"state": state, "created_at": at})).collect::<Vec<_>>()})
}
fn hidden(kind: &str) -> Value {
    json!({"hidden": {"kind": kind, "system": "github", "says": "refused"}})
}
const LATELY: &str = "2026-11-20T00:00:00Z";

#[rstest]
#[case::success(environments(&["staging"]), deployments(&["staging"]), tried(states(&[("success", LATELY)])), 0, "pass")]
#[case::replaced_by_a_newer_one(environments(&["staging"]), deployments(&["staging"]), tried(states(&[("inactive", LATELY), ("success", LATELY)])), 0, "pass")]
#[case::environments_refused(hidden("no_permission"), deployments(&["staging"]), tried(states(&[("success", LATELY)])), 0, "pass")]
#[case::lists_cut_but_seen(cut(), deployments(&["staging"]), tried(states(&[("success", LATELY)])), 3, "pass")]
#[case::only_production(environments(&["Production"]), deployments(&["Production"]), json!([]), 0, "fail")]
#[case::only_production_by_deployments(environments(&[]), deployments(&["Production – app"]), json!([]), 0, "fail")]
#[case::production_and_machinery(environments(&["prod", "copilot"]), deployments(&[]), json!([]), 0, "fail")]
#[case::only_pages(environments(&["github-pages"]), deployments(&["github-pages"]), json!([]), 0, "ambiguous")]
#[case::production_and_pages(environments(&["github-pages", "production"]), deployments(&["github-pages"]), json!([]), 0, "fail")]
#[case::too_old(environments(&["staging"]), deployments(&[]), tried(states(&[("success", "2026-10-01T00:00:00Z")])), 0, "needs_judgement")]
#[case::from_the_future(environments(&["staging"]), deployments(&["staging"]), tried(states(&[("success", "2027-10-01T00:00:00Z")])), 0, "needs_judgement")]
#[case::never_deployed(environments(&["staging", "production"]), deployments(&["production"]), json!([]), 0, "needs_judgement")]
#[case::only_failures(environments(&["staging"]), deployments(&["staging"]), tried(states(&[("failure", LATELY)])), 0, "needs_judgement")]
#[case::another_name(environments(&["dev", "production"]), deployments(&[]), json!([]), 0, "needs_judgement")]
#[case::no_name(json!({"seen": {"items": [{}, {"name": "production"}]}}), deployments(&[]), json!([]), 0, "needs_judgement")]
#[case::nothing_at_github(environments(&[]), deployments(&[]), json!([]), 0, "ambiguous")]
#[case::only_machinery(environments(&["copilot"]), deployments(&[]), json!([]), 0, "ambiguous")]
#[case::environments_cut(cut(), deployments(&[]), json!([]), 0, "incomplete")]
#[case::deployments_cut(environments(&["production"]), json!({"seen": {"items": [], "cut": {"kind": "incomplete", "says": "cut"}}}), json!([]), 0, "incomplete")]
#[case::more_to_try(environments(&["staging"]), deployments(&["staging"]), tried(states(&[("failure", LATELY)])), 4, "incomplete")]
#[case::states_refused(environments(&["staging"]), deployments(&["staging"]), tried(hidden("no_permission")), 0, "no_permission")]
#[case::environments_unseen(hidden("no_permission"), deployments(&["production"]), json!([]), 0, "no_permission")]
#[case::deployments_unseen(environments(&["production"]), hidden("no_permission"), json!([]), 0, "no_permission")]
#[case::plan(hidden("plan_hides"), deployments(&[]), json!([]), 0, "plan_hides")]
#[case::bad_credential(hidden("bad_credential"), deployments(&[]), json!([]), 0, "bad_credential")]
#[case::rate_limited(environments(&["production"]), hidden("rate_limited"), json!([]), 0, "rate_limited")]
#[case::unreachable(environments(&["production"]), hidden("unreachable"), json!([]), 0, "unreachable")]
#[case::vendor_fault(environments(&["production"]), hidden("vendor_fault"), json!([]), 0, "vendor_fault")]
#[case::timed_out(environments(&["production"]), hidden("timed_out"), json!([]), 0, "timed_out")]
#[case::unexpected(environments(&["production"]), hidden("unexpected_answer"), json!([]), 0, "unexpected_answer")]
fn decisions(
    #[case] environments: Value,
    #[case] deployments: Value,
    #[case] tried: Value,
    #[case] untried: usize,
    #[case] wanted: &str,
) {
    let seen: Seen = serde_json::from_value(
        json!({"environments": environments, "deployments": deployments, "tried": tried, "untried": untried}),
    )
    .unwrap();
    let verdict = Environments::decide(&seen, &app(), noon());
    let word = verdict.outcome.gap().map_or_else(|| verdict.outcome.word().to_owned(), |gap| gap.kind.to_string());
    assert_eq!(word, wanted, "{verdict:?}");
    assert_eq!(verdict.findings.is_empty(), wanted != "fail");
    assert_eq!(Environments::remedy(&seen, &app()).steps.is_empty(), wanted != "fail");
}

#[rstest]
#[case("Production", Kind::Production)]
#[case("Production – app", Kind::Production)]
#[case("pre-production", Kind::Staging)]
#[case("Preview – app", Kind::Staging)]
#[case("acme-staging", Kind::Staging)]
#[case("production-preview", Kind::Staging)]
#[case("livestream", Kind::Other)]
#[case("backstage", Kind::Other)]
#[case("copilot", Kind::Machinery)]
fn kinds(#[case] name: &str, #[case] wanted: Kind) {
    assert_eq!(kind_of(name), wanted);
}

#[test]
fn failing_previews_do_not_hide_staging() {
    let items: Vec<Deployment> = serde_json::from_value(json!([
        {"id": 4, "environment": "Preview"}, {"id": 3, "environment": "Preview"},
        {"id": 2, "environment": "Production"}, {"id": 1, "environment": "staging"}]))
    .unwrap();
    let ids: Vec<u64> = candidates(&items).iter().filter_map(|it| it.id).collect();
    assert_eq!(ids, [4, 1, 3]);
}

#[rstest]
#[case::open(json!({"name": "Production", "protection_rules": []}), false, &["github.ungated-Production"])]
#[case::open_and_private(json!({"name": "Production", "protection_rules": []}), true, &["github.ungated-Production", "github.reviewers-plan-Production"])]
#[case::reviewed(json!({"name": "Production", "protection_rules": [{"type": "required_reviewers"}]}), true, &["github.gated-Production"])]
#[case::bound(json!({"name": "Production", "protection_rules": [], "deployment_branch_policy": {"protected_branches": true}}), false, &["github.gated-Production"])]
#[case::unsaid(json!({"name": "Production"}), true, &[])]
#[case::not_production(json!({"name": "dev", "protection_rules": []}), true, &[])]
fn what_stands_before_production(#[case] environment: Value, #[case] private: bool, #[case] wanted: &[&str]) {
    let seen: Seen = serde_json::from_value(json!({
        "repository": {"private": private}, "environments": {"seen": {"items": [environment]}}, "deployments": deployments(&[]), "tried": [], "untried": 0,
    }))
    .unwrap();
    assert_eq!(production_gates(&seen).iter().map(|it| it.key.as_str()).collect::<Vec<_>>(), wanted);
}
