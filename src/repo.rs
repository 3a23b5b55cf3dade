//! The client's repository as facts: which commit it is at, where it came from, which files it has.
//! Never runs its hooks or filters, never follows a path out of it, never keeps a credential from its addresses.

pub mod archive;
pub mod clone;
pub mod code;
pub mod crons;
pub mod discovery;
pub mod documents;
pub mod dotenv;
pub mod edge_functions;
pub mod entries;
pub mod history;
pub mod identity;
pub mod migrations;
pub mod place;
pub mod problem;
pub mod project;
pub mod queried;
pub mod reach;
pub mod remote;
pub mod survey;
pub mod tree;
pub mod unread;
pub mod workflows;
pub mod yaml;

pub use discovery::discover;
pub use history::{History, Scope};
pub use identity::{Checkout, GitIdentity, identify};
pub use problem::RepoProblem;
pub use remote::Origin;
pub use survey::{Survey, survey_archive, survey_tree};
pub use tree::{Reader, Standing, Tree, TreeFile, tree};
pub use unread::{Unread, Why};

/// How much of a repository is read before the rest is counted as not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadLimits {
    /// Bytes of one file that are held in memory. What is larger is read in pieces, wherever it stands; what git builds
    /// from other objects goes through a temporary file without a name.
    pub file_bytes: u64,
    /// Bytes of all files together.
    pub total_bytes: u64,
    /// Number of files.
    pub files: usize,
}

impl Default for ReadLimits {
    /// 32 MiB a file, 8 GiB and a million files together.
    fn default() -> Self {
        Self { file_bytes: 32 << 20, total_bytes: 8 << 30, files: 1_000_000 }
    }
}
