//! Inflates each wanted object once, on all threads: every delta right after what it builds upon, the small branches of
//! a family first, so that little is held at a time. A damaged object costs itself and what builds upon it, no more.

use super::body::{Body, Room};
use super::inflate::Inflater;
use super::pack::{Kind, Pack};
use super::store::Store;
use super::{NONE, delta};
use crate::repo::{ReadLimits, Why};
use std::io::Read;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use zeroize::Zeroize;

mod loose;
mod vast;

pub(super) use loose::content as loose_content;
pub(super) use vast::source;

/// Bytes that a byte of a pack may become, on the whole, where that is more than the limit for all files together. The
/// history of a large project has some fifty.
const MOST_RATIO: u64 = 256;

/// Bytes of the largest commit or folder.
const MOST_STRUCTURE: usize = 64 << 20;

/// What a searcher keeps of an object for those that build upon it, and whether its bytes are to be wiped.
#[derive(Debug, Clone, Copy)]
pub struct Look<N> {
    pub note: N,
    pub wipe: bool,
}

/// How a content differs from one that the same or another searcher saw before.
pub struct Change<'a, N> {
    /// What was noted of that one.
    pub base: N,
    /// What does not stand so in it, in order: new bytes, and with no length the joints between what was apart.
    pub news: &'a [Range<usize>],
}

/// A blob.
pub struct Content<'a, N> {
    pub object: u32,
    pub bytes: &'a [u8],
    /// None if it does not build upon another one, or that one was not looked at.
    pub change: Option<Change<'a, N>>,
}

/// Looks at blobs, on a thread of its own.
pub trait Searcher: Send {
    /// What it keeps of a blob for those that build upon it.
    type Note: Copy + Send + Sync;
    /// A blob, whole.
    fn blob(&mut self, content: Content<'_, Self::Note>) -> Look<Self::Note>;
    /// A blob that is larger than the limit for one file, to be read piece by piece.
    fn large(&mut self, object: u32, from: &mut dyn Read);
    /// A blob that could not be read.
    fn unread(&mut self, object: u32, why: Why);
}

/// Hands every wanted object to one of `workers`.
pub(super) fn all<S: Searcher>(
    store: &Store,
    wanted: &(dyn Fn(u32) -> bool + Sync),
    workers: Vec<S>,
    limits: ReadLimits,
    stop: &AtomicBool,
) -> Vec<S> {
    let mut workers = workers;
    for pack in &store.packs {
        workers = Family::run(pack, &|object, kind| kind == Kind::Blob && wanted(object), workers, limits, stop);
    }
    loose::blobs(store, wanted, workers, limits, stop)
}

/// Hands every commit, folder and tag to one of `workers`, as [`Searcher::blob`] with its kind.
pub(super) fn structure<W: Builder>(store: &Store, workers: Vec<W>, limits: ReadLimits, stop: &AtomicBool) -> Vec<W> {
    let mut workers: Vec<Structure<W>> = workers.into_iter().map(Structure).collect();
    for pack in &store.packs {
        let wanted = |_, kind| matches!(kind, Kind::Commit | Kind::Tree | Kind::Tag);
        workers = Family::run(pack, &wanted, workers, limits, stop);
    }
    loose::structure(store, workers.into_iter().map(|it| it.0).collect(), limits, stop)
}

/// Takes commits, folders and tags.
pub(super) trait Builder: Send {
    fn object(&mut self, object: u32, kind: Kind, bytes: &[u8]);
}

/// What a family's objects are handed to.
trait Taker: Send {
    type Note: Copy + Send + Sync;
    fn take(&mut self, kind: Kind, content: Content<'_, Self::Note>) -> Look<Self::Note>;
    fn large(&mut self, object: u32, from: &mut dyn Read);
    fn unread(&mut self, object: u32, why: Why);
}

impl<S: Searcher> Taker for S {
    type Note = S::Note;
    fn take(&mut self, _: Kind, content: Content<'_, S::Note>) -> Look<S::Note> {
        self.blob(content)
    }
    fn large(&mut self, object: u32, from: &mut dyn Read) {
        Searcher::large(self, object, from);
    }
    fn unread(&mut self, object: u32, why: Why) {
        Searcher::unread(self, object, why);
    }
}

struct Structure<W>(W);

impl<W: Builder> Taker for Structure<W> {
    type Note = ();
    fn take(&mut self, kind: Kind, content: Content<'_, ()>) -> Look<()> {
        self.0.object(content.object, kind, content.bytes);
        Look { note: (), wipe: false }
    }
    // What is not handed over is missing where it is asked for, and told there.
    fn large(&mut self, _: u32, _: &mut dyn Read) {}
    fn unread(&mut self, _: u32, _: Why) {}
}

/// An inflated object that others build upon.
struct Base<N> {
    body: Body,
    note: Option<N>,
    wipe: bool,
}

/// How an entry came out.
enum Made {
    Held,
    /// It is too large for that.
    Vast,
}

struct Work<N> {
    at: u32,
    base: Option<Arc<Base<N>>>,
}

/// The deltas of one pack as families, and what is to be done with them.
struct Family<'a> {
    pack: &'a Pack,
    /// Whether an entry is handed over.
    wanted: Vec<bool>,
    /// Whether it must be inflated, for itself or for others.
    needed: Vec<bool>,
    /// The last entry that builds upon each, and the one before it that builds upon the same.
    child: Vec<u32>,
    sibling: Vec<u32>,
    /// Bytes of each entry and of what builds upon it.
    weight: Vec<u64>,
    limits: ReadLimits,
    /// Bytes that were made so far.
    made: AtomicU64,
    /// Where what is too large to be held waits for what builds upon it.
    room: Arc<Room>,
    stop: &'a AtomicBool,
}

/// What threads leave for each other.
struct Queue<N> {
    left: Mutex<Left<N>>,
    bell: Condvar,
    hungry: AtomicUsize,
    next: AtomicUsize,
}

struct Left<N> {
    works: Vec<Work<N>>,
    waiting: usize,
    ended: bool,
}

impl<'a> Family<'a> {
    fn run<T: Taker>(
        pack: &'a Pack,
        wanted: &dyn Fn(u32, Kind) -> bool,
        takers: Vec<T>,
        limits: ReadLimits,
        stop: &'a AtomicBool,
    ) -> Vec<T> {
        let (family, roots) = Self::of(pack, wanted, limits, stop);
        let threads = takers.len();
        let queue = Queue {
            left: Mutex::new(Left { works: Vec::new(), waiting: 0, ended: false }),
            bell: Condvar::new(),
            hungry: AtomicUsize::new(0),
            next: AtomicUsize::new(0),
        };
        std::thread::scope(|scope| {
            let (family, roots, queue) = (&family, &roots, &queue);
            let running: Vec<_> = takers
                .into_iter()
                .map(|taker| scope.spawn(move || Worker::new(family, taker).work(roots, queue, threads)))
                .collect();
            running.into_iter().map(|it| it.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
        })
    }

    fn of(pack: &'a Pack, wants: &dyn Fn(u32, Kind) -> bool, limits: ReadLimits, stop: &'a AtomicBool) -> (Self, Vec<u32>) {
        let count = pack.entries.len();
        let wanted: Vec<bool> = pack.entries.iter().map(|it| wants(it.object, it.kind)).collect();
        let mut needed = vec![false; count];
        for (at, _) in wanted.iter().enumerate().filter(|(_, wanted)| **wanted) {
            let mut at = at;
            while let Some(mark) = needed.get_mut(at).filter(|it| !**it) {
                *mark = true;
                let Some(base) = pack.entries.get(at).map(|it| it.base).filter(|it| *it != NONE) else { break };
                at = base as usize;
            }
        }
        let (mut child, mut sibling, mut weight) = (vec![NONE; count], vec![NONE; count], vec![0_u64; count]);
        let mut roots = Vec::new();
        // From the end: what builds upon an entry stands behind it, so its weight is known.
        for (at, entry) in pack.entries.iter().enumerate().rev().filter(|(at, _)| needed.get(*at) == Some(&true)) {
            let own = weight.get_mut(at).map_or(0, |it| {
                *it += u64::from(entry.size) + 256;
                *it
            });
            let at = super::number(at);
            if entry.base == NONE {
                roots.push(at);
            } else if let (Some(first), Some(heavy)) = (child.get_mut(entry.base as usize), weight.get_mut(entry.base as usize)) {
                if let Some(next) = sibling.get_mut(at as usize) {
                    *next = std::mem::replace(first, at);
                }
                *heavy += own;
            }
        }
        roots.reverse();
        // The heaviest families first, so that no thread is left alone with one at the end; the rest as the file has them.
        let total: u64 = roots.iter().filter_map(|it| weight.get(*it as usize)).sum();
        let heavy = |at: &u32| weight.get(*at as usize).copied().filter(|it| *it > total / 256);
        roots.sort_by_key(|at| std::cmp::Reverse(heavy(at)));
        (
            Self {
                pack,
                wanted,
                needed,
                child,
                sibling,
                weight,
                limits,
                made: AtomicU64::new(0),
                room: Room::new(limits.total_bytes),
                stop,
            },
            roots,
        )
    }

    /// What builds upon an entry and is needed, the lightest last.
    fn children(&self, at: u32, into: &mut Vec<u32>) {
        into.clear();
        let mut next = self.child.get(at as usize).copied().unwrap_or(NONE);
        while next != NONE {
            if self.needed.get(next as usize) == Some(&true) {
                into.push(next);
            }
            next = self.sibling.get(next as usize).copied().unwrap_or(NONE);
        }
        into.sort_by_key(|at| std::cmp::Reverse(self.weight.get(*at as usize).copied()));
    }

    fn is_wanted(&self, at: u32) -> bool {
        self.wanted.get(at as usize) == Some(&true)
    }

    /// Whether more was made of the pack than one of its size has: a few deltas upon each other make more than any disk
    /// holds.
    fn is_past(&self) -> bool {
        let most = self.limits.total_bytes.max(self.pack.length.saturating_mul(MOST_RATIO));
        self.made.load(Ordering::Relaxed) > most
    }

    /// Bytes of an object that are held in memory. Commits and folders, smaller by far, are held or not read.
    fn held(&self, kind: Kind) -> usize {
        let most = usize::try_from(self.limits.file_bytes).unwrap_or(usize::MAX);
        if kind == Kind::Blob { most } else { most.max(MOST_STRUCTURE) }
    }
}

struct Worker<'f, 'p, T: Taker> {
    family: &'f Family<'p>,
    taker: T,
    inflater: Inflater,
    compressed: Vec<u8>,
    delta: Vec<u8>,
    news: Vec<Range<usize>>,
    children: Vec<u32>,
    /// Buffers to use again.
    spare: Vec<Vec<u8>>,
}

/// Wakes the others when a thread ends by a panic, so that they do not wait for it.
struct Ending<'q, N>(&'q Queue<N>);

impl<N> Drop for Ending<'_, N> {
    fn drop(&mut self) {
        let mut left = self.0.left.lock().unwrap_or_else(PoisonError::into_inner);
        left.ended |= std::thread::panicking();
        self.0.bell.notify_all();
    }
}

impl<N> Queue<N> {
    /// What another thread left. None: nothing is left and nobody is at work.
    fn wait(&self, threads: usize) -> Option<Work<N>> {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(work) = left.works.pop() {
            return Some(work);
        }
        left.waiting += 1;
        self.hungry.store(left.waiting, Ordering::Relaxed);
        while left.waiting < threads && !left.ended && left.works.is_empty() {
            left = self.bell.wait(left).unwrap_or_else(PoisonError::into_inner);
        }
        let work = left.works.pop();
        if work.is_some() {
            left.waiting -= 1;
            self.hungry.store(left.waiting, Ordering::Relaxed);
        } else {
            self.bell.notify_all();
        }
        work
    }

    fn give(&self, work: Work<N>) {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).works.push(work);
        self.bell.notify_one();
    }
}

impl<'f, 'p, T: Taker> Worker<'f, 'p, T> {
    fn new(family: &'f Family<'p>, taker: T) -> Self {
        let (compressed, delta, news, children, spare) = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { family, taker, inflater: Inflater::new(), compressed, delta, news, children, spare }
    }

    fn work(mut self, roots: &[u32], queue: &Queue<T::Note>, threads: usize) -> T {
        let ending = Ending(queue);
        let mut stack: Vec<Work<T::Note>> = Vec::new();
        loop {
            let root = || roots.get(queue.next.fetch_add(1, Ordering::Relaxed)).map(|at| Work { at: *at, base: None });
            let next = stack.pop().or_else(root).or_else(|| queue.wait(threads));
            let Some(work) = next else { break };
            if self.family.stop.load(Ordering::Relaxed) {
                stack.clear();
                continue;
            }
            self.one(work, &mut stack);
            if stack.len() > 1 && queue.hungry.load(Ordering::Relaxed) > 0 {
                // The one at the bottom is the heaviest: worth another thread's while.
                queue.give(stack.remove(0));
            }
        }
        drop(ending);
        self.taker
    }

    fn one(&mut self, work: Work<T::Note>, stack: &mut Vec<Work<T::Note>>) {
        let Work { at, base } = work;
        let mut bytes = self.spare.pop().unwrap_or_default();
        match self.inflate(at, base.as_deref(), &mut bytes) {
            Ok(Made::Vast) => {
                self.spare.push(bytes);
                self.vast(at, base.as_deref(), stack);
            }
            Ok(Made::Held) => {
                self.family.made.fetch_add(bytes.len() as u64, Ordering::Relaxed);
                let mut look = None;
                if let Some(entry) = self.family.pack.entries.get(at as usize).filter(|_| self.family.is_wanted(at)) {
                    let note = base.as_ref().and_then(|it| it.note);
                    let change = note.map(|base| Change { base, news: &self.news });
                    look = Some(self.taker.take(entry.kind, Content { object: entry.object, bytes: &bytes, change }));
                }
                let mut children = std::mem::take(&mut self.children);
                self.family.children(at, &mut children);
                let wipe = look.as_ref().is_some_and(|it| it.wipe) || base.as_ref().is_some_and(|it| it.wipe);
                let whole = Base { body: Body::Held(bytes), note: look.map(|it| it.note), wipe };
                if children.is_empty() {
                    self.give_back(whole);
                } else {
                    let whole = Arc::new(whole);
                    stack.extend(children.iter().map(|at| Work { at: *at, base: Some(Arc::clone(&whole)) }));
                }
                self.children = children;
            }
            Err(why) => {
                self.spare.push(bytes);
                self.give_up(at, why);
            }
        }
        if let Some(base) = base.and_then(Arc::into_inner) {
            self.give_back(base);
        }
    }

    fn give_back(&mut self, base: Base<T::Note>) {
        let Body::Held(mut bytes) = base.body else { return };
        if base.wipe {
            bytes.zeroize();
        }
        // Large ones are returned, so that one large file does not hold its room for ever.
        if bytes.capacity() <= 4 << 20 && self.spare.len() < 64 {
            self.spare.push(bytes);
        }
    }

    fn inflate(&mut self, at: u32, base: Option<&Base<T::Note>>, into: &mut Vec<u8>) -> Result<Made, Why> {
        let pack = self.family.pack;
        let entry = pack.entries.get(at as usize).ok_or(Why::Damaged)?;
        if entry.kind == Kind::Unknown {
            return Err(Why::Damaged);
        }
        if self.family.is_past() {
            return Err(Why::PastTotal);
        }
        let (size, most) = (entry.size as usize, self.family.held(entry.kind));
        let vast = || if entry.kind == Kind::Blob { Ok(Made::Vast) } else { Err(Why::TooLarge) };
        if size > most {
            return vast();
        }
        let held = match base.map(|it| &it.body) {
            None => {
                let compressed = pack.compressed(at, &mut self.compressed).ok_or(Why::Damaged)?;
                return self.inflater.whole(compressed, size, into).map(|()| Made::Held).ok_or(Why::Damaged);
            }
            Some(Body::Held(held)) => held,
            Some(spilled @ Body::Spilled(_)) => return self.upon_spilled(at, spilled, most, into),
        };
        let compressed = pack.compressed(at, &mut self.compressed).ok_or(Why::Damaged)?;
        self.inflater.whole(compressed, size, &mut self.delta).ok_or(Why::Damaged)?;
        let (_, result) = delta::sizes(&self.delta).ok_or(Why::Damaged)?;
        if result > most {
            return vast();
        }
        delta::apply(held, &self.delta, most, into, &mut self.news).map(|()| Made::Held).ok_or(Why::Damaged)
    }

    /// Tells that an entry, and all that builds upon it, could not be read.
    fn give_up(&mut self, at: u32, why: Why) {
        let mut lost = vec![at];
        let mut children = Vec::new();
        while let Some(lost_at) = lost.pop() {
            if let Some(entry) = self.family.pack.entries.get(lost_at as usize).filter(|_| self.family.is_wanted(lost_at)) {
                self.taker.unread(entry.object, why);
            }
            self.family.children(lost_at, &mut children);
            lost.append(&mut children);
        }
    }
}
