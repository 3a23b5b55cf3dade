//! Scans of whole trees and archives: what git tracks, what it ignores, what leads out, what cannot be read, and that no
//! value ever comes out.

use super::rules::samples::{self, Dice};
use super::*;
use crate::domain::Severity;
use crate::repo::{Standing, identify};
use chrono::TimeZone;
use pretty_assertions::assert_eq;
use proptest::prelude::*;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

/// A directory of a test, with git in it if asked for.
pub(in crate::scan) struct Folder {
    pub home: TempDir,
    pub root: PathBuf,
}

impl Folder {
    pub fn plain() -> Self {
        let home = tempfile::tempdir().unwrap();
        let root = home.path().join("shop");
        fs::create_dir(&root).unwrap();
        Self { home, root }
    }

    pub fn git() -> Self {
        let folder = Self::plain();
        folder.run(&["init", "-q", "-b", "main"]);
        folder
    }

    pub fn run(&self, arguments: &[&str]) {
        let identity = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com", "-c", "protocol.file.allow=always"];
        let output = Command::new("git")
            .args(identity)
            .args(arguments)
            .current_dir(&self.root)
            .env("HOME", self.home.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env_remove("GIT_DIR")
            .env_remove("GIT_INDEX_FILE")
            .env_remove("GIT_WORK_TREE")
            .output()
            .unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// What git says of its only pack: a line for each object.
    pub fn packed(&self) -> String {
        let mut packs = fs::read_dir(self.root.join(".git/objects/pack")).unwrap().map(|it| it.unwrap().path());
        let index = packs.find(|it| it.extension().is_some_and(|it| it == "idx")).unwrap();
        let output = Command::new("git").args(["verify-pack", "-v"]).arg(index).current_dir(&self.root).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    pub fn commit(&self) -> &Self {
        self.run(&["add", "-A"]);
        self.run(&["commit", "-q", "-m", "change"]);
        self
    }

    fn scan(&self) -> Report {
        scan(&self.root).unwrap()
    }
}

pub(in crate::scan) fn options() -> Options {
    Options::new(Utc.with_ymd_and_hms(2026, 11, 22, 12, 0, 0).unwrap())
}

fn scan(path: &Path) -> Result<Report, RepoProblem> {
    scan_tree(path, &ScanKey::new([7; 32]), &options(), &AtomicBool::new(false))
}

/// A GitHub token that is proven by its checksum.
pub(in crate::scan) fn secret(seed: u64) -> String {
    format!("{}_{}", "ghp", Dice(seed).checked())
}

/// Path, line, standing, in HEAD, can fail: of each finding.
fn found(report: &Report) -> Vec<(&str, u32, Standing, bool, bool)> {
    let mut all: Vec<_> =
        report.findings.iter().map(|it| (it.path.as_str(), it.line, it.standing, it.in_head, it.can_fail())).collect();
    all.sort_unstable();
    all
}

fn reasons(report: &Report) -> Vec<(&str, &str)> {
    report.coverage.skipped.iter().map(|it| (it.what.as_str(), it.why.as_str())).collect()
}

#[test]
fn tracked_untracked_and_ignored_files_are_told_apart() {
    let folder = Folder::git();
    folder.write(".gitignore", ".env*\n").write(".env", format!("\n\nK={}\n", secret(1)));
    folder.run(&["add", "-f", ".env"]);
    folder.commit();
    folder.write(".env.local", format!("K={}\n", secret(2))).write("new.ts", format!("'{}'", secret(3)));
    let report = folder.scan();
    assert_eq!(
        found(&report),
        [
            (".env", 3, Standing::Tracked, true, true),
            (".env.local", 1, Standing::Ignored, false, false),
            ("new.ts", 1, Standing::Untracked, false, true),
        ]
    );
    assert!(report.coverage.complete);
    assert_eq!((report.coverage.files_seen, report.coverage.files_total), (4, 4));
    let severity = |path: &str| report.findings.iter().find(|it| it.path == *path).unwrap().severity;
    assert_eq!(severity(".env.local"), Severity::Info);
    assert_eq!(severity(".env"), Severity::Critical);
    assert_eq!(report.commit, identify(&folder.root).unwrap().git.unwrap().head);
    assert_eq!(report.findings[0].commit, report.commit);
}

#[test]
fn the_same_secret_has_the_same_id_and_one_entry_per_file() {
    let folder = Folder::git();
    let one = secret(1);
    folder.write("a.ts", format!("'{one}'\n'{one}'")).write("b.ts", format!("'{one}' '{}'", secret(2))).commit();
    let report = folder.scan();
    assert_eq!(report.findings.len(), 3);
    let id = |path: &str| report.findings.iter().filter(|it| it.path == *path).map(|it| it.id.as_str()).collect::<Vec<_>>();
    assert!(id("b.ts").contains(&id("a.ts")[0]));
    let other = scan_tree(&folder.root, &ScanKey::new([8; 32]), &options(), &AtomicBool::new(false)).unwrap();
    assert!(!other.findings.iter().any(|it| it.id == id("a.ts")[0]), "another key gives other names");
}

#[test]
fn what_head_has_is_found_though_the_disk_has_not() {
    let folder = Folder::git();
    folder.write("edited.ts", format!("'{}'", secret(1))).write("gone.ts", format!("'{}'", secret(2)));
    folder.write("removed.ts", format!("'{}'", secret(3))).commit();
    folder.write("edited.ts", "process.env.KEY");
    fs::remove_file(folder.root.join("gone.ts")).unwrap();
    folder.run(&["rm", "-q", "removed.ts"]);
    let report = folder.scan();
    let tracked = |path| (path, 1, Standing::Tracked, true, true);
    assert_eq!(found(&report), [tracked("edited.ts"), tracked("gone.ts"), tracked("removed.ts")]);
    folder.commit();
    let report = folder.scan();
    assert_eq!(found(&report), []);
    assert!(report.coverage.complete);
}

#[test]
fn a_secret_that_is_staged_but_not_committed_is_tracked_and_not_in_head() {
    let folder = Folder::git();
    folder.write("a.ts", "1").commit();
    folder.write("a.ts", format!("'{}'", secret(1))).write("b.ts", format!("'{}'", secret(2)));
    folder.run(&["add", "b.ts"]);
    let tracked = |path| (path, 1, Standing::Tracked, false, true);
    assert_eq!(found(&folder.scan()), [tracked("a.ts"), tracked("b.ts")]);
}

#[test]
fn a_repository_without_a_commit_is_scanned() {
    let folder = Folder::git();
    folder.write("a.ts", format!("'{}'", secret(1)));
    let report = folder.scan();
    assert_eq!(found(&report), [("a.ts", 1, Standing::Untracked, false, true)]);
    assert_eq!(report.commit, None);
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_out_of_the_tree() {
    use std::os::unix::fs::symlink;
    let folder = Folder::git();
    let outside = folder.home.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("key.ts"), format!("'{}'", secret(1))).unwrap();
    folder.write("inner/key.ts", "harmless").write("a.ts", "1").commit();
    symlink(outside.join("key.ts"), folder.root.join("file.ts")).unwrap();
    symlink(&outside, folder.root.join("folder")).unwrap();
    symlink(&folder.root, folder.root.join("circle")).unwrap();
    // A tracked file whose directory became a link: git's copy is read, never what the link shows.
    fs::remove_dir_all(folder.root.join("inner")).unwrap();
    symlink(&outside, folder.root.join("inner")).unwrap();
    let report = folder.scan();
    assert_eq!(found(&report), []);
    assert!(report.coverage.complete);
    assert_eq!(reasons(&report), [("4 files", "a symbolic link: not followed")]);
}

#[cfg(unix)]
#[test]
fn odd_names_are_scanned_and_shown_harmless() {
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::git();
    for name in [b"a\nb.ts".as_slice(), b"c\x1b[31m.ts", b"d\xff.ts"] {
        fs::write(folder.root.join(std::ffi::OsStr::from_bytes(name)), format!("'{}'", secret(1))).unwrap();
    }
    folder.commit();
    let report = folder.scan();
    let names: Vec<_> = report.findings.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(names, ["a b.ts", "c\u{fffd}[31m.ts", "d\u{fffd}.ts"]);
}

#[cfg(unix)]
#[test]
fn what_is_not_a_file_is_not_opened() {
    let folder = Folder::git();
    let made = Command::new("mkfifo").arg(folder.root.join("pipe")).status().unwrap();
    assert!(made.success());
    let report = folder.scan();
    assert_eq!(reasons(&report), [("pipe", "not a regular file")]);
    assert!(!report.coverage.complete);
}

#[test]
fn utf16_is_read() {
    let folder = Folder::git();
    let text = format!("\u{feff}first\r\nKEY={}\r\n", secret(1));
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.trim_start_matches('\u{feff}').encode_utf16().flat_map(u16::to_be_bytes).collect();
    folder.write("marked.env", little).write("unmarked.env", big).commit();
    let tracked = |path| (path, 2, Standing::Tracked, true, true);
    assert_eq!(found(&folder.scan()), [tracked("marked.env"), tracked("unmarked.env")]);
}

#[test]
fn a_line_of_five_megabytes_is_searched_to_its_end() {
    let folder = Folder::git();
    let line = "var a=function(){return 1};".repeat(200_000) + &format!("k=\"{}\"", secret(1));
    assert!(line.len() > 5_000_000);
    folder.write("app.min.js", line).commit();
    assert_eq!(found(&folder.scan()), [("app.min.js", 1, Standing::Tracked, true, true)]);
}

#[test]
fn pictures_are_counted_and_what_is_past_the_limit_makes_it_incomplete() {
    let folder = Folder::git();
    let noise: Vec<u8> = (0..9000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[2]).collect();
    folder.write("a.png", noise).write("big.txt", "a".repeat(2000)).write("c.txt", "c").commit();
    let mut options = options();
    let scan = |options: &Options| scan_tree(&folder.root, &ScanKey::new([7; 32]), options, &AtomicBool::new(false)).unwrap();
    let report = scan(&options);
    assert!(report.coverage.complete);
    assert_eq!(reasons(&report), [("1 file", "not text")]);
    options.threads = 1;
    options.limits.total_bytes = 9500;
    let report = scan(&options);
    assert_eq!((report.coverage.files_seen, report.coverage.files_total, report.coverage.complete), (2, 3, false));
    assert_eq!(reasons(&report)[0], ("c.txt", "past the limit for all files together"));
}

#[test]
fn a_file_larger_than_what_is_held_is_read_in_pieces() {
    let folder = Folder::git();
    let large = |seed| format!("{}\nK={}\n{}", "a\n".repeat(2500), secret(seed), "b\n".repeat(3000));
    folder.write("same.sql", large(1)).write("edited.sql", large(2)).commit();
    folder.write("edited.sql", large(3));
    // Touched, so that only its content tells that it is the committed one.
    folder.write("same.sql", large(1));
    let mut options = options();
    options.limits.file_bytes = 1000;
    let scan = |options: &Options| scan_tree(&folder.root, &ScanKey::new([7; 32]), options, &AtomicBool::new(false)).unwrap();
    let report = scan(&options);
    let mut expected = [
        ("edited.sql", 2502, Standing::Tracked, false, true),
        // git's own copy, which is not on disk.
        ("edited.sql", 2502, Standing::Tracked, true, true),
        ("same.sql", 2502, Standing::Tracked, true, true),
    ];
    expected.sort_unstable();
    let check = |report: &Report| {
        let mut all = found(report);
        all.sort_unstable();
        assert_eq!((all.as_slice(), reasons(report)), (expected.as_slice(), Vec::new()));
        assert!(report.coverage.complete);
    };
    check(&report);
    folder.run(&["repack", "-q", "-a", "-d", "-f"]);
    assert_eq!(folder.packed().matches("chain length = 1: 1 object").count(), 1, "one of the two builds upon the other");
    check(&scan(&options));
    folder.run(&["read-tree", "--empty"]);
    let report = scan(&options);
    assert!(report.coverage.complete, "{:?}", reasons(&report));
    options.limits.total_bytes = 4000;
    assert!(!scan(&options).coverage.complete);
}

#[cfg(unix)]
#[test]
fn two_sparse_gigabytes_end_soon_and_hide_nothing_at_their_end() {
    use std::os::unix::fs::FileExt;
    let folder = Folder::plain();
    let file = fs::File::create(folder.root.join("dump.sql")).unwrap();
    file.set_len(2 << 30).unwrap();
    file.write_all_at(format!("\nK={}\n", secret(1)).repeat(40).as_bytes(), (2 << 30) - 100).unwrap();
    let report = folder.scan();
    assert_eq!(found(&report).len(), 1);
    assert!(report.coverage.complete);
}

#[test]
fn submodules_and_large_file_pointers_are_not_called_seen() {
    let folder = Folder::git();
    let other = Folder::git();
    other.write("a.ts", format!("'{}'", secret(1))).commit();
    folder.run(&["submodule", "--quiet", "add", &other.root.to_string_lossy(), "lib"]);
    let pointer = ["version https://git-lfs.github", ".com/spec/v1\noid sha256:00\nsize 1\n"].concat();
    folder.write("dump.sql", &pointer).write("photo.png", &pointer).commit();
    let report = folder.scan();
    assert_eq!(found(&report), []);
    assert!(!report.coverage.complete);
    let unseen: Vec<_> = report.coverage.skipped.iter().filter(|it| it.hides).map(|it| it.what.as_str()).collect();
    assert_eq!(unseen, ["lib", "dump.sql"]);
}

#[test]
fn a_plain_directory_says_what_it_cannot_tell() {
    let folder = Folder::plain();
    folder.write("a.ts", format!("'{}'", secret(1)));
    let report = folder.scan();
    assert_eq!(found(&report), [("a.ts", 1, Standing::Untracked, false, true)]);
    assert!(report.coverage.complete);
    folder.write(".gitignore", ".env\n").write(".env", "A=1");
    let report = folder.scan();
    assert!(!report.coverage.complete);
    assert_eq!(reasons(&report), [(".", "not a git repository: tracked and ignored cannot be told apart")]);
}

#[test]
fn a_stopped_scan_says_so() {
    let folder = Folder::plain();
    folder.write("a.ts", "1");
    let stopped = scan_tree(&folder.root, &ScanKey::new([7; 32]), &options(), &AtomicBool::new(true));
    assert_eq!(stopped, Err(RepoProblem::Stopped));
}

#[test]
fn neither_the_report_nor_its_debug_form_has_a_value() {
    let folder = Folder::git();
    let mut values = Vec::new();
    for (number, sample) in samples::all().into_iter().enumerate() {
        for (at, text) in sample.matching.iter().enumerate() {
            folder.write(&format!("{number}/{at}/{}", sample.path), text);
            values.extend(text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|it| it.len() >= 20).map(str::to_owned));
        }
    }
    folder.commit();
    let report = folder.scan();
    assert!(report.findings.len() >= samples::all().len());
    let (json, debug) = (serde_json::to_string(&report).unwrap(), format!("{report:?}"));
    // A Supabase reference is shown on purpose; it is a name, not a secret.
    let shown: Vec<_> = report.findings.iter().filter_map(|it| it.belongs_to.clone()).collect();
    for value in values.iter().filter(|it| !shown.iter().any(|name| name == it.as_str())) {
        assert!(!json.contains(value) && !debug.contains(value), "a value came out");
    }
    let back: Report = serde_json::from_str(&json).unwrap();
    assert_eq!(back, report);
}

#[test]
fn the_json_has_the_names_of_the_design() {
    let folder = Folder::git();
    folder.write("a.ts", format!("'{}'", secret(1))).commit();
    let json = serde_json::to_value(folder.scan()).unwrap();
    for name in ["blobs_seen", "blobs_total", "skipped", "complete"] {
        assert!(!json["coverage"][name].is_null(), "{name}");
    }
    let names = ["id", "rule", "kind", "provider", "path", "line", "commit", "in_head", "masked", "public", "confidence"];
    for name in names.into_iter().chain(["severity", "rotate"]) {
        assert!(!json["findings"][0][name].is_null(), "{name}");
    }
    assert_eq!(json["findings"][0]["confidence"], "proven");
    let masked = json["findings"][0]["masked"].as_str().unwrap();
    assert!(masked.starts_with("ghp_…") && masked.chars().count() == 9);
}

#[test]
fn this_repository_is_clean() {
    let report = scan(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    let failing: Vec<_> =
        report.findings.iter().filter(|it| it.can_fail()).map(|it| format!("{} {}:{}", it.rule, it.path, it.line)).collect();
    assert_eq!(failing, Vec::<String>::new());
    assert!(report.coverage.files_seen > 10);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn whatever_a_file_holds_the_scan_ends(bytes in proptest::collection::vec(any::<u8>(), 0..3000), name in "[a-z.]{1,12}") {
        let folder = Folder::plain();
        folder.write(&format!("d/x{name}"), &bytes);
        let report = folder.scan();
        prop_assert_eq!(report.coverage.files_total, report.coverage.files_seen);
    }
}

mod archives;
mod labelled;
