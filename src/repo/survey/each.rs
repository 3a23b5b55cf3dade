//! The same work on many things, on as many threads as there are cores, with the results in the order of the things. It holds
//! no more than it is given.

use crate::repo::code::deep::deep;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many things are worked on before their results are put together, so that texts do not pile up.
pub(super) const FEW: usize = 512;

/// Most threads: reading is bound by the disk beyond them.
const MOST_THREADS: usize = 8;

/// Does `work` with every thing. Each thread makes a tool of its own.
pub(super) fn each<T: Sync, K, R: Send>(
    things: &[T],
    tool: impl Fn() -> K + Sync,
    work: impl Fn(&mut K, &T) -> R + Sync,
) -> Vec<R> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = cores.min(MOST_THREADS).min(things.len());
    if threads < 2 {
        let mut tool = tool();
        return things.iter().map(|it| work(&mut tool, it)).collect();
    }
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::with_capacity(things.len()));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                // What is worked on may be code of any depth: one deep stack for all of a thread's things.
                let mut own = deep(|| {
                    let mut tool = tool();
                    let mut own = Vec::new();
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let Some(thing) = things.get(at) else { break };
                        own.push((at, work(&mut tool, thing)));
                    }
                    own
                });
                // A thread that panics poisons nothing that is half done: results are whole.
                done.lock().unwrap_or_else(std::sync::PoisonError::into_inner).append(&mut own);
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, it)| it).collect()
}

#[cfg(test)]
mod tests {
    use super::each;

    #[test]
    fn the_order_is_kept() {
        let things: Vec<usize> = (0..2_000).collect();
        let doubled = each(&things, || 2, |two, it| it * *two);
        assert_eq!(doubled, things.iter().map(|it| it * 2).collect::<Vec<_>>());
        assert_eq!(each::<usize, _, usize>(&[], || (), |(), it| *it), Vec::<usize>::new());
    }
}
