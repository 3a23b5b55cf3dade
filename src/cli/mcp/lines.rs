//! Messages as they come in: one a line, each bounded. A line that is too long is passed over and told, never held.

use std::mem;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};

/// Bytes that a message may have: far more than any question here needs.
pub(super) const MOST_BYTES: usize = 1 << 20;

/// What came in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A line without its end. The last one may lack it.
    Whole(Vec<u8>),
    /// More bytes than a message may have; they are gone.
    TooLong,
    /// Nothing more comes.
    Over,
}

/// The lines of an input.
pub(super) struct Lines<R> {
    read: BufReader<R>,
    held: Vec<u8>,
    /// The rest of a line that was too long is passed over.
    is_passing: bool,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub fn of(read: R) -> Self {
        Self { read: BufReader::new(read), held: Vec::new(), is_passing: false }
    }

    /// The next line. May be dropped while it waits: what came in by then is kept for the next call.
    pub async fn next(&mut self) -> Line {
        loop {
            let arrived = match self.read.fill_buf().await {
                Ok(arrived) if !arrived.is_empty() => arrived,
                // Whoever cannot be read any more is gone, too.
                _ => return self.last(),
            };
            let end = arrived.iter().position(|byte| *byte == b'\n');
            let taken = end.map_or(arrived.len(), |at| at + 1);
            let fits = self.held.len() + taken <= MOST_BYTES;
            if !self.is_passing && fits {
                self.held.extend_from_slice(arrived.get(..end.unwrap_or(taken)).unwrap_or_default());
            }
            self.read.consume(taken);
            match (self.is_passing, fits, end.is_some()) {
                (true, _, true) => self.is_passing = false,
                (true, _, false) | (false, true, false) => {}
                (false, true, true) => return Line::Whole(mem::take(&mut self.held)),
                (false, false, ended) => {
                    self.is_passing = !ended;
                    self.held = Vec::new();
                    return Line::TooLong;
                }
            }
        }
    }

    fn last(&mut self) -> Line {
        if self.held.is_empty() { Line::Over } else { Line::Whole(mem::take(&mut self.held)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn all(text: &[u8]) -> Vec<Line> {
        let mut lines = Lines::of(text);
        let mut found = Vec::new();
        loop {
            match lines.next().await {
                Line::Over => return found,
                line => found.push(line),
            }
        }
    }

    fn whole(text: &str) -> Line {
        Line::Whole(text.into())
    }

    #[tokio::test]
    async fn lines_come_whole_also_the_last_one_without_an_end() {
        assert_eq!(all(b"").await, []);
        assert_eq!(all(b"one\n\ntwo\r\nthree").await, [whole("one"), whole(""), whole("two\r"), whole("three")]);
    }

    #[tokio::test]
    async fn what_is_too_long_is_passed_over_and_the_next_line_is_heard() {
        let long = |n: usize| "x".repeat(n);
        let fits = long(MOST_BYTES - 1);
        assert_eq!(all(format!("{fits}\nb\n").as_bytes()).await, [whole(&fits), whole("b")]);
        for n in [MOST_BYTES, MOST_BYTES + 1, 3 * MOST_BYTES] {
            assert_eq!(all(format!("a\n{}\nb\n", long(n)).as_bytes()).await, [whole("a"), Line::TooLong, whole("b")], "{n}");
            assert_eq!(all(format!("a\n{}", long(n)).as_bytes()).await.first(), Some(&whole("a")), "{n} without an end");
        }
    }

    #[tokio::test]
    async fn a_wait_that_is_given_up_loses_nothing() {
        use tokio::io::AsyncWriteExt as _;
        let (mut far, near) = tokio::io::duplex(64);
        let mut lines = Lines::of(near);
        far.write_all(b"first ha").await.unwrap();
        assert!(futures_util::FutureExt::now_or_never(lines.next()).is_none(), "it is no line yet");
        far.write_all(b"lf\nsecond\n").await.unwrap();
        drop(far);
        assert_eq!((lines.next().await, lines.next().await), (whole("first half"), whole("second")));
        assert_eq!(lines.next().await, Line::Over);
    }
}
