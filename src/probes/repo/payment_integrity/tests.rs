//! Small apps that take money, and the decision over them.

use super::*;
use crate::probes::stand_in::{found, laid, look, look_at, word};
use rstest::rstest;

const HOOK: &str = "app/api/stripe/webhook/route.ts";
const GOOD: &str = "export async function POST(req) {\n const body = await req.text()\n const event = stripe.webhooks.constructEvent(body, sig, secret)\n await db.from('stripe_events').insert({ id: event.id })\n}";
const FORGETFUL: &str =
    "export async function POST(req) {\n const body = await req.text()\n stripe.webhooks.constructEvent(body, sig, secret)\n}";
const PARSED: &str = "export async function POST(req) {\n const body = await req.json()\n const event = stripe.webhooks.constructEvent(JSON.stringify(body), sig, secret)\n await keep(event.id)\n}";
const OPEN: &str = "export async function POST(req) {\n const event = await req.json()\n await grant(event.id)\n}";
const SHARED: &str = "export async function POST(req) {\n if (req.headers.get('x-key') !== process.env.HOOK_SECRET) return\n const event = await req.json()\n await grant(event.id)\n}";
const ELSEWHERE: &str = "import { verifyWebhook } from '@/lib/hooks'\nexport async function POST(req) { const event = await check(req); await grant(event.id) }";

#[rstest]
#[case::good(&[(HOOK, GOOD)], "needs_judgement", &[], &[])]
#[case::forgetful(&[(HOOK, FORGETFUL)], "needs_judgement", &[], &["repo.webhook-forgetful.app/api/stripe/webhook/route.ts"])]
#[case::parsed_first(&[(HOOK, PARSED)], "fail", &["repo.webhook-parsed-first app/api/stripe/webhook/route.ts"], &[])]
#[case::open(&[(HOOK, OPEN)], "fail", &["repo.webhook-unverified app/api/stripe/webhook/route.ts"], &[])]
#[case::shared_secret(&[(HOOK, SHARED)], "needs_judgement", &[], &["repo.webhook-unsure.app/api/stripe/webhook/route.ts"])]
#[case::checked_elsewhere(&[(HOOK, ELSEWHERE)], "needs_judgement", &[], &["repo.webhook-unsure.app/api/stripe/webhook/route.ts"])]
#[case::signed_in(&[(HOOK, "export async function POST(req) { const { data: { user } } = await supabase.auth.getUser(); const e = await req.json(); await keep(e.event_id) }")], "needs_judgement", &[], &["repo.webhook-unsure.app/api/stripe/webhook/route.ts"])]
#[case::asks_again(&[("supabase/functions/mercadopago-webhook/index.ts", "Deno.serve(async (req) => { const e = await req.json(); const p = await fetch(`https://api.mercadopago.com/v1/payments/${e.data.id}`); await keep(e.event_id) })")], "needs_judgement", &[], &["repo.webhook-unsure.supabase/functions/mercadopago-webhook/index.ts"])]
#[case::asks_again_elsewhere(&[("supabase/functions/mp-webhook/index.ts", "import { fetchMpPayment } from '../_shared/mp.ts'\nDeno.serve(async (req) => { const e = await req.json(); await keep(e.event_id) })")], "needs_judgement", &[], &["repo.webhook-unsure.supabase/functions/mp-webhook/index.ts"])]
#[case::own_webhooks(&[("app/api/settings/webhooks/route.ts", OPEN)], "not_applicable", &[], &[])]
#[case::hooks_of_react(&[("src/hooks/use-a.ts", OPEN)], "not_applicable", &[], &[])]
#[case::price_of_the_caller(&[("app/api/pay/route.ts", "export async function POST(req) { const { amount } = await req.json(); await stripe.paymentIntents.create({ amount }) }")], "fail", &["repo.price-from-caller app/api/pay/route.ts"], &[])]
#[case::gift(&[("app/api/donate/route.ts", "export async function POST(req) { const { amount } = await req.json(); await stripe.paymentIntents.create({ amount }) }")], "needs_judgement", &[], &["repo.price-chosen.app/api/donate/route.ts"])]
#[case::price_id_of_the_caller(&[("app/api/pay/route.ts", "export async function POST(req) { const { price } = await req.json(); await stripe.checkout.sessions.create({ line_items: [{ price }] }) }")], "needs_judgement", &[], &["repo.price-chosen.app/api/pay/route.ts"])]
#[case::price_of_the_server(&[("app/api/pay/route.ts", "export async function POST(req) { const { id } = await req.json(); const p = await load(id); await stripe.paymentIntents.create({ amount: p.price }) }")], "needs_judgement", &[], &[])]
#[case::secret_that_may_be_empty(&[("app/api/cron/route.ts", "export async function GET(req) { if (secret !== (process.env.CRON_SECRET ?? '')) return }")], "fail", &["repo.secret-may-be-empty app/api/cron/route.ts"], &[])]
#[case::package_only(&[("package.json", r#"{"dependencies": {"stripe": "20"}}"#), ("lib/a.ts", "")], "needs_judgement", &[], &[])]
#[case::nothing(&[("lib/a.ts", "export const a = 1")], "not_applicable", &[], &[])]
#[case::unread(&[("lib/a.ts", "\u{0}\u{1}\u{2}binary"), (HOOK, GOOD)], "incomplete", &[], &[])]
#[case::no_code(&[("README.md", "hello")], "ambiguous", &[], &[])]
#[tokio::test]
async fn apps(#[case] files: &[(&str, &str)], #[case] wanted: &str, #[case] rules: &[&str], #[case] notes: &[&str]) {
    let answer = look::<PaymentIntegrity>(files).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    assert_eq!(found(&answer.verdict), rules);
    assert_eq!(laid(&answer.verdict), notes);
    assert_eq!(answer.remedy.steps.is_empty(), wanted != "fail");
}

#[tokio::test]
async fn a_fail_says_what_was_not_read() {
    let answer = look::<PaymentIntegrity>(&[("lib/a.ts", "\u{0}\u{1}\u{2}binary"), (HOOK, OPEN)]).await;
    assert_eq!(word(&answer.verdict), "fail");
    assert!(answer.verdict.unseen.is_some());
    assert_eq!(answer.verdict.findings[0].place.as_ref().unwrap().to_string(), format!("{HOOK}:2"));
}

#[tokio::test]
async fn without_files_there_is_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(word(&look_at::<PaymentIntegrity>(&folder.path().join("gone")).await.verdict), "not_configured");
}
