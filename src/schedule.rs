//! The weekly rerun: what is due without anybody asking for it, when, and where a timer for it is written down on this machine.
//! It computes from what it is handed; it asks no system, and reads no clock.

pub mod due;
pub mod install;
pub mod lane;
pub mod marks;
pub mod reason;
pub mod standing;
pub mod trial;
pub mod workflow;

pub use due::{Due, Short, Turn};
pub use marks::{Marks, Watch};
pub use reason::{Because, Reason};
