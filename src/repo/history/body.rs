//! The bytes of an object that others build upon: in memory, or in a file without a name where they are too many for it.
//! The file is this user's only, lies in no directory, and is gone when the value is, or the program ends in whatever way.

use super::pack::read_at;
use crate::repo::Why;
use std::fs::File;
use std::io::{BufRead, Error, ErrorKind, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use zeroize::Zeroizing;

/// Bytes that files without a name may have at a time, all together.
pub(in crate::repo) struct Room {
    used: AtomicU64,
    most: u64,
}

impl Room {
    pub fn new(most: u64) -> Arc<Self> {
        Arc::new(Self { used: AtomicU64::new(0), most })
    }

    fn take(&self, bytes: u64) -> bool {
        self.used.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes) <= self.most
    }
}

/// What is too large to be held.
pub(in crate::repo) struct Spilled {
    file: File,
    length: u64,
    room: Arc<Room>,
}

impl Drop for Spilled {
    fn drop(&mut self) {
        self.room.used.fetch_sub(self.length, Ordering::Relaxed);
    }
}

/// Bytes copied at once.
const PIECE: usize = 1 << 20;

impl Spilled {
    /// Copies all that `from` gives into a file without a name.
    ///
    /// # Errors
    /// [`Why::NoRoom`] where no such file can be made or grow, else [`Why::Damaged`]: `from` cannot be read to its end.
    pub fn of(from: &mut dyn Read, room: &Arc<Room>, stop: &AtomicBool) -> Result<Self, Why> {
        let file = nameless().map_err(|_| Why::NoRoom)?;
        let mut spilled = Self { file, length: 0, room: Arc::clone(room) };
        let mut piece = Zeroizing::new(Vec::with_capacity(PIECE));
        loop {
            if stop.load(Ordering::Relaxed) {
                return Err(Why::Unreadable);
            }
            piece.clear();
            from.take(PIECE as u64).read_to_end(&mut piece).map_err(|_| Why::Damaged)?;
            if piece.is_empty() {
                return Ok(spilled);
            }
            spilled.length += piece.len() as u64;
            if !room.take(piece.len() as u64) || spilled.file.write_all(&piece).is_err() {
                return Err(Why::NoRoom);
            }
        }
    }

    /// Its file, to be read from wherever the caller goes in it.
    pub fn file(&self) -> std::io::Result<File> {
        self.file.try_clone()
    }

    pub fn len(&self) -> u64 {
        self.length
    }

    /// Reads it from its beginning.
    pub fn reading(&self) -> impl Read {
        Reading { of: self, at: 0 }
    }
}

struct Reading<'s> {
    of: &'s Spilled,
    at: u64,
}

impl Read for Reading<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let into = front(into, self.of.length - self.at);
        read_at(&self.of.file, into, self.at)?;
        self.at += into.len() as u64;
        Ok(into.len())
    }
}

/// Where the directory for temporary files is memory, as on many Linux systems, this one is not.
const ON_DISK: &str = "/var/tmp";

fn nameless() -> std::io::Result<File> {
    let on_disk = (cfg!(unix) && Path::new(ON_DISK).is_dir()).then(|| tempfile::tempfile_in(ON_DISK));
    on_disk.and_then(Result::ok).map_or_else(tempfile::tempfile, Ok)
}

fn front(bytes: &mut [u8], most: u64) -> &mut [u8] {
    let length = bytes.len().min(usize::try_from(most).unwrap_or(usize::MAX));
    bytes.get_mut(..length).unwrap_or_default()
}

/// The bytes of an object.
pub(super) enum Body {
    Held(Vec<u8>),
    Spilled(Spilled),
}

impl Body {
    fn len(&self) -> u64 {
        match self {
            Self::Held(bytes) => bytes.len() as u64,
            Self::Spilled(spilled) => spilled.length,
        }
    }

    fn read_at(&self, into: &mut [u8], offset: u64) -> std::io::Result<()> {
        match self {
            Self::Held(bytes) => {
                let from = usize::try_from(offset).ok().and_then(|from| bytes.get(from..from.checked_add(into.len())?));
                into.copy_from_slice(from.ok_or(ErrorKind::InvalidData)?);
                Ok(())
            }
            Self::Spilled(spilled) if offset.checked_add(into.len() as u64).is_some_and(|end| end <= spilled.length) => {
                read_at(&spilled.file, into, offset)
            }
            Self::Spilled(_) => Err(ErrorKind::InvalidData.into()),
        }
    }
}

/// What a delta makes of a body, piece by piece: neither the delta nor its result is held.
pub(super) struct Applied<'b, D> {
    base: &'b Body,
    delta: D,
    /// Bytes of the result that are still to come.
    left: u64,
    step: Step,
}

enum Step {
    Next,
    Copy { at: u64, left: u64 },
    New { left: u64 },
}

impl<'b, D: BufRead> Applied<'b, D> {
    /// Begins with the delta that `delta` gives. Gives an error where it is none upon `base`.
    pub fn new(base: &'b Body, mut delta: D) -> std::io::Result<Self> {
        let (announced, left) = (size(&mut delta)?, size(&mut delta)?);
        if announced != base.len() {
            return Err(ErrorKind::InvalidData.into());
        }
        Ok(Self { base, delta, left, step: Step::Next })
    }

    /// Bytes that are still to come, as the delta says. It gives no more, and an error where it has fewer.
    pub fn left(&self) -> u64 {
        self.left
    }

    fn next(&mut self) -> std::io::Result<Step> {
        let command = byte(&mut self.delta)?;
        let step = if command & 0x80 != 0 {
            let (mut at, mut length) = (0_u64, 0_u64);
            for bit in (0..7).filter(|bit| command & (1 << bit) != 0) {
                let byte = u64::from(byte(&mut self.delta)?);
                if bit < 4 {
                    at |= byte << (8 * bit);
                } else {
                    length |= byte << (8 * (bit - 4));
                }
            }
            Step::Copy { at, left: if length == 0 { 0x1_0000 } else { length } }
        } else {
            Step::New { left: u64::from(command) }
        };
        match step {
            Step::Copy { left, .. } | Step::New { left } if left > 0 && left <= self.left => Ok(step),
            _ => Err(ErrorKind::InvalidData.into()),
        }
    }
}

impl<D: BufRead> Read for Applied<'_, D> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        if let Step::Next = self.step {
            if self.left == 0 {
                // Whatever stands behind the last byte of the result is not part of a delta.
                return if self.delta.fill_buf()?.is_empty() { Ok(0) } else { Err(ErrorKind::InvalidData.into()) };
            }
            self.step = self.next()?;
        }
        let given = match &mut self.step {
            Step::Copy { at, left } => {
                let into = front(into, *left);
                self.base.read_at(into, *at)?;
                *at += into.len() as u64;
                *left -= into.len() as u64;
                into.len()
            }
            Step::New { left } => {
                let read = self.delta.read(front(into, *left))?;
                if read == 0 {
                    return Err(ErrorKind::UnexpectedEof.into());
                }
                *left -= read as u64;
                read
            }
            Step::Next => 0,
        };
        self.left -= given as u64;
        if let Step::Copy { left: 0, .. } | Step::New { left: 0 } = self.step {
            self.step = Step::Next;
        }
        Ok(given)
    }
}

fn byte(from: &mut impl Read) -> std::io::Result<u8> {
    let mut byte = [0];
    from.read_exact(&mut byte)?;
    Ok(u8::from_le_bytes(byte))
}

/// A size at the beginning of a delta.
fn size(from: &mut impl Read) -> std::io::Result<u64> {
    let mut value = 0_u64;
    for shift in (0..63).step_by(7) {
        let byte = byte(from)?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(Error::from(ErrorKind::InvalidData))
}

#[cfg(test)]
mod tests {
    use super::super::delta;
    use super::*;
    use proptest::prelude::*;

    fn on_disk(bytes: &[u8]) -> Spilled {
        Spilled::of(&mut &*bytes, &Room::new(u64::MAX), &AtomicBool::new(false)).unwrap()
    }

    fn applied(base: &Body, delta: &[u8]) -> Option<Vec<u8>> {
        let mut result = Vec::new();
        let mut applied = Applied::new(base, std::io::BufReader::with_capacity(3, delta)).ok()?;
        let announced = applied.left();
        applied.read_to_end(&mut result).ok()?;
        assert_eq!(result.len() as u64, announced);
        Some(result)
    }

    #[test]
    fn what_is_on_disk_is_read_back_and_gives_its_room_back() {
        let room = Room::new(3_000_000);
        let stop = AtomicBool::new(false);
        let bytes: Vec<u8> = (0..2_500_000_u32).map(|n| n.to_le_bytes()[1]).collect();
        let spilled = Spilled::of(&mut bytes.as_slice(), &room, &stop).unwrap();
        let mut read = Vec::new();
        spilled.reading().read_to_end(&mut read).unwrap();
        assert!(read == bytes && spilled.len() == 2_500_000);
        assert_eq!(Spilled::of(&mut bytes.as_slice(), &room, &stop).err(), Some(Why::NoRoom));
        drop(spilled);
        assert!(Spilled::of(&mut bytes.as_slice(), &room, &stop).is_ok());
        assert_eq!(room.used.load(Ordering::Relaxed), 0);
        assert!(Spilled::of(&mut bytes.as_slice(), &room, &AtomicBool::new(true)).is_err(), "a stop is obeyed");
    }

    proptest! {
        /// Valid deltas are rare among bytes, so their sizes and most commands are made to fit.
        #[test]
        fn piece_by_piece_is_the_same_as_at_once(
            base in proptest::collection::vec(any::<u8>(), 0..60),
            steps in proptest::collection::vec((any::<bool>(), 0_u8..60, 1_u8..20), 0..8),
            wrong in proptest::option::of((0_usize..40, any::<u8>())),
        ) {
            let (mut commands, mut length) = (Vec::new(), 0);
            for (copy, at, count) in steps {
                if copy {
                    commands.extend([0x80 | 1 | 0x10, at, count]);
                } else {
                    commands.push(count);
                    commands.extend(std::iter::repeat_n(at, usize::from(count)));
                }
                length += usize::from(count);
            }
            let varint = |value: usize| [u8::try_from(value & 0x7f).unwrap() | 0x80, u8::try_from(value >> 7).unwrap()];
            let mut delta = [varint(base.len()).as_slice(), &varint(length), &commands].concat();
            if let Some((at, byte)) = wrong && let Some(place) = delta.get_mut(at) {
                *place = byte;
            }
            let (mut whole, mut news) = (Vec::new(), Vec::new());
            let whole = delta::apply(&base, &delta, 1 << 20, &mut whole, &mut news).map(|()| whole);
            prop_assert_eq!(applied(&Body::Spilled(on_disk(&base)), &delta), whole.clone());
            prop_assert_eq!(applied(&Body::Held(base), &delta), whole);
        }
    }
}
