//! What files, environment and flags say, and what it means: read once at the start, handed on, never found again.

pub mod endpoints;
pub mod environment;
pub mod paths;
pub mod private;
pub mod program;
pub mod settled;
pub mod tell;
pub mod written;

pub use endpoints::Endpoints;
pub use environment::Environment;
pub use paths::Paths;
pub use settled::{Configuration, TokenCommands, Ui};
pub use written::{ConfigError, Theme};
