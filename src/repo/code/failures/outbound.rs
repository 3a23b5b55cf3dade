//! Calls to other systems, and whether something ends them when the other side does not answer. What an SDK does by itself
//! is written down here, with the version that it was read in.

use super::{Bindings, Failures};
use crate::repo::code::chain::{Chain, constructed, object, property, spreads, start};
use crate::repo::code::parse::Parsed;
use oxc_ast::ast::{
    Argument, AssignmentExpression, AssignmentTarget, CallExpression, Expression, NewExpression, ObjectExpression,
};
use oxc_ast_visit::{Visit, walk};

/// Whether a call ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bound {
    /// It is given a time-out or a signal, or what it is made by has one of less than two minutes.
    Timed,
    /// Its options come from elsewhere.
    Unsure,
    /// Nothing bounds it, or only a default of minutes.
    Never,
}

/// One call to another system, or the making of a client that calls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outbound {
    pub line: u32,
    /// `fetch`, `axios`, `OpenAI` and the like.
    pub by: String,
    /// The host, where the address is written out.
    pub host: Option<String>,
    pub bound: Bound,
    /// The address is the app's own: it starts with a slash.
    pub own: bool,
}

pub(super) fn add(failures: &mut Failures, parsed: &Parsed<'_, '_>) {
    let bindings = Bindings::of(parsed);
    Walk { parsed, bindings: &bindings, timed: 0, failures }.visit_program(parsed.program);
}

struct Walk<'p, 'x, 'a> {
    parsed: &'p Parsed<'p, 'a>,
    bindings: &'p Bindings,
    /// How many calls around this one end it in time.
    timed: usize,
    failures: &'x mut Failures,
}

/// Clients by the module that they come from: what option bounds them (a dot goes into an option; none: no option does), and
/// what they do without it. Read in the source of each, November 2026: openai 7.5 (`DEFAULT_TIMEOUT` 600 s, 2 retries),
/// `@anthropic-ai/sdk` 0.120 (600 s, 2), stripe 22.5 (80 s), groq-sdk 1.4 and together-ai 0.49 (60 s, 2), `@google/genai`
/// 2.18 (none; `httpOptions.timeout`), `@google/generative-ai` 0.24 (none; per model only), `@mistralai/mistralai` 2.6
/// (300 s), cohere-ai 8.0 (300 s), `@elevenlabs/elevenlabs-js` 2.56 (240 s, whatever its readme says), replicate 1.4 and
/// resend 6.22 (none; nothing to set one by). axios 1 and got 15 have none either (got tries twice more), ky 2 has 10 s and
/// 2 retries, undici 8 and so the `fetch` of Node 300 s for the headers and between two parts of the body, node-fetch 3
/// none, twilio 6 has 30 s. Not judged yet: supabase-js, AWS SDK 3 (`requestTimeout` 0, 3 attempts), gaxios 7: none.
const CLIENTS: [(&str, &str, &str, Bound); 14] = [
    ("openai", "OpenAI", "timeout", Bound::Never),
    ("openai", "AzureOpenAI", "timeout", Bound::Never),
    ("@anthropic-ai/sdk", "Anthropic", "timeout", Bound::Never),
    ("stripe", "Stripe", "timeout", Bound::Timed),
    ("groq-sdk", "Groq", "timeout", Bound::Timed),
    ("@google/generative-ai", "GoogleGenerativeAI", "", Bound::Unsure),
    ("@google/genai", "GoogleGenAI", "httpOptions.timeout", Bound::Never),
    ("@mistralai/mistralai", "Mistral", "timeoutMs", Bound::Never),
    ("replicate", "Replicate", "", Bound::Never),
    ("resend", "Resend", "", Bound::Never),
    ("cohere-ai", "CohereClient", "timeoutInSeconds", Bound::Never),
    ("cohere-ai", "CohereClientV2", "timeoutInSeconds", Bound::Never),
    ("together-ai", "Together", "timeout", Bound::Timed),
    ("@elevenlabs/elevenlabs-js", "ElevenLabsClient", "timeoutInSeconds", Bound::Never),
];

/// Functions of the `ai` package that call a model.
const AI: [&str; 7] = ["generateText", "streamText", "generateObject", "streamObject", "embed", "embedMany", "generateImage"];

const VERBS: [&str; 8] = ["get", "post", "put", "patch", "delete", "head", "request", "options"];

impl Walk<'_, '_, '_> {
    fn push(&mut self, at: u32, by: &str, address: Option<&Expression<'_>>, bound: Bound) {
        let written = address.and_then(start);
        let own = written.is_some_and(|it| it.starts_with('/') && !it.starts_with("//"));
        let host = written.and_then(|it| it.split_once("://")).map(|(_, rest)| rest);
        let host = host.and_then(|it| it.split(['/', '?', '$', ':']).next()).filter(|it| !it.is_empty()).map(str::to_owned);
        // A text that is its own address asks nobody.
        if written.is_some_and(|it| it.starts_with("data:") || it.starts_with("blob:")) {
            return;
        }
        let bound = if self.timed > 0 { Bound::Timed } else { bound };
        self.failures.calls.push(Outbound { line: self.parsed.line(at), by: by.to_owned(), host, bound, own });
    }

    fn call(&mut self, it: &CallExpression<'_>) {
        let chain = Chain::of_call(it);
        let Some(last) = chain.last() else { return };
        let bindings = self.bindings;
        let from = bindings.from(chain.root);
        let module = from.map_or("", |it| it.0);
        let (root, name) = (chain.root, last.name);
        let is_global = matches!(root, "globalThis" | "window" | "self" | "global") && name == "fetch" && chain.steps.len() == 1;
        if is_global || (root == "fetch" && name.is_empty() && chain.steps.len() == 1) {
            let bound = bound(last.argument(1), last.count() > 1, &["signal"]);
            self.push(it.span.start, "fetch", last.argument(0), bound);
        } else if root == "axios" && chain.steps.len() == 1 {
            self.axios(it, name, last.count());
        } else if (module == "got" || root == "got") && chain.steps.len() == 1 && (name.is_empty() || VERBS.contains(&name)) {
            self.push(it.span.start, "got", last.argument(0), bound(last.argument(1), last.count() > 1, &["timeout", "signal"]));
        } else if module == "ky" && chain.steps.len() == 1 && (name.is_empty() || VERBS.contains(&name)) {
            // Ten seconds unless it is told otherwise.
            let off = last.argument(1).and_then(object).and_then(|it| property(it, "timeout"));
            let is_off = matches!(off, Some(Expression::BooleanLiteral(it)) if !it.value);
            self.push(it.span.start, "ky", last.argument(0), if is_off { Bound::Never } else { Bound::Timed });
        } else if module == "undici" && name.is_empty() && matches!(root, "request" | "stream" | "fetch") {
            let names = ["signal", "headersTimeout", "bodyTimeout", "dispatcher"];
            self.push(it.span.start, "undici", last.argument(0), bound(last.argument(1), last.count() > 1, &names));
        } else if module == "node-fetch" && name.is_empty() {
            let said = bound(last.argument(1), last.count() > 1, &["signal"]);
            // Version 2 has a `timeout`, version 3 does not look at it.
            let has_old = last.argument(1).and_then(object).is_some_and(|it| property(it, "timeout").is_some());
            let said = if said == Bound::Never && has_old { Bound::Unsure } else { said };
            self.push(it.span.start, "node-fetch", last.argument(0), said);
        } else if module == "ai" && name.is_empty() && from.is_some_and(|it| AI.contains(&it.1)) {
            let names = ["abortSignal", "timeout"];
            self.push(it.span.start, root, None, bound(last.argument(0), last.count() > 0, &names));
        }
        let retries =
            matches!(module, "p-retry" | "async-retry" | "retry" | "axios-retry" | "exponential-backoff" | "ts-retry-promise");
        if retries && chain.steps.len() == 1 {
            self.failures.retries.push((self.parsed.line(it.span.start), root.to_owned()));
        }
        if root == "setGlobalDispatcher" {
            self.failures.defaults.push("fetch".to_owned());
        }
    }

    fn axios(&mut self, it: &CallExpression<'_>, name: &str, count: usize) {
        let argument = |at: usize| it.arguments.get(at).and_then(Argument::as_expression);
        let options = match name {
            "" if count == 1 => 0,
            "" | "get" | "delete" | "head" | "options" => 1,
            "post" | "put" | "patch" => 2,
            "request" | "create" => 0,
            _ => return,
        };
        let address = if options == 0 {
            argument(0).and_then(object).and_then(|it| property(it, "url").or(property(it, "baseURL")))
        } else {
            argument(0)
        };
        let mut bound = bound(argument(options), count > options, &["timeout", "signal"]);
        // `axios(url)` has no options at all.
        if name.is_empty() && count == 1 && argument(0).is_some_and(|it| object(it).is_none()) {
            bound = if argument(0).and_then(start).is_some() { Bound::Never } else { Bound::Unsure };
        }
        self.push(it.span.start, "axios", address, bound);
    }
}

/// What options say.
fn bound(options: Option<&Expression<'_>>, given: bool, names: &[&str]) -> Bound {
    match options {
        Some(it) => match object(it) {
            Some(it) if names.iter().any(|name| property(it, name).is_some_and(|it| !it.is_null_or_undefined())) => Bound::Timed,
            Some(it) if spreads(it) => Bound::Unsure,
            Some(_) => Bound::Never,
            None if it.is_null_or_undefined() => Bound::Never,
            None => Bound::Unsure,
        },
        None if given => Bound::Unsure,
        None => Bound::Never,
    }
}

/// What the options of a client say that is made with them.
fn made_with(options: Option<&ObjectExpression<'_>>, option: &str) -> Bound {
    let Some(options) = options else { return Bound::Never };
    match option.split_once('.') {
        _ if option.is_empty() && !spreads(options) => Bound::Never,
        None if property(options, option).is_some_and(|it| !it.is_null_or_undefined()) => Bound::Timed,
        None if spreads(options) => Bound::Unsure,
        None => Bound::Never,
        Some((outer, inner)) => match property(options, outer) {
            None if spreads(options) => Bound::Unsure,
            None => Bound::Never,
            Some(it) => bound(Some(it), true, &[inner]),
        },
    }
}

/// Whether a call ends what it is handed: `withTimeout(fetch(…), 5_000)`, `Promise.race([fetch(…), late])`.
fn ends_in_time(chain: &Chain<'_, '_>) -> bool {
    let name = chain.name().to_lowercase();
    (name.contains("timeout") && chain.name() != "setTimeout") || (chain.root == "Promise" && name == "race")
}

impl<'a> Visit<'a> for Walk<'_, '_, 'a> {
    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        self.call(it);
        let ends = usize::from(ends_in_time(&Chain::of_call(it)));
        self.timed += ends;
        walk::walk_call_expression(self, it);
        self.timed -= ends;
    }

    fn visit_new_expression(&mut self, it: &NewExpression<'a>) {
        let name = constructed(it);
        let module = match it.callee.get_inner_expression() {
            Expression::Identifier(callee) => self.bindings.from(callee.name.as_str()).map_or("", |it| it.0),
            _ => "",
        };
        let is_of = |wanted: &str| module.split(['/', '@', ':', '?']).any(|it| it == wanted) || module.contains(wanted);
        if let Some((_, by, option, otherwise)) = CLIENTS.iter().find(|it| it.1 == name && is_of(it.0)) {
            // Options are the last argument of every one of these.
            let options = it.arguments.last().and_then(Argument::as_expression);
            let options_said = options.and_then(object);
            let said = made_with(options_said, option);
            let bound = if said == Bound::Never { *otherwise } else { said };
            // A `fetch` of its own may end by itself.
            let has_own = options_said.is_some_and(|it| ["fetch", "fetcher"].iter().any(|name| property(it, name).is_some()));
            let bound = if bound == Bound::Never && has_own { Bound::Unsure } else { bound };
            self.push(it.span.start, by, None, bound);
            let retries =
                options.and_then(object).and_then(|it| property(it, "maxRetries").or(property(it, "maxNetworkRetries")));
            if retries.is_some() {
                self.failures.retries.push((self.parsed.line(it.span.start), (*by).to_owned()));
            }
        }
        if name == "XMLHttpRequest" {
            let bound = if self.parsed.text.contains(".timeout") { Bound::Timed } else { Bound::Never };
            self.push(it.span.start, name, None, bound);
        }
        walk::walk_new_expression(self, it);
    }

    fn visit_assignment_expression(&mut self, it: &AssignmentExpression<'a>) {
        if let AssignmentTarget::StaticMemberExpression(target) = &it.left
            && target.property.name == "timeout"
            && Chain::of(&target.object).words() == "axios.defaults"
        {
            self.failures.defaults.push("axios".to_owned());
        }
        walk::walk_assignment_expression(self, it);
    }
}
