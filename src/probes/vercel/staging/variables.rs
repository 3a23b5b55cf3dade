//! Whether staging reaches backing services by entries of its own: names and places only, never a value.

use super::host::Host;
use super::{Half, StagingHost};
use crate::domain::{Finding, Foreign, Gap, GapKind, Note, NoteLevel, Severity, System};
use crate::probes::part::Part;
use crate::systems::vercel::{Variable, Variables};
use std::collections::BTreeSet;

/// What the name of a variable says when it leads to data: databases, their platforms, caches, buckets.
const BACKING: [&str; 19] = [
    "SUPABASE",
    "DATABASE_URL",
    "DATABASE_URI",
    "DB_URL",
    "DB_HOST",
    "DIRECT_URL",
    "POSTGRES",
    "PGHOST",
    "MYSQL",
    "MONGO",
    "REDIS",
    "KV_REST",
    "FIREBASE",
    "FIRESTORE",
    "TURSO",
    "LIBSQL",
    "NEON",
    "BUCKET",
    "CONVEX",
];
/// What the name of a variable says when it is a credential of something else.
const CREDENTIAL: [&str; 5] = ["SECRET", "TOKEN", "API_KEY", "PASSWORD", "PRIVATE_KEY"];

fn is_backing(key: &Foreign) -> bool {
    let key = key.as_str().to_ascii_uppercase();
    BACKING.iter().any(|part| key.contains(part))
}

fn is_credential(key: &Foreign) -> bool {
    let key = key.as_str().to_ascii_uppercase();
    !key.starts_with("NEXT_PUBLIC_") && !key.starts_with("VITE_") && CREDENTIAL.iter().any(|part| key.contains(part))
}

/// The entries that were seen, of project and team.
fn entries(seen: &StagingHost) -> impl Iterator<Item = &Variable> {
    let lists = [seen.own.seen(), seen.shared.as_ref().and_then(Part::seen)];
    lists.into_iter().flatten().flat_map(|list: &Variables| &list.variables)
}

/// One entry for production and, at the same time, previews or the environment that is staging.
fn is_shared(variable: &Variable, host: Option<&Host>) -> bool {
    variable.is_for("production")
        && (variable.is_for("preview") || matches!(host, Some(Host::Environment { id }) if reaches(variable, id)))
}

fn reaches(variable: &Variable, environment: &Foreign) -> bool {
    variable.all_custom_environments || variable.custom_environments.contains(environment)
}

fn is_of_staging(variable: &Variable, host: &Host) -> bool {
    match host {
        Host::Environment { id } => reaches(variable, id),
        Host::Branch { name } => variable.is_for("preview") && variable.git_branch.as_ref().is_none_or(|branch| branch == name),
    }
}

/// The names of backing services' entries that production and staging share.
fn shared_keys(seen: &StagingHost, host: Option<&Host>) -> BTreeSet<Foreign> {
    entries(seen).filter(|it| is_backing(&it.key) && is_shared(it, host)).map(|it| it.key.clone()).collect()
}

/// The names of backing services' entries that production shares with anything that could be staging.
pub(super) fn keys_to_split(seen: &StagingHost) -> BTreeSet<Foreign> {
    let elsewhere = |it: &Variable| it.is_for("preview") || it.all_custom_environments || !it.custom_environments.is_empty();
    entries(seen).filter(|it| is_backing(&it.key) && it.is_for("production") && elsewhere(it)).map(|it| it.key.clone()).collect()
}

/// A warning for each other credential that production and previews share.
pub(super) fn other_shared(seen: &StagingHost) -> Vec<Note> {
    let keys: BTreeSet<&Foreign> = entries(seen)
        .filter(|it| !is_backing(&it.key) && is_credential(&it.key) && is_shared(it, None))
        .map(|it| &it.key)
        .collect();
    keys.into_iter()
        .map(|key| Note {
            key: format!("vercel.shared-credential:{key}"),
            level: NoteLevel::Warning,
            says: Foreign::new(format!("Previews use production's {key}")),
            place: None,
        })
        .collect()
}

/// The rule of `apis/vercel.md` §2.3: a shared entry fails; what is absent or hidden keeps the question open.
pub(super) fn judge(seen: &StagingHost, host: Option<&Host>) -> Half {
    let shared = shared_keys(seen, host);
    if !shared.is_empty() {
        let findings = shared.iter().map(|key| {
            let says = format!("One entry of {key} serves production and staging");
            Finding::new("vercel.shared-entry", key, Severity::High, says, "Split it into two entries with different values")
        });
        let names: Vec<&str> = shared.iter().map(Foreign::as_str).collect();
        return Half::Bad(format!("Production and staging share {}", names.join(", ")), findings.collect());
    }
    match whole(seen).and_then(|()| compare(seen, host)) {
        Ok(says) => Half::Good(says),
        Err(gap) => Half::Unseen(gap),
    }
}

/// Whether every list was seen to its end.
fn whole(seen: &StagingHost) -> Result<(), Gap> {
    let role = "Ask for a role that may list production's environment variables";
    for part in [Some(&seen.own), seen.shared.as_ref()].into_iter().flatten() {
        let list = part.as_result().map_err(Gap::clone)?;
        if !list.complete {
            let says = "The list of environment variables goes on after its first page";
            return Err(
                Gap::new(GapKind::Incomplete, System::Vercel, says).needs("Look at the variables in the project's settings")
            );
        }
    }
    if seen.project.may_list_production() == Some(false) {
        let says = "This token may not list production's environment variables";
        return Err(Gap::new(GapKind::NoPermission, System::Vercel, says).needs(role));
    }
    Ok(())
}

fn compare(seen: &StagingHost, host: Option<&Host>) -> Result<String, Gap> {
    let Some(host) = host else {
        let says = "Without a staging host its variables cannot be told from those of previews";
        return Err(Gap::new(GapKind::Incomplete, System::Vercel, says).needs("Add a staging environment, then run this again"));
    };
    let keys = |wanted: &dyn Fn(&Variable) -> bool| -> BTreeSet<&Foreign> {
        entries(seen).filter(|it| is_backing(&it.key) && wanted(it)).map(|it| &it.key).collect()
    };
    let production = keys(&|it| it.is_for("production"));
    let staging = keys(&|it| is_of_staging(it, host));
    let step = "Ask for a role that may list all variables, or set the same names for both";
    if production.is_empty() && staging.is_empty() {
        let says = "No environment variable is listed that names a database or another backing service";
        return Err(Gap::new(GapKind::Incomplete, System::Vercel, says).needs(step));
    }
    let only: Vec<&str> = production.symmetric_difference(&staging).map(|it| it.as_str()).collect();
    if only.is_empty() {
        return Ok(format!("its {} backing variables have entries of their own", production.len()));
    }
    // A short list is no proof of absence: roles may hide variables one by one.
    let says = format!("These variables are listed for only one of production and staging: {}", only.join(", "));
    Err(Gap::new(GapKind::Incomplete, System::Vercel, says).needs(step))
}
