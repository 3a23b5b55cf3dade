//! One file of a site: fetched through the door, redirects judged one by one, and looked through away from the network's
//! thread. It decides nothing about the walk; it says what the file was.

use super::bundle::{self, Named};
use super::hosts::Hosts;
use super::map::{self, Pointer};
use super::next::{self, Build};
use super::page::{self, Tags};
use super::queue::Job;
use super::search::{Found, Searcher};
use super::webpack::{self, Naming};
use super::{Conduct, FileKind, Front};
use crate::domain::{Gap, System};
use crate::net::{Door, ReadCall, Reply, is_loopback};
use crate::scan::text::SearchedText;
use chrono::{DateTime, Datelike as _, TimeDelta, Utc};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use url::Url;

/// Redirects of one file that are followed.
const MOST_REDIRECTS: usize = 5;

/// What every visit of one walk shares.
pub(super) struct Visitor {
    pub door: Door,
    pub searcher: Searcher,
    /// Requests that may still be sent.
    pub left: AtomicU32,
    pub conduct: Conduct,
    /// The first page that was read, if somebody wants to know.
    pub front: OnceLock<Front>,
}

/// Why a file was not read.
#[derive(Debug, Clone)]
pub(super) enum Missed {
    Gap(Gap),
    /// A redirect to a host that is not the app's.
    Elsewhere(Url),
    /// A redirect in circles, or to nowhere.
    Lost,
    PastRequests,
    /// A redirect of what nothing names to a host at which nobody permitted to ask for such.
    NotPermitted(Url),
    /// Whoever hears of the requests is gone.
    Unheard,
}

/// What a file is asked as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum As {
    Page,
    Script,
    Map,
    /// A list of pages.
    Sitemap,
    /// A web app manifest, or the data of a page.
    Manifest,
}

impl As {
    fn file(self) -> FileKind {
        match self {
            Self::Page => FileKind::Page,
            Self::Script => FileKind::Script,
            Self::Map => FileKind::SourceMap,
            Self::Sitemap | Self::Manifest => FileKind::Data,
        }
    }
}

/// What came.
pub(super) struct Seen {
    /// Where, after redirects.
    pub address: Url,
    pub status: u16,
    pub bytes: u64,
    pub found: Found,
    pub what: What,
}

/// What it was.
pub(super) enum What {
    Page(Box<PageSeen>),
    Script(Box<ScriptSeen>),
    /// Sources with their text, and the ones among them that are no library's.
    Map {
        sources: usize,
        own: usize,
    },
    /// Pages of a sitemap.
    Pages(Vec<String>),
    /// A text of another kind, searched.
    Text,
    /// Not what it was asked as; nothing of it was searched.
    Other(&'static str),
}

pub(super) struct PageSeen {
    pub tags: Tags,
    pub build: Build,
    pub named: Vec<Named>,
    pub more: usize,
    /// What stands before the site, if this is it and not the site.
    pub wall: Option<&'static str>,
    /// Says the same as another page that has the same digest.
    pub digest: [u8; 32],
}

pub(super) struct ScriptSeen {
    pub named: Vec<Named>,
    pub more: usize,
    pub naming: Option<Naming>,
    pub ids: BTreeSet<String>,
    /// Pages that it lists, if it is Next.js' manifest.
    pub pages: Vec<String>,
    pub map: Option<String>,
    /// Its map is in it: sources with text, and own ones.
    pub map_inside: Option<(usize, usize)>,
}

impl Visitor {
    /// Fetches a file of at most so many unpacked bytes, and looks through it.
    pub async fn visit(self: Arc<Self>, job: Job, kind: As, most: usize, hosts: Arc<Hosts>) -> Result<Seen, Missed> {
        let reply = self.fetch(job, kind, most, &hosts).await?;
        let shown = hosts.shown(&reply.address);
        // Searching keeps a core busy for some time; the network's threads are not for that.
        let looked = tokio::task::spawn_blocking(move || self.look(reply, kind, &shown)).await;
        looked.map_err(|_| Missed::Gap(Gap::internal("could not be searched: the search failed inside")))
    }

    /// The answer at the end of the redirects.
    async fn fetch(&self, job: Job, kind: As, most: usize, hosts: &Hosts) -> Result<Reply, Missed> {
        let requests = &self.conduct.requests;
        let (mut at, is_beyond) = (job.address, job.role.is_beyond());
        for _ in 0..=MOST_REDIRECTS {
            let spent = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
            if spent.is_err() {
                return Err(Missed::PastRequests);
            }
            let base = at.join("/").map_err(|_| Missed::Lost)?;
            let call = ReadCall::follow(System::Site, &at).at(base).as_answered().at_most(most);
            let call = call.header("accept", ACCEPT);
            // A strict walk is of what strangers reach: not even a name that a person gave leads it into a network here.
            let given = hosts.is_given(&at) && (!self.conduct.own_hosts_only || is_loopback(&at));
            let call = if given { call } else { call.found() };
            let number = requests.begins(&at, kind.file()).await.ok_or(Missed::Unheard)?;
            let reply = self.door.read(call).await.map_err(Missed::Gap)?;
            let status = reply.status.as_u16();
            if !matches!(status, 301 | 302 | 303 | 307 | 308) {
                requests.answered(number, status, None);
                return Ok(reply);
            }
            let next = reply.header("location").and_then(|it| at.join(it).ok());
            requests.answered(number, status, next.as_ref());
            let next = next.ok_or(Missed::Lost)?;
            if !hosts.is_ours(&next) {
                return Err(Missed::Elsewhere(next));
            }
            if is_beyond && !self.conduct.permits(&next) {
                return Err(Missed::NotPermitted(next));
            }
            at = next;
            at.set_fragment(None);
        }
        Err(Missed::Lost)
    }

    fn look(&self, mut reply: Reply, kind: As, shown: &str) -> Seen {
        let status = reply.status.as_u16();
        let content_type = reply.header("content-type").unwrap_or_default().to_ascii_lowercase();
        let since = served_since(&reply, self.searcher.options.now);
        let wall = wall(&reply);
        let map_header = reply.header("sourcemap").or_else(|| reply.header("x-sourcemap")).map(str::to_owned);
        let (address, bytes) = (reply.address.clone(), reply.body.len() as u64);
        // The body has one owner, who wipes it if it holds a secret.
        let body = std::mem::take(&mut reply.body);
        let head = reply;
        let seen = |found, what| Seen { address: address.clone(), status, bytes, found, what };
        let none = Found::default;
        let wanted = status < 300 || kind == As::Page;
        if !wanted {
            return seen(none(), What::Other("is not there"));
        }
        let Some(mut text) = SearchedText::of(Vec::from(body)) else {
            return seen(none(), What::Other("is no text"));
        };
        let html = page::is_html(text.bytes(), &content_type);
        let (found, what) = match kind {
            As::Page if html => {
                let tags = page::tags(text.bytes());
                let base = tags.base.as_deref().and_then(|it| address.join(it).ok()).unwrap_or_else(|| address.clone());
                let (named, more) = bundle::names(text.bytes(), &base);
                let build = next::build(text.bytes());
                let digest = sha2::Digest::finalize(<sha2::Sha256 as sha2::Digest>::new_with_prefix(text.bytes())).into();
                if self.conduct.notices {
                    self.front.get_or_init(|| Front::of(&head, &tags, text.bytes()));
                }
                let found = self.searcher.search(text.bytes(), shown, false, since);
                (found, What::Page(Box::new(PageSeen { tags, build, named, more, wall, digest })))
            }
            As::Page => (none(), What::Other(if wall.is_some() { "asks who we are" } else { "is no page" })),
            As::Sitemap if html => (none(), What::Other("is a page")),
            As::Sitemap => (none(), What::Pages(locations(text.bytes()))),
            As::Script | As::Manifest | As::Map if html => (none(), What::Other("answers with a page instead")),
            As::Manifest => (self.searcher.search(text.bytes(), shown, false, since), What::Text),
            As::Map => match self.sources(text.bytes(), since) {
                Some((found, sources, own)) => (found, What::Map { sources, own }),
                None => (none(), What::Other("is no source map")),
            },
            As::Script => {
                let mut found = self.searcher.search(text.bytes(), shown, false, since);
                let (named, more) = bundle::names(text.bytes(), &address);
                let pointer = map::pointer(text.bytes());
                let map_inside = match &pointer {
                    Some(Pointer::Inside(body)) => self.sources(body, since).map(|(inside, sources, own)| {
                        found.add(inside);
                        (sources, own)
                    }),
                    _ => None,
                };
                let map = match pointer {
                    Some(Pointer::Address(at)) => Some(at),
                    _ => map_header,
                };
                let pages = if address.path().ends_with("/_buildManifest.js") {
                    next::pages_of_manifest(text.bytes())
                } else {
                    Vec::new()
                };
                let script = ScriptSeen {
                    named,
                    more,
                    naming: webpack::naming(text.bytes()),
                    ids: webpack::ids(text.bytes()),
                    pages,
                    map,
                    map_inside,
                };
                (found, What::Script(Box::new(script)))
            }
        };
        if !found.leaks.is_empty() {
            text.holds_secret();
        }
        seen(found, what)
    }

    /// What is in the sources of a map, how many there are, and how many of them are no library's.
    fn sources(&self, map: &[u8], since: Option<DateTime<Utc>>) -> Option<(Found, usize, usize)> {
        let sources = map::sources(map)?;
        let mut found = Found::default();
        let (count, own) = (sources.len(), sources.iter().filter(|it| it.own).count());
        for source in sources {
            let path = source.path;
            let inside = self.searcher.search(source.text.as_bytes(), &path, true, since);
            if !inside.leaks.is_empty() {
                let mut text = source.text.into_bytes();
                zeroize::Zeroize::zeroize(&mut text);
            }
            found.add(inside);
        }
        Some((found, count, own))
    }
}

/// From when a file is known to have been served as it is: since it was changed, or at least since it was put into the
/// cache that answered. None if neither is said, or if it cannot be: build tools date files to 1980, and clocks differ.
fn served_since(reply: &Reply, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let moment = |name| reply.header(name).and_then(|it| DateTime::parse_from_rfc2822(it).ok()).map(|it| it.to_utc());
    let is_credible = |it: &DateTime<Utc>| it.year() >= OLDEST && *it <= now;
    let made = moment("date").filter(|it| now.signed_duration_since(*it) > JUST_NOW);
    moment("last-modified").filter(is_credible).or(made.filter(is_credible))
}

/// What a browser's requests would take, in short.
pub(super) const ACCEPT: &str = "text/html,application/javascript,application/json;q=0.9,*/*;q=0.5";

/// No file of today's sites was made before this year.
const OLDEST: i32 = 2010;
/// An answer of that age was made for us.
const JUST_NOW: TimeDelta = TimeDelta::hours(1);

/// What stands before the site, if the answer shows it (`apis/http.md` §0, blockers).
pub(super) fn wall(reply: &Reply) -> Option<&'static str> {
    let refused = matches!(reply.status.as_u16(), 401 | 403 | 503);
    if refused && reply.header("cf-mitigated").is_some_and(|it| it.contains("challenge")) {
        return Some("Cloudflare asks visitors to prove that they are people");
    }
    let cookies = reply.headers.get_all("set-cookie").iter().filter_map(|it| it.to_str().ok());
    if reply.status == 401 && cookies.into_iter().any(|it| it.starts_with("_vercel_sso_nonce")) {
        return Some("Vercel's deployment protection stands before it");
    }
    match reply.status.as_u16() {
        401 if reply.header("www-authenticate").is_some() => Some("a password stands before it"),
        401 | 403 => Some("it refuses strangers"),
        _ => None,
    }
}

/// The addresses of a sitemap.
fn locations(text: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(text);
    let found = text.split("<loc>").skip(1).filter_map(|it| it.split_once("</loc>"));
    found.map(|(address, _)| address.trim().replace("&amp;", "&")).filter(|it| it.len() < 2048).take(50_000).collect()
}
