//! What one call means: by its dotted name, by the package its first word was imported from, by what it is handed.

use super::super::super::package::package;
use super::super::super::tree::{self, Peel};
use super::super::{Body, Call, Handler, Kind, TableUse, What, vendors};
use super::{Frame, Reader};
use oxc_ast::ast::{Argument, CallExpression, Expression, ObjectPropertyKind};
use oxc_ast_visit::Visit;

/// Receivers of a `from` that is no table (dossier repo-signals.md §4).
const STANDARD: [&str; 9] =
    ["Array", "Buffer", "Object", "Promise", "Readable", "ReadableStream", "Iterator", "Observable", "storage"];

/// Methods under which routers take a route.
const METHODS: [&str; 7] = ["get", "post", "put", "patch", "delete", "all", "route"];

/// Endings of calls that make a payment.
const PAYMENTS: [&str; 7] = [
    "paymentIntents.create",
    "checkout.sessions.create",
    "setupIntents.create",
    "subscriptions.create",
    "refunds.create",
    "transfers.create",
    "charges.create",
];

/// Calls that send a caller elsewhere, or refuse.
const REFUSES: [&str; 8] =
    ["redirect", "rewrite", "protect", "withAuth", "redirectToSignIn", "unauthorized", "forbidden", "authMiddleware"];

impl<'a> Reader<'_, '_, '_, 'a> {
    /// Reads a route of a router, or what is put before all of them; says whether it was one.
    pub(super) fn is_route(&mut self, it: &CallExpression<'a>) -> bool {
        let Some((object, method)) = tree::member(&it.callee) else { return false };
        if !self.file.uses(vendors::ROUTERS)
            || !matches!(object.peeled(), Expression::Identifier(_) | Expression::CallExpression(_))
        {
            return false;
        }
        let path = tree::argument_text(it.arguments.first());
        if method == "use" {
            let outer = std::mem::take(&mut self.frame);
            self.visit_arguments(&it.arguments);
            let body = std::mem::replace(&mut self.frame, outer).body;
            let line = self.file.parsed.line(it.span.start);
            for name in body.mentions {
                let from = self.file.locals.get(name.as_str()).map(|it| it.0.to_owned());
                self.found.before.push(Call { name, from, line, takes_input: true });
            }
            return true;
        }
        let Some(path) = path.filter(|it| it.starts_with('/') && METHODS.contains(&method) && it.len() < 200) else {
            return false;
        };
        if it.arguments.len() < 2 {
            return false;
        }
        let handler = Handler {
            name: path.to_owned(),
            kind: Kind::ServerRoute,
            method: if method == "all" || method == "route" { "ANY".to_owned() } else { method.to_ascii_uppercase() },
            route: Some(path.to_owned()),
            line: self.file.parsed.line(it.span.start),
            until: self.file.parsed.line(it.span.end),
            body: Body::default(),
        };
        self.visit_expression(object);
        self.entry(handler, |reader| {
            for it in it.arguments.iter().skip(1) {
                reader.expects_handler = true;
                reader.middleware(it);
                reader.visit_argument(it);
                if let Some(it) = it.as_expression() {
                    reader.named(it, 0);
                }
            }
            reader.expects_handler = false;
        });
        true
    }

    /// What stands between a route's path and its handler: a guard, a schema.
    fn middleware(&mut self, it: &Argument<'a>) {
        match it.as_expression().map(Peel::peeled) {
            Some(Expression::Identifier(it)) => self.called(it.name.as_str(), it.name.as_str(), it.span.start, true),
            // Fastify's `{ schema: … }`.
            Some(Expression::ObjectExpression(it)) => {
                let has_schema = it.properties.iter().any(|it| match it {
                    ObjectPropertyKind::ObjectProperty(it) => it.key.static_name().is_some_and(|it| it == "schema"),
                    ObjectPropertyKind::SpreadProperty(_) => false,
                });
                if has_schema {
                    self.act(What::Validates { by: "schema".to_owned(), from: None }, it.span.start);
                }
            }
            Some(Expression::CallExpression(it)) => {
                let root = tree::dotted(&it.callee).unwrap_or_default();
                if self.package_of(root.split('.').next().unwrap_or_default()).is_some_and(|it| is_any(vendors::SCHEMAS, &it)) {
                    self.act(What::Validates { by: root, from: None }, it.span.start);
                }
            }
            _ => {}
        }
    }

    fn package_of(&self, local: &str) -> Option<String> {
        package(self.file.locals.get(local)?.0)
    }

    fn called(&mut self, name: &str, root: &str, offset: u32, takes_input: bool) {
        let import = self.file.locals.get(root).map(|it| it.0.to_owned());
        if import.is_some() || self.file.names.contains(root) {
            let line = self.file.parsed.line(offset);
            self.frame.body.calls.push(Call { name: name.to_owned(), from: import, line, takes_input });
        }
    }

    /// Everything that a call says.
    pub(super) fn call(&mut self, it: &CallExpression<'a>) {
        self.table(it);
        self.sql(it);
        let Some(name) = tree::dotted(&it.callee) else { return };
        let offset = it.span.start;
        let root = name.split('.').next().unwrap_or_default().to_owned();
        let last = name.rsplit('.').next().unwrap_or_default().to_owned();
        let Frame { sources, .. } = &self.frame;
        let handed = |it: &Argument<'a>| it.as_expression().is_some_and(|it| sources.is_sent(it) || sources.is_request(it));
        let takes_input = it.arguments.iter().any(handed);
        let is_sent = it.arguments.iter().any(|it| it.as_expression().is_some_and(|it| sources.is_sent(it)));
        self.called(&name, &root, offset, takes_input);
        let from = self.file.locals.get(root.as_str()).map(|it| it.0.to_owned());
        let package = from.as_deref().and_then(package);
        let package = package.as_deref().unwrap_or_default();
        self.identity(it, &name, &last, package, from.as_deref().unwrap_or_default());
        self.signature(&name, &last, package, offset);
        if REFUSES.contains(&last.as_str()) {
            self.act(What::Refuses { by: name.clone() }, offset);
        }
        if last == "createRouteMatcher" {
            self.act(What::DecidesByPath, offset);
        }
        if is_limit(&name, &last, package) {
            self.act(What::Limits { by: name.clone() }, offset);
        }
        if PAYMENTS.iter().any(|end| name.ends_with(end)) {
            self.act(What::Pays { provider: "Stripe", is_metered_feature: false }, offset);
        }
        let is_compare = matches!(last.as_str(), "compare" | "hash") && matches!(package, "bcrypt" | "bcryptjs" | "argon2");
        let is_form = package == "next-auth" && from.as_deref().is_some_and(|it| it.ends_with("credentials"));
        if is_compare || is_form || vendors::ENTERS.iter().any(|end| ends(&name, end)) {
            self.act(What::Enters { by: name.clone() }, offset);
        }
        if is_sent || takes_input {
            self.validation(&name, &root, &last, package, is_sent, offset);
        }
        // next-safe-action and its like: `.schema(x).action(…)`.
        let chained = ["schema()", "inputSchema()", "input()"].iter().any(|it| name.contains(it));
        if chained && matches!(last.as_str(), "action" | "handler" | "mutation" | "query") {
            self.act(What::Validates { by: name, from: None }, offset);
        }
    }

    fn identity(&mut self, it: &CallExpression<'a>, name: &str, last: &str, package: &str, from: &str) {
        let is_unverified = ends(name, "auth.getSession") && !name.ends_with("api.getSession");
        let of_package = is_any(vendors::IDENTITIES, package) || is_any(vendors::IDENTITIES, from);
        let context = ends(name, "c.get") || ends(name, "ctx.get");
        let said = ["user", "userId", "session", "auth", "jwtPayload"];
        let is_identity =
            ["auth.getUser", "auth.getClaims", "auth.api.getSession", "auth.protect"].iter().any(|it| ends(name, it))
                || (vendors::IDENTIFY.contains(&last) && !self.file.names.contains(last))
                || (of_package && !vendors::NO_IDENTITY.contains(&last))
                || (package == "jsonwebtoken" && last == "verify")
                || (package == "next-auth" && last == "getToken")
                || (context && tree::argument_text(it.arguments.first()).is_some_and(|it| said.contains(&it)));
        if is_unverified || is_identity {
            self.act(What::Identifies { by: name.to_owned(), is_verified: !is_unverified }, it.span.start);
        }
    }

    fn signature(&mut self, name: &str, last: &str, package: &str, offset: u32) {
        let is_signature = vendors::SIGNATURES.contains(&last)
            || is_any(vendors::SIGNERS, package)
            || ["webhooks.verify", "subtle.verify", "subtle.sign", "webhooks.unwrap"].iter().any(|it| ends(name, it))
            || (last == "verify" && self.file.uses(vendors::SIGNERS))
            || (package == "twilio" && last == "validateRequest");
        if is_signature {
            self.act(What::ChecksSignature { by: name.to_owned() }, offset);
        }
    }

    /// A check of what was sent by a schema (dossier repo-signals.md §8.2): the receiver has to be one.
    fn validation(&mut self, name: &str, root: &str, last: &str, package: &str, is_sent: bool, offset: u32) {
        let by = || name.to_owned();
        if is_any(vendors::SCHEMAS, package) {
            let makes = ["z", "v", "yup", "Joi", "joi", "t", "S", "Type"].contains(&root) && !vendors::CHECKS.contains(&last);
            if is_sent && !makes {
                self.act(What::Validates { by: by(), from: None }, offset);
            }
            return;
        }
        let plain = root.trim_end_matches("()");
        let is_method = name.contains('.') && vendors::CHECKS.contains(&last) && !vendors::NO_SCHEMAS.contains(&plain);
        // A function that `ajv.compile` gave.
        let is_compiled = !name.contains('.') && self.file.uses(&["ajv"]) && name.to_ascii_lowercase().contains("valid");
        if !is_sent || (!is_method && !is_compiled) || self.frame.sources.sent.contains(plain) {
            return;
        }
        let import = self.file.locals.get(plain).map(|it| it.0.to_owned());
        // A schema of another module is one if that module has a library; one of a package is not known.
        if package.is_empty() && (import.is_some() || self.file.uses(vendors::SCHEMAS)) {
            self.act(What::Validates { by: by(), from: import }, offset);
        }
    }

    /// `db.from("orders").insert(…)`, `db.rpc("pay")`, `prisma.order.create(…)`, `db.insert(orders)`.
    fn table(&mut self, it: &CallExpression<'a>) {
        let Some((object, name)) = tree::member(&it.callee) else { return };
        let line = self.file.parsed.line(it.span.start);
        let supabase = match name {
            "select" | "insert" | "update" | "upsert" | "delete" => from_table(object).map(|table| (table, verb(name))),
            "rpc" if !it.arguments.is_empty() => Some((tree::argument_text(it.arguments.first()).map(ToOwned::to_owned), "rpc")),
            _ => None,
        };
        let used = supabase.or_else(|| {
            let dotted = tree::dotted(&it.callee)?;
            let parts: Vec<&str> = dotted.split('.').collect();
            match parts.as_slice() {
                [.., client, model, method]
                    if !model.ends_with(')') && matches!(*client, "prisma" | "db" | "tx" | "ctx.db" | "prismaClient") =>
                {
                    Some((Some((*model).to_owned()), of_prisma(method)?))
                }
                ["db" | "tx" | "drizzle" | "database", method @ ("insert" | "update" | "delete")] => {
                    let table = it.arguments.first().and_then(|it| tree::dotted(it.as_expression()?))?;
                    Some((Some(table), verb(method)))
                }
                _ => None,
            }
        });
        if let Some((table, verb)) = used {
            self.act(What::Uses(TableUse { table, verb, line }), it.span.start);
        }
    }
}

/// The table of `x.from("orders")`; none when it is no table, none within when its name is computed.
#[expect(clippy::option_option, reason = "no table, and a table whose name is not known, are two answers")]
fn from_table(it: &Expression<'_>) -> Option<Option<String>> {
    let Expression::CallExpression(it) = it.peeled() else { return None };
    let (receiver, name) = tree::member(&it.callee)?;
    let [argument] = it.arguments.as_slice() else { return None };
    let receiver = tree::dotted(receiver)?;
    let last = receiver.rsplit('.').next().unwrap_or_default();
    if name != "from" || STANDARD.contains(&last) || last.ends_with("Array") {
        return None;
    }
    Some(tree::argument_text(Some(argument)).map(ToOwned::to_owned))
}

fn verb(name: &str) -> &'static str {
    match name {
        "insert" => "insert",
        "update" => "update",
        "upsert" => "upsert",
        "delete" => "delete",
        _ => "select",
    }
}

fn of_prisma(method: &str) -> Option<&'static str> {
    match method {
        "create" | "createMany" | "createManyAndReturn" => Some("insert"),
        "update" | "updateMany" | "updateManyAndReturn" => Some("update"),
        "upsert" => Some("upsert"),
        "delete" | "deleteMany" => Some("delete"),
        "findMany" | "findFirst" | "findUnique" | "findUniqueOrThrow" | "findFirstOrThrow" | "count" | "aggregate"
        | "groupBy" => Some("select"),
        _ => None,
    }
}

fn is_limit(name: &str, last: &str, package: &str) -> bool {
    let like = |it: &str| {
        let it = it.to_ascii_lowercase().replace('_', "");
        it.contains("ratelimit") || it.contains("throttle") || it.contains("limiter")
    };
    let (object, _) = name.rsplit_once('.').unwrap_or_default();
    let holder = object.rsplit('.').next().unwrap_or_default();
    // `Errors.rateLimit(…)` and `isRateLimitError(…)` tell of another's limit, and count nobody.
    if [holder, last].iter().any(|it| it.to_ascii_lowercase().contains("error")) {
        return false;
    }
    let counts = matches!(last, "limit" | "consume" | "protect" | "blockUntilReady" | "check");
    let is_named = like(last) || (counts && (like(holder) || matches!(holder, "aj" | "arcjet")));
    is_named || matches!(package, "@upstash/ratelimit" | "@unkey/ratelimit" | "@vercel/firewall")
}

/// Whether a dotted name is, or ends with, another.
fn ends(name: &str, end: &str) -> bool {
    name == end || name.strip_suffix(end).is_some_and(|it| it.ends_with('.'))
}

fn is_any(names: &[&str], name: &str) -> bool {
    names.contains(&name)
}
