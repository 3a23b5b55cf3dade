//! A change can be tried before it reaches users: GitHub knows a staging-like environment with a successful deployment
//! in the last thirty days (dossier github.md §3.9). Deploys that happen outside GitHub are not judged here.

use super::{named, repository};
use crate::domain::{AppSettings, Consent, Finding, Gap, GapKind, NoteLevel, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::{Meta, Part, Probe, Sight, Stage};
use crate::systems::github::Listed;
use crate::systems::github::facts::{Deployment, DeploymentStatus, Environment};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// See the module.
pub struct Environments;

/// Environments and what was deployed to those that look like staging.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
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
        cost: &[(System::Github, 2 + MOST_TRIED)],
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
        let (environments, deployments) = futures_util::join!(github.environments(slug), github.deployments(slug, since));
        if let (Err(gap), Err(_)) = (&environments, &deployments) {
            return Err(gap.clone());
        }
        let deployments: Part<Listed<Deployment>> = deployments.into();
        let deployments = deployments.map(|mut list| {
            list.items.retain(|it| it.created_at.is_none_or(|at| at >= since));
            list
        });
        let candidates = candidates(deployments.seen().map_or(&[], |list| &list.items));
        let mut seen = Seen { environments: environments.into(), deployments, tried: Vec::new(), untried: candidates.len() };
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
            return Verdict::pass(format!("{name} was deployed to with success on {}", at.format("%Y-%m-%d")));
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
mod tests {
    #![expect(clippy::needless_pass_by_value, reason = "rows of a table are written in place")]

    use super::*;
    use crate::probes::github::testing::app;
    use crate::systems::stand_in::noon;
    use rstest::rstest;
    use serde_json::{Value, json};

    fn environments(names: &[&str]) -> Value {
        json!({"seen": {"items": names.iter().map(|name| json!({"name": name})).collect::<Vec<_>>()}})
    }
    fn deployments(names: &[&str]) -> Value {
        let items: Vec<Value> =
            names.iter().map(|name| json!({"id": 1, "environment": name, "created_at": "2026-11-20T00:00:00Z"})).collect();
        json!({"seen": {"items": items}})
    }
    fn cut() -> Value {
        json!({"seen": {"items": [{"name": "Production"}], "cut": {"kind": "incomplete", "says": "cut"}}})
    }
    fn tried(states: Value) -> Value {
        json!([{"deployment": {"id": 1, "environment": "staging", "created_at": "2026-11-20T00:00:00Z"}, "states": states}])
    }
    fn states(of: &[(&str, &str)]) -> Value {
        json!({"seen": of.iter().map(|(state, at)| json!({"state": state, "created_at": at})).collect::<Vec<_>>()})
    }
    fn hidden(kind: &str) -> Value {
        json!({"hidden": {"kind": kind, "system": "github", "says": "refused"}})
    }
    const LATELY: &str = "2026-11-20T00:00:00Z";

    #[rstest]
    #[case::success(environments(&["staging"]), deployments(&["staging"]), tried(states(&[("success", LATELY)])), 0, "pass")]
    #[case::replaced_by_a_newer_one(environments(&["staging"]), deployments(&["staging"]), tried(states(&[("inactive", LATELY), ("success", LATELY)])), 0, "pass")]
    #[case::environments_refused(hidden("no_permission"), deployments(&["staging"]), tried(states(&[("success", LATELY)])), 0, "pass")]
    #[case::lists_cut_but_seen(cut(), deployments(&["staging"]), tried(states(&[("success", LATELY)])), 3, "pass")]
    #[case::only_production(environments(&["Production"]), deployments(&["Production"]), json!([]), 0, "fail")]
    #[case::only_production_by_deployments(environments(&[]), deployments(&["Production – app"]), json!([]), 0, "fail")]
    #[case::production_and_machinery(environments(&["prod", "copilot"]), deployments(&[]), json!([]), 0, "fail")]
    #[case::only_pages(environments(&["github-pages"]), deployments(&["github-pages"]), json!([]), 0, "ambiguous")]
    #[case::production_and_pages(environments(&["github-pages", "production"]), deployments(&["github-pages"]), json!([]), 0, "fail")]
    #[case::too_old(environments(&["staging"]), deployments(&[]), tried(states(&[("success", "2026-10-01T00:00:00Z")])), 0, "needs_judgement")]
    #[case::from_the_future(environments(&["staging"]), deployments(&["staging"]), tried(states(&[("success", "2027-10-01T00:00:00Z")])), 0, "needs_judgement")]
    #[case::never_deployed(environments(&["staging", "production"]), deployments(&["production"]), json!([]), 0, "needs_judgement")]
    #[case::only_failures(environments(&["staging"]), deployments(&["staging"]), tried(states(&[("failure", LATELY)])), 0, "needs_judgement")]
    #[case::another_name(environments(&["dev", "production"]), deployments(&[]), json!([]), 0, "needs_judgement")]
    #[case::no_name(json!({"seen": {"items": [{}, {"name": "production"}]}}), deployments(&[]), json!([]), 0, "needs_judgement")]
    #[case::nothing_at_github(environments(&[]), deployments(&[]), json!([]), 0, "ambiguous")]
    #[case::only_machinery(environments(&["copilot"]), deployments(&[]), json!([]), 0, "ambiguous")]
    #[case::environments_cut(cut(), deployments(&[]), json!([]), 0, "incomplete")]
    #[case::deployments_cut(environments(&["production"]), json!({"seen": {"items": [], "cut": {"kind": "incomplete", "says": "cut"}}}), json!([]), 0, "incomplete")]
    #[case::more_to_try(environments(&["staging"]), deployments(&["staging"]), tried(states(&[("failure", LATELY)])), 4, "incomplete")]
    #[case::states_refused(environments(&["staging"]), deployments(&["staging"]), tried(hidden("no_permission")), 0, "no_permission")]
    #[case::environments_unseen(hidden("no_permission"), deployments(&["production"]), json!([]), 0, "no_permission")]
    #[case::deployments_unseen(environments(&["production"]), hidden("no_permission"), json!([]), 0, "no_permission")]
    #[case::plan(hidden("plan_hides"), deployments(&[]), json!([]), 0, "plan_hides")]
    #[case::bad_credential(hidden("bad_credential"), deployments(&[]), json!([]), 0, "bad_credential")]
    #[case::rate_limited(environments(&["production"]), hidden("rate_limited"), json!([]), 0, "rate_limited")]
    #[case::unreachable(environments(&["production"]), hidden("unreachable"), json!([]), 0, "unreachable")]
    #[case::vendor_fault(environments(&["production"]), hidden("vendor_fault"), json!([]), 0, "vendor_fault")]
    #[case::timed_out(environments(&["production"]), hidden("timed_out"), json!([]), 0, "timed_out")]
    #[case::unexpected(environments(&["production"]), hidden("unexpected_answer"), json!([]), 0, "unexpected_answer")]
    fn decisions(
        #[case] environments: Value,
        #[case] deployments: Value,
        #[case] tried: Value,
        #[case] untried: usize,
        #[case] wanted: &str,
    ) {
        let seen: Seen = serde_json::from_value(
            json!({"environments": environments, "deployments": deployments, "tried": tried, "untried": untried}),
        )
        .unwrap();
        let verdict = Environments::decide(&seen, &app(), noon());
        let word = verdict.outcome.gap().map_or_else(|| verdict.outcome.word().to_owned(), |gap| gap.kind.to_string());
        assert_eq!(word, wanted, "{verdict:?}");
        assert_eq!(verdict.findings.is_empty(), wanted != "fail");
        assert_eq!(Environments::remedy(&seen, &app()).steps.is_empty(), wanted != "fail");
    }

    #[rstest]
    #[case("Production", Kind::Production)]
    #[case("Production – app", Kind::Production)]
    #[case("pre-production", Kind::Staging)]
    #[case("Preview – app", Kind::Staging)]
    #[case("acme-staging", Kind::Staging)]
    #[case("production-preview", Kind::Staging)]
    #[case("livestream", Kind::Other)]
    #[case("backstage", Kind::Other)]
    #[case("copilot", Kind::Machinery)]
    fn kinds(#[case] name: &str, #[case] wanted: Kind) {
        assert_eq!(kind_of(name), wanted);
    }

    #[test]
    fn failing_previews_do_not_hide_staging() {
        let items: Vec<Deployment> = serde_json::from_value(json!([
            {"id": 4, "environment": "Preview"}, {"id": 3, "environment": "Preview"},
            {"id": 2, "environment": "Production"}, {"id": 1, "environment": "staging"}]))
        .unwrap();
        let ids: Vec<u64> = candidates(&items).iter().filter_map(|it| it.id).collect();
        assert_eq!(ids, [4, 1, 3]);
    }
}
