//! Migrations before and after the cut-over, with and without a way back.

use super::*;
use crate::probes::stand_in::{acme, of_files, word};
use crate::systems::stand_in::noon;
use rstest::rstest;

const FIRST: (&str, &str) = ("supabase/migrations/20260101000000_a.sql", "create table a (id int, b text);");
const LATER: &str = "supabase/migrations/20260301000000_b.sql";

fn agreed() -> AppSettings {
    AppSettings { cut_over: NaiveDate::from_ymd_opt(2026, 2, 1), ..acme() }
}

#[rstest]
#[case::no_way_back("alter table a drop column b;", "fail")]
#[case::updates("update a set b = 'x';", "fail")]
#[case::way_back(
    "-- To undo: add the column again, restore from the point before\nalter table a drop column b;",
    "needs_judgement"
)]
#[case::blocks("create index on a (b);", "needs_judgement")]
#[case::does_not_block("create index concurrently i on a (b);", "pass")]
#[case::breaks("alter table a rename b to c;", "needs_judgement")]
#[case::adds("alter table a add column c int;", "pass")]
#[case::of_its_own("create table c (id int); update c set id = 1; create index on c (id);", "pass")]
#[case::built_while_it_runs("do $$ begin execute q; end $$;", "incomplete")]
#[tokio::test]
async fn since_the_cut_over(#[case] sql: &str, #[case] wanted: &str) {
    let answer = of_files::<ReversibleMigrations>(&[FIRST, (LATER, sql)], agreed()).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    assert_eq!((answer.verdict.findings.is_empty(), answer.remedy.steps.is_empty()), (wanted != "fail", wanted != "fail"));
}

#[rstest]
#[case::before_the_cut_over(&[FIRST, ("supabase/migrations/20260102000000_b.sql", "drop table a;")], "pass")]
#[case::no_day(&[("supabase/migrations/0001_a.sql", "create table a (id int);"), ("supabase/migrations/0002_b.sql", "drop table a;")], "needs_judgement")]
#[case::no_migrations(&[("src/a.ts", "export const a = 1")], "not_applicable")]
#[case::down_file(&[FIRST, (LATER, "drop table a;"), ("supabase/rollbacks/20260301000000_b.sql", "create table a (id int);")], "needs_judgement")]
#[case::document(&[FIRST, (LATER, "drop table a;"), ("docs/rollback.md", "20260301000000 is undone by a restore")], "needs_judgement")]
#[case::broken(&[("src/a.ts", "const a = ;")], "incomplete")]
#[case::nothing(&[("README.md", "x")], "ambiguous")]
#[tokio::test]
async fn apps(#[case] files: &[(&str, &str)], #[case] wanted: &str) {
    let answer = of_files::<ReversibleMigrations>(files, agreed()).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
}

#[tokio::test]
async fn without_an_agreed_day_the_step_is_named() {
    let verdict = of_files::<ReversibleMigrations>(&[FIRST, (LATER, "drop table a;")], acme()).await.verdict;
    assert_eq!(word(&verdict), "not_configured");
    assert!(verdict.outcome.gap().unwrap().needs.as_ref().unwrap().as_str().contains("--cut-over"));
}

#[tokio::test]
async fn a_finding_is_its_file() {
    let files = [FIRST, (LATER, "-- tidy\n\nalter table a drop column b;\ntruncate a;"), ("src/a.ts", "s.from('a').select()")];
    let verdict = of_files::<ReversibleMigrations>(&files, agreed()).await.verdict;
    let finding = verdict.findings.first().unwrap();
    assert_eq!(finding.key(), format!("repo.migration-no-way-back:{LATER}"));
    assert_eq!(finding.place.as_ref().unwrap().to_string(), format!("{LATER}:3"));
    assert!(finding.says.as_str().contains("drops the column a.b, which the code uses and 1 more"), "{}", finding.says);
    assert_eq!(verdict.says.as_str(), "1 of 1 migrations that touch data since 2026-02-01 have no written way back");
}

#[test]
fn an_empty_repository_has_none() {
    let seen = Seen { ground: Ground::empty(), ..Seen::default() };
    assert_eq!(word(&ReversibleMigrations::decide(&seen, &agreed(), noon())), "not_applicable");
}
