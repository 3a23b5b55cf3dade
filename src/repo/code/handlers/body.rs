//! One walk over a piece of code for what it does: whom it asks for, what it checks, counts, pays and writes. Routes and
//! server actions that stand within it become entries of their own.

mod calls;
mod statements;

use super::super::firestore::Held;
use super::super::imports::Import;
use super::super::package::package;
use super::super::parse::Parsed;
use super::super::tree::{self, Peel};
use super::input::Sources;
use super::units::{Raw, Source};
use super::{Act, Body, Handler, Handlers, Input, Kind, What, vendors};
use oxc_ast::ast::{
    ArrowFunctionBody, ArrowFunctionExpression, BinaryExpression, CallExpression, ComputedMemberExpression, Expression,
    FormalParameters, Function, FunctionBody, IdentifierReference, IfStatement, MemberExpression, NumericLiteral, StringLiteral,
    SwitchStatement, TaggedTemplateExpression, TemplateElement, VariableDeclarator,
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::GetSpan;
use oxc_syntax::scope::ScopeFlags;
use std::collections::{BTreeMap, BTreeSet};

/// What a file says of all its code.
pub(super) struct File<'f, 'p, 'a> {
    pub parsed: &'f Parsed<'p, 'a>,
    /// Names of the file for things of modules: the module as it is written, and the thing as it calls it.
    pub locals: BTreeMap<&'f str, (&'f str, &'f str)>,
    pub raws: &'f [Raw<'f, 'a>],
    pub names: BTreeSet<&'f str>,
    /// Packages that are imported, types too.
    pub packages: BTreeSet<String>,
    /// References to collections that are kept at the top.
    held: Held,
}

impl<'f, 'p, 'a> File<'f, 'p, 'a> {
    pub(super) fn of(parsed: &'f Parsed<'p, 'a>, imports: &'f [Import], raws: &'f [Raw<'f, 'a>]) -> Self {
        let locals = imports
            .iter()
            .flat_map(|import| import.locals.iter().map(move |it| (it.local.as_str(), (import.from.as_str(), it.name.as_str()))));
        let typed = parsed.program.body.iter().filter_map(|it| match it {
            oxc_ast::ast::Statement::ImportDeclaration(it) => package(it.source.value.as_str()),
            _ => None,
        });
        let mut held = Held::of(parsed.text, imports.iter().map(|it| it.from.as_str()));
        statements::bind_top(&mut held, parsed);
        Self {
            parsed,
            held,
            locals: locals.collect(),
            raws,
            names: raws.iter().map(|it| it.name.as_str()).collect(),
            packages: imports.iter().filter_map(|it| package(&it.from)).chain(typed).collect(),
        }
    }

    pub(super) fn uses(&self, packages: &[&str]) -> bool {
        packages.iter().any(|it| self.packages.contains(*it))
    }
}

/// What is known within one function.
#[derive(Default)]
pub(super) struct Frame {
    pub body: Body,
    pub sources: Sources,
    /// Names for secrets of the environment: the variable, and whether a text stands in for it.
    secrets: BTreeMap<String, (String, bool)>,
    flow: statements::Flow,
}

/// Most functions of a file that are read again because an entry names them.
const MOST_NAMED: usize = 400;

/// The walk.
pub(super) struct Reader<'r, 'f, 'p, 'a> {
    pub file: &'r File<'f, 'p, 'a>,
    pub frame: Frame,
    pub found: &'r mut Handlers,
    /// Whether the next function's first parameter is the request.
    pub expects_handler: bool,
    /// Whether a function is being read because an entry names it.
    is_named: bool,
    named: usize,
    held: Held,
}

impl<'r, 'f, 'p, 'a> Reader<'r, 'f, 'p, 'a> {
    pub(super) fn new(file: &'r File<'f, 'p, 'a>, found: &'r mut Handlers) -> Self {
        let held = file.held.clone();
        Self { file, frame: Frame::default(), found, expects_handler: false, is_named: false, named: 0, held }
    }

    /// Reads something named. `is_handler` when requests reach it.
    pub(super) fn read(mut self, source: Source<'_, 'a>, is_handler: bool) -> Body {
        self.source(source, is_handler);
        self.frame.body
    }

    fn source(&mut self, source: Source<'_, 'a>, is_handler: bool) {
        match source {
            Source::Function(it) => self.function(&it.params, it.body.as_deref(), is_handler),
            Source::Arrow(it) => self.arrow(it, is_handler),
            Source::Other(it) => {
                self.statement(it, is_handler);
            }
        }
    }

    /// Reads a statement at the top; `is_handler` when the first function in it is handed requests.
    pub(super) fn statement(&mut self, it: &Expression<'a>, is_handler: bool) {
        self.expects_handler = is_handler;
        self.visit_expression(it);
        self.expects_handler = false;
        if is_handler {
            self.named(it, 0);
        }
    }

    fn function(&mut self, parameters: &FormalParameters<'a>, body: Option<&FunctionBody<'a>>, is_handler: bool) {
        self.frame.sources.parameters(parameters, is_handler);
        self.visit_formal_parameters(parameters);
        if let Some(body) = body {
            self.visit_function_body(body);
        }
    }

    fn arrow(&mut self, it: &ArrowFunctionExpression<'a>, is_handler: bool) {
        self.frame.sources.parameters(&it.params, is_handler);
        self.visit_formal_parameters(&it.params);
        self.visit_arrow_function_body(&it.body);
    }

    /// Reads the functions of the file that an entry names instead of writing them: `withUser(handler)`.
    fn named(&mut self, it: &Expression<'a>, depth: u8) {
        if self.is_named || depth > 4 || self.named > MOST_NAMED {
            return;
        }
        match it.peeled() {
            Expression::Identifier(it) => {
                let Some(raw) = self.file.raws.iter().find(|raw| raw.name == it.name.as_str()) else { return };
                if let source @ (Source::Function(_) | Source::Arrow(_)) = raw.source {
                    (self.is_named, self.named) = (true, self.named + 1);
                    self.source(source, true);
                    self.is_named = false;
                }
            }
            Expression::CallExpression(it) => {
                for it in it.arguments.iter().filter_map(|it| it.as_expression()) {
                    self.named(it, depth + 1);
                }
            }
            _ => {}
        }
    }

    pub(super) fn act(&mut self, what: What, offset: u32) {
        let line = self.file.parsed.line(offset);
        if !self.frame.body.acts.iter().any(|it| it.what == what) {
            self.frame.body.acts.push(Act { what, line });
        }
    }

    pub(super) fn input(&mut self, says: String, offset: u32) {
        let line = self.file.parsed.line(offset);
        self.frame.body.inputs.push(Input { says, line });
    }

    /// An entry of its own within the code: what `read` reads belongs to it alone.
    pub(super) fn entry(&mut self, handler: Handler, read: impl FnOnce(&mut Self)) {
        let outer = std::mem::take(&mut self.frame);
        read(self);
        let body = std::mem::replace(&mut self.frame, outer).body;
        self.found.entries.push(Handler { body, ..handler });
    }

    fn inner_parameters(&mut self, parameters: &FormalParameters<'a>) {
        let mut inner = Sources::default();
        let is_handler = std::mem::take(&mut self.expects_handler);
        inner.parameters(parameters, is_handler);
        self.frame.sources.requests.append(&mut inner.requests);
        // Only the first function that an entry is given holds what was sent; a callback's parameters are anything.
        if is_handler {
            self.frame.sources.sent.append(&mut inner.sent);
        } else {
            let told = ["body", "query", "params", "searchParams"];
            self.frame.sources.sent.extend(inner.sent.into_iter().filter(|it| told.contains(&it.as_str())));
        }
    }

    /// The variable of the environment that an expression is, and whether a text stands in for it.
    fn secret(&self, it: &Expression<'_>, depth: u8) -> Option<(String, bool)> {
        if depth > 6 {
            return None;
        }
        match it.awaited() {
            Expression::Identifier(it) => self.frame.secrets.get(it.name.as_str()).cloned().or_else(|| {
                let raw = self.file.raws.iter().find(|raw| raw.name == it.name.as_str())?;
                let Source::Other(it) = raw.source else { return None };
                self.secret(it, depth + 1)
            }),
            Expression::LogicalExpression(it) => {
                let (variable, has_fallback) = self.secret(&it.left, depth + 1)?;
                Some((variable, has_fallback || tree::text(&it.right).is_some()))
            }
            Expression::TemplateLiteral(it) => it.expressions.iter().take(4).find_map(|it| self.secret(it, depth + 1)),
            Expression::CallExpression(it) => {
                let is_read = tree::dotted(&it.callee).is_some_and(|it| it == "Deno.env.get" || it == "env.get");
                let name = tree::argument_text(it.arguments.first().filter(|_| is_read));
                name.map(|it| (it.to_owned(), false))
            }
            it => {
                let name = tree::dotted(it)?;
                let (object, variable) = name.rsplit_once('.')?;
                let holds = object == "env" || object.strip_suffix(".env").is_some();
                holds.then(|| (variable.to_owned(), false))
            }
        }
    }

    fn compared(&mut self, it: &BinaryExpression<'a>) {
        for (one, other) in [(&it.left, &it.right), (&it.right, &it.left)] {
            let is_value = !matches!(
                other.peeled(),
                Expression::StringLiteral(_)
                    | Expression::NullLiteral(_)
                    | Expression::BooleanLiteral(_)
                    | Expression::NumericLiteral(_)
            ) && !matches!(other.peeled(), Expression::Identifier(it) if it.name == "undefined");
            if let Some((variable, has_fallback)) = self.secret(one, 0).filter(|_| is_value) {
                let upper = variable.to_ascii_uppercase();
                if ["SECRET", "KEY", "TOKEN", "PASSWORD", "PASS"].iter().any(|it| upper.contains(it)) {
                    self.act(What::ComparesSecret { variable, has_fallback }, it.span.start);
                }
            }
            let is_power = tree::text(one).is_some_and(|it| vendors::POWERS.contains(&it.to_ascii_lowercase().as_str()));
            if is_power && self.frame.sources.is_sent(other) && named_like(other, &["role"]) {
                let says = self.file.parsed.text.get(it.span.start as usize..it.span.end as usize).unwrap_or_default();
                self.act(What::TakesRole { says: says.to_owned() }, it.span.start);
            }
        }
    }
}

/// Whether the last word of a name holds one of these.
fn named_like(it: &Expression<'_>, words: &[&str]) -> bool {
    let name = tree::dotted(it).unwrap_or_default().to_ascii_lowercase();
    let last = name.rsplit('.').next().unwrap_or_default();
    words.iter().any(|word| last.contains(word))
}

impl<'a> Visit<'a> for Reader<'_, '_, '_, 'a> {
    fn visit_function(&mut self, it: &Function<'a>, flags: ScopeFlags) {
        if it.body.as_ref().is_some_and(|it| is_action(it)) {
            let name = it.id.as_ref().map_or("action", |it| it.name.as_str());
            let handler = inline(name, self.file.parsed.line(it.span.start), self.file.parsed.line(it.span.end));
            self.entry(handler, |reader| reader.function(&it.params, it.body.as_deref(), false));
            return;
        }
        self.inner_parameters(&it.params);
        walk::walk_function(self, it, flags);
    }

    fn visit_arrow_function_expression(&mut self, it: &ArrowFunctionExpression<'a>) {
        if matches!(&it.body, ArrowFunctionBody::FunctionBody(it) if is_action(it)) {
            let handler = inline("action", self.file.parsed.line(it.span.start), self.file.parsed.line(it.span.end));
            self.entry(handler, |reader| reader.arrow(it, false));
            return;
        }
        self.inner_parameters(&it.params);
        walk::walk_arrow_function_expression(self, it);
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        if self.is_route(it) {
            return;
        }
        self.call(it);
        walk::walk_call_expression(self, it);
    }

    fn visit_expression(&mut self, it: &Expression<'a>) {
        if let Some(says) = self.frame.sources.read(it) {
            self.input(says, it.span().start);
        }
        walk::walk_expression(self, it);
    }

    fn visit_member_expression(&mut self, it: &MemberExpression<'a>) {
        if let Some(name) = it.static_property_name() {
            let of_request = self.frame.sources.is_request(it.object());
            if name == "pathname" && (of_request || self.frame.sources.is_address(it.object())) {
                self.act(What::DecidesByPath, it.span().start);
            }
            let of_locals = || tree::dotted(it.object()).is_some_and(|it| it == "locals" || it.ends_with(".locals"));
            let says_who = match name {
                "user" | "auth" | "session" | "userId" | "currentUser" => of_request || of_locals(),
                "safeGetSession" | "getUser" => of_locals(),
                _ => false,
            };
            if says_who {
                self.act(What::Identifies { by: name.to_owned(), is_verified: true }, it.span().start);
            }
        }
        walk::walk_member_expression(self, it);
    }

    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        walk::walk_variable_declarator(self, it);
        let Some(init) = &it.init else { return };
        if self.frame.sources.is_sent(init) {
            if self.frame.sources.is_address(init) && statements::takes(&it.id, "searchParams") {
                self.input("searchParams".to_owned(), it.span.start);
            }
            self.frame.sources.bind(&it.id);
        }
        self.declared(it, init);
        if let Some(id) = it.id.get_binding_identifier()
            && let Some(secret) = self.secret(init, 0)
        {
            self.frame.secrets.insert(id.name.to_string(), secret);
        }
    }

    fn visit_binary_expression(&mut self, it: &BinaryExpression<'a>) {
        if it.operator.is_equality() {
            self.compared(it);
        }
        if it.operator.is_compare() || it.operator.is_equality() || it.operator.is_relational() {
            self.frame.flow.check(&it.left);
            self.frame.flow.check(&it.right);
        }
        walk::walk_binary_expression(self, it);
    }

    fn visit_if_statement(&mut self, it: &IfStatement<'a>) {
        let test = match it.test.peeled() {
            Expression::UnaryExpression(it) => it.argument.peeled(),
            it => it,
        };
        let is_word = matches!(test, Expression::Identifier(_)) || test.is_member_expression();
        if is_word
            && self.frame.sources.is_sent(test)
            && named_like(test, &["isadmin", "is_admin", "issuperuser", "is_superuser"])
        {
            let says = tree::dotted(test).unwrap_or_default();
            self.act(What::TakesRole { says }, it.span.start);
        }
        walk::walk_if_statement(self, it);
    }

    fn visit_tagged_template_expression(&mut self, it: &TaggedTemplateExpression<'a>) {
        self.tagged(it);
        walk::walk_tagged_template_expression(self, it);
    }

    fn visit_computed_member_expression(&mut self, it: &ComputedMemberExpression<'a>) {
        self.frame.flow.check(&it.expression);
        walk::walk_computed_member_expression(self, it);
    }

    fn visit_switch_statement(&mut self, it: &SwitchStatement<'a>) {
        self.frame.flow.check(&it.discriminant);
        walk::walk_switch_statement(self, it);
    }

    fn visit_numeric_literal(&mut self, it: &NumericLiteral<'a>) {
        for status in [401_u16, 403, 429] {
            if (it.value - f64::from(status)).abs() < f64::EPSILON {
                self.act(What::Answers(status), it.span.start);
            }
        }
    }

    fn visit_string_literal(&mut self, it: &StringLiteral<'a>) {
        self.paid_address(it.value.as_str(), it.span.start);
    }

    fn visit_template_element(&mut self, it: &TemplateElement<'a>) {
        self.paid_address(it.value.raw.as_str(), it.span.start);
    }

    fn visit_identifier_reference(&mut self, it: &IdentifierReference<'a>) {
        let name = it.name.as_str();
        let import = self.file.locals.get(name).copied();
        if (import.is_some() || self.file.names.contains(name)) && !self.frame.body.mentions.iter().any(|it| it == name) {
            self.frame.body.mentions.push(name.to_owned());
        }
        if let Some((from, thing)) = import
            && let Some((provider, is_metered_feature)) = package(from).and_then(|it| vendors::paid(&it, thing))
        {
            self.act(What::Pays { provider, is_metered_feature }, it.span.start);
        }
    }
}

impl Reader<'_, '_, '_, '_> {
    fn paid_address(&mut self, text: &str, offset: u32) {
        if let Some((provider, is_metered_feature)) = vendors::paid_host(text) {
            self.act(What::Pays { provider, is_metered_feature }, offset);
        }
    }
}

fn is_action(body: &FunctionBody<'_>) -> bool {
    body.directives.iter().any(|it| it.directive == "use server")
}

fn inline(name: &str, line: u32, until: u32) -> Handler {
    Handler {
        name: name.to_owned(),
        kind: Kind::ServerAction,
        method: "POST".to_owned(),
        route: None,
        line,
        until,
        body: Body::default(),
    }
}
