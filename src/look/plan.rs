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
/// Requests without TLS: the address, and the one that it leads to.
const MOST_PLAIN: u32 = 2;
/// Columns of what is said beforehand, unless a word is longer.
const WIDTH: usize = 80;
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

    /// The host of the address, and its twin with or without `www.`.
    #[must_use]
    pub fn own(&self) -> Vec<String> {
        own_hosts(&self.address)
    }

    /// Every host that it may ask, those that a person named included.
    #[must_use]
    pub fn hosts(&self) -> Vec<String> {
        self.own().into_iter().chain(self.wanted.asset_hosts.iter().cloned()).collect()
    }

    /// Where the app begins: what is asked for beside the page lies below it, wherever the page leads at its host.
    #[must_use]
    pub fn below(&self) -> String {
        self.address.join("./").map_or_else(|_| "/".to_owned(), |it| it.path().to_owned())
    }

    /// The hosts at which more may be asked than a browser asks: those of the permission that are this look's.
    #[must_use]
    pub fn permitted(&self) -> Option<BTreeSet<String>> {
        let permission = self.wanted.permission.as_ref()?;
        Some(self.hosts().into_iter().filter(|host| permission.hosts.contains(host)).collect())
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
        self.plain().map_or(0, |_| MOST_PLAIN) + u32::try_from(files).unwrap_or(u32::MAX)
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

    /// The same for people, one thing a line and none wider than a terminal of eighty columns.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let Wanted { pages, requests, permission, .. } = &self.wanted;
        let mut lines = vec![format!("{} will be asked, as by a browser that opens it:", self.address)];
        let page = match pages {
            1 => "the page itself, and where it redirects at these hosts".to_owned(),
            more => format!("the page itself and pages that it links to, at most {more}, and where they redirect"),
        };
        lines.push(format!("  - {page}"));
        lines.push("  - the scripts that it loads, and those that these load in turn".to_owned());
        lines.push("  - the source maps that scripts name".to_owned());
        if let Some(plain) = self.plain() {
            lines.push(format!(
                "  - {plain} and where it leads at these hosts, at most {MOST_PLAIN} requests, to see whether that is https"
            ));
        }
        if let Some(permission) = permission {
            let at = self.permitted().unwrap_or_default().into_iter().collect::<Vec<_>>().join(", ");
            lines.push(format!("and at {at}, which {} permits, as by any stranger:", permission.by.cut(80)));
            let below = self.below();
            let files: Vec<String> = FILES.iter().map(|it| format!("{below}{}", it.path)).collect();
            lines.push(format!("  - {}", files.join(" ")));
            lines.push("  - two paths that nobody has, to see what the site says to them".to_owned());
            lines.push("  - sitemap, service worker, manifests, and source maps that nothing names".to_owned());
        }
        lines.push(format!("Hosts: {}; no other", self.hosts().join(", ")));
        let seconds = LONGEST.as_secs();
        lines.push(format!(
            "At most {requests} requests in {seconds} s, each told before it is sent, as {AGENT}, with no credential"
        ));
        if permission.is_none() {
            lines.push("Not asked: a path that nothing names, any form, anything that changes something".to_owned());
        }
        lines.iter().flat_map(|line| wrapped(line)).collect()
    }
}

/// A line broken between words; what goes on stands below the text of its beginning.
fn wrapped(line: &str) -> Vec<String> {
    let (lead, hang) = if line.starts_with("  - ") { ("  ", "    ") } else { ("", "  ") };
    let mut lines: Vec<String> = Vec::new();
    for word in line.trim_start().split(' ') {
        match lines.last_mut() {
            Some(last) if last.chars().count() + 1 + word.chars().count() <= WIDTH => {
                last.push(' ');
                last.push_str(word);
            }
            Some(_) => lines.push(format!("{hang}{word}")),
            None => lines.push(format!("{lead}{word}")),
        }
    }
    lines
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
            hosts: own_hosts(&address.parse().unwrap()).into_iter().collect(),
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
    #[case("https://acme.example/", false, 198)]
    #[case("http://127.0.0.1:3000/", false, 200)]
    #[case("https://acme.example/", true, 198 - 11)]
    fn the_walk_may_use_what_is_left_of_what_was_said(#[case] address: &str, #[case] permission: bool, #[case] wanted: u32) {
        assert_eq!(plan(address, permission).limits().requests, wanted);
    }

    #[test]
    fn what_needs_a_permission_is_told_only_with_one() {
        let told = |permission| plan("https://acme.example/", permission).lines().join("\n");
        assert!(told(true).contains("/.env ") && told(true).contains("Ana permits"));
        assert!(!told(false).contains(".env") && told(false).contains("Not asked"));
    }

    #[test]
    fn what_is_said_beforehand_fits_eighty_columns_and_loses_no_word() {
        for permission in [false, true] {
            let mut plan = plan("https://www.shop-of-a-long-name.acme.example/a/path/of/some/length/", permission);
            plan.wanted.pages = 20;
            let told = plan.lines();
            assert!(told.iter().all(|line| line.chars().count() <= 80 && *line == line.trim_end()), "{told:#?}");
            let flat = told.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(flat.contains("each told before it is sent, as rescue/"), "{flat}");
            assert_eq!(permission, flat.contains("/a/path/of/some/length/.env /a/path/of/some/length/.env.local"), "{flat}");
        }
    }

    #[rstest]
    #[case::both(&["acme.example", "www.acme.example"], &["acme.example", "www.acme.example"])]
    #[case::the_twin_alone(&["www.acme.example"], &["www.acme.example"])]
    #[case::another_port(&["acme.example:8443"], &[])]
    #[case::another(&["other.example"], &[])]
    fn a_permission_counts_at_the_hosts_that_it_names(#[case] named: &[&str], #[case] wanted: &[&str]) {
        let mut plan = plan("https://acme.example/", true);
        plan.wanted.asset_hosts.insert("files.acme-cdn.example".to_owned());
        plan.wanted.permission.as_mut().unwrap().hosts = named.iter().map(|it| (*it).to_owned()).collect();
        let permitted: Vec<String> = plan.permitted().unwrap().into_iter().collect();
        assert_eq!(permitted, wanted);
        let told = plan.lines().join(" ");
        assert!(wanted.is_empty() || told.contains(&format!("and at {}, which Ana permits", wanted.join(", "))), "{told}");
    }
}
