//! The probes of the repository's own files.

pub mod authorisation;
pub mod browser_database;
pub mod edge_functions;
pub mod env_files;
pub mod input_validation;
pub mod paid_call_limits;
pub mod rate_limits;
pub mod service_role;
pub mod usage_quota;

use super::{AnyProbe, Erased};

/// Every probe of the repository.
pub static TABLE: &[&dyn AnyProbe] = &[
    &Erased::<env_files::EnvFiles>::new(),
    &Erased::<service_role::ServiceRole>::new(),
    &Erased::<browser_database::BrowserDatabase>::new(),
    &Erased::<authorisation::Authorisation>::new(),
    &Erased::<input_validation::InputValidation>::new(),
    &Erased::<edge_functions::EdgeFunctions>::new(),
    &Erased::<rate_limits::RateLimits>::new(),
    &Erased::<paid_call_limits::PaidCallLimits>::new(),
    &Erased::<usage_quota::UsageQuota>::new(),
];
