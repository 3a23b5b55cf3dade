//! Small schemas, and what their replay leaves open.

use super::*;
use crate::probes::stand_in::{acme, of_files, word};
use crate::systems::stand_in::noon;
use rstest::rstest;

const ON: &str = "create table a (id int); alter table a enable row level security;";

#[rstest]
#[case::on("create policy p on a for select using (id = 1);", "pass", &[])]
#[case::never("create table b (id int);", "needs_judgement", &["repo.rls-off.b"])]
#[case::off_again("alter table a disable row level security;", "needs_judgement", &["repo.rls-off.a"])]
#[case::dropped_later("create table b (id int); drop table b;", "pass", &[])]
#[case::temporary("create temp table b (id int);", "pass", &[])]
#[case::not_exposed("create schema private; create table private.b (id int);", "pass", &[])]
#[case::rights_taken("create table b (id int); revoke all on b from anon, authenticated;", "pass", &[])]
#[case::rights_of_one_role_taken("create table b (id int); revoke all on b from anon;", "needs_judgement", &["repo.rls-off.b"])]
#[case::always_true("create policy \"All may\" on a using (true);", "needs_judgement", &["repo.policy-always-true.a.All may"])]
#[case::true_for_the_service("create policy p on a to service_role using (true);", "pass", &[])]
#[case::true_and_dropped("create policy p on a using (true); drop policy p on a;", "pass", &[])]
#[case::in_a_loop("create table b (id int); do $$ begin execute format('alter table %I enable row level security', t); end $$;", "incomplete", &["repo.rls-off.b", "repo.rls-unreplayed.supabase/migrations/20260101000000_a.sql.execute format('alter table %I enable row level security', t)"])]
#[case::event_trigger("create table b (id int); create event trigger e on ddl_command_end execute function f();", "needs_judgement", &["repo.rls-off.b", "repo.rls-event-trigger.trigger"])]
#[case::view("create view v as select * from a;", "needs_judgement", &["repo.rls-bypass.v"])]
#[case::view_of_the_caller("create view v with (security_invoker = true) as select * from a;", "pass", &[])]
#[case::definer_that_is_set("create function f() returns int language sql security definer as $$ select 1 $$; alter function f() set search_path = '';", "pass", &[])]
#[case::one_of_two_definers_is_set("create function f(a int) returns int language sql security definer as $$ select 1 $$; create function f(a text) returns int language sql security definer as $$ select 1 $$; alter function f(int) set search_path = '';", "needs_judgement", &["repo.rls-bypass.f()"])]
#[case::definer("create function f() returns int language sql security definer as $$ select 1 $$;", "needs_judgement", &["repo.rls-bypass.f()"])]
#[tokio::test]
async fn schemas(#[case] sql: &str, #[case] wanted: &str, #[case] shown: &[&str]) {
    let sql = format!("{ON}\n{sql}");
    let verdict = of_files::<RowLevelSecurity>(&[("supabase/migrations/20260101000000_a.sql", &sql)], acme()).await.verdict;
    assert_eq!(word(&verdict), wanted, "{verdict:?}");
    assert_eq!(verdict.notes.iter().map(|it| it.key.as_str()).collect::<Vec<_>>(), shown);
    assert!(verdict.findings.is_empty(), "the database decides, not the files");
}

#[rstest]
#[case::prisma(&[("prisma/migrations/1_a/migration.sql", "create table a (id int)"), ("src/a.ts", "export const a = 1")], "not_applicable")]
#[case::prisma_with_supabase(&[("prisma/migrations/1_a/migration.sql", "create table a (id int)"), ("package.json", "{\"dependencies\": {\"@supabase/supabase-js\": \"2\"}}")], "needs_judgement")]
#[case::no_tables(&[("package.json", "{\"dependencies\": {\"@supabase/supabase-js\": \"2\"}}"), ("src/a.ts", "export const a = 1")], "needs_judgement")]
#[case::all_created(&[("supabase/migrations/20260101000000_a.sql", ON), ("src/a.ts", "supabase.from('a').select()")], "pass")]
#[case::others_used(&[("supabase/migrations/20260101000000_a.sql", ON), ("src/a.ts", "supabase.from('a').select(); supabase.from('b').select()")], "incomplete")]
#[case::undeclared_client(&[("src/a.ts", "import { createClient } from '@supabase/supabase-js'\nexport const s = createClient(u, k)")], "needs_judgement")]
#[case::nothing(&[("README.md", "x")], "ambiguous")]
#[tokio::test]
async fn apps(#[case] files: &[(&str, &str)], #[case] wanted: &str) {
    let verdict = of_files::<RowLevelSecurity>(files, acme()).await.verdict;
    assert_eq!(word(&verdict), wanted, "{verdict:?}");
}

#[test]
fn an_empty_repository_has_no_tables() {
    let seen = Seen { ground: Ground::empty(), ..Seen::default() };
    assert_eq!(word(&RowLevelSecurity::decide(&seen, &acme(), noon())), "not_applicable");
}

/// What is said and seen of a repository whose migrations are these.
async fn look(sql: &str) -> (Verdict, Seen, Remedy) {
    let answer = of_files::<RowLevelSecurity>(&[("supabase/migrations/20260101000000_a.sql", sql)], acme()).await;
    let seen: Seen = serde_json::from_value(answer.observation.unwrap()).unwrap();
    let remedy = RowLevelSecurity::remedy(&seen, &acme());
    (answer.verdict, seen, remedy)
}

#[tokio::test]
async fn more_tables_than_are_kept_are_counted_whole() {
    let sql = (1..=260).map(|n| format!("create table t{n} (id int);\n")).collect::<Vec<_>>().concat();
    let (verdict, _, remedy) = look(&sql).await;
    assert_eq!(verdict.says.as_str(), "260 of 260 tables end without row-level security in the migrations");
    let more = verdict.notes.iter().find(|it| it.key == "repo.rls-off.more").unwrap();
    assert!(more.says.as_str().starts_with("250 more"), "{}", more.says);
    assert!(remedy.steps[0].as_str().contains("on 260 tables"), "{remedy:?}");
}

#[tokio::test]
async fn no_name_is_a_part_of_a_statement_that_is_advised() {
    let (_, _, remedy) = look("create table \"x enable row level security; drop table users; --\" (id int);").await;
    let step = remedy.steps[0].as_str();
    assert!(!step.contains("drop table") && step.contains("RLS-01 --as sql` prints it"), "{step}");
}

#[tokio::test]
async fn functions_of_one_name_are_not_written_down_as_one() {
    let one = "returns int language sql security definer as $$ select 1 $$;";
    let (_, seen, _) =
        look(&format!("create table a (id int); create function f(a int) {one} create function f(a text) {one}")).await;
    let forms = seen.repairs.list.iter().filter_map(|it| match it {
        Repair::SearchPath { forms, .. } => Some(*forms),
        _ => None,
    });
    assert_eq!(forms.collect::<Vec<_>>(), [2]);
    assert_eq!((seen.repairs.whole(), seen.repairs.by_hand()), (1, 1));
}
