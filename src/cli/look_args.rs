//! `rescue look` as it is written.

use crate::domain::AssetHost;
use crate::look::plan::{FEWEST_REQUESTS, MOST_PAGES, MOST_REQUESTS, USUAL_REQUESTS};
use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Looks at a deployed site as a stranger: what is dangerous, what it means, what could not be seen.
///
/// Without a permission it asks only what a browser asks that opens the page. It says beforehand what it will ask, and asks
/// nothing else. No app and no credential are needed.
#[derive(Debug, Args)]
pub struct LookArgs {
    /// The page, such as <https://shop.example.com>
    #[arg(value_name = "URL")]
    pub url: String,
    /// Agree to the requests beforehand
    #[arg(long)]
    pub yes: bool,
    /// Say what would be asked, and ask nobody
    #[arg(long, conflicts_with_all = ["yes", "out", "json"])]
    pub dry_run: bool,
    /// Also open pages that the page links to at the same host, so many in all
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=i64::try_from(MOST_PAGES).unwrap_or(1)))]
    pub pages: u8,
    /// The most requests of all kinds
    #[arg(long, value_name = "N", default_value_t = USUAL_REQUESTS, value_parser = clap::value_parser!(u32).range(i64::from(FEWEST_REQUESTS)..=i64::from(MOST_REQUESTS)))]
    pub most: u32,
    /// A further host that serves the site's scripts; may be given several times
    #[arg(long, value_name = "HOST")]
    pub asset_host: Vec<AssetHost>,
    /// Who on the owner's side permits a look from outside: exposed files, error pages, everything that belongs to the app
    #[arg(long, value_name = "WHO", requires = "proof")]
    pub authorised_by: Option<String>,
    /// Where that permission can be seen: a mail, an order, a link
    #[arg(long, value_name = "TEXT", requires = "authorised_by")]
    pub proof: Option<String>,
    /// The last day of the permission (today)
    #[arg(long, value_name = "DATE", requires = "authorised_by")]
    pub until: Option<NaiveDate>,
    /// Use the recorded permission of an app that is known; with --authorised-by, record one there
    #[arg(long, value_name = "NAME")]
    pub app: Option<String>,
    /// How the page is written; without it by the ending of --out, else as text
    #[arg(long, value_enum, conflicts_with = "json")]
    pub format: Option<LookFormat>,
    /// The same as --format json
    #[arg(long)]
    pub json: bool,
    /// Write the page into a new file
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Keep nothing: else `rescue app add NAME --url URL` takes the look over as the app's first run
    #[arg(long)]
    pub no_keep: bool,
}

/// How a look is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LookFormat {
    /// Lines for people
    Text,
    /// Markdown
    Md,
    /// One HTML file
    Html,
    /// One document
    Json,
}

impl LookArgs {
    /// How the page is written.
    #[must_use]
    pub fn format(&self) -> LookFormat {
        let by_ending = || match self.out.as_deref()?.extension()?.to_str()? {
            "md" => Some(LookFormat::Md),
            "html" | "htm" => Some(LookFormat::Html),
            "json" => Some(LookFormat::Json),
            _ => None,
        };
        if self.json { LookFormat::Json } else { self.format.or_else(by_ending).unwrap_or(LookFormat::Text) }
    }
}
