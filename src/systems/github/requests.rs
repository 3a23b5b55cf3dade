//! Every request of the GitHub client, as one table of path templates and parameters that the calls are made from and
//! that a contract test can compare with the vendor's description. Nothing here writes.

use crate::domain::{Slug, System};
use crate::net::ReadCall;

/// A path with `{names}` in it, and the parameters that always go with it.
struct Template {
    path: &'static str,
    query: &'static [(&'static str, &'static str)],
}

const PAGED: (&str, &str) = ("per_page", "100");

static USER: Template = Template { path: "/user", query: &[] };
static REPOSITORY: Template = Template { path: "/repos/{owner}/{repo}", query: &[] };
static COMMITS: Template = Template { path: "/repos/{owner}/{repo}/commits", query: &[("per_page", "1")] };
static RULES: Template = Template { path: "/repos/{owner}/{repo}/rules/branches/{branch}", query: &[PAGED] };
static PROTECTION: Template = Template { path: "/repos/{owner}/{repo}/branches/{branch}/protection", query: &[] };
static BRANCH: Template = Template { path: "/repos/{owner}/{repo}/branches/{branch}", query: &[] };
static RULESETS: Template =
    Template { path: "/repos/{owner}/{repo}/rulesets", query: &[("includes_parents", "true"), ("targets", "branch"), PAGED] };
static RULESET: Template =
    Template { path: "/repos/{owner}/{repo}/rulesets/{ruleset_id}", query: &[("includes_parents", "true")] };
/// `hide_secret` is false by default at GitHub: without it the body carries the live secret (dossier §3.4).
static ALERTS: Template =
    Template { path: "/repos/{owner}/{repo}/secret-scanning/alerts", query: &[("hide_secret", "true"), PAGED] };
static GENERIC_ALERTS: Template = Template {
    path: "/repos/{owner}/{repo}/secret-scanning/alerts",
    query: &[("hide_secret", "true"), ("secret_type", GENERIC_TYPES), PAGED],
};
static SCAN_HISTORY: Template = Template { path: "/repos/{owner}/{repo}/secret-scanning/scan-history", query: &[] };
static ENVIRONMENTS: Template = Template { path: "/repos/{owner}/{repo}/environments", query: &[PAGED] };
static DEPLOYMENTS: Template = Template { path: "/repos/{owner}/{repo}/deployments", query: &[PAGED] };
/// Ten, not one: a good deployment that a newer one replaced has `inactive` as its newest state.
static STATUSES: Template =
    Template { path: "/repos/{owner}/{repo}/deployments/{deployment_id}/statuses", query: &[("per_page", "10")] };
static TREE: Template = Template { path: "/repos/{owner}/{repo}/git/trees/{tree_sha}", query: &[("recursive", "1")] };
static TARBALL: Template = Template { path: "/repos/{owner}/{repo}/tarball/{ref}", query: &[] };
static ORGANISATION: Template = Template { path: "/orgs/{org}", query: &[] };
static OWNERS: Template = Template { path: "/orgs/{org}/members", query: &[("role", "admin"), PAGED] };
static COLLABORATORS: Template =
    Template { path: "/repos/{owner}/{repo}/collaborators", query: &[("affiliation", "all"), PAGED] };
static OUTSIDERS: Template =
    Template { path: "/repos/{owner}/{repo}/collaborators", query: &[("affiliation", "outside"), PAGED] };
static KEYS: Template = Template { path: "/repos/{owner}/{repo}/keys", query: &[PAGED] };
static HOOKS: Template = Template { path: "/repos/{owner}/{repo}/hooks", query: &[PAGED] };
static CHANGES: Template = Template { path: "/repos/{owner}/{repo}/commits", query: &[("sha", "{branch}"), PAGED] };
static PULLS: Template = Template {
    path: "/repos/{owner}/{repo}/pulls",
    query: &[("state", "all"), ("base", "{branch}"), ("sort", "updated"), ("direction", "desc"), PAGED],
};
static COMPARE: Template = Template { path: "/repos/{owner}/{repo}/compare/{basehead}", query: &[("per_page", "1")] };
static STATUS: Template = Template { path: "/repos/{owner}/{repo}/commits/{ref}/status", query: &[("per_page", "1")] };
static WORKFLOWS: Template = Template { path: "/repos/{owner}/{repo}/actions/workflows", query: &[PAGED] };
static CONTENTS: Template = Template { path: "/repos/{owner}/{repo}/contents/{path}", query: &[("ref", "{branch}")] };
/// Without `exclude_pull_requests` the bodies are many times as large (dossier §3.3).
static PULL_RUNS: Template = Template {
    path: "/repos/{owner}/{repo}/actions/runs",
    query: &[("event", "pull_request"), ("exclude_pull_requests", "true"), PAGED],
};
static PUSH_RUNS: Template = Template {
    path: "/repos/{owner}/{repo}/actions/runs",
    query: &[("event", "push"), ("branch", "{branch}"), ("exclude_pull_requests", "true"), PAGED],
};
static SCHEDULED_RUNS: Template = Template {
    path: "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs",
    query: &[("event", "schedule"), ("branch", "{branch}"), ("exclude_pull_requests", "true"), PAGED],
};
static JOBS: Template = Template { path: "/repos/{owner}/{repo}/actions/runs/{run_id}/jobs", query: &[PAGED] };
static ARTIFACTS: Template = Template { path: "/repos/{owner}/{repo}/actions/runs/{run_id}/artifacts", query: &[PAGED] };
static ACTIONS: Template = Template { path: "/repos/{owner}/{repo}/actions/permissions", query: &[] };
static WORKFLOW_TOKEN: Template = Template { path: "/repos/{owner}/{repo}/actions/permissions/workflow", query: &[] };
static ADVISORIES: Template = Template {
    path: "/repos/{owner}/{repo}/dependabot/alerts",
    query: &[("state", "open"), ("severity", "critical,high"), PAGED],
};
static ANY_ADVISORY: Template = Template { path: "/repos/{owner}/{repo}/dependabot/alerts", query: &[("per_page", "1")] };
static ALERT_SWITCH: Template = Template { path: "/repos/{owner}/{repo}/vulnerability-alerts", query: &[] };
static SECURITY_FIXES: Template = Template { path: "/repos/{owner}/{repo}/automated-security-fixes", query: &[] };

/// Types that a plain listing of alerts leaves out (dossier §3.4; the list there is from memory, so a refusal of it is
/// a gap and never a clean bill).
const GENERIC_TYPES: &str = "http_basic_authentication_header,http_bearer_authentication_header,mongodb_connection_string,\
mysql_connection_string,openssh_private_key,pgp_private_key,postgres_connection_string,rsa_private_key,password";

static ALL: [&Template; 39] = [
    &USER,
    &REPOSITORY,
    &COMMITS,
    &RULES,
    &PROTECTION,
    &BRANCH,
    &RULESETS,
    &RULESET,
    &ALERTS,
    &GENERIC_ALERTS,
    &SCAN_HISTORY,
    &ENVIRONMENTS,
    &DEPLOYMENTS,
    &STATUSES,
    &TREE,
    &TARBALL,
    &ORGANISATION,
    &OWNERS,
    &COLLABORATORS,
    &OUTSIDERS,
    &KEYS,
    &HOOKS,
    &CHANGES,
    &PULLS,
    &COMPARE,
    &STATUS,
    &WORKFLOWS,
    &CONTENTS,
    &PULL_RUNS,
    &PUSH_RUNS,
    &SCHEDULED_RUNS,
    &JOBS,
    &ARTIFACTS,
    &ACTIONS,
    &WORKFLOW_TOKEN,
    &ADVISORIES,
    &ANY_ADVISORY,
    &ALERT_SWITCH,
    &SECURITY_FIXES,
];

/// Every request as a path template and its parameters, for the contract test.
#[must_use]
pub fn requests() -> Vec<(&'static str, &'static [(&'static str, &'static str)])> {
    ALL.iter().map(|template| (template.path, template.query)).collect()
}

impl Template {
    fn call(&self, values: &[(&str, &str)]) -> ReadCall {
        let path = values
            .iter()
            .fold(self.path.to_owned(), |path, (name, value)| path.replace(&format!("{{{name}}}"), &ReadCall::segment(value)));
        let call = ReadCall::get(System::Github, path)
            .header("accept", "application/vnd.github+json")
            .header("x-github-api-version", "2022-11-28");
        self.query.iter().fold(call, |call, (name, value)| {
            let hole = value.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
            let filled = hole.and_then(|hole| values.iter().find(|(given, _)| *given == hole)).map_or(*value, |(_, it)| *it);
            call.query(name, filled)
        })
    }

    fn of(&self, slug: &Slug, more: &[(&str, &str)]) -> ReadCall {
        let own = [("owner", slug.owner.as_str()), ("repo", slug.name.as_str())];
        self.call(&own.iter().chain(more).copied().collect::<Vec<_>>())
    }
}

pub(in crate::systems) fn user() -> ReadCall {
    USER.call(&[])
}
pub(in crate::systems) fn repository(slug: &Slug) -> ReadCall {
    REPOSITORY.of(slug, &[])
}
pub(super) fn newest_commit(slug: &Slug) -> ReadCall {
    COMMITS.of(slug, &[])
}
pub(super) fn active_rules(slug: &Slug, branch: &str) -> ReadCall {
    RULES.of(slug, &[("branch", branch)])
}
pub(super) fn classic_protection(slug: &Slug, branch: &str) -> ReadCall {
    PROTECTION.of(slug, &[("branch", branch)])
}
pub(super) fn branch(slug: &Slug, branch: &str) -> ReadCall {
    BRANCH.of(slug, &[("branch", branch)])
}
pub(super) fn rulesets(slug: &Slug) -> ReadCall {
    RULESETS.of(slug, &[])
}
pub(super) fn ruleset(slug: &Slug, id: u64) -> ReadCall {
    RULESET.of(slug, &[("ruleset_id", &id.to_string())])
}
pub(super) fn alerts(slug: &Slug) -> ReadCall {
    ALERTS.of(slug, &[])
}
pub(super) fn generic_alerts(slug: &Slug) -> ReadCall {
    GENERIC_ALERTS.of(slug, &[])
}
pub(super) fn scan_history(slug: &Slug) -> ReadCall {
    SCAN_HISTORY.of(slug, &[])
}
pub(super) fn environments(slug: &Slug) -> ReadCall {
    ENVIRONMENTS.of(slug, &[])
}
pub(super) fn deployments(slug: &Slug) -> ReadCall {
    DEPLOYMENTS.of(slug, &[])
}
pub(super) fn deployment_statuses(slug: &Slug, id: u64) -> ReadCall {
    STATUSES.of(slug, &[("deployment_id", &id.to_string())])
}
pub(super) fn tree(slug: &Slug, git_ref: &str) -> ReadCall {
    TREE.of(slug, &[("tree_sha", git_ref)])
}
pub(super) fn tarball(slug: &Slug, git_ref: &str) -> ReadCall {
    TARBALL.of(slug, &[("ref", git_ref)])
}
pub(super) fn organisation(org: &str) -> ReadCall {
    ORGANISATION.call(&[("org", org)])
}
pub(super) fn owners(org: &str) -> ReadCall {
    OWNERS.call(&[("org", org)])
}
pub(super) fn collaborators(slug: &Slug) -> ReadCall {
    COLLABORATORS.of(slug, &[])
}
pub(super) fn outsiders(slug: &Slug) -> ReadCall {
    OUTSIDERS.of(slug, &[])
}
pub(super) fn keys(slug: &Slug) -> ReadCall {
    KEYS.of(slug, &[])
}
pub(super) fn hooks(slug: &Slug) -> ReadCall {
    HOOKS.of(slug, &[])
}
pub(super) fn changes(slug: &Slug, branch: &str) -> ReadCall {
    CHANGES.of(slug, &[("branch", branch)])
}
pub(super) fn pulls(slug: &Slug, branch: &str) -> ReadCall {
    PULLS.of(slug, &[("branch", branch)])
}
pub(super) fn compare(slug: &Slug, base: &str, head: &str) -> ReadCall {
    COMPARE.of(slug, &[("basehead", &format!("{base}...{head}"))])
}
pub(super) fn status(slug: &Slug, git_ref: &str) -> ReadCall {
    STATUS.of(slug, &[("ref", git_ref)])
}
pub(super) fn workflows(slug: &Slug) -> ReadCall {
    WORKFLOWS.of(slug, &[])
}
pub(super) fn contents(slug: &Slug, path: &str, branch: &str) -> ReadCall {
    CONTENTS.of(slug, &[("path", path), ("branch", branch)])
}
pub(super) fn pull_runs(slug: &Slug) -> ReadCall {
    PULL_RUNS.of(slug, &[])
}
pub(super) fn push_runs(slug: &Slug, branch: &str) -> ReadCall {
    PUSH_RUNS.of(slug, &[("branch", branch)])
}
pub(super) fn scheduled_runs(slug: &Slug, workflow: u64, branch: &str) -> ReadCall {
    SCHEDULED_RUNS.of(slug, &[("workflow_id", &workflow.to_string()), ("branch", branch)])
}
pub(super) fn jobs(slug: &Slug, run: u64) -> ReadCall {
    JOBS.of(slug, &[("run_id", &run.to_string())])
}
pub(super) fn artifacts(slug: &Slug, run: u64) -> ReadCall {
    ARTIFACTS.of(slug, &[("run_id", &run.to_string())])
}
pub(super) fn actions(slug: &Slug) -> ReadCall {
    ACTIONS.of(slug, &[])
}
pub(super) fn workflow_token(slug: &Slug) -> ReadCall {
    WORKFLOW_TOKEN.of(slug, &[])
}
pub(super) fn advisories(slug: &Slug) -> ReadCall {
    ADVISORIES.of(slug, &[])
}
pub(super) fn any_advisory(slug: &Slug) -> ReadCall {
    ANY_ADVISORY.of(slug, &[])
}
pub(super) fn alert_switch(slug: &Slug) -> ReadCall {
    ALERT_SWITCH.of(slug, &[])
}
pub(super) fn security_fixes(slug: &Slug) -> ReadCall {
    SECURITY_FIXES.of(slug, &[])
}
/// The next page at the address that GitHub named.
pub(super) fn follow(address: &url::Url) -> ReadCall {
    ReadCall::follow(System::Github, address)
        .header("accept", "application/vnd.github+json")
        .header("x-github-api-version", "2022-11-28")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_are_never_asked_for_with_their_secrets() {
        for (path, query) in requests().iter().filter(|(path, _)| path.contains("secret-scanning/alerts")) {
            assert!(query.contains(&("hide_secret", "true")), "{path}");
        }
    }

    #[test]
    fn a_branch_with_a_slash_stays_one_segment() {
        let slug = "acme/app".parse().unwrap();
        let call = format!("{:?}", active_rules(&slug, "feat/x"));
        assert!(call.contains("repos/acme/app/rules/branches/feat%2Fx"), "{call}");
    }

    #[test]
    fn no_template_keeps_a_hole() {
        let slug = "acme/app".parse().unwrap();
        let calls = [
            ruleset(&slug, 7),
            deployment_statuses(&slug, 7),
            tarball(&slug, "main"),
            classic_protection(&slug, "main"),
            pulls(&slug, "main"),
            contents(&slug, "a/b.yml", "main"),
            scheduled_runs(&slug, 7, "main"),
        ];
        for call in calls {
            let said = format!("{call:?}");
            for name in ["owner", "repo", "branch", "ruleset_id", "deployment_id", "ref", "path", "workflow_id"] {
                assert!(!said.contains(&format!("{{{name}}}")), "{said}");
            }
        }
    }
}
