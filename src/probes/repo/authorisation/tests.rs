//! Guards that are found, guards that are not, and what a caller can make up.

use super::*;
use crate::probes::stand_in::{acme, of_files, word};
use rstest::rstest;

const NEXT: (&str, &str) = (
    "package.json",
    r#"{"dependencies": {"next": "16", "zod": "4", "openai": "6", "@upstash/ratelimit": "2", "bcrypt": "6", "@supabase/supabase-js": "2"}}"#,
);

const LIB: (&str, &str) = (
    "lib/auth.ts",
    "import { createClient } from './supabase'\nexport async function requireUser() { const { data: { user } } = await createClient().auth.getUser(); if (!user) throw new Error('no'); return user }",
);
const SUPABASE: (&str, &str) = (
    "lib/supabase.ts",
    "import { createClient as make } from '@supabase/supabase-js'\nexport const createClient = () => make('a', 'b')",
);

#[rstest]
#[case::by_a_helper(
    "import { requireUser } from '@/lib/auth'\nexport async function POST(r) { await requireUser(); await db.from('a').insert({}) }",
    "needs_judgement",
    0
)]
#[case::by_a_wrapper(
    "import { requireUser } from '@/lib/auth'\nconst guarded = (h) => async (r) => { await requireUser(); return h(r) }\nexport const POST = guarded(async (r) => {})",
    "needs_judgement",
    0
)]
#[case::by_a_signature(
    "export async function POST(r) { stripe.webhooks.constructEvent(await r.text(), a, b) }",
    "needs_judgement",
    0
)]
#[case::by_a_secret(
    "export async function GET(r) { if (r.headers.get('authorization') !== `Bearer ${process.env.CRON_SECRET}`) return no() }",
    "needs_judgement",
    0
)]
#[case::by_nothing("export async function POST(r) { await db.from('a').insert(await r.json()) }", "needs_judgement", 1)]
#[case::by_an_open_secret(
    "export async function GET(r) { if (r.headers.get('x') !== (process.env.CRON_SECRET ?? '')) return no() }",
    "fail",
    0
)]
#[case::by_a_key_with_a_stand_in(
    "const KEY = process.env.INTERNAL_API_KEY || 'acme-2026'\nconst valid = (req) => req.headers.get('x') === KEY\nexport async function POST(r) { if (!valid(r)) return no() }",
    "fail",
    0
)]
#[case::by_a_role_that_was_sent(
    "export async function POST(r) { const { role } = await r.json(); if (role !== 'admin') return no() }",
    "fail",
    0
)]
#[case::a_role_that_is_given(
    "import { requireUser } from '@/lib/auth'\nexport async function POST(r) { await requireUser(); const { role } = await r.json(); if (role === 'admin') await extra() }",
    "needs_judgement",
    0
)]
#[case::messages_of_a_chat(
    "import { requireUser } from '@/lib/auth'\nexport async function POST(r) { await requireUser(); const { messages } = await r.json(); messages.filter((m) => m.role === 'user') }",
    "needs_judgement",
    0
)]
#[case::does_not_parse("export async function POST(r) { await ( }", "incomplete", 0)]
#[tokio::test]
async fn endpoints(#[case] text: &str, #[case] wanted: &str, #[case] open: usize) {
    let answer = of_files::<Authorisation>(&[NEXT, LIB, SUPABASE, ("app/api/a/route.ts", text)], acme()).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    let listed = answer.verdict.notes.iter().filter(|it| it.key.starts_with("repo.authorisation-open.")).count();
    assert_eq!(listed, open, "{:?}", answer.verdict.notes);
    assert_eq!(answer.remedy.steps.is_empty(), wanted != "fail");
}

#[tokio::test]
async fn guards_are_proposed_with_how_many_call_them() {
    let route = "import { requireUser } from '@/lib/auth'\nimport { assertOwner } from '@/lib/own'\nexport async function POST(r) { await requireUser(); await assertOwner(r) }\nexport async function GET(r) { await requireUser() }";
    let own = ("lib/own.ts", "export async function assertOwner(r) {}\nexport const format = 1");
    let answer = of_files::<Authorisation>(&[NEXT, LIB, SUPABASE, own, ("app/api/a/route.ts", route)], acme()).await;
    let says: Vec<&str> =
        answer.verdict.notes.iter().filter(|it| it.key.contains("-guard.")).map(|it| it.says.as_str()).collect();
    assert_eq!(
        says,
        [
            "requireUser (lib/auth.ts) asks who is there; 2 of 2 endpoints call it",
            "assertOwner (lib/own.ts) may be a guard; 1 of 2 endpoints call it"
        ]
    );
}

#[tokio::test]
async fn a_session_that_nobody_verified_is_told_and_so_is_middleware() {
    let route = ("app/api/a/route.ts", "export async function GET() { const { data } = await db.auth.getSession() }");
    let middleware = ("middleware.ts", "export async function middleware(r) { await db.auth.getUser() }");
    let answer = of_files::<Authorisation>(&[NEXT, route, middleware], acme()).await;
    let keys: Vec<&str> = answer.verdict.notes.iter().map(|it| it.key.as_str()).collect();
    assert_eq!(keys, ["repo.authorisation-unverified.app/api/a/route.ts#GET /api/a", "repo.authorisation-middleware"]);
}

const GUARD: &str = "export async function middleware(request) { const { data } = await db.auth.getUser(); if (!data.user) return NextResponse.redirect(new URL('/login', request.url)) }\n";
const ALL: &str = "export const config = { matcher: ['/((?!_next/static|favicon.ico|.*\\\\.(?:svg|png)$).*)'] }";
const PAGES_ONLY: &str = "export const config = { matcher: '/((?!api|_next/static).*)' }";

/// What is laid of one endpoint that asks nobody, by the middleware beside it.
#[rstest]
#[case::covered("src/middleware.ts", GUARD, ALL, "src/app/api/a/route.ts", "middleware-only", "only src/middleware.ts asks")]
#[case::without_a_matcher("middleware.ts", GUARD, "", "app/api/a/route.ts", "middleware-only", "only middleware.ts asks")]
#[case::proxy("proxy.ts", GUARD, ALL, "app/api/a/route.ts", "middleware-only", "only proxy.ts asks")]
#[case::api_page("middleware.ts", GUARD, ALL, "pages/api/a.ts", "middleware-only", "only middleware.ts asks")]
#[case::in_a_monorepo("apps/web/middleware.ts", GUARD, ALL, "apps/web/app/api/a/route.ts", "middleware-only", "only apps/web")]
#[case::left_out("middleware.ts", GUARD, PAGES_ONLY, "app/api/a/route.ts", "open", "middleware.ts leaves it out by its matcher")]
#[case::past_it("middleware.ts", GUARD, ALL, "app/api/files/[name]/route.ts", "open", "`/api/files/a.png` is past its matcher")]
#[case::computed(
    "middleware.ts",
    GUARD,
    "export const config = { matcher: paths }",
    "app/api/a/route.ts",
    "open",
    "a matcher in line 2 that cannot be read"
)]
#[case::of_another_app("apps/web/middleware.ts", GUARD, ALL, "apps/api/app/api/a/route.ts", "open", "asks who is there")]
#[case::refuses_nobody(
    "middleware.ts",
    "export async function middleware(r) { await db.auth.getUser() }\n",
    ALL,
    "app/api/a/route.ts",
    "open",
    "was not seen to refuse anybody"
)]
#[case::trusts_a_cookie(
    "middleware.ts",
    "export async function middleware(r) { const s = await db.auth.getSession(); if (!s) return NextResponse.redirect('/') }\n",
    ALL,
    "app/api/a/route.ts",
    "open",
    "trusts a session that nobody verified"
)]
#[case::by_the_path(
    "middleware.ts",
    "export async function middleware(request) { const u = await db.auth.getUser(); if (!u && request.nextUrl.pathname.startsWith('/app')) return NextResponse.redirect('/') }\n",
    ALL,
    "app/api/a/route.ts",
    "open",
    "decides by the address in middleware.ts:1"
)]
#[case::by_the_path_taken_apart(
    "middleware.ts",
    "export async function middleware(request) { const { pathname } = request.nextUrl; if (open(pathname)) return; const u = await db.auth.getUser(); if (!u) return NextResponse.redirect('/') }\n",
    ALL,
    "app/api/a/route.ts",
    "open",
    "decides by the address"
)]
#[case::where_it_sends(
    "middleware.ts",
    "export async function middleware(request) { const u = await db.auth.getUser(); if (!u) { const url = request.nextUrl.clone(); url.pathname = '/login'; return NextResponse.redirect(url) } }\n",
    ALL,
    "app/api/a/route.ts",
    "middleware-only",
    "only middleware.ts asks"
)]
#[case::clerk_by_itself(
    "middleware.ts",
    "import { clerkMiddleware } from '@clerk/nextjs/server'\nexport default clerkMiddleware()\n",
    ALL,
    "app/api/a/route.ts",
    "open",
    "asks who is there"
)]
#[case::clerk_that_protects(
    "middleware.ts",
    "import { clerkMiddleware } from '@clerk/nextjs/server'\nexport default clerkMiddleware(async (auth) => { await auth.protect() })\n",
    ALL,
    "app/api/a/route.ts",
    "middleware-only",
    "only middleware.ts asks"
)]
#[case::clerk_by_routes(
    "middleware.ts",
    "import { clerkMiddleware, createRouteMatcher } from '@clerk/nextjs/server'\nconst isProtected = createRouteMatcher(['/app(.*)'])\nexport default clerkMiddleware(async (auth, req) => { if (isProtected(req)) await auth.protect() })\n",
    ALL,
    "app/api/a/route.ts",
    "open",
    "decides by the address in middleware.ts:2"
)]
#[case::whole(
    "middleware.ts",
    "export { default } from 'next-auth/middleware'\n",
    ALL,
    "app/api/a/route.ts",
    "middleware-only",
    "only middleware.ts asks"
)]
#[case::a_server_action("middleware.ts", GUARD, ALL, "app/actions.ts", "open", "asks who is there")]
#[tokio::test]
async fn behind_a_middleware(
    #[case] path: &str,
    #[case] middleware: &str,
    #[case] config: &str,
    #[case] route: &str,
    #[case] list: &str,
    #[case] wanted: &str,
) {
    let text = format!("{middleware}{config}");
    let code = match route {
        "app/actions.ts" => "'use server'\nexport async function save(a) { await db.from('a').insert(a) }",
        it if it.starts_with("pages/") => "export default async function handler(req, res) { await db.from('a').insert({}) }",
        _ => "export async function POST() { await db.from('a').insert({}) }",
    };
    let verdict = of_files::<Authorisation>(&[NEXT, (path, &text), (route, code)], acme()).await.verdict;
    assert_eq!(word(&verdict), "needs_judgement", "{verdict:?}");
    let laid: Vec<_> = verdict.notes.iter().filter(|it| it.key.contains('#') && !it.key.contains("-guard")).collect();
    assert_eq!(laid.len(), 1, "{:?}", verdict.notes);
    assert!(laid[0].key.starts_with(&format!("repo.authorisation-{list}.")), "{:?}", laid[0]);
    assert!(laid[0].says.as_str().contains(wanted), "{:?}", laid[0]);
}

#[rstest]
#[case("15.2.2", true)]
#[case("15.2.3", false)]
#[case("14.2.24", true)]
#[case("14.2.25", false)]
#[case("16.0.1", false)]
#[case("13.5.8", true)]
#[tokio::test]
async fn a_version_whose_middleware_can_be_skipped_is_told(#[case] version: &str, #[case] wanted: bool) {
    let manifest = format!("{{\"name\": \"acme\", \"dependencies\": {{\"next\": \"{version}\"}}}}");
    let lock = format!(
        "{{\"lockfileVersion\": 3, \"packages\": {{\"\": {{\"dependencies\": {{\"next\": \"{version}\"}}}}, \"node_modules/next\": {{\"version\": \"{version}\"}}}}}}"
    );
    let files = [
        ("package.json", manifest.as_str()),
        ("package-lock.json", &lock),
        ("middleware.ts", GUARD),
        ("app/api/a/route.ts", "export async function POST() { await db.from('a').insert({}) }"),
    ];
    let verdict = of_files::<Authorisation>(&files, acme()).await.verdict;
    assert_eq!(verdict.notes.iter().any(|it| it.key == "repo.authorisation-middleware-skippable"), wanted, "{:?}", verdict.notes);
}

#[tokio::test]
async fn a_middleware_that_next_does_not_run_guards_nothing() {
    let route = ("src/app/api/a/route.ts", "export async function POST() { await db.from('a').insert({}) }");
    let verdict = of_files::<Authorisation>(&[NEXT, ("middleware.ts", GUARD), route], acme()).await.verdict;
    let keys: Vec<&str> = verdict.notes.iter().map(|it| it.key.as_str()).collect();
    assert_eq!(keys, ["repo.authorisation-open.src/app/api/a/route.ts#POST /api/a", "repo.authorisation-middleware-idle"]);
}

#[tokio::test]
async fn an_app_without_endpoints_has_none_to_guard() {
    assert_eq!(
        word(&of_files::<Authorisation>(&[NEXT, ("app/page.tsx", "export default () => <p/>")], acme()).await.verdict),
        "not_applicable"
    );
}

#[tokio::test]
async fn a_repository_without_code_may_be_the_wrong_one() {
    assert_eq!(word(&of_files::<Authorisation>(&[("README.md", "hello")], acme()).await.verdict), "ambiguous");
}

#[test]
fn an_empty_repository_has_nothing() {
    let seen = Seen { ground: Ground::empty(), ..Seen::default() };
    let verdict = Authorisation::decide(&seen, &acme(), crate::systems::stand_in::noon());
    assert_eq!(verdict.outcome.word(), "not_applicable");
}

#[test]
fn what_was_not_read_is_a_gap_and_no_absence() {
    let ground = Ground { code_files: 1, unread: vec!["big.ts".into()], ..Ground::default() };
    let verdict = Authorisation::decide(&Seen { ground, ..Seen::default() }, &acme(), crate::systems::stand_in::noon());
    assert_eq!(verdict.outcome.gap().map(|it| it.kind), Some(crate::domain::GapKind::Incomplete));
}
