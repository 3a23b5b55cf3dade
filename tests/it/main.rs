//! The one integration binary: the house's rules, the real program, the vendors' contracts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::format_push_string,
    reason = "all of this is test code, of which clippy knows only the functions marked as tests"
)]

mod bad_input;
mod canary;
mod cli;
mod contracts;
mod credentials;
mod demo;
mod faults;
mod fleet;
mod hostile;
mod layers;
mod matrix;
mod mcp;
mod orders;
#[cfg(unix)]
mod postgres;
mod program;
mod pty;
mod readme;
mod rerun;
#[cfg(unix)]
mod schedule;
mod server;
mod snapshot;
mod tell;
mod terminal;
#[cfg(unix)]
mod thinning;
mod tidy;
mod two_processes;
mod year;
