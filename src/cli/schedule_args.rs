//! The command line of `rescue schedule`, as it is written.

use crate::schedule::install::{At, Kind};
use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub enum ScheduleCommand {
    /// Write a daily timer in your own name; it is shown first, and each credential is tried as it would find it
    Install(InstallArgs),
    /// Take out what was installed from here, and nothing else
    Remove {
        /// Also what was edited by hand since
        #[arg(long)]
        even_edited: bool,
        #[arg(long)]
        json: bool,
    },
    /// What is installed, when it ran last and how that ended, when it runs next
    Status {
        #[arg(long)]
        json: bool,
    },
    /// Print a GitHub Actions workflow that reruns the probes of these apps; without a name of all
    Workflow { names: Vec<String> },
    /// Say as JSON where each credential would come from in this very environment
    #[command(hide = true)]
    Tried,
}

#[derive(Debug, Args)]
pub struct InstallArgs {
    /// The time of the day at which it begins, in this machine's own time
    #[arg(long, value_name = "HH:MM", default_value = crate::schedule::install::DEFAULT_AT)]
    pub at: At,
    /// Instead of what the machine has
    #[arg(long, value_enum)]
    pub kind: Option<KindArg>,
    /// Show what would be written, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Write it without asking; needed where nobody can be asked
    #[arg(long)]
    pub yes: bool,
    /// Write over what was edited by hand since
    #[arg(long)]
    pub even_edited: bool,
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum KindArg {
    /// A systemd user timer
    Systemd,
    /// A launchd agent
    Launchd,
    /// A line in your crontab
    Cron,
}

impl From<KindArg> for Kind {
    fn from(kind: KindArg) -> Self {
        match kind {
            KindArg::Systemd => Self::Systemd,
            KindArg::Launchd => Self::Launchd,
            KindArg::Cron => Self::Cron,
        }
    }
}
