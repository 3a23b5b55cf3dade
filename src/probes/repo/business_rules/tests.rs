//! Writes to several tables in browsers, handlers, transactions.

use super::*;
use crate::probes::stand_in::{acme, of_files, word};
use crate::systems::stand_in::noon;
use rstest::rstest;

const NEXT: (&str, &str) = ("package.json", "{\"dependencies\": {\"next\": \"16\"}}");
const VITE: (&str, &str) = ("package.json", "{\"devDependencies\": {\"vite\": \"7\"}}");
const TWO: &str = "export async function order() {\n await s.from('orders').insert(a);\n await s.from('items').insert(b)\n}";
const ONE: &str = "export async function order() { await s.from('orders').insert(a) }";

#[rstest]
#[case::browser_app(&[VITE, ("src/order.ts", TWO)], "fail")]
#[case::client_module(&[NEXT, ("app/a.tsx", "'use client'\nexport async function f() { await s.from('a').insert(x); await s.from('b').update(y).eq('id', 1) }")], "fail")]
#[case::handler(&[NEXT, ("app/api/a/route.ts", TWO)], "needs_judgement")]
#[case::one_table(&[VITE, ("src/order.ts", ONE)], "pass")]
#[case::stored_function(&[VITE, ("src/order.ts", "async function f() { await s.rpc('place_order', x) }")], "pass")]
#[case::transaction(&[NEXT, ("app/api/a/route.ts", "export async function POST() { await prisma.$transaction(async tx => { await tx.a.create({ data }); await tx.b.create({ data }) }) }")], "pass")]
#[case::log_beside(&[VITE, ("src/a.ts", "async function f() { await s.from('orders').insert(a); await s.from('activity_log').insert(b) }")], "pass")]
#[case::script(&[VITE, ("scripts/seed.ts", TWO)], "not_applicable")]
#[case::only_reads(&[VITE, ("src/a.ts", "async function f() { await s.from('a').select() }")], "not_applicable")]
#[case::computed(&[VITE, ("src/a.ts", "async function f() { await s.from(t).insert(x) }")], "needs_judgement")]
#[case::broken(&[NEXT, ("app/api/a/route.ts", "const a = ;")], "incomplete")]
#[case::nothing(&[("README.md", "x")], "ambiguous")]
#[tokio::test]
async fn apps(#[case] files: &[(&str, &str)], #[case] wanted: &str) {
    let answer = of_files::<BusinessRules>(files, acme()).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    assert_eq!((answer.verdict.findings.is_empty(), answer.remedy.steps.is_empty()), (wanted != "fail", wanted != "fail"));
}

#[tokio::test]
async fn a_finding_is_its_function_and_tables() {
    let verdict = of_files::<BusinessRules>(&[VITE, ("src/order.ts", TWO), ("src/one.ts", ONE)], acme()).await.verdict;
    assert_eq!(verdict.says.as_str(), "1 of 2 writing functions change several tables from the browser, one after the other");
    let finding = verdict.findings.first().unwrap();
    assert_eq!(finding.key(), "repo.writes-in-browser:src/order.ts.order.items, orders");
    assert_eq!(finding.place.as_ref().unwrap().to_string(), "src/order.ts:1");
}

#[tokio::test]
async fn a_fail_says_what_was_not_read() {
    let verdict = of_files::<BusinessRules>(&[VITE, ("src/order.ts", TWO), ("src/b.ts", "const b = ;")], acme()).await.verdict;
    assert_eq!((word(&verdict), verdict.unseen.is_some()), ("fail".to_owned(), true));
}

#[test]
fn an_empty_repository_writes_nothing() {
    let seen = Seen { ground: Ground::empty(), ..Seen::default() };
    assert_eq!(word(&BusinessRules::decide(&seen, &acme(), noon())), "not_applicable");
}
