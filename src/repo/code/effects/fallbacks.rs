//! What a function answers with instead when a call in it fails: a kept answer, a default, another provider. An answer that
//! only says that something failed is none. A failure that a caller further out catches is not followed there.

use crate::repo::code::chain::{Chain, arrow, body, object, property, words};
use crate::repo::code::parse::Parsed;
use oxc_ast::ast::{
    ArrowFunctionExpression, AssignmentExpression, CallExpression, Expression, Function, ReturnStatement, Statement, TryStatement,
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::Span;
use oxc_syntax::scope::ScopeFlags;

/// Lines of which a failure is answered with something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fallback {
    /// The first and the last line of what may fail.
    pub from: u32,
    pub to: u32,
    /// Where it is answered.
    pub line: u32,
}

impl Fallback {
    /// Whether what fails on that line is answered so.
    #[must_use]
    pub fn covers(&self, line: u32) -> bool {
        (self.from..=self.to).contains(&line)
    }
}

pub(super) fn add(found: &mut Vec<Fallback>, parsed: &Parsed<'_, '_>) {
    Walk { parsed, found }.visit_program(parsed.program);
}

struct Walk<'p, 'x, 'a> {
    parsed: &'p Parsed<'p, 'a>,
    found: &'x mut Vec<Fallback>,
}

impl Walk<'_, '_, '_> {
    fn push(&mut self, span: Span, at: u32) {
        let (from, to) = (self.parsed.line(span.start), self.parsed.line(span.end.saturating_sub(1)));
        self.found.push(Fallback { from, to, line: self.parsed.line(at) });
    }
}

/// Words of what was kept or made ready for that case.
const READY: [&str; 14] = [
    "fallback",
    "fallbacks",
    "default",
    "defaults",
    "cached",
    "cache",
    "stale",
    "backup",
    "placeholder",
    "previous",
    "last",
    "static",
    "offline",
    "degraded",
];

fn is_ready(name: &str) -> bool {
    words(name).iter().any(|it| READY.contains(&it.as_str()))
}

/// Whether an expression is an answer, and not the news that there is none.
fn is_answer(expression: &Expression<'_>) -> bool {
    match expression.get_inner_expression() {
        Expression::AwaitExpression(it) => is_answer(&it.argument),
        Expression::ArrayExpression(_) | Expression::NumericLiteral(_) => true,
        Expression::StringLiteral(it) => !it.value.is_empty() && !is_news(&it.value),
        Expression::ObjectExpression(it) => {
            let tells = ["error", "errors", "message", "status", "statusCode", "success", "ok", "code"];
            !it.properties.is_empty() && !tells.iter().any(|name| property(it, name).is_some())
        }
        Expression::ConditionalExpression(it) => is_answer(&it.consequent) || is_answer(&it.alternate),
        Expression::LogicalExpression(it) => is_answer(&it.left) || is_answer(&it.right),
        Expression::Identifier(it) => is_ready(&it.name),
        other => is_answer_of(&Chain::of(other)),
    }
}

fn is_news(text: &str) -> bool {
    let lower = text.to_lowercase();
    ["error", "fail", "wrong", "unavailable", "try again"].iter().any(|it| lower.contains(it))
}

fn is_answer_of(chain: &Chain<'_, '_>) -> bool {
    if chain.has("status") || chain.has("sendStatus") {
        return false;
    }
    let Some(last) = chain.last() else { return false };
    if last.name == "json" && last.arguments.is_some() {
        let options = last.argument(1).and_then(object);
        let status = options.and_then(|it| property(it, "status"));
        let is_bad = |it: &Expression<'_>| !matches!(it, Expression::NumericLiteral(it) if it.value < 400.0);
        return !status.is_some_and(is_bad) && last.count() <= 2 && last.argument(0).is_some_and(is_answer);
    }
    is_ready(&chain.words())
}

/// Searches what is done with a failure for an answer.
#[derive(Default)]
struct Handler {
    at: Option<u32>,
}

impl<'a> Visit<'a> for Handler {
    fn visit_return_statement(&mut self, it: &ReturnStatement<'a>) {
        if it.argument.as_ref().is_some_and(is_answer) {
            self.at.get_or_insert(it.span.start);
        }
        walk::walk_return_statement(self, it);
    }

    fn visit_assignment_expression(&mut self, it: &AssignmentExpression<'a>) {
        if is_answer(&it.right) {
            self.at.get_or_insert(it.span.start);
        }
        walk::walk_assignment_expression(self, it);
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        // Another provider that is asked in its place.
        let chain = Chain::of_call(it);
        if words(&chain.words()).iter().any(|it| it == "fallback" || it == "degraded") {
            self.at.get_or_insert(it.span.start);
        }
        walk::walk_call_expression(self, it);
    }

    fn visit_function(&mut self, _: &Function<'a>, _: ScopeFlags) {}

    fn visit_arrow_function_expression(&mut self, _: &ArrowFunctionExpression<'a>) {}
}

impl<'a> Visit<'a> for Walk<'_, '_, 'a> {
    fn visit_try_statement(&mut self, it: &TryStatement<'a>) {
        if let Some(handler) = &it.handler {
            let mut search = Handler::default();
            search.visit_block_statement(&handler.body);
            if let Some(at) = search.at {
                self.push(it.block.span, at);
            }
        }
        walk::walk_try_statement(self, it);
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        let chain = Chain::of_call(it);
        if let Some(last) = chain.last().filter(|it| it.name == "catch" && it.count() == 1)
            && let Some(handler) = last.argument(0)
        {
            let returned = body(handler).and_then(|it| match it.statements.last() {
                Some(Statement::ReturnStatement(it)) => it.argument.as_ref(),
                _ => None,
            });
            if arrow(handler).or(returned).is_some_and(is_answer) {
                self.push(it.span, last.at);
            }
        }
        walk::walk_call_expression(self, it);
    }
}

#[cfg(test)]
mod tests {
    use crate::repo::code::CodeFile;
    use rstest::rstest;

    #[rstest]
    #[case::default_list("try { await fetch(u) } catch { return [] }", 1)]
    #[case::default_object("try { await fetch(u) } catch (e) { log(e); return { rate: 1 } }", 1)]
    #[case::kept("try { await fetch(u) } catch { return cachedRates }", 1)]
    #[case::kept_elsewhere("try { await fetch(u) } catch { return await readFromCache(key) }", 1)]
    #[case::replied("try { await fetch(u) } catch { return NextResponse.json({ items: [] }) }", 1)]
    #[case::another_provider("try { await fetch(u) } catch { text = await askFallbackModel(p) }", 1)]
    #[case::assigned("try { a = await fetch(u) } catch { a = [] }", 1)]
    #[case::of_a_promise("const a = await load(u).catch(() => [])", 1)]
    #[case::only_news("try { await fetch(u) } catch (e) { return NextResponse.json({ error: 'x' }, { status: 500 }) }", 0)]
    #[case::list_with_a_bad_status("try { await fetch(u) } catch (e) { return NextResponse.json([], { status: 502 }) }", 0)]
    #[case::of_express("try { await fetch(u) } catch (e) { return res.status(500).json([]) }", 0)]
    #[case::nothing("try { await fetch(u) } catch { return null }", 0)]
    #[case::false_("try { await fetch(u) } catch { return { success: false } }", 0)]
    #[case::rethrown("try { await fetch(u) } catch (e) { throw e }", 0)]
    #[case::words("try { await fetch(u) } catch (e) { return 'Something went wrong' }", 0)]
    #[case::muted("await load(u).catch(() => {})", 0)]
    fn what_is_answered_instead(#[case] code: &str, #[case] wanted: usize) {
        let file = CodeFile::read("lib/a.ts", &format!("async function a() {{\n{code}\n}}"));
        assert_eq!(file.effects.fallbacks.iter().filter(|it| it.covers(2) && it.line == 2).count(), wanted, "{file:?}");
    }
}
