//! The walk over one tree that finds its queries: chains of calls, the functions and branches that they stand in, and the
//! variables that hold what is asked later.

#![expect(clippy::similar_names, reason = "a link of a chain has a line, and both words are the right ones")]

use super::chain::{self, Chain, key};
use super::columns::Objects;
use super::connections::{self, Connection, Made};
use super::steps::{self, Placed, Unit, Write};
use super::{Columns, DocumentCall, FunctionCall, Maker, Queries, RawSql, TableCall, Verb, Via, drizzle, filters, prisma};
use crate::repo::code::firestore::Held;
use crate::repo::code::parse::Parsed;
use crate::repo::code::sql::{Mark, Statement};
use oxc_ast::ast::{CallExpression, Expression};
use oxc_span::GetSpan;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

mod walk;

type Key = (u32, u32);

/// Callees that run a function given to them at once, as a part of the function around them.
const AT_ONCE: [&str; 16] = [
    "map",
    "forEach",
    "flatMap",
    "filter",
    "reduce",
    "then",
    "catch",
    "finally",
    "all",
    "allSettled",
    "transaction",
    "$transaction",
    "begin",
    "run",
    "runTransaction",
    "withTransaction",
];

/// Calls that make one whole of the writes inside them.
const TRANSACTIONS: [&str; 5] = ["transaction", "$transaction", "begin", "runTransaction", "withTransaction"];

pub(super) struct Collect<'x, 'p, 'a> {
    parsed: &'x Parsed<'p, 'a>,
    out: &'x mut Queries,
    /// Calls that were read as a part of a longer chain.
    inner: HashSet<Key>,
    /// Calls on tables by the outermost call of their chain.
    made: HashMap<Key, usize>,
    /// Variables that hold a query that is not yet sent.
    held: HashMap<String, usize>,
    /// Calls of which only the table is known, and whether their client is surely one of Supabase.
    bare: HashMap<usize, bool>,
    texts: HashMap<String, String>,
    environment: BTreeMap<String, String>,
    imported: BTreeMap<String, (String, String)>,
    makers: BTreeMap<String, Maker>,
    names: HashMap<Key, String>,
    at_once: HashSet<Key>,
    units: BTreeMap<u32, Unit>,
    stack: Vec<u32>,
    arms: Vec<(u32, u32)>,
    transactions: usize,
    assigned: HashSet<Key>,
    writes: Vec<(usize, Placed)>,
    /// Writes by statements of SQL and to collections.
    placed: Vec<Placed>,
    /// Functions in which a statement has begun a transaction.
    begun: BTreeSet<u32>,
    references: Held,
    objects: Objects,
}

impl<'x, 'p, 'a> Collect<'x, 'p, 'a> {
    pub fn new(parsed: &'x Parsed<'p, 'a>, out: &'x mut Queries, modules: &[&str]) -> Self {
        Self {
            parsed,
            out,
            inner: HashSet::new(),
            made: HashMap::new(),
            held: HashMap::new(),
            bare: HashMap::new(),
            texts: HashMap::new(),
            environment: BTreeMap::new(),
            imported: BTreeMap::new(),
            makers: BTreeMap::new(),
            names: HashMap::new(),
            at_once: HashSet::new(),
            units: BTreeMap::new(),
            stack: Vec::new(),
            arms: Vec::new(),
            transactions: 0,
            assigned: HashSet::new(),
            writes: Vec::new(),
            placed: Vec::new(),
            begun: BTreeSet::new(),
            references: Held::of(parsed.text, modules.iter().copied()),
            objects: Objects::default(),
        }
    }

    /// Sorts out what only the whole file could tell.
    pub fn finish(self) {
        let Self { out, bare, writes, units, mut placed, makers, .. } = self;
        out.makers.extend(makers);
        let is_dropped = |at: usize, call: &TableCall| call.verb.is_none() && bare.get(&at) == Some(&false);
        let dropped: BTreeSet<usize> =
            out.calls.iter().enumerate().filter(|(at, it)| is_dropped(*at, it)).map(|(at, _)| at).collect();
        for (at, mut write) in writes {
            if let Some(verb) = out.calls.get(at).and_then(|it| it.verb).filter(|it| it.is_write()) {
                write.write.verb = verb;
                placed.push(write);
            }
        }
        let (steps, writers) = steps::of(placed, &units);
        out.steps.extend(steps);
        out.writers += writers;
        let mut at = 0;
        out.calls.retain(|_| {
            at += 1;
            !dropped.contains(&(at - 1))
        });
    }

    fn line(&self, offset: u32) -> u32 {
        self.parsed.line(offset)
    }

    fn place(&self, write: Write) -> Placed {
        let unit = self.stack.last().copied().unwrap_or(0);
        let in_transaction = self.transactions > 0 || self.begun.contains(&unit);
        Placed { write, unit, arms: self.arms.clone(), in_transaction }
    }

    fn add(&mut self, call: TableCall, of: Key) -> usize {
        let at = self.out.calls.len();
        let write = Write { table: call.table.clone(), verb: Verb::Update, line: call.line };
        self.writes.push((at, self.place(write)));
        self.out.calls.push(call);
        self.made.insert(of, at);
        at
    }

    fn chain(&mut self, call: &CallExpression<'a>) {
        let chain = Chain::of(call);
        self.inner.extend(chain.inner.iter().map(key));
        let of = key(call);
        if let Some(first) = chain.links.first()
            && chain.root.is_none()
            && let Some(driver) = connections::driver(self.imported.get(first.name), first.name, false)
            && self.imported.contains_key(first.name)
        {
            self.connection(driver, first.arguments.unwrap_or_default(), first.at, of);
        }
        if let Some(link) = chain.links.iter().find(|it| it.arguments.is_some() && TRANSACTIONS.contains(&it.name))
            && (chain.root.is_some() || link.name == "runTransaction")
        {
            let line = self.line(link.at);
            self.out.transactions.push(line);
        }
        if let Some(at) = chain.position(&["rpc"])
            && at + 1 + usize::from(chain.root.is_some()) > 1
            && let Some(link) = chain.links.get(at)
            && let Some(first) = link.first()
        {
            let line = self.line(link.at);
            match chain::text(first) {
                Some(name) => self.out.functions.push(FunctionCall { name: name.to_owned(), line }),
                None => self.out.computed.push(line),
            }
            return;
        }
        let parsed = self.parsed;
        let line = |offset| parsed.line(offset);
        let drizzled = drizzle::calls(&chain, line);
        if !drizzled.is_empty() {
            for call in drizzled {
                self.add(call, of);
            }
            return;
        }
        if let Some(at) = chain.links.iter().position(|it| it.name == "from" && it.arguments.is_some_and(|it| it.len() == 1)) {
            self.from(&chain, at, of);
        } else if let Some(call) = prisma::call(&chain, line) {
            self.add(call, of);
        } else if let Some(at) = chain.root.and_then(|it| self.held.get(it)).copied()
            && let Some(call) = self.out.calls.get_mut(at)
        {
            filters::add(call, &chain.links, line);
            self.made.insert(of, at);
        }
    }

    /// `….from(x)…`, by the rule of the dossier.
    fn from(&mut self, chain: &Chain<'_, 'a>, at: usize, of: Key) {
        let receiver = chain.before(at);
        let Some(link) = chain.links.get(at) else { return };
        if receiver == Some("storage") {
            self.out.storage += 1;
            return;
        }
        if receiver.is_some_and(is_standard) {
            self.out.standard += 1;
            return;
        }
        let behind = chain.links.get(at + 1..).unwrap_or_default();
        let has_verb = behind.iter().any(|it| it.arguments.is_some() && filters::verb(it.name).is_some());
        let argument = link.first();
        let named = argument.and_then(chain::text).map(str::to_owned).or_else(|| match argument {
            Some(Expression::Identifier(it)) => self.texts.get(it.name.as_str()).cloned(),
            // `TABLES.ORDERS` of an object that is written out in the file.
            Some(Expression::StaticMemberExpression(it)) => match &it.object {
                Expression::Identifier(object) => self.texts.get(&format!("{}.{}", object.name, it.property.name)).cloned(),
                _ => None,
            },
            _ => None,
        });
        let line = self.line(link.at);
        let is_client = receiver.is_some_and(|it| it.to_ascii_lowercase().contains("supabase"));
        let Some(table) = named else {
            if has_verb || is_client {
                self.out.computed.push(line);
            }
            return;
        };
        let before = chain.links.get(..at).unwrap_or_default();
        let schema = before
            .iter()
            .find(|it| it.name == "schema")
            .and_then(super::chain::Link::first)
            .map(|it| chain::text(it).unwrap_or("?"));
        let mut call = TableCall {
            via: Via::Supabase,
            table,
            schema: schema.map(str::to_owned),
            verb: None,
            line,
            filters: Vec::new(),
            orders: Vec::new(),
            computed_columns: Vec::new(),
            bounded: false,
            written: Columns::default(),
        };
        let parsed = self.parsed;
        let write = behind.iter().find(|it| matches!(it.name, "insert" | "update" | "upsert"));
        if let Some(values) = write.and_then(super::chain::Link::first) {
            call.written = self.objects.columns(values, &|offset| parsed.line(offset));
        }
        filters::add(&mut call, behind, |offset| parsed.line(offset));
        let at = self.add(call, of);
        if !has_verb {
            self.bare.insert(at, is_client);
        }
    }

    /// A statement of SQL given as text to something that runs it, or a call on a collection.
    fn raw(&mut self, call: &CallExpression<'a>) {
        let line = self.line(call.callee.span().end);
        if let Some(statement) = Statement::run_by(call) {
            self.statement(&statement, line);
        }
        let Some(document) = self.references.call(call) else { return };
        let Some(verb) = Verb::of(document.verb) else { return };
        let parsed = self.parsed;
        let written = document.values.map(|it| self.objects.columns(it, &|offset| parsed.line(offset)));
        if verb.is_write() {
            // Two names that are not known may be one: only what is named is another table.
            let table = document.collection.clone().unwrap_or_default();
            let mut placed = self.place(Write { table, verb, line });
            placed.in_transaction |= document.is_whole;
            self.placed.push(placed);
        }
        let written = written.unwrap_or_default();
        self.out.documents.push(DocumentCall { collection: document.collection, verb, line, written });
    }

    fn statement(&mut self, statement: &Statement, line: u32) {
        let unit = self.stack.last().copied().unwrap_or(0);
        match statement.marks {
            Some(Mark::Begins) => {
                self.begun.insert(unit);
                self.out.transactions.push(line);
                return;
            }
            Some(Mark::Ends) => {
                self.begun.remove(&unit);
                return;
            }
            None => {}
        }
        let hides = statement.writes && statement.tables.iter().any(|(_, table)| table.is_none());
        self.out.raw.push(RawSql { line, writes: statement.writes, hides });
        // Statements of one text are one transaction, as PostgreSQL runs them; and nothing is said of a table without a name.
        let first = statement.tables.iter().find_map(|(verb, table)| Some((Verb::of(verb)?, table.clone()?)));
        if let Some((verb, table)) = first.filter(|(verb, _)| verb.is_write()) {
            self.placed.push(self.place(Write { table, verb, line }));
        }
    }

    fn connection(&mut self, driver: super::Driver, arguments: &[oxc_ast::ast::Argument<'a>], at: u32, of: Key) {
        let (variables, prepares_off, most) = connections::read(arguments, &self.environment);
        let unit = self.stack.last().copied().unwrap_or(0);
        let keeps =
            self.assigned.contains(&of) || self.parsed.text.contains("globalThis") || self.parsed.text.contains("global as");
        let made = match (unit, keeps) {
            (0, _) => Made::Once,
            (_, true) => Made::Kept,
            (unit, false) => Made::InFunction(self.units.get(&unit).and_then(|it| it.name.clone())),
        };
        let line = self.line(at);
        self.out.connections.push(Connection { driver, line, made, variables, prepares_off, most });
    }

    fn enter(&mut self, of: Key) -> bool {
        if self.at_once.contains(&of) {
            return false;
        }
        let unit = u32::try_from(self.units.len() + 1).unwrap_or(u32::MAX);
        let line = self.line(of.0);
        self.units.insert(unit, Unit { name: self.names.remove(&of), line });
        self.stack.push(unit);
        true
    }

    fn leave(&mut self, entered: bool) {
        if entered {
            self.stack.pop();
        }
    }

    /// Gives a function the name of what holds it, through the hooks that wrap one.
    fn name(&mut self, it: &Expression<'a>, name: &str) {
        match it.get_inner_expression() {
            Expression::ArrowFunctionExpression(it) => drop(self.names.insert(key(&**it), name.to_owned())),
            Expression::FunctionExpression(it) => drop(self.names.insert(key(&**it), name.to_owned())),
            Expression::CallExpression(it) => {
                if let Some(first @ (Expression::ArrowFunctionExpression(_) | Expression::FunctionExpression(_))) =
                    it.arguments.first().and_then(|it| it.as_expression())
                {
                    self.name(first, name);
                }
            }
            _ => {}
        }
    }

    fn in_arm(&mut self, branch: u32, arm: u32, visit: impl FnOnce(&mut Self)) {
        self.arms.push((branch, arm));
        visit(self);
        self.arms.pop();
    }
}

/// Types of the language, of its runtimes and of well-known libraries that have a `from` of their own.
fn is_standard(name: &str) -> bool {
    const TYPES: [&str; 16] = [
        "Array",
        "Buffer",
        "Object",
        "Promise",
        "Readable",
        "ReadableStream",
        "Iterator",
        "AsyncIterator",
        "Set",
        "Map",
        "Observable",
        "BigNumber",
        "Temporal",
        "PlainDate",
        "Duration",
        "Instant",
    ];
    TYPES.contains(&name) || name.ends_with("Array")
}
