//! Runs git for one clone: no settings but ours, no hooks, no other protocol, no question to the terminal, no redirect
//! that could carry the token away; ended with all that it started when it is told to stop, or takes too much.

use super::address::Address;
use super::{CloneLimits, CloneProblem, CloneToken, said};
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How often the child is looked at, and after how many looks the disk.
const LOOK: Duration = Duration::from_millis(25);
const LOOKS: u32 = 20;
/// Bytes of what git says that are kept.
const KEPT: u64 = 64 << 10;

/// The variable of the child that the askpass program reads.
const VARIABLE: &str = "RESCUE_CLONE_TOKEN";

/// Answers git's two questions. The word is in the child's environment, never in the file.
const ASKPASS: &str =
    "#!/bin/sh\ncase \"$1\" in\nUsername*) echo x-access-token ;;\n*) printf '%s\\n' \"$RESCUE_CLONE_TOKEN\" ;;\nesac\n";

/// What of our own environment would lead git elsewhere, or make it write down what it sends.
const FORGOTTEN: &[&str] = &[
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_TEMPLATE_DIR",
    "GIT_EXEC_PATH",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "GIT_PROXY_COMMAND",
    "GIT_EXTERNAL_DIFF",
    "GIT_ALLOW_PROTOCOL",
    "GIT_PROTOCOL_FROM_USER",
    "GIT_SSL_NO_VERIFY",
    "GIT_TRACE",
    "GIT_TRACE_CURL",
    "GIT_TRACE_PACKET",
    "GIT_TRACE_PACKFILE",
    "GIT_TRACE_SETUP",
    "GIT_TRACE2",
    "GIT_TRACE2_EVENT",
    "GIT_TRACE2_PERF",
    "GIT_CURL_VERBOSE",
    "SSH_ASKPASS",
];

/// Clones `address` into `path`, with `home` as the child's only home.
pub(super) fn git(
    address: &Address,
    token: Option<CloneToken<'_>>,
    home: &Path,
    path: &Path,
    stop: &AtomicBool,
    limits: CloneLimits,
) -> Result<(), CloneProblem> {
    let nowhere =
        |error: std::io::Error| CloneProblem::NoDirectory { why: crate::domain::Foreign::new(error.kind().to_string()) };
    let mut command = Command::new("git");
    for setting in settings(address.scheme()) {
        command.arg("-c").arg(setting);
    }
    let refs = if limits.every_ref { "--mirror" } else { "--bare" };
    command.args(["clone", refs, "--quiet", "--no-hardlinks", "--no-recurse-submodules", "--template=", "--"]);
    command.arg(address.as_str()).arg(path);
    for name in FORGOTTEN {
        command.env_remove(name);
    }
    let settled = [("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_TERMINAL_PROMPT", "0"), ("GIT_LFS_SKIP_SMUDGE", "1"), ("LC_ALL", "C")];
    let nothing = if cfg!(windows) { "NUL" } else { "/dev/null" };
    command.envs(settled).env("GIT_CONFIG_GLOBAL", nothing).env("GIT_CONFIG_SYSTEM", nothing);
    command.env("HOME", home).env("XDG_CONFIG_HOME", home).env("GIT_ASKPASS", "").env_remove(VARIABLE);
    if let Some(CloneToken(token)) = token {
        let program = home.join("askpass.sh");
        std::fs::write(&program, ASKPASS).map_err(nowhere)?;
        #[cfg(unix)]
        std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o700)).map_err(nowhere)?;
        command.env("GIT_ASKPASS", &program).env(VARIABLE, token);
    }
    command.current_dir(home).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let child = command.spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => CloneProblem::NoGit,
        _ => CloneProblem::Failed { host: address.host(), says: crate::domain::Foreign::new(error.kind().to_string()) },
    })?;
    let mut running = Running { child };
    let mut errors = running.child.stderr.take();
    // On a thread of its own, so that a child that says much does not wait for us, nor we for it.
    let listener = std::thread::spawn(move || {
        let mut text = Vec::new();
        if let Some(errors) = &mut errors {
            let _ = errors.by_ref().take(KEPT).read_to_end(&mut text);
            let _ = std::io::copy(errors, &mut std::io::sink());
        }
        text
    });
    let whole = running.wait(path, stop, limits)?;
    let text = listener.join().unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    match whole {
        // So does a host that answers every question with an empty page: nothing seen is no repository without secrets.
        true if said::is_empty(&text) => Err(CloneProblem::Empty { host: address.host() }),
        true => Ok(()),
        false => Err(said::problem(&text, address, token)),
    }
}

fn settings(scheme: &str) -> Vec<String> {
    let mut settings: Vec<String> = [
        "core.hooksPath=/dev/null",
        "core.fsmonitor=false",
        "core.askPass=",
        "credential.helper=",
        "http.followRedirects=false",
        "http.lowSpeedLimit=100",
        "http.lowSpeedTime=60",
        "submodule.recurse=false",
        "fetch.recurseSubmodules=false",
        "transfer.bundleURI=false",
        "gc.auto=0",
        "maintenance.auto=false",
        "protocol.allow=never",
    ]
    .map(str::to_owned)
    .to_vec();
    settings.push(format!("protocol.{scheme}.allow=always"));
    settings
}

/// A child that does not outlive this value.
struct Running {
    child: Child,
}

impl Running {
    /// Whether it ended well.
    fn wait(&mut self, path: &Path, stop: &AtomicBool, limits: CloneLimits) -> Result<bool, CloneProblem> {
        let started = Instant::now();
        for look in 1_u32.. {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Ok(status.success());
            }
            if stop.load(Ordering::Relaxed) {
                return Err(CloneProblem::Stopped);
            }
            if started.elapsed() > limits.time {
                return Err(CloneProblem::TimedOut { seconds: limits.time.as_secs() });
            }
            if look % LOOKS == 0 && bytes(path) > limits.bytes {
                return Err(CloneProblem::TooLarge { megabytes: limits.bytes >> 20 });
            }
            std::thread::sleep(LOOK);
        }
        Ok(false)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        // Its helpers are in its group: the one that speaks https would go on without it.
        #[cfg(unix)]
        {
            let group = format!("-{}", self.child.id());
            let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Bytes of all files below, links not followed.
fn bytes(path: &Path) -> u64 {
    let mut total = 0;
    let mut open = vec![path.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(about) if about.is_dir() => open.push(entry.path()),
                Ok(about) => total += about.len(),
                Err(_) => {}
            }
        }
    }
    total
}
