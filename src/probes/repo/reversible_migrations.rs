//! Since the agreed cut-over date, every migration that touches data says how it is undone; those that block a table, or
//! break the version that still runs, are laid before a person (item MIG-04; PostgreSQL: ALTER TABLE, CREATE INDEX).

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Finding, Foreign, Gap, GapKind, Remedy, Severity, System, Verdict};
use crate::probes::data::{self, count};
use crate::probes::ground::{self, Exhibit, Ground, MOST_KEPT, Spot, judge, of};
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::repo::Survey;
use crate::repo::migrations::{Danger, Migration};
use crate::repo::queried::Queried;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// See the module.
pub struct ReversibleMigrations;

/// The migrations that do something to data or to those who use it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    pub ground: Ground,
    pub migrations: usize,
    /// Those with something dangerous in them, in their order.
    pub risky: Vec<Risky>,
    /// Days of all migrations that have one; the others cannot be placed before or after a date.
    pub days: Vec<NaiveDate>,
    pub unreplayed: Vec<Exhibit>,
}

/// One migration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Risky {
    pub path: Foreign,
    /// None: its name tells no day.
    pub day: Option<NaiveDate>,
    /// What it does to data.
    pub touches: Vec<Exhibit>,
    /// What it does to those who use the table, or to the version that still runs.
    pub blocks: Vec<Exhibit>,
    /// Where it is written how it is undone.
    pub way_back: Option<Foreign>,
}

impl Probe for ReversibleMigrations {
    type Seen = Seen;
    const META: Meta = Meta {
        stage: Stage::Experimental,
        ..ground::sign(
            "repo.reversible-migrations",
            "Does every migration since the cut-over that touches data say how it is undone?",
            "apis/repo-signals.md §5",
        )
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        ground::look(sight, |ground| Seen { ground, ..Seen::default() }, seen).await
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        let ground = &seen.ground;
        if ground.empty {
            return Verdict::not_applicable("the repository is empty: it has no migrations");
        }
        let gap = ground.gap("a migration").or_else(|| data::replay_gap(&seen.unreplayed, "data that is there"));
        if seen.migrations == 0 {
            return match gap {
                Some(gap) => Verdict::undecided(gap),
                None if ground.code_files == 0 => Ground::no_code(settings),
                None => Verdict::not_applicable("there are no migrations that could be undone"),
            };
        }
        let Some(cut_over) = settings.cut_over else {
            let step = format!("Agree it, and run `rescue app edit {} --cut-over DATE`", settings.name);
            let risky = of(seen.risky.len(), seen.migrations, "migrations");
            let says = format!("no cut-over date is agreed; {risky} touch data or tables in use");
            return Verdict::undecided(Gap::new(GapKind::NotConfigured, System::Repo, says).needs(step));
        };
        let judged = Judged::of(seen, cut_over);
        let findings = judged.findings(ground);
        let verdict = if !findings.is_empty() {
            let says = format!(
                "{} that touch data since {cut_over} have no written way back",
                of(findings.len(), judged.touching, "migrations")
            );
            Verdict::fail(says, findings).unseen(gap)
        } else if let Some(gap) = gap {
            Verdict::undecided(gap)
        } else if !judged.undated.is_empty() {
            let says =
                format!("{} of unknown day touch data or tables in use", count(judged.undated.len(), "migration", "migrations"));
            Verdict::undecided(judge(says, "Say of each whether it came after the cut-over, and how it is undone"))
        } else if !judged.blocking.is_empty() {
            let says = format!(
                "{} since {cut_over} may block a table in use or break the running version",
                count(judged.blocking.len(), "statement", "statements")
            );
            Verdict::undecided(judge(says, "Compare with the size of the tables, and split what blocks"))
        } else if judged.touching > 0 {
            let says = format!(
                "all {} since {cut_over} say how they are undone",
                count(judged.touching, "migration that touches data", "migrations that touch data")
            );
            Verdict::undecided(judge(says, "Read whether each way back would work"))
        } else {
            Verdict::pass(format!(
                "none of the {} since {cut_over} touches data or a table in use",
                count(judged.since, "migration", "migrations")
            ))
        };
        verdict
            .with_notes(ground.exhibits("repo.migration-blocks", &judged.blocking))
            .with_notes(ground.exhibits("repo.migration-undated", &judged.undated))
            .with_notes(ground.exhibits("repo.migration-way-back", &judged.backed))
            .with_notes(ground.exhibits("repo.migration-unreplayed", &seen.unreplayed))
    }

    fn remedy(seen: &Seen, settings: &AppSettings) -> Remedy {
        let Some(cut_over) = settings.cut_over else { return Remedy::default() };
        let findings = Judged::of(seen, cut_over).findings(&seen.ground);
        let step = |it: &Finding| {
            Foreign::new(format!("Say in the head of {} how it is undone: SQL, or a restore point and who restores", it.resource))
        };
        Remedy { steps: findings.iter().take(6).map(step).collect(), effort: Effort::M }
    }
}

/// What counts since a day.
struct Judged<'s> {
    /// Migrations since then.
    since: usize,
    /// Those that touch data.
    touching: usize,
    without: Vec<&'s Risky>,
    backed: Vec<Exhibit>,
    blocking: Vec<Exhibit>,
    /// What migrations do that cannot be placed.
    undated: Vec<Exhibit>,
}

impl<'s> Judged<'s> {
    fn of(seen: &'s Seen, cut_over: NaiveDate) -> Self {
        let since = seen.days.iter().filter(|it| **it >= cut_over).count();
        let mut judged =
            Self { since, touching: 0, without: Vec::new(), backed: Vec::new(), blocking: Vec::new(), undated: Vec::new() };
        for it in &seen.risky {
            let Some(day) = it.day else {
                judged.undated.extend(it.touches.first().or(it.blocks.first()).cloned());
                continue;
            };
            if day < cut_over {
                continue;
            }
            judged.blocking.extend(it.blocks.iter().cloned());
            let Some(first) = it.touches.first() else { continue };
            judged.touching += 1;
            match &it.way_back {
                None => judged.without.push(it),
                Some(place) => {
                    let says = format!("{} is undone by {place}", it.path);
                    judged.backed.push(Exhibit::new(&it.path, Spot::new(&it.path, first.spot.line, says)));
                }
            }
        }
        judged
    }

    fn findings(&self, ground: &Ground) -> Vec<Finding> {
        let finding = |it: &&Risky| {
            let first = it.touches.first()?;
            let more = if it.touches.len() > 1 { format!(" and {} more", it.touches.len() - 1) } else { String::new() };
            let says = format!("{}{more}, and nothing says how that is undone", first.spot.says);
            let fix = "Write the way back into its head: SQL that undoes it, or the restore point and who restores";
            Some(Finding::new("repo.migration-no-way-back", &it.path, Severity::Medium, says, fix).at(ground.place(&first.spot)))
        };
        self.without.iter().filter_map(finding).collect()
    }
}

fn seen(survey: &Survey) -> Seen {
    let queried = Queried::of(survey);
    let used: BTreeSet<String> = queried.asked.iter().map(|it| it.table.to_string()).collect();
    let migrations = &survey.migrations.migrations;
    Seen {
        ground: data::ground(survey),
        migrations: migrations.len(),
        risky: migrations.iter().filter(|it| !it.dangers.is_empty()).map(|it| risky(it, &used)).collect(),
        days: migrations.iter().filter_map(|it| it.day).collect(),
        unreplayed: data::unreplayed(survey, |it| it.tables || it.columns),
    }
}

fn risky(it: &Migration, used: &BTreeSet<String>) -> Risky {
    let exhibit = |danger: &Danger| {
        let table = danger.table.to_string();
        let in_use = if used.contains(&table) { ", which the code uses" } else { "" };
        let waits = if danger.harm.blocks() && it.limits_waiting { "; it limits how long it waits for a lock" } else { "" };
        let file = it.path.rsplit('/').find(|it| *it != "migration.sql").unwrap_or(&it.path);
        let says = format!("{file} {} {}{in_use}{waits}", danger.harm.words(), danger.what);
        Exhibit::new(format!("{}.{:?}.{}", it.path, danger.harm, danger.what), data::at(&danger.at, says))
    };
    let kept = |of_data: bool| {
        // Two indexes on one table are one thing to look at.
        let mut known = BTreeSet::new();
        let found = it.dangers.iter().filter(|it| it.harm.touches_data() == of_data).map(exhibit);
        found.filter(|it| known.insert(it.id.clone())).take(MOST_KEPT).collect::<Vec<_>>()
    };
    let (touches, blocks) = (kept(true), kept(false));
    Risky { path: Foreign::new(&it.path), day: it.day, touches, blocks, way_back: it.way_back.as_ref().map(Foreign::new) }
}

#[cfg(test)]
mod tests;
