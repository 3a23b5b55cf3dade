//! The weekly rerun as a timer sees it: where it is written down on this machine, how it stands, and what a team's
//! runner needs for it. It asks no vendor, and reads no clock.

pub mod install;
pub mod standing;
pub mod trial;
pub mod workflow;
