//! The default branch is green: the newest conclusive run on a push of each workflow that also checks pull requests ended
//! well, or another service says so (dossier github.md §3.3). No run at all is not green.

use super::named;
use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, Finding, Gap, GapKind, Place, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::hub::{Weighing, address, hub};
use crate::probes::{Meta, Part, Probe, Sight, Stage};
use crate::systems::github::Listed;
use crate::systems::github::facts::Repository;
use crate::systems::github::facts::actions::{CombinedStatus, Run, Workflow};
use crate::systems::github::facts::changes::Change;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// See the module.
pub struct GreenDefaultBranch;

/// Runs on pushes to the default branch, and on pull requests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    pub repository: Repository,
    pub is_empty: bool,
    pub workflows: Part<Listed<Workflow>>,
    pub pulls: Part<Listed<Run>>,
    pub pushes: Part<Listed<Run>>,
    /// Asked when no run speaks.
    pub status: Option<Part<CombinedStatus>>,
}

impl Probe for GreenDefaultBranch {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "github.green-default-branch",
        system: System::Github,
        asks: "Did the newest run of CI on the default branch end well?",
        needs: &["Actions: read", "Commit statuses: read"],
        cost: &[(System::Github, 6)],
        consent: Consent::Passive,
        kind: ProbeKind::Sign,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 60,
        docs: "https://docs.github.com/rest/actions/workflow-runs#list-workflow-runs-for-a-repository",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let hub = hub(sight).await?;
        let (github, slug) = (&hub.github, &hub.slug);
        let (workflows, pulls, pushes, changes) = futures_util::join!(
            github.workflows(slug),
            github.pull_request_runs(slug),
            github.push_runs(slug, &hub.branch),
            github.newest_changes(slug, &hub.branch)
        );
        let is_empty = changes.as_ref().is_ok_and(|list: &Listed<Change>| list.items.is_empty());
        let mut seen = Seen {
            repository: (*hub.repository).clone(),
            is_empty,
            workflows: workflows.into(),
            pulls: pulls.into(),
            pushes: pushes.into(),
            status: None,
        };
        if newest(&seen).is_empty() && seen.pushes.seen().is_some() && !is_empty {
            seen.status = Some(github.combined_status(slug, &hub.branch).await.map(|it| (*it).clone()).into());
        }
        Ok(seen)
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.repository.archived == Some(true) {
            return Verdict::not_applicable("the repository is archived: nothing is pushed");
        }
        if seen.is_empty {
            return Verdict::not_applicable("the repository is empty: there is nothing to check");
        }
        let branch = seen.repository.default_branch.as_deref().unwrap_or("the default branch");
        let mut weighing = Weighing::new("Look at the newest commit of the branch");
        weighing.findings = findings(seen, settings);
        weighing.hidden(&seen.pushes);
        if newest(seen).is_empty() {
            match &seen.status {
                Some(Part::Seen(status)) if status.total_count.unwrap_or_default() > 0 => match status.state.as_ref() {
                    Some(state) if state == "success" => {}
                    Some(state) if state == "failure" || state == "error" => {}
                    _ => weighing.open.push(format!("checks of {branch} have not ended")),
                },
                Some(Part::Hidden(gap)) => weighing.gaps.push(gap.clone()),
                _ => weighing.gaps.push(
                    Gap::new(GapKind::Ambiguous, System::Github, format!("nothing reports a check of {branch} to GitHub"))
                        .needs("Run CI on pushes to the default branch too"),
                ),
            }
        }
        weighing.verdict(format!("the newest checks of {branch} ended well"))
    }

    fn remedy(seen: &Seen, settings: &AppSettings) -> Remedy {
        let found = findings(seen, settings);
        let Some(first) = found.first() else { return Remedy::default() };
        Remedy {
            steps: vec![
                format!("Mend what fails: {}", first.says).into(),
                format!("Merge nothing else until it is green: {}", address(settings, "actions")).into(),
            ],
            effort: Effort::M,
        }
    }
}

/// The newest conclusive push run of each workflow that gates: those that also run on pull requests, or all when none does.
fn newest(seen: &Seen) -> BTreeMap<u64, &Run> {
    let listed = |part: &'_ Part<Listed<Run>>| {
        part.seen().map(|list| list.items.iter().filter_map(|it| it.workflow_id).collect::<Vec<_>>())
    };
    let gating = listed(&seen.pulls).unwrap_or_default();
    let mut newest: BTreeMap<u64, &Run> = BTreeMap::new();
    for run in seen.pushes.seen().into_iter().flat_map(|list| &list.items).filter(|it| it.ended("success") || it.failed()) {
        let Some(id) = run.workflow_id.filter(|id| is_active(seen, *id)) else { continue };
        let entry = newest.entry(id).or_insert(run);
        if run.created_at > entry.created_at {
            *entry = run;
        }
    }
    if newest.keys().any(|id| gating.contains(id)) {
        newest.retain(|id, _| gating.contains(id));
    }
    newest
}

/// A workflow that was deleted or switched off says nothing any more.
fn is_active(seen: &Seen, id: u64) -> bool {
    let listed = seen.workflows.seen().map(|list| &list.items);
    listed.is_none_or(|list| list.iter().find(|it| it.id == Some(id)).is_none_or(|it| it.is("active")))
}

fn findings(seen: &Seen, settings: &AppSettings) -> Vec<Finding> {
    let branch = seen.repository.default_branch.as_deref().unwrap_or("the default branch");
    let newest = newest(seen);
    let mut found = Vec::new();
    for (id, run) in newest.iter().filter(|(_, run)| run.failed()) {
        let workflow = seen.workflows.seen().and_then(|list| list.items.iter().find(|it| it.id == Some(*id)));
        let name = workflow.map_or_else(|| format!("workflow {id}"), Workflow::named);
        let says = format!("{name} failed on the newest push to {branch} that it checked");
        let finding = Finding::new(
            "github.default-branch-red",
            format!("{}:{name}", named(settings)),
            Severity::Medium,
            says,
            "Mend it before anything else is merged",
        );
        let url = run.id.map_or_else(|| address(settings, "actions"), |run| address(settings, &format!("actions/runs/{run}")));
        found.push(finding.at(Place::Web { url: url.into() }));
    }
    let status =
        seen.status.as_ref().and_then(Part::seen).filter(|it| newest.is_empty() && it.total_count.unwrap_or_default() > 0);
    if status.and_then(|it| it.state.as_ref()).is_some_and(|it| it == "failure" || it == "error") {
        let says = format!("a service reports that the newest commit of {branch} failed");
        found.push(Finding::new(
            "github.default-branch-red",
            format!("{}:{branch}", named(settings)),
            Severity::Medium,
            says,
            "Mend it before anything else is merged",
        ));
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

    fn runs(of: &[(u64, &str, &str)]) -> Value {
        let items: Vec<Value> = of.iter().map(|(workflow, conclusion, at)| json!({"id": 9, "workflow_id": workflow, "status": "completed", "conclusion": conclusion, "created_at": at})).collect();
        json!({"seen": {"items": items}})
    }
    fn status(state: &str, count: u64) -> Value {
        json!({"seen": {"state": state, "total_count": count}})
    }
    const NEW: &str = "2026-11-20T00:00:00Z";
    const OLD: &str = "2026-11-10T00:00:00Z";

    #[rstest]
    #[case::green(runs(&[(1, "success", NEW)]), runs(&[(1, "success", NEW), (1, "failure", OLD)]), Value::Null, "pass")]
    #[case::red(runs(&[(1, "success", NEW)]), runs(&[(1, "failure", NEW), (1, "success", OLD)]), Value::Null, "fail")]
    #[case::timed_out(runs(&[]), runs(&[(1, "timed_out", NEW)]), Value::Null, "fail")]
    #[case::cancelled_says_nothing(runs(&[]), runs(&[(1, "cancelled", NEW), (1, "success", OLD)]), Value::Null, "pass")]
    #[case::another_workflow_is_red(runs(&[(1, "success", NEW)]), runs(&[(1, "success", NEW), (2, "failure", NEW)]), Value::Null, "pass")]
    #[case::all_when_none_gates(runs(&[]), runs(&[(1, "success", NEW), (2, "failure", NEW)]), Value::Null, "fail")]
    #[case::switched_off(runs(&[]), runs(&[(3, "failure", NEW), (1, "success", NEW)]), Value::Null, "pass")]
    #[case::order_is_not_trusted(runs(&[]), runs(&[(1, "failure", OLD), (1, "success", NEW)]), Value::Null, "pass")]
    #[case::external_green(runs(&[]), runs(&[]), status("success", 2), "pass")]
    #[case::external_red(runs(&[]), runs(&[]), status("failure", 2), "fail")]
    #[case::external_pending(runs(&[]), runs(&[]), status("pending", 2), "needs_judgement")]
    #[case::pending_of_nothing(runs(&[]), runs(&[]), status("pending", 0), "ambiguous")]
    #[case::success_of_nothing(runs(&[]), runs(&[]), status("success", 0), "ambiguous")]
    #[case::status_hidden(runs(&[]), runs(&[]), hidden("no_permission"), "no_permission")]
    #[case::runs_hidden(runs(&[]), hidden("no_permission"), Value::Null, "no_permission")]
    fn decisions(#[case] pulls: Value, #[case] pushes: Value, #[case] status: Value, #[case] wanted: &str) {
        let workflows = json!({"seen": {"items": [{"id": 1, "state": "active"}, {"id": 3, "state": "disabled_manually"}]}});
        let seen: Seen = serde_json::from_value(
            json!({"repository": {"default_branch": "main"}, "is_empty": false, "workflows": workflows, "pulls": pulls, "pushes": pushes, "status": status}),
        )
        .unwrap();
        let verdict = GreenDefaultBranch::decide(&seen, &app(), noon());
        assert_eq!(word(&verdict), wanted, "{verdict:?}");
        assert_eq!(GreenDefaultBranch::remedy(&seen, &app()).steps.is_empty(), wanted != "fail");
    }
}
