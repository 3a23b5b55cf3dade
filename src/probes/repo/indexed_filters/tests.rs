//! Queries beside schemas: which columns lead an index.

use super::*;
use crate::probes::stand_in::{acme, of_files, word};
use crate::systems::stand_in::noon;
use rstest::rstest;

const TABLE: &str = "create table orders (id uuid primary key, user_id uuid, status text, data jsonb, created_at timestamptz);
create index on orders (user_id, status);";

#[rstest]
#[case::primary_key("s.from('orders').select().eq('id', 1)", "pass", &[])]
#[case::leading("s.from('orders').select().eq('user_id', 1)", "pass", &[])]
#[case::second_in_an_index("s.from('orders').select().eq('status', 1)", "needs_judgement", &["repo.column-without-index.orders.status"])]
#[case::sorted("s.from('orders').select().order('created_at')", "needs_judgement", &["repo.column-without-index.orders.created_at"])]
#[case::on_a_variable("let q = s.from('orders').select(); q = q.gte('created_at', d)", "needs_judgement", &["repo.column-without-index.orders.created_at"])]
#[case::inside_a_document("s.from('orders').select().eq('data->>a', 1)", "needs_judgement", &["repo.column-without-index.orders.data"])]
#[case::unknown_column("s.from('orders').select().eq('gone', 1)", "needs_judgement", &["repo.column-unknown.orders.gone"])]
#[case::unknown_table("s.from('items').select().eq('id', 1)", "needs_judgement", &["repo.column-unknown.items.id"])]
#[case::computed("s.from('orders').select().eq(field, 1)", "needs_judgement", &["repo.query-computed.src/a.ts"])]
#[case::raw("await sql`select * from orders where status = 1`; s.from('orders').select()", "needs_judgement", &["repo.query-computed.src/a.ts"])]
#[case::nothing_filtered("s.from('orders').select()", "pass", &[])]
#[case::arrays("[1].filter(it => it).sort(); Array.from('x')", "not_applicable", &[])]
#[tokio::test]
async fn queries(#[case] code: &str, #[case] wanted: &str, #[case] shown: &[&str]) {
    let files = [("supabase/migrations/20260101000000_a.sql", TABLE), ("src/a.ts", code)];
    let verdict = of_files::<IndexedFilters>(&files, acme()).await.verdict;
    assert_eq!(word(&verdict), wanted, "{verdict:?}");
    assert_eq!(verdict.notes.iter().map(|it| it.key.as_str()).collect::<Vec<_>>(), shown);
}

#[tokio::test]
async fn the_most_asked_stands_first_with_its_line_and_count() {
    let code = "s.from('orders').select().eq('status', 1);\ns.from('orders').select()\n  .order('created_at');\ns.from('orders').select().order('created_at')";
    let verdict = of_files::<IndexedFilters>(&[("supabase/migrations/20260101000000_a.sql", TABLE), ("src/a.ts", code)], acme())
        .await
        .verdict;
    assert_eq!(verdict.says.as_str(), "2 of 2 columns that the code filters or sorts by lead no index");
    let first = verdict.notes.first().unwrap();
    assert_eq!(
        (first.key.as_str(), first.place.as_ref().unwrap().to_string()),
        ("repo.column-without-index.orders.created_at", "src/a.ts:3".to_owned())
    );
    assert!(first.says.as_str().contains("in 2 places"), "{}", first.says);
}

#[rstest]
#[case::prisma_field("prisma.orderItem.findMany({ where: { userId: x, user: { name: 'y' } }, orderBy: { createdAt: 'asc' } })", &["repo.column-without-index.order_items.created_at"])]
#[case::drizzle("db.select().from(items).where(and(eq(items.createdAt, x), eq(items.userId, y.id)))", &["repo.column-without-index.order_items.created_at"])]
#[tokio::test]
async fn names_of_code_are_put_back(#[case] code: &str, #[case] shown: &[&str]) {
    let files = [
        (
            "prisma/schema.prisma",
            "model OrderItem {\n  id String @id\n  userId String @map(\"user_id\")\n  createdAt DateTime @map(\"created_at\")\n  user User @relation(fields: [userId], references: [id])\n  @@index([userId])\n  @@map(\"order_items\")\n}",
        ),
        (
            "prisma/migrations/20260101000000_a/migration.sql",
            "CREATE TABLE \"order_items\" (\"id\" TEXT PRIMARY KEY, \"user_id\" TEXT, \"created_at\" TIMESTAMP); CREATE INDEX \"i\" ON \"order_items\"(\"user_id\");",
        ),
        (
            "src/schema.ts",
            "export const items = pgTable('order_items', { userId: text('user_id'), createdAt: timestamp('created_at') })",
        ),
        ("src/a.ts", code),
    ];
    let verdict = of_files::<IndexedFilters>(&files, acme()).await.verdict;
    assert_eq!(verdict.notes.iter().map(|it| it.key.as_str()).collect::<Vec<_>>(), shown, "{verdict:?}");
}

#[tokio::test]
async fn an_index_that_is_built_while_it_runs_hides_the_answer() {
    let sql = format!("{TABLE}\ndo $$ begin execute format('create index on %I (status)', t); end $$;");
    let files =
        [("supabase/migrations/20260101000000_a.sql", sql.as_str()), ("src/a.ts", "s.from('orders').select().eq('status', 1)")];
    assert_eq!(word(&of_files::<IndexedFilters>(&files, acme()).await.verdict), "incomplete");
}

#[tokio::test]
async fn without_code_there_is_a_question() {
    assert_eq!(word(&of_files::<IndexedFilters>(&[("README.md", "x")], acme()).await.verdict), "ambiguous");
    let seen = Seen { ground: Ground::empty(), ..Seen::default() };
    assert_eq!(word(&IndexedFilters::decide(&seen, &acme(), noon())), "not_applicable");
}

/// What is asked of `orders.name`, whether an ordinary index leads it, and what is then written down: whole, and as a comment.
#[rstest]
#[case::equal("eq('name', 1)", false, "needs_judgement", (1, 0))]
#[case::equal_and_led("eq('name', 1)", true, "pass", (0, 0))]
#[case::sorted("order('name')", false, "needs_judgement", (1, 0))]
#[case::compared("match({ name: 1 })", false, "needs_judgement", (1, 0))]
#[case::like("ilike('name', '%x%')", false, "needs_judgement", (0, 1))]
#[case::like_and_led("ilike('name', '%x%')", true, "needs_judgement", (0, 1))]
#[case::text("textSearch('name', 'x')", true, "needs_judgement", (0, 1))]
#[case::list("contains('name', ['x'])", true, "needs_judgement", (0, 1))]
#[case::overlap("overlaps('name', ['x'])", true, "needs_judgement", (0, 1))]
#[case::named_operator("filter('name', 'ilike', '%x%')", true, "needs_judgement", (0, 1))]
#[case::named_equal("filter('name', 'eq', 'x')", true, "pass", (0, 0))]
#[case::either("or('name.ilike.%x%,id.eq.1')", true, "needs_judgement", (0, 1))]
#[case::pattern("or('name.match.^x,id.eq.1')", true, "needs_judgement", (0, 1))]
#[case::inside("eq('name->>key', 1)", true, "needs_judgement", (0, 1))]
#[case::negated("not('name', 'is', null)", false, "needs_judgement", (0, 0))]
#[case::negated_and_led("neq('name', 1)", true, "pass", (0, 0))]
#[case::both("eq('name', 1).ilike('name', '%x%')", false, "needs_judgement", (1, 1))]
#[tokio::test]
async fn an_index_is_derived_for_what_it_serves(
    #[case] code: &str,
    #[case] led: bool,
    #[case] wanted: &str,
    #[case] derived: (usize, usize),
) {
    let index = if led { "create index on orders (name);" } else { "" };
    let sql = format!("create table orders (id uuid primary key, name text); {index}");
    let code = format!("s.from('orders').select().{code}");
    let files = [("supabase/migrations/20260101000000_a.sql", sql.as_str()), ("src/a.ts", code.as_str())];
    let answer = of_files::<IndexedFilters>(&files, acme()).await;
    let seen: Seen = serde_json::from_value(answer.observation.unwrap()).unwrap();
    assert_eq!((word(&answer.verdict).as_str(), (seen.repairs.whole(), seen.repairs.by_hand())), (wanted, derived), "{seen:?}");
    let keys: Vec<_> = answer.verdict.notes.iter().map(|it| it.key.as_str()).collect();
    assert_eq!(keys.contains(&"repo.column-without-index.orders.name"), wanted != "pass", "{keys:?}");
    let steps = IndexedFilters::remedy(&seen, &acme()).steps;
    assert!(steps.iter().all(|it| !it.as_str().contains("orders")), "no name is a part of a statement: {steps:?}");
    assert_eq!(steps.is_empty(), wanted == "pass");
}

#[rstest]
#[case::another_kind("create index on orders using gin (name gin_trgm_ops);", "pass")]
#[case::on_an_expression("create index on orders (lower(name));", "needs_judgement")]
#[tokio::test]
async fn an_index_of_another_kind_serves_a_pattern(#[case] index: &str, #[case] wanted: &str) {
    let sql = format!("create table orders (id uuid primary key, name text); {index}");
    let files = [
        ("supabase/migrations/20260101000000_a.sql", sql.as_str()),
        ("src/a.ts", "s.from('orders').select().ilike('name', 'x')"),
    ];
    assert_eq!(word(&of_files::<IndexedFilters>(&files, acme()).await.verdict), wanted);
}
