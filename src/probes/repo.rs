//! The probes of the repository's own files.

pub mod architecture;
pub mod automatic_migrations;
pub mod business_rules;
pub mod ci_steps;
pub mod critical_tests;
pub mod dependencies;
pub mod env_files;
pub mod incident_playbook;
pub mod indexed_filters;
pub mod migrations;
pub mod pooled_connections;
pub mod public_secrets;
pub mod restore_runbook;
pub mod reversible_migrations;
pub mod row_level_security;
pub mod runbooks;
pub mod secret_scan_in_ci;
pub mod service_role;
pub mod staged_migrations;
pub mod systems_inventory;

use super::{AnyProbe, Erased};

/// Every probe of the repository.
pub static TABLE: &[&dyn AnyProbe] = &[
    &Erased::<architecture::Architecture>::new(),
    &Erased::<automatic_migrations::AutomaticMigrations>::new(),
    &Erased::<business_rules::BusinessRules>::new(),
    &Erased::<ci_steps::CiSteps>::new(),
    &Erased::<critical_tests::CriticalTests>::new(),
    &Erased::<dependencies::Dependencies>::new(),
    &Erased::<env_files::EnvFiles>::new(),
    &Erased::<incident_playbook::IncidentPlaybook>::new(),
    &Erased::<indexed_filters::IndexedFilters>::new(),
    &Erased::<migrations::Migrations>::new(),
    &Erased::<pooled_connections::PooledConnections>::new(),
    &Erased::<public_secrets::PublicSecrets>::new(),
    &Erased::<restore_runbook::RestoreRunbook>::new(),
    &Erased::<reversible_migrations::ReversibleMigrations>::new(),
    &Erased::<row_level_security::RowLevelSecurity>::new(),
    &Erased::<runbooks::Runbooks>::new(),
    &Erased::<secret_scan_in_ci::SecretScanInCi>::new(),
    &Erased::<service_role::ServiceRole>::new(),
    &Erased::<staged_migrations::StagedMigrations>::new(),
    &Erased::<systems_inventory::SystemsInventory>::new(),
];
