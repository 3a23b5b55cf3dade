//! How the default branch moved: its newest commits and the pull requests that aim at it. Of a commit's author only the
//! login is kept, and a name only when it is a builder's (dossier github.md §6).

use super::people::Account;
use crate::domain::Foreign;
use crate::systems::github::builders;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};

/// A commit of a branch.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Change {
    pub sha: Option<Foreign>,
    /// The account, when GitHub knows whose mail address it was.
    pub author: Option<Account>,
    pub committer: Option<Account>,
    pub commit: Option<Written>,
    /// The first is the branch as it was before.
    pub parents: Option<Vec<Parent>>,
}

/// What git itself says of a commit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Written {
    pub author: Option<Writer>,
    pub committer: Option<Writer>,
}

/// Who wrote, and when.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Writer {
    /// Only the name of a builder is kept.
    #[serde(default, deserialize_with = "of_a_builder")]
    pub name: Option<Foreign>,
    pub date: Option<DateTime<Utc>>,
}

/// A commit before another.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Parent {
    pub sha: Option<Foreign>,
}

fn of_a_builder<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Foreign>, D::Error> {
    let name = Option::<Foreign>::deserialize(deserializer)?;
    Ok(name.filter(|it| builders::by_name(it.as_str()).is_some()))
}

impl Change {
    /// When it came about, as its committer's clock says.
    #[must_use]
    pub fn at(&self) -> Option<DateTime<Utc>> {
        self.commit.as_ref()?.committer.as_ref()?.date
    }

    /// The builder that wrote it, by the account or the name.
    #[must_use]
    pub fn builder(&self) -> Option<&'static str> {
        let by_account = self.author.as_ref().and_then(builders::of);
        by_account.or_else(|| builders::by_name(self.commit.as_ref()?.author.as_ref()?.name.as_ref()?.as_str()))
    }
}

/// A pull request.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PullRequest {
    pub number: Option<u64>,
    pub user: Option<Account>,
    pub created_at: Option<DateTime<Utc>>,
    pub updated_at: Option<DateTime<Utc>>,
    pub merged_at: Option<DateTime<Utc>>,
    pub merge_commit_sha: Option<Foreign>,
    pub head: Option<Head>,
}

/// The newest commit of a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Head {
    pub sha: Option<Foreign>,
}

/// `GET …/compare/{base}...{head}` with the branch as head: `ahead` and `identical` mean that the branch holds the base.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Comparison {
    pub status: Option<Foreign>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_name_nor_address_of_a_person_is_kept() {
        let change: Change = serde_json::from_value(serde_json::json!({
            "sha": "a", "author": {"login": "sam", "type": "User", "email": "CANARY"},
            "commit": {"author": {"name": "CANARY Sam", "email": "CANARY", "date": "2026-11-20T00:00:00Z"}, "message": "CANARY"},
        }))
        .unwrap();
        assert!(!serde_json::to_string(&change).unwrap().contains("CANARY"));
        assert_eq!(change.builder(), None);
    }
}
