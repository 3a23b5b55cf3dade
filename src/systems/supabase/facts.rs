//! What is kept of Supabase's answers: only what a decision needs, and never a key or a connection string.

use crate::domain::Foreign;
use chrono::{DateTime, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};

/// A project or branch. `status` is an open word: the service knows more than its specification.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Project {
    #[serde(rename = "ref")]
    pub reference: Option<Foreign>,
    pub organization_slug: Option<Foreign>,
    pub name: Option<Foreign>,
    pub region: Option<Foreign>,
    pub status: Option<Foreign>,
    pub database: Option<Database>,
}

/// Where a project's database answers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Database {
    pub host: Option<Foreign>,
}

impl Project {
    /// The database's host, if the answer names it.
    #[must_use]
    pub fn host(&self) -> Option<&Foreign> {
        self.database.as_ref()?.host.as_ref()
    }
}

/// An organisation. `plan` is an optional field of the answer: absent is unknown, not free.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Organization {
    pub name: Option<Foreign>,
    pub plan: Option<Foreign>,
}

/// The platform's backups of a project. Every field may be missing, and missing is not `false`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Backups {
    pub region: Option<Foreign>,
    pub pitr_enabled: Option<bool>,
    pub backups: Option<Vec<Backup>>,
    pub physical_backup_data: Option<Physical>,
}

/// One backup of the list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Backup {
    pub status: Option<Foreign>,
    pub inserted_at: Option<Foreign>,
}

impl Backup {
    /// When it was made; none when the answer's text is no moment.
    #[must_use]
    pub fn made(&self) -> Option<DateTime<Utc>> {
        moment(self.inserted_at.as_ref()?.as_str())
    }

    /// Whether it has this status.
    #[must_use]
    pub fn is(&self, status: &str) -> bool {
        self.status.as_ref().is_some_and(|it| it == status)
    }
}

/// The span that point-in-time recovery covers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Physical {
    pub latest_physical_backup_date_unix: Option<i64>,
}

impl Backups {
    /// The newest point of the physical backups; none when the answer names none.
    #[must_use]
    pub fn newest_point(&self) -> Option<DateTime<Utc>> {
        let seconds = self.physical_backup_data.as_ref()?.latest_physical_backup_date_unix?;
        DateTime::from_timestamp(seconds, 0).filter(|_| seconds > 0)
    }
}

/// A preview or persistent branch: a project of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Branch {
    pub name: Option<Foreign>,
    pub project_ref: Option<Foreign>,
    pub is_default: Option<bool>,
    pub persistent: Option<bool>,
    /// Whether it holds a copy of its parent's rows.
    pub with_data: Option<bool>,
    pub preview_project_status: Option<Foreign>,
    pub deletion_scheduled_at: Option<Foreign>,
}

/// An applied migration.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Migration {
    pub version: Option<Foreign>,
    pub name: Option<Foreign>,
}

/// Reads RFC 3339, and the same without a zone or with a space, which some of these answers have: then it is UTC.
#[must_use]
pub fn moment(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some(moment.with_timezone(&Utc));
    }
    if let Ok(moment) = DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z") {
        return Some(moment.with_timezone(&Utc));
    }
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
        .map(|naive| naive.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("2026-11-21T03:12:00Z", true)]
    #[case("2026-11-21T04:12:00.000+01:00", true)]
    #[case("2026-11-21 03:12:00+00", true)]
    #[case("2026-11-21T03:12:00", true)]
    #[case("2026-11-21 03:12:00", true)]
    #[case("yesterday", false)]
    #[case("", false)]
    fn moments(#[case] text: &str, #[case] readable: bool) {
        assert_eq!(moment(text), readable.then(|| "2026-11-21T03:12:00Z".parse().unwrap()));
    }

    #[test]
    fn a_point_at_the_epoch_is_no_point() {
        let backups: Backups =
            serde_json::from_str(r#"{"physical_backup_data":{"latest_physical_backup_date_unix":0}}"#).unwrap();
        assert_eq!(backups.newest_point(), None);
    }
}
