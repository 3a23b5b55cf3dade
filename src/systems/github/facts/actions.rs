//! What ran in GitHub Actions: workflows, runs, jobs, artifacts and the switches of the repository. Every state is an
//! open text, because GitHub adds words (dossier github.md §3.3 and §3.10).

use crate::domain::Foreign;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A workflow as GitHub keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Workflow {
    pub id: Option<u64>,
    pub name: Option<Foreign>,
    pub path: Option<Foreign>,
    /// `active`, `deleted`, `disabled_fork`, `disabled_inactivity`, `disabled_manually`.
    pub state: Option<Foreign>,
    /// When it was first seen, and when its state last changed.
    pub created_at: Option<DateTime<Utc>>,
    pub updated_at: Option<DateTime<Utc>>,
}

impl Workflow {
    /// Whether it is in that state.
    #[must_use]
    pub fn is(&self, state: &str) -> bool {
        self.state.as_ref().is_some_and(|it| it == state)
    }

    /// How it is called, for a reader: the file's name without its folder.
    #[must_use]
    pub fn named(&self) -> String {
        let path = self.path.as_ref().or(self.name.as_ref());
        path.map_or_else(|| "a workflow without a name".to_owned(), |it| file_name(it.as_str()).chars().take(60).collect())
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A run of a workflow.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Run {
    pub id: Option<u64>,
    pub workflow_id: Option<u64>,
    pub event: Option<Foreign>,
    /// `queued`, `in_progress`, `completed`, …
    pub status: Option<Foreign>,
    /// `success`, `failure`, `timed_out`, `cancelled`, `skipped`, `neutral`, `action_required`, …
    pub conclusion: Option<Foreign>,
    pub head_sha: Option<Foreign>,
    /// When it was triggered; a re-run does not move it.
    pub created_at: Option<DateTime<Utc>>,
}

impl Run {
    /// Whether it ended like that.
    #[must_use]
    pub fn ended(&self, conclusion: &str) -> bool {
        self.status.as_ref().is_none_or(|it| it == "completed") && self.conclusion.as_ref().is_some_and(|it| it == conclusion)
    }

    /// Whether it ended badly, as opposed to being cancelled, skipped or still under way.
    #[must_use]
    pub fn failed(&self) -> bool {
        ["failure", "timed_out", "startup_failure"].iter().any(|it| self.ended(it))
    }
}

/// A job of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Job {
    /// Also the name of the check that it reports.
    pub name: Option<Foreign>,
    pub conclusion: Option<Foreign>,
    pub steps: Option<Vec<Step>>,
}

/// A step of a job.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Step {
    pub name: Option<Foreign>,
    pub conclusion: Option<Foreign>,
}

/// What a run left behind. The address to download it from is not kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Artifact {
    pub name: Option<Foreign>,
    pub size_in_bytes: Option<u64>,
    pub expired: Option<bool>,
}

/// What Actions may do in the repository.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ActionsSwitch {
    pub enabled: Option<bool>,
    pub allowed_actions: Option<Foreign>,
}

/// What the token of a workflow may do when the workflow does not say.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WorkflowToken {
    /// `read` or `write`.
    pub default_workflow_permissions: Option<Foreign>,
    pub can_approve_pull_request_reviews: Option<bool>,
}

/// The statuses that services other than Actions reported of a commit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CombinedStatus {
    /// `pending` also when there is no status at all: look at the count.
    pub state: Option<Foreign>,
    pub total_count: Option<u64>,
}
