//! Takes every blob of a history through the engine and says which commit brought each secret and when it went away.
//! What was searched in one version of a file is not searched again in the next. Keeps no value.

use super::engine::Circumstances;
use super::large::{self, Ended, Windows};
use super::look::{self, Looked};
use super::place::PathTraits;
use super::report::{Leak, Report, Surface};
use super::sweep::{self, Seen, Survey};
use super::text::{Encoding, encoding};
use super::{Options, ScanKey};
use crate::repo::history::{Change, Content, Gone, Look, Place, Searcher};
use crate::repo::unread::{is_lfs_pointer, is_media};
use crate::repo::{History, RepoProblem, Scope, Standing, Unread, Why};
use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::Path;
use std::sync::atomic::AtomicBool;

mod news;

use news::Clean;

/// See [`super::scan_history`].
pub(super) fn alone(path: &Path, key: &ScanKey, options: &Options, stop: &AtomicBool) -> Result<Report, RepoProblem> {
    let (seen, total, commit) = searched(path, Scope::All, key, options, stop)?;
    Ok(seen.report(total, commit))
}

/// See [`super::scan_repository`].
pub(super) fn with_tree(
    path: &Path,
    key: &ScanKey,
    options: &Options,
    with_history: bool,
    stop: &AtomicBool,
) -> Result<Report, RepoProblem> {
    let Survey { seen: tree, files_total, commit } = match sweep::survey(path, key, options, stop) {
        Ok(survey) => survey,
        Err(RepoProblem::Bare { .. }) => {
            let scope = if with_history { Scope::All } else { Scope::Head };
            let (seen, total, commit) = searched(path, scope, key, options, stop)?;
            return Ok(seen.report(total, commit));
        }
        Err(problem) => return Err(problem),
    };
    if !with_history || path.join(".git").symlink_metadata().is_err() {
        return Ok(tree.report(files_total, commit));
    }
    let (history, blobs, _) = searched(path, Scope::All, key, options, stop)?;
    let total = blobs + files_total.saturating_sub(tree.of_head);
    Ok(merged(tree, history).report(total, commit))
}

/// One entry per secret and path. The tree says how it is now, the history how it came to be.
fn merged(tree: Seen, history: Seen) -> Seen {
    let name = |leak: &Leak| (leak.id.clone(), leak.path.as_str().to_owned());
    let mut known: BTreeMap<_, Leak> = history.leaks.into_iter().map(|leak| (name(&leak), leak)).collect();
    let mut leaks = Vec::with_capacity(tree.leaks.len() + known.len());
    for mut leak in tree.leaks {
        let past = known.remove(&name(&leak));
        leak.in_head |= past.as_ref().is_some_and(|it| it.in_head);
        // What no commit has was brought by none.
        leak.commit = past.as_ref().and_then(|it| it.commit.clone()).or(leak.commit.filter(|_| leak.in_head));
        leak.since = past.as_ref().and_then(|it| it.since);
        leaks.push(leak);
    }
    leaks.extend(known.into_values());
    let mut unread = tree.unread;
    unread.extend(history.unread);
    Seen { leaks, unread, files: tree.files - tree.of_head + history.files, bytes: tree.bytes + history.bytes, of_head: 0 }
}

/// What the history has, how many blobs there are, and HEAD's commit.
fn searched(
    path: &Path,
    scope: Scope,
    key: &ScanKey,
    options: &Options,
    stop: &AtomicBool,
) -> Result<(Seen, usize, Option<String>), RepoProblem> {
    let mut tries = 1;
    loop {
        let history = History::read(path, scope, options.limits, options.threads, stop)?;
        if tries == 1 {
            options.progress.expect(history.blobs());
        }
        let searches = (0..history.threads()).map(|_| Search::new(&history, key, options, stop)).collect();
        let mut whole = Search::new(&history, key, options, stop);
        for search in history.search(searches, stop)? {
            whole.add(search);
        }
        let seen = whole.finish();
        // A loose object goes away when somebody packs it, between the listing and its turn.
        let lost = seen.unread.iter().any(|it| matches!(it.why, Why::Damaged | Why::MissingObject));
        if !lost || tries >= MOST_TRIES || !history.was_changed() {
            return Ok((seen, history.blobs(), history.head()));
        }
        tries += 1;
    }
}

/// How often a history is searched because somebody repacked it meanwhile.
const MOST_TRIES: usize = 3;

/// One secret at one path.
struct Find {
    leak: Leak,
    /// The earliest commit that has it there.
    place: Place,
    /// The blobs that have it there.
    blobs: Vec<u32>,
}

/// What one thread found.
struct Search<'a> {
    history: &'a History,
    look: look::Look<'a>,
    options: &'a Options,
    finds: HashMap<(String, (u32, u32)), Find>,
    seen: Seen,
    /// Blobs that were handed over, read or not.
    delivered: Vec<bool>,
    regions: news::Regions,
    stop: &'a AtomicBool,
}

/// Secrets at paths, beyond which further ones are not kept: a history made to fill the memory.
const MOST_FINDS: usize = 200_000;

impl<'a> Search<'a> {
    fn new(history: &'a History, key: &'a ScanKey, options: &'a Options, stop: &'a AtomicBool) -> Self {
        let look = look::Look { key, options, surface: Surface::History, commit: None };
        let delivered = vec![false; history.numbers()];
        Self {
            history,
            look,
            options,
            finds: HashMap::new(),
            seen: Seen::default(),
            delivered,
            regions: news::Regions::default(),
            stop,
        }
    }

    fn add(&mut self, other: Self) {
        self.seen.add(other.seen);
        for (all, one) in self.delivered.iter_mut().zip(other.delivered) {
            *all |= one;
        }
        for (name, find) in other.finds {
            self.put(name, find);
        }
    }

    fn put(&mut self, name: (String, (u32, u32)), find: Find) {
        if self.finds.len() >= MOST_FINDS && !self.finds.contains_key(&name) {
            self.seen.unread.push(Unread::new(find.leak.path.as_str().as_bytes(), Why::TooManyCandidates));
            return;
        }
        match self.finds.entry(name) {
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(find);
            }
            std::collections::hash_map::Entry::Occupied(mut known) => {
                let known = known.get_mut();
                // What HEAD has is how it is now; else the commit that brought it shows it.
                let better = (find.leak.in_head, known.place) > (known.leak.in_head, find.place);
                known.place = known.place.min(find.place);
                known.blobs.extend(find.blobs);
                if better {
                    known.leak = find.leak;
                }
            }
        }
    }

    fn finish(mut self) -> Seen {
        let undelivered = self.history.undelivered(&|object| self.delivered.get(object as usize) == Some(&true));
        self.seen.unread.extend(undelivered);
        self.seen.unread.extend(self.history.unread().iter().cloned());
        let (here, away): (Vec<Find>, Vec<Find>) = self.finds.into_values().partition(|it| it.leak.in_head);
        let asked: Vec<Gone<'_>> = away.iter().map(|it| Gone { spot: it.place.spot(), blobs: &it.blobs }).collect();
        let until = self.history.gone(&asked).into_iter().chain(std::iter::repeat(None));
        let all = here.into_iter().map(|it| (it, None)).collect::<Vec<_>>();
        let away: Vec<_> = { away.into_iter().zip(until).collect() };
        for (find, until) in all.into_iter().chain(away) {
            let mut leak = find.leak;
            let brought = self.history.commit(find.place);
            leak.surface = if leak.in_head { Surface::Tree } else { Surface::History };
            leak.since = brought.as_ref().and_then(|it| it.1);
            leak.commit = brought.map(|it| it.0);
            leak.until = until;
            self.seen.leaks.push(leak);
        }
        self.seen
    }

    /// What is known of the text if nothing of any kind stands in it; what the version before it has in common with it is
    /// not searched.
    fn clean(&mut self, content: &Content<'_, Option<Clean>>, traits: PathTraits) -> Option<Clean> {
        let circumstances = Circumstances { projects: &self.options.projects, now: self.options.now, traits };
        let base = content.change.as_ref().and_then(|Change { base, news }| Some(((*base)?, *news)));
        news::clean(&mut self.regions, content.bytes, base, &circumstances)
    }

    /// Searches a blob in which there may be something, at each of its places.
    fn search(&mut self, object: u32, bytes: &[u8], places: &[(Place, Vec<u8>, PathTraits)]) -> bool {
        let mut by_traits: Vec<(PathTraits, BTreeMap<String, Leak>)> = Vec::new();
        let mut holds = false;
        for (place, path, traits) in places {
            if !by_traits.iter().any(|(known, _)| known == traits) {
                let mut leaks = BTreeMap::new();
                let place = look::Place { path, standing: Standing::Tracked, in_head: false };
                if self.look.search(place, bytes.to_vec(), &mut leaks) == Looked::Cut {
                    self.seen.unread.push(Unread::new(path, Why::TooManyCandidates));
                }
                by_traits.push((*traits, leaks));
            }
            let found = by_traits.iter().find(|(known, _)| known == traits).map(|it| it.1.clone()).unwrap_or_default();
            holds |= !found.is_empty();
            self.keep(object, *place, path, found);
        }
        holds
    }

    /// Notes what a blob has at one of its places.
    fn keep(&mut self, object: u32, place: Place, path: &[u8], leaks: BTreeMap<String, Leak>) {
        let in_head = self.history.in_head(object, place);
        for (id, mut leak) in leaks {
            leak.in_head = in_head;
            leak.shown_at(path);
            self.put((id, place.spot()), Find { leak, place, blobs: vec![object] });
        }
    }

    fn deliver(&mut self, object: u32) {
        if let Some(mark) = self.delivered.get_mut(object as usize) {
            *mark = true;
        }
    }

    fn skip(&mut self, object: u32, why: Why) {
        self.deliver(object);
        let path = self.history.first_path(object);
        self.seen.files += usize::from(!why.hides());
        self.seen.unread.push(Unread::new(&path, why));
    }
}

impl Searcher for Search<'_> {
    /// What is known of a blob if nothing was in it.
    type Note = Option<Clean>;

    fn blob(&mut self, content: Content<'_, Self::Note>) -> Look<Self::Note> {
        let nothing = Look { note: None, wipe: false };
        let Content { object, bytes, .. } = content;
        self.options.progress.saw(bytes.len());
        let kind = encoding(bytes);
        if kind == Encoding::Binary {
            self.skip(object, Why::Binary);
            return nothing;
        }
        let places: Vec<(Place, Vec<u8>, PathTraits)> = (self.history.places(object))
            .map(|place| {
                let path = self.history.path(place);
                let traits = PathTraits::of(&path);
                (place, path, traits)
            })
            .collect();
        if is_lfs_pointer(bytes) {
            let media = places.iter().all(|(_, path, _)| is_media(path));
            self.skip(object, if media { Why::Binary } else { Why::LargeFileStorage });
            return nothing;
        }
        self.deliver(object);
        self.seen.files += 1;
        self.seen.bytes += bytes.len() as u64;
        let traits = places.first().map(|it| it.2).unwrap_or_default();
        let alike = places.iter().all(|it| it.2 == traits);
        if let Some(note) = (kind == Encoding::Plain && alike).then(|| self.clean(&content, traits)).flatten() {
            return Look { note: Some(note), wipe: false };
        }
        let wipe = self.search(object, bytes, &places);
        Look { note: None, wipe }
    }

    fn large(&mut self, object: u32, from: &mut dyn Read) {
        // Searched with its first path; where it stands else, the same is said.
        let Some(first) = self.history.places(object).next() else { return };
        let path = self.history.path(first);
        let place = look::Place { path: &path, standing: Standing::Tracked, in_head: false };
        let mut leaks = BTreeMap::new();
        let most = self.options.limits.total_bytes;
        let told = large::search(self.look, place, from, most, Windows::default(), self.stop, &mut leaks);
        self.seen.bytes += told.bytes;
        self.options.progress.saw(usize::try_from(told.bytes).unwrap_or(usize::MAX));
        match (told.ended, told.looked) {
            (Ended::PastMost, _) => self.skip(object, Why::TooLarge),
            (Ended::Unreadable, _) => self.skip(object, Why::Damaged),
            (_, Looked::Cut) => self.skip(object, Why::TooManyCandidates),
            (_, Looked::Binary) => self.skip(object, Why::Binary),
            (_, Looked::Whole) => {
                self.deliver(object);
                self.seen.files += 1;
            }
        }
        let places: Vec<_> = self.history.places(object).collect();
        for place in places {
            let path = self.history.path(place);
            self.keep(object, place, &path, leaks.clone());
        }
    }

    fn unread(&mut self, object: u32, why: Why) {
        self.skip(object, why);
    }
}

#[cfg(test)]
mod tests;
