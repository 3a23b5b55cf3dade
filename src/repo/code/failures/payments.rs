//! What a handler believes: signatures that it checks and on what, secrets that it compares, whether it keeps the id of an
//! event, and whether an amount of money comes from the caller (`apis/repo-signals.md` §8). A name is followed inside its
//! function only.

use crate::repo::code::chain::{Chain, text, words};
use crate::repo::code::is_about;
use crate::repo::code::parse::Parsed;
use oxc_ast::ast::{
    Argument, ArrowFunctionExpression, BinaryExpression, BindingPattern, CallExpression, Expression, ForOfStatement,
    FormalParameters, Function, IdentifierName, MemberExpression, ObjectProperty, StringLiteral, VariableDeclarator,
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::GetSpan;
use oxc_syntax::operator::BinaryOperator;
use oxc_syntax::scope::ScopeFlags;
use std::collections::{BTreeMap, BTreeSet};

/// Where the amount of a payment comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The request says how much: the property that holds it.
    Caller(String),
    /// The request says which of the provider's prices.
    Chosen,
    /// Neither is seen.
    Elsewhere,
}

/// The making of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    pub line: u32,
    /// As the code writes it: `stripe.checkout.sessions.create`.
    pub by: String,
    pub origin: Origin,
}

/// A secret of the environment that is compared with what a caller sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretCheck {
    pub line: u32,
    /// The variable.
    pub name: String,
    /// It becomes an empty text when the variable is not set: then anybody knows it.
    pub open: bool,
}

/// What one file does about webhooks and payments.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Payments {
    /// Signatures that are checked, by what.
    pub verifies: Vec<(u32, String)>,
    /// Where the request's body is parsed.
    pub parses: Vec<u32>,
    /// Where it is read as it came.
    pub raw: Vec<u32>,
    pub checks: Vec<SecretCheck>,
    /// Where the id of an event is used for more than a line of a log.
    pub event_ids: Vec<u32>,
    pub charges: Vec<Charge>,
    /// Where it is asked who is signed in: a vendor's event comes from nobody who is.
    pub signed_in: Vec<u32>,
    /// Where what was parsed is made a text again: it need not be the one that was signed.
    pub rewritten: Vec<u32>,
}

/// How a signature is checked, as far as names and order tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// Nothing checks one.
    None,
    /// On what came, or by a call that takes the request itself.
    Raw,
    /// On what was parsed, although the vendor signs every byte as it came: the line on which it is parsed.
    Parsed(u32),
    /// After it was parsed, on what cannot be told; some vendors sign fields.
    Unsure(u32),
}

impl Payments {
    /// What of it stands on these lines.
    #[must_use]
    pub fn within(&self, holds: impl Fn(u32) -> bool) -> Self {
        let lines = |all: &[u32]| all.iter().copied().filter(|it| holds(*it)).collect();
        Self {
            verifies: self.verifies.iter().filter(|it| holds(it.0)).cloned().collect(),
            parses: lines(&self.parses),
            raw: lines(&self.raw),
            checks: self.checks.iter().filter(|it| holds(it.line)).cloned().collect(),
            event_ids: lines(&self.event_ids),
            charges: self.charges.iter().filter(|it| holds(it.line)).cloned().collect(),
            signed_in: lines(&self.signed_in),
            rewritten: lines(&self.rewritten),
        }
    }

    /// The same, as if all of it stood on one line: that of the call which leads there.
    #[must_use]
    pub fn on(mut self, line: u32) -> Self {
        let lines = [&mut self.parses, &mut self.raw, &mut self.event_ids, &mut self.signed_in, &mut self.rewritten];
        lines.into_iter().for_each(|it| it.fill(line));
        self.verifies.iter_mut().for_each(|it| it.0 = line);
        self.checks.iter_mut().for_each(|it| it.line = line);
        self.charges.iter_mut().for_each(|it| it.line = line);
        self
    }

    /// Takes in what another piece of code does.
    pub fn extend(&mut self, other: Self) {
        self.verifies.extend(other.verifies);
        self.parses.extend(other.parses);
        self.raw.extend(other.raw);
        self.checks.extend(other.checks);
        self.event_ids.extend(other.event_ids);
        self.charges.extend(other.charges);
        self.signed_in.extend(other.signed_in);
        self.rewritten.extend(other.rewritten);
    }

    /// How a signature is checked here. A vendor's library wants the body as it came; what an own function or a bare HMAC
    /// is given after parsing is told as unsure, unless the body is made a text again for it.
    #[must_use]
    pub fn check(&self) -> Check {
        let Some((first, _)) = self.verifies.first() else { return Check::None };
        let Some(parsed) = self.parses.first().filter(|_| self.raw.is_empty()) else { return Check::Raw };
        let by = |names: &[&str]| self.verifies.iter().any(|(_, by)| names.contains(&by.as_str()));
        if by(&ON_RAW) || (by(&BARE) && !self.rewritten.is_empty()) {
            return Check::Parsed(*parsed);
        }
        if by(&BARE) || parsed < first { Check::Unsure(*parsed) } else { Check::Raw }
    }
}

pub(super) fn add(payments: &mut Payments, parsed: &Parsed<'_, '_>) {
    let is_action = parsed.program.directives.iter().any(|it| it.directive == "use server");
    let mut walk = Walk {
        parsed,
        is_action,
        payments,
        sent: BTreeSet::new(),
        texts: BTreeSet::new(),
        secrets: BTreeMap::new(),
        amounts: Vec::new(),
        depth: 0,
    };
    walk.visit_program(parsed.program);
    let amounts = std::mem::take(&mut walk.amounts);
    if let Some((_, name)) = amounts.first() {
        for charge in payments.charges.iter_mut().filter(|it| !matches!(it.origin, Origin::Caller(_))) {
            charge.origin = Origin::Caller(name.clone());
        }
    }
}

struct Walk<'p, 'x, 'a> {
    parsed: &'p Parsed<'p, 'a>,
    /// The module's exported functions are called by browsers, with whatever arguments they like.
    is_action: bool,
    payments: &'x mut Payments,
    /// Names that hold what the caller sent.
    sent: BTreeSet<String>,
    /// Names that hold what was parsed, as a text again.
    texts: BTreeSet<String>,
    /// Names that hold a secret: the variable, and whether it may be empty.
    secrets: BTreeMap<String, (String, bool)>,
    /// Amounts of Stripe's line items that come from the caller.
    amounts: Vec<(u32, String)>,
    depth: usize,
}

/// Checks of vendors' libraries that need the body as it came.
const ON_RAW: [&str; 5] = ["constructEvent", "constructEventAsync", "Webhook.verify", "unmarshal", "validateEvent"];

/// Checks of whatever they are given.
const BARE: [&str; 3] = ["timingSafeEqual", "createHmac", "crypto.subtle.verify"];

/// Names that a request goes by.
const REQUESTS: [&str; 8] = ["req", "request", "_req", "_request", "c", "ctx", "context", "event"];

/// Calls that say who is signed in.
const SIGNED_IN: [&str; 9] = [
    "getUser",
    "getSession",
    "getServerSession",
    "auth",
    "currentUser",
    "getClaims",
    "verifyIdToken",
    "getCurrentUser",
    "getToken",
];

fn said_first(name: &str, some: &[&str]) -> bool {
    words(name).first().is_some_and(|it| some.contains(&it.as_str()))
}

/// What makes a payment.
const CHARGES: [&[&str]; 9] = [
    &["paymentIntents", "create"],
    &["checkout", "sessions", "create"],
    &["charges", "create"],
    &["paymentLinks", "create"],
    &["invoiceItems", "create"],
    &["prices", "create"],
    &["razorpay", "orders", "create"],
    &["payments", "create"],
    &["paymentsApi", "createPayment"],
];

/// Properties that hold an amount of money.
const AMOUNTS: [&str; 5] = ["amount", "unit_amount", "unit_amount_decimal", "amountMoney", "unitAmount"];

impl Walk<'_, '_, '_> {
    /// Whether an expression holds what the caller sent, as it was sent or as a number of it.
    fn is_sent(&self, expression: &Expression<'_>) -> bool {
        match expression.get_inner_expression() {
            Expression::Identifier(it) => self.sent.contains(it.name.as_str()),
            Expression::AwaitExpression(it) => self.is_sent(&it.argument),
            Expression::LogicalExpression(it) => self.is_sent(&it.left),
            Expression::UnaryExpression(it) => self.is_sent(&it.argument),
            Expression::BinaryExpression(it) => {
                let (left, right) = (self.is_sent(&it.left), self.is_sent(&it.right));
                // How many of something is the caller's to say: a number of the server's own makes it a price.
                match (left, right) {
                    (true, true) => true,
                    (true, false) => it.right.is_number_literal(),
                    (false, true) => it.left.is_number_literal(),
                    (false, false) => false,
                }
            }
            Expression::ChainExpression(_) | Expression::CallExpression(_) => self.is_sent_call(&Chain::of(expression)),
            other => other.as_member_expression().is_some_and(|it| self.is_sent_member(it)),
        }
    }

    fn is_sent_member(&self, it: &MemberExpression<'_>) -> bool {
        is_body(&Chain::of(it.object())) || is_body_member(it) || self.is_sent(it.object())
    }

    fn is_sent_call(&self, chain: &Chain<'_, '_>) -> bool {
        let Some(last) = chain.last() else { return false };
        let first = || last.argument(0).is_some_and(|it| self.is_sent(it) || is_body(&Chain::of(it)));
        if is_parse(chain) || is_body(chain) {
            return true;
        }
        let is_check = matches!(last.name, "parse" | "safeParse" | "parseAsync" | "safeParseAsync" | "validate" | "validateSync");
        let is_number = chain.steps.len() == 1
            && (matches!(chain.root, "Number" | "parseInt" | "parseFloat" | "String") && last.name.is_empty()
                || chain.root == "Math"
                || chain.root == "Number");
        if is_check || is_number {
            return first();
        }
        let is_view = matches!(last.name, "get" | "toString" | "toFixed" | "trim" | "valueOf" | "getAll");
        is_view && self.sent.contains(chain.root)
    }

    /// Whether it is what was parsed, as a text again: `JSON.stringify(body)`.
    fn is_rewritten(&self, expression: &Expression<'_>) -> bool {
        if let Expression::Identifier(it) = expression.get_inner_expression() {
            return self.texts.contains(it.name.as_str());
        }
        let chain = Chain::of(expression);
        let first = chain.last().filter(|it| chain.root == "JSON" && it.name == "stringify").and_then(|it| it.argument(0));
        first.is_some_and(|it| self.is_sent(it) || it.get_inner_expression().as_member_expression().is_some_and(is_body_member))
    }

    fn hold(&mut self, pattern: &BindingPattern<'_>) {
        self.sent.extend(pattern.get_binding_identifiers().iter().map(|it| it.name.to_string()));
    }

    fn hold_all(&mut self, parameters: &FormalParameters<'_>) {
        for it in &parameters.items {
            self.hold(&it.pattern);
        }
    }

    fn function(&mut self, walk: impl FnOnce(&mut Self)) {
        let sent = self.sent.clone();
        self.depth += 1;
        walk(self);
        self.depth -= 1;
        self.sent = sent;
    }

    /// The variable that an expression reads, and whether it falls back to an empty text.
    fn secret(&self, expression: &Expression<'_>) -> Option<(String, bool)> {
        match expression.get_inner_expression() {
            Expression::Identifier(it) => self.secrets.get(it.name.as_str()).cloned(),
            Expression::TemplateLiteral(it) => it.expressions.iter().find_map(|it| self.secret(it)),
            Expression::LogicalExpression(it) => {
                let (name, open) = self.secret(&it.left)?;
                Some((name, open || text(&it.right) == Some("")))
            }
            Expression::BinaryExpression(it) => self.secret(&it.left).or_else(|| self.secret(&it.right)),
            _ => {
                let chain = Chain::of(expression);
                let name = match (chain.root, chain.steps.as_slice()) {
                    ("process", [env, name]) if env.name == "env" => name.name,
                    ("Deno", [env, get]) if env.name == "env" && get.name == "get" => get.argument(0).and_then(text)?,
                    _ => return None,
                };
                let said = words(name);
                let is_secret = said.iter().any(|it| matches!(it.as_str(), "secret" | "token" | "key" | "password" | "auth"));
                is_secret.then(|| (name.to_owned(), false))
            }
        }
    }
}

/// `req.json()`, `c.req.json()`, `request.formData()`.
fn is_parse(chain: &Chain<'_, '_>) -> bool {
    let called = chain.last().is_some_and(|it| matches!(it.name, "json" | "formData") && it.arguments.is_some());
    called && is_request(chain)
}

fn is_request(chain: &Chain<'_, '_>) -> bool {
    let on = chain.steps.len().checked_sub(2).and_then(|it| chain.steps.get(it)).map_or(chain.root, |it| it.name);
    let is_copy = on == "clone" && matches!(chain.root, "req" | "request" | "_req" | "_request");
    // `c.json(…)` of Hono replies; its requests are `c.req`.
    (is_copy || matches!(on, "req" | "request" | "_req" | "_request") || (on == "event" && chain.steps.len() > 1))
        && REQUESTS.contains(&chain.root)
}

/// `req.body`, `request.query`, `url.searchParams`.
fn is_body(chain: &Chain<'_, '_>) -> bool {
    let name = chain.last().filter(|it| it.arguments.is_none()).map_or("", |it| it.name);
    (matches!(name, "body" | "query" | "params") && is_request(chain)) || name == "searchParams"
}

fn is_body_member(it: &MemberExpression<'_>) -> bool {
    let on = Chain::of(it.object());
    on.steps.is_empty()
        && matches!(on.root, "req" | "request" | "_req")
        && matches!(it.static_property_name(), Some("body" | "query"))
}

impl<'a> Visit<'a> for Walk<'_, '_, 'a> {
    fn visit_function(&mut self, it: &Function<'a>, flags: ScopeFlags) {
        let is_called = self.is_action && self.depth == 0;
        self.function(|walk| {
            if is_called {
                walk.hold_all(&it.params);
            }
            walk::walk_function(walk, it, flags);
        });
    }

    fn visit_arrow_function_expression(&mut self, it: &ArrowFunctionExpression<'a>) {
        let is_called = self.is_action && self.depth == 0;
        self.function(|walk| {
            if is_called {
                walk.hold_all(&it.params);
            }
            walk::walk_arrow_function_expression(walk, it);
        });
    }

    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        if let Some(value) = &it.init {
            if self.is_sent(value) {
                self.hold(&it.id);
            }
            if let Some(name) = it.id.get_identifier_name().filter(|_| self.is_rewritten(value)) {
                self.texts.insert(name.to_string());
            }
            if let (Some(name), Some(secret)) = (it.id.get_identifier_name(), self.secret(value)) {
                self.secrets.insert(name.to_string(), secret);
            }
        }
        walk::walk_variable_declarator(self, it);
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        let chain = Chain::of_call(it);
        if chain.root == "console" {
            return;
        }
        let name = chain.name();
        let line = self.parsed.line(it.span.start);
        // A line of a log remembers no event for the handler.
        if super::is_logger(chain.root, name) || chain.steps.iter().any(|it| super::is_logger(it.name, name)) {
            let known = self.payments.event_ids.len();
            walk::walk_call_expression(self, it);
            self.payments.event_ids.truncate(known);
            return;
        }
        if is_parse(&chain) {
            self.payments.parses.push(line);
        }
        let is_read = chain.last().is_some_and(|it| matches!(it.name, "text" | "arrayBuffer" | "blob" | "bytes"));
        let signs = matches!(name, "update" | "timingSafeEqual" | "verify" | "encode" | "sign");
        if signs
            && chain
                .steps
                .iter()
                .any(|it| it.arguments.into_iter().flatten().any(|it| it.as_expression().is_some_and(|it| self.is_rewritten(it))))
        {
            self.payments.rewritten.push(line);
        }
        // `req.on("data", …)`
        let is_stream = name == "on" && REQUESTS.contains(&chain.root) && chain.steps.len() == 1;
        if (is_read && is_request(&chain))
            || is_stream
            || matches!(name, "getRawBody" | "rawBody" | "buffer" | "readRawBody" | "raw")
        {
            self.payments.raw.push(line);
        }
        if SIGNED_IN.contains(&name)
            || (said_first(name, &["require", "ensure", "assert"]) && is_about(name, &["auth", "user", "admin", "session"]))
        {
            self.payments.signed_in.push(line);
        }
        if let Some(by) = verification(&chain) {
            self.payments.verifies.push((line, by));
        }
        if let Some(charge) = CHARGES.iter().any(|it| chain.ends(it)).then(|| chain.last()).flatten() {
            let mut amounts = Amounts { walk: self, caller: None, chosen: false };
            if let Some(options) = charge.argument(0) {
                amounts.visit_expression(options);
            }
            let origin = match (amounts.caller, amounts.chosen) {
                (Some(name), _) => Origin::Caller(name),
                (None, true) => Origin::Chosen,
                (None, false) => Origin::Elsewhere,
            };
            self.payments.charges.push(Charge { line, by: chain.words(), origin });
        }
        // What a list from the caller hands to each turn is the caller's too.
        let is_turn = matches!(name, "map" | "forEach" | "flatMap" | "reduce");
        let list = it.callee.get_member_expr().filter(|_| is_turn).is_some_and(|it| self.is_sent(it.object()));
        if let (true, Some(turn)) = (list, it.arguments.first().and_then(Argument::as_expression)) {
            let sent = self.sent.clone();
            match turn.get_inner_expression() {
                Expression::ArrowFunctionExpression(it) => it.params.items.iter().for_each(|it| self.hold(&it.pattern)),
                Expression::FunctionExpression(it) => it.params.items.iter().for_each(|it| self.hold(&it.pattern)),
                _ => {}
            }
            walk::walk_call_expression(self, it);
            self.sent = sent;
            return;
        }
        walk::walk_call_expression(self, it);
    }

    /// `for await (const part of req)`
    fn visit_for_of_statement(&mut self, it: &ForOfStatement<'a>) {
        let chain = Chain::of(&it.right);
        if it.r#await && chain.steps.is_empty() && REQUESTS.contains(&chain.root) {
            self.payments.raw.push(self.parsed.line(it.span.start));
        }
        walk::walk_for_of_statement(self, it);
    }

    fn visit_member_expression(&mut self, it: &MemberExpression<'a>) {
        let line = self.parsed.line(it.span().start);
        if is_body_member(it) {
            self.payments.parses.push(line);
        }
        let chain = Chain::of(it.object());
        let on_event = chain.steps.is_empty() && chain.root.to_lowercase().ends_with("event") || chain.root == "evt";
        match it.static_property_name() {
            Some("id") if on_event && chain.steps.is_empty() => self.payments.event_ids.push(line),
            Some("rawBody") => self.payments.raw.push(line),
            _ => {}
        }
        walk::walk_member_expression(self, it);
    }

    fn visit_binary_expression(&mut self, it: &BinaryExpression<'a>) {
        use BinaryOperator::{Equality, Inequality, StrictEquality, StrictInequality};
        if matches!(it.operator, Equality | Inequality | StrictEquality | StrictInequality) {
            let sides = [(&it.left, &it.right), (&it.right, &it.left)];
            let found = sides.iter().find_map(|(a, b)| self.secret(a).filter(|_| !b.is_literal() && !b.is_undefined()));
            if let Some((name, open)) = found {
                self.payments.checks.push(SecretCheck { line: self.parsed.line(it.span.start), name, open });
            }
        }
        walk::walk_binary_expression(self, it);
    }

    fn visit_object_property(&mut self, it: &ObjectProperty<'a>) {
        let name = it.key.static_name();
        if let Some(name) = name.filter(|it| matches!(it.as_ref(), "unit_amount" | "unit_amount_decimal"))
            && self.is_sent(&it.value)
        {
            self.amounts.push((it.span.start, name.into_owned()));
        }
        walk::walk_object_property(self, it);
    }

    fn visit_string_literal(&mut self, it: &StringLiteral<'a>) {
        if keeps_events(&it.value) {
            self.payments.event_ids.push(self.parsed.line(it.span.start));
        }
    }

    fn visit_identifier_name(&mut self, it: &IdentifierName<'a>) {
        if keeps_events(&it.name) {
            self.payments.event_ids.push(self.parsed.line(it.span.start));
        }
    }
}

/// Names of what remembers which events were worked through.
fn keeps_events(name: &str) -> bool {
    let said = words(name);
    let has = |word: &str| said.iter().any(|it| it.starts_with(word));
    let of_vendor = ["webhook", "stripe", "payment", "processed", "billing"].iter().any(|it| has(it));
    let is_id = said.last().is_some_and(|it| it == "id");
    said.len() < 5 && (has("idempot") || (has("event") && (of_vendor || is_id)))
}

/// By what a call checks a signature.
fn verification(chain: &Chain<'_, '_>) -> Option<String> {
    let name = chain.name();
    let vendor =
        ["constructEvent", "constructEventAsync", "timingSafeEqual", "createHmac", "unmarshal", "verifyWebhook", "validateEvent"];
    if vendor.contains(&name) || vendor.iter().any(|it| chain.has(it)) {
        return vendor.iter().find(|it| **it == name || chain.has(it)).map(|it| (*it).to_owned());
    }
    if chain.root == "crypto" && chain.ends(&["subtle", "verify"]) {
        return Some("crypto.subtle.verify".to_owned());
    }
    let is_hook = |it: &str| it.to_lowercase().contains("webhook") || matches!(it, "wh" | "svix");
    if name == "verify" && (is_hook(chain.root) || chain.steps.iter().any(|it| is_hook(it.name))) {
        return Some("Webhook.verify".to_owned());
    }
    let said = words(name);
    let has = |some: &[&str]| said.iter().any(|it| some.contains(&it.as_str()));
    let checks = has(&["verify", "verified", "validate", "check", "valid", "authenticate"]);
    (checks && has(&["signature", "webhook", "hmac", "signed", "request", "event", "header", "secret", "callback"]))
        .then(|| chain.words())
}

/// Searches what a payment is made of for amounts that the caller sent.
struct Amounts<'w, 'p, 'x, 'a> {
    walk: &'w Walk<'p, 'x, 'a>,
    caller: Option<String>,
    chosen: bool,
}

impl<'a> Visit<'a> for Amounts<'_, '_, '_, '_> {
    fn visit_object_property(&mut self, it: &ObjectProperty<'a>) {
        let name = it.key.static_name().unwrap_or_default();
        if self.walk.is_sent(&it.value) {
            if AMOUNTS.contains(&name.as_ref()) {
                self.caller.get_or_insert_with(|| name.clone().into_owned());
            }
            self.chosen |= matches!(name.as_ref(), "price" | "plan" | "price_id");
        }
        walk::walk_object_property(self, it);
    }
}
