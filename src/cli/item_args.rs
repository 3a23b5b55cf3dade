//! The commands by which people speak about items, as they are written.

use chrono::NaiveDate;
use clap::{Args, Subcommand};

/// One app and one item.
#[derive(Debug, Args)]
pub struct Of {
    /// The app
    pub name: String,
    /// The item, such as SEC-01
    pub item: String,
}

#[derive(Debug, Subcommand)]
pub enum ItemCommand {
    /// Everything that is known of an item
    Show {
        #[command(flatten)]
        of: Of,
        #[arg(long)]
        json: bool,
    },
    /// You are at it
    Start {
        #[command(flatten)]
        of: Of,
    },
    /// You judge that it is done; a proof is needed
    Done {
        #[command(flatten)]
        of: Of,
        /// A link, a file, a command with its output
        #[arg(long)]
        proof: String,
        /// One sentence for the founder
        #[arg(long, value_name = "TEXT")]
        founder: Option<String>,
    },
    /// It waits for somebody; for the founder it stands on their page under “Your turn”
    Block {
        #[command(flatten)]
        of: Of,
        /// On whom
        #[arg(long, value_name = "WHO")]
        on: String,
        /// For what
        #[arg(long = "for", value_name = "WHAT")]
        waits_for: String,
        #[arg(long, value_name = "DATE")]
        until: Option<NaiveDate>,
        /// What is asked, in one sentence for the founder
        #[arg(long, value_name = "TEXT")]
        founder: Option<String>,
        /// How many minutes of the founder's time it takes
        #[arg(long, value_name = "N", requires = "founder", value_parser = clap::value_parser!(u16).range(1..=600))]
        minutes: Option<u16>,
    },
    /// It waits no more
    Unblock {
        #[command(flatten)]
        of: Of,
    },
    /// It is work for a later week
    Plan {
        #[command(flatten)]
        of: Of,
        #[arg(long, value_parser = clap::value_parser!(u8).range(1..=52))]
        week: u8,
    },
    /// It does not apply to this app
    Na {
        #[command(flatten)]
        of: Of,
        #[arg(long)]
        reason: String,
    },
    /// Somebody accepts that it stays open for a while
    Waive {
        #[command(flatten)]
        of: Of,
        #[arg(long)]
        reason: String,
        /// The last day on which it stands
        #[arg(long, value_name = "DATE")]
        until: NaiveDate,
        /// Who on the client's side accepted it; needed at a gate
        #[arg(long, value_name = "CLIENT")]
        by: Option<String>,
        /// Where that is written; needed at a gate
        #[arg(long)]
        proof: Option<String>,
        /// One sentence for the founder
        #[arg(long, value_name = "TEXT")]
        founder: Option<String>,
    },
    /// A remark for the next reader; --founder puts a sentence of yours beside the item on the founder's page
    Note {
        #[command(flatten)]
        of: Of,
        text: String,
        /// The same for the founder, in one sentence
        #[arg(long, value_name = "TEXT")]
        founder: Option<String>,
    },
    /// It is not done after all
    Reopen {
        #[command(flatten)]
        of: Of,
        #[arg(long)]
        reason: String,
    },
}

impl ItemCommand {
    /// The app and the item that it is about.
    #[must_use]
    pub fn of(&self) -> &Of {
        match self {
            Self::Show { of, .. }
            | Self::Start { of }
            | Self::Done { of, .. }
            | Self::Block { of, .. }
            | Self::Unblock { of }
            | Self::Plan { of, .. }
            | Self::Na { of, .. }
            | Self::Waive { of, .. }
            | Self::Note { of, .. }
            | Self::Reopen { of, .. } => of,
        }
    }
}
