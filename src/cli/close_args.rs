//! `rescue app close` as it is written.

use clap::Args;

#[derive(Debug, Args)]
pub struct CloseArgs {
    pub name: String,
    /// Look and ask, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Why it ends, when that is not the hand-over
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Close although something stands open: it stays open, and the reason names it
    #[arg(long, requires = "reason", conflicts_with = "dry_run")]
    pub force: bool,
    /// Take this app's credentials out of the keyring afterwards
    #[arg(long, conflicts_with = "dry_run")]
    pub forget: bool,
    #[arg(long)]
    pub json: bool,
}
