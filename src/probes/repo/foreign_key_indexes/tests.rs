//! Keys beside indexes, with names that nobody should give.

use super::*;
use crate::probes::stand_in::{acme, of_files, word};
use crate::systems::stand_in::noon;
use rstest::rstest;

const PARENT: &str = "create table parent (id int primary key, other int, unique (id, other));";

#[rstest]
#[case::bare("create table child (id int primary key, parent_id int references parent (id));", "needs_judgement", &["repo.foreign-key-without-index.child(parent_id)"])]
#[case::indexed("create table child (parent_id int references parent (id)); create index on child (parent_id);", "pass", &[])]
#[case::leads_a_longer_one("create table child (parent_id int references parent (id), b int); create index on child (parent_id, b);", "pass", &[])]
#[case::second_in_an_index("create table child (parent_id int references parent (id), b int); create index on child (b, parent_id);", "needs_judgement", &["repo.foreign-key-without-index.child(parent_id)"])]
#[case::is_the_primary_key("create table child (id int primary key references parent (id));", "pass", &[])]
#[case::of_two_columns_in_another_order("create table child (a int, b int, foreign key (a, b) references parent (id, other)); create index on child (b, a);", "pass", &[])]
#[case::of_two_columns_with_one_index("create table child (a int, b int, foreign key (a, b) references parent (id, other)); create index on child (a);", "needs_judgement", &["repo.foreign-key-without-index.child(a, b)"])]
#[case::of_no_use("create table child (parent_id int references parent (id)); create index on child using brin (parent_id);", "needs_judgement", &["repo.foreign-key-without-index.child(parent_id)"])]
#[case::added_later("create table child (parent_id int); alter table child add constraint k foreign key (parent_id) references parent (id);", "needs_judgement", &["repo.foreign-key-without-index.child(parent_id)"])]
#[case::dropped_again("create table child (parent_id int); alter table child add constraint k foreign key (parent_id) references parent (id); alter table child drop constraint k;", "not_applicable", &[])]
#[case::dropped_by_the_made_up_name("create table child (parent_id int references parent (id)); alter table child drop constraint child_parent_id_fkey;", "not_applicable", &[])]
#[case::gone_with_its_parent("create table child (parent_id int references parent (id)); drop table parent cascade;", "not_applicable", &[])]
#[case::none("create table child (id int);", "not_applicable", &[])]
#[case::built_while_it_runs("create table child (parent_id int references parent (id)); do $$ begin execute format('create index on %I (parent_id)', t); end $$;", "incomplete", &["repo.foreign-key-without-index.child(parent_id)", "repo.foreign-key-unreplayed.supabase/migrations/20260101000000_a.sql.execute format('create index on %I (parent_id)', t)"])]
#[tokio::test]
async fn keys(#[case] sql: &str, #[case] wanted: &str, #[case] shown: &[&str]) {
    let sql = format!("{PARENT}\n{sql}");
    let verdict = of_files::<ForeignKeyIndexes>(&[("supabase/migrations/20260101000000_a.sql", &sql)], acme()).await.verdict;
    assert_eq!(word(&verdict), wanted, "{verdict:?}");
    assert_eq!(verdict.notes.iter().map(|it| it.key.as_str()).collect::<Vec<_>>(), shown);
    assert!(verdict.findings.is_empty(), "the database decides, not the files");
}

#[tokio::test]
async fn the_missing_indexes_are_named_exactly_and_none_twice() {
    let sql = "create table parent (id int primary key);
        create table \"Order \"\"lines\"\"\" (\"Parent Id\" int references parent (id));
        create table \"Order\" (parent_id int references parent (id));
        create table orders (parent_id int references parent (id)) partition by range (parent_id);
        create table orders_parent_id_idx (id int);";
    let answer = of_files::<ForeignKeyIndexes>(&[("supabase/migrations/20260101000000_a.sql", sql)], acme()).await;
    let seen: Seen = serde_json::from_value(answer.observation.unwrap()).unwrap();
    let named = seen.repairs.list.iter().map(|it| match it {
        Repair::Index { table, columns, name, partitioned, .. } => {
            (table.name.as_str(), columns[0].as_str(), name.as_str(), *partitioned)
        }
        other => panic!("{other:?}"),
    });
    let named: Vec<_> = named.collect();
    assert_eq!(named[0], ("Order", "parent_id", "Order_parent_id_idx", false));
    assert_eq!(named[1], ("Order \"lines\"", "Parent Id", "Order \"lines\"_Parent Id_idx", false));
    assert_eq!((named[2].0, named[2].3), ("orders", true));
    assert_ne!(named[2].2, "orders_parent_id_idx", "a table has that name");
}

#[tokio::test]
async fn without_tables_there_is_a_question() {
    assert_eq!(word(&of_files::<ForeignKeyIndexes>(&[("README.md", "x")], acme()).await.verdict), "ambiguous");
    assert_eq!(
        word(&of_files::<ForeignKeyIndexes>(&[("src/a.ts", "export const a = 1")], acme()).await.verdict),
        "needs_judgement"
    );
    let seen = Seen { ground: Ground::empty(), ..Seen::default() };
    assert_eq!(word(&ForeignKeyIndexes::decide(&seen, &acme(), noon())), "not_applicable");
}

#[tokio::test]
async fn more_keys_than_are_kept_are_counted_whole() {
    let child = |n: usize| format!("create table c{n} (parent_id int references parent (id));\n");
    let sql = format!("{PARENT}\n{}", (1..=260).map(child).collect::<Vec<_>>().concat());
    let verdict = of_files::<ForeignKeyIndexes>(&[("supabase/migrations/20260101000000_a.sql", &sql)], acme()).await.verdict;
    assert!(verdict.says.as_str().starts_with("260 of 260"), "{}", verdict.says);
    let more = verdict.notes.iter().find(|it| it.key == "repo.foreign-key-without-index.more").unwrap();
    assert!(more.says.as_str().starts_with("250 more"), "{}", more.says);
}
