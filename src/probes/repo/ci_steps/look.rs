//! What of a survey tells which checks pull requests start.

use super::{Seen, StepSeen};
use crate::probes::ground::{Ground, MOST_KEPT, Spot};
use crate::repo::Survey;
use crate::repo::place::name;
use crate::repo::project::settings::is_strict;
use crate::repo::project::suites::is_test;
use crate::repo::project::{HostKind, Suite};
use crate::repo::workflows::{Meaning, Workflow, Workflows};

/// Hosts that build what is pushed, pull requests too, once they are connected.
const BUILDING: [HostKind; 6] =
    [HostKind::Vercel, HostKind::Netlify, HostKind::Cloudflare, HostKind::Render, HostKind::Railway, HostKind::Amplify];

/// Commands of builds that check types and fail when they are wrong.
const CHECKING: [&str; 4] = ["next build", "ng build", "react-scripts build", "nest build"];

pub(super) fn seen(survey: &Survey) -> Seen {
    let project = &survey.project;
    let of_pulls: Vec<&Workflow> = survey.workflows.files.iter().filter(|it| it.runs_on_pull_requests()).collect();
    let spots = |workflow: &&Workflow| {
        let line = workflow.on("pull_request").or_else(|| workflow.on("merge_group")).map_or(1, |it| it.line);
        Spot::new(&workflow.path, line, "started by pull requests")
    };
    let steps = of_pulls.iter().flat_map(|workflow| {
        workflow.work().map(|(_, _, work)| StepSeen {
            meaning: work.meaning,
            spot: Spot::new(&workflow.path, work.line, &work.says),
            soft: work.soft,
            conditional: work.conditional,
            checks_types: work.meaning == Meaning::Build && CHECKING.iter().any(|it| work.says.contains(it)),
        })
    });
    let unfollowed = of_pulls.iter().flat_map(|workflow| {
        let jobs = workflow.jobs.iter().filter(|it| it.unfollowed);
        jobs.map(|job| Spot::new(&workflow.path, job.line, job.lost()))
    });
    let loose = project.tsconfigs.iter().filter(|it| it.covers_code() && is_strict(it, &project.tsconfigs) == Some(false));
    Seen {
        ground: Ground::of(survey, matters),
        packages: project.packages.len(),
        has_typescript: survey.paths.iter().any(|it| is_typescript(it)),
        workflows: survey.workflows.files.len(),
        on_pull_requests: of_pulls.iter().map(spots).collect(),
        filtered: of_pulls.iter().filter_map(|it| filtered(it)).collect(),
        steps: steps.take(MOST_KEPT).collect(),
        unfollowed: unfollowed.collect(),
        others: survey.workflows.others.iter().map(|it| Spot::new(&it.path, 1, it.system)).collect(),
        suites: project.suites.len(),
        asserting: project.suites.iter().filter(|it| Suite::tests_something(it)).count(),
        gates: project.gates.iter().map(|it| Spot::new(&it.at.path, it.at.line, it.option)).collect(),
        loose: loose.map(|it| Spot::new(&it.path, it.strict_line, "`strict` is off")).collect(),
        strangers: survey
            .workflows
            .files
            .iter()
            .filter_map(Workflow::checks_out_strangers)
            .map(|it| Spot::new(it.path, it.line, "the head of the pull request is checked out"))
            .collect(),
        missing: survey.workflows.missing.iter().map(|it| Spot::new(&it.at.path, it.at.line, &it.called)).collect(),
        builders: project
            .hosts
            .iter()
            .filter(|it| BUILDING.contains(&it.kind))
            .map(|it| Spot::new(&it.path, 1, it.kind.to_string()))
            .collect(),
    }
}

fn matters(path: &str) -> bool {
    let settings = ["next.config.", "tsconfig"].iter().any(|it| name(path).starts_with(it));
    Workflows::wants(path) || is_test(path) || name(path) == "package.json" || settings
}

fn is_typescript(path: &str) -> bool {
    let typed = [".ts", ".tsx", ".mts", ".cts"].iter().any(|it| path.ends_with(it));
    typed && !path.ends_with(".d.ts") && !path.contains("node_modules/") && !path.contains("supabase/functions/")
}

fn filtered(workflow: &Workflow) -> Option<Spot> {
    let trigger = workflow.on("pull_request")?;
    let says = if trigger.has_path_filter() {
        "it is limited to some paths"
    } else if !trigger.branches_ignore.is_empty() {
        "it leaves out some branches"
    } else {
        return None;
    };
    Some(Spot::new(&workflow.path, trigger.line, says))
}
