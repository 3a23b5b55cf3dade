//! When the system asks the program to end: at a shutdown, at the end of a session, by a timer's own limit. What is under way
//! is then stopped as by an interrupt, in order, and whoever has no time left any more can ask here. It ends nothing itself.

use tokio_util::sync::CancellationToken;

/// Hears SIGTERM from now on.
#[derive(Debug, Clone)]
pub struct Ending {
    told: CancellationToken,
}

impl Ending {
    /// Stops what `stop` stops once the system asks for the end. Only for commands that heed `stop`: for the others the signal
    /// stays what it is. Has to be called inside a runtime; where no signal can be heard nothing is.
    #[must_use]
    pub fn heard_by(stop: &CancellationToken) -> Self {
        let told = CancellationToken::new();
        #[cfg(unix)]
        if let Ok(mut term) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            let (stop, told) = (stop.clone(), told.clone());
            tokio::spawn(async move {
                if term.recv().await.is_some() {
                    told.cancel();
                    stop.cancel();
                }
            });
        }
        #[cfg(not(unix))]
        let _ = stop;
        Self { told }
    }

    /// Whether the system asked for it.
    #[must_use]
    pub fn came(&self) -> bool {
        self.told.is_cancelled()
    }

    /// Does this unless the system asks for the end before it is done: then it is dropped where it stands.
    pub async fn or<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.told.cancelled() => None,
            done = work => Some(done),
        }
    }
}
