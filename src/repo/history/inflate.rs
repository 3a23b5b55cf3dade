//! Undoes git's compression. Never gives more bytes than were announced.

use zlib_rs::{Inflate, InflateFlush, Status};

/// The state of a decompressor, used again for each object.
pub(super) struct Inflater(Inflate);

/// The largest window that zlib has, as its logarithm.
const WINDOW: u8 = 15;

impl Inflater {
    pub(super) fn new() -> Self {
        Self(Inflate::new(true, WINDOW))
    }

    /// Inflates the stream at the start of `from`, which holds exactly `size` bytes, into `into`. None: it is damaged.
    pub(super) fn whole(&mut self, from: &[u8], size: usize, into: &mut Vec<u8>) -> Option<()> {
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
