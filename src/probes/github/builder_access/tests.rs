//! Builders on the branch: what is a push, what came by a pull request, and what nobody was shown.

use super::*;
use crate::probes::github::testing::{app, hidden, word};
use crate::systems::stand_in::noon;
use rstest::rstest;
use serde_json::{Value, json};

fn list(items: &Value) -> Value {
    json!({"seen": {"items": items}})
}
fn none() -> Value {
    list(&json!([]))
}
fn commit(sha: &str, login: &str, parents: &[&str]) -> Value {
    let parents: Vec<Value> = parents.iter().map(|it| json!({"sha": it})).collect();
    json!({"sha": sha, "author": {"login": login, "type": if login.ends_with(']') { "Bot" } else { "User" }},
           "commit": {"committer": {"date": "2026-11-20T00:00:00Z"}}, "parents": parents})
}
fn pull(sha: &str) -> Value {
    json!({"number": 1, "merge_commit_sha": sha, "updated_at": "2026-11-21T00:00:00Z"})
}
const LOVABLE: &str = "gpt-engineer-app[bot]";

/// The branch as `branch_protection` stores it.
fn protection(guard: &str) -> Value {
    let rules = json!([{"type": "pull_request", "ruleset_id": 42}]);
    let (items, bypass) = match guard {
        "closed" => (rules, json!([])),
        "passable" => (rules, json!([{"actor_id": 5, "actor_type": "Integration", "bypass_mode": "always"}])),
        "unseen" => (rules, Value::Null),
        _ => (json!([]), json!([])),
    };
    let classic = if guard == "hidden" { hidden("no_permission") } else { json!({"seen": {"without": "not_protected"}}) };
    json!({
        "repository": {"default_branch": "main"}, "active": {"seen": {"have": {"items": items}}}, "classic": classic,
        "branch": {"seen": {"protected": guard == "hidden"}}, "rulesets": {"seen": {"items": []}},
        "details": [{"id": 42, "ruleset": {"seen": {"id": 42, "enforcement": "active", "bypass_actors": bypass}}}], "is_empty": null,
    })
}

#[expect(clippy::needless_pass_by_value, reason = "a table reads better without signs of borrowing")]
fn seen(guard: &str, changes: Value, pulls: Value) -> Value {
    json!({"protection": protection(guard), "changes": changes, "pulls": pulls, "collaborators": none(), "keys": none(), "hooks": none(), "deployments": none()})
}

#[rstest]
#[case::closed(seen("closed", list(&json!([commit("a", "sam", &[])])), none()), "pass")]
#[case::closed_since(seen("closed", list(&json!([commit("a", LOVABLE, &[])])), none()), "pass")]
#[case::closed_and_the_rest_hidden(seen("closed", hidden("no_permission"), hidden("no_permission")), "pass")]
#[case::pushed(seen("open", list(&json!([commit("a", LOVABLE, &[])])), none()), "fail")]
#[case::pushed_below(seen("open", list(&json!([commit("b", "sam", &["a"]), commit("a", LOVABLE, &[])])), none()), "fail")]
#[case::pushed_and_passable(seen("passable", list(&json!([commit("a", LOVABLE, &[])])), none()), "fail")]
#[case::pushed_and_bypass_unseen(seen("unseen", list(&json!([commit("a", LOVABLE, &[])])), none()), "fail")]
#[case::by_a_squash(seen("open", list(&json!([commit("a", LOVABLE, &[])])), list(&json!([pull("a")]))), "needs_judgement")]
#[case::by_a_merge(seen("open", list(&json!([commit("m", "sam", &["z", "a"]), commit("a", LOVABLE, &["z"]), commit("z", "sam", &[])])), list(&json!([pull("m")]))), "needs_judgement")]
#[case::perhaps_rebased(seen("open", list(&json!([commit("b", LOVABLE, &["a"]), commit("a", LOVABLE, &["z"])])), list(&json!([pull("b")]))), "needs_judgement")]
#[case::pulls_hidden(seen("open", list(&json!([commit("a", LOVABLE, &[])])), hidden("no_permission")), "no_permission")]
#[case::nothing_seen_is_no_proof(seen("open", list(&json!([commit("a", "sam", &[])])), none()), "needs_judgement")]
#[case::passable(seen("passable", list(&json!([commit("a", "sam", &[])])), none()), "needs_judgement")]
#[case::bypass_unseen(seen("unseen", list(&json!([])), none()), "no_permission")]
#[case::guard_hidden(seen("hidden", none(), none()), "no_permission")]
#[case::lists_hidden(seen("open", hidden("rate_limited"), none()), "rate_limited")]
fn pushes(#[case] seen: Value, #[case] wanted: &str) {
    let seen: Seen = serde_json::from_value(seen).unwrap();
    let verdict = BuilderAccess::decide(&seen, &app(), noon());
    assert_eq!(word(&verdict), wanted, "{verdict:?}");
    assert_eq!(BuilderAccess::remedy(&seen, &app()).steps.is_empty(), wanted != "fail");
}

#[rstest]
#[case::key("keys", json!([{"id": 1, "title": "Lovable sync", "read_only": false}]), "fail")]
#[case::key_reads("keys", json!([{"id": 1, "title": "Lovable sync", "read_only": true}]), "needs_judgement")]
#[case::bot("collaborators", json!([{"login": "v0[bot]", "type": "Bot", "permissions": {"push": true}}]), "fail")]
#[case::bot_of_a_likely_name("collaborators", json!([{"login": "bolt", "type": "Bot", "permissions": {"push": true}}]), "needs_judgement")]
#[case::person_called_so("collaborators", json!([{"login": "bolt", "type": "User", "permissions": {"push": true}}]), "needs_judgement")]
#[case::deploys("deployments", json!([{"id": 1, "environment": "Production", "created_at": "2026-11-20T00:00:00Z", "creator": {"login": "replit[bot]", "type": "Bot"}}]), "fail")]
#[case::host_deploys("deployments", json!([{"id": 1, "environment": "Production", "creator": {"login": "vercel[bot]", "type": "Bot"}}]), "needs_judgement")]
#[case::hook("hooks", json!([{"id": 1, "config": {"url": "https://lovable.dev/hook"}}]), "needs_judgement")]
fn other_ways(#[case] part: &str, #[case] items: Value, #[case] wanted: &str) {
    let mut value = seen("open", list(&json!([commit("a", "sam", &[])])), none());
    value[part] = list(&items);
    let seen: Seen = serde_json::from_value(value).unwrap();
    assert_eq!(word(&BuilderAccess::decide(&seen, &app(), noon())), wanted);
}

#[test]
fn a_builder_that_deploys_fails_even_where_nobody_can_push() {
    let mut value = seen("closed", none(), none());
    value["deployments"] = list(&json!([{"id": 1, "environment": "Production", "creator": {"login": "v0[bot]"}}]));
    assert_eq!(word(&BuilderAccess::decide(&serde_json::from_value(value).unwrap(), &app(), noon())), "fail");
}
