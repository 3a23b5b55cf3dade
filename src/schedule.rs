//! What is to be done without anybody asking for it, and when. It computes from facts that it is handed; it asks no system
//! and keeps nothing.

pub mod due;
pub mod lane;
pub mod marks;
pub mod reason;

pub use due::{Due, Short, Turn};
pub use marks::{Marks, Watch};
pub use reason::{Because, Reason};
