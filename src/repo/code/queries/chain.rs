//! A chain of calls such as `db.from("x").select().eq("y", z)`, taken apart from its inmost link outwards, and the plain
//! values that stand in arguments.

use oxc_ast::ast::{Argument, CallExpression, ChainElement, Expression, ObjectExpression, ObjectPropertyKind, TemplateLiteral};
use oxc_span::{GetSpan, Span};

/// One member of a chain.
pub(super) struct Link<'b, 'a> {
    pub name: &'b str,
    /// None when it is not called.
    pub arguments: Option<&'b [Argument<'a>]>,
    /// Where its name stands.
    pub at: u32,
}

impl<'b, 'a> Link<'b, 'a> {
    pub fn first(&self) -> Option<&'b Expression<'a>> {
        self.arguments?.first()?.as_expression().map(Expression::get_inner_expression)
    }

    pub fn second(&self) -> Option<&'b Expression<'a>> {
        self.arguments?.get(1)?.as_expression().map(Expression::get_inner_expression)
    }
}

/// A chain, inmost link first.
pub(super) struct Chain<'b, 'a> {
    /// The name that it begins with; none when it begins with something else.
    pub root: Option<&'b str>,
    pub links: Vec<Link<'b, 'a>>,
    /// The calls inside it, the outermost left out.
    pub inner: Vec<Span>,
}

impl<'b, 'a> Chain<'b, 'a> {
    /// Takes apart the chain that ends with this call.
    pub fn of(call: &'b CallExpression<'a>) -> Self {
        let mut chain = Self { root: None, links: Vec::new(), inner: Vec::new() };
        let mut call = call;
        'calls: loop {
            let arguments = Some(call.arguments.as_slice());
            let mut object = match call.callee.get_inner_expression() {
                Expression::StaticMemberExpression(it) => {
                    chain.links.push(Link { name: it.property.name.as_str(), arguments, at: it.property.span.start });
                    &it.object
                }
                Expression::Identifier(it) => {
                    chain.links.push(Link { name: it.name.as_str(), arguments, at: it.span.start });
                    break;
                }
                _ => break,
            };
            loop {
                object = match object.get_inner_expression() {
                    Expression::CallExpression(it) => {
                        chain.inner.push(it.span);
                        call = it;
                        continue 'calls;
                    }
                    Expression::StaticMemberExpression(it) => {
                        chain.links.push(Link { name: it.property.name.as_str(), arguments: None, at: it.property.span.start });
                        &it.object
                    }
                    Expression::ChainExpression(it) => match &it.expression {
                        ChainElement::CallExpression(it) => {
                            chain.inner.push(it.span);
                            call = it;
                            continue 'calls;
                        }
                        ChainElement::StaticMemberExpression(it) => {
                            chain.links.push(Link {
                                name: it.property.name.as_str(),
                                arguments: None,
                                at: it.property.span.start,
                            });
                            &it.object
                        }
                        _ => break 'calls,
                    },
                    Expression::Identifier(it) => {
                        chain.root = Some(it.name.as_str());
                        break 'calls;
                    }
                    Expression::ThisExpression(_) => {
                        chain.root = Some("this");
                        break 'calls;
                    }
                    _ => break 'calls,
                };
            }
        }
        chain.links.reverse();
        chain
    }

    /// The name before a link.
    pub fn before(&self, at: usize) -> Option<&'b str> {
        match at.checked_sub(1) {
            Some(before) => self.links.get(before).map(|it| it.name),
            None => self.root,
        }
    }

    /// Where the first called link of one of these names stands.
    pub fn position(&self, names: &[&str]) -> Option<usize> {
        self.links.iter().position(|it| it.arguments.is_some() && names.contains(&it.name))
    }
}

/// A plain text: a literal, or a template without holes.
pub(super) fn text<'b>(it: &'b Expression<'_>) -> Option<&'b str> {
    match it.get_inner_expression() {
        Expression::StringLiteral(it) => Some(it.value.as_str()),
        Expression::TemplateLiteral(it) if it.expressions.is_empty() => {
            it.quasis.first().map(|it| it.value.cooked.map_or(it.value.raw.as_str(), |it| it.as_str()))
        }
        _ => None,
    }
}

/// Stands for a hole of a template.
pub(super) const HOLE: char = '\u{0}';

/// A text with [`HOLE`] where a template has one.
pub(super) fn with_holes(it: &Expression<'_>) -> Option<String> {
    match it.get_inner_expression() {
        Expression::TemplateLiteral(it) => Some(template(it)),
        other => text(other).map(str::to_owned),
    }
}

/// The text of a template with [`HOLE`] for each of its holes.
pub(super) fn template(it: &TemplateLiteral<'_>) -> String {
    let parts: Vec<&str> = it.quasis.iter().map(|it| it.value.raw.as_str()).collect();
    parts.join(&HOLE.to_string())
}

/// The properties of an object by their plain names.
pub(super) fn properties<'b, 'a>(it: &'b ObjectExpression<'a>) -> impl Iterator<Item = (String, &'b Expression<'a>, u32)> {
    it.properties.iter().filter_map(|it| match it {
        ObjectPropertyKind::ObjectProperty(it) => {
            Some((it.key.static_name()?.into_owned(), it.value.get_inner_expression(), it.span.start))
        }
        ObjectPropertyKind::SpreadProperty(_) => None,
    })
}

/// A property of an object expression.
pub(super) fn property<'b, 'a>(it: &'b Expression<'a>, name: &str) -> Option<&'b Expression<'a>> {
    match it {
        Expression::ObjectExpression(it) => properties(it).find(|(key, _, _)| key == name).map(|(_, value, _)| value),
        _ => None,
    }
}

/// Where something begins and ends, as a key.
pub(super) fn key(it: &impl GetSpan) -> (u32, u32) {
    let span = it.span();
    (span.start, span.end)
}
