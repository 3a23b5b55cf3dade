//! Says which addresses are cloned: https, and on this machine http. Refuses the rest before git sees it: git takes some
//! addresses for programs to run, and some words for options.

use super::CloneProblem;
use crate::domain::Foreign;
use url::{Host, Url};

/// An address that git may be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    url: Url,
}

impl Address {
    /// Reads an address as a user writes it. `local`: whether `file://` is one.
    pub fn read(address: &str, local: bool) -> Result<Self, CloneProblem> {
        let address = address.trim();
        let wrong = || CloneProblem::NotAnAddress { address: Foreign::new(without_credentials(address)) };
        if address.starts_with('-') || address.contains("::") && !address.contains('[') {
            return Err(wrong());
        }
        let Ok(url) = Url::parse(address) else {
            // `git@host:owner/name`
            let scp = address.split_once(':').is_some_and(|(host, _)| host.contains('@') && !host.contains('/'));
            return Err(if scp { CloneProblem::Ssh } else { wrong() });
        };
        if address.contains(|c: char| c.is_control() || c.is_whitespace()) || !address.contains("://") {
            return Err(wrong());
        }
        let loopback = match url.host() {
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        };
        match url.scheme() {
            "https" => {}
            "http" if loopback => {}
            "http" => return Err(CloneProblem::PlainHttp),
            "ssh" | "git+ssh" => return Err(CloneProblem::Ssh),
            "file" if local => return Ok(Self { url }),
            _ => return Err(wrong()),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(CloneProblem::CredentialInAddress);
        }
        let nothing = url.path().trim_matches('/').is_empty();
        if nothing || url.query().is_some() || url.fragment().is_some() {
            return Err(wrong());
        }
        Ok(Self { url })
    }

    /// Whether a text is meant as an address and not as a path.
    #[must_use]
    pub fn is_meant(text: &str) -> bool {
        let text = text.trim();
        text.contains("://") || text.contains("::") || text.split_once(':').is_some_and(|(host, _)| host.contains('@'))
    }

    /// As git is given it.
    pub(super) fn as_str(&self) -> &str {
        self.url.as_str()
    }

    pub(super) fn scheme(&self) -> &str {
        self.url.scheme()
    }

    /// The host, with its port if it is an unusual one.
    #[must_use]
    pub fn host(&self) -> Foreign {
        let host = self.url.host_str().unwrap_or("this machine");
        Foreign::new(self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
    }
}

/// What may be shown of something that is no address: nothing before an `@`.
fn without_credentials(address: &str) -> String {
    let shown: String = address.chars().take(200).collect();
    match shown.rsplit_once('@') {
        Some((_, rest)) => format!("…@{rest}"),
        None => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("https://github.com/acme/shop.git", None)]
    #[case(" https://github.com/acme/shop ", None)]
    #[case("http://127.0.0.1:8080/acme/shop", None)]
    #[case("http://[::1]:8080/acme/shop", None)]
    #[case("http://localhost/acme/shop", None)]
    #[case("http://github.com/acme/shop", Some(CloneProblem::PlainHttp))]
    #[case("ssh://git@github.com/acme/shop", Some(CloneProblem::Ssh))]
    #[case("git@github.com:acme/shop.git", Some(CloneProblem::Ssh))]
    #[case("https://user:word@github.com/acme/shop", Some(CloneProblem::CredentialInAddress))]
    #[case("https://word@github.com/acme/shop", Some(CloneProblem::CredentialInAddress))]
    fn addresses(#[case] address: &str, #[case] problem: Option<CloneProblem>) {
        assert_eq!(Address::read(address, false).err(), problem);
    }

    #[rstest]
    #[case("ext::sh -c touch% /tmp/x")]
    #[case("fd::17/x")]
    #[case("--upload-pack=touch /tmp/x")]
    #[case("-uhttps://github.com/a/b")]
    #[case("file:///srv/git/shop.git")]
    #[case("git://github.com/acme/shop")]
    #[case("/srv/git/shop.git")]
    #[case("https://github.com/")]
    #[case("https://github.com/a/b?x=1")]
    #[case("https://github.com/a b")]
    #[case("https:github.com/a/b")]
    #[case("https://github.com/a\nb")]
    #[case("ftp://github.com/a/b")]
    #[case("")]
    fn what_is_no_address_is_refused_before_git_sees_it(#[case] address: &str) {
        assert!(matches!(Address::read(address, false), Err(CloneProblem::NotAnAddress { .. })));
    }

    #[test]
    fn an_address_is_told_from_a_path() {
        for text in ["https://a/b", "git@github.com:a/b", "ext::sh", "ssh://a/b"] {
            assert!(Address::is_meant(text), "{text}");
        }
        for text in [".", "/srv/a", "..\\a", "C:\\work\\shop", "shop"] {
            assert!(!Address::is_meant(text), "{text}");
        }
    }

    #[test]
    fn a_password_in_a_wrong_address_is_not_repeated() {
        let word = ["hunter", "2"].concat();
        let problem = Address::read(&format!("ftp://ana:{word}@example.com/x"), false).unwrap_err();
        assert!(!problem.to_string().contains(&word));
    }
}
