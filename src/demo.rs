//! The demo: an invented app whose systems are answered on loopback from data files, so that the real probes run over
//! real HTTP. It never asks a vendor and never uses a real credential.

pub mod answers;
pub mod archive;
pub mod keys;
pub mod moments;
pub mod repository;
pub mod site;
pub mod stage;
pub mod stand_in;
pub mod story;
