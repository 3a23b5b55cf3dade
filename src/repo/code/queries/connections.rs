//! Where code opens a connection to a database, with which variable, and whether each call opens one more.

use super::chain;
use oxc_ast::ast::{Argument, Expression, StaticMemberExpression};
use oxc_ast_visit::{Visit, walk};
use std::collections::BTreeMap;

/// By what a connection is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Driver {
    /// `pg`: a pool or a single client.
    Pg,
    /// `postgres` (postgres.js), which prepares statements unless told not to.
    PostgresJs,
    Prisma,
    /// A driver that asks over HTTP or a socket of the host's own pooler.
    Http,
}

/// When it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Made {
    /// Once, when the module is loaded.
    Once,
    /// On the first call, and kept.
    Kept,
    /// In a function, on each of its calls as far as its text shows.
    InFunction(Option<String>),
}

/// One place that opens a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    pub driver: Driver,
    pub line: u32,
    pub made: Made,
    /// Variables that its settings read.
    pub variables: Vec<String>,
    /// It says that statements are not prepared, as a transaction pooler needs.
    pub prepares_off: bool,
    /// Most connections of one pool, when a plain number says so.
    pub most: Option<u32>,
}

/// The driver that a name stands for, given the module it was imported from.
pub(super) fn driver(imported: Option<&(String, String)>, name: &str, is_new: bool) -> Option<Driver> {
    let (module, original) = imported.map_or(("", name), |(module, original)| (module.as_str(), original.as_str()));
    match (module, original) {
        ("pg", "Pool" | "Client" | "default") if is_new => Some(Driver::Pg),
        ("postgres", "default") if !is_new => Some(Driver::PostgresJs),
        (_, "PrismaClient") if is_new => Some(Driver::Prisma),
        ("@neondatabase/serverless", "neon" | "Pool" | "Client")
        | ("@vercel/postgres", "createPool" | "createClient" | "sql") => Some(Driver::Http),
        _ => None,
    }
}

/// What its arguments say.
pub(super) fn read(arguments: &[Argument<'_>], known: &BTreeMap<String, String>) -> (Vec<String>, bool, Option<u32>) {
    let mut look = Variables { known, found: Vec::new() };
    let (mut off, mut most) = (false, None);
    for argument in arguments.iter().filter_map(|it| it.as_expression()) {
        look.visit_expression(argument);
        let options = argument.get_inner_expression();
        off |= matches!(chain::property(options, "prepare"), Some(Expression::BooleanLiteral(it)) if !it.value);
        if let Some(Expression::NumericLiteral(it)) = chain::property(options, "max") {
            most = (0.0..=1_000_000.0).contains(&it.value).then(|| it.raw.and_then(|raw| raw.parse().ok())).flatten();
        }
    }
    look.found.sort();
    look.found.dedup();
    (look.found, off, most)
}

/// The variable of the environment that an expression reads.
pub(super) fn variable(it: &Expression<'_>) -> Option<String> {
    let mut look = Variables { known: &BTreeMap::new(), found: Vec::new() };
    look.visit_expression(it);
    look.found.into_iter().next()
}

struct Variables<'k> {
    /// Plain variables of the module that hold one of the environment.
    known: &'k BTreeMap<String, String>,
    found: Vec<String>,
}

impl<'a> Visit<'a> for Variables<'_> {
    fn visit_static_member_expression(&mut self, it: &StaticMemberExpression<'a>) {
        let is_environment = match it.object.get_inner_expression() {
            Expression::StaticMemberExpression(it) => it.property.name == "env",
            Expression::Identifier(it) => it.name == "env",
            _ => false,
        };
        if is_environment {
            self.found.push(it.property.name.to_string());
        }
        walk::walk_static_member_expression(self, it);
    }

    fn visit_call_expression(&mut self, it: &oxc_ast::ast::CallExpression<'a>) {
        let chain = chain::Chain::of(it);
        if let Some(at) = chain.position(&["get"])
            && chain.before(at) == Some("env")
        {
            self.found.extend(chain.links.get(at).and_then(super::chain::Link::first).and_then(chain::text).map(str::to_owned));
        }
        walk::walk_call_expression(self, it);
    }

    fn visit_identifier_reference(&mut self, it: &oxc_ast::ast::IdentifierReference<'a>) {
        self.found.extend(self.known.get(it.name.as_str()).cloned());
    }
}
