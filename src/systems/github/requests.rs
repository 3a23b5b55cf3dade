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

/// Types that a plain listing of alerts leaves out (dossier §3.4; the list there is from memory, so a refusal of it is
/// a gap and never a clean bill).
const GENERIC_TYPES: &str = "http_basic_authentication_header,http_bearer_authentication_header,mongodb_connection_string,\
mysql_connection_string,openssh_private_key,pgp_private_key,postgres_connection_string,rsa_private_key,password";

static ALL: [&Template; 16] = [
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
        self.query.iter().fold(call, |call, (name, value)| call.query(name, value))
    }

    fn of(&self, slug: &Slug, more: &[(&str, &str)]) -> ReadCall {
        let own = [("owner", slug.owner.as_str()), ("repo", slug.name.as_str())];
        self.call(&own.iter().chain(more).copied().collect::<Vec<_>>())
    }
}

pub(super) fn user() -> ReadCall {
    USER.call(&[])
}
pub(super) fn repository(slug: &Slug) -> ReadCall {
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
        for (path, query) in requests().iter().filter(|(path, _)| path.contains("/alerts")) {
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
        let calls = [ruleset(&slug, 7), deployment_statuses(&slug, 7), tarball(&slug, "main"), classic_protection(&slug, "main")];
        for call in calls {
            let said = format!("{call:?}");
            for name in ["owner", "repo", "branch", "ruleset_id", "deployment_id", "ref"] {
                assert!(!said.contains(&format!("{{{name}}}")), "{said}");
            }
        }
    }
}
