//! What a file asks of the database: tables and verbs, columns that it filters and sorts by, stored functions, connections,
//! and writes that belong together. It names what stands there and judges nothing (dossier repo-signals.md §4).

mod chain;
mod collect;
mod columns;
mod connections;
mod drizzle;
mod filters;
mod prisma;
mod steps;
#[cfg(test)]
mod tests;

pub use columns::{Columns, Written};
pub use connections::{Connection, Driver, Made};
pub use drizzle::{DrizzleTable, Maker};
pub use steps::{Steps, Write};

use super::imports::Import;
use super::parse::Parsed;
use oxc_ast_visit::Visit;
use std::collections::BTreeMap;

/// By which library a table is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Via {
    /// `client.from("table")`.
    Supabase,
    /// `prisma.model.findMany()`; the table is the model's name in code.
    Prisma,
    /// `db.select().from(table)`; the table is a variable's name in code.
    Drizzle,
}

/// What is done with a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    Select,
    Insert,
    Update,
    Upsert,
    Delete,
}

impl Verb {
    #[must_use]
    pub fn is_write(self) -> bool {
        self != Self::Select
    }

    fn of(word: &str) -> Option<Self> {
        [Self::Select, Self::Insert, Self::Update, Self::Upsert, Self::Delete].into_iter().find(|it| it.word() == word)
    }

    /// In one small word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Select => "select",
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Upsert => "upsert",
            Self::Delete => "delete",
        }
    }
}

/// A column that a query filters or sorts by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// As the code calls it.
    pub name: String,
    /// Such as `eq`, `ilike`, `order`.
    pub operator: String,
    /// Counted from 1.
    pub line: u32,
    /// Another table that the query embeds, when the column is of that one.
    pub of: Option<String>,
}

/// One call on a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableCall {
    pub via: Via,
    /// As the code calls it.
    pub table: String,
    /// None: the library's usual one.
    pub schema: Option<String>,
    /// None: the table is named and nothing is seen to be done with it.
    pub verb: Option<Verb>,
    pub line: u32,
    pub filters: Vec<Column>,
    pub orders: Vec<Column>,
    /// Lines on which a column's name is computed.
    pub computed_columns: Vec<u32>,
    /// It says how many rows it takes at most, or asks for one.
    pub bounded: bool,
    /// What of a row it writes.
    pub written: Columns,
}

/// One call on a collection of Firestore or MongoDB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentCall {
    /// None: its name is computed.
    pub collection: Option<String>,
    pub verb: Verb,
    pub line: u32,
    pub written: Columns,
}

/// A call of a stored function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionCall {
    pub name: String,
    pub line: u32,
}

/// A statement of SQL that the code holds as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawSql {
    pub line: u32,
    pub writes: bool,
    /// It writes to a table whose name is computed.
    pub hides: bool,
}

/// What one file holds of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Queries {
    pub calls: Vec<TableCall>,
    /// Lines on which a table's name is computed.
    pub computed: Vec<u32>,
    /// Stored functions that are called by name.
    pub functions: Vec<FunctionCall>,
    /// Calls of `.from` on Supabase's storage, and on the language's own types.
    pub storage: usize,
    pub standard: usize,
    pub raw: Vec<RawSql>,
    pub documents: Vec<DocumentCall>,
    pub connections: Vec<Connection>,
    /// Lines on which a transaction begins.
    pub transactions: Vec<u32>,
    /// Functions that write to several tables one after the other, in no transaction.
    pub steps: Vec<Steps>,
    /// Functions that write to any table.
    pub writers: usize,
    /// Tables that Drizzle is told of here.
    pub drizzle: Vec<DrizzleTable>,
    /// What makes tables of Drizzle, by the variable that holds it.
    pub makers: BTreeMap<String, Maker>,
}

impl Queries {
    /// Adds what one tree of the file holds.
    pub(super) fn add(&mut self, parsed: &Parsed<'_, '_>, imports: &[Import]) {
        let modules: Vec<&str> = imports.iter().map(|it| it.from.as_str()).collect();
        let mut collect = collect::Collect::new(parsed, self, &modules);
        collect.visit_program(parsed.program);
        collect.finish();
    }

    /// Whether the file asks or opens a database in any way.
    #[must_use]
    pub fn are_there(&self) -> bool {
        !(self.calls.is_empty()
            && self.computed.is_empty()
            && self.functions.is_empty()
            && self.raw.is_empty()
            && self.documents.is_empty()
            && self.connections.is_empty())
    }
}
