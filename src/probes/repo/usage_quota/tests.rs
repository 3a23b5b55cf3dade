//! Paid features with something like a quota, and without.

use super::*;
use crate::probes::stand_in::{acme, of_files, word};
use rstest::rstest;

const NEXT: (&str, &str) = (
    "package.json",
    r#"{"dependencies": {"next": "16", "zod": "4", "openai": "6", "@upstash/ratelimit": "2", "bcrypt": "6", "@supabase/supabase-js": "2"}}"#,
);

#[rstest]
#[case::none("await ai(r)", "fail")]
#[case::a_table("await db.from('user_credits').select(); await ai(r)", "needs_judgement")]
#[case::a_function("await db.rpc('consume_quota'); await ai(r)", "needs_judgement")]
#[case::a_helper("await checkUsage(r); await ai(r)", "needs_judgement")]
#[case::a_limit_is_no_quota("await ratelimit.limit(r); await ai(r)", "fail")]
#[case::mail_is_no_feature("await resend.emails.send({})", "not_applicable")]
#[tokio::test]
async fn endpoints(#[case] code: &str, #[case] wanted: &str) {
    let text = format!(
        "import OpenAI from 'openai'\nimport {{ Resend }} from 'resend'\nconst resend = new Resend('a')\nconst ai = (r) => new OpenAI().responses.create({{}})\nconst checkUsage = (r) => true\nexport async function POST(r) {{ {code} }}"
    );
    let answer = of_files::<UsageQuota>(&[NEXT, ("app/api/a/route.ts", &text)], acme()).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    assert_eq!(answer.verdict.findings.is_empty(), wanted != "fail");
}

#[tokio::test]
async fn a_repository_without_code_may_be_the_wrong_one() {
    assert_eq!(word(&of_files::<UsageQuota>(&[("README.md", "hello")], acme()).await.verdict), "ambiguous");
}

#[test]
fn an_empty_repository_has_nothing() {
    let seen = Seen { ground: Ground::empty(), ..Seen::default() };
    let verdict = UsageQuota::decide(&seen, &acme(), crate::systems::stand_in::noon());
    assert_eq!(verdict.outcome.word(), "not_applicable");
}

#[test]
fn what_was_not_read_is_a_gap_and_no_absence() {
    let ground = Ground { code_files: 1, unread: vec!["big.ts".into()], ..Ground::default() };
    let verdict = UsageQuota::decide(&Seen { ground, ..Seen::default() }, &acme(), crate::systems::stand_in::noon());
    assert_eq!(verdict.outcome.gap().map(|it| it.kind), Some(crate::domain::GapKind::Incomplete));
}
