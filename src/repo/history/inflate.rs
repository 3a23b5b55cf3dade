//! Undoes git's compression. Never gives more bytes than were announced.

use std::io::{Error, ErrorKind, Read};
use zlib_rs::{Inflate, InflateFlush, Status};

/// The state of a decompressor, used again for each object.
pub(super) struct Inflater(Inflate);

/// The largest window that zlib has, as its logarithm.
const WINDOW: u8 = 15;

/// Bytes that one compressed byte can become; the format allows 1032.
const MOST_RATIO: usize = 1040;

impl Inflater {
    pub(super) fn new() -> Self {
        Self(Inflate::new(true, WINDOW))
    }

    /// Inflates the stream at the start of `from`, which holds exactly `size` bytes, into `into`. None: it is damaged.
    pub(super) fn whole(&mut self, from: &[u8], size: usize, into: &mut Vec<u8>) -> Option<()> {
        // A header that says more than its stream can hold is not given room for it.
        if size / MOST_RATIO > from.len() {
            return None;
        }
        self.0.reset(true);
        // A byte to spare, so that a stream that holds more is told apart. What the buffer had is written over, not cleared.
        into.resize(size.checked_add(1)?, 0);
        match self.0.decompress(from, into, InflateFlush::Finish) {
            Ok(Status::StreamEnd) if self.0.total_out() == size as u64 => {
                into.truncate(size);
                Some(())
            }
            _ => None,
        }
    }

    /// Inflates at most `most` bytes from the start of the stream at the start of `from`. None: it is damaged there.
    pub(super) fn start(&mut self, from: &[u8], most: usize, into: &mut Vec<u8>) -> Option<()> {
        self.0.reset(true);
        into.resize(most, 0);
        let status = self.0.decompress(from, into, InflateFlush::NoFlush).ok()?;
        let length = usize::try_from(self.0.total_out()).ok()?;
        into.truncate(length);
        (status == Status::StreamEnd || length > 0).then_some(())
    }
}

/// Inflates a stream piece by piece, for what is too large to hold.
pub(super) struct Stream<R> {
    inflate: Inflate,
    from: R,
    buffer: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<R: Read> Stream<R> {
    pub(super) fn new(from: R) -> Self {
        Self { inflate: Inflate::new(true, WINDOW), from, buffer: Vec::new(), at: 0, ended: false }
    }
}

impl<R: Read> Read for Stream<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        while !self.ended && !into.is_empty() {
            if self.at == self.buffer.len() {
                self.buffer.clear();
                self.at = 0;
                if self.from.by_ref().take(1 << 16).read_to_end(&mut self.buffer)? == 0 {
                    return Err(ErrorKind::UnexpectedEof.into());
                }
            }
            let (before_in, before_out) = (self.inflate.total_in(), self.inflate.total_out());
            let rest = self.buffer.get(self.at..).unwrap_or_default();
            let status = self.inflate.decompress(rest, into, InflateFlush::NoFlush);
            let status = status.map_err(|_| Error::from(ErrorKind::InvalidData))?;
            let taken = usize::try_from(self.inflate.total_in() - before_in).unwrap_or(0);
            let given = usize::try_from(self.inflate.total_out() - before_out).unwrap_or(0);
            self.at += taken;
            self.ended = status == Status::StreamEnd;
            if given > 0 {
                return Ok(given);
            }
            if taken == 0 && !self.ended {
                return Err(ErrorKind::InvalidData.into());
            }
        }
        Ok(0)
    }
}
