//! What the app's code asks of its database, in the names that the database has: Prisma's models and Drizzle's variables
//! are put back to tables and columns. A name that nothing declares is told, never guessed.

use super::Survey;
use super::code::queries::{Column, DrizzleTable, Maker, TableCall, Verb, Via};
use super::migrations::{Model, Name};
use std::collections::BTreeMap;

/// A column that a query filters or sorts by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AskedColumn {
    pub table: Name,
    pub column: String,
    /// Such as `eq`, `where`, `order`.
    pub operator: String,
    pub line: u32,
}

/// Which index serves what is asked of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Serves {
    /// An ordinary one (btree) that the column leads.
    Btree,
    /// One of another kind, such as GIN or trigrams: an ordinary one is no help.
    Other,
    /// None surely: a negation, or a comparison that is not known.
    Unsure,
}

impl AskedColumn {
    /// Which index serves it (PostgreSQL: Index Types; Operator Classes).
    #[must_use]
    pub fn serves(&self) -> Serves {
        if self.is_inside() {
            return Serves::Other;
        }
        match self.operator.as_str() {
            "eq" | "in" | "gt" | "gte" | "lt" | "lte" | "is" | "match" | "where" | "order" | "inArray" | "between" | "isNull" => {
                Serves::Btree
            }
            "like" | "ilike" | "likeAllOf" | "likeAnyOf" | "ilikeAllOf" | "ilikeAnyOf" | "regexMatch" | "regexIMatch"
            | "contains" | "containedBy" | "overlaps" | "textSearch" | "fts" | "plfts" | "phfts" | "wfts" | "rangeGt"
            | "rangeGte" | "rangeLt" | "rangeLte" | "rangeAdjacent" | "sl" | "sr" | "nxl" | "nxr" | "adj" | "startsWith"
            | "endsWith" | "search" | "has" | "hasSome" | "hasEvery" | "path" | "string_contains" | "string_starts_with"
            | "string_ends_with" | "array_contains" | "arrayContains" | "arrayContained" | "arrayOverlaps" => Serves::Other,
            _ => Serves::Unsure,
        }
    }

    /// It is about a key inside of a document, which no index on the column itself serves.
    #[must_use]
    pub fn is_inside(&self) -> bool {
        self.operator.ends_with(" of a key inside")
    }
}

/// One call on a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub via: Via,
    pub table: Name,
    pub verb: Option<Verb>,
    pub path: String,
    pub line: u32,
    pub columns: Vec<AskedColumn>,
    pub bounded: bool,
}

/// A line of the code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    pub path: String,
    pub line: u32,
}

/// What all files together ask.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Queried {
    pub asked: Vec<Asked>,
    /// Where the name of a table is computed.
    pub computed: Vec<Line>,
    /// Where the name of a column is computed.
    pub computed_columns: Vec<Line>,
    /// Where a statement stands as text, of which nothing was looked into.
    pub raw: Vec<Line>,
    /// Calls on a model or variable that nothing declares.
    pub unresolved: Vec<(String, Line)>,
    /// Where a connection is opened or a stored function is called.
    pub others: usize,
}

/// The tables of Drizzle by the variable that holds each, with the name that the database has.
type Tables<'s> = BTreeMap<&'s str, (&'s DrizzleTable, Name)>;

/// Whether a file is run by a person and not by the app: a script in the root, a folder of scripts, a seed
/// (dossier repo-signals.md §5, false positives).
#[must_use]
pub fn is_script(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let (folders, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
    let stem = name.split('.').next().unwrap_or(name);
    let known = ["middleware", "proxy", "instrumentation", "server", "index", "main", "app", "worker", "auth", "db"];
    let is_root_script = folders.is_empty() && !known.contains(&stem);
    let below = ["scripts", "script", "seed", "seeds", "seeders", "fixtures", "examples", "docs", "tools"];
    is_root_script || folders.split('/').any(|it| below.contains(&it)) || stem == "seed" || stem.starts_with("seed-")
}

impl Queried {
    /// Of everything that the app's own code asks.
    #[must_use]
    pub fn of(survey: &Survey) -> Self {
        let makers: BTreeMap<&str, &Maker> =
            survey.code.iter().flat_map(|it| &it.queries.makers).map(|(name, it)| (name.as_str(), it)).collect();
        let declared = survey.code.iter().flat_map(|it| &it.queries.drizzle);
        let tables: Tables<'_> = declared
            .filter_map(|it| {
                let (schema, name) = it.name(&makers)?;
                let name = Name { schema: schema.unwrap_or_else(|| "public".to_owned()), name };
                Some((it.variable.as_str(), (it, name)))
            })
            .collect();
        let mut queried = Self::default();
        for file in survey.code.iter().filter(|it| !is_script(&it.path)) {
            let line = |line: u32| Line { path: file.path.clone(), line };
            queried.computed.extend(file.queries.computed.iter().map(|it| line(*it)));
            queried.raw.extend(file.queries.raw.iter().map(|it| line(it.line)));
            queried.others += file.queries.connections.len() + file.queries.functions.len();
            for call in &file.queries.calls {
                let named = match call.via {
                    Via::Supabase => Some(supabase(survey, call)),
                    Via::Prisma => {
                        survey.migrations.prisma.as_ref().and_then(|it| it.model(&call.table)).map(|it| prisma(it, call))
                    }
                    Via::Drizzle => tables.get(call.table.as_str()).map(|(_, name)| drizzle(name, &tables, call)),
                };
                match named {
                    Some((table, columns)) => queried.asked.push(Asked {
                        via: call.via,
                        table,
                        verb: call.verb,
                        path: file.path.clone(),
                        line: call.line,
                        columns,
                        bounded: call.bounded,
                    }),
                    None => queried.unresolved.push((call.table.clone(), line(call.line))),
                }
                queried.computed_columns.extend(call.computed_columns.iter().map(|it| line(*it)));
            }
        }
        queried
    }

    /// Whether the app asks a database at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.asked.is_empty() && self.computed.is_empty() && self.raw.is_empty() && self.unresolved.is_empty() && self.others == 0
    }
}

fn every(call: &TableCall) -> impl Iterator<Item = &Column> {
    call.filters.iter().chain(&call.orders)
}

fn asked(table: &Name, column: String, it: &Column) -> AskedColumn {
    AskedColumn { table: table.clone(), column, operator: it.operator.clone(), line: it.line }
}

fn supabase(survey: &Survey, call: &TableCall) -> (Name, Vec<AskedColumn>) {
    let schema = call.schema.clone().unwrap_or_else(|| "public".to_owned());
    let table = Name { schema: schema.clone(), name: call.table.clone() };
    let columns = every(call).filter_map(|it| {
        let of = match &it.of {
            None => table.clone(),
            // What is embedded may go by another name than its table's.
            Some(of) => {
                let named = Name { schema: schema.clone(), name: of.clone() };
                survey.migrations.schema.relations.contains_key(&named).then_some(named)?
            }
        };
        Some(asked(&of, it.name.clone(), it))
    });
    (table.clone(), columns.collect())
}

fn prisma(model: &Model, call: &TableCall) -> (Name, Vec<AskedColumn>) {
    let schema = model.schema.clone().unwrap_or_else(|| "public".to_owned());
    let table = Name { schema, name: model.table.clone() };
    // A field that is no column leads to another model, or names a key of several.
    let columns = every(call).filter_map(|it| Some(asked(&table, model.columns.get(&it.name)?.clone(), it)));
    (table.clone(), columns.collect())
}

fn drizzle(table: &Name, tables: &Tables<'_>, call: &TableCall) -> (Name, Vec<AskedColumn>) {
    let columns = every(call).filter_map(|it| {
        let (of, name) = tables.get(it.of.as_deref()?)?;
        Some(asked(name, of.columns.get(&it.name)?.clone(), it))
    });
    (table.clone(), columns.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("debug-users.js", true)]
    #[case("scripts/fix.ts", true)]
    #[case("prisma/seed.ts", true)]
    #[case("middleware.ts", false)]
    #[case("src/lib/db.ts", false)]
    #[case("supabase/functions/a/index.ts", false)]
    fn scripts(#[case] path: &str, #[case] wanted: bool) {
        assert_eq!(is_script(path), wanted);
    }
}
