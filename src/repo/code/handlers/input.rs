//! Which values of a function came from its caller: by its parameters, by what is read of a request, and by what is made
//! of either. A row of the database that was found by such a value is not such a value.

use super::super::tree::{self, Peel};
use oxc_ast::ast::{Argument, ArrayExpressionElement, BindingPattern, Expression, FormalParameters, ObjectPropertyKind};
use std::collections::BTreeSet;

/// What a function knows of its caller.
#[derive(Debug, Default)]
pub(super) struct Sources {
    /// Names of the request, or of what holds it.
    pub requests: BTreeSet<String>,
    /// Names of values that came from the caller.
    pub sent: BTreeSet<String>,
}

/// Names that people give to a request, or to what holds one.
const REQUESTS: &[&str] = &["req", "request", "_req", "_request", "c", "ctx", "context", "event", "evt", "httpRequest"];

/// Methods that read what was sent.
const READS: &[&str] =
    &["json", "text", "formData", "arrayBuffer", "blob", "bytes", "parseBody", "valid", "query", "queries", "param", "getQuery"];

/// Members that hold what was sent.
const HOLDS: &[&str] =
    &["body", "query", "params", "rawBody", "searchParams", "queryStringParameters", "pathParameters", "files", "file", "data"];

/// Functions that hand on what they are given.
const HAND_ON: &[&str] = &[
    "JSON.parse",
    "Number",
    "String",
    "Boolean",
    "parseInt",
    "parseFloat",
    "Object.fromEntries",
    "Object.entries",
    "Object.values",
    "decodeURIComponent",
    "structuredClone",
    "Array.from",
];

/// Most wrappings that are followed.
const MOST_DEEP: u8 = 48;

impl Sources {
    /// Takes in the parameters. `is_handler` when the first is the request, whatever it is called.
    pub(super) fn parameters(&mut self, parameters: &FormalParameters<'_>, is_handler: bool) {
        for (position, it) in parameters.items.iter().enumerate() {
            match &it.pattern {
                BindingPattern::BindingIdentifier(it) => {
                    let is_request = REQUESTS.contains(&it.name.as_str()) || (is_handler && position == 0);
                    let names = if is_request { &mut self.requests } else { &mut self.sent };
                    names.insert(it.name.to_string());
                }
                BindingPattern::ObjectPattern(it) => {
                    for it in &it.properties {
                        let (Some(key), Some(local)) = (it.key.static_name(), it.value.get_binding_identifier()) else {
                            self.bind(&it.value);
                            continue;
                        };
                        match key.as_ref() {
                            "request" | "req" => drop(self.requests.insert(local.name.to_string())),
                            "locals" | "cookies" | "fetch" | "platform" | "setHeaders" | "headers" | "context" | "env" => {}
                            _ => drop(self.sent.insert(local.name.to_string())),
                        }
                    }
                }
                it => self.bind(it),
            }
        }
    }

    /// All names of a pattern hold what was sent.
    pub(super) fn bind(&mut self, pattern: &BindingPattern<'_>) {
        self.sent.extend(pattern.get_binding_identifiers().iter().map(|it| it.name.to_string()));
    }

    /// Whether it is the request, or a copy of it, or what a framework keeps it in.
    pub(super) fn is_request(&self, it: &Expression<'_>) -> bool {
        self.is_request_within(it, 0)
    }

    fn is_request_within(&self, it: &Expression<'_>, depth: u8) -> bool {
        if depth > 4 {
            return false;
        }
        match it.awaited() {
            Expression::Identifier(it) => self.requests.contains(it.name.as_str()),
            Expression::CallExpression(it) => tree::member(&it.callee)
                .is_some_and(|(object, name)| name == "clone" && self.is_request_within(object, depth + 1)),
            it => tree::member(it).is_some_and(|(object, name)| {
                matches!(name, "req" | "request" | "raw" | "nextUrl") && self.is_request_within(object, depth + 1)
            }),
        }
    }

    /// How what was sent is read there, when it is.
    pub(super) fn read(&self, it: &Expression<'_>) -> Option<String> {
        match it {
            Expression::CallExpression(it) => {
                let (object, name) = tree::member(&it.callee)?;
                if is_context(object) {
                    return None;
                }
                (READS.contains(&name) && self.is_request(object)).then(|| format!("{name}()"))
            }
            it => {
                let (object, name) = tree::member(it)?;
                if name == "searchParams" && self.is_address(object) {
                    return Some("searchParams".to_owned());
                }
                // Hono's `c.body()` and `c.json()` answer; what holds the request there is `c.req`.
                let holds = if is_context(object) { ["query", "params"].contains(&name) } else { HOLDS.contains(&name) };
                (holds && self.is_request(object)).then(|| name.to_owned())
            }
        }
    }

    /// `new URL(request.url)`, or a name for it.
    pub(super) fn is_address(&self, it: &Expression<'_>) -> bool {
        match it.peeled() {
            Expression::NewExpression(it) => {
                let is_url = matches!(it.callee.peeled(), Expression::Identifier(it) if it.name == "URL");
                let first = it.arguments.first().and_then(Argument::as_expression);
                let of_request =
                    first.and_then(tree::member).is_some_and(|(object, name)| name == "url" && self.is_request(object));
                is_url && of_request
            }
            Expression::Identifier(it) => self.sent.contains(it.name.as_str()),
            _ => false,
        }
    }

    /// Whether it is made of what was sent.
    pub(super) fn is_sent(&self, it: &Expression<'_>) -> bool {
        self.is_sent_within(it, 0)
    }

    fn is_sent_within(&self, it: &Expression<'_>, depth: u8) -> bool {
        if depth > MOST_DEEP {
            return false;
        }
        let within = |it: &Expression<'_>| self.is_sent_within(it, depth + 1);
        let it = it.awaited();
        if self.read(it).is_some() {
            return true;
        }
        match it {
            Expression::Identifier(it) => self.sent.contains(it.name.as_str()),
            Expression::ChainExpression(it) => match &it.expression {
                oxc_ast::ast::ChainElement::CallExpression(it) => {
                    tree::member(&it.callee).is_some_and(|(object, _)| within(object))
                }
                oxc_ast::ast::ChainElement::TSNonNullExpression(it) => within(&it.expression),
                it => it.as_member_expression().is_some_and(|it| within(it.object())),
            },
            Expression::CallExpression(it) => {
                let name = tree::dotted(&it.callee);
                let hands_on = name.is_some_and(|it| HAND_ON.contains(&it.as_str()));
                let handed = hands_on && it.arguments.iter().any(|it| it.as_expression().is_some_and(within));
                handed || tree::member(&it.callee).is_some_and(|(object, _)| within(object))
            }
            Expression::NewExpression(new) => {
                self.is_address(it)
                    || (matches!(new.callee.peeled(), Expression::Identifier(it) if it.name == "URLSearchParams")
                        && new.arguments.iter().any(|it| it.as_expression().is_some_and(within)))
            }
            Expression::ConditionalExpression(it) => within(&it.consequent) || within(&it.alternate),
            Expression::LogicalExpression(it) => within(&it.left) || within(&it.right),
            Expression::TemplateLiteral(it) => it.expressions.iter().any(within),
            Expression::ArrayExpression(it) => it.elements.iter().any(|it| match it {
                ArrayExpressionElement::SpreadElement(it) => within(&it.argument),
                it => it.as_expression().is_some_and(within),
            }),
            Expression::ObjectExpression(it) => it.properties.iter().any(|it| match it {
                ObjectPropertyKind::ObjectProperty(it) => within(&it.value),
                ObjectPropertyKind::SpreadProperty(it) => within(&it.argument),
            }),
            it => it.as_member_expression().is_some_and(|it| within(it.object())),
        }
    }
}

/// A framework's context, which holds the request and is none.
fn is_context(it: &Expression<'_>) -> bool {
    matches!(it.peeled(), Expression::Identifier(it) if matches!(it.name.as_str(), "c" | "ctx" | "context"))
}
