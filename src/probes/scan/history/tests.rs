//! The decision table of the history scan, and the scan of a repository that git makes here. Every credential is made up
//! while the test runs.

use super::*;
use crate::domain::{ExposedIn, GapKind, NoteLevel, Place};
use crate::probes::scan::exposure_window::ExposureWindow;
use crate::probes::stand_in::{acme, sight};
use crate::probes::{AnyProbe, Erased};
use crate::systems::stand_in::noon;
use rstest::rstest;
use serde_json::{Value, json};
use std::path::Path;
use wiremock::MockServer;

pub fn leak(change: &Value) -> Value {
    let mut it = json!({
        "id": "00112233aabbccdd", "rule": "stripe-secret-live", "kind": "Stripe secret key", "provider": "Stripe",
        "path": "src/pay.ts", "line": 3, "commit": "abc1234def5678", "surface": "history", "since": "2026-03-03T12:00:00Z",
        "until": "2026-03-05T12:00:00Z", "in_head": false, "standing": "tracked", "masked": "live…wxyz", "public": false,
        "confidence": "strong", "severity": "critical", "rotate": "dashboard.example.com/keys",
    });
    for (key, value) in change.as_object().unwrap() {
        it[key] = value.clone();
    }
    it
}

fn in_head() -> Value {
    json!({"in_head": true, "surface": "tree", "until": null})
}

fn coverage(seen: usize, total: usize) -> Value {
    let skipped = json!([{"what": "big.bin", "why": "larger than the limit for one file", "count": 7, "hides": true}]);
    let skipped = if seen < total { skipped } else { json!([]) };
    json!({"blobs_seen": seen, "blobs_total": total, "bytes": 100, "skipped": skipped, "complete": seen == total})
}

pub fn seen(leaks: &[Value], of: (usize, usize)) -> Seen {
    let leaks: Vec<Value> = leaks.iter().map(leak).collect();
    serde_json::from_value(json!({"findings": leaks, "coverage": coverage(of.0, of.1), "commit": null})).unwrap()
}

pub fn word(verdict: &Verdict) -> String {
    verdict.outcome.gap().map_or_else(|| verdict.outcome.word().to_owned(), |gap| gap.kind.to_string())
}

#[rstest]
#[case::clean(&[], (9, 9), "pass", &[])]
#[case::only_in_history(&[json!({})], (9, 9), "fail", &[])]
#[case::still_there(&[in_head()], (9, 9), "fail", &[])]
#[case::leak_in_part_of_a_history(&[json!({})], (2, 9), "fail", &[])]
#[case::nothing_in_part_of_a_history(&[], (2, 9), "incomplete", &[])]
#[case::no_commit(&[], (0, 0), "not_applicable", &[])]
#[case::contextual(&[json!({"confidence": "contextual"})], (9, 9), "pass", &[NoteLevel::Evidence])]
#[case::maybe_in_part_of_a_history(&[json!({"confidence": "weak"})], (2, 9), "incomplete", &[NoteLevel::Evidence])]
#[case::public(&[json!({"public": true})], (9, 9), "pass", &[NoteLevel::Info])]
fn decisions(#[case] leaks: &[Value], #[case] of: (usize, usize), #[case] wanted: &str, #[case] notes: &[NoteLevel]) {
    let seen = seen(leaks, of);
    let verdict = History::decide(&seen, &acme(), noon());
    assert_eq!(word(&verdict), wanted, "{verdict:?}");
    assert_eq!(verdict.findings.is_empty(), wanted != "fail");
    assert_eq!(verdict.notes.iter().map(|it| it.level).collect::<Vec<_>>(), notes);
    assert_eq!(verdict.unseen.is_some(), wanted == "fail" && of.0 < of.1, "a fail says what it left out");
    assert_eq!(History::remedy(&seen, &acme()).steps.is_empty(), wanted != "fail");
}

#[test]
fn a_leak_says_when_by_which_commit_and_whether_it_is_there_still() {
    let earlier =
        json!({"path": "old.ts", "commit": "fed9876cba", "since": "2026-01-02T12:00:00Z", "until": "2026-01-09T12:00:00Z"});
    let gone = History::decide(&seen(&[json!({}), earlier.clone()], (9, 9)), &acme(), noon());
    let [finding] = gone.findings.as_slice() else { panic!("{gone:?}") };
    assert_eq!(finding.key(), "scan.stripe-secret-live:00112233aabbccdd", "as in the tree: one secret, one finding");
    assert_eq!(
        finding.says.as_str(),
        "Stripe secret key live…wxyz leaked on 2 January 2026 by commit fed9876, only in history: old.ts:3 and one more place"
    );
    let exposure = finding.exposed.as_ref().unwrap();
    assert_eq!((exposure.at, exposure.places), (ExposedIn::History, 2));
    let day = |text: &str| Some(format!("{text}T12:00:00Z").parse().unwrap());
    assert_eq!((exposure.since, exposure.until), (day("2026-01-02"), day("2026-03-05")));
    let there = History::decide(&seen(&[in_head(), earlier], (9, 9)), &acme(), noon());
    let finding = &there.findings[0];
    assert!(finding.says.as_str().contains("by commit fed9876, still in HEAD: src/pay.ts:3"), "{}", finding.says);
    let exposure = finding.exposed.as_ref().unwrap();
    assert_eq!((exposure.at, exposure.until), (ExposedIn::Tree, None));
    assert_eq!(there.says.as_str(), "1 credential was committed: 1 still in HEAD, 0 only in history");
    assert!(matches!(&finding.place, Some(Place::File { line: Some(3), commit: Some(_), .. })));
}

async fn look<P: Probe>(path: &Path) -> Verdict {
    let settings = AppSettings { path: Some(path.to_owned()), ..acme() };
    Erased::<P>::new().look(&sight(&MockServer::start().await, &[], &settings)).await.verdict
}

fn git(folder: &Path, arguments: &[&str]) {
    let who = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com", "-c", "init.defaultBranch=main"];
    let done = std::process::Command::new("git").args(who).args(arguments).current_dir(folder).output().unwrap();
    assert!(done.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

#[tokio::test]
async fn a_deleted_key_is_found_in_the_history_and_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let (path, key) = (folder.path(), ["sk", "_live_", "51a8Kd92LmQx71Zp", "Rt54WvYb63NcHs0u", "4JtFqEw7Gz"].concat());
    git(path, &["init", "-q"]);
    assert_eq!(look::<History>(path).await.outcome.word(), "not_applicable");
    std::fs::write(path.join("pay.ts"), format!("const key = '{key}'\n")).unwrap();
    git(path, &["add", "."]);
    git(path, &["commit", "-qm", "pay"]);
    std::fs::write(path.join("pay.ts"), "const key = process.env.KEY\n").unwrap();
    git(path, &["commit", "-qam", "no key"]);
    let verdict = look::<History>(path).await;
    assert_eq!(word(&verdict), "fail", "{verdict:?}");
    assert!(verdict.findings[0].says.as_str().contains("only in history: pay.ts:1"), "{verdict:?}");
    assert!(!format!("{verdict:?}").contains(&key), "the value was kept");
    let window = look::<ExposureWindow>(path).await;
    assert_eq!((word(&window), window.notes.len()), ("needs_judgement".to_owned(), 1), "{window:?}");
    assert_eq!(look::<crate::probes::scan::tree::Tree>(path).await.outcome.word(), "pass");
    // A clone without the older commits has not seen them.
    let shallow = tempfile::tempdir().unwrap();
    let from = format!("file://{}", path.display());
    git(shallow.path(), &["clone", "-q", "--depth=1", &from, "."]);
    let verdict = look::<History>(shallow.path()).await;
    assert_eq!(word(&verdict), "incomplete", "{verdict:?}");
    assert_eq!(word(&look::<ExposureWindow>(shallow.path()).await), "incomplete");
}

/// An app that names only its repository at the code host: the probe's own clone, made by git, scanned, and gone after.
#[tokio::test]
async fn what_has_no_checkout_is_cloned_scanned_and_removed() {
    use crate::domain::System;
    use crate::repo::clone::{CloneLimits, CloneProblem, Cloned};
    use std::sync::{Arc, Mutex};
    let origin = tempfile::tempdir().unwrap();
    let key = ["sk", "_live_", "51a8Kd92LmQx71Zp", "Rt54WvYb63NcHs0u", "4JtFqEw7Gz"].concat();
    git(origin.path(), &["init", "-q"]);
    std::fs::write(origin.path().join("pay.ts"), format!("const key = '{key}'\n")).unwrap();
    git(origin.path(), &["add", "."]);
    git(origin.path(), &["commit", "-qm", "pay"]);
    std::fs::write(origin.path().join("pay.ts"), "const key = process.env.KEY\n").unwrap();
    git(origin.path(), &["commit", "-qam", "no key"]);
    let server = MockServer::start().await;
    let repository = json!({"full_name": "acme/shop", "default_branch": "main"});
    crate::systems::stand_in::answers(&server, "/repos/acme/shop", 200, &repository).await;
    let settings = AppSettings { github: Some("acme/shop".parse().unwrap()), ..acme() };
    let made: Arc<Mutex<Vec<std::path::PathBuf>>> = Arc::default();
    let into = tempfile::tempdir().unwrap();
    let mut sight = sight(&server, &[System::Github], &settings);
    let (from, below, kept) = (origin.path().to_owned(), into.path().to_owned(), Arc::clone(&made));
    sight.cloner = Some(Arc::new(move |slug, stop| {
        assert_eq!(slug.to_string(), "acme/shop");
        let limits = CloneLimits { local: true, ..CloneLimits::default() };
        let cloned: Cloned = crate::repo::clone::clone(&format!("file://{}", from.display()), None, &below, stop, limits)?;
        kept.lock().unwrap().push(cloned.path().to_owned());
        Ok(cloned)
    }));
    let verdict = Erased::<History>::new().look(&sight).await.verdict;
    assert_eq!(word(&verdict), "fail", "{verdict:?}");
    assert!(verdict.findings[0].says.as_str().contains("only in history: pay.ts:1"), "{verdict:?}");
    let window = Erased::<ExposureWindow>::new().look(&sight).await.verdict;
    assert_eq!((word(&window), window.notes.len()), ("needs_judgement".to_owned(), 1), "{window:?}");
    let made = made.lock().unwrap().clone();
    assert_eq!(made.len(), 1, "one clone for both probes");
    assert!(!made[0].exists() && std::fs::read_dir(into.path()).unwrap().next().is_none(), "the clone stayed");
    // A clone that is refused is a gap with a step, and never a clean history.
    let mut refused = crate::probes::stand_in::sight(&server, &[System::Github], &settings);
    refused.cloner = Some(Arc::new(|_, _| Err(CloneProblem::NoGit)));
    let gap = Erased::<History>::new().look(&refused).await.verdict.outcome.gap().cloned().unwrap();
    assert!(gap.kind == GapKind::NotConfigured && gap.needs.is_some(), "{gap:?}");
}

#[tokio::test]
async fn what_is_no_repository_has_no_history() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("gone")] {
        let gap = look::<History>(&path).await.outcome.gap().cloned().unwrap();
        assert_eq!(gap.kind, GapKind::NotConfigured);
        assert!(gap.needs.is_some());
    }
    let server = MockServer::start().await;
    let verdict = Erased::<History>::new().look(&sight(&server, &[], &acme())).await.verdict;
    assert_eq!(word(&verdict), "not_configured");
}
