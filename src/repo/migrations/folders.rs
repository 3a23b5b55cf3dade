//! Which tool keeps its migrations where, in which order it applies them, and which files it passes over (dossier
//! repo-signals.md §5). The configured folder is read, not assumed.

use super::Passed;
use crate::repo::code::parse::parse;
use chrono::{DateTime, NaiveDate};
use oxc_ast::ast::{Expression, ObjectProperty};
use oxc_ast_visit::{Visit, walk};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What applies the migrations of a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tool {
    Supabase,
    Prisma,
    Drizzle,
    /// Numbered SQL that some other tool, or a person, applies.
    Plain,
}

impl Tool {
    /// What people call it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Supabase => "the Supabase CLI",
            Self::Prisma => "Prisma",
            Self::Drizzle => "Drizzle",
            Self::Plain => "a tool that is not known",
        }
    }
}

/// A folder of migrations.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Folder {
    pub tool: Tool,
    pub path: String,
}

/// A file to replay.
pub(super) struct File {
    pub path: Arc<str>,
    pub version: String,
    pub day: Option<NaiveDate>,
    pub is_postgres: bool,
}

/// What there is, before anything is replayed.
#[derive(Default)]
pub(super) struct Found {
    pub folders: Vec<Folder>,
    pub files: Vec<File>,
    pub skipped: Vec<Passed>,
    pub duplicates: Vec<(String, Vec<String>)>,
    pub overtaken: Vec<String>,
    pub elsewhere: Vec<String>,
    pub declared: Vec<String>,
}

/// Whether a path is a file by which a tool's folder is known.
pub(super) fn is_config(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.starts_with("drizzle.config.")
        || name.starts_with("prisma.config.")
        || name == "migration_lock.toml"
        || path.ends_with("meta/_journal.json")
}

type Added = BTreeMap<String, String>;

pub(super) fn find(added: &Added) -> Found {
    let mut found = Found::default();
    let sql: Vec<&str> = added.keys().map(String::as_str).filter(|it| super::is_sql(it)).collect();
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    supabase(&sql, &mut found, &mut taken);
    drizzle(added, &sql, &mut found, &mut taken);
    prisma(added, &sql, &mut found, &mut taken);
    if found.files.is_empty() {
        plain(&sql, &mut found, &mut taken);
    }
    for path in sql.iter().filter(|it| !taken.contains(**it)) {
        if path.contains("supabase/schemas/") {
            found.declared.push((*path).to_owned());
        } else if !is_seed_or_test(path) && !is_down(path) {
            found.elsewhere.push((*path).to_owned());
        }
    }
    found.folders.sort();
    found
}

/// `supabase/migrations/<digits>_<name>.sql`, in the order of the names.
fn supabase<'a>(sql: &[&'a str], found: &mut Found, taken: &mut BTreeSet<&'a str>) {
    let mut versions: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for path in sql {
        let Some((root, name)) = split(path, "supabase/migrations/") else { continue };
        taken.insert(path);
        let folder = Folder { tool: Tool::Supabase, path: format!("{root}supabase/migrations") };
        let version = digits(name);
        let why = if name.contains('/') {
            Some("in a folder below, which the Supabase CLI does not enter")
        } else if version.is_empty() || !name.get(version.len()..).is_some_and(|it| it.starts_with('_')) {
            Some("not named digits, underscore, name: the Supabase CLI passes it over")
        } else if name.strip_suffix(".sql").is_none() {
            Some("its ending is not in small letters: the Supabase CLI passes it over")
        } else {
            None
        };
        if let Some(why) = why {
            found.skipped.push(Passed { path: (*path).to_owned(), why });
            continue;
        }
        let known = versions.entry((root.to_owned(), version.to_owned())).or_default();
        known.push((*path).to_owned());
        if !found.folders.contains(&folder) {
            found.folders.push(folder);
        }
        // One that takes back what another did shares its number, and is never meant to run after it.
        if !is_down(path) {
            found.files.push(file(path, version, true));
        }
    }
    let shared = versions.into_iter().filter(|(_, paths)| paths.len() > 1);
    found.duplicates.extend(shared.map(|((_, version), paths)| (version, paths)));
}

/// Drizzle's folder: a journal with files beside it, or, from 1.0 on, folders named by their moment.
fn drizzle<'a>(added: &Added, sql: &[&'a str], found: &mut Found, taken: &mut BTreeSet<&'a str>) {
    let mut outs: BTreeMap<String, bool> = BTreeMap::new();
    for (path, text) in added.iter().filter(|(path, _)| file_name(path).starts_with("drizzle.config.")) {
        let settings = settings(path, text);
        let out = settings.get("out").map_or("drizzle", String::as_str);
        let dialect = settings.get("dialect").or_else(|| settings.get("driver")).map_or("postgresql", String::as_str);
        let is_postgres =
            !["mysql", "sqlite", "turso", "singlestore", "better-sqlite", "d1"].iter().any(|it| dialect.starts_with(it));
        if let Some(folder) = joined(folder_of(path), out) {
            outs.insert(folder, is_postgres);
        }
    }
    for path in added.keys() {
        if let Some(folder) = path.strip_suffix("/meta/_journal.json") {
            let text = added.get(path).map_or("", String::as_str);
            let is_postgres = !text.contains("\"mysql\"") && !text.contains("\"sqlite\"");
            outs.entry(folder.to_owned()).or_insert(is_postgres);
        }
    }
    for (out, is_postgres) in outs {
        let journal = added.get(&format!("{out}/meta/_journal.json"));
        let inside: Vec<&'a str> = sql.iter().copied().filter(|it| it.starts_with(&format!("{out}/"))).collect();
        let before = found.files.len();
        match journal {
            Some(journal) => journalled(&out, journal, is_postgres, &inside, found, taken),
            None => {
                for path in inside.iter().filter(|it| it.ends_with("/migration.sql")) {
                    let name = folder_of(path).rsplit('/').next().unwrap_or_default();
                    let version = digits(name);
                    if version.len() == 14 {
                        taken.insert(path);
                        found.files.push(File { version: name.to_owned(), ..file(path, version, is_postgres) });
                    }
                }
            }
        }
        if found.files.len() > before {
            found.folders.push(Folder { tool: Tool::Drizzle, path: out });
        }
    }
}

fn journalled<'a>(
    out: &str,
    journal: &str,
    is_postgres: bool,
    inside: &[&'a str],
    found: &mut Found,
    taken: &mut BTreeSet<&'a str>,
) {
    let journal: Option<serde_json::Value> = serde_json::from_str(journal).ok();
    let Some(entries) = journal.as_ref().and_then(|it| it.get("entries")?.as_array()) else {
        found.skipped.push(Passed { path: format!("{out}/meta/_journal.json"), why: "the journal cannot be read" });
        return;
    };
    let mut newest = i64::MIN;
    let mut tags: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut files: Vec<(i64, File)> = Vec::new();
    for entry in entries {
        let (Some(tag), when) = (entry.get("tag").and_then(serde_json::Value::as_str), entry.get("when")) else { continue };
        let when = when.and_then(serde_json::Value::as_i64).unwrap_or_default();
        let path = format!("{out}/{tag}.sql");
        tags.entry(tag).or_default().push(path.clone());
        // The migrator compares with the newest that it applied: an older one that came later is never applied.
        if when < newest {
            found.overtaken.push(path.clone());
        }
        newest = newest.max(when);
        let Some(known) = inside.iter().find(|it| **it == path) else {
            found.skipped.push(Passed { path, why: "the journal names it and it is not there" });
            continue;
        };
        taken.insert(known);
        let day = DateTime::from_timestamp_millis(when).map(|it| it.date_naive());
        files.push((when, File { day, ..file(known, tag, is_postgres) }));
    }
    files.sort_by_key(|(when, _)| *when);
    found.files.extend(files.into_iter().map(|(_, file)| file));
    found.duplicates.extend(tags.into_iter().filter(|(_, paths)| paths.len() > 1).map(|(tag, paths)| (tag.to_owned(), paths)));
    for path in inside.iter().filter(|it| !taken.contains(**it) && folder_of(it) == out && !is_down(it)) {
        found.skipped.push(Passed { path: (*path).to_owned(), why: "the journal does not name it: Drizzle passes it over" });
    }
    taken.extend(inside.iter().filter(|it| folder_of(it) == out));
}

/// `migrations/<name>/migration.sql` beside a lock file or a schema.
fn prisma<'a>(added: &Added, sql: &[&'a str], found: &mut Found, taken: &mut BTreeSet<&'a str>) {
    let mut folders: BTreeMap<&str, bool> = BTreeMap::new();
    for path in sql.iter().filter(|it| it.ends_with("/migration.sql") && !taken.contains(**it)) {
        let folder = folder_of(folder_of(path));
        let lock = added.get(&format!("{folder}/migration_lock.toml"));
        let beside = added.keys().any(|it| it.ends_with(".prisma") && it.starts_with(folder_of(folder)));
        if lock.is_none() && !beside && !folder.ends_with("prisma/migrations") {
            continue;
        }
        let provider = lock.and_then(|it| it.lines().find_map(|it| it.trim().strip_prefix("provider")));
        let is_postgres = provider.is_none_or(|it| it.contains("postgres") || it.contains("cockroach"));
        folders.insert(folder, is_postgres);
    }
    for (folder, is_postgres) in folders {
        found.folders.push(Folder { tool: Tool::Prisma, path: folder.to_owned() });
        for path in sql.iter().filter(|it| it.starts_with(&format!("{folder}/")) && !is_down(it)) {
            taken.insert(path);
            let name = folder_of(path).rsplit('/').next().unwrap_or_default();
            if path.ends_with("/migration.sql") && folder_of(folder_of(path)) == folder {
                found.files.push(File { version: name.to_owned(), ..file(path, digits(name), is_postgres) });
            } else {
                found.skipped.push(Passed { path: (*path).to_owned(), why: "not <name>/migration.sql: Prisma passes it over" });
            }
        }
    }
}

/// Numbered files in a folder called `migrations`, when no known tool keeps any.
fn plain<'a>(sql: &[&'a str], found: &mut Found, taken: &mut BTreeSet<&'a str>) {
    for path in sql {
        let folder = folder_of(path);
        let name = file_name(path);
        let is_numbered = name.starts_with(|it: char| it.is_ascii_digit()) || name.starts_with('V');
        if matches!(file_name(folder), "migrations" | "migrate" | "migration") && is_numbered && !is_down(path) {
            taken.insert(path);
            found.files.push(file(path, digits(name.trim_start_matches('V')), true));
            let folder = Folder { tool: Tool::Plain, path: folder.to_owned() };
            if !found.folders.contains(&folder) {
                found.folders.push(folder);
            }
        }
    }
}

fn file(path: &str, version: &str, is_postgres: bool) -> File {
    File { path: Arc::from(path), version: version.to_owned(), day: day(version), is_postgres }
}

/// The day that a version of fourteen (or eight) digits begins with.
fn day(version: &str) -> Option<NaiveDate> {
    let day = NaiveDate::parse_from_str(version.get(..8)?, "%Y%m%d").ok()?;
    let known = NaiveDate::from_ymd_opt(2000, 1, 1)?..=NaiveDate::from_ymd_opt(2100, 1, 1)?;
    known.contains(&day).then_some(day)
}

/// The two halves of a file in which a mark divides what is done from how it is undone.
pub(super) fn halves(text: &str) -> (&str, Option<&str>) {
    let marks = ["-- migrate:down", "-- +goose Down", "-- Down Migration", "-- rambler down", "--//@UNDO"];
    let at = marks.iter().filter_map(|it| text.find(it)).min();
    match at {
        Some(at) => (text.get(..at).unwrap_or(text), text.get(at..)),
        None => (text, None),
    }
}

/// A file that takes back what this one does.
pub(super) fn down_file(path: &str, added: &Added) -> Option<String> {
    let folder = folder_of(path);
    let stem = file_name(path).trim_end_matches(".sql");
    let stem = stem.strip_suffix(".up").unwrap_or(stem);
    let named = if stem == "migration" { file_name(folder) } else { stem };
    let beside = [format!("{folder}/down.sql"), format!("{folder}/{stem}.down.sql"), format!("{folder}/{stem}_down.sql")];
    let beside = beside.into_iter().find(|it| added.contains_key(it) && (stem == "migration" || !it.ends_with("/down.sql")));
    let number = digits(named);
    beside.or_else(|| {
        let undoes = |it: &&String| is_down(it) && it.as_str() != path && number.len() > 2 && file_name(it).starts_with(number);
        added.keys().filter(|it| super::is_sql(it)).find(undoes).cloned()
    })
}

/// Whether a file's name or folder says that it takes something back.
fn is_down(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let name = file_name(&lower);
    let folders = ["down", "rollback", "rollbacks", "revert", "reverts", "undo"];
    name.ends_with(".down.sql")
        || name.ends_with("_down.sql")
        || name == "down.sql"
        || name.contains("rollback")
        || folder_of(&lower).split('/').any(|it| folders.contains(&it))
}

fn is_seed_or_test(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let folders = ["test", "tests", "__tests__", "seed", "seeds", "fixtures", "e2e"];
    file_name(&lower).contains("seed") || folder_of(&lower).split('/').any(|it| folders.contains(&it))
}

fn digits(name: &str) -> &str {
    let end = name.bytes().position(|it| !it.is_ascii_digit()).unwrap_or(name.len());
    name.get(..end).unwrap_or_default()
}

/// What stands before and behind a folder in a path.
fn split<'a>(path: &'a str, folder: &str) -> Option<(&'a str, &'a str)> {
    let at = path.find(folder).filter(|at| *at == 0 || path.get(..*at).is_some_and(|it| it.ends_with('/')))?;
    Some((path.get(..at)?, path.get(at + folder.len()..)?))
}

pub(super) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn joined(folder: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|it| !it.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Properties of a configuration that hold a plain text, by their name.
fn settings(path: &str, text: &str) -> BTreeMap<String, String> {
    struct Settings(BTreeMap<String, String>);
    impl<'a> Visit<'a> for Settings {
        fn visit_object_property(&mut self, it: &ObjectProperty<'a>) {
            if let (Some(name), Expression::StringLiteral(value)) = (it.key.static_name(), &it.value) {
                self.0.entry(name.into_owned()).or_insert_with(|| value.value.to_string());
            }
            walk::walk_object_property(self, it);
        }
    }
    let mut settings = Settings(BTreeMap::new());
    parse(path, text, |parsed| settings.visit_program(parsed.program));
    settings.0
}
