//! CI gates merging: a required check is the job of a workflow that really ran on a pull request in the last thirty days
//! (dossier github.md §3.2 and §3.3). A name that nobody produces gates nothing; a skipped job is no run.

use super::branch_protection::{self, BranchProtection, Required};
use super::named;
use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, Finding, Gap, NoteLevel, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::hub::{Declarations, Weighing, address, hub, note, page};
use crate::probes::{Meta, Part, Probe, Sight, Stage};
use crate::systems::github::Listed;
use crate::systems::github::facts::actions::{Job, Run, Workflow};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// See the module.
pub struct RequiredChecks;

/// What merging requires, and what ran on pull requests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    pub protection: branch_protection::Seen,
    pub declared: Part<Declarations>,
    /// Whether a run on a pull request ended in the last thirty days.
    pub runs: Part<Listed<Run>>,
    /// The jobs of each workflow's newest such run.
    pub ran: Vec<Ran>,
}

/// A workflow's newest ended run on a pull request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ran {
    pub workflow: Option<Workflow>,
    pub jobs: Part<Listed<Job>>,
}

/// How old the run may be.
const WINDOW: TimeDelta = TimeDelta::days(30);
/// Most workflows whose jobs are read.
const MOST_RAN: usize = 4;

impl Probe for RequiredChecks {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "github.required-checks",
        system: System::Github,
        asks: "Does merging require checks that really ran on a pull request in the last 30 days?",
        needs: &["Metadata: read", "Actions: read", "Contents: read", "Administration: read (classic protection)"],
        cost: &[(System::Github, 32)],
        consent: Consent::Passive,
        kind: ProbeKind::Proof,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 60,
        docs: "https://docs.github.com/rest/actions/workflow-jobs#list-jobs-for-a-workflow-run",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let hub = hub(sight).await?;
        let (protection, declared, runs) =
            futures_util::join!(BranchProtection::observe(sight), hub.declarations(), hub.github.pull_request_runs(&hub.slug));
        let (declared, runs): (Part<Declarations>, Part<Listed<Run>>) = (declared.into(), runs.into());
        let since = sight.now - WINDOW;
        let mut met = BTreeSet::new();
        let ended = runs.seen().into_iter().flat_map(|list| &list.items).filter(|it| {
            it.created_at.is_some_and(|at| at >= since) && (it.ended("success") || it.failed()) && met.insert(it.workflow_id)
        });
        let ran = ended.take(MOST_RAN).filter_map(|it| Some((it.workflow_id, it.id?))).map(|(workflow, run)| {
            let workflow =
                declared.seen().and_then(|it| it.list.iter().map(|it| &it.workflow).find(|it| it.id == workflow)).cloned();
            let hub = &hub;
            async move { Ran { workflow, jobs: hub.github.jobs(&hub.slug, run).await.into() } }
        });
        let ran = join_all(ran).await;
        let runs = runs.map(|mut list| {
            list.items.retain(|it| it.created_at.is_none_or(|at| at >= since));
            list
        });
        Ok(Seen { protection: protection?, declared, runs, ran })
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.protection.repository.archived == Some(true) {
            return Verdict::not_applicable("the repository is archived: nothing is merged");
        }
        if branch_protection::is_empty(&seen.protection) {
            return Verdict::not_applicable("the repository is empty: nothing is merged");
        }
        let required = branch_protection::required(&seen.protection);
        let mut weighing =
            Weighing::new("Open a pull request with a broken test and see that it cannot be merged, then attest it");
        weighing.findings = findings(seen, &required, settings);
        match &required {
            Required::Nothing => {}
            Required::Hidden(gap) => weighing.gaps.push(gap.clone()),
            Required::Checks { names, workflows, all } => {
                let jobs = jobs(seen);
                for name in names.iter().filter(|it| !jobs.contains(*it)) {
                    let says = format!("the required check {name} is no job of a workflow that ran on a pull request lately");
                    weighing.notes.push(note(NoteLevel::Warning, format!("github.check-without-a-job-{name}"), says));
                }
                if workflows.is_empty() && !names.iter().any(|it| jobs.contains(it)) && weighing.findings.is_empty() {
                    unproduced(seen, *all, &mut weighing);
                }
            }
        }
        weighing.verdict("merging requires checks that ran on a pull request in the last 30 days")
    }

    fn remedy(seen: &Seen, settings: &AppSettings) -> Remedy {
        let found = findings(seen, &branch_protection::required(&seen.protection), settings);
        let Some(first) = found.first() else { return Remedy::default() };
        let mut steps = Vec::new();
        if first.rule == "github.no-ci" {
            steps.push("Write one workflow on `pull_request`: frozen install, types, lint, test, build".into());
        }
        let names: Vec<String> = jobs(seen).into_iter().take(5).collect();
        let names = if names.is_empty() { "the names of its jobs".to_owned() } else { names.join(", ") };
        steps.push(format!("Require status checks in {}: {names}", address(settings, "settings/rules")).into());
        steps.push("Open a pull request with a broken test, and see that it cannot be merged".into());
        Remedy { steps, effort: Effort::M }
    }
}

/// The names of the jobs that ran to an end: a skipped job reports success and checks nothing.
fn jobs(seen: &Seen) -> BTreeSet<String> {
    let listed = seen.ran.iter().filter_map(|it| it.jobs.seen()).flat_map(|list| &list.items);
    let real = listed.filter(|it| it.conclusion.as_ref().is_some_and(|it| it == "success" || it == "failure"));
    real.filter_map(|it| it.name.as_ref()).map(|it| it.cut(120)).collect()
}

/// Whether any workflow is known to start on pull requests.
fn is_declared(seen: &Seen) -> bool {
    let files = || seen.declared.seen().into_iter().flat_map(Declarations::understood);
    files().any(|(workflow, file)| {
        workflow.is("active") && (file.starts_on("pull_request") || file.starts_on("pull_request_target"))
    })
}

/// Why no run on a pull request would not mean that there is no CI, if so.
fn what_hides_ci(seen: &Seen) -> Option<Gap> {
    let declared = seen.declared.gap().cloned().or_else(|| seen.declared.seen()?.gap());
    seen.runs.gap().cloned().or(declared)
}

fn findings(seen: &Seen, required: &Required, settings: &AppSettings) -> Vec<Finding> {
    let branch = seen.protection.repository.default_branch.as_deref().unwrap_or("the default branch");
    let resource = format!("{}:{branch}", named(settings));
    let not_required = |says: String| {
        let fix = "Add the names of CI's jobs to the required checks of the branch";
        vec![Finding::new("github.ci-not-required", &resource, Severity::Medium, says, fix).at(page(settings, "settings/rules"))]
    };
    let has_ci = !jobs(seen).is_empty() || is_declared(seen) || seen.runs.seen().is_some_and(|list| !list.items.is_empty());
    match required {
        Required::Hidden(_) => Vec::new(),
        Required::Nothing if has_ci => not_required(format!("CI runs on pull requests, and {branch} takes changes without it")),
        Required::Nothing if what_hides_ci(seen).is_none() => {
            let says = "no workflow runs on pull requests, and no check is required";
            let fix = "Write a workflow on `pull_request` that tests and builds, and require its jobs";
            vec![Finding::new("github.no-ci", &resource, Severity::High, says, fix)]
        }
        // Whether CI runs is hidden; that it is not required was seen.
        Required::Nothing => not_required(format!("{branch} takes changes whose checks did not pass")),
        Required::Checks { names, workflows, all } => {
            let jobs = jobs(seen);
            let is_whole = *all
                && seen.ran.iter().all(|it| it.jobs.seen().is_some_and(|list| list.cut.is_none()))
                && seen.ran.len() < MOST_RAN;
            if workflows.is_empty() && !jobs.is_empty() && is_whole && !names.iter().any(|it| jobs.contains(it)) {
                let names: Vec<String> = names.iter().take(5).cloned().collect();
                return not_required(format!("required is {}, and no job of CI is called so", names.join(", ")));
            }
            Vec::new()
        }
    }
}

/// Checks are required, and none is the job of a workflow that was seen to run.
fn unproduced(seen: &Seen, all: bool, weighing: &mut Weighing) {
    weighing.hidden(&seen.runs);
    for ran in &seen.ran {
        weighing.hidden(&ran.jobs);
    }
    if !all && let Some(gap) = seen.protection.classic.gap().or(seen.protection.active.gap()) {
        weighing.gaps.push(gap.clone());
    }
    let is_quiet = seen.runs.seen().is_some_and(|list| list.items.is_empty());
    weighing.open.push(if is_quiet && is_declared(seen) {
        "checks are required, and no pull request ran CI in the last 30 days".to_owned()
    } else {
        "checks are required that no workflow here produces; another service may report them".to_owned()
    });
}

#[cfg(test)]
mod tests;
