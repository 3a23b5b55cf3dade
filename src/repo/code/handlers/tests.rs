//! What entries and their acts are read from small files; the rows that say nothing are the dossier's false positives.

use super::*;
use crate::repo::code::CodeFile;
use rstest::rstest;

fn entries(path: &str, text: &str) -> Vec<Handler> {
    let file = CodeFile::read(path, text);
    assert_eq!(file.broken, None);
    file.handlers.entries
}

const ROUTE: &str = "app/api/a/route.ts";

#[rstest]
#[case::route(ROUTE, "export async function GET() {}\nexport const POST = async (r) => {}\nexport const runtime = 'edge'", &["GET GET", "POST POST"])]
#[case::wrapped(ROUTE, "export const POST = withUser(async (r) => {})", &["POST POST"])]
#[case::renamed(ROUTE, "async function handler(r) {}\nexport { handler as GET, handler as POST }", &["GET GET"])]
#[case::unpacked(ROUTE, "import { handlers } from '@/auth'\nexport const { GET, POST } = handlers", &["GET GET", "POST POST"])]
#[case::handed_on(ROUTE, "export { GET, POST } from '@/auth'", &["GET GET", "POST POST"])]
#[case::api_page("pages/api/pay.ts", "export default async function handler(req, res) {}", &["ANY pay"])]
#[case::common_js("api/pay.js", "module.exports = async (req, res) => {}", &["ANY pay"])]
#[case::actions("app/actions.ts", "'use server'\nexport async function pay(a) {}\nasync function not() {}\nexport const limit = 3\nexport const save = action(async () => {})", &["POST pay", "POST save"])]
#[case::inline_action("app/page.tsx", "export default function P() { async function save(f) { 'use server' } return <form action={save}/> }", &["POST save"])]
#[case::two_of_a_name("app/page.tsx", "export const P = () => <><form action={async () => { 'use server' }}/><form action={async () => { 'use server' }}/></>", &["POST action", "POST action 2"])]
#[case::component("app/page.tsx", "export default function P() { return <p/> }", &[])]
#[case::edge("supabase/functions/pay/index.ts", "Deno.serve(async (req) => new Response('a'))", &["ANY pay"])]
#[case::edge_by_name("supabase/functions/pay/index.ts", "import { serve } from 'https://deno.land/std@0.168.0/http/server.ts'\nconst h = async (r) => 1\nserve(h)", &["ANY pay"])]
#[case::edge_shared("supabase/functions/_shared/cors.ts", "export const headers = {}", &[])]
#[case::remix("app/routes/pay.tsx", "export async function action({ request }) {}\nexport const loader = async () => {}\nexport default function P() {}", &["GET loader", "POST action"])]
#[case::kit("src/routes/pay/+server.ts", "export const POST = async ({ request }) => {}", &["POST POST"])]
#[case::kit_actions("src/routes/pay/+page.server.ts", "export const actions = { default: async ({ request }) => {}, drop: async () => {} }\nexport const load = async () => {}", &["GET load", "POST default", "POST drop"])]
#[case::express("server/routes.ts", "import type { Express } from 'express'\nexport function routes(app: Express) { app.post('/api/pay', guard, async (req, res) => {}); app.get('/api/a', list) }", &["GET /api/a", "POST /api/pay"])]
#[case::no_server("src/api.ts", "import axios from 'axios'\naxios.post('/api/pay', () => {})", &[])]
#[case::firebase("functions/index.js", "const { onCall } = require('firebase-functions/v2/https')\nexports.pay = onCall(async (request) => {})", &["ANY pay"])]
#[case::netlify("netlify/functions/pay.ts", "export const handler = async (event) => {}", &["ANY pay"])]
fn entries_of_files(#[case] path: &str, #[case] text: &str, #[case] wanted: &[&str]) {
    let mut found: Vec<String> = entries(path, text).iter().map(|it| format!("{} {}", it.method, it.name)).collect();
    found.sort();
    assert_eq!(found, wanted);
}

/// A route whose handler's body is `code`.
fn body(code: &str) -> Body {
    let text = format!(
        "import {{ z }} from 'zod'\nimport Stripe from 'stripe'\nimport OpenAI from 'openai'\nimport {{ auth }} from '@clerk/nextjs/server'\nimport {{ saved }} from '@/schemas'\nimport {{ helper }} from '@/lib'\nconst Schema = z.object({{}})\nconst stripe = new Stripe('x')\nexport async function POST(request, {{ params }}) {{\n{code}\n}}"
    );
    entries(ROUTE, &text).remove(0).body
}

#[rstest]
#[case("const b = await request.json()", &["json()"])]
#[case("const f = await request.clone().formData()", &["formData()"])]
#[case("const { searchParams } = new URL(request.url)", &["searchParams"])]
#[case("const q = request.nextUrl.searchParams.get('q')", &["searchParams"])]
#[case("const u = new URL(request.url); u.searchParams.get('q')", &["searchParams"])]
#[case::upstream("const r = await fetch('https://example.com'); const d = await r.json()", &[])]
#[case::answer("return Response.json({ a: 1 })", &[])]
#[case::headers("request.headers.get('a')", &[])]
fn inputs(#[case] code: &str, #[case] wanted: &[&str]) {
    assert_eq!(body(code).inputs.iter().map(|it| it.says.as_str()).collect::<Vec<_>>(), wanted);
}

#[rstest]
#[case("Schema.parse(await request.json())", true)]
#[case("const b = await request.json(); const { a } = b; Schema.safeParse({ a })", true)]
#[case("const { data } = z.object({}).safeParse(Object.fromEntries(await request.formData()))", true)]
#[case("const { id } = await params; z.string().parse(id)", true)]
#[case::of_a_module("saved.parse(await request.json())", true)]
#[case::json("const b = await request.json(); JSON.parse(b.text)", false)]
#[case::date("const b = await request.json(); Date.parse(b.day)", false)]
#[case::upstream("const r = await fetch('https://example.com'); Schema.parse(await r.json())", false)]
#[case::environment("await request.json(); Schema.parse(process.env)", false)]
#[case::a_row(
    "const b = await request.json(); const { data } = await db.from('a').select().eq('id', b.id); Schema.parse(data)",
    false
)]
#[case::made_and_not_used("await request.json(); z.object({ a: z.string() })", false)]
fn validations(#[case] code: &str, #[case] wanted: bool) {
    assert_eq!(body(code).does(|it| matches!(it, What::Validates { .. })), wanted);
}

#[rstest]
#[case("await supabase.auth.getUser()", Some(true))]
#[case("const { data } = await createClient().auth.getUser()", Some(true))]
#[case("const { userId } = await auth()", Some(true))]
#[case("await admin.auth().verifyIdToken(t)", Some(true))]
#[case("await supabase.auth.getSession()", Some(false))]
#[case("if (!request.user) return", Some(true))]
#[case("const user = await getUserProfile(1)", None)]
#[case("await supabase.auth.signOut()", None)]
fn identities(#[case] code: &str, #[case] wanted: Option<bool>) {
    let found = body(code).acts.into_iter().find_map(|it| match it.what {
        What::Identifies { is_verified, .. } => Some(is_verified),
        _ => None,
    });
    assert_eq!(found, wanted);
}

#[rstest]
#[case("const s = process.env.CRON_SECRET; if (request.headers.get('authorization') !== `Bearer ${s}`) return", Some(false))]
#[case("if (secret !== (process.env.CRON_SECRET ?? '')) return", Some(true))]
#[case("const key = Deno.env.get('API_KEY') || 'dev'; if (given === key) {}", Some(true))]
#[case::mode("if (process.env.NODE_ENV === mode) {}", None)]
#[case::unset("if (process.env.CRON_SECRET === undefined) {}", None)]
#[case::text("if (process.env.API_KEY === 'a') {}", None)]
fn secrets(#[case] code: &str, #[case] wanted: Option<bool>) {
    let found = body(code).acts.into_iter().find_map(|it| match it.what {
        What::ComparesSecret { has_fallback, .. } => Some(has_fallback),
        _ => None,
    });
    assert_eq!(found, wanted);
}

#[rstest]
#[case("const { role } = await request.json(); if (role === 'admin') {}", true)]
#[case("const b = await request.json(); if (!b.isAdmin) return", true)]
#[case::of_a_message(
    "const { messages } = await request.json(); messages.filter(m => m.role === 'user'); if (messages[0].role === 'assistant') {}",
    false
)]
#[case::of_a_row(
    "const b = await request.json(); const { data: row } = await db.from('a').select().eq('id', b.id); if (row.role === 'admin') {}",
    false
)]
#[case::of_the_user("const { data: { user } } = await s.auth.getUser(); if (user.role !== 'admin') return", false)]
fn roles(#[case] code: &str, #[case] wanted: bool) {
    assert_eq!(body(code).does(|it| matches!(it, What::TakesRole { .. })), wanted);
}

#[rstest]
#[case("await new OpenAI().chat.completions.create({})", Some("OpenAI"))]
#[case("await fetch('https://api.openai.com/v1/chat')", Some("OpenAI"))]
#[case("await fetch(`https://generativelanguage.googleapis.com/${a}`)", Some("Google AI"))]
#[case::any_host("await fetch(`${BASE}/chat/completions`, { method: 'POST' })", Some("an AI model"))]
#[case::own_path("await fetch('/api/chat/completions')", None)]
#[case("await stripe.paymentIntents.create({})", Some("Stripe"))]
#[case::a_webhook("stripe.webhooks.constructEvent(a, b, c)", None)]
#[case::a_word("const s = 'openai'", None)]
fn payments(#[case] code: &str, #[case] wanted: Option<&str>) {
    let found = body(code).acts.into_iter().find_map(|it| match it.what {
        What::Pays { provider, .. } => Some(provider),
        _ => None,
    });
    assert_eq!(found, wanted);
}

#[rstest]
#[case("await db.from('orders').insert({}).select()", &["orders insert"])]
#[case("await db.from('orders').select('*').eq('a', 1)", &["orders select"])]
#[case("await db.from(name).delete()", &["? delete"])]
#[case("await db.rpc('pay', {})", &["pay rpc"])]
#[case("await prisma.order.create({})", &["order insert"])]
#[case("await db.insert(orders).values({})", &["orders insert"])]
#[case::pool("await pool.query('insert into orders (a) values ($1)', [a])", &["orders insert"])]
#[case::named("await client.query({ text: 'delete from orders', values: [] })", &["orders delete"])]
#[case::tagged("await sql`update orders set a = ${a}`", &["orders update"])]
#[case::of_prisma_raw("await prisma.$executeRaw`delete from \"orders\"`; await prisma.$queryRawUnsafe('select * from items')", &["orders delete", "items select"])]
#[case::of_drizzle_raw("await db.execute(sql`insert into orders select 1`)", &["orders insert"])]
#[case::unnamed("await pool.query(`truncate ${name}`)", &["? delete"])]
#[case::admin("await db.collection('orders').doc(id).set({}); await db.collection('orders').add({})", &["orders upsert", "orders insert"])]
#[case::admin_by_a_name("const ref = db.collection('orders').doc(id); await ref.update({}); await ref.delete()", &["orders update", "orders delete"])]
#[case::mongo("await db.collection('orders').updateOne({ a }, { $set: { b } })", &["orders update"])]
#[case::no_statement("await search.query('Update profile'); i18n.raw('Delete account'); t`Create table of contents`", &[])]
#[case::no_collection("new Map().set('a', b); cookies.delete('a'); headers.set('a', 'b'); hash.update(b)", &[])]
#[case::of_the_browser("const s = db.transaction('a').objectStore('b'); db.objectStore('b').delete(1)", &[])]
#[case::standard("Array.from(a).select(); Buffer.from('a').update('b'); Uint8Array.from(a).delete()", &[])]
#[case::storage("await db.storage.from('files').update('a', b)", &[])]
fn tables(#[case] code: &str, #[case] wanted: &[&str]) {
    let found = body(code).acts.into_iter().filter_map(|it| match it.what {
        What::Uses(it) => Some(format!("{} {}", it.table.as_deref().unwrap_or("?"), it.verb)),
        _ => None,
    });
    assert_eq!(found.collect::<Vec<_>>(), wanted);
}

#[rstest]
#[case("const { success } = await ratelimit.limit(ip)", true)]
#[case("await checkRateLimit(request)", true)]
#[case("await rateLimiter.consume(ip)", true)]
#[case("await db.from('a').select().limit(10)", false)]
#[case::of_another("if (isRateLimitError(e)) throw Errors.rateLimit(context)", false)]
fn limits(#[case] code: &str, #[case] wanted: bool) {
    assert_eq!(body(code).does(|it| matches!(it, What::Limits { .. })), wanted);
}

/// Values inside of the text of a statement, and whether it is proved that a caller wrote them.
#[rstest]
#[case::straight("const { id } = await request.json(); await pool.query(`select * from a where id = '${id}'`)", Some(true))]
#[case::added("const b = await request.json(); await pool.query('select * from a where id = ' + b.id)", Some(true))]
#[case::of_the_address(
    "const q = new URL(request.url).searchParams.get('q'); await prisma.$queryRawUnsafe(`select * from a where b like '%${q}%'`)",
    Some(true)
)]
#[case::of_the_path("const { id } = await params; await db.execute(`delete from a where id = ${id}`)", Some(true))]
#[case::through_a_name(
    "const { id } = await request.json(); const text = `delete from a where id = ${id}`; await pool.query(text)",
    Some(true)
)]
#[case::trimmed("const { id } = await request.json(); await pool.query(`delete from a where id = '${id.trim()}'`)", Some(true))]
#[case::a_number(
    "const { id } = await request.json(); const n = Number(id); await pool.query(`delete from a where id = ${n}`)",
    Some(false)
)]
#[case::a_number_in_place(
    "const { id } = await request.json(); await pool.query(`delete from a where id = ${parseInt(id)}`)",
    Some(false)
)]
#[case::of_a_list(
    "const { by } = await request.json(); if (!ALLOWED.includes(by)) return; await pool.query(`select * from a order by ${by}`)",
    Some(false)
)]
#[case::compared(
    "const { by } = await request.json(); if (by !== 'name') return; await pool.query(`select * from a order by ${by}`)",
    Some(false)
)]
#[case::looked_up(
    "const { by } = await request.json(); const column = COLUMNS[by]; await pool.query(`select * from a order by ${column}`)",
    Some(false)
)]
#[case::by_a_schema(
    "const { id } = Schema.parse(await request.json()); await pool.query(`delete from a where id = '${id}'`)",
    Some(false)
)]
#[case::escaped(
    "const { q } = await request.json(); const safe = q.replace(/'/g, ''); await pool.query(`select * from a where b = '${safe}'`)",
    Some(false)
)]
#[case::of_the_server("await pool.query(`select * from ${TABLE}`)", Some(false))]
#[case::numbers_of_parameters(
    "const { id } = await request.json(); await pool.query(`select * from a where id = $${values.length}`, [id])",
    None
)]
#[case::parameters("const { id } = await request.json(); await pool.query('select * from a where id = $1', [id])", None)]
#[case::tagged("const { id } = await request.json(); await sql`select * from a where id = ${id}`", None)]
#[case::no_statement("const { id } = await request.json(); await client.query(`query { user(id: ${id}) { name } }`)", None)]
fn statements_that_are_built(#[case] code: &str, #[case] wanted: Option<bool>) {
    let found = body(code).acts.into_iter().find_map(|it| match it.what {
        What::BuildsSql { is_sent, .. } => Some(is_sent),
        _ => None,
    });
    assert_eq!(found, wanted);
}

#[test]
fn a_line_belongs_to_the_handler_that_holds_it() {
    let found = entries(ROUTE, "export async function GET() {\n a()\n}\nexport async function POST() {\n b()\n}");
    let holds = |name: &str| (1..=6).filter(|line| found.iter().any(|it| it.name == name && it.holds(*line))).collect::<Vec<_>>();
    assert_eq!((holds("GET"), holds("POST")), (vec![1, 2, 3], vec![4, 5, 6]));
}

#[test]
fn calls_are_told_in_order_with_where_they_come_from() {
    let body = body("await auth(); const b = await request.json(); await helper(b); Schema.parse(b)");
    let calls: Vec<_> = body.calls.iter().map(|it| (it.name.as_str(), it.from.as_deref(), it.takes_input)).collect();
    let wanted = [("auth", Some("@clerk/nextjs/server"), false), ("helper", Some("@/lib"), true), ("Schema.parse", None, true)];
    assert_eq!(calls, wanted);
}

#[test]
fn what_stands_before_every_route_is_told() {
    let file = CodeFile::read(
        "server/index.ts",
        "import express from 'express'\nimport { guard } from './auth'\nconst app = express()\napp.use('/api', guard)",
    );
    assert_eq!(file.handlers.before.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["guard"]);
}
