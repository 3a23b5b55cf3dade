//! How far a scan is, for whoever waits for it: counted by the scanner's threads, read by another. Decides nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counters that all clones share. What it says is for people: coverage is counted elsewhere.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    expected: AtomicU64,
    blobs: AtomicU64,
    bytes: AtomicU64,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SoFar {
    /// Blobs or files that are known to be there; 0 as long as nobody knows.
    pub expected: u64,
    pub blobs: u64,
    pub bytes: u64,
}

impl Progress {
    /// So many more blobs will be looked at.
    pub fn expect(&self, blobs: usize) {
        self.0.expected.fetch_add(blobs as u64, Ordering::Relaxed);
    }

    /// One more was looked at, of so many bytes.
    pub fn saw(&self, bytes: usize) {
        self.0.blobs.fetch_add(1, Ordering::Relaxed);
        self.0.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// What was counted until now.
    #[must_use]
    pub fn so_far(&self) -> SoFar {
        let read = |it: &AtomicU64| it.load(Ordering::Relaxed);
        SoFar { expected: read(&self.0.expected), blobs: read(&self.0.blobs), bytes: read(&self.0.bytes) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_count_together() {
        let progress = Progress::default();
        progress.clone().expect(3);
        progress.clone().saw(10);
        progress.saw(5);
        assert_eq!(progress.so_far(), SoFar { expected: 3, blobs: 2, bytes: 15 });
    }
}
