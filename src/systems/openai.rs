//! OpenAI's administration API: projects, hard limits, costs. GETs only; it never asks for a key list or for usage by
//! person (`apis/spend.md` §1).

pub mod facts;
#[cfg(test)]
mod tests;

pub use facts::{Costs, Project, Projects, SpendLimit, Spent};

use super::Identity;
use super::refusal::{Asked, Vendor, speaks_for_the_vendor};
use crate::domain::{Foreign, Gap, GapKind, System};
use crate::net::{Door, ReadCall, Reply};
use chrono::{DateTime, Utc};
use facts::CostsPage;
use std::sync::Arc;

/// OpenAI, and what to do when it does not accept the key.
pub const VENDOR: Vendor = Vendor {
    system: System::Openai,
    credential: "Ask an organisation owner for an admin key (Settings, Admin keys; a project key does not work here), \
                 then run `rescue auth set openai`",
};

const OWNER: &str = "Ask an organisation owner for an admin key that may read projects, limits and costs";
const PROJECTS: Asked = Asked { what: "the projects", needs: OWNER };
const PROJECT: Asked = Asked { what: "the project", needs: "Check the project's id: the admin key must be of its organisation" };
const LIMIT: Asked = Asked { what: "the spend limit", needs: OWNER };
const COSTS: Asked = Asked { what: "the costs", needs: OWNER };

/// Every request that this client makes, as the vendor's OpenAPI file writes it (its base ends in `/v1`), with its query
/// parameters.
#[must_use]
pub fn requests() -> &'static [(&'static str, &'static [&'static str])] {
    &[
        ("/organization/projects", &["limit"]),
        ("/organization/projects/{project_id}", &[]),
        ("/organization/projects/{project_id}/spend_limit", &[]),
        ("/organization/spend_limit", &[]),
        ("/organization/costs", &["start_time", "bucket_width", "limit", "group_by"]),
    ]
}

/// Reads the organisation that the admin key names.
#[derive(Clone, Copy)]
pub struct Openai<'a> {
    door: &'a Door,
}

impl<'a> Openai<'a> {
    #[must_use]
    pub fn new(door: &'a Door) -> Self {
        Self { door }
    }

    /// The control call of `apis/spend.md` §0.2: the first project, and whether there are more.
    ///
    /// # Errors
    /// The gap that hides them.
    pub async fn projects(&self) -> Result<Arc<Projects>, Gap> {
        let call = ReadCall::get(System::Openai, "v1/organization/projects").query("limit", 1);
        self.door.facts(call, |reply| VENDOR.data(reply, &PROJECTS)).await
    }

    /// A project of this organisation; none when the organisation says that it has none of that id.
    ///
    /// # Errors
    /// The gap that hides it.
    pub async fn project(&self, id: &str) -> Result<Arc<Option<Project>>, Gap> {
        let call = ReadCall::get(System::Openai, format!("v1/organization/projects/{}", ReadCall::segment(id)));
        self.door.facts(call, |reply| if is_absent(reply) { Ok(None) } else { VENDOR.data(reply, &PROJECT).map(Some) }).await
    }

    /// The hard limit of a project; none when OpenAI answers that there is none. Only with [`Openai::projects`] seen is
    /// that word about the limit and not about the key.
    ///
    /// # Errors
    /// The gap that hides it.
    pub async fn project_limit(&self, id: &str) -> Result<Arc<Option<SpendLimit>>, Gap> {
        self.limit(format!("v1/organization/projects/{}/spend_limit", ReadCall::segment(id)), "project.spend_limit").await
    }

    /// The hard limit of the organisation, as [`Openai::project_limit`].
    ///
    /// # Errors
    /// The gap that hides it.
    pub async fn organization_limit(&self) -> Result<Arc<Option<SpendLimit>>, Gap> {
        self.limit("v1/organization/spend_limit".to_owned(), "organization.spend_limit").await
    }

    async fn limit(&self, path: String, object: &'static str) -> Result<Arc<Option<SpendLimit>>, Gap> {
        self.door.facts(ReadCall::get(System::Openai, path), move |reply| limit_of(reply, object)).await
    }

    /// What was spent since `from` by project, in the running UTC days. Costs lag by minutes to hours.
    ///
    /// # Errors
    /// The gap that hides it; `unexpected_answer` for another currency or an amount that is missing, which is not zero.
    pub async fn costs_since(&self, from: DateTime<Utc>) -> Result<Arc<Costs>, Gap> {
        let call = ReadCall::get(System::Openai, "v1/organization/costs")
            .query("start_time", from.timestamp())
            .query("bucket_width", "1d")
            .query("limit", 32)
            .query("group_by", "project_id");
        self.door
            .facts(call, |reply| {
                let page: CostsPage = VENDOR.data(reply, &COSTS)?;
                page.summed().ok_or_else(|| VENDOR.lacks("an amount in US dollars for each day"))
            })
            .await
    }
}

/// A 404 of the vendor's own that says that the thing is not there. `Invalid URL` says that the *endpoint* is not there for
/// this account, and a page or an empty body is somebody else's answer.
fn is_absent(reply: &Reply) -> bool {
    let about_the_address = || String::from_utf8_lossy(&reply.body).to_ascii_lowercase().contains("invalid url");
    reply.status.as_u16() == 404 && speaks_for_the_vendor(reply) && !about_the_address()
}

/// Reads a limit. What is answered when none is set is not documented (404 or an empty object): both are none; any other
/// shape is unexpected, so that a strange answer is never taken for "no limit".
fn limit_of(reply: &Reply, object: &str) -> Result<Option<SpendLimit>, Gap> {
    if is_absent(reply) {
        return Ok(None);
    }
    let fields: serde_json::Map<String, serde_json::Value> = VENDOR.data(reply, &LIMIT)?;
    if fields.is_empty() {
        return Ok(None);
    }
    if fields.get("object").and_then(|it| it.as_str()) != Some(object) {
        return Err(VENDOR.lacks("the mark of a spend limit"));
    }
    reply.json(System::Openai).map(Some)
}

/// Which organisation the admin key names, by its first project.
///
/// # Errors
/// The gap when it may not list projects.
pub async fn who_am_i(door: &Door) -> Result<Identity, Gap> {
    let projects = Openai::new(door).projects().await?;
    let more = if projects.has_more == Some(true) { " and more" } else { "" };
    let name = match projects.data.as_deref() {
        Some([first, ..]) => Foreign::new(format!("admin key of the organisation with the project {}{more}", first.title())),
        Some([]) => Foreign::new("admin key of an organisation without projects"),
        None => return Err(VENDOR.lacks("the list of projects")),
    };
    Ok(Identity {
        name,
        may: vec![Foreign::new("list projects")],
        warnings: vec![Foreign::new(
            "An admin key can do everything in the organisation; ask for one that expires with the engagement",
        )],
        expires: None,
    })
}

/// A gap for a limit whose `enforcement.status` decides nothing (`apis/spend.md` §1, the trap).
#[must_use]
pub fn enforcement_unclear(scope: &str, amount: impl std::fmt::Display) -> Gap {
    let says = format!("The {scope}'s limit of {amount} dollars is stored, but its enforcement is reported inactive");
    Gap::new(GapKind::Ambiguous, System::Openai, says).needs("Open Limits in OpenAI's settings and switch the hard limit on")
}
