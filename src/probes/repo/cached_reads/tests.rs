//! Small apps that keep what they read, and the decision over them.

use super::*;
use crate::probes::stand_in::{found, laid, look, look_at, word};
use rstest::rstest;

#[rstest]
#[case::stated(&[("app/page.tsx", "export const revalidate = 60")], "needs_judgement", &[], &["repo.cache.app/page.tsx"])]
#[case::endless(&[("lib/a.ts", "export const load = unstable_cache(read, ['a'])")], "fail", &["repo.cache-without-end lib/a.ts"], &[])]
#[case::endless_and_thrown_away(&[("lib/a.ts", "export const load = unstable_cache(read, ['a'])"), ("app/actions.ts", "'use server'\nrevalidatePath('/')")], "needs_judgement", &[], &["repo.cache-without-end.lib/a.ts"])]
#[case::default(&[("lib/a.ts", "async function load() { 'use cache'; return read() }")], "needs_judgement", &[], &["repo.cache-unsure.lib/a.ts"])]
#[case::none(&[("lib/a.ts", "const cache = new Map(); cache.set('a', 1)")], "needs_judgement", &[], &[])]
#[case::unread(&[("lib/a.ts", "unstable_cache(read, ['a'])"), ("lib/b.ts", "\u{0}\u{1}\u{2}binary")], "incomplete", &[], &[])]
#[case::no_code(&[("README.md", "hello")], "ambiguous", &[], &[])]
#[tokio::test]
async fn apps(#[case] files: &[(&str, &str)], #[case] wanted: &str, #[case] rules: &[&str], #[case] notes: &[&str]) {
    let answer = look::<CachedReads>(files).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    assert_eq!(found(&answer.verdict), rules);
    assert_eq!(laid(&answer.verdict), notes);
    assert!(wanted != "fail" || !answer.remedy.steps.is_empty());
}

#[tokio::test]
async fn without_files_there_is_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(word(&look_at::<CachedReads>(&folder.path().join("gone")).await.verdict), "not_configured");
}
