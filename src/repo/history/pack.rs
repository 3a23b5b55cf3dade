//! One pack: what each entry is, what it builds upon, and its bytes. Reads with offsets instead of mapping the file, so
//! that memory stays small and a file that shrinks while it is read is an error, not the end of the program.

use super::parse::Id;
use super::{NONE, number};
use std::fs::File;
use std::path::Path;

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Commit,
    Tree,
    Blob,
    Tag,
    /// Its header is damaged, or what it builds upon is.
    Unknown,
}

/// One entry, in the order of the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub offset: u64,
    /// The number of the object.
    pub object: u32,
    /// The entry that it builds upon, or [`NONE`].
    pub base: u32,
    /// Bytes of the object, or of the delta. As many as fit.
    pub size: u32,
    /// Bytes before the compressed ones.
    pub head: u8,
    pub kind: Kind,
}

/// Longest header: size, and a distance or an id.
const HEADER: usize = 32;
/// Bytes read at once while headers are looked at.
const CHUNK: usize = 1 << 18;

pub(super) struct Pack {
    file: File,
    pub length: u64,
    /// Ordered by their offset.
    pub entries: Vec<Entry>,
}

impl Pack {
    /// Opens the pack at `path` whose index lists `ids` at `offsets`; the number of the first is `first`. None: not a pack.
    pub(super) fn open(path: &Path, ids: &[Id], offsets: &[u64], first: usize, threads: usize) -> Option<Self> {
        let file = File::open(path).ok()?;
        let length = file.metadata().ok()?.len();
        let mut header = [0; 12];
        read_at(&file, &mut header, 0).ok()?;
        let [b'P', b'A', b'C', b'K', 0, 0, 0, 2 | 3, ..] = header else { return None };
        let mut order: Vec<(u64, u32)> = offsets.iter().enumerate().map(|(at, offset)| (*offset, number(first + at))).collect();
        order.sort_unstable();
        let scan = Scan { file: &file, length, order: &order, ids, offsets };
        let part = order.len().div_ceil(threads).max(1);
        let mut entries = Vec::with_capacity(order.len());
        std::thread::scope(|scope| {
            let running: Vec<_> = order.chunks(part).map(|part| scope.spawn(|| scan.entries(part))).collect();
            for thread in running {
                entries.extend(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            }
        });
        let mut pack = Self { file, length, entries };
        pack.resolve_kinds();
        Some(pack)
    }

    /// What a delta makes is what it builds upon. Entries that build upon each other in a circle stay unknown.
    fn resolve_kinds(&mut self) {
        let mut chain = Vec::new();
        for start in 0..self.entries.len() {
            chain.clear();
            let mut at = start;
            let kind = loop {
                let Some(entry) = self.entries.get(at) else { break Kind::Unknown };
                if entry.base == NONE || entry.kind != Kind::Unknown || chain.len() > self.entries.len() {
                    break entry.kind;
                }
                chain.push(at);
                at = entry.base as usize;
            };
            for at in &chain {
                if let Some(entry) = self.entries.get_mut(*at) {
                    entry.kind = kind;
                    // In a circle, or upon something damaged: not to be looked at again.
                    if kind == Kind::Unknown {
                        entry.base = NONE;
                    }
                }
            }
        }
    }

    /// Where the compressed bytes of an entry are.
    fn range(&self, at: u32) -> Option<(u64, u64)> {
        let entry = self.entries.get(at as usize)?;
        let next = self.entries.get(at as usize + 1).map_or(self.length, |it| it.offset);
        Some((entry.offset + u64::from(entry.head), next.min(self.length)))
    }

    /// The entry of an object, if it is in this pack.
    pub(super) fn entry_of(&self, object: u32) -> Option<u32> {
        self.entries.iter().position(|it| it.object == object).map(number)
    }

    /// The compressed bytes of an entry, for one that is too large to be read at once.
    pub(super) fn bytes(&self, at: u32) -> Option<Bytes<'_>> {
        let (at, end) = self.range(at)?;
        Some(Bytes { file: &self.file, at, end })
    }

    /// Reads the compressed bytes of an entry into the front of `buffer`, which grows to hold them. None: the file ends
    /// before.
    pub(super) fn compressed<'b>(&self, at: u32, buffer: &'b mut Vec<u8>) -> Option<&'b [u8]> {
        let (start, end) = self.range(at)?;
        // No stream is much larger than what is in it: what stands behind it is not part of it, whatever the index says.
        let size = u64::from(self.entries.get(at as usize)?.size);
        let length = usize::try_from(end.checked_sub(start)?.min(size + size / 8 + 65_536)).ok()?;
        if buffer.len() < length {
            buffer.resize(length, 0);
        }
        let bytes = buffer.get_mut(..length)?;
        read_at(&self.file, bytes, start).ok()?;
        Some(bytes)
    }
}

/// The compressed bytes of one entry, read as they are asked for.
pub(super) struct Bytes<'p> {
    file: &'p File,
    at: u64,
    end: u64,
}

impl std::io::Read for Bytes<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let length = into.len().min(left);
        let into = into.get_mut(..length).unwrap_or_default();
        read_at(self.file, into, self.at)?;
        self.at += length as u64;
        Ok(length)
    }
}

struct Scan<'a> {
    file: &'a File,
    length: u64,
    order: &'a [(u64, u32)],
    ids: &'a [Id],
    offsets: &'a [u64],
}

impl Scan<'_> {
    fn entries(&self, part: &[(u64, u32)]) -> Vec<Entry> {
        let mut entries = Vec::with_capacity(part.len());
        let (mut chunk, mut start) = (Vec::new(), 0_u64);
        for (offset, object) in part {
            let unknown = Entry { offset: *offset, object: *object, base: NONE, size: 0, head: 0, kind: Kind::Unknown };
            let inside = |chunk: &[u8], start: u64| {
                let from = usize::try_from(offset.checked_sub(start)?).ok()?;
                chunk.get(from..).filter(|it| it.len() >= HEADER || start + chunk.len() as u64 == self.length).map(|_| from)
            };
            let mut from = inside(&chunk, start);
            if from.is_none() {
                start = *offset;
                let left = usize::try_from(self.length.saturating_sub(start)).unwrap_or(usize::MAX);
                chunk.resize(CHUNK.min(left), 0);
                if read_at(self.file, &mut chunk, start).is_err() {
                    chunk.clear();
                }
                from = inside(&chunk, start);
            }
            let header = from.and_then(|from| chunk.get(from..)).unwrap_or_default();
            entries.push(self.entry(unknown, header).unwrap_or(unknown));
        }
        entries
    }

    fn entry(&self, unknown: Entry, header: &[u8]) -> Option<Entry> {
        let (&first, rest) = header.split_first()?;
        let mut size = u64::from(first & 15);
        let (mut more, mut at, mut shift) = (first & 0x80 != 0, 0, 4);
        while more {
            let byte = *rest.get(at)?;
            size |= u64::from(byte & 0x7f).checked_shl(shift)?;
            more = byte & 0x80 != 0;
            (at, shift) = (at + 1, shift + 7);
        }
        let rest = rest.get(at..)?;
        let mut head = 1 + at;
        let (kind, base) = match first >> 4 & 7 {
            1 => (Kind::Commit, NONE),
            2 => (Kind::Tree, NONE),
            3 => (Kind::Blob, NONE),
            4 => (Kind::Tag, NONE),
            6 => {
                let (distance, length) = distance(rest)?;
                head += length;
                (Kind::Unknown, self.rank(unknown.offset.checked_sub(distance)?)?)
            }
            7 => {
                let id = rest.first_chunk::<20>()?;
                head += 20;
                let at = self.ids.binary_search(id).ok()?;
                (Kind::Unknown, self.rank(*self.offsets.get(at)?)?)
            }
            _ => return None,
        };
        let size = u32::try_from(size).unwrap_or(u32::MAX);
        Some(Entry { base, size, head: u8::try_from(head).ok()?, kind, ..unknown })
    }

    fn rank(&self, offset: u64) -> Option<u32> {
        self.order.binary_search_by_key(&offset, |it| it.0).ok().map(number)
    }
}

/// The distance back to the base, and how many bytes it is written in.
fn distance(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    for (at, byte) in bytes.iter().take(9).enumerate() {
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, at + 1));
        }
        value += 1;
    }
    None
}

#[cfg(unix)]
pub(super) fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
pub(super) fn read_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> std::io::Result<()> {
    while !bytes.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, bytes, offset)?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        bytes = bytes.get_mut(read..).unwrap_or_default();
        offset += read as u64;
    }
    Ok(())
}
