//! Small repositories with their documents, and what is decided over them.

use super::*;
use crate::probes::stand_in::{acme, of_files, word};
use crate::systems::stand_in::noon;
use rstest::rstest;

const DEPLOY: (&str, &str) = (
    "docs/runbooks/deploy.md",
    "# Deploy\n\nAna or Sam may do it; tell the client before and after, in the channel of the project.\n\n1. Run `vercel do it` in the terminal\n2. Look at the home page and the newest errors\n3. Undo it by doing the same again with the one before\n",
);
const BACK: (&str, &str) = (
    "docs/runbooks/roll-back.md",
    "# Roll back\n\nAna or Sam may do it; tell the client before and after, in the channel of the project.\n\n1. Run `vercel do it` in the terminal\n2. Look at the home page and the newest errors\n3. Undo it by doing the same again with the one before\n",
);
const RESTORE: (&str, &str) = (
    "docs/runbooks/restore.md",
    "# Restore\n\nAna or Sam may do it; tell the client before and after, in the channel of the project.\n\n1. Run `vercel do it` in the terminal\n2. Look at the home page and the newest errors\n3. Undo it by doing the same again with the one before\n",
);
const ROTATE: (&str, &str) = (
    "docs/runbooks/rotate.md",
    "# Rotate a key\n\nAna or Sam may do it; tell the client before and after, in the channel of the project.\n\n1. Run `vercel do it` in the terminal\n2. Look at the home page and the newest errors\n3. Undo it by doing the same again with the one before\n",
);

#[rstest]
#[case::all_four(&[DEPLOY, BACK, RESTORE, ROTATE], "needs_judgement", &[])]
#[case::one_is_missing(&[DEPLOY, BACK, RESTORE], "fail", &["repo.runbook-missing:rotate-a-key"])]
#[case::one_is_thin(&[DEPLOY, BACK, RESTORE, ("docs/rotate.md", "# Rotate\n\nSoon\n")], "fail", &["repo.runbook-thin:rotate-a-key"])]
#[case::none(&[("README.md", "# App\n")], "fail", &["repo.runbook-missing:deploy", "repo.runbook-missing:roll-back", "repo.runbook-missing:restore", "repo.runbook-missing:rotate-a-key"])]
#[case::elsewhere(&[DEPLOY, ("README.md", "# App\n\nMore: https://acme.atlassian.net/wiki/x\n")], "needs_judgement", &[])]
#[case::unreadable(&[DEPLOY, BACK, RESTORE, ("docs/a.md", "\u{0}\u{1}\u{2}binary")], "incomplete", &[])]
#[tokio::test]
async fn repositories(#[case] files: &[(&str, &str)], #[case] wanted: &str, #[case] keys: &[&str]) {
    let answer = of_files::<Runbooks>(files, acme()).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    assert_eq!(answer.verdict.findings.iter().map(Finding::key).collect::<Vec<_>>(), keys, "{:?}", answer.verdict);
    assert!(wanted != "fail" || !answer.remedy.steps.is_empty(), "{:?}", answer.remedy);
}

#[test]
fn an_empty_repository_is_none_of_it() {
    let seen = Seen { ground: Ground::empty(), ..Seen::default() };
    assert_eq!(Runbooks::decide(&seen, &acme(), noon()).outcome.word(), "not_applicable");
}

#[tokio::test]
async fn without_a_repository_there_is_a_gap() {
    let settings = AppSettings { path: Some("/nowhere/at/all".into()), ..acme() };
    let server = wiremock::MockServer::start().await;
    let sight = crate::probes::stand_in::sight(&server, &[], &settings);
    assert_eq!(Runbooks::observe(&sight).await.unwrap_err().kind, crate::domain::GapKind::NotConfigured);
}

#[tokio::test]
async fn how_many_of_how_many_is_told() {
    let answer = of_files::<Runbooks>(&[DEPLOY, BACK], acme()).await;
    assert_eq!(answer.verdict.says.as_str(), "2 of 4 runbooks can be followed");
    let note = answer.verdict.notes.first().unwrap();
    assert_eq!(note.place.as_ref().unwrap().to_string(), "docs/runbooks/deploy.md:1");
}
