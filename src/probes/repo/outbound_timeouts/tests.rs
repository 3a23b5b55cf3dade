//! Small apps that call other systems, and the decision over them.

use super::*;
use crate::probes::stand_in::{found, laid, look, look_at, word};
use rstest::rstest;

const NEXT: (&str, &str) = ("package.json", r#"{"dependencies": {"next": "16", "react": "19"}}"#);
const VITE: (&str, &str) = ("package.json", r#"{"devDependencies": {"vite": "7"}, "dependencies": {"react": "19"}}"#);
const BARE: &str = "export async function POST() { await fetch('https://api.example.com/a') }";
const TIMED: &str =
    "export async function POST() { await fetch('https://api.example.com/a', { signal: AbortSignal.timeout(5000) }) }";

#[rstest]
#[case::timed(&[NEXT, ("app/api/a/route.ts", TIMED)], "pass", &[], &[])]
#[case::bare(&[NEXT, ("app/api/a/route.ts", BARE)], "fail", &["repo.outbound-without-timeout app/api/a/route.ts"], &[])]
#[case::one_of_two(&[NEXT, ("app/api/a/route.ts", BARE), ("app/api/b/route.ts", TIMED)], "fail", &["repo.outbound-without-timeout app/api/a/route.ts"], &[])]
#[case::options_from_elsewhere(&[NEXT, ("app/api/a/route.ts", "export const POST = (o) => fetch('https://api.example.com', o)")], "needs_judgement", &[], &["repo.outbound-unsure.app/api/a/route.ts"])]
#[case::in_a_browser(&[NEXT, ("app/a.tsx", "'use client'\nfetch('/api/a')")], "needs_judgement", &[], &[])]
#[case::browser_app(&[VITE, ("src/a.ts", "fetch('https://api.example.com')")], "needs_judgement", &[], &[])]
#[case::edge_function(&[VITE, ("supabase/functions/a/index.ts", "Deno.serve(async () => fetch('https://api.example.com'))")], "fail", &["repo.outbound-without-timeout supabase/functions/a/index.ts"], &[])]
#[case::script(&[NEXT, ("scripts/import.ts", BARE)], "not_applicable", &[], &[])]
#[case::somebody_elses(&[NEXT, ("public/sw.js", "self.addEventListener('fetch', (e) => fetch(e.request))")], "not_applicable", &[], &[])]
#[case::default_of_axios(&[NEXT, ("lib/http.ts", "axios.defaults.timeout = 5000"), ("app/api/a/route.ts", "export const POST = () => axios.get('https://api.example.com')")], "pass", &[], &[])]
#[case::default_of_fetch(&[NEXT, ("instrumentation.ts", "setGlobalDispatcher(new Agent({ headersTimeout: 5000 }))"), ("app/api/a/route.ts", BARE)], "pass", &[], &[])]
#[case::sdk(&[NEXT, ("app/api/a/route.ts", "import OpenAI from 'openai'\nconst o = new OpenAI()")], "fail", &["repo.outbound-without-timeout app/api/a/route.ts"], &[])]
#[case::sdk_with_its_own(&[NEXT, ("app/api/a/route.ts", "import Stripe from 'stripe'\nconst o = new Stripe(k)")], "pass", &[], &[])]
#[case::alias_that_cannot_be_followed(&[NEXT, ("app/a.tsx", "'use client'\nimport { x } from '@db/x'"), ("lib/x.ts", BARE)], "needs_judgement", &[], &["repo.outbound-unsure.lib/x.ts"])]
#[case::nothing(&[NEXT, ("app/page.tsx", "export default () => <p/>")], "not_applicable", &[], &[])]
#[case::unread(&[NEXT, ("lib/a.ts", "\u{0}\u{1}\u{2}binary"), ("app/api/b/route.ts", TIMED)], "incomplete", &[], &[])]
#[case::no_code(&[("README.md", "hello")], "ambiguous", &[], &[])]
#[tokio::test]
async fn apps(#[case] files: &[(&str, &str)], #[case] wanted: &str, #[case] rules: &[&str], #[case] notes: &[&str]) {
    let answer = look::<OutboundTimeouts>(files).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    assert_eq!(found(&answer.verdict), rules);
    assert_eq!(laid(&answer.verdict), notes);
    assert_eq!(answer.remedy.steps.is_empty(), wanted != "fail");
}

#[tokio::test]
async fn a_fail_says_whom_it_asks_and_how_many() {
    let answer = look::<OutboundTimeouts>(&[NEXT, ("app/api/a/route.ts", BARE), ("app/api/b/route.ts", TIMED)]).await;
    assert!(answer.verdict.says.as_str().starts_with("1 of 2 calls"), "{}", answer.verdict.says);
    assert!(answer.verdict.findings[0].says.as_str().contains("api.example.com"), "{:?}", answer.verdict.findings);
}

#[tokio::test]
async fn without_files_there_is_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(word(&look_at::<OutboundTimeouts>(&folder.path().join("gone")).await.verdict), "not_configured");
}

#[test]
fn an_empty_repository_has_no_code() {
    let seen = Seen { ground: Ground::empty(), ..Seen::default() };
    let verdict = OutboundTimeouts::decide(&seen, &crate::probes::stand_in::acme(), crate::systems::stand_in::noon());
    assert_eq!(verdict.outcome.word(), "not_applicable");
}
