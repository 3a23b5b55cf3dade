//! The loader against the real checklist, broken files and arbitrary bytes.

mod broken;
mod extending;
mod six_week;

use super::*;
use crate::domain::Checklist;

/// The probes that this issue has; the registry's own test compares it with what the built-in checklist names.
const PROBES: [&str; 64] = [
    "scan.tree",
    "scan.history",
    "scan.exposure-window",
    "site.answers",
    "site.bundle",
    "repo.env-files",
    "repo.service-role",
    "repo.browser-database",
    "repo.authorisation",
    "repo.input-validation",
    "repo.edge-functions",
    "repo.rate-limits",
    "repo.paid-call-limits",
    "repo.usage-quota",
    "repo.migrations",
    "repo.row-level-security",
    "repo.staged-migrations",
    "repo.reversible-migrations",
    "repo.automatic-migrations",
    "repo.pooled-connections",
    "repo.foreign-key-indexes",
    "repo.indexed-filters",
    "repo.business-rules",
    "repo.architecture",
    "repo.ci-steps",
    "repo.critical-advisories",
    "repo.critical-tests",
    "repo.dependencies",
    "repo.incident-playbook",
    "repo.public-secrets",
    "repo.restore-runbook",
    "repo.runbooks",
    "repo.secret-scan-in-ci",
    "repo.systems-inventory",
    "repo.structured-logs",
    "repo.error-tracking",
    "repo.background-jobs",
    "repo.cached-reads",
    "repo.error-pages",
    "repo.swallowed-errors",
    "repo.outbound-timeouts",
    "repo.payment-integrity",
    "github.secret-scanning",
    "github.leak-prevention",
    "github.branch-protection",
    "github.environments",
    "github.owner",
    "github.collaborators",
    "github.builder-access",
    "github.actions-permissions",
    "github.required-checks",
    "github.green-default-branch",
    "github.preview-deployments",
    "github.deploy-source",
    "github.dependency-updates",
    "github.dependabot-alerts",
    "github.backup-workflow",
    "github.scheduled-workflows",
    "github.migration-workflow",
    "supabase.backup-age",
    "supabase.staging",
    "vercel.staging",
    "openai.spend-cap",
    "openrouter.spend-cap",
];

fn exists(probe: &str) -> bool {
    PROBES.contains(&probe)
}

fn no_parents(_: &str) -> Option<String> {
    None
}

fn built_in(name: &str) -> Option<String> {
    (name == embedded_name()).then(|| embedded().to_owned())
}

/// Loads `text` as `checklists/mine.toml`, with the built-in checklist as the only parent.
fn mine(text: &str) -> Result<Checklist, Vec<Problem>> {
    load(text, "checklists/mine.toml", &exists, &built_in)
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to map_err and takes what unwrap_err gives")]
fn told(problems: Vec<Problem>) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}

/// A whole item with these lines added or, where a key is named again, replaced.
fn item_with(id: &str, lines: &str) -> String {
    let fixed = [
        ("phase", "\"week-1\""),
        ("title", "\"It is so\""),
        ("why", "\"Because\""),
        ("founder", "\"It matters\""),
        ("how", "[\"Do it\"]"),
        ("decides", "\"person\""),
    ];
    let kept = fixed.iter().filter(|(key, _)| !lines.lines().any(|line| line.starts_with(&format!("{key} ="))));
    let kept: Vec<String> = kept.map(|(key, value)| format!("{key} = {value}\n")).collect();
    format!("[[item]]\nid = \"{id}\"\n{}{lines}\n", kept.concat())
}

const HEAD: &str = "title = \"Mine\"\nversion = \"1\"\n";
