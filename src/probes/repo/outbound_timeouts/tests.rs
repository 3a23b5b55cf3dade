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
#[case::timed(&[NEXT, ("app/api/a/route.ts", TIMED)], "needs_judgement", &[], &["repo.degraded-mode.api.example.com"])]
#[case::bare(&[NEXT, ("app/api/a/route.ts", BARE)], "fail", &["repo.outbound-without-timeout app/api/a/route.ts"], &["repo.degraded-mode.api.example.com"])]
#[case::one_of_two(&[NEXT, ("app/api/a/route.ts", BARE), ("app/api/b/route.ts", TIMED)], "fail", &["repo.outbound-without-timeout app/api/a/route.ts"], &["repo.degraded-mode.api.example.com"])]
#[case::options_from_elsewhere(&[NEXT, ("app/api/a/route.ts", "export const POST = (o) => fetch('https://api.example.com', o)")], "needs_judgement", &[], &["repo.outbound-unsure.app/api/a/route.ts", "repo.degraded-mode.api.example.com"])]
#[case::in_a_browser(&[NEXT, ("app/a.tsx", "'use client'\nfetch('/api/a')")], "needs_judgement", &[], &[])]
#[case::browser_app(&[VITE, ("src/a.ts", "fetch('https://api.example.com')")], "needs_judgement", &[], &[])]
#[case::edge_function(&[VITE, ("supabase/functions/a/index.ts", "Deno.serve(async () => fetch('https://api.example.com'))")], "fail", &["repo.outbound-without-timeout supabase/functions/a/index.ts"], &["repo.degraded-mode.api.example.com"])]
#[case::script(&[NEXT, ("scripts/import.ts", BARE)], "not_applicable", &[], &[])]
#[case::somebody_elses(&[NEXT, ("public/sw.js", "self.addEventListener('fetch', (e) => fetch(e.request))")], "not_applicable", &[], &[])]
#[case::default_of_axios(&[NEXT, ("lib/http.ts", "axios.defaults.timeout = 5000"), ("app/api/a/route.ts", "export const POST = () => axios.get('https://api.example.com')")], "needs_judgement", &[], &["repo.degraded-mode.api.example.com"])]
#[case::default_of_fetch(&[NEXT, ("instrumentation.ts", "setGlobalDispatcher(new Agent({ headersTimeout: 5000 }))"), ("app/api/a/route.ts", BARE)], "needs_judgement", &[], &["repo.degraded-mode.api.example.com"])]
#[case::sdk(&[NEXT, ("app/api/a/route.ts", "import OpenAI from 'openai'\nconst o = new OpenAI()")], "fail", &["repo.outbound-without-timeout app/api/a/route.ts"], &["repo.degraded-mode.OpenAI"])]
#[case::sdk_with_its_own(&[NEXT, ("app/api/a/route.ts", "import Stripe from 'stripe'\nconst o = new Stripe(k)")], "needs_judgement", &[], &["repo.degraded-mode.Stripe"])]
#[case::alias_that_cannot_be_followed(&[NEXT, ("app/a.tsx", "'use client'\nimport { x } from '@db/x'"), ("lib/x.ts", BARE)], "needs_judgement", &[], &["repo.outbound-unsure.lib/x.ts", "repo.degraded-mode.api.example.com"])]
#[case::nothing(&[NEXT, ("app/page.tsx", "export default () => <p/>")], "not_applicable", &[], &[])]
#[case::unread(&[NEXT, ("lib/a.ts", "\u{0}\u{1}\u{2}binary"), ("app/api/b/route.ts", TIMED)], "incomplete", &[], &["repo.degraded-mode.api.example.com"])]
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

const ANSWERED: &str = "export async function rates() {\n try {\n await fetch('https://api.example.com/a', { signal: AbortSignal.timeout(5000) })\n } catch (e) {\n return []\n }\n}";
const RUNBOOK: (&str, &str) =
    ("docs/runbook.md", "# Runbook\n\n## Stripe\n\nWhen Stripe is down, the shop hides the button and queues the order.\n");

#[rstest]
#[case::nothing(&[("app/api/a/route.ts", TIMED)], "api.example.com: 0 of 1 calls are answered with something else when they fail; no document says what happens then")]
#[case::answered(&[("lib/rates.ts", ANSWERED)], "api.example.com: 1 of 1 calls are answered with something else when they fail; no document says what happens then")]
#[case::one_of_two(&[("lib/rates.ts", ANSWERED), ("app/api/a/route.ts", TIMED)], "api.example.com: 1 of 2 calls are answered with something else when they fail; no document says what happens then")]
#[case::named(&[("lib/pay.ts", "import Stripe from 'stripe'\nconst o = new Stripe(k)"), RUNBOOK], "Stripe: 0 of 1 calls are answered with something else when they fail; docs/runbook.md:3 says what happens then")]
#[case::named_by_the_way(&[("lib/pay.ts", "import Stripe from 'stripe'\nconst o = new Stripe(k)"), ("docs/prd.md", "# Shop\n\nWe take money by Stripe.\n\nA picture that is unavailable shows a grey box.\n")], "Stripe: 0 of 1 calls are answered with something else when they fail; no document says what happens then")]
#[case::named_for_another(&[("app/api/a/route.ts", TIMED), RUNBOOK], "api.example.com: 0 of 1 calls are answered with something else when they fail; no document says what happens then")]
#[tokio::test]
async fn what_happens_without_a_system(#[case] files: &[(&str, &str)], #[case] wanted: &str) {
    let files: Vec<_> = [NEXT].into_iter().chain(files.iter().copied()).collect();
    let answer = look::<OutboundTimeouts>(&files).await;
    assert_eq!(word(&answer.verdict), "needs_judgement", "{:?}", answer.verdict);
    let told: Vec<&str> =
        answer.verdict.notes.iter().filter(|it| it.key.starts_with("repo.degraded-mode")).map(|it| it.says.as_str()).collect();
    assert_eq!(told, [wanted]);
}

#[tokio::test]
async fn a_judgement_says_how_many_systems_have_an_answer() {
    let answer = look::<OutboundTimeouts>(&[
        NEXT,
        ("lib/rates.ts", ANSWERED),
        ("lib/pay.ts", "import Stripe from 'stripe'\nconst o = new Stripe(k)"),
    ])
    .await;
    assert!(answer.verdict.says.as_str().contains("1 of 2 systems"), "{}", answer.verdict.says);
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
