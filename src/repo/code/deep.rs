//! A stack that bears the deepest tree that a file can hold: work that parses code runs on a thread which has it. Where the
//! system gives no such thread, it says how little there is, and nothing is parsed that could end it.

use std::cell::Cell;
use std::thread::{Builder, scope};

/// Stack that a byte of source may take, whatever is written. Measured over fifty forms of nesting without brackets, such
/// as `!!!!`, `a=>a=>`, `A<A<A<`, `<a><a>`: the parser took at most 1.5 KiB a byte unoptimised, and 0.5 KiB optimised; the
/// rest is for what reads the tree.
const PER_BYTE: usize = 4 << 10;

/// Stacks that are asked for, the largest first: addresses only, since a page is had when it is touched. The first bears
/// 600 KiB, which is more than any file of code that is read.
const STACKS: [usize; 3] = [2_560 << 20, 256 << 20, 32 << 20];

thread_local! {
    /// Stack of this thread, in bytes, when it was made here.
    static STACK: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Runs `work` on a thread whose stack bears what [`is_borne`] says; in place when this is such a thread already.
pub fn deep<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    if STACK.get().is_some() {
        return work();
    }
    let mut work = Some(work);
    for stack in STACKS {
        let done = scope(|scope| {
            let work = &mut work;
            let run = move || {
                STACK.set(Some(stack));
                work.take().map(|work| work())
            };
            let thread = Builder::new().name("code".to_owned()).stack_size(stack).spawn_scoped(scope, run).ok()?;
            Some(thread.join())
        });
        match done {
            Some(Ok(Some(done))) => return done,
            Some(Err(panic)) => std::panic::resume_unwind(panic),
            Some(Ok(None)) | None => {}
        }
    }
    unborne(work)
}

/// No thread could be had: the work runs here, and parses nothing.
fn unborne<T>(work: Option<impl FnOnce() -> T>) -> T {
    STACK.set(Some(0));
    let done = work.map(|work| work());
    STACK.set(None);
    match done {
        Some(done) => done,
        None => unreachable!("the work is taken only by a thread that runs it to its end or panics"),
    }
}

/// Whether the stack of this thread bears the tree of a text that long.
pub fn is_borne(bytes: usize) -> bool {
    STACK.get().is_some_and(|stack| bytes.saturating_mul(PER_BYTE) <= stack)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_thread_made_here_bears_anything() {
        assert!(!is_borne(1));
        assert!(deep(|| is_borne(600 << 10)));
        assert!(!deep(|| is_borne(2 << 20)));
        assert_eq!(deep(|| deep(|| 7)), 7);
    }

    #[test]
    fn a_panic_is_handed_on() {
        let caught = std::panic::catch_unwind(|| deep(|| assert_eq!(1, 2)));
        assert!(caught.is_err());
    }

    #[test]
    fn without_a_thread_nothing_is_borne() {
        assert!(!unborne(Some(|| is_borne(1))));
        assert!(!is_borne(1));
    }
}
