//! Damaged, foreign and hostile repositories: no crash, no hang, and never called seen what was not.

use super::super::super::tests::{Folder, options, secret};
use super::{scan, told, whole};
use crate::repo::RepoProblem;
use crate::scan::rules::samples::{ALNUM, Dice};
use crate::scan::{Report, ScanKey, scan_history};
use pretty_assertions::assert_eq;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// What hides something, and why.
fn gaps(report: &Report) -> Vec<(&str, &str)> {
    report.coverage.skipped.iter().filter(|it| it.hides).map(|it| (it.what.as_str(), it.why.as_str())).collect()
}

fn has_gap(report: &Report, what: &str, why: &str) -> bool {
    !report.coverage.complete && gaps(report).iter().any(|it| it.0.contains(what) && it.1.contains(why))
}

/// Three commits; the first one's secret is gone in the last.
fn three() -> Folder {
    let folder = Folder::git();
    folder.write(".env", format!("K={}\n", secret(1))).write("src/a.ts", "1").commit();
    folder.run(&["rm", "-q", ".env"]);
    folder.write("src/a.ts", "2").commit();
    folder.write("src/b.ts", format!("'{}'", secret(2))).commit();
    folder
}

fn loose(folder: &Folder, what: &str) -> PathBuf {
    let id = folder.text(&["rev-parse", what]);
    folder.root.join(".git/objects").join(&id[..2]).join(&id[2..])
}

fn writable(path: &Path) {
    let mut mode = fs::metadata(path).unwrap().permissions();
    #[expect(clippy::permissions_set_readonly_false, reason = "a file of a test's own directory")]
    mode.set_readonly(false);
    fs::set_permissions(path, mode).unwrap();
}

fn packs(folder: &Folder, ending: &str) -> Vec<PathBuf> {
    let all = fs::read_dir(folder.root.join(".git/objects/pack")).unwrap().map(|it| it.unwrap().path());
    all.filter(|it| it.extension().is_some_and(|it| it == ending)).collect()
}

#[test]
fn a_shallow_clone_is_never_complete() {
    let folder = three();
    let clone = folder.home.path().join("clone");
    let from = format!("file://{}", folder.root.display());
    folder.run(&["clone", "-q", "--depth", "1", &from, &clone.to_string_lossy()]);
    for report in [scan(&clone).unwrap(), whole(&clone).unwrap()] {
        assert!(has_gap(&report, ".", "shallow"), "{:?}", gaps(&report));
        assert_eq!(report.findings.iter().map(|it| it.path.as_str()).collect::<Vec<_>>(), ["src/b.ts"]);
    }
}

#[test]
fn a_partial_clone_tells_what_it_lacks_and_fetches_nothing() {
    let folder = three();
    folder.run(&["config", "uploadpack.allowFilter", "true"]);
    let clone = folder.home.path().join("clone.git");
    let from = format!("file://{}", folder.root.display());
    folder.run(&["clone", "-q", "--bare", "--filter=blob:none", &from, &clone.to_string_lossy()]);
    let before = fs::read_dir(clone.join("objects/pack")).unwrap().count();
    let report = scan(&clone).unwrap();
    assert_eq!((report.coverage.files_seen, report.coverage.files_total), (0, 4));
    assert!(has_gap(&report, ".env", "partial clone") && has_gap(&report, "src/b.ts", "partial clone"));
    assert_eq!(fs::read_dir(clone.join("objects/pack")).unwrap().count(), before);
}

#[test]
fn a_damaged_loose_object_costs_itself_only() {
    let folder = three();
    let blob = loose(&folder, "HEAD~2:.env");
    writable(&blob);
    for damage in [&b"not zlib"[..], b"", b"x\x9c\x01"] {
        fs::write(&blob, damage).unwrap();
        let report = scan(&folder.root).unwrap();
        assert!(has_gap(&report, ".env", "damaged"), "{:?}", gaps(&report));
        assert_eq!((report.coverage.files_seen, report.coverage.files_total, report.findings.len()), (3, 4, 1));
    }
}

#[test]
fn a_missing_folder_or_commit_is_told() {
    let folder = three();
    fs::remove_file(loose(&folder, "HEAD~1:src")).unwrap();
    assert!(has_gap(&scan(&folder.root).unwrap(), "src", "neither on disk"));
    let folder = three();
    let id = folder.text(&["rev-parse", "HEAD~1"]);
    fs::remove_file(loose(&folder, "HEAD~1")).unwrap();
    assert!(has_gap(&scan(&folder.root).unwrap(), &id, "neither on disk"));
}

#[test]
fn a_damaged_pack_is_told_whatever_byte_it_is() {
    let folder = three();
    folder.run(&["repack", "-q", "-a", "-d"]);
    let [pack] = packs(&folder, "pack").try_into().unwrap();
    let [index] = packs(&folder, "idx").try_into().unwrap();
    for file in [pack, index] {
        writable(&file);
        let whole_file = fs::read(&file).unwrap();
        for at in (0..whole_file.len()).step_by(7) {
            let mut bytes = whole_file.clone();
            bytes[at] ^= 0x55;
            fs::write(&file, bytes).unwrap();
            // A bit of a checksum that nobody needs may pass; then everything must have been found.
            match scan(&folder.root) {
                Ok(report) => assert!(!report.coverage.complete || report.findings.len() == 2, "byte {at}"),
                Err(problem) => assert!(matches!(problem, RepoProblem::Corrupt { .. }), "{problem}"),
            }
        }
        for length in [0, 5, 40, whole_file.len() / 2, whole_file.len() - 21] {
            fs::write(&file, &whole_file[..length]).unwrap();
            match scan(&folder.root) {
                // Of the index, the last bytes are checksums only.
                Ok(report) => assert!(!report.coverage.complete || report.findings.len() == 2, "cut to {length}"),
                Err(problem) => assert!(matches!(problem, RepoProblem::Corrupt { .. }), "{problem}"),
            }
        }
        fs::write(&file, whole_file).unwrap();
    }
    assert_eq!(scan(&folder.root).unwrap().findings.len(), 2);
}

#[test]
fn replacements_and_grafts_hide_nothing() {
    let folder = three();
    let (old, new) = (folder.text(&["rev-parse", "HEAD~2"]), folder.text(&["rev-parse", "HEAD"]));
    folder.run(&["replace", &old, &new]);
    fs::create_dir_all(folder.root.join(".git/info")).unwrap();
    fs::write(folder.root.join(".git/info/grafts"), format!("{new}\n")).unwrap();
    let report = scan(&folder.root).unwrap();
    assert_eq!(told(&report).iter().map(|it| it.0).collect::<Vec<_>>(), [".env", "src/b.ts"]);
    assert!(report.coverage.complete);
}

#[test]
fn a_commit_graph_is_not_believed() {
    let folder = three();
    folder.run(&["commit-graph", "write", "--reachable"]);
    let graph = folder.root.join(".git/objects/info/commit-graph");
    writable(&graph);
    fs::write(&graph, b"CGPH lies").unwrap();
    assert_eq!(scan(&folder.root).unwrap().findings.len(), 2);
}

#[test]
fn objects_kept_outside_are_not_read() {
    let folder = three();
    let clone = folder.home.path().join("clone.git");
    folder.run(&["clone", "-q", "--bare", "--shared", ".", &clone.to_string_lossy()]);
    let report = scan(&clone).unwrap();
    assert_eq!(report.findings.len(), 0);
    assert!(has_gap(&report, "objects", "outside"), "{:?}", gaps(&report));
    // Inside it is.
    let folder = three();
    let inner = folder.root.join(".git/more");
    fs::rename(folder.root.join(".git/objects"), &inner).unwrap();
    fs::create_dir_all(folder.root.join(".git/objects/info")).unwrap();
    fs::write(folder.root.join(".git/objects/info/alternates"), "../more\n").unwrap();
    let report = scan(&folder.root).unwrap();
    assert_eq!((report.findings.len(), report.coverage.complete), (2, true));
}

#[cfg(unix)]
#[test]
fn links_in_the_object_folder_are_not_followed() {
    let folder = three();
    folder.run(&["repack", "-q", "-a", "-d"]);
    let packs = folder.root.join(".git/objects/pack");
    let outside = folder.home.path().join("outside");
    fs::rename(&packs, &outside).unwrap();
    std::os::unix::fs::symlink(&outside, &packs).unwrap();
    match scan(&folder.root) {
        Ok(report) => assert!(!report.coverage.complete && report.findings.is_empty()),
        Err(problem) => assert!(matches!(problem, RepoProblem::Corrupt { .. })),
    }
}

#[test]
fn submodules_links_pointers_and_odd_names() {
    let folder = Folder::git();
    let other = Folder::git();
    other.write("a.ts", "1").commit();
    folder.run(&["submodule", "--quiet", "add", &other.root.to_string_lossy(), "lib"]);
    let pointer = ["version https://git-lfs.github", ".com/spec/v1\noid sha256:00\nsize 1\n"].concat();
    folder.write("dump.sql", &pointer).write("photo.png", [pointer.as_str(), "\n"].concat());
    folder.write("a\nb\u{1b}[31m.ts", format!("'{}'", secret(1))).commit();
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc/passwd", folder.root.join("link")).unwrap();
    folder.commit();
    let report = scan(&folder.root).unwrap();
    let names: Vec<_> = report.findings.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(names, ["a b\u{fffd}[31m.ts"]);
    assert_eq!(gaps(&report).iter().map(|it| it.0).collect::<Vec<_>>(), ["lib", "dump.sql"]);
}

#[test]
fn tags_of_trees_and_blobs_are_history() {
    let folder = Folder::git();
    folder.write("a.ts", "1").commit();
    let blob = format!("'{}'", secret(1));
    fs::write(folder.root.join("x"), blob).unwrap();
    let id = folder.text(&["hash-object", "-w", "x"]);
    folder.run(&["tag", "a-blob", &id]);
    fs::write(folder.root.join("y"), format!("'{}'", secret(2))).unwrap();
    folder.run(&["add", "y"]);
    let tree = folder.text(&["write-tree"]);
    folder.run(&["tag", "a-tree", &tree]);
    let found = scan(&folder.root).unwrap();
    let mut paths: Vec<_> = found.findings.iter().map(|it| (it.path.as_str(), it.commit.clone())).collect();
    paths.sort();
    assert_eq!(paths, [("refs/tags/a-blob", None), ("y", None)]);
}

#[test]
fn repositories_without_history_and_of_other_formats() {
    let folder = Folder::git();
    let report = scan(&folder.root).unwrap();
    assert_eq!((report.findings.len(), report.coverage.files_total, report.coverage.complete), (0, 0, true));
    let plain = Folder::plain();
    assert!(matches!(scan(&plain.root), Err(RepoProblem::NoHistory { .. })));
    assert!(whole(&plain.root).unwrap().coverage.complete);
    let wide = Folder::plain();
    wide.run(&["init", "-q", "--object-format=sha256"]);
    for problem in [scan(&wide.root).unwrap_err(), whole(&wide.root).unwrap_err()] {
        assert!(problem.to_string().contains("SHA-256"), "{problem}");
    }
    let table = Folder::plain();
    table.run(&["init", "-q", "--ref-format=reftable"]);
    table.write("a.ts", format!("'{}'", secret(1))).commit();
    for problem in [scan(&table.root).unwrap_err(), whole(&table.root).unwrap_err()] {
        assert!(problem.to_string().contains("reftable"), "{problem}");
    }
}

#[test]
fn a_hundred_thousand_refs_are_read() {
    let folder = three();
    let head = folder.text(&["rev-parse", "HEAD"]);
    let lines = (0..100_000).map(|n| format!("{head} refs/tags/t{n:06}\n")).collect::<Vec<_>>().concat();
    fs::write(folder.root.join(".git/packed-refs"), format!("# pack-refs with: peeled fully-peeled sorted \n{lines}")).unwrap();
    let report = scan(&folder.root).unwrap();
    assert_eq!((report.findings.len(), report.coverage.complete), (2, true));
}

#[test]
fn a_bomb_is_read_in_pieces_and_folders_that_repeat_end() {
    let folder = Folder::git();
    let zeros = fs::File::create(folder.root.join("bomb")).unwrap();
    zeros.set_len(300 << 20).unwrap();
    folder.write("a.ts", format!("'{}'", secret(1))).commit();
    folder.run(&["repack", "-q", "-a", "-d"]);
    assert_eq!(scan(&folder.root).unwrap().findings.len(), 1);
    // Ten folders in each of ten, twelve deep: a million million paths of one file.
    let folder = Folder::git();
    fs::write(folder.root.join("x"), format!("'{}'", secret(1))).unwrap();
    let mut id = folder.text(&["hash-object", "-w", "x"]);
    let mut kind = "100644 blob";
    for _ in 0..12 {
        let lines = (0..10).map(|n| format!("{kind} {id}\td{n}\n")).collect::<Vec<_>>().concat();
        fs::write(folder.home.path().join("lines"), lines).unwrap();
        let input = fs::File::open(folder.home.path().join("lines")).unwrap();
        let made = std::process::Command::new("git").arg("mktree").stdin(input).current_dir(&folder.root).output().unwrap();
        id = String::from_utf8(made.stdout).unwrap().trim().to_owned();
        kind = "040000 tree";
    }
    folder.run(&["tag", "bomb", &id]);
    let report = scan(&folder.root).unwrap();
    assert!(!report.coverage.complete && !report.findings.is_empty());
}

#[test]
fn deltas_that_make_more_than_a_disk_holds_are_told_and_left() {
    let folder = Folder::git();
    let base: String =
        Dice(3).text(ALNUM, 200_000).as_bytes().chunks(50).flat_map(|it| [it, b"\n"].concat()).map(char::from).collect();
    for number in 0..600 {
        folder.write(&format!("{number}.txt"), format!("{base}{number}\n"));
    }
    folder.commit();
    // One thread: several would each keep a whole file of their own, and the pack would be larger.
    folder.run(&["-c", "pack.threads=1", "repack", "-q", "-a", "-d", "-f", "--depth=1000", "--window=10"]);
    let [pack] = packs(&folder, "pack").try_into().unwrap();
    assert!(fs::metadata(pack).unwrap().len() * 256 < 600 * 200_000);
    assert!(scan(&folder.root).unwrap().coverage.complete, "far below what a disk holds");
    let mut few = options();
    few.limits.total_bytes = 1 << 20;
    let report = scan_history(&folder.root, &ScanKey::new([7; 32]), &few, &AtomicBool::new(false)).unwrap();
    assert!(has_gap(&report, ".txt", "past the limit"), "{:?}", gaps(&report));
    assert!(report.coverage.files_seen > 0 && report.coverage.files_seen < 600);
}

#[test]
fn a_pack_that_goes_away_between_the_listing_and_the_reading_is_told() {
    let folder = three();
    folder.run(&["repack", "-q", "-a", "-d"]);
    let [pack] = packs(&folder, "pack").try_into().unwrap();
    fs::remove_file(pack).unwrap();
    match scan(&folder.root) {
        Ok(report) => assert!(!report.coverage.complete && report.findings.is_empty()),
        Err(problem) => assert!(matches!(problem, RepoProblem::Corrupt { .. }), "{problem}"),
    }
}

#[test]
fn a_stopped_scan_says_so() {
    let folder = three();
    let stopped = scan_history(&folder.root, &ScanKey::new([7; 32]), &options(), &AtomicBool::new(true));
    assert_eq!(stopped, Err(RepoProblem::Stopped));
}
