//! What the history says of a secret: which commit brought it, since when, until when, and whether HEAD has it; on real
//! repositories that git makes here.

use super::super::tests::{Folder, options, secret};
use super::super::{Confidence, Leak, Report, ScanKey, Surface, scan_history, scan_repository};
use crate::repo::{RepoProblem, Standing};
use crate::scan::rules::samples;
use chrono::{DateTime, Utc};
use pretty_assertions::assert_eq;
use std::path::Path;
use std::sync::atomic::AtomicBool;

mod damage;

pub(super) fn scan(path: &Path) -> Result<Report, RepoProblem> {
    scan_history(path, &ScanKey::new([7; 32]), &options(), &AtomicBool::new(false))
}

pub(super) fn whole(path: &Path) -> Result<Report, RepoProblem> {
    scan_repository(path, &ScanKey::new([7; 32]), &options(), true, &AtomicBool::new(false))
}

fn day(day: u32) -> DateTime<Utc> {
    format!("2026-03-{day:02}T12:00:00Z").parse().unwrap()
}

impl Folder {
    /// Commits everything on a day of March, and gives the commit.
    fn on(&self, when: u32) -> String {
        self.run(&["add", "-A"]);
        self.at(when, &["commit", "-q", "--allow-empty", "-m", "change"]);
        self.head()
    }

    fn at(&self, when: u32, arguments: &[&str]) {
        // The committer's time comes from the environment only, so git is told it by a wrapper of its own.
        let date = day(when).to_rfc3339();
        let command = format!("GIT_COMMITTER_DATE={date} GIT_AUTHOR_DATE={date} exec git \"$@\"");
        let alias = format!("alias.dated=!f() {{ {command}; }}; f");
        let all: Vec<&str> =
            ["-c", "user.name=Ana", "-c", "user.email=ana@example.com"].into_iter().chain(arguments.iter().copied()).collect();
        self.run(&[["-c", alias.as_str(), "dated"].as_slice(), &all].concat());
    }

    pub(super) fn text(&self, arguments: &[&str]) -> String {
        let output = std::process::Command::new("git").args(arguments).current_dir(&self.root).output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn head(&self) -> String {
        self.text(&["rev-parse", "HEAD"])
    }
}

/// Path, commit, since, until, in HEAD.
pub(super) type Told<'a> = (&'a str, Option<&'a str>, Option<DateTime<Utc>>, Option<DateTime<Utc>>, bool);

pub(super) fn told(report: &Report) -> Vec<Told<'_>> {
    let one = |it: &Leak| {
        assert_eq!((it.confidence, it.standing), (Confidence::Proven, Standing::Tracked));
        assert_eq!(it.surface == Surface::Tree, it.in_head);
    };
    report.findings.iter().for_each(one);
    let mut all: Vec<Told<'_>> =
        report.findings.iter().map(|it| (it.path.as_str(), it.commit.as_deref(), it.since, it.until, it.in_head)).collect();
    all.sort_unstable_by_key(|it| (it.0, it.2));
    all
}

/// Loose objects, one pack, and one pack with deltas made as tightly as git can: the answer must be the same.
fn each_storage(folder: &Folder, check: impl Fn(&Report)) {
    check(&scan(&folder.root).unwrap());
    folder.run(&["repack", "-q", "-a", "-d"]);
    check(&scan(&folder.root).unwrap());
    folder.run(&["repack", "-q", "-a", "-d", "-f", "--depth=4000", "--window=50"]);
    check(&scan(&folder.root).unwrap());
}

#[test]
fn a_secret_that_was_deleted_has_its_commit_and_both_times() {
    let folder = Folder::git();
    folder.write("a.ts", "1").on(1);
    let brought = folder.write(".env", format!("A=1\nK={}\n", secret(1))).on(2);
    folder.write("a.ts", "2").on(3);
    folder.run(&["rm", "-q", ".env"]);
    folder.on(4);
    folder.write("a.ts", "3").on(5);
    each_storage(&folder, |report| {
        assert_eq!(told(report), [(".env", Some(brought.as_str()), Some(day(2)), Some(day(4)), false)]);
        assert_eq!(report.findings[0].line, 2);
        assert_eq!((report.coverage.files_seen, report.coverage.files_total, report.coverage.complete), (4, 4, true));
        assert_eq!(report.commit, Some(folder.head()));
    });
}

#[test]
fn a_secret_that_head_still_has_has_no_end() {
    let folder = Folder::git();
    let brought = folder.write("a.ts", format!("'{}'", secret(1))).on(1);
    folder.write("a.ts", format!("// moved down\n'{}'", secret(1))).on(2);
    each_storage(&folder, |report| {
        assert_eq!(told(report), [("a.ts", Some(brought.as_str()), Some(day(1)), None, true)]);
        assert_eq!(report.findings[0].line, 2, "the line is that of HEAD");
    });
}

#[test]
fn a_secret_that_was_replaced_ends_where_the_other_begins() {
    let folder = Folder::git();
    let text =
        |seed: u64, edit: usize| format!("{}\nK='{}'\n{}", "// a\n".repeat(edit), secret(seed), "const x = 1;\n".repeat(400));
    let first = folder.write("src/a.ts", text(1, 0)).on(1);
    folder.write("src/a.ts", text(1, 1)).on(2);
    let second = folder.write("src/a.ts", text(2, 1)).on(3);
    each_storage(&folder, |report| {
        let expected = [
            ("src/a.ts", Some(first.as_str()), Some(day(1)), Some(day(3)), false),
            ("src/a.ts", Some(second.as_str()), Some(day(3)), None, true),
        ];
        assert_eq!(told(report), expected);
    });
}

#[test]
fn a_file_that_moved_is_two_places_of_one_secret() {
    let folder = Folder::git();
    let first = folder.write("a.ts", format!("'{}'", secret(1))).on(1);
    folder.run(&["mv", "a.ts", "b.ts"]);
    let second = folder.on(2);
    each_storage(&folder, |report| {
        let expected = [
            ("a.ts", Some(first.as_str()), Some(day(1)), Some(day(2)), false),
            ("b.ts", Some(second.as_str()), Some(day(2)), None, true),
        ];
        assert_eq!(told(report), expected);
        assert_eq!(report.findings[0].id, report.findings[1].id);
    });
}

#[test]
fn other_branches_tags_and_stashes_are_searched() {
    let folder = Folder::git();
    folder.write("a.ts", "1").on(1);
    folder.run(&["checkout", "-q", "-b", "other"]);
    let branch = folder.write("branch.ts", format!("'{}'", secret(1))).on(2);
    folder.run(&["checkout", "-q", "--detach", "main"]);
    let tag = folder.write("tag.ts", format!("'{}'", secret(2))).on(3);
    folder.at(3, &["tag", "-a", "-m", "release", "v1"]);
    folder.at(3, &["tag", "-a", "-m", "tag of a tag", "v1-again", "v1"]);
    folder.run(&["tag", "-d", "v1"]);
    folder.run(&["checkout", "-q", "main"]);
    for (seed, day) in [(3, 4), (4, 5)] {
        folder.write("a.ts", format!("'{}'", secret(seed)));
        folder.at(day, &["stash", "push", "-q"]);
    }
    folder.run(&["update-ref", "refs/pull/7/head", &branch]);
    folder.run(&["branch", "-q", "-D", "other"]);
    let stashes = [folder.text(&["rev-parse", "stash@{1}"]), folder.text(&["rev-parse", "stash@{0}"])];
    let report = scan(&folder.root).unwrap();
    let expected = [
        ("a.ts", Some(stashes[0].as_str()), Some(day(4)), None, false),
        ("a.ts", Some(stashes[1].as_str()), Some(day(5)), None, false),
        ("branch.ts", Some(branch.as_str()), Some(day(2)), None, false),
        ("tag.ts", Some(tag.as_str()), Some(day(3)), None, false),
    ];
    assert_eq!(told(&report), expected);
}

#[test]
fn what_only_a_merge_brought_is_found_and_named() {
    let folder = Folder::git();
    folder.write("a.ts", "1").on(1);
    folder.run(&["checkout", "-q", "-b", "side"]);
    folder.write("b.ts", "1").on(2);
    folder.run(&["checkout", "-q", "main"]);
    folder.write("a.ts", "2").on(3);
    folder.run(&["merge", "-q", "--no-commit", "--no-ff", "side"]);
    let merge = folder.write("c.ts", format!("'{}'", secret(1))).on(4);
    folder.run(&["rm", "-q", "c.ts"]);
    folder.on(5);
    each_storage(&folder, |report| {
        assert_eq!(told(report), [("c.ts", Some(merge.as_str()), Some(day(4)), Some(day(5)), false)]);
    });
}

#[test]
fn a_side_branch_brings_it_and_the_merge_puts_it_on_the_line() {
    let folder = Folder::git();
    folder.write("a.ts", "1").on(1);
    folder.run(&["checkout", "-q", "-b", "side"]);
    let brought = folder.write("b.ts", format!("'{}'", secret(1))).on(2);
    folder.run(&["checkout", "-q", "main"]);
    folder.write("a.ts", "2").on(3);
    folder.at(4, &["merge", "-q", "--no-ff", "-m", "merge", "side"]);
    folder.run(&["rm", "-q", "b.ts"]);
    folder.on(6);
    assert_eq!(told(&scan(&folder.root).unwrap()), [("b.ts", Some(brought.as_str()), Some(day(2)), Some(day(6)), false)]);
}

#[test]
fn of_two_branches_with_the_same_blob_the_older_commit_brought_it() {
    let folder = Folder::git();
    folder.write("a.ts", "1").on(1);
    let mut commits = Vec::new();
    for (branch, when) in [("late", 9), ("early", 5)] {
        folder.run(&["checkout", "-q", "-b", branch, "main"]);
        commits.push(folder.write("b.ts", format!("'{}'", secret(1))).on(when));
    }
    folder.run(&["checkout", "-q", "main"]);
    assert_eq!(told(&scan(&folder.root).unwrap()), [("b.ts", Some(commits[1].as_str()), Some(day(5)), None, false)]);
}

#[test]
fn the_same_secret_in_two_files_is_two_entries_of_one_id() {
    let folder = Folder::git();
    let text = format!("'{}'", secret(1));
    let first = folder.write("a.ts", &text).on(1);
    let second = folder.write("b/c.ts", &text).on(2);
    folder.run(&["rm", "-q", "a.ts"]);
    folder.on(3);
    let report = scan(&folder.root).unwrap();
    let expected = [
        ("a.ts", Some(first.as_str()), Some(day(1)), Some(day(3)), false),
        ("b/c.ts", Some(second.as_str()), Some(day(2)), None, true),
    ];
    assert_eq!(told(&report), expected);
    assert_eq!(report.findings[0].id, report.findings[1].id);
    assert_eq!(report.coverage.files_total, 1, "one blob");
}

#[test]
fn utf16_and_a_secret_that_appears_in_the_middle_of_a_large_file_are_found() {
    let folder = Folder::git();
    let wide: Vec<u8> = format!("K={}\r\n", secret(1)).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let lines: Vec<String> = (0..20_000).map(|n| format!("const line{n} = {n};")).collect();
    folder.write("wide.env", wide).write("big.ts", lines.join("\n")).on(1);
    let mut edited = lines.clone();
    edited[10_000] = format!("const token = '{}';", secret(2));
    let second = folder.write("big.ts", edited.join("\n")).on(2);
    edited[10_000].clear();
    folder.write("big.ts", edited.join("\n")).on(3);
    each_storage(&folder, |report| {
        let found = told(report);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0], ("big.ts", Some(second.as_str()), Some(day(2)), Some(day(3)), false));
        assert_eq!((found[1].0, found[1].4), ("wide.env", true));
        assert_eq!(report.findings.iter().find(|it| it.path == *"big.ts").unwrap().line, 10_001);
    });
}

/// Too large to be held, and built from each other: through files without a name, with the same answer.
#[test]
fn versions_of_a_file_that_is_too_large_to_be_held_are_all_searched() {
    let folder = Folder::git();
    let line = |n: usize| format!("INSERT INTO orders VALUES ({n}, 'a line that is like no other, {}');", n * 7_919 % 10_007);
    let mut lines: Vec<String> = (0..900).map(line).collect();
    for version in 1..=7_u32 {
        let at = usize::try_from(version).unwrap() * 101;
        lines[at] = format!("SET TOKEN = '{}';", secret(version.into()));
        lines.swap(3, at + 20);
        folder.write("dump.sql", lines.join("\n")).on(version);
    }
    // Small, and built upon a large one; and one that builds upon the small one.
    folder.write("dump.sql", lines[700..712].join("\n")).on(8);
    folder.write("dump.sql", [&lines[700..712], &lines[..400]].concat().join("\n")).on(9);
    let scan = |file_bytes: u64, total_bytes: u64| {
        let mut options = options();
        (options.limits.file_bytes, options.limits.total_bytes) = (file_bytes, total_bytes);
        scan_history(&folder.root, &ScanKey::new([7; 32]), &options, &AtomicBool::new(false)).unwrap()
    };
    let held = scan(1 << 20, 1 << 30);
    assert_eq!((held.findings.len(), held.coverage.complete), (7, true));
    for depth in [0, 1, 3, 4_000] {
        if depth > 0 {
            folder.run(&["repack", "-q", "-a", "-d", "-f", &format!("--depth={depth}"), "--window=50"]);
            assert!(folder.packed().contains(&format!("chain length = {}", depth.min(3))), "{}", folder.packed());
        }
        let pieces = scan(2_000, 1 << 30);
        assert_eq!((&pieces.findings, &pieces.coverage), (&held.findings, &held.coverage), "depth {depth}");
    }
    // Where there is no room, that is what is said, of each version that could not be built.
    let report = scan(2_000, 30_000);
    let why: Vec<&str> = report.coverage.skipped.iter().map(|it| it.why.as_str()).collect();
    assert!(why.iter().any(|it| it.contains("has no room")) && !report.coverage.complete, "{why:?}");
}

/// Loose objects are searched whole, deltas where they are new: the answers must be the same, with every kind of secret
/// torn apart and put together again from version to version.
#[test]
fn searching_what_is_new_finds_what_searching_everything_finds() {
    let folder = Folder::git();
    let mut texts: Vec<String> = (0..6).map(|file| format!("// file {file}\nconst a = 1;\n").repeat(900)).collect();
    let samples = samples::all();
    for (round, chunk) in samples.chunks(samples.len().div_ceil(25)).enumerate() {
        for (nth, sample) in chunk.iter().enumerate() {
            let text = &mut texts[(round + nth) % 6];
            let mut at = (round * 977 + nth * 4_001) % text.len();
            at = (at..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap();
            let piece = sample.matching[round % sample.matching.len()].as_str();
            let middle = (piece.len() / 2..=piece.len()).find(|at| piece.is_char_boundary(*at)).unwrap();
            match round % 3 {
                0 => text.insert_str(at, &format!("\n{piece}\n")),
                1 => text.insert_str(at, &piece[..middle]),
                _ => text.truncate(at.max(text.len() / 2)),
            }
        }
        for (file, text) in texts.iter().enumerate() {
            folder.write(&format!("src/{file}.ts"), text).write(&format!("{file}.yml"), text);
        }
        folder.on(u32::try_from(round + 1).unwrap());
    }
    let answers = |folder: &Folder| {
        let report = scan(&folder.root).unwrap();
        assert!(report.coverage.complete);
        let one = |it: &Leak| (it.id.clone(), it.path.to_string(), it.rule.clone(), it.commit.clone(), it.until, it.in_head);
        let mut all: Vec<_> = report.findings.iter().map(one).collect();
        all.sort_unstable();
        all
    };
    let loose = answers(&folder);
    assert!(loose.len() > 100, "{}", loose.len());
    folder.run(&["repack", "-q", "-a", "-d", "-f", "--depth=400", "--window=20"]);
    assert_eq!(answers(&folder), loose);
}

#[test]
fn what_no_ref_leads_to_is_no_part_of_history() {
    let folder = Folder::git();
    folder.write("a.ts", "1").on(1);
    folder.write("b.ts", format!("'{}'", secret(1))).on(2);
    folder.run(&["reset", "-q", "--hard", "HEAD~1"]);
    let report = scan(&folder.root).unwrap();
    assert_eq!(told(&report), []);
    assert_eq!((report.coverage.files_seen, report.coverage.files_total), (1, 1));
}

#[test]
fn tree_and_history_are_one_report() {
    let folder = Folder::git();
    let old = folder.write(".env", format!("K={}\n", secret(1))).write("a.ts", format!("'{}'", secret(2))).on(1);
    folder.run(&["rm", "-q", ".env"]);
    folder.on(2);
    folder.write("new.ts", format!("'{}'", secret(3)));
    folder.write("a.ts", format!("\n\n'{}'", secret(2)));
    let report = whole(&folder.root).unwrap();
    let mut all: Vec<_> = report
        .findings
        .iter()
        .map(|it| (it.path.as_str(), it.line, it.surface, it.standing, it.in_head, it.commit.as_deref(), it.since))
        .collect();
    all.sort_unstable();
    let expected = [
        (".env", 1, Surface::History, Standing::Tracked, false, Some(old.as_str()), Some(day(1))),
        ("a.ts", 3, Surface::Tree, Standing::Tracked, true, Some(old.as_str()), Some(day(1))),
        ("new.ts", 1, Surface::Tree, Standing::Untracked, false, None, None),
    ];
    assert_eq!(all, expected);
    // Two blobs of the history; and on disk one changed file and a new one.
    assert_eq!((report.coverage.files_seen, report.coverage.files_total, report.coverage.complete), (4, 4, true));
    let tree = scan_repository(&folder.root, &ScanKey::new([7; 32]), &options(), false, &AtomicBool::new(false)).unwrap();
    assert_eq!(tree.findings.len(), 2);
}

#[test]
fn a_bare_repository_has_the_files_of_head() {
    let folder = Folder::git();
    folder.write(".env", format!("K={}\n", secret(1))).write("a.ts", format!("'{}'", secret(2))).on(1);
    folder.run(&["rm", "-q", ".env"]);
    folder.on(2);
    let bare = folder.home.path().join("bare.git");
    folder.run(&["clone", "-q", "--bare", ".", &bare.to_string_lossy()]);
    let scanned = |history| {
        let report = scan_repository(&bare, &ScanKey::new([7; 32]), &options(), history, &AtomicBool::new(false)).unwrap();
        report.findings.iter().map(|it| (it.path.as_str().to_owned(), it.surface)).collect::<Vec<_>>()
    };
    assert_eq!(scanned(false), [("a.ts".to_owned(), Surface::Tree)]);
    assert_eq!(scanned(true), [(".env".to_owned(), Surface::History), ("a.ts".to_owned(), Surface::Tree)]);
}

#[test]
fn a_linked_checkout_shares_the_history() {
    let folder = Folder::git();
    folder.write(".env", format!("K={}\n", secret(1))).on(1);
    folder.run(&["rm", "-q", ".env"]);
    folder.on(2);
    let linked = folder.home.path().join("linked");
    folder.run(&["worktree", "add", "-q", "--detach", &linked.to_string_lossy()]);
    std::fs::write(linked.join("b.ts"), format!("'{}'", secret(2))).unwrap();
    let git = |arguments: &[&str]| {
        let linked = linked.to_string_lossy();
        folder.run(&[["-C", &linked].as_slice(), arguments].concat());
    };
    git(&["add", "-A"]);
    git(&["commit", "-q", "-m", "elsewhere"]);
    for path in [folder.root.as_path(), &linked] {
        let report = whole(path).unwrap();
        let mut paths: Vec<_> = report.findings.iter().map(|it| (it.path.as_str(), it.in_head)).collect();
        paths.sort_unstable();
        assert_eq!(paths, [(".env", false), ("b.ts", path == linked.as_path())]);
        assert!(report.coverage.complete);
    }
}
