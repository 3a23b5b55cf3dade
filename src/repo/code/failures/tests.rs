//! Snippets of the kinds that apps hold, and what is read from them.

use super::*;
use crate::repo::code::CodeFile;
use rstest::rstest;

fn read(code: &str) -> Failures {
    CodeFile::read("app/api/a/route.ts", code).failures
}

#[rstest]
#[case::statement("await supabase.from('orders').insert({ a: 1 })", &[("orders", Fate::Discarded)])]
#[case::of_awaited_client("await (await createClient()).from('orders').delete().eq('id', 1)", &[("orders", Fate::Discarded)])]
#[case::throws("await db.from('orders').insert({}).throwOnError()", &[("orders", Fate::Kept)])]
#[case::checked("const { error } = await db.from('orders').update({}).eq('id', 1)", &[("orders", Fate::Kept)])]
#[case::renamed("const { error: failed } = await db.from('orders').update({})", &[("orders", Fate::Kept)])]
#[case::only_data("const { data } = await db.from('orders').insert({}).select().single()", &[("orders", Fate::OnlyData)])]
#[case::whole("const result = await db.from('orders').upsert({})", &[("orders", Fate::Kept)])]
#[case::rest("const { data, ...rest } = await db.from('orders').upsert({})", &[("orders", Fate::Kept)])]
#[case::returned("export const save = () => db.from('orders').insert({})", &[("orders", Fate::Kept)])]
#[case::not_sent("db.from('orders').insert({})", &[("orders", Fate::NotSent)])]
#[case::void("void db.from('orders').insert({})", &[("orders", Fate::NotSent)])]
#[case::then_nothing("db.from('orders').insert({}).then(() => done())", &[("orders", Fate::Discarded)])]
#[case::then_error("db.from('orders').insert({}).then(({ error }) => show(error))", &[("orders", Fate::Kept)])]
#[case::then_data("db.from('orders').insert({}).then(({ data }) => show(data))", &[("orders", Fate::OnlyData)])]
#[case::all("await Promise.all([db.from('a').insert({}), db.from('b').delete().eq('id', 1)])", &[("a", Fate::Discarded), ("b", Fate::Discarded)])]
#[case::each("await Promise.all(rows.map(async (row) => db.from('a').update(row)))", &[("a", Fate::Discarded)])]
#[case::kept_of_all("const [{ error }, { data }] = await Promise.all([db.from('a').insert({}), db.from('b').insert({})])", &[("a", Fate::Kept), ("b", Fate::OnlyData)])]
#[case::stored_function("await supabase.rpc('bump', { id })", &[("bump", Fate::Discarded)])]
#[case::stored_function_that_is_asked("const { data } = await supabase.rpc('rows', { id })", &[])]
#[case::arrays("Array.from(set).delete; Buffer.from('a').update()", &[])]
#[case::files("await supabase.storage.from('avatars').update('a', file)", &[])]
#[case::hash("crypto.createHash('md5').update('a')", &[])]
#[case::prisma("await prisma.user.create({})", &[("user", Fate::Kept)])]
#[case::prisma_not_sent("prisma.user.create({})", &[("user", Fate::NotSent)])]
#[case::prisma_in_transaction("await prisma.$transaction([prisma.user.create({})])", &[("user", Fate::Kept)])]
#[case::drizzle("import { eq } from 'drizzle-orm'\nawait db.update(users).set({}).where(eq(1, 1))", &[("users", Fate::Kept)])]
#[case::drizzle_not_sent("import { eq } from 'drizzle-orm'\ndb.insert(users).values({})", &[("users", Fate::NotSent)])]
#[case::firestore("import { setDoc } from 'firebase/firestore'\nsetDoc(ref, {})", &[("", Fate::Unawaited)])]
#[case::firestore_awaited("import { setDoc } from 'firebase/firestore'\nawait setDoc(ref, {})", &[("", Fate::Kept)])]
fn writes(#[case] code: &str, #[case] wanted: &[(&str, Fate)]) {
    let seen = read(code).writes;
    let seen: Vec<_> = seen.iter().map(|it| (it.table.as_deref().unwrap_or_default(), it.fate)).collect();
    assert_eq!(seen, wanted);
}

#[test]
fn reads_without_their_error_are_counted() {
    let seen = read(
        "const { data } = await db.from('a').select('*')\nconst { data: b, error } = await db.from('b').select()\nconst c = await db.from('c').select()",
    );
    assert_eq!((seen.reads, seen.reads_without_error), (2, vec![1]));
}

#[test]
fn a_client_can_throw_by_itself() {
    assert!(read("createClient(url, key, { db: { throwOnError: true } })").throws);
    assert!(!read("createClient(url, key, { db: { schema: 'a' } })").throws);
}

#[rstest]
#[case::empty("try { await f() } catch {}", CatchKind::Empty)]
#[case::comment("try { await f() } catch { /* the cache is optional */ }", CatchKind::Explained)]
#[case::console("try { await f() } catch (e) { console.error('x', e) }", CatchKind::Console)]
#[case::console_and_default("try { await f() } catch (e) { console.error(e); return [] }", CatchKind::Console)]
#[case::default("try { await f() } catch (e) { return null }", CatchKind::Default)]
#[case::state("try { await f() } catch { busy = false }", CatchKind::Default)]
#[case::rethrows("try { await f() } catch (e) { console.error(e); throw e }", CatchKind::Rethrows)]
#[case::sentry("try { await f() } catch (e) { Sentry.captureException(e); return null }", CatchKind::Reports)]
#[case::logger("try { await f() } catch (e) { logger.error({ e }, 'x') }", CatchKind::Reports)]
#[case::own_report("try { await f() } catch (e) { reportError(e) }", CatchKind::Reports)]
#[case::next("try { await f() } catch (e) { next(e) }", CatchKind::Passes)]
#[case::toast("try { await f() } catch { toast.error('Could not save') }", CatchKind::Answers)]
#[case::state_of_error("try { await f() } catch { setError('Could not save') }", CatchKind::Answers)]
#[case::reply("try { await f() } catch { return NextResponse.json({ error: 'x' }, { status: 500 }) }", CatchKind::Answers)]
#[case::result("try { await f() } catch { return { success: false } }", CatchKind::Answers)]
#[case::json("try { return JSON.parse(text) } catch { return {} }", CatchKind::Expected)]
#[case::storage("try { localStorage.setItem('a', 'b') } catch {}", CatchKind::Expected)]
#[case::url("try { new URL(a); return true } catch { return false }", CatchKind::Expected)]
#[case::supabase_cookies(
    "const c = { setAll(cookiesToSet) { try { cookiesToSet.forEach(({ name, value, options }) => cookieStore.set(name, value, options)) } catch { } } }",
    CatchKind::Expected
)]
#[case::json_of_a_call("try { return JSON.parse(await load()) } catch { return null }", CatchKind::Default)]
fn catches(#[case] code: &str, #[case] wanted: CatchKind) {
    let seen = read(&format!("async function a() {{ {code} }}")).catches;
    assert_eq!(seen.iter().map(|it| it.kind).collect::<Vec<_>>(), [wanted]);
}

#[rstest]
#[case("return NextResponse.json({ error: e.message }, { status: 500 })", Some(Tells::Message), None)]
#[case(
    "const message = e instanceof Error ? e.message : 'x'; return new Response(JSON.stringify({ message }))",
    Some(Tells::Message),
    None
)]
#[case("return res.status(500).json({ stack: (e as Error).stack })", Some(Tells::Stack), None)]
#[case("return jsonResponse({ error: String(e) })", Some(Tells::Message), None)]
#[case("return { error: e.message }", None, Some(Tells::Message))]
#[case("console.error(e.message); return NextResponse.json({ error: 'x' })", None, None)]
#[case("logger.error(e.stack); return new Response('x', { status: 500 })", None, None)]
fn what_callers_are_told(#[case] code: &str, #[case] replies: Option<Tells>, #[case] returns: Option<Tells>) {
    let seen = read(&format!("async function a() {{ try {{ await f() }} catch (e) {{ {code} }} }}")).catches;
    assert_eq!(seen.iter().map(|it| (it.replies, it.returns)).collect::<Vec<_>>(), [(replies, returns)]);
}

#[rstest]
#[case("try { await f(); redirect('/') } catch (e) { console.error(e) }", 1)]
#[case("try { await f(); redirect('/') } catch (e) { if (isRedirectError(e)) throw e }", 0)]
#[case("try { await f() } catch { } redirect('/')", 0)]
#[case("try { on(() => redirect('/')) } catch { }", 0)]
fn navigation_that_is_caught(#[case] code: &str, #[case] wanted: usize) {
    let code = format!("import {{ redirect }} from 'next/navigation'\nasync function a() {{ {code} }}");
    assert_eq!(read(&code).caught_navigation.len(), wanted);
}

#[rstest]
#[case("save().catch(() => {})", &[false])]
#[case("save().catch(() => null)", &[false])]
#[case("save().catch(() => { return [] })", &[false])]
#[case("save().catch(() => { /* it is saved again on leave */ })", &[])]
#[case("save().catch((e) => report(e))", &[])]
#[case("posthog.capture('a').catch(() => {})", &[true])]
#[case("const body = await req.json().catch(() => ({}))", &[true])]
#[case("video.play().catch(() => {})", &[true])]
fn muted_rejections(#[case] code: &str, #[case] wanted: &[bool]) {
    assert_eq!(read(code).muted.iter().map(|it| it.expected).collect::<Vec<_>>(), wanted);
}

#[test]
fn handlers_of_every_error_that_drop_it() {
    let seen = read("process.on('unhandledRejection', () => {})\nprocess.on('uncaughtException', (e) => report(e))");
    assert_eq!(seen.unheard, [Unheard { line: 1, event: "unhandledRejection".to_owned() }]);
}

#[rstest]
#[case::bare("fetch('https://api.example.com/a')", &[Bound::Never])]
#[case::signal("fetch('https://api.example.com', { signal: AbortSignal.timeout(5000) })", &[Bound::Timed])]
#[case::no_signal("fetch(url, { method: 'POST' })", &[Bound::Never])]
#[case::spread("fetch(url, { ...options })", &[Bound::Unsure])]
#[case::variable("fetch(url, options)", &[Bound::Unsure])]
#[case::wrapped("await withTimeout(fetch(url), 5000)", &[Bound::Timed])]
#[case::raced("await Promise.race([fetch(url), late(5000)])", &[Bound::Timed])]
#[case::axios("axios.post(url, body)", &[Bound::Never])]
#[case::axios_timed("axios.post(url, body, { timeout: 1000 })", &[Bound::Timed])]
#[case::axios_client("const api = axios.create({ baseURL: 'https://api.example.com', timeout: 1000 })", &[Bound::Timed])]
#[case::axios_bare_client("const api = axios.create({ baseURL: 'https://api.example.com' })", &[Bound::Never])]
#[case::ky("import ky from 'ky'\nky.get(url)", &[Bound::Timed])]
#[case::ky_off("import ky from 'ky'\nky.get(url, { timeout: false })", &[Bound::Never])]
#[case::got("import got from 'got'\ngot(url)", &[Bound::Never])]
#[case::undici("import { request } from 'undici'\nrequest(url, { headersTimeout: 1 })", &[Bound::Timed])]
#[case::openai("import OpenAI from 'openai'\nnew OpenAI({ apiKey })", &[Bound::Never])]
#[case::openai_timed("import OpenAI from 'openai'\nnew OpenAI({ apiKey, timeout: 20_000, maxRetries: 1 })", &[Bound::Timed])]
#[case::stripe("import Stripe from 'https://esm.sh/stripe@14'\nnew Stripe(key)", &[Bound::Timed])]
#[case::stripe_of_its_own("import Stripe from 'stripe'\nnew Stripe(key, { httpClient: Stripe.createFetchHttpClient() })", &[Bound::Timed])]
#[case::groq("import Groq from 'groq-sdk'\nnew Groq({ apiKey })", &[Bound::Timed])]
#[case::together("import Together from 'together-ai'\nnew Together()", &[Bound::Timed])]
#[case::cohere("import { CohereClient } from 'cohere-ai'\nnew CohereClient({ token })", &[Bound::Never])]
#[case::cohere_timed("import { CohereClientV2 } from 'cohere-ai'\nnew CohereClientV2({ token, timeoutInSeconds: 20 })", &[Bound::Timed])]
#[case::elevenlabs("import { ElevenLabsClient } from '@elevenlabs/elevenlabs-js'\nnew ElevenLabsClient()", &[Bound::Never])]
#[case::mistral("import { Mistral } from '@mistralai/mistralai'\nnew Mistral({ apiKey, timeoutMs: 5000 })", &[Bound::Timed])]
#[case::genai("import { GoogleGenAI } from '@google/genai'\nnew GoogleGenAI({ apiKey })", &[Bound::Never])]
#[case::genai_flat("import { GoogleGenAI } from '@google/genai'\nnew GoogleGenAI({ apiKey, timeout: 1000 })", &[Bound::Never])]
#[case::genai_timed("import { GoogleGenAI } from '@google/genai'\nnew GoogleGenAI({ apiKey, httpOptions: { timeout: 1000 } })", &[Bound::Timed])]
#[case::genai_elsewhere("import { GoogleGenAI } from '@google/genai'\nnew GoogleGenAI({ apiKey, httpOptions })", &[Bound::Unsure])]
#[case::genai_spread("import { GoogleGenAI } from '@google/genai'\nnew GoogleGenAI({ ...options })", &[Bound::Unsure])]
#[case::gemini_per_model("import { GoogleGenerativeAI } from '@google/generative-ai'\nnew GoogleGenerativeAI(key)", &[Bound::Unsure])]
#[case::resend("import { Resend } from 'resend'\nnew Resend(key, { timeout: 1000 })", &[Bound::Never])]
#[case::replicate("import Replicate from 'replicate'\nnew Replicate({ auth })", &[Bound::Never])]
#[case::replicate_of_its_own("import Replicate from 'replicate'\nnew Replicate({ auth, fetch: bounded })", &[Bound::Unsure])]
#[case::replicate_elsewhere("import Replicate from 'replicate'\nnew Replicate({ ...options })", &[Bound::Unsure])]
#[case::node_fetch("import fetch2 from 'node-fetch'\nfetch2(url, { method: 'POST' })", &[Bound::Never])]
#[case::node_fetch_2("import fetch2 from 'node-fetch'\nfetch2(url, { timeout: 1000 })", &[Bound::Unsure])]
#[case::model("import { generateText } from 'ai'\ngenerateText({ model })", &[Bound::Never])]
#[case::old("const x = new XMLHttpRequest()", &[Bound::Never])]
#[case::something_else("cache.fetch(url); const fetch = 1; prefetch(url)", &[])]
#[case::data("fetch('data:text/plain,hello')", &[])]
fn outbound_calls(#[case] code: &str, #[case] wanted: &[Bound]) {
    assert_eq!(read(code).calls.iter().map(|it| it.bound).collect::<Vec<_>>(), wanted);
}

#[test]
fn calls_say_whom_they_ask() {
    let seen = read("fetch(`https://api.example.com/v1/${id}`)\nfetch('/api/a')\nfetch(`${base}/a`)").calls;
    let seen: Vec<_> = seen.iter().map(|it| (it.line, it.host.as_deref(), it.own)).collect();
    assert_eq!(seen, [(1, Some("api.example.com"), false), (2, None, true), (3, None, false)]);
    assert_eq!(read("axios.defaults.timeout = 1000").defaults, ["axios"]);
}

#[test]
fn a_signature_is_checked_on_what_came() {
    let good = read("const body = await req.text()\nconst event = stripe.webhooks.constructEvent(body, sig, secret)").payments;
    assert_eq!((good.verifies.len(), good.raw.len(), good.check()), (1, 1, Check::Raw));
    let bad = read("const body = await req.json()\nstripe.webhooks.constructEvent(JSON.stringify(body), sig, secret)").payments;
    assert_eq!(bad.check(), Check::Parsed(1));
    let upstream = read("const res = await fetch(u)\nawait res.json()").payments;
    assert_eq!(upstream.parses, [0_u32; 0]);
    assert_eq!(read("const wh = new Webhook(s)\nwh.verify(body, headers)").payments.verifies.len(), 1);
    assert_eq!(read("if (!(await verifyShopifySignature(raw))) return").payments.verifies.len(), 1);
    assert_eq!(read("form.validate(values)").payments.verifies.len(), 0);
}

#[rstest]
#[case("if (request.headers.get('authorization') !== `Bearer ${process.env.CRON_SECRET}`) return", Some(("CRON_SECRET", false)))]
#[case("const s = Deno.env.get('HOOK_SECRET') ?? ''\nif (given !== s) return", Some(("HOOK_SECRET", true)))]
#[case("if (secret !== (process.env.CRON_SECRET ?? '')) return", Some(("CRON_SECRET", true)))]
#[case("if (process.env.NODE_ENV === 'production') return", None)]
#[case("if (process.env.API_KEY === undefined) throw 1", None)]
fn secrets_that_are_compared(#[case] code: &str, #[case] wanted: Option<(&str, bool)>) {
    let seen = read(code).payments.checks;
    assert_eq!(seen.first().map(|it| (it.name.as_str(), it.open)), wanted);
}

#[rstest]
#[case::amount("const { amount } = await req.json()\nawait stripe.paymentIntents.create({ amount, currency: 'eur' })", "amount")]
#[case::cents(
    "const body = await req.json()\nawait stripe.paymentIntents.create({ amount: Math.round(body.amount * 100) })",
    "amount"
)]
#[case::checked("const { amount } = schema.parse(await req.json())\nawait stripe.paymentIntents.create({ amount })", "amount")]
#[case::items(
    "const { items } = await req.json()\nconst line_items = items.map((item) => ({ price_data: { unit_amount: item.price * 100 }, quantity: 1 }))\nawait stripe.checkout.sessions.create({ line_items })",
    "unit_amount"
)]
#[case::server(
    "const { id } = await req.json()\nconst product = await load(id)\nawait stripe.paymentIntents.create({ amount: product.price })",
    "-"
)]
#[case::quantity("const { n } = await req.json()\nawait stripe.paymentIntents.create({ amount: n * PRICE })", "-")]
#[case::price_id(
    "const { priceId } = await req.json()\nawait stripe.checkout.sessions.create({ line_items: [{ price: priceId, quantity: 1 }] })",
    "chosen"
)]
#[case::other_function(
    "async function b(req) { const { amount } = await req.json() }\nasync function c(amount) { await stripe.paymentIntents.create({ amount }) }",
    "-"
)]
fn amounts_of_money(#[case] code: &str, #[case] wanted: &str) {
    let code =
        if code.starts_with("async") { code.to_owned() } else { format!("export async function POST(req) {{\n{code}\n}}") };
    let seen = read(&code).payments.charges;
    let seen: Vec<_> = seen
        .iter()
        .map(|it| match &it.origin {
            Origin::Caller(name) => name.as_str(),
            Origin::Chosen => "chosen",
            Origin::Elsewhere => "-",
        })
        .collect();
    assert_eq!(seen, [wanted]);
}

#[test]
fn arguments_of_server_actions_come_from_a_browser() {
    let code = "'use server'\nexport async function pay(amount: number) { await stripe.paymentIntents.create({ amount }) }";
    assert_eq!(read(code).payments.charges[0].origin, Origin::Caller("amount".to_owned()));
}

#[test]
fn the_id_of_an_event_is_kept_or_not() {
    assert_eq!(read("console.log(event.id)").payments.event_ids.len(), 0);
    assert_eq!(read("logger.info({ id: event.id }, 'came')").payments.event_ids.len(), 0);
    assert_eq!(read("await db.from('seen').insert({ id: event.id })").payments.event_ids.len(), 1);
    assert!(!read("await db.processedEvents.create({})").payments.event_ids.is_empty());
    assert!(!read("await db.from('stripe_events').insert({ a })").payments.event_ids.is_empty());
    assert!(read("await db.from('payments').insert({ id })").payments.event_ids.is_empty());
}
