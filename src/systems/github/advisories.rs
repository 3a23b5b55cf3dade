//! Advisories on dependencies, asked of GitHub (dossier github.md §3.5). An empty list is believed only with the word of
//! the switch that somebody looks.

use super::facts::advisories::{Advisory, AlertSwitch, SecurityFixes};
use super::{Answered, Github, Listed, Negative, allowed, paging, refusal, requests, strange};
use crate::domain::{Gap, GapKind, Slug, System};
use crate::net::Reply;

impl Github {
    /// Open alerts of critical and high severity, to their end. `Without(FeatureOff)` is an answer.
    ///
    /// # Errors
    /// Any gap of the first page.
    pub async fn open_advisories(&self, slug: &Slug) -> Result<Answered<Listed<Advisory>>, Gap> {
        let answer = self.pages(requests::advisories(slug), paging::bare::<Advisory>, |_| false).await?;
        allowed(answer, &[Negative::FeatureOff], "the Dependabot alerts")
    }

    /// Whether there is an alert of any state or severity: then somebody has looked.
    ///
    /// # Errors
    /// Any gap.
    pub async fn has_any_advisory(&self, slug: &Slug) -> Result<bool, Gap> {
        let answer = self.pages(requests::any_advisory(slug), paging::bare::<Advisory>, |_| true).await?;
        Ok(super::have(answer, "the Dependabot alerts").is_ok_and(|list| !list.items.is_empty()))
    }

    /// Whether Dependabot's alerts are on. GitHub says 404 for off and for no rights: it is off only when another read
    /// that needs the same permission was answered.
    ///
    /// # Errors
    /// Any gap; `no_permission` when nobody can tell off from hidden.
    pub async fn alert_switch(&self, slug: &Slug) -> Result<AlertSwitch, Gap> {
        let is_on = self
            .ask(requests::alert_switch(slug), |reply| match (reply.status.as_u16(), refusal::refusal(reply)) {
                (204, _) => Ok(true),
                (_, None) => Err(strange(reply)),
                // Kept as an answer, so that the two meanings are told apart below.
                (404, Some(Err(gap))) if gap.kind == GapKind::NoPermission && !is_own_server(reply) => Ok(false),
                (_, Some(Ok(negative))) => Err(negative.gap("the switch of Dependabot's alerts")),
                (_, Some(Err(gap))) => Err(gap),
            })
            .await?;
        if *is_on {
            return Ok(AlertSwitch::On);
        }
        self.actions_switch(slug).await.map(|_| AlertSwitch::Off)
    }

    /// Whether Dependabot opens pull requests for advisories. As with the alerts, 404 is off only for who may see.
    ///
    /// # Errors
    /// Any gap.
    pub async fn security_fixes(&self, slug: &Slug) -> Result<SecurityFixes, Gap> {
        let answer = self
            .ask(requests::security_fixes(slug), |reply| match (reply.status.as_u16(), refusal::refusal(reply)) {
                (_, None) => {
                    let fixes = reply.json::<SecurityFixes>(System::Github)?;
                    if fixes.enabled.is_some() { Ok(Some(fixes)) } else { Err(strange(reply)) }
                }
                (404, Some(Err(gap))) if gap.kind == GapKind::NoPermission && !is_own_server(reply) => Ok(None),
                (_, Some(Ok(negative))) => Err(negative.gap("the switch of security updates")),
                (_, Some(Err(gap))) => Err(gap),
            })
            .await?;
        match &*answer {
            Some(fixes) => Ok(fixes.clone()),
            None => self.actions_switch(slug).await.map(|_| SecurityFixes { enabled: Some(false), paused: None }),
        }
    }
}

/// GitHub Enterprise Server: which paths it knows depends on its release, so its 404 may also mean "not that old"
/// (dossier §1.1).
fn is_own_server(reply: &Reply) -> bool {
    reply.header("x-github-enterprise-version").is_some() || reply.address.path().contains("/api/v3/")
}
