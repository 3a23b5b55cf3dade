//! Small repositories with their lockfiles, and what is decided over them.

use super::*;
use crate::probes::stand_in::{acme, of_files, word};
use crate::systems::stand_in::noon;
use rstest::rstest;

const MANIFEST: (&str, &str) = ("package.json", "{\n \"dependencies\": { \"next\": \"^15.0.0\" } }");
const LOCK: (&str, &str) = (
    "package-lock.json",
    "{ \"lockfileVersion\": 3, \"packages\": { \"\": { \"dependencies\": { \"next\": \"^15.0.0\" } }, \"node_modules/next\": { \"version\": \"15.1.0\" } } }",
);
const BOT: (&str, &str) = (".github/dependabot.yml", "updates:\n  - package-ecosystem: npm\n");

#[rstest]
#[case::in_order(&[MANIFEST, LOCK, BOT], "needs_judgement", &[])]
#[case::renovate(&[MANIFEST, LOCK, ("renovate.json", "{}")], "needs_judgement", &[])]
#[case::no_lockfile(&[MANIFEST, BOT], "fail", &["repo.lockfile-missing:package.json"])]
#[case::no_updates(&[MANIFEST, LOCK], "fail", &["repo.updates-missing:."])]
#[case::idle_updates(&[MANIFEST, LOCK, (".github/dependabot.yml", "updates:\n  - package-ecosystem: docker\n")], "fail", &["repo.updates-missing:."])]
#[case::several(&[MANIFEST, LOCK, BOT, ("yarn.lock", "# yarn lockfile v1\n\nnext@^15.0.0:\n  version \"15.1.0\"\n")], "fail", &["repo.lockfile-several:."])]
#[case::behind(&[("package.json", "{ \"dependencies\": { \"next\": \"^15.0.0\", \"zod\": \"3\" } }"), LOCK, BOT], "fail", &["repo.lockfile-behind:package-lock.json"])]
#[case::named_otherwise(&[("package.json", "{ \"packageManager\": \"pnpm@9.1.0\", \"dependencies\": { \"next\": \"^15.0.0\" } }"), LOCK, BOT], "fail", &["repo.manager-named-otherwise:package.json"])]
#[case::binary(&[MANIFEST, BOT, ("bun.lockb", "#!/usr/bin/env bun\u{0}")], "incomplete", &[])]
#[case::damaged(&[MANIFEST, BOT, ("package-lock.json", "<<<<<<<")], "incomplete", &[])]
#[case::broken_manifest(&[MANIFEST, LOCK, BOT, ("apps/web/package.json", "{")], "incomplete", &[])]
#[case::nothing_needed(&[("src/a.ts", "1"), ("package.json", "{}")], "not_applicable", &[])]
#[case::no_code(&[("README.md", "# A")], "ambiguous", &[])]
#[tokio::test]
async fn repositories(#[case] files: &[(&str, &str)], #[case] wanted: &str, #[case] keys: &[&str]) {
    let answer = of_files::<Dependencies>(files, acme()).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    assert_eq!(answer.verdict.findings.iter().map(Finding::key).collect::<Vec<_>>(), keys, "{:?}", answer.verdict);
    assert!(wanted != "fail" || !answer.remedy.steps.is_empty(), "{:?}", answer.remedy);
}

#[test]
fn an_empty_repository_is_none_of_it() {
    let seen = Seen { ground: Ground::empty(), ..Seen::default() };
    assert_eq!(Dependencies::decide(&seen, &acme(), noon()).outcome.word(), "not_applicable");
}

#[tokio::test]
async fn without_a_repository_there_is_a_gap() {
    let settings = AppSettings { path: Some("/nowhere/at/all".into()), ..acme() };
    let server = wiremock::MockServer::start().await;
    let sight = crate::probes::stand_in::sight(&server, &[], &settings);
    assert_eq!(Dependencies::observe(&sight).await.unwrap_err().kind, crate::domain::GapKind::NotConfigured);
}

#[tokio::test]
async fn the_newest_of_everything_is_warned_of() {
    let manifest = ("package.json", "{\n \"dependencies\": {\n \"next\": \"latest\" } }");
    let answer = of_files::<Dependencies>(&[manifest, BOT], acme()).await;
    let note = answer.verdict.notes.first().unwrap();
    assert_eq!((note.level, note.says.as_str()), (NoteLevel::Warning, "package.json:3 takes whatever is newest: next@latest"));
}
