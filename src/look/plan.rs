//! What a look is going to ask, said before it asks: hosts, kinds of files, the most requests and the longest time. What it
//! then asks is held to this by the walk's own limits. Pure.

use super::exposed::FILES;
use super::model::Permission;
use crate::domain::Consent;
use crate::net::is_loopback;
use crate::scan::SiteLimits;
use std::collections::BTreeSet;
use std::time::Duration;
use url::{Host, Url};

/// What a person wants besides the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Further hosts that serve the app's scripts.
    pub asset_hosts: BTreeSet<String>,
    /// Pages, the first counted, 1 to [`MOST_PAGES`].
    pub pages: usize,
    /// The most requests of all kinds, [`FEWEST_REQUESTS`] to [`MOST_REQUESTS`].
    pub requests: u32,
    pub permission: Option<Permission>,
}

/// Pages of one look.
pub const MOST_PAGES: usize = 20;
/// Requests of one look.
pub const FEWEST_REQUESTS: u32 = 20;
/// The same, at most.
pub const MOST_REQUESTS: u32 = 1_000;
/// Requests of one look unless a person says otherwise: a page of today loads some dozens of scripts.
pub const USUAL_REQUESTS: u32 = 200;
/// The longest that a look takes.
pub const LONGEST: Duration = Duration::from_mins(2);
/// The name under which it asks.
pub const AGENT: &str = concat!("rescue/", env!("CARGO_PKG_VERSION"));

impl Default for Wanted {
    fn default() -> Self {
        Self { asset_hosts: BTreeSet::new(), pages: 1, requests: USUAL_REQUESTS, permission: None }
    }
}

/// What a look asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub address: Url,
    pub wanted: Wanted,
}

impl Plan {
    /// The plan of a look at an address.
    #[must_use]
    pub fn new(address: Url, wanted: Wanted) -> Self {
        Self { address, wanted }
    }

    /// How it asks.
    #[must_use]
    pub fn consent(&self) -> Consent {
        if self.wanted.permission.is_some() { Consent::OutsideIn } else { Consent::Passive }
    }

    /// Every host that it may ask, those that a person named included.
    #[must_use]
    pub fn hosts(&self) -> Vec<String> {
        let own = own_hosts(&self.address);
        own.into_iter().chain(self.wanted.asset_hosts.iter().cloned()).collect()
    }

    /// The same address without TLS, if that is worth a request.
    #[must_use]
    pub fn plain(&self) -> Option<Url> {
        let usual = self.address.scheme() == "https" && self.address.port().is_none() && !is_loopback(&self.address);
        let mut plain = self.address.clone();
        (usual && plain.set_scheme("http").is_ok()).then(|| {
            plain.set_path("/");
            plain
        })
    }

    /// Requests that are not the walk's.
    fn beside(&self) -> u32 {
        let files = if self.wanted.permission.is_some() { FILES.len() + 1 } else { 0 };
        u32::from(self.plain().is_some()) + u32::try_from(files).unwrap_or(u32::MAX)
    }

    /// The limits of the walk, so that no request of the whole look is beyond what was said.
    #[must_use]
    pub fn limits(&self) -> SiteLimits {
        SiteLimits {
            pages: self.wanted.pages,
            requests: self.wanted.requests.saturating_sub(self.beside()),
            time: LONGEST,
            ..SiteLimits::default()
        }
    }

    /// The same for people, one thing a line.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let Wanted { pages, requests, asset_hosts, permission } = &self.wanted;
        let mut lines = vec![format!("{} will be asked, as by a browser that opens it:", self.address)];
        let page = match pages {
            1 => "the page itself, and where it redirects at these hosts".to_owned(),
            more => format!("the page itself and pages that it links to, at most {more}, and where they redirect"),
        };
        lines.push(format!("  - {page}"));
        lines.push("  - the scripts that it loads, and those that these load in turn".to_owned());
        lines.push("  - the source maps that scripts name".to_owned());
        if let Some(plain) = self.plain() {
            lines.push(format!("  - {plain} once, to see whether it leads to https"));
        }
        if let Some(permission) = permission {
            lines.push(format!("and, which {} permits, as by any stranger:", permission.by));
            let below = self.address.join("./").map(|it| it.path().to_owned()).unwrap_or_default();
            let files: Vec<String> = FILES.iter().map(|it| format!("{below}{}", it.path)).collect();
            lines.extend(files.chunks(4).map(|some| format!("  - {}", some.join(" "))));
            lines.push("  - a path that nobody has, to see how errors look".to_owned());
            lines.push("  - sitemap, service worker, manifests, and source maps that nothing names".to_owned());
        }
        lines.push(format!(
            "Hosts: {}; no other",
            own_hosts(&self.address).into_iter().chain(asset_hosts.iter().cloned()).collect::<Vec<_>>().join(", ")
        ));
        let seconds = LONGEST.as_secs();
        lines.push(format!(
            "At most {requests} requests in {seconds} s, each told before it is sent, as {AGENT}, with no credential"
        ));
        if permission.is_none() {
            lines.push("Not asked: a path that nothing names, any form, anything that changes something".to_owned());
        }
        lines
    }
}

/// The host, and its twin with or without `www.`.
fn own_hosts(address: &Url) -> Vec<String> {
    let own = host_of(address);
    match address.host() {
        Some(Host::Domain(name)) if name.contains('.') => {
            let twin = own.strip_prefix("www.").map_or_else(|| format!("www.{own}"), str::to_owned);
            vec![own, twin]
        }
        _ => vec![own],
    }
}

/// A host as people write it.
#[must_use]
pub fn host_of(address: &Url) -> String {
    let host = address.host_str().unwrap_or_default();
    address.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Foreign;
    use rstest::rstest;

    fn plan(address: &str, permission: bool) -> Plan {
        let permission = permission.then(|| Permission {
            by: Foreign::new("Ana"),
            proof: None,
            hosts: BTreeSet::new(),
            until: "2026-12-01T00:00:00Z".parse().unwrap(),
        });
        Plan::new(address.parse().unwrap(), Wanted { permission, ..Wanted::default() })
    }

    #[rstest]
    #[case("https://acme.example/", &["acme.example", "www.acme.example"], true)]
    #[case("https://www.acme.example/", &["www.acme.example", "acme.example"], true)]
    #[case("https://acme.example:8443/", &["acme.example:8443", "www.acme.example:8443"], false)]
    #[case("http://127.0.0.1:3000/", &["127.0.0.1:3000"], false)]
    fn hosts_are_named(#[case] address: &str, #[case] wanted: &[&str], #[case] plain: bool) {
        let plan = plan(address, false);
        assert_eq!(plan.hosts(), wanted);
        assert_eq!(plan.plain().is_some(), plain);
        let told = plan.lines().join("\n");
        assert!(wanted.iter().all(|it| told.contains(it)), "{told}");
    }

    #[rstest]
    #[case("https://acme.example/", false, 199)]
    #[case("http://127.0.0.1:3000/", false, 200)]
    #[case("https://acme.example/", true, 199 - 11)]
    fn the_walk_may_use_what_is_left_of_what_was_said(#[case] address: &str, #[case] permission: bool, #[case] wanted: u32) {
        assert_eq!(plan(address, permission).limits().requests, wanted);
    }

    #[test]
    fn what_needs_a_permission_is_told_only_with_one() {
        let told = |permission| plan("https://acme.example/", permission).lines().join("\n");
        assert!(told(true).contains("/.env ") && told(true).contains("Ana permits"));
        assert!(!told(false).contains(".env") && told(false).contains("Not asked"));
        for line in plan("https://acme.example/", false).lines() {
            assert!(line.chars().count() <= 100, "{line}");
        }
    }
}
