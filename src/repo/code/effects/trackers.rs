//! Where a file starts an error tracker or hands it an error, and what silences it (`apis/repo-signals.md` §6).

use crate::repo::code::chain::{Chain, arrow, body, constructed, object, property, text};
use crate::repo::code::parse::Parsed;
use oxc_ast::ast::{
    Argument, CallExpression, Expression, ImportDeclarationSpecifier, NewExpression, ObjectExpression, Statement,
};
use oxc_ast_visit::{Visit, walk};

/// An error tracker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Product {
    Sentry,
    Rollbar,
    Highlight,
    LaunchDarkly,
    PostHog,
    Datadog,
    Bugsnag,
    Other,
}

impl Product {
    /// The product of a package.
    #[must_use]
    pub fn of(module: &str) -> Option<Self> {
        let module = module.strip_prefix("npm:").unwrap_or(module);
        let after = module.split_once("esm.sh/").map_or(module, |(_, rest)| rest);
        let is = |names: &[&str]| names.iter().any(|it| after.starts_with(it));
        if is(&["@sentry/"]) || module.contains("deno.land/x/sentry") {
            Some(Self::Sentry)
        } else if is(&["rollbar", "@rollbar/"]) {
            Some(Self::Rollbar)
        } else if is(&["@highlight-run/", "highlight.run"]) {
            Some(Self::Highlight)
        } else if is(&["@launchdarkly/observability", "@launchdarkly/session-replay"]) {
            Some(Self::LaunchDarkly)
        } else if is(&["posthog-js", "posthog-node"]) {
            Some(Self::PostHog)
        } else if is(&["@datadog/browser-rum", "dd-trace", "@datadog/browser-logs"]) {
            Some(Self::Datadog)
        } else if is(&["@bugsnag/"]) {
            Some(Self::Bugsnag)
        } else if is(&["@honeybadger-io/", "@appsignal/", "logrocket", "@airbrake/", "newrelic", "raygun4js", "trackjs"]) {
            Some(Self::Other)
        } else {
            None
        }
    }

    /// Its name for a reader.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Sentry => "Sentry",
            Self::Rollbar => "Rollbar",
            Self::Highlight => "Highlight",
            Self::LaunchDarkly => "LaunchDarkly Observability",
            Self::PostHog => "PostHog",
            Self::Datadog => "Datadog",
            Self::Bugsnag => "Bugsnag",
            Self::Other => "another error tracker",
        }
    }
}

/// A tracker that is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    pub line: u32,
    pub product: Product,
    /// Why it sends nothing although it is started.
    pub silent: Option<String>,
    /// It sends to a host that the app names: `backendUrl`.
    pub own_host: bool,
}

/// What one file does with error trackers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trackers {
    pub starts: Vec<Start>,
    /// Where an error is handed to one.
    pub captures: Vec<u32>,
    /// Build settings that a tracker wraps, such as `withSentryConfig`.
    pub wraps: Vec<String>,
}

pub(super) fn add(trackers: &mut Trackers, parsed: &Parsed<'_, '_>) {
    let mut names = Vec::new();
    for it in &parsed.program.body {
        let Statement::ImportDeclaration(it) = it else { continue };
        let Some(product) = Product::of(&it.source.value) else { continue };
        names.extend(it.specifiers.iter().flatten().map(|it| match it {
            ImportDeclarationSpecifier::ImportSpecifier(it) => (it.local.name.to_string(), product),
            ImportDeclarationSpecifier::ImportDefaultSpecifier(it) => (it.local.name.to_string(), product),
            ImportDeclarationSpecifier::ImportNamespaceSpecifier(it) => (it.local.name.to_string(), product),
        }));
    }
    Walk { parsed, names, trackers }.visit_program(parsed.program);
}

struct Walk<'p, 'x, 'a> {
    parsed: &'p Parsed<'p, 'a>,
    /// Names that come from a tracker's package.
    names: Vec<(String, Product)>,
    trackers: &'x mut Trackers,
}

impl Walk<'_, '_, '_> {
    fn product(&self, root: &str) -> Option<Product> {
        self.names.iter().find(|it| it.0 == root).map(|it| it.1)
    }

    fn start(&mut self, at: u32, product: Product, options: Option<&Expression<'_>>) {
        let options = options.and_then(object);
        let own_host = options.is_some_and(|it| property(it, "backendUrl").is_some() || property(it, "otlpEndpoint").is_some());
        let silent = options.and_then(silence);
        self.trackers.starts.push(Start { line: self.parsed.line(at), product, silent, own_host });
    }
}

/// What keeps a started tracker silent whatever the environment is.
fn silence(options: &ObjectExpression<'_>) -> Option<String> {
    if matches!(property(options, "enabled"), Some(Expression::BooleanLiteral(it)) if !it.value) {
        return Some("`enabled` is false".to_owned());
    }
    let dsn = property(options, "dsn").and_then(text);
    if dsn.is_some_and(|it| it.is_empty() || it.contains("YOUR_") || it.contains("examplePublicKey")) {
        return Some("its DSN is empty or a placeholder".to_owned());
    }
    let before = property(options, "beforeSend")?;
    let drops = match arrow(before) {
        Some(it) => it.is_null(),
        None => match body(before).map(|it| it.statements.as_slice()) {
            Some([Statement::ReturnStatement(it)]) => it.argument.as_ref().is_some_and(Expression::is_null),
            _ => false,
        },
    };
    drops.then(|| "`beforeSend` drops every event".to_owned())
}

impl<'a> Visit<'a> for Walk<'_, '_, 'a> {
    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        let chain = Chain::of_call(it);
        let name = chain.name();
        let options = it.arguments.iter().filter_map(Argument::as_expression).find(|it| object(it).is_some());
        if let Some(product) = self.product(chain.root) {
            match name {
                "init" | "start" | "initialize" | "registerHighlight" => self.start(it.span.start, product, options),
                "captureRequestError" => self.trackers.captures.push(self.parsed.line(it.span.start)),
                _ if name.starts_with("capture") || matches!(name, "error" | "consumeError" | "addError" | "notify") => {
                    self.trackers.captures.push(self.parsed.line(it.span.start));
                }
                _ => {}
            }
        }
        if matches!(name, "withSentryConfig" | "withHighlightConfig" | "sentryVitePlugin" | "withBugsnag") {
            self.trackers.wraps.push(name.to_owned());
        }
        walk::walk_call_expression(self, it);
    }

    fn visit_new_expression(&mut self, it: &NewExpression<'a>) {
        let root = match it.callee.get_inner_expression() {
            Expression::Identifier(it) => it.name.as_str(),
            _ => "",
        };
        if let Some(product @ (Product::Rollbar | Product::PostHog | Product::LaunchDarkly)) = self.product(root)
            && matches!(constructed(it), "Rollbar" | "PostHog" | "Observability")
        {
            let options = it.arguments.iter().filter_map(Argument::as_expression).find(|it| object(it).is_some());
            self.start(it.span.start, product, options);
        }
        walk::walk_new_expression(self, it);
    }
}
