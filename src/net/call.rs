//! Every constructor of what may leave: GET and HEAD. There is no other, so nothing that writes can be built; a POST
//! that only reads gets a named constructor of its own here on the day a probe needs one, never a general one.

use crate::domain::{Gap, System};
use http::{HeaderName, HeaderValue};
use url::Url;

/// How a call asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    Get,
    Head,
}

/// A request that only reads.
#[derive(Debug, Clone)]
pub struct ReadCall {
    pub(super) system: System,
    pub(super) verb: Verb,
    /// Relative to the system's base address, without a leading slash; or absolute, same origin as that base.
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    /// The base address, when the system has none of its own (a Supabase project).
    pub(super) base: Option<Url>,
    /// Largest body that is read, in bytes.
    pub(super) most_bytes: usize,
    /// Whether the answer of a stranger named the address, not a person.
    pub(super) found: bool,
    /// Whether a redirect is given back as the answer that it is.
    pub(super) as_answered: bool,
    /// Why this call is never sent: it was built wrongly, which the door says instead of the builder.
    pub(super) refused: Option<&'static str>,
}

/// Largest body of an ordinary answer: 8 MiB (HOUSE §5).
pub const MOST_BYTES: usize = 8 * 1024 * 1024;

/// Headers that carry a credential, or that say how a request is framed: both are the door's.
const OURS: [&str; 11] = [
    "authorization",
    "proxy-authorization",
    "x-api-key",
    "apikey",
    "cookie",
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "accept-encoding",
    "user-agent",
];

impl ReadCall {
    /// A GET of `path` at the system's base address. Parts from outside must be encoded by [`ReadCall::segment`].
    #[must_use]
    pub fn get(system: System, path: impl Into<String>) -> Self {
        Self::new(system, Verb::Get, &path.into())
    }

    /// A HEAD of `path`.
    #[must_use]
    pub fn head(system: System, path: impl Into<String>) -> Self {
        Self::new(system, Verb::Head, &path.into())
    }

    /// A GET of a whole address that the system itself named (a `Link: rel="next"`). The door refuses another origin.
    #[must_use]
    pub fn follow(system: System, address: &Url) -> Self {
        Self::new(system, Verb::Get, address.as_str())
    }

    fn new(system: System, verb: Verb, path: &str) -> Self {
        let path = path.strip_prefix('/').unwrap_or(path).to_owned();
        let refused = escapes(&path);
        Self {
            system,
            verb,
            path,
            query: Vec::new(),
            headers: Vec::new(),
            base: None,
            most_bytes: MOST_BYTES,
            found: false,
            as_answered: false,
            refused,
        }
    }

    /// Adds a query parameter; it is encoded.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "callers write numbers and names in place; a `&` on each would be noise")]
    pub fn query(mut self, name: &str, value: impl ToString) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }

    /// Adds a header. Credentials are the door's business: a header that could carry one makes the door refuse the call.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value.into())) else {
            self.refused = Some("a header of the call cannot be sent");
            return self;
        };
        self.header_value(name, value)
    }

    /// As [`ReadCall::header`], for a header that is already checked for its form.
    #[must_use]
    pub fn header_value(mut self, name: HeaderName, value: HeaderValue) -> Self {
        if OURS.contains(&name.as_str()) {
            self.refused = Some("a call carried a header that is the door's own");
        }
        self.headers.push((name, value));
        self
    }

    /// Asks at this base instead of the system's own. Only for systems without a fixed address; the door refuses it for
    /// the others, so that a credential cannot be sent elsewhere.
    #[must_use]
    pub fn at(mut self, base: Url) -> Self {
        self.base = Some(base);
        self
    }

    /// Reads at most that many bytes of (unpacked) body instead of [`MOST_BYTES`]; a larger answer is `incomplete`.
    #[must_use]
    pub fn at_most(mut self, bytes: usize) -> Self {
        self.most_bytes = bytes;
        self
    }

    /// Gives a redirect back as an answer instead of following it: for whoever must judge where it leads. Only for
    /// systems that are asked without a credential; the door refuses it for the others.
    #[must_use]
    pub fn as_answered(mut self) -> Self {
        if self.system.needs_credential() {
            self.refused = Some("a redirect of a system with a credential is the door's to judge");
        }
        self.as_answered = true;
        self
    }

    /// Says that the site itself named the address: then a name of it that leads into a network of this machine is not
    /// asked, unless the site that a person gave is in one, too. Matters for [`System::Site`] only.
    #[must_use]
    pub fn found(mut self) -> Self {
        self.found = true;
        self
    }

    /// The system that is asked.
    #[must_use]
    pub fn system(&self) -> System {
        self.system
    }

    /// Encodes one path segment (a branch name with a slash, an environment with spaces).
    #[must_use]
    pub fn segment(text: &str) -> String {
        text.bytes()
            .map(|b| match b {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(b).to_string(),
                b => format!("%{b:02X}"),
            })
            .collect()
    }

    fn is_absolute(&self) -> bool {
        Url::parse(&self.path).is_ok_and(|it| it.has_host())
    }

    /// The address below `base`, or the absolute one at its origin.
    ///
    /// # Errors
    /// An `internal` gap when the call was built wrongly or would leave the base.
    pub(super) fn address(&self, base: &Url) -> Result<Url, Gap> {
        if let Some(why) = self.refused {
            return Err(Gap::internal(why));
        }
        let is_absolute = self.is_absolute();
        // `./` keeps a first segment with a colon in it from being read as a scheme.
        let joined = if is_absolute { Url::parse(&self.path) } else { base.join(&format!("./{}", self.path)) };
        let mut url = joined.map_err(|_| Gap::internal("a path could not be made into an address"))?;
        // A page that the system named may lie beside the base path; what we put together ourselves may not.
        let leaves = url.origin() != base.origin() || !(is_absolute || url.path().starts_with(base.path()));
        if leaves || !url.username().is_empty() || url.password().is_some() {
            return Err(Gap::internal("a path would have left the address of its system"));
        }
        url.set_fragment(None);
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        Ok(url)
    }

    /// Path and query as one text, for octocrab: `/repos/…?per_page=100`, or the whole address if it is absolute.
    pub(super) fn relative(&self) -> Result<String, Gap> {
        if let Some(why) = self.refused {
            return Err(Gap::internal(why));
        }
        let mut text = if self.is_absolute() { self.path.clone() } else { format!("/{}", self.path) };
        if !self.query.is_empty() {
            let pairs = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.query).finish();
            text.push(if text.contains('?') { '&' } else { '?' });
            text.push_str(&pairs);
        }
        Ok(text)
    }
}

/// Why a path could lead out of its base, if it could. Addresses are taken apart by the rules of browsers, where `\` is a
/// slash, `%2e` a dot, and tabs and newlines vanish: none of them has any business here.
fn escapes(path: &str) -> Option<&'static str> {
    let (place, _) = path.split_once('?').unwrap_or((path, ""));
    let is_dots = |segment: &str| matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
    if path.starts_with('/') {
        Some("a path began with two slashes")
    } else if path.contains('\\') || path.contains(char::is_control) || path.contains('#') || path.contains(char::is_whitespace) {
        Some("a path holds a character that must be encoded")
    } else if place.split('/').any(is_dots) {
        Some("a path would have climbed out of its base")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::GapKind;
    use proptest::prelude::*;
    use rstest::rstest;

    const BASE: &str = "https://github.acme.example/api/v3/";

    fn address(path: &str) -> Result<String, GapKind> {
        let base = Url::parse(BASE).unwrap();
        ReadCall::get(System::Github, path).address(&base).map(|url| url.to_string()).map_err(|gap| gap.kind)
    }

    #[rstest]
    #[case::plain("repos/acme/shop", "repos/acme/shop")]
    #[case::leading_slash("/repos/acme/shop", "repos/acme/shop")]
    #[case::query_in_path("repos/acme/shop?per_page=100", "repos/acme/shop?per_page=100")]
    #[case::encoded_slash("repos/acme/shop/branches/feat%2Fx", "repos/acme/shop/branches/feat%2Fx")]
    #[case::colon_first("a:b/c", "a:b/c")]
    #[case::dots_in_a_query("repos?compare=main...next&x=../y", "repos?compare=main...next&x=../y")]
    #[case::three_dots("compare/main...next", "compare/main...next")]
    #[case::nothing("", "")]
    fn paths_stay_below_the_base(#[case] path: &str, #[case] wanted: &str) {
        assert_eq!(address(path), Ok(format!("{BASE}{wanted}")));
    }

    #[rstest]
    #[case::up("../admin")]
    #[case::up_inside("repos/../../admin")]
    #[case::up_encoded("repos/%2e%2E/x")]
    #[case::up_half_encoded("repos/.%2e/x")]
    #[case::up_at_the_end("repos/..")]
    #[case::backslash("repos\\..\\x")]
    #[case::two_slashes("//evil.example/x")]
    #[case::absolute("https://evil.example/api/v3/x")]
    #[case::absolute_plain("http://github.acme.example/api/v3/x")]
    #[case::absolute_other_port("https://github.acme.example:8443/api/v3/x")]
    #[case::absolute_with_password("https://a:b@github.acme.example/api/v3/x")]
    #[case::tab("repos/.\t./x")]
    #[case::newline("repos\n/x")]
    #[case::fragment("repos#x")]
    fn paths_that_would_leave_are_refused(#[case] path: &str) {
        assert_eq!(address(path), Err(GapKind::Internal));
    }

    #[test]
    fn a_page_that_the_system_named_is_followed_at_its_origin_only() {
        let base = Url::parse(BASE).unwrap();
        let at = |text: &str| ReadCall::follow(System::Github, &Url::parse(text).unwrap()).address(&base);
        let same = "https://github.acme.example/repositories/1/branches?page=2";
        assert_eq!(at(same).unwrap().as_str(), same);
        assert_eq!(at("https://api.github.com/repositories/1").unwrap_err().kind, GapKind::Internal);
    }

    #[rstest]
    #[case("Authorization")]
    #[case("x-api-key")]
    #[case("apikey")]
    #[case("Cookie")]
    #[case("proxy-authorization")]
    #[case("host")]
    fn a_header_that_could_carry_a_credential_is_refused(#[case] name: &'static str) {
        let call = ReadCall::get(System::Github, "x").header(name, "anything");
        assert_eq!(call.address(&Url::parse(BASE).unwrap()).unwrap_err().kind, GapKind::Internal);
        assert!(call.relative().is_err());
    }

    #[test]
    fn a_query_is_encoded() {
        let call = ReadCall::get(System::Github, "x?a=1").query("b", "c&d=e f");
        assert_eq!(call.address(&Url::parse(BASE).unwrap()).unwrap().query(), Some("a=1&b=c%26d%3De+f"));
        assert_eq!(call.relative().unwrap(), "/x?a=1&b=c%26d%3De+f");
    }

    proptest! {
        #[test]
        fn a_segment_is_one_segment_and_says_the_same(text in ".{1,24}") {
            prop_assume!(text != "." && text != "..");
            let base = Url::parse(BASE).unwrap();
            let call = ReadCall::get(System::Github, format!("branches/{}/protection", ReadCall::segment(&text)));
            let address = call.address(&base).unwrap();
            let segments: Vec<_> = address.path_segments().unwrap().collect();
            prop_assert_eq!(segments.len(), 5);
            let decoded = url::form_urlencoded::parse(segments[3].as_bytes()).next().unwrap().0.into_owned();
            prop_assert_eq!(decoded, text);
        }

        #[test]
        fn whatever_a_path_is_it_does_not_leave(path in r"[a-z./\\%2e:@?#\t ]{0,16}") {
            if let Ok(address) = address(&path) {
                prop_assert!(address.starts_with(BASE), "{address}");
            }
        }
    }
}
