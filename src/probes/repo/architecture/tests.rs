//! Small repositories with their diagrams, and what is decided over them.

use super::*;
use crate::probes::stand_in::{acme, of_files, word};
use crate::systems::stand_in::noon;
use rstest::rstest;

const CODE: (&str, &str) = ("src/a.ts", "import { createClient } from '@supabase/supabase-js'; import Stripe from 'stripe';");
const DRAWN: (&str, &str) = (
    "docs/architecture.md",
    "# Architecture\n\nOwner of all: Ana. Personal data rests in Supabase.\n\n```mermaid\ngraph TD\n  App --> Supabase\n  App --> Stripe\n```\n",
);

#[rstest]
#[case::drawn(&[CODE, DRAWN], "needs_judgement", &[])]
#[case::none(&[CODE], "fail", &["repo.architecture-missing:diagram"])]
#[case::only_words(&[CODE, ("docs/architecture.md", "# Architecture\n\nIt is an app.\n")], "fail", &["repo.architecture-missing:diagram"])]
#[case::names_nothing(&[CODE, ("docs/architecture.md", "# Architecture\n\n```mermaid\ngraph TD\n A --> B\n```\n")], "fail", &["repo.architecture-empty:docs/architecture.md"])]
#[case::a_picture(&[CODE, ("docs/architecture.md", "# Architecture\n\n![Architecture](a.png)\n")], "needs_judgement", &[])]
#[case::elsewhere(&[CODE, ("README.md", "# App\n\nhttps://acme.notion.site/x\n")], "needs_judgement", &[])]
#[case::unreadable(&[CODE, ("docs/a.md", "\u{0}\u{1}\u{2}binary")], "incomplete", &[])]
#[tokio::test]
async fn repositories(#[case] files: &[(&str, &str)], #[case] wanted: &str, #[case] keys: &[&str]) {
    let answer = of_files::<Architecture>(files, acme()).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    assert_eq!(answer.verdict.findings.iter().map(Finding::key).collect::<Vec<_>>(), keys, "{:?}", answer.verdict);
    assert!(wanted != "fail" || !answer.remedy.steps.is_empty(), "{:?}", answer.remedy);
}

#[test]
fn an_empty_repository_is_none_of_it() {
    let seen = Seen { ground: Ground::empty(), ..Seen::default() };
    assert_eq!(Architecture::decide(&seen, &acme(), noon()).outcome.word(), "not_applicable");
}

#[tokio::test]
async fn without_a_repository_there_is_a_gap() {
    let settings = AppSettings { path: Some("/nowhere/at/all".into()), ..acme() };
    let server = wiremock::MockServer::start().await;
    let sight = crate::probes::stand_in::sight(&server, &[], &settings);
    assert_eq!(Architecture::observe(&sight).await.unwrap_err().kind, crate::domain::GapKind::NotConfigured);
}

#[tokio::test]
async fn what_is_not_drawn_is_warned_of() {
    let drawn = DRAWN.1.replace("  App --> Stripe\n", "").replace("Owner of all: Ana. Personal data rests in Supabase.", "");
    let answer = of_files::<Architecture>(&[CODE, (DRAWN.0, &drawn)], acme()).await;
    assert_eq!(answer.verdict.says.as_str(), "docs/architecture.md: 1 of 2 services in use are named");
    let warned = answer.verdict.notes.iter().filter(|it| it.level == NoteLevel::Warning).map(|it| it.key.as_str());
    assert_eq!(warned.collect::<Vec<_>>(), ["repo.undrawn.Stripe", "repo.diagram-owners", "repo.diagram-data"]);
}
