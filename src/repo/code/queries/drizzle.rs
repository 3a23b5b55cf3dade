//! Drizzle: the tables that code declares, and the columns that its queries filter and sort by.

#![expect(clippy::similar_names, reason = "a link of a chain has a line, and both words are the right ones")]

use super::chain::{self, Chain};
use super::{Column, Columns, TableCall, Verb, Via};
use crate::repo::code::chain::arrow;
use oxc_ast::ast::{CallExpression, Expression, StaticMemberExpression, TaggedTemplateExpression};
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
    /// What of another file made it, by its name there: whether it is a table at all is known only with that file.
    pub maker: Option<String>,
}

/// What makes tables: a schema, or a function that gives every name a form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Maker {
    pub schema: Option<String>,
    /// What every name begins and ends with.
    pub before: String,
    pub after: String,
}

impl DrizzleTable {
    /// Schema and name in the database; none when what makes it is in no file that was read.
    #[must_use]
    pub fn name(&self, makers: &BTreeMap<&str, &Maker>) -> Option<(Option<String>, String)> {
        let Some(maker) = &self.maker else { return Some((self.schema.clone(), self.table.clone())) };
        makers.get(maker.as_str()).map(|it| (it.schema.clone(), it.name(&self.table)))
    }
}

impl Maker {
    fn name(&self, table: &str) -> String {
        format!("{}{table}{}", self.before, self.after)
    }

    /// Reads `pgSchema("name")` and ``pgTableCreator((name) => `acme_${name}`)``.
    pub(super) fn of(call: &CallExpression<'_>) -> Option<Self> {
        let chain = Chain::of(call);
        let link = |names: &[&str]| chain.position(names).and_then(|at| chain.links.get(at));
        if let Some(schema) = link(&["pgSchema", "mysqlSchema"]).and_then(|it| it.first().and_then(chain::text)) {
            return Some(Self { schema: Some(schema.to_owned()), ..Self::default() });
        }
        let form = link(&["pgTableCreator", "mysqlTableCreator", "sqliteTableCreator"])?.first()?;
        let (before, after) = form_of(form)?;
        Some(Self { schema: None, before, after })
    }
}

/// What a function of a name puts before and behind it; none when it does anything else.
fn form_of(it: &Expression<'_>) -> Option<(String, String)> {
    let Expression::ArrowFunctionExpression(function) = it else { return None };
    let parameter = function.params.items.first()?.pattern.get_binding_identifier()?.name.as_str();
    let is_name = |it: &Expression<'_>| matches!(it.get_inner_expression(), Expression::Identifier(it) if it.name == parameter);
    match arrow(it)?.get_inner_expression() {
        Expression::TemplateLiteral(text) if text.expressions.len() == 1 && text.expressions.iter().all(is_name) => {
            chain::template(text).split_once(chain::HOLE).map(|(before, after)| (before.to_owned(), after.to_owned()))
        }
        other if is_name(other) => Some((String::new(), String::new())),
        _ => None,
    }
}

/// Reads `pgTable("name", { … })` that is kept in a variable, also made by a schema or a creator of this file or another.
pub(super) fn table(
    variable: &str,
    call: &CallExpression<'_>,
    makers: &BTreeMap<String, Maker>,
    imported: &BTreeMap<String, (String, String)>,
    line: u32,
) -> Option<DrizzleTable> {
    let chain = Chain::of(call);
    let plain = chain.position(&["pgTable", "mysqlTable", "sqliteTable"]);
    let of_schema = || chain.position(&["table"]).filter(|at| chain.before(*at).is_some());
    let called = || chain.links.first().filter(|it| it.arguments.is_some() && chain.root.is_none()).map(|_| 0);
    let at = plain.or_else(of_schema).or_else(called)?;
    let link = chain.links.get(at)?;
    let text = link.first().and_then(chain::text)?.to_owned();
    let columns = columns(link.second());
    let made = |schema: Option<String>, table: String, maker: Option<String>| {
        Some(DrizzleTable { variable: variable.to_owned(), table, schema, columns: columns.clone(), line, maker })
    };
    if plain.is_some() {
        return made(None, text, None);
    }
    let by = chain.before(at).filter(|_| link.name == "table").unwrap_or(link.name);
    if let Some(maker) = makers.get(by) {
        return made(maker.schema.clone(), maker.name(&text), None);
    }
    let (_, original) = imported.get(by)?;
    if columns.is_empty() { None } else { made(None, text, Some(original.clone())) }
}

/// The columns that an object, or a function that gives one, declares.
fn columns(it: Option<&Expression<'_>>) -> BTreeMap<String, String> {
    let mut columns = BTreeMap::new();
    let object = it.and_then(|it| match it {
        Expression::ObjectExpression(it) => Some(it),
        other => match arrow(other)?.get_inner_expression() {
            Expression::ObjectExpression(it) => Some(it),
            _ => None,
        },
    });
    let Some(object) = object else { return columns };
    for (property, value, _) in chain::properties(object) {
        let Expression::CallExpression(call) = value else { continue };
        let named = Chain::of(call).links.iter().find(|it| it.arguments.is_some()).and_then(super::chain::Link::first);
        let named = named.and_then(chain::text).map(str::to_owned);
        columns.insert(property.clone(), named.unwrap_or(property));
    }
    columns
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

/// Functions of a condition that compare a column, by the name that they are imported under.
const COMPARES: [&str; 22] = [
    "eq",
    "ne",
    "gt",
    "gte",
    "lt",
    "lte",
    "inArray",
    "notInArray",
    "between",
    "notBetween",
    "isNull",
    "isNotNull",
    "like",
    "notLike",
    "ilike",
    "notIlike",
    "arrayContains",
    "arrayContained",
    "arrayOverlaps",
    "exists",
    "notExists",
    "not",
];

/// Every `table.column` in a condition; whoever knows the tables sorts out those that are something else.
fn members(it: &Expression<'_>, operator: &str, line: impl Fn(u32) -> u32 + Copy) -> Vec<Column> {
    struct Members<F> {
        operator: String,
        line: F,
        found: Vec<Column>,
    }
    impl<F> Members<F> {
        fn under(&mut self, operator: &str, walk: impl FnOnce(&mut Self)) {
            let before = std::mem::replace(&mut self.operator, operator.to_owned());
            walk(self);
            self.operator = before;
        }
    }
    impl<'a, F: Fn(u32) -> u32> Visit<'a> for Members<F> {
        fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
            let name = match it.callee.get_inner_expression() {
                Expression::Identifier(it) => it.name.as_str(),
                _ => "",
            };
            if self.operator != "order" && COMPARES.contains(&name) {
                self.under(name, |inner| walk::walk_call_expression(inner, it));
            } else {
                walk::walk_call_expression(self, it);
            }
        }

        // What a statement of text does with the column is not read.
        fn visit_tagged_template_expression(&mut self, it: &TaggedTemplateExpression<'a>) {
            self.under("sql", |inner| walk::walk_tagged_template_expression(inner, it));
        }

        fn visit_static_member_expression(&mut self, it: &StaticMemberExpression<'a>) {
            let object = match it.object.get_inner_expression() {
                Expression::Identifier(it) => Some(it.name.to_string()),
                Expression::StaticMemberExpression(it) => Some(it.property.name.to_string()),
                _ => None,
            };
            if object.is_some() {
                let line = (self.line)(it.property.span.start);
                let name = it.property.name.to_string();
                self.found.push(Column { name, operator: self.operator.clone(), line, of: object });
            }
            walk::walk_static_member_expression(self, it);
        }
    }
    let mut members = Members { operator: operator.to_owned(), line, found: Vec::new() };
    members.visit_expression(it);
    members.found
}
