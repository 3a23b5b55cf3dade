//! Every pull request can be tried: the newest ones have a successful preview deployment of their newest commit (dossier
//! github.md §3.9). A host that tells GitHub nothing is not taken for one that makes no previews.

use super::environments::is_staging_like;
use super::named;
use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, Finding, Gap, GapKind, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::hub::{Weighing, hub, page};
use crate::probes::{Meta, Part, Probe, Sight, Stage};
use crate::systems::github::Listed;
use crate::systems::github::facts::changes::PullRequest;
use crate::systems::github::facts::{Deployment, DeploymentStatus, Repository};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};

/// See the module.
pub struct PreviewDeployments;

/// The newest pull requests with what was deployed of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    pub repository: Repository,
    /// None: the pull requests could not be read.
    pub pulls: Part<Vec<Tried>>,
    /// How many deployments of any kind GitHub knows of the last thirty days.
    pub deployments: Part<usize>,
    /// Why there may be more deployments.
    pub cut: Option<Gap>,
}

/// A pull request, and its preview.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    pub number: u64,
    /// The states of its newest commit's preview; none when there is no such deployment.
    pub states: Option<Part<Vec<DeploymentStatus>>>,
}

/// How young a pull request has to be to count.
const WINDOW: TimeDelta = TimeDelta::days(30);
/// Most pull requests that are looked at (CHECKLIST, CI-03).
const MOST: usize = 5;

impl Probe for PreviewDeployments {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "github.preview-deployments",
        system: System::Github,
        asks: "Does every pull request get a preview deployment that succeeds?",
        needs: &["Pull requests: read", "Deployments: read"],
        cost: &[(System::Github, 8)],
        consent: Consent::Passive,
        kind: ProbeKind::Proof,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 60,
        docs: "https://docs.github.com/rest/deployments/deployments#list-deployments",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let hub = hub(sight).await?;
        let since = sight.now - WINDOW;
        let (pulls, deployments) =
            futures_util::join!(hub.github.newest_pulls(&hub.slug, &hub.branch), hub.github.deployments(&hub.slug, since));
        let deployments: Part<Listed<Deployment>> = deployments.into();
        let listed = deployments.seen().map_or(&[][..], |list| &list.items);
        let pulls: Part<Listed<PullRequest>> = pulls.into();
        let hub = &hub;
        let pulls = match pulls {
            Part::Hidden(gap) => Part::Hidden(gap),
            Part::Seen(list) => {
                let looked = recent(&list.items, since).into_iter().map(|(number, sha)| async move {
                    let id = preview_of(listed, &sha);
                    let states = match id {
                        Some(id) => Some(hub.github.deployment_statuses(&hub.slug, id).await.map(|it| (*it).clone()).into()),
                        None => None,
                    };
                    Tried { number, states }
                });
                Part::Seen(join_all(looked).await)
            }
        };
        let cut = deployments.seen().and_then(|it| it.cut.clone());
        let deployments =
            deployments.map(|list| list.items.iter().filter(|it| it.created_at.is_none_or(|at| at >= since)).count());
        Ok(Seen { repository: (*hub.repository).clone(), pulls, deployments, cut })
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.repository.archived == Some(true) {
            return Verdict::not_applicable("the repository is archived: there are no new pull requests");
        }
        let mut weighing = Weighing::new("See that each of the last five pull requests can be tried, and attest it");
        weighing.hidden(&seen.pulls);
        weighing.hidden(&seen.deployments);
        let Some(pulls) = seen.pulls.seen() else { return weighing.verdict("") };
        let good = pulls.iter().filter(|it| succeeded(it)).count();
        if pulls.is_empty() {
            weighing.gaps.push(
                Gap::new(GapKind::Ambiguous, System::Github, "there was no pull request of a person in the last 30 days")
                    .needs("Open a pull request, and run again"),
            );
        } else if good < pulls.len() {
            weighing.gaps.extend(seen.cut.clone());
            weighing.gaps.extend(pulls.iter().filter_map(|it| it.states.as_ref()?.gap().cloned()));
            if seen.deployments.seen() == Some(&0) {
                weighing.gaps.push(
                    Gap::new(
                        GapKind::Ambiguous,
                        System::Github,
                        "GitHub knows no deployment of the last 30 days: the app is deployed another way",
                    )
                    .needs("Connect what deploys the app, such as Vercel"),
                );
            }
            if good > 0 {
                weighing
                    .open
                    .push(format!("{good} of the newest {} pull requests have a preview of their newest commit", pulls.len()));
            }
        }
        if is_missing(seen) {
            weighing.findings.push(missing(settings));
        }
        weighing.verdict(format!("each of the newest {} pull requests has a preview of its newest commit", pulls.len()))
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        if !is_missing(seen) {
            return Remedy::default();
        }
        Remedy {
            steps: vec![
                "Connect the repository to the host by its Git integration, or deploy previews from a workflow".into(),
                "Point previews at staging's database, and protect them from strangers".into(),
                "Open a pull request, and see its preview".into(),
            ],
            effort: Effort::S,
        }
    }
}

/// The newest pull requests of people, with their newest commits. Bots' are left out: many hosts build none of theirs.
fn recent(pulls: &[PullRequest], since: DateTime<Utc>) -> Vec<(u64, String)> {
    let of_people = pulls.iter().filter(|it| it.user.as_ref().is_none_or(|user| !user.is("Bot")));
    let mut young: Vec<&PullRequest> = of_people.filter(|it| it.created_at.is_some_and(|at| at >= since)).collect();
    young.sort_by_key(|it| std::cmp::Reverse(it.created_at));
    let known = young.into_iter().filter_map(|it| Some((it.number?, it.head.as_ref()?.sha.as_ref()?.as_str().to_owned())));
    known.take(MOST).collect()
}

/// The newest preview of that commit.
fn preview_of(deployments: &[Deployment], sha: &str) -> Option<u64> {
    let is_preview = |it: &&Deployment| {
        it.sha.as_ref().is_some_and(|it| it == sha)
            && it.production_environment != Some(true)
            && (it.transient_environment == Some(true) || it.environment.as_ref().is_some_and(|it| is_staging_like(it.as_str())))
    };
    deployments.iter().filter(is_preview).max_by_key(|it| it.created_at)?.id
}

/// A success counts even if a newer deployment made it inactive.
fn succeeded(tried: &Tried) -> bool {
    let states = tried.states.as_ref().and_then(Part::seen);
    states.is_some_and(|list| list.iter().any(|it| it.state.as_ref().is_some_and(|state| state == "success")))
}

/// Pull requests were seen to the full, GitHub hears of deployments, and not one was a preview that worked.
fn is_missing(seen: &Seen) -> bool {
    let hides = |it: &Tried| it.states.as_ref().is_some_and(|it| it.gap().is_some());
    seen.cut.is_none()
        && seen.deployments.seen().is_some_and(|count| *count > 0)
        && seen.pulls.seen().is_some_and(|list| !list.is_empty() && !list.iter().any(|it| succeeded(it) || hides(it)))
}

fn missing(settings: &AppSettings) -> Finding {
    let fix = "Connect the repository to the host so that every pull request is deployed";
    let says = "no pull request of the last 30 days has a preview that can be tried";
    Finding::new("github.no-previews", named(settings), Severity::Low, says, fix).at(page(settings, "deployments"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probes::github::testing::{app, hidden, word};
    use crate::systems::stand_in::noon;
    use rstest::rstest;
    use serde_json::{Value, json};

    fn pulls(states: &[Value]) -> Value {
        json!({"seen": states.iter().enumerate().map(|(n, it)| json!({"number": n, "states": it})).collect::<Vec<_>>()})
    }
    fn state(word: &str) -> Value {
        json!({"seen": [{"state": word}]})
    }
    fn known(count: usize) -> Value {
        json!({"seen": count})
    }

    #[rstest]
    #[case::all(pulls(&[state("success"), json!({"seen": [{"state": "inactive"}, {"state": "success"}]})]), known(4), Value::Null, "pass")]
    #[case::none(pulls(&[Value::Null, Value::Null]), known(4), Value::Null, "fail")]
    #[case::failed(pulls(&[state("failure")]), known(4), Value::Null, "fail")]
    #[case::some(pulls(&[state("success"), Value::Null]), known(4), Value::Null, "needs_judgement")]
    #[case::deployed_elsewhere(pulls(&[Value::Null]), known(0), Value::Null, "ambiguous")]
    #[case::no_pulls(pulls(&[]), known(4), Value::Null, "ambiguous")]
    #[case::cut(pulls(&[Value::Null]), known(4), json!({"kind": "incomplete", "says": "cut"}), "incomplete")]
    #[case::states_hidden(pulls(&[hidden("no_permission")]), known(4), Value::Null, "no_permission")]
    #[case::pulls_hidden(hidden("no_permission"), known(4), Value::Null, "no_permission")]
    #[case::deployments_hidden(pulls(&[Value::Null]), hidden("no_permission"), Value::Null, "no_permission")]
    fn decisions(#[case] pulls: Value, #[case] deployments: Value, #[case] cut: Value, #[case] wanted: &str) {
        let seen: Seen =
            serde_json::from_value(json!({"repository": {}, "pulls": pulls, "deployments": deployments, "cut": cut})).unwrap();
        let verdict = PreviewDeployments::decide(&seen, &app(), noon());
        assert_eq!(word(&verdict), wanted, "{verdict:?}");
        assert_eq!(PreviewDeployments::remedy(&seen, &app()).steps.is_empty(), wanted != "fail");
    }

    #[test]
    fn production_of_the_same_commit_is_no_preview() {
        let list: Vec<Deployment> = serde_json::from_value(json!([
            {"id": 1, "sha": "a", "environment": "Production", "production_environment": true, "transient_environment": true},
            {"id": 2, "sha": "b", "environment": "Preview"}, {"id": 3, "sha": "c", "environment": "pr-7", "transient_environment": true},
        ]))
        .unwrap();
        assert_eq!([preview_of(&list, "a"), preview_of(&list, "b"), preview_of(&list, "c")], [None, Some(2), Some(3)]);
    }
}
