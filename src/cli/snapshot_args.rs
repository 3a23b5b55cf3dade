//! `rescue snapshot` and `rescue verify` as they are written.

use crate::desk::snapshot::Format;
use crate::snapshot::Audience;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Freezes one page that is true: is it safe, what is the reader's turn, what got better and worse, what could not be seen.
///
/// Every page that is made is kept; later ones are compared with it, and `rescue verify` knows it again.
#[derive(Debug, Args)]
pub struct SnapshotArgs {
    /// The app
    pub name: String,
    /// Who will read it; an investor's page says how much is open, and never what
    #[arg(long = "for", value_enum, default_value_t = For::Founder, value_name = "WHO")]
    pub audience: For,
    /// How the page is written
    #[arg(long, value_enum, default_value_t = FormatArg::Html)]
    pub format: FormatArg,
    /// Into this new file (on a terminal NAME-DATE.html here, otherwise standard output); `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Open the file in the browser
    #[arg(long)]
    pub open: bool,
    /// With ids, findings and places for an engineer; never secrets, and never for an investor
    #[arg(long)]
    pub detail: bool,
    /// Your words at the top of the page
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// Sign it with this SSH key (by your ssh-keygen; a .pub file asks the agent)
    #[arg(long, value_name = "KEY")]
    pub sign: Option<PathBuf>,
    /// Write an earlier page again instead of making one: the beginning of its seal, or of the digest that it prints of itself
    #[arg(long, value_name = "SEAL", conflicts_with_all = ["audience", "detail", "note", "sign"])]
    pub again: Option<String>,
    /// The pages that were made, the newest first
    #[arg(long, conflicts_with_all = ["audience", "format", "out", "open", "detail", "note", "sign", "again", "compare"])]
    pub list: bool,
    /// Two earlier pages side by side; the beginnings of their seals will do
    #[arg(long, num_args = 2, value_name = "SEAL", conflicts_with_all = ["audience", "format", "out", "open", "detail", "note", "sign", "again"])]
    pub compare: Vec<String>,
    /// The list or the comparison as one document
    #[arg(long, conflicts_with_all = ["audience", "format", "out", "open", "detail", "note", "sign", "again"])]
    pub json: bool,
}

/// Says whether a snapshot's file was changed since it was sealed, and whether it is authentic.
///
/// Authentic is what the database at hand keeps, with the facts behind it, or what somebody signed whom you name. Without
/// either it is at most consistent with itself.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The HTML or JSON file
    pub file: PathBuf,
    /// Whose signature you trust: a .pub file, or a file of allowed signers; besides those of the configuration
    #[arg(long, value_name = "KEY.pub")]
    pub signer: Vec<PathBuf>,
    #[arg(long)]
    pub json: bool,
}

/// Who will read a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum For {
    /// Whoever owns the product
    Founder,
    /// Whoever looks from outside
    Investor,
}

impl From<For> for Audience {
    fn from(whom: For) -> Self {
        match whom {
            For::Founder => Self::Founder,
            For::Investor => Self::Investor,
        }
    }
}

/// How a page is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    /// One file for the browser and for mail, with the record in it
    Html,
    /// Text for mail and chat
    Md,
    /// The record, for other tools
    Json,
    /// For paper
    Pdf,
}

impl From<FormatArg> for Format {
    fn from(format: FormatArg) -> Self {
        match format {
            FormatArg::Html => Self::Html,
            FormatArg::Md => Self::Markdown,
            FormatArg::Json => Self::Json,
            FormatArg::Pdf => Self::Pdf,
        }
    }
}
