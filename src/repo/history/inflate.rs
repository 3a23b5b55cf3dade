//! Undoes git's compression. Never gives more bytes than were announced.

use flate2::{Decompress, FlushDecompress, Status};

/// The state of a decompressor, used again for each object.
pub(super) struct Inflater(Decompress);

impl Inflater {
    pub(super) fn new() -> Self {
        Self(Decompress::new(true))
    }

    /// Inflates the stream at the start of `from`, which holds exactly `size` bytes, into `into`. None: it is damaged.
    pub(super) fn whole(&mut self, from: &[u8], size: usize, into: &mut Vec<u8>) -> Option<()> {
        self.0.reset(true);
        into.clear();
        // A little room to spare, so that a stream that holds more is told apart.
        into.reserve(size.checked_add(16)?);
        match self.0.decompress_vec(from, into, FlushDecompress::Finish) {
            Ok(Status::StreamEnd) if into.len() == size => Some(()),
            _ => None,
        }
    }

    /// Inflates at most `most` bytes from the start of the stream at the start of `from`. None: it is damaged there.
    pub(super) fn start(&mut self, from: &[u8], most: usize, into: &mut Vec<u8>) -> Option<()> {
        self.0.reset(true);
        let mut room = vec![0; most];
        let status = self.0.decompress(from, &mut room, FlushDecompress::None).ok()?;
        let length = usize::try_from(self.0.total_out()).ok()?.min(most);
        into.clear();
        into.extend_from_slice(room.get(..length)?);
        (status == Status::StreamEnd || length > 0).then_some(())
    }
}
