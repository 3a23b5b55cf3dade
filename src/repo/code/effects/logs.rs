//! What a file writes to a log: by the console or by a logger, with which ids, and whether a secret is among it
//! (`apis/repo-signals.md` §6).

use crate::repo::code::chain::{Chain, constructed, object, text, words};
use crate::repo::code::failures::is_logger;
use crate::repo::code::parse::Parsed;
use oxc_ast::ast::{CallExpression, Expression, NewExpression, ObjectPropertyKind, StringLiteral};
use oxc_ast_visit::{Visit, walk};

/// What one file logs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Logs {
    /// Lines of `console.*`.
    pub console: Vec<u32>,
    /// How many of them write JSON that the code puts together.
    pub console_json: usize,
    /// Lines that write through a logger.
    pub logger: Vec<u32>,
    /// Where the id of a request is read, set or carried along.
    pub request_ids: Vec<u32>,
    /// Where something is logged that is named like a secret, and its name.
    pub secrets: Vec<(u32, String)>,
}

pub(super) fn add(logs: &mut Logs, parsed: &Parsed<'_, '_>) {
    Walk { parsed, logs }.visit_program(parsed.program);
}

struct Walk<'p, 'x, 'a> {
    parsed: &'p Parsed<'p, 'a>,
    logs: &'x mut Logs,
}

const LEVELS: [&str; 7] = ["log", "info", "warn", "error", "debug", "trace", "dir"];

/// Headers by which hosts and apps name a request.
const IDS: [&str; 5] = ["x-request-id", "x-correlation-id", "x-vercel-id", "sb-request-id", "x-trace-id"];

impl<'a> Visit<'a> for Walk<'_, '_, 'a> {
    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        let chain = Chain::of_call(it);
        let line = self.parsed.line(it.span.start);
        let last = chain.steps.last().map_or("", |it| it.name);
        let is_console = chain.root == "console" && LEVELS.contains(&last);
        let is_log = !is_console && chain.steps.len() < 4 && last != "child" && logs(&chain, last);
        if is_console {
            self.logs.console.push(line);
            let json = |it: &Expression<'_>| Chain::of(it).words() == "JSON.stringify";
            self.logs.console_json += usize::from(it.arguments.first().and_then(|it| it.as_expression()).is_some_and(json));
        }
        if is_log {
            self.logs.logger.push(line);
        }
        if is_console || is_log {
            for it in it.arguments.iter().filter_map(|it| it.as_expression()) {
                self.secret(it, line);
            }
        }
        walk::walk_call_expression(self, it);
    }

    fn visit_new_expression(&mut self, it: &NewExpression<'a>) {
        if constructed(it) == "AsyncLocalStorage" {
            self.logs.request_ids.push(self.parsed.line(it.span.start));
        }
        walk::walk_new_expression(self, it);
    }

    fn visit_string_literal(&mut self, it: &StringLiteral<'a>) {
        if IDS.iter().any(|id| it.value.eq_ignore_ascii_case(id)) {
            self.logs.request_ids.push(self.parsed.line(it.span.start));
        }
    }
}

fn logs(chain: &Chain<'_, '_>, last: &str) -> bool {
    is_logger(chain.root, last) || chain.steps.iter().rev().skip(1).any(|it| is_logger(it.name, last))
}

impl Walk<'_, '_, '_> {
    /// A value that is logged as it is: in place, in a template, or in an object.
    fn secret(&mut self, expression: &Expression<'_>, line: u32) {
        match expression.get_inner_expression() {
            Expression::TemplateLiteral(it) => it.expressions.iter().for_each(|it| self.secret(it, line)),
            Expression::BinaryExpression(it) => {
                self.secret(&it.left, line);
                self.secret(&it.right, line);
            }
            Expression::ObjectExpression(it) => {
                for it in &it.properties {
                    if let ObjectPropertyKind::ObjectProperty(it) = it
                        && object(&it.value).is_none()
                    {
                        self.secret(&it.value, line);
                    }
                }
            }
            Expression::CallExpression(_) | Expression::UnaryExpression(_) => {}
            other => {
                let chain = Chain::of(other);
                let name = chain.name();
                let of_environment = chain.root == "process" && chain.has("env");
                if text(other).is_none() && chain.steps.iter().all(|it| it.arguments.is_none()) && is_secret(name, of_environment)
                {
                    self.logs.secrets.push((line, chain.words()));
                }
            }
        }
    }
}

/// Whether a name is one of a secret's value. A count, a flag or a kind of it is none.
fn is_secret(name: &str, of_environment: bool) -> bool {
    let said = words(name);
    let has = |word: &str| said.iter().any(|it| it == word);
    let Some(last) = said.last() else { return false };
    let value = matches!(last.as_str(), "password" | "passwd" | "secret" | "authorization" | "cookie" | "jwt");
    let token =
        last == "token" && said.len() > 1 && (has("access") || has("refresh") || has("id") || has("auth") || has("session"));
    let key = last == "key" && (has("api") || has("secret") || has("private") || has("service") || has("role"));
    (value || token || key) && !(of_environment && (has("public") || has("publishable")))
}
