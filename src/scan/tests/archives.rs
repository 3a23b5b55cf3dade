//! Archives as a code host gives them: whole, cut short, with entries that lead out, with files that were left out.

use super::*;
use flate2::Compression;
use flate2::write::GzEncoder;
use pretty_assertions::assert_eq;
use std::io::Write;
use tar::{Builder, EntryType, Header};

fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    let comment = format!("52 comment={}\n", "ab".repeat(20));
    let mut global = Header::new_ustar();
    global.set_entry_type(EntryType::XGlobalHeader);
    global.set_size(comment.len() as u64);
    global.set_cksum();
    builder.append(&global, comment.as_bytes()).unwrap();
    for (path, content) in files {
        let mut header = Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        // Written by hand: the crate itself refuses paths with `..`, a stranger does not.
        header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
        header.set_cksum();
        builder.append(&header, *content).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}

fn scan_bytes(bytes: &[u8], options: &Options) -> Result<Report, RepoProblem> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    scan_archive(file.path(), &ScanKey::new([7; 32]), options, &AtomicBool::new(false))
}

#[test]
fn every_file_of_an_archive_is_in_head() {
    let text = format!("a\nK={}\n", secret(1));
    let bytes = archive(&[("acme-shop-abab/README.md", b"hello"), ("acme-shop-abab/src/a.ts", text.as_bytes())]);
    let report = scan_bytes(&bytes, &options()).unwrap();
    assert_eq!(found(&report), [("src/a.ts", 2, Standing::Tracked, true, true)]);
    assert_eq!(report.commit, Some("ab".repeat(20)));
    assert_eq!(report.findings[0].commit, report.commit);
    assert_eq!((report.coverage.files_seen, report.coverage.files_total, report.coverage.complete), (2, 2, true));
}

#[test]
fn an_archive_and_a_checkout_give_the_same_id() {
    let text = format!("K={}\n", secret(1));
    let folder = Folder::git();
    folder.write("a.ts", &text).commit();
    let report = scan_bytes(&archive(&[("x/a.ts", text.as_bytes())]), &options()).unwrap();
    assert_eq!(report.findings[0].id, folder.scan().findings[0].id);
}

#[test]
fn an_archive_cut_anywhere_is_never_complete() {
    let noise = Dice(4).text("abcdefghkmnpqrstuvwxyz23456789", 20_000);
    let text = format!("K={}\n", secret(1));
    let bytes = archive(&[("x/a.ts", text.as_bytes()), ("x/b.ts", noise.as_bytes())]);
    assert!(scan_bytes(&bytes, &options()).unwrap().coverage.complete);
    for length in (0..bytes.len()).step_by(97).chain([bytes.len() - 1]) {
        match scan_bytes(&bytes[..length], &options()) {
            Ok(report) => assert!(!report.coverage.complete, "cut at {length}"),
            Err(problem) => assert!(matches!(problem, RepoProblem::NotAnArchive { .. }), "cut at {length}"),
        }
    }
    let report = scan_bytes(&bytes[..bytes.len() - 200], &options()).unwrap();
    assert_eq!(found(&report).len(), 1, "what was seen before the cut is told");
}

#[test]
fn an_entry_larger_than_what_is_held_is_searched_as_it_comes() {
    let noise = Dice(5).text("abcdefghkmnpqrstuvwxyz23456789", 60_000);
    let text = format!("{noise}\nK={}\n{noise}\n", secret(1));
    let bytes = archive(&[("x/a.sql", text.as_bytes()), ("x/b.ts", format!("'{}'", secret(2)).as_bytes())]);
    let whole = scan_bytes(&bytes, &options()).unwrap();
    let mut options = options();
    options.limits.file_bytes = 1000;
    let report = scan_bytes(&bytes, &options).unwrap();
    assert_eq!(found(&report), [("a.sql", 2, Standing::Tracked, true, true), ("b.ts", 1, Standing::Tracked, true, true)]);
    assert_eq!((&report.findings, &report.coverage), (&whole.findings, &whole.coverage));
    // Cut in the middle of the large one: what was read is told, and that it was not all.
    let report = scan_bytes(&bytes[..bytes.len() * 4 / 5], &options).unwrap();
    assert_eq!(found(&report), [("a.sql", 2, Standing::Tracked, true, true)]);
    assert!(!report.coverage.complete);
    let stopped = AtomicBool::new(true);
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&bytes).unwrap();
    let stopped = scan_archive(file.path(), &ScanKey::new([7; 32]), &options, &stopped);
    assert!(matches!(stopped, Err(RepoProblem::Stopped)));
}

#[test]
fn entries_that_lead_out_are_refused() {
    let text = format!("K={}\n", secret(1));
    for path in ["x/../../etc/a.ts", "../a.ts", "x/.git/config", "/etc/a.ts"] {
        let report = scan_bytes(&archive(&[(path, text.as_bytes()), ("x/ok.ts", b"1")]), &options()).unwrap();
        assert_eq!(found(&report), [], "{path}");
        assert!(!report.coverage.complete, "{path}");
    }
}

#[test]
fn what_an_archive_leaves_out_is_told() {
    let report = scan_bytes(&archive(&[("x/.gitattributes", b"secrets export-ignore\n")]), &options()).unwrap();
    assert!(!report.coverage.complete);
    let report = scan_bytes(&archive(&[("x/.gitmodules", b"[submodule \"lib\"]\n")]), &options()).unwrap();
    assert!(!report.coverage.complete);
}

#[test]
fn a_small_file_that_unpacks_to_a_large_one_is_bounded() {
    let zeros = vec![b' '; 4 << 20];
    let bytes = archive(&[("x/a.txt", &zeros), ("x/b.txt", &zeros), ("x/c.txt", b"c")]);
    assert!(bytes.len() < 200_000);
    let mut options = options();
    for (file_bytes, total_bytes, seen) in
        [(1 << 20, 1 << 30, 3), (8 << 20, 1 << 30, 3), (1 << 20, 5 << 20, 1), (8 << 20, 1 << 20, 0)]
    {
        (options.limits.file_bytes, options.limits.total_bytes) = (file_bytes, total_bytes);
        let report = scan_bytes(&bytes, &options).unwrap();
        assert_eq!((report.coverage.files_seen, report.coverage.complete), (seen, seen == 3));
    }
}

#[test]
fn what_is_no_archive_is_told() {
    for bytes in [b"".as_slice(), b"<html>not found</html>", &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]] {
        assert!(matches!(scan_bytes(bytes, &options()), Err(RepoProblem::NotAnArchive { .. })));
    }
    let missing = scan_archive(Path::new("/nowhere/a.tgz"), &ScanKey::new([7; 32]), &options(), &AtomicBool::new(false));
    assert!(matches!(missing, Err(RepoProblem::Missing { .. })));
}
