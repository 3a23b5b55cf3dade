//! The letter to the client: everything that is needed from them, what helps most at the top, and the same as a short
//! reminder. It is handed facts and what is known of the keys; it asks nobody, stores nothing and never names a key's value.

pub mod build;
mod counts;
pub mod html;
pub mod markdown;
pub mod model;
mod parts;
mod rights;
#[cfg(test)]
mod tests;
mod tokens;
pub mod words;

pub use build::{Request, build};
pub use model::{Ask, Block, KeyState, Letter, Needs, What};
pub use words::LetterWords;
