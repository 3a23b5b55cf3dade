//! Small apps with and without pages for errors, and the decision over them.

use super::*;
use crate::probes::stand_in::{found, laid, look, look_at, word};
use rstest::rstest;

const NEXT: (&str, &str) = ("package.json", r#"{"dependencies": {"next": "16"}}"#);
const VITE: (&str, &str) = ("package.json", r#"{"devDependencies": {"vite": "7"}}"#);
const PAGE: (&str, &str) = ("src/app/page.tsx", "export default () => <p/>");
const ERROR: (&str, &str) = ("src/app/error.tsx", "'use client'\nexport default () => <p>Sorry</p>");
const GLOBAL: (&str, &str) = ("src/app/global-error.tsx", "'use client'\nexport default () => <html><body>Sorry</body></html>");
const LOST: (&str, &str) = ("src/app/not-found.tsx", "export default () => <p>Not here</p>");
const STACK: (&str, &str) = (
    "src/app/api/a/route.ts",
    "export async function GET() { try { await f() } catch (e) { return Response.json({ stack: e.stack }) } }",
);
const MESSAGE: (&str, &str) = (
    "src/app/api/a/route.ts",
    "export async function GET() { try { await f() } catch (e) { return Response.json({ error: e.message }) } }",
);

#[rstest]
#[case::whole(&[NEXT, PAGE, ERROR, GLOBAL, LOST], "needs_judgement", &[], &[])]
#[case::none(&[NEXT, PAGE], "fail", &["repo.no-error-page app/error", "repo.no-error-page app/global-error", "repo.no-error-page app/not-found"], &[])]
#[case::no_global(&[NEXT, PAGE, ERROR, LOST], "fail", &["repo.no-error-page app/global-error"], &[])]
#[case::bare_global(&[NEXT, PAGE, ERROR, LOST, ("src/app/global-error.tsx", "'use client'\nexport default () => <p/>")], "fail", &["repo.bare-global-error src/app/global-error.tsx"], &[])]
#[case::stack(&[NEXT, PAGE, ERROR, GLOBAL, LOST, STACK], "fail", &["repo.stack-in-reply src/app/api/a/route.ts"], &[])]
#[case::message(&[NEXT, PAGE, ERROR, GLOBAL, LOST, MESSAGE], "needs_judgement", &[], &["repo.message-in-reply.src/app/api/a/route.ts"])]
#[case::message_of_an_action(&[NEXT, PAGE, ERROR, GLOBAL, LOST, ("src/app/actions.ts", "'use server'\nexport async function a() { try { await f() } catch (e) { return { error: e.message } } }")], "needs_judgement", &[], &["repo.message-in-reply.src/app/actions.ts"])]
#[case::message_within(&[NEXT, PAGE, ERROR, GLOBAL, LOST, ("src/lib/a.ts", "export async function a() { try { await f() } catch (e) { return { error: e.message } } }")], "needs_judgement", &[], &[])]
#[case::pages_router(&[NEXT, ("pages/index.tsx", "export default () => <p/>")], "needs_judgement", &[], &[])]
#[case::browser(&[VITE, ("src/main.tsx", "render(<ErrorBoundary><App/></ErrorBoundary>)")], "needs_judgement", &[], &["repo.error-boundary.src/main.tsx"])]
#[case::browser_without(&[VITE, ("src/main.tsx", "render(<App/>)")], "needs_judgement", &[], &[])]
#[case::library(&[("lib/a.ts", "export const a = 1")], "not_applicable", &[], &[])]
#[case::unread(&[NEXT, PAGE, ERROR, GLOBAL, LOST, ("lib/a.ts", "\u{0}\u{1}\u{2}binary")], "incomplete", &[], &[])]
#[case::no_code(&[("README.md", "hello")], "ambiguous", &[], &[])]
#[tokio::test]
async fn apps(#[case] files: &[(&str, &str)], #[case] wanted: &str, #[case] rules: &[&str], #[case] notes: &[&str]) {
    let answer = look::<ErrorPages>(files).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    assert_eq!(found(&answer.verdict), rules);
    assert_eq!(laid(&answer.verdict), notes);
    assert!(wanted != "fail" || !answer.remedy.steps.is_empty());
}

#[tokio::test]
async fn without_files_there_is_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(word(&look_at::<ErrorPages>(&folder.path().join("gone")).await.verdict), "not_configured");
}
