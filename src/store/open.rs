//! Opening the database: who may read it, whose it is, how old it is. A newer or foreign database is never touched.

use super::error::{StoreError, Trouble};
use super::{Store, schema};
use crate::clock::SharedClock;
use crate::config::{Paths, private};
use crate::domain::Foreign;
use chrono::SecondsFormat;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

/// How long one asking waits for another process to let go.
pub(super) const PATIENCE: Duration = Duration::from_secs(15);

/// How often opening is tried when other processes open the same new database at the same time.
const TRIES: u32 = 5;

pub(super) fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

impl Store {
    /// Opens the database, makes it if there is none, raises an older one after a copy of it was put aside. Where
    /// nothing may be written but a database lies, it is opened for reading.
    ///
    /// # Errors
    /// The place cannot be used, the file is no database of ours, or a newer rescue wrote it.
    pub fn open(paths: &Paths, clock: SharedClock, version: &str) -> Result<Self, StoreError> {
        let file = paths.database();
        let writable = prepare(paths, &file)?;
        look_at_header(&file)?;
        let (connection, reading_only) = if writable { open_for_writing(paths, &file, &clock)? } else { (reading(&file)?, true) };
        Ok(Self {
            connection: Mutex::new(connection),
            paths: paths.clone(),
            file,
            clock,
            version: version.to_owned(),
            reading_only,
            undecodable: Mutex::default(),
        })
    }
}

/// Makes directory and file with their modes. False: they may only be read.
fn prepare(paths: &Paths, file: &Path) -> Result<bool, StoreError> {
    let refuses_writing = |error: &io::Error| {
        matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem) && file.is_file()
    };
    match private::make_dir(paths.data()) {
        Ok(()) => {}
        Err(error) if refuses_writing(&error) => return Ok(false),
        Err(error) => return Err(StoreError::io("make the data directory", paths.data(), &error)),
    }
    match private::create_new(file) {
        Ok(_) => return Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) if refuses_writing(&error) => return Ok(false),
        Err(error) => return Err(StoreError::io("make the database", file, &error)),
    }
    if file.is_dir() {
        let error = io::Error::new(io::ErrorKind::IsADirectory, "a directory stands where the database belongs");
        return Err(StoreError::io("open the database", file, &error));
    }
    match fs::OpenOptions::new().append(true).open(file) {
        // A file that somebody else owns cannot be narrowed; that it can be written was just seen.
        Ok(_) => Ok(private::narrow(file, 0o600).is_ok() || file.is_file()),
        Err(error) if refuses_writing(&error) => Ok(false),
        Err(error) => Err(StoreError::io("open the database", file, &error)),
    }
}

/// Reads the first bytes without SQLite, which could write beside the file or into it
/// (<https://www.sqlite.org/fileformat2.html#the_database_header>).
fn look_at_header(file: &Path) -> Result<(), StoreError> {
    let mut header = Vec::with_capacity(100);
    fs::File::open(file)
        .and_then(|it| it.take(100).read_to_end(&mut header))
        .map_err(|error| StoreError::io("read the database", file, &error))?;
    if header.is_empty() {
        return Ok(());
    }
    if header.len() < 100 || !header.starts_with(b"SQLite format 3\0") {
        return Err(unusable(file, Trouble::Damaged, "the file is not a database"));
    }
    let number = |from: usize| header.get(from..from + 4).and_then(|it| it.try_into().ok()).map_or(0, u32::from_be_bytes);
    judge(file, number(60), i32::from_be_bytes(number(68).to_be_bytes()))
}

/// Whether a database with this version and this application id is one that we may work on.
fn judge(file: &Path, version: u32, application: i32) -> Result<(), StoreError> {
    if application != 0 && application != schema::APPLICATION_ID {
        return Err(unusable(file, Trouble::NotOurs, "it belongs to another program"));
    }
    if version > schema::NEWEST {
        return Err(StoreError::Newer { path: file.to_owned(), found: version, known: schema::NEWEST });
    }
    Ok(())
}

fn unusable(file: &Path, trouble: Trouble, why: &str) -> StoreError {
    StoreError::Unusable { doing: "open the database", path: file.to_owned(), trouble, why: Foreign::new(why) }
}

fn open_for_writing(paths: &Paths, file: &Path, clock: &SharedClock) -> Result<(Connection, bool), StoreError> {
    let told = |error: &rusqlite::Error| StoreError::sqlite("open the database", file, error);
    let mut attempt = 1;
    loop {
        match settle(paths, file, clock) {
            Ok(connection) => return Ok((connection, false)),
            // The directory may be read-only although the file is not: then SQLite cannot make its journal.
            Err(Start::Sqlite(error))
                if matches!(error.sqlite_error_code(), Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly)) =>
            {
                return reading(file).map(|connection| (connection, true)).map_err(|_| told(&error));
            }
            // Another process made or raised the same database in this moment: look again.
            Err(Start::Sqlite(_) | Start::Raced) if attempt < TRIES => attempt += 1,
            Err(Start::Sqlite(error)) => return Err(told(&error)),
            Err(Start::Raced) => return Err(unusable(file, Trouble::Busy, "other processes were opening it all the time")),
            Err(Start::Ours(error)) => return Err(error),
        }
    }
}

enum Start {
    Sqlite(rusqlite::Error),
    Raced,
    Ours(StoreError),
}
impl From<rusqlite::Error> for Start {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

fn settle(paths: &Paths, file: &Path, clock: &SharedClock) -> Result<Connection, Start> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(file, flags)?;
    // Until it is known to be ours, not even its journal may be folded into it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.busy_timeout(PATIENCE)?;
    let version = schema::standing(&connection)?;
    let application: i32 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    judge(file, version, application).map_err(Start::Ours)?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if version == 0 && tables > 0 {
        // Ours gets its tables, its number and its mark in one transaction: this is a stranger, or one just being made.
        if application == 0 && schema::standing(&connection)? == 0 {
            return Err(Start::Ours(unusable(file, Trouble::NotOurs, "it holds tables of another program")));
        }
        return Err(Start::Raced);
    }
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What was erased is gone from the file, too.
    connection.pragma_update(None, "secure_delete", true)?;
    if version < schema::NEWEST {
        if version > 0 {
            put_aside(paths, &connection, version, clock).map_err(Start::Ours)?;
        }
        if let Err(error) = schema::raise(&mut connection, schema::NEWEST) {
            return Err(match error {
                rusqlite_migration::Error::RusqliteError { err, .. } => Start::Sqlite(err),
                _ => Start::Raced,
            });
        }
    }
    Ok(connection)
}

/// Copies an older database before it is raised.
pub(super) fn put_aside(paths: &Paths, connection: &Connection, version: u32, clock: &SharedClock) -> Result<(), StoreError> {
    let folder = paths.backups();
    private::make_dir(&folder).map_err(|error| StoreError::io("put a copy aside before the schema step", &folder, &error))?;
    let moment = clock.now().to_rfc3339_opts(SecondsFormat::Micros, true).replace(':', "");
    super::care::copy_to(connection, &folder.join(format!("schema-{version}-{moment}.db")))
}

/// How many copies from before an import stay.
const KEPT_COPIES: usize = 3;

/// Copies the database before an app is brought into it, and lets go of the oldest such copies.
pub(super) fn put_aside_before_import(
    paths: &Paths,
    connection: &Connection,
    clock: &SharedClock,
) -> Result<PathBuf, StoreError> {
    const DOING: &str = "put a copy aside before the import";
    let folder = paths.backups();
    private::make_dir(&folder).map_err(|error| StoreError::io(DOING, &folder, &error))?;
    let moment = clock.now().to_rfc3339_opts(SecondsFormat::Micros, true).replace(':', "");
    let mut copy = folder.join(format!("import-{moment}.db"));
    // Two imports within one tick of a clock that stands.
    for number in 2..100 {
        if copy.symlink_metadata().is_err() {
            break;
        }
        copy = folder.join(format!("import-{moment}-{number}.db"));
    }
    super::care::copy_to(connection, &copy)?;
    let mut copies: Vec<PathBuf> = fs::read_dir(&folder)
        .map_err(|error| StoreError::io(DOING, &folder, &error))?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            path.file_name()
                .and_then(|it| it.to_str())
                .is_some_and(|it| it.strip_prefix("import-").is_some_and(|rest| rest.strip_suffix(".db").is_some()))
        })
        .collect();
    copies.sort();
    let spare = copies.len().saturating_sub(KEPT_COPIES);
    for old in copies.into_iter().take(spare) {
        // One that cannot be removed takes room and harms nobody.
        let _ = fs::remove_file(old);
    }
    Ok(copy)
}

/// Opens a database that may only be read. Without a journal beside it, SQLite can be told that nothing moves.
pub(super) fn reading(file: &Path) -> Result<Connection, StoreError> {
    let told = |error: &rusqlite::Error| StoreError::sqlite("read the database", file, error);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let plain = Connection::open_with_flags(file, flags).and_then(|connection| {
        let version = schema::standing(&connection)?;
        Ok((connection, version))
    });
    let (connection, version) = match plain {
        Ok(seen) => seen,
        Err(error) if fs::metadata(journal(file)).map_or(0, |it| it.len()) > 0 => return Err(told(&error)),
        Err(_) => {
            let connection = Connection::open_with_flags(still_address(file), flags | OpenFlags::SQLITE_OPEN_URI);
            let connection = connection.map_err(|error| told(&error))?;
            let version = schema::standing(&connection).map_err(|error| told(&error))?;
            (connection, version)
        }
    };
    judge(file, version, schema::APPLICATION_ID)?;
    if version != schema::NEWEST {
        return Err(unusable(file, Trouble::ReadOnly, "an older database has to be raised, and nothing may be written here"));
    }
    connection.busy_timeout(PATIENCE).map_err(|error| told(&error))?;
    Ok(connection)
}

fn journal(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name)
}

fn still_address(file: &Path) -> String {
    let mut address = String::from("file:");
    for byte in file.as_os_str().as_encoded_bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' => address.push(char::from(*byte)),
            // Writing to a String does not fail.
            other => drop(write!(address, "%{other:02X}")),
        }
    }
    address + "?immutable=1"
}
