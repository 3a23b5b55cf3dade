//! `rescue app export` and `rescue app import` as they are written.

use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct ExportArgs {
    pub name: String,
    /// The new file, encrypted: to a passphrase, unless --to names keys. Without it the app is written in clear to standard
    /// output, for a pipe that encrypts it
    pub file: Option<PathBuf>,
    /// To the holder of this SSH key, or of those in this file: "ssh-ed25519 AAAA…" or FILE.pub; may be given several times
    #[arg(long, value_name = "KEY|FILE.pub", requires = "file")]
    pub to: Vec<String>,
    /// To a passphrase: asked for twice at the terminal, else RESCUE_EXPORT_PASSPHRASE or the first line of standard input
    #[arg(long, requires = "file", conflicts_with = "to")]
    pub passphrase: bool,
    /// In clear into this new file
    #[arg(long, value_name = "FILE", conflicts_with = "file")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct ImportArgs {
    pub file: PathBuf,
    /// Your private SSH key, for a file that was made to it
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
    /// What the app is called here, when another one has its name
    #[arg(long = "as", value_name = "NAME")]
    pub named: Option<String>,
    #[arg(long)]
    pub json: bool,
}
