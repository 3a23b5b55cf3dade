//! The decision table of the tree scan, and the scan itself over a directory and over an archive that a loopback server
//! gives. Every credential is made up while the test runs.

#![expect(clippy::needless_pass_by_value, reason = "rows of a table are written in place")]

use super::*;
use crate::domain::{GapKind, NoteLevel};
use crate::probes::{AnyProbe, Erased};
use crate::repo::RepoProblem;
use crate::scan::ScanKey;
use crate::systems::stand_in::{door, noon};
use flate2::{Compression, write::GzEncoder};
use rstest::rstest;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use wiremock::matchers::path as at;
use wiremock::{Mock, MockServer, ResponseTemplate};

fn leak(change: Value) -> Value {
    let mut it = json!({
        "id": "00112233aabbccdd", "rule": "stripe-secret-live", "kind": "Stripe secret key", "provider": "Stripe",
        "path": "src/pay.ts", "line": 3, "commit": null, "in_head": true, "standing": "tracked", "masked": "live…wxyz",
        "public": false, "confidence": "strong", "severity": "critical", "rotate": "dashboard.example.com/keys",
    });
    for (key, value) in change.as_object().unwrap() {
        it[key] = value.clone();
    }
    it
}
fn whole() -> Value {
    json!({"blobs_seen": 5, "blobs_total": 5, "bytes": 100, "skipped": [], "complete": true})
}
fn partial() -> Value {
    let skipped = json!([{"what": "big.bin", "why": "larger than the limit for one file", "count": 1, "hides": true}]);
    json!({"blobs_seen": 4, "blobs_total": 5, "bytes": 100, "skipped": skipped, "complete": false})
}
fn nothing() -> Value {
    json!({"blobs_seen": 0, "blobs_total": 0, "bytes": 0, "skipped": [], "complete": true})
}
fn seen(leaks: &[Value], coverage: &Value) -> Seen {
    serde_json::from_value(json!({"scanned": {"findings": leaks, "coverage": coverage, "commit": null}})).unwrap()
}
fn app() -> AppSettings {
    AppSettings::new("acme".parse().unwrap(), "2026-11-02".parse().unwrap())
}
#[rstest]
#[case::clean(&[], whole(), "pass", &[])]
#[case::leak(&[leak(json!({}))], whole(), "fail", &[])]
#[case::leak_in_part_of_a_tree(&[leak(json!({}))], partial(), "fail", &[])]
#[case::leak_not_added_yet(&[leak(json!({"standing": "untracked"}))], whole(), "fail", &[])]
#[case::proven(&[leak(json!({"confidence": "proven"}))], whole(), "fail", &[])]
#[case::nothing_in_part_of_a_tree(&[], partial(), "incomplete", &[])]
#[case::no_file_at_all(&[], nothing(), "ambiguous", &[])]
#[case::maybe_in_part_of_a_tree(&[leak(json!({"confidence": "contextual"}))], partial(), "incomplete", &[NoteLevel::Evidence])]
#[case::contextual(&[leak(json!({"confidence": "contextual"}))], whole(), "pass", &[NoteLevel::Evidence])]
#[case::weak(&[leak(json!({"confidence": "weak"}))], whole(), "pass", &[NoteLevel::Evidence])]
#[case::public(&[leak(json!({"public": true}))], whole(), "pass", &[NoteLevel::Info])]
#[case::local_environment_file(&[leak(json!({"standing": "ignored", "path": ".env"}))], whole(), "pass", &[NoteLevel::Info])]
#[case::ignored_and_tracked(&[leak(json!({})), leak(json!({"standing": "ignored", "path": ".env"}))], whole(), "fail", &[NoteLevel::Info])]
fn decisions(#[case] leaks: &[Value], #[case] coverage: Value, #[case] wanted: &str, #[case] notes: &[NoteLevel]) {
    let seen = seen(leaks, &coverage);
    let verdict = Tree::decide(&seen, &app(), noon());
    let word = verdict.outcome.gap().map_or_else(|| verdict.outcome.word().to_owned(), |gap| gap.kind.to_string());
    assert_eq!(word, wanted, "{verdict:?}");
    assert_eq!(verdict.findings.is_empty(), wanted != "fail");
    assert_eq!(verdict.notes.iter().map(|it| it.level).collect::<Vec<_>>(), notes);
    assert_eq!(Tree::remedy(&seen, &app()).steps.is_empty(), wanted != "fail");
}

#[test]
fn an_empty_repository_has_nothing_to_scan() {
    assert_eq!(Tree::decide(&Seen::Empty, &app(), noon()).outcome.word(), "not_applicable");
}

#[test]
fn one_secret_in_many_files_is_one_finding_by_its_hash() {
    let leaks = [leak(json!({})), leak(json!({"path": "b.ts"})), leak(json!({"path": "c.ts"}))];
    let verdict = Tree::decide(&seen(&leaks, &whole()), &app(), noon());
    let [finding] = verdict.findings.as_slice() else { panic!("{verdict:?}") };
    assert_eq!(finding.key(), "scan.stripe-secret-live:00112233aabbccdd");
    assert!(finding.says.as_str().ends_with("src/pay.ts:3 and 2 more places"), "{}", finding.says);
    assert!(finding.fix.as_str().contains("dashboard.example.com/keys"));
}

#[rstest]
#[case(RepoProblem::Missing { path: "x".into() }, GapKind::NotConfigured)]
#[case(RepoProblem::Unreadable { path: "x".into(), why: "denied".into() }, GapKind::NoPermission)]
#[case(RepoProblem::Corrupt { path: "x".into(), what: "index" }, GapKind::UnexpectedAnswer)]
#[case(RepoProblem::NotAnArchive { path: "x".into() }, GapKind::UnexpectedAnswer)]
#[case(RepoProblem::NoWorkingDirectory, GapKind::Unreachable)]
#[case(RepoProblem::Stopped, GapKind::TimedOut)]
fn no_tree_is_a_gap(#[case] problem: RepoProblem, #[case] kind: GapKind) {
    let gap = files::gap(&problem, System::Scan, &app());
    assert_eq!(gap.kind, kind);
    assert!(gap.needs.is_some());
}

fn sight(settings: AppSettings, server: &MockServer, scratch: &Path) -> Sight {
    Sight {
        settings: Arc::new(settings),
        door: door(server, &[System::Github]),
        now: noon(),
        scan_key: ScanKey::new([7; 32]),
        stop: Arc::default(),
        scratch: Arc::new(scratch.to_owned()),
        once: Arc::default(),
        cloner: None,
        reach: crate::scan::Reach::App,
    }
}

/// The shape of a live Stripe key that no rule takes for an example.
fn token() -> String {
    ["sk", "_live_", "51a8Kd92LmQx71Zp", "Rt54WvYb63NcHs0u", "4JtFqEw7Gz"].concat()
}

fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append_data(&mut header, format!("acme-app-f00/{path}"), content.as_bytes()).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

async fn serving(tarball: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    let repository = json!({"full_name": "acme/app", "default_branch": "main"});
    Mock::given(at("/repos/acme/app")).respond_with(ResponseTemplate::new(200).set_body_json(repository)).mount(&server).await;
    Mock::given(at("/repos/acme/app/tarball/main")).respond_with(tarball).mount(&server).await;
    server
}

fn at_github() -> AppSettings {
    AppSettings { github: Some("acme/app".parse().unwrap()), ..app() }
}

#[tokio::test]
async fn an_archive_is_fetched_scanned_and_removed() {
    let body = archive(&[("README.md", "hello\n"), ("src/push.ts", &format!("const t = \"{}\";\n", token()))]);
    let server = serving(ResponseTemplate::new(200).set_body_bytes(body)).await;
    let scratch = tempfile::tempdir().unwrap();
    let answer = Erased::<Tree>::new().look(&sight(at_github(), &server, scratch.path())).await;
    assert_eq!(answer.verdict.outcome.word(), "fail", "{:?}", answer.verdict);
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 0);
    assert!(!format!("{answer:?}").contains(&token()), "the value of a found secret was kept");
}

#[tokio::test]
async fn a_broken_archive_never_passes_and_is_removed() {
    let mut body = archive(&[("README.md", "hello\n")]);
    body.truncate(body.len() / 2);
    let server = serving(ResponseTemplate::new(200).set_body_bytes(body)).await;
    let scratch = tempfile::tempdir().unwrap();
    let answer = Erased::<Tree>::new().look(&sight(at_github(), &server, scratch.path())).await;
    assert!(!answer.verdict.outcome.is_decided(), "{:?}", answer.verdict);
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 0);
}

#[rstest]
#[case::empty(409, "Git Repository is empty.", "not_applicable")]
#[case::hidden(404, "Not Found", "no_permission")]
#[tokio::test]
async fn a_refused_archive_is_empty_only_if_github_says_so(#[case] status: u16, #[case] text: &str, #[case] wanted: &str) {
    let server = serving(ResponseTemplate::new(404).set_body_json(json!({"message": "Not Found"}))).await;
    let commits = ResponseTemplate::new(status).set_body_json(json!({"message": text}));
    Mock::given(at("/repos/acme/app/commits")).respond_with(commits).mount(&server).await;
    let scratch = tempfile::tempdir().unwrap();
    let verdict = Erased::<Tree>::new().look(&sight(at_github(), &server, scratch.path())).await.verdict;
    assert_eq!(verdict.outcome.gap().map_or_else(|| verdict.outcome.word().to_owned(), |gap| gap.kind.to_string()), wanted);
}

#[tokio::test]
async fn a_local_checkout_is_scanned_without_asking_anybody() {
    let (folder, scratch) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::write(folder.path().join("a.ts"), format!("const t = \"{}\";\n", token())).unwrap();
    let settings = AppSettings { path: Some(folder.path().to_owned()), ..at_github() };
    let answer = Erased::<Tree>::new().look(&sight(settings, &MockServer::start().await, scratch.path())).await;
    assert_eq!(answer.verdict.outcome.word(), "fail", "{:?}", answer.verdict);
}

#[tokio::test]
async fn a_directory_or_archive_without_files_was_not_searched() {
    let (folder, scratch) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let settings = AppSettings { path: Some(folder.path().to_owned()), ..app() };
    let verdict = Erased::<Tree>::new().look(&sight(settings, &MockServer::start().await, scratch.path())).await.verdict;
    assert_eq!(verdict.outcome.gap().unwrap().kind, GapKind::Ambiguous);
    let gone = AppSettings { path: Some(folder.path().join("gone")), ..app() };
    let verdict = Erased::<Tree>::new().look(&sight(gone, &MockServer::start().await, scratch.path())).await.verdict;
    assert_eq!(verdict.outcome.gap().unwrap().kind, GapKind::NotConfigured);
    let server = serving(ResponseTemplate::new(200).set_body_bytes(archive(&[]))).await;
    let verdict = Erased::<Tree>::new().look(&sight(at_github(), &server, scratch.path())).await.verdict;
    assert!(!verdict.outcome.is_decided(), "{verdict:?}");
}

#[tokio::test]
async fn without_a_repository_there_is_nothing_to_look_at() {
    let scratch = tempfile::tempdir().unwrap();
    let verdict = Erased::<Tree>::new().look(&sight(app(), &MockServer::start().await, scratch.path())).await.verdict;
    assert_eq!(verdict.outcome.gap().unwrap().kind, GapKind::NotConfigured);
}
