//! Small repositories, and the inventory of the systems that they use.

use super::*;
use crate::probes::stand_in::{acme, of_files, word};
use crate::systems::stand_in::noon;
use rstest::rstest;

const CODE: (&str, &str) = ("src/a.ts", "import { createClient } from '@supabase/supabase-js';\nimport Stripe from 'stripe';");
const LIST: (&str, &str) =
    ("docs/systems.md", "# Systems\n\n| system | owner | cost |\n|---|---|---|\n| Supabase | Ana | 25 |\n| Stripe | Ana | 0 |\n");

#[rstest]
#[case::listed(&[CODE, LIST], "needs_judgement", &[])]
#[case::not_listed(&[CODE], "needs_judgement", &[])]
#[case::left_out(&[CODE, ("docs/systems.md", "# Systems\n\n| system | owner |\n|---|---|\n| Supabase | Ana |\n")], "fail", &["repo.system-unlisted:Stripe"])]
#[case::declared_alone_is_not_left_out(&[CODE, LIST, (".env.example", "RESEND_API_KEY=\n")], "needs_judgement", &[])]
#[case::unreadable(&[CODE, ("src/b.ts", "\u{0}\u{1}\u{2}binary")], "incomplete", &[])]
#[case::no_code(&[("README.md", "# A")], "ambiguous", &[])]
#[tokio::test]
async fn repositories(#[case] files: &[(&str, &str)], #[case] wanted: &str, #[case] keys: &[&str]) {
    let answer = of_files::<SystemsInventory>(files, acme()).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    assert_eq!(answer.verdict.findings.iter().map(Finding::key).collect::<Vec<_>>(), keys, "{:?}", answer.verdict);
    assert!(wanted != "fail" || !answer.remedy.steps.is_empty(), "{:?}", answer.remedy);
}

#[test]
fn an_empty_repository_is_none_of_it() {
    let seen = Seen { ground: Ground::empty(), ..Seen::default() };
    assert_eq!(SystemsInventory::decide(&seen, &acme(), noon()).outcome.word(), "not_applicable");
}

#[tokio::test]
async fn without_a_repository_there_is_a_gap() {
    let settings = AppSettings { path: Some("/nowhere/at/all".into()), ..acme() };
    let server = wiremock::MockServer::start().await;
    let sight = crate::probes::stand_in::sight(&server, &[], &settings);
    assert_eq!(SystemsInventory::observe(&sight).await.unwrap_err().kind, crate::domain::GapKind::NotConfigured);
}

#[tokio::test]
async fn the_observation_is_a_table() {
    let answer = of_files::<SystemsInventory>(&[CODE, LIST, (".env.example", "OPENAI_API_KEY=\n")], acme()).await;
    let seen: Seen = serde_json::from_value(answer.observation.clone().unwrap()).unwrap();
    let rows: Vec<_> = seen.systems.iter().map(|it| (it.name.as_str(), it.strength, it.metered, it.listed.is_some())).collect();
    assert_eq!(
        rows,
        [
            ("Supabase", Strength::Imported, false, true),
            ("Stripe", Strength::Imported, false, true),
            ("OpenAI", Strength::Declared, true, false),
        ]
    );
    assert_eq!(seen.systems[1].seen[0].line, 2);
    assert!(
        answer
            .verdict
            .notes
            .iter()
            .any(|it| it.key == "repo.system.OpenAI" && it.says.as_str().contains("declared and not used"))
    );
}
