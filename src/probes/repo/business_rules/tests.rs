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
#[case::documents_in_a_browser(&[VITE, ("src/a.ts", "import { setDoc, doc, addDoc, collection } from 'firebase/firestore'\nexport async function f() { await setDoc(doc(db, 'orders', id), x); await addDoc(collection(db, 'items'), y) }")], "fail")]
#[case::documents_in_a_batch(&[VITE, ("src/a.ts", "import { writeBatch, doc } from 'firebase/firestore'\nexport async function f() { const batch = writeBatch(db); batch.set(doc(db, 'orders', id), x); batch.update(doc(db, 'items', id), y); await batch.commit() }")], "pass")]
#[case::documents_in_a_transaction(&[VITE, ("src/a.ts", "import { runTransaction, doc } from 'firebase/firestore'\nexport async function f() { const a = doc(db, 'orders', id); await runTransaction(db, async (t) => { t.set(a, x); t.update(doc(db, 'items', id), y) }) }")], "pass")]
#[case::documents_of_one_collection(&[VITE, ("src/a.ts", "import { setDoc, doc } from 'firebase/firestore'\nexport async function f() { await setDoc(doc(db, 'a', '1'), x); await setDoc(doc(db, 'a', '2'), y) }")], "pass")]
#[case::documents_without_a_name(&[VITE, ("src/a.ts", "import { setDoc } from 'firebase/firestore'\nexport async function f(ref) { await setDoc(ref, x) }")], "needs_judgement")]
#[case::documents_of_the_admin(&[NEXT, ("app/api/a/route.ts", "export async function POST() { await db.collection('orders').doc(id).set(x); await db.collection('items').doc(id).update(y) }")], "needs_judgement")]
#[case::statements(&[NEXT, ("app/api/a/route.ts", "export async function POST() { await pool.query('insert into a values ($1)', [x]); await pool.query('update b set c = $1', [y]) }")], "needs_judgement")]
#[case::tagged(&[NEXT, ("app/api/a/route.ts", "export async function POST() { await sql`insert into a values (${x})`; await prisma.$executeRaw`delete from b where c = ${y}` }")], "needs_judgement")]
#[case::statements_between_begin_and_commit(&[NEXT, ("app/api/a/route.ts", "export async function POST() { try { await client.query('BEGIN'); await client.query('insert into a values (1)'); await client.query('update b set c = 1'); await client.query('COMMIT') } catch (e) { await client.query('ROLLBACK'); throw e } }")], "pass")]
#[case::statements_of_one_text(&[NEXT, ("app/api/a/route.ts", "export async function POST() { await pool.query('with x as (insert into a values (1) returning id) update b set c = 1') }")], "pass")]
#[case::words_of_a_button(&[VITE, ("src/a.ts", "export const f = () => [t`Update profile`, t`Delete account`]")], "not_applicable")]
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
