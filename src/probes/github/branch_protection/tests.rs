//! The decision table of a protected branch, with a row for every way in which a naive reader was fooled
//! (dossier github.md §3.2).

#![expect(clippy::needless_pass_by_value, reason = "rows of a table are written in place")]

use super::*;
use crate::probes::github::testing::app;
use crate::systems::stand_in::noon;
use rstest::rstest;
use serde_json::{Value, json};

fn rules(items: Value) -> Value {
    json!({"seen": {"have": {"items": items}}})
}
fn pull_request(approvals: u8) -> Value {
    json!({"type": "pull_request", "ruleset_id": 42, "parameters": {"required_approving_review_count": approvals}})
}
fn checks() -> Value {
    json!({"type": "required_status_checks", "ruleset_id": 42, "parameters": {"required_status_checks": [{"context": "ci / test"}]}})
}
fn no_force() -> Value {
    json!({"type": "non_fast_forward", "ruleset_id": 42})
}
fn deletion() -> Value {
    json!({"type": "deletion", "ruleset_id": 42})
}
fn full_rules() -> Value {
    rules(json!([pull_request(1), checks(), no_force(), deletion()]))
}
fn no_rules() -> Value {
    rules(json!([]))
}
fn cut_rules(items: Value) -> Value {
    json!({"seen": {"have": {"items": items, "cut": {"kind": "incomplete", "system": "github", "says": "page 2 is missing"}}}})
}
fn hidden(kind: &str) -> Value {
    json!({"hidden": {"kind": kind, "system": "github", "says": "refused"}})
}
fn refused() -> Value {
    hidden("no_permission")
}
fn without(what: &str) -> Value {
    json!({"seen": {"without": what}})
}
fn unprotected() -> Value {
    without("not_protected")
}
fn classic(change: Value) -> Value {
    let mut it = json!({
        "required_status_checks": {"contexts": ["ci"], "checks": [{"context": "ci"}]},
        "required_pull_request_reviews": {"required_approving_review_count": 1},
        "enforce_admins": {"enabled": true},
        "allow_force_pushes": {"enabled": false},
        "allow_deletions": {"enabled": false},
    });
    for (key, value) in change.as_object().unwrap() {
        it[key] = value.clone();
    }
    json!({"seen": {"have": it}})
}
fn full_classic() -> Value {
    classic(json!({}))
}
fn branch(protected: bool) -> Value {
    json!({"seen": {"protected": protected}})
}
fn nobody() -> Value {
    json!([{"id": 42, "ruleset": {"seen": {"id": 42, "enforcement": "active", "bypass_actors": []}}}])
}
fn bypass(mode: &str) -> Value {
    json!([{"id": 42, "ruleset": {"seen": {"id": 42, "enforcement": "active",
        "bypass_actors": [{"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": mode}]}}}])
}
fn bypass_missing() -> Value {
    json!([{"id": 42, "ruleset": {"seen": {"id": 42, "enforcement": "active"}}}])
}
fn bypass_of_ours(may: &str) -> Value {
    json!([{"id": 42, "ruleset": {"seen": {"id": 42, "enforcement": "active", "current_user_can_bypass": may}}}])
}
fn seen(active: Value, classic: Value, branch: Value, details: Value) -> Seen {
    serde_json::from_value(json!({
        "repository": {"full_name": "acme/app", "default_branch": "main", "archived": false},
        "active": active, "classic": classic, "branch": branch, "details": details,
        "rulesets": {"seen": {"items": []}},
    }))
    .unwrap()
}
fn word(verdict: &Verdict) -> String {
    verdict.outcome.gap().map_or_else(|| verdict.outcome.word().to_owned(), |gap| gap.kind.to_string())
}

#[rstest]
// Both windows, either of them enough.
#[case::rules_alone(full_rules(), unprotected(), branch(true), nobody(), "pass")]
#[case::rules_and_classic_refused(full_rules(), refused(), refused(), nobody(), "pass")]
#[case::rules_on_a_cut_list(cut_rules(json!([pull_request(1), checks(), no_force()])), refused(), branch(true), nobody(), "pass")]
#[case::classic_alone(no_rules(), full_classic(), branch(true), json!([]), "pass")]
#[case::classic_and_rules_refused(refused(), full_classic(), branch(true), json!([]), "pass")]
#[case::halves_of_both(rules(json!([pull_request(1)])), classic(json!({"required_pull_request_reviews": null})), branch(true), nobody(), "pass")]
#[case::required_workflow_is_a_check(rules(json!([pull_request(1), no_force(), {"type": "workflows", "ruleset_id": 42, "parameters": {"workflows": [{"path": ".github/workflows/ci.yml"}]}}])), unprotected(), branch(true), nobody(), "pass")]
#[case::checks_only_in_the_stub(rules(json!([pull_request(1), no_force()])), refused(), json!({"seen": {"protected": true, "protection": {"required_status_checks": {"enforcement_level": "everyone", "contexts": ["ci"]}}}}), nobody(), "pass")]
// Bypassing a ruleset does not bypass the classic protection beneath it.
#[case::bypass_closed_by_classic(full_rules(), full_classic(), branch(true), bypass("always"), "pass")]
#[case::bypass_for_pull_requests_only(full_rules(), unprotected(), branch(true), bypass("pull_request"), "pass")]
// Missing is not empty: neither passed nor failed.
#[case::bypass_list_missing(full_rules(), unprotected(), branch(true), bypass_missing(), "no_permission")]
#[case::bypass_refused(full_rules(), unprotected(), branch(true), json!([{"id": 42, "ruleset": refused()}]), "no_permission")]
#[case::bypass_list_missing_but_we_may(full_rules(), unprotected(), branch(true), bypass_of_ours("always"), "fail")]
#[case::bypass_list_missing_and_we_may_not(full_rules(), unprotected(), branch(true), bypass_of_ours("never"), "no_permission")]
#[case::bypass_list_missing_and_we_need_a_pull_request(
    full_rules(),
    unprotected(),
    branch(true),
    bypass_of_ours("pull_requests_only"),
    "no_permission"
)]
#[case::ruleset_not_asked_for(full_rules(), unprotected(), branch(true), json!([]), "no_permission")]
#[case::stub_without_a_level(rules(json!([pull_request(1), no_force()])), refused(), json!({"seen": {"protected": true, "protection": {"required_status_checks": {"contexts": ["ci"]}}}}), nobody(), "no_permission")]
#[case::stub_not_for_admins(rules(json!([pull_request(1), no_force()])), refused(), json!({"seen": {"protected": true, "protection": {"required_status_checks": {"enforcement_level": "non_admins", "contexts": ["ci"]}}}}), nobody(), "fail")]
#[case::classic_without_a_word_on_force(rules(json!([pull_request(1), checks()])), classic(json!({"allow_force_pushes": null})), branch(true), nobody(), "unexpected_answer")]
// Seen to be absent.
#[case::nothing_at_all(no_rules(), unprotected(), branch(false), json!([]), "fail")]
#[case::nothing_and_the_branch_unread(no_rules(), unprotected(), refused(), json!([]), "fail")]
#[case::classic_refused_but_the_flag_says_no(no_rules(), refused(), branch(false), json!([]), "fail")]
#[case::plan_says_no_twice(without("plan_has_none"), without("plan_has_none"), branch(false), json!([]), "fail")]
#[case::plan_says_no_once(no_rules(), without("plan_has_none"), refused(), json!([]), "fail")]
#[case::plan_and_rules_refused(refused(), without("plan_has_none"), refused(), json!([]), "fail")]
#[case::only_deletion_is_ruled(rules(json!([{"type": "deletion", "ruleset_id": 1}])), unprotected(), branch(true), json!([]), "fail")]
#[case::no_checks(rules(json!([pull_request(1), no_force()])), unprotected(), branch(true), nobody(), "fail")]
#[case::empty_list_of_checks(rules(json!([pull_request(1), no_force(), {"type": "required_status_checks", "ruleset_id": 42, "parameters": {"required_status_checks": []}}])), unprotected(), branch(true), nobody(), "fail")]
#[case::stub_switched_off(rules(json!([pull_request(1), no_force()])), unprotected(), json!({"seen": {"protected": true, "protection": {"required_status_checks": {"enforcement_level": "off", "contexts": ["ci"]}}}}), nobody(), "fail")]
#[case::no_pull_request(no_rules(), classic(json!({"required_pull_request_reviews": null})), branch(true), json!([]), "fail")]
#[case::classic_allows_force(no_rules(), classic(json!({"allow_force_pushes": {"enabled": true}})), branch(true), json!([]), "fail")]
#[case::classic_without_checks(no_rules(), classic(json!({"required_status_checks": {"contexts": [], "checks": []}})), branch(true), json!([]), "fail")]
// Known holes in what is there.
#[case::admins_left_out(no_rules(), classic(json!({"enforce_admins": {"enabled": false}})), branch(true), json!([]), "fail")]
#[case::exempt_from_pull_requests(no_rules(), classic(json!({"required_pull_request_reviews": {"bypass_pull_request_allowances": {"users": [{"login": "sam"}], "teams": [], "apps": []}}})), branch(true), json!([]), "fail")]
#[case::bypass_always(full_rules(), unprotected(), branch(true), bypass("always"), "fail")]
#[case::bypass_exempt(full_rules(), unprotected(), branch(true), bypass("exempt"), "fail")]
#[case::bypass_of_an_unknown_kind(full_rules(), unprotected(), branch(true), bypass("sometimes"), "fail")]
// One part refused does not hide another that fails.
#[case::force_allowed_and_the_rest_refused(rules(json!([pull_request(1), checks()])), classic(json!({"allow_force_pushes": {"enabled": true}})), refused(), nobody(), "fail")]
// An empty list is not "unprotected", and a missing window is not a pass.
#[case::empty_list_classic_refused(no_rules(), refused(), branch(true), json!([]), "no_permission")]
#[case::empty_list_nothing_else(no_rules(), refused(), refused(), json!([]), "no_permission")]
#[case::rules_refused_classic_none(refused(), unprotected(), branch(true), json!([]), "no_permission")]
#[case::rules_refused_flag_no(refused(), refused(), branch(false), json!([]), "no_permission")]
#[case::cut_list(cut_rules(json!([])), unprotected(), branch(true), json!([]), "incomplete")]
#[case::half_seen(rules(json!([pull_request(1)])), refused(), branch(true), nobody(), "no_permission")]
#[case::rule_without_a_name(rules(json!([{}])), unprotected(), branch(true), json!([]), "unexpected_answer")]
#[case::classic_does_not_say(rules(json!([pull_request(1), checks()])), classic(json!({"allow_force_pushes": null})), branch(true), nobody(), "unexpected_answer")]
#[case::bad_credential(no_rules(), hidden("bad_credential"), branch(true), json!([]), "bad_credential")]
#[case::rate_limited(hidden("rate_limited"), refused(), refused(), json!([]), "rate_limited")]
#[case::unreachable(hidden("unreachable"), unprotected(), branch(true), json!([]), "unreachable")]
#[case::vendor_fault(hidden("vendor_fault"), unprotected(), branch(true), json!([]), "vendor_fault")]
#[case::timed_out(hidden("timed_out"), unprotected(), branch(true), json!([]), "timed_out")]
#[case::unexpected(hidden("unexpected_answer"), unprotected(), branch(true), json!([]), "unexpected_answer")]
fn decisions(#[case] active: Value, #[case] classic: Value, #[case] branch: Value, #[case] details: Value, #[case] wanted: &str) {
    let seen = seen(active, classic, branch, details);
    let verdict = BranchProtection::decide(&seen, &app(), noon());
    assert_eq!(word(&verdict), wanted, "{verdict:?}");
    assert_eq!(verdict.findings.is_empty(), wanted != "fail", "{verdict:?}");
    assert_eq!(BranchProtection::remedy(&seen, &app()).steps.is_empty(), wanted != "fail");
}

#[test]
fn an_archived_or_empty_repository_has_nothing_to_protect() {
    let mut archived = seen(no_rules(), unprotected(), branch(false), json!([]));
    archived.repository.archived = Some(true);
    assert_eq!(word(&BranchProtection::decide(&archived, &app(), noon())), "not_applicable");
    let mut empty = seen(no_rules(), refused(), refused(), json!([]));
    empty.is_empty = Some(Part::Seen(true));
    assert_eq!(word(&BranchProtection::decide(&empty, &app(), noon())), "not_applicable");
    empty.is_empty = Some(Part::Seen(false));
    assert_eq!(word(&BranchProtection::decide(&empty, &app(), noon())), "no_permission");
}

#[test]
fn an_unprotected_branch_fails_every_demand_and_not_just_one() {
    let verdict = BranchProtection::decide(&seen(no_rules(), unprotected(), branch(false), json!([])), &app(), noon());
    let rules: Vec<&str> = verdict.findings.iter().map(|it| it.rule.as_str()).collect();
    assert_eq!(rules, ["github.checks-not-required", "github.force-push-allowed", "github.pull-request-not-required"]);
    assert!(verdict.findings.iter().all(|it| it.resource == "acme/app:main"));
}

#[rstest]
#[case::bypass_unseen(full_rules(), unprotected(), bypass_missing(), "github.bypass-unseen-ruleset-42")]
#[case::nobody_approves(rules(json!([pull_request(0), checks(), no_force(), deletion()])), unprotected(), nobody(), "github.no-approval-required")]
#[case::deletion(rules(json!([pull_request(1), checks(), no_force()])), unprotected(), nobody(), "github.deletion-allowed")]
fn asides_are_told(#[case] active: Value, #[case] classic: Value, #[case] details: Value, #[case] key: &str) {
    let verdict = BranchProtection::decide(&seen(active, classic, branch(true), details), &app(), noon());
    assert_eq!(verdict.notes.iter().map(|it| it.key.as_str()).collect::<Vec<_>>(), [key]);
}

#[rstest]
#[case::whole(rules(json!([pull_request(1), no_force()])), unprotected(), nobody(), None)]
#[case::bypass_unseen(rules(json!([pull_request(1), no_force()])), unprotected(), bypass_missing(), Some("who may bypass the protection of main is shown only to those who may edit it"))]
#[case::rules_unread(hidden("unreachable"), classic(json!({"enforce_admins": {"enabled": false}, "required_status_checks": null})), nobody(), Some("whether main needs passing checks could not be seen: refused"))]
fn a_fail_says_what_it_did_not_see(
    #[case] active: Value,
    #[case] classic: Value,
    #[case] details: Value,
    #[case] wanted: Option<&str>,
) {
    let verdict = BranchProtection::decide(&seen(active, classic, branch(true), details), &app(), noon());
    assert_eq!(word(&verdict), "fail", "{verdict:?}");
    assert_eq!(verdict.unseen.map(|it| it.says.to_string()).as_deref(), wanted);
}

#[test]
fn zero_approvals_in_the_rules_say_nothing_while_classic_is_hidden() {
    let seen = seen(rules(json!([pull_request(0), checks(), no_force()])), refused(), branch(true), nobody());
    let verdict = BranchProtection::decide(&seen, &app(), noon());
    assert!(verdict.notes.is_empty(), "{verdict:?}");
}

#[test]
fn a_ruleset_that_only_evaluates_and_a_new_name_are_told() {
    let mut seen = seen(no_rules(), unprotected(), branch(false), json!([]));
    seen.rulesets =
        serde_json::from_value(json!({"seen": {"items": [{"id": 9, "name": "main", "enforcement": "evaluate"}]}})).unwrap();
    seen.repository.full_name = Some("acme/shop".into());
    let verdict = BranchProtection::decide(&seen, &app(), noon());
    let keys: Vec<&str> = verdict.notes.iter().map(|it| it.key.as_str()).collect();
    assert_eq!(keys, ["github.deletion-allowed", "github.ruleset-idle-9", "github.renamed"]);
}
