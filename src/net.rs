//! The one way out: read-only, paced, bounded in time, size and number. Nothing else opens a socket for HTTP
//! towards a client's systems, and nothing here can write.

pub mod call;
pub mod door;
pub mod download;
mod fault;
mod limit;
mod outside;
pub mod pace;
pub mod reply;
pub mod retry;
mod send;
pub mod service;
pub mod share;
pub mod tls;
pub mod trial;

#[cfg(test)]
mod tests;

pub use call::{ReadCall, Verb};
pub use door::{Asker, Door, Keys, Manner, Signal};
pub use download::{Downloaded, MOST_ARCHIVE};
pub use fault::{Met, Unanswered};
pub use limit::retry_after;
pub use outside::Names;
pub use pace::{Pace, manner};
pub use reply::Reply;
pub use retry::Patience;
pub use send::is_loopback;
pub use share::{Kept, Shelf};
pub use tls::{Transport, TransportError, tls, transport};
pub use trial::{KeyIn, Trial, TrialReply};
