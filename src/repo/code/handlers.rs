//! Where a request from outside enters the code: route handlers, server actions, API pages and edge functions, with what
//! each reads, checks and calls. It names what stands there and judges nothing.

mod body;
mod entries;
mod input;
pub mod matcher;
mod route;
#[cfg(test)]
mod tests;
mod units;
pub mod vendors;

use super::imports::Import;
use super::parse::Parsed;
use matcher::Matcher;

/// The entries of one file, and what its own functions do, so that a call can be followed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Handlers {
    pub entries: Vec<Handler>,
    /// What stands at the top of the module under a name: functions, and values such as clients and schemas.
    pub units: Vec<Unit>,
    /// What is put before every route of the file: `app.use(requireUser)`.
    pub before: Vec<Call>,
    /// Whether a module-level `Map`, `Set` or cache is made: memory of one instance.
    pub keeps_in_memory: bool,
    /// Of Next's middleware: for which addresses it runs. None: it says nothing, and runs for all of them.
    pub matcher: Option<Matcher>,
    /// Of an API page: whether Next parses the body before the handler has it. None: the file says nothing, and Next does.
    pub body_parser: Option<bool>,
}

/// One entry from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handler {
    /// The exported name, or the last part of the path.
    pub name: String,
    pub kind: Kind,
    /// `GET`, `POST`, …; `ANY` where the code decides.
    pub method: String,
    /// The path of the address, where the file or the code says it.
    pub route: Option<String>,
    pub line: u32,
    /// The last line of its own code.
    pub until: u32,
    pub body: Body,
}

impl Handler {
    /// Whether a line of its file is its own code. The statements of an Edge Function's file are all of them its own.
    #[must_use]
    pub fn holds(&self, line: u32) -> bool {
        self.kind == Kind::EdgeFunction || (self.line..=self.until).contains(&line)
    }
}

/// How requests reach it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `app/**/route.*` of Next.js.
    Route,
    /// `pages/api/**` of Next.js.
    ApiPage,
    /// A function that browsers can call by `"use server"`.
    ServerAction,
    EdgeFunction,
    /// `loader` of Remix and React Router.
    Loader,
    /// `action` of Remix and React Router.
    Action,
    /// `+server` of SvelteKit.
    Endpoint,
    /// `actions` and `load` of a SvelteKit page's server half.
    PageServer,
    /// A route of Express, Hono, Fastify and their like.
    ServerRoute,
    /// `api/*` of Vercel, `netlify/functions/*`.
    HostFunction,
    /// `onRequest` and `onCall` of Firebase.
    CloudFunction,
}

impl Kind {
    /// What a reader calls it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Route => "route handler",
            Self::ApiPage => "API page",
            Self::ServerAction => "server action",
            Self::EdgeFunction => "Edge Function",
            Self::Loader => "loader",
            Self::Action => "action",
            Self::Endpoint => "endpoint",
            Self::PageServer => "page's server half",
            Self::ServerRoute => "route",
            Self::HostFunction => "function of the host",
            Self::CloudFunction => "cloud function",
        }
    }
}

/// Something named at the top of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    pub name: String,
    /// The names under which it leaves the module; `default` is one.
    pub exported: Vec<String>,
    pub line: u32,
    /// The last line of its code.
    pub until: u32,
    pub body: Body,
}

/// What a piece of code does, in the order of its text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Body {
    /// Reads of what the caller sent.
    pub inputs: Vec<Input>,
    /// Calls of functions that the file imports or has itself.
    pub calls: Vec<Call>,
    /// Names of imports and of the module's own units that it mentions.
    pub mentions: Vec<String>,
    pub acts: Vec<Act>,
}

/// A read of what the caller sent, such as `request.json()`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    pub says: String,
    pub line: u32,
}

/// A call of a function that the file imports or has itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// As it is written, such as `requireUser` or `guards.admin`.
    pub name: String,
    /// The module it was imported from, as it is written; none for a function of the file.
    pub from: Option<String>,
    pub line: u32,
    /// Whether what the caller sent, or the request itself, is handed to it.
    pub takes_input: bool,
}

/// Something that decides whether a handler is safe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    pub what: What,
    pub line: u32,
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Finds out who asks. `is_verified` is false for what trusts a cookie, such as `auth.getSession()`.
    Identifies { by: String, is_verified: bool },
    /// Checks a sender's signature.
    ChecksSignature { by: String },
    /// Compares something with a secret of the environment; `has_fallback` when a text stands in where it is unset.
    ComparesSecret { variable: String, has_fallback: bool },
    /// Checks what was sent by a schema. `from` is the app's module that holds the schema, where this file imports no
    /// library of schemas.
    Validates { by: String, from: Option<String> },
    /// Counts callers.
    Limits { by: String },
    /// Calls something that costs money by use.
    Pays { provider: &'static str, is_metered_feature: bool },
    /// Uses a table or a stored function.
    Uses(TableUse),
    /// Signs somebody up or in, or sends a way to reset a password.
    Enters { by: String },
    /// Takes a role from what the caller sent.
    TakesRole { says: String },
    /// Answers with that status.
    Answers(u16),
    /// Sends the caller elsewhere, or refuses: `NextResponse.redirect(…)`, `auth.protect()`.
    Refuses { by: String },
    /// Decides by the address that was asked for.
    DecidesByPath,
    /// Puts values into the text of a statement of SQL. `is_sent` when one of them came from the caller of this very
    /// function and nothing made a number of it.
    BuildsSql { by: String, is_sent: bool },
}

/// A table or a stored function, and what is done to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableUse {
    /// None for a computed name.
    pub table: Option<String>,
    /// `select`, `insert`, `update`, `upsert`, `delete`, `rpc`.
    pub verb: &'static str,
    pub line: u32,
}

impl TableUse {
    /// Whether it changes rows. What a stored function does is not seen, and is not called a write.
    #[must_use]
    pub fn writes(&self) -> bool {
        !matches!(self.verb, "select" | "rpc")
    }
}

impl Body {
    /// Whether any act is of that kind.
    pub fn does(&self, is: impl Fn(&What) -> bool) -> bool {
        self.acts.iter().any(|it| is(&it.what))
    }
}

impl Handlers {
    /// Adds what one tree of the file holds.
    pub(super) fn add(&mut self, parsed: &Parsed<'_, '_>, imports: &[Import]) {
        entries::read(self, parsed, imports);
    }
}
