//! Small apps that take money, and the decision over them.

use super::*;
use crate::probes::stand_in::{found, laid, look, look_at, word};
use rstest::rstest;

const EXPRESS: (&str, &str) = ("package.json", r#"{"dependencies": {"express": "5"}}"#);
const HOOK: &str = "app/api/stripe/webhook/route.ts";
const GOOD: &str = "export async function POST(req) {\n const body = await req.text()\n const event = stripe.webhooks.constructEvent(body, sig, secret)\n await db.from('stripe_events').insert({ id: event.id })\n}";
const FORGETFUL: &str =
    "export async function POST(req) {\n const body = await req.text()\n stripe.webhooks.constructEvent(body, sig, secret)\n}";
const PARSED: &str = "export async function POST(req) {\n const body = await req.json()\n const event = stripe.webhooks.constructEvent(JSON.stringify(body), sig, secret)\n await keep(event.id)\n}";
const OPEN: &str = "export async function POST(req) {\n const event = await req.json()\n await grant(event.id)\n}";
const SHARED: &str = "export async function POST(req) {\n if (req.headers.get('x-key') !== process.env.HOOK_SECRET) return\n const event = await req.json()\n await grant(event.id)\n}";
const ELSEWHERE: &str = "import { readWebhook } from '@/lib/hooks'\nexport async function POST(req) { const event = await readWebhook(req); await grant(event.id) }";

#[rstest]
#[case::good(&[(HOOK, GOOD)], "needs_judgement", &[], &[])]
#[case::forgetful(&[(HOOK, FORGETFUL)], "needs_judgement", &[], &["repo.webhook-forgetful.app/api/stripe/webhook/route.ts"])]
#[case::parsed_first(&[(HOOK, PARSED)], "fail", &["repo.webhook-parsed-first app/api/stripe/webhook/route.ts"], &[])]
#[case::open(&[(HOOK, OPEN)], "fail", &["repo.webhook-unverified app/api/stripe/webhook/route.ts"], &[])]
#[case::shared_secret(&[(HOOK, SHARED)], "needs_judgement", &[], &["repo.webhook-unsure.app/api/stripe/webhook/route.ts"])]
#[case::checked_elsewhere(&[(HOOK, ELSEWHERE)], "needs_judgement", &[], &["repo.webhook-unsure.app/api/stripe/webhook/route.ts"])]
#[case::signed_in(&[(HOOK, "export async function POST(req) { const { data: { user } } = await supabase.auth.getUser(); const e = await req.json(); await keep(e.event_id) }")], "needs_judgement", &[], &["repo.webhook-unsure.app/api/stripe/webhook/route.ts"])]
#[case::asks_again(&[("supabase/functions/mercadopago-webhook/index.ts", "Deno.serve(async (req) => { const e = await req.json(); const p = await fetch(`https://api.mercadopago.com/v1/payments/${e.data.id}`); await keep(e.event_id) })")], "needs_judgement", &[], &["repo.webhook-unsure.supabase/functions/mercadopago-webhook/index.ts"])]
#[case::asks_again_elsewhere(&[("supabase/functions/mp-webhook/index.ts", "import { fetchMpPayment } from '../_shared/mp.ts'\nDeno.serve(async (req) => { const e = await req.json(); await fetchMpPayment(e.id); await keep(e.event_id) })")], "needs_judgement", &[], &["repo.webhook-unsure.supabase/functions/mp-webhook/index.ts"])]
#[case::a_get_that_verifies(&[(HOOK, "import { createHmac } from 'crypto'\nexport async function GET(req) { const ok = createHmac('sha256', secret).update(req.url).digest('hex'); return ok }\nexport async function POST(req) {\n const e = await req.json()\n await keep(e.event_id)\n}")], "fail", &["repo.webhook-unverified app/api/stripe/webhook/route.ts"], &[])]
#[case::a_get_that_compares(&[(HOOK, "export async function GET(req) { if (token !== process.env.VERIFY_TOKEN) return }\nexport async function POST(req) { const e = await req.json(); await keep(e.event_id) }")], "fail", &["repo.webhook-unverified app/api/stripe/webhook/route.ts"], &[])]
#[case::a_get_beside(&[(HOOK, "export async function GET() { return new Response('ok') }\nexport async function POST(req) { const body = await req.text(); const event = stripe.webhooks.constructEvent(body, sig, secret); await keep(event.id) }")], "needs_judgement", &[], &[])]
#[case::only_a_get(&[(HOOK, "export async function GET() { return new Response('ok') }")], "not_applicable", &[], &[])]
#[case::by_a_function_of_the_file(&[(HOOK, "async function check(req) { const body = await req.text(); return stripe.webhooks.constructEvent(body, sig, secret) }\nexport async function POST(req) { const event = await check(req); await keep(event.id) }")], "needs_judgement", &[], &[])]
#[case::by_a_function_that_nobody_calls(&[(HOOK, "async function check(req) { const body = await req.text(); return stripe.webhooks.constructEvent(body, sig, secret) }\nexport async function POST(req) { const event = await req.json(); await keep(event.id) }")], "fail", &["repo.webhook-unverified app/api/stripe/webhook/route.ts"], &[])]
#[case::by_another_module(&[(HOOK, "import { signed } from '@/lib/signed'\nexport async function POST(req) { const event = await signed(req); await keep(event.id) }"), ("lib/signed.ts", "import { createHmac } from 'crypto'\nexport async function signed(req) { const raw = await req.text(); createHmac('sha256', s).update(raw); return JSON.parse(raw) }")], "needs_judgement", &[], &[])]
#[case::verified_then_parsed(&[(HOOK, "export async function POST(req) { const raw = await req.text(); const mac = createHmac('sha256', s).update(raw).digest('hex'); const event = JSON.parse(raw); await keep(event.id) }")], "needs_judgement", &[], &[])]
#[case::a_copy_is_read_raw(&[(HOOK, "export async function POST(req) { const raw = await req.clone().text(); createHmac('sha256', s).update(raw); const event = await req.json(); await keep(event.id) }")], "needs_judgement", &[], &[])]
#[case::parsed_and_written_again(&[(HOOK, "export async function POST(req) { const event = await req.json(); const text = JSON.stringify(event); createHmac('sha256', s).update(text); await keep(event.id) }")], "fail", &["repo.webhook-parsed-first app/api/stripe/webhook/route.ts"], &[])]
#[case::signs_fields(&[(HOOK, "export async function POST(req) { const event = await req.json(); createHmac('sha256', s).update(`id:${event.data.id};ts:${ts};`); await keep(event.id) }")], "needs_judgement", &[], &["repo.webhook-unsure.app/api/stripe/webhook/route.ts"])]
#[case::page_with_its_raw_body(&[("pages/api/webhooks/stripe.ts", "import { buffer } from 'micro'\nexport const config = { api: { bodyParser: false } }\nexport default async function handler(req, res) { const raw = await buffer(req); const event = stripe.webhooks.constructEvent(raw, sig, secret); await keep(event.id) }")], "needs_judgement", &[], &[])]
#[case::page_whose_body_is_taken(&[("pages/api/webhooks/stripe.ts", "import { buffer } from 'micro'\nexport default async function handler(req, res) { const raw = await buffer(req); const event = stripe.webhooks.constructEvent(raw, sig, secret); await keep(event.id) }")], "needs_judgement", &[], &["repo.webhook-unsure.pages/api/webhooks/stripe.ts"])]
#[case::page_with_its_parsed_body(&[("pages/api/webhooks/stripe.ts", "export default async function handler(req, res) { const event = stripe.webhooks.constructEvent(JSON.stringify(req.body), sig, secret); await keep(event.id) }")], "fail", &["repo.webhook-parsed-first pages/api/webhooks/stripe.ts"], &[])]
#[case::routed(&[EXPRESS, ("server/index.ts", "import express from 'express'\nconst app = express()\napp.post('/webhooks/stripe', express.json(), async (req, res) => { const event = req.body; await keep(event.id) })")], "fail", &["repo.webhook-unverified server/index.ts"], &[])]
#[case::routed_raw(&[EXPRESS, ("server/index.ts", "import express from 'express'\nconst app = express()\napp.post('/webhooks/stripe', express.raw({ type: 'application/json' }), async (req, res) => { const event = stripe.webhooks.constructEvent(req.body, sig, secret); await keep(event.id) })")], "needs_judgement", &[], &[])]
#[case::in_steps(&[(HOOK, "export async function POST(req) { const event = stripe.webhooks.constructEvent(await req.text(), sig, secret); await keep(event.id); await db.from('orders').insert(a); await db.from('seats').insert(b) }")], "needs_judgement", &[], &["repo.payment-in-steps.app/api/stripe/webhook/route.ts"])]
#[case::in_steps_of_documents(&[(HOOK, "import { doc, setDoc } from 'firebase/firestore'\nexport async function POST(req) { const event = stripe.webhooks.constructEvent(await req.text(), sig, secret); await keep(event.id); await setDoc(doc(db, 'orders', event.id), a); await pool.query('update seats set taken = true where id = $1', [b]) }")], "needs_judgement", &[], &["repo.payment-in-steps.app/api/stripe/webhook/route.ts"])]
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
