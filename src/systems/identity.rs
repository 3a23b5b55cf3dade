//! Who a credential is, as its system answers: for `auth status` and the connections screen. Never the credential.

use crate::domain::Foreign;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What a system says of the credential that asked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Identity {
    /// The account or key, as the system names it.
    pub name: Foreign,
    /// What it may see, one short phrase each.
    pub may: Vec<Foreign>,
    /// What an engineer should know before keeping it: that it can write, that it sees too much.
    pub warnings: Vec<Foreign>,
    /// When it stops working, if the system says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<DateTime<Utc>>,
}
