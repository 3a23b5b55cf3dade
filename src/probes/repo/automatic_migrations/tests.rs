//! What applies migrations in small apps.

use super::*;
use crate::probes::stand_in::{acme, of_files, word};
use crate::systems::stand_in::noon;
use rstest::rstest;

const PRISMA: (&str, &str) = ("prisma/migrations/20260101000000_a/migration.sql", "create table a (id int);");
const SUPABASE: (&str, &str) = ("supabase/migrations/20260101000000_a.sql", "create table a (id int);");

#[rstest]
#[case::nothing_does(&[PRISMA], "fail")]
#[case::by_hand(&[PRISMA, ("package.json", "{\"scripts\": {\"db:migrate\": \"prisma migrate deploy\"}}")], "fail")]
#[case::pushed(&[PRISMA, ("package.json", "{\"scripts\": {\"build\": \"prisma db push && next build\"}}")], "fail")]
#[case::in_the_build(&[PRISMA, ("package.json", "{\"scripts\": {\"build\": \"prisma migrate deploy && next build\"}}")], "needs_judgement")]
#[case::in_a_workflow(&[PRISMA, (".github/workflows/d.yml", "on: push\njobs:\n  a:\n    steps:\n      - run: npx prisma migrate deploy\n")], "needs_judgement")]
#[case::at_the_start(&[PRISMA, ("Dockerfile", "CMD npx prisma migrate deploy && node a.js")], "needs_judgement")]
#[case::by_code(&[PRISMA, ("src/a.ts", "import { migrate } from 'drizzle-orm/node-postgres/migrator'; await migrate(db, {})")], "needs_judgement")]
#[case::host_may(&[SUPABASE], "needs_judgement")]
#[case::no_migrations(&[("src/a.ts", "export const a = 1")], "not_applicable")]
#[case::broken(&[("src/a.ts", "const a = ;")], "incomplete")]
#[case::nothing(&[("README.md", "x")], "ambiguous")]
#[tokio::test]
async fn apps(#[case] files: &[(&str, &str)], #[case] wanted: &str) {
    let answer = of_files::<AutomaticMigrations>(files, acme()).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    assert_eq!((answer.verdict.findings.is_empty(), answer.remedy.steps.is_empty()), (wanted != "fail", wanted != "fail"));
}

#[tokio::test]
async fn what_goes_past_the_list_is_shown() {
    let files = [SUPABASE, ("deploy.sh", "#!/bin/sh\npsql \"$DATABASE_URL\" -f fix.sql\n")];
    let verdict = of_files::<AutomaticMigrations>(&files, acme()).await.verdict;
    let note = verdict.notes.first().unwrap();
    assert_eq!(
        (note.key.as_str(), note.place.as_ref().unwrap().to_string()),
        ("repo.migration-bypassed.deploy.sh.psql", "deploy.sh:2".to_owned())
    );
}

#[test]
fn an_empty_repository_has_none() {
    let seen = Seen { ground: Ground::empty(), ..Seen::default() };
    assert_eq!(word(&AutomaticMigrations::decide(&seen, &acme(), noon())), "not_applicable");
}
