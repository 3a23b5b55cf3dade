//! Small apps with the key in various places, and the decision over what was seen. No key here is real.

use super::*;
use crate::probes::AnyProbe;
use crate::probes::stand_in::{acme, sight};
use crate::systems::stand_in::noon;
use rstest::rstest;
use std::path::Path;
use wiremock::MockServer;

const ADMIN: (&str, &str) = ("lib/admin.ts", "export const admin = make(process.env.SUPABASE_SERVICE_ROLE_KEY!)");
const NEXT: (&str, &str) = ("package.json", r#"{"dependencies": {"next": "16", "react": "19"}}"#);
const VITE: (&str, &str) = ("package.json", r#"{"devDependencies": {"vite": "7"}, "dependencies": {"react": "19"}}"#);

fn client(import: &str) -> (String, String) {
    ("app/button.tsx".to_owned(), format!("'use client'\nimport {{ x }} from '{import}'"))
}

async fn look(files: &[(&str, &str)]) -> crate::probes::Answer {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    of(folder.path()).await
}

async fn of(path: &Path) -> crate::probes::Answer {
    let settings = AppSettings { path: Some(path.to_owned()), ..acme() };
    let server = MockServer::start().await;
    crate::probes::Erased::<ServiceRole>::new().look(&sight(&server, &[], &settings)).await
}

fn word(verdict: &Verdict) -> String {
    verdict.outcome.gap().map_or_else(|| verdict.outcome.word().to_owned(), |gap| gap.kind.to_string())
}

#[rstest]
#[case::server_only(&[NEXT, ("lib/admin.ts", "import 'server-only'\nprocess.env.SUPABASE_SERVICE_ROLE_KEY")], None, "pass")]
#[case::not_imported_by_a_client(&[NEXT, ADMIN, ("app/api/a/route.ts", "import { admin } from '@/lib/admin'")], None, "pass")]
#[case::nobody_uses_it(&[NEXT, ("app/page.tsx", "export default 1")], None, "pass")]
#[case::client_imports_it(&[NEXT, ADMIN], Some("@/lib/admin"), "fail")]
#[case::by_two_steps(&[NEXT, ADMIN, ("lib/db.ts", "export * from './admin.js'")], Some("../lib/db"), "fail")]
#[case::only_its_types(&[NEXT, ADMIN, ("app/a.tsx", "'use client'\nimport type { A } from '@/lib/admin'")], None, "pass")]
#[case::through_a_server_action(&[NEXT, ADMIN, ("app/actions.ts", "'use server'\nimport { admin } from '@/lib/admin'")], Some("./actions"), "pass")]
#[case::alias_that_is_not_known(&[NEXT, ADMIN], Some("@db/admin"), "needs_judgement")]
#[case::a_client_file_itself(&[NEXT, ("app/a.tsx", "'use client'\nprocess.env.SUPABASE_SERVICE_ROLE_KEY")], None, "fail")]
#[case::pages_have_two_halves(&[NEXT, ADMIN, ("pages/index.tsx", "import { admin } from '../lib/admin'")], None, "needs_judgement")]
#[case::public_prefix(&[VITE, ("scripts/seed.ts", "process.env.VITE_SUPABASE_SERVICE_ROLE_KEY")], None, "fail")]
#[case::browser_app(&[VITE, ("src/lib/admin.ts", "import.meta.env.SUPABASE_SERVICE_ROLE_KEY")], None, "fail")]
#[case::edge_function(&[VITE, ("supabase/functions/a/index.ts", "Deno.env.get('SUPABASE_SERVICE_ROLE_KEY')")], None, "pass")]
#[case::no_code(&[("README.md", "hello")], None, "ambiguous")]
#[case::does_not_parse(&[NEXT, ADMIN, ("app/a.tsx", "'use client'\nimport { admin } from '@/lib/admin'\nconst a = ;")], None, "incomplete")]
#[case::unreadable(&[NEXT, ("lib/a.ts", "\u{0}\u{1}\u{2}binary")], None, "incomplete")]
#[tokio::test]
async fn apps(#[case] files: &[(&str, &str)], #[case] imported: Option<&str>, #[case] wanted: &str) {
    let client = imported.map(client);
    let mut files = files.to_vec();
    if let Some((path, text)) = &client {
        files.push((path, text));
    }
    let answer = look(&files).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    assert_eq!(answer.verdict.findings.is_empty(), wanted != "fail");
    assert_eq!(answer.remedy.steps.is_empty(), wanted != "fail");
    let asks = answer.verdict.notes.iter().any(|it| it.level == NoteLevel::Evidence);
    assert_eq!(asks, wanted == "needs_judgement", "{:?}", answer.verdict.notes);
}

#[tokio::test]
async fn a_key_written_into_a_client_file_is_found_and_not_kept() {
    let key = ["sb_secret", "_", &"aB3dE5gH7j".repeat(2), "Kq_", "x9Yz12Wv"].concat();
    let file = format!("'use client'\nconst k = '{key}'");
    let answer = look(&[NEXT, ("app/a.tsx", &file)]).await;
    assert_eq!(word(&answer.verdict), "fail", "{:?}", answer.verdict);
    assert!(!format!("{answer:?}").contains(&key));
}

#[test]
fn an_empty_repository_has_no_code() {
    let seen = Seen { ground: Ground::empty(), ..Seen::default() };
    assert_eq!(ServiceRole::decide(&seen, &acme(), noon()).outcome.word(), "not_applicable");
}

#[tokio::test]
async fn without_files_there_is_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(word(&of(&folder.path().join("gone")).await.verdict), "not_configured");
}

#[test]
fn a_fail_says_what_was_not_read() {
    let it = Use { what: "X".into(), path: "a.tsx".into(), line: 1, why: "it is".into() };
    let ground = Ground { code_files: 1, unread: vec!["big.ts".into()], ..Ground::default() };
    let seen = Seen { ground, in_client: vec![it], ..Seen::default() };
    let verdict = ServiceRole::decide(&seen, &acme(), noon());
    assert_eq!((verdict.outcome.word(), verdict.unseen.unwrap().kind), ("fail", GapKind::Incomplete));
}
