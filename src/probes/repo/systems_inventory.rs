//! Every system that the code uses, with where it was seen (CHECKLIST ACC-01; dossier repo-signals.md §13). It is laid before
//! a person: who owns and pays each, and what breaks without it, is in no repository.

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, Finding, Foreign, Gap, NoteLevel, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::ground::{self, Ground, Spot, judge, of};
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::repo::Survey;
use crate::repo::code::is_app_code;
use crate::repo::documents::{Documents, Topic};
use crate::repo::dotenv::is_environment;
use crate::repo::place::name;
use crate::repo::project::Strength;
use crate::repo::project::systems::Purpose;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// See the module.
pub struct SystemsInventory;

/// The inventory.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    #[serde(flatten)]
    pub ground: Ground,
    /// Services, by what they are for and then by name.
    pub systems: Vec<Row>,
    /// Documents that list systems.
    pub lists: Vec<Spot>,
}

/// A service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub name: Foreign,
    pub purpose: Purpose,
    /// Whether it costs by use.
    pub metered: bool,
    pub strength: Strength,
    /// Where it was seen, the strongest first; each says how.
    pub seen: Vec<Spot>,
    /// The packages of a workspace that use it; empty names are the root.
    pub packages: Vec<Foreign>,
    /// The list that names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed: Option<Foreign>,
}

impl Probe for SystemsInventory {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "repo.systems-inventory",
        system: System::Repo,
        asks: "Is every system that the code uses on the list of systems?",
        needs: ground::NEEDS,
        cost: &[(System::Github, 3)],
        consent: Consent::Passive,
        kind: ProbeKind::Sign,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 600,
        docs: "apis/repo-signals.md §13",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let survey = ground::survey(sight).await?;
        Ok(survey.as_ref().as_ref().map_or_else(|| Seen { ground: Ground::empty(), ..Seen::default() }, seen))
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.ground.empty {
            return Verdict::not_applicable("the repository is empty: it uses no system");
        }
        let unread = seen.ground.gap("systems in use");
        if seen.ground.code_files == 0 && seen.systems.is_empty() && unread.is_none() {
            return Ground::no_code(settings);
        }
        let findings = findings(seen);
        let listed = seen.systems.iter().filter(|it| it.listed.is_some()).count();
        let says = match seen.lists.first() {
            Some(list) => format!("{}: {}", list.path, of(listed, seen.systems.len(), "systems that the code shows are named")),
            None => match seen.systems.len() {
                0 => "the code shows no system that is known here".to_owned(),
                1 => "the code shows 1 system, and no document lists it".to_owned(),
                some => format!("the code shows {some} systems, and no document lists them"),
            },
        };
        let step = "Confirm the table with the client: owner, plan, cost per month, what breaks without it; add what leaves no trace in code";
        let verdict = if !findings.is_empty() {
            Verdict::fail(says, findings).unseen(unread)
        } else if let Some(gap) = unread {
            Verdict::undecided(gap)
        } else {
            Verdict::undecided(judge(says, step))
        };
        let rows = seen.systems.iter().map(|it| {
            let how = it.seen.first().map_or("", |it| it.says.as_str());
            let paid = if it.metered { ", paid by use" } else { "" };
            let declared = if it.strength == Strength::Declared { ", declared and not used in the code" } else { "" };
            let says = format!("{} ({}{paid}{declared}): {how}", it.name, it.purpose.words());
            let first = it.seen.first().cloned().unwrap_or_else(|| Spot::new("package.json", 1, ""));
            seen.ground.evidence(format!("repo.system.{}", it.name), &Spot { says: says.into(), ..first })
        });
        let verdict = verdict.with_notes(rows);
        if seen.lists.is_empty() && !seen.systems.is_empty() {
            let says = "no document lists the systems with owner, plan and cost";
            return verdict.note(NoteLevel::Warning, "repo.systems-unlisted", says);
        }
        verdict
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        let names: Vec<&str> = seen.systems.iter().filter(|it| it.listed.is_none()).map(|it| it.name.as_str()).collect();
        if names.is_empty() {
            return Remedy::default();
        }
        let file = seen.lists.first().map_or("docs/systems.md", |it| it.path.as_str());
        let step = format!("Write into {file}, with owner, plan, cost and what breaks without it: {}", names.join(", "));
        Remedy { steps: vec![step.into()], effort: Effort::S }
    }
}

/// A list that leaves out what the code surely uses is a list that is wrong.
fn findings(seen: &Seen) -> Vec<Finding> {
    let Some(list) = seen.lists.first() else { return Vec::new() };
    let unlisted = seen.systems.iter().filter(|it| it.listed.is_none() && it.strength == Strength::Imported);
    let finding = |it: &Row| {
        let says = format!("{} leaves out {}, which the code uses", list.path, it.name);
        let fix = format!("Add {} to {}: owner, plan, cost per month, what breaks without it", it.name, list.path);
        let finding = Finding::new("repo.system-unlisted", &it.name, Severity::Low, says, fix);
        match it.seen.first() {
            Some(spot) => finding.at(seen.ground.place(spot)),
            None => finding,
        }
    };
    unlisted.map(finding).collect()
}

fn matters(path: &str) -> bool {
    is_app_code(path)
        || is_environment(path)
        || matches!(name(path), "package.json" | "deno.json" | "deno.jsonc")
        || Documents::wants(path)
}

fn seen(survey: &Survey) -> Seen {
    let documents = &survey.documents;
    let lists: Vec<_> = documents
        .about(Topic::Systems)
        .filter(|(_, section)| section.names.len() >= 2 || section.says(&["owner", "plan", "cost"]))
        .collect();
    let rows = survey.project.systems.iter().filter(|it| it.is_service).map(|it| Row {
        name: it.name.into(),
        purpose: it.purpose,
        metered: it.is_metered,
        strength: it.strength,
        seen: it.uses.iter().map(|by| Spot::new(&by.at.path, by.at.line, format!("{} {}", by.kind.words(), by.what))).collect(),
        packages: it.folders.iter().map(Foreign::new).collect(),
        listed: lists
            .iter()
            .find(|(_, section)| section.says(&[&it.name.to_lowercase()]))
            .map(|(file, _)| Foreign::new(&file.path)),
    });
    Seen {
        ground: Ground::of(survey, matters),
        systems: rows.collect(),
        lists: lists.iter().map(|(file, section)| Spot::new(&file.path, section.line, &section.heading)).collect(),
    }
}

#[cfg(test)]
mod tests;
