//! How a run gets a repository with its history that is known by its name at GitHub only: a clone by the user's own git,
//! with the credential that the app's other reads have. The token goes to that one host.

use super::Desk;
use crate::domain::{AppName, Slug, System};
use crate::probes::Cloner;
use crate::repo::clone::{self, CloneLimits, CloneProblem, CloneToken};
use std::sync::Arc;
use url::Url;

impl Desk {
    /// What clones a repository of the app's code host; none where this desk may start no program.
    #[must_use]
    pub fn cloner(&self, app: &AppName) -> Option<Cloner> {
        if !self.clones {
            return None;
        }
        let base = git_base(self.endpoints.base(System::Github)?)?;
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

/// Where git finds what the API at `api` speaks of: GitHub's own host, or the same host for an enterprise.
fn git_base(api: &Url) -> Option<Url> {
    if api.host_str() == Some("api.github.com") {
        return Url::parse("https://github.com/").ok();
    }
    let path = api.path().trim_end_matches('/');
    let path = path.strip_suffix("/api/v3").unwrap_or(path);
    let mut base = api.clone();
    base.set_path(&format!("{path}/"));
    Some(base)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("https://api.github.com/", "https://github.com/")]
    #[case("https://git.acme.example/api/v3/", "https://git.acme.example/")]
    #[case("http://127.0.0.1:8080/github/", "http://127.0.0.1:8080/github/")]
    fn addresses(#[case] api: &str, #[case] wanted: &str) {
        assert_eq!(git_base(&Url::parse(api).unwrap()).unwrap().as_str(), wanted);
    }
}
