//! Migrations meet a copy before they meet production: something in the repository applies them to a local or staging
//! database (item MIG-03). That a workflow stands there is not that it ran.

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Finding, Foreign, Gap, Remedy, Severity, Verdict};
use crate::probes::data::{self, count};
use crate::probes::ground::{self, Exhibit, Ground, MOST_KEPT, Spot, judge};
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::repo::Survey;
use crate::repo::migrations::{Command, Does, Where};
use crate::repo::workflows::Job;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// See the module.
pub struct StagedMigrations;

/// Where migrations are applied.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    pub ground: Ground,
    pub migrations: usize,
    /// Commands that apply them to a database of the machine that runs them.
    pub rehearsals: Vec<Exhibit>,
    /// Commands of workflows and hosts that apply them to another one.
    pub applied: Vec<Exhibit>,
    /// A local database is described here: the stack of Supabase's CLI, a container.
    pub has_local: bool,
    /// Something here is named after staging.
    pub staging: Vec<Exhibit>,
}

impl Probe for StagedMigrations {
    type Seen = Seen;
    const META: Meta = Meta {
        stage: Stage::Experimental,
        ..ground::sign(
            "repo.staged-migrations",
            "Does anything in the repository apply migrations to a copy before production?",
            "apis/repo-signals.md §5, §11, §12",
        )
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        ground::look(sight, |ground| Seen { ground, ..Seen::default() }, seen).await
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        let ground = &seen.ground;
        let none = "there are no migrations that could be tried first";
        let verdict = if let Some(verdict) = data::unasked(ground, seen.migrations, settings, none) {
            verdict
        } else if !seen.rehearsals.is_empty() || !seen.staging.is_empty() {
            let places = count(seen.rehearsals.len() + seen.staging.len(), "place speaks", "places speak");
            Verdict::undecided(judge(
                format!("{places} of a copy that migrations meet first"),
                "Show the run of one migration that went through the copy and then through production",
            ))
        } else if !findings(seen).is_empty() {
            let says = "a deploy applies migrations, and nothing here applies them to any other database first";
            Verdict::fail(says, findings(seen))
        } else {
            let says = "nothing in the repository applies migrations to a copy; a branch of the host or a person may";
            Verdict::undecided(judge(
                says,
                "Say where migrations are tried, or start a local database in the pull-request workflow",
            ))
        };
        verdict
            .with_notes(ground.exhibits("repo.migration-rehearsed", &seen.rehearsals))
            .with_notes(ground.exhibits("repo.staging-named", &seen.staging))
            .with_notes(ground.exhibits("repo.migration-applied", &seen.applied))
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        if findings(seen).is_empty() {
            return Remedy::default();
        }
        let step = "Start an empty database in the pull-request workflow and apply all migrations to it, before the deploy does";
        Remedy { steps: vec![Foreign::new(step)], effort: Effort::M }
    }
}

/// A deploy that applies them, with nothing that could have been a copy.
fn findings(seen: &Seen) -> Vec<Finding> {
    let has_copy = seen.has_local || !seen.rehearsals.is_empty() || !seen.staging.is_empty() || seen.migrations == 0;
    let Some(first) = seen.applied.first().filter(|_| !has_copy) else { return Vec::new() };
    let fix = "Apply them to a local or staging database in the same pipeline first";
    let says = format!("{}, and production is the first database that a migration meets", first.spot.says);
    vec![Finding::new("repo.migrations-unrehearsed", &first.id, Severity::Medium, says, fix).at(seen.ground.place(&first.spot))]
}

fn seen(survey: &Survey) -> Seen {
    let migrations = &survey.migrations;
    let rehearses = |it: &&Command| it.does == Does::Locally;
    let applies = |it: &&Command| it.does == Does::Applies && it.stands != Where::Script;
    let staging = |path: &&String| {
        let lower = path.to_ascii_lowercase();
        lower.contains(".env.staging")
            || (lower.contains(".github/workflows/") && (lower.contains("staging") || lower.contains("preview")))
    };
    Seen {
        ground: data::ground_with_workflows(survey),
        migrations: migrations.migrations.len(),
        rehearsals: migrations
            .commands
            .iter()
            .filter(rehearses)
            .map(|it| data::command(it, "applies migrations to a local database"))
            .take(MOST_KEPT)
            .collect(),
        applied: migrations
            .commands
            .iter()
            .filter(applies)
            .map(|it| data::command(it, "applies migrations in a deploy"))
            .take(MOST_KEPT)
            .collect(),
        has_local: survey.paths.iter().any(|it| {
            let name = it.rsplit('/').next().unwrap_or(it);
            it.ends_with("supabase/config.toml") || name.starts_with("docker-compose") || name.starts_with("compose.y")
        }),
        staging: survey
            .paths
            .iter()
            .filter(staging)
            .map(|it| Exhibit::new(it, Spot::new(it, 1, format!("{it} is named after a staging environment"))))
            .chain(survey.workflows.files.iter().flat_map(|file| file.jobs.iter().filter_map(|job| rehearsing(&file.path, job))))
            .take(MOST_KEPT)
            .collect(),
    }
}

/// A job of a workflow for another environment than production.
fn rehearsing(path: &str, job: &Job) -> Option<Exhibit> {
    let environment = job.environment.as_deref()?;
    let lower = environment.to_ascii_lowercase();
    let other = ["staging", "stage", "preview", "develop", "test", "sandbox", "qa"].iter().any(|it| lower.contains(it));
    let says = format!("job `{}` runs in the environment {environment}", job.id);
    other.then(|| Exhibit::new(format!("{path}.{}", job.id), Spot::new(path, job.line, says)))
}

#[cfg(test)]
mod tests;
