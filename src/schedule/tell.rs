//! Telling somebody that something was lost, or that a run could not happen: words, forms and the engineer's own senders.
//! A message goes only where the configuration says, carries no client's credential and no secret, masked or not.

pub mod desktop;
pub mod draft;
pub mod mail;
pub mod message;
pub mod news;
pub mod patience;
pub mod plain;
pub mod route;
pub mod webhook;
pub mod words;

#[cfg(test)]
mod tests;

pub use message::Message;
pub use news::{CannotRun, LastSeen, News, Point};
pub use patience::{Again, Delivery, Failure, Patience};
pub use route::{Messenger, Route};
