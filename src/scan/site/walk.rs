//! The walk: from the first page on, every page and script that the ones before name, some at a time, until there is
//! nothing new or a limit is reached. Whatever was not reached is in the report by name.

use super::finish;
use super::hosts::{Hosts, is_sign_in, listed};
use super::queue::{Job, Queue, Role};
use super::report::{Collected, Framework};
use super::search::Searcher;
use super::visit::{As, Missed, PageSeen, Seen, Visitor, What};
use super::webpack::Naming;
use super::{Reach, SiteLimits, SiteOptions, Visit};
use crate::domain::{Gap, GapKind, System};
use crate::net::Door;
use crate::scan::{Options, ScanKey};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use tokio::time::{Instant, timeout_at};
use url::Url;

/// One walk in progress.
pub(super) struct Walk<'o> {
    pub options: &'o SiteOptions,
    pub limits: SiteLimits,
    pub hosts: Arc<Hosts>,
    pub queue: Queue,
    pub all: Collected,
    /// Where the app begins: the address that was given, at the host that answered.
    pub base: Url,
    pub facts: Facts,
    /// Scripts that were put into the queue, and guesses.
    pub asked_scripts: usize,
    pub asked_guesses: usize,
    pub asked_pages: usize,
    /// Why nothing more is asked for.
    pub halted: Option<String>,
}

/// What a person said who ended it.
const STOPPED: &str = "the look was stopped before";

/// What the files said of the site.
#[derive(Default)]
pub(super) struct Facts {
    pub next_app: bool,
    pub next_pages: bool,
    /// A client's router whose entry names all pages (Nuxt, SvelteKit).
    pub client_routed: bool,
    pub manifest: bool,
    pub start: Option<Shell>,
    /// Any path gets the first page.
    pub single_page: bool,
    /// Runtimes of webpack, where they lie.
    pub namings: Vec<(Naming, Url)>,
    /// Numbers of chunks in calls.
    pub ids: BTreeSet<String>,
    /// Routes of which a page was read.
    pub reached: BTreeMap<usize, usize>,
    /// Addresses that were read as scripts though they only looked like some.
    pub lucky: BTreeSet<Url>,
    /// Scripts that are surely named.
    pub sure: BTreeSet<Url>,
}

/// What makes a page the same as another for every address.
pub(super) struct Shell {
    /// What it runs; empty if none of that is a module.
    modules: BTreeSet<String>,
    digest: [u8; 32],
}

impl Shell {
    pub fn of(page: &PageSeen) -> Self {
        let runs = page.tags.scripts.iter().filter(|it| it.runs);
        let is_bundled = runs.clone().any(|it| it.module);
        Self { modules: runs.filter(|_| is_bundled).map(|it| it.address.clone()).collect(), digest: page.digest }
    }

    /// Whether a page is this one, save for what changes with each answer (a nonce, a time).
    pub fn is(&self, other: &Self) -> bool {
        self.digest == other.digest || (!self.modules.is_empty() && self.modules == other.modules)
    }
}

/// See [`super::visit_site`].
pub(super) async fn walk(door: &Door, address: &Url, key: &ScanKey, options: &SiteOptions) -> Result<Visit, Gap> {
    let limits = options.limits;
    let end = Instant::now() + limits.time;
    let mut told = Options::new(options.now).projects(options.projects.iter().cloned());
    told.values.clone_from(&options.values);
    let conduct = &options.conduct;
    let searcher = Searcher { key: key.clone(), options: told, notices: conduct.notices };
    let visitor = Arc::new(Visitor {
        door: door.clone(),
        searcher,
        left: AtomicU32::new(limits.requests),
        conduct: conduct.clone(),
        front: OnceLock::new(),
    });
    let mut address = address.clone();
    address.set_fragment(None);
    let first_hosts = Arc::new(Hosts::new(&address, &options.hosts).strict(conduct.own_hosts_only));
    let job = Job { address: address.clone(), role: Role::Start, depth: 0 };
    let first = Arc::clone(&visitor).visit(job.clone(), As::Page, limits.page_bytes, Arc::clone(&first_hosts));
    let first = tokio::select! {
        biased;
        () = conduct.stop.cancelled() => return Err(stopped()),
        first = timeout_at(end, first) => first.map_err(|_| too_slow())?.map_err(|missed| no_start(&missed))?,
    };
    let page = match &first.what {
        What::Page(page) if first.status < 400 => page,
        _ => return Err(no_page(&first)),
    };
    let start = Some(Shell::of(page));
    let base = first.address.join(address.path()).and_then(|it| it.join("./")).map_err(|_| too_slow())?;
    let mut walk = Walk {
        options,
        limits,
        hosts: Arc::new(Arc::unwrap_or_clone(first_hosts).led_to(&first.address)),
        queue: Queue::default(),
        all: Collected::default(),
        base,
        facts: Facts { start, ..Facts::default() },
        asked_scripts: 0,
        asked_guesses: 0,
        asked_pages: 1,
        halted: None,
    };
    let shown = walk.hosts.shown(&first.address);
    let at = first.address.origin().ascii_serialization() + first.address.path();
    walk.queue.is_new(&address, Role::Start);
    walk.queue.is_new(&first.address, Role::Start);
    if is_sign_in(&first.address) && !is_sign_in(&address) {
        walk.all.unseen(shown, "the first page leads to a sign-in, behind which nothing was seen");
    }
    walk.absorb(&job, Ok(first));
    walk.seeds();
    walk.run(&visitor, end).await;
    let framework = finish::judge(&mut walk);
    let sent = limits.requests - visitor.left.load(Ordering::Relaxed);
    let services = std::mem::take(&mut walk.all.services);
    let (front, halted) = (visitor.front.get().cloned(), walk.halted.take());
    Ok(Visit { report: walk.all.report(at, framework, &options.projects, sent), front, services, halted })
}

impl Walk<'_> {
    /// What is asked for whatever the first page says.
    fn seeds(&mut self) {
        if !self.may_go_beyond(&self.base.clone()) {
            return;
        }
        // Were there no random number, any path that nobody has would do nearly as well.
        let random = format!("rescue-looks-for-nothing-{:016x}", getrandom::u64().unwrap_or(0x72_65_73_63_75_65));
        if let Ok(fallback) = self.base.join(&random) {
            self.queue.push(Job { address: fallback, role: Role::Fallback, depth: 0 });
        }
        if self.facts.next_app || self.facts.next_pages {
            let routes = self.options.routes.iter().flat_map(super::Routes::iter);
            let paths: Vec<_> = routes.filter_map(super::Route::path).collect();
            for path in paths {
                self.page(&path, &self.base.clone(), Role::Route);
            }
        }
        for (name, role) in [("sw.js", Role::Guess), ("service-worker.js", Role::Guess), ("sitemap.xml", Role::Sitemap)] {
            if let Ok(address) = self.base.join(name)
                && self.queue.is_new(&address, role)
            {
                self.queue.push(Job { address, role, depth: 0 });
            }
        }
    }

    async fn run(&mut self, visitor: &Arc<Visitor>, end: Instant) {
        let mut aloft: BTreeMap<usize, Job> = BTreeMap::new();
        let mut flying = FuturesUnordered::new();
        let mut number = 0;
        loop {
            while aloft.len() < self.limits.at_once && self.halted.is_none() {
                let pages = aloft.values().filter(|job| job.role.is_page()).count();
                let page = if pages < self.limits.pages_at_once { self.queue.page() } else { None };
                let Some(job) = page.or_else(|| self.queue.file()) else { break };
                let (kind, most) = match job.role {
                    role if role.is_page() => (As::Page, self.limits.page_bytes),
                    Role::Map | Role::TriedMap => (As::Map, self.limits.map_bytes),
                    Role::Sitemap => (As::Sitemap, self.limits.page_bytes),
                    Role::Manifest | Role::Data => (As::Manifest, self.limits.page_bytes),
                    _ => (As::Script, self.limits.script_bytes),
                };
                let visit = Arc::clone(visitor).visit(job.clone(), kind, most, Arc::clone(&self.hosts));
                number += 1;
                aloft.insert(number, job);
                flying.push(async move { (number, visit.await) });
            }
            if aloft.is_empty() {
                if self.halted.is_none() && finish::further(self) {
                    continue;
                }
                break;
            }
            let next = tokio::select! {
                biased;
                () = self.options.conduct.stop.cancelled() => {
                    self.halted = Some(STOPPED.to_owned());
                    break;
                }
                next = timeout_at(end, flying.next()) => next,
            };
            match next {
                Ok(Some((number, result))) => {
                    if let Some(job) = aloft.remove(&number) {
                        self.absorb(&job, result);
                    }
                }
                Ok(None) => break,
                Err(_) => {
                    self.halted = Some(format!("the {} s for this look were over", self.limits.time.as_secs()));
                    break;
                }
            }
            if self.all.bytes > self.limits.bytes && self.halted.is_none() {
                self.halted = Some(format!("past the limit of {} MiB for all files", self.limits.bytes / (1024 * 1024)));
            }
        }
        if let Some(why) = self.halted.clone() {
            let rest: Vec<Job> = aloft.into_values().chain(self.queue.rest()).collect();
            for job in rest {
                self.unasked(&job, &why);
            }
        }
    }

    /// Something was in the queue when the walk was halted.
    fn unasked(&mut self, job: &Job, why: &str) {
        let shown = self.hosts.shown(&job.address);
        match job.role {
            Role::Fallback | Role::Sitemap | Role::Manifest => {}
            Role::Script => {
                self.all.scripts.total += 1;
                self.all.unseen(shown, why);
            }
            role if role.is_page() => {
                self.all.pages.total += 1;
                self.all.unseen(shown, why);
            }
            _ => self.all.unseen(shown, why),
        }
    }

    /// Offers a page. Queries are left out: they show other words on the same page.
    pub fn page(&mut self, written: &str, from: &Url, role: Role) {
        let Ok(mut address) = from.join(written) else { return };
        address.set_fragment(None);
        address.set_query(None);
        let path = address.path().to_ascii_lowercase();
        let file = path.rsplit('/').next().unwrap_or_default();
        let is_page = file.rsplit_once('.').is_none_or(|(_, ending)| matches!(ending, "html" | "htm"));
        let other = ["/api/", "/_next/", "/cdn-cgi/"].iter().any(|it| path.contains(it));
        let leaves = ["logout", "log-out", "signout", "sign-out", "unsubscribe", "delete"].iter().any(|it| path.contains(it));
        let below = address.path().starts_with(self.base.path());
        if address.origin() != self.hosts.home().origin() || !below {
            return;
        }
        // What the repository has is asked for whatever it is called.
        if role != Role::Route && (!is_page || other || leaves) {
            return;
        }
        if role != Role::Route {
            let family = self.route_of(&address);
            // Two pages of a family load the same scripts.
            if self.facts.single_page || family.is_some_and(|it| self.facts.reached.get(&it).is_some_and(|count| *count >= 2)) {
                return;
            }
        }
        if !self.queue.is_new(&address, role) {
            return;
        }
        if self.asked_pages >= self.limits.pages {
            if role == Role::Route {
                self.all.pages.total += 1;
                self.all.unseen(self.hosts.shown(&address), format!("past the limit of {} pages", self.limits.pages));
            } else {
                self.all.absent("further pages", format!("past the limit of {} pages", self.limits.pages));
            }
            return;
        }
        self.asked_pages += 1;
        self.queue.push(Job { address, role, depth: 0 });
    }

    /// The route of the repository that a page belongs to.
    pub fn route_of(&self, address: &Url) -> Option<usize> {
        let path = address.path().strip_prefix(self.base.path())?;
        self.options.routes.as_ref()?.of(path)
    }

    /// Offers a script; `sure` if whoever names it loads it.
    pub fn script(&mut self, address: Url, sure: bool, depth: u32) {
        if !self.hosts.is_ours(&address) {
            return;
        }
        let role = if sure { Role::Script } else { Role::Guess };
        if !self.queue.is_new(&address, role) || (sure && self.facts.lucky.contains(&address)) {
            return;
        }
        if !sure {
            if self.facts.sure.contains(&address) || !self.may_go_beyond(&address) {
                return;
            }
            self.asked_guesses += 1;
            if self.asked_guesses <= self.limits.guesses {
                self.queue.push(Job { address, role, depth });
            } else {
                self.all.unseen(self.hosts.shown(&address), "past the limit for names that only look like scripts");
            }
            return;
        }
        let shown = self.hosts.shown(&address);
        if self.asked_scripts >= self.limits.scripts {
            self.past(shown, format!("past the limit of {} scripts", self.limits.scripts));
        } else if depth > self.limits.depth {
            self.past(shown, format!("more than {} scripts deep", self.limits.depth));
        } else {
            self.asked_scripts += 1;
            self.facts.sure.insert(address.clone());
            self.queue.push(Job { address, role, depth });
        }
    }

    fn past(&mut self, shown: String, why: String) {
        self.all.scripts.total += 1;
        self.all.unseen(shown, why);
    }

    /// Takes in what a page names.
    pub fn take_page(&mut self, page: &PageSeen, address: &Url, role: Role) {
        let base = page.tags.base.as_deref().and_then(|it| address.join(it).ok()).unwrap_or_else(|| address.clone());
        let scripts: Vec<_> = page.tags.scripts.iter().filter_map(|it| Some((base.join(&it.address).ok()?, it.runs))).collect();
        let alone = !scripts.iter().any(|(address, _)| self.hosts.is_ours(address));
        if let Some(prefix) = page.build.asset_prefix.as_deref().and_then(|it| base.join(it).ok())
            && let Ok(chunk) = prefix.join("/_next/static/x.js")
        {
            Arc::make_mut(&mut self.hosts).admits(&chunk, alone);
        }
        for (mut address, _) in scripts {
            address.set_fragment(None);
            if Arc::make_mut(&mut self.hosts).admits(&address, alone) {
                self.client_router(&address);
                self.script(address, true, 1);
            } else if let Some(host) = address.host_str().filter(|_| matches!(address.scheme(), "http" | "https")) {
                self.all.elsewhere(host);
            }
        }
        for named in &page.named {
            self.client_router(&named.address);
            self.script(named.address.clone(), named.sure, 1);
        }
        if page.more > 0 {
            self.all.more_unseen(page.more, "a page names too many scripts");
        }
        self.facts.next_app |= page.build.app_router;
        self.facts.next_pages |= page.build.pages_router;
        finish::manifests(self, page, address, role);
        for manifest in page.tags.manifests.iter().filter_map(|it| base.join(it).ok()) {
            if self.hosts.is_ours(&manifest) && self.may_go_beyond(&manifest) && self.queue.is_new(&manifest, Role::Manifest) {
                self.queue.push(Job { address: manifest, role: Role::Manifest, depth: 0 });
            }
        }
        let deeper = match role {
            Role::Start | Role::Route | Role::Fallback => Some(Role::Link(1)),
            Role::Link(1) => Some(Role::Link(2)),
            _ => None,
        };
        if let Some(deeper) = deeper {
            for link in &page.tags.pages {
                self.page(link, &base, deeper);
            }
        }
    }

    /// Whether nothing may be asked for that nothing names.
    pub fn is_visitor(&self) -> bool {
        self.options.conduct.reach == Reach::Visitor
    }

    /// Whether this address may be asked for though no page loads it. Where only the permission does not name its host,
    /// that is said: what lies there was not seen.
    pub fn may_go_beyond(&mut self, address: &Url) -> bool {
        let conduct = &self.options.conduct;
        if self.is_visitor() || conduct.permits(address) {
            return !self.is_visitor();
        }
        if let Some(host) = listed(address) {
            self.all.unseen(format!("what no page loads at {host}"), "the permission does not name that host");
        }
        false
    }

    fn client_router(&mut self, address: &Url) {
        let path = address.path();
        self.facts.client_routed |= path.contains("/_nuxt/") || path.contains("/_app/immutable/");
    }
}

fn stopped() -> Gap {
    Gap::new(GapKind::TimedOut, System::Site, "the look was stopped before the first page came")
        .needs("Run it again and let it finish")
}

fn too_slow() -> Gap {
    Gap::new(GapKind::TimedOut, System::Site, "the first page took too long")
        .needs("Try again; if it stays, open it in a browser")
}

/// Why there was no first page at all.
fn no_start(missed: &Missed) -> Gap {
    const ADDRESS: &str = "Give the app's own address with `rescue app edit NAME --url URL`";
    match missed {
        Missed::Gap(gap) => gap.clone(),
        Missed::Elsewhere(to) => {
            let what = if is_sign_in(to) { "to a sign-in at" } else { "to" };
            let says =
                format!("the address leads {what} another host, {}: nothing of the app was seen", to.host_str().unwrap_or("?"));
            Gap::new(GapKind::Ambiguous, System::Site, says).needs(ADDRESS)
        }
        Missed::Lost => Gap::new(GapKind::UnexpectedAnswer, System::Site, "the address redirects on and on").needs(ADDRESS),
        Missed::PastRequests | Missed::NotPermitted(_) | Missed::Unheard => Gap::internal("no request was allowed"),
    }
}

/// What came instead of a first page.
fn no_page(seen: &Seen) -> Gap {
    let wall = match &seen.what {
        What::Page(page) => page.wall,
        _ => None,
    };
    if let Some(wall) = wall {
        return Gap::new(GapKind::NoPermission, System::Site, format!("the site was not seen: {wall}"))
            .needs("Ask for an address that visitors can open, or scan the build's output with `rescue scan PATH`");
    }
    let (kind, says) = match (seen.status, &seen.what) {
        (401 | 403, _) => (GapKind::NoPermission, "the site refuses strangers".to_owned()),
        (404 | 410, _) => (GapKind::NotConfigured, format!("there is no page at this address (status {})", seen.status)),
        (200..300, What::Other(why)) => (GapKind::UnexpectedAnswer, format!("what is at this address {why}")),
        (status, _) => (GapKind::UnexpectedAnswer, format!("the first page answers with status {status}")),
    };
    Gap::new(kind, System::Site, says)
        .needs("Check the address with a browser, then give it with `rescue app edit NAME --url URL`")
}

/// What a walk found out about what built the site.
impl Facts {
    pub fn framework(&self) -> Framework {
        if self.next_app {
            Framework::NextApp
        } else if self.next_pages {
            Framework::NextPages
        } else if self.single_page || self.client_routed {
            Framework::SinglePage
        } else {
            Framework::Other
        }
    }
}
