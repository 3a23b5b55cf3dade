//! Which columns a write names: the keys of the objects that it is given, through the names that hold them. What is not
//! written out is told as hidden, and never taken for nothing.

use oxc_ast::ast::{ArrayExpressionElement, ArrowFunctionBody, Expression, ObjectPropertyKind};
use std::collections::HashMap;

/// A column that is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Written {
    pub name: String,
    /// Counted from 1.
    pub line: u32,
}

/// What of a row is written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Columns {
    /// In the order of the text, each once.
    pub named: Vec<Written>,
    /// Whether there may be more: the object comes from elsewhere, or a key of it is computed.
    pub hides: bool,
}

impl Columns {
    fn hidden() -> Self {
        Self { named: Vec::new(), hides: true }
    }

    fn push(&mut self, name: &str, line: u32) {
        // A path into a document: `"profile.role"`.
        let name = name.rsplit('.').next().unwrap_or(name);
        if !name.is_empty() && self.named.len() < MOST_COLUMNS && !self.named.iter().any(|it| it.name == name) {
            self.named.push(Written { name: name.to_owned(), line });
        }
    }

    fn extend(&mut self, other: Self) {
        self.hides |= other.hides;
        for it in other.named {
            self.push(&it.name, it.line);
        }
    }
}

/// Most columns of one write that are kept.
const MOST_COLUMNS: usize = 200;

/// Most wrappings that are followed.
const MOST_DEEP: u8 = 8;

/// Objects that names of the file hold.
#[derive(Default)]
pub(super) struct Objects(HashMap<String, Columns>);

impl Objects {
    /// Takes in what a declaration holds.
    pub(super) fn bind(&mut self, name: &str, init: &Expression<'_>, line: &dyn Fn(u32) -> u32) {
        match init.get_inner_expression() {
            it @ (Expression::ObjectExpression(_) | Expression::ArrayExpression(_)) => {
                let columns = self.columns(it, line);
                self.0.insert(name.to_owned(), columns);
            }
            Expression::CallExpression(it) if is_map(it) => {
                let columns = self.columns(init, line);
                self.0.insert(name.to_owned(), columns);
            }
            _ => drop(self.0.remove(name)),
        }
    }

    /// `patch.role = …` of an object that is known.
    pub(super) fn set(&mut self, name: &str, property: &str, line: u32) {
        if let Some(columns) = self.0.get_mut(name) {
            columns.push(property, line);
        }
    }

    /// The columns that a value names.
    pub(super) fn columns(&self, it: &Expression<'_>, line: &dyn Fn(u32) -> u32) -> Columns {
        self.within(it, line, 0)
    }

    fn within(&self, it: &Expression<'_>, line: &dyn Fn(u32) -> u32, depth: u8) -> Columns {
        if depth > MOST_DEEP {
            return Columns::hidden();
        }
        let inner = |it: &Expression<'_>| self.within(it, line, depth + 1);
        let mut columns = Columns::default();
        match it.get_inner_expression() {
            Expression::ObjectExpression(it) => {
                for it in &it.properties {
                    match it {
                        ObjectPropertyKind::ObjectProperty(it) => match it.key.static_name() {
                            Some(name) => columns.push(&name, line(it.span.start)),
                            None => columns.hides = true,
                        },
                        ObjectPropertyKind::SpreadProperty(it) => columns.extend(inner(&it.argument)),
                    }
                }
            }
            Expression::ArrayExpression(it) => {
                for it in &it.elements {
                    match it {
                        ArrayExpressionElement::SpreadElement(it) => columns.extend(inner(&it.argument)),
                        ArrayExpressionElement::Elision(_) => {}
                        it => columns.extend(it.as_expression().map_or_else(Columns::hidden, inner)),
                    }
                }
            }
            Expression::Identifier(it) => columns = self.0.get(it.name.as_str()).cloned().unwrap_or_else(Columns::hidden),
            // `...(role && { role })`
            Expression::LogicalExpression(it) => columns.extend(inner(&it.right)),
            Expression::ConditionalExpression(it) => {
                columns.extend(inner(&it.consequent));
                columns.extend(inner(&it.alternate));
            }
            // `updateDoc(reference, "role", value)`
            Expression::StringLiteral(it) => columns.push(&it.value, line(it.span.start)),
            Expression::CallExpression(it) if is_map(it) => {
                let turn = it.arguments.first().and_then(|it| it.as_expression()).map(Expression::get_inner_expression);
                columns = match turn {
                    Some(Expression::ArrowFunctionExpression(it)) => match &it.body {
                        ArrowFunctionBody::FunctionBody(_) => Columns::hidden(),
                        it => it.as_expression().map_or_else(Columns::hidden, inner),
                    },
                    _ => Columns::hidden(),
                };
            }
            Expression::NullLiteral(_) | Expression::BooleanLiteral(_) | Expression::NumericLiteral(_) => {}
            _ => columns.hides = true,
        }
        columns
    }
}

/// `rows.map(it => ({ … }))`
fn is_map(it: &oxc_ast::ast::CallExpression<'_>) -> bool {
    matches!(it.callee.get_inner_expression(), Expression::StaticMemberExpression(it) if it.property.name == "map")
}
