//! The places where a credential can come from, in words: for `auth status`, gaps and errors. Holds no value but the
//! found one, as a [`Secret`].

use super::Secret;
use crate::domain::{AppName, Gap, System};
use std::fmt;

/// Where a credential was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// An environment variable, by name.
    Variable(String),
    /// The keyring's entry of one app.
    KeyringOfApp(AppName),
    /// The keyring's entry for all apps.
    KeyringShared,
    /// The command in the configuration.
    Command,
    /// The login that the vendor's own program keeps, by the words that ask for it.
    Cli(&'static str),
    /// Handed in by the caller: the demo's keys.
    Given,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "{name}"),
            Self::KeyringOfApp(app) => write!(f, "keyring (for {app})"),
            Self::KeyringShared => f.write_str("keyring (for all apps)"),
            Self::Command => f.write_str("token_command"),
            Self::Cli(words) => write!(f, "{words}"),
            Self::Given => f.write_str("given"),
        }
    }
}

/// One place of the chain and what was there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    pub source: Source,
    /// Why nothing came from it; none at the place where the credential was found.
    pub nothing: Option<String>,
}

/// A credential with its origin.
#[derive(Debug, Clone)]
pub struct Found {
    pub secret: Secret,
    pub source: Source,
}

/// No credential that could be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The places in their order, each with what was there.
    pub looked: Vec<Look>,
    /// For the probe: with the one step that opens it.
    pub gap: Gap,
}

/// The variable that is asked first: `RESCUE_ACME_SHOP_GITHUB_TOKEN`.
#[must_use]
pub fn own_variable(app: &AppName, system: System) -> String {
    format!("RESCUE_{}_{}_TOKEN", app.as_str().to_uppercase().replace('-', "_"), system.id().to_uppercase())
}

/// The vendor's own variables, the first one first.
#[must_use]
pub fn vendor_variables(system: System) -> &'static [&'static str] {
    match system {
        System::Github => &["GITHUB_TOKEN", "GH_TOKEN"],
        System::Supabase => &["SUPABASE_ACCESS_TOKEN"],
        System::Vercel => &["VERCEL_TOKEN"],
        System::Openai => &["OPENAI_ADMIN_KEY"],
        System::Anthropic => &["ANTHROPIC_ADMIN_KEY"],
        System::Openrouter => &["OPENROUTER_API_KEY"],
        System::Sentry => &["SENTRY_AUTH_TOKEN"],
        System::Resend => &["RESEND_API_KEY"],
        System::Trigger => &["TRIGGER_ACCESS_TOKEN"],
        _ => &[],
    }
}
