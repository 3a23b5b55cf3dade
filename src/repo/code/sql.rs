//! Statements of SQL that stand in code as text: whether they write, to which tables, and what is put into their text. They
//! are told by their first words and never parsed: a hole of a template may be anything.

use super::tree::{self, Peel};
use oxc_ast::ast::{CallExpression, Expression, TaggedTemplateExpression, TemplateLiteral};
use oxc_syntax::operator::BinaryOperator;

/// Stands for a hole of a template.
const HOLE: char = '\u{0}';

/// What a statement is, as far as its words say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::repo::code) struct Statement {
    pub writes: bool,
    /// What it does to which table, in the order of the text; none for a name that is computed.
    pub tables: Vec<(&'static str, Option<String>)>,
    pub marks: Option<Mark>,
}

/// Where a transaction begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::repo::code) enum Mark {
    Begins,
    Ends,
}

/// Functions that run a text as SQL.
pub(in crate::repo::code) const RUNS: [&str; 11] = [
    "query",
    "execute",
    "unsafe",
    "$queryRawUnsafe",
    "$executeRawUnsafe",
    "raw",
    "none",
    "one",
    "any",
    "manyOrNone",
    "oneOrNone",
];

/// Most words of a statement that are looked at.
const MOST_WORDS: usize = 4_000;

impl Statement {
    /// Of a text with [`HOLE`] for what is filled in; none for a text that is no statement.
    #[must_use]
    fn of(text: &str) -> Option<Self> {
        let lower = bare(text).to_lowercase();
        let words: Vec<&str> = words(&lower).take(MOST_WORDS).collect();
        let word = |at: usize| words.get(at).copied().unwrap_or_default();
        let first = word(0);
        let marks = match (first, word(1)) {
            ("begin", _) | ("start", "transaction") => Some(Mark::Begins),
            ("commit" | "rollback" | "end", _) => Some(Mark::Ends),
            _ => None,
        };
        if marks.is_some() && words.len() <= 8 {
            return Some(Self { marks, ..Self::default() });
        }
        let is_statement = match first {
            "select" | "with" => words.len() > 1,
            "insert" | "merge" => word(1) == "into",
            "update" => words.iter().skip(2).take(6).any(|it| *it == "set"),
            "delete" => word(1) == "from",
            "truncate" => words.len() > 1,
            "create" | "alter" | "drop" => {
                let of_thing = THINGS.iter().any(|it| words.iter().skip(1).take(4).any(|word| word == it));
                let has = |some: &[&str]| words.iter().skip(2).any(|it| some.contains(it));
                // `Create table of contents` is no statement.
                of_thing
                    && match first {
                        "create" => lower.contains('(') || has(&["as", "for", "if", "with", "extension"]),
                        "alter" => has(&["add", "drop", "rename", "alter", "enable", "disable", "owner", "set"]),
                        _ => words.len() > 2,
                    }
            }
            _ => false,
        };
        if !is_statement {
            return None;
        }
        let mut tables = Vec::new();
        for at in 0..words.len() {
            let before = at.checked_sub(1).map_or("", word);
            let after = |skip: &[&str]| (at + 1..).find(|at| !skip.contains(&word(*at))).map(word).and_then(name);
            match word(at) {
                "insert" | "merge" if word(at + 1) == "into" => tables.push(("insert", after(&["into"]))),
                // `on conflict do update set`, `for update`, `on update cascade`.
                "update" if !["do", "for", "on", "key"].contains(&before) && (at == 0 || sets(&words, at)) => {
                    tables.push(("update", after(&["only"])));
                }
                "delete" if word(at + 1) == "from" => tables.push(("delete", after(&["from", "only"]))),
                "truncate" if at == 0 => tables.push(("delete", after(&["table", "only"]))),
                _ => {}
            }
        }
        let writes = !tables.is_empty() || matches!(first, "create" | "alter" | "drop");
        if !writes && let Some(from) = words.iter().position(|it| *it == "from") {
            tables.push(("select", name(word(from + 1))));
        }
        Some(Self { writes, tables, marks: None })
    }

    /// What a call runs, where its text is written out: `pool.query("…")`, `query({ text: "…" })`.
    #[must_use]
    pub fn run_by(call: &CallExpression<'_>) -> Option<Self> {
        Self::of(&written(text_of(call)?)?)
    }

    /// What a template with a tag is: `` sql`…` ``, `` prisma.$executeRaw`…` ``.
    #[must_use]
    pub fn tagged(it: &TaggedTemplateExpression<'_>) -> Option<Self> {
        Self::of(&template(&it.quasi))
    }

    /// Whether an expression is the text of a statement into which values are put.
    #[must_use]
    pub fn built(it: &Expression<'_>) -> bool {
        written(it).is_some_and(|text| text.contains(HOLE) && Self::of(&text).is_some()) && !holes(it).is_empty()
    }
}

/// What may be made, changed and dropped.
const THINGS: [&str; 12] =
    ["table", "index", "view", "schema", "function", "policy", "role", "type", "trigger", "extension", "sequence", "database"];

/// Whether `set` follows the table behind an `update`.
fn sets(words: &[&str], at: usize) -> bool {
    words.iter().skip(at + 2).take(4).any(|it| *it == "set")
}

/// The text that a call hands to something that runs SQL.
#[must_use]
pub(in crate::repo::code) fn text_of<'e, 'a>(call: &'e CallExpression<'a>) -> Option<&'e Expression<'a>> {
    let (_, name) = tree::member(&call.callee)?;
    let first = call.arguments.first().filter(|_| RUNS.contains(&name))?.as_expression()?;
    match first.peeled() {
        Expression::ObjectExpression(it) => super::chain::property(it, "text"),
        it => Some(it),
    }
}

/// What is filled into a text, without what stands behind a `$`: `$${index}` is the number of a parameter.
#[must_use]
pub(in crate::repo::code) fn holes<'e, 'a>(it: &'e Expression<'a>) -> Vec<&'e Expression<'a>> {
    match it.peeled() {
        Expression::TemplateLiteral(it) => {
            let before = it.quasis.iter().map(|it| it.value.raw.as_str());
            before.zip(&it.expressions).filter(|(before, _)| !before.ends_with('$')).map(|(_, it)| it).collect()
        }
        Expression::BinaryExpression(it) if it.operator == BinaryOperator::Addition => {
            let mut found = holes(&it.left);
            found.extend(holes(&it.right));
            found
        }
        Expression::StringLiteral(_) | Expression::NumericLiteral(_) => Vec::new(),
        it => vec![it],
    }
}

/// A text with [`HOLE`] for what is filled in or added.
fn written(it: &Expression<'_>) -> Option<String> {
    match it.peeled() {
        Expression::TemplateLiteral(it) => Some(template(it)),
        Expression::StringLiteral(it) => Some(it.value.to_string()),
        Expression::BinaryExpression(it) if it.operator == BinaryOperator::Addition => {
            let left = written(&it.left)?;
            Some(left + &written(&it.right).unwrap_or_else(|| HOLE.to_string()))
        }
        _ => None,
    }
}

fn template(it: &TemplateLiteral<'_>) -> String {
    let parts: Vec<&str> = it.quasis.iter().map(|it| it.value.raw.as_str()).collect();
    parts.join(&HOLE.to_string())
}

/// A statement without its comments.
fn bare(text: &str) -> String {
    let mut rest = text;
    let mut found = String::with_capacity(text.len());
    while let Some(at) = rest.find("--").into_iter().chain(rest.find("/*")).min() {
        found.push_str(rest.get(..at).unwrap_or_default());
        found.push(' ');
        let comment = rest.get(at..).unwrap_or_default();
        let end = if comment.starts_with("--") { comment.find('\n') } else { comment.find("*/").map(|it| it + 2) };
        rest = end.and_then(|it| comment.get(it..)).unwrap_or_default();
    }
    found.push_str(rest);
    found
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|it: char| it.is_whitespace() || matches!(it, '(' | ')' | ',' | ';')).filter(|it| !it.is_empty())
}

/// The name of a table without its schema; none when it is computed.
fn name(word: &str) -> Option<String> {
    let last = word.rsplit('.').next().unwrap_or(word).trim_matches(|it| matches!(it, '"' | '`' | '\\' | '[' | ']'));
    let is_name = !last.is_empty() && last.chars().all(|it| it.is_alphanumeric() || matches!(it, '_' | '-' | '$'));
    is_name.then(|| last.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn told(it: &Statement) -> Vec<String> {
        it.tables.iter().map(|(verb, table)| format!("{verb} {}", table.as_deref().unwrap_or("?"))).collect()
    }

    #[rstest]
    #[case("INSERT INTO public.\"Orders\" (a) VALUES ($1)", true, &["insert orders"])]
    #[case("insert into a (x) values (1) on conflict (x) do update set x = 2", true, &["insert a"])]
    #[case("update only a set b = 1 where c = 2", true, &["update a"])]
    #[case("UPDATE \"User\" AS u SET a = 1", true, &["update user"])]
    #[case("delete from a using b where a.id = b.id", true, &["delete a"])]
    #[case("with x as (insert into a select 1 returning id) update b set c = 1", true, &["insert a", "update b"])]
    #[case("insert into a values (1); delete from b", true, &["insert a", "delete b"])]
    #[case("truncate table a", true, &["delete a"])]
    #[case("-- says\n /* more */ delete from a", true, &["delete a"])]
    #[case("update \u{0} set a = 1", true, &["update ?"])]
    #[case("create table a (id int)", true, &[])]
    #[case("create unique index if not exists i on a (b)", true, &[])]
    #[case("select * from a where b = 1 for update", false, &["select a"])]
    #[case("select a.updated_at from public.a", false, &["select a"])]
    #[case("select 1", false, &[])]
    fn statements(#[case] text: &str, #[case] writes: bool, #[case] tables: &[&str]) {
        let found = Statement::of(text).unwrap();
        assert_eq!((found.writes, told(&found)), (writes, tables.iter().map(ToString::to_string).collect()));
    }

    /// Words of buttons, of languages of queries and of styles.
    #[rstest]
    #[case("Update profile")]
    #[case("Delete account")]
    #[case("Create a new project")]
    #[case("Drop files here")]
    #[case("Insert coin")]
    #[case("query { user { id } }")]
    #[case("now()")]
    #[case("")]
    #[case("-- only a comment")]
    fn texts_that_are_none(#[case] text: &str) {
        assert_eq!(Statement::of(text), None);
    }

    #[rstest]
    #[case("BEGIN", Some(Mark::Begins))]
    #[case("begin transaction isolation level serializable;", Some(Mark::Begins))]
    #[case("START TRANSACTION", Some(Mark::Begins))]
    #[case("COMMIT", Some(Mark::Ends))]
    #[case("rollback", Some(Mark::Ends))]
    #[case("select 1", None)]
    fn transactions(#[case] text: &str, #[case] wanted: Option<Mark>) {
        assert_eq!(Statement::of(text).unwrap().marks, wanted);
    }
}
