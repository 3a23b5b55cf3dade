//! The migrations of a repository, replayed in order to the schema that they end in: tables, row-level security, policies,
//! indexes. It runs nothing; a statement that it cannot read is told (dossier repo-signals.md §5).

mod commands;
mod cursor;
mod dangers;
mod folders;
mod generated;
mod lex;
mod prisma;
mod replay;
mod rights;
mod schema;
mod shape;
mod signature;
mod tables;
#[cfg(test)]
mod tests;

pub use commands::{Command, Does, Where};
pub use dangers::{Danger, Harm};
pub use folders::{Folder, Tool};
pub use generated::Generated;
pub use prisma::{Model, PrismaSchema};
pub use replay::{Touches, Unreplayed};
pub use schema::{At, ForeignKey, Form, Function, Index, Name, Policy, Relation, Schema, Sort};

use super::workflows::Workflows;
use chrono::NaiveDate;
use replay::{Replay, Scene};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Larger SQL was made by a machine and is mostly rows.
const MOST_SQL: usize = 8 << 20;

/// Documents that may say how a migration is undone, and how much of each is kept.
const MOST_DOCUMENT: usize = 256 << 10;

/// One migration, in the order in which its tool applies them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    pub path: Arc<str>,
    /// What the tool's list in the database calls it.
    pub version: String,
    /// The day that its name or journal gives.
    pub day: Option<NaiveDate>,
    pub statements: usize,
    /// What it does to data or to those who use the tables at that moment.
    pub dangers: Vec<Danger>,
    /// Where it is written how it is undone.
    pub way_back: Option<String>,
    /// It says how long it waits for a lock.
    pub limits_waiting: bool,
}

/// A file of SQL that the tool passes over, or that cannot be understood, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    pub path: String,
    pub why: &'static str,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Migrations {
    /// What was added and is not yet put together.
    added: BTreeMap<String, String>,
    /// Folders in which a tool keeps its migrations.
    pub folders: Vec<Folder>,
    pub migrations: Vec<Migration>,
    /// Files inside such a folder that the tool does not apply.
    pub skipped: Vec<Passed>,
    /// Files whose SQL could not be read whole.
    pub unread: Vec<Passed>,
    /// Versions that several files share, with these files.
    pub duplicates: Vec<(String, Vec<String>)>,
    /// Entries of a journal that are older than one before them, so that the tool may never apply them.
    pub overtaken: Vec<String>,
    /// SQL outside of the folders, without seeds and tests.
    pub elsewhere: Vec<String>,
    /// SQL that describes the schema as it should be, from which migrations are made.
    pub declared: Vec<String>,
    pub schema: Schema,
    /// Statements that matter and could not be replayed.
    pub unreplayed: Vec<Unreplayed>,
    pub prisma: Option<PrismaSchema>,
    /// Types that a tool wrote down from a live schema.
    pub generated: Vec<Generated>,
    /// Where something applies migrations.
    pub commands: Vec<Command>,
}

impl Migrations {
    /// Whether a file of that path says something of it.
    #[must_use]
    pub fn wants(path: &str) -> bool {
        !is_below_libraries(path)
            && (is_sql(path)
                || path.ends_with(".prisma")
                || folders::is_config(path)
                || generated::may_be(path)
                || commands::may_be(path)
                || is_about_undoing(path))
    }

    /// Adds a file. Total: what cannot be understood is told as such.
    pub fn add(&mut self, path: &str, text: &str) {
        if is_sql(path) && text.len() > MOST_SQL {
            self.unread.push(Passed { path: path.to_owned(), why: "larger than any that people write" });
            return;
        }
        if generated::may_be(path) {
            self.generated.extend(generated::read(path, text));
        }
        if commands::may_be(path) {
            self.commands.extend(commands::read(path, text));
        }
        let kept = is_sql(path) || path.ends_with(".prisma") || folders::is_config(path) || is_about_undoing(path);
        if is_about_undoing(path) && text.len() > MOST_DOCUMENT {
            self.unread.push(Passed { path: path.to_owned(), why: "too long a document to look for a way back in" });
        } else if kept {
            self.added.insert(path.to_owned(), text.to_owned());
        }
    }

    /// Puts together what was added, whatever its order was.
    pub fn finish(&mut self) {
        let added = std::mem::take(&mut self.added);
        self.prisma = prisma::read(&added);
        let found = folders::find(&added);
        self.skipped.extend(found.skipped);
        self.duplicates = found.duplicates;
        self.overtaken = found.overtaken;
        self.elsewhere = found.elsewhere;
        self.declared = found.declared;
        let mut replay = Replay::default();
        for file in &found.files {
            let Some(text) = added.get(&*file.path) else { continue };
            let migration = self.run(&mut replay, file, text, &added);
            self.migrations.push(migration);
        }
        self.folders = found.folders;
        self.schema = replay.schema;
        self.unreplayed = replay.unreplayed;
        self.commands.sort();
    }

    fn run(&mut self, replay: &mut Replay, file: &folders::File, text: &str, added: &BTreeMap<String, String>) -> Migration {
        let path = Arc::clone(&file.path);
        let (up, down) = folders::halves(text);
        let mut migration = Migration {
            path: Arc::clone(&path),
            version: file.version.clone(),
            day: file.day,
            statements: 0,
            dangers: Vec::new(),
            way_back: None,
            limits_waiting: false,
        };
        let mut schema = "public".to_owned();
        let mut is_garbled = false;
        let rest = lex::statements(up, |tokens| {
            migration.statements += 1;
            is_garbled |=
                tokens.iter().any(|it| matches!(it.kind, lex::Kind::Word | lex::Kind::Quoted) && it.text.contains('\u{fffd}'));
            migration.limits_waiting |= tokens.iter().take(3).any(|it| it.is("lock_timeout"));
            let scene = Scene { path: &path, text: up, before: 0, schema: &schema, depth: 0 };
            // PostgreSQL refuses what is no statement, and with it the whole migration.
            if file.is_postgres && shape::may_be_sql(tokens) {
                migration.dangers.extend(dangers::of(&replay.schema, tokens, &scene));
                replay.apply(tokens, &scene);
            } else {
                replay.tell(tokens, &scene, Touches::ALL);
            }
            if let Some(named) = rights::search_path(tokens) {
                schema = named;
            }
        });
        let mut told = |why| self.unread.push(Passed { path: path.to_string(), why });
        if rest.unclosed.is_some() {
            told("a quote or comment does not end, so the rest is unread");
        }
        if is_garbled {
            told("a name in it is not UTF-8");
        }
        if migration.statements == 0 {
            self.skipped.push(Passed { path: path.to_string(), why: "it holds no statement" });
        }
        let commented = rest.comments.iter().any(|it| dangers::says_way_back(it));
        migration.way_back = if down.is_some() {
            Some("its own second half".to_owned())
        } else if let Some(down) = folders::down_file(&path, added) {
            Some(down)
        } else if commented {
            Some("a comment in it".to_owned())
        } else {
            mentioned(&path, &file.version, added)
        };
        migration
    }

    /// Adds what the workflows apply, once they were put together.
    pub fn add_workflows(&mut self, workflows: &Workflows) {
        self.commands.extend(commands::of_workflows(workflows));
        self.commands.sort();
    }

    /// The kind of database that `schema.prisma` names, such as `postgresql`, and the file that says so.
    #[must_use]
    pub fn prisma_source(&self) -> Option<(&str, &str)> {
        let prisma = self.prisma.as_ref()?;
        Some((prisma.provider.as_deref()?, prisma.models.first()?.path.as_str()))
    }

    /// Whether that tool keeps migrations here.
    #[must_use]
    pub fn has(&self, tool: Tool) -> bool {
        self.folders.iter().any(|it| it.tool == tool)
    }
}

/// A document that speaks of undoing and names the migration.
fn mentioned(path: &str, version: &str, added: &BTreeMap<String, String>) -> Option<String> {
    let stem = path.rsplit('/').find(|it| *it != "migration.sql").unwrap_or(path).trim_end_matches(".sql");
    let long_enough = version.len() >= 8;
    let names = |text: &str| text.contains(stem) || (long_enough && text.contains(version));
    let documents = added.iter().filter(|(path, _)| is_about_undoing(path));
    documents.filter(|(_, text)| names(text) && dangers::says_way_back(text)).map(|(path, _)| path.clone()).next()
}

fn is_sql(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("sql"))
}

/// Documents that may say how migrations are undone.
fn is_about_undoing(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let words = ["rollback", "roll-back", "migrat", "runbook", "restore", "revert", "playbook", "database"];
    (lower.strip_suffix(".md").is_some() || lower.strip_suffix(".mdx").is_some()) && words.iter().any(|it| lower.contains(it))
}

fn is_below_libraries(path: &str) -> bool {
    path.split('/').any(|it| matches!(it, "node_modules" | ".next" | "dist" | "build" | ".git" | "coverage"))
}
