//! The arguments of `rescue db`, as they are written.

use crate::domain::{Keep, Limit, Retention};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct DbArgs {
    #[command(subcommand)]
    pub command: Option<DbCommand>,
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum DbCommand {
    /// What the database holds, and what thinning would free; the same as without a command
    Show {
        #[arg(long)]
        json: bool,
    },
    /// Where the database is
    Path,
    /// Copy the database and the key of its hashes into a new file, while others go on working
    Backup { file: PathBuf },
    /// Look for damage
    Check,
    /// Let go of what probes saw in old runs, never of what a tick, a word of yours or a snapshot rests on. Facts stay
    Thin(ThinArgs),
}

#[derive(Debug, Args)]
pub struct ThinArgs {
    /// From which age (90d, or `older_than` below `[retention]` in config.toml)
    #[arg(long, value_name = "AGE", value_parser = parse_age)]
    pub older_than: Option<Limit>,
    /// Which of the old ones stay all the same, of every probe: the newest of each week or month, or none
    #[arg(long, value_enum, value_name = "weekly|monthly|none")]
    pub keep: Option<KeepArg>,
    /// Only of this app
    #[arg(long, value_name = "NAME")]
    pub app: Option<String>,
    /// Say what would go, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do it; it cannot be undone
    #[arg(long)]
    pub yes: bool,
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum KeepArg {
    Weekly,
    Monthly,
    None,
}

impl ThinArgs {
    /// The rule: what was said here, else what the configuration says.
    #[must_use]
    pub fn rule(&self, configured: Retention) -> Retention {
        let keep = self.keep.map(|it| match it {
            KeepArg::Weekly => Keep::Weekly,
            KeepArg::Monthly => Keep::Monthly,
            KeepArg::None => Keep::None,
        });
        Retention { older_than: self.older_than.unwrap_or(configured.older_than), keep: keep.unwrap_or(configured.keep) }
    }
}

fn parse_age(text: &str) -> Result<Limit, String> {
    text.parse().map_err(|error: crate::domain::app::Malformed| error.to_string())
}
