//! Migrations are applied by a workflow, on staging or an own database before production: the workflow ran on the default
//! branch and its migration step succeeded (dossier github.md §3.3). Without such a workflow the host may do it: a person says.

use super::named;
use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, Finding, Gap, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::hub::{Declarations, Weighing, address, hub, page};
use crate::probes::{Meta, Part, Probe, Sight, Stage};
use crate::systems::github::Listed;
use crate::systems::github::facts::Repository;
use crate::systems::github::facts::actions::{Job, Run, Workflow};
use crate::systems::github::workflow_file::{Deed, JobFile, Place, StepFile, WorkflowFile};
use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// See the module.
pub struct MigrationWorkflow;

/// The workflows, and how those that migrate ran on the default branch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    pub repository: Repository,
    pub declared: Part<Declarations>,
    pub pushes: Part<Listed<Run>>,
    /// The jobs of the newest conclusive run, by workflow.
    pub jobs: BTreeMap<u64, Part<Listed<Job>>>,
}

impl Probe for MigrationWorkflow {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "github.migration-workflow",
        system: System::Github,
        asks: "Does a workflow apply the migrations, on staging before production, and did it succeed last?",
        needs: &["Actions: read", "Contents: read"],
        cost: &[(System::Github, 16)],
        consent: Consent::Passive,
        kind: ProbeKind::Proof,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 60,
        docs: "https://supabase.com/docs/guides/deployment/managing-environments",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let hub = hub(sight).await?;
        let (declared, pushes) = futures_util::join!(hub.declarations(), hub.github.push_runs(&hub.slug, &hub.branch));
        let mut seen = Seen {
            repository: (*hub.repository).clone(),
            declared: declared.into(),
            pushes: pushes.into(),
            jobs: BTreeMap::new(),
        };
        let newest = applying(&seen).filter_map(|(workflow, _)| newest(&seen, workflow.id?)?.id.zip(workflow.id));
        let hub = &hub;
        let asked = newest.take(3).map(|(run, id)| async move { (id, Part::from(hub.github.jobs(&hub.slug, run).await)) });
        let jobs = join_all(asked.collect::<Vec<_>>()).await;
        seen.jobs = jobs.into_iter().collect();
        Ok(seen)
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.repository.archived == Some(true) {
            return Verdict::not_applicable("the repository is archived: no workflow runs");
        }
        let mut weighing =
            Weighing::new("Say how migrations reach production, and show the run of one that went through staging first");
        weighing.findings = findings(seen, settings);
        let mut has_worked = false;
        for (workflow, file) in applying(seen) {
            let name = workflow.named();
            weighing.evidence(format!("github.migrates-{name}"), format!("{name} applies migrations"));
            match worked(seen, workflow, file) {
                Worked::Yes => has_worked = true,
                Worked::Failed => {}
                Worked::Hidden(gap) => weighing.gaps.push(gap),
                Worked::Open(says) => weighing.open.push(says),
            }
        }
        weighing.hidden(&seen.declared);
        weighing.gaps.extend(seen.declared.seen().and_then(Declarations::gap));
        if applying(seen).next().is_none() {
            weighing
                .open
                .push("no workflow that runs on a push applies migrations: the host does, or somebody by hand".to_owned());
        } else if !is_rehearsed(seen) {
            weighing.open.push("no workflow applies migrations to staging or to an own database first".to_owned());
        }
        if has_worked && weighing.gaps.is_empty() && !weighing.open.is_empty() {
            weighing
                .evidence("github.migrations-applied", "a workflow applied the migrations with success on the default branch");
        }
        weighing.verdict("a workflow applied the migrations with success, on staging or an own database first")
    }

    fn remedy(seen: &Seen, settings: &AppSettings) -> Remedy {
        if findings(seen, settings).is_empty() {
            return Remedy::default();
        }
        Remedy {
            steps: vec![
                format!("Read the failed run: {}", address(settings, "actions")).into(),
                "Compare the migrations that were applied in production with those in the repository before anything runs again"
                    .into(),
                "Mend the migration, and let it pass on an own database in the pull request first".into(),
            ],
            effort: Effort::M,
        }
    }
}

/// Active workflows that a push starts and that apply migrations to something that is not their own database.
fn applying(seen: &Seen) -> impl Iterator<Item = (&Workflow, &WorkflowFile)> {
    let files = seen.declared.seen().into_iter().flat_map(Declarations::understood);
    files.filter(|(workflow, file)| workflow.is("active") && file.starts_on("push") && outward(file).next().is_some())
}

fn outward(file: &WorkflowFile) -> impl Iterator<Item = (&JobFile, &StepFile)> {
    file.steps(Deed::Migrate).filter(|(_, step)| step.place != Place::Local)
}

fn newest(seen: &Seen, workflow: u64) -> Option<&Run> {
    let listed = seen.pushes.seen().into_iter().flat_map(|list| &list.items);
    let conclusive = listed.filter(|it| it.workflow_id == Some(workflow) && (it.ended("success") || it.failed()));
    conclusive.max_by_key(|it| it.created_at)
}

enum Worked {
    Yes,
    Failed,
    Hidden(Gap),
    Open(String),
}

/// Whether every migration of the workflow's newest conclusive run really ran and ended well.
fn worked(seen: &Seen, workflow: &Workflow, file: &WorkflowFile) -> Worked {
    let name = workflow.named();
    if let Part::Hidden(gap) = &seen.pushes {
        return Worked::Hidden(gap.clone());
    }
    if workflow.id.and_then(|id| newest(seen, id)).is_none() {
        return Worked::Open(format!("{name} was not seen to run on the default branch"));
    }
    let jobs = match workflow.id.and_then(|id| seen.jobs.get(&id)) {
        Some(Part::Seen(list)) => list,
        Some(Part::Hidden(gap)) => return Worked::Hidden(gap.clone()),
        None => return Worked::Open(format!("the jobs of {name} were not looked at")),
    };
    let mut answer = Worked::Yes;
    for (job, step) in outward(file) {
        let ran = jobs.items.iter().find(|it| it.name.as_ref() == Some(&job.name));
        let own = step.name.as_ref().and_then(|wanted| ran?.steps.iter().flatten().find(|it| it.name.as_ref() == Some(wanted)));
        let conclusion = own.map_or_else(|| ran.and_then(|it| it.conclusion.as_ref()), |it| it.conclusion.as_ref());
        match conclusion {
            Some(it) if it == "success" && !step.may_hide_failure => {}
            Some(it) if it == "failure" || it == "timed_out" => return Worked::Failed,
            Some(it) if it == "success" => answer = Worked::Open(format!("the migration of {name} may fail and still end green")),
            Some(it) if it == "skipped" => answer = Worked::Open(format!("the newest run of {name} skipped the migration")),
            _ => answer = Worked::Open(format!("which step of {name} migrated could not be told")),
        }
    }
    answer
}

/// Whether a migration meets another database before production's: an own or staging's one in a workflow on pull requests,
/// or staging's in a job that production's waits for.
fn is_rehearsed(seen: &Seen) -> bool {
    let mut files =
        seen.declared.seen().into_iter().flat_map(Declarations::understood).filter(|(workflow, _)| workflow.is("active"));
    files.any(|(_, file)| {
        let tried = |place: Place| matches!(place, Place::Local | Place::Staging);
        let on_pull_request = file.starts_on("pull_request") && file.steps(Deed::Migrate).any(|(_, step)| tried(step.place));
        on_pull_request || (file.starts_on("push") && waits_for_staging(file))
    })
}

fn waits_for_staging(file: &WorkflowFile) -> bool {
    let mut production =
        file.steps(Deed::Migrate).filter(|(_, step)| matches!(step.place, Place::Production | Place::Unsaid)).peekable();
    let is_tried_in =
        |job: &JobFile| job.steps.iter().any(|it| it.does == Deed::Migrate && matches!(it.place, Place::Local | Place::Staging));
    production.peek().is_some()
        && production.all(|(job, step)| {
            let before = job.steps.iter().take_while(|it| *it != step);
            let in_same_job =
                before.into_iter().any(|it| it.does == Deed::Migrate && matches!(it.place, Place::Local | Place::Staging));
            in_same_job || ancestors(file, job).into_iter().any(is_tried_in)
        })
}

/// The jobs that must succeed before this one.
fn ancestors<'f>(file: &'f WorkflowFile, job: &'f JobFile) -> Vec<&'f JobFile> {
    let (mut open, mut met, mut found) = (vec![job], BTreeSet::new(), Vec::new());
    while let Some(next) = open.pop() {
        for before in file.jobs.iter().filter(|it| next.needs.contains(&it.id)) {
            if met.insert(before.id.as_str()) {
                found.push(before);
                open.push(before);
            }
        }
    }
    found
}

fn findings(seen: &Seen, settings: &AppSettings) -> Vec<Finding> {
    let failed = applying(seen).filter(|(workflow, file)| matches!(worked(seen, workflow, file), Worked::Failed));
    failed
        .map(|(workflow, _)| {
            let name = workflow.named();
            let says = format!("the newest migration by {name} failed on the default branch");
            let fix = "Find out what was applied before anything runs again";
            Finding::new("github.migration-failed", format!("{}:{name}", named(settings)), Severity::High, says, fix)
                .at(page(settings, &format!("actions/workflows/{name}")))
        })
        .collect()
}

#[cfg(test)]
mod tests;
