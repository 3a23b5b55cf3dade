//! The questions in hand: taken in and not answered yet. Their number is bounded, so that an agent that asks faster than it
//! reads is slowed down instead of filling the memory.

use rmcp::model::RequestId;
use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// How many there may be. More than an agent has at once, fewer than a flood.
pub(super) const MOST: usize = 32;

/// Those in hand.
#[derive(Debug, Default)]
pub(super) struct Hand {
    ids: Mutex<HashSet<RequestId>>,
    freed: Notify,
}

impl Hand {
    /// Waits until another may be taken.
    pub async fn room(&self) {
        while self.held().len() >= MOST {
            // Whoever frees one leaves its word here, also before somebody waits for it.
            self.freed.notified().await;
        }
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
}
