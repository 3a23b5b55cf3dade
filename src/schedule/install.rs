//! A daily timer in this user's own name: a systemd user timer, a launchd agent or a crontab line, whichever the machine
//! has. Proposes texts and places; what is not ours is never written over and never taken away.

pub mod apply;
pub mod carried;
pub mod cron;
pub mod files;
pub mod launchd;
pub mod place;
pub mod seal;
pub mod systemd;
pub mod tool;

use crate::config::{Environment, Paths};
use crate::domain::Digest;
use crate::trouble::Trouble;
use chrono::NaiveTime;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// What the timer runs.
pub const ARGUMENTS: [&str; 3] = ["probe", "--due", "--scheduled"];
/// From one run to the next, in hours.
pub const EVERY_HOURS: u32 = 24;
/// Over how many minutes the machines' beginnings are spread.
pub const SPREAD: u16 = 15;
/// When nobody says when.
pub const DEFAULT_AT: &str = "07:30";

/// The ways in which a machine can hold a timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::Display, strum::EnumIter)]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    Systemd,
    Launchd,
    Cron,
}

impl Kind {
    /// What it writes, in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Systemd => "a systemd user timer",
            Self::Launchd => "a launchd agent",
            Self::Cron => "a line in your crontab",
        }
    }
}

/// What kind of machine this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    Linux,
    MacOs,
    Other,
}

impl Platform {
    /// The one that this program was built for.
    #[must_use]
    pub fn of_build() -> Self {
        if cfg!(target_os = "macos") {
            Self::MacOs
        } else if cfg!(unix) {
            Self::Linux
        } else {
            Self::Other
        }
    }
}

/// A time of the day, local, to the minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At(NaiveTime);

impl At {
    /// It as a time, `minutes` later; past midnight it is the next morning.
    #[must_use]
    pub fn later(self, minutes: u16) -> NaiveTime {
        self.0.overflowing_add_signed(chrono::TimeDelta::minutes(i64::from(minutes))).0
    }
}

impl FromStr for At {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let time = NaiveTime::parse_from_str(text.trim(), "%H:%M");
        time.map(Self).map_err(|_| format!("`{text}` is no time of the day such as {DEFAULT_AT}"))
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%H:%M"))
    }
}

/// The machine as it is given: nothing about it is found elsewhere.
#[derive(Debug, Clone)]
pub struct Machine {
    pub environment: Environment,
    pub platform: Platform,
    /// Its name; spreads the machines' beginnings.
    pub host: String,
}

impl Machine {
    /// A program of the search path.
    #[must_use]
    pub fn find(&self, program: &str) -> Option<PathBuf> {
        let directories = self.environment.get("PATH")?.split(':').map(Path::new).filter(|it| it.is_absolute());
        directories.map(|it| it.join(program)).find(|it| is_executable(it))
    }

    /// The user's home directory.
    ///
    /// # Errors
    /// The environment names none.
    pub fn home(&self) -> Result<PathBuf, Trouble> {
        let home = self.environment.get("HOME").map(PathBuf::from).filter(|it| it.is_absolute());
        home.ok_or_else(|| Trouble::failed("no home directory is known").next("Set HOME to yours"))
    }

    /// Whether this user has a systemd manager that answers: it listens in the runtime directory.
    #[must_use]
    pub fn has_user_manager(&self) -> bool {
        let runtime = self.environment.get("XDG_RUNTIME_DIR").map(Path::new);
        self.find("systemctl").is_some() && runtime.is_some_and(|it| it.join("systemd/private").exists())
    }

    /// The kind of timer for this machine, or the one that was asked for.
    ///
    /// # Errors
    /// The machine has none that is known here.
    pub fn kind(&self, asked: Option<Kind>) -> Result<Kind, Trouble> {
        match (self.platform, asked) {
            (Platform::MacOs | Platform::Linux, Some(kind)) => Ok(kind),
            (Platform::Other, _) => Err(Trouble::failed("rescue writes no timer on this system")
                .next("Let its task scheduler run `rescue probe --due --scheduled` daily")),
            (Platform::MacOs, None) => Ok(Kind::Launchd),
            (Platform::Linux, None) if self.has_user_manager() => Ok(Kind::Systemd),
            (Platform::Linux, None) if self.find("crontab").is_some() => Ok(Kind::Cron),
            (Platform::Linux, None) if self.find("systemctl").is_some() => Ok(Kind::Systemd),
            (Platform::Linux, None) => Err(Trouble::failed("this machine has neither systemd nor cron")
                .next("Run `rescue probe --due --scheduled` daily by what it has, or see `rescue schedule workflow`")),
        }
    }
}

/// Whether it is a file that may be run.
fn is_executable(path: &Path) -> bool {
    let Ok(about) = path.metadata() else { return false };
    #[cfg(unix)]
    let may_run = std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o111 != 0;
    #[cfg(not(unix))]
    let may_run = true;
    about.is_file() && may_run
}

/// What is to be run, when, and with which environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The name of units, label and block: one for each home of rescue.
    pub name: String,
    /// The whole path of the program.
    pub program: String,
    pub variables: BTreeMap<String, String>,
    pub at: At,
    /// This machine's own minutes after it, below [`SPREAD`].
    pub spread: u16,
    /// Where the last run's messages are put.
    pub log: String,
}

impl Job {
    /// The job for this machine and this home of rescue.
    ///
    /// # Errors
    /// A path or a value that no timer can hold.
    pub fn new(
        machine: &Machine,
        paths: &Paths,
        program: &Path,
        at: At,
        variables: BTreeMap<String, String>,
    ) -> Result<Self, Trouble> {
        let program = plain("the program's path", program)?;
        let log = plain("the data directory's path", &paths.scheduled_log())?;
        for (name, value) in &variables {
            plain(name, Path::new(value))?;
        }
        Ok(Self { name: name(machine, paths), spread: spread(&machine.host, &log), program, variables, at, log })
    }

    /// When it begins where nothing else spreads it.
    #[must_use]
    pub fn begins(&self) -> NaiveTime {
        self.at.later(self.spread)
    }
}

/// The name of what is installed: a home that `RESCUE_HOME` names has its own, so that two do not fight.
#[must_use]
pub fn name(machine: &Machine, paths: &Paths) -> String {
    if machine.environment.get("RESCUE_HOME").is_none() {
        return "rescue-schedule".to_owned();
    }
    let digest = Digest::of(&paths.data().to_string_lossy()).0;
    format!("rescue-schedule-{}", digest.get(..8).unwrap_or("home"))
}

/// The same minutes on the same machine, other ones on the next.
#[must_use]
pub fn spread(host: &str, log: &str) -> u16 {
    let digest = Digest::of(&format!("{host}\n{log}")).0;
    let number = digest.get(..4).and_then(|hex| u16::from_str_radix(hex, 16).ok()).unwrap_or(0);
    number % SPREAD
}

/// A path that can stand in a line of text.
fn plain(what: &str, path: &Path) -> Result<String, Trouble> {
    match path.to_str() {
        Some(text) if !text.chars().any(char::is_control) => Ok(text.to_owned()),
        _ => Err(Trouble::failed(format!("{what} cannot be written into a timer"))
            .why("it holds a control character or is not Unicode")
            .next("Give it another name, and try again")),
    }
}

#[cfg(test)]
mod tests;
