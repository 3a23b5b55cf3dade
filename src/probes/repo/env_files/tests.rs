//! Small repositories with their files of variables, and the decision over what was seen. No value here is real.

use super::*;
use crate::probes::stand_in::{acme, sight};
use crate::probes::{Answer, AnyProbe};
use crate::systems::stand_in::noon;
use rstest::rstest;
use std::path::Path;
use wiremock::MockServer;

async fn look(files: &[(&str, &str)]) -> Answer {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    of(folder.path()).await
}

async fn of(path: &Path) -> Answer {
    let settings = AppSettings { path: Some(path.to_owned()), ..acme() };
    let server = MockServer::start().await;
    crate::probes::Erased::<EnvFiles>::new().look(&sight(&server, &[], &settings)).await
}

fn word(verdict: &Verdict) -> String {
    verdict.outcome.gap().map_or_else(|| verdict.outcome.word().to_owned(), |gap| gap.kind.to_string())
}

const CODE: (&str, &str) = ("src/a.ts", "process.env.STRIPE_KEY; process.env.NODE_ENV; import.meta.env.VITE_URL");
const EXAMPLE: (&str, &str) = (".env.example", "STRIPE_KEY=\n# VITE_URL=https://example.com\n");

#[rstest]
#[case::named(&[CODE, EXAMPLE], "pass", &[])]
#[case::no_example(&[CODE], "fail", &["repo.env-example-missing:.env.example"])]
#[case::left_out(&[CODE, (".env.example", "STRIPE_KEY=")], "fail", &["repo.env-unnamed:VITE_URL"])]
#[case::nothing_is_read(&[("src/a.ts", "1")], "pass", &[])]
#[case::given_by_the_runtime(&[("supabase/functions/a/index.ts", "Deno.env.get('SUPABASE_SERVICE_ROLE_KEY'); process.env.CI")], "pass", &[])]
#[case::but_not_elsewhere(&[("lib/a.ts", "process.env.SUPABASE_SERVICE_ROLE_KEY"), ("package.json", "{}")], "fail", &["repo.env-example-missing:.env.example"])]
#[case::computed(&[("src/a.ts", "process.env[name]"), EXAMPLE], "needs_judgement", &[])]
#[case::tracked_names_only(&[CODE, EXAMPLE, (".env", "STRIPE_KEY=\n")], "pass", &[])]
#[case::tracked_public(&[CODE, EXAMPLE, (".env", "VITE_URL=https://acme.test\n")], "pass", &[])]
#[case::tracked_private(&[CODE, EXAMPLE, ("apps/web/.env.local.backup", "SMTP_PASSWORD=Wq8zLm2Rt54Wv\n")], "fail", &["repo.env-tracked:apps/web/.env.local.backup"])]
#[case::no_file(&[], "ambiguous", &[])]
#[case::unreadable(&[CODE, EXAMPLE, ("src/b.ts", "\u{0}\u{1}\u{2}binary")], "incomplete", &[])]
#[tokio::test]
async fn repositories(#[case] files: &[(&str, &str)], #[case] wanted: &str, #[case] keys: &[&str]) {
    let answer = look(files).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    assert_eq!(answer.verdict.findings.iter().map(Finding::key).collect::<Vec<_>>(), keys);
    assert_eq!(answer.remedy.steps.is_empty(), wanted != "fail");
    let notes = answer.verdict.notes.iter().map(|it| it.level).collect::<Vec<_>>();
    match (wanted, files.iter().any(|it| it.0 == ".env" && it.1.contains("https"))) {
        ("needs_judgement", _) => assert_eq!(notes, [NoteLevel::Evidence]),
        (_, true) => assert_eq!(notes, [NoteLevel::Warning]),
        _ => assert_eq!(notes, []),
    }
}

#[rstest]
#[case(".env")]
#[case(".env.production.template")]
#[tokio::test]
async fn a_real_key_in_it_is_critical_and_not_kept(#[case] path: &str) {
    let key = ["sk", "_live_", "51a8Kd92LmQx71Zp", "Rt54WvYb63NcHs0u"].concat();
    let answer = look(&[(path, &format!("STRIPE_KEY={key}\n"))]).await;
    let [finding] = answer.verdict.findings.as_slice() else { panic!("{:?}", answer.verdict) };
    assert_eq!((finding.severity, finding.key()), (Severity::Critical, format!("repo.env-tracked:{path}")));
    assert!(!format!("{answer:?}").contains(&key));
}

#[test]
fn an_empty_repository_has_none() {
    let seen = Seen { ground: Ground::empty(), ..Seen::default() };
    assert_eq!(EnvFiles::decide(&seen, &acme(), noon()).outcome.word(), "not_applicable");
}

#[tokio::test]
async fn without_files_there_is_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(word(&of(&folder.path().join("gone")).await.verdict), "not_configured");
}
