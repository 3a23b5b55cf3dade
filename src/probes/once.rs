//! What several probes of one run need is looked at once: the first asker looks, the others wait for what it sees. Nothing
//! outlives the run.

use crate::domain::Gap;
use std::any::Any;
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;

/// The looks of one run, by name.
#[derive(Default)]
pub struct Once(Mutex<HashMap<&'static str, Arc<dyn Any + Send + Sync>>>);

impl Once {
    /// What is seen under that name; `look` runs only if nobody looked yet. Whoever gives up while looking leaves it to
    /// the next.
    ///
    /// # Errors
    /// The gap of the one who looked: it is everybody's.
    pub async fn get<T: Send + Sync + 'static>(
        &self,
        name: &'static str,
        look: impl Future<Output = Result<T, Gap>>,
    ) -> Result<Arc<T>, Gap> {
        let cell = {
            let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let made = || Arc::new(OnceCell::<Result<Arc<T>, Gap>>::new()) as Arc<dyn Any + Send + Sync>;
            Arc::clone(cells.entry(name).or_insert_with(made))
        };
        let cell = cell
            .downcast::<OnceCell<Result<Arc<T>, Gap>>>()
            .map_err(|_| Gap::internal(format!("two probes mean different things by `{name}`")))?;
        cell.get_or_init(|| async { look.await.map(Arc::new) }).await.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::GapKind;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn ten_askers_look_once() {
        let (once, looks) = (Arc::new(Once::default()), Arc::new(AtomicUsize::new(0)));
        let askers = (0..10).map(|_| {
            let (once, looks) = (Arc::clone(&once), Arc::clone(&looks));
            tokio::spawn(async move {
                let look = async {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    Ok(looks.fetch_add(1, Ordering::Relaxed))
                };
                *once.get("tree", look).await.unwrap()
            })
        });
        for asker in askers.collect::<Vec<_>>() {
            assert_eq!(asker.await.unwrap(), 0);
        }
        assert_eq!(looks.load(Ordering::Relaxed), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_leaves_it_to_the_next_and_a_gap_is_everybodys() {
        let once = Once::default();
        let slow = once.get("tree", std::future::pending::<Result<u8, Gap>>());
        assert!(tokio::time::timeout(Duration::from_secs(1), slow).await.is_err());
        assert_eq!(*once.get("tree", async { Ok(7_u8) }).await.unwrap(), 7);
        let gap = once.get("other", async { Err::<u8, _>(Gap::internal("gone")) }).await.unwrap_err();
        assert_eq!(once.get("other", async { Ok(1_u8) }).await.unwrap_err(), gap);
        assert_eq!(once.get("tree", async { Ok("text") }).await.unwrap_err().kind, GapKind::Internal);
    }
}
