//! Migrations as people write them, replayed; each row is one way in which a naive reading goes wrong.

use super::*;
use crate::repo::project::Project;
use rstest::rstest;

fn read(files: &[(&str, &str)]) -> Migrations {
    let mut migrations = Migrations::default();
    for (path, text) in files {
        assert!(Migrations::wants(path), "{path} is not read");
        migrations.add(path, text);
    }
    migrations.finish();
    migrations
}

/// One file of the Supabase CLI.
fn replayed(sql: &str) -> Migrations {
    read(&[("supabase/migrations/20260101000000_first.sql", sql)])
}

fn table(migrations: &Migrations, name: &str) -> Relation {
    let found = migrations.schema.relations.get(&Name::public(name)).cloned();
    found.unwrap_or_else(|| panic!("no {name} in {:?}", migrations.schema.relations.keys()))
}

#[rstest]
#[case::plain("create table a (id int);", &["a"])]
#[case::dump("CREATE TABLE IF NOT EXISTS \"public\".\"a\" (\n \"id\" \"uuid\" DEFAULT \"gen_random_uuid\"() NOT NULL\n);\nALTER TABLE \"public\".\"a\" OWNER TO \"postgres\";", &["a"])]
#[case::big_letters("CREATE TABLE Users (id int); create table \"Users\" (id int);", &["Users", "users"])]
#[case::commented("-- create table a (id int);\n/* create table b (id int); */ create table c ();", &["c"])]
#[case::in_a_text("insert into n values ('create table a (id int);'); create table b (id int)", &["b"])]
#[case::dropped("create table a (id int); create table b (); drop table if exists a, public.x cascade;", &["b"])]
#[case::renamed("create table a (id int); alter table a rename to b;", &["b"])]
#[case::moved("create schema app; create table a (); alter table a set schema app;", &["app.a"])]
#[case::temporary("create temp table a (id int); create table pg_temp.b (id int); drop table a;", &[])]
#[case::views("create or replace view v with (security_invoker = on) as select 1; create materialized view m as select 2;", &["m", "v"])]
#[case::by_search_path("set search_path to app; create table a (id int);", &["app.a"])]
#[case::of_a_select("create table a as select 1 as id;", &["a"])]
#[case::partition("create table a (id int) partition by range (id); create table a1 partition of a default;", &["a", "a1"])]
#[case::in_a_block("do $$ begin if not exists (select 1) then create table a (id int); end if; end $$;", &["a"])]
#[case::executed("do $$ begin execute 'create table a (id int)'; end $$;", &["a"])]
#[case::renamed_and_not_created("alter table o rename to a;", &["a"])]
#[case::put_together("do $$ begin execute 'create table ' || 'a (id int, b text default ''x'')'; execute format($f$create table b (id int)$f$); end $$;", &["a", "b"])]
#[case::schema_dropped("create table x.a (id int); drop schema x cascade;", &[])]
#[case::twice("create table a (id int); create table if not exists a (id int, b int);", &["a"])]
fn relations(#[case] sql: &str, #[case] wanted: &[&str]) {
    let migrations = replayed(sql);
    let names: Vec<String> = migrations.schema.relations.keys().map(ToString::to_string).collect();
    assert_eq!(names, wanted);
    assert_eq!(migrations.unreplayed, []);
}

#[rstest]
#[case::plain("create table a (id int primary key, b text not null default now(), constraint c check (b <> ''), unique (b))", &["id", "b"])]
#[case::generated("create table a (id int generated always as identity, t tsvector generated always as (to_tsvector('x', b || ',')) stored)", &["id", "t"])]
#[case::added("create table a (id int); alter table only a add column if not exists b text, add c int, add column if not exists id int;", &["id", "b", "c"])]
#[case::dropped("create table a (id int, b int); alter table if exists a drop column if exists b cascade;", &["id"])]
#[case::renamed("create table a (id int, b int); alter table a rename column b to c;", &["id", "c"])]
#[case::like("create table b (id int, x int); create table a (like b including all, y int);", &["id", "x", "y"])]
#[case::constrained("create table a (id int); alter table a add constraint k primary key (id), add foreign key (id) references b (id);", &["id"])]
fn columns(#[case] sql: &str, #[case] wanted: &[&str]) {
    assert_eq!(table(&replayed(sql), "a").columns, wanted);
}

#[rstest]
#[case::column_key("create table a (id int primary key, b int unique, c int)", &["id", "b"])]
#[case::table_key("create table a (b int, c int, primary key (b, c), constraint u unique (c, b))", &["b", "c"])]
#[case::index("create table a (b int, c int); create index on a (b desc nulls last, c); create unique index concurrently if not exists i on public.a using btree (c)", &["b", "c"])]
#[case::expression("create table a (b text); create index i on a (lower(b)); create index j on a ((b || 'x'))", &[])]
#[case::class("create table a (b text); create index i on a using gin (b gin_trgm_ops) where b is not null", &["b"])]
#[case::dropped("create table a (b int, c int); create index i on a (b); drop index concurrently if exists public.i", &[])]
#[case::constraint_dropped("create table a (b int unique); alter table a drop constraint a_b_key", &[])]
#[case::key_dropped("create table a (b int primary key); alter table a drop constraint a_pkey", &[])]
#[case::column_dropped("create table a (b int, c int); create index i on a (b, c); alter table a drop column c", &[])]
#[case::column_renamed("create table a (b int, c int); create index i on a (b); alter table a rename b to d", &["d"])]
#[case::added_key("create table a (b int, c int); alter table a add constraint k primary key (c)", &["c"])]
#[case::of_a_foreign_key("create table a (b int references x (id) on delete cascade)", &[])]
fn leading_columns(#[case] sql: &str, #[case] wanted: &[&str]) {
    let a = table(&replayed(sql), "a");
    let led: Vec<&str> = a.columns.iter().filter(|it| a.is_led_by(it)).map(String::as_str).collect();
    assert_eq!(led, wanted, "{:?}", a.indexes);
}

#[rstest]
#[case::never("create table a (id int)", false)]
#[case::on("create table a (id int); alter table a enable row level security", true)]
#[case::off_again(
    "create table a (id int); alter table a enable row level security; alter table a disable row level security",
    false
)]
#[case::on_again(
    "create table a (id int); alter table a disable row level security; alter table \"public\".\"a\" ENABLE ROW LEVEL SECURITY",
    true
)]
#[case::forced_only("create table a (id int); alter table a force row level security", false)]
#[case::made_anew(
    "create table a (id int); alter table a enable row level security; drop table a; create table a (id int)",
    false
)]
#[case::renamed("create table b (id int); alter table b enable row level security; alter table b rename to a", true)]
#[case::commented("create table a (id int); -- alter table a enable row level security", false)]
fn row_security(#[case] sql: &str, #[case] wanted: bool) {
    assert_eq!(table(&replayed(sql), "a").row_security, wanted);
}

#[rstest]
#[case::always("for select using (true)", true)]
#[case::in_brackets("as permissive for all to public using (((true)))", true)]
#[case::check("for insert to authenticated with check (true)", true)]
#[case::owner("for select to authenticated using ((select auth.uid()) = user_id)", false)]
#[case::restrictive("as restrictive for all using (true)", false)]
#[case::a_word_in_it("for select using (is_true = false)", false)]
fn policies(#[case] rest: &str, #[case] wanted: bool) {
    let migrations = replayed(&format!("create table a (id int); create policy \"Anyone; may read\" on public.a {rest};"));
    let policy = table(&migrations, "a").policies.remove("Anyone; may read").unwrap();
    assert_eq!(policy.is_always_true(), wanted, "{policy:?}");
}

#[test]
fn the_last_word_on_a_policy_wins() {
    let head = "create table a (id int); create policy p on a for update to anon using (true);";
    let changed = replayed(&format!("{head} alter policy p on a to authenticated using (id = 1);"));
    let policy = table(&changed, "a").policies.remove("p").unwrap();
    assert_eq!(
        (policy.is_always_true(), policy.roles, policy.command),
        (false, vec!["authenticated".to_owned()], "update".to_owned())
    );
    assert!(table(&replayed(&format!("{head} drop policy if exists p on public.a;")), "a").policies.is_empty());
}

#[rstest]
#[case::loops(
    "do $$ declare t text; begin for t in select tablename from pg_tables loop execute format('alter table %I enable row level security', t); end loop; end $$",
    Touches::SECURITY
)]
#[case::whatever("do $$ begin execute stmt; end $$", Touches::ALL)]
#[case::own_function(
    "create function exec_sql(q text) returns void language plpgsql as $$ begin execute q; end $$; select exec_sql('drop table a')",
    Touches::ALL
)]
#[case::rolled_back("begin; create table a (id int); rollback;", Touches::ALL)]
#[case::filled_in("do $$ begin execute format('create index on %I (a)', t); end $$", Touches::INDEXES)]
#[case::function_settings(
    "do $$ begin execute format('alter function %s set search_path = public', s); end $$",
    Touches::NOTHING
)]
#[case::grants("do $$ begin execute format('grant select on %I to anon', t); end $$", Touches::NOTHING)]
#[case::trigger_function(
    "create function f() returns trigger language plpgsql as $$ begin return new; end $$; select f();",
    Touches::NOTHING
)]
#[case::harmless(
    "comment on table a is 'x'; grant all on a to anon; insert into a values (1); alter publication p add table a; notify x; vacuum",
    Touches::NOTHING
)]
fn what_cannot_be_replayed_is_told(#[case] sql: &str, #[case] wanted: Touches) {
    let migrations = replayed(sql);
    let touches = migrations.unreplayed.iter().fold(Touches::NOTHING, |all, it| all.or(it.touches));
    assert_eq!(touches, wanted, "{:?}", migrations.unreplayed);
    let lines: Vec<u32> = migrations.unreplayed.iter().map(|it| it.at.line).collect();
    assert!(lines.iter().all(|it| *it == 1));
}

#[test]
fn a_line_is_that_of_the_file() {
    let migrations = replayed("create table a (id int);\ndo $$\nbegin\n  execute stmt;\nend $$;");
    assert_eq!(migrations.unreplayed.first().map(|it| it.at.line), Some(4));
}

#[test]
fn functions_say_with_whose_rights_they_run() {
    let sql = "create or replace function public.f(a int default 1) returns table (x int) language plpgsql security definer set search_path = '' as $$ begin end $$;
        create function g() returns int language sql security definer as 'select 1'; alter function g() set search_path to public;
        create function h() returns int language sql as 'select 1';";
    let functions = replayed(sql).schema.functions;
    let forms = functions.iter().flat_map(|(name, it)| it.forms.values().map(move |it| (name, it)));
    let told: Vec<_> = forms.map(|(name, it)| (name.to_string(), it.security_definer, it.sets_search_path)).collect();
    assert_eq!(told, [("f".to_owned(), true, true), ("g".to_owned(), true, true), ("h".to_owned(), false, false)]);
}

/// Two functions of one name that run with their owner's rights, what is said of them, and how many are there and open.
#[rstest]
#[case::untouched("", 2, 2)]
#[case::one_is_set("alter function f(int) set search_path = '';", 2, 1)]
#[case::one_is_set_in_other_words("alter function public.f(a integer) set search_path = '';", 2, 1)]
#[case::both_are_set("alter function f(int4) set search_path = ''; alter routine f(text) set search_path = '';", 2, 0)]
#[case::none_is_meant("alter function f set search_path = '';", 2, 2)]
#[case::another_is_meant("alter function f(uuid) set search_path = '';", 2, 2)]
#[case::one_is_made_anew(
    "create or replace function f(a integer) returns int language sql security definer set search_path = '' as 'select 1';",
    2,
    1
)]
#[case::one_is_dropped("drop function f(int);", 1, 1)]
#[case::another_is_dropped("drop function if exists f(uuid);", 2, 2)]
#[case::one_is_dropped_and_the_last_set("drop function f(text); alter function f set search_path = '';", 1, 0)]
#[case::one_is_renamed("alter function f(int) rename to g;", 1, 1)]
fn functions_of_one_name_are_told_apart(#[case] sql: &str, #[case] forms: usize, #[case] open: usize) {
    let both = "create function f(a int) returns int language sql security definer as 'select 1';
        create function f(b text) returns int language sql security definer as 'select 1';";
    let functions = replayed(&format!("{both}\n{sql}")).schema.functions;
    let it = &functions[&Name { schema: "public".to_owned(), name: "f".to_owned() }];
    assert_eq!((it.forms.len(), it.open().count()), (forms, open), "{it:?}");
}

#[test]
fn rights_that_were_taken_are_known() {
    let sql =
        "create table a (id int); create table b (id int); revoke all on all tables in schema public from anon, authenticated;
        grant select on table b to anon; revoke select on a from service_role;";
    let migrations = replayed(sql);
    let taken = |name| table(&migrations, name).revoked.into_iter().collect::<Vec<_>>();
    assert_eq!((taken("a"), taken("b")), (vec!["anon".to_owned(), "authenticated".to_owned()], vec!["authenticated".to_owned()]));
}

#[test]
fn what_the_cli_passes_over_is_told() {
    let migrations = read(&[
        ("supabase/migrations/20260102000000_b.sql", "create table b (id int);"),
        ("supabase/migrations/20260101000000_a.sql", "create table a (id int);"),
        ("supabase/migrations/20260101000000_again.sql", "create table c (id int);"),
        ("supabase/migrations/fix.sql", "create table d (id int);"),
        ("supabase/migrations/20260103-e.sql", "create table e (id int);"),
        ("supabase/migrations/old/20260101000000_f.sql", "create table f (id int);"),
        ("supabase/migrations/20260105000000_empty.sql", "-- nothing\n"),
        ("supabase/seed.sql", "insert into a values (1);"),
        ("supabase/tests/a.test.sql", "select 1"),
        ("fix-rls.sql", "alter table a disable row level security"),
    ]);
    assert_eq!(migrations.schema.relations.keys().map(ToString::to_string).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(migrations.skipped.len(), 4, "{:?}", migrations.skipped);
    assert_eq!(migrations.duplicates.len(), 1);
    assert_eq!(migrations.elsewhere, ["fix-rls.sql"]);
    let order: Vec<&str> = migrations.migrations.iter().map(|it| it.path.rsplit('/').next().unwrap()).collect();
    assert_eq!(order[..2], ["20260101000000_a.sql", "20260101000000_again.sql"]);
    assert_eq!(migrations.migrations[0].day, NaiveDate::from_ymd_opt(2026, 1, 1));
}

#[test]
fn prisma_is_read() {
    let migrations = read(&[
        (
            "prisma/schema.prisma",
            "datasource db {\n  provider = \"postgresql\"\n  url = env(\"DATABASE_URL\")\n  directUrl = env(\"DIRECT_URL\")\n}\nenum Role {\n A\n}\nmodel OrderItem {\n  id String @id\n  createdAt DateTime @default(now()) @map(\"created_at\")\n  role Role\n  user User @relation(fields: [userId], references: [id])\n  userId String\n  @@index([createdAt, userId])\n  @@map(\"order_items\")\n}",
        ),
        ("prisma/migrations/migration_lock.toml", "provider = \"postgresql\""),
        (
            "prisma/migrations/20260101000000_init/migration.sql",
            "CREATE TABLE \"order_items\" (\"id\" TEXT NOT NULL, CONSTRAINT \"order_items_pkey\" PRIMARY KEY (\"id\"));",
        ),
        ("prisma/migrations/20260101000000_init/down.sql", "drop table order_items"),
        ("prisma/migrations/notes.sql", "select 1"),
    ]);
    let model = migrations.prisma.as_ref().unwrap().model("orderItem").unwrap();
    assert_eq!((model.table.as_str(), model.columns.len()), ("order_items", 4));
    assert_eq!(model.columns.get("createdAt").map(String::as_str), Some("created_at"));
    assert_eq!(model.indexes, [vec!["id".to_owned()], vec!["created_at".to_owned(), "userId".to_owned()]]);
    assert!(migrations.has(Tool::Prisma) && table(&migrations, "order_items").is_led_by("id"));
    assert_eq!(migrations.migrations[0].way_back.as_deref(), Some("prisma/migrations/20260101000000_init/down.sql"));
    assert_eq!((migrations.skipped.len(), migrations.elsewhere.len()), (1, 0));
}

#[test]
fn drizzle_reads_the_configured_folder_and_the_order_of_its_journal() {
    let journal = r#"{"dialect": "postgresql", "entries": [
        {"idx": 0, "when": 1767225600000, "tag": "0000_a"}, {"idx": 1, "when": 1767400000000, "tag": "0001_b"},
        {"idx": 2, "when": 1767300000000, "tag": "0002_c"}, {"idx": 3, "when": 1767500000000, "tag": "0003_gone"}]}"#;
    let migrations = read(&[
        (
            "packages/db/drizzle.config.ts",
            "import { defineConfig } from 'drizzle-kit';\nexport default defineConfig({ out: './sql', dialect: 'postgresql' });",
        ),
        ("packages/db/sql/meta/_journal.json", journal),
        (
            "packages/db/sql/0000_a.sql",
            "CREATE TABLE \"a\" (\"id\" serial PRIMARY KEY NOT NULL);\n--> statement-breakpoint\nCREATE INDEX \"i\" ON \"a\" USING btree (\"id\");",
        ),
        ("packages/db/sql/0001_b.sql", "create table b (id int)"),
        ("packages/db/sql/0002_c.sql", "create table c (id int)"),
        ("packages/db/sql/0009_stray.sql", "create table d (id int)"),
        ("drizzle/0000_other.sql", "create table e (id int)"),
    ]);
    assert_eq!(migrations.folders, [Folder { tool: Tool::Drizzle, path: "packages/db/sql".to_owned() }]);
    let order: Vec<&str> = migrations.migrations.iter().map(|it| it.version.as_str()).collect();
    assert_eq!(order, ["0000_a", "0002_c", "0001_b"]);
    assert_eq!(migrations.overtaken, ["packages/db/sql/0002_c.sql"]);
    assert_eq!(migrations.skipped.len(), 2, "{:?}", migrations.skipped);
    assert_eq!(migrations.elsewhere, ["drizzle/0000_other.sql"]);
}

#[test]
fn drizzle_without_a_journal_has_folders() {
    let migrations = read(&[
        ("drizzle.config.ts", "export default { dialect: 'postgresql', schema: './db.ts' }"),
        ("drizzle/20260102000000_b/migration.sql", "alter table a add column b int"),
        ("drizzle/20260101000000_a/migration.sql", "create table a (id int)"),
    ]);
    assert!(migrations.has(Tool::Drizzle));
    assert_eq!(table(&migrations, "a").columns, ["id", "b"]);
}

#[test]
fn sql_of_another_database_is_told_and_not_replayed() {
    let migrations = read(&[
        ("prisma/migrations/migration_lock.toml", "provider = \"mysql\""),
        ("prisma/migrations/20260101000000_init/migration.sql", "CREATE TABLE `a` (`id` INT);"),
    ]);
    assert_eq!((migrations.unreplayed.len(), migrations.schema.relations.len()), (1, 0));
}

fn harms(second: &str) -> Vec<Harm> {
    let first = ("supabase/migrations/20260101000000_a.sql", "create table a (id int, b text);");
    let migrations = read(&[first, ("supabase/migrations/20260102000000_b.sql", second)]);
    migrations.migrations.last().unwrap().dangers.iter().map(|it| it.harm).collect()
}

#[rstest]
#[case("drop table a", &[Harm::DropsTable])]
#[case("drop table if exists never_there", &[])]
#[case("alter table a drop column b, drop column if exists gone", &[Harm::DropsColumn])]
#[case("alter table a alter column b type int using b::int", &[Harm::ChangesType])]
#[case("alter table a add column c int not null", &[Harm::RequiresValue])]
#[case("alter table a add column c int not null default 0", &[])]
#[case("alter table a add column c bigserial not null", &[])]
#[case("alter table a alter b set not null", &[Harm::RequiresValue])]
#[case("truncate table a cascade", &[Harm::Truncates])]
#[case("delete from public.a where id = 1; update only a set b = 'x'", &[Harm::DeletesRows, Harm::ChangesRows])]
#[case("create index i on a (b)", &[Harm::BuildsIndex])]
#[case("create index concurrently i on a (b)", &[])]
#[case("create table n (id int); create index on n (id); update n set id = 1; alter table n drop column id", &[])]
#[case("alter table a add constraint f foreign key (id) references x (id)", &[Harm::ChecksRows])]
#[case("alter table a add constraint f foreign key (id) references x (id) not valid; alter table a validate constraint f", &[])]
#[case("alter table a add unique (b)", &[Harm::BuildsIndex])]
#[case("alter table a rename b to c; alter table a rename to d", &[Harm::RenamesColumn, Harm::RenamesTable])]
#[case("alter table a drop constraint k; alter table a enable row level security; alter table a alter column b set default 'x'", &[])]
#[case("-- drop table a\nselect 'truncate a'", &[])]
fn dangers(#[case] sql: &str, #[case] wanted: &[Harm]) {
    assert_eq!(harms(sql), wanted);
}

#[rstest]
#[case::comment(&[("supabase/migrations/20260101000000_a.sql", "-- Rollback: create it again\ndrop table a")], true)]
#[case::none(&[("supabase/migrations/20260101000000_a.sql", "-- tidy\ndrop table a")], false)]
#[case::down_file(&[("supabase/migrations/20260101000000_a.sql", "drop table a"), ("supabase/rollbacks/20260101000000_a.sql", "create table a ()")], true)]
#[case::document(&[("supabase/migrations/20260101000000_a.sql", "drop table a"), ("docs/rollback.md", "To undo 20260101000000, restore the table")], true)]
#[case::other_document(&[("supabase/migrations/20260101000000_a.sql", "drop table a"), ("docs/rollback.md", "We undo things")], false)]
#[case::second_half(&[("db/migrations/20260101000000_a.sql", "-- migrate:up\ndrop table a;\n-- migrate:down\ncreate table a ();")], true)]
fn ways_back(#[case] files: &[(&str, &str)], #[case] wanted: bool) {
    let migrations = read(files);
    assert_eq!(migrations.migrations.len(), 1);
    assert_eq!(migrations.migrations[0].way_back.is_some(), wanted, "{:?}", migrations.migrations);
    assert!(migrations.schema.relations.is_empty());
}

#[test]
fn generated_types_are_read() {
    let types = "export type Json = string\nexport type Database = {\n  public: {\n    Tables: {\n      orders: { Row: { id: string }; Insert: {} }\n      \"old-items\": { Row: {} }\n    }\n    Views: { [_ in never]: never }\n    Functions: { f: { Args: {} } }\n  }\n}";
    let migrations =
        read(&[("src/integrations/supabase/types.ts", types), ("src/types.ts", "export type A = { Tables: string }")]);
    assert_eq!(migrations.generated.len(), 1);
    assert_eq!(migrations.generated[0].relations, ["orders", "old-items"]);
}

#[rstest]
#[case("package.json", "{\"scripts\": {\"build\": \"prisma generate && prisma migrate deploy && next build\"}}", Some((Does::Applies, Where::DeployScript)))]
#[case("package.json", "{\"scripts\": {\"db:push\": \"drizzle-kit push\"}}", Some((Does::Pushes, Where::Script)))]
#[case("package.json", "{\"scripts\": {\"vercel-build\": \"npm run migrate && next build\", \"migrate\": \"npx prisma migrate deploy\"}}", Some((Does::Applies, Where::DeployScript)))]
#[case("package.json", "{\"dependencies\": {\"prisma\": \"1\"}}", None)]
#[case(".gitlab-ci.yml", "script:\n  - supabase db push\n", Some((Does::Applies, Where::Workflow)))]
#[case("deploy.sh", "psql \"$DATABASE_URL\" -f fix.sql", Some((Does::Raw, Where::Shell)))]
#[case("Dockerfile", "CMD npx prisma migrate deploy && node server.js", Some((Does::Applies, Where::Host)))]
fn commands(#[case] path: &str, #[case] text: &str, #[case] wanted: Option<(Does, Where)>) {
    let found = read(&[(path, text)]).commands;
    assert_eq!(found.first().map(|it| (it.does, it.stands)), wanted, "{found:?}");
}

#[rstest]
#[case::run("run: supabase db reset", &[(Does::Locally, 5)])]
#[case::local("run: supabase db push --local", &[(Does::Locally, 5)])]
#[case::second_line("run: |\n          npm ci\n          npx prisma migrate \\\n            deploy\n", &[(Does::Applies, 7)])]
#[case::comment_and_name("name: supabase db push\n        # supabase db push\n        run: npm ci", &[])]
#[case::printed("run: echo supabase db push", &[])]
#[case::handed_to_an_action("uses: acme/ssh@v1\n        with:\n          script: npx prisma migrate deploy", &[(Does::Applies, 5)])]
#[case::through_a_script("run: npm run db", &[(Does::Pushes, 5)])]
#[case::anchors("run: &push supabase db push\n      - run: *push", &[(Does::Applies, 5), (Does::Applies, 6)])]
fn commands_of_workflows(#[case] step: &str, #[case] wanted: &[(Does, u32)]) {
    let manifest = "{\"scripts\": {\"db\": \"prisma db push\"}}";
    let (mut project, mut workflows, mut migrations) = (Project::default(), Workflows::default(), Migrations::default());
    project.add("package.json", manifest);
    workflows.add(".github/workflows/a.yml", &format!("on: push\njobs:\n  a:\n    steps:\n      - {step}\n"));
    workflows.finish(&project, &std::collections::BTreeSet::new());
    migrations.add_workflows(&workflows);
    assert!(workflows.broken.is_empty(), "{workflows:?}");
    let found: Vec<_> = migrations.commands.iter().map(|it| (it.does, it.line)).collect();
    assert_eq!(found, wanted, "{:?}", migrations.commands);
}

#[rstest]
#[case("create table a (id int); -- caf\u{fffd}\ninsert into a values ('\u{fffd}');", 0)]
#[case("create table a\u{fffd} (id int);", 1)]
fn only_a_garbled_name_hides_something(#[case] sql: &str, #[case] wanted: usize) {
    assert_eq!(replayed(sql).unread.len(), wanted);
}

#[test]
fn hostile_text_is_borne() {
    let deep = format!("create table a (id int default {}1{});", "(".repeat(200_000), ")".repeat(200_000));
    assert_eq!(table(&replayed(&deep), "a").columns, ["id"]);
    let long = format!("create view v as select {} 1;", "1 or ".repeat(300_000));
    assert_eq!(replayed(&long).schema.relations.len(), 1);
    let many = "insert into a values (1);\n".repeat(200_000);
    assert_eq!(replayed(&many).migrations[0].statements, 200_000);
    let nested = (0..8).fold("create table a (id int)".to_owned(), |inner, at| format!("do $x{at}$ begin {inner}; end $x{at}$"));
    assert_eq!(replayed(&nested).unreplayed.len(), 1);
    let large = "select 1;\n".repeat(1_000_000);
    assert_eq!(replayed(&large).unread.len(), 1);
    assert_eq!(replayed("create table a (id int); select 'open").unread.len(), 1);
}
