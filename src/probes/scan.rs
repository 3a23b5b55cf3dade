//! The probes of the secret scanner.

pub mod exposure_window;
pub mod history;
pub mod tree;

use super::{AnyProbe, Erased};

/// Every probe of the scanner.
pub static TABLE: &[&dyn AnyProbe] =
    &[&Erased::<tree::Tree>::new(), &Erased::<history::History>::new(), &Erased::<exposure_window::ExposureWindow>::new()];
