//! The probes of the repository's own files.

pub mod automatic_migrations;
pub mod background_jobs;
pub mod business_rules;
pub mod cached_reads;
pub mod env_files;
pub mod error_pages;
pub mod error_tracking;
pub mod indexed_filters;
pub mod migrations;
pub mod outbound_timeouts;
pub mod payment_integrity;
pub mod pooled_connections;
pub mod reversible_migrations;
pub mod row_level_security;
pub mod service_role;
pub mod staged_migrations;
pub mod structured_logs;
pub mod swallowed_errors;

use super::{AnyProbe, Erased};

/// Every probe of the repository.
pub static TABLE: &[&dyn AnyProbe] = &[
    &Erased::<env_files::EnvFiles>::new(),
    &Erased::<service_role::ServiceRole>::new(),
    &Erased::<structured_logs::StructuredLogs>::new(),
    &Erased::<error_tracking::ErrorTracking>::new(),
    &Erased::<background_jobs::BackgroundJobs>::new(),
    &Erased::<cached_reads::CachedReads>::new(),
    &Erased::<error_pages::ErrorPages>::new(),
    &Erased::<swallowed_errors::SwallowedErrors>::new(),
    &Erased::<outbound_timeouts::OutboundTimeouts>::new(),
    &Erased::<payment_integrity::PaymentIntegrity>::new(),
    &Erased::<migrations::Migrations>::new(),
    &Erased::<row_level_security::RowLevelSecurity>::new(),
    &Erased::<staged_migrations::StagedMigrations>::new(),
    &Erased::<reversible_migrations::ReversibleMigrations>::new(),
    &Erased::<automatic_migrations::AutomaticMigrations>::new(),
    &Erased::<pooled_connections::PooledConnections>::new(),
    &Erased::<indexed_filters::IndexedFilters>::new(),
    &Erased::<business_rules::BusinessRules>::new(),
];
