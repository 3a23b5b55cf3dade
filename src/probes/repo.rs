//! The probes of the repository's own files.

pub mod automatic_migrations;
pub mod business_rules;
pub mod env_files;
pub mod indexed_filters;
pub mod migrations;
pub mod pooled_connections;
pub mod reversible_migrations;
pub mod row_level_security;
pub mod service_role;
pub mod staged_migrations;

use super::{AnyProbe, Erased};

/// Every probe of the repository.
pub static TABLE: &[&dyn AnyProbe] = &[
    &Erased::<env_files::EnvFiles>::new(),
    &Erased::<service_role::ServiceRole>::new(),
    &Erased::<migrations::Migrations>::new(),
    &Erased::<row_level_security::RowLevelSecurity>::new(),
    &Erased::<staged_migrations::StagedMigrations>::new(),
    &Erased::<reversible_migrations::ReversibleMigrations>::new(),
    &Erased::<automatic_migrations::AutomaticMigrations>::new(),
    &Erased::<pooled_connections::PooledConnections>::new(),
    &Erased::<indexed_filters::IndexedFilters>::new(),
    &Erased::<business_rules::BusinessRules>::new(),
];
