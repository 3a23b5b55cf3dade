//! Clones a repository given by its address with the user's `git`, apart from all settings, into a private directory
//! that goes away with the value. A token is given by askpass: never on a command line, in a file, or in an error.

mod address;
mod run;
mod said;

pub use address::Address;

use crate::domain::Foreign;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tempfile::TempDir;

/// A token for the length of one clone. Has no `Debug` and no `Display`.
#[derive(Clone, Copy)]
pub struct CloneToken<'a>(&'a str);

impl<'a> CloneToken<'a> {
    /// The token as the host gave it.
    pub fn new(token: &'a str) -> Self {
        Self(token)
    }
}

/// What a clone may take, and what it is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CloneLimits {
    pub time: Duration,
    /// Bytes on disk.
    pub bytes: u64,
    /// Every ref that the host shows, such as those of pull requests; else branches and tags.
    pub every_ref: bool,
    /// Whether `file://` is an address: for a repository on this machine that one made oneself.
    pub local: bool,
}

impl Default for CloneLimits {
    /// Ten minutes, 8 GiB, every ref, no local address.
    fn default() -> Self {
        Self { time: Duration::from_mins(10), bytes: 8 << 30, every_ref: true, local: false }
    }
}

/// A bare clone. Removed from the disk when dropped.
#[derive(Debug)]
pub struct Cloned {
    path: PathBuf,
    _home: TempDir,
}

impl Cloned {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Why there is no clone. Nothing here has a token in it; `says` is git's last word, masked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CloneProblem {
    #[error("`{address}` is not the https address of a repository; give `https://HOST/OWNER/NAME`")]
    NotAnAddress { address: Foreign },
    #[error("the address holds a name or password; give it without, and the token apart")]
    CredentialInAddress,
    #[error("ssh is not used, as it would use your keys; give the https address, or clone it yourself and give the directory")]
    Ssh,
    #[error("only https is used; plain http would show the token to everybody on the way")]
    PlainHttp,
    #[error("git is not installed; install it from https://git-scm.com, or give a checkout")]
    NoGit,
    #[error("`{host}` refused to show the repository; check the token and that it may read the contents")]
    Refused { host: Foreign },
    #[error("`{host}` has no repository at this address, or shows it only with a token that may read it")]
    NotFound { host: Foreign },
    #[error("the repository at `{host}` has moved; give its new address")]
    Moved { host: Foreign },
    #[error("there is no host `{host}`; check the address and the network")]
    NoHost { host: Foreign },
    #[error("`{host}` cannot be reached; check the network and run again")]
    Unreachable { host: Foreign },
    #[error("the certificate of `{host}` cannot be trusted; check the clock, the proxy and the address")]
    Tls { host: Foreign },
    #[error("what is at this address of `{host}` is not a git repository")]
    NotARepository { host: Foreign },
    #[error("what `{host}` gave has no commit: there is nothing to look at; check the address")]
    Empty { host: Foreign },
    #[error("the disk is full; make room under the data directory")]
    DiskFull,
    #[error("the clone is larger than {megabytes} MB; clone it yourself and give the directory")]
    TooLarge { megabytes: u64 },
    #[error("the clone took longer than {seconds} s; run again, or clone it yourself and give the directory")]
    TimedOut { seconds: u64 },
    #[error("no directory for the clone can be made: {why}")]
    NoDirectory { why: Foreign },
    #[error("git could not clone from `{host}`: {says}")]
    Failed { host: Foreign, says: Foreign },
    #[error("stopped before the clone was whole")]
    Stopped,
}

/// Clones the repository at `address` into a new private directory under `under`. Blocks; ends soon after `stop` becomes
/// true with [`CloneProblem::Stopped`], and leaves nothing behind then or in any other failure.
pub fn clone(
    address: &str,
    token: Option<CloneToken<'_>>,
    under: &Path,
    stop: &AtomicBool,
    limits: CloneLimits,
) -> Result<Cloned, CloneProblem> {
    let address = Address::read(address, limits.local)?;
    let home = private(under).map_err(|error| CloneProblem::NoDirectory { why: Foreign::new(error.kind().to_string()) })?;
    let path = home.path().join("repository.git");
    run::git(&address, token, home.path(), &path, stop, limits)?;
    Ok(Cloned { path, _home: home })
}

/// A new directory that only this user may enter.
fn private(under: &Path) -> std::io::Result<TempDir> {
    std::fs::create_dir_all(under)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix("clone-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir_in(under)
}

#[cfg(test)]
mod tests;
