//! What is still to be asked for: pages and files apart, each address once, in bounded numbers. It asks nobody.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher as _, RandomState};
use url::Url;

/// Why a file is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Start,
    /// A page that the repository has.
    Route,
    /// A page that another page, a sitemap or a manifest names; so many links away from the first.
    Link(u8),
    /// A path that nobody has, to see what the site says to any path.
    Fallback,
    Script,
    /// Something that only looks like a script's name.
    Guess,
    /// A map that its script names.
    Map,
    /// A map that may be next to its script.
    TriedMap,
    Sitemap,
    Manifest,
    /// What a page was made of, as Next.js serves it beside the page.
    Data,
}

impl Role {
    pub fn is_page(self) -> bool {
        matches!(self, Self::Start | Self::Route | Self::Link(_) | Self::Fallback)
    }

    /// Whether only a walk that goes beyond a visitor's asks so.
    pub fn is_beyond(self) -> bool {
        !matches!(self, Self::Start | Self::Route | Self::Link(_) | Self::Script | Self::Map)
    }
}

/// A file to ask for.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub address: Url,
    pub role: Role,
    /// Scripts on the way to it.
    pub depth: u32,
}

/// Addresses beyond which no more are remembered; long before, they are past the limit for scripts.
const MOST_KNOWN: usize = 400_000;

/// See the module.
#[derive(Default)]
pub(super) struct Queue {
    pages: VecDeque<Job>,
    files: VecDeque<Job>,
    known: HashSet<u64>,
    hasher: RandomState,
}

impl Queue {
    /// Whether this address is offered so for the first time; it counts as known from now on. What only looked like a
    /// script may be offered again as one.
    pub fn is_new(&mut self, address: &Url, role: Role) -> bool {
        if self.known.len() >= MOST_KNOWN {
            return true;
        }
        let sort = match role {
            role if role.is_page() => 0,
            Role::Guess => 1,
            Role::Script => 2,
            _ => 3,
        };
        self.known.insert(self.hasher.hash_one((address.as_str(), sort)))
    }

    pub fn push(&mut self, job: Job) {
        if job.role.is_page() { self.pages.push_back(job) } else { self.files.push_back(job) }
    }

    pub fn page(&mut self) -> Option<Job> {
        self.pages.pop_front()
    }

    pub fn file(&mut self) -> Option<Job> {
        self.files.pop_front()
    }

    /// Forgets pages that only links name.
    pub fn drop_links(&mut self) {
        self.pages.retain(|job| !matches!(job.role, Role::Link(_)));
    }

    /// Everything that was not asked for any more.
    pub fn rest(&mut self) -> impl Iterator<Item = Job> + '_ {
        self.pages.drain(..).chain(self.files.drain(..))
    }
}
