//! Small repositories with their tests, and what is decided over them.

use super::*;
use crate::probes::stand_in::{acme, of_files, word};
use crate::systems::stand_in::noon;
use rstest::rstest;

const AUTH: (&str, &str) = ("src/a.ts", "import { createClient } from '@supabase/supabase-js'");
const PAY: (&str, &str) = ("src/pay.ts", "import Stripe from 'stripe'");
const CI: (&str, &str) = (
    ".github/workflows/ci.yml",
    "on: pull_request\njobs:\n  a:\n    steps:\n      - run: npx playwright test\n      - run: npx vitest run\n",
);
const SIGN: (&str, &str) = (
    "e2e/sign.spec.ts",
    "import { test } from '@playwright/test';\ntest('sign up and sign in', async ({ page }) => { await page.goto('/signup'); expect(page).toHaveURL('/'); });",
);
const UNIT: (&str, &str) = ("src/sum.test.ts", "it('sums', () => { expect(1).toBe(1); });");

#[tokio::test]
async fn a_helper_beside_the_tests_is_no_test() {
    let helper = ("tests/utils/login.ts", "export const login = async (page) => { await page.goto('/login'); };");
    let verdict = of_files::<CriticalTests>(&[PAY, SIGN, CI, helper], acme()).await.verdict;
    assert!(verdict.says.as_str().starts_with("1 of 1 files of tests"), "{}", verdict.says);
    assert!(!verdict.notes.iter().any(|it| it.key.starts_with("repo.tests-hollow")), "{:?}", verdict.notes);
}

#[rstest]
#[case::tested(&[AUTH, SIGN, CI], "needs_judgement", &[])]
#[case::none(&[AUTH, CI], "fail", &["repo.tests-missing:."])]
#[case::nothing_asserted(&[AUTH, ("src/a.test.ts", "it('imports', () => {});"), CI], "fail", &["repo.tests-missing:."])]
#[case::not_in_ci(&[AUTH, SIGN], "fail", &["repo.tests-not-in-ci:pull_request"])]
#[case::journeys_untested(&[AUTH, PAY, UNIT, CI], "fail", &["repo.journey-untested:signup", "repo.journey-untested:signin", "repo.journey-untested:pay"])]
#[case::a_browser_test_may_name_it_otherwise(&[PAY, SIGN, CI], "needs_judgement", &[])]
#[case::no_journey_known(&[("src/a.ts", "1"), UNIT, CI], "needs_judgement", &[])]
#[case::ci_elsewhere(&[AUTH, SIGN, (".circleci/config.yml", "x: y")], "incomplete", &[])]
#[case::a_test_is_unreadable(&[AUTH, CI, ("src/b.test.ts", "\u{0}\u{1}\u{2}binary")], "incomplete", &[])]
#[case::a_test_is_broken(&[AUTH, CI, ("src/b.test.ts", "it('a', () => { ")], "incomplete", &[])]
#[case::no_code(&[("README.md", "# A")], "ambiguous", &[])]
#[tokio::test]
async fn repositories(#[case] files: &[(&str, &str)], #[case] wanted: &str, #[case] keys: &[&str]) {
    let answer = of_files::<CriticalTests>(files, acme()).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    assert_eq!(answer.verdict.findings.iter().map(Finding::key).collect::<Vec<_>>(), keys, "{:?}", answer.verdict);
    assert!(wanted != "fail" || !answer.remedy.steps.is_empty(), "{:?}", answer.remedy);
}

#[test]
fn an_empty_repository_is_none_of_it() {
    let seen = Seen { ground: Ground::empty(), ..Seen::default() };
    assert_eq!(CriticalTests::decide(&seen, &acme(), noon()).outcome.word(), "not_applicable");
}

#[tokio::test]
async fn without_a_repository_there_is_a_gap() {
    let settings = AppSettings { path: Some("/nowhere/at/all".into()), ..acme() };
    let server = wiremock::MockServer::start().await;
    let sight = crate::probes::stand_in::sight(&server, &[], &settings);
    assert_eq!(CriticalTests::observe(&sight).await.unwrap_err().kind, crate::domain::GapKind::NotConfigured);
}

#[tokio::test]
async fn evidence_has_places_and_counts() {
    let answer = of_files::<CriticalTests>(&[AUTH, SIGN, UNIT, CI], acme()).await;
    assert!(
        answer.verdict.says.as_str().starts_with("2 of 2 files of tests assert something, 2 of 2 journeys"),
        "{}",
        answer.verdict.says
    );
    let note = answer.verdict.notes.iter().find(|it| it.key == "repo.journey.sign up.e2e/sign.spec.ts").unwrap();
    assert_eq!(note.place.as_ref().unwrap().to_string(), "e2e/sign.spec.ts:2");
}
