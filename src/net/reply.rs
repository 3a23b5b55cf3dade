//! An answer as the door gives it: whole, bounded, and read without ever quoting the body.

use crate::domain::{Gap, GapKind, System};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use url::Url;

/// An answer, whatever its status. The body is whole or there is no reply.
#[derive(Clone)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The address that answered, after same-origin redirects; never holds a credential.
    pub address: Url,
    /// The certificate that the host showed, in DER; none without TLS.
    pub certificate: Option<Bytes>,
}

// Bodies hold master secrets next to harmless fields, and so may cookies: neither is ever in a dump.
impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reply")
            .field("status", &self.status)
            .field("host", &self.address.host_str())
            .field("path", &self.address.path())
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

impl Reply {
    /// A header as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Reads the body as JSON into the wanted fields.
    ///
    /// # Errors
    /// An `unexpected_answer` gap that says what was not understood, without quoting the body.
    pub fn json<T: serde::de::DeserializeOwned>(&self, system: System) -> Result<T, Gap> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let html = self.body.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'<');
            let says = if html {
                format!("{} answered with a page instead of data", system.title())
            } else if self.body.is_empty() {
                format!("{} answered with nothing", system.title())
            } else {
                // serde_json's category and position never quote the body; its message may.
                format!(
                    "{} answered in a shape that is not known (line {}, column {})",
                    system.title(),
                    error.line(),
                    error.column()
                )
            };
            Gap::new(GapKind::UnexpectedAnswer, system, says).needs("Try again; if it stays, check the address and report it")
        })
    }

    /// The address of the next page (`Link: rel="next"`), if there is one.
    #[must_use]
    pub fn next_page(&self) -> Option<Url> {
        let mut rest = self.header("link")?;
        // Addresses may hold commas and semicolons: only what stands outside `<…>` separates.
        while let Some((_, after)) = rest.split_once('<') {
            let (address, after) = after.split_once('>')?;
            let (attributes, next) = after.split_once('<').map_or((after, ""), |(attributes, _)| (attributes, after));
            let is_next = attributes.split([';', ',']).any(|it| matches!(it.trim(), "rel=\"next\"" | "rel=next"));
            if is_next {
                return self.address.join(address).ok();
            }
            rest = next;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn reply(link: &str, body: &'static str) -> Reply {
        let mut headers = HeaderMap::new();
        if !link.is_empty() {
            headers.insert("link", link.parse().unwrap());
        }
        let address = Url::parse("https://api.example.com/repos?page=1").unwrap();
        Reply { status: StatusCode::OK, headers, body: Bytes::from_static(body.as_bytes()), address, certificate: None }
    }

    #[rstest]
    #[case::none("", None)]
    #[case::only_last(r#"<https://api.example.com/r?page=9>; rel="last""#, None)]
    #[case::next_first(
        r#"<https://api.example.com/r?page=2>; rel="next", <https://api.example.com/r?page=9>; rel="last""#,
        Some("https://api.example.com/r?page=2")
    )]
    #[case::next_last(
        r#"<https://api.example.com/r?page=1>; rel="prev", <https://api.example.com/r?page=3>; rel="next""#,
        Some("https://api.example.com/r?page=3")
    )]
    #[case::commas_inside(
        r#"<https://api.example.com/r?after=a,b;c>; rel="next""#,
        Some("https://api.example.com/r?after=a,b;c")
    )]
    #[case::relative("</r?page=2>; rel=next", Some("https://api.example.com/r?page=2"))]
    #[case::nonsense("next", None)]
    #[case::unclosed("<https://api.example.com/r", None)]
    fn the_next_page(#[case] link: &str, #[case] wanted: Option<&str>) {
        assert_eq!(reply(link, "").next_page().map(|url| url.to_string()).as_deref(), wanted);
    }

    #[rstest]
    #[case::page("<!doctype html><title>Sign in</title>", "a page instead of data")]
    #[case::nothing("", "with nothing")]
    #[case::half(r#"{"name": "cana"#, "not known (line 1, column ")]
    #[case::other_shape(r#"{"name": "canary"}"#, "not known")]
    fn what_is_not_understood_is_not_quoted(#[case] body: &'static str, #[case] says: &str) {
        let gap = reply("", body).json::<std::collections::BTreeMap<String, u32>>(System::Github).unwrap_err();
        assert_eq!(gap.kind, GapKind::UnexpectedAnswer);
        assert!(gap.says.as_str().contains(says), "{gap}");
        assert!(!format!("{gap:?} {:?}", reply("", body)).contains("cana"));
    }
}
