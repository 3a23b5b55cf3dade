//! How a run gets a repository with its history that is known by its name at GitHub only: a clone by the user's own git,
//! with the credential that the app's other reads have. The token goes to that one host.

use super::Desk;
use crate::domain::{AppName, Slug, System};
use crate::probes::Cloner;
use crate::repo::clone::{self, CloneLimits, CloneProblem, CloneToken};
use std::sync::Arc;

impl Desk {
    /// What clones a repository of the app's code host; none where this desk may start no program.
    #[must_use]
    pub fn cloner(&self, app: &AppName) -> Option<Cloner> {
        if !self.clones {
            return None;
        }
        let base = self.endpoints.github_pages()?;
        let (chain, app, under) = (Arc::clone(&self.chain), app.clone(), self.paths.scratch());
        Some(Arc::new(move |slug: &Slug, stop| {
            let wrong = |_| CloneProblem::NotAnAddress { address: slug.to_string().into() };
            let address = base.join(&format!("{slug}.git")).map_err(wrong)?;
            // Looked up here: keyring and commands may take their time, and this runs on a thread of its own.
            let found = chain.find(&app, System::Github).ok();
            let token = found.as_ref().map(|it| CloneToken::new(it.secret.expose()));
            clone::clone(address.as_str(), token, &under, stop, CloneLimits::default())
        }))
    }
}
