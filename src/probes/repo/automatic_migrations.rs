//! A deploy applies the migrations, nobody types them (item MIG-05). A host's own integration may do so without a line in
//! the repository, so that for Supabase nothing here can prove that nobody does.

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Finding, Foreign, Gap, Remedy, Severity, Verdict};
use crate::probes::data::{self, count};
use crate::probes::ground::{self, Exhibit, Ground, MOST_KEPT, Spot, judge};
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::repo::Survey;
use crate::repo::migrations::{Command, Does, Tool, Where};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// See the module.
pub struct AutomaticMigrations;

/// What applies migrations, and what goes past them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    pub ground: Ground,
    pub migrations: usize,
    /// A host may apply them by itself: Supabase's branching and GitHub integration, a builder.
    pub host_may: bool,
    /// Workflows, scripts of deploys, starts of containers, calls of a migrator in code.
    pub automatic: Vec<Exhibit>,
    /// Scripts that a person runs.
    pub by_hand: Vec<Exhibit>,
    /// Commands that go past the list of migrations.
    pub past: Vec<Exhibit>,
}

impl Probe for AutomaticMigrations {
    type Seen = Seen;
    const META: Meta = Meta {
        stage: Stage::Experimental,
        ..ground::sign(
            "repo.automatic-migrations",
            "Does a deploy apply the migrations, and nobody by hand?",
            "apis/repo-signals.md §5, §11",
        )
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        ground::look(sight, |ground| Seen { ground, ..Seen::default() }, seen).await
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        let ground = &seen.ground;
        let none = "there are no migrations that a deploy could apply";
        let verdict = if let Some(verdict) = data::unasked(ground, seen.migrations, settings, none) {
            verdict
        } else if !findings(seen).is_empty() {
            let by_hand = if seen.by_hand.is_empty() {
                String::new()
            } else {
                format!(", and {} by hand", count(seen.by_hand.len(), "script does", "scripts do"))
            };
            Verdict::fail(
                format!("nothing that deploys applies the {}{by_hand}", count(seen.migrations, "migration", "migrations")),
                findings(seen),
            )
        } else if seen.automatic.is_empty() {
            let says = "nothing in the repository applies the migrations; an integration of the host or a person may";
            Verdict::undecided(judge(says, "Say what applies them, or add a job to the deploy workflow"))
        } else {
            let places = count(seen.automatic.len(), "place applies", "places apply");
            Verdict::undecided(judge(
                format!("{places} the migrations by itself; whether it runs with every deploy is not seen here"),
                "Show the run of the last deploy that applied one",
            ))
        };
        verdict
            .with_notes(ground.exhibits("repo.migration-automatic", &seen.automatic))
            .with_notes(ground.exhibits("repo.migration-by-hand", &seen.by_hand))
            .with_notes(ground.exhibits("repo.migration-bypassed", &seen.past))
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        if findings(seen).is_empty() {
            return Remedy::default();
        }
        let step = "Add a job to the deploy workflow: migrations first, then the app, one at a time";
        Remedy { steps: vec![Foreign::new(step)], effort: Effort::M }
    }
}

fn findings(seen: &Seen) -> Vec<Finding> {
    if seen.migrations == 0 || seen.host_may || !seen.automatic.is_empty() {
        return Vec::new();
    }
    let says = "no workflow, deploy script or start command applies the migrations";
    let finding = Finding::new(
        "repo.migrations-by-hand",
        "deploy",
        Severity::Low,
        says,
        "Add a job to the deploy workflow that applies them",
    );
    let place = seen.by_hand.first().or(seen.past.first()).map(|it| seen.ground.place(&it.spot));
    vec![match place {
        Some(place) => finding.at(place),
        None => finding,
    }]
}

fn seen(survey: &Survey) -> Seen {
    let migrations = &survey.migrations;
    let exhibit = |it: &Command| {
        let does = match it.does {
            Does::Applies => "applies the migrations",
            Does::Pushes => "makes the schema equal to a description, past the list of migrations",
            Does::Locally => "applies them to a local database",
            Does::Raw => "runs SQL by hand",
        };
        data::command(it, does)
    };
    let of = |is_meant: &dyn Fn(&Command) -> bool| {
        migrations.commands.iter().filter(|it| is_meant(it)).map(exhibit).take(MOST_KEPT).collect::<Vec<_>>()
    };
    let runs_itself = |it: &Command| matches!(it.stands, Where::Workflow | Where::DeployScript | Where::Host);
    let mut automatic = of(&|it| it.does == Does::Applies && runs_itself(it));
    // Drizzle and others come with a function that applies them when the app starts.
    let starts = survey.code.iter().filter_map(|file| {
        let import = file
            .imports
            .iter()
            .find(|it| it.from.ends_with("/migrator") || it.from == "node-pg-migrate" || it.from == "postgres-migrations")?;
        Some(Exhibit::new(
            &file.path,
            Spot::new(&file.path, import.line, format!("{} applies migrations by `{}`", file.path, import.from)),
        ))
    });
    automatic.extend(starts);
    Seen {
        ground: data::ground_with_workflows(survey),
        migrations: migrations.migrations.len(),
        host_may: migrations.has(Tool::Supabase) || migrations.has(Tool::Plain),
        automatic,
        by_hand: of(&|it| it.does == Does::Applies && !runs_itself(it)),
        past: of(&|it| matches!(it.does, Does::Pushes | Does::Raw)),
    }
}

#[cfg(test)]
mod tests;
