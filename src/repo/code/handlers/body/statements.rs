//! Statements of SQL and calls on collections within a handler, and whether what the caller sent flows into the text of a
//! statement. The flow is followed inside one function, and a value that anything looked at is not called the caller's.

use super::super::super::firestore::Held;
use super::super::super::parse::Parsed;
use super::super::super::sql::{self, Statement};
use super::super::super::tree::{self, Peel};
use super::super::{TableUse, What};
use super::Reader;
use oxc_ast::ast::{
    CallExpression, Declaration, Expression, Statement as Line, TaggedTemplateExpression, VariableDeclaration, VariableDeclarator,
};
use std::collections::{BTreeMap, BTreeSet};

/// What became of the caller's values in one function.
#[derive(Debug, Default)]
pub(super) struct Flow {
    /// Names of values that were made of the caller's and are no longer what was sent: a number, an escaped text.
    changed: BTreeSet<String>,
    /// Names that something compared, searched in a list or looked up.
    checked: BTreeSet<String>,
    /// Names of texts that are statements with values put into them; whether one of these was sent.
    built: BTreeMap<String, bool>,
}

impl Flow {
    /// Takes in that something is compared with others.
    pub(super) fn check(&mut self, it: &Expression<'_>) {
        if let Some(name) = tree::dotted(it).filter(|_| !matches!(it.peeled(), Expression::StringLiteral(_))) {
            self.checked.insert(name);
        }
    }
}

/// Calls that look at what they are handed.
const CHECKS: [&str; 14] = [
    "includes",
    "has",
    "test",
    "match",
    "indexOf",
    "some",
    "find",
    "parse",
    "safeParse",
    "isInteger",
    "isNaN",
    "isSafeInteger",
    "hasOwn",
    "validate",
];

/// Methods that give a text as it was sent.
const VIEWS: [&str; 12] =
    ["get", "trim", "toLowerCase", "toUpperCase", "toString", "json", "text", "param", "query", "formData", "slice", "valueOf"];

/// Most wrappings that are followed.
const MOST_DEEP: u8 = 24;

/// References to collections that the module keeps.
pub(super) fn bind_top(held: &mut Held, parsed: &Parsed<'_, '_>) {
    let mut bind = |it: &VariableDeclaration<'_>| it.declarations.iter().for_each(|it| held.bind(it));
    for it in &parsed.program.body {
        match it {
            Line::VariableDeclaration(it) => bind(it),
            Line::ExportDeclaration(it) => {
                if let Declaration::VariableDeclaration(it) = &it.declaration {
                    bind(it);
                }
            }
            _ => {}
        }
    }
}

impl<'a> Reader<'_, '_, '_, 'a> {
    /// Everything that a call says of SQL and of collections.
    pub(super) fn sql(&mut self, it: &CallExpression<'a>) {
        let offset = it.span.start;
        if let Some(document) = self.held.call(it) {
            let (table, verb, line) = (document.collection, document.verb, self.file.parsed.line(offset));
            self.act(What::Uses(TableUse { table, verb, line }), offset);
        }
        if let Some(statement) = Statement::run_by(it) {
            self.ran(&statement, offset);
        }
        if let Some(text) = sql::text_of(it) {
            let built = match text {
                Expression::Identifier(it) => self.frame.flow.built.get(it.name.as_str()).copied(),
                text => self.built(text),
            };
            if let Some(is_sent) = built {
                let by = tree::dotted(&it.callee).unwrap_or_else(|| "a query".to_owned());
                self.act(What::BuildsSql { by, is_sent }, offset);
            }
        }
        if tree::member(&it.callee).is_some_and(|(_, name)| CHECKS.contains(&name)) {
            for it in it.arguments.iter().filter_map(|it| it.as_expression()) {
                self.frame.flow.check(it);
            }
            if let Some((object, _)) = tree::member(&it.callee) {
                self.frame.flow.check(object);
            }
        }
    }

    /// `` sql`insert into a …` ``: values are handed over beside the text, so nothing is built.
    pub(super) fn tagged(&mut self, it: &TaggedTemplateExpression<'a>) {
        if let Some(statement) = Statement::tagged(it) {
            self.ran(&statement, it.span.start);
        }
    }

    fn ran(&mut self, statement: &Statement, offset: u32) {
        let line = self.file.parsed.line(offset);
        for (verb, table) in &statement.tables {
            self.act(What::Uses(TableUse { table: table.clone(), verb, line }), offset);
        }
        if statement.writes && statement.tables.is_empty() {
            self.act(What::Uses(TableUse { table: None, verb: "update", line }), offset);
        }
    }

    /// Whether a text is a statement with values put into it, and then whether one of them was sent.
    fn built(&self, it: &Expression<'a>) -> Option<bool> {
        Statement::built(it).then(|| sql::holes(it).into_iter().any(|it| self.is_as_sent(it, 0)))
    }

    /// What a declaration says of the flow.
    pub(super) fn declared(&mut self, it: &VariableDeclarator<'a>, init: &Expression<'a>) {
        self.held.bind(it);
        if takes(&it.id, "pathname") && self.frame.sources.is_request(init) {
            self.act(What::DecidesByPath, it.span.start);
        }
        let names = it.id.get_binding_identifiers();
        if self.frame.sources.is_sent(init) && !self.is_as_sent(init, 0) {
            self.frame.flow.changed.extend(names.iter().map(|it| it.name.to_string()));
        }
        if let (Some(name), Some(is_sent)) = (it.id.get_binding_identifier(), self.built(init)) {
            self.frame.flow.built.insert(name.name.to_string(), is_sent);
        }
    }

    /// Whether it is a text of the caller's, as it was sent, at which nothing has looked.
    fn is_as_sent(&self, it: &Expression<'a>, depth: u8) -> bool {
        let Flow { changed, checked, .. } = &self.frame.flow;
        let sources = &self.frame.sources;
        if depth > MOST_DEEP || tree::dotted(it).is_some_and(|it| checked.contains(&it)) {
            return false;
        }
        let within = |it: &Expression<'a>| self.is_as_sent(it, depth + 1);
        let it = it.awaited();
        match it {
            Expression::Identifier(name) => sources.sent.contains(name.name.as_str()) && !changed.contains(name.name.as_str()),
            Expression::CallExpression(call) => match tree::member(&call.callee) {
                Some((object, name)) => {
                    VIEWS.contains(&name) && sources.is_sent(it) && (sources.read(it).is_some() || within(object))
                }
                None => {
                    let is_text = tree::dotted(&call.callee).is_some_and(|it| it == "String" || it == "decodeURIComponent");
                    is_text && call.arguments.iter().filter_map(|it| it.as_expression()).any(within)
                }
            },
            Expression::LogicalExpression(it) => within(&it.left) || within(&it.right),
            Expression::ConditionalExpression(it) => within(&it.consequent) || within(&it.alternate),
            Expression::TemplateLiteral(it) => it.expressions.iter().any(within),
            Expression::NewExpression(_) => sources.is_address(it),
            it => match tree::member(it) {
                Some((_, "length")) => false,
                Some((object, _)) => sources.is_sent(it) && (sources.read(it).is_some() || within(object)),
                None => false,
            },
        }
    }
}

/// `const { searchParams } = …`
pub(super) fn takes(pattern: &oxc_ast::ast::BindingPattern<'_>, name: &str) -> bool {
    let oxc_ast::ast::BindingPattern::ObjectPattern(it) = pattern else { return false };
    it.properties.iter().any(|it| it.key.static_name().is_some_and(|it| it == name))
}
