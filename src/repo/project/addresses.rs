//! Addresses in tracked files that may be production's, and the Supabase projects that addresses name. Each keeps where it
//! stands; none is asked here.

use super::hosts::{self, Link};
use super::json;
use crate::repo::place::{At, folder, line, name};
use memchr::memmem;
use serde_json::Value;

/// An address that may be production's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    pub sure: Sure,
    /// Scheme and host, such as `https://shop.example.com`.
    pub url: String,
    pub at: At,
    /// What it was found as, such as a variable's name.
    pub says: String,
}

/// How likely an address is production's. Ordered: the likelier first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sure {
    /// Said to be: a domain file, a variable of the site's address, the base of its metadata.
    Named,
    /// An address of a host or of the project's own pages, in a document.
    Mentioned,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Addresses {
    /// The likelier first; each once, at its first place.
    pub sites: Vec<Address>,
}

/// Variables that hold the address of the site itself.
const SITE: [&str; 12] = [
    "SITE_URL",
    "APP_URL",
    "BASE_URL",
    "PUBLIC_URL",
    "SITE_ORIGIN",
    "APP_ORIGIN",
    "NEXTAUTH_URL",
    "AUTH_URL",
    "BETTER_AUTH_URL",
    "WEBSITE_URL",
    "FRONTEND_URL",
    "DOMAIN",
];

/// Hosts that give an app an address of their own.
const GIVEN: [&str; 14] = [
    ".vercel.app",
    ".netlify.app",
    ".lovable.app",
    ".pages.dev",
    ".workers.dev",
    ".web.app",
    ".firebaseapp.com",
    ".fly.dev",
    ".onrender.com",
    ".replit.app",
    ".bolt.host",
    ".up.railway.app",
    ".base44.app",
    ".hosted.app",
];

pub(super) fn wants(path: &str) -> bool {
    name(path) == "CNAME" || is_readme(path)
}

fn is_readme(path: &str) -> bool {
    folder(path).is_empty() && name(path).to_ascii_lowercase().starts_with("readme")
}

impl Addresses {
    pub(super) fn add(&mut self, path: &str, text: &str) {
        if name(path) == "CNAME" && matches!(folder(path), "" | "public" | "static" | "docs") {
            let host = text.lines().next().unwrap_or_default().trim();
            self.site(Sure::Named, &format!("https://{host}"), At::new(path, 1), "the domain file");
        }
        if is_readme(path) {
            for (count, content) in text.lines().enumerate() {
                for url in urls(content) {
                    let is_given = GIVEN.iter().any(|it| host_of(&url).is_some_and(|host| host.ends_with(it)));
                    let lower = content.to_ascii_lowercase();
                    let said =
                        ["live", "production", "demo", "website", "url", "deployed", "visit"].iter().any(|it| lower.contains(it));
                    if is_given || (said && !is_elsewhere(&url)) {
                        self.site(Sure::Mentioned, &url, At::new(path, line(count + 1)), "the readme");
                    }
                }
            }
        }
        if name(path) == "package.json" {
            let home = json::read(text).and_then(|it| it.get("homepage").and_then(Value::as_str).map(str::to_owned));
            for url in home.iter().flat_map(|it| urls(it)).filter(|it| !is_elsewhere(it)) {
                self.site(Sure::Mentioned, &url, At::new(path, json::line_of(text, "homepage", "")), "`homepage`");
            }
        }
    }

    /// Adds what a file of variables says: the site's address under its public names. No other value is looked at.
    pub fn add_environment(&mut self, path: &str, text: &str, links: &mut Vec<Link>) {
        let is_other = ["example", "sample", "template", "local", "test", "dev", "staging", "preview"];
        let lower = name(path).to_ascii_lowercase();
        let may_be = !is_other.iter().any(|it| lower.split(['.', '-', '_']).any(|part| part.starts_with(it)));
        for (count, content) in text.lines().enumerate() {
            let Some((variable, value)) = content.trim().split_once('=') else { continue };
            let variable = variable.trim().trim_start_matches("export ").trim();
            let at = At::new(path, line(count + 1));
            let is_site =
                SITE.iter().any(|it| variable.strip_suffix(it).is_some_and(|before| before.is_empty() || before.ends_with('_')));
            // `SUPABASE_URL` ends with none of these names; `API_BASE_URL` is another's address.
            let of_site = is_site && !["API", "SUPABASE", "DATABASE"].iter().any(|it| variable.contains(it));
            if may_be && of_site {
                for url in urls(value) {
                    self.site(Sure::Named, &url, at.clone(), variable);
                }
            }
            links.extend(
                supabase_refs(value).into_iter().map(|(id, _)| hosts::supabase(path, at.line, &id, Some(variable.to_owned()))),
            );
        }
    }

    /// Adds an address that the code names as the site's.
    pub fn add_site(&mut self, url: &str, at: &At, says: &str) {
        for url in urls(url) {
            self.site(Sure::Named, &url, at.clone(), says);
        }
    }

    fn site(&mut self, sure: Sure, url: &str, at: At, says: &str) {
        let Some(host) = host_of(url).filter(|it| is_public(it)) else { return };
        self.sites.push(Address { sure, url: format!("https://{host}"), at, says: says.to_owned() });
    }

    pub(super) fn finish(&mut self) {
        self.sites.sort();
        let mut met = std::collections::BTreeSet::new();
        self.sites.retain(|it| met.insert(it.url.clone()));
    }
}

/// The addresses of the web in a line.
fn urls(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("https://") {
        let rest = text.get(at..).unwrap_or_default();
        let end = rest.find(|it: char| it.is_whitespace() || "\"'`)>]<,;*|".contains(it)).unwrap_or(rest.len());
        found.extend(rest.get(..end).map(str::to_owned));
    }
    found
}

fn host_of(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#', ':']).next()?.trim_end_matches('.');
    // What stands before an `@` is a credential: such an address is nobody's page.
    (!host.contains('@')).then_some(host)
}

/// Whether a host can be somebody's page: a name with a point, no machine of one's own, nothing to be filled in.
fn is_public(host: &str) -> bool {
    let lower = host.to_ascii_lowercase();
    let plain = lower.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'.' | b'-'));
    let is_number = lower.split('.').all(|it| it.parse::<u8>().is_ok());
    let filled = ["your-", "yourdomain", "your.", "localhost", "xxx", "placeholder", "changeme", "example.com", "mydomain"];
    plain
        && lower.contains('.')
        && !is_number
        && !filled.iter().any(|it| lower.contains(it))
        && lower.strip_suffix(".local").is_none()
}

/// Pages that documents link to and that are no app of the client's.
fn is_elsewhere(url: &str) -> bool {
    const ELSEWHERE: [&str; 42] = [
        "github.com",
        "githubusercontent.com",
        "github.io",
        "gitlab.com",
        "npmjs.com",
        "nodejs.org",
        "nextjs.org",
        "vercel.com",
        "vitejs.dev",
        "vite.dev",
        "supabase.com",
        "supabase.io",
        "supabase.co",
        "lovable.dev",
        "bolt.new",
        "v0.dev",
        "v0.app",
        "stripe.com",
        "tailwindcss.com",
        "shields.io",
        "badgen.net",
        "youtube.com",
        "discord.gg",
        "discord.com",
        "twitter.com",
        "x.com",
        "openai.com",
        "anthropic.com",
        "expo.dev",
        "react.dev",
        "reactjs.org",
        "typescriptlang.org",
        "google.com",
        "googleapis.com",
        "cloudflare.com",
        "netlify.com",
        "replit.com",
        "notion.so",
        "figma.com",
        "clerk.com",
        "docker.com",
        "netlify.app/badge",
    ];
    let Some(host) = host_of(url) else { return true };
    let host = host.strip_prefix("www.").unwrap_or(host);
    ELSEWHERE.iter().any(|it| host == *it || host.strip_suffix(it).is_some_and(|rest| rest.ends_with('.')))
        || ["docs.", "img.", "api.", "badge."].iter().any(|it| host.starts_with(it))
}

/// The Supabase projects whose addresses stand in a text, with their lines.
#[must_use]
pub fn supabase_refs(text: &str) -> Vec<(String, u32)> {
    let mut found: Vec<(String, u32)> = Vec::new();
    for at in memmem::find_iter(text.as_bytes(), b".supabase.co") {
        let Some(before) = at.checked_sub(20).and_then(|from| text.get(from..at)) else { continue };
        // A longer name that only ends so is no reference.
        let longer = at.checked_sub(21).and_then(|it| text.as_bytes().get(it)).is_some_and(u8::is_ascii_alphanumeric);
        let Some(id) = hosts::supabase_ref(before).filter(|_| !longer) else { continue };
        if !found.iter().any(|(known, _)| known == id) {
            let newlines = text.as_bytes().iter().take(at).filter(|it| **it == b'\n').count();
            found.push((id.to_owned(), line(newlines + 1)));
        }
    }
    found
}
