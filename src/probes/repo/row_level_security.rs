//! What the migrations say of row-level security: tables of the exposed schema on which it is never enabled, policies that
//! are literally true (dossier repo-signals.md §4). At most evidence: the database decides.

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Foreign, Gap, GapKind, ObjectName, Remedy, Repair, Repairs, System, Verdict, repair};
use crate::probes::data::{self, count};
use crate::probes::ground::{self, Exhibit, Ground, MOST_KEPT, judge, of};
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::repo::Survey;
use crate::repo::migrations::{Function, Name, Relation, Schema, Sort, Tool};
use crate::repo::project::{LinkKind, Strength};
use crate::repo::queried::Queried;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// See the module.
pub struct RowLevelSecurity;

/// What the replayed schema leaves open.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    pub ground: Ground,
    /// Client keys of Supabase reach the schema `public`.
    pub is_supabase: bool,
    /// Tables of `public` in the replayed schema.
    pub tables: usize,
    /// Tables that the code uses and no migration creates: of those the files say nothing.
    #[serde(default)]
    pub unmade: Vec<Foreign>,
    /// Those on which it is off, and whose rights were not taken from client roles.
    pub open: Vec<Exhibit>,
    /// How many of each kind there are; the lists are cut.
    #[serde(default)]
    pub counts: Counts,
    pub policies: usize,
    /// Policies whose condition is literally true.
    pub always_true: Vec<Exhibit>,
    /// Views that ask with their owner's rights, and functions that do so with a search path of the caller's.
    pub around: Vec<Exhibit>,
    pub unreplayed: Vec<Exhibit>,
    /// Migrations of which it is not known which are applied.
    #[serde(default)]
    pub disordered: Vec<Exhibit>,
    /// An event trigger that may enable it on every new table.
    pub event_trigger: Option<Exhibit>,
    /// What of it can be mended by exact name.
    #[serde(default)]
    pub repairs: Repairs,
}

/// See [`Seen`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    pub open: usize,
    pub always_true: usize,
    pub around: usize,
    pub unmade: usize,
}

impl Seen {
    /// The counts; an observation of an older version has none, and its lists may be cut.
    fn all(&self) -> Counts {
        Counts {
            open: self.counts.open.max(self.open.len()),
            always_true: self.counts.always_true.max(self.always_true.len()),
            around: self.counts.around.max(self.around.len()),
            unmade: self.counts.unmade.max(self.unmade.len()),
        }
    }
}

impl Probe for RowLevelSecurity {
    type Seen = Seen;
    const META: Meta = Meta {
        stage: Stage::Experimental,
        ..ground::sign(
            "repo.row-level-security",
            "Do the migrations enable row-level security on every table of the exposed schema?",
            "apis/repo-signals.md §4",
        )
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        ground::look(sight, |ground| Seen { ground, ..Seen::default() }, seen).await
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        let ground = &seen.ground;
        if ground.empty {
            return Verdict::not_applicable("the repository is empty: it has no tables");
        }
        let gap = ground
            .gap("a table or a policy")
            .or_else(|| data::replay_gap(&seen.unreplayed, "row-level security"))
            .or_else(|| data::order_gap(&seen.disordered, "row-level security"));
        let all = seen.all();
        let open = of(all.open, seen.tables, "tables");
        let verdict = if let Some(gap) = gap {
            Verdict::undecided(gap)
        } else if !seen.is_supabase && ground.code_files == 0 {
            Ground::no_code(settings)
        } else if !seen.is_supabase {
            Verdict::not_applicable("nothing here uses Supabase, so no client key reaches the tables")
        } else if seen.tables == 0 {
            Verdict::undecided(judge(
                "no migration creates a table, so nothing here says how it is protected",
                "Ask the database",
            ))
        } else if !seen.open.is_empty() && seen.event_trigger.is_some() {
            let says = format!("{open} never get row-level security by name, and an event trigger may enable it");
            Verdict::undecided(judge(says, "Read what the event trigger does, and ask the database"))
        } else if !seen.open.is_empty() {
            Verdict::undecided(judge(
                format!("{open} end without row-level security in the migrations"),
                "Ask the database, and enable it in a migration",
            ))
        } else if !seen.always_true.is_empty() {
            let says = format!("{} are literally true", of(all.always_true, seen.policies, "policies"));
            Verdict::undecided(judge(says, "Give a reason for each, or restrict it to the row's owner"))
        } else if !seen.around.is_empty() {
            let says =
                format!("{} may go round row-level security", count(all.around, "view or function", "views and functions"));
            Verdict::undecided(judge(says, "Set `security_invoker` on views, and a fixed search path on functions"))
        } else if let Some(first) = seen.unmade.first() {
            let unmade = count(all.unmade, "table", "tables");
            let made = of(seen.tables, seen.tables, "tables of the migrations have row-level security");
            let says = format!("{made}, and no migration creates {unmade} that the code uses, such as {first}");
            let gap = Gap::new(GapKind::Incomplete, System::Repo, says);
            Verdict::undecided(gap.needs("Ask the database, and pull its schema as a migration"))
        } else {
            Verdict::pass(format!(
                "the migrations enable row-level security on {}",
                of(seen.tables, seen.tables, "tables of `public`")
            ))
        };
        verdict
            .with_notes(ground.exhibits_of("repo.rls-off", &seen.open, all.open))
            .with_notes(ground.exhibits_of("repo.policy-always-true", &seen.always_true, all.always_true))
            .with_notes(ground.exhibits_of("repo.rls-bypass", &seen.around, all.around))
            .with_notes(ground.exhibits("repo.rls-unreplayed", &seen.unreplayed))
            .with_notes(ground.exhibits("repo.rls-event-trigger", seen.event_trigger.as_slice()))
    }

    fn remedy(seen: &Seen, settings: &AppSettings) -> Remedy {
        let open = seen.all().open;
        if open == 0 {
            return Remedy::default();
        }
        // No name is a part of a statement here: they are quoted where the migration is written.
        let tables = count(open, "table", "tables");
        let prints = if Self::repairs(seen).whole() == 0 {
            String::new()
        } else {
            format!(": `rescue fix {} RLS-01 --as sql` prints it", settings.name)
        };
        let step = format!("Write policies and enable row-level security on {tables} in one migration{prints}");
        Remedy { steps: vec![Foreign::new(step)], effort: Effort::M }
    }

    fn repairs(seen: &Seen) -> Repairs {
        if seen.is_supabase { seen.repairs.clone() } else { Repairs::default() }
    }
}

fn seen(survey: &Survey) -> Seen {
    let migrations = &survey.migrations;
    let schema = &migrations.schema;
    let open = || schema.exposed().filter(|(_, it)| is_open(it));
    let policies =
        || schema.exposed().flat_map(|(table, it)| it.policies.iter().map(move |(name, policy)| (table, name, policy)));
    let always_true = || policies().filter(|(_, _, it)| it.is_always_true() && !it.is_for_service());
    let views = schema.relations.iter().filter(|(name, it)| goes_around(name, it));
    let views = views.map(|(name, it)| {
        Exhibit::new(name.to_string(), data::at(&it.at, format!("the view {name} asks with its owner's rights")))
    });
    // Several forms of one name are one piece of evidence, which stays until each of them is set.
    let functions = definers(schema).filter_map(|(name, it)| {
        let first = it.open().next()?;
        let which =
            if it.forms.len() > 1 { format!(" in {}", of(it.open().count(), it.forms.len(), "forms")) } else { String::new() };
        let says = format!("{name}() runs with its owner's rights and the caller's search path{which}");
        Some(Exhibit::new(format!("{name}()"), data::at(&first.at, says)))
    });
    let around: Vec<Exhibit> = views.chain(functions).collect();
    let unmade = unmade(survey);
    Seen {
        ground: data::ground(survey),
        is_supabase: is_supabase(survey),
        counts: Counts { open: open().count(), always_true: always_true().count(), around: around.len(), unmade: unmade.len() },
        unmade: unmade.into_iter().take(MOST_KEPT).collect(),
        tables: schema.exposed().count(),
        open: open()
            .map(|(name, it)| {
                Exhibit::new(
                    name.to_string(),
                    data::at(&it.at, format!("{name} is created here, and row-level security ends off")),
                )
            })
            .take(MOST_KEPT)
            .collect(),
        policies: policies().count(),
        always_true: always_true()
            .map(|(table, name, it)| {
                let says = format!("policy `{name}` lets {} {} every row of {table}", who(&it.roles), it.command);
                Exhibit::new(format!("{table}.{name}"), data::at(&it.at, says))
            })
            .take(MOST_KEPT)
            .collect(),
        around: around.into_iter().take(MOST_KEPT).collect(),
        unreplayed: data::unreplayed(survey, |it| it.security || it.tables),
        disordered: data::disordered(survey),
        repairs: repairs(schema),
        event_trigger: schema
            .event_trigger
            .as_ref()
            .map(|it| Exhibit::new("trigger", data::at(it, "an event trigger may act on every new table"))),
    }
}

/// Whether a client role reaches the table and no policy can stop it.
fn is_open(table: &Relation) -> bool {
    let reaches = |role: &str| !table.revoked.contains(role);
    !table.row_security && (reaches("anon") || reaches("authenticated")) && reaches("public")
}

/// Whether a client role reads through the view with its owner's rights.
fn goes_around(name: &Name, view: &Relation) -> bool {
    name.schema == "public"
        && matches!(view.sort, Sort::View | Sort::MaterializedView)
        && !view.security_invoker
        && !view.revoked.contains("anon")
}

/// What can be mended by exact name: tables, then views, then functions.
fn repairs(schema: &Schema) -> Repairs {
    let mut repairs = Repairs::default();
    for (name, table) in schema.exposed().filter(|(_, it)| is_open(it)) {
        let mut owners = table.foreign_keys.iter().filter(|key| key.to.schema == "auth" && key.to.name == "users");
        let owner = match (owners.next().map(|key| key.columns.as_slice()), owners.next()) {
            (Some([column]), None) => repair::exact(column),
            _ => None,
        };
        let table_name = ObjectName::exact(&name.schema, &name.name);
        repairs.add(table_name.map(|it| Repair::RowSecurity { table: it, policies: table.policies.len(), owner }));
    }
    for (name, view) in schema.relations.iter().filter(|(name, it)| goes_around(name, it)) {
        let exact = ObjectName::exact(&name.schema, &name.name);
        repairs.add(exact.map(|it| match view.sort {
            Sort::MaterializedView => Repair::Withdraw { relation: it },
            _ => Repair::Invoker { view: it },
        }));
    }
    for (name, it) in definers(schema) {
        let forms = if it.forms.len() > 1 { it.forms.len() } else { 0 };
        repairs.add(ObjectName::exact(&name.schema, &name.name).map(|routine| Repair::SearchPath { routine, forms }));
    }
    repairs
}

/// What runs with its owner's rights and the caller's search path, in whichever of its forms.
fn definers(schema: &Schema) -> impl Iterator<Item = (&Name, &Function)> {
    schema.functions.iter().filter(|(name, it)| name.schema == "public" && it.open().next().is_some())
}

/// Whether a client of Supabase is used, or a project of it is named: a client that no manifest declares is one too.
fn is_supabase(survey: &Survey) -> bool {
    let project = &survey.project;
    survey.migrations.has(Tool::Supabase)
        || survey.needs(&["@supabase/supabase-js", "@supabase/ssr"])
        || project.links.iter().any(|it| it.kind == LinkKind::SupabaseProject)
        || project.systems.iter().any(|it| it.name == "Supabase" && it.strength == Strength::Imported)
}

fn unmade(survey: &Survey) -> Vec<Foreign> {
    let schema = &survey.migrations.schema;
    let asked = Queried::of(survey).asked;
    let names: std::collections::BTreeSet<_> = asked.into_iter().map(|it| it.table).collect();
    let unmade = names.into_iter().filter(|it| !Schema::is_foreign(&it.schema) && it.schema != "?");
    let unmade = unmade.filter(|it| !schema.relations.contains_key(it));
    unmade.map(|it| Foreign::new(it.to_string())).collect()
}

fn who(roles: &[String]) -> String {
    if roles.is_empty() { "everybody".to_owned() } else { roles.join(", ") }
}

#[cfg(test)]
mod tests;
