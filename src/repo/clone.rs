//! A bare clone of a repository that was given by address: made by the user's own git, which sees none of the user's
//! settings, helpers and hooks, into a directory of its own that goes away with what this returns.
//! The token goes to the address's own host only, by askpass: never on a command line, in a file or after a redirect.

use crate::domain::Foreign;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a clone may take.
const PATIENCE: Duration = Duration::from_secs(30 * 60);
/// How often a running clone is looked at.
const LOOK: Duration = Duration::from_millis(20);
/// What of git's messages is read to tell what went wrong; it is never repeated.
const MOST_MESSAGES: u64 = 64 * 1024;

/// Variables of the user's environment that git is given: where programs, proxies and roots of trust are.
pub const GIVEN: &[&str] = &[
    "PATH",
    "TMPDIR",
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "GIT_SSL_CAINFO",
];

/// The variable by which the askpass script gets the token; only git and the script see it.
const TOKEN: &str = "RESCUE_ASKPASS_TOKEN";
/// Answers git's two questions. Its text holds no token.
const SCRIPT: &str =
    "#!/bin/sh\ncase \"$1\" in\n[Uu]sername*) echo x-access-token ;;\n*) printf '%s\\n' \"$RESCUE_ASKPASS_TOKEN\" ;;\nesac\n";

/// What is cloned.
pub struct Wanted<'a> {
    /// An https address without a credential; plain http for this machine only.
    pub address: &'a url::Url,
    pub token: Option<&'a str>,
    /// Values of [`GIVEN`].
    pub variables: Vec<(&'static str, String)>,
}

/// Why there is no clone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotCloned {
    #[error("`{address}` could not be cloned: {why}")]
    Failed { address: Foreign, why: &'static str },
    #[error("stopped before the repository was cloned")]
    Stopped,
}

/// A clone; gone when this is dropped.
pub struct Cloned(TempDir);

impl Cloned {
    /// The bare repository.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.0.path().join("repository.git")
    }
}

/// Clones every ref that the host gives, pull requests too. Blocks; ends soon after `stop` becomes true.
///
/// # Errors
/// There is no git, the host does not give the repository, no room.
pub fn clone(wanted: &Wanted<'_>, stop: &AtomicBool) -> Result<Cloned, NotCloned> {
    let failed = |why| NotCloned::Failed { address: Foreign::new(wanted.address.as_str()), why };
    let directory = tempfile::Builder::new().prefix("rescue-clone-").tempdir().map_err(|_| failed("there is no place for it"))?;
    let cloned = Cloned(directory);
    let home = cloned.0.path().join("home");
    fs::create_dir(&home).map_err(|_| failed("there is no place for it"))?;
    let askpass = askpass(&home).map_err(|_| failed("there is no place for it"))?;
    let messages = cloned.0.path().join("messages");
    let told = File::create(&messages).map_err(|_| failed("there is no place for it"))?;
    let mut child = git(wanted, &home, &askpass, &cloned.path(), told).spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => failed("git is not installed"),
        _ => failed("git could not be started"),
    })?;
    let deadline = Instant::now() + PATIENCE;
    let status = loop {
        if let Ok(Some(status)) = child.try_wait() {
            break status;
        }
        if stop.load(Ordering::Relaxed) {
            end(&mut child);
            return Err(NotCloned::Stopped);
        }
        if Instant::now() >= deadline {
            end(&mut child);
            return Err(failed("it took longer than half an hour"));
        }
        std::thread::sleep(LOOK);
    };
    if status.success() { Ok(cloned) } else { Err(failed(why(&messages))) }
}

fn git(wanted: &Wanted<'_>, home: &Path, askpass: &Path, into: &Path, told: File) -> Command {
    let mut command = Command::new("git");
    command.env_clear();
    for (name, value) in wanted.variables.iter().filter(|(name, _)| GIVEN.contains(name)) {
        command.env(name, value);
    }
    command
        .envs([("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_TERMINAL_PROMPT", "0"), ("LC_ALL", "C")])
        .env("HOME", home)
        .env("XDG_CONFIG_HOME", home)
        .env("GIT_ASKPASS", askpass)
        .env("GIT_LFS_SKIP_SMUDGE", "1");
    if let Some(token) = wanted.token {
        command.env(TOKEN, token);
    }
    for setting in [
        "credential.helper=",
        "core.hooksPath=/dev/null",
        "core.askPass=",
        "http.followRedirects=false",
        "protocol.allow=never",
        "protocol.https.allow=always",
        "submodule.recurse=false",
        "fetch.recurseSubmodules=false",
        "gc.auto=0",
    ] {
        command.args(["-c", setting]);
    }
    if wanted.address.scheme() == "http" {
        command.args(["-c", "protocol.http.allow=always"]);
    }
    command.args(["clone", "--mirror", "--quiet", "--template=", "--", wanted.address.as_str()]).arg(into);
    command.current_dir(home).stdin(Stdio::null()).stdout(Stdio::null()).stderr(told);
    // A group of its own: it is not in the terminal's foreground, and all of it can be ended.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
}

/// The script, for its owner only. Without a token it answers with nothing, which no host takes.
fn askpass(home: &Path) -> io::Result<PathBuf> {
    let path = home.join("askpass");
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o700);
    options.open(&path)?.write_all(SCRIPT.as_bytes())?;
    Ok(path)
}

/// What went wrong, in our own words: git's may repeat what a hostile host said.
fn why(messages: &Path) -> &'static str {
    let mut text = Vec::new();
    if let Ok(file) = File::open(messages) {
        // What cannot be read says nothing.
        let _ = file.take(MOST_MESSAGES).read_to_end(&mut text);
    }
    let text = String::from_utf8_lossy(&text).to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(&["authentication failed", "could not read username", "could not read password", "error: 401", "error: 403"]) {
        "the host wants a token that may read it"
    } else if says(&["not found", "error: 404", "does not appear to be a git repository"]) {
        "nothing is there that this token may see"
    } else if says(&["could not resolve host", "failed to connect", "couldn't connect", "connection refused", "timed out"]) {
        "the host could not be reached"
    } else if says(&["redirect", "error: 301", "error: 302", "error: 307", "error: 308"]) {
        "the host sends us elsewhere, where a token does not go: give the new address"
    } else if says(&["certificate"]) {
        "the host's certificate is not trusted here"
    } else if says(&["no space left"]) {
        "the disk is full"
    } else {
        "git gave up"
    }
}

/// Ends git with everything that it started.
fn end(child: &mut Child) {
    #[cfg(unix)]
    {
        let group = format!("-{}", child.id());
        // Without `kill` git alone is ended, below.
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
    }
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
mod tests;
