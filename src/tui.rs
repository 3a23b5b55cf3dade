//! The console. Messages come in, `State::update` answers with effects, `draw` shows the state; nothing here asks a system
//! or opens the database. The loop is [`serve()`]; the terminal is taken and given back in [`terminal`].

#![expect(clippy::similar_names, reason = "word, world, words, row and rows are the words of this room")]

pub mod action;
pub mod draw;
pub mod effect;
pub mod key;
pub mod keymap;
pub mod live;
pub mod message;
pub mod open;
pub mod pages;
pub mod perform;
pub mod popups;
pub mod rerun;
#[doc(hidden)]
pub mod sample;
pub mod screens;
pub mod serve;
pub mod state;
pub mod terminal;
pub mod text;
pub mod theme;
pub mod widgets;
pub mod world;

pub use draw::draw;
pub use effect::Effect;
pub use keymap::{Keymap, KeysError};
pub use message::Message;
pub use open::{open, open_demo};
pub use serve::{Leave, serve};
pub use state::State;
pub use theme::Look;

#[cfg(test)]
mod tests;
