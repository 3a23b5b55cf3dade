//! What happens without a person at the terminal: what is due and when, where a timer is written down on this machine, and who
//! is told. It computes from what it is handed and reads no clock; it asks no client's system, and only `tell` sends anything.

pub mod due;
pub mod install;
pub mod lane;
pub mod marks;
pub mod reason;
pub mod standing;
pub mod tell;
pub mod trial;
pub mod workflow;

pub use due::{Due, Short, Turn};
pub use lane::{Seat, Waits};
pub use marks::{Marks, Watch};
pub use reason::{Because, Reason};
