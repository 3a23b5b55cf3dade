//! When a look ends: at its moment, or because somebody stopped it. Nobody waits for an answer beyond that, and what came
//! until then is kept.

use super::plan::LONGEST;
use std::future::Future;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

/// Why what was not asked yet was not seen.
pub(super) const BEFORE: &str = "the look ended before";

/// Why it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    Stopped,
    Late,
}

impl Over {
    /// Why the look was not whole.
    pub fn why(self) -> String {
        match self {
            Self::Stopped => "the look was stopped before".to_owned(),
            Self::Late => format!("the {} s for this look were over", LONGEST.as_secs()),
        }
    }
}

/// The end of one look.
#[derive(Debug, Clone)]
pub(super) struct End {
    pub at: Instant,
    pub stop: CancellationToken,
}

impl End {
    /// What the work gives, unless the look is over first.
    ///
    /// # Errors
    /// It is.
    pub async fn unless_over<T>(&self, work: impl Future<Output = T>) -> Result<T, Over> {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Err(Over::Stopped),
            () = sleep_until(self.at) => Err(Over::Late),
            it = work => Ok(it),
        }
    }
}
