//! Supabase's probes: backups and staging, through the Management API only. They never ask for a key or a row.

pub mod backup_age;
pub mod staging;

use super::{AnyProbe, Erased};

/// Every probe of Supabase.
pub static TABLE: &[&dyn AnyProbe] = &[&Erased::<backup_age::BackupAge>::new(), &Erased::<staging::Staging>::new()];
