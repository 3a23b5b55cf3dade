//! Small repositories with their documents, and what is decided over them.

use super::*;
use crate::probes::stand_in::{acme, of_files, word};
use crate::systems::stand_in::noon;
use rstest::rstest;

const RESTORE: (&str, &str) = (
    "docs/restore.md",
    "# Restore the database\n\nRPO: 24 hours, RTO: 4 hours. Ana or Sam may do it, nobody else.\n\n1. Open Supabase, Database, Backups and note the newest one\n2. Stop the app so that nothing writes meanwhile\n3. Run `pg_restore --dbname URL dump` and compare the counts of the orders\n",
);

#[rstest]
#[case::written(&[RESTORE], "needs_judgement", &[])]
#[case::none(&[("README.md", "# App\n")], "fail", &["repo.restore-missing:restore", "repo.restore-number-missing:rpo", "repo.restore-number-missing:rto"])]
#[case::thin(&[("docs/restore.md", "# Restore\n\nRPO: 1 h, RTO: 1 h\n")], "fail", &["repo.restore-thin:restore"])]
#[case::no_numbers(&[("docs/restore.md", "# Restore the database\n\nAna or Sam may do it, nobody else in the company at all.\n\n1. Open Supabase, Backups and note the newest one\n2. Stop the app so that nothing writes meanwhile\n3. Compare the counts of the orders\n")], "fail", &["repo.restore-number-missing:rpo", "repo.restore-number-missing:rto"])]
#[case::a_report_is_none(&[("RESTORE_IMPLEMENTATION_SUMMARY.md", RESTORE.1)], "fail", &["repo.restore-missing:restore", "repo.restore-number-missing:rpo", "repo.restore-number-missing:rto"])]
#[case::elsewhere(&[("README.md", "# App\n\nRunbooks: https://acme.notion.site/runbooks\n")], "needs_judgement", &[])]
#[case::unreadable(&[("docs/a.md", "\u{0}\u{1}\u{2}binary")], "incomplete", &[])]
#[tokio::test]
async fn repositories(#[case] files: &[(&str, &str)], #[case] wanted: &str, #[case] keys: &[&str]) {
    let answer = of_files::<RestoreRunbook>(files, acme()).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    assert_eq!(answer.verdict.findings.iter().map(Finding::key).collect::<Vec<_>>(), keys, "{:?}", answer.verdict);
    assert!(wanted != "fail" || !answer.remedy.steps.is_empty(), "{:?}", answer.remedy);
}

#[test]
fn an_empty_repository_is_none_of_it() {
    let seen = Seen { ground: Ground::empty(), ..Seen::default() };
    assert_eq!(RestoreRunbook::decide(&seen, &acme(), noon()).outcome.word(), "not_applicable");
}

#[tokio::test]
async fn without_a_repository_there_is_a_gap() {
    let settings = AppSettings { path: Some("/nowhere/at/all".into()), ..acme() };
    let server = wiremock::MockServer::start().await;
    let sight = crate::probes::stand_in::sight(&server, &[], &settings);
    assert_eq!(RestoreRunbook::observe(&sight).await.unwrap_err().kind, crate::domain::GapKind::NotConfigured);
}

#[tokio::test]
async fn wide_letters_are_read_too() {
    let folder = tempfile::tempdir().unwrap();
    let wide: Vec<u8> = RESTORE.1.encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::create_dir(folder.path().join("docs")).unwrap();
    std::fs::write(folder.path().join(RESTORE.0), wide).unwrap();
    let survey = crate::repo::survey_tree(folder.path(), &std::sync::atomic::AtomicBool::new(false)).unwrap();
    let seen = seen(&survey);
    assert_eq!((seen.usable.len(), seen.rpo.map(|it| it.minutes), seen.rto.map(|it| it.minutes)), (1, Some(1440), Some(240)));
}
