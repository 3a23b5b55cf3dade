//! Where things lie on this machine: the platform's directories, or all of them below `RESCUE_HOME`.
//! Names places only; it never makes one.

use super::environment::Environment;
use std::path::{Path, PathBuf};

/// The two directories of ours and what lies in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    data: PathBuf,
    config: PathBuf,
}

/// This machine has no home directory to put anything in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no home directory is known on this machine\nNext: set RESCUE_HOME to a directory that may be written")]
pub struct NoHome;

impl Paths {
    /// `RESCUE_HOME` moves both directories: `data` and `config` below it. Otherwise they are the platform's.
    ///
    /// # Errors
    /// There is no home directory and `RESCUE_HOME` is not set.
    pub fn from_environment(environment: &Environment) -> Result<Self, NoHome> {
        if let Some(home) = environment.get("RESCUE_HOME") {
            return Ok(Self::in_home(Path::new(home)));
        }
        let directories = directories::ProjectDirs::from("", "", "rescue").ok_or(NoHome)?;
        Ok(Self { data: directories.data_local_dir().to_owned(), config: directories.config_dir().to_owned() })
    }

    /// Everything below one directory.
    #[must_use]
    pub fn in_home(home: &Path) -> Self {
        let home = std::path::absolute(home).unwrap_or_else(|_| home.to_owned());
        Self { data: home.join("data"), config: home.join("config") }
    }

    /// The directory of what the tool writes.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The directory of what a person writes.
    #[must_use]
    pub fn config(&self) -> &Path {
        &self.config
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.data.join("rescue.db")
    }

    /// The key of the keyed hashes of found secrets, beside the database.
    #[must_use]
    pub fn scan_key(&self) -> PathBuf {
        self.data.join("scan.key")
    }

    /// Copies of the database from before a schema step.
    #[must_use]
    pub fn backups(&self) -> PathBuf {
        self.data.join("backups")
    }

    /// Daily log files.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.data.join("log")
    }

    /// Where an archive may lie for the time of a scan.
    #[must_use]
    pub fn scratch(&self) -> PathBuf {
        self.data.join("scratch")
    }

    /// What the last run of a crontab's line or a launchd agent said.
    #[must_use]
    pub fn scheduled_log(&self) -> PathBuf {
        self.data.join("scheduled.txt")
    }

    /// Drafts of comments for people to paste, by app.
    #[must_use]
    pub fn drafts(&self) -> PathBuf {
        self.data.join("drafts")
    }

    /// The configuration.
    #[must_use]
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// The user's own checklists.
    #[must_use]
    pub fn checklists(&self) -> PathBuf {
        self.config.join("checklists")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rescue_home_moves_both_directories() {
        let paths = Paths::from_environment(&Environment::of([("RESCUE_HOME", "/srv/rescue")])).unwrap();
        for place in [paths.database(), paths.scan_key(), paths.logs(), paths.config_file(), paths.checklists(), paths.scratch()]
        {
            assert!(place.starts_with("/srv/rescue"), "{}", place.display());
        }
        assert_ne!(paths.data(), paths.config());
    }

    #[test]
    fn a_relative_home_does_not_wander_with_the_working_directory() {
        assert!(Paths::in_home(Path::new("here")).data().is_absolute());
    }
}
