//! Small apps that lose errors, and the decision over them.

use super::*;
use crate::probes::stand_in::{found, laid, look, look_at, word};
use rstest::rstest;

const DROPPED: &str = "await supabase.from('notes').insert({ a: 1 })\n";
const FIVE: &str = "async function a() { for (const db of [1]) {
 await s.from('a').insert({}); await s.from('b').insert({}); await s.from('c').insert({}); await s.from('d').insert({}); await s.from('e').insert({})
} }";
const SIX: &str = "await Promise.all([
 s.from('a').insert({}), s.from('b').insert({}), s.from('c').insert({}), s.from('d').insert({}), s.from('e').insert({}), s.from('f').insert({})
])";
const UNREAD: (&str, &str) = ("lib/blob.ts", "\u{0}\u{1}\u{2}binary");

#[rstest]
#[case::nothing_lost(&[("lib/a.ts", "const { error } = await db.from('notes').insert({}); if (error) throw error")], "pass", &[], &[])]
#[case::few_elsewhere(&[("lib/notes.ts", DROPPED)], "needs_judgement", &[], &["repo.discarded-write.lib/notes.ts"])]
#[case::five_elsewhere(&[("lib/notes.ts", FIVE)], "needs_judgement", &[], &["repo.discarded-write.lib/notes.ts"])]
#[case::six_elsewhere(&[("lib/notes.ts", SIX)], "fail", &["repo.discarded-write lib/notes.ts"], &[])]
#[case::one_where_money_is(&[("app/api/checkout/route.ts", DROPPED)], "fail", &["repo.discarded-critical-write app/api/checkout/route.ts"], &[])]
#[case::one_of_a_table_of_money(&[("lib/a.ts", "await db.from('invoices').delete().eq('id', 1)")], "fail", &["repo.discarded-critical-write lib/a.ts"], &[])]
#[case::script(&[("scripts/seed.ts", "await db.from('invoices').delete().eq('id', 1)"), ("lib/a.ts", "")], "pass", &[], &[])]
#[case::author_is_no_auth(&[("lib/authors.ts", DROPPED)], "needs_judgement", &[], &["repo.discarded-write.lib/authors.ts"])]
#[case::client_that_throws(&[("lib/db.ts", "export const db = createClient(u, k, { db: { throwOnError: true } })"), ("app/api/checkout/route.ts", DROPPED)], "needs_judgement", &[], &["repo.discarded-write.app/api/checkout/route.ts"])]
#[case::never_sent(&[("lib/a.ts", "supabase.from('notes').insert({})")], "fail", &["repo.write-never-sent lib/a.ts"], &[])]
#[case::empty_catch(&[("lib/a.ts", "async function a() { try { await f() } catch {} }")], "fail", &["repo.empty-catch lib/a.ts"], &[])]
#[case::empty_catch_of_somebody_else(&[("public/sw.js", "async function a() { try { await f() } catch {} }"), ("lib/a.ts", "")], "pass", &[], &[])]
#[case::explained(&[("lib/a.ts", "async function a() { try { await f() } catch { /* optional */ } }")], "pass", &[], &[])]
#[case::supabase_cookies(&[("lib/server.ts", "const c = { setAll(all) { try { all.forEach(({ name, value }) => cookieStore.set(name, value)) } catch {} } }")], "pass", &[], &[])]
#[case::json(&[("lib/a.ts", "function a(t) { try { return JSON.parse(t) } catch { return null } }")], "pass", &[], &[])]
#[case::analytics(&[("lib/a.ts", "analytics.track('a').catch(() => {})")], "pass", &[], &[])]
#[case::muted(&[("lib/a.ts", "save().catch(() => {})")], "needs_judgement", &[], &["repo.muted-rejection.lib/a.ts"])]
#[case::default(&[("lib/a.ts", "async function a() { try { return await f() } catch (e) { return [] } }")], "needs_judgement", &[], &["repo.silent-catch.lib/a.ts"])]
#[case::console(&[("lib/a.ts", "async function a() { try { await f() } catch (e) { console.error(e) } }")], "needs_judgement", &[], &["repo.console-catch.lib/a.ts"])]
#[case::console_with_tracker(&[("lib/a.ts", "import * as Sentry from '@sentry/nextjs'\nasync function a() { try { await f() } catch (e) { console.error(e) } }")], "pass", &[], &[])]
#[case::dropped_for_all(&[("server/a.ts", "process.on('unhandledRejection', () => {})")], "fail", &["repo.dropped-unhandled-errors server/a.ts"], &[])]
#[case::read_without_error(&[("lib/a.ts", "const { data } = await db.from('notes').select('*')")], "needs_judgement", &[], &["repo.reads-without-error"])]
#[case::unread(&[UNREAD, ("lib/a.ts", "")], "incomplete", &[], &[])]
#[case::mistake_of_syntax(&[("lib/a.ts", "const = ;")], "incomplete", &[], &[])]
#[case::no_code(&[("README.md", "hello")], "ambiguous", &[], &[])]
#[tokio::test]
async fn apps(#[case] files: &[(&str, &str)], #[case] wanted: &str, #[case] rules: &[&str], #[case] notes: &[&str]) {
    let answer = look::<SwallowedErrors>(files).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    assert_eq!(found(&answer.verdict), rules);
    assert_eq!(laid(&answer.verdict), notes);
    assert_eq!(answer.remedy.steps.is_empty(), wanted != "fail");
}

#[tokio::test]
async fn a_fail_says_where_how_many_and_what_was_not_read() {
    let answer = look::<SwallowedErrors>(&[
        UNREAD,
        ("app/api/checkout/route.ts", "\n\nawait db.from('a').insert({})\nawait db.from('b').insert({})\n"),
    ])
    .await;
    assert_eq!(word(&answer.verdict), "fail");
    assert!(answer.verdict.says.as_str().starts_with("2 of 2 writes"), "{}", answer.verdict.says);
    assert_eq!(answer.verdict.findings[0].place.as_ref().unwrap().to_string(), "app/api/checkout/route.ts:3");
    assert_eq!(answer.verdict.unseen.unwrap().kind, crate::domain::GapKind::Incomplete);
}

#[tokio::test]
async fn without_files_there_is_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(word(&look_at::<SwallowedErrors>(&folder.path().join("gone")).await.verdict), "not_configured");
}

#[test]
fn an_empty_repository_has_no_code() {
    let seen = Seen { ground: Ground::empty(), ..Seen::default() };
    let verdict = SwallowedErrors::decide(&seen, &crate::probes::stand_in::acme(), crate::systems::stand_in::noon());
    assert_eq!(verdict.outcome.word(), "not_applicable");
}
