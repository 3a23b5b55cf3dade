//! Rejections that a function swallows which does nothing: `.catch(() => {})`, and handlers of every unhandled error
//! (`apis/repo-signals.md` §7).

use super::Failures;
use super::catches::{does_nothing, is_explained};
use crate::repo::code::chain::{Chain, text, words};
use crate::repo::code::parse::Parsed;
use oxc_ast::ast::CallExpression;
use oxc_ast_visit::{Visit, walk};

/// A rejection that is caught by nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Muted {
    pub line: u32,
    /// What may reject, as the code writes it.
    pub of: String,
    /// Losing it loses nothing: a count of visitors, a body that is no JSON, a film that may not start by itself.
    pub expected: bool,
}

/// A handler of every unhandled error that drops it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unheard {
    pub line: u32,
    /// `unhandledRejection` and the like.
    pub event: String,
}

pub(super) fn add(failures: &mut Failures, parsed: &Parsed<'_, '_>) {
    Walk { parsed, failures }.visit_program(parsed.program);
}

struct Walk<'p, 'x, 'a> {
    parsed: &'p Parsed<'p, 'a>,
    failures: &'x mut Failures,
}

/// Words of work that nobody misses.
const UNMISSED: [&str; 26] = [
    "track",
    "analytics",
    "capture",
    "posthog",
    "gtag",
    "identify",
    "beacon",
    "metrics",
    "telemetry",
    "log",
    "prefetch",
    "preload",
    "play",
    "clipboard",
    "vibrate",
    "fullscreen",
    "close",
    "cancel",
    "abort",
    "unsubscribe",
    "share",
    "json",
    "text",
    "unregister",
    "register",
    "lock",
];

impl<'a> Visit<'a> for Walk<'_, '_, 'a> {
    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        let chain = Chain::of_call(it);
        let handler = it.arguments.first().and_then(|it| it.as_expression());
        if let (Some(last), Some(handler)) = (chain.last().filter(|it| it.name == "catch"), handler)
            && it.arguments.len() == 1
            && chain.steps.len() > 1
            && does_nothing(handler)
            && !is_explained(self.parsed, handler)
        {
            let of = chain.words();
            let of = of.strip_suffix(".catch").unwrap_or(&of).to_owned();
            let expected = words(&of).iter().any(|it| UNMISSED.contains(&it.as_str()));
            self.failures.muted.push(Muted { line: self.parsed.line(last.at), of, expected });
        }
        if let (Some(event), Some(handler)) = (handler.and_then(text), it.arguments.get(1).and_then(|it| it.as_expression())) {
            let listens = (chain.root == "process" && matches!(chain.name(), "on" | "once"))
                || matches!(chain.name(), "addEventListener" | "addListener");
            let of_all = matches!(event, "unhandledRejection" | "uncaughtException" | "unhandledrejection");
            if listens && of_all && does_nothing(handler) {
                let line = self.parsed.line(it.span.start);
                self.failures.unheard.push(Unheard { line, event: event.to_owned() });
            }
        }
        walk::walk_call_expression(self, it);
    }
}
