//! Reads a gzipped tar archive as the code host gives it, straight from the file and never unpacked to disk.
//! An entry that would lead out of the tree is refused; an archive that ends early is told.

use super::problem::{shown, unreadable};
use super::tree::{Content, inside, not_a_pointer};
use super::unread::{Unread, Why};
use super::{ReadLimits, RepoProblem};
use flate2::read::GzDecoder;
use std::fs::File;
use std::io::{BufReader, Read};
use std::ops::ControlFlow;
use std::path::Path;
use tar::EntryType;

/// What an archive said of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Told {
    /// The commit that it was made from, in hexadecimal, if it says so.
    pub commit: Option<String>,
    /// Files that were met, read or not.
    pub files: usize,
    /// What was not read.
    pub unread: Vec<Unread>,
}

/// One file of an archive: its path without the first part (`owner-name-commit/`), and its bytes.
pub struct ArchivedFile {
    pub path: Vec<u8>,
    pub content: Content,
}

/// What is handed over.
pub enum Archived<'a> {
    Held(ArchivedFile),
    /// A file that is larger than what is held in memory, to be read in pieces.
    Large {
        path: Vec<u8>,
        from: &'a mut dyn Read,
    },
}

/// Hands every file of the archive at `path` to `each`, until it breaks or a limit is reached.
pub fn archive(
    path: &Path,
    limits: ReadLimits,
    each: &mut dyn FnMut(Archived<'_>) -> ControlFlow<()>,
) -> Result<Told, RepoProblem> {
    let file = File::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => RepoProblem::Missing { path: shown(path) },
        _ => unreadable(path, &error),
    })?;
    let unpacked = GzDecoder::new(BufReader::new(file));
    if unpacked.header().is_none() {
        return Err(RepoProblem::NotAnArchive { path: shown(path) });
    }
    // A bound on what a small file may unpack to; what lies beyond it looks like an archive cut short.
    let mut bounded = unpacked.take(limits.total_bytes.saturating_mul(2));
    let mut archived = Told::default();
    let whole = {
        let mut tar = tar::Archive::new(&mut bounded);
        entries(&mut tar, limits, each, &mut archived)
    };
    match whole {
        Ok(ControlFlow::Break(())) => return Ok(archived),
        // The checksum stands at the end: only reading to it tells that nothing was lost.
        Ok(ControlFlow::Continue(())) if std::io::copy(&mut bounded, &mut std::io::sink()).is_ok() && bounded.limit() > 0 => {}
        _ => archived.unread.push(Unread::new(b"archive", Why::CutShort)),
    }
    if archived.files == 0 && archived.commit.is_none() && archived.unread.iter().any(|it| it.why == Why::CutShort) {
        return Err(RepoProblem::NotAnArchive { path: shown(path) });
    }
    Ok(archived)
}

fn entries(
    tar: &mut tar::Archive<impl Read>,
    limits: ReadLimits,
    each: &mut dyn FnMut(Archived<'_>) -> ControlFlow<()>,
    archived: &mut Told,
) -> std::io::Result<ControlFlow<()>> {
    let mut total = 0_u64;
    for entry in tar.entries()? {
        let mut entry = entry?;
        let kind = entry.header().entry_type();
        if kind == EntryType::XGlobalHeader {
            archived.commit = commit_of(&mut entry).or(archived.commit.take());
            continue;
        }
        let whole = entry.path_bytes().into_owned();
        let path = whole.splitn(2, |byte| *byte == b'/').nth(1).unwrap_or_default().to_vec();
        match kind {
            EntryType::Directory => continue,
            EntryType::Symlink => {
                archived.unread.push(Unread::new(&path, Why::SymbolicLink));
                continue;
            }
            EntryType::Regular | EntryType::Continuous => {}
            _ => {
                archived.unread.push(Unread::new(&path, Why::NotAFile));
                continue;
            }
        }
        archived.files += 1;
        let size = entry.size();
        let refused = if inside(&whole).is_none() || inside(&path).is_none() {
            Some(Why::LeavesTheTree)
        } else if total.saturating_add(size) > limits.total_bytes || archived.files > limits.files {
            Some(Why::PastTotal)
        } else {
            None
        };
        if let Some(why) = refused {
            archived.unread.push(Unread::new(&path, why));
            if why == Why::PastTotal {
                return Ok(ControlFlow::Break(()));
            }
            continue;
        }
        total += size;
        if size > limits.file_bytes {
            let mut counted = Counted { from: &mut entry, bytes: 0 };
            if each(Archived::Large { path, from: &mut counted }).is_break() {
                return Ok(ControlFlow::Break(()));
            }
            std::io::copy(&mut counted, &mut std::io::sink())?;
            if counted.bytes < size {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            continue;
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size.min(1 << 20)).unwrap_or(0));
        entry.read_to_end(&mut bytes)?;
        if (bytes.len() as u64) < size {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        note_absences(&path, &bytes, archived);
        match not_a_pointer(&path, Content { bytes, rest: None, in_head: true }) {
            Ok(content) => {
                if each(Archived::Held(ArchivedFile { path, content })).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            Err(unread) => archived.unread.push(unread),
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// Counts what is read.
struct Counted<R> {
    from: R,
    bytes: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.from.read(into)?;
        self.bytes += read as u64;
        Ok(read)
    }
}

/// What an archive of a repository leaves out without a word: submodules, and files marked `export-ignore`.
fn note_absences(path: &[u8], bytes: &[u8], archived: &mut Told) {
    let has = |word: &[u8]| bytes.windows(word.len()).any(|it| it == word);
    if path == b".gitmodules" && has(b"[submodule") {
        archived.unread.push(Unread::new(path, Why::Submodule));
    }
    let attributes = path == b".gitattributes" || path.ends_with(b"/.gitattributes");
    if attributes && has(b"export-ignore") {
        archived.unread.push(Unread::new(path, Why::KeptOutOfArchives));
    }
}

/// git writes the commit into a header for the whole archive: `52 comment=<hex>`.
fn commit_of(entry: &mut impl Read) -> Option<String> {
    let mut text = String::new();
    entry.take(4096).read_to_string(&mut text).ok()?;
    let (_, rest) = text.split_once("comment=")?;
    let commit = rest.lines().next()?.trim();
    (matches!(commit.len(), 40 | 64) && commit.bytes().all(|b| b.is_ascii_hexdigit())).then(|| commit.to_owned())
}
