//! Small apps that log, and the decision over them.

use super::*;
use crate::probes::stand_in::{found, laid, look, look_at, word};
use rstest::rstest;

const NEXT: (&str, &str) = ("package.json", r#"{"dependencies": {"next": "16", "react": "19"}}"#);
const DECLARED: (&str, &str) = ("package.json", r#"{"dependencies": {"next": "16", "pino": "10"}}"#);
const ROUTE: &str = "app/api/a/route.ts";

#[rstest]
#[case::console(&[NEXT, (ROUTE, "console.log('a')")], "fail", &["repo.no-logger server"], &[])]
#[case::declared_only(&[DECLARED, (ROUTE, "console.log('a')")], "fail", &["repo.no-logger server"], &[])]
#[case::silent_server(&[NEXT, (ROUTE, "export const GET = 1")], "fail", &["repo.no-logger server"], &[])]
#[case::logger(&[DECLARED, (ROUTE, "import pino from 'pino'\nconst logger = pino()\nlogger.info({ a: 1 })\nheaders.get('x-request-id')")], "needs_judgement", &[], &["repo.request-id", "repo.logger.pino"])]
#[case::own_logger(&[NEXT, (ROUTE, "import { logger } from '@/lib/logger'\nlogger.info('a')"), ("lib/logger.ts", "export const logger = { info: (m) => console.log(JSON.stringify({ m })) }")], "needs_judgement", &[], &[])]
#[case::records_by_console(&[NEXT, (ROUTE, "console.log(JSON.stringify({ a: 1 }))")], "needs_judgement", &[], &[])]
#[case::in_a_browser(&[NEXT, ("app/a.tsx", "'use client'\nconsole.log('a')")], "not_applicable", &[], &[])]
#[case::script(&[NEXT, ("scripts/a.ts", "console.log('a')")], "not_applicable", &[], &[])]
#[case::secret(&[DECLARED, (ROUTE, "logger.info({ password })")], "fail", &["repo.secret-logged app/api/a/route.ts"], &[])]
#[case::unread(&[NEXT, (ROUTE, "console.log('a')"), ("lib/a.ts", "\u{0}\u{1}\u{2}binary")], "incomplete", &[], &[])]
#[case::secret_beside_unread(&[NEXT, (ROUTE, "console.log(password)"), ("lib/a.ts", "\u{0}\u{1}\u{2}binary")], "fail", &["repo.secret-logged app/api/a/route.ts"], &[])]
#[case::no_code(&[("README.md", "hello")], "ambiguous", &[], &[])]
#[tokio::test]
async fn apps(#[case] files: &[(&str, &str)], #[case] wanted: &str, #[case] rules: &[&str], #[case] notes: &[&str]) {
    let answer = look::<StructuredLogs>(files).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    assert_eq!(found(&answer.verdict), rules);
    assert_eq!(laid(&answer.verdict), notes);
    assert!(wanted != "fail" || !answer.remedy.steps.is_empty());
}

#[tokio::test]
async fn without_files_there_is_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(word(&look_at::<StructuredLogs>(&folder.path().join("gone")).await.verdict), "not_configured");
}
