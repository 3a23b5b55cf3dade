//! How the default branch moved, asked of GitHub: its newest hundred commits and pull requests (dossier github.md §3.12).
//! What is older is not looked at, and nothing here says that there is nothing.

use super::facts::changes::{Change, Comparison, PullRequest};
use super::{Github, Listed, Negative, have, paging, requests, whole};
use crate::domain::{Gap, Slug};
use crate::systems::github::Answered;
use std::sync::Arc;

impl Github {
    /// The newest hundred commits of a branch. An empty repository is an empty list.
    ///
    /// # Errors
    /// Any gap.
    pub async fn newest_changes(&self, slug: &Slug, branch: &str) -> Result<Listed<Change>, Gap> {
        match self.pages(requests::changes(slug, branch), paging::bare::<Change>, |_| true).await? {
            Answered::Without(Negative::EmptyRepository) => Ok(Listed::whole(Vec::new())),
            answer => have(answer, "the commits"),
        }
    }

    /// The hundred pull requests towards a branch that were updated last, in every state.
    ///
    /// # Errors
    /// Any gap.
    pub async fn newest_pulls(&self, slug: &Slug, branch: &str) -> Result<Listed<PullRequest>, Gap> {
        have(self.pages(requests::pulls(slug, branch), paging::bare, |_| true).await?, "the pull requests")
    }

    /// Whether the branch holds the commit; none when GitHub says a word that we do not know.
    ///
    /// # Errors
    /// Any gap; an unknown commit is one.
    pub async fn holds(&self, slug: &Slug, branch: &str, commit: &str) -> Result<Option<bool>, Gap> {
        let call = requests::compare(slug, commit, branch);
        let answer: Arc<_> = self.one::<Comparison>(call, |it| it.status.is_some()).await?;
        let status = whole(&answer, "the comparison")?.status.as_ref().map(|it| it.as_str().to_owned());
        Ok(match status.as_deref() {
            Some("ahead" | "identical") => Some(true),
            Some("behind" | "diverged") => Some(false),
            _ => None,
        })
    }
}
