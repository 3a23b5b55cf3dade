//! GitHub as facts: what one repository says of itself, page by page, through the door. Reads only, keeps only the
//! fields that `facts` names, and judges nothing.

pub mod actions;
pub mod advisories;
pub mod archive;
pub mod builders;
pub mod changes;
pub mod facts;
pub mod identity;
pub mod paging;
pub mod people;
pub mod refusal;
pub mod requests;
#[cfg(test)]
mod tests;
pub mod workflow_file;

pub use archive::tarball;
pub use identity::who_am_i;
pub use paging::Listed;
pub use refusal::{Answered, Negative};
pub use requests::requests;

use crate::domain::{Foreign, Gap, GapKind, Slug, System};
use crate::net::service::{octocrab, through};
use crate::net::{Door, ReadCall, Reply};
use chrono::{DateTime, Utc};
use facts::{
    ActiveRule, Alert, BranchStub, Classic, Deployment, DeploymentStatus, Environment, FileTree, Repository, Ruleset, ScanHistory,
};
use refusal::refusal;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// A client of one run. Cheap to make and to clone.
#[derive(Clone)]
pub struct Github {
    door: Door,
    octo: octocrab::Octocrab,
}

impl Github {
    /// A client that asks through `door`. Call it inside a tokio runtime.
    #[must_use]
    pub fn new(door: &Door) -> Self {
        Self { door: door.clone(), octo: octocrab(door) }
    }

    /// The repository itself (dossier §3.1).
    ///
    /// # Errors
    /// Any gap; a body without a default branch is an `unexpected_answer`.
    pub async fn repository(&self, slug: &Slug) -> Result<Arc<Repository>, Gap> {
        let answer = self.one::<Repository>(requests::repository(slug), |it| it.default_branch.is_some()).await?;
        whole(&answer, "the repository").map(|it| Arc::new(it.clone()))
    }

    /// Whether GitHub says that the repository has no commit yet: 409 `Git Repository is empty.`
    ///
    /// # Errors
    /// Any gap, also when the branch is missing for another reason.
    pub async fn is_empty(&self, slug: &Slug) -> Result<bool, Gap> {
        match &*self.one::<Vec<facts::Commit>>(requests::newest_commit(slug), |_| true).await? {
            Answered::Have(_) => Ok(false),
            Answered::Without(Negative::EmptyRepository) => Ok(true),
            Answered::Without(other) => Err(other.gap("the commits")),
        }
    }

    /// The newest commit of the default branch: a conditional request, so that asking whether anything changed is free where
    /// nothing did (dossier §1.4). None: there is no commit yet.
    ///
    /// # Errors
    /// Any gap; a commit without its name is an `unexpected_answer`.
    pub async fn newest_commit(&self, slug: &Slug) -> Result<Option<Foreign>, Gap> {
        let is_genuine = |list: &Vec<facts::Commit>| list.iter().all(|it| it.sha.is_some());
        match &*self.one::<Vec<facts::Commit>>(requests::newest_commit(slug), is_genuine).await? {
            Answered::Have(list) => Ok(list.first().and_then(|it| it.sha.clone())),
            Answered::Without(Negative::EmptyRepository) => Ok(None),
            Answered::Without(other) => Err(other.gap("the commits")),
        }
    }

    /// The active rules of repository and organisation rulesets that hit a branch (dossier §3.2 A). An empty list does
    /// not mean unprotected, and no answer here tells who may bypass.
    ///
    /// # Errors
    /// Any gap of the first page; a later page that is missing is in [`Listed::cut`].
    pub async fn active_rules(&self, slug: &Slug, branch: &str) -> Result<Answered<Listed<ActiveRule>>, Gap> {
        let answer = self.pages(requests::active_rules(slug, branch), paging::bare::<ActiveRule>, |_| false).await?;
        allowed(answer, &[Negative::PlanHasNone], "the rules of the branch")
    }

    /// Classic protection (dossier §3.2 B). `Without(NotProtected)` and `Without(PlanHasNone)` are answers.
    ///
    /// # Errors
    /// Any gap; a body that is not a protection is an `unexpected_answer`.
    pub async fn classic_protection(&self, slug: &Slug, branch: &str) -> Result<Answered<Classic>, Gap> {
        let answer = self.one::<Classic>(requests::classic_protection(slug, branch), |it| it.enforce_admins.is_some()).await?;
        allowed((*answer).clone(), &[Negative::NotProtected, Negative::PlanHasNone], "the branch protection")
    }

    /// The branch with its `protected` flag (dossier §3.2 C).
    ///
    /// # Errors
    /// Any gap.
    pub async fn branch(&self, slug: &Slug, branch: &str) -> Result<Arc<BranchStub>, Gap> {
        let answer = self.one::<BranchStub>(requests::branch(slug, branch), |it| it.protected.is_some()).await?;
        whole(&answer, "the branch").map(|it| Arc::new(it.clone()))
    }

    /// All rulesets that aim at branches, also those that do not bite: summaries only (dossier §3.2 D).
    ///
    /// # Errors
    /// Any gap of the first page.
    pub async fn rulesets(&self, slug: &Slug) -> Result<Listed<Ruleset>, Gap> {
        have(self.pages(requests::rulesets(slug), paging::bare::<Ruleset>, |_| false).await?, "the rulesets")
    }

    /// One ruleset with its bypass list, when the caller may see that list: missing is not empty.
    ///
    /// # Errors
    /// Any gap.
    pub async fn ruleset(&self, slug: &Slug, id: u64) -> Result<Arc<Ruleset>, Gap> {
        let answer = self.one::<Ruleset>(requests::ruleset(slug, id), |it| it.enforcement.is_some()).await?;
        whole(&answer, "the ruleset").map(|it| Arc::new(it.clone()))
    }

    /// Secret scanning alerts of every state, default patterns (dossier §3.4). Never asks for the secrets themselves.
    ///
    /// # Errors
    /// Any gap of the first page.
    pub async fn alerts(&self, slug: &Slug) -> Result<Answered<Listed<Alert>>, Gap> {
        let answer = self.pages(requests::alerts(slug), paging::bare::<Alert>, |_| false).await?;
        allowed(answer, &[Negative::FeatureOff], "the secret scanning alerts")
    }

    /// As [`Github::alerts`] for the generic types, which the plain call leaves out without a word.
    ///
    /// # Errors
    /// Any gap of the first page.
    pub async fn generic_alerts(&self, slug: &Slug) -> Result<Answered<Listed<Alert>>, Gap> {
        let answer = self.pages(requests::generic_alerts(slug), paging::bare::<Alert>, |_| false).await?;
        allowed(answer, &[Negative::FeatureOff], "the generic secret scanning alerts")
    }

    /// When secret scanning went over the history.
    ///
    /// # Errors
    /// Any gap.
    pub async fn scan_history(&self, slug: &Slug) -> Result<Arc<ScanHistory>, Gap> {
        let answer = self.one::<ScanHistory>(requests::scan_history(slug), |it| it.backfill_scans.is_some()).await?;
        whole(&answer, "the scan history").map(|it| Arc::new(it.clone()))
    }

    /// All environments (dossier §3.9).
    ///
    /// # Errors
    /// Any gap of the first page.
    pub async fn environments(&self, slug: &Slug) -> Result<Listed<Environment>, Gap> {
        have(self.pages(requests::environments(slug), paging::wrapped::<Environment>, |_| false).await?, "the environments")
    }

    /// Deployments, newest first, back to the first page that ends before `since`.
    ///
    /// # Errors
    /// Any gap of the first page.
    pub async fn deployments(&self, slug: &Slug, since: DateTime<Utc>) -> Result<Listed<Deployment>, Gap> {
        let far_enough = |page: &[Deployment]| page.last().and_then(|it| it.created_at).is_some_and(|at| at < since);
        have(self.pages(requests::deployments(slug), paging::bare::<Deployment>, far_enough).await?, "the deployments")
    }

    /// The newest states of one deployment.
    ///
    /// # Errors
    /// Any gap.
    pub async fn deployment_statuses(&self, slug: &Slug, id: u64) -> Result<Arc<Vec<DeploymentStatus>>, Gap> {
        let answer = self.one::<Vec<DeploymentStatus>>(requests::deployment_statuses(slug, id), |_| true).await?;
        whole(&answer, "the deployment's states").map(|it| Arc::new(it.clone()))
    }

    /// The names of the files of a branch. `truncated`: there are more than GitHub lists.
    ///
    /// # Errors
    /// Any gap; an empty repository is one too.
    pub async fn file_tree(&self, slug: &Slug, branch: &str) -> Result<Arc<FileTree>, Gap> {
        let answer = self.one::<FileTree>(requests::tree(slug, branch), |it| it.tree.is_some() && it.truncated.is_some()).await?;
        whole(&answer, "the files").map(|it| Arc::new(it.clone()))
    }

    async fn one<T>(&self, call: ReadCall, is_genuine: fn(&T) -> bool) -> Result<Arc<Answered<T>>, Gap>
    where
        T: Serialize + DeserializeOwned + Send + Sync + 'static,
    {
        self.ask(call, move |reply| match refusal(reply) {
            None => {
                let facts = reply.json::<T>(System::Github)?;
                if is_genuine(&facts) { Ok(Answered::Have(facts)) } else { Err(strange(reply)) }
            }
            Some(Ok(negative)) => Ok(Answered::Without(negative)),
            Some(Err(gap)) => Err(gap),
        })
        .await
    }

    /// The one line by which every read of this client goes out.
    async fn ask<T, P>(&self, call: ReadCall, parse: P) -> Result<Arc<T>, Gap>
    where
        T: Serialize + DeserializeOwned + Send + Sync + 'static,
        P: FnOnce(&Reply) -> Result<T, Gap> + Send,
    {
        let octo = &self.octo;
        self.door.facts_by(call, |call| async move { through(octo, &call).await }, parse).await
    }
}

/// A 200 that lacks what such an answer always has: a proxy, another product, a changed API.
fn strange(reply: &Reply) -> Gap {
    Gap::new(
        GapKind::UnexpectedAnswer,
        System::Github,
        format!("GitHub answered {} without the fields that belong there", reply.status.as_u16()),
    )
    .needs("Check the address of GitHub; if it is right, report this answer")
}

fn whole<'a, T>(answer: &'a Answered<T>, what: &str) -> Result<&'a T, Gap> {
    match answer {
        Answered::Have(it) => Ok(it),
        Answered::Without(negative) => Err(negative.gap(what)),
    }
}

fn have<T>(answer: Answered<T>, what: &str) -> Result<T, Gap> {
    match answer {
        Answered::Have(it) => Ok(it),
        Answered::Without(negative) => Err(negative.gap(what)),
    }
}

/// Keeps the negatives that this endpoint documents; another one is a gap.
fn allowed<T>(answer: Answered<T>, known: &[Negative], what: &str) -> Result<Answered<T>, Gap> {
    match answer {
        Answered::Without(negative) if !known.contains(&negative) => Err(negative.gap(what)),
        other => Ok(other),
    }
}
