//! OpenAI stops the app at an amount that was agreed: a hard limit of its project or of the organisation, armed, below the
//! ceiling. It never takes an alert, a stored but inactive limit, or a 404 that means something else for an answer.

use crate::domain::{AppSettings, Consent, Finding, Gap, GapKind, ProbeKind, Remedy, Severity, System, Verdict};
use crate::domain::{Foreign, checklist::Effort};
use crate::probes::part::Part;
use crate::probes::words::{no_ceiling, unconnected};
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::systems::money::Usd;
use crate::systems::openai::{Costs, Openai, Project, Projects, SpendLimit, Spent, VENDOR, enforcement_unclear};
use chrono::{DateTime, Datelike, Utc};
use serde::{Deserialize, Serialize};

/// The probe `openai.spend-cap` (`apis/spend.md` §1).
pub struct SpendCap;

/// What it looks at, part by part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The control call: only with it seen does a missing limit mean that there is none.
    pub control: Part<Projects>,
    /// The project that the app spends in; none when nobody named one and the organisation has several.
    pub project: Option<OfProject>,
    pub organization: Part<Option<SpendLimit>>,
    /// Costs of the running UTC month; read only when a limit is reported inactive.
    pub costs: Option<Part<Costs>>,
}

/// The app's project and its limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfProject {
    pub id: String,
    /// The project itself; `Seen(None)` when this organisation has none of that id.
    pub project: Part<Option<Project>>,
    pub limit: Part<Option<SpendLimit>>,
}

impl Probe for SpendCap {
    type Seen = Limits;

    const META: Meta = Meta {
        id: "openai.spend-cap",
        system: System::Openai,
        asks: "Does a hard limit stop the app at OpenAI below the agreed ceiling?",
        needs: &["admin key of the organisation"],
        cost: &[(System::Openai, 5)],
        consent: Consent::Passive,
        kind: ProbeKind::Proof,
        confirm: 1,
        revision: 1,
        stage: Stage::Experimental,
        seconds: 20,
        docs: "https://developers.openai.com/api/docs/guides/spend-limits",
    };

    async fn observe(sight: &Sight) -> Result<Limits, Gap> {
        if !sight.settings.providers.contains(&System::Openai) {
            return Err(unconnected(System::Openai, &sight.settings, "--provider openai"));
        }
        let openai = Openai::new(&sight.door);
        let (control, organization) = futures_util::join!(openai.projects(), openai.organization_limit());
        if let (Err(gap), Err(_)) = (&control, &organization) {
            return Err(gap.clone());
        }
        let only = || control.as_ref().ok().and_then(|it| it.only()).and_then(|it| it.id.as_ref()).map(ToString::to_string);
        let project = match sight.settings.openai_project.clone().or_else(only) {
            Some(id) => {
                let (project, limit) = futures_util::join!(openai.project(&id), openai.project_limit(&id));
                Some(OfProject {
                    id,
                    project: Part::from(project).map(|it| (*it).clone()),
                    limit: Part::from(limit).map(|it| (*it).clone()),
                })
            }
            None => None,
        };
        let mut seen = Limits {
            control: Part::from(control).map(|it| (*it).clone()),
            project,
            organization: Part::from(organization).map(|it| (*it).clone()),
            costs: None,
        };
        if seen.has_inactive() {
            seen.costs = Some(match month_start(sight.now) {
                Some(start) => Part::from(openai.costs_since(start).await).map(|it| (*it).clone()),
                None => Part::Hidden(Gap::internal("the month could not be reckoned")),
            });
        }
        Ok(seen)
    }

    fn decide(seen: &Limits, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        seen.judge(settings).unwrap_or_else(Verdict::undecided)
    }

    fn remedy(seen: &Limits, settings: &AppSettings) -> Remedy {
        let project = seen.project.as_ref().map_or_else(|| Foreign::new("the app's project"), OfProject::title);
        let amount = settings.ceilings.get(&System::Openai).map_or_else(String::new, |usd| format!(" of at most {usd} dollars"));
        Remedy {
            steps: vec![
                Foreign::new(format!("Open Limits of {project} in OpenAI's settings and set a monthly limit{amount}")),
                Foreign::new("Switch its enforcement on: an alert alone never stops traffic"),
                Foreign::new("Switch auto-reload of credit off, or give it a monthly limit too"),
            ],
            effort: Effort::S,
        }
    }
}

fn month_start(now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    now.date_naive().with_day(1)?.and_hms_opt(0, 0, 0).map(|it| it.and_utc())
}

/// What one scope's limit amounts to.
enum Cap {
    /// Armed, at this amount a month.
    Armed(Usd),
    /// Stored, and certainly not stopping anything.
    Broken(Usd, Usd),
    None,
}

impl OfProject {
    fn title(&self) -> Foreign {
        let named = self.project.seen().and_then(Option::as_ref).map(Project::title);
        Foreign::new(format!("the project {}", named.unwrap_or_else(|| Foreign::new(&self.id))))
    }

    /// Whether the project is known to be of this organisation: it, or a limit of it, was answered.
    fn is_here(&self) -> Result<(), Gap> {
        match (&self.limit, &self.project) {
            (Part::Seen(Some(_)), _) | (_, Part::Seen(Some(_))) => Ok(()),
            (_, Part::Hidden(gap)) => Err(gap.clone()),
            (_, Part::Seen(None)) => {
                let says = format!("This admin key's organisation has no project {}", self.id);
                Err(Gap::new(GapKind::NotConfigured, System::Openai, says)
                    .needs("Name the app's project with `rescue app edit --openai-project`, or use its organisation's key"))
            }
        }
    }
}

impl Limits {
    fn has_inactive(&self) -> bool {
        let of_project = self.project.as_ref().and_then(|it| it.limit.seen());
        [of_project, self.organization.seen()].into_iter().flatten().flatten().any(|it| it.status() == Some("inactive"))
    }

    /// Prefers the project's limit; either one stops the app. Fails only when both were seen and neither does.
    fn judge(&self, settings: &AppSettings) -> Result<Verdict, Gap> {
        let costs = self.costs.as_ref().and_then(Part::seen);
        // That there is no limit is OpenAI's word only where the key is seen to work and the project to be there.
        let control = self.control.as_result().map_err(Gap::clone);
        let control = control.and_then(|it| it.data.as_ref().map(drop).ok_or_else(|| VENDOR.lacks("the list of projects")));
        let believed = |cap: Cap| match cap {
            Cap::None => control.clone().map(|()| Cap::None),
            other => Ok(other),
        };
        let organization = cap(&self.organization, "organisation", costs.map(Costs::of_organization)).and_then(believed);
        let scopes: Vec<(Foreign, Result<Cap, Gap>)> = match &self.project {
            Some(project) => {
                let spent = costs.map(|it| it.of_project(&project.id));
                let of_project = cap(&project.limit, "project", spent).and_then(believed);
                let of_project = of_project.and_then(|cap| project.is_here().map(|()| cap));
                let organization = project.is_here().and(organization);
                vec![(project.title(), of_project), (Foreign::new("the organisation"), organization)]
            }
            None => vec![(Foreign::new("the organisation"), organization)],
        };
        let ceiling = settings.ceilings.get(&System::Openai).copied().map(Usd::dollars);
        let mut findings = Vec::new();
        let mut says = Vec::new();
        for (scope, cap) in &scopes {
            match cap {
                Ok(Cap::Armed(amount)) => match ceiling {
                    Some(ceiling) if *amount <= ceiling => {
                        return Ok(Verdict::pass(format!(
                            "A hard limit of {amount} dollars a month is armed on {scope}; agreed are {ceiling}"
                        )));
                    }
                    Some(ceiling) => {
                        says.push(format!("The limit of {scope} is {amount} dollars a month; agreed are {ceiling}"));
                        findings.push(finding("openai.limit-above-ceiling", scope, "has a hard limit above the agreed ceiling"));
                    }
                    None => {
                        let limit = format!("The hard limit of {scope} is {amount} dollars a month");
                        return Err(no_ceiling(System::Openai, settings, &limit));
                    }
                },
                Ok(Cap::Broken(amount, spent)) => {
                    says.push(format!("{spent} dollars were spent this month in spite of the limit of {amount} on {scope}"));
                    findings.push(finding("openai.limit-not-enforced", scope, "has a limit that is stored but stops nothing"));
                }
                Ok(Cap::None) => {
                    says.push(format!("No hard limit is set on {scope}"));
                    findings.push(finding("openai.no-limit", scope, "has no hard spend limit"));
                }
                Err(_) => {}
            }
        }
        // From here on it is no pass, and a fail needs every scope and the control call.
        if let Some(gap) = scopes.iter().find_map(|(_, cap)| cap.as_ref().err()) {
            return Ok(Verdict::undecided(gap.clone()).with_findings(findings));
        }
        if self.project.is_none() {
            let says = format!("{}, and nobody said which project the app spends in", says.join("; "));
            let step = format!("Run `rescue app edit {} --openai-project ID`", settings.name);
            return Err(Gap::new(GapKind::NotConfigured, System::Openai, says).needs(step));
        }
        Ok(Verdict::fail(says.join("; "), findings))
    }
}

/// The decision table of `apis/spend.md` §1 for one scope. `spent` is the month to date, if it was read.
fn cap(limit: &Part<Option<SpendLimit>>, scope: &str, spent: Option<Spent>) -> Result<Cap, Gap> {
    let Some(limit) = limit.as_result().map_err(Gap::clone)? else { return Ok(Cap::None) };
    let Some(amount) = limit.amount() else { return Ok(Cap::None) };
    if !limit.currency.as_ref().is_some_and(|it| it.as_str().eq_ignore_ascii_case("usd")) {
        return Err(VENDOR.lacks("a limit in US dollars"));
    }
    if limit.interval.as_ref().is_none_or(|it| it != "month") {
        return Err(VENDOR.lacks("a limit by the month"));
    }
    match (limit.status(), spent) {
        (Some("enforcing"), _) => Ok(Cap::Armed(amount)),
        // The costs are a lower bound, so this holds even when some of them were not seen.
        (Some("inactive"), Some(spent)) if spent.amount >= amount => Ok(Cap::Broken(amount, spent.amount)),
        (Some("inactive"), _) => Err(enforcement_unclear(scope, amount)),
        (Some(word), _) => Err(Gap::new(
            GapKind::UnexpectedAnswer,
            System::Openai,
            format!("The enforcement of the {scope}'s limit is reported as {word}, which is not known"),
        )
        .needs("Open Limits in OpenAI's settings and look at the switch")),
        (None, _) => Err(VENDOR.lacks("the enforcement of the limit")),
    }
}

/// It names its scope by itself: it is read beside findings of other systems.
fn finding(rule: &str, scope: &Foreign, has: &str) -> Finding {
    let says = format!("{scope} of OpenAI {has}");
    Finding::new(rule, scope, Severity::High, says, "Set a monthly hard limit below the ceiling and switch its enforcement on")
}

#[cfg(test)]
mod tests;
