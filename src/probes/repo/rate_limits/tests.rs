//! Sign-in of the app itself and of a provider, with counters that count and that do not.

use super::*;
use crate::probes::stand_in::{acme, of_files, word};
use rstest::rstest;

const NEXT: (&str, &str) = (
    "package.json",
    r#"{"dependencies": {"next": "16", "zod": "4", "openai": "6", "@upstash/ratelimit": "2", "bcrypt": "6", "@supabase/supabase-js": "2"}}"#,
);

const PATH: &str = "app/api/login/route.ts";
const OWN: &str = "import bcrypt from 'bcrypt'\nimport { ratelimit } from '@/lib/limit'\nexport async function POST(r) { const b = await r.json(); LIMIT if (!(await bcrypt.compare(b.password, row.hash))) return no() }";
const COUNTED: &str = "await ratelimit.limit(b.email);";

#[rstest]
#[case::nobody("", "export const ratelimit = 1", "fail")]
#[case::shared(
    COUNTED,
    "import { Ratelimit } from '@upstash/ratelimit'\nexport const ratelimit = new Ratelimit({})",
    "needs_judgement"
)]
#[case::memory(COUNTED, "const hits = new Map()\nexport const ratelimit = { limit: (k) => hits.get(k) }", "fail")]
#[case::defined_and_not_used(
    "",
    "import { Ratelimit } from '@upstash/ratelimit'\nexport const ratelimit = new Ratelimit({})",
    "fail"
)]
#[tokio::test]
async fn own(#[case] call: &str, #[case] limit: &str, #[case] wanted: &str) {
    let text = OWN.replace("LIMIT", call);
    let answer = of_files::<RateLimits>(&[NEXT, ("lib/limit.ts", limit), (PATH, &text)], acme()).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
}

#[tokio::test]
async fn an_endpoint_behind_a_secret_signs_nobody_in() {
    let text = "import bcrypt from 'bcrypt'\nexport async function POST(r) { if (r.headers.get('authorization') !== `Bearer ${process.env.SEED_SECRET}`) return no()\nawait bcrypt.hash('x', 10) }";
    let answer = of_files::<RateLimits>(&[NEXT, ("app/api/seed/route.ts", text)], acme()).await;
    assert_eq!(word(&answer.verdict), "not_applicable", "{:?}", answer.verdict);
}

const OPTIONS: (&str, &str) = (
    "lib/auth.ts",
    "import CredentialsProvider from 'next-auth/providers/credentials'\nimport bcrypt from 'bcrypt'\nexport const authOptions = { providers: [CredentialsProvider({ authorize: (c) => bcrypt.compare(c.password, row.hash) })] }",
);

#[rstest]
#[case::where_it_signs_in(
    "app/api/auth/[...nextauth]/route.ts",
    "import NextAuth from 'next-auth'\nimport { authOptions } from '@/lib/auth'\nconst handler = NextAuth(authOptions)\nexport { handler as POST }",
    "fail"
)]
#[case::where_it_asks_for_the_session(
    "app/api/a/route.ts",
    "import { getServerSession } from 'next-auth'\nimport { authOptions } from '@/lib/auth'\nexport async function GET() { await getServerSession(authOptions) }",
    "needs_judgement"
)]
#[tokio::test]
async fn configured(#[case] path: &str, #[case] text: &str, #[case] wanted: &str) {
    let manifest = ("package.json", r#"{"dependencies": {"next": "16", "next-auth": "4", "bcrypt": "6"}}"#);
    let answer = of_files::<RateLimits>(&[manifest, OPTIONS, (path, text)], acme()).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
}

#[rstest]
#[case::in_the_browser(
    "app/login.tsx",
    "'use client'\nexport const L = () => <a onClick={() => db.auth.signInWithPassword({})}/>",
    "needs_judgement"
)]
#[case::through_a_server(
    "app/actions.ts",
    "'use server'\nexport async function login(f) { await db.auth.signInWithPassword(f) }",
    "needs_judgement"
)]
#[case::nobody_signs_in("app/page.tsx", "export default () => <p/>", "not_applicable")]
#[case::does_not_parse("app/actions.ts", "'use server'\nexport async function login(f) { ( }", "incomplete")]
#[tokio::test]
async fn provider(#[case] path: &str, #[case] text: &str, #[case] wanted: &str) {
    let answer = of_files::<RateLimits>(&[NEXT, (path, text)], acme()).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    assert_eq!(answer.verdict.notes.is_empty(), wanted != "needs_judgement");
}

#[tokio::test]
async fn a_repository_without_code_may_be_the_wrong_one() {
    assert_eq!(word(&of_files::<RateLimits>(&[("README.md", "hello")], acme()).await.verdict), "ambiguous");
}

#[test]
fn an_empty_repository_has_nothing() {
    let seen = Seen { ground: Ground::empty(), ..Seen::default() };
    let verdict = RateLimits::decide(&seen, &acme(), crate::systems::stand_in::noon());
    assert_eq!(verdict.outcome.word(), "not_applicable");
}

#[test]
fn what_was_not_read_is_a_gap_and_no_absence() {
    let ground = Ground { code_files: 1, unread: vec!["big.ts".into()], ..Ground::default() };
    let verdict = RateLimits::decide(&Seen { ground, ..Seen::default() }, &acme(), crate::systems::stand_in::noon());
    assert_eq!(verdict.outcome.gap().map(|it| it.kind), Some(crate::domain::GapKind::Incomplete));
}
