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
