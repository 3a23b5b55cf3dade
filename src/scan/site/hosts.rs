//! Whose a host is: the app's, its asset host's, or another's (`apis/http.md` §0: only hosts that belong to the app).
//! Another's is never asked.
//!
//! The app's are: the origin that the page came from; the same name with or without `www.`, and names below it; what the
//! caller lists; Next.js' `assetPrefix`, that is any host from which the app's own page loads `/_next/static/`; and, for a
//! page without a script of its own origin, the host or the anonymous storage from which it runs its bundle.

use super::bundle::is_hashed;
use std::collections::BTreeSet;
use url::{Host, Url};

/// The hosts of one app.
#[derive(Debug, Clone)]
pub(super) struct Hosts {
    home: Url,
    /// The name without `www.`, if home is a name.
    bare: Option<String>,
    /// Origins that turned out to be the app's, and hosts that the caller listed.
    further: BTreeSet<String>,
    /// Hosts that a person gave, with their ports where these are not the usual ones.
    given: BTreeSet<String>,
    /// No other host than home's name, with or without `www.`, and those that the caller listed.
    strict: bool,
}

/// Hosts under which anybody may store files: whose they are cannot be told from the name.
const STORAGE: [&str; 12] = [
    "cloudfront.net",
    "amazonaws.com",
    "azureedge.net",
    "azurefd.net",
    "core.windows.net",
    "b-cdn.net",
    "r2.dev",
    "storage.googleapis.com",
    "digitaloceanspaces.com",
    "fastly.net",
    "akamaized.net",
    "supabase.co",
];

impl Hosts {
    pub fn new(home: &Url, further: &BTreeSet<String>) -> Self {
        let bare = match home.host() {
            Some(Host::Domain(name)) => Some(name.strip_prefix("www.").unwrap_or(name).to_owned()),
            _ => None,
        };
        let given = listed(home).into_iter().chain(further.iter().cloned()).collect();
        Self { home: home.clone(), bare, further: further.clone(), given, strict: false }
    }

    /// The same, where no page makes a further host the app's.
    pub fn strict(self, strict: bool) -> Self {
        Self { strict, ..self }
    }

    /// The same, where the address that was given led to another of its own.
    pub fn led_to(self, home: &Url) -> Self {
        Self { given: self.given, strict: self.strict, ..Self::new(home, &self.further) }
    }

    /// Whether a person gave the host of this address.
    pub fn is_given(&self, address: &Url) -> bool {
        listed(address).is_some_and(|it| self.given.contains(&it))
    }

    /// Whether files of this address may be asked for.
    pub fn is_ours(&self, address: &Url) -> bool {
        if !matches!(address.scheme(), "http" | "https") || !address.username().is_empty() || address.password().is_some() {
            return false;
        }
        if address.origin() == self.home.origin() || self.further.contains(&address.origin().ascii_serialization()) {
            return true;
        }
        let Some(host) = address.host_str() else { return false };
        if listed(address).is_some_and(|it| self.further.contains(&it)) {
            return true;
        }
        // From a page that is read safely, nothing is read in clear.
        let safe = address.scheme() == "https" || self.home.scheme() == "http";
        let below = self.bare.as_deref().is_some_and(|bare| {
            let twin = host.strip_prefix("www.") == Some(bare);
            let under = || host.strip_suffix(bare).is_some_and(|rest| rest.ends_with('.')) && bare.contains('.');
            host == bare || if self.strict { twin } else { under() }
        });
        below && safe && address.port() == self.home.port()
    }

    /// Whether a script that one of the app's pages loads is the app's; its origin is then known from now on.
    /// `alone`: the page loads no script from an origin of the app.
    pub fn admits(&mut self, address: &Url, alone: bool) -> bool {
        if self.is_ours(address) {
            return true;
        }
        if self.strict {
            return false;
        }
        let outside = match address.host() {
            Some(Host::Domain(name)) => {
                !["localhost", "local", "internal", "lan", "home.arpa"].iter().any(|it| name.ends_with(it))
            }
            _ => false,
        };
        let here = is_local(&self.home) && is_local(address);
        let web = matches!(address.scheme(), "http" | "https") && address.username().is_empty() && address.password().is_none();
        let built = address.path().contains("/_next/static/");
        let stored = address.host_str().is_some_and(|host| STORAGE.iter().any(|it| host.ends_with(it)));
        let admitted = web && (outside || here) && (built || (alone && (stored || is_hashed(address.path()))));
        if admitted {
            self.further.insert(address.origin().ascii_serialization());
        }
        admitted
    }

    /// A path at home; elsewhere the host with it. Never a query: it may carry what nobody should read.
    pub fn shown(&self, address: &Url) -> String {
        if address.origin() == self.home.origin() {
            address.path().to_owned()
        } else {
            format!("{}{}", address.host_str().unwrap_or_default(), address.path())
        }
    }

    pub fn home(&self) -> &Url {
        &self.home
    }
}

/// A host as a person lists it.
pub(super) fn listed(address: &Url) -> Option<String> {
    let host = address.host_str()?;
    Some(address.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

fn is_local(address: &Url) -> bool {
    match address.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Whether an address looks like the place where people sign in.
pub(super) fn is_sign_in(address: &Url) -> bool {
    const WORDS: [&str; 12] = [
        "login",
        "log-in",
        "signin",
        "sign-in",
        "sign_in",
        "auth",
        "sso",
        "sso-api",
        "oauth",
        "authorize",
        "authenticate",
        "session",
    ];
    let path = address.path().to_ascii_lowercase();
    let host = address.host_str().unwrap_or_default();
    path.split('/').any(|it| WORDS.contains(&it))
        || host.split('.').next().is_some_and(|first| ["login", "auth", "accounts", "sso", "id"].contains(&first))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn at(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[rstest]
    #[case("https://www.acme.example/", "https://www.acme.example/a.js", true)]
    #[case("https://www.acme.example/", "https://acme.example/a.js", true)]
    #[case("https://www.acme.example/", "https://cdn.acme.example/a.js", true)]
    #[case("https://acme.example/", "https://static.cdn.acme.example/a.js", true)]
    #[case("https://acme.example/", "http://acme.example/a.js", false)]
    #[case("https://acme.example/", "https://notacme.example/a.js", false)]
    #[case("https://acme.example/", "https://acme.example.evil.example/a.js", false)]
    #[case("https://acme.example/", "https://acme.example:8443/a.js", false)]
    #[case("https://acme.example/", "https://u:p@acme.example/a.js", false)]
    #[case("https://acme.example/", "https://files.acme-cdn.example/a.js", true)]
    #[case("https://shop.vercel.app/", "https://other.vercel.app/a.js", false)]
    #[case("https://acme.example/", "data:text/javascript,1", false)]
    #[case("http://127.0.0.1:3000/", "http://127.0.0.1:4000/a.js", false)]
    #[case("https://localhost/", "https://a.localhost/a.js", false)]
    fn whose_a_host_is(#[case] home: &str, #[case] address: &str, #[case] wanted: bool) {
        let hosts = Hosts::new(&at(home), &["files.acme-cdn.example".to_owned()].into());
        assert_eq!(hosts.is_ours(&at(address)), wanted);
    }

    #[rstest]
    #[case::asset_prefix("https://cdn.elsewhere.example/x/_next/static/chunks/a.js", false, true)]
    #[case::storage("https://d1234.cloudfront.net/main.js", true, true)]
    #[case::storage_beside_own("https://d1234.cloudfront.net/main.js", false, false)]
    #[case::bundle("https://files.elsewhere.example/assets/index-DfJ3kd0s.js", true, true)]
    #[case::widget("https://widgets.elsewhere.example/loader.js", true, false)]
    #[case::metadata("http://169.254.169.254/_next/static/a.js", true, false)]
    #[case::this_machine("http://127.0.0.1:9/_next/static/a.js", true, false)]
    #[case::inside_a_network("http://ci.internal/_next/static/a.js", true, false)]
    fn asset_hosts(#[case] address: &str, #[case] alone: bool, #[case] wanted: bool) {
        let mut hosts = Hosts::new(&at("https://acme.example/"), &BTreeSet::new());
        assert_eq!(hosts.admits(&at(address), alone), wanted);
        assert_eq!(hosts.is_ours(&at(address).join("/other.js").unwrap()), wanted, "known from now on");
    }

    #[test]
    fn what_a_person_gave_stays_given_wherever_it_leads() {
        let given = ["files.acme-cdn.example".to_owned()].into();
        let hosts = Hosts::new(&at("http://acme.example/"), &given).led_to(&at("https://www.acme.example:8443/"));
        assert_eq!(hosts.home().as_str(), "https://www.acme.example:8443/");
        for (address, wanted) in [
            ("http://acme.example/x", true),
            ("https://acme.example/x", true),
            ("https://files.acme-cdn.example/a.js", true),
            ("https://www.acme.example:8443/", false),
            ("https://cdn.acme.example/a.js", false),
        ] {
            assert_eq!(hosts.is_given(&at(address)), wanted, "{address}");
        }
    }

    #[test]
    fn a_strict_walk_asks_the_hosts_that_were_given_and_no_other() {
        let listed = ["files.acme-cdn.example".to_owned()].into();
        let mut hosts = Hosts::new(&at("https://acme.example/"), &listed).strict(true);
        for (address, wanted) in [
            ("https://acme.example/a.js", true),
            ("https://www.acme.example/a.js", true),
            ("https://files.acme-cdn.example/a.js", true),
            ("https://cdn.acme.example/a.js", false),
            ("https://cdn.elsewhere.example/x/_next/static/chunks/a.js", false),
            ("http://acme.example/a.js", false),
        ] {
            assert_eq!((hosts.is_ours(&at(address)), hosts.admits(&at(address), true)), (wanted, wanted), "{address}");
        }
        let hosts = hosts.led_to(&at("https://www.acme.example/"));
        assert!(hosts.is_ours(&at("https://acme.example/a.js")) && !hosts.is_ours(&at("https://cdn.acme.example/a.js")));
    }

    #[test]
    fn sign_ins() {
        for text in
            ["https://acme.example/login?next=/", "https://acme.example/api/auth/signin", "https://accounts.example.com/x"]
        {
            assert!(is_sign_in(&at(text)), "{text}");
        }
        for text in ["https://acme.example/", "https://acme.example/authors", "https://acme.example/blog/login-tips"] {
            assert!(!is_sign_in(&at(text)), "{text}");
        }
    }
}
