//! A workflow cannot change the code by itself: its token reads unless a workflow asks for more, and it cannot approve
//! pull requests. With both, whoever may push any branch can reach the deploying one (dossier github.md §3.10).

use super::named;
use crate::domain::{AppSettings, Consent, Finding, Gap, GapKind, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::hub::{Weighing, address, hub, page};
use crate::probes::{Meta, Part, Probe, Sight, Stage};
use crate::systems::github::facts::Repository;
use crate::systems::github::facts::actions::{ActionsSwitch, WorkflowToken};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// See the module.
pub struct ActionsPermissions;

/// The switches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    pub repository: Repository,
    pub switch: Part<ActionsSwitch>,
    pub token: Part<WorkflowToken>,
}

impl Probe for ActionsPermissions {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "github.actions-permissions",
        system: System::Github,
        asks: "Does a workflow's token only read unless a workflow asks for more, and approve nothing?",
        needs: &["Administration: read"],
        cost: &[(System::Github, 3)],
        consent: Consent::Passive,
        kind: ProbeKind::Sign,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 30,
        docs: "https://docs.github.com/rest/actions/permissions#get-default-workflow-permissions-for-a-repository",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let hub = hub(sight).await?;
        let (switch, token) = futures_util::join!(hub.github.actions_switch(&hub.slug), hub.github.workflow_token(&hub.slug));
        Ok(Seen {
            repository: (*hub.repository).clone(),
            switch: switch.map(|it| (*it).clone()).into(),
            token: token.map(|it| (*it).clone()).into(),
        })
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.repository.archived == Some(true) {
            return Verdict::not_applicable("the repository is archived: no workflow runs");
        }
        if seen.switch.seen().and_then(|it| it.enabled) == Some(false) {
            return Verdict::not_applicable("Actions are switched off for this repository");
        }
        let mut weighing = Weighing::new("Look at Settings, Actions, General");
        weighing.hidden(&seen.token);
        weighing.findings = findings(seen, settings);
        if let Some(token) = seen.token.seen()
            && (token.can_approve_pull_request_reviews.is_none() || !is_known(token))
        {
            weighing.gaps.push(
                Gap::new(GapKind::UnexpectedAnswer, System::Github, "GitHub does not say what a workflow's token may do")
                    .needs("Look at Settings, Actions, General"),
            );
        }
        weighing.verdict("a workflow's token only reads by default and cannot approve pull requests")
    }

    fn remedy(seen: &Seen, settings: &AppSettings) -> Remedy {
        if findings(seen, settings).is_empty() {
            return Remedy::default();
        }
        Remedy {
            steps: vec![
                format!("Open {}", address(settings, "settings/actions")).into(),
                "Under Workflow permissions choose `Read repository contents`, and untick `Allow GitHub Actions to create and approve pull requests`".into(),
                "Give the workflows that need more a `permissions:` block of their own".into(),
            ],
            effort: crate::domain::checklist::Effort::S,
        }
    }
}

fn is_known(token: &WorkflowToken) -> bool {
    token.default_workflow_permissions.as_ref().is_some_and(|it| it == "read" || it == "write")
}

fn findings(seen: &Seen, settings: &AppSettings) -> Vec<Finding> {
    let Some(token) = seen.token.seen() else { return Vec::new() };
    let mut findings = Vec::new();
    let mut add = |rule: &str, says: &str, fix: &str| {
        findings.push(Finding::new(rule, named(settings), Severity::Medium, says, fix).at(page(settings, "settings/actions")));
    };
    if token.default_workflow_permissions.as_ref().is_some_and(|it| it == "write") {
        let fix = "Choose read under Workflow permissions";
        add("github.workflow-token-writes", "every workflow's token may write by default", fix);
    }
    if token.can_approve_pull_request_reviews == Some(true) {
        let fix = "Untick it under Workflow permissions";
        add("github.workflow-approves", "a workflow may approve pull requests", fix);
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probes::github::testing::{app, hidden, word};
    use crate::systems::stand_in::noon;
    use rstest::rstest;
    use serde_json::{Value, json};

    fn token(default: &str, approves: &Value) -> Value {
        json!({"seen": {"default_workflow_permissions": default, "can_approve_pull_request_reviews": approves}})
    }
    fn on() -> Value {
        json!({"seen": {"enabled": true}})
    }

    #[rstest]
    #[case::careful(on(), token("read", &json!(false)), "pass")]
    #[case::switch_hidden(hidden("no_permission"), token("read", &json!(false)), "pass")]
    #[case::writes(on(), token("write", &json!(false)), "fail")]
    #[case::approves(on(), token("read", &json!(true)), "fail")]
    #[case::writes_and_the_rest_unsaid(on(), token("write", &Value::Null), "fail")]
    #[case::unsaid(on(), token("read", &Value::Null), "unexpected_answer")]
    #[case::another_word(on(), token("some", &json!(false)), "unexpected_answer")]
    #[case::hidden_token(on(), hidden("no_permission"), "no_permission")]
    #[case::limited(on(), hidden("rate_limited"), "rate_limited")]
    #[case::off(json!({"seen": {"enabled": false}}), hidden("no_permission"), "not_applicable")]
    fn decisions(#[case] switch: Value, #[case] token: Value, #[case] wanted: &str) {
        let seen: Seen =
            serde_json::from_value(json!({"repository": {"default_branch": "main"}, "switch": switch, "token": token})).unwrap();
        let verdict = ActionsPermissions::decide(&seen, &app(), noon());
        assert_eq!(word(&verdict), wanted, "{verdict:?}");
        assert_eq!(ActionsPermissions::remedy(&seen, &app()).steps.is_empty(), wanted != "fail");
    }
}
