//! OpenRouter's probes: whether a key stops by itself. They never keep any part of a key.

pub mod spend_cap;

use super::{AnyProbe, Erased};

/// Every probe of OpenRouter.
pub static TABLE: &[&dyn AnyProbe] = &[&Erased::<spend_cap::SpendCap>::new()];
