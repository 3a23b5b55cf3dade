//! Staging has a host of its own and reaches backing services by entries of its own. It never takes a short list of
//! variables for the whole one, and never sees a value.

mod host;
mod variables;

use crate::domain::{AppSettings, Consent, Gap, NoteLevel, ProbeKind, Remedy, System, Verdict};
use crate::domain::{Foreign, checklist::Effort};
use crate::probes::part::Part;
use crate::probes::words::unconnected;
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::systems::vercel::{CustomEnvironment, Deployment, Domain, Project, Variables, Vercel};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The probe `vercel.staging` (`apis/vercel.md` §2.2–2.5).
pub struct Staging;

/// What it looks at, part by part. The project is the anchor: without it nothing here means anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StagingHost {
    pub project: Project,
    pub environments: Part<Vec<CustomEnvironment>>,
    /// Ready deployments of the environments that could be staging, by slug.
    pub ready: BTreeMap<String, Part<Vec<Deployment>>>,
    pub domains: Part<Vec<Domain>>,
    pub own: Part<Variables>,
    /// The team's shared variables; none when no team owns the project.
    pub shared: Option<Part<Variables>>,
}

/// One half of the question: the host, or the variables.
enum Half {
    Good(String),
    Bad(String, Vec<crate::domain::Finding>),
    Unseen(Gap),
}

impl Probe for Staging {
    type Seen = StagingHost;

    const META: Meta = Meta {
        id: "vercel.staging",
        system: System::Vercel,
        asks: "Does staging have a host of its own that shares no backing service's entry with production?",
        needs: &["a token of the project's team", "a role that may list the project's environment variables"],
        cost: &[(System::Vercel, 8)],
        consent: Consent::Passive,
        kind: ProbeKind::Proof,
        confirm: 1,
        revision: 1,
        stage: Stage::Experimental,
        seconds: 20,
        docs: "https://vercel.com/docs/deployments/environments",
    };

    async fn observe(sight: &Sight) -> Result<StagingHost, Gap> {
        let Some(connection) = &sight.settings.vercel else {
            return Err(unconnected(System::Vercel, &sight.settings, "--vercel TEAM/PROJECT"));
        };
        let vercel = Vercel::new(&sight.door, connection);
        let project = (*vercel.project().await?).clone();
        let vercel = vercel.anchored(&project);
        let shared = async { if vercel.has_team() { Some(vercel.shared_variables().await) } else { None } };
        let (environments, domains, own, shared) =
            futures_util::join!(vercel.environments(), vercel.domains(), vercel.variables(), shared);
        let slugs: Vec<String> = environments.as_deref().map(host::candidates).unwrap_or_default();
        let read = slugs.iter().map(|slug| vercel.ready_in(slug));
        let lists = futures_util::future::join_all(read).await.into_iter().map(Part::from);
        let ready = slugs.iter().cloned().zip(lists).collect();
        Ok(StagingHost {
            project,
            environments: environments.into(),
            ready,
            domains: domains.into(),
            own: Part::from(own).map(|it| (*it).clone()),
            shared: shared.map(|it| Part::from(it).map(|it| (*it).clone())),
        })
    }

    fn decide(seen: &StagingHost, _settings: &AppSettings, now: DateTime<Utc>) -> Verdict {
        let (found, host) = host::judge(seen, now);
        let variables = variables::judge(seen, found.as_ref());
        let verdict = together(host, variables).with_notes(variables::other_shared(seen));
        verdict.note(NoteLevel::Info, "vercel.values-unseen", "Two entries may hold the same value: values are never read")
    }

    fn remedy(seen: &StagingHost, settings: &AppSettings) -> Remedy {
        let name = seen.project.name.clone().unwrap_or_else(|| Foreign::new(settings.name.as_str()));
        let shared = variables::keys_to_split(seen);
        let mut steps = vec![
            Foreign::new(format!(
                "Add a custom environment named staging to the project {name}, or give the branch staging a domain"
            )),
            Foreign::new("Deploy to it, and keep deploying to it before production"),
        ];
        if !shared.is_empty() {
            let keys: Vec<&str> = shared.iter().map(Foreign::as_str).collect();
            steps.push(Foreign::new(format!("Split these entries, one for production and one for staging: {}", keys.join(", "))));
        }
        steps.push(Foreign::new("Point staging's entries at the staging database, then deploy both again"));
        Remedy { steps, effort: Effort::M }
    }
}

/// A half that fails fails the whole; one that is hidden keeps it open; both good pass.
fn together(host: Half, variables: Half) -> Verdict {
    let (mut says, mut findings, mut gap, mut failed) = (Vec::new(), Vec::new(), None, false);
    for half in [host, variables] {
        match half {
            Half::Good(what) => says.push((true, what)),
            Half::Bad(what, found) => {
                failed = true;
                says.push((false, what));
                findings.extend(found);
            }
            Half::Unseen(why) => gap = gap.or(Some(why)),
        }
    }
    let joined = |wanted: bool| {
        let parts: Vec<&str> = says.iter().filter(|(good, _)| *good == wanted).map(|(_, what)| what.as_str()).collect();
        parts.join("; ")
    };
    match gap {
        gap if failed => Verdict::fail(joined(false), findings).unseen(gap),
        Some(gap) => Verdict::undecided(gap),
        None => Verdict::pass(joined(true)),
    }
}

#[cfg(test)]
mod tests;
