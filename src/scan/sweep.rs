//! Takes every file of a tree or an archive through the engine on several threads, and adds up what was seen.
//! A file's bytes live here for as long as they are searched, and are wiped if a secret was in them.

use super::engine::{Circumstances, ENGINE};
use super::place::{PathTraits, raised};
use super::report::{Coverage, Leak, Report, Surface};
use super::rule::mentions;
use super::text::SearchedText;
use super::{Options, ScanKey, markers};
use crate::domain::Foreign;
use crate::repo::{self, RepoProblem, Standing, Unread, Why};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, PoisonError};

/// What every thread shares.
pub(super) struct Sweep<'a> {
    pub key: &'a ScanKey,
    pub options: &'a Options,
    pub commit: Option<&'a str>,
}

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
    let sweep = Sweep { key, options, commit: None };
    let mut seen = Seen { files: 1, ..Seen::default() };
    let mut leaks = BTreeMap::new();
    let content = repo::tree::Content { bytes: text, in_head: false };
    sweep.search(name, Standing::Untracked, content, &mut leaks, &mut seen);
    seen.leaks.extend(leaks.into_values());
    seen.report(1, None)
}

/// As [`tree`], before it is a report.
pub(super) fn survey(path: &Path, key: &ScanKey, options: &Options, stop: &AtomicBool) -> Result<Survey, RepoProblem> {
    surveyed(repo::tree(path)?, key, options, stop)
}

fn surveyed(tree: repo::Tree, key: &ScanKey, options: &Options, stop: &AtomicBool) -> Result<Survey, RepoProblem> {
    options.progress.expect(tree.files.len());
    let commit = tree.checkout.git.as_ref().and_then(|git| git.head.clone());
    let sweep = Sweep { key, options, commit: commit.as_deref() };
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
                    Ok(content) => {
                        total.fetch_add(content.bytes.len() as u64, Ordering::Relaxed);
                        options.progress.saw(content.bytes.len());
                        sweep.search(&file.path, file.standing, content, &mut leaks, &mut seen);
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
    let sweep = Sweep { key, options, commit: None };
    let (archived, mut seen) = std::thread::scope(|scope| {
        let sweep = &sweep;
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
                    sweep.search(&file.path, Standing::Tracked, file.content, &mut leaks, &mut seen);
                    seen.files += 1;
                    seen.leaks.extend(leaks.into_values());
                }
                seen
            })
        });
        let archived = repo::archive::archive(path, options.limits, &mut |file| {
            if stop.load(Ordering::Relaxed) || give.send(file).is_err() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        drop(give);
        (archived, searching.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
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

/// Names under which build tools put a value into what browsers load.
const EXPOSING_NAMES: &[&str] = &["next_public_", "vite_", "react_app_", "expo_public_", "nuxt_public_", "public_"];

impl Sweep<'_> {
    /// Searches one content of a file and adds its leaks, one per secret.
    pub(super) fn search(
        &self,
        path: &[u8],
        standing: Standing,
        content: repo::tree::Content,
        leaks: &mut BTreeMap<String, Leak>,
        seen: &mut Seen,
    ) {
        let in_head = content.in_head;
        seen.bytes += content.bytes.len() as u64;
        let Some(mut text) = SearchedText::of(content.bytes) else {
            seen.unread.push(Unread::new(path, Why::Binary));
            return;
        };
        let traits = PathTraits::of(path);
        let circumstances = Circumstances { projects: &self.options.projects, now: self.options.now, traits };
        let search = ENGINE.search(text.bytes(), &circumstances);
        if search.cut {
            seen.unread.push(Unread::new(path, Why::TooManyCandidates));
        }
        if search.sightings.is_empty() {
            return;
        }
        text.holds_secret();
        let (mut line, mut counted) = (1_u32, 0);
        for sighting in search.sightings {
            let bytes = text.bytes();
            let passed = bytes.get(counted..sighting.at.start).unwrap_or_default();
            let newlines = passed.split(|byte| *byte == b'\n').count() - 1;
            line = line.saturating_add(u32::try_from(newlines).unwrap_or(u32::MAX));
            counted = sighting.at.start;
            let value = bytes.get(sighting.at.clone()).unwrap_or_default();
            let identity = sighting.identity.as_ref().map_or(value, |it| it.as_slice());
            let id = self.key.name(identity);
            let rule = sighting.rule;
            if let Some(values) = &self.options.values {
                values.offer(rule.id, &id, identity);
            }
            let before = bytes.get(counted.saturating_sub(80)..counted).unwrap_or_default();
            let exposed = mentions(before.rsplit(|b| *b == b'\n').next().unwrap_or_default(), EXPOSING_NAMES);
            let base = if exposed && !rule.public { raised(sighting.severity) } else { sighting.severity };
            let leak = Leak {
                id: id.clone(),
                rule: rule.id.to_owned(),
                kind: rule.kind.to_owned(),
                provider: rule.provider.to_owned(),
                path: Foreign::new(String::from_utf8_lossy(path)),
                line,
                commit: self.commit.map(str::to_owned),
                surface: Surface::Tree,
                since: None,
                until: None,
                marker: markers::on_line(bytes, &sighting.at).map(Foreign::from),
                in_head,
                standing,
                masked: Foreign::new(sighting.masked),
                public: rule.public,
                confidence: sighting.confidence,
                severity: traits.severity(base, sighting.confidence, standing),
                rotate: rule.rotate.to_owned(),
                belongs_to: sighting.belongs_to.map(Foreign::from),
            };
            // The first place in the file stands for the secret; HEAD's copy only adds that it is committed.
            leaks.entry(id).and_modify(|it| it.in_head |= in_head).or_insert(leak);
        }
    }
}
