//! Where staging is served: a custom environment that was deployed lately, or a staging branch with a domain.

use super::{Half, StagingHost};
use crate::domain::{Finding, Foreign, Gap, GapKind, Severity, System};
use crate::probes::part::Part;
use crate::probes::words::{age, is_ahead};
use crate::systems::vercel::{CustomEnvironment, VENDOR};
use chrono::{DateTime, TimeDelta, Utc};

/// A custom environment counts when something ready was deployed to it within this time (`apis/vercel.md` §2.4).
const LATELY: TimeDelta = TimeDelta::days(30);
/// Custom environments whose deployments are read; more is `incomplete` if none of these is good.
const MOST: usize = 3;
/// Branches that are staging by their name. Another branch with a domain is for a person to judge.
const NAMES: [&str; 14] = [
    "staging",
    "stage",
    "stg",
    "preprod",
    "pre-prod",
    "preproduction",
    "pre-production",
    "uat",
    "qa",
    "develop",
    "development",
    "dev",
    "test",
    "testing",
];

/// The host that staging has.
pub(super) enum Host {
    /// A custom environment, by its id.
    Environment { id: Foreign },
    /// A branch with a domain.
    Branch { name: Foreign },
}

fn could_be_staging(environment: &CustomEnvironment) -> bool {
    !environment.kind.as_ref().is_some_and(|kind| kind == "production" || kind == "development")
}

/// The slugs of the environments whose deployments are worth reading, the likeliest first.
pub(super) fn candidates(environments: &[CustomEnvironment]) -> Vec<String> {
    let mut slugs: Vec<String> =
        environments.iter().filter(|it| could_be_staging(it)).filter_map(|it| it.slug.clone().map(String::from)).collect();
    slugs.sort_by_key(|slug| (!slug.to_ascii_lowercase().contains("stag"), slug.clone()));
    slugs.truncate(MOST);
    slugs
}

/// The first host that is good; else a gap if something was hidden; else the defect.
pub(super) fn judge(seen: &StagingHost, now: DateTime<Utc>) -> (Option<Host>, Half) {
    let mut gap: Option<Gap> = None;
    let mut stale: Vec<Finding> = Vec::new();
    match &seen.environments {
        Part::Seen(environments) => {
            for environment in environments.iter().filter(|it| could_be_staging(it)) {
                match of_environment(seen, environment, now) {
                    Ok((id, says)) => return (Some(Host::Environment { id }), Half::Good(says)),
                    Err(Why::Hidden(why)) => gap = gap.or(Some(why)),
                    Err(Why::Stale(finding)) => stale.push(*finding),
                }
            }
        }
        Part::Hidden(why) => gap = Some(why.clone()),
    }
    match of_branch(seen) {
        Ok(Some((name, says))) => return (Some(Host::Branch { name }), Half::Good(says)),
        Ok(None) => {}
        Err(why) => gap = gap.or(Some(why)),
    }
    if let Some(gap) = gap {
        return (None, Half::Unseen(gap));
    }
    let says = match stale.first() {
        Some(first) => first.says.to_string(),
        None => "There is no custom environment and no staging branch with a domain".to_owned(),
    };
    if stale.is_empty() {
        let name = seen.project.name.clone().or_else(|| seen.project.id.clone()).unwrap_or_default();
        stale.push(Finding::new(
            "vercel.no-staging",
            name,
            Severity::Medium,
            &says,
            "Add a staging environment and deploy to it",
        ));
    }
    (None, Half::Bad(says, stale))
}

enum Why {
    Hidden(Gap),
    Stale(Box<Finding>),
}

fn of_environment(seen: &StagingHost, environment: &CustomEnvironment, now: DateTime<Utc>) -> Result<(Foreign, String), Why> {
    let (Some(id), Some(slug)) = (&environment.id, &environment.slug) else {
        return Err(Why::Hidden(VENDOR.lacks("the id and name of a custom environment")));
    };
    let deployments = match seen.ready.get(slug.as_str()) {
        Some(Part::Seen(deployments)) => deployments,
        Some(Part::Hidden(gap)) => return Err(Why::Hidden(gap.clone())),
        None => {
            let says = format!("There are more custom environments than the {MOST} that were looked into");
            return Err(Why::Hidden(Gap::new(GapKind::Incomplete, System::Vercel, says).needs("Name the environment staging")));
        }
    };
    let newest = deployments
        .iter()
        .filter(|it| it.is_ready() && it.is_of(environment))
        .filter_map(crate::systems::vercel::Deployment::at)
        .max();
    match newest {
        Some(at) if is_ahead(at, now) => {
            let says = format!("The newest deployment of {slug} is dated in the future");
            Err(Why::Hidden(Gap::new(GapKind::UnexpectedAnswer, System::Vercel, says).needs("Check this machine's clock")))
        }
        Some(at) if now.signed_duration_since(at) <= LATELY => {
            let since = age(now.signed_duration_since(at));
            Ok((id.clone(), format!("The environment {slug} was deployed {since} ago")))
        }
        _ => {
            let says = format!("Nothing ready was deployed to the environment {slug} in 30 days");
            Err(Why::Stale(Box::new(Finding::new(
                "vercel.staging-stale",
                slug,
                Severity::Medium,
                says,
                "Deploy the next change to it first",
            ))))
        }
    }
}

fn of_branch(seen: &StagingHost) -> Result<Option<(Foreign, String)>, Gap> {
    let domains = seen.domains.as_result().map_err(Gap::clone)?;
    let (mut unclear, mut other) = (None, None);
    for domain in domains.iter().filter(|it| it.redirect.is_none()) {
        let (Some(branch), Some(name)) = (&domain.git_branch, &domain.name) else { continue };
        if Some(branch) == seen.project.production_branch() || domain.verified == Some(false) {
            continue;
        }
        let last = branch.as_str().rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        match (NAMES.contains(&last.as_str()), domain.verified) {
            (true, Some(true)) => return Ok(Some((branch.clone(), format!("The branch {branch} is served at {name}")))),
            (true, None) => unclear = Some(VENDOR.lacks("whether a domain is verified")),
            _ => other = other.or(Some((branch, name))),
        }
    }
    if let Some(gap) = unclear {
        return Err(gap);
    }
    match other {
        Some((branch, name)) => {
            let says = format!("The branch {branch} is served at {name}; whether that is staging is not said");
            Err(Gap::new(GapKind::NeedsJudgement, System::Vercel, says).needs("Judge it, or name the branch staging"))
        }
        None => Ok(None),
    }
}
