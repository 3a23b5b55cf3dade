//! Whether a statement may be one of PostgreSQL's, by its first words and its brackets (PostgreSQL: SQL Commands). It knows no
//! grammar behind them: a statement that is none stops the whole migration, and one that is may still be wrong.

use super::lex::{Kind, Token};

/// Words that statements begin with.
const VERBS: &[&str] = &[
    "abort",
    "alter",
    "analyse",
    "analyze",
    "begin",
    "call",
    "checkpoint",
    "close",
    "cluster",
    "comment",
    "commit",
    "copy",
    "create",
    "deallocate",
    "declare",
    "delete",
    "discard",
    "do",
    "drop",
    "end",
    "execute",
    "explain",
    "fetch",
    "grant",
    "import",
    "insert",
    "listen",
    "load",
    "lock",
    "merge",
    "move",
    "notify",
    "perform",
    "prepare",
    "reassign",
    "refresh",
    "reindex",
    "release",
    "repack",
    "reset",
    "revoke",
    "rollback",
    "savepoint",
    "security",
    "select",
    "set",
    "show",
    "start",
    "table",
    "truncate",
    "unlisten",
    "update",
    "vacuum",
    "values",
    "wait",
    "with",
    "raise",
    "if",
];

/// What is created, altered and dropped, by its first word.
const OBJECTS: &[&str] = &[
    "access",
    "aggregate",
    "cast",
    "collation",
    "constraint",
    "conversion",
    "database",
    "default",
    "domain",
    "event",
    "extension",
    "force",
    "foreign",
    "function",
    "global",
    "group",
    "index",
    "language",
    "large",
    "local",
    "materialized",
    "opaque",
    "operator",
    "owned",
    "policy",
    "procedural",
    "procedure",
    "property",
    "publication",
    "recursive",
    "role",
    "routine",
    "rule",
    "schema",
    "sequence",
    "server",
    "statistics",
    "subscription",
    "system",
    "table",
    "tablespace",
    "temp",
    "temporary",
    "text",
    "transform",
    "trigger",
    "trusted",
    "type",
    "unique",
    "unlogged",
    "user",
    "view",
];

/// Whether the statement may be one. What begins with a bracket is a query.
pub(super) fn may_be_sql(tokens: &[Token<'_>]) -> bool {
    is_closed(tokens) && begins(tokens)
}

fn begins(tokens: &[Token<'_>]) -> bool {
    let Some(first) = tokens.first() else { return true };
    if first.is_sign('(') {
        return true;
    }
    let is_one_of = |it: &Token<'_>, words: &[&str]| it.kind == Kind::Word && words.iter().any(|word| it.is(word));
    if !is_one_of(first, VERBS) {
        return false;
    }
    if !["create", "alter", "drop"].iter().any(|it| first.is(it)) {
        return true;
    }
    let replaces = matches!(tokens, [_, or, replace, ..] if or.is("or") && replace.is("replace"));
    tokens.get(if replaces { 3 } else { 1 }).is_some_and(|it| is_one_of(it, OBJECTS))
}

/// Whether every bracket that opens is closed, and none closes that did not open.
fn is_closed(tokens: &[Token<'_>]) -> bool {
    let mut open = 0_usize;
    for token in tokens {
        if token.is_sign('(') {
            open += 1;
        } else if token.is_sign(')') {
            let Some(less) = open.checked_sub(1) else { return false };
            open = less;
        }
    }
    open == 0
}

#[cfg(test)]
mod tests {
    use super::super::lex;
    use super::may_be_sql;
    use rstest::rstest;

    #[rstest]
    #[case("create table a (id int)", true)]
    #[case("CREATE OR REPLACE FUNCTION f() returns int language sql as $$ select 1 $$", true)]
    #[case("create or replace view v as select 1", true)]
    #[case("create unlogged table a (id int)", true)]
    #[case("alter default privileges in schema public grant select on tables to anon", true)]
    #[case("drop owned by a", true)]
    #[case("(select 1) union select 2", true)]
    #[case("with a as (select 1) insert into b select * from a", true)]
    #[case("comment on table a is 'an order ('", true)]
    #[case("crate table a (id int)", false)]
    #[case("create tabel a (id int)", false)]
    #[case("alter tabel a wat", false)]
    #[case("create table a (id int", false)]
    #[case("create table a id int)", false)]
    #[case("{ \"a\": 1 }", false)]
    #[case("<<<<<<< HEAD create table a (id int)", false)]
    #[case("drop", false)]
    fn statements(#[case] sql: &str, #[case] wanted: bool) {
        let mut found = Vec::new();
        lex::statements(sql, |tokens| found.push(may_be_sql(tokens)));
        assert_eq!(found, [wanted]);
    }
}
