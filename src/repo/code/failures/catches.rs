//! `catch` clauses by what they do with the error, what of it they tell the caller, and Next's `redirect()` inside a `try`
//! (`apis/repo-signals.md` §7).

use super::{Bindings, Failures};
use crate::repo::code::chain::{Chain, constructed, object, property, spreads, text, words};
use crate::repo::code::parse::Parsed;
use oxc_ast::ast::{
    ArrowFunctionExpression, AwaitExpression, BlockStatement, CallExpression, CatchClause, Expression, Function,
    IdentifierReference, MemberExpression, NewExpression, ReturnStatement, Statement, ThrowStatement, TryStatement,
    VariableDeclarator,
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::{GetSpan, Span};
use oxc_syntax::scope::ScopeFlags;

/// What a `catch` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CatchKind {
    /// Nothing, without a word.
    Empty,
    /// Nothing, and a comment stands there.
    Explained,
    /// It writes to the console.
    Console,
    /// It goes on with something else, and the error is gone.
    Default,
    /// It tells the caller or the user that something went wrong.
    Answers,
    /// It hands the error on.
    Passes,
    /// It tells a tracker or a logger.
    Reports,
    Rethrows,
    /// What it catches is an answer and no fault: a text that is no JSON, a storage that is switched off, the cookies of a
    /// server component that cannot be set.
    Expected,
}

/// What of an error a reply holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tells {
    Message,
    Stack,
}

/// One `catch`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catch {
    pub line: u32,
    pub kind: CatchKind,
    /// What of the error stands in an HTTP reply that the clause makes.
    pub replies: Option<Tells>,
    /// What of the error the function returns: a server action's caller is a browser.
    pub returns: Option<Tells>,
}

pub(super) fn add(failures: &mut Failures, parsed: &Parsed<'_, '_>) {
    let bindings = Bindings::of(parsed);
    let named = |it: &(String, String, String)| {
        let navigates = ["redirect", "permanentRedirect", "notFound", "forbidden", "unauthorized"].contains(&it.1.as_str());
        navigates && matches!(it.2.as_str(), "next/navigation" | "next/navigation.js" | "next-intl/navigation")
    };
    let navigation = bindings.0.iter().filter(|it| named(it)).map(|it| it.0.clone()).collect();
    Walk { parsed, navigation, failures }.visit_program(parsed.program);
}

struct Walk<'p, 'x, 'a> {
    parsed: &'p Parsed<'p, 'a>,
    /// Names of functions that navigate by throwing.
    navigation: Vec<String>,
    failures: &'x mut Failures,
}

impl<'a> Visit<'a> for Walk<'_, '_, 'a> {
    fn visit_try_statement(&mut self, it: &TryStatement<'a>) {
        if let Some(handler) = &it.handler {
            let mut tried = Tried { navigation: &self.navigation, ..Tried::default() };
            tried.visit_block_statement(&it.block);
            let mut caught = Caught::of(handler);
            caught.visit_block_statement(&handler.body);
            let says = self.parsed.program.comments.iter().any(|it| within(handler.body.span, it.span));
            let kind = kind(&handler.body, &caught, &tried, says);
            let line = self.parsed.line(handler.span.start);
            self.failures.catches.push(Catch { line, kind, replies: caught.replies, returns: caught.returns });
            if !caught.throws {
                self.failures.caught_navigation.extend(tried.navigates.iter().map(|at| self.parsed.line(*at)));
            }
        }
        walk::walk_try_statement(self, it);
    }
}

fn within(outer: Span, inner: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

fn kind(block: &BlockStatement<'_>, caught: &Caught, tried: &Tried<'_>, says: bool) -> CatchKind {
    let is_expected = tried.sets_cookies || (tried.probes && !tried.awaits);
    if caught.throws {
        CatchKind::Rethrows
    } else if caught.reports {
        CatchKind::Reports
    } else if caught.passes {
        CatchKind::Passes
    } else if caught.answers {
        CatchKind::Answers
    } else if is_expected {
        CatchKind::Expected
    } else if caught.console {
        CatchKind::Console
    } else if says {
        CatchKind::Explained
    } else if block.body.is_empty() {
        CatchKind::Empty
    } else {
        CatchKind::Default
    }
}

/// What stands in the tried block.
#[derive(Default)]
struct Tried<'n> {
    navigation: &'n [String],
    awaits: bool,
    /// It parses or asks something whose failure is an answer.
    probes: bool,
    sets_cookies: bool,
    navigates: Vec<u32>,
    depth: usize,
}

/// Names of what parses.
const PARSERS: [&str; 8] =
    ["parse", "decodeURIComponent", "decodeURI", "atob", "BigInt", "structuredClone", "decode", "parseISO"];

impl<'a> Visit<'a> for Tried<'_> {
    fn visit_await_expression(&mut self, it: &AwaitExpression<'a>) {
        self.awaits = true;
        walk::walk_await_expression(self, it);
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        let chain = Chain::of_call(it);
        let (root, name) = (chain.root, chain.name());
        let storage = ["localStorage", "sessionStorage"];
        self.probes |= (root == "JSON" && name == "parse")
            || storage.contains(&root)
            || (root == "window" && storage.iter().any(|it| chain.has(it)))
            || (chain.steps.len() == 1 && PARSERS.contains(&root));
        self.sets_cookies |= matches!(name, "set" | "delete") && root.to_lowercase().contains("cookie");
        self.sets_cookies |= chain.ends(&["cookies", "set"]);
        if self.depth == 0 && chain.steps.len() == 1 && self.navigation.iter().any(|it| it == root) {
            self.navigates.push(it.span.start);
        }
        walk::walk_call_expression(self, it);
    }

    fn visit_new_expression(&mut self, it: &NewExpression<'a>) {
        self.probes |= matches!(constructed(it), "URL" | "RegExp" | "Date");
        walk::walk_new_expression(self, it);
    }

    fn visit_function(&mut self, it: &Function<'a>, flags: ScopeFlags) {
        self.depth += 1;
        walk::walk_function(self, it, flags);
        self.depth -= 1;
    }

    fn visit_arrow_function_expression(&mut self, it: &ArrowFunctionExpression<'a>) {
        // What `setAll(cookies.forEach(…))` sets still counts; what a callback awaits is not awaited here.
        let awaits = self.awaits;
        self.depth += 1;
        walk::walk_arrow_function_expression(self, it);
        self.depth -= 1;
        self.awaits = awaits;
    }
}

/// What stands in the clause.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that a clause may do besides the others")]
struct Caught {
    error: Option<String>,
    /// The error's name and whatever was made from its words, with what it holds.
    made: Vec<(String, Tells)>,
    throws: bool,
    reports: bool,
    passes: bool,
    answers: bool,
    console: bool,
    replies: Option<Tells>,
    returns: Option<Tells>,
}

impl Caught {
    fn of(clause: &CatchClause<'_>) -> Self {
        let error = clause.param.as_ref().and_then(|it| it.pattern.get_identifier_name()).map(|it| it.to_string());
        Self { error, ..Self::default() }
    }

    fn told(&self, expression: &Expression<'_>) -> Option<Tells> {
        let mut told = Told { error: self.error.as_deref(), made: &self.made, tells: None };
        told.visit_expression(expression);
        told.tells
    }

    fn reply(&mut self, arguments: &[oxc_ast::ast::Argument<'_>]) {
        self.answers = true;
        let told = arguments.iter().filter_map(|it| it.as_expression()).filter_map(|it| self.told(it)).max();
        self.replies = self.replies.max(told);
    }
}

/// Functions that tell a tracker.
const TRACKERS: [&str; 12] = [
    "captureException",
    "captureMessage",
    "captureError",
    "captureEvent",
    "consumeError",
    "recordException",
    "recordError",
    "reportError",
    "trackError",
    "trackException",
    "noticeError",
    "addError",
];

/// Names of what writes structured logs.
pub(in crate::repo::code) fn is_logger(root: &str, name: &str) -> bool {
    let level = matches!(name, "error" | "warn" | "fatal" | "info" | "debug" | "trace" | "log" | "exception" | "child");
    let root = root.to_lowercase();
    level && (root == "log" || root.ends_with("logger") || root == "pino" || root == "winston" || root == "logtail")
}

fn is_report(chain: &Chain<'_, '_>) -> bool {
    let name = chain.name();
    let said = words(name);
    TRACKERS.contains(&name)
        || is_logger(chain.root, name)
        || chain.steps.iter().any(|it| is_logger(it.name, name))
        || matches!(chain.root, "Sentry" | "Bugsnag" | "rollbar" | "Rollbar" | "H" | "LDObserve")
        || (chain.steps.len() == 1
            && said.len() > 1
            && said.first().is_some_and(|it| matches!(it.as_str(), "log" | "report" | "track" | "capture" | "notify"))
            && said.iter().any(|it| matches!(it.as_str(), "error" | "exception" | "failure")))
}

/// Whether a call makes an HTTP reply.
fn is_reply(chain: &Chain<'_, '_>) -> bool {
    let root = chain.root.to_lowercase();
    let is_response = matches!(chain.root, "res" | "response" | "reply" | "c" | "ctx" | "context") || root.ends_with("response");
    let says = matches!(chain.name(), "json" | "send" | "end" | "text" | "html" | "body");
    (says && is_response)
        || (chain.steps.len() == 1 && (root.contains("response") || root == "json" || root == "error" || root.ends_with("json")))
}

/// Whether a call shows something to a user.
fn is_shown(chain: &Chain<'_, '_>) -> bool {
    let said = words(chain.name());
    let has = |word: &str| said.iter().any(|it| it == word);
    chain.root.to_lowercase().contains("toast")
        || chain.name().to_lowercase().contains("toast")
        || matches!(chain.name(), "alert" | "notify" | "showError" | "enqueueSnackbar")
        || chain.root == "Alert"
        || (has("set") && (has("error") || has("errors") || has("failed") || has("message") || has("status")))
}

impl<'a> Visit<'a> for Caught {
    fn visit_throw_statement(&mut self, it: &ThrowStatement<'a>) {
        self.throws = true;
        walk::walk_throw_statement(self, it);
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        let chain = Chain::of_call(it);
        let name = chain.name();
        if chain.root == "console" {
            self.console = true;
            return;
        }
        self.throws |= matches!(name, "unstable_rethrow" | "rethrow" | "reject") || (chain.root == "process" && name == "exit");
        self.throws |= matches!(name, "isRedirectError" | "isNextRouterError" | "isHTTPAccessFallbackError");
        self.reports |= is_report(&chain);
        self.answers |= is_shown(&chain);
        if is_reply(&chain) {
            self.reply(&it.arguments);
        }
        walk::walk_call_expression(self, it);
    }

    fn visit_new_expression(&mut self, it: &NewExpression<'a>) {
        if matches!(constructed(it), "Response" | "NextResponse") {
            self.reply(&it.arguments);
        }
        walk::walk_new_expression(self, it);
    }

    fn visit_return_statement(&mut self, it: &ReturnStatement<'a>) {
        if let Some(value) = &it.argument {
            self.answers |= says_failure(value);
            if object(value).is_some() {
                self.returns = self.returns.max(self.told(value));
            }
        }
        walk::walk_return_statement(self, it);
    }

    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        if let (Some(name), Some(value)) = (it.id.get_identifier_name(), &it.init)
            && let Some(tells) = self.told(value)
        {
            self.made.push((name.to_string(), tells));
        }
        walk::walk_variable_declarator(self, it);
    }

    fn visit_identifier_reference(&mut self, it: &IdentifierReference<'a>) {
        self.passes |= self.error.as_deref() == Some(it.name.as_str());
    }
}

/// An object that says that something failed: `{ error: … }`, `{ ok: false }`.
fn says_failure(value: &Expression<'_>) -> bool {
    let Some(object) = object(value) else { return false };
    let is_false = |name: &str| matches!(property(object, name), Some(Expression::BooleanLiteral(it)) if !it.value);
    let names = ["error", "errors", "message", "errorMessage", "reason"];
    names.iter().any(|it| property(object, it).is_some_and(|it| !it.is_null_or_undefined()))
        || ["success", "ok", "valid", "isValid"].iter().any(|it| is_false(it))
        || (property(object, "status").is_some_and(|it| text(it) == Some("error")) && !spreads(object))
}

/// Searches an expression for what the error says.
struct Told<'e> {
    error: Option<&'e str>,
    made: &'e [(String, Tells)],
    tells: Option<Tells>,
}

impl<'a> Visit<'a> for Told<'_> {
    fn visit_member_expression(&mut self, it: &MemberExpression<'a>) {
        let is_error = |it: &Expression<'_>| match it.get_inner_expression() {
            Expression::Identifier(it) => self.error == Some(it.name.as_str()),
            _ => false,
        };
        if is_error(it.object()) {
            match it.static_property_name() {
                Some("stack") => self.tells = Some(Tells::Stack),
                Some("message" | "details" | "hint" | "cause" | "toString") => self.tells = self.tells.max(Some(Tells::Message)),
                _ => {}
            }
            return;
        }
        walk::walk_member_expression(self, it);
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        let chain = Chain::of_call(it);
        if matches!(chain.words().as_str(), "String" | "JSON.stringify") {
            let first = it.arguments.first().and_then(|it| it.as_expression());
            if first.and_then(|it| it.get_identifier_reference()).is_some_and(|it| self.error == Some(it.name.as_str())) {
                self.tells = self.tells.max(Some(Tells::Message));
            }
        }
        walk::walk_call_expression(self, it);
    }

    fn visit_identifier_reference(&mut self, it: &IdentifierReference<'a>) {
        let made = self.made.iter().find(|(name, _)| name == it.name.as_str());
        self.tells = self.tells.max(made.map(|it| it.1));
    }
}

/// Whether a function does nothing with what it is handed: no statement, or a return of something fixed.
pub(super) fn does_nothing(handler: &Expression<'_>) -> bool {
    use crate::repo::code::chain::{arrow, body};
    if let Some(value) = arrow(handler) {
        return is_fixed(value);
    }
    let Some(body) = body(handler) else { return false };
    match body.statements.as_slice() {
        [] => true,
        [Statement::ReturnStatement(it)] => it.argument.as_ref().is_none_or(is_fixed),
        _ => false,
    }
}

fn is_fixed(value: &Expression<'_>) -> bool {
    match value.get_inner_expression() {
        Expression::ArrayExpression(it) => it.elements.is_empty(),
        Expression::ObjectExpression(it) => it.properties.is_empty(),
        other => other.is_literal() || other.is_undefined() || other.is_void_0(),
    }
}

/// Whether a comment stands in an expression.
pub(super) fn is_explained(parsed: &Parsed<'_, '_>, expression: &Expression<'_>) -> bool {
    parsed.program.comments.iter().any(|it| within(expression.span(), it.span))
}
