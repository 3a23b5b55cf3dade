//! Pipelines that try migrations first, and those that do not.

use super::*;
use crate::probes::stand_in::{acme, of_files, word};
use crate::systems::stand_in::noon;
use rstest::rstest;

const SUPABASE: (&str, &str) = ("supabase/migrations/20260101000000_a.sql", "create table a (id int);");
const DEPLOY: (&str, &str) =
    (".github/workflows/deploy.yml", "on: push\njobs:\n  a:\n    steps:\n      - run: supabase db push\n");

#[rstest]
#[case::straight_to_production(&[SUPABASE, DEPLOY], "fail")]
#[case::deploy_script(&[("prisma/migrations/1_a/migration.sql", "create table a (id int)"), ("package.json", "{\"scripts\": {\"vercel-build\": \"prisma migrate deploy && next build\"}}")], "fail")]
#[case::local_stack(&[SUPABASE, DEPLOY, ("supabase/config.toml", "project_id = \"acme\"")], "needs_judgement")]
#[case::tried_in_a_workflow(&[SUPABASE, DEPLOY, (".github/workflows/ci.yml", "on: push\njobs:\n  a:\n    steps:\n      - run: supabase start\n")], "needs_judgement")]
#[case::staging_workflow(&[SUPABASE, DEPLOY, (".github/workflows/staging.yml", "on: push\njobs:\n  a:\n    steps:\n      - run: npm ci\n")], "needs_judgement")]
#[case::staging_environment(&[SUPABASE, (".github/workflows/deploy.yml", "on: push\njobs:\n  a:\n    environment: staging\n    steps:\n      - run: supabase db push\n")], "needs_judgement")]
#[case::production_environment(&[SUPABASE, (".github/workflows/deploy.yml", "on: push\njobs:\n  a:\n    environment: Production\n    steps:\n      - run: supabase db push\n")], "fail")]
#[case::nothing_applies(&[SUPABASE], "needs_judgement")]
#[case::a_comment(&[SUPABASE, (".github/workflows/a.yml", "# supabase db push\non: push\njobs:\n  a:\n    steps:\n      - run: npm ci\n")], "needs_judgement")]
#[case::no_migrations(&[("src/a.ts", "s.from('a').select()")], "not_applicable")]
#[case::broken(&[("src/a.ts", "const a = ;")], "incomplete")]
#[case::nothing(&[("README.md", "x")], "ambiguous")]
#[tokio::test]
async fn apps(#[case] files: &[(&str, &str)], #[case] wanted: &str) {
    let answer = of_files::<StagedMigrations>(files, acme()).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    assert_eq!((answer.verdict.findings.is_empty(), answer.remedy.steps.is_empty()), (wanted != "fail", wanted != "fail"));
}

#[tokio::test]
async fn where_they_are_tried_is_shown() {
    let files =
        [SUPABASE, (".github/workflows/ci.yml", "on: push\njobs:\n  a:\n    steps:\n      - run: npx supabase db reset\n")];
    let verdict = of_files::<StagedMigrations>(&files, acme()).await.verdict;
    assert_eq!(verdict.notes.first().unwrap().place.as_ref().unwrap().to_string(), ".github/workflows/ci.yml:5");
}

#[test]
fn an_empty_repository_has_none() {
    let seen = Seen { ground: Ground::empty(), ..Seen::default() };
    assert_eq!(word(&StagedMigrations::decide(&seen, &acme(), noon())), "not_applicable");
}
