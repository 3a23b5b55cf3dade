//! Small apps with and without a tracker, and the decision over them.

use super::*;
use crate::probes::stand_in::{found, laid, look, look_at, word};
use rstest::rstest;

const BARE: (&str, &str) = ("package.json", r#"{"dependencies": {"next": "16"}}"#);
const NEXT: (&str, &str) = ("package.json", r#"{"dependencies": {"next": "16", "@sentry/nextjs": "10"}}"#);
const VITE: (&str, &str) = ("package.json", r#"{"devDependencies": {"vite": "7"}, "dependencies": {"@sentry/react": "10"}}"#);
const PAGE: (&str, &str) = ("app/page.tsx", "export default () => <p/>");
const INIT: &str = "import * as Sentry from '@sentry/nextjs'\nSentry.init({ dsn: process.env.SENTRY_DSN })";
const SERVER: (&str, &str) = ("sentry.server.config.ts", INIT);
const REGISTER: (&str, &str) = (
    "instrumentation.ts",
    "import * as Sentry from '@sentry/nextjs'\nexport async function register() { await import('./sentry.server.config') }\nexport const onRequestError = Sentry.captureRequestError",
);
const CLIENT: (&str, &str) = ("instrumentation-client.ts", INIT);
const WRAPPED: (&str, &str) =
    ("next.config.ts", "import { withSentryConfig } from '@sentry/nextjs'\nexport default withSentryConfig({})");
const GLOBAL: (&str, &str) = (
    "app/global-error.tsx",
    "'use client'\nimport * as Sentry from '@sentry/nextjs'\nexport default function E({ error }) { Sentry.captureException(error); return <html/> }",
);
const BROWSER: (&str, &str) =
    ("src/main.tsx", "import * as Sentry from '@sentry/react'\nSentry.init({ dsn: import.meta.env.VITE_DSN })");

#[rstest]
#[case::none(&[BARE, PAGE], "fail", &["repo.no-tracker tracker"], &[])]
#[case::declared(&[NEXT, PAGE], "fail", &["repo.tracker-not-imported tracker"], &["repo.sentry-request-errors", "repo.sentry-client", "repo.sentry-wrapped", "repo.sentry-global-error"])]
#[case::not_loaded(&[NEXT, SERVER, CLIENT, WRAPPED, GLOBAL], "fail", &["repo.tracker-not-loaded tracker"], &["repo.tracker-server.sentry.server.config.ts", "repo.tracker-browser.instrumentation-client.ts", "repo.sentry-request-errors"])]
#[case::whole(&[NEXT, SERVER, REGISTER, CLIENT, WRAPPED, GLOBAL], "needs_judgement", &[], &["repo.tracker-server.sentry.server.config.ts", "repo.tracker-browser.instrumentation-client.ts"])]
#[case::imported_only(&[NEXT, GLOBAL, WRAPPED], "fail", &["repo.tracker-not-started tracker"], &["repo.sentry-request-errors", "repo.sentry-client"])]
#[case::silent(&[VITE, ("src/main.tsx", "import * as Sentry from '@sentry/react'\nSentry.init({ dsn: 'x', enabled: false })")], "fail", &["repo.tracker-silent src/main.tsx"], &[])]
#[case::browser_only(&[VITE, BROWSER], "needs_judgement", &[], &["repo.tracker-browser.src/main.tsx"])]
#[case::functions_without(&[VITE, BROWSER, ("supabase/functions/a/index.ts", "Deno.serve(() => 1)")], "needs_judgement", &[], &["repo.tracker-browser.src/main.tsx", "repo.tracker-server-missing", "repo.tracker-functions"])]
#[case::ended(&[("package.json", r#"{"dependencies": {"@highlight-run/next": "7"}}"#), PAGE], "fail", &["repo.tracker-ended package.json"], &[])]
#[case::own_highlight(&[("package.json", r#"{"dependencies": {"@highlight-run/next": "7"}}"#), ("app/a.tsx", "'use client'\nimport { H } from '@highlight-run/next/client'\nH.init('a', { backendUrl: 'https://highlight.example.com' })")], "needs_judgement", &[], &["repo.tracker-browser.app/a.tsx"])]
#[case::unread(&[BARE, PAGE, ("lib/a.ts", "\u{0}\u{1}\u{2}binary")], "incomplete", &[], &[])]
#[case::no_code(&[("README.md", "hello")], "ambiguous", &[], &[])]
#[tokio::test]
async fn apps(#[case] files: &[(&str, &str)], #[case] wanted: &str, #[case] rules: &[&str], #[case] notes: &[&str]) {
    let answer = look::<ErrorTracking>(files).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    assert_eq!(found(&answer.verdict), rules);
    assert_eq!(laid(&answer.verdict), notes);
    assert!(wanted != "fail" || !answer.remedy.steps.is_empty());
}

#[tokio::test]
async fn without_files_there_is_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(word(&look_at::<ErrorTracking>(&folder.path().join("gone")).await.verdict), "not_configured");
}
