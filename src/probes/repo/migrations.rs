//! The schema is code: migrations are there, their tool applies all of them, and every table that the code uses is created
//! by one (dossier repo-signals.md §5). Whether production has the same list is the database's to say.

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Finding, Foreign, Gap, Remedy, Severity, Verdict};
use crate::probes::data::{self, count};
use crate::probes::ground::{self, Exhibit, Ground, MOST_KEPT, Spot, judge, of};
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::repo::Survey;
use crate::repo::migrations::{Does, Schema, Where};
use crate::repo::queried::Queried;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// See the module.
pub struct Migrations;

/// What the files say of the schema's origin.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    pub ground: Ground,
    /// Something in the code asks or opens a SQL database.
    pub asks: bool,
    /// Where it does so first.
    pub first_use: Option<Spot>,
    /// Tools whose folders are there.
    pub tools: Vec<Foreign>,
    pub migrations: usize,
    /// Tables and views that the code uses by name.
    pub used: usize,
    /// Those that no migration creates.
    pub missing: Vec<Exhibit>,
    /// Places that name a table in a way that cannot be followed.
    pub computed: Vec<Exhibit>,
    /// Files that the tool passes over.
    pub skipped: Vec<Exhibit>,
    /// Versions that several files share, and entries that came too late.
    pub disordered: Vec<Exhibit>,
    /// Commands that change the schema past the list of migrations.
    pub pushes: Vec<Exhibit>,
    /// Tables of generated types that no migration creates.
    pub typed_only: Vec<Exhibit>,
    /// Tables that migrations change and none creates.
    pub unknown: Vec<Exhibit>,
    pub unreplayed: Vec<Exhibit>,
    /// A file that says what the schema is, and that no migration goes with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub described: Option<Foreign>,
    /// SQL outside of the folders.
    pub elsewhere: usize,
    pub elsewhere_first: Option<Foreign>,
}

impl Probe for Migrations {
    type Seen = Seen;
    const META: Meta = Meta {
        stage: Stage::Experimental,
        ..ground::sign(
            "repo.migrations",
            "Are all tables that the code uses created by migrations in the repository?",
            "apis/repo-signals.md §5",
        )
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        ground::look(sight, |ground| Seen { ground, ..Seen::default() }, seen).await
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        let ground = &seen.ground;
        if ground.empty {
            return Verdict::not_applicable("the repository is empty: it has no schema");
        }
        let unread = ground.gap("a migration or the use of a table");
        let verdict = if seen.migrations == 0 {
            match unread {
                Some(gap) => Verdict::undecided(gap),
                None if seen.asks => {
                    let where_it_is = match &seen.described {
                        Some(path) => format!("only {path} says what it holds"),
                        None => "the schema exists only in production".to_owned(),
                    };
                    Verdict::fail(format!("the code uses a database and no migration creates it: {where_it_is}"), findings(seen))
                }
                None if ground.code_files == 0 => Ground::no_code(settings),
                None => Verdict::not_applicable("nothing in the code asks a SQL database, and there are no migrations"),
            }
        } else if let Some(gap) = unread.or_else(|| data::replay_gap(&seen.unreplayed, "which tables there are")) {
            Verdict::undecided(gap)
        } else if let Some(says) = doubts(seen) {
            Verdict::undecided(judge(
                says,
                "Compare with `supabase db diff` or your tool's, and add what is missing as a migration",
            ))
        } else {
            let files = count(seen.migrations, "migration", "migrations");
            Verdict::pass(format!(
                "{files} of {}: {} that the code uses are created there",
                tools(seen),
                of(seen.used, seen.used, "tables")
            ))
        };
        let elsewhere = (seen.elsewhere > 0).then(|| {
            let first = seen.elsewhere_first.as_ref().map(|it| format!(", such as {it}")).unwrap_or_default();
            let files = count(seen.elsewhere, "file of SQL lies", "files of SQL lie");
            format!("{files} outside of the migrations{first}: perhaps pasted into the dashboard")
        });
        let verdict = match elsewhere {
            Some(says) => verdict.note(crate::domain::NoteLevel::Info, "repo.sql-elsewhere", says),
            None => verdict,
        };
        verdict
            .with_notes(ground.exhibits("repo.table-without-migration", &seen.missing))
            .with_notes(ground.exhibits("repo.table-computed", &seen.computed))
            .with_notes(ground.exhibits("repo.migration-skipped", &seen.skipped))
            .with_notes(ground.exhibits("repo.migration-order", &seen.disordered))
            .with_notes(ground.exhibits("repo.schema-pushed", &seen.pushes))
            .with_notes(ground.exhibits("repo.table-only-in-types", &seen.typed_only))
            .with_notes(ground.exhibits("repo.table-changed-not-created", &seen.unknown))
            .with_notes(ground.exhibits("repo.migration-unreplayed", &seen.unreplayed))
    }

    fn remedy(seen: &Seen, settings: &AppSettings) -> Remedy {
        if findings(seen).is_empty() {
            return Remedy::default();
        }
        let project = settings.supabase.as_ref().map_or("PROJECT", |it| it.as_str());
        let steps = vec![
            Foreign::new(format!(
                "Run `supabase link --project-ref {project}` and `supabase db pull`, or your tool's baseline, and commit what it writes"
            )),
            Foreign::new("From now on change the schema only by a migration"),
        ];
        Remedy { steps, effort: Effort::M }
    }
}

fn tools(seen: &Seen) -> String {
    seen.tools.iter().map(Foreign::as_str).collect::<Vec<_>>().join(" and ")
}

fn findings(seen: &Seen) -> Vec<Finding> {
    let Some(first) = seen.first_use.as_ref().filter(|_| seen.migrations == 0 && seen.asks) else { return Vec::new() };
    let says = match &seen.described {
        Some(path) => format!("{} uses a database that no migration creates; only {path} says what it holds", first.path),
        None => format!("{} uses a database whose schema no file of the repository creates", first.path),
    };
    let fix = "Pull the live schema as a baseline migration and commit it";
    vec![Finding::new("repo.no-migrations", "schema", Severity::High, says, fix).at(seen.ground.place(first))]
}

/// What speaks against it, in the order in which it matters.
fn doubts(seen: &Seen) -> Option<String> {
    if !seen.missing.is_empty() {
        let names: Vec<&str> = seen.missing.iter().map(|it| it.id.as_str()).take(3).collect();
        return Some(format!(
            "{} that the code uses are not there after the last migration: {}",
            of(seen.missing.len(), seen.used, "tables"),
            names.join(", ")
        ));
    }
    let kinds = [
        (&seen.unknown, "table is", "tables are", "changed by a migration and created by none"),
        (&seen.typed_only, "table of the generated types is", "tables of the generated types are", "created by no migration"),
        (&seen.skipped, "file of the folder is", "files of the folder are", "passed over by the tool"),
        (&seen.disordered, "migration is", "migrations are", "out of order or share a number"),
        (&seen.pushes, "command changes", "commands change", "the schema past the migrations"),
        (&seen.computed, "place names", "places name", "a table in a way that cannot be followed"),
    ];
    let (found, one, many, says) = kinds.into_iter().find(|(found, ..)| !found.is_empty())?;
    Some(format!("{} {says}", count(found.len(), one, many)))
}

fn seen(survey: &Survey) -> Seen {
    let migrations = &survey.migrations;
    let queried = Queried::of(survey);
    let mut used: BTreeMap<_, Spot> = BTreeMap::new();
    for it in queried.asked.iter().filter(|it| !Schema::is_foreign(&it.table.schema) && it.table.schema != "?") {
        used.entry(it.table.clone())
            .or_insert_with(|| Spot::new(&it.path, it.line, format!("{} is used here and created by no migration", it.table)));
    }
    let exists = |name: &_| migrations.schema.relations.contains_key(name);
    let missing = used.iter().filter(|(name, _)| !exists(name)).map(|(name, spot)| Exhibit::new(name.to_string(), spot.clone()));
    let by_path = |path: &str, says: &str| Exhibit::new(path, Spot::new(path, 1, format!("{path}: {says}")));
    let computed = queried.computed.iter().map(|it| Exhibit::new(&it.path, data::on(it, "a table's name is computed here")));
    let unresolved = queried.unresolved.iter().map(|(name, line)| {
        Exhibit::new(format!("{}.{name}", line.path), data::on(line, format!("`{name}` is declared in no schema that was read")))
    });
    let pushes = migrations.commands.iter().filter(|it| {
        it.does == Does::Pushes
            || (it.does == Does::Raw && matches!(it.stands, Where::Workflow | Where::DeployScript | Where::Host))
    });
    let typed: BTreeSet<(&str, &str)> = migrations
        .generated
        .iter()
        .flat_map(|file| file.relations.iter().map(|name| (name.as_str(), file.path.as_str())))
        .collect();
    let typed_only = typed.into_iter().filter(|(name, _)| !exists(&crate::repo::migrations::Name::public(name)));
    Seen {
        ground: data::ground_with_workflows(survey),
        asks: !queried.is_empty(),
        first_use: first_use(survey, &queried),
        tools: migrations
            .folders
            .iter()
            .map(|it| it.tool)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .map(|it| it.words().into())
            .collect(),
        migrations: migrations.migrations.len(),
        used: used.len(),
        missing: missing.take(MOST_KEPT).collect(),
        computed: computed.chain(unresolved).take(MOST_KEPT).collect(),
        skipped: migrations.skipped.iter().map(|it| by_path(&it.path, it.why)).take(MOST_KEPT).collect(),
        disordered: data::disordered(survey),
        pushes: pushes.map(|it| data::command(it, "changes a schema past the migrations")).take(MOST_KEPT).collect(),
        typed_only: typed_only
            .map(|(name, path)| {
                Exhibit::new(name, Spot::new(path, 1, format!("{name} is in the generated types and created by no migration")))
            })
            .take(MOST_KEPT)
            .collect(),
        unknown: migrations
            .schema
            .unknown
            .iter()
            .map(|(name, at)| {
                Exhibit::new(name.to_string(), data::at(at, format!("{name} is changed here and created by no migration")))
            })
            .take(MOST_KEPT)
            .collect(),
        unreplayed: data::unreplayed(survey, |it| it.tables),
        described: described(survey),
        elsewhere: migrations.elsewhere.len(),
        elsewhere_first: migrations.elsewhere.first().map(Foreign::new),
    }
}

/// A schema in another form than migrations: Prisma's, Drizzle's, or loose SQL.
fn described(survey: &Survey) -> Option<Foreign> {
    let prisma = survey.migrations.prisma.as_ref().and_then(|it| it.models.first()).map(|it| it.path.as_str());
    let drizzle =
        || survey.code.iter().find(|it| it.queries.drizzle.iter().any(|it| it.maker.is_none())).map(|it| it.path.as_str());
    let loose = || survey.migrations.elsewhere.first().map(String::as_str);
    prisma.or_else(drizzle).or_else(loose).map(Foreign::new)
}

fn first_use(survey: &Survey, queried: &Queried) -> Option<Spot> {
    let table = queried.asked.first().map(|it| Spot::new(&it.path, it.line, format!("{} is used here", it.table)));
    let others = || {
        let lines = [&queried.computed, &queried.raw].into_iter().flatten().next().cloned();
        lines.or_else(|| queried.unresolved.first().map(|(_, it)| it.clone())).map(|it| data::on(&it, "a database is used here"))
    };
    let opened = || {
        let file = survey.code.iter().find(|it| !crate::repo::queried::is_script(&it.path) && it.queries.are_there())?;
        Some(Spot::new(&file.path, 1, "a database is used here"))
    };
    table.or_else(others).or_else(opened)
}

#[cfg(test)]
mod tests;
