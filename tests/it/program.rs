//! The real program in a home of its own: what it answers, prints and returns. Nothing of the tester's environment
//! reaches it, and no test here touches anything but its own temporary directory.

use rescue::config::Environment;
use rescue::store::{unpack, unpack_like};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A home for one test; gone when it is dropped.
pub struct Home {
    directory: TempDir,
    variables: BTreeMap<String, String>,
}

/// What the program said.
#[derive(Debug)]
pub struct Told {
    /// None: it was killed.
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Home {
    pub fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap(), variables: BTreeMap::new() }
    }

    /// Every command of this home gets this variable.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// What `RESCUE_HOME` is set to.
    pub fn path(&self) -> PathBuf {
        self.directory.path().join("rescue")
    }

    pub fn database(&self) -> PathBuf {
        self.path().join("data").join("rescue.db")
    }

    /// A place for files that are not the program's.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The variables that every program of this home is given, and no other.
    pub fn variables(&self) -> BTreeMap<String, String> {
        let mut all = BTreeMap::from([
            ("PATH".to_owned(), search_path()),
            ("HOME".to_owned(), self.beside("user").display().to_string()),
            ("RESCUE_HOME".to_owned(), self.path().display().to_string()),
            ("RESCUE_KEYRING".to_owned(), "off".to_owned()),
            ("GIT_CONFIG_NOSYSTEM".to_owned(), "1".to_owned()),
            ("GIT_CONFIG_GLOBAL".to_owned(), "/dev/null".to_owned()),
            ("USER".to_owned(), "tester".to_owned()),
        ]);
        all.extend(self.variables.clone());
        all
    }

    /// The program, not started yet.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rescue"));
        command.args(arguments).env_clear().envs(self.variables()).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Told {
        Told::of(&self.command(arguments).output().unwrap())
    }

    /// Runs a command that has to succeed.
    pub fn must(&self, arguments: &[&str]) -> Told {
        let told = self.run(arguments);
        assert_eq!(told.code, Some(0), "{arguments:?}: {told:?}");
        told
    }

    /// Runs a command that prints a document, whatever its exit code.
    pub fn json(&self, arguments: &[&str]) -> Value {
        self.run(arguments).json()
    }

    /// The lines of an app's status, whatever its exit code.
    pub fn must_status(&self, app: &str) -> String {
        let told = self.run(&["status", app]);
        assert!(matches!(told.code, Some(0 | 3 | 4 | 5)), "{told:?}");
        told.out
    }

    /// A home with one app that has nothing but a name.
    pub fn with_app(name: &str) -> Self {
        let home = Self::new();
        home.must(&["app", "add", name]);
        home
    }
}

impl Told {
    pub fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("the program writes UTF-8");
        Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// The one document on standard output.
    pub fn json(&self) -> Value {
        let document: Value = serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        assert_eq!(document["schema"], 1, "{self:?}");
        document
    }

    /// It ended with this code, nothing on standard output, and a message of at most four lines that has all of `words`.
    #[track_caller]
    pub fn refused(&self, code: i32, words: &[&str]) {
        assert_eq!((self.code, self.out.as_str()), (Some(code), ""), "{self:?}");
        assert!(!self.err.trim().is_empty(), "no message");
        for word in words {
            assert!(self.err.contains(word), "no `{word}` in {self:?}");
        }
        assert!(!self.err.contains("panicked") && !self.err.contains("backtrace"), "{self:?}");
    }
}

/// Where programs such as git are: the one thing that is taken from the tester's environment.
fn search_path() -> String {
    Environment::of_process().get("PATH").unwrap_or_default().to_owned()
}

/// The item of a status document.
#[track_caller]
pub fn item<'v>(status: &'v Value, id: &str) -> &'v Value {
    status["items"].as_array().unwrap().iter().find(|it| it["id"] == id).unwrap_or_else(|| panic!("no {id}"))
}

/// A git checkout with these files, all committed, without any configuration of the tester's.
pub fn checkout(at: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let file = at.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    for arguments in [
        &["init", "--quiet", "--initial-branch=main"][..],
        &["add", "--all", "--force"],
        &[
            "-c",
            "user.name=Tester",
            "-c",
            "user.email=tester@example.com",
            "commit",
            "--quiet",
            "--allow-empty",
            "-m",
            "All of it",
        ],
    ] {
        let done = Command::new("git")
            .args(arguments)
            .current_dir(at)
            .env_clear()
            .env("PATH", search_path())
            .env("HOME", at)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .unwrap();
        assert!(done.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    }
}

/// Everything in the files below a directory, one after the other.
pub fn bytes_below(directory: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        all.extend(if path.is_dir() { bytes_below(&path) } else { bytes_of(&path) });
    }
    all
}

/// A file's bytes; of a database also what lies packed in it, which shows nothing of itself to who looks for a mark.
pub fn bytes_of(path: &Path) -> Vec<u8> {
    let mut bytes = fs::read(path).unwrap();
    if !bytes.starts_with(b"SQLite format 3\0") {
        return bytes;
    }
    let database = rusqlite::Connection::open(path).unwrap();
    let beside = "SELECT said.body, base.body FROM said LEFT JOIN said AS base ON base.number = said.base";
    for questions in [[beside, "SELECT body, NULL FROM said"], ["SELECT body, NULL FROM seen"; 2]] {
        // A copy from before a schema step packs nothing beside another, or has none of them, and nothing packed.
        let Some(mut rows) = questions.iter().find_map(|it| database.prepare(it).ok()) else { continue };
        let both = |row: &rusqlite::Row<'_>| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Option<Vec<u8>>>(1)?));
        for (packed, base) in rows.query_map([], both).unwrap().map(Result::unwrap) {
            let text = match base {
                Some(base) => unpack(&base).and_then(|like| unpack_like(&packed, &like)),
                None => unpack(&packed),
            };
            bytes.extend(text.expect("what is packed can be read").into_bytes());
        }
    }
    bytes
}

pub fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|it| it == wanted)
}
