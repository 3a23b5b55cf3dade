//! The questions in hand: taken in and not answered yet, and those at work: also one that nobody waits for any more works
//! until it ends. Both are bounded, so that an agent that asks faster than it reads, or asks and cancels, is slowed down
//! instead of filling the memory.

use rmcp::model::RequestId;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// How many there may be. More than an agent has at once, fewer than a flood.
pub(super) const MOST: usize = 32;

/// Those in hand.
#[derive(Debug)]
pub(super) struct Hand {
    ids: Mutex<HashSet<RequestId>>,
    freed: Notify,
    work: Arc<Semaphore>,
}

/// A question is at work as long as this is held, whoever still waits for its answer.
#[derive(Debug, Clone)]
pub(super) struct AtWork(
    #[expect(dead_code, reason = "it is held, and given back when it is dropped")] Arc<OwnedSemaphorePermit>,
);

impl Default for Hand {
    fn default() -> Self {
        Self { ids: Mutex::default(), freed: Notify::default(), work: Arc::new(Semaphore::new(MOST)) }
    }
}

impl Hand {
    /// Waits until another may be taken.
    pub async fn room(&self) {
        while self.held().len() >= MOST {
            // Whoever frees one leaves its word here, also before somebody waits for it.
            self.freed.notified().await;
        }
        // Given back at once: only the one who waits here takes them, so that there is one when a question comes.
        drop(self.work.acquire().await);
    }

    /// What a question that was taken holds while it is at work; none when too many are, which [`Self::room`] waits out.
    pub fn work(&self) -> Option<AtWork> {
        Arc::clone(&self.work).try_acquire_owned().ok().map(|permit| AtWork(Arc::new(permit)))
    }

    /// Takes one; false when one with its id is in hand.
    pub fn take(&self, id: &RequestId) -> bool {
        self.held().insert(id.clone())
    }

    /// It is answered, or nobody wants the answer any more.
    pub fn free(&self, id: &RequestId) {
        if self.held().remove(id) {
            self.freed.notify_one();
        }
    }

    fn held(&self) -> MutexGuard<'_, HashSet<RequestId>> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    #[test]
    fn there_is_room_until_the_hand_is_full_and_again_once_one_is_answered() {
        let hand = Hand::default();
        for n in 0..MOST {
            assert!(hand.room().now_or_never().is_some(), "{n}");
            assert!(hand.take(&RequestId::Number(i64::try_from(n).unwrap())));
        }
        assert!(hand.room().now_or_never().is_none());
        assert!(!hand.take(&RequestId::Number(0)), "it is in hand");
        hand.free(&RequestId::Number(99));
        assert!(hand.room().now_or_never().is_none(), "a stranger frees nothing");
        hand.free(&RequestId::Number(0));
        assert!(hand.room().now_or_never().is_some());
    }

    #[test]
    fn what_nobody_waits_for_any_more_takes_its_room_until_it_ends() {
        let hand = Hand::default();
        let mut working: Vec<AtWork> = Vec::new();
        for n in 0..MOST {
            let id = RequestId::Number(i64::try_from(n).unwrap());
            assert!(hand.room().now_or_never().is_some() && hand.take(&id), "{n}");
            working.extend(hand.work());
            hand.free(&id);
        }
        assert_eq!(working.len(), MOST);
        assert!(hand.room().now_or_never().is_none() && hand.work().is_none());
        working.pop();
        assert!(hand.room().now_or_never().is_some());
    }
}
