//! The stand-ins' answers through the clients' own types: whatever a vendor describes, something of it has to arrive.

use super::{answers_of, moments, now};
use rescue::demo::answers::Answers;
use rescue::systems::github::facts as github;
use rescue::systems::{openai, openrouter, supabase, vercel};
use rstest::rstest;
use serde::Deserialize as _;
use serde::de::DeserializeOwned;
use serde_json::Value;

type Reads = fn(&Value) -> Result<bool, serde_json::Error>;

/// Whether anything of the body arrives in the type.
fn one<T: DeserializeOwned + Default + PartialEq>(body: &Value) -> Result<bool, serde_json::Error> {
    Ok(T::deserialize(body)? != T::default())
}

/// The same of each of a list.
fn list<T: DeserializeOwned + Default + PartialEq>(body: &Value) -> Result<bool, serde_json::Error> {
    Ok(Vec::<T>::deserialize(body)?.iter().all(|it| *it != T::default()))
}

/// The same of what lies under `data`.
fn data<T: DeserializeOwned + Default + PartialEq>(body: &Value) -> Result<bool, serde_json::Error> {
    one::<T>(&body["data"])
}

#[rstest]
#[case("github", "/repos/{owner}/{repo}", one::<github::Repository>)]
#[case("github", "/repos/{owner}/{repo}/rules/branches/{branch}", list::<github::ActiveRule>)]
#[case("github", "/repos/{owner}/{repo}/branches/{branch}", one::<github::BranchStub>)]
#[case("github", "/repos/{owner}/{repo}/rulesets", list::<github::Ruleset>)]
#[case("github", "/repos/{owner}/{repo}/rulesets/{ruleset_id}", one::<github::Ruleset>)]
#[case("github", "/repos/{owner}/{repo}/secret-scanning/alerts", list::<github::Alert>)]
#[case("github", "/repos/{owner}/{repo}/secret-scanning/scan-history", one::<github::ScanHistory>)]
#[case("github", "/repos/{owner}/{repo}/deployments", list::<github::Deployment>)]
#[case("github", "/repos/{owner}/{repo}/deployments/{deployment_id}/statuses", list::<github::DeploymentStatus>)]
#[case("github", "/orgs/{org}", one::<github::people::Organisation>)]
#[case("github", "/repos/{owner}/{repo}/collaborators", list::<github::people::Collaborator>)]
#[case("github", "/repos/{owner}/{repo}/keys", list::<github::people::DeployKey>)]
#[case("github", "/repos/{owner}/{repo}/commits", list::<github::changes::Change>)]
#[case("github", "/repos/{owner}/{repo}/pulls", list::<github::changes::PullRequest>)]
#[case("github", "/repos/{owner}/{repo}/dependabot/alerts", list::<github::advisories::Advisory>)]
#[case("github", "/repos/{owner}/{repo}/automated-security-fixes", one::<github::advisories::SecurityFixes>)]
#[case("github", "/repos/{owner}/{repo}/actions/permissions", one::<github::actions::ActionsSwitch>)]
#[case("github", "/repos/{owner}/{repo}/actions/permissions/workflow", one::<github::actions::WorkflowToken>)]
#[case("github", "/repos/{owner}/{repo}/commits/{ref}/status", one::<github::actions::CombinedStatus>)]
#[case("supabase", "/v1/organizations/{slug}", one::<supabase::Organization>)]
#[case("supabase", "/v1/projects/{ref}", one::<supabase::Project>)]
#[case("supabase", "/v1/projects/{ref}/database/backups", one::<supabase::Backups>)]
#[case("supabase", "/v1/projects/{ref}/branches", list::<supabase::Branch>)]
#[case("supabase", "/v1/projects/{ref}/database/migrations", list::<supabase::Migration>)]
#[case("vercel", "/v9/projects/{idOrName}", one::<vercel::Project>)]
#[case("openai", "/organization/projects", one::<openai::Projects>)]
#[case("openai", "/organization/projects/{project_id}", one::<openai::Project>)]
#[case("openai", "/organization/projects/{project_id}/spend_limit", one::<openai::SpendLimit>)]
#[case("openrouter", "/key", data::<openrouter::Key>)]
fn something_of_every_answer_arrives(#[case] vendor: &str, #[case] template: &str, #[case] reads: Reads) {
    let answers = Answers::embedded().unwrap();
    let all = answers_of(&answers, vendor);
    let good: Vec<_> = all.iter().filter(|it| it.spec.as_deref() == Some(template) && it.status == 200).collect();
    assert!(!good.is_empty(), "{vendor} never answers {template}");
    for answer in good {
        let body = moments::fill(&answer.body, now());
        assert!(reads(&body).unwrap(), "nothing of {} arrives", answer.get);
    }
}
