//! Reads the objects that lie in files of their own. A file that is not what its name says costs itself only.

use super::super::inflate::{Inflater, Stream};
use super::super::pack::Kind;
use super::super::store::Store;
use super::{Builder, Content, Searcher};
use crate::repo::{ReadLimits, Why};
use std::fs::File;
use std::io::{Read, Seek};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use zeroize::Zeroize;

/// Longest header: a kind, a size, a zero.
const HEADER: usize = 40;
/// Compressed bytes that surely hold one.
const START: usize = 4096;

pub(super) fn structure<W: Builder>(store: &Store, workers: Vec<W>, limits: ReadLimits, stop: &AtomicBool) -> Vec<W> {
    each(store, workers, stop, |worker, object, reader| {
        let Some((kind, size)) = reader.header(store, object) else { return };
        if kind != Kind::Blob && size <= limits.file_bytes.max(64 << 20) && reader.whole(size).is_some() {
            worker.object(super::super::number(object), kind, &reader.content);
        }
    })
}

pub(super) fn blobs<S: Searcher>(
    store: &Store,
    wanted: &(dyn Fn(u32) -> bool + Sync),
    workers: Vec<S>,
    limits: ReadLimits,
    stop: &AtomicBool,
) -> Vec<S> {
    each(store, workers, stop, |worker, at, reader| {
        let object = super::super::number(at);
        if !wanted(object) {
            return;
        }
        match reader.header(store, at) {
            Some((Kind::Blob, size)) if size <= limits.file_bytes => {
                if reader.whole(size).is_none() {
                    worker.unread(object, Why::Damaged);
                    return;
                }
                let look = worker.blob(Content { object, bytes: &reader.content, change: None });
                if look.wipe {
                    reader.content.zeroize();
                }
            }
            Some((Kind::Blob, _)) => match reader.stream() {
                Some(mut content) => worker.large(object, &mut content),
                None => worker.unread(object, Why::Damaged),
            },
            _ => worker.unread(object, Why::Damaged),
        }
    })
}

/// What an object in a file of its own is, and its bytes as they come.
pub(in crate::repo::history) fn content(store: &Store, object: u32) -> Option<(Kind, Stream<File>)> {
    let mut reader = Reader::new();
    let (kind, _) = reader.header(store, object as usize)?;
    Some((kind, reader.stream()?))
}

fn each<W: Send>(store: &Store, workers: Vec<W>, stop: &AtomicBool, one: impl Fn(&mut W, usize, &mut Reader) + Sync) -> Vec<W> {
    let numbers = store.loose();
    if numbers.is_empty() {
        return workers;
    }
    let next = AtomicUsize::new(numbers.start);
    std::thread::scope(|scope| {
        let (next, one, numbers) = (&next, &one, &numbers);
        let work = move |mut worker: W| {
            let mut reader = Reader::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                if at >= numbers.end || stop.load(Ordering::Relaxed) {
                    return worker;
                }
                one(&mut worker, at, &mut reader);
            }
        };
        let running: Vec<_> = workers.into_iter().map(|worker| scope.spawn(move || work(worker))).collect();
        running.into_iter().map(|it| it.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

struct Reader {
    inflater: Inflater,
    file: Option<File>,
    compressed: Vec<u8>,
    /// The header, then the content.
    content: Vec<u8>,
    head: usize,
}

impl Reader {
    fn new() -> Self {
        Self { inflater: Inflater::new(), file: None, compressed: Vec::new(), content: Vec::new(), head: 0 }
    }

    /// What the object says that it is, and its size.
    fn header(&mut self, store: &Store, object: usize) -> Option<(Kind, u64)> {
        let path = store.loose_file(object)?;
        path.symlink_metadata().ok().filter(std::fs::Metadata::is_file)?;
        let mut file = File::open(path).ok()?;
        self.compressed.clear();
        file.by_ref().take(START as u64).read_to_end(&mut self.compressed).ok()?;
        self.file = Some(file);
        self.inflater.start(&self.compressed, HEADER, &mut self.content)?;
        let end = self.content.iter().take(HEADER).position(|byte| *byte == 0)?;
        self.head = end + 1;
        let header = std::str::from_utf8(self.content.get(..end)?).ok()?;
        let (kind, size) = header.split_once(' ')?;
        let kind = match kind {
            "commit" => Kind::Commit,
            "tree" => Kind::Tree,
            "blob" => Kind::Blob,
            "tag" => Kind::Tag,
            _ => return None,
        };
        Some((kind, size.parse().ok()?))
    }

    /// The content piece by piece, after the header was read.
    fn stream(&mut self) -> Option<Stream<File>> {
        let mut file = self.file.take()?;
        file.rewind().ok()?;
        let mut content = Stream::new(file);
        content.read_exact(&mut vec![0; self.head]).ok()?;
        Some(content)
    }

    /// Reads the object to its end; its content is then in `content`.
    fn whole(&mut self, size: u64) -> Option<()> {
        let size = usize::try_from(size).ok()?;
        // No stream of this kind is much larger than what is in it.
        let most = (size as u64 + size as u64 / 8).saturating_add(65_536);
        self.file.take()?.take(most).read_to_end(&mut self.compressed).ok()?;
        self.inflater.whole(&self.compressed, self.head + size, &mut self.content)?;
        self.content.drain(..self.head);
        Some(())
    }
}
