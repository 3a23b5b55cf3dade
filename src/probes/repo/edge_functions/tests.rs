//! Functions behind an open gateway, behind the gateway alone, and with a check of their own.

use super::*;
use crate::probes::stand_in::{acme, of_files, word};
use rstest::rstest;

const NEXT: (&str, &str) = (
    "package.json",
    r#"{"dependencies": {"next": "16", "zod": "4", "openai": "6", "@upstash/ratelimit": "2", "bcrypt": "6", "@supabase/supabase-js": "2"}}"#,
);

const OPEN: &str = "[functions.pay]\nverify_jwt = false";

#[rstest]
#[case::open(Some(OPEN), "Deno.serve(async (req) => { await db.from('a').insert(await req.json()) })", "fail")]
#[case::own_user(Some(OPEN), "Deno.serve(async (req) => { const { data } = await db.auth.getUser(t); })", "needs_judgement")]
#[case::signature(
    Some(OPEN),
    "Deno.serve(async (req) => { await stripe.webhooks.constructEventAsync(await req.text(), a, b) })",
    "needs_judgement"
)]
#[case::secret(
    Some(OPEN),
    "Deno.serve(async (req) => { if (req.headers.get('x') !== Deno.env.get('CRON_SECRET')) return no() })",
    "needs_judgement"
)]
#[case::open_secret(
    Some(OPEN),
    "Deno.serve(async (req) => { if (req.headers.get('x') !== (Deno.env.get('CRON_SECRET') ?? '')) return no() })",
    "fail"
)]
#[case::shared_check(
    Some(OPEN),
    "import { requireUser } from '../_shared/auth.ts'\nDeno.serve(async (req) => { await requireUser(req) })",
    "needs_judgement"
)]
#[case::not_followed(
    Some(OPEN),
    "import { requireUser } from '../_shared/gone.ts'\nDeno.serve(async (req) => { await requireUser(req) })",
    "needs_judgement"
)]
#[case::gateway_alone(None, "Deno.serve(async (req) => {})", "needs_judgement")]
#[case::switched_off(
    Some("[functions.pay]\nenabled = false\nverify_jwt = false"),
    "Deno.serve(async (req) => {})",
    "not_applicable"
)]
#[case::elsewhere(
    Some("[functions.pay]\nverify_jwt = true\n[functions.gone]\nverify_jwt = true"),
    "Deno.serve(async (req) => { await db.auth.getUser(t) })",
    "ambiguous"
)]
#[case::no_toml(
    Some("[functions.pay\nverify_jwt = perhaps"),
    "Deno.serve(async (req) => { await db.auth.getUser(t) })",
    "incomplete"
)]
#[case::does_not_parse(None, "Deno.serve(async (req) => { ( })", "incomplete")]
#[tokio::test]
async fn functions(#[case] configuration: Option<&str>, #[case] text: &str, #[case] wanted: &str) {
    let shared = (
        "supabase/functions/_shared/auth.ts",
        "export async function requireUser(req) { return (await db.auth.getUser(req.headers.get('a'))).data.user }",
    );
    let mut files = vec![NEXT, shared, ("supabase/functions/pay/index.ts", text)];
    files.extend(configuration.map(|it| ("supabase/config.toml", it)));
    let answer = of_files::<EdgeFunctions>(&files, acme()).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    assert_eq!(answer.verdict.findings.is_empty(), wanted != "fail");
}

#[rstest]
#[case(None, "not_applicable")]
#[case(Some(true), "ambiguous")]
#[tokio::test]
async fn a_repository_without_functions(#[case] uses: Option<bool>, #[case] wanted: &str) {
    let mut settings = acme();
    settings.stack.extend(uses.map(|it| ("uses.edge_functions".to_owned(), it)));
    assert_eq!(
        word(&of_files::<EdgeFunctions>(&[NEXT, ("app/page.tsx", "export default () => <p/>")], settings).await.verdict),
        wanted
    );
}

#[test]
fn an_empty_repository_has_nothing() {
    let seen = Seen { ground: Ground::empty(), ..Seen::default() };
    assert_eq!(EdgeFunctions::decide(&seen, &acme(), crate::systems::stand_in::noon()).outcome.word(), "not_applicable");
}
