//! What the repository and the deployment of an app were when they were last asked: a cache, and no fact. A mark that is
//! missing says nothing, neither "changed" nor "unchanged".

use crate::domain::{AppSettings, System};
use crate::probes::Meta;
use crate::store::Mark;
use std::collections::BTreeMap;

/// What can change under a probe between two of its looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Watch {
    /// The commit that is checked out in the local checkout.
    Checkout,
    /// The newest commit of the default branch at GitHub.
    Branch,
    /// The newest production deployment at Vercel.
    Deployment,
}

/// The probes of GitHub that read what the default branch holds or how it fares; the others ask for settings and people,
/// which no commit changes.
pub const OF_THE_BRANCH: [&str; 8] = [
    "github.backup-workflow",
    "github.dependabot-alerts",
    "github.dependency-updates",
    "github.deploy-source",
    "github.green-default-branch",
    "github.migration-workflow",
    "github.required-checks",
    "github.scheduled-workflows",
];

impl Watch {
    /// What a probe watches in this app; none for what changes without any commit or deployment.
    #[must_use]
    pub fn of(meta: &Meta, settings: &AppSettings) -> Option<Self> {
        match meta.system {
            System::Repo | System::Scan if settings.path.is_some() => Some(Self::Checkout),
            System::Repo | System::Scan => settings.github.is_some().then_some(Self::Branch),
            System::Github => OF_THE_BRANCH.contains(&meta.id).then_some(Self::Branch),
            System::Vercel | System::Site => settings.vercel.is_some().then_some(Self::Deployment),
            _ => None,
        }
    }

    /// What is marked, as a stable text: another repository is another mark.
    #[must_use]
    pub fn subject(self, settings: &AppSettings) -> Option<String> {
        settings.subject(match self {
            Self::Checkout => System::Repo,
            Self::Branch => System::Github,
            Self::Deployment => System::Vercel,
        })
    }

    /// Who is asked whether it changed; none for what lies on this machine.
    #[must_use]
    pub fn system(self) -> Option<System> {
        match self {
            Self::Checkout => None,
            Self::Branch => Some(System::Github),
            Self::Deployment => Some(System::Vercel),
        }
    }

    /// Requests at most, to look whether it changed: at Vercel the project is asked for its id first.
    #[must_use]
    pub fn most_requests(self) -> u32 {
        match self {
            Self::Checkout => 0,
            Self::Branch => 1,
            Self::Deployment => 2,
        }
    }

    /// As a reader calls it.
    #[must_use]
    pub fn says(self) -> &'static str {
        match self {
            Self::Checkout | Self::Branch => "repository",
            Self::Deployment => "deployment",
        }
    }
}

/// The name under which a credential is marked.
#[must_use]
pub fn credential(system: System) -> String {
    format!("credential:{}", system.id())
}

/// The marks of one app, by subject.
pub type Marks = BTreeMap<String, Mark>;
