//! A change can be tried before it reaches users: GitHub knows a staging-like environment with a successful deployment
//! in the last thirty days (dossier github.md §3.9). Deploys that happen outside GitHub are not judged here.

use super::{named, repository};
use crate::domain::{AppSettings, Consent, Finding, Gap, GapKind, Note, NoteLevel, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::hub::note;
use crate::probes::{Meta, Part, Probe, Sight, Stage};
use crate::systems::github::Listed;
use crate::systems::github::facts::{Deployment, DeploymentStatus, Environment, Repository};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// See the module.
pub struct Environments;

/// Environments and what was deployed to those that look like staging.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// For what the plan allows; none when it could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<Repository>,
    pub environments: Part<Listed<Environment>>,
    /// Of the last thirty days.
    pub deployments: Part<Listed<Deployment>>,
    /// The staging-like ones whose states were read.
    pub tried: Vec<Tried>,
    /// How many staging-like ones were left.
    pub untried: usize,
}

/// A deployment and its newest states.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    pub deployment: Deployment,
    pub states: Part<Vec<DeploymentStatus>>,
}

/// How old the successful deployment may be.
const WINDOW: TimeDelta = TimeDelta::days(30);
/// Most deployments whose states are read.
const MOST_TRIED: u32 = 10;

/// What an environment is by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Staging,
    Production,
    /// Made by GitHub itself; no place where the app runs.
    Machinery,
    Other,
}

impl Probe for Environments {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "github.environments",
        system: System::Github,
        asks: "Does GitHub know a staging environment that was deployed to in the last 30 days?",
        needs: &["Actions: read (environments)", "Deployments: read"],
        cost: &[(System::Github, 3 + MOST_TRIED)],
        consent: Consent::Passive,
        kind: ProbeKind::Proof,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 60,
        docs: "https://docs.github.com/rest/deployments/environments#list-environments",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let (github, slug) = repository(sight)?;
        let since = sight.now - WINDOW;
        let (environments, deployments, repository) =
            futures_util::join!(github.environments(slug), github.deployments(slug, since), github.repository(slug));
        if let (Err(gap), Err(_)) = (&environments, &deployments) {
            return Err(gap.clone());
        }
        let repository = repository.ok().map(|it| (*it).clone());
        let deployments: Part<Listed<Deployment>> = deployments.into();
        let deployments = deployments.map(|mut list| {
            list.items.retain(|it| it.created_at.is_none_or(|at| at >= since));
            list
        });
        let candidates = candidates(deployments.seen().map_or(&[], |list| &list.items));
        let mut seen =
            Seen { repository, environments: environments.into(), deployments, tried: Vec::new(), untried: candidates.len() };
        for (deployment, _) in candidates.into_iter().zip(0..MOST_TRIED) {
            let Some(id) = deployment.id else { continue };
            let states = github.deployment_statuses(slug, id).await.map(|it| (*it).clone()).into();
            seen.tried.push(Tried { deployment, states });
            seen.untried -= 1;
            if success(&seen, sight.now).is_some() {
                break;
            }
        }
        Ok(seen)
    }

    fn decide(seen: &Seen, settings: &AppSettings, now: DateTime<Utc>) -> Verdict {
        if let Some((name, at)) = success(seen, now) {
            let says = format!("{name} was deployed to with success on {}", at.format("%Y-%m-%d"));
            return Verdict::pass(says).with_notes(production_gates(seen));
        }
        let names = names(seen);
        let of = |kind| names.iter().filter(|name| kind_of(name) == kind).cloned().collect::<Vec<_>>();
        let (staging, other, production) = (of(Kind::Staging), of(Kind::Other), of(Kind::Production));
        let verdict = match what_hides(seen) {
            Some(gap) => Verdict::undecided(gap),
            None if !staging.is_empty() => judge(
                format!("{} had no successful deployment in the last 30 days", staging.join(", ")),
                "Deploy to it once, or say where changes are tried",
            ),
            None if !other.is_empty() => judge(
                format!("GitHub knows {} and no environment called staging", other.join(", ")),
                "Say whether one of them is staging",
            ),
            None if !production.is_empty() => {
                let says = format!("{} is the only place that GitHub deploys to", production.join(", "));
                let fix = "Add a staging environment and deploy every change to it first";
                Verdict::fail(&says, vec![Finding::new("github.no-staging", named(settings), Severity::Medium, &says, fix)])
            }
            None => Verdict::undecided(
                Gap::new(
                    GapKind::Ambiguous,
                    System::Github,
                    "GitHub knows no environment and no deployment of the app: it is deployed another way",
                )
                .needs("Connect what deploys the app, such as Vercel"),
            ),
        };
        let verdict = verdict.with_notes(production_gates(seen));
        staging.iter().fold(verdict, |verdict, name| {
            verdict.note(NoteLevel::Evidence, format!("github.environment-{name}"), format!("environment {name} exists"))
        })
    }

    fn remedy(seen: &Seen, settings: &AppSettings) -> Remedy {
        let names = names(seen);
        let Some(production) = names.iter().find(|name| kind_of(name) == Kind::Production) else { return Remedy::default() };
        if names.iter().any(|name| matches!(kind_of(name), Kind::Staging | Kind::Other)) || what_hides(seen).is_some() {
            return Remedy::default();
        }
        Remedy {
            steps: vec![
                format!(
                    "Add an environment `staging` beside {production}: https://github.com/{}/settings/environments",
                    named(settings)
                )
                .into(),
                "Give it its own database and keys, none of production's".into(),
                "Deploy every merged change to it before production".into(),
            ],
            effort: crate::domain::checklist::Effort::M,
        }
    }
}

fn judge(says: String, needs: &str) -> Verdict {
    Verdict::undecided(Gap::new(GapKind::NeedsJudgement, System::Github, says).needs(needs))
}

/// Staging-like deployments: the newest of each environment first, so that many failing previews do not hide staging.
fn candidates(deployments: &[Deployment]) -> Vec<Deployment> {
    let mut met: BTreeMap<&str, usize> = BTreeMap::new();
    let mut ranked: Vec<(usize, &Deployment)> = Vec::new();
    for deployment in deployments {
        let Some(name) = deployment.environment.as_ref().filter(|name| kind_of(name.as_str()) == Kind::Staging) else { continue };
        let rank = met.entry(name.as_str()).or_default();
        ranked.push((*rank, deployment));
        *rank += 1;
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, it)| it.clone()).collect()
}

/// A success counts even if a newer deployment made it `inactive`.
fn success(seen: &Seen, now: DateTime<Utc>) -> Option<(String, DateTime<Utc>)> {
    seen.tried.iter().find_map(|tried| {
        let name = tried.deployment.environment.as_ref()?.cut(60);
        let states = tried.states.seen()?;
        let at = states.iter().filter(|it| it.state.as_ref().is_some_and(|state| state == "success"));
        let newest = at.filter_map(|it| it.created_at.or(tried.deployment.created_at)).max()?;
        (newest <= now && now - newest <= WINDOW).then_some((name, newest))
    })
}

fn names(seen: &Seen) -> BTreeSet<String> {
    let listed = seen.environments.seen().into_iter().flat_map(|list| list.items.iter().map(|it| it.name.as_ref()));
    let deployed = seen.deployments.seen().into_iter().flat_map(|list| list.items.iter().map(|it| it.environment.as_ref()));
    listed.chain(deployed).map(|name| name.map_or_else(|| "an environment without a name".to_owned(), |it| it.cut(60))).collect()
}

fn what_hides(seen: &Seen) -> Option<Gap> {
    if let Some(gap) = seen.environments.gap().or(seen.deployments.gap()) {
        return Some(gap.clone());
    }
    let cut = |cut: Option<&Gap>| cut.cloned();
    cut(seen.environments.seen().and_then(|it| it.cut.as_ref()))
        .or_else(|| cut(seen.deployments.seen().and_then(|it| it.cut.as_ref())))
        .or_else(|| seen.tried.iter().find_map(|it| it.states.gap().cloned()))
        .or_else(|| {
            (seen.untried > 0).then(|| {
                let says = format!(
                    "the newest {} staging deployments did not succeed and {} were not looked at",
                    seen.tried.len(),
                    seen.untried
                );
                Gap::new(GapKind::Incomplete, System::Github, says).needs("Look at the repository's Deployments page")
            })
        })
}

/// Whether an environment of that name is one where changes are tried.
pub(super) fn is_staging_like(name: &str) -> bool {
    kind_of(name) == Kind::Staging
}

/// Whether an environment of that name is production's.
pub(super) fn is_production(name: &str) -> bool {
    kind_of(name) == Kind::Production
}

/// What stands before production, for a person: it decides nothing here. On a private repository required reviewers and
/// wait timers need GitHub Enterprise, so their absence is a fact of the plan (dossier §3.9).
fn production_gates(seen: &Seen) -> Vec<Note> {
    let environments = seen.environments.seen().into_iter().flat_map(|list| &list.items);
    let production =
        environments.filter_map(|it| Some((it.name.as_ref().filter(|name| is_production(name.as_str()))?.cut(60), it)));
    let mut notes = Vec::new();
    for (name, it) in production {
        // A list that GitHub leaves out says nothing.
        let Some(rules) = it.protection_rules.as_ref() else { continue };
        let has_reviewers = rules.iter().any(|it| it.kind.as_ref().is_some_and(|kind| kind == "required_reviewers"));
        let policy = it.deployment_branch_policy.as_ref();
        let is_bound = policy.is_some_and(|it| it.protected_branches == Some(true) || it.custom_branch_policies == Some(true));
        let mut add = |level, key: &str, says: String| notes.push(note(level, format!("github.{key}-{name}"), says));
        if has_reviewers || is_bound {
            let by = if has_reviewers { "a reviewer" } else { "chosen branches" };
            add(NoteLevel::Info, "gated", format!("{name} takes deployments only by {by}"));
        } else {
            add(NoteLevel::Warning, "ungated", format!("{name} takes deployments from any branch, reviewed by nobody"));
        }
        if !has_reviewers && seen.repository.as_ref().and_then(|it| it.private) == Some(true) {
            add(
                NoteLevel::Info,
                "reviewers-plan",
                "required reviewers on a private repository need GitHub Enterprise".to_owned(),
            );
        }
    }
    notes
}

/// By the words of the name: `Preview – app` is a preview, `pre-production` is not production.
fn kind_of(name: &str) -> Kind {
    let lower = name.to_lowercase();
    if lower.contains("pre-prod") || lower.contains("pre_prod") || lower.contains("pre prod") {
        return Kind::Staging;
    }
    let mut kind = Kind::Other;
    for word in lower.split(|c: char| !c.is_alphanumeric()) {
        match word {
            "staging" | "stage" | "stg" | "preview" | "previews" | "preprod" | "preproduction" | "uat" | "acceptance" => {
                return Kind::Staging;
            }
            "prod" | "production" | "live" => kind = Kind::Production,
            "copilot" => kind = Kind::Machinery,
            _ => {}
        }
    }
    // GitHub Pages is a public site, often of documents: it does not say where the app itself runs.
    if lower == "github-pages" { Kind::Machinery } else { kind }
}

#[cfg(test)]
mod tests;
