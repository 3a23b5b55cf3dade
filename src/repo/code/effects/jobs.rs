//! Work that must not end with a request: what carries it, what of it is known to its carrier, and slow work that is done
//! in place (`apis/repo-signals.md` §10).

use crate::repo::code::chain::{Chain, constructed, object, property, start};
use crate::repo::code::handlers::vendors::MODEL_PATHS;
use crate::repo::code::parse::Parsed;
use oxc_ast::ast::{
    Argument, ArrayExpressionElement, ArrowFunctionExpression, CallExpression, Declaration, Directive, Expression,
    ExpressionStatement, Function, NewExpression, ObjectPropertyKind, Statement, VariableDeclarator,
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::{GetSpan, Span};
use oxc_syntax::scope::ScopeFlags;
use std::collections::BTreeMap;

/// What carries work beyond a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Carrier {
    Inngest,
    Trigger,
    Qstash,
    BullMq,
    PgBoss,
    Pgmq,
    Workflow,
}

impl Carrier {
    /// The carrier of a package.
    #[must_use]
    pub fn of(module: &str) -> Option<Self> {
        let module = module.strip_prefix("npm:").unwrap_or(module);
        let is = |name: &str| module == name || module.strip_prefix(name).is_some_and(|it| it.starts_with(['/', '@']));
        let of = [
            ("inngest", Self::Inngest),
            ("@trigger.dev/sdk", Self::Trigger),
            ("@upstash/qstash", Self::Qstash),
            ("@upstash/workflow", Self::Qstash),
            ("bullmq", Self::BullMq),
            ("bull", Self::BullMq),
            ("pg-boss", Self::PgBoss),
            ("graphile-worker", Self::PgBoss),
            ("workflow", Self::Workflow),
        ];
        of.iter().find(|it| is(it.0)).map(|it| it.1)
    }

    /// Its name for a reader.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Inngest => "Inngest",
            Self::Trigger => "Trigger.dev",
            Self::Qstash => "QStash",
            Self::BullMq => "BullMQ",
            Self::PgBoss => "a queue in Postgres",
            Self::Pgmq => "Supabase Queues",
            Self::Workflow => "Vercel Workflow",
        }
    }
}

/// Something of a carrier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    pub line: u32,
    pub carrier: Carrier,
    /// The function's or queue's name in the code; empty when it has none.
    pub name: String,
}

/// A kind of work that takes long or must not be lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    Mail,
    Model,
    File,
    Browser,
}

impl Work {
    /// Words for it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Mail => "sends an e-mail",
            Self::Model => "asks a language model",
            Self::File => "works through a file",
            Self::Browser => "drives a browser",
        }
    }
}

/// Slow work that is done in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slow {
    pub line: u32,
    pub work: Work,
    /// As the code writes it.
    pub by: String,
    /// Its answer is streamed to a user who waits for it.
    pub streamed: bool,
    /// It stands in a function that a carrier runs.
    pub in_job: bool,
}

/// What one file holds of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Jobs {
    /// Functions that a carrier shall run.
    pub defined: Vec<Job>,
    /// Names in the list that Inngest is served.
    pub served: Vec<String>,
    /// Where such a list stands, and whether all of it is written out.
    pub serves: Option<(u32, bool)>,
    /// Where work is handed to a carrier.
    pub sends: Vec<Job>,
    /// Where QStash's signature is checked.
    pub verified: Vec<u32>,
    /// Workers that need a process of their own.
    pub workers: Vec<Job>,
    pub slow: Vec<Slow>,
    /// Statements of an async function that start work and do not wait for it, with what they start.
    pub floating: Vec<(u32, String)>,
    /// Timers that shall do something later, in the same process.
    pub timers: Vec<u32>,
}

pub(super) fn add(jobs: &mut Jobs, parsed: &Parsed<'_, '_>) {
    let mut names = BTreeMap::new();
    let mut tasks = Vec::new();
    for it in &parsed.program.body {
        match it {
            Statement::ImportDeclaration(it) => {
                let from = it.source.value.to_string();
                for it in it.specifiers.iter().flatten() {
                    names.insert(it.local().name.to_string(), from.clone());
                }
            }
            Statement::FunctionDeclaration(it) if it.r#async => tasks.extend(it.id.iter().map(|it| it.name.to_string())),
            Statement::ExportDeclaration(it) => {
                if let Declaration::FunctionDeclaration(it) = &it.declaration
                    && it.r#async
                {
                    tasks.extend(it.id.iter().map(|it| it.name.to_string()));
                }
            }
            _ => {}
        }
    }
    Walk { parsed, names, tasks, jobs, named: None, in_job: 0, deferred: 0, promised: 0, in_async: 0 }
        .visit_program(parsed.program);
}

struct Walk<'p, 'x, 'a> {
    parsed: &'p Parsed<'p, 'a>,
    /// Local names, with the module that they come from.
    names: BTreeMap<String, String>,
    /// Async functions of the module.
    tasks: Vec<String>,
    jobs: &'x mut Jobs,
    /// The constant that is being declared.
    named: Option<String>,
    in_job: usize,
    /// Inside `after()` or `waitUntil()`.
    deferred: usize,
    /// Inside `new Promise(…)`: a timer there is a pause.
    promised: usize,
    in_async: usize,
}

const MAIL_HOSTS: [&str; 5] = ["api.resend.com", "api.sendgrid.com", "api.postmarkapp.com", "api.mailgun.net", "api.brevo.com"];
const MODEL_HOSTS: [&str; 8] = [
    "api.openai.com",
    "api.anthropic.com",
    "openrouter.ai/api",
    "generativelanguage.googleapis.com",
    "ai.gateway.lovable.dev",
    "api.groq.com",
    "api.mistral.ai",
    "api.replicate.com",
];

impl Walk<'_, '_, '_> {
    fn carrier(&self, name: &str) -> Option<Carrier> {
        self.names.get(name).and_then(|it| Carrier::of(it))
    }

    fn uses(&self, carrier: Carrier) -> bool {
        self.names.values().any(|it| Carrier::of(it) == Some(carrier))
    }

    fn job(&self, at: u32, carrier: Carrier) -> Job {
        Job { line: self.parsed.line(at), carrier, name: self.named.clone().unwrap_or_default() }
    }

    /// What slow work a call is.
    fn work(&self, chain: &Chain<'_, '_>) -> Option<Work> {
        let name = chain.last()?.name;
        let root = chain.root.to_lowercase();
        let address = || chain.last().and_then(|it| it.argument(0)).and_then(start).unwrap_or_default();
        let from = self.names.get(chain.root).map_or("", String::as_str);
        let is_mail = chain.ends(&["emails", "send"])
            || chain.ends(&["batch", "send"])
            || (matches!(name, "sendMail" | "sendEmail" | "sendEmailWithTemplate")
                && !chain.root.is_empty()
                && chain.steps.len() == 1)
            || (name == "send" && matches!(root.as_str(), "sgmail" | "postmark" | "mailgun" | "sendgrid"));
        let is_model = chain.ends(&["completions", "create"])
            || (chain.ends(&["responses", "create"]) && root.contains("ai"))
            || (chain.ends(&["messages", "create"])
                && (root.contains("anthropic") || root.contains("claude") || self.is_anthropic()))
            || chain.ends(&["messages", "stream"])
            || chain.ends(&["images", "generate"])
            || matches!(name, "generateContent" | "generateContentStream")
            || (from == "ai" && matches!(chain.root, "generateText" | "streamText" | "generateObject" | "streamObject"));
        if is_mail {
            return Some(Work::Mail);
        }
        if is_model {
            return Some(Work::Model);
        }
        if chain.root == "fetch" && chain.steps.len() == 1 {
            let to = address();
            return if MAIL_HOSTS.iter().any(|it| to.contains(it)) {
                Some(Work::Mail)
            } else if MODEL_HOSTS.iter().any(|it| to.contains(it)) || self.is_model_path(chain) {
                Some(Work::Model)
            } else {
                None
            };
        }
        let is_file = matches!(from, "sharp" | "fluent-ffmpeg" | "pdf-parse" | "tesseract.js" | "mammoth" | "unpdf")
            || (matches!(from, "xlsx" | "exceljs" | "pdf-lib") && matches!(name, "read" | "load" | "readFile"));
        if is_file && chain.steps.len() == 1 {
            return Some(Work::File);
        }
        let drives = name == "launch" && (root.contains("puppeteer") || root.contains("chromium") || root.contains("playwright"));
        drives.then_some(Work::Browser)
    }

    /// Whether `client.messages` is Anthropic's: Twilio's client has messages too.
    fn is_anthropic(&self) -> bool {
        let imports = |module: &str| self.names.values().any(|it| it == module);
        imports("@anthropic-ai/sdk") && !imports("twilio")
    }

    /// Whether the address ends as those of every provider that speaks as OpenAI does.
    fn is_model_path(&self, chain: &Chain<'_, '_>) -> bool {
        let Some(address) = chain.last().and_then(|it| it.argument(0)) else { return false };
        let span = address.span();
        let text = self.parsed.text.get(span.start as usize..span.end as usize).unwrap_or_default();
        let text = text.trim_matches(['`', '"', '\'']);
        !text.starts_with("/api/") && MODEL_PATHS.iter().any(|it| text.ends_with(it))
    }

    /// Whether the work's answer is streamed on.
    fn is_streamed(&self, chain: &Chain<'_, '_>, span: Span) -> bool {
        let text = self.parsed.text.get(span.start as usize..span.end as usize).unwrap_or_default();
        chain.name().to_lowercase().contains("stream") || text.contains("stream: true") || text.contains("stream:true")
    }

    fn carry(&mut self, it: &CallExpression<'_>, chain: &Chain<'_, '_>) {
        let at = it.span.start;
        let name = chain.name();
        let direct = self.carrier(chain.root);
        let argument = |at: usize| it.arguments.get(at).and_then(Argument::as_expression);
        if name == "createFunction" && chain.steps.len() == 1 && it.arguments.len() > 1 {
            let job = self.job(at, Carrier::Inngest);
            self.jobs.defined.push(job);
        }
        if direct == Some(Carrier::Trigger) && matches!(name, "task" | "schemaTask" | "job") {
            let job = self.job(at, Carrier::Trigger);
            self.jobs.defined.push(job);
        }
        if name == "serve" && direct == Some(Carrier::Inngest) {
            self.serve(at, argument(0));
        }
        if name == "serve" && self.names.get(chain.root).is_some_and(|it| it.starts_with("@upstash/workflow")) {
            // Upstash's own `serve` checks the signature whenever the signing keys are set.
            self.jobs.verified.push(self.parsed.line(at));
        }
        if matches!(name, "verifySignatureAppRouter" | "verifySignature" | "verifySignatureEdge") {
            self.jobs.verified.push(self.parsed.line(at));
        }
        let sent = match name {
            "publishJSON" | "publish" | "enqueueJSON" | "batchJSON" if self.uses(Carrier::Qstash) => Some(Carrier::Qstash),
            "send" if chain.root.to_lowercase().contains("inngest") => Some(Carrier::Inngest),
            "trigger" | "batchTrigger" | "triggerAndWait" if self.uses(Carrier::Trigger) || chain.root == "tasks" => {
                Some(Carrier::Trigger)
            }
            "add" | "addBulk" if it.arguments.len() > 1 && chain.root.to_lowercase().ends_with("queue") => Some(Carrier::BullMq),
            "rpc" => {
                argument(0).and_then(start).filter(|it| matches!(*it, "send" | "pgmq_send" | "send_batch")).map(|_| Carrier::Pgmq)
            }
            _ => None,
        };
        if let Some(carrier) = sent {
            let job = self.job(at, carrier);
            self.jobs.sends.push(job);
        }
    }

    fn serve(&mut self, at: u32, options: Option<&Expression<'_>>) {
        let list = options.and_then(object).and_then(|it| {
            let short = it.properties.iter().find_map(|it| match it {
                ObjectPropertyKind::ObjectProperty(it) if it.key.static_name().as_deref() == Some("functions") => Some(&it.value),
                _ => None,
            });
            short.or_else(|| property(it, "functions"))
        });
        let Some(Expression::ArrayExpression(list)) = list.map(Expression::get_inner_expression) else {
            self.jobs.serves = Some((self.parsed.line(at), false));
            return;
        };
        let mut whole = true;
        for it in &list.elements {
            match it {
                ArrayExpressionElement::Identifier(it) => self.jobs.served.push(it.name.to_string()),
                other => {
                    let chain = other.as_expression().map(Chain::of);
                    match chain.filter(|it| !it.name().is_empty() && it.steps.iter().all(|it| it.arguments.is_none())) {
                        Some(chain) => self.jobs.served.push(chain.name().to_owned()),
                        None => whole = false,
                    }
                }
            }
        }
        self.jobs.serves = Some((self.parsed.line(at), whole));
    }
}

/// Whether a call makes a function that a carrier runs.
fn runs_later(chain: &Chain<'_, '_>) -> bool {
    chain.name() == "createFunction"
        || matches!(chain.words().as_str(), "task" | "schemaTask" | "schedules.task" | "step.run" | "boss.work")
}

fn defers(chain: &Chain<'_, '_>) -> bool {
    matches!(chain.name(), "waitUntil" | "after" | "unstable_after")
}

impl<'a> Visit<'a> for Walk<'_, '_, 'a> {
    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        let chain = Chain::of_call(it);
        self.carry(it, &chain);
        if let Some(work) = self.work(&chain) {
            let streamed = self.is_streamed(&chain, it.span);
            let line = self.parsed.line(it.span.start);
            self.jobs.slow.push(Slow { line, work, by: chain.words(), streamed, in_job: self.in_job > 0 });
        }
        let is_timer = matches!(chain.words().as_str(), "setTimeout" | "window.setTimeout" | "setInterval");
        if is_timer && self.promised == 0 && self.in_async > 0 {
            let text = self.parsed.text.get(it.span.start as usize..it.span.end as usize).unwrap_or_default();
            // Ending something that takes too long is no work.
            if !["abort", "reject", "resolve", "clearTimeout", "kill", "throw "].iter().any(|word| text.contains(word)) {
                self.jobs.timers.push(self.parsed.line(it.span.start));
            }
        }
        let (job, deferred) = (usize::from(runs_later(&chain)), usize::from(defers(&chain)));
        self.in_job += job;
        self.deferred += deferred;
        walk::walk_call_expression(self, it);
        self.in_job -= job;
        self.deferred -= deferred;
    }

    fn visit_new_expression(&mut self, it: &NewExpression<'a>) {
        let name = constructed(it);
        let from = match it.callee.get_inner_expression() {
            Expression::Identifier(it) => self.carrier(it.name.as_str()),
            _ => None,
        };
        if name == "Worker" && from == Some(Carrier::BullMq) {
            let job = self.job(it.span.start, Carrier::BullMq);
            self.jobs.workers.push(job);
        }
        if name == "Receiver" && from == Some(Carrier::Qstash) {
            self.jobs.verified.push(self.parsed.line(it.span.start));
        }
        let (job, promised) = (usize::from(name == "Worker"), usize::from(name == "Promise"));
        self.in_job += job;
        self.promised += promised;
        walk::walk_new_expression(self, it);
        self.in_job -= job;
        self.promised -= promised;
    }

    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        let outer = self.named.take();
        self.named = it.id.get_identifier_name().map(|it| it.to_string());
        walk::walk_variable_declarator(self, it);
        self.named = outer;
    }

    fn visit_directive(&mut self, it: &Directive<'a>) {
        if it.directive == "use workflow" {
            let job = self.job(it.span.start, Carrier::Workflow);
            self.jobs.defined.push(job);
        }
    }

    fn visit_function(&mut self, it: &Function<'a>, flags: ScopeFlags) {
        let (outer, in_async) = (self.named.take(), self.in_async);
        self.named = it.id.as_ref().map(|it| it.name.to_string());
        self.in_async = usize::from(it.r#async);
        walk::walk_function(self, it, flags);
        (self.named, self.in_async) = (outer, in_async);
    }

    fn visit_arrow_function_expression(&mut self, it: &ArrowFunctionExpression<'a>) {
        let in_async = self.in_async;
        // What a callback of an async function starts belongs to that function.
        self.in_async = self.in_async.max(usize::from(it.r#async));
        walk::walk_arrow_function_expression(self, it);
        self.in_async = in_async;
    }

    fn visit_expression_statement(&mut self, it: &ExpressionStatement<'a>) {
        let call = match it.expression.get_inner_expression() {
            Expression::UnaryExpression(it) => it.argument.get_inner_expression(),
            other => other,
        };
        if let Expression::CallExpression(call) = call
            && self.in_async > 0
            && self.deferred == 0
            && self.promised == 0
        {
            let chain = Chain::of_call(call);
            let goes_on = chain.last().is_some_and(|it| matches!(it.name, "then" | "catch" | "finally"));
            let is_task = chain.steps.len() == 1 && (chain.root == "fetch" || self.tasks.iter().any(|it| it == chain.root));
            if goes_on || is_task || self.work(&chain).is_some() {
                self.jobs.floating.push((self.parsed.line(call.span().start), chain.words()));
            }
        }
        walk::walk_expression_statement(self, it);
    }
}
