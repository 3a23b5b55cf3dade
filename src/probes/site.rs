//! The probes of the deployed site: what any visitor's browser gets.

pub mod answers;
pub mod bundle;

use super::{AnyProbe, Erased};

/// Every probe of the site.
pub static TABLE: &[&dyn AnyProbe] = &[&Erased::<answers::Answers>::new(), &Erased::<bundle::Bundle>::new()];
