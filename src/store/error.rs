//! Why the store did not do what it was asked: what, where, why and the next step, in at most four lines.

use crate::domain::{AppName, FactId, Foreign, RunId};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use rusqlite::ErrorCode;
use std::io;
use std::path::{Path, PathBuf};

/// What is wrong with the place where the database lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// A file stands where a directory belongs, or the other way round.
    WrongKind,
    /// Nothing may be written there.
    ReadOnly,
    /// The disk is full.
    Full,
    /// The file is damaged or no database.
    Damaged,
    /// A database of another program.
    NotOurs,
    /// Another process held it for too long.
    Busy,
    /// Something else that the system said.
    Other,
}

impl Trouble {
    fn next(self) -> &'static str {
        match self {
            Self::WrongKind => "move it away, or set RESCUE_HOME to another directory",
            Self::ReadOnly => "make it writable for you, or set RESCUE_HOME to a directory that is",
            Self::Full => "free some space and try again; nothing was half written",
            Self::Damaged => "restore a backup, or move the file away to start anew; keep it until then",
            Self::NotOurs => "set RESCUE_HOME to another directory",
            Self::Busy => "close the other rescue, or try again in a minute",
            Self::Other => "try again; if it stays, run `rescue db check`",
        }
    }

    fn of_io(error: &io::Error) -> Self {
        use io::ErrorKind as Kind;
        match error.kind() {
            Kind::NotADirectory | Kind::IsADirectory => Self::WrongKind,
            Kind::PermissionDenied | Kind::ReadOnlyFilesystem => Self::ReadOnly,
            Kind::StorageFull | Kind::QuotaExceeded => Self::Full,
            _ => Self::Other,
        }
    }

    fn of_sqlite(error: &rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => Self::ReadOnly,
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Damaged,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            _ => Self::Other,
        }
    }
}

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("could not {doing}\nWhere: {}\nWhy: {why}\nNext: {}", shown(path), trouble.next())]
    Unusable { doing: &'static str, path: PathBuf, trouble: Trouble, why: Foreign },
    #[error(
        "the database was written by a newer rescue: schema {found}, this one knows {known}\nWhere: {}\nWhy: it was left untouched, for nothing to be lost\nNext: install the newer rescue, or set RESCUE_HOME to another directory",
        shown(path)
    )]
    Newer { path: PathBuf, found: u32, known: u32 },
    #[error("the database was opened for reading only\nWhere: {}\nWhy: nothing may be written there\nNext: {}", shown(path), Trouble::ReadOnly.next())]
    ReadingOnly { path: PathBuf },
    #[error(
        "the clock is {} behind the newest fact: now {}, newest {}\nWhy: facts out of order would tell a false history\nNext: set the clock of this machine and try again",
        span(*behind), moment(*at), moment(*newest)
    )]
    ClockBehind { at: DateTime<Utc>, newest: DateTime<Utc>, behind: TimeDelta },
    #[error("no app is called `{name}`\n{}", known_apps(known))]
    UnknownApp { name: Foreign, known: Vec<AppName> },
    #[error("the app is not there any more\nWhy: another console removed it\nNext: go back to the list of apps")]
    AppGone,
    #[error("an app called `{name}` exists already\nNext: choose another name, or change that one with `rescue app edit {name}`")]
    NameTaken { name: AppName },
    #[error("a run of `{app}` is open since {}\nWhy: process {pid} on {host} is at it\nNext: wait until it ends, or stop it", moment(*since))]
    RunOpen { app: AppName, since: DateTime<Utc>, pid: u32, host: Foreign },
    #[error("run {run} is not open any more\nWhy: it ended, or another process took it for crashed\nNext: start a new run")]
    RunGone { run: RunId },
    #[error("{} exists already\nNext: give a name that is free; a backup never overwrites", shown(path))]
    BackupExists { path: PathBuf },
    #[error(
        "fact {fact} ({kind}) is here with another content than in the file, and nothing was changed\nWhy: facts never change, so one of the two was changed by hand\nNext: run `rescue db check` here and where the file was made"
    )]
    OtherContent { fact: FactId, kind: &'static str },
    #[error(
        "not every fact of the app that is here can be read, and nothing was changed\nWhy: one of them may be what the file holds otherwise\nNext: run `rescue db check`; `rescue db backup` keeps a copy"
    )]
    NotAllRead,
    /// What was asked makes no sense for this app; the text is whole.
    #[error("{why}")]
    Refused { why: Foreign },
}

impl StoreError {
    pub(super) fn io(doing: &'static str, path: &Path, error: &io::Error) -> Self {
        let trouble = Trouble::of_io(error);
        Self::Unusable { doing, path: path.to_owned(), trouble, why: Foreign::new(error.to_string()) }
    }

    pub(super) fn sqlite(doing: &'static str, path: &Path, error: &rusqlite::Error) -> Self {
        Self::Unusable { doing, path: path.to_owned(), trouble: Trouble::of_sqlite(error), why: said(error) }
    }

    pub(super) fn refused(why: impl AsRef<str>) -> Self {
        Self::Refused { why: Foreign::new(why) }
    }

    /// What is wrong with the place, if it is about the place.
    #[must_use]
    pub fn trouble(&self) -> Option<Trouble> {
        match self {
            Self::Unusable { trouble, .. } => Some(*trouble),
            Self::ReadingOnly { .. } => Some(Trouble::ReadOnly),
            _ => None,
        }
    }
}

/// SQLite's own words without the statement, which can be long and hold values.
fn said(error: &rusqlite::Error) -> Foreign {
    match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => Foreign::new(message),
        rusqlite::Error::SqlInputError { msg, .. } => Foreign::new(msg),
        other => Foreign::new(other.to_string()),
    }
}

fn shown(path: &Path) -> Foreign {
    Foreign::new(path.display().to_string())
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn span(time: TimeDelta) -> String {
    match time.num_seconds() {
        s if s >= 2 * 86_400 => format!("{} days", s / 86_400),
        s if s >= 2 * 3_600 => format!("{} hours", s / 3_600),
        s => format!("{} minutes", s / 60),
    }
}

fn known_apps(known: &[AppName]) -> String {
    if known.is_empty() {
        return "Next: add one with `rescue app add NAME`".to_owned();
    }
    let mut names: Vec<&str> = known.iter().take(8).map(AppName::as_str).collect();
    if known.len() > names.len() {
        names.push("…");
    }
    format!("Known: {}\nNext: check the name, or add it with `rescue app add`", names.join(", "))
}

/// An error on the way through a transaction: SQLite's, to be told with the place, or ours, whole.
pub(super) enum Fault {
    Sqlite(rusqlite::Error),
    Ours(StoreError),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}
impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Ours(error)
    }
}

impl Fault {
    pub(super) fn at(self, doing: &'static str, path: &Path) -> StoreError {
        match self {
            // Every row is asked for by an app's id, and points at one.
            Self::Sqlite(rusqlite::Error::QueryReturnedNoRows) => StoreError::AppGone,
            Self::Sqlite(rusqlite::Error::SqliteFailure(error, _))
                if error.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY =>
            {
                StoreError::AppGone
            }
            Self::Sqlite(error) => StoreError::sqlite(doing, path, &error),
            Self::Ours(error) => error,
        }
    }
}
