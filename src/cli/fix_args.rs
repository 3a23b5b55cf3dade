//! The commands of an item's work as they are written: its order, and its proof.

use crate::orders::Form;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct FixArgs {
    /// The app
    pub name: String,
    /// The item, such as SEC-01
    pub item: String,
    /// For whom it is written
    #[arg(long = "as", value_enum, default_value_t = FormArg::Text, value_name = "FORM")]
    pub form: FormArg,
    /// Write it to a new file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// The order as a document, with its text in the chosen form
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormArg {
    /// The engineer
    Text,
    /// A coding agent that works in the client's repository
    Agent,
    /// The client's tracker, as Markdown
    Issue,
    /// A migration to review, where the catalogue derives one; never executed
    Sql,
}

impl From<FormArg> for Form {
    fn from(it: FormArg) -> Self {
        match it {
            FormArg::Text => Self::Text,
            FormArg::Agent => Self::Agent,
            FormArg::Issue => Self::Issue,
            FormArg::Sql => Self::Sql,
        }
    }
}

#[derive(Debug, Args)]
pub struct ProveArgs {
    /// The app
    pub name: String,
    /// The items, such as SEC-01
    #[arg(required = true, value_name = "ITEM")]
    pub items: Vec<String>,
    #[arg(long)]
    pub json: bool,
}
