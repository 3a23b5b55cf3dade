//! The probes of the secret scanner.

pub mod tree;

use super::{AnyProbe, Erased};

/// Every probe of the scanner.
pub static TABLE: &[&dyn AnyProbe] = &[&Erased::<tree::Tree>::new()];
