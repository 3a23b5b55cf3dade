//! What a migration's statement does to data that is there and to those who use its table at that moment (PostgreSQL:
//! ALTER TABLE, CREATE INDEX). A table that the same file creates holds nothing and is used by nobody.

use super::cursor::Cursor;
use super::lex::Token;
use super::replay::Scene;
use super::schema::{At, Name, Schema};

/// What may go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Harm {
    DropsTable,
    DropsColumn,
    ChangesType,
    /// Refuses rows that are there, or fails on them.
    RequiresValue,
    Truncates,
    DeletesRows,
    ChangesRows,
    DropsSchema,
    /// Locks out writers for as long as the index is built.
    BuildsIndex,
    /// Locks the table for as long as every row is checked.
    ChecksRows,
    RenamesColumn,
    RenamesTable,
}

impl Harm {
    /// Whether it touches data, so that a way back has to be written down (MIG-04).
    #[must_use]
    pub fn touches_data(self) -> bool {
        !self.blocks() && !self.breaks()
    }

    /// Whether it holds up those who use the table.
    #[must_use]
    pub fn blocks(self) -> bool {
        matches!(self, Self::BuildsIndex | Self::ChecksRows)
    }

    /// Whether the version of the app that still runs may break on it.
    #[must_use]
    pub fn breaks(self) -> bool {
        matches!(self, Self::RenamesColumn | Self::RenamesTable)
    }

    /// In words, before what it is done to.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::DropsTable => "drops the table",
            Self::DropsColumn => "drops the column",
            Self::ChangesType => "changes the type of",
            Self::RequiresValue => "requires a value in",
            Self::Truncates => "empties",
            Self::DeletesRows => "deletes rows of",
            Self::ChangesRows => "changes rows of",
            Self::DropsSchema => "drops the schema",
            Self::BuildsIndex => "builds an index without `concurrently` on",
            Self::ChecksRows => "adds a constraint without `not valid` to",
            Self::RenamesColumn => "renames the column",
            Self::RenamesTable => "renames the table",
        }
    }
}

/// One such statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Danger {
    pub harm: Harm,
    pub table: Name,
    /// The table, or its column.
    pub what: String,
    pub at: At,
}

/// What is dangerous in a statement, given the schema before it.
pub(super) fn of(schema: &Schema, tokens: &[Token<'_>], scene: &Scene<'_>) -> Vec<Danger> {
    let mut look = Look { schema, scene, at: scene.at(tokens), found: Vec::new() };
    let mut it = Cursor::new(tokens, scene.schema);
    if it.eat(&["alter", "table"]) {
        look.alter(it);
    } else if it.eat(&["drop", "table"]) || it.eat(&["drop", "materialized", "view"]) {
        it.eat(&["if", "exists"]);
        for name in it.parts().into_iter().filter_map(|mut it| it.name()) {
            look.add(Harm::DropsTable, &name, None);
        }
    } else if it.eat(&["drop", "schema"]) {
        it.eat(&["if", "exists"]);
        let has = |name: &str| schema.relations.keys().any(|it| it.schema == name);
        for name in it.parts().into_iter().filter_map(|mut it| it.identifier()).filter(|it| has(it)) {
            let at = look.at.clone();
            look.found.push(Danger { harm: Harm::DropsSchema, table: Name::public(&name), what: name, at });
        }
    } else if it.eat(&["truncate"]) {
        it.eat(&["table"]);
        it.eat(&["only"]);
        for name in it.parts().into_iter().filter_map(|mut it| it.name()) {
            look.add(Harm::Truncates, &name, None);
        }
    } else if it.eat(&["delete", "from"]) {
        it.eat(&["only"]);
        if let Some(name) = it.name() {
            look.add(Harm::DeletesRows, &name, None);
        }
    } else if it.eat(&["update"]) {
        it.eat(&["only"]);
        if let Some(name) = it.name() {
            look.add(Harm::ChangesRows, &name, None);
        }
    } else if (it.eat(&["create", "index"]) || it.eat(&["create", "unique", "index"]))
        && !it.sees(&["concurrently"])
        && let Some(name) = it.behind(&["on"]).and_then(|mut it| {
            it.eat(&["only"]);
            it.name()
        })
    {
        look.add(Harm::BuildsIndex, &name, None);
    }
    look.found
}

struct Look<'x, 'y> {
    schema: &'x Schema,
    scene: &'x Scene<'y>,
    at: At,
    found: Vec<Danger>,
}

impl Look<'_, '_> {
    /// Of a table that was there before this file.
    fn add(&mut self, harm: Harm, table: &Name, column: Option<&str>) {
        let relation = self.schema.relations.get(table);
        let is_older = relation.is_some_and(|it| it.at.path != *self.scene.path);
        // A column that is not there is a guard of a file that may run twice.
        let has = |column: &str| relation.is_some_and(|it| !it.columns_known || it.columns.iter().any(|it| it == column));
        let is_there = column.is_none_or(|it| harm == Harm::RequiresValue || has(it));
        if is_older && is_there {
            let what = column.map_or_else(|| table.to_string(), |column| format!("{table}.{column}"));
            self.found.push(Danger { harm, table: table.clone(), what, at: self.at.clone() });
        }
    }

    fn alter(&mut self, mut it: Cursor<'_, '_>) {
        it.eat(&["if", "exists"]);
        it.eat(&["only"]);
        let Some(table) = it.name() else { return };
        if it.eat(&["rename", "to"]) {
            self.add(Harm::RenamesTable, &table, None);
            return;
        }
        for mut part in it.parts() {
            if part.eat(&["drop", "constraint"]) || part.eat(&["rename", "constraint"]) {
            } else if part.eat(&["drop"]) {
                part.eat(&["column"]);
                part.eat(&["if", "exists"]);
                let column = part.identifier();
                self.add(Harm::DropsColumn, &table, column.as_deref());
            } else if part.eat(&["rename"]) {
                part.eat(&["column"]);
                let column = part.identifier();
                self.add(Harm::RenamesColumn, &table, column.as_deref());
            } else if part.eat(&["alter"]) {
                part.eat(&["column"]);
                let Some(column) = part.identifier() else { continue };
                if part.eat(&["type"]) || part.eat(&["set", "data", "type"]) {
                    self.add(Harm::ChangesType, &table, Some(&column));
                } else if part.eat(&["set", "not", "null"]) {
                    self.add(Harm::RequiresValue, &table, Some(&column));
                }
            } else if part.eat(&["add"]) {
                self.added(part, &table);
            }
        }
    }

    fn added(&mut self, mut it: Cursor<'_, '_>, table: &Name) {
        let whole = it;
        let is_named = it.eat(&["constraint"]) && it.identifier().is_some();
        let is_constraint = ["primary", "unique", "foreign", "check", "exclude"].iter().any(|word| it.sees(&[word]));
        if is_constraint || is_named {
            let builds = it.sees(&["primary"]) || it.sees(&["unique"]) || it.sees(&["exclude"]);
            let is_ready = whole.holds(&["not", "valid"]) || whole.holds(&["using", "index"]);
            if !is_ready {
                self.add(if builds { Harm::BuildsIndex } else { Harm::ChecksRows }, table, None);
            }
            return;
        }
        it.eat(&["column"]);
        let guarded = it.eat(&["if", "not", "exists"]);
        let Some(column) = it.identifier() else { return };
        let is_there = self.schema.relations.get(table).is_some_and(|it| it.columns.contains(&column));
        let is_filled = it.holds(&["default"]) || it.holds(&["generated"]) || is_serial(it);
        if it.holds(&["not", "null"]) && !is_filled && !(guarded && is_there) {
            self.add(Harm::RequiresValue, table, Some(&column));
        }
    }
}

fn is_serial(it: Cursor<'_, '_>) -> bool {
    ["serial", "bigserial", "smallserial"].iter().any(|word| it.sees(&[word]))
}

/// Whether a text says how something is undone.
pub(super) fn says_way_back(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let words = ["rollback", "roll back", "rolled back", "roll-back", "revert", "undo", "way back", "-- down", "restore"];
    words.iter().any(|it| lower.contains(it))
}
