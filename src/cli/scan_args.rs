//! `rescue scan` as it is written.

use crate::domain::AssetHost;
use clap::{Args, ValueEnum};
use std::ffi::OsString;

/// Finds credentials in a folder or repository with its whole history, in one file, or in what a site serves.
///
/// No app and no database are needed. Values are never shown or kept: a finding is a kind, a place, a mask and a keyed hash.
#[derive(Debug, Args)]
pub struct ScanArgs {
    /// A checkout, a folder, a file, `-` for standard input, or a repository's address; with --app, the app's own
    #[arg(value_name = "PATH|REPO-URL", required_unless_present_any = ["site", "app"], conflicts_with = "site")]
    pub target: Option<OsString>,
    /// Look at what a deployed site serves to anybody, instead
    #[arg(long, value_name = "URL")]
    pub site: Option<String>,
    /// A further host that serves the site's scripts, such as an asset host; may be given several times
    #[arg(long, value_name = "HOST", requires = "site")]
    pub asset_host: Vec<AssetHost>,
    /// Lend the scan an app's Supabase projects, GitHub token, permissions and accepted findings
    #[arg(long, value_name = "NAME")]
    pub app: Option<String>,
    /// Only the files that are there now
    #[arg(long, conflicts_with = "site")]
    pub no_history: bool,
    /// Ask the provider whether found keys of this kind still work; a rule such as slack-token, or a provider such as stripe.
    /// Needs --app with a recorded `active` permission for the host
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    pub verify: Vec<String>,
    /// Agree to the requests of --verify beforehand
    #[arg(long, requires = "verify")]
    pub yes: bool,
    /// Also show what is public by design
    #[arg(long)]
    pub public: bool,
    /// Also show what only looks random
    #[arg(long)]
    pub weak: bool,
    /// How the result is written
    #[arg(long, value_enum, default_value_t = Format::Text, conflicts_with = "json")]
    pub format: Format,
    /// The same as --format json
    #[arg(long)]
    pub json: bool,
    /// The variable that holds the token for the repository's address (`RESCUE_SCAN_TOKEN`)
    #[arg(long, value_name = "NAME")]
    pub token_env: Option<String>,
}

/// How a scan is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Lines for people
    Text,
    /// One document
    Json,
    /// SARIF 2.1.0 for code hosts and editors
    Sarif,
}

impl ScanArgs {
    /// How the result is written.
    #[must_use]
    pub fn format(&self) -> Format {
        if self.json { Format::Json } else { self.format }
    }
}
