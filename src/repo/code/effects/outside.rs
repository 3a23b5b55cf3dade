//! What a function does outside of the database that a broken step after it would leave standing: money that moves, accounts
//! that are made; and what takes such a thing back (CHECKLIST ERR-04). It names what stands there, function by function, and
//! judges nothing.

use crate::repo::code::chain::{Chain, object, property, start, text, words};
use crate::repo::code::parse::Parsed;
use oxc_ast::ast::{
    ArrowFunctionExpression, BindingPattern, BlockStatement, CallExpression, CatchClause, Expression, Function, IfStatement,
    Statement, SwitchStatement, TryStatement, VariableDeclarator,
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::{GetSpan, Span};
use oxc_syntax::scope::ScopeFlags;

/// What stays when nothing takes it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lasting {
    Money,
    Account,
}

/// Something that was done outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outside {
    pub line: u32,
    pub kind: Lasting,
    /// As the code writes it: `stripe.charges.create`.
    pub by: String,
    /// The last line that runs after it: the end of its function, or of a branch that leaves the function.
    pub until: u32,
    /// Lines that do not run after it although they stand behind it: other branches, and what catches its failure.
    pub never: Vec<(u32, u32)>,
    /// Where something behind it in its function takes such a thing back.
    pub undone: Option<u32>,
}

impl Outside {
    /// Whether that line runs after it, as far as its function's text shows.
    #[must_use]
    pub fn is_followed_by(&self, line: u32) -> bool {
        line > self.line && line <= self.until && !self.never.iter().any(|(from, to)| (*from..=*to).contains(&line))
    }
}

/// What moves money, or binds somebody to pay.
const MONEY: [&[&str]; 12] = [
    &["charges", "create"],
    &["charges", "capture"],
    &["paymentIntents", "create"],
    &["paymentIntents", "confirm"],
    &["paymentIntents", "capture"],
    &["subscriptions", "create"],
    &["subscriptions", "update"],
    &["invoices", "pay"],
    &["transfers", "create"],
    &["payouts", "create"],
    &["payments", "capture"],
    &["paymentsApi", "createPayment"],
];

/// Paths of the same, where a provider is asked without its library.
const PATHS: [&str; 7] = ["/charges", "/payment_intents", "/subscriptions", "/transfers", "/payouts", "/capture", "/v2/payments"];

const PROVIDERS: [&str; 7] = ["stripe.com", "paypal.com", "razorpay.com", "mollie.com", "paddle.com", "squareup.com", "polar.sh"];

/// What makes an account.
const ACCOUNTS: [&[&str]; 7] = [
    &["auth", "signUp"],
    &["auth", "admin", "createUser"],
    &["admin", "createUser"],
    &["admin", "inviteUserByEmail"],
    &["users", "createUser"],
    &["api", "signUpEmail"],
    &["auth", "createUser"],
];

pub(super) fn add(found: &mut Vec<Outside>, parsed: &Parsed<'_, '_>) {
    Walk { parsed, frames: Vec::new(), found }.visit_program(parsed.program);
}

/// A function that is being read.
#[derive(Default)]
struct Frame {
    end: u32,
    outside: Vec<(u32, Outside)>,
    /// Where something takes a thing back: what kind, and the place.
    undoes: Vec<(Lasting, u32)>,
    /// Names under which errors of things done outside are held, by their place in `outside`.
    errors: Vec<(usize, String)>,
    /// Blocks around the place that is read which leave the function at their end.
    leaving: Vec<u32>,
    /// Lines behind the place that is read which do not run after it.
    skipped: Vec<(u32, u32)>,
}

struct Walk<'p, 'x, 'a> {
    parsed: &'p Parsed<'p, 'a>,
    frames: Vec<Frame>,
    found: &'x mut Vec<Outside>,
}

impl Walk<'_, '_, '_> {
    fn lines(&self, span: Span) -> (u32, u32) {
        (self.parsed.line(span.start), self.parsed.line(span.end.saturating_sub(1).max(span.start)))
    }

    fn function(&mut self, span: Span, walk: impl FnOnce(&mut Self)) {
        let end = self.lines(span).1;
        self.frames.push(Frame { end, ..Frame::default() });
        walk(self);
        let Some(frame) = self.frames.pop() else { return };
        for (at, mut it) in frame.outside {
            let undone = frame.undoes.iter().find(|(kind, place)| *kind == it.kind && *place > at);
            it.undone = undone.map(|(_, place)| self.parsed.line(*place));
            self.found.push(it);
        }
    }

    /// Reads a part behind which these lines do not run.
    fn without(&mut self, lines: Option<(u32, u32)>, walk: impl FnOnce(&mut Self)) {
        if let (Some(frame), Some(lines)) = (self.frames.last_mut(), lines) {
            frame.skipped.push(lines);
        }
        walk(self);
        if let (Some(frame), Some(_)) = (self.frames.last_mut(), lines) {
            frame.skipped.pop();
        }
    }

    /// Reads a part that leaves the function at its end, if it does.
    fn leaving(&mut self, end: Option<u32>, walk: impl FnOnce(&mut Self)) {
        if let (Some(frame), Some(end)) = (self.frames.last_mut(), end) {
            frame.leaving.push(end);
        }
        walk(self);
        if let (Some(frame), Some(_)) = (self.frames.last_mut(), end) {
            frame.leaving.pop();
        }
    }
}

fn lasting(chain: &Chain<'_, '_>) -> Option<Lasting> {
    let last = chain.last().filter(|it| it.arguments.is_some())?;
    if MONEY.iter().any(|it| chain.ends(it)) {
        return Some(Lasting::Money);
    }
    if ACCOUNTS.iter().any(|it| chain.ends(it)) || (last.name.is_empty() && chain.root == "createUserWithEmailAndPassword") {
        return Some(Lasting::Account);
    }
    let is_made_by_firebase = last.name == "createUser" && (chain.has("auth") || chain.root == "getAuth");
    is_made_by_firebase.then_some(Lasting::Account)
}

/// `fetch("https://api.stripe.com/v1/charges", { method: "POST" })`.
fn is_asked_for_money(chain: &Chain<'_, '_>) -> bool {
    let Some(last) = chain.last().filter(|it| chain.root == "fetch" && it.name.is_empty()) else { return false };
    let address = last.argument(0).and_then(start).unwrap_or_default();
    let method = last.argument(1).and_then(object).and_then(|it| property(it, "method")).and_then(text).unwrap_or_default();
    method == "POST" && PROVIDERS.iter().any(|it| address.contains(it)) && PATHS.iter().any(|it| address.contains(it))
}

/// What a call takes back, by its name: what was paid, or who was made.
fn undoes(chain: &Chain<'_, '_>) -> Vec<Lasting> {
    if chain.last().is_none_or(|it| it.arguments.is_none()) {
        return Vec::new();
    }
    let said = words(&chain.words());
    let has = |some: &[&str]| said.iter().any(|it| some.contains(&it.as_str()));
    // A database that rolls back gives no money back.
    let is_of_database = ["trx", "tx", "transaction", "client", "db", "connection", "conn", "runner", "sql"];
    let is_rolled = has(&["rollback"]) || (has(&["roll"]) && has(&["back"]));
    if (is_rolled && !has(&is_of_database))
        || has(&["compensate", "undo", "revert"])
        || said.ends_with(&["clean".into(), "up".into()])
    {
        return vec![Lasting::Money, Lasting::Account];
    }
    let mut undone = Vec::new();
    if has(&["refund", "refunds", "void", "reverse", "reversal"]) || (has(&["cancel", "del"]) && has(PAID)) {
        undone.push(Lasting::Money);
    }
    if has(&["delete", "remove", "destroy"]) && has(&["user", "users", "account", "auth"]) {
        undone.push(Lasting::Account);
    }
    undone
}

const PAID: &[&str] =
    &["payment", "payments", "intent", "intents", "subscription", "subscriptions", "charge", "charges", "order", "invoice"];

/// Whether a test is true when that error is there: `error`, `error || !data.user`.
fn is_failure(test: &Expression<'_>, name: &str) -> bool {
    match test.get_inner_expression() {
        Expression::Identifier(it) => it.name == name,
        Expression::LogicalExpression(it) if it.operator.is_or() => is_failure(&it.left, name) || is_failure(&it.right, name),
        _ => false,
    }
}

/// Whether the last of these statements leaves the function.
fn leaves(statements: &[Statement<'_>]) -> bool {
    matches!(statements.last(), Some(Statement::ReturnStatement(_) | Statement::ThrowStatement(_)))
}

impl<'a> Visit<'a> for Walk<'_, '_, 'a> {
    fn visit_function(&mut self, it: &Function<'a>, flags: ScopeFlags) {
        self.function(it.span, |walk| walk::walk_function(walk, it, flags));
    }

    fn visit_arrow_function_expression(&mut self, it: &ArrowFunctionExpression<'a>) {
        // An arrow that is one expression is a part of the function around it.
        if it.body.as_expression().is_some() && !self.frames.is_empty() {
            walk::walk_arrow_function_expression(self, it);
        } else {
            self.function(it.span, |walk| walk::walk_arrow_function_expression(walk, it));
        }
    }

    fn visit_block_statement(&mut self, it: &BlockStatement<'a>) {
        let end = leaves(&it.body).then(|| self.lines(it.span).1);
        self.leaving(end, |walk| walk::walk_block_statement(walk, it));
    }

    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        let before = self.frames.last().map_or(0, |it| it.outside.len());
        walk::walk_variable_declarator(self, it);
        let BindingPattern::ObjectPattern(pattern) = &it.id else { return };
        let error = pattern.properties.iter().find(|it| it.key.static_name().as_deref() == Some("error"));
        let Some(name) = error.and_then(|it| it.value.get_identifier_name()) else { return };
        if let Some(frame) = self.frames.last_mut() {
            frame.errors.extend((before..frame.outside.len()).map(|at| (at, name.to_string())));
        }
    }

    fn visit_if_statement(&mut self, it: &IfStatement<'a>) {
        self.visit_expression(&it.test);
        // What is done about a failure of the thing itself does not follow it.
        let failed = self.lines(it.consequent.span());
        if let Some(frame) = self.frames.last_mut() {
            for (at, name) in frame.errors.clone() {
                if let Some((_, outside)) = frame.outside.get_mut(at).filter(|_| is_failure(&it.test, &name)) {
                    outside.never.push(failed);
                }
            }
        }
        let other = it.alternate.as_ref().map(|it| self.lines(it.span()));
        self.without(other, |walk| walk.visit_statement(&it.consequent));
        if let Some(it) = &it.alternate {
            self.visit_statement(it);
        }
    }

    fn visit_switch_statement(&mut self, it: &SwitchStatement<'a>) {
        self.visit_expression(&it.discriminant);
        let end = self.lines(it.span).1;
        for case in &it.cases {
            let goes_on = !case.consequent.iter().any(|it| match it {
                Statement::BreakStatement(_) | Statement::ReturnStatement(_) | Statement::ThrowStatement(_) => true,
                Statement::BlockStatement(it) => it.body.iter().any(|it| {
                    matches!(it, Statement::BreakStatement(_) | Statement::ReturnStatement(_) | Statement::ThrowStatement(_))
                }),
                _ => false,
            });
            let others = (!goes_on).then(|| (self.lines(case.span).1.saturating_add(1), end));
            let left = leaves(&case.consequent).then(|| self.lines(case.span).1);
            self.without(others, |walk| walk.leaving(left, |walk| walk.visit_switch_case(case)));
        }
    }

    fn visit_try_statement(&mut self, it: &TryStatement<'a>) {
        let caught = it.handler.as_ref().map(|it| self.lines(it.span));
        self.without(caught, |walk| walk.visit_block_statement(&it.block));
        if let Some(it) = &it.handler {
            self.visit_catch_clause(it);
        }
        if let Some(it) = &it.finalizer {
            self.visit_block_statement(it);
        }
    }

    fn visit_catch_clause(&mut self, it: &CatchClause<'a>) {
        self.visit_block_statement(&it.body);
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        // What is handed over is done before the call itself.
        walk::walk_call_expression(self, it);
        let chain = Chain::of_call(it);
        let at = it.span.end;
        let kind = lasting(&chain).or_else(|| is_asked_for_money(&chain).then_some(Lasting::Money));
        let line = self.parsed.line(it.span.start);
        let Some(frame) = self.frames.last_mut() else { return };
        frame.undoes.extend(undoes(&chain).into_iter().map(|it| (it, at)));
        if let Some(kind) = kind {
            let until = frame.leaving.iter().copied().min().unwrap_or(frame.end).min(frame.end);
            let by = if chain.root.is_empty() { "fetch".to_owned() } else { chain.words() };
            frame.outside.push((at, Outside { line, kind, by, until, never: frame.skipped.clone(), undone: None }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::code::CodeFile;
    use rstest::rstest;

    /// The lines of `WRITE` that run after the first thing done outside, and where that is taken back.
    fn told(code: &str) -> Option<(Lasting, Vec<u32>, Option<u32>)> {
        let file = CodeFile::read("app/api/a/route.ts", code);
        let first = file.effects.outside.first()?;
        let writes = code.lines().zip(1_u32..).filter(|(line, _)| line.contains("WRITE")).map(|it| it.1);
        Some((first.kind, writes.filter(|it| first.is_followed_by(*it)).collect(), first.undone))
    }

    #[rstest]
    #[case::charge("async function a() {\n await stripe.charges.create({})\n WRITE()\n}", Some((Lasting::Money, vec![3], None)))]
    #[case::before("async function a() {\n WRITE()\n await stripe.charges.create({})\n}", Some((Lasting::Money, vec![], None)))]
    #[case::another_function("async function a() {\n await stripe.charges.create({})\n}\nfunction b() {\n WRITE()\n}", Some((Lasting::Money, vec![], None)))]
    #[case::refunded("async function a() {\n const c = await stripe.charges.create({})\n try {\n WRITE()\n } catch (e) {\n await stripe.refunds.create({ charge: c.id })\n throw e\n }\n}", Some((Lasting::Money, vec![4], Some(6))))]
    #[case::after_a_refund_of_another("async function a() {\n await refund(old)\n await stripe.charges.create({})\n WRITE()\n}", Some((Lasting::Money, vec![4], None)))]
    #[case::account("async function a() {\n const { data } = await supabase.auth.signUp({ email })\n WRITE()\n}", Some((Lasting::Account, vec![3], None)))]
    #[case::account_deleted("async function a() {\n const { data } = await admin.auth.admin.createUser({ email })\n WRITE()\n if (error) await admin.auth.admin.deleteUser(data.user.id)\n}", Some((Lasting::Account, vec![3], Some(4))))]
    #[case::deleting_an_account_gives_no_money_back("async function a() {\n await stripe.charges.create({})\n WRITE()\n await auth.admin.deleteUser(id)\n}", Some((Lasting::Money, vec![3], None)))]
    #[case::only_the_database_rolls_back("async function a() {\n await stripe.charges.create({})\n WRITE()\n await trx.rollback()\n}", Some((Lasting::Money, vec![3], None)))]
    #[case::other_branch("async function a() {\n if (x) {\n await stripe.charges.create({})\n } else {\n WRITE()\n }\n WRITE()\n}", Some((Lasting::Money, vec![7], None)))]
    #[case::branch_that_leaves("async function a() {\n if (x) {\n await stripe.charges.create({})\n WRITE()\n return 1\n }\n WRITE()\n}", Some((Lasting::Money, vec![4], None)))]
    #[case::other_case("async function a() {\n switch (x) {\n case 1:\n await stripe.charges.create({})\n break\n case 2:\n WRITE()\n }\n WRITE()\n}", Some((Lasting::Money, vec![9], None)))]
    #[case::failure_of_it("async function a() {\n const { data, error: failed } = await supabase.auth.signUp({ email })\n if (failed) {\n WRITE()\n } else if (data.user) {\n WRITE()\n }\n}", Some((Lasting::Account, vec![6], None)))]
    #[case::failure_or_nothing("async function a() {\n const { data, error } = await supabase.auth.signUp({ email })\n if (error || !data.user) {\n WRITE()\n return\n }\n}", Some((Lasting::Account, vec![], None)))]
    #[case::success_of_it("async function a() {\n const { data, error } = await supabase.auth.signUp({ email })\n if (!error) {\n WRITE()\n }\n}", Some((Lasting::Account, vec![4], None)))]
    #[case::catch_of_it("async function a() {\n try {\n await stripe.charges.create({})\n } catch (e) {\n WRITE()\n }\n}", Some((Lasting::Money, vec![], None)))]
    #[case::by_hand("async function a() {\n await fetch('https://api.stripe.com/v1/charges', { method: 'POST', body })\n WRITE()\n}", Some((Lasting::Money, vec![3], None)))]
    #[case::read_by_hand("async function a() {\n await fetch('https://api.stripe.com/v1/charges')\n WRITE()\n}", None)]
    #[case::session_that_ends_by_itself("async function a() {\n await stripe.checkout.sessions.create({})\n WRITE()\n}", None)]
    #[case::retried("async function a() {\n await retry(() => stripe.charges.create({}))\n WRITE()\n}", Some((Lasting::Money, vec![3], None)))]
    #[case::nothing("async function a() {\n WRITE()\n}", None)]
    fn what_stays(#[case] code: &str, #[case] wanted: Option<(Lasting, Vec<u32>, Option<u32>)>) {
        assert_eq!(told(code), wanted);
    }
}
