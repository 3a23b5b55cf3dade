//! Vercel's probes: whether staging stands apart. They never ask for the value of a variable.

pub mod staging;

use super::{AnyProbe, Erased};

/// Every probe of Vercel.
pub static TABLE: &[&dyn AnyProbe] = &[&Erased::<staging::Staging>::new()];
