//! The probes of the repository's own files.

pub mod architecture;
pub mod authorisation;
pub mod automatic_migrations;
pub mod background_jobs;
pub mod browser_database;
pub mod business_rules;
pub mod cached_reads;
pub mod ci_steps;
pub mod critical_advisories;
pub mod critical_tests;
pub mod dependencies;
pub mod edge_functions;
pub mod env_files;
pub mod error_pages;
pub mod error_tracking;
pub mod foreign_key_indexes;
pub mod incident_playbook;
pub mod indexed_filters;
pub mod input_validation;
pub mod migrations;
pub mod outbound_timeouts;
pub mod paid_call_limits;
pub mod payment_integrity;
pub mod pooled_connections;
pub mod public_secrets;
pub mod rate_limits;
pub mod restore_runbook;
pub mod reversible_migrations;
pub mod row_level_security;
pub mod runbooks;
pub mod secret_scan_in_ci;
pub mod service_role;
pub mod staged_migrations;
pub mod structured_logs;
pub mod swallowed_errors;
pub mod systems_inventory;
pub mod usage_quota;

use super::{AnyProbe, Erased};

/// Every probe of the repository.
pub static TABLE: &[&dyn AnyProbe] = &[
    &Erased::<architecture::Architecture>::new(),
    &Erased::<authorisation::Authorisation>::new(),
    &Erased::<automatic_migrations::AutomaticMigrations>::new(),
    &Erased::<background_jobs::BackgroundJobs>::new(),
    &Erased::<browser_database::BrowserDatabase>::new(),
    &Erased::<business_rules::BusinessRules>::new(),
    &Erased::<cached_reads::CachedReads>::new(),
    &Erased::<ci_steps::CiSteps>::new(),
    &Erased::<critical_advisories::CriticalAdvisories>::new(),
    &Erased::<critical_tests::CriticalTests>::new(),
    &Erased::<dependencies::Dependencies>::new(),
    &Erased::<edge_functions::EdgeFunctions>::new(),
    &Erased::<env_files::EnvFiles>::new(),
    &Erased::<error_pages::ErrorPages>::new(),
    &Erased::<error_tracking::ErrorTracking>::new(),
    &Erased::<foreign_key_indexes::ForeignKeyIndexes>::new(),
    &Erased::<incident_playbook::IncidentPlaybook>::new(),
    &Erased::<indexed_filters::IndexedFilters>::new(),
    &Erased::<input_validation::InputValidation>::new(),
    &Erased::<migrations::Migrations>::new(),
    &Erased::<outbound_timeouts::OutboundTimeouts>::new(),
    &Erased::<paid_call_limits::PaidCallLimits>::new(),
    &Erased::<payment_integrity::PaymentIntegrity>::new(),
    &Erased::<pooled_connections::PooledConnections>::new(),
    &Erased::<public_secrets::PublicSecrets>::new(),
    &Erased::<rate_limits::RateLimits>::new(),
    &Erased::<restore_runbook::RestoreRunbook>::new(),
    &Erased::<reversible_migrations::ReversibleMigrations>::new(),
    &Erased::<row_level_security::RowLevelSecurity>::new(),
    &Erased::<runbooks::Runbooks>::new(),
    &Erased::<secret_scan_in_ci::SecretScanInCi>::new(),
    &Erased::<service_role::ServiceRole>::new(),
    &Erased::<staged_migrations::StagedMigrations>::new(),
    &Erased::<structured_logs::StructuredLogs>::new(),
    &Erased::<swallowed_errors::SwallowedErrors>::new(),
    &Erased::<systems_inventory::SystemsInventory>::new(),
    &Erased::<usage_quota::UsageQuota>::new(),
];
