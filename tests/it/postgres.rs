//! A real PostgreSQL on a socket of its own, for tests that give it what the program wrote. Where there is none they say loudly
//! that they were skipped; with `RESCUE_REQUIRE_POSTGRES` set that is a failure.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Whoever the server runs as when the tests are root's, for it refuses to run as root: `nobody`.
const NOBODY: u32 = 65_534;

/// A running server with one empty database; it ends when it is dropped.
pub struct Postgres {
    folder: TempDir,
    programs: PathBuf,
    is_root: bool,
}

impl Postgres {
    /// Starts one; none where PostgreSQL is not installed.
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            assert!(std::env::var_os("RESCUE_REQUIRE_POSTGRES").is_none(), "PostgreSQL is required and not there");
            eprintln!("SKIPPED: no PostgreSQL here (initdb was not found)");
            return None;
        };
        let folder = tempfile::Builder::new().prefix("pg").tempdir().unwrap();
        let is_root = Command::new("id").arg("-u").output().is_ok_and(|it| it.stdout.trim_ascii() == b"0");
        if is_root {
            chown(folder.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let made = Self { folder, programs, is_root };
        let data = made.data();
        made.does("initdb", &["-D", &data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"]);
        let socket = made.folder.path().display();
        let options = format!("-k {socket} -c listen_addresses= -c fsync=off -c full_page_writes=off");
        let log = made.folder.path().join("log").display().to_string();
        made.does("pg_ctl", &["-D", &data, "-l", &log, "-w", "-o", &options, "start"]);
        Some(made)
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.env_clear().env("LC_ALL", "C.UTF-8").env("TZ", "UTC").env("HOME", self.folder.path()).current_dir("/");
        // Nothing is heard of the server: it would keep a pipe open for as long as it runs.
        command.stdin(Stdio::null());
        command
    }

    fn does(&self, program: &str, arguments: &[&str]) {
        let mut command = self.command(program);
        command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
        if self.is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        assert!(command.status().unwrap().success(), "{program} {arguments:?}");
    }

    fn psql(&self, arguments: &[&str]) -> Result<String, String> {
        let socket = self.folder.path().display().to_string();
        let mut command = self.command("psql");
        command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", &socket, "-U", "tester", "-d", "postgres"]);
        let output = command.args(arguments).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }

    /// What statements answer, one row a line.
    #[track_caller]
    pub fn ask(&self, sql: &str) -> String {
        self.psql(&["-c", sql]).unwrap_or_else(|why| panic!("{sql}: {why}"))
    }

    /// Runs a file as it is.
    ///
    /// # Errors
    /// What the server said.
    pub fn run_file(&self, file: &Path, in_one_transaction: bool) -> Result<String, String> {
        let file = file.display().to_string();
        let mut arguments = vec!["-f", file.as_str()];
        if in_one_transaction {
            arguments.push("-1");
        }
        self.psql(&arguments)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.does("pg_ctl", &["-D", &self.data(), "-m", "immediate", "-w", "stop"]);
    }
}

/// Where the server's programs are: Debian keeps them beside the path, the newest version first.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|it| it.path().join("bin"));
    let mut found: Vec<PathBuf> = versions.collect();
    found.sort();
    found.reverse();
    let path = std::env::var_os("PATH").unwrap_or_default();
    found.extend(std::env::split_paths(&path));
    found.into_iter().find(|it| ["initdb", "pg_ctl", "psql"].iter().all(|name| it.join(name).is_file()))
}
