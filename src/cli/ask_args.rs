//! `rescue ask` as it is written.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// One letter to the client with everything that is needed from them, what opens most at the top: keys with the smallest
/// rights, a permission to sign, limits, people.
///
/// It reads what is known and asks nobody. A key is never asked for by mail.
#[derive(Debug, Args)]
pub struct AskArgs {
    /// The app
    pub name: String,
    /// How the letter is written
    #[arg(long, value_enum, default_value_t = LetterFormat::Md)]
    pub format: LetterFormat,
    /// Into this new file; `-` is standard output (HTML on a terminal: NAME-letter-DATE.html here)
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Only what is still missing, in short
    #[arg(long)]
    pub reminder: bool,
    /// The letter as one document
    #[arg(long, conflicts_with_all = ["format", "out"])]
    pub json: bool,
}

/// How a letter is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LetterFormat {
    /// Text for mail
    Md,
    /// One page for the browser, for print and for signing
    Html,
}

impl LetterFormat {
    /// How a file's name ends.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Md => "md",
            Self::Html => "html",
        }
    }
}
