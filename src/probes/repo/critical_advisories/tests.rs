//! Small lockfiles with and without known holes, and the decision over them.

use super::*;
use crate::probes::stand_in::{acme, found, laid, look, look_at, word};
use crate::systems::stand_in::noon;
use rstest::rstest;

const MANIFEST: (&str, &str) = ("package.json", r#"{"dependencies": {"next": "^15.0.0"}}"#);
const DEVELOPING: (&str, &str) = ("package.json", r#"{"devDependencies": {"next": "^15.0.0"}}"#);
const CODE: (&str, &str) = ("src/a.ts", "export const a = 1");

/// A `package-lock.json` with these packages: name, version, whether it is for development.
fn npm(packages: &[(&str, &str, bool)]) -> String {
    let all = packages.iter().map(|(name, version, dev)| {
        format!(r#""node_modules/{name}": {{ "version": "{version}"{} }}"#, if *dev { r#", "dev": true"# } else { "" })
    });
    format!(r#"{{ "lockfileVersion": 3, "packages": {{ {} }} }}"#, all.collect::<Vec<_>>().join(", "))
}

#[rstest]
#[case::middleware(&[("next", "14.2.24", false), ("sharp", "0.35.5", false)], "fail", &["repo.critical-advisory package-lock.json:next:GHSA-f82v-jwr5-mffw"], &[])]
#[case::two(&[("next", "15.2.2", false), ("sharp", "0.35.5", false)], "fail", &["repo.critical-advisory package-lock.json:next:GHSA-9qr9-h5gf-34mp", "repo.critical-advisory package-lock.json:next:GHSA-f82v-jwr5-mffw"], &[])]
#[case::fixed(&[("next", "16.4.6", false)], "needs_judgement", &[], &[])]
#[case::with_sharp(&[("next", "15.5.27", false), ("sharp", "0.34.5", false)], "fail", &["repo.critical-advisory package-lock.json:next:GHSA-2464-fhr4-w9xw"], &[])]
#[case::with_mended_sharp(&[("next", "15.5.27", false), ("sharp", "0.35.5", false)], "needs_judgement", &[], &[])]
#[case::without_sharp(&[("next", "15.5.27", false)], "needs_judgement", &[], &["repo.critical-advisory-perhaps.package-lock.json:next:GHSA-2464-fhr4-w9xw"])]
#[case::for_development(&[("next", "16.4.6", false), ("jsonwebtoken", "4.2.1", true)], "needs_judgement", &[], &["repo.critical-advisory-perhaps.package-lock.json:jsonwebtoken:GHSA-c7hr-j4mj-j2w6"])]
#[case::brought_by_another(&[("next", "16.4.6", false), ("jsonwebtoken", "4.2.1", false)], "fail", &["repo.critical-advisory package-lock.json:jsonwebtoken:GHSA-c7hr-j4mj-j2w6"], &[])]
#[case::none_of_the_table(&[("react", "19.2.0", false)], "needs_judgement", &[], &[])]
#[tokio::test]
async fn locked(#[case] packages: &[(&str, &str, bool)], #[case] wanted: &str, #[case] rules: &[&str], #[case] notes: &[&str]) {
    let lock = npm(packages);
    let answer = look::<CriticalAdvisories>(&[MANIFEST, CODE, ("package-lock.json", &lock)]).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    assert_eq!(found(&answer.verdict), rules);
    assert_eq!(laid(&answer.verdict), notes);
    assert_eq!(answer.remedy.steps.is_empty(), wanted != "fail");
}

const YARN: &str = "# yarn lockfile v1\n\nnext@^15.0.0:\n  version \"15.0.0\"\n\njsonwebtoken@^4:\n  version \"4.2.1\"\n";
const PNPM6: &str =
    "lockfileVersion: '6.0'\n\npackages:\n\n  /next@15.0.0(react@19.0.0):\n    resolution: {integrity: x}\n    dev: true\n";
const DAMAGED: &str = "<<<<<<< HEAD\n";

#[rstest]
#[case::asked_for_running(&[MANIFEST, CODE, ("yarn.lock", YARN)], "fail")]
#[case::asked_for_development(&[DEVELOPING, CODE, ("yarn.lock", YARN)], "needs_judgement")]
#[case::locked_for_development(&[DEVELOPING, CODE, ("pnpm-lock.yaml", PNPM6)], "needs_judgement")]
#[case::damaged(&[MANIFEST, CODE, ("yarn.lock", DAMAGED)], "incomplete")]
#[case::binary(&[MANIFEST, CODE, ("bun.lockb", "#!/usr/bin/env bun\u{0}")], "incomplete")]
#[case::binary_beside_one_that_fails(&[MANIFEST, CODE, ("yarn.lock", YARN), ("bun.lockb", "\u{0}")], "fail")]
#[case::no_lockfile(&[MANIFEST, CODE], "incomplete")]
#[case::only_ranges_are_no_versions(&[("package.json", r#"{"dependencies": {"next": "15.0.0"}}"#), CODE], "incomplete")]
#[case::broken_manifest(&[("package.json", "{"), CODE], "incomplete")]
#[case::example(&[CODE, ("examples/a/package.json", MANIFEST.1), ("examples/a/yarn.lock", YARN)], "needs_judgement")]
#[case::no_dependency(&[("package.json", "{}"), CODE], "not_applicable")]
#[case::no_code(&[("README.md", "hello")], "ambiguous")]
#[tokio::test]
async fn lockfiles(#[case] files: &[(&str, &str)], #[case] wanted: &str) {
    let answer = look::<CriticalAdvisories>(files).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
}

#[tokio::test]
async fn of_two_lockfiles_that_disagree_neither_is_taken() {
    let mended = npm(&[("next", "16.4.6", false)]);
    let lock = "# yarn lockfile v1\n\nnext@^15.0.0:\n  version \"15.0.0\"\n";
    let answer = look::<CriticalAdvisories>(&[MANIFEST, CODE, ("yarn.lock", lock), ("package-lock.json", &mended)]).await;
    assert_eq!(word(&answer.verdict), "needs_judgement", "{:?}", answer.verdict);
    let told: Vec<&str> = answer.verdict.notes.iter().map(|it| it.says.as_str()).collect();
    assert_eq!(told.iter().filter(|it| it.contains("another lockfile")).count(), 2, "{told:?}");
    assert!(told.iter().any(|it| it.contains("`sharp`, which it needs, is not in the lockfile")), "{told:?}");
}

#[tokio::test]
async fn a_fail_names_everything_that_is_to_be_done() {
    let lock = npm(&[("next", "16.0.6", false)]);
    let answer = look::<CriticalAdvisories>(&[MANIFEST, CODE, ("package-lock.json", &lock)]).await;
    let first = &answer.verdict.findings[0];
    assert!(first.says.as_str().starts_with("next 16.0.6 (GHSA-673q-mjm6-r5xr)"), "{first:?}");
    assert_eq!(first.place.as_ref().unwrap().to_string(), "package-lock.json");
    let steps: Vec<&str> = answer.remedy.steps.iter().map(Foreign::as_str).collect();
    assert!(steps.contains(&"Update next to 16.0.7 or later (GHSA-9qr9-h5gf-34mp)"), "{steps:?}");
    assert!(steps.iter().any(|it| it.starts_with("Replace every secret")), "{steps:?}");
}

#[tokio::test]
async fn nothing_found_says_how_little_that_is() {
    let lock = npm(&[("next", "16.4.6", false)]);
    let answer = look::<CriticalAdvisories>(&[MANIFEST, CODE, ("package-lock.json", &lock)]).await;
    let says = answer.verdict.says.as_str();
    assert!(says.contains("16 advisories as of 2026-11-23") && says.contains("no audit"), "{says}");
}

#[tokio::test]
async fn without_files_there_is_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(word(&look_at::<CriticalAdvisories>(&folder.path().join("gone")).await.verdict), "not_configured");
    let seen = Seen { ground: Ground::empty(), ..Seen::default() };
    assert_eq!(CriticalAdvisories::decide(&seen, &acme(), noon()).outcome.word(), "not_applicable");
}
