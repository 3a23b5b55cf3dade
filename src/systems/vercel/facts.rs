//! What is kept of Vercel's answers. Environment values, deploy-hook addresses and bypass keys lie next to these fields
//! and are dropped while reading (`apis/vercel.md` §3).

use crate::domain::Foreign;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A project. Nearly every field is optional at Vercel: missing is unknown.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Project {
    pub id: Option<Foreign>,
    pub name: Option<Foreign>,
    pub account_id: Option<Foreign>,
    pub link: Option<Link>,
    /// What this token may do, resource by resource; absent is unknown.
    pub permissions: Option<Permissions>,
}

/// The Git connection.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Link {
    pub production_branch: Option<Foreign>,
}

/// The rights that decide whether a list of variables is whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Permissions {
    pub project_env_vars: Option<Vec<Foreign>>,
    pub project_env_vars_production: Option<Vec<Foreign>>,
}

impl Project {
    /// Whether this token may list production's variables; none when the answer does not say.
    #[must_use]
    pub fn may_list_production(&self) -> Option<bool> {
        let permissions = self.permissions.as_ref()?;
        let verbs = permissions.project_env_vars_production.as_ref()?;
        Some(verbs.iter().any(|verb| verb == "list" || verb == "read"))
    }

    /// The branch that deploys to production.
    #[must_use]
    pub fn production_branch(&self) -> Option<&Foreign> {
        self.link.as_ref()?.production_branch.as_ref()
    }
}

/// The custom environments, as answered.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Environments {
    pub(super) environments: Vec<CustomEnvironment>,
}

/// An environment besides production, preview and development.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CustomEnvironment {
    pub id: Option<Foreign>,
    pub slug: Option<Foreign>,
    /// `preview`, `production` or `development`.
    #[serde(rename = "type")]
    pub kind: Option<Foreign>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Pagination {
    pub(super) next: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct DomainsPage {
    pub(super) domains: Vec<Domain>,
    pub(super) pagination: Option<Pagination>,
}

/// A domain of the project; with a branch, that branch is served there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Domain {
    pub name: Option<Foreign>,
    pub git_branch: Option<Foreign>,
    pub redirect: Option<Foreign>,
    pub verified: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Deployments {
    pub(super) deployments: Vec<Deployment>,
}

/// A deployment. `target` null is a preview.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Deployment {
    pub uid: Option<Foreign>,
    pub state: Option<Foreign>,
    pub ready_state: Option<Foreign>,
    pub target: Option<Foreign>,
    /// Milliseconds since the epoch.
    pub ready: Option<i64>,
    pub created: Option<i64>,
    pub custom_environment: Option<OfEnvironment>,
}

/// Which custom environment a deployment is of.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OfEnvironment {
    pub id: Option<Foreign>,
    pub slug: Option<Foreign>,
}

impl Deployment {
    /// Whether it is ready.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.ready_state.as_ref().or(self.state.as_ref()).is_some_and(|state| state == "READY")
    }

    /// When it became ready, else when it was made.
    #[must_use]
    pub fn at(&self) -> Option<DateTime<Utc>> {
        self.ready.or(self.created).and_then(DateTime::from_timestamp_millis)
    }

    /// Whether it is of this environment: the filter of the request alone is not believed.
    #[must_use]
    pub fn is_of(&self, environment: &CustomEnvironment) -> bool {
        let same = |mine: Option<&Foreign>, its: Option<&Foreign>| mine.is_some() && mine == its;
        match &self.custom_environment {
            Some(of) => same(of.id.as_ref(), environment.id.as_ref()) || same(of.slug.as_ref(), environment.slug.as_ref()),
            None => same(self.target.as_ref(), environment.slug.as_ref()),
        }
    }
}

/// Names of variables with their places.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Variables {
    pub variables: Vec<Variable>,
    /// Whether the answer said that there is no further page.
    pub complete: bool,
}

/// One entry: a name and where it is set. The value was dropped while reading.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Variable {
    pub id: Option<Foreign>,
    pub key: Foreign,
    pub targets: Vec<Foreign>,
    pub git_branch: Option<Foreign>,
    pub custom_environments: Vec<Foreign>,
    /// Set for every custom environment.
    pub all_custom_environments: bool,
    /// Shared by the team.
    pub shared: bool,
}

impl Variable {
    /// Whether it is set for this target: `production`, `preview`.
    #[must_use]
    pub fn is_for(&self, target: &str) -> bool {
        self.targets.iter().any(|it| it == target)
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    id: Option<Foreign>,
    key: Foreign,
    target: Option<Target>,
    git_branch: Option<Foreign>,
    custom_environment_ids: Option<Vec<Foreign>>,
    apply_to_all_custom_environments: Option<bool>,
    deleted_at: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Target {
    One(Foreign),
    Many(Vec<Foreign>),
}

impl Entry {
    fn variable(self, shared: bool) -> Variable {
        Variable {
            id: self.id,
            key: self.key,
            targets: match self.target {
                Some(Target::One(target)) => vec![target],
                Some(Target::Many(targets)) => targets,
                None => Vec::new(),
            },
            git_branch: self.git_branch,
            custom_environments: self.custom_environment_ids.unwrap_or_default(),
            all_custom_environments: self.apply_to_all_custom_environments == Some(true),
            shared,
        }
    }
}

/// The answer of `/env` in any of its three declared shapes: one bare variable, `{envs}`, `{envs, pagination}` (§1).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OwnPage {
    envs: Option<Vec<Entry>>,
    pagination: Option<Pagination>,
    id: Option<Foreign>,
    key: Option<Foreign>,
    target: Option<Target>,
    git_branch: Option<Foreign>,
    custom_environment_ids: Option<Vec<Foreign>>,
}

impl OwnPage {
    /// The variables; none when the answer has none of the three shapes.
    pub(super) fn variables(self) -> Option<Variables> {
        let complete = self.pagination.as_ref().is_none_or(|it| it.next.is_none());
        let entries = match (self.envs, self.key) {
            (Some(entries), _) => entries,
            (None, Some(key)) => vec![Entry {
                id: self.id,
                key,
                target: self.target,
                git_branch: self.git_branch,
                custom_environment_ids: self.custom_environment_ids,
                apply_to_all_custom_environments: None,
                deleted_at: None,
            }],
            (None, None) => return None,
        };
        Some(Variables { variables: entries.into_iter().map(|it| it.variable(false)).collect(), complete })
    }
}

/// The answer of `/v1/env`, as answered.
#[derive(Debug, Deserialize)]
pub(super) struct SharedPage {
    data: Vec<Entry>,
    pagination: Option<Pagination>,
}

impl SharedPage {
    pub(super) fn variables(self) -> Variables {
        let complete = self.pagination.as_ref().is_none_or(|it| it.next.is_none());
        let variables = self.data.into_iter().filter(|it| it.deleted_at.is_none()).map(|it| it.variable(true)).collect();
        Variables { variables, complete }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(r#"{"envs":[{"key":"A","target":["production"],"value":"v"}]}"#, Some((1, true)))]
    #[case(r#"{"envs":[{"key":"A","target":"preview"}],"pagination":{"count":1,"next":null,"prev":null}}"#, Some((1, true)))]
    #[case(r#"{"envs":[],"pagination":{"next":1540095775951}}"#, Some((0, false)))]
    #[case(r#"{"key":"A","type":"plain","value":"v","target":["production"]}"#, Some((1, true)))]
    #[case(r#"{"envs":[{"value":"v"}]}"#, None)]
    #[case(r#"{"envs":{}}"#, None)]
    #[case("{}", None)]
    fn variables_in_three_shapes(#[case] body: &str, #[case] wanted: Option<(usize, bool)>) {
        let seen = serde_json::from_str::<OwnPage>(body).ok().and_then(OwnPage::variables);
        assert_eq!(seen.map(|it| (it.variables.len(), it.complete)), wanted);
    }
}
