//! Supabase's Management API: projects, plans, backups, branches, migrations. GETs only, and never a key or a
//! configuration that holds one (`apis/supabase.md`).

pub mod facts;
#[cfg(test)]
mod tests;

pub use facts::{Backup, Backups, Branch, Migration, Organization, Project};

use super::Identity;
use super::refusal::{Asked, Vendor};
use crate::domain::{Foreign, Gap, GapKind, System};
use crate::net::{Door, ReadCall};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Supabase, and what to do when it does not accept the token.
pub const VENDOR: Vendor = Vendor {
    system: System::Supabase,
    credential: "Make a scoped access token in the client's Supabase account, then run `rescue auth set supabase`",
};

// The display names of the permissions are those of `apis/supabase.md` §1.2.
const PROJECT: Asked = Asked {
    what: "the project",
    needs: "Check the project's reference, and give the token the permission Project Settings: read",
};
const ORGANIZATION: Asked =
    Asked { what: "the organisation and its plan", needs: "Give the token the permission Organization Settings: read" };
const BACKUPS: Asked = Asked { what: "the backups", needs: "Give the token the permission Backups: read" };
const BRANCHES: Asked = Asked {
    what: "the branches",
    needs: "Give the token the permissions Production Branches: read and Development Branches: read",
};
const MIGRATIONS: Asked = Asked { what: "the migrations", needs: "Give the token the permission Migrations: read" };
const PROFILE: Asked = Asked { what: "the account", needs: "Give the token the permission Organizations: read" };
const ORGANIZATIONS: Asked = Asked { what: "the organisations", needs: "Give the token the permission Organizations: read" };

/// Every request that this client makes, as the vendor's OpenAPI file writes it, with its query parameters.
#[must_use]
pub fn requests() -> &'static [(&'static str, &'static [&'static str])] {
    &[
        ("/v1/profile", &[]),
        ("/v1/organizations", &[]),
        ("/v1/organizations/{slug}", &[]),
        ("/v1/projects/{ref}", &[]),
        ("/v1/projects/{ref}/database/backups", &[]),
        ("/v1/projects/{ref}/branches", &[]),
        ("/v1/projects/{ref}/database/migrations", &[]),
    ]
}

/// Reads one account's projects.
#[derive(Clone, Copy)]
pub struct Supabase<'a> {
    door: &'a Door,
}

impl<'a> Supabase<'a> {
    #[must_use]
    pub fn new(door: &'a Door) -> Self {
        Self { door }
    }

    /// A project, or a branch by its own reference (§2.1).
    ///
    /// # Errors
    /// The gap that hides it. A 404 is ambiguous: not there, or not visible to this token.
    pub async fn project(&self, reference: &str) -> Result<Arc<Project>, Gap> {
        self.read(format!("v1/projects/{}", ReadCall::segment(reference)), PROJECT).await
    }

    /// An organisation with its plan (§2.1).
    ///
    /// # Errors
    /// The gap that hides it.
    pub async fn organization(&self, slug: &str) -> Result<Arc<Organization>, Gap> {
        self.read(format!("v1/organizations/{}", ReadCall::segment(slug)), ORGANIZATION).await
    }

    /// The platform's own backups of a project (§2.2).
    ///
    /// # Errors
    /// The gap that hides them.
    pub async fn backups(&self, reference: &str) -> Result<Arc<Backups>, Gap> {
        self.read(format!("v1/projects/{}/database/backups", ReadCall::segment(reference)), BACKUPS).await
    }

    /// The branches of a project; `reference` is the parent's (§2.11).
    ///
    /// # Errors
    /// The gap that hides them. A 404 may mean that branching is off, so it is ambiguous and not an empty list.
    pub async fn branches(&self, reference: &str) -> Result<Arc<Vec<Branch>>, Gap> {
        self.read(format!("v1/projects/{}/branches", ReadCall::segment(reference)), BRANCHES).await
    }

    /// The migrations that were applied to a project or branch (§2.5).
    ///
    /// # Errors
    /// The gap that hides them.
    pub async fn migrations(&self, reference: &str) -> Result<Arc<Vec<Migration>>, Gap> {
        self.read(format!("v1/projects/{}/database/migrations", ReadCall::segment(reference)), MIGRATIONS).await
    }

    async fn read<T>(&self, path: String, asked: Asked) -> Result<Arc<T>, Gap>
    where
        T: Serialize + serde::de::DeserializeOwned + Send + Sync + 'static,
    {
        self.door.facts(ReadCall::get(System::Supabase, path), move |reply| VENDOR.data(reply, &asked)).await
    }
}

#[derive(Serialize, Deserialize)]
struct Profile {
    username: Option<Foreign>,
}

#[derive(Serialize, Deserialize)]
struct Named {
    name: Option<Foreign>,
}

/// Whose token this is and which organisations it sees. A scoped token may be refused its own profile and still be good.
///
/// # Errors
/// The gap when neither is answered.
pub async fn who_am_i(door: &Door) -> Result<Identity, Gap> {
    let supabase = Supabase::new(door);
    let profile = supabase.read::<Profile>("v1/profile".to_owned(), PROFILE).await;
    if let Err(gap) = &profile
        && !matches!(gap.kind, GapKind::NoPermission | GapKind::Ambiguous)
    {
        return Err(gap.clone());
    }
    let organizations = supabase.read::<Vec<Named>>("v1/organizations".to_owned(), ORGANIZATIONS).await;
    let name = match (&profile, &organizations) {
        (Ok(profile), _) => profile.username.clone().unwrap_or_else(|| Foreign::new("an account without a name")),
        (Err(_), Ok(_)) => Foreign::new("a scoped token"),
        (Err(_), Err(gap)) => return Err(gap.clone()),
    };
    let mut identity = Identity { name, ..Identity::default() };
    match organizations {
        Ok(list) => {
            let names = list.iter().filter_map(|it| it.name.as_ref());
            identity.may.extend(names.map(|name| Foreign::new(format!("see the organisation {name}"))));
            if list.is_empty() {
                identity.warnings.push(Foreign::new("It sees no organisation: the client still has to invite this account"));
            }
        }
        Err(gap) => identity.warnings.push(gap.says),
    }
    Ok(identity)
}
