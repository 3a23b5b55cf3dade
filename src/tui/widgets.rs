//! The few building blocks that all screens are made of.

pub mod form;
pub mod listing;
pub mod meter;
pub mod prose;
