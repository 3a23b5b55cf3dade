//! The systems that a probe can ask, by the ids of DESIGN §1. The list of hosts is elsewhere (`config::endpoints`).

use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr, VariantArray};

/// A system that a probe asks. Text form: the ids of DESIGN §1, such as `github`.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    Display,
    EnumIter,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum System {
    Github,
    Supabase,
    /// The project's own public endpoints (data API, auth, storage) as distinct from Supabase's Management API.
    SupabaseProject,
    Postgres,
    Vercel,
    Openai,
    Anthropic,
    Openrouter,
    Twilio,
    Resend,
    Sentry,
    Firebase,
    S3,
    Inngest,
    Trigger,
    /// The app's repository as files: a local checkout or the repository's archive.
    Repo,
    /// The secret scanner over that tree.
    Scan,
    /// The deployed site.
    Site,
}

impl System {
    /// The id, such as `github`.
    #[must_use]
    pub fn id(self) -> &'static str {
        self.into()
    }

    /// The name as the vendor writes it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Github => "GitHub",
            Self::Supabase => "Supabase",
            Self::SupabaseProject => "Supabase project",
            Self::Postgres => "PostgreSQL",
            Self::Vercel => "Vercel",
            Self::Openai => "OpenAI",
            Self::Anthropic => "Anthropic",
            Self::Openrouter => "OpenRouter",
            Self::Twilio => "Twilio",
            Self::Resend => "Resend",
            Self::Sentry => "Sentry",
            Self::Firebase => "Firebase",
            Self::S3 => "S3",
            Self::Inngest => "Inngest",
            Self::Trigger => "Trigger.dev",
            Self::Repo => "Repository",
            Self::Scan => "Secret scan",
            Self::Site => "Site",
        }
    }

    /// Whether the app pays this provider by use, so that it can be named with `--provider`.
    #[must_use]
    pub fn is_metered(self) -> bool {
        matches!(self, Self::Openai | Self::Anthropic | Self::Openrouter | Self::Twilio | Self::Resend)
    }

    /// Whether reading it needs a credential (the tree, the scan of it and the public site do not).
    #[must_use]
    pub fn needs_credential(self) -> bool {
        !matches!(self, Self::Repo | Self::Scan | Self::Site)
    }
}
