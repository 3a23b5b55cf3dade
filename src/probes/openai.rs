//! The probes that ask OpenAI, one file each, and their table.

pub mod spend_cap;

use super::{AnyProbe, Erased};

/// Every probe of OpenAI.
pub static TABLE: &[&dyn AnyProbe] = &[&Erased::<spend_cap::SpendCap>::new()];
