//! What the first page says of itself beside its text: headers that concern safety, how cookies are set, the certificate,
//! and by which marks one sees who built and who serves it (`apis/http.md` §2 and §5.4). It keeps no value of a cookie.

use super::next::find;
use super::page::Tags;
use crate::domain::Foreign;
use crate::net::{Certificate, Reply};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use url::Url;

/// The first page, as it was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Front {
    /// Where, after redirects; without a query.
    pub address: Foreign,
    pub status: u16,
    /// By their names in small letters; several of a name are one text.
    pub headers: BTreeMap<String, Foreign>,
    pub cookies: Vec<Cookie>,
    /// None: without TLS, or it could not be read.
    pub certificate: Option<Certificate>,
    /// The page itself holds a content security policy.
    pub policy_in_page: bool,
    pub marks: Vec<Mark>,
}

/// How a cookie is set; its value is dropped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cookie {
    pub name: Foreign,
    pub secure: bool,
    pub http_only: bool,
    pub same_site: bool,
}

/// A mark of who built or who serves it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Mark {
    pub of: MarkOf,
    /// Lovable, Next.js, Vercel.
    pub name: Foreign,
    /// By what one sees it.
    pub by: Foreign,
}

/// What a mark is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkOf {
    Framework,
    Builder,
    Host,
}

/// Headers whose text is kept.
const KEPT: [&str; 11] = [
    "strict-transport-security",
    "content-security-policy",
    "content-security-policy-report-only",
    "x-frame-options",
    "x-content-type-options",
    "referrer-policy",
    "permissions-policy",
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "x-powered-by",
    "server",
];
/// Characters of a header that are kept, and cookies.
const LONGEST: usize = 4_000;
const MOST_COOKIES: usize = 50;

impl Front {
    /// Of the answer and the tags of its page.
    pub(super) fn of(reply: &Reply, tags: &Tags, html: &[u8]) -> Self {
        let mut headers = BTreeMap::new();
        for name in KEPT {
            let all: Vec<String> =
                reply.headers.get_all(name).iter().map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned()).collect();
            if !all.is_empty() {
                headers.insert(name.to_owned(), Foreign::from(Foreign::new(all.join(", ")).cut(LONGEST)));
            }
        }
        let cookies = reply.headers.get_all("set-cookie").iter().filter_map(|it| it.to_str().ok()).filter_map(cookie);
        let mut marks = marks(reply, tags, html);
        marks.sort();
        marks.dedup_by(|a, b| (a.of, &a.name) == (b.of, &b.name));
        Self {
            address: Foreign::new(reply.address.origin().ascii_serialization() + reply.address.path()),
            status: reply.status.as_u16(),
            headers,
            cookies: cookies.take(MOST_COOKIES).collect(),
            certificate: reply.certificate.as_deref().and_then(Certificate::read),
            policy_in_page: tags.policy,
            marks,
        }
    }

    /// A kept header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(Foreign::as_str)
    }
}

fn cookie(text: &str) -> Option<Cookie> {
    let mut parts = text.split(';').map(str::trim);
    let (name, _) = parts.next()?.split_once('=')?;
    let mut cookie =
        Cookie { name: Foreign::from(Foreign::new(name).cut(80)), secure: false, http_only: false, same_site: false };
    for part in parts {
        let word = part.split('=').next().unwrap_or_default();
        cookie.secure |= word.eq_ignore_ascii_case("secure");
        cookie.http_only |= word.eq_ignore_ascii_case("httponly");
        cookie.same_site |= word.eq_ignore_ascii_case("samesite");
    }
    Some(cookie)
}

/// Names that a builder gives to apps, and what its pages hold.
struct Builder {
    name: &'static str,
    hosts: &'static [&'static str],
    /// In `<meta name="author">` or `<meta name="generator">`, in small letters.
    says: &'static [&'static str],
    /// In the page.
    holds: &'static [&'static str],
}

const BUILDERS: [Builder; 5] = [
    Builder {
        name: "Lovable",
        hosts: &["lovable.app", "lovableproject.com"],
        says: &["lovable"],
        holds: &["/~flock.js", "gptengineer.js", "lovable-uploads/", "data-lov-id"],
    },
    Builder { name: "Bolt", hosts: &["bolt.host"], says: &["bolt.new"], holds: &["https://bolt.new/badge.js"] },
    Builder { name: "v0", hosts: &[], says: &["v0.app", "v0.dev"], holds: &["data-v0-"] },
    Builder { name: "Replit", hosts: &["replit.app", "repl.co"], says: &[], holds: &["replit-dev-banner", "replit-badge"] },
    Builder { name: "Base44", hosts: &["base44.app"], says: &["base44"], holds: &["base44.com/"] },
];

/// Headers that only this host sends, and the beginnings of `server`, in small letters.
const HOSTS: [(&str, &[&str], &[&str]); 7] = [
    ("Vercel", &["x-vercel-id"], &["vercel"]),
    ("Netlify", &["x-nf-request-id"], &["netlify"]),
    ("Cloudflare", &["cf-ray"], &["cloudflare"]),
    ("Fly.io", &["fly-request-id"], &["fly/"]),
    ("Render", &["x-render-origin-server"], &[]),
    ("Railway", &["x-railway-request-id", "x-railway-edge"], &["railway"]),
    ("GitHub Pages", &["x-github-request-id"], &["github.com"]),
];

fn marks(reply: &Reply, tags: &Tags, html: &[u8]) -> Vec<Mark> {
    let mut found = Vec::new();
    let mut mark = |of, name: &str, by: String| found.push(Mark { of, name: name.into(), by: Foreign::new(by) });
    let host = reply.address.host_str().unwrap_or_default().to_ascii_lowercase();
    let below = |it: &str| host == it || host.strip_suffix(it).is_some_and(|rest| rest.ends_with('.'));
    for builder in &BUILDERS {
        if let Some(own) = builder.hosts.iter().find(|it| below(it)) {
            mark(MarkOf::Builder, builder.name, format!("the address ends in {own}"));
        } else if let Some(said) =
            tags.says.iter().find(|it| builder.says.iter().any(|word| it.to_ascii_lowercase().contains(word)))
        {
            mark(MarkOf::Builder, builder.name, format!("the page says `{}`", Foreign::new(said).cut(60)));
        } else if let Some(held) = builder.holds.iter().find(|it| find(html, it.as_bytes()).is_some()) {
            mark(MarkOf::Builder, builder.name, format!("the page holds `{held}`"));
        }
    }
    if host.starts_with("v0-") && below("vercel.app") {
        mark(MarkOf::Builder, "v0", "the address begins with v0-".to_owned());
    }
    let server = reply.header("server").unwrap_or_default().to_ascii_lowercase();
    for (name, headers, servers) in HOSTS {
        if let Some(own) = headers.iter().find(|it| reply.headers.contains_key(**it)) {
            mark(MarkOf::Host, name, format!("the header {own}"));
        } else if servers.iter().any(|it| server.starts_with(it)) {
            mark(MarkOf::Host, name, format!("`server: {}`", Foreign::new(&server).cut(40)));
        }
    }
    for (name, own) in [("Vercel", "vercel.app"), ("Netlify", "netlify.app"), ("Firebase Hosting", "web.app")] {
        if below(own) {
            mark(MarkOf::Host, name, format!("the address ends in {own}"));
        }
    }
    if tags.scripts.iter().any(|it| it.address.contains("/_next/static/")) || find(html, b"__next_f").is_some() {
        mark(MarkOf::Framework, "Next.js", "its scripts lie below /_next/static/".to_owned());
    } else if tags.scripts.iter().any(|it| it.module && is_of_vite(&it.address)) {
        mark(MarkOf::Framework, "Vite", "its script is a module in /assets/ with a digest in its name".to_owned());
    } else if find(html, b"/_nuxt/").is_some() {
        mark(MarkOf::Framework, "Nuxt", "the page names /_nuxt/".to_owned());
    } else if find(html, b"/_app/immutable/").is_some() {
        mark(MarkOf::Framework, "SvelteKit", "the page names /_app/immutable/".to_owned());
    }
    found
}

fn is_of_vite(address: &str) -> bool {
    let path =
        Url::parse("http://any.example/").and_then(|it| it.join(address)).map(|it| it.path().to_owned()).unwrap_or_default();
    path.contains("/assets/") && super::bundle::is_hashed(&path)
}

#[cfg(test)]
mod tests {
    use super::super::page;
    use super::*;
    use rstest::rstest;

    fn front(address: &str, headers: &[(&str, &str)], html: &str) -> Front {
        let mut map = http::HeaderMap::new();
        for (name, value) in headers {
            map.append(http::HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
        }
        let body = bytes::Bytes::copy_from_slice(html.as_bytes());
        let reply =
            Reply { status: http::StatusCode::OK, headers: map, body, address: address.parse().unwrap(), certificate: None };
        Front::of(&reply, &page::tags(html.as_bytes()), html.as_bytes())
    }

    #[rstest]
    #[case::lovable("https://a.lovable.app/", &[], "", &["Lovable"])]
    #[case::lovable_at_its_own_name("https://acme.example/", &[], "<meta name=\"author\" content=\"Lovable\">", &["Lovable"])]
    #[case::v0("https://v0-shop.vercel.app/", &[("x-vercel-id", "fra1::x")], "<meta name=generator content=v0.app>", &["v0", "Vercel"])]
    #[case::next("https://acme.example/", &[("server", "Vercel")], "<script src=/_next/static/chunks/a.js></script>", &["Next.js", "Vercel"])]
    #[case::vite("https://acme.example/", &[], "<script type=module src=/assets/index-DfJ3kd0s.js></script>", &["Vite"])]
    #[case::an_own_script("https://acme.example/", &[], "<script src=/assets/index.js></script>", &[])]
    #[case::a_name_like_it("https://notlovable.app.example/", &[], "we love lovable apps", &[])]
    fn who_built_it(#[case] address: &str, #[case] headers: &[(&str, &str)], #[case] html: &str, #[case] wanted: &[&str]) {
        let names: Vec<String> = front(address, headers, html).marks.iter().map(|it| it.name.to_string()).collect();
        assert_eq!(names, wanted);
    }

    #[test]
    fn headers_are_kept_by_name_and_cookies_without_their_values() {
        let value = ["kana", "ri"].concat();
        let set = format!("sid={value}; Path=/; HttpOnly; secure; SameSite=Lax");
        let front = front(
            "https://acme.example/a?b=c",
            &[("set-cookie", &set), ("set-cookie", "theme=dark"), ("x-frame-options", "DENY"), ("x-secret", &value)],
            "<meta http-equiv='Content-Security-Policy' content='default-src self'>",
        );
        assert!(!format!("{front:?}").contains(&value) && !front.address.as_str().contains('?'));
        assert_eq!(front.header("x-frame-options"), Some("DENY"));
        assert!(front.policy_in_page);
        let flags: Vec<_> = front.cookies.iter().map(|it| (it.name.as_str(), it.secure, it.http_only, it.same_site)).collect();
        assert_eq!(flags, [("sid", true, true, true), ("theme", false, false, false)]);
    }
}
