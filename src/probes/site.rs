//! The probes of the deployed site: what any visitor's browser gets.

pub mod bundle;

use super::{AnyProbe, Erased};

/// Every probe of the site.
pub static TABLE: &[&dyn AnyProbe] = &[&Erased::<bundle::Bundle>::new()];
