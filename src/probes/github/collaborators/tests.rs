//! Who has access, as GitHub shows it and as it hides it.

use super::*;
use crate::probes::github::testing::{app, hidden, word};
use crate::systems::stand_in::noon;
use rstest::rstest;
use serde_json::{Value, json};

fn list(items: &Value) -> Value {
    json!({"seen": {"items": items}})
}
fn sam() -> Value {
    list(&json!([{"login": "Sam", "type": "User", "role_name": "admin", "permissions": {"admin": true, "push": true}},
                 {"login": "reader", "type": "User", "permissions": {"push": false}}]))
}
fn two_writers() -> Value {
    list(&json!([{"login": "sam", "permissions": {"push": true}}, {"login": "gone", "permissions": {"push": true}}]))
}
fn commits() -> Value {
    list(
        &json!([{"sha": "a", "author": {"login": "sam", "type": "User"}, "commit": {"committer": {"date": "2026-11-20T00:00:00Z"}}}]),
    )
}
fn old_commits() -> Value {
    list(&json!([{"sha": "a", "author": {"login": "sam"}, "commit": {"committer": {"date": "2026-01-20T00:00:00Z"}}}]))
}
fn key(read_only: bool, last_used: &Value) -> Value {
    list(&json!([{"id": 1, "title": "ci", "read_only": read_only, "created_at": "2026-01-01T00:00:00Z", "last_used": last_used}]))
}
fn none() -> Value {
    list(&json!([]))
}
fn organisation(two_factors: &Value, owners: &Value, outsiders: &Value) -> Value {
    json!({"itself": {"seen": {"login": "acme", "two_factor_requirement_enabled": two_factors}}, "owners": owners, "outsiders": outsiders})
}
fn owners(count: usize) -> Value {
    list(&json!((0..count).map(|n| json!({"login": format!("o{n}")})).collect::<Vec<_>>()))
}
fn good() -> Value {
    organisation(&json!(true), &owners(2), &none())
}

#[rstest]
#[case::all_seen(sam(), none(), commits(), good(), "pass")]
#[case::key_in_use(sam(), key(false, &json!("2026-11-01T00:00:00Z")), commits(), good(), "pass")]
#[case::key_reads(sam(), key(true, &Value::Null), commits(), good(), "pass")]
#[case::owners_seen_by_a_member(sam(), none(), commits(), organisation(&Value::Null, &owners(2), &none()), "no_permission")]
#[case::key_unused(sam(), key(false, &json!("2026-06-01T00:00:00Z")), commits(), good(), "fail")]
#[case::key_never_used(sam(), key(false, &Value::Null), commits(), good(), "fail")]
#[case::no_two_factors(sam(), none(), commits(), organisation(&json!(false), &owners(2), &none()), "fail")]
#[case::no_two_factors_and_the_rest_refused(hidden("no_permission"), hidden("no_permission"), hidden("no_permission"), organisation(&json!(false), &hidden("no_permission"), &hidden("no_permission")), "fail")]
#[case::one_owner(sam(), none(), commits(), organisation(&json!(true), &owners(1), &none()), "fail")]
#[case::one_owner_shown_to_a_stranger(sam(), none(), commits(), organisation(&Value::Null, &owners(1), &none()), "no_permission")]
#[case::no_owner_shown_to_a_stranger(sam(), none(), commits(), organisation(&Value::Null, &owners(0), &none()), "no_permission")]
#[case::outsider_writes(sam(), none(), commits(), organisation(&json!(true), &owners(2), &list(&json!([{"login": "x", "permissions": {"push": true}}]))), "needs_judgement")]
#[case::outsider_unsaid(sam(), none(), commits(), organisation(&json!(true), &owners(2), &list(&json!([{"login": "x"}]))), "needs_judgement")]
#[case::outsider_reads(sam(), none(), commits(), organisation(&json!(true), &owners(2), &list(&json!([{"login": "x", "permissions": {"push": false}}]))), "pass")]
#[case::stale_writer(two_writers(), none(), commits(), good(), "needs_judgement")]
#[case::nobody_works(sam(), none(), old_commits(), good(), "needs_judgement")]
#[case::collaborators_refused(hidden("no_permission"), none(), commits(), good(), "no_permission")]
#[case::collaborators_cut(json!({"seen": {"items": [], "cut": {"kind": "incomplete", "says": "cut"}}}), none(), commits(), good(), "incomplete")]
#[case::keys_refused(sam(), hidden("no_permission"), commits(), good(), "no_permission")]
#[case::commits_refused(sam(), none(), hidden("rate_limited"), good(), "rate_limited")]
fn of_an_organisation(
    #[case] people: Value,
    #[case] keys: Value,
    #[case] changes: Value,
    #[case] organisation: Value,
    #[case] wanted: &str,
) {
    let owner = json!({"login": "acme", "type": "Organization"});
    let seen: Seen = serde_json::from_value(json!({
        "repository": {"default_branch": "main", "owner": owner}, "collaborators": people, "keys": keys, "changes": changes, "organisation": organisation,
    }))
    .unwrap();
    let verdict = Collaborators::decide(&seen, &app(), noon());
    assert_eq!(word(&verdict), wanted, "{verdict:?}");
    assert_eq!(verdict.findings.is_empty(), wanted != "fail");
    if wanted == "fail" {
        assert!(!Collaborators::remedy(&seen, &app()).steps.is_empty());
    }
}

#[rstest]
#[case::user(json!({"login": "ana", "type": "User"}), "fail")]
#[case::unsaid(Value::Null, "unexpected_answer")]
fn of_a_person(#[case] owner: Value, #[case] wanted: &str) {
    let seen: Seen = serde_json::from_value(json!({
        "repository": {"default_branch": "main", "owner": owner}, "collaborators": sam(), "keys": none(), "changes": commits(), "organisation": null,
    }))
    .unwrap();
    assert_eq!(word(&Collaborators::decide(&seen, &app(), noon())), wanted);
}
