//! The one place that reads the clock. Everything else is handed a [`Clock`] or a moment.

use chrono::{DateTime, Utc};
use std::sync::Arc;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now, in UTC.
    fn now(&self) -> DateTime<Utc>;
}

/// A clock that several owners read.
pub type SharedClock = Arc<dyn Clock>;

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one named place")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// A clock that stands at a moment and moves when told to: for tests and for the demo's story.
#[derive(Debug)]
pub struct SetClock(std::sync::Mutex<DateTime<Utc>>);

impl SetClock {
    /// A clock that stands at `moment`.
    #[must_use]
    pub fn at(moment: DateTime<Utc>) -> Arc<Self> {
        Arc::new(Self(std::sync::Mutex::new(moment)))
    }

    /// Puts the clock to `moment`, forwards or back.
    pub fn set(&self, moment: DateTime<Utc>) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = moment;
    }
}

impl Clock for SetClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
