//! Orders as SQL: the file is given to a real PostgreSQL as it is, and committed as a migration; the proof turns the probe.

use super::{count, git, of_probe, proven, says, with_files};
use crate::postgres::Postgres;
use crate::program::{Home, item};
use std::fs;
use std::path::PathBuf;

const PACKAGE: &str = "{\"dependencies\": {\"@supabase/supabase-js\": \"2\"}}\n";

/// What a Supabase project brings along.
const PROJECT: &str =
    "create role anon; create role authenticated; create schema auth; create table auth.users (id uuid primary key);
    create function auth.uid() returns uuid language sql as 'select null::uuid';";

fn shop(schema: &str, items: &str) -> Home {
    let files = [
        ("supabase/migrations/20260101000000_first.sql", schema),
        ("package.json", PACKAGE),
        ("src/index.ts", "export const one = 1\n"),
    ];
    with_files(&files, items)
}

/// The order as a new migration of the checkout.
fn migration(home: &Home, item: &str) -> PathBuf {
    let file = home.beside("shop").join("supabase/migrations/20260102000000_order.sql");
    home.must(&["fix", "acme", item, "--as", "sql", "--out", file.to_str().unwrap()]);
    file
}

fn commit(home: &Home) {
    let tree = home.beside("shop");
    git(&tree, &["add", "--all"]);
    git(&tree, &["commit", "--quiet", "-m", "As the order says"]);
}

#[test]
fn open_tables_are_closed_by_the_order_as_it_is() {
    let schema = "create table orders (id uuid primary key, user_id uuid references auth.users (id));
        create table \"Order \"\"lines\"\"\" (id int primary key);
        create table notes (id int primary key);
        create table closed (id int primary key);
        alter table closed enable row level security;
        create policy mine on closed for select using (id = 1);
        create view sums as select count(*) from notes;
        create function everything() returns bigint language sql security definer as 'select count(*) from public.notes';";
    let home = shop(schema, "RLS-01");
    let order = home.must(&["fix", "acme", "RLS-01"]);
    says(
        &order,
        &[
            "row-level security is off · 3 places",
            "supabase/migrations/20260101000000_first.sql:1",
            "closed to every client",
            "rescue fix acme RLS-01 --as sql",
            "A person judges it: `rescue item done acme RLS-01",
        ],
    );
    let file = migration(&home, "RLS-01");
    let sql = fs::read_to_string(&file).unwrap();
    assert!(sql.contains("using ((select auth.uid()) = \"user_id\")"), "the owner's column is known: {sql}");
    assert!(sql.contains("<the owner's column>"), "of the others it is not: {sql}");
    assert!(!sql.contains("\"closed\""), "{sql}");

    if let Some(postgres) = Postgres::start() {
        postgres.ask(PROJECT);
        postgres.ask(schema);
        let open =
            "select count(*) from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace and not relrowsecurity";
        assert_eq!(postgres.ask(open), "3");
        postgres.run_file(&file, true).unwrap();
        assert_eq!(postgres.ask(open), "0");
        assert_eq!(postgres.ask("select reloptions from pg_class where relname = 'sums'"), "{security_invoker=true}");
        assert_eq!(
            postgres.ask("select proconfig from pg_proc where proname = 'everything'"),
            "{\"search_path=public, pg_temp\"}"
        );
    }

    commit(&home);
    let told = home.run(&["prove", "acme", "RLS-01", "--json"]);
    let document = told.json();
    let it = proven(&document, "RLS-01");
    let probe = of_probe(it, "repo.row-level-security");
    assert_eq!((&probe["outcome"], &probe["after"], count(&probe["gone"])), (&"pass".into(), &"pass".into(), 5), "{probe}");
    assert_eq!((&it["after"], told.code), (&"open".into(), Some(0)), "a sign never ticks: the database decides, or a person");
    assert!(it["next"].to_string().contains("rescue item done acme RLS-01"), "{it}");
    home.run(&["fix", "acme", "RLS-01"]).refused(2, &["nothing was found for RLS-01"]);
    home.must(&["item", "done", "acme", "RLS-01", "--proof", "the catalogue, read today"]);
    assert_eq!(item(&home.json(&["status", "acme", "--json"]), "RLS-01")["truth"], "attested");
}

/// A name of `bytes` bytes, some of them in letters of two.
fn long(bytes: usize) -> String {
    let mut name = "ö".repeat(20);
    name.extend(std::iter::repeat_n('x', bytes - name.len()));
    name
}

/// Keys without an index whose names are what nobody should give: quotes, spaces, capitals, words of SQL, and as long as a name
/// may be and longer.
fn awkward() -> String {
    // Two names that begin alike for 63 bytes would be one: the longer one begins otherwise.
    let (most, more) = (long(63), long(80));
    format!(
        "create table parent (id int primary key, other int, unique (id, other));
        create table child (id int primary key, parent_id int references parent (id));
        create table \"Order \"\"lines\"\"\" (\"Parent Id\" int references parent (id), \"select\" int references parent (id));
        create table \"table\" (\"a;b--\" int references parent (id), \"it's /* not */\" int references parent (id));
        create table \"{most}\" (\"{most}\" int references parent (id));
        create table \"z{more}\" (\"{more}\" int references parent (id));
        create table pair (a int, b int, foreign key (a, b) references parent (id, other));
        create table served (parent_id int references parent (id));
        create index on served (parent_id);
        create table parted (parent_id int references parent (id)) partition by range (parent_id);
        create table \"child_parent_id_idx\" (id int);"
    )
}

#[test]
fn missing_indexes_are_made_by_the_order_as_it_is_whatever_the_names() {
    let schema = awkward();
    let home = shop(&schema, "IDX-01");
    let order = home.must(&["fix", "acme", "IDX-01"]);
    says(&order, &["a foreign key has no index · 9 places", "cannot stand in a transaction", "rescue prove acme IDX-01"]);
    let file = migration(&home, "IDX-01");
    let sql = fs::read_to_string(&file).unwrap();
    assert_eq!(sql.lines().filter(|it| it.starts_with("create index ")).count(), 9, "{sql}");
    assert!(sql.contains("create index \"parted_parent_id_idx\" on \"public\".\"parted\""), "not concurrently: {sql}");

    if let Some(postgres) = Postgres::start() {
        postgres.ask(&schema);
        let bare = "select count(*) from pg_constraint c where c.contype = 'f' and c.conparentid = 0 and not exists (
            select 1 from pg_index i where i.indrelid = c.conrelid and i.indisvalid
            and (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey)";
        assert_eq!(postgres.ask(bare), "9");
        assert!(
            postgres.run_file(&file, true).unwrap_err().contains("cannot run inside a transaction block"),
            "as the file says"
        );
        postgres.run_file(&file, false).unwrap();
        assert_eq!(postgres.ask(bare), "0");
    }

    commit(&home);
    let document = home.run(&["prove", "acme", "IDX-01", "--json"]).json();
    let probe = of_probe(proven(&document, "IDX-01"), "repo.foreign-key-indexes");
    assert_eq!((&probe["outcome"], count(&probe["gone"]), count(&probe["left"])), (&"pass".into(), 9, 0), "{probe}");
}

#[test]
fn one_migration_closes_all_of_a_cause() {
    let schema = (1..=38).map(|n| format!("create table t{n} (id int primary key);\n")).collect::<Vec<_>>().concat();
    let home = shop(&schema, "RLS-01");
    let order = home.must(&["fix", "acme", "RLS-01"]);
    says(&order, &["row-level security is off · 38 places", "and 28 more that are not listed"]);
    let sql = home.must(&["fix", "acme", "RLS-01", "--as", "sql"]).out;
    assert_eq!(sql.lines().filter(|it| it.starts_with("alter table ") && it.ends_with("enable row level security;")).count(), 38);
    assert!(sql.contains("Row-level security: 38 tables."), "{sql}");
}

#[test]
fn tables_whose_migrations_are_gone_are_not_closed() {
    let schema = (1..=12).map(|n| format!("create table t{n} (id int primary key);\n")).collect::<Vec<_>>().concat();
    let home = shop(&schema, "RLS-01");
    let tree = home.beside("shop");
    git(&tree, &["rm", "-r", "--quiet", "supabase/migrations"]);
    git(&tree, &["commit", "--quiet", "-m", "Away"]);
    let document = home.run(&["prove", "acme", "RLS-01", "--json"]).json();
    let probe = of_probe(proven(&document, "RLS-01"), "repo.row-level-security");
    assert_eq!((count(&probe["gone"]), count(&probe["unknown"])), (0, 10), "{probe}");
    let told = home.run(&["prove", "acme", "RLS-01"]);
    assert!(!told.out.contains("gone: ") && !told.out.contains('✔'), "{}", told.out);
}

#[test]
fn a_file_from_half_a_look_says_so() {
    let schema = "create table orders (id int primary key);
        do $$ begin execute format('create policy mine on %I using (true)', 'orders'); end $$;";
    let home = shop(schema, "RLS-01");
    let sql = home.must(&["fix", "acme", "RLS-01", "--as", "sql"]).out;
    assert!(sql.contains("-- NOT WHOLE: repo.row-level-security could not see everything: "), "{sql}");
    assert!(sql.contains("a table may have policies, or be closed, already"), "{sql}");
}
