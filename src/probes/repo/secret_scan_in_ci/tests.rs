//! Small repositories with their workflows, and whether those look for secrets.

use super::*;
use crate::probes::stand_in::{acme, of_files, word};
use crate::systems::stand_in::noon;
use rstest::rstest;

const CI: &str = ".github/workflows/ci.yml";

#[rstest]
#[case::an_action(&[(CI, "on: pull_request\njobs:\n  a:\n    steps:\n      - uses: gitleaks/gitleaks-action@v2\n")], "needs_judgement", &[])]
#[case::a_command(&[(CI, "on: pull_request\njobs:\n  a:\n    steps:\n      - run: rescue scan .\n")], "needs_judgement", &[])]
#[case::none(&[(CI, "on: pull_request\njobs:\n  a:\n    steps:\n      - run: npm ci\n")], "fail", &["repo.secret-scan-missing:pull_request"])]
#[case::no_workflow(&[("src/a.ts", "1")], "fail", &["repo.secret-scan-missing:pull_request"])]
#[case::soft(&[(CI, "on: pull_request\njobs:\n  a:\n    steps:\n      - run: gitleaks detect || true\n")], "fail", &["repo.secret-scan-soft:.github/workflows/ci.yml"])]
#[case::on_push(&[(CI, "on: push\njobs:\n  a:\n    steps:\n      - run: gitleaks detect\n")], "fail", &["repo.secret-scan-missing:pull_request"])]
#[case::elsewhere(&[(".gitlab-ci.yml", "x: y")], "incomplete", &[])]
#[case::broken(&[(CI, "on: [")], "incomplete", &[])]
#[tokio::test]
async fn repositories(#[case] files: &[(&str, &str)], #[case] wanted: &str, #[case] keys: &[&str]) {
    let answer = of_files::<SecretScanInCi>(files, acme()).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    assert_eq!(answer.verdict.findings.iter().map(Finding::key).collect::<Vec<_>>(), keys, "{:?}", answer.verdict);
    assert!(wanted != "fail" || !answer.remedy.steps.is_empty(), "{:?}", answer.remedy);
}

#[test]
fn an_empty_repository_is_none_of_it() {
    let seen = Seen { ground: Ground::empty(), ..Seen::default() };
    assert_eq!(SecretScanInCi::decide(&seen, &acme(), noon()).outcome.word(), "not_applicable");
}

#[tokio::test]
async fn without_a_repository_there_is_a_gap() {
    let settings = AppSettings { path: Some("/nowhere/at/all".into()), ..acme() };
    let server = wiremock::MockServer::start().await;
    let sight = crate::probes::stand_in::sight(&server, &[], &settings);
    assert_eq!(SecretScanInCi::observe(&sight).await.unwrap_err().kind, crate::domain::GapKind::NotConfigured);
}
