//! What ran in GitHub Actions, asked of GitHub (dossier github.md §3.3, §3.7 and §3.10): newest first, one page of a
//! hundred, which is said by nobody to be all.

use super::facts::actions::{ActionsSwitch, Artifact, CombinedStatus, Job, Run, Workflow, WorkflowToken};
use super::workflow_file::WorkflowFile;
use super::{Answered, Github, Listed, have, paging, refusal, requests, strange, whole};
use crate::domain::{Foreign, Gap, Slug, System};
use base64::Engine as _;
use serde::Deserialize;
use std::sync::Arc;

impl Github {
    /// All workflows with their states.
    ///
    /// # Errors
    /// Any gap of the first page.
    pub async fn workflows(&self, slug: &Slug) -> Result<Listed<Workflow>, Gap> {
        have(self.pages(requests::workflows(slug), paging::wrapped::<Workflow>, |_| false).await?, "the workflows")
    }

    /// What a workflow's file on that branch says. The text itself is not kept.
    ///
    /// # Errors
    /// Any gap; a 404 is one, because GitHub says it also to who may not see the file.
    pub async fn workflow_file(&self, slug: &Slug, path: &str, branch: &str) -> Result<Arc<WorkflowFile>, Gap> {
        self.ask(requests::contents(slug, path, branch), |reply| match refusal::refusal(reply) {
            None => {
                #[derive(Deserialize)]
                struct Content {
                    encoding: Option<Foreign>,
                    content: Option<String>,
                }
                let found = reply.json::<Content>(System::Github)?;
                let (Some(encoding), Some(content)) = (found.encoding, found.content) else { return Err(strange(reply)) };
                let packed: String = content.split_ascii_whitespace().collect();
                let bytes = base64::prelude::BASE64_STANDARD.decode(packed).map_err(|_| strange(reply))?;
                if encoding != "base64" {
                    return Ok(WorkflowFile {
                        broken: Some("larger than GitHub gives in one answer".into()),
                        ..WorkflowFile::default()
                    });
                }
                Ok(match String::from_utf8(bytes) {
                    Ok(text) => WorkflowFile::read(&text),
                    Err(_) => WorkflowFile { broken: Some("not UTF-8".into()), ..WorkflowFile::default() },
                })
            }
            Some(Ok(negative)) => Err(negative.gap("the workflow's file")),
            Some(Err(gap)) => Err(gap),
        })
        .await
    }

    /// The newest hundred runs on pull requests.
    ///
    /// # Errors
    /// Any gap.
    pub async fn pull_request_runs(&self, slug: &Slug) -> Result<Listed<Run>, Gap> {
        self.newest_runs(requests::pull_runs(slug)).await
    }

    /// The newest hundred runs on pushes to a branch.
    ///
    /// # Errors
    /// Any gap.
    pub async fn push_runs(&self, slug: &Slug, branch: &str) -> Result<Listed<Run>, Gap> {
        self.newest_runs(requests::push_runs(slug, branch)).await
    }

    /// The newest hundred runs of a workflow by its schedule.
    ///
    /// # Errors
    /// Any gap.
    pub async fn scheduled_runs(&self, slug: &Slug, workflow: u64, branch: &str) -> Result<Listed<Run>, Gap> {
        self.newest_runs(requests::scheduled_runs(slug, workflow, branch)).await
    }

    async fn newest_runs(&self, call: crate::net::ReadCall) -> Result<Listed<Run>, Gap> {
        have(self.pages(call, paging::wrapped::<Run>, |_| true).await?, "the runs")
    }

    /// The jobs of a run's newest attempt.
    ///
    /// # Errors
    /// Any gap of the first page.
    pub async fn jobs(&self, slug: &Slug, run: u64) -> Result<Listed<Job>, Gap> {
        have(self.pages(requests::jobs(slug, run), paging::wrapped::<Job>, |_| false).await?, "the jobs")
    }

    /// What a run left behind.
    ///
    /// # Errors
    /// Any gap of the first page.
    pub async fn artifacts(&self, slug: &Slug, run: u64) -> Result<Listed<Artifact>, Gap> {
        have(self.pages(requests::artifacts(slug, run), paging::wrapped::<Artifact>, |_| false).await?, "the artifacts")
    }

    /// Whether Actions are on.
    ///
    /// # Errors
    /// Any gap.
    pub async fn actions_switch(&self, slug: &Slug) -> Result<Arc<ActionsSwitch>, Gap> {
        let answer = self.one::<ActionsSwitch>(requests::actions(slug), |it| it.enabled.is_some()).await?;
        whole(&answer, "the settings of Actions").map(|it| Arc::new(it.clone()))
    }

    /// What a workflow's token may do by default.
    ///
    /// # Errors
    /// Any gap.
    pub async fn workflow_token(&self, slug: &Slug) -> Result<Arc<WorkflowToken>, Gap> {
        let genuine = |it: &WorkflowToken| it.default_workflow_permissions.is_some();
        let answer = self.one::<WorkflowToken>(requests::workflow_token(slug), genuine).await?;
        whole(&answer, "the settings of workflow tokens").map(|it| Arc::new(it.clone()))
    }

    /// What services other than Actions reported of a branch's newest commit.
    ///
    /// # Errors
    /// Any gap.
    pub async fn combined_status(&self, slug: &Slug, git_ref: &str) -> Result<Arc<CombinedStatus>, Gap> {
        let genuine = |it: &CombinedStatus| it.state.is_some() && it.total_count.is_some();
        match &*self.one::<CombinedStatus>(requests::status(slug, git_ref), genuine).await? {
            Answered::Have(it) => Ok(Arc::new(it.clone())),
            Answered::Without(negative) => Err(negative.gap("the statuses")),
        }
    }
}
