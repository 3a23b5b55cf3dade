//! `rescue` takes AI-built apps from prototype to production in six weeks, and never calls unseen safe.
//!
//! The house in prose: `domain` has the words and the laws; `checklist` loads the work; `store` keeps facts;
//! `net` is the one way out, `systems` speak to vendors through it, `repo` and `scan` read a repository, `probes` judge
//! what was seen; `engine` runs them; `snapshot`, `letter` and `orders` are what others read; `look` is what a stranger sees
//! of a site before there is a client; `schedule` is what happens without a person: when, by which timer, and whom to tell;
//! `desk` is where console (`tui`) and commands (`cli`) do the same things the same way; `demo` plays an invented client on
//! loopback. ARCHITECTURE.md has the map.

pub mod checklist;
pub mod cli;
pub mod clock;
pub mod config;
pub mod credentials;
pub mod demo;
pub mod desk;
pub mod domain;
pub mod engine;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
pub mod letter;
pub mod log;
pub mod look;
pub mod net;
pub mod orders;
pub mod probes;
pub mod repo;
pub mod scan;
pub mod schedule;
pub mod snapshot;
pub mod store;
pub mod systems;
pub mod trouble;
pub mod tui;
pub mod words;
