//! The columns that a chain on a Supabase table filters and sorts by. A name that is computed is told by its line.

#![expect(clippy::similar_names, reason = "a link of a chain has a line, and both words are the right ones")]

use super::chain::{self, HOLE, Link};
use super::{Column, TableCall, Verb};
use oxc_ast::ast::Expression;

/// Filters whose first argument is a column.
const FILTERS: [&str; 32] = [
    "eq",
    "neq",
    "gt",
    "gte",
    "lt",
    "lte",
    "like",
    "ilike",
    "likeAllOf",
    "likeAnyOf",
    "ilikeAllOf",
    "ilikeAnyOf",
    "is",
    "in",
    "contains",
    "containedBy",
    "overlaps",
    "rangeGt",
    "rangeGte",
    "rangeLt",
    "rangeLte",
    "rangeAdjacent",
    "textSearch",
    "fts",
    "plfts",
    "phfts",
    "wfts",
    "not",
    "filter",
    "isDistinct",
    "regexMatch",
    "regexIMatch",
];

/// Links after which a query gives a stated number of rows.
const BOUNDS: [&str; 4] = ["limit", "range", "single", "maybeSingle"];

/// What is done with the table, by the name of a link.
pub(super) fn verb(name: &str) -> Option<Verb> {
    Some(match name {
        "select" => Verb::Select,
        "insert" => Verb::Insert,
        "update" => Verb::Update,
        "upsert" => Verb::Upsert,
        "delete" => Verb::Delete,
        _ => return None,
    })
}

/// Adds what the links behind `.from()` say to the call.
pub(super) fn add(call: &mut TableCall, links: &[Link<'_, '_>], line: impl Fn(u32) -> u32) {
    for link in links.iter().filter(|it| it.arguments.is_some()) {
        let at = line(link.at);
        if let Some(verb) = verb(link.name) {
            call.verb = call.verb.or(Some(verb));
            let is_count = link.second().and_then(|it| chain::property(it, "head"));
            call.bounded |= matches!(is_count, Some(Expression::BooleanLiteral(it)) if it.value);
        } else if BOUNDS.contains(&link.name) {
            call.bounded = true;
        } else if link.name == "order" {
            order(call, link, at);
        } else if link.name == "or" {
            let of = link.second().and_then(embedded);
            match link.first().and_then(chain::with_holes) {
                Some(text) => either(call, &text, of.as_deref(), at),
                None => call.computed_columns.push(at),
            }
        } else if link.name == "match" {
            match link.first() {
                Some(Expression::ObjectExpression(it)) => {
                    for (name, _, start) in chain::properties(it) {
                        push(call, &name, "match", None, line(start));
                    }
                }
                Some(_) => call.computed_columns.push(at),
                None => {}
            }
        } else if FILTERS.contains(&link.name) && link.arguments.is_some_and(|it| it.len() >= 2) {
            // `.filter()` names its operator as PostgREST does.
            let operator = match link.name {
                "filter" => link.second().and_then(chain::text).map_or("filter", spelled),
                name => name,
            };
            match link.first().and_then(chain::text) {
                Some(name) => push(call, name, operator, None, at),
                None => call.computed_columns.push(at),
            }
        }
    }
}

fn order(call: &mut TableCall, link: &Link<'_, '_>, line: u32) {
    let of = link.second().and_then(embedded);
    match link.first().and_then(chain::text) {
        Some(name) => {
            let column = column(name, "order", of.as_deref(), line);
            call.orders.extend(column);
        }
        None => call.computed_columns.push(line),
    }
}

/// `{ referencedTable: "x" }`, or as it was called before.
fn embedded(options: &Expression<'_>) -> Option<String> {
    let named = chain::property(options, "referencedTable").or_else(|| chain::property(options, "foreignTable"));
    named.and_then(chain::text).map(str::to_owned)
}

fn push(call: &mut TableCall, name: &str, operator: &str, of: Option<&str>, line: u32) {
    call.filters.extend(column(name, operator, of, line));
}

/// A column as PostgREST spells it: `table.column`, `column->>key`, `column::text`.
fn column(name: &str, operator: &str, of: Option<&str>, line: u32) -> Option<Column> {
    let bare = name.split("->").next().unwrap_or(name).split("::").next().unwrap_or(name).trim().trim_matches('"');
    let (of, bare) = match bare.rsplit_once('.') {
        Some((table, column)) => (Some(table), column),
        None => (of, bare),
    };
    let is_name = !bare.is_empty() && bare.chars().all(|it| it.is_alphanumeric() || it == '_' || it == ' ' || it == '-');
    // An expression inside a document is what an index on the column cannot serve; the operator says so.
    let operator = if name.contains("->") { format!("{operator} of a key inside") } else { operator.to_owned() };
    is_name.then(|| Column { name: bare.to_owned(), operator, line, of: of.map(str::to_owned) })
}

/// An operator of PostgREST without its modifier, in one word with the client's: there `match` compares with a pattern, while
/// the client's `.match()` compares for equality.
fn spelled(operator: &str) -> &str {
    match operator.split('(').next().unwrap_or(operator) {
        "match" => "regexMatch",
        "imatch" => "regexIMatch",
        "cs" => "contains",
        "cd" => "containedBy",
        "ov" => "overlaps",
        bare => bare,
    }
}

/// `a.eq.1,and(b.gt.2,c.is.null),not.d.eq.3`.
fn either(call: &mut TableCall, text: &str, of: Option<&str>, line: u32) {
    let (mut depth, mut from) = (0_i32, 0);
    let mut parts = Vec::new();
    for (at, it) in text.char_indices() {
        match it {
            '(' | '{' => depth += 1,
            ')' | '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text.get(from..at).unwrap_or_default());
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text.get(from..).unwrap_or_default());
    for part in parts.iter().map(|it| it.trim()) {
        let grouped = ["and(", "or(", "not.and(", "not.or("].iter().find_map(|it| part.strip_prefix(it));
        if let Some(inside) = grouped {
            // A group is shorter than the text it stands in, so this ends.
            either(call, inside.strip_suffix(')').unwrap_or(inside), of, line);
            continue;
        }
        let mut words = part.split('.').peekable();
        let is_not = words.next_if_eq(&"not").is_some();
        let name = words.next().unwrap_or_default();
        let operator = if is_not { "not" } else { spelled(words.next().unwrap_or("eq")) };
        if name.contains(HOLE) {
            call.computed_columns.push(line);
        } else {
            push(call, name, operator, of, line);
        }
    }
}
