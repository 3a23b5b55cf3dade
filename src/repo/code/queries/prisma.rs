//! `prisma.model.findMany({ where, orderBy })`: which model, what is done with it, which fields it filters and sorts by.

#![expect(clippy::similar_names, reason = "a link of a chain has a line, and both words are the right ones")]

use super::chain::{self, Chain};
use super::{Column, Columns, TableCall, Verb, Via};
use oxc_ast::ast::Expression;

fn verb(name: &str) -> Option<Verb> {
    Some(match name {
        "findUnique" | "findUniqueOrThrow" | "findFirst" | "findFirstOrThrow" | "findMany" | "count" | "aggregate"
        | "groupBy" => Verb::Select,
        "create" | "createMany" | "createManyAndReturn" => Verb::Insert,
        "update" | "updateMany" | "updateManyAndReturn" => Verb::Update,
        "upsert" => Verb::Upsert,
        "delete" | "deleteMany" => Verb::Delete,
        _ => return None,
    })
}

/// Names under which a client of Prisma goes.
fn is_client(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.contains("prisma") || matches!(lower.as_str(), "db" | "tx" | "trx" | "database")
}

/// The call on a model, if the chain is one.
pub(super) fn call(chain: &Chain<'_, '_>, line: impl Fn(u32) -> u32 + Copy) -> Option<TableCall> {
    let at = chain.links.iter().position(|it| it.arguments.is_some() && verb(it.name).is_some())?;
    let link = chain.links.get(at)?;
    let model = chain.links.get(at.checked_sub(1)?).filter(|it| it.arguments.is_none())?;
    let client = chain.before(at - 1)?;
    // Maps and services have `create`, `update` and `delete` too: only what is given to Prisma is told by its shape.
    let options = link.first();
    let is_shaped = ["where", "data", "select", "include", "orderBy", "take", "by"]
        .iter()
        .any(|it| options.is_some_and(|options| chain::property(options, it).is_some()));
    let is_named = client.to_ascii_lowercase().contains("prisma");
    let is_model = !matches!(model.name, "query" | "from") && !model.name.starts_with('$');
    if !(is_model && is_client(client) && (is_named || is_shaped)) {
        return None;
    }
    let mut call = TableCall {
        via: Via::Prisma,
        table: model.name.to_owned(),
        schema: None,
        verb: verb(link.name),
        line: line(model.at),
        filters: Vec::new(),
        orders: Vec::new(),
        computed_columns: Vec::new(),
        bounded: matches!(
            link.name,
            "findUnique" | "findUniqueOrThrow" | "findFirst" | "findFirstOrThrow" | "count" | "aggregate"
        ),
        written: Columns::default(),
    };
    if let Some(options) = options {
        call.bounded |= chain::property(options, "take").is_some();
        if let Some(filter) = chain::property(options, "where") {
            fields(filter, "where", &mut call.filters, &mut call.computed_columns, line, line(link.at));
        }
        if let Some(order) = chain::property(options, "orderBy") {
            fields(order, "order", &mut call.orders, &mut call.computed_columns, line, line(link.at));
        }
    }
    Some(call)
}

/// How a condition on one column compares, when it is neither for equality nor by order.
fn matching(value: &Expression<'_>) -> Option<&'static str> {
    const MATCHING: [&str; 13] = [
        "contains",
        "startsWith",
        "endsWith",
        "search",
        "has",
        "hasSome",
        "hasEvery",
        "path",
        "string_contains",
        "string_starts_with",
        "string_ends_with",
        "array_contains",
        "not",
    ];
    MATCHING.into_iter().find(|it| chain::property(value, it).is_some())
}

/// The fields of a condition. Whether one is a column or leads to another model is for whoever knows the models.
fn fields(
    it: &Expression<'_>,
    operator: &str,
    into: &mut Vec<Column>,
    computed: &mut Vec<u32>,
    line: impl Fn(u32) -> u32 + Copy,
    here: u32,
) {
    match it.get_inner_expression() {
        Expression::ObjectExpression(it) => {
            for (name, value, start) in chain::properties(it) {
                if matches!(name.as_str(), "AND" | "OR" | "NOT") {
                    fields(value, operator, into, computed, line, here);
                } else {
                    let operator = matching(value).unwrap_or(operator).to_owned();
                    into.push(Column { name, operator, line: line(start), of: None });
                }
            }
        }
        Expression::ArrayExpression(it) => {
            for element in it.elements.iter().filter_map(|it| it.as_expression()) {
                fields(element, operator, into, computed, line, here);
            }
        }
        _ => computed.push(here),
    }
}
