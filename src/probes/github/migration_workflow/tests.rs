//! Migrations by a workflow: applied, tried before, failed, skipped, hidden.

use super::*;
use crate::probes::github::testing::{app, hidden, word};
use crate::systems::stand_in::noon;
use rstest::rstest;
use serde_json::{Value, json};

const TWO_JOBS: &str = "on: push
jobs:
  staging:
    steps:
      - { name: Migrate, run: supabase db push }
  production:
    needs: staging
    steps:
      - { name: Migrate, run: supabase db push }
";
const AT_ONCE: &str = "on: push
jobs:
  production:
    steps:
      - { name: Migrate, run: supabase db push }
";
const CHECKS: &str = "on: pull_request
jobs:
  test:
    steps:
      - run: supabase db reset
";
const SWALLOWS: &str = "on: push
jobs:
  staging:
    steps:
      - { name: Migrate, run: supabase db push }
  production:
    needs: [staging]
    steps:
      - { name: Migrate, run: 'supabase db push || true' }
";
const SIDE_BY_SIDE: &str = "on: push
jobs:
  staging:
    steps:
      - { name: Migrate, run: supabase db push }
  production:
    steps:
      - { name: Migrate, run: supabase db push }
";

fn declared(files: &[&str]) -> Value {
    let list: Vec<Value> = files
        .iter()
        .enumerate()
        .map(|(n, text)| {
            json!({"workflow": {"id": n + 1, "path": format!(".github/workflows/{n}.yml"), "state": "active"}, "file": {"seen": WorkflowFile::read(text)}})
        })
        .collect();
    json!({"seen": {"list": list, "unread": 0}})
}
fn run(conclusion: &str) -> Value {
    json!({"seen": {"items": [{"id": 7, "workflow_id": 1, "conclusion": conclusion, "created_at": "2026-11-20T00:00:00Z"}]}})
}
fn jobs(staging: &str, production: &str) -> Value {
    let job = |name: &str, it: &str| json!({"name": name, "conclusion": it, "steps": [{"name": "Migrate", "conclusion": it}]});
    json!({"1": {"seen": {"items": [job("staging", staging), job("production", production)]}}})
}

#[rstest]
#[case::staging_first(declared(&[TWO_JOBS]), run("success"), jobs("success", "success"), "pass")]
#[case::own_database_on_pull_requests(declared(&[AT_ONCE, CHECKS]), run("success"), jobs("success", "success"), "pass")]
#[case::at_once(declared(&[AT_ONCE]), run("success"), jobs("success", "success"), "needs_judgement")]
#[case::side_by_side(declared(&[SIDE_BY_SIDE]), run("success"), jobs("success", "success"), "needs_judgement")]
#[case::failed(declared(&[TWO_JOBS]), run("failure"), jobs("success", "failure"), "fail")]
#[case::failed_in_staging(declared(&[TWO_JOBS]), run("failure"), jobs("failure", "skipped"), "fail")]
#[case::skipped(declared(&[TWO_JOBS]), run("success"), jobs("success", "skipped"), "needs_judgement")]
#[case::swallowed(declared(&[SWALLOWS]), run("success"), jobs("success", "success"), "needs_judgement")]
#[case::never_ran(declared(&[TWO_JOBS]), json!({"seen": {"items": []}}), json!({}), "needs_judgement")]
#[case::no_workflow(declared(&[CHECKS]), run("success"), json!({}), "needs_judgement")]
#[case::runs_hidden(declared(&[TWO_JOBS]), hidden("no_permission"), json!({}), "no_permission")]
#[case::jobs_hidden(declared(&[TWO_JOBS]), run("success"), json!({"1": hidden("rate_limited")}), "rate_limited")]
#[case::files_hidden(hidden("no_permission"), run("success"), json!({}), "no_permission")]
#[case::file_broken(declared(&[TWO_JOBS, "on: ["]), run("success"), jobs("success", "success"), "incomplete")]
fn decisions(#[case] declared: Value, #[case] pushes: Value, #[case] jobs: Value, #[case] wanted: &str) {
    let seen: Seen =
        serde_json::from_value(json!({"repository": {}, "declared": declared, "pushes": pushes, "jobs": jobs})).unwrap();
    let verdict = MigrationWorkflow::decide(&seen, &app(), noon());
    assert_eq!(word(&verdict), wanted, "{verdict:?}");
    assert_eq!(MigrationWorkflow::remedy(&seen, &app()).steps.is_empty(), wanted != "fail");
}
