//! Small repositories with variables that builds publish, and what is decided over them.

use super::*;
use crate::probes::stand_in::{acme, of_files, word};
use crate::systems::stand_in::noon;
use rstest::rstest;

#[rstest]
#[case::plain(&[("src/a.ts", "import.meta.env.VITE_SUPABASE_URL + import.meta.env.VITE_SUPABASE_ANON_KEY")], "pass", &[])]
#[case::service_role(&[("src/a.ts", "import.meta.env.VITE_SUPABASE_SERVICE_ROLE_KEY")], "fail", &["repo.secret-published:VITE_SUPABASE_SERVICE_ROLE_KEY"])]
#[case::a_vendors_key(&[("src/a.ts", "process.env.NEXT_PUBLIC_OPENAI_API_KEY")], "fail", &["repo.secret-published:NEXT_PUBLIC_OPENAI_API_KEY"])]
#[case::in_an_example(&[("src/a.ts", "1"), (".env.example", "EXPO_PUBLIC_JWT_SECRET=\n")], "fail", &["repo.secret-published:EXPO_PUBLIC_JWT_SECRET"])]
#[case::without_prefix(&[("src/a.ts", "process.env.OPENAI_API_KEY")], "pass", &[])]
#[case::by_design(&[("src/a.ts", "process.env.NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY; process.env.NEXT_PUBLIC_SENTRY_DSN; process.env.NEXT_PUBLIC_TURNSTILE_SITE_KEY; process.env.NEXT_PUBLIC_POSTHOG_KEY")], "pass", &[])]
#[case::doubtful(&[("src/a.ts", "import.meta.env.VITE_WEATHER_API_KEY")], "needs_judgement", &[])]
#[case::a_switch(&[("src/a.ts", "import.meta.env.VITE_ENABLE_PASSWORD_LOGIN")], "pass", &[])]
#[case::computed(&[("src/a.ts", "import.meta.env.VITE_A; import.meta.env[name]")], "needs_judgement", &[])]
#[case::unreadable(&[("src/a.ts", "1"), ("src/b.ts", "\u{0}\u{1}\u{2}binary")], "incomplete", &[])]
#[case::unreadable_and_failing(&[("src/a.ts", "process.env.NEXT_PUBLIC_OPENAI_API_KEY"), ("src/b.ts", "\u{0}\u{1}\u{2}binary")], "fail", &["repo.secret-published:NEXT_PUBLIC_OPENAI_API_KEY"])]
#[case::no_code(&[("README.md", "# A")], "ambiguous", &[])]
#[tokio::test]
async fn repositories(#[case] files: &[(&str, &str)], #[case] wanted: &str, #[case] keys: &[&str]) {
    let answer = of_files::<PublicSecrets>(files, acme()).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    assert_eq!(answer.verdict.findings.iter().map(Finding::key).collect::<Vec<_>>(), keys, "{:?}", answer.verdict);
    assert!(wanted != "fail" || !answer.remedy.steps.is_empty(), "{:?}", answer.remedy);
}

#[test]
fn an_empty_repository_is_none_of_it() {
    let seen = Seen { ground: Ground::empty(), ..Seen::default() };
    assert_eq!(PublicSecrets::decide(&seen, &acme(), noon()).outcome.word(), "not_applicable");
}

#[tokio::test]
async fn without_a_repository_there_is_a_gap() {
    let settings = AppSettings { path: Some("/nowhere/at/all".into()), ..acme() };
    let server = wiremock::MockServer::start().await;
    let sight = crate::probes::stand_in::sight(&server, &[], &settings);
    assert_eq!(PublicSecrets::observe(&sight).await.unwrap_err().kind, crate::domain::GapKind::NotConfigured);
}

#[tokio::test]
async fn keys_to_restrict_are_told_and_reads_are_counted() {
    let files = [(
        "src/a.ts",
        "import.meta.env.VITE_GOOGLE_MAPS_API_KEY; import.meta.env.VITE_GROQ_API_KEY;\nimport.meta.env.VITE_GROQ_API_KEY",
    )];
    let answer = of_files::<PublicSecrets>(&files, acme()).await;
    assert_eq!(answer.verdict.says.as_str(), "1 of 2 variables that builds publish have the name of a secret");
    let [finding] = answer.verdict.findings.as_slice() else { panic!("{:?}", answer.verdict) };
    assert!(finding.says.as_str().ends_with("(2 places)") && finding.fix.as_str().contains("to GROQ_API_KEY"));
    assert_eq!(
        answer.verdict.notes.iter().map(|it| it.key.as_str()).collect::<Vec<_>>(),
        ["repo.restrict-key.VITE_GOOGLE_MAPS_API_KEY"]
    );
}
