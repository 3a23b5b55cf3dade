//! Endpoints that spend, with and without somebody who counts.

use super::*;
use crate::probes::stand_in::{acme, of_files, word};
use rstest::rstest;

const NEXT: (&str, &str) = (
    "package.json",
    r#"{"dependencies": {"next": "16", "zod": "4", "openai": "6", "ai": "6", "@upstash/ratelimit": "2", "bcrypt": "6", "@supabase/supabase-js": "2"}}"#,
);

const AI: (&str, &str) = ("lib/ai.ts", "import OpenAI from 'openai'\nexport const openai = new OpenAI()");
const SHARED: (&str, &str) = (
    "lib/limit.ts",
    "import { Ratelimit } from '@upstash/ratelimit'\nconst ratelimit = new Ratelimit({})\nexport const checkRateLimit = (r) => ratelimit.limit(r)",
);
const MEMORY: (&str, &str) = ("lib/limit.ts", "const hits = new Map()\nexport function checkRateLimit(r) { hits.set(r, 1) }");
const POSTGRES: (&str, &str) = ("lib/limit.ts", "export async function checkRateLimit(r) { await db.rpc('hit', { r }) }");
const CALL: &str = "import { openai } from '@/lib/ai'\nimport { checkRateLimit } from '@/lib/limit'\nexport async function POST(r) { BEFORE await openai.chat.completions.create({}) }";

#[rstest]
#[case::nobody("", SHARED, "fail")]
#[case::shared("await checkRateLimit(r);", SHARED, "needs_judgement")]
#[case::postgres("await checkRateLimit(r);", POSTGRES, "needs_judgement")]
#[case::memory("await checkRateLimit(r);", MEMORY, "fail")]
#[case::quota("await db.from('usage_quota').select();", SHARED, "needs_judgement")]
#[case::a_secret("if (r.headers.get('a') !== process.env.CRON_SECRET) return no();", SHARED, "not_applicable")]
#[tokio::test]
async fn endpoints(#[case] before: &str, #[case] limit: (&str, &str), #[case] wanted: &str) {
    let text = CALL.replace("BEFORE", before);
    let answer = of_files::<PaidCallLimits>(&[NEXT, AI, limit, ("app/api/chat/route.ts", &text)], acme()).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    assert_eq!(answer.remedy.steps.is_empty(), wanted != "fail");
}

#[rstest]
#[case::by_its_address(
    "supabase/functions/chat/index.ts",
    "const URL_OF = 'https://ai.gateway.lovable.dev/v1'\nDeno.serve(async (req) => { await fetch(URL_OF) })",
    "fail"
)]
#[case::an_action(
    "app/actions.ts",
    "'use server'\nimport { generateText } from 'ai'\nexport async function ask(q) { return generateText({ prompt: q }) }",
    "fail"
)]
#[case::no_endpoint("scripts/seed.ts", "import OpenAI from 'openai'\nawait new OpenAI().embeddings.create({})", "not_applicable")]
#[case::nothing_paid("app/api/a/route.ts", "export async function GET() {}", "not_applicable")]
#[case::not_followed(
    "app/actions.ts",
    "'use server'\nimport { generateText } from 'ai'\nimport { guard } from '@acme/guard'\nexport const ask = guard(async (q) => generateText({ prompt: q }))",
    "needs_judgement"
)]
#[tokio::test]
async fn kinds(#[case] path: &str, #[case] text: &str, #[case] wanted: &str) {
    let answer = of_files::<PaidCallLimits>(&[NEXT, (path, text)], acme()).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
}

#[tokio::test]
async fn middleware_that_counts_is_for_a_person() {
    let middleware = (
        "middleware.ts",
        "import { Ratelimit } from '@upstash/ratelimit'\nconst ratelimit = new Ratelimit({})\nexport async function middleware(r) { await ratelimit.limit('a') }",
    );
    let text = CALL.replace("BEFORE", "");
    let answer = of_files::<PaidCallLimits>(&[NEXT, AI, SHARED, middleware, ("app/api/chat/route.ts", &text)], acme()).await;
    assert_eq!(word(&answer.verdict), "needs_judgement", "{:?}", answer.verdict);
}

#[tokio::test]
async fn a_repository_without_code_may_be_the_wrong_one() {
    assert_eq!(word(&of_files::<PaidCallLimits>(&[("README.md", "hello")], acme()).await.verdict), "ambiguous");
}

#[test]
fn an_empty_repository_has_nothing() {
    let seen = Seen { ground: Ground::empty(), ..Seen::default() };
    let verdict = PaidCallLimits::decide(&seen, &acme(), crate::systems::stand_in::noon());
    assert_eq!(verdict.outcome.word(), "not_applicable");
}

#[test]
fn what_was_not_read_is_a_gap_and_no_absence() {
    let ground = Ground { code_files: 1, unread: vec!["big.ts".into()], ..Ground::default() };
    let verdict = PaidCallLimits::decide(&Seen { ground, ..Seen::default() }, &acme(), crate::systems::stand_in::noon());
    assert_eq!(verdict.outcome.gap().map(|it| it.kind), Some(crate::domain::GapKind::Incomplete));
}
