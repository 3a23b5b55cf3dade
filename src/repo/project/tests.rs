//! Small projects, and what is read from them.

use super::*;
use crate::repo::{Survey, survey_tree};
use rstest::rstest;
use std::sync::atomic::AtomicBool;

fn survey(files: &[(&str, &str)]) -> Survey {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    survey_tree(folder.path(), &AtomicBool::new(false)).unwrap()
}

#[test]
fn a_manifest_is_read_with_its_lines() {
    let text = "{\n  \"name\": \"shop\",\n  \"scripts\": {\n    \"lint\": \"eslint \\\"src\\\"\"\n  },\n  \"devDependencies\": {\n    \"lint\": \"1.0.0\"\n  },\n  \"workspaces\": [\"apps/*\"],\n  \"engines\": { \"node\": \">=20\" },\n  \"packageManager\": \"pnpm@9.1.0\"\n}";
    let package = Package::read("web/package.json", text).unwrap();
    assert_eq!((package.folder.as_str(), package.name.as_deref()), ("web", Some("shop")));
    assert_eq!(package.scripts["lint"], Script { text: "eslint \"src\"".to_owned(), line: 4 });
    assert_eq!(package.needs["lint"], Need { range: "1.0.0".to_owned(), line: 7, group: Group::Development });
    assert_eq!((package.workspaces, package.engines["node"].as_str()), (vec!["apps/*".to_owned()], ">=20"));
    assert_eq!(package.manager.as_deref(), Some("pnpm@9.1.0"));
}

#[rstest]
#[case("package.json", "{ \"a\": ")]
#[case("package.json", "[]")]
#[case("tsconfig.json", "{ a }")]
#[case(".vercel/project.json", "prj_x")]
#[case("pnpm-workspace.yaml", "packages: [")]
fn what_is_not_of_its_form_is_told(#[case] path: &str, #[case] text: &str) {
    let survey = survey(&[(path, text), ("src/a.ts", "1")]);
    let unread: Vec<_> = survey.unread.iter().map(|it| (it.what.as_str(), it.why)).collect();
    assert_eq!(unread, [(path, crate::repo::Why::Malformed)]);
}

#[test]
fn frameworks_have_the_version_of_the_lockfile() {
    let lock = r#"{ "lockfileVersion": 3, "packages": { "": { "dependencies": { "next": "^15.0.0" } }, "node_modules/next": { "version": "15.1.6" } } }"#;
    let survey =
        survey(&[("package.json", r#"{ "dependencies": { "next": "^15.0.0", "react": "19" } }"#), ("package-lock.json", lock)]);
    let found: Vec<_> = survey.project.frameworks.iter().map(|it| (it.kind, it.version.as_ref().map(|it| it.major))).collect();
    assert_eq!(found, [(FrameworkKind::Next, Some(15)), (FrameworkKind::React, None)]);
    assert_eq!(survey.project.apps().count(), 1);
}

#[test]
fn forty_packages_stay_apart() {
    let mut files: Vec<(String, String)> = vec![("package.json".into(), "{ \"workspaces\": [\"packages/*\"] }".into())];
    for number in 0..40 {
        let need = if number % 20 == 0 { "next" } else { "react" };
        files.push((
            format!("packages/p{number:02}/package.json"),
            format!("{{ \"name\": \"p{number}\", \"dependencies\": {{ \"{need}\": \"1\" }} }}"),
        ));
        files.push((format!("packages/p{number:02}/src/a.ts"), format!("import '{need}'")));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let survey = survey(&files);
    assert_eq!(survey.project.packages.len(), 41);
    assert_eq!(survey.project.apps().map(|it| it.folder.as_str()).collect::<Vec<_>>(), ["packages/p00", "packages/p20"]);
    assert_eq!(survey.project.package_of("packages/p07/src/a.ts").unwrap().folder, "packages/p07");
    assert_eq!(survey.project.package_of("other/a.ts").unwrap().folder, "");
    assert!(survey.project.root().is_some());
    assert_eq!(survey.project.imported["react"].files, 38);
}

#[rstest]
#[case(&[("vite.config.ts", "import { componentTagger } from 'lovable-tagger';\nexport default { plugins: [componentTagger()] }")], Builder::Lovable, Weight::Strong)]
#[case(&[(".bolt/config.json", "{}")], Builder::Bolt, Weight::Strong)]
#[case(&[("package.json", "{ \"name\": \"my-v0-project\" }")], Builder::V0, Weight::Weak)]
#[case(&[(".replit", "run")], Builder::Replit, Weight::Strong)]
#[case(&[("package.json", "{ \"dependencies\": { \"@base44/sdk\": \"1\" } }")], Builder::Base44, Weight::Strong)]
#[case(&[(".cursor/rules/a.mdc", "x")], Builder::Cursor, Weight::Strong)]
#[case(&[("CLAUDE.md", "x")], Builder::Claude, Weight::Strong)]
#[case(&[(".idx/dev.nix", "x")], Builder::FirebaseStudio, Weight::Strong)]
#[case(&[("README.md", "# x\nhttps://lovable.dev/projects/1")], Builder::Lovable, Weight::Strong)]
fn builders_leave_traces(#[case] files: &[(&str, &str)], #[case] builder: Builder, #[case] weight: Weight) {
    let traces = survey(files).project.traces;
    assert_eq!(traces.iter().map(|it| (it.builder, it.weight)).collect::<Vec<_>>(), [(builder, weight)]);
}

#[test]
fn declared_is_not_imported() {
    let manifest = "{ \"dependencies\": {\n \"zod\": \"3\",\n \"stripe\": \"1\", \"@sentry/nextjs\": \"8\" } }";
    let survey = survey(&[
        ("package.json", manifest),
        ("src/pay.ts", "import Stripe from 'stripe';\nfetch('https://api.openai.com/v1')"),
        ("src/pay.test.ts", "import { z } from 'zod'"),
        ("src/sign-in.ts", "import Keycloak from 'keycloak-js';\nexport const sign = new Keycloak(process.env.KEYCLOAK_URL)"),
        (".env.example", "RESEND_API_KEY=\n"),
    ]);
    let of = |name: &str| survey.project.systems.iter().find(|it| it.name == name).unwrap_or_else(|| panic!("{name}"));
    assert_eq!((of("Zod").strength, of("Zod").uses[0].at.line), (Strength::Declared, 2), "a test is no use");
    assert_eq!((of("Stripe").strength, of("Stripe").uses[0].kind), (Strength::Imported, UseKind::Import));
    assert_eq!((of("OpenAI").strength, of("OpenAI").uses[0].at.line), (Strength::Imported, 2));
    assert_eq!((of("Resend").strength, of("Resend").uses[0].kind), (Strength::Declared, UseKind::Variable));
    assert_eq!((of("Keycloak").strength, of("Keycloak").uses[0].at.line), (Strength::Imported, 1));
    assert!(of("OpenAI").is_metered && !of("Zod").is_service);
    assert_eq!(survey.project.strength(&["zod"]), Some(Strength::Declared));
    assert_eq!(survey.project.strength(&["stripe"]), Some(Strength::Imported));
    assert_eq!(survey.project.strength(&["yup"]), None);
}

#[rstest]
#[case("zod", Some("zod"))]
#[case("zod/v4", Some("zod"))]
#[case("@sentry/nextjs/config", Some("@sentry/nextjs"))]
#[case("npm:zod@3", Some("zod"))]
#[case("npm:@supabase/supabase-js@2", Some("@supabase/supabase-js"))]
#[case("https://esm.sh/stripe@14?target=deno", Some("stripe"))]
#[case("./a", None)]
#[case("@/lib/a", None)]
#[case("node:fs", None)]
#[case("", None)]
fn imports_name_packages(#[case] import: &str, #[case] wanted: Option<&str>) {
    assert_eq!(package_name(import), wanted);
}

#[test]
fn options_that_forgive_mistakes_are_read_from_the_tree() {
    let text = "// eslint: { ignoreDuringBuilds: true }\nconst nextConfig = {\n  typescript: { ignoreBuildErrors: true },\n  eslint: {\n    'ignoreDuringBuilds': true,\n  },\n  images: { ignoreBuildErrors: true },\n};\nexport default withX(nextConfig);";
    let gates = survey(&[("next.config.mjs", text)]).project.gates;
    let found: Vec<_> = gates.iter().map(|it| (it.option, it.at.line)).collect();
    assert_eq!(found, [("typescript.ignoreBuildErrors", 3), ("eslint.ignoreDuringBuilds", 5)]);
    assert_eq!(survey(&[("next.config.js", "module.exports = { typescript: { ignoreBuildErrors: false } }")]).project.gates, []);
}

#[test]
fn strictness_is_looked_for_in_what_is_extended() {
    let files = [
        ("tsconfig.json", "{ \"files\": [], \"references\": [{ \"path\": \"./tsconfig.app.json\" }] }"),
        ("tsconfig.app.json", "{ // a\n \"extends\": \"./tsconfig.base\", \"include\": [\"src\"], }"),
        ("tsconfig.base.json", "{ \"compilerOptions\": {\n \"strict\": false } }"),
        ("tsconfig.node.json", "{ \"compilerOptions\": { \"strict\": true } }"),
    ];
    let configs = survey(&files).project.tsconfigs;
    let of = |name: &str| configs.iter().find(|it| it.path == name).unwrap();
    assert_eq!(settings::is_strict(of("tsconfig.app.json"), &configs), Some(false));
    assert_eq!(settings::is_strict(of("tsconfig.json"), &configs), None);
    assert!(
        of("tsconfig.app.json").covers_code() && !of("tsconfig.node.json").covers_code() && !of("tsconfig.json").covers_code()
    );
}

const PLAYWRIGHT: &str = "import { test, expect } from '@playwright/test';\n\ntest.describe('Shop', () => {\n  test.beforeEach(async ({ page }) => { await page.goto('/'); });\n  test('a visitor can sign up', async ({ page }) => {\n    await page.goto('/signup');\n    await expect(page.getByText('Hello')).toBeVisible();\n  });\n  test.skip('checkout works', async ({ page }) => { await page.goto('/checkout'); });\n});\n";

#[rstest]
#[case::playwright("e2e/shop.spec.ts", PLAYWRIGHT, SuiteKind::EndToEnd, (2, 1, 1))]
#[case::vitest("src/a.test.ts", "import { it, expect } from 'vitest';\nit.each([1, 2])('adds %i', (n) => { expect(n).toBeGreaterThan(0) });\nit.todo('later');", SuiteKind::Unit, (2, 1, 1))]
#[case::imports_only("src/a.test.ts", "import './a';\ntest('imports', () => {});", SuiteKind::Unit, (1, 0, 0))]
#[case::node("test/a.test.mjs", "import test from 'node:test';\nimport assert from 'node:assert';\ntest('a', () => { assert.equal(1, 1); });", SuiteKind::Unit, (1, 0, 1))]
#[case::deno("supabase/functions/tests/a_test.ts", "Deno.test('a', () => { assertEquals(1, 1); });", SuiteKind::Unit, (1, 0, 1))]
#[case::cypress("cypress/e2e/a.cy.js", "describe('a', () => { it('pays', () => { cy.visit('/pay'); cy.get('x').should('be.visible'); }); });", SuiteKind::EndToEnd, (1, 0, 1))]
#[case::all_skipped("src/a.test.ts", "describe.skip('a', () => { it('b', () => { expect(1).toBe(1); }); });", SuiteKind::Unit, (1, 1, 1))]
fn files_of_tests_are_read(
    #[case] path: &str,
    #[case] text: &str,
    #[case] kind: SuiteKind,
    #[case] counts: (usize, usize, usize),
) {
    assert!(suites::is_test(path));
    let suite = Suite::read(path, text);
    assert_eq!((suite.kind, (suite.cases, suite.skipped, suite.asserts)), (kind, counts), "{suite:?}");
    assert_eq!(suite.tests_something(), counts.0 > counts.1 && counts.2 > 0);
}

#[test]
fn journeys_are_those_of_cases_that_run() {
    let suite = Suite::read("e2e/shop.spec.ts", PLAYWRIGHT);
    assert_eq!(suite.journeys, [(Journey::SignUp, 5)]);
    assert_eq!(suite.visits, ["/signup", "/checkout"]);
}

#[test]
fn addresses_and_projects_are_found_with_their_places() {
    let reference = "abcdefghijklmnopqrst";
    let client = format!("// a\nconst url = \"https://{reference}.supabase.co\";");
    let config = "project_id = \"tsrqponmlkjihgfedcba\" # live\n";
    let files = [
        ("src/integrations/supabase/client.ts", client.as_str()),
        ("supabase/config.toml", config),
        (".vercel/project.json", "{\n\"projectId\": \"prj_1\", \"orgId\": \"team_1\" }"),
        (".firebaserc", "{ \"projects\": { \"default\": \"acme-live\" } }"),
        ("public/CNAME", "shop.acme.test\n"),
        (".env.production", "NEXT_PUBLIC_SITE_URL=https://www.acme.test/x\nAPI_BASE_URL=https://api.acme.test\n"),
        (".env.local.example", "NEXT_PUBLIC_SITE_URL=https://other.acme.test\n"),
        ("README.md", "See https://nextjs.org. Live at https://acme.vercel.app now"),
        ("app/layout.tsx", "export const metadata = {\n  metadataBase: new URL('https://base.acme.test'),\n}"),
    ];
    let project = survey(&files).project;
    let links: Vec<_> = project.links.iter().map(|it| (it.kind, it.id.as_str(), it.at.to_string())).collect();
    assert_eq!(
        links,
        [
            (LinkKind::VercelProject, "prj_1", ".vercel/project.json:2".to_owned()),
            (LinkKind::VercelTeam, "team_1", ".vercel/project.json:2".to_owned()),
            (LinkKind::FirebaseProject, "acme-live", ".firebaserc:1".to_owned()),
            (LinkKind::SupabaseProject, reference, "src/integrations/supabase/client.ts:2".to_owned()),
            (LinkKind::SupabaseProject, "tsrqponmlkjihgfedcba", "supabase/config.toml:1".to_owned()),
        ]
    );
    let sites: Vec<_> = project.addresses.sites.iter().map(|it| (it.sure, it.url.as_str())).collect();
    assert_eq!(
        sites,
        [
            (Sure::Named, "https://base.acme.test"),
            (Sure::Named, "https://shop.acme.test"),
            (Sure::Named, "https://www.acme.test"),
            (Sure::Mentioned, "https://acme.vercel.app"),
        ]
    );
}

#[test]
fn hosts_and_updates_are_files() {
    let files = [
        ("vercel.json", "{ \"crons\": [{ \"path\": \"/api/tick\", \"schedule\": \"0 3 * * *\" }] }"),
        ("Dockerfile", "FROM node"),
        (".github/dependabot.yml", "updates:\n  - package-ecosystem: github-actions\n"),
        ("renovate.json", "{ \"extends\": [\"config:recommended\"] }"),
    ];
    let project = survey(&files).project;
    assert_eq!(project.hosts.iter().map(|it| it.kind).collect::<Vec<_>>(), [HostKind::Container, HostKind::Vercel]);
    assert_eq!(project.hosts[1].crons, [("/api/tick".to_owned(), "0 3 * * *".to_owned())]);
    let updates: Vec<_> = project.updates.iter().map(|it| (it.service, it.idle.is_some())).collect();
    assert_eq!(updates, [("Dependabot", true), ("Renovate", false)]);
}
