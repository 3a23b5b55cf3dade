//! Every scheduled workflow ran with success in its last window. GitHub starts late and drops runs under load, so a window
//! is judged three hours after it was due; a schedule that GitHub switched off for inactivity is an outage (dossier §3.7).

use super::named;
use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, Finding, Gap, GapKind, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::hub::{Declarations, Weighing, address, hub, last_due, page};
use crate::probes::{Meta, Part, Probe, Sight, Stage};
use crate::systems::github::Listed;
use crate::systems::github::facts::Repository;
use crate::systems::github::facts::actions::{Run, Workflow};
use crate::systems::github::workflow_file::WorkflowFile;
use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// See the module.
pub struct ScheduledWorkflows;

/// The workflows, and how those with a schedule ran.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    pub repository: Repository,
    pub declared: Part<Declarations>,
    /// The newest scheduled runs, by workflow.
    pub runs: BTreeMap<u64, Part<Listed<Run>>>,
}

impl Probe for ScheduledWorkflows {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "github.scheduled-workflows",
        system: System::Github,
        asks: "Did every scheduled workflow succeed in its last window?",
        needs: &["Actions: read", "Contents: read"],
        cost: &[(System::Github, 22)],
        consent: Consent::Passive,
        kind: ProbeKind::Proof,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 60,
        docs: "https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let hub = hub(sight).await?;
        let declared: Part<Declarations> = hub.declarations().await.into();
        let ids = scheduled(&declared).filter(|(workflow, _)| workflow.is("active")).filter_map(|(workflow, _)| workflow.id);
        let hub = &hub;
        let runs =
            join_all(ids.map(|id| async move { (id, hub.github.scheduled_runs(&hub.slug, id, &hub.branch).await.into()) })).await;
        Ok(Seen { repository: (*hub.repository).clone(), runs: runs.into_iter().collect(), declared })
    }

    fn decide(seen: &Seen, settings: &AppSettings, now: DateTime<Utc>) -> Verdict {
        if seen.repository.archived == Some(true) {
            return Verdict::not_applicable("the repository is archived: no workflow runs");
        }
        let mut weighing = Weighing::new("Look at the repository's Actions page");
        let count = scheduled(&seen.declared).count();
        for (workflow, file) in scheduled(&seen.declared) {
            match judged(workflow, file, workflow.id.and_then(|id| seen.runs.get(&id)), now) {
                Ran::Well => {}
                Ran::Not(rule, why) => weighing.findings.push(finding(rule, &why, workflow, settings)),
                Ran::Unknown(gap) => weighing.gaps.push(gap),
            }
        }
        weighing.hidden(&seen.declared);
        weighing.gaps.extend(seen.declared.seen().and_then(Declarations::gap));
        if count == 0 && weighing.gaps.is_empty() {
            return Verdict::not_applicable("no workflow of the repository has a schedule");
        }
        weighing.verdict(format!("{count} scheduled workflows succeeded in their last window"))
    }

    fn remedy(seen: &Seen, settings: &AppSettings) -> Remedy {
        let Some(count) = Some(scheduled(&seen.declared).count()).filter(|count| *count > 0) else { return Remedy::default() };
        Remedy {
            steps: vec![
                format!("Go through the {count} scheduled workflows: {}", address(settings, "actions?query=event:schedule"))
                    .into(),
                "Enable what GitHub switched off, mend what fails, and run each once by hand".into(),
                "Let the end of a good run ping a monitor outside GitHub, so that silence raises an alarm".into(),
            ],
            effort: Effort::S,
        }
    }
}

/// The understood workflows with a schedule.
fn scheduled(declared: &Part<Declarations>) -> impl Iterator<Item = (&Workflow, &WorkflowFile)> {
    let files = declared.seen().into_iter().flat_map(Declarations::understood);
    files.filter(|(_, file)| !file.schedules.is_empty() || file.starts_on("schedule"))
}

/// How a scheduled workflow ran.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ran {
    Well,
    /// The rule that it breaks, and why.
    Not(&'static str, String),
    Unknown(Gap),
}

/// Judges one scheduled workflow by its state and its newest runs.
pub(super) fn judged(workflow: &Workflow, file: &WorkflowFile, runs: Option<&Part<Listed<Run>>>, now: DateTime<Utc>) -> Ran {
    let name = workflow.named();
    let unknown = |kind, says: String, step: &str| Ran::Unknown(Gap::new(kind, System::Github, says).needs(step));
    match workflow.state.as_ref().map(crate::domain::Foreign::as_str) {
        Some("active") => {}
        Some("disabled_inactivity") => {
            return Ran::Not("github.schedule-off", format!("GitHub switched {name} off because nothing was pushed for 60 days"));
        }
        Some("disabled_manually") => return Ran::Not("github.schedule-off", format!("{name} is switched off")),
        Some("disabled_fork") => {
            return Ran::Not("github.schedule-off", format!("{name} is switched off because the repository is a fork"));
        }
        _ => {
            return unknown(
                GapKind::UnexpectedAnswer,
                format!("GitHub does not say whether {name} is switched on"),
                "Look at the repository's Actions page",
            );
        }
    }
    let due = match last_due(&file.schedules, now) {
        Ok(Some(due)) => due,
        Ok(None) => return unknown(GapKind::Incomplete, format!("when {name} is due cannot be read"), "Mend its schedule"),
        Err(schedule) => {
            return unknown(
                GapKind::Incomplete,
                format!("the schedule `{schedule}` of {name} cannot be read"),
                "Mend the schedule",
            );
        }
    };
    let list = match runs {
        Some(Part::Seen(list)) => list,
        Some(Part::Hidden(gap)) => return Ran::Unknown(gap.clone()),
        None => return Ran::Unknown(Gap::internal("the runs of a scheduled workflow were not asked for")),
    };
    let since = || list.items.iter().filter(|it| it.created_at.is_some_and(|at| at >= due && at <= now));
    if since().any(|it| it.ended("success")) {
        return Ran::Well;
    }
    // `updated_at` moves when a workflow is switched on again.
    let known_since = workflow.created_at.max(workflow.updated_at);
    if known_since.is_none_or(|at| due < at) {
        return unknown(
            GapKind::NoBaseline,
            format!("{name} was not due yet since it was switched on"),
            "Run again when it was due",
        );
    }
    if since().any(|it| it.conclusion.is_none()) {
        return unknown(GapKind::Incomplete, format!("{name} is still running"), "Run again when it has ended");
    }
    if since().next().is_some() {
        return Ran::Not("github.schedule-fails", format!("{name} did not succeed in its last window"));
    }
    Ran::Not("github.schedule-silent", format!("{name} was due and did not run"))
}

fn finding(rule: &str, why: &str, workflow: &Workflow, settings: &AppSettings) -> Finding {
    let name = workflow.named();
    let fix = "Switch it on or mend it, and run it once by hand";
    let finding = Finding::new(rule, format!("{}:{name}", named(settings)), Severity::Medium, why, fix);
    finding.at(page(settings, &format!("actions/workflows/{name}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probes::github::testing::{app, hidden, word};
    use crate::systems::stand_in::noon;
    use rstest::rstest;
    use serde_json::{Value, json};

    fn declared(state: &str, cron: &str) -> Value {
        json!({"seen": {"list": [{"workflow": {"id": 1, "path": ".github/workflows/night.yml", "state": state, "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"},
            "file": {"seen": {"triggers": ["schedule"], "schedules": [cron], "jobs": []}}}], "unread": 0}})
    }
    fn fresh() -> Value {
        let mut it = declared("active", "0 3 * * *");
        it["seen"]["list"][0]["workflow"]["updated_at"] = json!("2026-11-22T10:00:00Z");
        it
    }
    fn runs(of: &[(&str, Value)]) -> Value {
        json!({"seen": {"items": of.iter().map(|(at, it)| json!({"id": 1, "conclusion": it, "created_at": at})).collect::<Vec<_>>()}})
    }
    const TODAY: &str = "2026-11-22T03:40:00Z";
    const YESTERDAY: &str = "2026-11-21T03:05:00Z";
    const DAILY: &str = "0 3 * * *";

    #[rstest]
    #[case::in_time(declared("active", DAILY), runs(&[(TODAY, json!("success"))]), "pass")]
    #[case::second_try(declared("active", DAILY), runs(&[("2026-11-22T04:00:00Z", json!("failure")), (TODAY, json!("success"))]), "pass")]
    #[case::late_is_tolerated(declared("active", "0 11 * * *"), runs(&[("2026-11-21T11:20:00Z", json!("success"))]), "pass")]
    #[case::dropped_now_and_then(declared("active", "*/5 * * * *"), runs(&[("2026-11-22T09:31:00Z", json!("success"))]), "pass")]
    #[case::failed(declared("active", DAILY), runs(&[(TODAY, json!("failure")), (YESTERDAY, json!("success"))]), "fail")]
    #[case::cancelled(declared("active", DAILY), runs(&[(TODAY, json!("cancelled"))]), "fail")]
    #[case::silent(declared("active", DAILY), runs(&[(YESTERDAY, json!("success"))]), "fail")]
    #[case::never(declared("active", DAILY), runs(&[]), "fail")]
    #[case::from_the_future(declared("active", DAILY), runs(&[("2027-01-01T00:00:00Z", json!("success"))]), "fail")]
    #[case::inactivity(declared("disabled_inactivity", DAILY), runs(&[(TODAY, json!("success"))]), "fail")]
    #[case::by_hand(declared("disabled_manually", DAILY), runs(&[]), "fail")]
    #[case::fork(declared("disabled_fork", DAILY), runs(&[]), "fail")]
    #[case::another_state(declared("resting", DAILY), runs(&[(TODAY, json!("success"))]), "unexpected_answer")]
    #[case::running(declared("active", DAILY), runs(&[(TODAY, Value::Null)]), "incomplete")]
    #[case::not_due_yet(fresh(), runs(&[]), "no_baseline")]
    #[case::no_schedule_at_all(declared("active", "daily"), runs(&[(TODAY, json!("success"))]), "incomplete")]
    #[case::runs_hidden(declared("active", DAILY), hidden("rate_limited"), "rate_limited")]
    #[case::none(json!({"seen": {"list": [], "unread": 0}}), runs(&[]), "not_applicable")]
    #[case::files_hidden(json!({"seen": {"list": [{"workflow": {"id": 1, "path": "a"}, "file": hidden("no_permission")}], "unread": 0}}), runs(&[]), "no_permission")]
    #[case::more_files(json!({"seen": {"list": [], "unread": 3}}), runs(&[]), "incomplete")]
    #[case::list_hidden(hidden("no_permission"), runs(&[]), "no_permission")]
    fn decisions(#[case] declared: Value, #[case] runs: Value, #[case] wanted: &str) {
        let seen: Seen = serde_json::from_value(json!({"repository": {}, "declared": declared, "runs": {"1": runs}})).unwrap();
        let verdict = ScheduledWorkflows::decide(&seen, &app(), noon());
        assert_eq!(word(&verdict), wanted, "{verdict:?}");
        if wanted == "fail" {
            assert!(!ScheduledWorkflows::remedy(&seen, &app()).steps.is_empty());
        }
    }
}
