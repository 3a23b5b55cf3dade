//! Where each kind of timer lies on this machine, and what is there now. It looks; it writes nothing.

use super::files::There;
use super::seal::{Whose, whose};
use super::tool::{self, Said};
use super::{Job, Kind, Machine, Platform, cron, files, launchd, systemd};
use crate::domain::Foreign;
use crate::trouble::Trouble;
use std::path::PathBuf;
use std::process::Command;

/// A place that can hold a part of a timer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    File(PathBuf),
    /// Lines of the user's crontab.
    Crontab,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Crontab => f.write_str("crontab"),
        }
    }
}

/// What lies at a place, in view of what should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    Nothing,
    /// Ours, as it was written.
    Ours(String),
    /// Ours, and edited by somebody since.
    Edited(String),
    /// Not ours: why it is left alone.
    Foreign(&'static str),
    /// It cannot be read: why. Only a crontab's line that is to be written or taken out needs it read.
    Unseen(Foreign),
}

impl Found {
    fn of(text: String) -> Self {
        match whose(&text) {
            Whose::Ours => Self::Ours(text),
            Whose::Edited => Self::Edited(text),
            Whose::Foreign => Self::Foreign("rescue did not write it"),
        }
    }

    /// Whether rescue wrote it.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        matches!(self, Self::Ours(_) | Self::Edited(_))
    }

    /// The text that rescue once wrote.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Ours(text) | Self::Edited(text) => Some(text),
            Self::Nothing | Self::Foreign(_) | Self::Unseen(_) => None,
        }
    }
}

/// A part of a timer: where it belongs and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub place: Place,
    pub text: String,
}

/// The directory that files of this kind never leave, and the one in which they lie.
///
/// # Errors
/// No home directory is known.
pub fn folder(kind: Kind, machine: &Machine) -> Result<(PathBuf, PathBuf), Trouble> {
    let home = machine.home()?;
    Ok(match kind {
        Kind::Systemd => {
            let config = machine.environment.get("XDG_CONFIG_HOME").map(PathBuf::from).filter(|it| it.is_absolute());
            let base = config.clone().unwrap_or_else(|| home.clone());
            (base, config.unwrap_or_else(|| home.join(".config")).join("systemd/user"))
        }
        Kind::Launchd | Kind::Cron => (home.clone(), home.join("Library/LaunchAgents")),
    })
}

/// The places that a timer of this kind and name takes; none where rescue writes no timer.
///
/// # Errors
/// No home directory is known.
pub fn places(kind: Kind, machine: &Machine, name: &str) -> Result<Vec<Place>, Trouble> {
    if machine.platform == Platform::Other {
        return Ok(Vec::new());
    }
    let (_, folder) = folder(kind, machine)?;
    Ok(match kind {
        Kind::Systemd => ["service", "timer"].map(|ending| Place::File(folder.join(format!("{name}.{ending}")))).to_vec(),
        Kind::Launchd => vec![Place::File(folder.join(format!("{name}.plist")))],
        Kind::Cron => vec![Place::Crontab],
    })
}

/// What should be written for this job.
///
/// # Errors
/// No home directory is known; a line that is too long for cron.
pub fn pieces(kind: Kind, machine: &Machine, job: &Job) -> Result<Vec<Piece>, Trouble> {
    let texts = match kind {
        Kind::Systemd => vec![systemd::service(job), systemd::timer(job)],
        Kind::Launchd => vec![launchd::agent(job)],
        Kind::Cron => vec![cron::block(job)?],
    };
    let places = places(kind, machine, &job.name)?;
    Ok(places.into_iter().zip(texts).map(|(place, text)| Piece { place, text }).collect())
}

/// What lies at a place now.
///
/// # Errors
/// It cannot be read.
pub fn look(place: &Place, machine: &Machine, name: &str) -> Result<Found, Trouble> {
    match place {
        Place::File(path) => Ok(match files::look(path)? {
            There::Nothing => Found::Nothing,
            There::Text(text) => Found::of(text),
            There::InTheWay(why) => Found::Foreign(why),
        }),
        Place::Crontab => {
            if machine.find("crontab").is_none() {
                return Ok(Found::Nothing);
            }
            let table = match crontab(machine) {
                Ok(table) => table,
                Err(trouble) => return Ok(Found::Unseen(trouble.why.unwrap_or(trouble.what))),
            };
            match cron::parts(&table, name)? {
                None => Ok(Found::Nothing),
                // Ours is text; what is not any more was edited.
                Some(parts) => Ok(match String::from_utf8(parts.block.to_vec()) {
                    Ok(text) if whose(&text) == Whose::Ours => Found::Ours(text),
                    Ok(text) => Found::Edited(text),
                    Err(bytes) => Found::Edited(String::from_utf8_lossy(bytes.as_bytes()).into_owned()),
                }),
            }
        }
    }
}

/// The user's crontab, byte for byte; empty when there is none.
///
/// # Errors
/// It cannot be read, so that nothing may be written over it.
pub fn crontab(machine: &Machine) -> Result<Vec<u8>, Trouble> {
    let mut command = crontab_program(machine)?;
    command.arg("-l").env("LC_ALL", "C");
    let said = tool::run(command, &[], tool::LIMIT)?;
    match said {
        Said { code: Some(0), out, .. } => Ok(out),
        Said { code: Some(1), ref err, ref out } if out.is_empty() && says_there_is_none(err) => Ok(Vec::new()),
        other => Err(unread(other.complaint())),
    }
}

/// The user's crontab was not read, for this reason: nothing is written over it.
#[must_use]
pub fn unread(why: impl std::fmt::Display) -> Trouble {
    Trouble::failed("your crontab cannot be read, so it is left as it is").why(why)
}

/// In the words of cron, cronie and bcron, or in those of busybox, which names the file.
fn says_there_is_none(err: &str) -> bool {
    err.contains("no crontab") || (err.contains("can't open '") && err.contains("': No such file or directory"))
}

/// Puts this table in the place of `before`, and looks whether it is there.
///
/// # Errors
/// Somebody else changed it meanwhile; cron refuses it.
pub fn put_crontab(machine: &Machine, before: &[u8], table: &[u8]) -> Result<(), Trouble> {
    let failed = |why: String| Trouble::failed("your crontab could not be written").why(why);
    if crontab(machine)? != before {
        return Err(failed("it was changed in this moment".to_owned()).next("Try again"));
    }
    let mut command = crontab_program(machine)?;
    command.arg("-").env("LC_ALL", "C");
    let said = tool::run(command, table, tool::LIMIT)?;
    if !said.is_fine() {
        return Err(failed(said.complaint()));
    }
    if crontab(machine)? != table {
        return Err(failed("it does not say now what was written".to_owned()).next("Look at it with `crontab -l`"));
    }
    Ok(())
}

fn crontab_program(machine: &Machine) -> Result<Command, Trouble> {
    machine.find("crontab").map(Command::new).ok_or_else(no_crontab)
}

/// There is no cron to write for.
#[must_use]
pub fn no_crontab() -> Trouble {
    Trouble::failed("this machine has no program `crontab`").next("Install cron, or use --kind systemd")
}
