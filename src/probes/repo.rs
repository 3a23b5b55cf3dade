//! The probes of the repository's own files.

pub mod env_files;
pub mod service_role;

use super::{AnyProbe, Erased};

/// Every probe of the repository.
pub static TABLE: &[&dyn AnyProbe] = &[&Erased::<env_files::EnvFiles>::new(), &Erased::<service_role::ServiceRole>::new()];
