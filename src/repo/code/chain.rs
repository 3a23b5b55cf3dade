//! A row of calls and members, such as `db.from("t").insert(row)`, taken apart from its root on; and the small readings of
//! literals that go with it. It resolves no name.

use oxc_allocator::Vec as Row;
use oxc_ast::ast::{Argument, BindingPattern, ChainElement, Expression, MemberExpression, ObjectExpression, ObjectPropertyKind};
use oxc_ast::ast::{CallExpression, Function, FunctionBody, NewExpression};
use oxc_span::GetSpan;

/// One member or call of a row.
#[derive(Clone, Copy)]
pub(in crate::repo::code) struct Step<'t, 'a> {
    /// The member's name; empty for a call of what stands before it, `new` for a construction.
    pub name: &'t str,
    /// Where the name stands: it is what tells two calls of one row apart.
    pub at: u32,
    /// None for a member that is not called.
    pub arguments: Option<&'t Row<'a, Argument<'a>>>,
}

impl<'t, 'a> Step<'t, 'a> {
    /// The argument at that place, if it is an expression.
    pub fn argument(&self, at: usize) -> Option<&'t Expression<'a>> {
        self.arguments?.get(at)?.as_expression()
    }

    /// How many arguments there are; none for a member.
    pub fn count(&self) -> usize {
        self.arguments.map_or(0, |it| it.len())
    }
}

/// A row of calls and members.
pub(in crate::repo::code) struct Chain<'t, 'a> {
    /// The name that it starts with; empty where it starts with something else than a name.
    pub root: &'t str,
    pub steps: Vec<Step<'t, 'a>>,
}

enum Link<'t, 'a> {
    Expression(&'t Expression<'a>),
    Call(&'t CallExpression<'a>),
    Member(&'t MemberExpression<'a>),
    End(&'t str),
}

impl<'t, 'a> Chain<'t, 'a> {
    /// Takes an expression apart. An `await` anywhere in it is looked through.
    pub fn of(expression: &'t Expression<'a>) -> Self {
        Self::from(Link::Expression(expression))
    }

    /// Takes a call apart.
    pub fn of_call(call: &'t CallExpression<'a>) -> Self {
        Self::from(Link::Call(call))
    }

    fn from(mut link: Link<'t, 'a>) -> Self {
        let mut steps = Vec::new();
        let mut called: Option<(&'t Row<'a, Argument<'a>>, u32)> = None;
        let root = loop {
            link = match link {
                Link::End(root) => break root,
                Link::Call(call) => {
                    if let Some((arguments, at)) = called.take() {
                        steps.push(Step { name: "", at, arguments: Some(arguments) });
                    }
                    called = Some((&call.arguments, call.callee.span().end));
                    Link::Expression(&call.callee)
                }
                Link::Member(member) => {
                    let arguments = called.take().map(|(arguments, _)| arguments);
                    let name = match member {
                        MemberExpression::StaticMemberExpression(it) => it.property.name.as_str(),
                        MemberExpression::ComputedMemberExpression(it) => text(&it.expression).unwrap_or("[]"),
                        MemberExpression::PrivateFieldExpression(it) => it.field.name.as_str(),
                    };
                    let at = match member {
                        MemberExpression::StaticMemberExpression(it) => it.property.span.start,
                        other => other.span().end,
                    };
                    steps.push(Step { name, at, arguments });
                    Link::Expression(member.object())
                }
                Link::Expression(expression) => next(expression, &mut steps, &mut called),
            };
        };
        steps.reverse();
        Self { root, steps }
    }

    /// The last step's name, or the root's if nothing follows it but a call.
    pub fn name(&self) -> &'t str {
        self.steps.iter().rev().map(|it| it.name).find(|it| !it.is_empty() && *it != "new").unwrap_or(self.root)
    }

    /// The last step.
    pub fn last(&self) -> Option<&Step<'t, 'a>> {
        self.steps.last()
    }

    /// Whether one of the steps has that name.
    pub fn has(&self, name: &str) -> bool {
        self.steps.iter().any(|it| it.name == name)
    }

    /// Root and names as one reads them: `db.from.insert`.
    pub fn words(&self) -> String {
        let names = self.steps.iter().map(|it| it.name).filter(|it| !it.is_empty() && *it != "new");
        std::iter::once(self.root).chain(names).filter(|it| !it.is_empty()).collect::<Vec<_>>().join(".")
    }

    /// Whether root and names are, or end with, these: `["emails", "send"]` of `resend.emails.send`.
    pub fn ends(&self, names: &[&str]) -> bool {
        let all: Vec<&str> = std::iter::once(self.root)
            .chain(self.steps.iter().map(|it| it.name))
            .filter(|it| !it.is_empty() && *it != "new")
            .collect();
        all.ends_with(names)
    }
}

fn next<'t, 'a>(
    expression: &'t Expression<'a>,
    steps: &mut Vec<Step<'t, 'a>>,
    called: &mut Option<(&'t Row<'a, Argument<'a>>, u32)>,
) -> Link<'t, 'a> {
    let inner = expression.get_inner_expression();
    if let Expression::CallExpression(call) = inner {
        return Link::Call(call);
    }
    if let Expression::AwaitExpression(it) = inner {
        return Link::Expression(&it.argument);
    }
    if let Expression::ChainExpression(it) = inner {
        return match &it.expression {
            ChainElement::CallExpression(call) => Link::Call(call),
            ChainElement::TSNonNullExpression(it) => Link::Expression(&it.expression),
            other => other.as_member_expression().map_or(Link::End(""), Link::Member),
        };
    }
    if let Some(member) = inner.as_member_expression() {
        return Link::Member(member);
    }
    if let Some((arguments, at)) = called.take() {
        steps.push(Step { name: "", at, arguments: Some(arguments) });
    }
    match inner {
        Expression::Identifier(it) => Link::End(it.name.as_str()),
        Expression::ThisExpression(_) => Link::End("this"),
        Expression::NewExpression(it) => {
            steps.push(Step { name: "new", at: it.span.start, arguments: Some(&it.arguments) });
            Link::Expression(&it.callee)
        }
        _ => Link::End(""),
    }
}

/// The name of what is constructed: the last of `new a.B()`.
pub(in crate::repo::code) fn constructed<'t>(it: &'t NewExpression<'_>) -> &'t str {
    Chain::of(&it.callee).name()
}

/// A text without anything computed in it.
pub(in crate::repo::code) fn text<'t>(expression: &'t Expression<'_>) -> Option<&'t str> {
    match expression.get_inner_expression() {
        Expression::StringLiteral(it) => Some(it.value.as_str()),
        Expression::TemplateLiteral(it) if it.expressions.is_empty() => Some(it.quasis.first()?.value.raw.as_str()),
        _ => None,
    }
}

/// How a text starts, if that is written out.
pub(in crate::repo::code) fn start<'t>(expression: &'t Expression<'_>) -> Option<&'t str> {
    match expression.get_inner_expression() {
        Expression::TemplateLiteral(it) => Some(it.quasis.first()?.value.raw.as_str()),
        Expression::BinaryExpression(it) => start(&it.left),
        other => text(other),
    }
}

/// An object written out.
pub(in crate::repo::code) fn object<'t, 'a>(expression: &'t Expression<'a>) -> Option<&'t ObjectExpression<'a>> {
    match expression.get_inner_expression() {
        Expression::ObjectExpression(it) => Some(it),
        _ => None,
    }
}

/// A property's value.
pub(in crate::repo::code) fn property<'t, 'a>(object: &'t ObjectExpression<'a>, name: &str) -> Option<&'t Expression<'a>> {
    object.properties.iter().find_map(|it| match it {
        ObjectPropertyKind::ObjectProperty(it) if it.key.static_name().as_deref() == Some(name) => Some(&it.value),
        _ => None,
    })
}

/// Whether an object takes over what another holds, so that what it lacks may still be there.
pub(in crate::repo::code) fn spreads(object: &ObjectExpression<'_>) -> bool {
    object.properties.iter().any(|it| matches!(it, ObjectPropertyKind::SpreadProperty(_)))
}

/// The body of a function that is written in place; none for an arrow that is one expression.
pub(in crate::repo::code) fn body<'t, 'a>(expression: &'t Expression<'a>) -> Option<&'t FunctionBody<'a>> {
    match expression.get_inner_expression() {
        Expression::ArrowFunctionExpression(it) => it.body.as_function_body(),
        Expression::FunctionExpression(it) => function_body(it),
        _ => None,
    }
}

fn function_body<'t, 'a>(it: &'t Function<'a>) -> Option<&'t FunctionBody<'a>> {
    it.body.as_deref()
}

/// The expression that an arrow is.
pub(in crate::repo::code) fn arrow<'t, 'a>(expression: &'t Expression<'a>) -> Option<&'t Expression<'a>> {
    match expression.get_inner_expression() {
        Expression::ArrowFunctionExpression(it) => it.body.as_expression(),
        _ => None,
    }
}

/// The names that an object is taken apart by; none when the pattern is something else. With a rest, nothing is lost.
pub(in crate::repo::code) fn taken<'t>(pattern: &'t BindingPattern<'_>) -> Option<(Vec<std::borrow::Cow<'t, str>>, bool)> {
    let BindingPattern::ObjectPattern(it) = pattern else { return None };
    Some((it.properties.iter().filter_map(|it| it.key.static_name()).collect(), it.rest.is_some()))
}

/// The words of a name or a path, in small letters: `createStripeCheckout` is three.
pub(in crate::repo) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut was_small = false;
    let mut is_open = false;
    for letter in name.chars() {
        if !letter.is_alphanumeric() {
            (is_open, was_small) = (false, false);
            continue;
        }
        if !is_open || (letter.is_uppercase() && was_small) {
            words.push(String::new());
            is_open = true;
        }
        was_small = letter.is_lowercase() || letter.is_numeric();
        if let Some(last) = words.last_mut() {
            last.extend(letter.to_lowercase());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("app/api/stripe-webhook/route.ts", "app api stripe webhook route ts")]
    #[case("createStripeCheckout", "create stripe checkout")]
    #[case("_PAYMENT_v2", "payment v2")]
    #[case("", "")]
    fn names_have_words(#[case] name: &str, #[case] wanted: &str) {
        assert_eq!(words(name).join(" "), wanted);
    }

    #[rstest]
    #[case("a.b.c(1)", "a.b.c")]
    #[case("(await make()).from('t').insert({})", "make.from.insert")]
    #[case("db?.from('t')!.insert({})", "db.from.insert")]
    #[case("new Resend(key).emails.send({})", "Resend.emails.send")]
    #[case("this.a['b']()", "this.a.b")]
    #[case("f(1)(2)", "f")]
    fn rows_are_taken_apart(#[case] code: &str, #[case] wanted: &str) {
        let mut seen = String::new();
        crate::repo::code::parse::parse("a.ts", code, |parsed| {
            if let Some(oxc_ast::ast::Statement::ExpressionStatement(it)) = parsed.program.body.first() {
                seen = Chain::of(&it.expression).words();
            }
        });
        assert_eq!(seen, wanted);
    }
}
