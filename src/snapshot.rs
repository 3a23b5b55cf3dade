//! The founder's snapshot: one page that is true, frozen. It is handed facts and gives pages; it opens no store, reads no
//! clock and shows nothing that `build` did not let through.

pub mod build;
pub mod html;
pub mod model;
pub mod seal;
pub mod words;

#[cfg(test)]
pub(crate) mod testing;

pub use build::{Request, Sharing, build};
pub use model::{Audience, Page};
pub use seal::Record;
pub use words::Words;

#[cfg(test)]
mod tests;
