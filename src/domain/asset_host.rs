//! A host that serves the scripts of an app besides the app's own, as a person names it. It says nothing of who owns it.

use super::app::{Malformed, malformed};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A host name or address, with a port where it is not the usual one: `files.acme.example`, `10.0.0.5:8080`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AssetHost(String);

impl AssetHost {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
impl FromStr for AssetHost {
    type Err = Malformed;
    /// Reads a host, or an address that is nothing but `https://HOST/`.
    fn from_str(text: &str) -> Result<Self, Malformed> {
        const WANTED: &str = "a host: files.example.com, with a port where it is not the usual one";
        let given = text.trim();
        let bare = given.strip_prefix("https://").or_else(|| given.strip_prefix("http://")).unwrap_or(given);
        let bare = bare.strip_suffix('/').unwrap_or(bare);
        let fits = !bare.is_empty() && bare.len() <= 260 && !bare.contains(['/', '\\', '?', '#', '@', '*', '%']);
        let address = fits.then(|| url::Url::parse(&format!("https://{bare}/")).ok()).flatten();
        let host = address.as_ref().and_then(|it| Some((it.host_str()?, it.port())));
        match host {
            Some((host, None)) => Ok(Self(host.to_owned())),
            Some((host, Some(port))) => Ok(Self(format!("{host}:{port}"))),
            None => Err(malformed(text, WANTED)),
        }
    }
}
impl TryFrom<String> for AssetHost {
    type Error = Malformed;
    fn try_from(text: String) -> Result<Self, Malformed> {
        text.parse()
    }
}
impl From<AssetHost> for String {
    fn from(it: AssetHost) -> String {
        it.0
    }
}
impl fmt::Display for AssetHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("files.acme.example", "files.acme.example")]
    #[case(" Files.ACME.example ", "files.acme.example")]
    #[case("https://files.acme.example/", "files.acme.example")]
    #[case("files.acme.example:443", "files.acme.example")]
    #[case("files.acme.example:8443", "files.acme.example:8443")]
    #[case("127.0.0.1:4000", "127.0.0.1:4000")]
    #[case("[::1]:4000", "[::1]:4000")]
    fn hosts(#[case] text: &str, #[case] wanted: &str) {
        let host: AssetHost = text.parse().unwrap();
        assert_eq!(host.as_str(), wanted);
        assert_eq!(host.as_str().parse(), Ok(host.clone()), "stored and read again");
    }

    #[rstest]
    #[case("")]
    #[case("https://files.acme.example/static")]
    #[case("ftp://files.acme.example")]
    #[case("user@files.acme.example")]
    #[case("*.acme.example")]
    #[case("files acme")]
    #[case("files.acme.example:port")]
    #[case("files.acme.example?x")]
    fn what_is_no_host(#[case] text: &str) {
        assert!(text.parse::<AssetHost>().is_err());
    }
}
