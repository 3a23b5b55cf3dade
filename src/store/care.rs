//! Looking after the database: a copy of it while it is in use, and a check that reads everything. It mends nothing.

use super::error::Fault;
use super::facts::fresh_uuid;
use super::looks::{COLUMNS, Reader};
use super::process::Holder;
use super::{Store, StoreError};
use crate::config::private;
use crate::domain::Foreign;
use rusqlite::backup::Backup;
use rusqlite::{Connection, Row};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// One sentence without a full stop; quotes nothing of what is stored.
    pub says: Foreign,
    /// Something is lost or wrong; otherwise it puts itself right.
    pub is_damage: bool,
}

/// Pages copied in one step; between steps others may write.
const PAGES: i32 = 4_096;

impl Store {
    /// Copies the database as it is now to `file`, and the scanner's key beside it as `FILE.scan.key`. Gives back the
    /// two paths.
    ///
    /// # Errors
    /// [`StoreError::BackupExists`]: nothing is ever overwritten.
    pub fn backup(&self, file: &Path) -> Result<(PathBuf, PathBuf), StoreError> {
        let mut beside = file.as_os_str().to_owned();
        beside.push(".scan.key");
        let beside = PathBuf::from(beside);
        for path in [file, &beside] {
            if path.symlink_metadata().is_ok() {
                return Err(StoreError::BackupExists { path: path.to_owned() });
            }
        }
        let key = self.scan_key()?;
        copy_to(&self.connection(), file)?;
        let written = private::create_new(&beside).and_then(|mut it| it.write_all(&key).and_then(|()| it.sync_all()));
        if let Err(error) = written {
            // Without its key a copy would know no secret again: better none.
            let _ = fs::remove_file(file);
            return Err(StoreError::io("write the backup", &beside, &error));
        }
        Ok((file.to_owned(), beside))
    }

    /// Reads everything and says what is wrong; nothing when all is well.
    ///
    /// # Errors
    /// The database could not be read at all.
    pub fn check(&self) -> Result<Vec<Problem>, StoreError> {
        let mut problems = Vec::new();
        self.read("check the database", |connection| {
            for row in texts(connection, "PRAGMA integrity_check", |row| row.get(0))? {
                if row != "ok" {
                    problems.push(format!("SQLite says: {row}"));
                }
            }
            problems.extend(texts(connection, "PRAGMA foreign_key_check", |row| {
                Ok(format!("a row of `{}` points at nothing in `{}`", row.get::<_, String>(0)?, row.get::<_, String>(2)?))
            })?);
            check_facts(connection, &mut problems)?;
            super::looks::check(connection, &mut problems)?;
            super::observations::check(connection, &mut problems)?;
            check_checklists(connection, &mut problems)?;
            super::snapshot::check(connection, &mut problems)?;
            problems.extend(texts(
                connection,
                "SELECT hex(id) FROM app WHERE NOT EXISTS (SELECT 1 FROM fact WHERE app = app.number AND kind = 'settings')",
                |row| Ok(format!("app {} has no settings", row.get::<_, String>(0)?)),
            )?);
            problems.extend(
                texts(connection, "SELECT name FROM app", |row| {
                    Ok(row
                        .get::<_, String>(0)?
                        .parse::<crate::domain::AppName>()
                        .map_or_else(|error| error.to_string(), |_| String::new()))
                })?
                .into_iter()
                .filter(|it| !it.is_empty()),
            );
            Ok(())
        })?;
        if let Err(error) =
            self.paths.scan_key().try_exists().map_or(Ok(()), |there| if there { self.scan_key().map(drop) } else { Ok(()) })
        {
            problems.push(error.to_string());
        }
        let mut found: Vec<Problem> =
            problems.into_iter().map(|says| Problem { says: Foreign::new(says), is_damage: true }).collect();
        let here = Holder::of_process();
        let now = self.clock.now();
        for open in self.open_runs()?.iter().filter(|open| open.is_crashed(&here.host, now)) {
            let says = Foreign::new(format!("run {} was left open by a process that is gone; the next run ends it", open.run));
            found.push(Problem { says, is_damage: false });
        }
        Ok(found)
    }
}

fn texts(
    connection: &Connection,
    question: &str,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<String>,
) -> Result<Vec<String>, Fault> {
    let mut statement = connection.prepare(question)?;
    let rows = statement.query_map([], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn check_facts(connection: &Connection, problems: &mut Vec<String>) -> Result<(), Fault> {
    let mut statement = connection.prepare(&format!("SELECT {COLUMNS}, app FROM fact ORDER BY app, id"))?;
    let mut rows = statement.query([])?;
    let mut reader = Reader::new(connection);
    let mut of = 0;
    while let Some(row) = rows.next()? {
        let app: i64 = row.get(10)?;
        if app != of {
            reader.forget();
            of = app;
        }
        match reader.fact(row) {
            Err(why) => problems.push(format!("fact {} cannot be read: {why}", row.get::<_, crate::domain::FactId>(0)?)),
            Ok(fact) if row.get::<_, String>(9)? != fact.body.kind() => {
                problems.push(format!("fact {} is filed under another kind", fact.id));
            }
            Ok(_) => {}
        }
    }
    Ok(())
}

fn check_checklists(connection: &Connection, problems: &mut Vec<String>) -> Result<(), Fault> {
    let mut statement = connection.prepare(
        "SELECT digest, body, EXISTS (SELECT 1 FROM fact WHERE fact.checklist = checklist.digest) FROM checklist ORDER BY digest",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (named, body, is_used): (String, String, bool) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if crate::domain::Digest::of(&body).0 != named {
            problems.push(format!("checklist {named} is not what its digest says: it was changed"));
        }
        if !is_used {
            problems.push(format!("checklist {named} belongs to no fact"));
        }
    }
    Ok(())
}

/// Copies a database that may be in use to a file that must not exist, 0600, one file without a journal.
pub(super) fn copy_to(connection: &Connection, file: &Path) -> Result<(), StoreError> {
    const DOING: &str = "write the backup";
    // The copy is made beside and linked into place when whole, so that a half backup never bears the name.
    let draft = {
        let mut name = file.as_os_str().to_owned();
        name.push(format!(".{}.draft", fresh_uuid(chrono::DateTime::UNIX_EPOCH)?.simple()));
        PathBuf::from(name)
    };
    drop(private::create_new(&draft).map_err(|error| StoreError::io(DOING, file, &error))?);
    let copied = copy(connection, &draft).map_err(|error| StoreError::sqlite(DOING, file, &error)).and_then(|()| {
        let placed = match fs::hard_link(&draft, file) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists && !file.exists() => fs::rename(&draft, file),
            linked => linked,
        };
        placed.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => StoreError::BackupExists { path: file.to_owned() },
            _ => StoreError::io(DOING, file, &error),
        })
    });
    // After a rename there is no draft to remove.
    let _ = fs::remove_file(&draft);
    copied
}

fn copy(connection: &Connection, draft: &Path) -> rusqlite::Result<()> {
    let mut target = Connection::open(draft)?;
    Backup::new(connection, &mut target)?.run_to_completion(PAGES, Duration::from_millis(5), None)?;
    // The copy inherits the journal mode; a backup is one file.
    target.pragma_update(None, "journal_mode", "DELETE")?;
    let sound: String = target.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    if sound != "ok" {
        return Err(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT), Some(sound)));
    }
    target.close().map_err(|(_, error)| error)
}
