//! The probes of GitHub, and what they share: which repository is asked, and how a finding names it.

pub mod actions_permissions;
pub mod backup_workflow;
pub mod branch_protection;
pub mod builder_access;
pub mod collaborators;
pub mod dependabot_alerts;
pub mod dependency_updates;
pub mod deploy_source;
pub mod environments;
pub mod green_default_branch;
pub mod leak_prevention;
pub mod migration_workflow;
pub mod owner;
pub mod preview_deployments;
pub mod required_checks;
pub mod scheduled_workflows;
pub mod secret_scanning;

use super::{AnyProbe, Erased, Sight};
use crate::domain::{Gap, GapKind, Slug, System};
use crate::systems::github::Github;

/// Every probe of GitHub.
pub static TABLE: &[&dyn AnyProbe] = &[
    &Erased::<actions_permissions::ActionsPermissions>::new(),
    &Erased::<backup_workflow::BackupWorkflow>::new(),
    &Erased::<branch_protection::BranchProtection>::new(),
    &Erased::<builder_access::BuilderAccess>::new(),
    &Erased::<collaborators::Collaborators>::new(),
    &Erased::<dependabot_alerts::DependabotAlerts>::new(),
    &Erased::<dependency_updates::DependencyUpdates>::new(),
    &Erased::<deploy_source::DeploySource>::new(),
    &Erased::<environments::Environments>::new(),
    &Erased::<green_default_branch::GreenDefaultBranch>::new(),
    &Erased::<leak_prevention::LeakPrevention>::new(),
    &Erased::<migration_workflow::MigrationWorkflow>::new(),
    &Erased::<owner::Owner>::new(),
    &Erased::<preview_deployments::PreviewDeployments>::new(),
    &Erased::<required_checks::RequiredChecks>::new(),
    &Erased::<scheduled_workflows::ScheduledWorkflows>::new(),
    &Erased::<secret_scanning::SecretScanning>::new(),
];

/// The client and the app's repository.
pub(super) fn repository(sight: &Sight) -> Result<(Github, &Slug), Gap> {
    let slug = sight.settings.github.as_ref().ok_or_else(|| {
        Gap::new(GapKind::NotConfigured, System::Github, "no repository at GitHub is named for this app")
            .needs(format!("Run `rescue app edit {} --repo OWNER/NAME`", sight.settings.name))
    })?;
    sight.door.credential(System::Github)?;
    Ok((Github::new(&sight.door), slug))
}

/// How the repository is called in findings and remedies.
fn named(settings: &crate::domain::AppSettings) -> String {
    settings.github.as_ref().map_or_else(|| "the repository".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod testing {
    use crate::domain::AppSettings;
    use crate::probes::stand_in::acme;

    /// What a verdict is called in a table: its outcome, or the kind of its gap.
    pub(super) fn word(verdict: &crate::domain::Verdict) -> String {
        verdict.outcome.gap().map_or_else(|| verdict.outcome.word().to_owned(), |gap| gap.kind.to_string())
    }

    /// A part that was refused, as it is stored.
    pub(super) fn hidden(kind: &str) -> serde_json::Value {
        serde_json::json!({"hidden": {"kind": kind, "system": "github", "says": "refused"}})
    }

    /// An app whose repository is `acme/app`.
    pub(super) fn app() -> AppSettings {
        AppSettings { github: Some("acme/app".parse().unwrap()), ..acme() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::AppSettings;
    use rstest::rstest;
    use serde_json::{Value, json};
    use wiremock::matchers::{any, path};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    fn sight(server: &MockServer, settings: &AppSettings) -> Sight {
        crate::probes::stand_in::sight(server, &[System::Github], settings)
    }

    fn canary() -> String {
        format!("ghp_{}", "Canary".repeat(6))
    }

    /// A repository on which all is well, with a marked secret wherever GitHub has one.
    async fn healthy() -> MockServer {
        let server = MockServer::start().await;
        let on = json!({"status": "enabled"});
        let answers: [(&str, Value); 9] = [
            (
                "",
                json!({"full_name": "acme/app", "default_branch": "main", "archived": false, "private": true, "temp_clone_token": canary(),
                "security_and_analysis": {"secret_scanning": on, "secret_scanning_push_protection": on}}),
            ),
            ("/secret-scanning/alerts", json!([{"number": 1, "state": "resolved", "validity": "inactive", "secret": canary()}])),
            ("/secret-scanning/scan-history", json!({"backfill_scans": [{"type": "git", "status": "completed"}]})),
            (
                "/rules/branches/main",
                json!([
                {"type": "pull_request", "ruleset_id": 42, "parameters": {"required_approving_review_count": 1}},
                {"type": "required_status_checks", "ruleset_id": 42, "parameters": {"required_status_checks": [{"context": "ci"}]}},
                {"type": "deletion", "ruleset_id": 42}, {"type": "non_fast_forward", "ruleset_id": 42}]),
            ),
            ("/branches/main", json!({"name": "main", "protected": true})),
            ("/rulesets", json!([{"id": 42, "name": "main", "enforcement": "active"}])),
            ("/rulesets/42", json!({"id": 42, "enforcement": "active", "bypass_actors": []})),
            ("/environments", json!({"total_count": 1, "environments": [{"name": "staging"}]})),
            ("/deployments", json!([{"id": 7, "environment": "staging", "created_at": "2026-11-20T00:00:00Z"}])),
        ];
        for (at, answer) in answers {
            let answer = ResponseTemplate::new(200).set_body_json(answer);
            Mock::given(path(format!("/repos/acme/app{at}"))).respond_with(answer).mount(&server).await;
        }
        let states =
            ResponseTemplate::new(200).set_body_json(json!([{"state": "success", "created_at": "2026-11-20T00:05:00Z"}]));
        Mock::given(path("/repos/acme/app/deployments/7/statuses")).respond_with(states).mount(&server).await;
        let none = ResponseTemplate::new(404).set_body_json(json!({"message": "Branch not protected"}));
        Mock::given(path("/repos/acme/app/branches/main/protection")).respond_with(none).mount(&server).await;
        server
    }

    /// Those that a healthy repository alone decides; the matrix of `tests/it` has all of them.
    const OF_THE_REPOSITORY: [&str; 4] =
        ["github.branch-protection", "github.environments", "github.leak-prevention", "github.secret-scanning"];

    #[tokio::test]
    async fn a_healthy_repository_passes_within_the_cost_and_keeps_no_secret() {
        for probe in TABLE.iter().filter(|it| OF_THE_REPOSITORY.contains(&it.meta().id)) {
            let server = healthy().await;
            let answer = probe.look(&sight(&server, &testing::app())).await;
            assert_eq!(answer.verdict.outcome.word(), "pass", "{}: {:?}", probe.meta().id, answer.verdict);
            assert!(!format!("{answer:?}").contains("Canary"), "{}", probe.meta().id);
            let asked = u32::try_from(server.received_requests().await.unwrap().len()).unwrap();
            let most: u32 = probe.meta().cost.iter().map(|(_, most)| most).sum();
            assert!(asked <= most, "{} asked {asked} times", probe.meta().id);
            let observation = answer.observation.unwrap();
            assert!(probe.remedy(&observation, &testing::app()).is_some(), "{} cannot read what it stored", probe.meta().id);
        }
    }

    #[rstest]
    #[case::wrong_token(ResponseTemplate::new(401).set_body_json(json!({"message": "Bad credentials"})), GapKind::BadCredential)]
    #[case::few_permissions(ResponseTemplate::new(403).set_body_json(json!({"message": "Resource not accessible by personal access token"})), GapKind::NoPermission)]
    #[case::hidden(ResponseTemplate::new(404).set_body_json(json!({"message": "Not Found"})), GapKind::NoPermission)]
    #[case::limited(ResponseTemplate::new(429).insert_header("retry-after", "7200"), GapKind::RateLimited)]
    #[case::html(ResponseTemplate::new(200).set_body_string("<html>"), GapKind::UnexpectedAnswer)]
    #[case::half(ResponseTemplate::new(200).set_body_string("[{\"state\": \"resol"), GapKind::UnexpectedAnswer)]
    #[case::nothing(ResponseTemplate::new(200), GapKind::UnexpectedAnswer)]
    #[case::null(ResponseTemplate::new(200).set_body_string("null"), GapKind::UnexpectedAnswer)]
    #[case::hollow(ResponseTemplate::new(200).set_body_string("{}"), GapKind::UnexpectedAnswer)]
    #[tokio::test]
    async fn a_faulty_server_never_decides(#[case] answer: ResponseTemplate, #[case] kind: GapKind) {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(answer).mount(&server).await;
        for probe in TABLE {
            let verdict = probe.look(&sight(&server, &testing::app())).await.verdict;
            let gap = verdict.outcome.gap().unwrap_or_else(|| panic!("{}: {verdict:?}", probe.meta().id));
            assert_eq!(gap.kind, kind, "{}: {gap:?}", probe.meta().id);
            assert!(gap.needs.is_some(), "{}: {gap:?}", probe.meta().id);
        }
    }

    #[tokio::test]
    async fn an_app_without_a_repository_at_github_is_told_how_to_name_one() {
        let mut app = testing::app();
        app.github = None;
        let server = MockServer::start().await;
        for probe in TABLE {
            let verdict = probe.look(&sight(&server, &app)).await.verdict;
            let gap = verdict.outcome.gap().unwrap();
            assert_eq!(gap.kind, GapKind::NotConfigured);
            assert!(gap.needs.as_ref().unwrap().as_str().contains("app edit acme-shop --repo"));
        }
    }
}
