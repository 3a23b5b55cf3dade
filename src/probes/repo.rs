//! The probes of the repository's own files.

pub mod authorisation;
pub mod automatic_migrations;
pub mod browser_database;
pub mod business_rules;
pub mod edge_functions;
pub mod env_files;
pub mod indexed_filters;
pub mod input_validation;
pub mod migrations;
pub mod paid_call_limits;
pub mod pooled_connections;
pub mod rate_limits;
pub mod reversible_migrations;
pub mod row_level_security;
pub mod service_role;
pub mod staged_migrations;
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
    &Erased::<migrations::Migrations>::new(),
    &Erased::<row_level_security::RowLevelSecurity>::new(),
    &Erased::<staged_migrations::StagedMigrations>::new(),
    &Erased::<reversible_migrations::ReversibleMigrations>::new(),
    &Erased::<automatic_migrations::AutomaticMigrations>::new(),
    &Erased::<pooled_connections::PooledConnections>::new(),
    &Erased::<indexed_filters::IndexedFilters>::new(),
    &Erased::<business_rules::BusinessRules>::new(),
];
