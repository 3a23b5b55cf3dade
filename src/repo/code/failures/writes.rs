//! Writes to a database, and what becomes of what they answer. supabase-js, Prisma and Drizzle send nothing until somebody
//! waits, and only supabase-js answers with an error instead of throwing it (`apis/repo-signals.md` §7).

use super::{Bindings, Failures};
use crate::repo::code::chain::{Chain, arrow, body, object, property, taken, text};
use crate::repo::code::parse::Parsed;
use oxc_ast::ast::{
    Argument, BindingPattern, CallExpression, Expression, ExpressionStatement, FormalParameters, Statement, VariableDeclarator,
};
use oxc_ast_visit::{Visit, walk};
use std::collections::BTreeMap;

/// By what a write is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Client {
    Supabase,
    Prisma,
    Drizzle,
    Firestore,
}

/// What becomes of what a write answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Somebody looks at it, it is passed on, or it throws.
    Kept,
    /// It was waited for, and what came back is dropped: an error too.
    Discarded,
    /// Only the rows are taken out of it, the error is left behind.
    OnlyData,
    /// Nobody waits, and this client sends nothing before somebody does.
    NotSent,
    /// It was started, and nobody waits for its end.
    Unawaited,
}

/// One write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    pub client: Client,
    /// `insert`, `update`, `rpc` and the like.
    pub verb: String,
    /// The table, model, function or collection, if it is written out.
    pub table: Option<String>,
    pub line: u32,
    pub fate: Fate,
}

pub(super) fn add(failures: &mut Failures, parsed: &Parsed<'_, '_>) {
    let bindings = Bindings::of(parsed);
    Walk { parsed, bindings, fates: BTreeMap::new(), failures }.visit_program(parsed.program);
}

struct Walk<'p, 'x, 'a> {
    parsed: &'p Parsed<'p, 'a>,
    bindings: Bindings,
    /// By the place of the verb.
    fates: BTreeMap<u32, Fate>,
    failures: &'x mut Failures,
}

/// What a row of calls writes, if it does.
struct Found {
    client: Client,
    verb: String,
    table: Option<String>,
    at: u32,
    /// The step's place in the row.
    step: usize,
}

const SUPABASE: [&str; 4] = ["insert", "update", "upsert", "delete"];
const PRISMA: [&str; 9] = [
    "create",
    "createMany",
    "createManyAndReturn",
    "update",
    "updateMany",
    "updateManyAndReturn",
    "upsert",
    "delete",
    "deleteMany",
];
const FIRESTORE: [&str; 4] = ["setDoc", "addDoc", "updateDoc", "deleteDoc"];

/// Things that have a `from` of their own.
const OTHER_FROM: [&str; 8] = ["Array", "Buffer", "Object", "Uint8Array", "Float32Array", "Set", "Map", "storage"];

impl Walk<'_, '_, '_> {
    fn found(&self, chain: &Chain<'_, '_>) -> Option<Found> {
        let names = |step: usize| chain.steps.get(step).map_or("", |it| it.name);
        for (at, step) in chain.steps.iter().enumerate().filter(|(_, it)| it.arguments.is_some()) {
            let made = |client, table: Option<&str>| {
                let (verb, table) = (step.name.to_owned(), table.map(str::to_owned));
                Some(Found { client, verb, table, at: step.at, step: at })
            };
            let before = at.checked_sub(1).and_then(|it| chain.steps.get(it));
            if SUPABASE.contains(&step.name)
                && before.is_some_and(|it| it.name == "from" && it.count() == 1)
                && !OTHER_FROM.contains(&chain.root)
                && !chain.has("storage")
            {
                return made(Client::Supabase, before.and_then(|it| it.argument(0)).and_then(text));
            }
            let is_database = chain.root.to_lowercase().contains("supabase") || chain.root == "createClient";
            if step.name == "rpc" && is_database {
                return made(Client::Supabase, step.argument(0).and_then(text));
            }
            let is_prisma = chain.root.to_lowercase().contains("prisma")
                || (chain.root == "this" && names(0).to_lowercase().contains("prisma"));
            if PRISMA.contains(&step.name) && is_prisma && before.is_some_and(|it| it.arguments.is_none()) {
                return made(Client::Prisma, before.map(|it| it.name));
            }
            let is_builder = at == 0 && matches!(step.argument(0), Some(Expression::Identifier(_)));
            let goes_on = chain.steps.iter().skip(at + 1).any(|it| matches!(it.name, "values" | "set" | "where"));
            if matches!(step.name, "insert" | "update" | "delete")
                && is_builder
                && goes_on
                && self.bindings.mentions(&["drizzle"])
            {
                return made(
                    Client::Drizzle,
                    step.argument(0).and_then(|it| it.get_identifier_reference()).map(|it| it.name.as_str()),
                );
            }
            let from_firestore = || self.bindings.from(chain.root).is_some_and(|(module, _)| module.contains("firebase"));
            if at == 0 && step.name.is_empty() && FIRESTORE.contains(&chain.root) && from_firestore() {
                let verb = chain.root.to_owned();
                return Some(Found { client: Client::Firestore, verb, table: None, at: step.at, step: at });
            }
        }
        None
    }

    /// Remembers what becomes of a write that nothing takes the answer of.
    fn drop_of(&mut self, expression: &Expression<'_>, awaited: bool) {
        match expression.get_inner_expression() {
            Expression::UnaryExpression(it) => self.drop_of(&it.argument, awaited),
            Expression::AwaitExpression(it) => self.drop_of(&it.argument, true),
            Expression::LogicalExpression(it) => self.drop_of(&it.right, awaited),
            Expression::ConditionalExpression(it) => {
                self.drop_of(&it.consequent, awaited);
                self.drop_of(&it.alternate, awaited);
            }
            other => {
                if let Some(all) = gathered(other) {
                    each(all, &mut |it| self.drop_of(it, true));
                    return;
                }
                self.settle(other, awaited, Fate::Discarded);
            }
        }
    }

    fn settle(&mut self, expression: &Expression<'_>, awaited: bool, dropped: Fate) {
        let chain = Chain::of(expression);
        let Some(found) = self.found(&chain) else { return };
        let after = || chain.steps.iter().skip(found.step + 1);
        let then = after().find(|it| it.name == "then");
        let is_heard = after().any(|it| matches!(it.name, "catch" | "finally" | "then"));
        let runs = is_heard || after().any(|it| matches!(it.name, "run" | "execute" | "all" | "get"));
        let fate = match found.client {
            Client::Supabase if after().any(|it| it.name == "throwOnError") && (awaited || then.is_some()) => Fate::Kept,
            Client::Supabase => match then {
                Some(then) => then.argument(0).map_or(Fate::Discarded, reads_error),
                None if awaited => dropped,
                None => Fate::NotSent,
            },
            Client::Prisma | Client::Drizzle if awaited || runs => Fate::Kept,
            Client::Prisma | Client::Drizzle => Fate::NotSent,
            Client::Firestore if awaited || is_heard => Fate::Kept,
            Client::Firestore => Fate::Unawaited,
        };
        self.fates.insert(found.at, fate);
    }

    /// What a declaration takes out of one awaited answer.
    fn take(&mut self, pattern: &BindingPattern<'_>, value: &Expression<'_>, awaited: bool) {
        let value = value.get_inner_expression();
        if let (BindingPattern::ArrayPattern(patterns), Expression::AwaitExpression(it)) = (pattern, value) {
            if let Some(Expression::ArrayExpression(all)) = gathered(&it.argument) {
                for (pattern, value) in patterns.elements.iter().zip(&all.elements) {
                    if let (Some(pattern), Some(value)) = (pattern, value.as_expression()) {
                        self.take(pattern, value, true);
                    }
                }
            }
            return;
        }
        let awaited = awaited || matches!(value, Expression::AwaitExpression(_));
        let Some((names, rest)) = taken(pattern).filter(|_| awaited) else { return };
        let with_error = rest || names.iter().any(|it| it == "error");
        let chain = Chain::of(value);
        if chain.has("throwOnError") {
            return;
        }
        // A stored function whose rows are taken is asked something, and writes nothing as far as can be seen.
        if self.found(&chain).is_some_and(|it| it.verb != "rpc") {
            if !with_error {
                self.settle(value, true, Fate::OnlyData);
            }
        } else if is_read(&chain) || chain.has("rpc") {
            self.failures.reads += 1;
            if !with_error {
                let at = chain.steps.first().map_or(0, |it| it.at);
                self.failures.reads_without_error.push(self.parsed.line(at));
            }
        }
    }
}

/// `from(…).select(…)` of Supabase.
fn is_read(chain: &Chain<'_, '_>) -> bool {
    let table = chain.steps.iter().position(|it| it.name == "from" && it.count() == 1);
    let Some(table) = table.filter(|_| !OTHER_FROM.contains(&chain.root) && !chain.has("storage")) else { return false };
    chain.steps.get(table + 1).is_some_and(|it| it.name == "select" && it.arguments.is_some())
}

/// What `Promise.all` and its like wait for.
fn gathered<'t, 'a>(expression: &'t Expression<'a>) -> Option<&'t Expression<'a>> {
    let Expression::CallExpression(call) = expression.get_inner_expression() else { return None };
    let chain = Chain::of_call(call);
    let is_all = chain.root == "Promise" && matches!(chain.name(), "all" | "allSettled" | "any" | "race");
    if is_all { call.arguments.first()?.as_expression().map(Expression::get_inner_expression) } else { None }
}

/// Every expression of a list, or the one that each turn of a `map` gives.
fn each(all: &Expression<'_>, act: &mut dyn FnMut(&Expression<'_>)) {
    if let Expression::ArrayExpression(it) = all {
        it.elements.iter().filter_map(|it| it.as_expression()).for_each(act);
        return;
    }
    let chain = Chain::of(all);
    let Some(made) = chain.last().filter(|it| matches!(it.name, "map" | "flatMap")).and_then(|it| it.argument(0)) else { return };
    if let Some(it) = arrow(made) {
        act(it);
    } else if let Some(Statement::ReturnStatement(it)) = body(made).and_then(|it| it.statements.last()) {
        it.argument.iter().for_each(act);
    }
}

/// Whether a function that is handed the answer can see its error.
fn reads_error(handler: &Expression<'_>) -> Fate {
    let parameters: &FormalParameters<'_> = match handler.get_inner_expression() {
        Expression::ArrowFunctionExpression(it) => &it.params,
        Expression::FunctionExpression(it) => &it.params,
        _ => return Fate::Kept,
    };
    let Some(first) = parameters.items.first() else { return Fate::Discarded };
    match taken(&first.pattern) {
        Some((names, false)) if !names.iter().any(|it| it == "error") => Fate::OnlyData,
        _ => Fate::Kept,
    }
}

impl<'a> Visit<'a> for Walk<'_, '_, 'a> {
    fn visit_expression_statement(&mut self, it: &ExpressionStatement<'a>) {
        self.drop_of(&it.expression, false);
        walk::walk_expression_statement(self, it);
    }

    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        if let Some(value) = &it.init {
            self.take(&it.id, value, false);
        }
        walk::walk_variable_declarator(self, it);
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        let chain = Chain::of_call(it);
        if let Some(found) = self.found(&chain).filter(|found| found.step + 1 == chain.steps.len() || is_builder(found.client)) {
            // A builder's row is met once per call of it: only the verb's own call, or the whole of Drizzle's, counts.
            let fate = self.fates.get(&found.at).copied().unwrap_or(Fate::Kept);
            let line = self.parsed.line(found.at);
            let write = Write { client: found.client, verb: found.verb, table: found.table, line, fate };
            let is_asked = write.verb == "rpc" && write.fate == Fate::Kept;
            if !is_asked && (!is_builder(write.client) || chain.steps.len() == found.step + 2) {
                self.failures.writes.push(write);
            }
        }
        if matches!(chain.name(), "createClient" | "createServerClient" | "createBrowserClient") {
            let options = it.arguments.iter().filter_map(Argument::as_expression).filter_map(object);
            self.failures.throws |= options
                .flat_map(|it| {
                    [
                        property(it, "throwOnError"),
                        property(it, "db").and_then(object).and_then(|it| property(it, "throwOnError")),
                    ]
                })
                .flatten()
                .any(|it| matches!(it, Expression::BooleanLiteral(it) if it.value));
        }
        walk::walk_call_expression(self, it);
    }
}

/// Drizzle is known by what follows its verb.
fn is_builder(client: Client) -> bool {
    client == Client::Drizzle
}
