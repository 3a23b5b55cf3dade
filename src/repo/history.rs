//! The whole history of a repository: every blob that a branch, a tag, a stash or another ref leads to, once, with the
//! commit that added it. Reads git's files itself, checks nothing out, fetches nothing, and follows no path out of them.

mod body;
mod delta;
mod graph;
mod index;
mod inflate;
mod large;
mod line;
mod open;
mod pack;
mod parse;
mod store;
mod unpack;
mod walk;

pub(super) use large::LargeBlobs;
pub use line::Gone;
pub use unpack::{Change, Content, Look, Searcher};
pub use walk::Place;

use super::{ReadLimits, RepoProblem, Unread, Why};
use chrono::{DateTime, Utc};
use graph::Graph;
use open::Opened;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use store::Store;
use walk::Walk;

/// The number of an object that is none.
const NONE: u32 = u32::MAX;

/// How often a history is read again because somebody repacked it meanwhile.
const MOST_REPACKS: usize = 4;

/// Which commits are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Every commit that any ref leads to.
    All,
    /// The files of HEAD's commit only, for a repository that has none on disk.
    Head,
}

/// A repository whose commits and folders were read, and whose blobs can be.
pub struct History {
    store: Store,
    graph: Graph,
    walk: Walk,
    head: Option<u32>,
    unread: Vec<Unread>,
    limits: ReadLimits,
    threads: usize,
}

impl History {
    /// Reads the commits and folders of the repository at `path`, a checkout or a bare one, on so many threads. Blocks;
    /// ends soon after `stop` becomes true with [`RepoProblem::Stopped`].
    ///
    /// What cannot be read is told by [`History::unread`]; an error means that nothing could.
    pub fn read(path: &Path, scope: Scope, limits: ReadLimits, threads: usize, stop: &AtomicBool) -> Result<Self, RepoProblem> {
        let threads = threads.max(1);
        let mut attempt = Self::attempt(path, scope, limits, threads, stop)?;
        // Somebody may have repacked it between the listing and the reading: what was then missing is elsewhere now.
        for _ in 0..MOST_REPACKS {
            if !attempt.misses_objects() || !attempt.store.was_changed() {
                break;
            }
            attempt = Self::attempt(path, scope, limits, threads, stop)?;
        }
        Ok(attempt)
    }

    fn attempt(path: &Path, scope: Scope, limits: ReadLimits, threads: usize, stop: &AtomicBool) -> Result<Self, RepoProblem> {
        let Opened { objects, bounds, roots, head, mut unread } = open::open(path, scope)?;
        let store = Store::open(&objects, &bounds, threads, &mut unread);
        let mut graph = Graph::read(&store, limits, threads, stop);
        stopped(stop)?;
        let head = head.map(|id| graph.number(&store, id));
        let walk = Walk::all(&store, &mut graph, &roots, head, scope, stop, &mut unread);
        stopped(stop)?;
        Ok(Self { store, graph, walk, head, unread, limits, threads })
    }

    /// Whether somebody repacked it since it was read: what could not be read then may be elsewhere now.
    pub fn was_changed(&self) -> bool {
        self.store.was_changed()
    }

    fn misses_objects(&self) -> bool {
        self.unread.iter().any(|it| matches!(it.why, Why::MissingObject | Why::Damaged))
            || self.walk.missing_blobs(&self.store) > 0
    }

    /// Distinct blobs that the refs lead to, those that are not here included.
    pub fn blobs(&self) -> usize {
        self.walk.blobs()
    }

    /// What could not be read of commits and folders. Blobs that cannot be read are told to the searcher.
    pub fn unread(&self) -> &[Unread] {
        &self.unread
    }

    /// The commit that HEAD names, in hexadecimal. None before the first one.
    pub fn head(&self) -> Option<String> {
        self.head.and_then(|number| self.graph.hex(&self.store, number))
    }

    /// Hands every blob once to one of the searchers, one of which works on each thread, in no order. Blocks.
    pub fn search<S: Searcher>(&self, searchers: Vec<S>, stop: &AtomicBool) -> Result<Vec<S>, RepoProblem> {
        let wanted = |object: u32| self.walk.is_blob(object);
        let searchers = unpack::all(&self.store, &wanted, searchers, self.limits, stop);
        stopped(stop)?;
        Ok(searchers)
    }

    /// Threads that read: so many searchers are of use.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// The blobs that were not in the store at all, or not under a readable one, given those that were delivered.
    pub fn undelivered(&self, delivered: &dyn Fn(u32) -> bool) -> Vec<Unread> {
        let blobs = self.walk.all_blobs().filter(|object| !delivered(*object));
        let why = if self.store.is_partial() { Why::Partial } else { Why::MissingObject };
        blobs.map(|object| Unread::new(&self.first_path(object), why)).collect()
    }

    /// The places where a blob stands or stood, the earliest first. Empty for what is no blob of the history.
    pub fn places(&self, object: u32) -> impl Iterator<Item = Place> + '_ {
        self.walk.places(object)
    }

    /// The first path of a blob.
    pub fn first_path(&self, object: u32) -> Vec<u8> {
        self.places(object).next().map(|place| self.path(place)).unwrap_or_default()
    }

    /// The path of a place, relative to the root of the repository.
    pub fn path(&self, place: Place) -> Vec<u8> {
        self.walk.path(&self.graph, place)
    }

    /// The commit that added the blob there, in hexadecimal, and its time. None where only a tag leads to it.
    pub fn commit(&self, place: Place) -> Option<(String, Option<DateTime<Utc>>)> {
        let commit = self.walk.commit(&self.graph, place)?;
        Some((self.graph.hex(&self.store, commit.object)?, time(commit.time)))
    }

    /// Whether HEAD's commit has this blob at this place.
    pub fn in_head(&self, object: u32, place: Place) -> bool {
        self.walk.in_head(object, place)
    }

    /// When things went away from HEAD's line: see [`Gone`].
    pub fn gone(&self, asked: &[Gone<'_>]) -> Vec<Option<DateTime<Utc>>> {
        let Some(head) = self.head else { return vec![None; asked.len()] };
        line::gone(&self.graph, &self.walk, head, asked).into_iter().map(|it| it.and_then(time)).collect()
    }

    /// One more than the largest number of a blob.
    pub fn numbers(&self) -> usize {
        self.walk.numbers()
    }
}

fn time(seconds: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(seconds, 0)
}

fn stopped(stop: &AtomicBool) -> Result<(), RepoProblem> {
    if stop.load(Ordering::Relaxed) { Err(RepoProblem::Stopped) } else { Ok(()) }
}

/// A count as the number of an object or a name. Beyond four thousand million it is none.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(NONE)
}
