//! Small repositories with their playbooks, and what is decided over them.

use super::*;
use crate::probes::stand_in::{acme, of_files, word};
use crate::systems::stand_in::noon;
use rstest::rstest;

const WHOLE: (&str, &str) = (
    "docs/incident-playbook.md",
    "# Incident playbook\n\n## Severity\n\nSEV1: nobody can pay. SEV2: some people cannot. SEV3: it looks wrong to some of them.\n\n## Who decides\n\nAna decides, and Sam when she is away for longer than ten minutes.\n\n## The first 15 minutes\n\n- Look at the newest deployment\n- Roll back\n\n## Customer message\n\nWe are investigating; the next message comes within thirty minutes.\n",
);
const HALF: (&str, &str) = (
    "docs/incidents.md",
    "# Incidents\n\nThere are three severities, from one to three, and each has its own colour on the board in the hall. Whoever sees something writes it into the channel of the project, with a picture of the screen and the address of the page, please.\n",
);

#[rstest]
#[case::whole(&[WHOLE], "needs_judgement", &[])]
#[case::none(&[("README.md", "# App\n")], "fail", &["repo.playbook-missing:incident"])]
#[case::a_heading(&[("docs/incidents.md", "# Incidents\n\nSoon\n")], "fail", &["repo.playbook-missing:incident"])]
#[case::half(&[HALF], "fail", &["repo.playbook-lacks:severity", "repo.playbook-lacks:decides", "repo.playbook-lacks:first-minutes", "repo.playbook-lacks:customer-message"])]
#[case::elsewhere(&[("README.md", "# App\n\nhttps://docs.google.com/document/d/1\n")], "needs_judgement", &[])]
#[case::unreadable(&[("docs/a.md", "\u{0}\u{1}\u{2}binary")], "incomplete", &[])]
#[tokio::test]
async fn repositories(#[case] files: &[(&str, &str)], #[case] wanted: &str, #[case] keys: &[&str]) {
    let answer = of_files::<IncidentPlaybook>(files, acme()).await;
    assert_eq!(word(&answer.verdict), wanted, "{:?}", answer.verdict);
    assert_eq!(answer.verdict.findings.iter().map(Finding::key).collect::<Vec<_>>(), keys, "{:?}", answer.verdict);
    assert!(wanted != "fail" || !answer.remedy.steps.is_empty(), "{:?}", answer.remedy);
}

#[test]
fn an_empty_repository_is_none_of_it() {
    let seen = Seen { ground: Ground::empty(), ..Seen::default() };
    assert_eq!(IncidentPlaybook::decide(&seen, &acme(), noon()).outcome.word(), "not_applicable");
}

#[tokio::test]
async fn without_a_repository_there_is_a_gap() {
    let settings = AppSettings { path: Some("/nowhere/at/all".into()), ..acme() };
    let server = wiremock::MockServer::start().await;
    let sight = crate::probes::stand_in::sight(&server, &[], &settings);
    assert_eq!(IncidentPlaybook::observe(&sight).await.unwrap_err().kind, crate::domain::GapKind::NotConfigured);
}

#[tokio::test]
async fn each_part_is_evidence() {
    let answer = of_files::<IncidentPlaybook>(&[WHOLE], acme()).await;
    assert_eq!(answer.verdict.notes.len(), 4);
    assert_eq!(answer.verdict.says.as_str(), "docs/incident-playbook.md: 4 of 4 parts of a playbook are there");
}
