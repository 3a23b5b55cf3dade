//! What is kept of GitHub's answers: only the fields named here, each optional, every vendor enum an open text.
//! Never `secret`, `temp_clone_token`, `download_url` or a commit author (dossier §6).

pub mod actions;
pub mod advisories;
pub mod changes;
pub mod people;

use crate::domain::Foreign;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// `GET /repos/{owner}/{repo}/git/trees/{tree_sha}`: the names of all files, and whether some are missing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileTree {
    pub tree: Option<Vec<FileEntry>>,
    pub truncated: Option<bool>,
}

/// A file or a folder of the repository.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileEntry {
    pub path: Option<String>,
}

/// `GET /repos/{owner}/{repo}` (dossier §3.1).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Repository {
    /// As GitHub spells it now; another name than the one asked for means that it was renamed or moved.
    pub full_name: Option<Foreign>,
    pub private: Option<bool>,
    pub visibility: Option<Foreign>,
    pub default_branch: Option<String>,
    pub archived: Option<bool>,
    pub fork: Option<bool>,
    pub owner: Option<people::Account>,
    pub pushed_at: Option<DateTime<Utc>>,
    /// The *user's* role, not what the token was granted.
    pub permissions: Option<Role>,
    /// Only admins and security managers see it; missing says nothing.
    pub security_and_analysis: Option<Security>,
}

/// What the user behind the token may do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Role {
    pub admin: Option<bool>,
    pub push: Option<bool>,
    pub pull: Option<bool>,
}

/// Security features of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Security {
    pub secret_scanning: Option<Switch>,
    pub secret_scanning_push_protection: Option<Switch>,
}

/// A feature with its status: `enabled` or `disabled`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Switch {
    pub status: Option<Foreign>,
}

/// A commit, of which only the existence counts here.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Commit {
    pub sha: Option<Foreign>,
}

/// A rule that is in force on a branch.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ActiveRule {
    #[serde(rename = "type")]
    pub kind: Option<Foreign>,
    pub ruleset_id: Option<u64>,
    pub ruleset_source: Option<Foreign>,
    pub parameters: Option<RuleParameters>,
}

impl ActiveRule {
    /// Whether it is a rule of that type.
    #[must_use]
    pub fn is(&self, kind: &str) -> bool {
        self.kind.as_ref().is_some_and(|it| it == kind)
    }
}

/// The parameters of the rules that count here.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RuleParameters {
    pub required_approving_review_count: Option<u32>,
    pub required_status_checks: Option<Vec<Check>>,
    pub workflows: Option<Vec<RequiredWorkflow>>,
}

/// A required check.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Check {
    pub context: Option<Foreign>,
}

/// A required workflow of an organisation's ruleset.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RequiredWorkflow {
    pub path: Option<Foreign>,
}

/// Classic branch protection.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Classic {
    pub required_status_checks: Option<ClassicChecks>,
    pub required_pull_request_reviews: Option<ClassicReviews>,
    pub enforce_admins: Option<Flag>,
    pub allow_force_pushes: Option<Flag>,
    pub allow_deletions: Option<Flag>,
}

/// A setting that is on or off.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Flag {
    pub enabled: Option<bool>,
}

/// Required checks of classic protection, in its older and its newer form.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ClassicChecks {
    /// Only in the branch's own stub: `off`, `non_admins`, `everyone`.
    pub enforcement_level: Option<Foreign>,
    pub contexts: Option<Vec<Foreign>>,
    pub checks: Option<Vec<Check>>,
}

impl ClassicChecks {
    /// Whether a check is required at all.
    #[must_use]
    pub fn is_any_required(&self) -> bool {
        self.enforcement_level.as_ref().is_none_or(|level| level != "off")
            && (self.contexts.as_ref().is_some_and(|it| !it.is_empty()) || self.checks.as_ref().is_some_and(|it| !it.is_empty()))
    }
}

/// Required pull requests of classic protection.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ClassicReviews {
    pub required_approving_review_count: Option<u32>,
    pub bypass_pull_request_allowances: Option<Allowances>,
}

/// Who may push without a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Allowances {
    #[serde(default)]
    pub users: Vec<Named>,
    #[serde(default)]
    pub teams: Vec<Named>,
    #[serde(default)]
    pub apps: Vec<Named>,
}

impl Allowances {
    /// Everybody on the list, by name.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let named = self.users.iter().chain(&self.teams).chain(&self.apps);
        named
            .map(|it| it.login.as_ref().or(it.slug.as_ref()).map_or_else(|| "somebody".to_owned(), ToString::to_string))
            .collect()
    }
}

/// A user (`login`), a team or an app (`slug`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Named {
    pub login: Option<Foreign>,
    pub slug: Option<Foreign>,
}

/// A branch with the flag that says whether anything protects it, and a stub of its classic protection.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BranchStub {
    pub protected: Option<bool>,
    pub protection: Option<ProtectionStub>,
}

/// All that a reader without admin rights sees of classic protection.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ProtectionStub {
    pub required_status_checks: Option<ClassicChecks>,
}

/// A ruleset; the bypass list is there only for those who may write it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ruleset {
    pub id: Option<u64>,
    pub name: Option<Foreign>,
    /// `active`, `evaluate`, `disabled`.
    pub enforcement: Option<Foreign>,
    pub bypass_actors: Option<Vec<BypassActor>>,
    /// Of the token's account only: `always`, `pull_requests_only`, `never`, `exempt`.
    pub current_user_can_bypass: Option<Foreign>,
}

/// Somebody whom a ruleset lets through.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BypassActor {
    pub actor_id: Option<i64>,
    /// `Integration`, `OrganizationAdmin`, `RepositoryRole`, `Team`, `DeployKey`, `User`.
    pub actor_type: Option<Foreign>,
    /// `always`, `pull_request`, `exempt`.
    pub bypass_mode: Option<Foreign>,
}

/// A secret scanning alert, without the secret.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Alert {
    pub number: Option<u64>,
    /// `open` or `resolved`.
    pub state: Option<Foreign>,
    pub resolution: Option<Foreign>,
    /// `active`, `inactive`, `unknown`: only `inactive` is the provider's word.
    pub validity: Option<Foreign>,
    pub secret_type: Option<Foreign>,
    pub secret_type_display_name: Option<Foreign>,
    pub publicly_leaked: Option<bool>,
    pub push_protection_bypassed: Option<bool>,
    pub created_at: Option<DateTime<Utc>>,
    pub resolved_at: Option<DateTime<Utc>>,
    pub first_location_detected: Option<Location>,
}

/// Where an alert was first seen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Location {
    pub path: Option<Foreign>,
    pub start_line: Option<u32>,
    pub commit_sha: Option<Foreign>,
}

/// When secret scanning went over what.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ScanHistory {
    pub backfill_scans: Option<Vec<PastScan>>,
}

impl ScanHistory {
    /// Whether the git history was scanned to its end once.
    #[must_use]
    pub fn covers_history(&self) -> bool {
        let is_done = |it: &PastScan| {
            it.kind.as_ref().is_some_and(|kind| kind == "git") && it.status.as_ref().is_some_and(|s| s == "completed")
        };
        self.backfill_scans.as_ref().is_some_and(|scans| scans.iter().any(is_done))
    }
}

/// One scan of the past.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PastScan {
    #[serde(rename = "type")]
    pub kind: Option<Foreign>,
    pub status: Option<Foreign>,
}

/// An environment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Environment {
    pub name: Option<Foreign>,
    pub protection_rules: Option<Vec<ProtectionRule>>,
    /// `null` is any branch; a list that GitHub leaves out says nothing, and reads the same: look at the rules too.
    pub deployment_branch_policy: Option<BranchPolicy>,
}

/// What stands between a deployment and an environment: `required_reviewers`, `wait_timer`, `branch_policy`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ProtectionRule {
    #[serde(rename = "type")]
    pub kind: Option<Foreign>,
}

/// Which branches may deploy to an environment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BranchPolicy {
    pub protected_branches: Option<bool>,
    pub custom_branch_policies: Option<bool>,
}

/// A deployment to an environment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Deployment {
    pub id: Option<u64>,
    pub environment: Option<Foreign>,
    pub sha: Option<Foreign>,
    pub transient_environment: Option<bool>,
    pub production_environment: Option<bool>,
    pub creator: Option<people::Account>,
    pub created_at: Option<DateTime<Utc>>,
}

/// A state that a deployment had.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DeploymentStatus {
    /// `error`, `failure`, `inactive`, `pending`, `success`, `queued`, `in_progress`.
    pub state: Option<Foreign>,
    pub created_at: Option<DateTime<Utc>>,
}
