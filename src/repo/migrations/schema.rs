//! The schema that migrations end in: relations with columns, keys, indexes and policies, functions, triggers. It says what
//! the files say, never what the database is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// A name with its schema, as the database keeps both.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    pub schema: String,
    pub name: String,
}

impl Name {
    /// A name in the schema `public`.
    #[must_use]
    pub fn public(name: &str) -> Self {
        Self { schema: "public".to_owned(), name: name.to_owned() }
    }
}

impl fmt::Display for Name {
    /// Without `public.`, as people write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.schema == "public" { f.pad(&self.name) } else { write!(f, "{}.{}", self.schema, self.name) }
    }
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    pub path: Arc<str>,
    /// Counted from 1.
    pub line: u32,
}

/// What kind of relation a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    Table,
    /// A part of a partitioned table.
    Partition,
    /// A table of another server.
    Foreign,
    View,
    MaterializedView,
}

/// An index, or what a key brings with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// None where the database makes one up.
    pub name: Option<String>,
    /// Columns in order; none for an expression.
    pub columns: Vec<Option<String>>,
    pub unique: bool,
    /// It holds only rows that fulfil a condition.
    pub partial: bool,
    /// The method, such as `btree` or `gin`.
    pub method: String,
    pub at: At,
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    /// None where the database makes one up.
    pub name: Option<String>,
    pub columns: Vec<String>,
    pub to: Name,
    pub at: At,
}

/// A row-level security policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// `all`, `select`, `insert`, `update` or `delete`.
    pub command: String,
    /// Roles; empty means everybody.
    pub roles: Vec<String>,
    pub restrictive: bool,
    /// The condition on rows that are there, as it was written.
    pub using: Option<String>,
    /// The condition on rows as they will be.
    pub check: Option<String>,
    pub at: At,
}

impl Policy {
    /// Whether it lets its roles do what it is for with every row, literally.
    #[must_use]
    pub fn is_always_true(&self) -> bool {
        let is_true = |it: &Option<String>| it.as_deref().is_some_and(literally_true);
        !self.restrictive && (is_true(&self.using) || is_true(&self.check))
    }

    /// Whether it is for the service role alone, which no policy binds anyway.
    #[must_use]
    pub fn is_for_service(&self) -> bool {
        !self.roles.is_empty() && self.roles.iter().all(|it| it == "service_role" || it == "postgres")
    }
}

fn literally_true(text: &str) -> bool {
    let bare: String = text.chars().filter(|it| !it.is_whitespace() && *it != '(' && *it != ')').collect();
    matches!(bare.to_ascii_lowercase().as_str(), "true" | "true::boolean" | "1=1" | "truenotnull")
}

/// A table or view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    pub sort: Sort,
    /// Its rows live in its parts.
    pub partitioned: bool,
    pub columns: Vec<String>,
    /// Whether these are all columns that it has.
    pub columns_known: bool,
    pub indexes: Vec<Index>,
    pub foreign_keys: Vec<ForeignKey>,
    pub row_security: bool,
    pub row_security_forced: bool,
    pub policies: BTreeMap<String, Policy>,
    /// For a view: it asks with the rights of whoever asks.
    pub security_invoker: bool,
    /// Roles from which every right was taken.
    pub revoked: BTreeSet<String>,
    pub at: At,
}

impl Relation {
    #[must_use]
    pub fn new(sort: Sort, at: At) -> Self {
        Self {
            sort,
            partitioned: false,
            columns: Vec::new(),
            columns_known: true,
            indexes: Vec::new(),
            foreign_keys: Vec::new(),
            row_security: false,
            row_security_forced: false,
            policies: BTreeMap::new(),
            security_invoker: false,
            revoked: BTreeSet::new(),
            at,
        }
    }

    /// Whether row-level security can be on for it.
    #[must_use]
    pub fn is_table(&self) -> bool {
        matches!(self.sort, Sort::Table | Sort::Partition)
    }

    /// Whether an index begins with that column. A partial one counts: its condition is for a person to weigh.
    #[must_use]
    pub fn is_led_by(&self, column: &str) -> bool {
        self.indexes.iter().any(|it| it.columns.first().is_some_and(|first| first.as_deref() == Some(column)))
    }

    /// Whether an index of another kind than the ordinary ones begins with that column, such as one for texts or documents.
    #[must_use]
    pub fn is_led_otherwise_by(&self, column: &str) -> bool {
        let is_other = |method: &str| !matches!(method, "btree" | "hash" | "brin");
        self.indexes
            .iter()
            .any(|it| it.columns.first().is_some_and(|first| first.as_deref() == Some(column)) && is_other(&it.method))
    }

    /// Whether an index begins with all of these columns, in whatever order. A partial one counts, as for one column; one by a
    /// method that finds no equal values does not.
    #[must_use]
    pub fn is_led_by_all(&self, columns: &[String]) -> bool {
        let wanted: BTreeSet<&str> = columns.iter().map(String::as_str).collect();
        let begins = |it: &Index| {
            let first: BTreeSet<&str> = it.columns.iter().take(columns.len()).flatten().map(String::as_str).collect();
            first == wanted && matches!(it.method.as_str(), "btree" | "hash")
        };
        self.indexes.iter().any(begins)
    }

    /// Whether an index begins with an expression, which may or may not be what a query asks for.
    #[must_use]
    pub fn has_expression_index(&self) -> bool {
        self.indexes.iter().any(|it| it.columns.first().is_some_and(Option::is_none))
    }

    pub(super) fn rename_column(&mut self, from: &str, to: &str) {
        let of_indexes = self.indexes.iter_mut().flat_map(|it| it.columns.iter_mut().flatten());
        let of_keys = self.foreign_keys.iter_mut().flat_map(|it| it.columns.iter_mut());
        for column in self.columns.iter_mut().chain(of_indexes).chain(of_keys).filter(|it| *it == from) {
            to.clone_into(column);
        }
    }

    pub(super) fn drop_column(&mut self, column: &str) {
        self.columns.retain(|it| it != column);
        self.indexes.retain(|it| !it.columns.iter().flatten().any(|it| it == column));
        self.foreign_keys.retain(|it| !it.columns.iter().any(|it| it == column));
    }
}

/// What stands under one name: a stored function or procedure, or several that differ in their arguments.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Function {
    /// By the types of its arguments.
    pub forms: BTreeMap<String, Form>,
}

/// A stored function or procedure with its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    pub security_definer: bool,
    pub sets_search_path: bool,
    /// Its body builds statements while it runs.
    pub is_dynamic: bool,
    pub at: At,
}

impl Function {
    /// The forms that run with their owner's rights and the caller's search path.
    pub fn open(&self) -> impl Iterator<Item = &Form> {
        self.forms.values().filter(|it| it.security_definer && !it.sets_search_path)
    }

    /// One of its bodies builds statements while it runs.
    #[must_use]
    pub fn is_dynamic(&self) -> bool {
        self.forms.values().any(|it| it.is_dynamic)
    }
}

/// The schema after the last migration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schema {
    pub relations: BTreeMap<Name, Relation>,
    pub functions: BTreeMap<Name, Function>,
    /// Triggers by table and name.
    pub triggers: BTreeMap<(Name, String), At>,
    /// Tables that live as long as a session.
    pub temporary: BTreeSet<String>,
    pub extensions: BTreeSet<String>,
    /// Relations that were there, and where they were dropped last.
    pub dropped: BTreeMap<Name, At>,
    /// Relations of the app's own schemas that are changed and that no file creates.
    pub unknown: BTreeMap<Name, At>,
    /// An event trigger may act on every table that is created.
    pub event_trigger: Option<At>,
}

/// Schemas that the database or its host fills.
const NOT_OURS: [&str; 16] = [
    "auth",
    "storage",
    "realtime",
    "extensions",
    "vault",
    "cron",
    "net",
    "graphql",
    "graphql_public",
    "pgmq",
    "pgsodium",
    "supabase_functions",
    "supabase_migrations",
    "pg_catalog",
    "information_schema",
    "pg_temp",
];

impl Schema {
    /// Whether a schema is filled by the database or its host.
    #[must_use]
    pub fn is_foreign(schema: &str) -> bool {
        NOT_OURS.contains(&schema)
    }

    /// Tables of the schema that the data API shows.
    pub fn exposed(&self) -> impl Iterator<Item = (&Name, &Relation)> {
        self.relations.iter().filter(|(name, it)| name.schema == "public" && it.is_table())
    }

    pub(super) fn rename(&mut self, from: &Name, to: Name) {
        if let Some(relation) = self.relations.remove(from) {
            for other in self.relations.values_mut() {
                for key in other.foreign_keys.iter_mut().filter(|it| it.to == *from) {
                    key.to = to.clone();
                }
            }
            let moved: Vec<_> = self.triggers.keys().filter(|(table, _)| table == from).cloned().collect();
            for key in moved {
                if let Some(at) = self.triggers.remove(&key) {
                    self.triggers.insert((to.clone(), key.1), at);
                }
            }
            self.relations.insert(to, relation);
        }
    }
}
