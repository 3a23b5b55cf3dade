//! Takes every file of a tree or an archive through the engine on several threads, and adds up what was seen.
//! A file's bytes live here for as long as they are searched, and are wiped if a secret was in them.

use super::large::{self, Ended, LookedThrough, Windows};
use super::look::{Look, Looked, Place};
use super::report::{Coverage, Leak, Report, Surface};
use super::{Options, ScanKey, markers};
use crate::repo::archive::Archived;
use crate::repo::{self, RepoProblem, Standing, Unread, Why};
use std::collections::BTreeMap;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, PoisonError};

/// What one thread saw, and then what all did.
#[derive(Default)]
pub(super) struct Seen {
    pub leaks: Vec<Leak>,
    pub unread: Vec<Unread>,
    pub files: usize,
    pub bytes: u64,
    /// Of these files, those that are just what HEAD has.
    pub of_head: usize,
}

/// What a tree had.
pub(super) struct Survey {
    pub seen: Seen,
    pub files_total: usize,
    pub commit: Option<String>,
}

impl Survey {
    fn report(self) -> Report {
        self.seen.report(self.files_total, self.commit)
    }
}

impl Seen {
    pub(super) fn add(&mut self, other: Self) {
        self.leaks.extend(other.leaks);
        self.unread.extend(other.unread);
        self.files += other.files;
        self.bytes += other.bytes;
        self.of_head += other.of_head;
    }

    pub(super) fn report(mut self, files_total: usize, commit: Option<String>) -> Report {
        self.leaks
            .sort_by(|a, b| (b.severity, &a.path, a.line, &a.rule, &a.id).cmp(&(a.severity, &b.path, b.line, &b.rule, &b.id)));
        let coverage = Coverage::new(files_total, self.files, self.bytes, self.unread);
        Report { findings: self.leaks, coverage, commit }
    }
}

/// See [`super::scan_tree`].
pub(super) fn tree(path: &Path, key: &ScanKey, options: &Options, stop: &AtomicBool) -> Result<Report, RepoProblem> {
    Ok(survey(path, key, options, stop)?.report())
}

/// See [`super::scan_below`].
pub(super) fn below(
    path: &Path,
    below: &[u8],
    key: &ScanKey,
    options: &Options,
    stop: &AtomicBool,
) -> Result<Report, RepoProblem> {
    let mut tree = repo::tree(path)?;
    let is_below = |it: &[u8]| it.strip_prefix(below).is_some_and(|rest| rest.starts_with(b"/"));
    tree.files.retain(|file| is_below(&file.path));
    // `.` is what could not be listed at a place that nobody knows.
    tree.unread.retain(|it| it.what.as_str() == "." || is_below(it.what.as_str().as_bytes()));
    Ok(surveyed(tree, key, options, stop)?.report())
}

/// See [`super::scan_text`].
pub(super) fn text(name: &[u8], text: Vec<u8>, key: &ScanKey, options: &Options) -> Report {
    let look = Look { key, options, surface: Surface::Tree, commit: None };
    let mut seen = Seen { files: 1, ..Seen::default() };
    let mut leaks = BTreeMap::new();
    let content = repo::tree::Content { bytes: text, rest: None, in_head: false };
    add(look, name, Standing::Untracked, content, &mut leaks, &mut seen);
    seen.leaks.extend(leaks.into_values());
    seen.report(1, None)
}

/// As [`text`], for what is too large to hold.
pub(super) fn reader(
    name: &[u8],
    from: &mut dyn Read,
    key: &ScanKey,
    options: &Options,
    stop: &AtomicBool,
) -> Result<Report, RepoProblem> {
    let look = Look { key, options, surface: Surface::Tree, commit: None };
    let place = Place { path: name, standing: Standing::Untracked, in_head: false };
    let (mut seen, mut leaks) = (Seen::default(), BTreeMap::new());
    let told = large::search(look, place, from, options.limits.total_bytes, Windows::default(), stop, &mut leaks);
    if stop.load(Ordering::Relaxed) {
        return Err(RepoProblem::Stopped);
    }
    seen.files = usize::from(add_large(name, told, &mut seen));
    seen.leaks.extend(leaks.into_values());
    Ok(seen.report(1, None))
}

/// As [`tree`], before it is a report.
pub(super) fn survey(path: &Path, key: &ScanKey, options: &Options, stop: &AtomicBool) -> Result<Survey, RepoProblem> {
    surveyed(repo::tree(path)?, key, options, stop)
}

fn surveyed(tree: repo::Tree, key: &ScanKey, options: &Options, stop: &AtomicBool) -> Result<Survey, RepoProblem> {
    options.progress.expect(tree.files.len());
    let commit = tree.checkout.git.as_ref().and_then(|git| git.head.clone());
    let look = Look { key, options, surface: Surface::Tree, commit: commit.as_deref() };
    let (next, total) = (AtomicUsize::new(0), AtomicU64::new(0));
    let work = || {
        let reader = tree.reader(options.limits);
        let mut seen = Seen::default();
        while let Some(file) = tree.files.get(next.fetch_add(1, Ordering::Relaxed)) {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            if total.load(Ordering::Relaxed) > options.limits.total_bytes {
                seen.unread.push(Unread::new(&file.path, Why::PastTotal));
                continue;
            }
            let mut whole = true;
            let mut leaks = BTreeMap::new();
            let contents = reader.contents(file);
            let of_head = matches!(contents.as_slice(), [Ok(content)] if content.in_head);
            for content in contents {
                match content {
                    Ok(mut content) => {
                        if let Some(mut rest) = content.rest.take() {
                            let most = options.limits.total_bytes.saturating_sub(total.load(Ordering::Relaxed));
                            let place = Place { path: &file.path, standing: file.standing, in_head: content.in_head };
                            let told = large::search(look, place, &mut rest, most, Windows::default(), stop, &mut leaks);
                            total.fetch_add(told.bytes, Ordering::Relaxed);
                            whole &= add_large(&file.path, told, &mut seen);
                            continue;
                        }
                        total.fetch_add(content.bytes.len() as u64, Ordering::Relaxed);
                        options.progress.saw(content.bytes.len());
                        add(look, &file.path, file.standing, content, &mut leaks, &mut seen);
                    }
                    Err(unread) => {
                        whole &= !unread.why.hides();
                        seen.unread.push(unread);
                    }
                }
            }
            seen.files += usize::from(whole);
            seen.of_head += usize::from(whole && of_head);
            seen.leaks.extend(leaks.into_values());
        }
        seen
    };
    let mut seen = on_threads(options.threads, work);
    if stop.load(Ordering::Relaxed) {
        return Err(RepoProblem::Stopped);
    }
    seen.unread.extend(tree.unread);
    markers::add_listed(&mut seen.leaks, &tree.checkout.root);
    Ok(Survey { seen, files_total: tree.files.len(), commit })
}

/// See [`super::scan_archive`].
pub(super) fn archive(path: &Path, key: &ScanKey, options: &Options, stop: &AtomicBool) -> Result<Report, RepoProblem> {
    // Few files wait at a time, so that memory stays at some times the limit for one file.
    let (give, take) = sync_channel::<repo::archive::ArchivedFile>(options.threads.max(1));
    let look = Look { key, options, surface: Surface::Tree, commit: None };
    let (archived, mut seen) = std::thread::scope(|scope| {
        // The searching side owns its end: if every thread of it dies, giving fails instead of waiting for ever.
        let searching = scope.spawn(move || {
            let take = Mutex::new(take);
            on_threads(options.threads, || {
                let mut seen = Seen::default();
                while let Some(file) = received(&take) {
                    if stop.load(Ordering::Relaxed) {
                        continue; // drained, so that the giver is not left waiting
                    }
                    let mut leaks = BTreeMap::new();
                    add(look, &file.path, Standing::Tracked, file.content, &mut leaks, &mut seen);
                    seen.files += 1;
                    seen.leaks.extend(leaks.into_values());
                }
                seen
            })
        });
        let mut here = Seen::default();
        let archived = repo::archive::archive(path, options.limits, &mut |file| {
            let gone_on = match file {
                _ if stop.load(Ordering::Relaxed) => false,
                Archived::Held(file) => give.send(file).is_ok(),
                // Searched as it comes: nobody else can read on meanwhile.
                Archived::Large { path, from } => {
                    archived_large(look, &path, from, stop, &mut here);
                    true
                }
            };
            if gone_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        drop(give);
        here.add(searching.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        (archived, here)
    });
    if stop.load(Ordering::Relaxed) {
        return Err(RepoProblem::Stopped);
    }
    let archived = archived?;
    // A pointer that stands for a picture was looked at, as any picture is.
    seen.files += archived.unread.iter().filter(|it| it.why == Why::Binary).count();
    seen.unread.extend(archived.unread);
    for leak in &mut seen.leaks {
        leak.commit.clone_from(&archived.commit);
    }
    Ok(seen.report(archived.files, archived.commit))
}

/// Searches an entry of an archive that is too large to be held.
fn archived_large(look: Look<'_>, path: &[u8], from: &mut dyn Read, stop: &AtomicBool, seen: &mut Seen) {
    let mut leaks = BTreeMap::new();
    let place = Place { path, standing: Standing::Tracked, in_head: true };
    let told = large::search(look, place, from, look.options.limits.total_bytes, Windows::default(), stop, &mut leaks);
    seen.files += usize::from(add_large(path, told, seen));
    seen.leaks.extend(leaks.into_values());
}

fn received<T>(take: &Mutex<Receiver<T>>) -> Option<T> {
    take.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

/// Runs `work` on so many threads and adds up what they saw. A panic of one is a panic of the whole: a file that
/// nobody searched must not look clean.
fn on_threads(threads: usize, work: impl Fn() -> Seen + Sync) -> Seen {
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(&work)).collect();
        let mut all = Seen::default();
        for thread in running {
            all.add(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        all
    })
}

/// Searches one content of a file and adds its leaks, one per secret.
pub(super) fn add(
    look: Look<'_>,
    path: &[u8],
    standing: Standing,
    content: repo::tree::Content,
    leaks: &mut BTreeMap<String, Leak>,
    seen: &mut Seen,
) {
    seen.bytes += content.bytes.len() as u64;
    let place = Place { path, standing, in_head: content.in_head };
    match look.search(place, content.bytes, leaks) {
        Looked::Whole => {}
        Looked::Binary => seen.unread.push(Unread::new(path, Why::Binary)),
        Looked::Cut => seen.unread.push(Unread::new(path, Why::TooManyCandidates)),
    }
}

/// Adds what came of a file that was read in pieces. False: not all of it was.
fn add_large(path: &[u8], told: LookedThrough, seen: &mut Seen) -> bool {
    seen.bytes += told.bytes;
    match told.looked {
        Looked::Whole => {}
        Looked::Binary => seen.unread.push(Unread::new(path, Why::Binary)),
        Looked::Cut => seen.unread.push(Unread::new(path, Why::TooManyCandidates)),
    }
    let why = match told.ended {
        Ended::AtTheEnd => return true,
        Ended::PastMost => Why::PastTotal,
        // A scan that was stopped is told as a whole.
        Ended::Unreadable | Ended::Stopped => Why::Unreadable,
    };
    seen.unread.push(Unread::new(path, why));
    false
}
