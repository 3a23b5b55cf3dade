//! Small repositories with their workflows, and what is decided over them.

use super::*;
use crate::probes::stand_in::{acme, of_files, word};
use crate::systems::stand_in::noon;
use rstest::rstest;

const CODE: (&str, &str) = ("src/a.ts", "export const a = 1;");
const TEST: (&str, &str) = ("src/a.test.ts", "it('adds', () => { expect(1).toBe(1); });");
const GOOD: &str = "on: pull_request\njobs:\n  ci:\n    steps:\n      - run: npm ci\n      - run: npx tsc --noEmit\n      - run: npx eslint .\n      - run: npx vitest run\n      - run: npx vite build\n";
const CI: &str = ".github/workflows/ci.yml";
const NEXT: &str = "on: pull_request\njobs:\n  ci:\n    steps:\n      - run: npx eslint .\n      - run: npx vitest run\n      - run: npx next build\n";
const IGNORES: (&str, &str) = ("next.config.js", "module.exports = { typescript: { ignoreBuildErrors: true } }");

#[rstest]
#[case::all(&[CODE, TEST, (CI, GOOD)], "needs_judgement", &[])]
#[case::none(&[CODE, TEST], "fail", &["repo.ci-missing:pull_request"])]
#[case::on_push_only(&[CODE, TEST, (CI, "on: push\njobs:\n  a:\n    steps:\n      - run: npx vitest run\n")], "fail", &["repo.ci-missing:pull_request"])]
#[case::one_missing(&[CODE, TEST, (CI, "on: pull_request\njobs:\n  ci:\n    steps:\n      - run: npx tsc\n      - run: npx vitest run\n      - run: npx vite build\n")], "fail", &["repo.ci-step-missing:lint"])]
#[case::no_types_without_typescript(&[("src/a.js", "1"), ("src/a.test.js", TEST.1), (CI, "on: pull_request\njobs:\n  ci:\n    steps:\n      - run: npx eslint .\n      - run: npx vitest run\n      - run: npx vite build\n")], "needs_judgement", &[])]
#[case::soft(&[CODE, TEST, (CI, "on: pull_request\njobs:\n  ci:\n    steps:\n      - run: npx tsc || true\n      - run: npx eslint .\n      - run: npx vitest run\n      - run: npx vite build\n")], "fail", &["repo.ci-step-soft:types"])]
#[case::no_test_asserts(&[CODE, (CI, GOOD)], "fail", &["repo.ci-tests-empty:test"])]
#[case::the_build_checks_types(&[CODE, TEST, (CI, NEXT)], "needs_judgement", &[])]
#[case::unless_it_is_told_not_to(&[CODE, TEST, (CI, NEXT), IGNORES], "fail", &["repo.ci-step-missing:types", "repo.build-ignores-errors:next.config.js:typescript.ignoreBuildErrors"])]
#[case::strangers(&[CODE, TEST, (CI, GOOD), (".github/workflows/pr.yml", "on: pull_request_target\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@v5\n        with:\n          ref: ${{ github.event.pull_request.head.sha }}\n")], "fail", &["repo.ci-runs-strangers:.github/workflows/pr.yml"])]
#[case::another_system(&[CODE, TEST, (".gitlab-ci.yml", "test: x")], "incomplete", &[])]
#[case::called_from_elsewhere(&[CODE, TEST, (CI, "on: pull_request\njobs:\n  ci:\n    uses: acme/ci/.github/workflows/a.yml@v1\n")], "incomplete", &[])]
#[case::broken_workflow(&[CODE, TEST, (CI, "on: [")], "incomplete", &[])]
#[case::broken_manifest(&[CODE, TEST, (CI, GOOD), ("package.json", "{ \"scripts\": ")], "incomplete", &[])]
#[case::broken_and_failing(&[CODE, TEST, ("package.json", "{ \"scripts\": "), (CI, "on: pull_request\njobs:\n  ci:\n    steps:\n      - run: npx tsc || true\n      - run: npx eslint .\n      - run: npx vitest run\n      - run: npx vite build\n")], "fail", &["repo.ci-step-soft:types"])]
#[case::no_code(&[("README.md", "# A")], "ambiguous", &[])]
#[tokio::test]
async fn repositories(#[case] files: &[(&str, &str)], #[case] wanted: &str, #[case] keys: &[&str]) {
    let answer = of_files::<CiSteps>(files, acme()).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    assert_eq!(answer.verdict.findings.iter().map(Finding::key).collect::<Vec<_>>(), keys, "{:?}", answer.verdict);
    assert!(wanted != "fail" || !answer.remedy.steps.is_empty(), "{:?}", answer.remedy);
}

#[tokio::test]
async fn called_scripts_are_followed_and_missing_ones_named() {
    let called = "on: pull_request\njobs:\n  ci:\n    steps:\n      - run: npm ci\n      - run: bash scripts/ci.sh\n      - run: bash scripts/gone.sh\n";
    let script = ("scripts/ci.sh", "set -e\nnpx tsc --noEmit\nnpx eslint .\nnpx vitest run\nnpx vite build\n");
    let answer = of_files::<CiSteps>(&[CODE, TEST, (CI, called), script], acme()).await;
    assert_eq!(word(&answer.verdict), "needs_judgement", "{:?}", answer.verdict);
    let gone = answer.verdict.notes.iter().find(|it| it.key.starts_with("repo.ci-script-missing")).unwrap();
    assert_eq!(gone.key, "repo.ci-script-missing..github/workflows/ci.yml.scripts/gone.sh");
    assert_eq!(gone.place.as_ref().unwrap().to_string(), ".github/workflows/ci.yml:7");
}

#[test]
fn an_empty_repository_is_none_of_it() {
    let seen = Seen { ground: Ground::empty(), ..Seen::default() };
    assert_eq!(CiSteps::decide(&seen, &acme(), noon()).outcome.word(), "not_applicable");
}

#[tokio::test]
async fn without_a_repository_there_is_a_gap() {
    let settings = AppSettings { path: Some("/nowhere/at/all".into()), ..acme() };
    let server = wiremock::MockServer::start().await;
    let sight = crate::probes::stand_in::sight(&server, &[], &settings);
    assert_eq!(CiSteps::observe(&sight).await.unwrap_err().kind, crate::domain::GapKind::NotConfigured);
}

#[tokio::test]
async fn the_host_may_build_and_places_are_told() {
    let no_build = GOOD.replace("      - run: npx vite build\n", "");
    let files = [CODE, TEST, (CI, no_build.as_str()), ("vercel.json", "{}")];
    let answer = of_files::<CiSteps>(&files, acme()).await;
    assert_eq!(word(&answer.verdict), "needs_judgement", "{:?}", answer.verdict);
    assert!(answer.verdict.notes.iter().any(|it| it.key == "repo.ci-build-by-host"));
    assert!(answer.verdict.says.as_str().starts_with("3 of 4 checks"), "{}", answer.verdict.says);
    let types = answer.verdict.notes.iter().find(|it| it.key == "repo.ci-step..github/workflows/ci.yml.type check").unwrap();
    assert_eq!(types.place.as_ref().unwrap().to_string(), ".github/workflows/ci.yml:6");
}
