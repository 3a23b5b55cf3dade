//! Schemas that check, and the many things that look like one.

use super::*;
use crate::probes::stand_in::{acme, of_files, word};
use rstest::rstest;

const NEXT: (&str, &str) = (
    "package.json",
    r#"{"dependencies": {"next": "16", "zod": "4", "openai": "6", "@upstash/ratelimit": "2", "bcrypt": "6", "@supabase/supabase-js": "2"}}"#,
);

const WRITE: &str = "await db.from('a').insert(body)";

fn route(check: &str) -> String {
    format!(
        "import {{ z }} from 'zod'\nimport {{ saved, other }} from '@/lib/schemas'\nimport {{ parseBody, trim }} from '@/lib/parse'\nconst Schema = z.object({{}})\nexport async function POST(request) {{ const body = await request.json(); {check}; {WRITE} }}"
    )
}

#[rstest]
#[case::here("Schema.parse(body)", "needs_judgement")]
#[case::of_a_module("saved.safeParse(body)", "needs_judgement")]
#[case::by_a_helper("await parseBody(body)", "needs_judgement")]
#[case::by_a_helper_that_checks_nothing("await trim(body)", "fail")]
#[case::of_a_module_without_a_library("other.parse(body)", "fail")]
#[case::json("JSON.parse(body.text)", "fail")]
#[case::date("Date.parse(body.day)", "fail")]
#[case::something_else("Schema.parse(process.env)", "fail")]
#[case::nothing("", "fail")]
#[tokio::test]
async fn checks(#[case] check: &str, #[case] wanted: &str) {
    let schemas =
        ("lib/schemas.ts", "import { z } from 'zod'\nexport const saved = z.object({})\nexport { other } from './other'");
    let other = ("lib/other.ts", "export const other = { parse: (x) => x }");
    let parse = (
        "lib/parse.ts",
        "import { z } from 'zod'\nconst Body = z.object({})\nexport const parseBody = async (b) => Body.parse(b)\nexport const trim = (b) => b.trim()",
    );
    let text = route(check);
    let answer = of_files::<InputValidation>(&[NEXT, schemas, other, parse, ("app/api/a/route.ts", &text)], acme()).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    assert_eq!(answer.remedy.steps.is_empty(), wanted != "fail");
}

#[rstest]
#[case::a_statement("await pool.query('insert into a values ($1)', [body.b])", "fail", &["repo.input-unchecked"], 1)]
#[case::a_document("await db.collection('a').doc(body.id).set(body)", "fail", &["repo.input-unchecked"], 1)]
#[case::a_statement_that_reads("await pool.query('select * from a where b = $1', [body.b])", "needs_judgement", &[], 1)]
#[case::built_of_the_body("await pool.query(`select * from a where b = '${body.b}'`)", "fail", &["repo.sql-from-input"], 1)]
#[case::built_and_checked("const { b } = Schema.parse(body); await pool.query(`select * from a where b = '${b}'`)", "needs_judgement", &[], 1)]
#[case::built_of_something_else("Schema.parse(body); await pool.query(`select * from ${TABLE} where b = 1`)", "needs_judgement", &[], 1)]
#[case::built_in_a_function("Schema.parse(body); await find(body.b)", "needs_judgement", &[], 1)]
#[tokio::test]
async fn statements_and_documents(#[case] code: &str, #[case] wanted: &str, #[case] rules: &[&str], #[case] built: usize) {
    let text = format!(
        "import {{ z }} from 'zod'\nconst Schema = z.object({{}})\nconst find = (b) => pool.query(`select * from a where b = '${{b}}'`)\nexport async function POST(request) {{ const body = await request.json(); {code} }}"
    );
    let answer = of_files::<InputValidation>(&[NEXT, ("app/api/a/route.ts", &text)], acme()).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    assert_eq!(answer.verdict.findings.iter().map(|it| it.rule.as_str()).collect::<Vec<_>>(), rules);
    assert_eq!(answer.verdict.notes.iter().filter(|it| it.key.starts_with("repo.sql-built.")).count(), built);
    assert_eq!(answer.remedy.steps.is_empty(), wanted != "fail");
}

#[tokio::test]
async fn a_statement_that_only_a_page_runs_is_told_too() {
    let page = "export default async function Page({ searchParams }) { const { q } = await searchParams; return rows(q) }\nconst rows = (q) => pool.query(`select * from a where b = '${q}'`)";
    let route = "export async function POST(r) { const b = await r.json(); return Response.json(b) }";
    let files = [NEXT, ("app/page.tsx", page), ("app/api/a/route.ts", route), ("scripts/seed.ts", page)];
    let verdict = of_files::<InputValidation>(&files, acme()).await.verdict;
    let keys: Vec<&str> = verdict.notes.iter().map(|it| it.key.as_str()).filter(|it| it.starts_with("repo.sql-built.")).collect();
    assert_eq!(keys, ["repo.sql-built.app/page.tsx"]);
}

#[rstest]
#[case::upstream(
    "export async function GET() { const r = await fetch('https://example.com'); return Response.json(await r.json()) }",
    "not_applicable"
)]
#[case::reads_and_writes_nothing(
    "export async function POST(r) { const b = await r.json(); return Response.json(b) }",
    "needs_judgement"
)]
#[case::a_webhook(
    "export async function POST(r) { const e = stripe.webhooks.constructEvent(await r.text(), a, b); await db.from('a').insert(e) }",
    "not_applicable"
)]
#[case::a_helper_that_is_not_seen(
    "import { check } from '@acme/checks'\nexport async function POST(r) { const b = await r.json(); check(b); await db.from('a').insert(b) }",
    "needs_judgement"
)]
#[tokio::test]
async fn endpoints(#[case] text: &str, #[case] wanted: &str) {
    let answer = of_files::<InputValidation>(&[NEXT, ("app/api/a/route.ts", text)], acme()).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
}

#[tokio::test]
async fn a_declared_library_and_a_form_check_nothing() {
    let form = (
        "app/form.tsx",
        "'use client'\nimport { z } from 'zod'\nimport { save } from './actions'\nconst S = z.object({})\nexport const F = () => <form action={(f) => save(S.parse(f))}/>",
    );
    let action = ("app/actions.ts", "'use server'\nexport async function save(input) { await db.from('a').insert(input) }");
    let answer = of_files::<InputValidation>(&[NEXT, form, action], acme()).await;
    assert_eq!(word(&answer.verdict), "fail", "{:?}", answer.verdict);
    assert_eq!(answer.verdict.findings[0].resource.as_str(), "app/actions.ts#save");
}

#[tokio::test]
async fn a_repository_without_code_may_be_the_wrong_one() {
    assert_eq!(word(&of_files::<InputValidation>(&[("README.md", "hello")], acme()).await.verdict), "ambiguous");
}

#[test]
fn an_empty_repository_has_nothing() {
    let seen = Seen { ground: Ground::empty(), ..Seen::default() };
    let verdict = InputValidation::decide(&seen, &acme(), crate::systems::stand_in::noon());
    assert_eq!(verdict.outcome.word(), "not_applicable");
}

#[test]
fn what_was_not_read_is_a_gap_and_no_absence() {
    let ground = Ground { code_files: 1, unread: vec!["big.ts".into()], ..Ground::default() };
    let verdict = InputValidation::decide(&Seen { ground, ..Seen::default() }, &acme(), crate::systems::stand_in::noon());
    assert_eq!(verdict.outcome.gap().map(|it| it.kind), Some(crate::domain::GapKind::Incomplete));
}
