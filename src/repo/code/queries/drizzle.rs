//! Drizzle: the tables that code declares, and the columns that its queries filter and sort by.

#![expect(clippy::similar_names, reason = "a link of a chain has a line, and both words are the right ones")]

use super::chain::{self, Chain};
use super::{Column, Columns, TableCall, Verb, Via};
use oxc_ast::ast::{CallExpression, Expression, StaticMemberExpression};
use oxc_ast_visit::{Visit, walk};
use std::collections::BTreeMap;

/// A table that Drizzle is told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrizzleTable {
    /// The variable that holds it.
    pub variable: String,
    /// As the database calls it.
    pub table: String,
    pub schema: Option<String>,
    /// Property in code, column in the database.
    pub columns: BTreeMap<String, String>,
    pub line: u32,
}

/// Reads `pgTable("name", { … })` that is kept in a variable.
pub(super) fn table(
    variable: &str,
    call: &CallExpression<'_>,
    schemas: &BTreeMap<String, String>,
    line: u32,
) -> Option<DrizzleTable> {
    let chain = Chain::of(call);
    let at = chain.position(&["pgTable", "mysqlTable", "sqliteTable", "table"])?;
    let link = chain.links.get(at)?;
    let schema = match link.name {
        "table" => Some(schemas.get(chain.before(at)?)?.clone()),
        _ => None,
    };
    let name = link.first().and_then(chain::text)?.to_owned();
    let mut columns = BTreeMap::new();
    if let Some(Expression::ObjectExpression(it)) = link.second() {
        for (property, value, _) in chain::properties(it) {
            let Expression::CallExpression(call) = value else { continue };
            let named = Chain::of(call).links.first().and_then(|it| it.first().and_then(chain::text).map(str::to_owned));
            columns.insert(property.clone(), named.unwrap_or(property));
        }
    }
    Some(DrizzleTable { variable: variable.to_owned(), table: name, schema, columns, line })
}

/// Names under which a client of Drizzle goes.
fn is_client(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    matches!(lower.as_str(), "db" | "tx" | "trx" | "database" | "conn" | "connection" | "client")
        || lower.contains("drizzle")
        || lower.ends_with("db")
}

/// The calls on tables that a chain makes.
pub(super) fn calls(chain: &Chain<'_, '_>, line: impl Fn(u32) -> u32 + Copy) -> Vec<TableCall> {
    let mut found = Vec::new();
    let identifier = |it: Option<&Expression<'_>>| match it {
        Some(Expression::Identifier(it)) => Some(it.name.to_string()),
        Some(Expression::StaticMemberExpression(it)) => Some(it.property.name.to_string()),
        _ => None,
    };
    if let Some(at) = chain.position(&["select", "selectDistinct", "selectDistinctOn"]) {
        for link in chain.links.iter().skip(at + 1).filter(|it| it.arguments.is_some()) {
            if matches!(link.name, "from" | "leftJoin" | "innerJoin" | "rightJoin" | "fullJoin")
                && let Some(table) = identifier(link.first())
            {
                found.push(made(table, Verb::Select, line(link.at)));
            }
        }
    } else if let Some(at) = chain.position(&["insert", "update", "delete"])
        && chain.before(at).is_some_and(is_client)
        && let Some(link) = chain.links.get(at)
        && let Some(table) = identifier(link.first())
        && link.arguments.is_some_and(|it| it.len() == 1)
    {
        let verb = super::filters::verb(link.name).unwrap_or(Verb::Update);
        let follows = |name: &[&str]| chain.links.iter().skip(at + 1).any(|it| name.contains(&it.name));
        let is_query = match verb {
            Verb::Insert => follows(&["values", "select"]),
            Verb::Update => follows(&["set"]),
            _ => true,
        };
        if is_query {
            let upserts = follows(&["onConflictDoUpdate"]);
            found.push(made(table, if upserts { Verb::Upsert } else { verb }, line(link.at)));
        }
    } else if let Some(at) = chain.position(&["findMany", "findFirst"])
        && let Some(model) = at.checked_sub(1).and_then(|it| chain.links.get(it)).filter(|it| it.arguments.is_none())
        && chain.before(at - 1) == Some("query")
    {
        let link = chain.links.get(at);
        let mut call = made(model.name.to_owned(), Verb::Select, line(model.at));
        call.bounded = link.is_some_and(|it| it.name == "findFirst");
        if let Some(options) = link.and_then(super::chain::Link::first) {
            call.bounded |= chain::property(options, "limit").is_some();
            call.filters = chain::property(options, "where").map(|it| members(it, "where", line)).unwrap_or_default();
            call.orders = chain::property(options, "orderBy").map(|it| members(it, "order", line)).unwrap_or_default();
        }
        found.push(call);
    }
    let (mut filters, mut orders, mut bounded) = (Vec::new(), Vec::new(), false);
    for link in chain.links.iter().filter(|it| it.arguments.is_some()) {
        let of = |operator| {
            let all = link.arguments.unwrap_or_default().iter().filter_map(|it| it.as_expression());
            all.flat_map(|it| members(it, operator, line)).collect::<Vec<_>>()
        };
        match link.name {
            "where" => filters.extend(of("where")),
            "orderBy" => orders.extend(of("order")),
            "limit" => bounded = true,
            _ => {}
        }
    }
    if let Some(first) = found.first_mut() {
        first.filters.extend(filters);
        first.orders.extend(orders);
        first.bounded |= bounded;
    }
    found
}

fn made(table: String, verb: Verb, line: u32) -> TableCall {
    TableCall {
        via: Via::Drizzle,
        table,
        schema: None,
        verb: Some(verb),
        line,
        filters: Vec::new(),
        orders: Vec::new(),
        computed_columns: Vec::new(),
        bounded: false,
        written: Columns::default(),
    }
}

/// Every `table.column` in a condition; whoever knows the tables sorts out those that are something else.
fn members(it: &Expression<'_>, operator: &str, line: impl Fn(u32) -> u32 + Copy) -> Vec<Column> {
    struct Members<'o, F> {
        operator: &'o str,
        line: F,
        found: Vec<Column>,
    }
    impl<'a, F: Fn(u32) -> u32> Visit<'a> for Members<'_, F> {
        fn visit_static_member_expression(&mut self, it: &StaticMemberExpression<'a>) {
            let object = match it.object.get_inner_expression() {
                Expression::Identifier(it) => Some(it.name.to_string()),
                Expression::StaticMemberExpression(it) => Some(it.property.name.to_string()),
                _ => None,
            };
            if object.is_some() {
                let line = (self.line)(it.property.span.start);
                let name = it.property.name.to_string();
                self.found.push(Column { name, operator: self.operator.to_owned(), line, of: object });
            }
            walk::walk_static_member_expression(self, it);
        }
    }
    let mut members = Members { operator, line, found: Vec::new() };
    members.visit_expression(it);
    members.found
}
