//! Advisories on what the app depends on, as Dependabot lists them, and whether it looks at all (dossier github.md §3.5).

use crate::domain::Foreign;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A Dependabot alert.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Advisory {
    pub number: Option<u64>,
    /// `open`, `dismissed`, `auto_dismissed`, `fixed`.
    pub state: Option<Foreign>,
    pub dependency: Option<Dependency>,
    pub security_vulnerability: Option<Vulnerability>,
    pub security_advisory: Option<Named>,
    pub created_at: Option<DateTime<Utc>>,
}

/// What is vulnerable, and where it is named.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Dependency {
    pub package: Option<Package>,
    pub manifest_path: Option<Foreign>,
    /// `runtime`, `development`; missing when GitHub cannot tell.
    pub scope: Option<Foreign>,
}

/// A package.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Package {
    pub name: Option<Foreign>,
}

/// How bad it is, and what mends it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Vulnerability {
    pub severity: Option<Foreign>,
    pub first_patched_version: Option<Version>,
}

/// A version.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Version {
    pub identifier: Option<Foreign>,
}

/// The advisory's names.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Named {
    pub ghsa_id: Option<Foreign>,
    pub severity: Option<Foreign>,
}

impl Advisory {
    /// The severity for this package, or else the advisory's own.
    #[must_use]
    pub fn severity(&self) -> Option<&str> {
        let own = self.security_vulnerability.as_ref().and_then(|it| it.severity.as_ref());
        own.or_else(|| self.security_advisory.as_ref()?.severity.as_ref()).map(Foreign::as_str)
    }

    /// The version that mends it, if there is one.
    #[must_use]
    pub fn fix(&self) -> Option<&Foreign> {
        self.security_vulnerability.as_ref()?.first_patched_version.as_ref()?.identifier.as_ref()
    }

    /// Whether it is known to concern development only. Not to know is not to be sure.
    #[must_use]
    pub fn is_only_development(&self) -> bool {
        self.dependency.as_ref().and_then(|it| it.scope.as_ref()).is_some_and(|it| it == "development")
    }

    /// The package's name for a reader.
    #[must_use]
    pub fn package(&self) -> String {
        let name = self.dependency.as_ref().and_then(|it| it.package.as_ref()).and_then(|it| it.name.as_ref());
        name.map_or_else(|| "a package".to_owned(), |it| it.cut(80))
    }

    /// A stable id: package and advisory, whatever the alert's number is. An advisory on two manifests is two.
    #[must_use]
    pub fn id(&self) -> String {
        let advisory = self.security_advisory.as_ref().and_then(|it| it.ghsa_id.as_ref());
        let advisory = advisory.map_or_else(|| format!("alert-{}", self.number.unwrap_or_default()), |it| it.cut(40));
        let manifest = self.dependency.as_ref().and_then(|it| it.manifest_path.as_ref());
        manifest.map_or_else(
            || format!("{}:{advisory}", self.package()),
            |it| format!("{}:{advisory}:{}", self.package(), it.cut(120)),
        )
    }
}

/// Whether Dependabot opens pull requests for security updates.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SecurityFixes {
    pub enabled: Option<bool>,
    pub paused: Option<bool>,
}

/// Whether Dependabot's alerts are on, as the switch itself says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertSwitch {
    On,
    /// 404 while another read that needs the same permission was answered.
    Off,
}
