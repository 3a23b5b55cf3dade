//! `rescue tell` as it is written.

use crate::config::tell::{Channel, Wording};
use clap::{Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub enum TellCommand {
    /// Send a test message to those whom the configuration names; exit code 1 when one does not arrive
    Test {
        /// By this way only
        #[arg(long, value_enum)]
        channel: Option<ChannelArg>,
        /// To those who are told about this app
        #[arg(long, value_name = "NAME")]
        app: Option<String>,
        #[arg(long)]
        json: bool,
    },
    /// What would be told about an app now, in both wordings; sends nothing
    Show {
        name: String,
        /// For this reader only
        #[arg(long, value_enum)]
        wording: Option<WordingArg>,
        /// As a comment for a GitHub issue, ready to paste
        #[arg(long)]
        draft: bool,
        #[arg(long, conflicts_with = "draft")]
        json: bool,
    },
    /// What was told about an app, by which way and how that ended, the newest first
    Log {
        name: String,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ChannelArg {
    Desktop,
    Webhook,
    Mail,
    Draft,
}

impl From<ChannelArg> for Channel {
    fn from(it: ChannelArg) -> Self {
        match it {
            ChannelArg::Desktop => Self::Desktop,
            ChannelArg::Webhook => Self::Webhook,
            ChannelArg::Mail => Self::Mail,
            ChannelArg::Draft => Self::Draft,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WordingArg {
    /// Ids, reasons and the command to look
    Engineer,
    /// The checklist's sentences, without a word of the trade
    Founder,
}

impl From<WordingArg> for Wording {
    fn from(it: WordingArg) -> Self {
        match it {
            WordingArg::Engineer => Self::Engineer,
            WordingArg::Founder => Self::Founder,
        }
    }
}
