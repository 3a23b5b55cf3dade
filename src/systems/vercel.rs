//! Vercel's REST API: project, environments, domains, deployments, and the names of variables. GETs only; it never asks
//! for a value to be decrypted and keeps none (`apis/vercel.md`).

pub mod facts;
#[cfg(test)]
mod tests;

pub use facts::{CustomEnvironment, Deployment, Domain, Project, Variable, Variables};

use super::Identity;
use super::refusal::{Asked, Vendor, speaks_for_the_vendor};
use crate::domain::{Foreign, Gap, GapKind, System, VercelProject};
use crate::net::{Door, ReadCall, Reply};
use facts::{Deployments, DomainsPage, Environments, OwnPage, SharedPage};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Vercel, and what to do when it does not accept the token.
pub const VENDOR: Vendor = Vendor {
    system: System::Vercel,
    credential: "Make a token in the client's Vercel team (Account Settings, Tokens), then run `rescue auth set vercel`",
};

const SEAT: &str = "Scope the token to the client's team and ask for a seat there (Viewer or higher)";
const PROJECT: Asked =
    Asked { what: "the project", needs: "Check project and team (`--vercel team/project`), and scope the token to that team" };
const ENVIRONMENTS: Asked = Asked { what: "the custom environments", needs: SEAT };
const DOMAINS: Asked = Asked { what: "the domains", needs: SEAT };
const DEPLOYMENTS: Asked = Asked { what: "the deployments", needs: SEAT };
const VARIABLES: Asked =
    Asked { what: "the environment variables", needs: "Ask for a role that may list the project's environment variables" };
const SHARED: Asked =
    Asked { what: "the team's shared variables", needs: "Ask for a role that may list the team's shared environment variables" };
const ACCOUNT: Asked = Asked { what: "the account", needs: "Use a token of the full account or of the client's team" };

/// Pages that are read of a list before it counts as cut short (HOUSE §5).
const MOST_PAGES: usize = 50;

/// Every request that this client makes, as the vendor's OpenAPI file writes it, with its query parameters.
#[must_use]
pub fn requests() -> &'static [(&'static str, &'static [&'static str])] {
    &[
        ("/v2/user", &[]),
        ("/v2/teams", &["limit"]),
        ("/v9/projects/{idOrName}", &["teamId", "slug"]),
        ("/v9/projects/{idOrName}/custom-environments", &["teamId", "slug"]),
        ("/v9/projects/{idOrName}/domains", &["teamId", "slug", "limit", "until"]),
        ("/v10/projects/{idOrName}/env", &["teamId", "slug"]),
        ("/v1/env", &["teamId", "slug", "projectId"]),
        ("/v6/deployments", &["teamId", "slug", "projectId", "target", "state", "limit"]),
    ]
}

/// Reads one project. Every call names its team exactly once, since without it a 404 lies (§1).
#[derive(Clone)]
pub struct Vercel<'a> {
    door: &'a Door,
    team: Option<String>,
    project: String,
}

impl<'a> Vercel<'a> {
    #[must_use]
    pub fn new(door: &'a Door, project: &VercelProject) -> Self {
        Self { door, team: project.team.clone(), project: project.project.clone() }
    }

    /// The same project by what the anchor answered: its id, and its team if the settings name none.
    #[must_use]
    pub fn anchored(&self, project: &Project) -> Self {
        let owner = project.account_id.as_ref().map(Foreign::as_str).filter(|id| id.starts_with("team_"));
        Self {
            door: self.door,
            team: self.team.clone().or_else(|| owner.map(str::to_owned)),
            project: project.id.as_ref().map_or_else(|| self.project.clone(), |id| id.as_str().to_owned()),
        }
    }

    /// Whether a team owns it, as far as is known.
    #[must_use]
    pub fn has_team(&self) -> bool {
        self.team.is_some()
    }

    /// The project itself: the anchor. Only after it a 404 on a part of it means "not configured" (§1.2).
    ///
    /// # Errors
    /// The gap that hides it.
    pub async fn project(&self) -> Result<Arc<Project>, Gap> {
        self.door.facts(self.anchor(), |reply| VENDOR.data(reply, &PROJECT)).await
    }

    /// What asks for the project itself.
    pub(super) fn anchor(&self) -> ReadCall {
        self.call(format!("v9/projects/{}", ReadCall::segment(&self.project)))
    }

    /// The custom environments; none of them if there are none. Ask the anchor first.
    ///
    /// # Errors
    /// The gap that hides them.
    pub async fn environments(&self) -> Result<Vec<CustomEnvironment>, Gap> {
        let call = self.call(format!("v9/projects/{}/custom-environments", ReadCall::segment(&self.project)));
        let read = |reply: &Reply| {
            if is_absent(reply) { Ok(Environments::default()) } else { VENDOR.data(reply, &ENVIRONMENTS) }
        };
        let list: Arc<Environments> = self.door.facts(call, read).await?;
        Ok(list.environments.clone())
    }

    /// The domains of the project, all pages.
    ///
    /// # Errors
    /// The gap that hides them, or `incomplete` beyond fifty pages.
    pub async fn domains(&self) -> Result<Vec<Domain>, Gap> {
        let mut all = Vec::new();
        let mut until: Option<i64> = None;
        for _ in 0..MOST_PAGES {
            let mut call = self.call(format!("v9/projects/{}/domains", ReadCall::segment(&self.project))).query("limit", 100);
            if let Some(until) = until {
                call = call.query("until", until);
            }
            let page: Arc<DomainsPage> = self.door.facts(call, |reply| VENDOR.data(reply, &DOMAINS)).await?;
            all.extend(page.domains.iter().cloned());
            match page.pagination.as_ref().and_then(|it| it.next) {
                Some(next) if Some(next) != until => until = Some(next),
                _ => return Ok(all),
            }
        }
        Err(Gap::new(GapKind::Incomplete, System::Vercel, format!("there are more than {MOST_PAGES} pages of domains")))
    }

    /// The newest deployments that are ready in an environment, by its slug.
    ///
    /// # Errors
    /// The gap that hides them.
    pub async fn ready_in(&self, environment: &str) -> Result<Vec<Deployment>, Gap> {
        let call = self
            .call("v6/deployments".to_owned())
            .query("projectId", &self.project)
            .query("target", environment)
            .query("state", "READY")
            .query("limit", 20);
        let list: Arc<Deployments> = self.door.facts(call, |reply| VENDOR.data(reply, &DEPLOYMENTS)).await?;
        Ok(list.deployments.clone())
    }

    /// The id of the newest deployment that is ready in an environment, by its slug; none while there is none.
    ///
    /// # Errors
    /// The gap that hides them; a deployment without an id is an `unexpected_answer`.
    pub async fn newest_in(&self, environment: &str) -> Result<Option<Foreign>, Gap> {
        // Deployments are listed by the project's id, which only the project itself knows where it is named otherwise.
        let by_id = if self.project.starts_with("prj_") { self.clone() } else { self.anchored(&*self.project().await?) };
        let call = by_id
            .call("v6/deployments".to_owned())
            .query("projectId", &by_id.project)
            .query("target", environment)
            .query("state", "READY")
            .query("limit", 1);
        let list: Arc<Deployments> = self.door.facts(call, |reply| VENDOR.data(reply, &DEPLOYMENTS)).await?;
        match list.deployments.first() {
            None => Ok(None),
            Some(newest) => newest.uid.clone().map(Some).ok_or_else(|| VENDOR.lacks("the id of the newest deployment")),
        }
    }

    /// The project's own variables: names and places, never values.
    ///
    /// # Errors
    /// The gap that hides them.
    pub async fn variables(&self) -> Result<Arc<Variables>, Gap> {
        let call = self.call(format!("v10/projects/{}/env", ReadCall::segment(&self.project)));
        self.door.facts(call, |reply| VENDOR.data::<OwnPage>(reply, &VARIABLES)?.variables().ok_or_else(unknown_variables)).await
    }

    /// The team's variables that are shared with this project: names and places, never values.
    ///
    /// # Errors
    /// The gap that hides them.
    pub async fn shared_variables(&self) -> Result<Arc<Variables>, Gap> {
        let call = self.call("v1/env".to_owned()).query("projectId", &self.project);
        self.door.facts(call, |reply| VENDOR.data::<SharedPage>(reply, &SHARED).map(SharedPage::variables)).await
    }

    fn call(&self, path: String) -> ReadCall {
        let call = ReadCall::get(System::Vercel, path);
        match self.team.as_deref() {
            Some(team) if team.starts_with("team_") => call.query("teamId", team),
            Some(slug) => call.query("slug", slug),
            None => call,
        }
    }
}

fn unknown_variables() -> Gap {
    VENDOR.lacks("the list of environment variables")
}

fn is_absent(reply: &Reply) -> bool {
    reply.status.as_u16() == 404 && speaks_for_the_vendor(reply)
}

#[derive(Serialize, Deserialize)]
struct Account {
    user: User,
}

#[derive(Serialize, Deserialize)]
struct User {
    username: Option<Foreign>,
    limited: Option<bool>,
}

#[derive(Serialize, Deserialize)]
struct Teams {
    teams: Vec<Team>,
}

#[derive(Serialize, Deserialize)]
struct Team {
    name: Option<Foreign>,
    slug: Option<Foreign>,
}

/// Whose token this is and which teams it sees. A token of one team or project may be refused here and still be good for
/// its project.
///
/// # Errors
/// The gap when Vercel answers neither.
pub async fn who_am_i(door: &Door) -> Result<Identity, Gap> {
    let account = door.facts(ReadCall::get(System::Vercel, "v2/user"), |reply| VENDOR.data::<Account>(reply, &ACCOUNT)).await;
    if let Err(gap) = &account
        && !matches!(gap.kind, GapKind::NoPermission | GapKind::Ambiguous)
    {
        return Err(gap.clone());
    }
    let teams = door
        .facts(ReadCall::get(System::Vercel, "v2/teams").query("limit", 100), |reply| VENDOR.data::<Teams>(reply, &ACCOUNT))
        .await;
    let name = match (&account, &teams) {
        (Ok(account), _) => account.user.username.clone().unwrap_or_else(|| Foreign::new("an account without a name")),
        (Err(_), Ok(_)) => Foreign::new("a token of a team"),
        (Err(gap), Err(_)) => return Err(gap.clone()),
    };
    let mut identity = Identity { name, ..Identity::default() };
    identity.warnings.push(Foreign::new("Vercel has no read-only tokens: this one may do what its user may"));
    if account.is_ok_and(|it| it.user.limited == Some(true)) {
        identity.warnings.push(Foreign::new("Vercel shows a cut-down account: sign in to the team again or widen the token"));
    }
    match teams {
        Ok(list) => {
            let names = list.teams.iter().filter_map(|it| it.name.as_ref().or(it.slug.as_ref()));
            identity.may.extend(names.map(|name| Foreign::new(format!("see the team {name}"))));
        }
        Err(gap) => identity.warnings.push(gap.says),
    }
    Ok(identity)
}
