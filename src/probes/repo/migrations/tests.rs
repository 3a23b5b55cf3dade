//! Small apps, and what their migrations come to.

use super::*;
use crate::probes::stand_in::{acme, of_files, word};
use crate::systems::stand_in::noon;
use rstest::rstest;

const PAGE: (&str, &str) = ("src/page.tsx", "await supabase.from('orders').select()");
const ORDERS: (&str, &str) = ("supabase/migrations/20260101000000_a.sql", "create table orders (id int);");

#[rstest]
#[case::all_created(&[PAGE, ORDERS], "pass", &[])]
#[case::none(&[PAGE], "fail", &["repo.table-without-migration.orders"])]
#[case::only_pushed(&[("prisma/schema.prisma", "model User {\n  id Int @id\n}"), ("src/a.ts", "prisma.user.findMany({ where: { id } })")], "fail", &["repo.table-without-migration.User"])]
#[case::nothing_asked(&[("src/a.ts", "export const a = 1")], "not_applicable", &[])]
#[case::no_code(&[("README.md", "hello")], "ambiguous", &[])]
#[case::missing_table(&[ORDERS, ("src/a.ts", "s.from('orders').select(); s.from('items').select()")], "needs_judgement", &["repo.table-without-migration.items"])]
#[case::dropped_and_still_used(&[("supabase/migrations/20260101000000_a.sql", "create table orders (id int); drop table orders;"), PAGE], "needs_judgement", &["repo.table-without-migration.orders"])]
#[case::a_view(&[("supabase/migrations/20260101000000_a.sql", "create view orders as select 1;"), PAGE], "pass", &[])]
#[case::renamed_to(&[("supabase/migrations/20260101000000_a.sql", "create table o (id int); alter table o rename to orders;"), PAGE], "pass", &[])]
#[case::dump_with_quotes(&[("supabase/migrations/20260101000000_a.sql", "CREATE TABLE IF NOT EXISTS \"public\".\"orders\" (\"id\" \"uuid\");"), PAGE], "pass", &[])]
#[case::schema_of_the_host(&[ORDERS, ("src/a.ts", "s.schema('auth').from('users').select(); s.from('orders').select()")], "pass", &[])]
#[case::in_scripts_and_tests(&[ORDERS, PAGE, ("fix-users.js", "s.from('x').select()"), ("scripts/a.ts", "s.from('y').select()"), ("src/a.test.ts", "s.from('z').select()")], "pass", &[])]
#[case::storage_and_arrays(&[ORDERS, PAGE, ("src/b.ts", "supabase.storage.from('avatars').list(); Buffer.from('x')")], "pass", &[])]
#[case::computed(&[ORDERS, ("src/a.ts", "s.from(name).select()")], "needs_judgement", &["repo.table-computed.src/a.ts"])]
#[case::skipped(&[ORDERS, PAGE, ("supabase/migrations/fix.sql", "select 1;")], "needs_judgement", &["repo.migration-skipped.supabase/migrations/fix.sql"])]
#[case::same_number(&[ORDERS, PAGE, ("supabase/migrations/20260101000000_b.sql", "create table b (id int);")], "needs_judgement", &["repo.migration-order.20260101000000"])]
#[case::pushed(&[ORDERS, PAGE, ("package.json", "{\"scripts\": {\"deploy\": \"prisma db push\"}}")], "needs_judgement", &["repo.schema-pushed.package.json.deploy: prisma db push"])]
#[case::types_know_more(&[ORDERS, PAGE, ("src/types.ts", "export type Database = { public: { Tables: { orders: { Row: {} }, extra: { Row: {} } } } }")], "needs_judgement", &["repo.table-only-in-types.extra"])]
#[case::changed_not_created(&[ORDERS, PAGE, ("supabase/migrations/20260102000000_b.sql", "alter table profiles add column a int;")], "needs_judgement", &["repo.table-changed-not-created.profiles"])]
#[case::built_while_it_runs(&[ORDERS, PAGE, ("supabase/migrations/20260102000000_b.sql", "do $$ begin execute q; end $$;")], "incomplete", &["repo.migration-unreplayed.supabase/migrations/20260102000000_b.sql.execute q"])]
#[case::quote_without_end(&[ORDERS, PAGE, ("supabase/migrations/20260102000000_b.sql", "select 'x")], "incomplete", &[])]
#[case::code_that_is_broken(&[("src/a.ts", "const a = ;"), ("src/b.ts", "const b = 1")], "incomplete", &[])]
#[case::drizzle_creator(&[("src/schema.ts", "export const createTable = pgTableCreator((name) => `acme_${name}`)\nexport const users = createTable('users', (d) => ({ id: d.integer() }))"), ("src/a.ts", "db.select().from(users)"), ("drizzle/meta/_journal.json", "{\"entries\": [{\"when\": 1, \"tag\": \"0000_a\"}]}"), ("drizzle/0000_a.sql", "CREATE TABLE \"acme_users\" (\"id\" serial);")], "pass", &[])]
#[case::drizzle_creator_elsewhere(&[("src/table.ts", "export const createTable = pgTableCreator((name) => `acme_${name}`)"), ("src/schema.ts", "import { createTable as table } from './table'\nexport const users = table('users', { id: integer() })"), ("src/a.ts", "db.select().from(users)"), ("drizzle/meta/_journal.json", "{\"entries\": [{\"when\": 1, \"tag\": \"0000_a\"}]}"), ("drizzle/0000_a.sql", "CREATE TABLE \"acme_users\" (\"id\" serial);")], "pass", &[])]
#[case::drizzle_creator_unread(&[("src/schema.ts", "import { createTable } from '@acme/tables'\nexport const users = createTable('users', { id: integer() })"), ("src/a.ts", "db.select().from(users)"), ("drizzle/meta/_journal.json", "{\"entries\": [{\"when\": 1, \"tag\": \"0000_a\"}]}"), ("drizzle/0000_a.sql", "CREATE TABLE \"users\" (\"id\" serial);")], "needs_judgement", &["repo.table-computed.src/a.ts.users"])]
#[case::drizzle_schema(&[("src/app.ts", "export const app = pgSchema('app')"), ("src/schema.ts", "import { app } from './app'\nexport const users = app.table('users', { id: integer() })"), ("src/a.ts", "db.select().from(users)"), ("drizzle/meta/_journal.json", "{\"entries\": [{\"when\": 1, \"tag\": \"0000_a\"}]}"), ("drizzle/0000_a.sql", "CREATE SCHEMA \"app\";\nCREATE TABLE \"app\".\"users\" (\"id\" serial);")], "pass", &[])]
#[case::prisma_schemas(&[("prisma/schema.prisma", "datasource db {\n  provider = \"postgresql\"\n  schemas = [\"public\", \"billing\"]\n}\nmodel Invoice {\n  id Int @id\n  @@map(\"invoices\")\n  @@schema(\"billing\")\n}"), ("src/a.ts", "prisma.invoice.findMany()"), ("prisma/migrations/20260101000000_a/migration.sql", "CREATE SCHEMA IF NOT EXISTS \"billing\";\nCREATE TABLE \"billing\".\"invoices\" (\"id\" INTEGER NOT NULL);")], "pass", &[])]
#[case::prisma_schemas_apart(&[("prisma/schema.prisma", "model Invoice {\n  id Int @id\n  @@map(\"invoices\")\n  @@schema(\"billing\")\n}"), ("src/a.ts", "prisma.invoice.findMany()"), ("prisma/migrations/20260101000000_a/migration.sql", "CREATE TABLE \"invoices\" (\"id\" INTEGER NOT NULL);")], "needs_judgement", &["repo.table-without-migration.billing.invoices"])]
#[case::drizzle(&[("src/schema.ts", "export const users = pgTable('app_users', { id: serial('id') })"), ("src/a.ts", "db.select().from(users)"), ("drizzle/meta/_journal.json", "{\"entries\": [{\"when\": 1, \"tag\": \"0000_a\"}]}"), ("drizzle/0000_a.sql", "CREATE TABLE \"app_users\" (\"id\" serial);")], "pass", &[])]
#[tokio::test]
async fn apps(#[case] files: &[(&str, &str)], #[case] wanted: &str, #[case] shown: &[&str]) {
    let answer = of_files::<Migrations>(files, acme()).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    let keys: Vec<&str> = answer.verdict.notes.iter().map(|it| it.key.as_str()).collect();
    assert_eq!(keys, shown);
    assert_eq!((answer.verdict.findings.is_empty(), answer.remedy.steps.is_empty()), (wanted != "fail", wanted != "fail"));
}

#[tokio::test]
async fn evidence_has_its_line_and_sql_elsewhere_is_counted() {
    let files = [
        ORDERS,
        ("src/a.ts", "\n\nsupabase\n  .from('items').select()"),
        ("fix.sql", "select 1"),
        ("supabase/seed.sql", "select 1"),
    ];
    let verdict = of_files::<Migrations>(&files, acme()).await.verdict;
    let note = verdict.notes.iter().find(|it| it.key.ends_with("items")).unwrap();
    assert_eq!(note.place.as_ref().unwrap().to_string(), "src/a.ts:4");
    assert!(verdict.says.as_str().starts_with("1 of 1 tables"), "{}", verdict.says);
    assert!(
        verdict
            .notes
            .iter()
            .any(|it| it.says.as_str().contains("1 file of SQL lies outside") && it.says.as_str().contains("fix.sql"))
    );
}

#[rstest]
#[case::nowhere(&[PAGE], "exists only in production")]
#[case::prisma(&[("prisma/schema.prisma", "model User {\n  id Int @id\n}"), ("src/a.ts", "prisma.user.findMany()")], "only prisma/schema.prisma says")]
#[case::loose(&[PAGE, ("supabase/schema.sql", "create table orders (id int);")], "only supabase/schema.sql says")]
#[tokio::test]
async fn a_schema_without_migrations_is_told_by_where_it_stands(#[case] files: &[(&str, &str)], #[case] wanted: &str) {
    let verdict = of_files::<Migrations>(files, acme()).await.verdict;
    assert_eq!(word(&verdict), "fail");
    assert!(verdict.says.as_str().contains(wanted), "{}", verdict.says);
}

#[tokio::test]
async fn places_of_one_file_are_one_piece_of_evidence() {
    let files = [ORDERS, ("src/a.ts", "s.from(a).select()\ns.from(b).select()\ns.from(c).select()")];
    let verdict = of_files::<Migrations>(&files, acme()).await.verdict;
    let notes: Vec<_> = verdict.notes.iter().map(|it| (it.key.as_str(), it.says.as_str())).collect();
    assert_eq!(notes, [("repo.table-computed.src/a.ts", "a table's name is computed here, and in 2 more places")]);
}

#[test]
fn an_empty_repository_has_no_schema() {
    let seen = Seen { ground: Ground::empty(), ..Seen::default() };
    assert_eq!(word(&Migrations::decide(&seen, &acme(), noon())), "not_applicable");
}
