//! One blob of git that is too large to be held, for a file that the disk does not have as the commit has it: built into a
//! file without a name. Everything that refs lead to is read elsewhere, all at once.

use super::body::{Body, Room, Spilled};
use super::pack::{Kind, Pack};
use super::store::Store;
use super::{NONE, Scope, open, unpack};
use crate::repo::Why;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The objects of a repository, opened for its large ones.
pub(in crate::repo) struct LargeBlobs {
    store: Store,
    room: Arc<Room>,
    /// Bytes that may be held in memory.
    held: u64,
}

impl LargeBlobs {
    /// Opens the repository at `root`. Its files without a name take at most `most` bytes at a time.
    pub fn open(root: &Path, held: u64, most: u64) -> Option<Self> {
        let opened = open::open(root, Scope::Head).ok()?;
        let store = Store::open(&opened.objects, &opened.bounds, 1, &mut Vec::new());
        Some(Self { store, room: Room::new(most), held })
    }

    /// The blob in a file without a name, which stands at its beginning.
    pub fn read(&self, blob: &[u8]) -> Result<File, Why> {
        let id = blob.first_chunk().ok_or(Why::MissingObject)?;
        let object = self.store.number(id).ok_or(Why::MissingObject)?;
        // Nobody can stop one blob; it is bounded by the room.
        let stop = AtomicBool::new(false);
        let packed = self.store.packs.iter().find_map(|pack| Some((pack, pack.entry_of(object)?)));
        let spilled = if let Some((pack, at)) = packed {
            self.unpacked(pack, at, &stop)?
        } else {
            let (kind, mut content) = unpack::loose_content(&self.store, object).ok_or(Why::Damaged)?;
            if kind != Kind::Blob {
                return Err(Why::Damaged);
            }
            Spilled::of(&mut content, &self.room, &stop)?
        };
        let mut file = spilled.file().map_err(|_| Why::NoRoom)?;
        file.seek(SeekFrom::Start(0)).map_err(|_| Why::NoRoom)?;
        Ok(file)
    }

    /// Builds an entry from the one at the bottom on.
    fn unpacked(&self, pack: &Pack, at: u32, stop: &AtomicBool) -> Result<Spilled, Why> {
        let mut chain = vec![at];
        let mut below = pack.entries.get(at as usize).filter(|it| it.kind == Kind::Blob).ok_or(Why::Damaged)?.base;
        while let Some(entry) = pack.entries.get(below as usize).filter(|_| below != NONE) {
            chain.push(below);
            below = entry.base;
        }
        let mut body: Option<Body> = None;
        while let Some(next) = chain.pop() {
            if chain.is_empty() {
                return Spilled::of(&mut unpack::source(pack, next, body.as_ref())?.0, &self.room, stop);
            }
            body = Some(self.built(pack, next, body.as_ref(), stop)?);
        }
        Err(Why::Damaged)
    }

    fn built(&self, pack: &Pack, at: u32, base: Option<&Body>, stop: &AtomicBool) -> Result<Body, Why> {
        let (mut source, size) = unpack::source(pack, at, base)?;
        if size > self.held {
            return Ok(Body::Spilled(Spilled::of(&mut source, &self.room, stop)?));
        }
        let mut bytes = Vec::new();
        source.take(self.held.saturating_add(1)).read_to_end(&mut bytes).map_err(|_| Why::Damaged)?;
        Ok(Body::Held(bytes))
    }
}
