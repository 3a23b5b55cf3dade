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

const NUXT: (&str, &str) = ("package.json", r#"{"dependencies": {"nuxt": "4"}}"#);
const KIT: (&str, &str) = ("package.json", r#"{"devDependencies": {"@sveltejs/kit": "2", "vite": "7"}}"#);
const REMIX: (&str, &str) = ("package.json", r#"{"dependencies": {"@remix-run/react": "2"}, "devDependencies": {"vite": "5"}}"#);
const ROUTER: (&str, &str) = ("package.json", r#"{"devDependencies": {"@react-router/dev": "7"}}"#);
const ASTRO: (&str, &str) = ("package.json", r#"{"dependencies": {"astro": "5"}}"#);
const ASTRO_SERVED: (&str, &str) = ("package.json", r#"{"dependencies": {"astro": "5", "@astrojs/node": "9"}}"#);
const STARLIGHT: (&str, &str) = ("package.json", r#"{"dependencies": {"astro": "5", "@astrojs/starlight": "1"}}"#);
const EXPO: (&str, &str) = ("package.json", r#"{"dependencies": {"expo": "53", "expo-router": "5"}}"#);
const VUE: &str = "<script setup>const a = 1</script><template><p/></template>";
const ROOT: &str = "export default function App() { return <Outlet/> }";
const CAUGHT: &str =
    "export function ErrorBoundary() { return <p>Sorry</p> }\nexport default function App() { return <Outlet/> }";
const TAKEN_OVER: &str = "export { ErrorBoundary } from '~/components/oops'\nexport default () => <Outlet/>";
const KIT_DEFAULT: &str = "repo.error-page-default.package.json";

#[rstest]
#[case::nuxt(&[NUXT, ("app/app.vue", VUE), ("app/error.vue", VUE)], "needs_judgement", &[], &[])]
#[case::nuxt_of_old(&[NUXT, ("pages/index.vue", VUE), ("layouts/error.vue", VUE)], "needs_judgement", &[], &[])]
#[case::nuxt_without(&[NUXT, ("app/app.vue", VUE)], "fail", &["repo.no-error-page error.vue"], &[])]
#[case::nuxt_with_one_of_a_page(&[NUXT, ("app.vue", VUE), ("pages/error.vue", VUE), ("components/error.vue", VUE)], "fail", &["repo.no-error-page error.vue"], &[])]
#[case::nuxt_over_a_layer(&[NUXT, ("app/app.vue", VUE), ("nuxt.config.ts", "export default defineNuxtConfig({ extends: ['@acme/base'] })")], "incomplete", &[], &[])]
#[case::kit(&[KIT, ("src/routes/+page.svelte", "<p/>"), ("src/routes/+error.svelte", "<p/>"), ("src/error.html", "<p/>")], "needs_judgement", &[], &[])]
#[case::kit_grouped(&[KIT, ("src/routes/(app)/+page.svelte", "<p/>"), ("src/routes/(app)/+error.svelte", "<p/>")], "needs_judgement", &[], &[KIT_DEFAULT])]
#[case::kit_below_only(&[KIT, ("src/routes/+page.svelte", "<p/>"), ("src/routes/blog/+error.svelte", "<p/>")], "fail", &["repo.no-error-page routes/+error.svelte"], &[KIT_DEFAULT])]
#[case::remix(&[REMIX, ("app/root.tsx", CAUGHT)], "needs_judgement", &[], &[])]
#[case::remix_taken_over(&[REMIX, ("app/root.tsx", TAKEN_OVER)], "needs_judgement", &[], &[])]
#[case::remix_without(&[REMIX, ("app/root.tsx", ROOT)], "fail", &["repo.no-error-page ErrorBoundary of the root"], &[])]
#[case::remix_in_a_route(&[REMIX, ("app/root.tsx", ROOT), ("app/routes/a.tsx", CAUGHT)], "needs_judgement", &[], &["repo.error-page-default.app/root.tsx"])]
#[case::remix_unread(&[REMIX, ("app/root.tsx", ROOT), ("app/routes/a.tsx", "\u{0}\u{1}\u{2}binary")], "incomplete", &[], &[])]
#[case::remix_elsewhere(&[REMIX, ("web/main.tsx", ROOT)], "incomplete", &[], &[])]
#[case::router(&[ROUTER, ("app/root.tsx", ROOT)], "fail", &["repo.no-error-page ErrorBoundary of the root"], &[])]
#[case::router_by_data(&[VITE, ("src/main.tsx", "createBrowserRouter([{ path: '/', errorElement: <Oops/> }])")], "needs_judgement", &[], &["repo.error-boundary.src/main.tsx"])]
#[case::astro(&[ASTRO, ("src/pages/index.astro", "<p/>"), ("src/pages/404.astro", "<p/>")], "needs_judgement", &[], &[])]
#[case::astro_by_text(&[ASTRO, ("src/pages/index.astro", "<p/>"), ("src/pages/404.md", "gone")], "needs_judgement", &[], &[])]
#[case::astro_without(&[ASTRO, ("src/pages/index.astro", "<p/>")], "fail", &["repo.no-error-page pages/404.astro"], &[])]
#[case::astro_on_demand(&[ASTRO_SERVED, ("src/pages/index.astro", "<p/>"), ("src/pages/404.astro", "<p/>")], "fail", &["repo.no-error-page pages/500.astro"], &[])]
#[case::starlight(&[STARLIGHT, ("src/content.config.ts", "export const a = 1")], "needs_judgement", &[], &[])]
#[case::expo(&[EXPO, ("app/_layout.tsx", CAUGHT), ("app/+not-found.tsx", ROOT)], "needs_judgement", &[], &[])]
#[case::expo_without(&[EXPO, ("app/_layout.tsx", ROOT), ("app/+not-found.tsx", ROOT)], "fail", &["repo.no-error-page ErrorBoundary of a layout in app"], &[])]
#[case::expo_wrapped(&[EXPO, ("app/_layout.tsx", "export default () => <ErrorBoundary><Stack/></ErrorBoundary>")], "needs_judgement", &[], &["repo.error-boundary.app/_layout.tsx", "repo.error-page-default.package.json"])]
#[case::beside_next(&[NEXT, PAGE, ERROR, GLOBAL, LOST, ("apps/site/package.json", ASTRO.1), ("apps/site/src/pages/index.astro", "<p/>")], "fail", &["repo.no-error-page pages/404.astro in apps/site"], &[])]
#[case::an_example_is_no_app(&[NEXT, PAGE, ERROR, GLOBAL, LOST, ("examples/site/package.json", ASTRO.1), ("examples/site/src/pages/index.astro", "<p/>")], "needs_judgement", &[], &[])]
#[tokio::test]
async fn frameworks(#[case] files: &[(&str, &str)], #[case] wanted: &str, #[case] rules: &[&str], #[case] notes: &[&str]) {
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
