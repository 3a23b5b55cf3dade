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
