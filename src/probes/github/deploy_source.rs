//! Production deploys only what the default branch holds: the commit of each of the newest production deployments is on it
//! (dossier github.md §3.9). A deployment that never succeeded reached nobody; deploys that GitHub is not told of are not seen.

use super::environments::is_production;
use super::named;
use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, Finding, Gap, GapKind, NoteLevel, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::hub::{Weighing, hub, note, page};
use crate::probes::{Meta, Part, Probe, Sight, Stage};
use crate::systems::github::Listed;
use crate::systems::github::facts::{BranchStub, Deployment, DeploymentStatus, Repository};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// See the module.
pub struct DeploySource;

/// The newest production deployments, each with where its commit is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    pub repository: Repository,
    pub branch: Part<BranchStub>,
    /// Newest first.
    pub deployed: Part<Vec<Deployed>>,
}

/// A production deployment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deployed {
    pub deployment: Deployment,
    /// Whether the default branch holds its commit; none inside: GitHub does not say.
    pub is_held: Part<Option<bool>>,
    /// Its states, asked when the branch does not hold its commit.
    pub states: Option<Part<Vec<DeploymentStatus>>>,
}

/// How far back deployments are read.
const WINDOW: TimeDelta = TimeDelta::days(30);
/// Most production deployments that are judged.
const MOST: usize = 10;

impl Probe for DeploySource {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "github.deploy-source",
        system: System::Github,
        asks: "Does production deploy only commits of the default branch?",
        needs: &["Deployments: read", "Contents: read"],
        cost: &[(System::Github, 24)],
        consent: Consent::Passive,
        kind: ProbeKind::Proof,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 60,
        docs: "https://docs.github.com/rest/commits/commits#compare-two-commits",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let hub = hub(sight).await?;
        let (github, slug) = (&hub.github, &hub.slug);
        let (branch, changes, deployments) = futures_util::join!(
            github.branch(slug, &hub.branch),
            github.newest_changes(slug, &hub.branch),
            github.deployments(slug, sight.now - WINDOW)
        );
        // What the newest hundred commits show needs no comparison.
        let on_branch: BTreeSet<String> =
            changes.iter().flat_map(|list| &list.items).filter_map(|it| Some(it.sha.as_ref()?.as_str().to_owned())).collect();
        let deployed = match deployments {
            Err(gap) => Part::Hidden(gap),
            Ok(Listed { items, .. }) => {
                let mut judged = Vec::new();
                for deployment in items.into_iter().filter(in_production).take(MOST) {
                    let sha = deployment.sha.as_ref().map(|it| it.as_str().to_owned());
                    let is_held = match &sha {
                        Some(sha) if on_branch.contains(sha) => Part::Seen(Some(true)),
                        Some(sha) => github.holds(slug, &hub.branch, sha).await.into(),
                        None => Part::Seen(None),
                    };
                    let states = match (deployment.id, is_held.seen()) {
                        (Some(id), Some(Some(false))) => {
                            Some(github.deployment_statuses(slug, id).await.map(|it| (*it).clone()).into())
                        }
                        _ => None,
                    };
                    judged.push(Deployed { deployment, is_held, states });
                }
                Part::Seen(judged)
            }
        };
        Ok(Seen { repository: (*hub.repository).clone(), branch: branch.map(|it| (*it).clone()).into(), deployed })
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        let branch = seen.repository.default_branch.as_deref().unwrap_or("the default branch");
        let mut weighing = Weighing::new("Look at the deployment and say whether it reached users");
        weighing.findings = findings(seen, settings);
        weighing.hidden(&seen.deployed);
        let deployed = judged(seen, settings);
        if seen.deployed.seen().is_some_and(|list| deployed.is_empty() && !list.is_empty()) {
            weighing.gaps.push(
                Gap::new(GapKind::NoBaseline, System::Github, "nothing was deployed to production since the cut-over")
                    .needs("Deploy once, and run again"),
            );
        } else if seen.deployed.seen().is_some() && deployed.is_empty() {
            weighing.gaps.push(
                Gap::new(
                    GapKind::Ambiguous,
                    System::Github,
                    "GitHub knows no production deployment of the last 30 days: the app is deployed another way",
                )
                .needs("Connect what deploys the app, such as Vercel"),
            );
        }
        for it in &deployed {
            weighing.hidden(&it.is_held);
            weighing.gaps.extend(it.states.as_ref().and_then(|it| it.gap().cloned()));
            if it.is_held.seen() == Some(&None) {
                weighing.gaps.push(
                    Gap::new(GapKind::UnexpectedAnswer, System::Github, "GitHub does not say where a deployed commit is")
                        .needs("Look at the repository's Deployments page"),
                );
            }
        }
        if seen.branch.seen().and_then(|it| it.protected) == Some(false) {
            let says = format!("{branch} is not protected: what it holds was not checked by that alone");
            weighing.notes.push(note(NoteLevel::Warning, "github.deploys-unprotected", says));
        }
        if settings.cut_over.is_none() {
            let says = "no cut-over date is agreed, so every production deployment of the last 30 days is judged";
            weighing.notes.push(note(NoteLevel::Info, "github.no-cut-over", says));
        }
        weighing.verdict(format!("the newest {} production deployments are commits of {branch}", deployed.len()))
    }

    fn remedy(seen: &Seen, settings: &AppSettings) -> Remedy {
        if findings(seen, settings).is_empty() {
            return Remedy::default();
        }
        let branch = seen.repository.default_branch.as_deref().unwrap_or("the default branch");
        Remedy {
            steps: vec![
                format!("Set the production branch of the host to {branch} of {}", named(settings)).into(),
                "Delete the deploy hooks, tokens and builder integrations that can deploy to production".into(),
                "Merge what runs now, or deploy the branch again".into(),
            ],
            effort: Effort::S,
        }
    }
}

/// The production deployments that count: those since the cut-over, or all while none is agreed. One without a moment
/// counts.
fn judged<'s>(seen: &'s Seen, settings: &AppSettings) -> Vec<&'s Deployed> {
    let counts =
        |it: &&Deployed| settings.cut_over.is_none_or(|day| it.deployment.created_at.is_none_or(|at| at.date_naive() >= day));
    seen.deployed.seen().into_iter().flatten().filter(counts).collect()
}

fn in_production(deployment: &Deployment) -> bool {
    deployment.production_environment == Some(true)
        || (deployment.transient_environment != Some(true)
            && deployment.environment.as_ref().is_some_and(|it| is_production(it.as_str())))
}

fn findings(seen: &Seen, settings: &AppSettings) -> Vec<Finding> {
    let branch = seen.repository.default_branch.as_deref().unwrap_or("the default branch");
    let mut found: Vec<Finding> = Vec::new();
    for it in judged(seen, settings).into_iter().filter(|it| it.is_held.seen() == Some(&Some(false))) {
        let states = it.states.as_ref().and_then(Part::seen);
        if !states.is_some_and(|list| list.iter().any(|it| it.state.as_ref().is_some_and(|state| state == "success"))) {
            continue;
        }
        let environment = it.deployment.environment.as_ref().map_or_else(|| "production".to_owned(), |it| it.cut(60));
        let says = format!("a commit that {branch} does not hold was deployed to {environment}");
        let finding = Finding::new(
            "github.deploy-off-branch",
            format!("{}:{environment}", named(settings)),
            Severity::High,
            says,
            "Deploy production from the protected branch only",
        );
        if !found.iter().any(|it| it.key() == finding.key()) {
            found.push(finding.at(page(settings, "deployments")));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probes::github::testing::{app, hidden, word};
    use crate::systems::stand_in::noon;
    use rstest::rstest;
    use serde_json::{Value, json};

    fn deployed(of: &[(Value, Value)]) -> Value {
        let items: Vec<Value> =
            of.iter().map(|(held, states)| json!({"deployment": {"id": 1, "sha": "a", "environment": "Production"}, "is_held": held, "states": states})).collect();
        json!({"seen": items})
    }
    fn held(it: &Value) -> Value {
        json!({"seen": it})
    }
    fn states(word: &str) -> Value {
        json!({"seen": [{"state": word}]})
    }

    #[rstest]
    #[case::on_the_branch(deployed(&[(held(&json!(true)), Value::Null)]), "pass")]
    #[case::off_the_branch(deployed(&[(held(&json!(false)), json!({"seen": [{"state": "inactive"}, {"state": "success"}]}))]), "fail")]
    #[case::off_the_branch_and_failed(deployed(&[(held(&json!(false)), states("failure")), (held(&json!(true)), Value::Null)]), "pass")]
    #[case::off_the_branch_states_hidden(deployed(&[(held(&json!(false)), hidden("no_permission"))]), "no_permission")]
    #[case::one_off_one_hidden(deployed(&[(held(&json!(false)), states("success")), (hidden("no_permission"), Value::Null)]), "fail")]
    #[case::comparison_refused(deployed(&[(hidden("no_permission"), Value::Null)]), "no_permission")]
    #[case::unsaid(deployed(&[(held(&Value::Null), Value::Null)]), "unexpected_answer")]
    #[case::none(deployed(&[]), "ambiguous")]
    #[case::deployments_hidden(hidden("no_permission"), "no_permission")]
    fn decisions(#[case] deployed: Value, #[case] wanted: &str) {
        let seen: Seen = serde_json::from_value(
            json!({"repository": {"default_branch": "main"}, "branch": {"seen": {"protected": true}}, "deployed": deployed}),
        )
        .unwrap();
        let verdict = DeploySource::decide(&seen, &app(), noon());
        assert_eq!(word(&verdict), wanted, "{verdict:?}");
        assert_eq!(DeploySource::remedy(&seen, &app()).steps.is_empty(), wanted != "fail");
    }

    #[rstest]
    #[case::before("2026-11-21", "no_baseline")]
    #[case::on_the_day("2026-11-20", "fail")]
    #[case::after("2026-11-01", "fail")]
    fn what_was_before_the_cut_over_does_not_count(#[case] cut_over: &str, #[case] wanted: &str) {
        let mut value = deployed(&[(held(&json!(false)), states("success"))]);
        value["seen"][0]["deployment"]["created_at"] = json!("2026-11-20T10:00:00Z");
        let seen: Seen = serde_json::from_value(json!({"repository": {}, "branch": {"seen": {}}, "deployed": value})).unwrap();
        let mut app = app();
        app.cut_over = Some(cut_over.parse().unwrap());
        assert_eq!(word(&DeploySource::decide(&seen, &app, noon())), wanted);
    }

    #[rstest]
    #[case(json!({"environment": "Production – app"}), true)]
    #[case(json!({"environment": "live", "transient_environment": true}), false)]
    #[case(json!({"environment": "eu", "production_environment": true}), true)]
    #[case(json!({"environment": "staging"}), false)]
    fn what_is_production(#[case] deployment: Value, #[case] wanted: bool) {
        assert_eq!(in_production(&serde_json::from_value(deployment).unwrap()), wanted);
    }
}
