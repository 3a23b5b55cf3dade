//! Small questions to a syntax tree that several readers ask: what stands inside parentheses and type assertions, what a
//! text says, by which dotted name something is called.

use oxc_ast::ast::{Argument, ChainElement, Expression, MemberExpression};

/// Most wrappings that are looked through. People write two; a chain of thousands would cost its square.
const MOST_PEELED: usize = 8;

/// Most members of a name. `prisma.user.update` has three.
const MOST_MEMBERS: usize = 24;

/// What stands in an expression's wrappings.
pub trait Peel<'a> {
    /// Without parentheses, `await`, `as T`, `satisfies T` and `!`.
    fn awaited(&self) -> &Expression<'a>;
    /// Without parentheses, `as T`, `satisfies T` and `!`.
    fn peeled(&self) -> &Expression<'a>;
}

impl<'a> Peel<'a> for Expression<'a> {
    fn awaited(&self) -> &Expression<'a> {
        match self.peeled() {
            Expression::AwaitExpression(it) => it.argument.peeled(),
            it => it,
        }
    }

    fn peeled(&self) -> &Expression<'a> {
        let mut it = self;
        for _ in 0..MOST_PEELED {
            it = match it {
                Expression::ParenthesizedExpression(it) => &it.expression,
                Expression::TSAsExpression(it) => &it.expression,
                Expression::TSSatisfiesExpression(it) => &it.expression,
                Expression::TSNonNullExpression(it) => &it.expression,
                Expression::TSTypeAssertion(it) => &it.expression,
                Expression::TSInstantiationExpression(it) => &it.expression,
                _ => return it,
            };
        }
        it
    }
}

/// A text that is written as one: in quotes, or as a template without anything filled in.
pub fn text<'e>(it: &'e Expression<'_>) -> Option<&'e str> {
    match it.peeled() {
        Expression::StringLiteral(it) => Some(it.value.as_str()),
        Expression::TemplateLiteral(it) if it.expressions.is_empty() => Some(it.quasis.first()?.value.cooked.as_ref()?.as_str()),
        _ => None,
    }
}

/// The text of an argument.
pub fn argument_text<'e>(it: Option<&'e Argument<'_>>) -> Option<&'e str> {
    text(it?.as_expression()?)
}

/// The dotted name of what stands there, such as `supabase.auth.getUser`. Calls within are written `name()`, a computed
/// member `[]`. None for what begins with no name, or is longer than anybody writes.
pub fn dotted(it: &Expression<'_>) -> Option<String> {
    let (mut parts, mut at) = (Vec::new(), it);
    for _ in 0..MOST_MEMBERS {
        at = match at.awaited() {
            Expression::Identifier(it) => {
                parts.push(it.name.to_string());
                parts.reverse();
                return Some(parts.join("."));
            }
            Expression::ThisExpression(_) => {
                parts.push("this".to_owned());
                parts.reverse();
                return Some(parts.join("."));
            }
            Expression::ImportMeta(_) => {
                parts.push("import.meta".to_owned());
                parts.reverse();
                return Some(parts.join("."));
            }
            Expression::StaticMemberExpression(it) => {
                parts.push(it.property.name.to_string());
                &it.object
            }
            Expression::ComputedMemberExpression(it) => {
                parts.push(text(&it.expression).map_or_else(|| "[]".to_owned(), ToOwned::to_owned));
                &it.object
            }
            Expression::CallExpression(it) => called(&it.callee, &mut parts)?,
            Expression::NewExpression(it) => called(&it.callee, &mut parts)?,
            Expression::ChainExpression(it) => match &it.expression {
                ChainElement::CallExpression(it) => called(&it.callee, &mut parts)?,
                ChainElement::StaticMemberExpression(it) => {
                    parts.push(it.property.name.to_string());
                    &it.object
                }
                _ => return None,
            },
            _ => return None,
        };
    }
    None
}

/// What is called within a name: `b()` of `a.b().c`, and what it is called on.
fn called<'e, 'a>(callee: &'e Expression<'a>, parts: &mut Vec<String>) -> Option<&'e Expression<'a>> {
    match callee.peeled() {
        it @ Expression::Identifier(_) => {
            // `createClient().from` is named by the function itself.
            parts.push("()".to_owned());
            Some(it)
        }
        Expression::StaticMemberExpression(it) => {
            parts.push(format!("{}()", it.property.name));
            Some(&it.object)
        }
        _ => None,
    }
}

/// The object of a member, and the member's name.
pub fn member<'e, 'a>(it: &'e Expression<'a>) -> Option<(&'e Expression<'a>, &'e str)> {
    let of = |it: &'e MemberExpression<'a>| Some((it.object(), it.static_property_name()?));
    match it.peeled() {
        Expression::ChainExpression(it) => of(it.expression.as_member_expression()?),
        it => of(it.as_member_expression()?),
    }
}
