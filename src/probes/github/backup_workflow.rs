//! A workflow dumped the database lately: its newest scheduled success is younger than the agreed limit, the dump step
//! really ran, and what it left is not empty (dossier github.md §3.7). A green run whose dump may fail unseen proves nothing.

use super::named;
use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, Finding, Gap, GapKind, NoteLevel, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::hub::{Declarations, Weighing, address, hub, note, page};
use crate::probes::words::{age, is_ahead};
use crate::probes::{Meta, Part, Probe, Sight, Stage};
use crate::systems::github::Listed;
use crate::systems::github::facts::Repository;
use crate::systems::github::facts::actions::{Artifact, Job, Run, Workflow};
use crate::systems::github::workflow_file::{Deed, WorkflowFile};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// See the module.
pub struct BackupWorkflow;

/// The workflows, and how those that dump a database by a schedule ran.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    pub repository: Repository,
    pub declared: Part<Declarations>,
    pub backups: Vec<Backup>,
}

/// A workflow that dumps a database by a schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Backup {
    pub workflow: Workflow,
    pub file: WorkflowFile,
    pub runs: Part<Listed<Run>>,
    /// Of the newest success.
    pub jobs: Option<Part<Listed<Job>>>,
    pub artifacts: Option<Part<Listed<Artifact>>>,
}

/// The item whose agreed limit counts, the limit unless another is agreed, and the grace of a daily job (CHECKLIST, BAK-01).
const ITEM: &str = "BAK-01";
const LIMIT: TimeDelta = TimeDelta::hours(24);
const GRACE: TimeDelta = TimeDelta::hours(2);
/// Most such workflows whose runs are read.
const MOST: usize = 3;
/// A dump of fewer bytes than this holds nothing.
const FLOOR: u64 = 1024;

impl Probe for BackupWorkflow {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "github.backup-workflow",
        system: System::Github,
        asks: "Did a scheduled workflow dump the database within the agreed limit?",
        needs: &["Actions: read", "Contents: read"],
        cost: &[(System::Github, 21)],
        consent: Consent::Passive,
        kind: ProbeKind::Proof,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 60,
        docs: "https://docs.github.com/rest/actions/workflow-runs",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let hub = hub(sight).await?;
        let declared: Part<Declarations> = hub.declarations().await.into();
        let mut backups = Vec::new();
        for (workflow, file) in dumping(&declared).filter(|(_, file)| !file.schedules.is_empty()).take(MOST) {
            let Some(id) = workflow.id else { continue };
            let runs: Part<Listed<Run>> = hub.github.scheduled_runs(&hub.slug, id, &hub.branch).await.into();
            let mut backup = Backup { workflow: workflow.clone(), file: file.clone(), runs, jobs: None, artifacts: None };
            if let Some(run) = newest_success(&backup).and_then(|it| it.id) {
                let (jobs, artifacts) =
                    futures_util::join!(hub.github.jobs(&hub.slug, run), hub.github.artifacts(&hub.slug, run));
                backup.jobs = Some(jobs.into());
                backup.artifacts = Some(artifacts.into());
            }
            backups.push(backup);
        }
        Ok(Seen { repository: (*hub.repository).clone(), declared, backups })
    }

    fn decide(seen: &Seen, settings: &AppSettings, now: DateTime<Utc>) -> Verdict {
        let mut weighing = Weighing::new("Restore the newest dump once, and attest it");
        if seen.backups.is_empty() {
            weighing.hidden(&seen.declared);
            weighing.gaps.extend(seen.declared.seen().and_then(Declarations::gap));
            if dumping(&seen.declared).next().is_some() {
                weighing.open.push("a workflow dumps the database, and only by hand".to_owned());
            }
            if weighing.gaps.is_empty() && weighing.open.is_empty() {
                return Verdict::not_applicable("no workflow of the repository dumps a database");
            }
            return weighing.verdict("");
        }
        let mut passed = None;
        for backup in &seen.backups {
            weighing.notes.extend(warnings(backup, seen.repository.private));
            match judged(backup, settings, now) {
                Judged::Good(says) => passed = passed.or(Some(says)),
                Judged::Bad(finding) => weighing.findings.push(*finding),
                Judged::Gap(gap) => weighing.gaps.push(gap),
                Judged::Open(says) => weighing.open.push(says),
            }
        }
        // One place with a young dump is enough.
        match passed {
            Some(says) => Verdict::pass(says).with_notes(weighing.notes),
            None => weighing.verdict(""),
        }
    }

    fn remedy(seen: &Seen, settings: &AppSettings) -> Remedy {
        if seen.backups.is_empty() {
            return Remedy::default();
        }
        Remedy {
            steps: vec![
                format!(
                    "Look at the newest runs, and switch the workflow on if GitHub switched it off: {}",
                    address(settings, "actions")
                )
                .into(),
                "Begin its script with `set -euo pipefail`, and check the size of the dump before it is uploaded".into(),
                "Store the dump in another account than the database's, and restore it once".into(),
            ],
            effort: Effort::S,
        }
    }
}

/// The understood workflows that dump a database.
fn dumping(declared: &Part<Declarations>) -> impl Iterator<Item = (&Workflow, &WorkflowFile)> {
    declared.seen().into_iter().flat_map(Declarations::understood).filter(|(_, file)| file.does(Deed::Dump))
}

fn newest_success(backup: &Backup) -> Option<&Run> {
    let listed = backup.runs.seen().into_iter().flat_map(|list| &list.items);
    listed.filter(|it| it.ended("success") && it.created_at.is_some()).max_by_key(|it| it.created_at)
}

enum Judged {
    Good(String),
    Bad(Box<Finding>),
    Gap(Gap),
    Open(String),
}

fn judged(backup: &Backup, settings: &AppSettings, now: DateTime<Utc>) -> Judged {
    let name = backup.workflow.named();
    let bad = |rule: &str, says: String| {
        let finding = Finding::new(
            rule,
            format!("{}:{name}", named(settings)),
            Severity::High,
            says,
            "Mend the backup workflow and run it once by hand",
        );
        Judged::Bad(Box::new(finding.at(page(settings, &format!("actions/workflows/{name}")))))
    };
    match backup.workflow.state.as_ref().map(crate::domain::Foreign::as_str) {
        Some("active") => {}
        Some("disabled_inactivity") => {
            return bad(
                "github.backup-off",
                format!("GitHub switched the backup {name} off because nothing was pushed for 60 days"),
            );
        }
        Some(state) if state.starts_with("disabled") => {
            return bad("github.backup-off", format!("the backup {name} is switched off"));
        }
        _ => {
            let gap = Gap::new(
                GapKind::UnexpectedAnswer,
                System::Github,
                format!("GitHub does not say whether the backup {name} is switched on"),
            );
            return Judged::Gap(gap.needs("Look at the repository's Actions page"));
        }
    }
    let runs = match &backup.runs {
        Part::Hidden(gap) => return Judged::Gap(gap.clone()),
        Part::Seen(list) => &list.items,
    };
    let Some(at) = newest_success(backup).and_then(|it| it.created_at) else {
        if runs.is_empty() && backup.workflow.created_at.is_none_or(|at| now - at < LIMIT + GRACE) {
            let gap = Gap::new(GapKind::NoBaseline, System::Github, format!("the backup {name} is new and has not run yet"));
            return Judged::Gap(gap.needs("Run it once by hand, and look again when it was due"));
        }
        return bad("github.backup-fails", format!("no scheduled run of the backup {name} succeeded"));
    };
    if is_ahead(at, now) {
        let gap = Gap::new(
            GapKind::UnexpectedAnswer,
            System::Github,
            format!("the newest backup of {name} lies ahead of this machine's clock"),
        );
        return Judged::Gap(gap.needs("Set this machine's clock"));
    }
    let limit = settings.limits.iter().find(|(item, _)| item.as_str() == ITEM).map_or(LIMIT, |(_, it)| it.as_delta());
    let since = now.signed_duration_since(at);
    if since > limit + GRACE {
        return bad(
            "github.backup-old",
            format!("the newest backup of {name} is older than the agreed {} and 2 h of grace", age(limit)),
        );
    }
    dumped(backup, &name, &bad).unwrap_or_else(|| Judged::Good(format!("{name} dumped the database {} ago", age(since))))
}

/// Whether the run that succeeded really dumped; nothing when it did.
fn dumped(backup: &Backup, name: &str, bad: &dyn Fn(&str, String) -> Judged) -> Option<Judged> {
    let jobs = match &backup.jobs {
        Some(Part::Seen(list)) => list,
        Some(Part::Hidden(gap)) => return Some(Judged::Gap(gap.clone())),
        None => return Some(Judged::Gap(Gap::internal("the jobs of the backup were not asked for"))),
    };
    if let Some(Part::Seen(list)) = &backup.artifacts
        && !list.items.is_empty()
        && list.items.iter().all(|it| it.size_in_bytes.is_some_and(|bytes| bytes < FLOOR))
    {
        return Some(bad("github.backup-empty", format!("what {name} stored is smaller than 1 KiB")));
    }
    let mut open = None;
    for (job, step) in backup.file.steps(Deed::Dump) {
        let ran = jobs.items.iter().find(|it| it.name.as_ref() == Some(&job.name));
        let named_step =
            step.name.as_ref().and_then(|wanted| ran?.steps.iter().flatten().find(|it| it.name.as_ref() == Some(wanted)));
        let conclusion = named_step.map_or_else(|| ran.and_then(|it| it.conclusion.as_ref()), |it| it.conclusion.as_ref());
        match conclusion {
            Some(it) if it == "success" && step.without_rows => {
                let says = format!("{name} dumps the schema or the roles alone: nothing restored from it has a row");
                open = open.or(Some(Judged::Open(says)));
            }
            Some(it) if it == "success" && !step.may_hide_failure => return None,
            Some(it) if it == "success" => {
                open =
                    Some(Judged::Open(format!("the dump of {name} may fail and still end green: a pipe or `|| true` hides it")));
            }
            Some(it) if it == "skipped" => {
                open = open.or_else(|| Some(bad("github.backup-skipped", format!("the newest run of {name} skipped the dump"))));
            }
            _ => {
                open = open.or_else(|| Some(Judged::Open(format!("which step of {name} dumped the database could not be told"))));
            }
        }
    }
    Some(open.unwrap_or_else(|| Judged::Open(format!("which step of {name} dumped the database could not be told"))))
}

/// A dump among the artifacts can be downloaded by everybody who may read the repository, and expires.
fn warnings(backup: &Backup, is_private: Option<bool>) -> Vec<crate::domain::Note> {
    let kept =
        backup.artifacts.as_ref().and_then(Part::seen).is_some_and(|list| list.items.iter().any(|it| it.expired != Some(true)));
    if !kept {
        return Vec::new();
    }
    let name = backup.workflow.named();
    let who = if is_private == Some(false) {
        "by everybody who is signed in at GitHub"
    } else {
        "by everybody who may read the repository"
    };
    let says = format!("what {name} stores as an artifact can be downloaded {who}, and expires");
    vec![note(NoteLevel::Warning, format!("github.backup-artifact-{name}"), says)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probes::github::testing::{app, hidden, word};
    use crate::systems::stand_in::noon;
    use rstest::rstest;
    use serde_json::{Value, json};

    fn backup(change: &Value) -> Value {
        let mut it = json!({
            "workflow": {"id": 1, "path": ".github/workflows/backup.yml", "state": "active", "created_at": "2026-01-01T00:00:00Z"},
            "file": {"triggers": ["schedule"], "schedules": ["0 3 * * *"], "jobs": [{"id": "dump", "name": "dump", "needs": [], "place": "unsaid",
                "steps": [{"name": "Dump", "does": "dump", "place": "unsaid", "may_hide_failure": false, "without_rows": false}]}]},
            "runs": {"seen": {"items": [{"id": 7, "conclusion": "success", "created_at": "2026-11-22T03:10:00Z"}]}},
            "jobs": {"seen": {"items": [{"name": "dump", "conclusion": "success", "steps": [{"name": "Dump", "conclusion": "success"}]}]}},
            "artifacts": {"seen": {"items": []}},
        });
        for (pointer, value) in change.as_object().unwrap() {
            *it.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value.clone();
        }
        it
    }
    fn decide(backups: &[Value]) -> Verdict {
        let seen: Seen = serde_json::from_value(
            json!({"repository": {"private": true}, "declared": {"seen": {"list": [], "unread": 0}}, "backups": backups}),
        )
        .unwrap();
        let verdict = BackupWorkflow::decide(&seen, &app(), noon());
        if verdict.outcome == crate::domain::Outcome::Fail {
            assert!(!BackupWorkflow::remedy(&seen, &app()).steps.is_empty());
        }
        verdict
    }

    #[rstest]
    #[case::young(json!({}), "pass")]
    #[case::within_grace(json!({"/runs/seen/items/0/created_at": "2026-11-21T10:30:00Z"}), "pass")]
    #[case::old(json!({"/runs/seen/items/0/created_at": "2026-11-21T09:30:00Z"}), "fail")]
    #[case::ahead(json!({"/runs/seen/items/0/created_at": "2026-11-23T09:30:00Z"}), "unexpected_answer")]
    #[case::inactivity(json!({"/workflow/state": "disabled_inactivity"}), "fail")]
    #[case::switched_off(json!({"/workflow/state": "disabled_manually"}), "fail")]
    #[case::another_state(json!({"/workflow/state": "resting"}), "unexpected_answer")]
    #[case::only_failures(json!({"/runs/seen/items/0/conclusion": "failure"}), "fail")]
    #[case::never_ran(json!({"/runs/seen/items": []}), "fail")]
    #[case::new(json!({"/runs/seen/items": [], "/workflow/created_at": "2026-11-22T00:00:00Z"}), "no_baseline")]
    #[case::skipped(json!({"/jobs/seen/items/0/steps/0/conclusion": "skipped"}), "fail")]
    #[case::step_not_told(json!({"/jobs/seen/items/0/name": "other"}), "needs_judgement")]
    #[case::without_rows(json!({"/file/jobs/0/steps/0/without_rows": true}), "needs_judgement")]
    #[case::may_hide(json!({"/file/jobs/0/steps/0/may_hide_failure": true}), "needs_judgement")]
    #[case::empty(json!({"/artifacts/seen/items": [{"name": "db", "size_in_bytes": 20, "expired": false}]}), "fail")]
    #[case::stored(json!({"/artifacts/seen/items": [{"name": "db", "size_in_bytes": 2_000_000, "expired": false}]}), "pass")]
    #[case::runs_hidden(json!({"/runs": hidden("no_permission")}), "no_permission")]
    #[case::jobs_hidden(json!({"/jobs": hidden("rate_limited")}), "rate_limited")]
    fn decisions(#[case] change: Value, #[case] wanted: &str) {
        let verdict = decide(&[backup(&change)]);
        assert_eq!(word(&verdict), wanted, "{verdict:?}");
    }

    #[test]
    fn one_good_backup_is_enough_and_an_artifact_is_warned_of() {
        let bad = backup(&json!({"/workflow/state": "disabled_manually"}));
        let good = backup(&json!({"/artifacts/seen/items": [{"name": "db", "size_in_bytes": 2_000_000, "expired": false}]}));
        let verdict = decide(&[bad, good]);
        assert_eq!(word(&verdict), "pass");
        assert_eq!(verdict.notes.iter().map(|it| it.level).collect::<Vec<_>>(), [NoteLevel::Warning]);
    }

    #[rstest]
    #[case::none(json!({"seen": {"list": [], "unread": 0}}), "not_applicable")]
    #[case::unread(json!({"seen": {"list": [], "unread": 1}}), "incomplete")]
    #[case::hidden_list(hidden("no_permission"), "no_permission")]
    #[case::by_hand(json!({"seen": {"list": [{"workflow": {"id": 1, "path": "a"}, "file": {"seen": {"triggers": ["workflow_dispatch"], "schedules": [],
        "jobs": [{"id": "a", "name": "a", "needs": [], "place": "unsaid", "steps": [{"does": "dump", "place": "unsaid", "may_hide_failure": false}]}]}}}], "unread": 0}}), "needs_judgement")]
    fn without_a_scheduled_dump(#[case] declared: Value, #[case] wanted: &str) {
        let seen: Seen = serde_json::from_value(json!({"repository": {}, "declared": declared, "backups": []})).unwrap();
        assert_eq!(word(&BackupWorkflow::decide(&seen, &app(), noon())), wanted);
    }
}
