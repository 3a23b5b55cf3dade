//! Who may write, asked of GitHub: collaborators, owners, deploy keys, webhooks (dossier github.md §3.11). A list that is
//! refused is a gap, never nobody.

use super::facts::people::{Collaborator, DeployKey, Hook, Organisation};
use super::{Github, Listed, have, paging, requests, whole};
use crate::domain::{Gap, Slug};
use std::sync::Arc;

impl Github {
    /// Everybody with access, through teams and the organisation's base permission too.
    ///
    /// # Errors
    /// Any gap of the first page; who may not push may not see it.
    pub async fn collaborators(&self, slug: &Slug) -> Result<Listed<Collaborator>, Gap> {
        have(self.pages(requests::collaborators(slug), paging::bare, |_| false).await?, "the collaborators")
    }

    /// Those of them who are no members of the organisation.
    ///
    /// # Errors
    /// As [`Github::collaborators`].
    pub async fn outsiders(&self, slug: &Slug) -> Result<Listed<Collaborator>, Gap> {
        have(self.pages(requests::outsiders(slug), paging::bare, |_| false).await?, "the outside collaborators")
    }

    /// Deploy keys, without the keys.
    ///
    /// # Errors
    /// Any gap of the first page.
    pub async fn deploy_keys(&self, slug: &Slug) -> Result<Listed<DeployKey>, Gap> {
        have(self.pages(requests::keys(slug), paging::bare, |_| false).await?, "the deploy keys")
    }

    /// Webhooks, by the hosts that they go to.
    ///
    /// # Errors
    /// Any gap of the first page.
    pub async fn hooks(&self, slug: &Slug) -> Result<Listed<Hook>, Gap> {
        have(self.pages(requests::hooks(slug), paging::bare, |_| false).await?, "the webhooks")
    }

    /// An organisation. Whether it requires two factors is filled for its owners only.
    ///
    /// # Errors
    /// Any gap.
    pub async fn organisation(&self, login: &str) -> Result<Arc<Organisation>, Gap> {
        let answer = self.one::<Organisation>(requests::organisation(login), |it| it.login.is_some()).await?;
        whole(&answer, "the organisation").map(|it| Arc::new(it.clone()))
    }

    /// The organisation's owners, as far as we may see members: strangers see only those who show themselves.
    ///
    /// # Errors
    /// Any gap of the first page.
    pub async fn owners(&self, login: &str) -> Result<Listed<super::facts::people::Account>, Gap> {
        have(self.pages(requests::owners(login), paging::bare, |_| false).await?, "the organisation's owners")
    }
}
