//! Tables that browsers write, read and must not.

use super::*;
use crate::probes::stand_in::{acme, of_files, word};
use rstest::rstest;

const NEXT: (&str, &str) = (
    "package.json",
    r#"{"dependencies": {"next": "16", "zod": "4", "openai": "6", "@upstash/ratelimit": "2", "bcrypt": "6", "@supabase/supabase-js": "2"}}"#,
);

fn client(code: &str) -> String {
    format!("'use client'\nexport const C = () => <a onClick={{async () => {{ {code} }}}}/>")
}

#[rstest]
#[case::roles("await db.from('user_roles').insert({ role: 'admin' })", "fail", &[])]
#[case::money("await db.from('credits').update({ left: 9 }).eq('id', 1)", "fail", &[])]
#[case::money_that_is_read("await db.from('credits').select()", "needs_judgement", &["repo.browser-table-read.credits"])]
#[case::push("await db.from('push_subscriptions').insert({})", "needs_judgement", &["repo.browser-table-written.push_subscriptions"])]
#[case::notes("await db.from('notes').insert({}).select()", "needs_judgement", &["repo.browser-table-written.notes"])]
#[case::a_function("await db.rpc('pay')", "needs_judgement", &["repo.browser-function.pay"])]
#[case::computed("await db.from(table).select()", "needs_judgement", &["repo.browser-table-computed"])]
#[case::constants("const T = { A: 'notes' }; await db.from(T.A).insert({})", "needs_judgement", &["repo.browser-table-written.notes"])]
#[case::money_by_a_constant("const T = { A: 'credits' } as const; await db.from(T.A).insert({})", "fail", &[])]
#[case::storage("await db.storage.from('files').update('a', b)", "pass", &[])]
#[case::standard("Array.from(a).select()", "pass", &[])]
#[tokio::test]
async fn client_modules(#[case] code: &str, #[case] wanted: &str, #[case] keys: &[&str]) {
    let text = client(code);
    let answer = of_files::<BrowserDatabase>(&[NEXT, ("app/c.tsx", &text)], acme()).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    if wanted != "fail" {
        assert_eq!(answer.verdict.notes.iter().map(|it| it.key.as_str()).collect::<Vec<_>>(), keys);
    }
    assert_eq!(answer.verdict.findings.is_empty(), wanted != "fail");
}

#[rstest]
#[case::a_role("await db.from('profiles').update({ role: 'admin' }).eq('id', id)", &["app/c.tsx#profiles.role"], &[])]
#[case::a_role_and_a_name("await db.from('profiles').upsert([{ name, isAdmin: true }])", &["app/c.tsx#profiles.isAdmin"], &[])]
#[case::through_a_name("const patch = { name }; patch.plan = 'pro'; await db.from('users').update(patch)", &["app/c.tsx#users.plan"], &[])]
#[case::spread("const more = { subscription_status: 'active' }; await db.from('notes').insert({ text, ...more })", &["app/c.tsx#notes.subscription_status"], &[])]
#[case::perhaps("await db.from('users').update({ name, ...(credits && { credits }) })", &["app/c.tsx#users.credits"], &[])]
#[case::each("await db.from('members').insert(list.map((it) => ({ user_id: it, role: 'owner' })))", &["app/c.tsx#members.role"], &[])]
#[case::a_price_list("await db.from('products').insert({ price: 3 })", &[], &["repo.browser-column.products.price"])]
#[case::a_role_of_a_job("await db.from('job_posts').insert({ role: 'baker' })", &[], &["repo.browser-column.job_posts.role"])]
#[case::who_speaks("await db.from('chat_messages').insert({ role: 'user', content })", &[], &[])]
#[case::a_filter("await db.from('profiles').select('role').eq('role', 'admin')", &[], &[])]
#[case::a_table_that_is_told_of("await db.from('user_roles').insert({ role: 'admin' })", &["user_roles"], &[])]
#[tokio::test]
async fn columns_of_money_and_rights(#[case] code: &str, #[case] found: &[&str], #[case] laid: &[&str]) {
    let text = client(code);
    let verdict = of_files::<BrowserDatabase>(&[NEXT, ("app/c.tsx", &text)], acme()).await.verdict;
    assert_eq!(verdict.findings.iter().map(|it| it.resource.as_str()).collect::<Vec<_>>(), found, "{verdict:?}");
    let notes: Vec<&str> =
        verdict.notes.iter().map(|it| it.key.as_str()).filter(|it| it.starts_with("repo.browser-column.")).collect();
    assert_eq!(notes, laid);
    assert_eq!(word(&verdict), if found.is_empty() { "needs_judgement" } else { "fail" });
}

#[rstest]
#[case::written("await setDoc(doc(db, 'users', uid), { isPremium: true }, { merge: true })", "fail", &["src/a.ts#users.isPremium"])]
#[case::one_field("await updateDoc(doc(db, 'users', uid), 'role', 'admin')", "fail", &["src/a.ts#users.role"])]
#[case::a_field_inside("await updateDoc(doc(db, `users/${uid}`), { 'billing.plan': 'pro' })", "fail", &["src/a.ts#users.plan"])]
#[case::below("await addDoc(collection(db, 'users', uid, 'credits'), { left: 9 })", "fail", &["credits"])]
#[case::through_a_name("const ref = doc(db, 'users', uid); await updateDoc(ref, { credits: 9 })", "fail", &["src/a.ts#users.credits"])]
#[case::of_the_older_library("await firebase.firestore().collection('users').doc(uid).update({ role: 'admin' })", "fail", &["src/a.ts#users.role"])]
#[case::notes("await addDoc(collection(db, 'notes'), { text })", "needs_judgement", &[])]
#[case::read("const all = await getDocs(query(collection(db, 'notes'), where('a', '==', 1)))", "needs_judgement", &[])]
#[case::computed("await setDoc(where, { text })", "needs_judgement", &[])]
#[case::not_followed("const it = useCollection(collection(db, 'notes'))", "needs_judgement", &[])]
#[tokio::test]
async fn documents(#[case] code: &str, #[case] wanted: &str, #[case] found: &[&str]) {
    let vite = ("package.json", r#"{"devDependencies": {"vite": "7"}, "dependencies": {"firebase": "12"}}"#);
    let text = format!(
        "import {{ doc, setDoc, updateDoc, addDoc, getDocs, collection, query, where }} from 'firebase/firestore'\nexport const a = async () => {{ {code} }}"
    );
    let verdict = of_files::<BrowserDatabase>(&[vite, ("src/a.ts", &text)], acme()).await.verdict;
    assert_eq!(word(&verdict), wanted, "{verdict:?}");
    assert_eq!(verdict.findings.iter().map(|it| it.resource.as_str()).collect::<Vec<_>>(), found);
}

#[tokio::test]
async fn a_column_that_two_modules_write_is_one_piece_of_evidence() {
    let text = client("await db.from('products').insert({ price: 3 })");
    let verdict = of_files::<BrowserDatabase>(&[NEXT, ("app/c.tsx", &text), ("app/d.tsx", &text)], acme()).await.verdict;
    let keys = verdict.notes.iter().filter(|it| it.key.starts_with("repo.browser-column.")).count();
    assert_eq!((keys, verdict.findings.len()), (1, 0));
}

#[tokio::test]
async fn a_column_is_told_with_its_line() {
    let text =
        "'use client'\nexport const f = async () => {\n await db.from('profiles')\n  .update({\n   role: 'admin',\n  })\n}";
    let verdict = of_files::<BrowserDatabase>(&[NEXT, ("app/c.tsx", text)], acme()).await.verdict;
    let finding = verdict.findings.first().unwrap();
    assert_eq!(finding.place.as_ref().unwrap().to_string(), "app/c.tsx:5");
    assert_eq!(
        finding.says.as_str(),
        "a browser writes the column role of profiles in app/c.tsx; only policies and grants of the table decide who may"
    );
    assert_eq!(verdict.says.as_str(), "money, roles or secrets are in 1 of 1 tables that browsers write");
}

#[rstest]
#[case::on_the_server(
    NEXT,
    "app/actions.ts",
    "'use server'\nexport async function a() { await db.from('credits').insert({}) }",
    "pass"
)]
#[case::in_a_browser_app(("package.json", r#"{"devDependencies": {"vite": "7"}}"#), "src/a.ts", "export const a = () => db.from('payments').insert({})", "fail")]
#[case::does_not_parse(NEXT, "app/c.tsx", "'use client'\ndb.from('credits'.insert({})", "incomplete")]
#[tokio::test]
async fn sides(#[case] manifest: (&str, &str), #[case] path: &str, #[case] text: &str, #[case] wanted: &str) {
    let answer = of_files::<BrowserDatabase>(&[manifest, (path, text)], acme()).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
}

#[tokio::test]
async fn a_repository_without_code_may_be_the_wrong_one() {
    assert_eq!(word(&of_files::<BrowserDatabase>(&[("README.md", "hello")], acme()).await.verdict), "ambiguous");
}

#[test]
fn an_empty_repository_has_nothing() {
    let seen = Seen { ground: Ground::empty(), ..Seen::default() };
    let verdict = BrowserDatabase::decide(&seen, &acme(), crate::systems::stand_in::noon());
    assert_eq!(verdict.outcome.word(), "not_applicable");
}

#[test]
fn what_was_not_read_is_a_gap_and_no_absence() {
    let ground = Ground { code_files: 1, unread: vec!["big.ts".into()], ..Ground::default() };
    let verdict = BrowserDatabase::decide(&Seen { ground, ..Seen::default() }, &acme(), crate::systems::stand_in::noon());
    assert_eq!(verdict.outcome.gap().map(|it| it.kind), Some(crate::domain::GapKind::Incomplete));
}
