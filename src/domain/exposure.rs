//! How a secret lay open, as a probe saw it: from when, until when, where. It says nothing of what was done about it.

use super::Foreign;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{Display, IntoStaticStr};

/// Where a secret lay open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Display, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ExposedIn {
    /// In the files of today.
    Tree,
    /// In commits, and no longer in the files of today.
    History,
    /// In what the deployed site serves to anybody.
    Site,
}

/// How long a secret lay open, and in how many places. A finding that has this is about a secret: an item that asks for
/// rotation is content only when a person says that the secret was replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exposure {
    #[serde(rename = "where")]
    pub at: ExposedIn,
    /// From when it is known to have been there: the commit, the deploy, the served file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
    /// When it was taken away from there; none while it is still there, or when nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// In how many files, commits or scripts it was met; at least 1.
    pub places: u32,
    /// What another scanner's marker beside it says. A hint for the reader; nobody obeys it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marker: Option<Foreign>,
}
