//! Every foreign key of the replayed schema has an index that begins with its columns (item IDX-01). How many rows a table will
//! hold is not to be seen here, so a person judges what is listed; the database decides.

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Foreign, Gap, ObjectName, Remedy, Repair, Repairs, Verdict, repair};
use crate::probes::data::{self, count};
use crate::probes::ground::{self, Exhibit, Ground, MOST_KEPT, judge, of};
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::repo::Survey;
use crate::repo::migrations::{ForeignKey, Name, Relation, Schema};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// See the module.
pub struct ForeignKeyIndexes;

/// The foreign keys of the replayed schema, and which of them no index serves.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    pub ground: Ground,
    /// Tables of the app's own schemas.
    pub tables: usize,
    /// Their foreign keys; several over the same columns are one.
    pub keys: usize,
    /// Those that no index serves.
    pub bare: Vec<Exhibit>,
    pub bare_count: usize,
    pub unreplayed: Vec<Exhibit>,
    /// Migrations of which it is not known which are applied.
    pub disordered: Vec<Exhibit>,
    /// The indexes that are missing, by exact names.
    pub repairs: Repairs,
}

impl Probe for ForeignKeyIndexes {
    type Seen = Seen;
    const META: Meta = Meta {
        stage: Stage::Experimental,
        ..ground::sign(
            "repo.foreign-key-indexes",
            "Does every foreign key of the migrations lead an index?",
            "apis/repo-signals.md §4; apis/postgres.md",
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
            .gap("a table or an index")
            .or_else(|| data::replay_gap(&seen.unreplayed, "which foreign keys have an index"))
            .or_else(|| data::order_gap(&seen.disordered, "which foreign keys have an index"));
        let verdict = if let Some(gap) = gap {
            Verdict::undecided(gap)
        } else if seen.tables == 0 && ground.code_files == 0 {
            Ground::no_code(settings)
        } else if seen.tables == 0 {
            Verdict::undecided(judge("no migration creates a table, so nothing here says which keys it has", "Ask the database"))
        } else if seen.keys == 0 {
            Verdict::not_applicable("no migration declares a foreign key")
        } else if seen.bare_count > 0 {
            let says = format!("{} have no index that begins with their columns", of(seen.bare_count, seen.keys, "foreign keys"));
            Verdict::undecided(judge(says, "Add an index where the table will pass 1 000 rows, or write down the reason"))
        } else {
            Verdict::pass(format!("{} of the migrations lead an index", of(seen.keys, seen.keys, "foreign keys")))
        };
        verdict
            .with_notes(ground.exhibits_of("repo.foreign-key-without-index", &seen.bare, seen.bare_count))
            .with_notes(ground.exhibits("repo.foreign-key-unreplayed", &seen.unreplayed))
    }

    fn remedy(seen: &Seen, settings: &AppSettings) -> Remedy {
        if seen.bare_count == 0 {
            return Remedy::default();
        }
        let indexes = count(seen.bare_count, "index", "indexes");
        let step = format!("Write one migration with {indexes}: `rescue fix {} IDX-01 --as sql` prints it", settings.name);
        Remedy { steps: vec![Foreign::new(step)], effort: Effort::S }
    }

    fn repairs(seen: &Seen) -> Repairs {
        seen.repairs.clone()
    }
}

fn seen(survey: &Survey) -> Seen {
    let schema = &survey.migrations.schema;
    let mut taken = taken(schema);
    let mut made = Seen {
        ground: data::ground(survey),
        unreplayed: data::unreplayed(survey, |it| it.indexes || it.tables || it.columns),
        disordered: data::disordered(survey),
        ..Seen::default()
    };
    for (name, relation) in schema.relations.iter().filter(|(name, it)| it.is_table() && !Schema::is_foreign(&name.schema)) {
        made.tables += 1;
        let mut known: BTreeSet<&[String]> = BTreeSet::new();
        for key in relation.foreign_keys.iter().filter(|it| !it.columns.is_empty()) {
            if !known.insert(&key.columns) {
                continue;
            }
            made.keys += 1;
            if !relation.is_led_by_all(&key.columns) {
                made.bare_count += 1;
                made.repairs.add(missing(name, relation, key, &mut taken));
                made.bare.push(exhibit(name, key));
            }
        }
    }
    made.bare.truncate(MOST_KEPT);
    made
}

fn exhibit(table: &Name, key: &ForeignKey) -> Exhibit {
    let columns = key.columns.join(", ");
    let says = format!("{table} ({columns}) refers to {}, and no index begins with that", key.to);
    Exhibit::new(format!("{table}({columns})"), data::at(&key.at, says))
}

fn missing(table: &Name, relation: &Relation, key: &ForeignKey, taken: &mut BTreeSet<String>) -> Option<Repair> {
    let columns: Vec<&str> = key.columns.iter().map(String::as_str).collect();
    index(table, relation, &columns, ObjectName::exact(&key.to.schema, &key.to.name), taken)
}

/// An index that a table lacks; none when one of the names cannot be written down exactly.
pub(super) fn index(
    table: &Name,
    relation: &Relation,
    columns: &[&str],
    serves: Option<ObjectName>,
    taken: &mut BTreeSet<String>,
) -> Option<Repair> {
    Some(Repair::Index {
        table: ObjectName::exact(&table.schema, &table.name)?,
        columns: columns.iter().map(|it| repair::exact(it)).collect::<Option<Vec<_>>>()?,
        name: repair::exact(&repair::index_name(&table.name, columns, taken))?,
        serves,
        partitioned: relation.partitioned,
    })
}

/// The names that an index cannot have, because a relation or an index of any schema has it already.
pub(super) fn taken(schema: &Schema) -> BTreeSet<String> {
    let relations = schema.relations.keys().map(|it| it.name.as_str());
    let indexes = schema.relations.values().flat_map(|it| &it.indexes).filter_map(|it| it.name.as_deref());
    relations.chain(indexes).map(|it| repair::cut(it, repair::LONGEST_NAME).to_owned()).collect()
}

#[cfg(test)]
mod tests;
