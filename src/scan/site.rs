//! From the deployed page to every script that it loads, and through each for credentials: what a visitor's browser gets,
//! and nothing that a visitor could not get. It only GETs, carries no credential, and names whatever it did not see.

mod absorb;
mod bundle;
mod conduct;
mod finish;
mod front;
mod home;
mod hosts;
mod map;
mod next;
mod notice;
mod page;
mod queue;
mod report;
mod routes;
mod search;
mod visit;
mod walk;
mod webpack;

pub use conduct::{Announced, Asked, Conduct, FileKind, Reach, Requests};
pub use finish::BEYOND_A_VISIT;
pub use front::{Cookie, Front, Mark, MarkOf};
pub use home::{Home, MOST_REDIRECTS as MOST_HOME_REDIRECTS, Met as MetAtHome, home_page};
pub use report::{ExposedMap, FoundProject, Framework, SiteReport, Tally};
pub use routes::{Route, Routes};

use super::{ScanKey, Values};
use crate::domain::{Foreign, Gap, SupabaseRef};
use crate::net::Door;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// How much of a site is read. What lies beyond is named, and the look is then not complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SiteLimits {
    /// Pages (HTML) that are asked for.
    pub pages: usize,
    /// Scripts that are asked for; as many files again are tried as their source maps.
    pub scripts: usize,
    /// Names that only look like scripts in a bundle's text, and that are tried.
    pub guesses: usize,
    /// Requests of all kinds, redirects counted.
    pub requests: u32,
    /// Unpacked bytes of all answers together.
    pub bytes: u64,
    /// Unpacked bytes of one page.
    pub page_bytes: usize,
    /// Unpacked bytes of one script.
    pub script_bytes: usize,
    /// Unpacked bytes of one source map.
    pub map_bytes: usize,
    /// Scripts that lead to scripts, from a page on.
    pub depth: u32,
    /// The whole walk.
    pub time: Duration,
    /// Files on their way at once.
    pub at_once: usize,
    /// Pages on their way at once: a page makes the server think, a script does not.
    pub pages_at_once: usize,
}

impl Default for SiteLimits {
    fn default() -> Self {
        Self {
            pages: 60,
            scripts: 600,
            guesses: 100,
            requests: 1_500,
            bytes: 256 * 1024 * 1024,
            page_bytes: 4 * 1024 * 1024,
            script_bytes: 12 * 1024 * 1024,
            map_bytes: 24 * 1024 * 1024,
            depth: 24,
            time: Duration::from_mins(3),
            at_once: 6,
            pages_at_once: 2,
        }
    }
}

/// What a look at a site is told besides its address.
#[derive(Debug, Clone)]
pub struct SiteOptions {
    /// The moment against which the expiry of a token is judged.
    pub now: DateTime<Utc>,
    /// The app's Supabase projects, to tell its own keys from others'.
    pub projects: Vec<SupabaseRef>,
    /// The pages that the repository says there are. None: nobody looked.
    pub routes: Option<Routes>,
    /// Further hosts that serve the app's scripts: host names, with a port where it is not the usual one.
    pub hosts: BTreeSet<String>,
    pub limits: SiteLimits,
    /// Where the values of kinds go that are to be checked live; none keeps none.
    pub values: Option<Arc<Values>>,
    pub conduct: Conduct,
}

impl SiteOptions {
    /// No known projects, routes or further hosts, the usual limits.
    #[must_use]
    pub fn new(now: DateTime<Utc>) -> Self {
        Self {
            now,
            projects: Vec::new(),
            routes: None,
            hosts: BTreeSet::new(),
            limits: SiteLimits::default(),
            values: None,
            conduct: Conduct::default(),
        }
    }

    /// Names the app's Supabase projects.
    #[must_use]
    pub fn projects(mut self, projects: impl IntoIterator<Item = SupabaseRef>) -> Self {
        self.projects.extend(projects);
        self
    }

    /// Names the pages of the repository.
    #[must_use]
    pub fn routes(mut self, routes: Routes) -> Self {
        self.routes = Some(routes);
        self
    }

    /// Names a host that serves the app's scripts.
    #[must_use]
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.hosts.insert(host.into().to_ascii_lowercase());
        self
    }
}

/// Scans what is served at `address`. Where the settings put the site elsewhere (`RESCUE_SITE_URL`), there. Ends at the
/// limits with what was seen until then; dropping the future ends it at once.
///
/// # Errors
/// The gap when not even the first page could be seen: unreachable, behind a sign-in, an address that is no page.
pub async fn scan_site(door: &Door, address: &Url, key: &ScanKey, options: &SiteOptions) -> Result<SiteReport, Gap> {
    visit_site(door, door.site().unwrap_or(address), key, options).await.map(|it| it.report)
}

/// A walk with what it noticed on its way ([`Conduct::notices`]).
#[derive(Debug, Clone)]
pub struct Visit {
    pub report: SiteReport,
    /// The first page; none when nobody wanted to know.
    pub front: Option<Front>,
    /// Services whose hosts the files name, each with the first file that does.
    pub services: BTreeMap<&'static str, Foreign>,
    /// Why it ended before everything was asked for, if it did.
    pub halted: Option<String>,
}

/// As [`scan_site`], at exactly this address, and with what was noticed.
///
/// # Errors
/// As [`scan_site`].
pub async fn visit_site(door: &Door, address: &Url, key: &ScanKey, options: &SiteOptions) -> Result<Visit, Gap> {
    walk::walk(door, address, key, options).await
}

#[cfg(test)]
mod tests;
