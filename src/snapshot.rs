//! The founder's snapshot: one page that is true, frozen. It is handed facts and gives pages; it opens no store, reads no
//! clock and shows nothing that `build` did not let through.

pub mod build;
pub mod compare;
pub mod html;
pub mod markdown;
pub mod model;
pub mod pdf;
pub mod read;
pub mod seal;
pub mod signature;
#[cfg(test)]
pub(crate) mod story_tests;
#[cfg(test)]
pub(crate) mod testing;
pub mod verify;
pub mod words;

pub use build::{Request, Sharing, build};
pub use model::{Audience, Page};
pub use seal::Record;
pub use words::Words;

#[cfg(test)]
mod tests;
