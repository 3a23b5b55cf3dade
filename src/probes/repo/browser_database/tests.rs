//! Tables that browsers write, read and must not.

use super::*;
use crate::probes::stand_in::{acme, of_files, word};
use rstest::rstest;

const NEXT: (&str, &str) = (
    "package.json",
    r#"{"dependencies": {"next": "16", "zod": "4", "openai": "6", "@upstash/ratelimit": "2", "bcrypt": "6", "@supabase/supabase-js": "2"}}"#,
);

fn client(code: &str) -> String {
    format!("'use client'\nexport const C = () => <a onClick={{async () => {{ {code} }}}}/>")
}

#[rstest]
#[case::roles("await db.from('user_roles').insert({ role: 'admin' })", "fail", &[])]
#[case::money("await db.from('credits').update({ left: 9 }).eq('id', 1)", "fail", &[])]
#[case::money_that_is_read("await db.from('credits').select()", "needs_judgement", &["repo.browser-table-read.credits"])]
#[case::push("await db.from('push_subscriptions').insert({})", "needs_judgement", &["repo.browser-table-written.push_subscriptions"])]
#[case::notes("await db.from('notes').insert({}).select()", "needs_judgement", &["repo.browser-table-written.notes"])]
#[case::a_function("await db.rpc('pay')", "needs_judgement", &["repo.browser-function.pay"])]
#[case::computed("await db.from(table).select()", "needs_judgement", &["repo.browser-table-computed"])]
#[case::constants("const T = { A: 'notes' }; await db.from(T.A).insert({})", "needs_judgement", &["repo.browser-table-written.notes"])]
#[case::money_by_a_constant("const T = { A: 'credits' } as const; await db.from(T.A).insert({})", "fail", &[])]
#[case::storage("await db.storage.from('files').update('a', b)", "pass", &[])]
#[case::standard("Array.from(a).select()", "pass", &[])]
#[tokio::test]
async fn client_modules(#[case] code: &str, #[case] wanted: &str, #[case] keys: &[&str]) {
    let text = client(code);
    let answer = of_files::<BrowserDatabase>(&[NEXT, ("app/c.tsx", &text)], acme()).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    if wanted != "fail" {
        assert_eq!(answer.verdict.notes.iter().map(|it| it.key.as_str()).collect::<Vec<_>>(), keys);
    }
    assert_eq!(answer.verdict.findings.is_empty(), wanted != "fail");
}

#[rstest]
#[case::on_the_server(
    NEXT,
    "app/actions.ts",
    "'use server'\nexport async function a() { await db.from('credits').insert({}) }",
    "pass"
)]
#[case::in_a_browser_app(("package.json", r#"{"devDependencies": {"vite": "7"}}"#), "src/a.ts", "export const a = () => db.from('payments').insert({})", "fail")]
#[case::does_not_parse(NEXT, "app/c.tsx", "'use client'\ndb.from('credits'.insert({})", "incomplete")]
#[tokio::test]
async fn sides(#[case] manifest: (&str, &str), #[case] path: &str, #[case] text: &str, #[case] wanted: &str) {
    let answer = of_files::<BrowserDatabase>(&[manifest, (path, text)], acme()).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
}

#[tokio::test]
async fn a_repository_without_code_may_be_the_wrong_one() {
    assert_eq!(word(&of_files::<BrowserDatabase>(&[("README.md", "hello")], acme()).await.verdict), "ambiguous");
}

#[test]
fn an_empty_repository_has_nothing() {
    let seen = Seen { ground: Ground::empty(), ..Seen::default() };
    let verdict = BrowserDatabase::decide(&seen, &acme(), crate::systems::stand_in::noon());
    assert_eq!(verdict.outcome.word(), "not_applicable");
}

#[test]
fn what_was_not_read_is_a_gap_and_no_absence() {
    let ground = Ground { code_files: 1, unread: vec!["big.ts".into()], ..Ground::default() };
    let verdict = BrowserDatabase::decide(&Seen { ground, ..Seen::default() }, &acme(), crate::systems::stand_in::noon());
    assert_eq!(verdict.outcome.gap().map(|it| it.kind), Some(crate::domain::GapKind::Incomplete));
}
