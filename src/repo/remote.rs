//! Reads the address of a remote as host and `owner/name`. Whatever else stands in it — a user, a password, a token —
//! is dropped here and never kept.

use crate::domain::{Foreign, Slug};
use url::Url;

/// Where a repository was cloned from, without any credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The host's name in lower case, with its port if one is given for https.
    pub host: Foreign,
    pub slug: Slug,
}

impl Origin {
    /// Reads an address as git accepts it: `https://…`, `ssh://…`, `git://…`, or `user@host:owner/name`. None for a
    /// local path and for whatever is not `owner/name` on a host.
    #[must_use]
    pub fn read(address: &str) -> Option<Self> {
        let address = address.trim();
        let (host, path) = if address.contains("://") {
            let url = Url::parse(address).ok()?;
            if !matches!(url.scheme(), "http" | "https" | "ssh" | "git" | "git+ssh" | "git+https") {
                return None;
            }
            let name = url.host_str()?.to_ascii_lowercase();
            let host = match url.port() {
                Some(port) if url.scheme().contains("http") => format!("{name}:{port}"),
                _ => name,
            };
            (host, url.path().to_owned())
        } else {
            let (place, path) = address.split_once(':')?;
            if place.contains('/') || place.len() < 2 || path.starts_with('\\') {
                return None;
            }
            let host = place.rsplit('@').next()?.to_ascii_lowercase();
            (host, path.to_owned())
        };
        let slug = path.trim_matches('/').parse().ok()?;
        if host.is_empty() || host.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return None;
        }
        Some(Self { host: Foreign::new(host), slug })
    }

    /// The repository at GitHub: on github.com, or on the GitHub Enterprise host whose address is `enterprise`.
    #[must_use]
    pub fn github(&self, enterprise: Option<&Url>) -> Option<&Slug> {
        let host = self.host.as_str();
        let public = matches!(host, "github.com" | "www.github.com" | "ssh.github.com");
        let own = enterprise.and_then(Url::host_str).is_some_and(|name| {
            let name = name.to_ascii_lowercase();
            let name = name.strip_prefix("api.").unwrap_or(&name);
            host.split(':').next() == Some(name)
        });
        (public || own).then_some(&self.slug)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("https://github.com/acme/shop.git", Some("acme/shop"))]
    #[case("https://github.com/acme/shop/", Some("acme/shop"))]
    #[case("git@github.com:acme/shop.git", Some("acme/shop"))]
    #[case("ssh://git@github.com/acme/shop.git", Some("acme/shop"))]
    #[case("ssh://git@ssh.github.com:443/acme/shop.git", Some("acme/shop"))]
    #[case("git://github.com/acme/shop", Some("acme/shop"))]
    #[case("https://GitHub.com/acme/shop.name", Some("acme/shop.name"))]
    #[case("https://gitlab.com/acme/shop.git", None)]
    #[case("https://github.com.example.com/acme/shop.git", None)]
    #[case("https://github.com/acme", None)]
    #[case("https://github.com/acme/team/shop", None)]
    #[case("/srv/git/shop.git", None)]
    #[case("../shop", None)]
    #[case("C:\\work\\shop", None)]
    #[case("", None)]
    fn addresses(#[case] address: &str, #[case] slug: Option<&str>) {
        let origin = Origin::read(address);
        assert_eq!(origin.as_ref().and_then(|it| it.github(None)).map(ToString::to_string).as_deref(), slug);
    }

    #[test]
    fn an_enterprise_host_counts_when_it_is_named() {
        let origin = Origin::read("git@git.acme.example:team/shop.git").unwrap();
        assert_eq!(origin.github(None), None);
        let base = Url::parse("https://git.acme.example/api/v3").unwrap();
        assert_eq!(origin.github(Some(&base)).unwrap().to_string(), "team/shop");
        let other = Url::parse("https://git.example.com/api/v3").unwrap();
        assert_eq!(origin.github(Some(&other)), None);
    }

    #[test]
    fn a_token_in_an_address_is_dropped() {
        let token = ["ghp", "_", &"a1B2".repeat(9)].concat();
        for address in
            [format!("https://{token}@github.com/acme/shop.git"), format!("https://x-access-token:{token}@github.com/acme/shop")]
        {
            let origin = Origin::read(&address).unwrap();
            assert!(!format!("{origin:?}").contains(&token));
            assert_eq!(origin.github(None).unwrap().to_string(), "acme/shop");
        }
    }
}
