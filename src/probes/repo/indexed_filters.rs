//! Every column that the code filters or sorts by leads an index in the replayed schema (item IDX-05). How many rows a table
//! will hold is not to be seen here, so a person judges what is listed.

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Foreign, Gap, ObjectName, Remedy, Repair, Repairs, Verdict, repair};
use crate::probes::data;
use crate::probes::ground::{self, Exhibit, Ground, MOST_KEPT, Spot, judge, of};
use crate::probes::repo::foreign_key_indexes::{index as missing, taken};
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::repo::Survey;
use crate::repo::migrations::{Name, Relation, Schema};
use crate::repo::queried::{Asked, AskedColumn, Queried, Serves};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// See the module.
pub struct IndexedFilters;

/// Columns that queries name, and which of them no index begins with.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    pub ground: Ground,
    /// The code asks for tables at all.
    pub asks: bool,
    /// Columns that the code filters or sorts by.
    pub columns: usize,
    /// Those that lead no index, or none that serves what is asked.
    pub bare: Vec<Exhibit>,
    pub bare_count: usize,
    /// How many of those need an index of another kind, and lead an ordinary one or ask for no ordinary one.
    #[serde(default)]
    pub other_count: usize,
    /// Those of tables, or columns, that no migration creates.
    pub unknown: Vec<Exhibit>,
    pub unknown_count: usize,
    /// Places whose table or column is computed, or where a statement stands as text.
    pub computed: Vec<Exhibit>,
    pub unreplayed: Vec<Exhibit>,
    /// Migrations of which it is not known which are applied.
    #[serde(default)]
    pub disordered: Vec<Exhibit>,
    /// The indexes that are missing, by exact names.
    #[serde(default)]
    pub repairs: Repairs,
}

impl Probe for IndexedFilters {
    type Seen = Seen;
    const META: Meta = Meta {
        stage: Stage::Experimental,
        ..ground::sign(
            "repo.indexed-filters",
            "Does every column that the code filters or sorts by lead an index?",
            "apis/repo-signals.md §4, §5",
        )
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        ground::look(sight, |ground| Seen { ground, ..Seen::default() }, seen).await
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        let ground = &seen.ground;
        if ground.empty {
            return Verdict::not_applicable("the repository is empty: it asks nothing");
        }
        let gap = ground
            .gap("a query or an index")
            .or_else(|| data::replay_gap(&seen.unreplayed, "which columns have an index"))
            .or_else(|| data::order_gap(&seen.disordered, "which columns have an index"));
        let verdict = if let Some(gap) = gap {
            Verdict::undecided(gap)
        } else if !seen.asks && ground.code_files == 0 {
            Ground::no_code(settings)
        } else if !seen.asks {
            Verdict::not_applicable("no query in the code names a table")
        } else if seen.bare_count > 0 {
            let columns = of(seen.bare_count, seen.columns, "columns");
            let serving = if seen.other_count > 0 { " that serves what is asked of them" } else { "" };
            let says = format!("{columns} that the code filters or sorts by lead no index{serving}");
            Verdict::undecided(judge(says, "Add an index where the table will pass 10 000 rows, or write down the reason"))
        } else if seen.unknown_count > 0 {
            let says = format!(
                "{} that the code filters or sorts by are of no table that the migrations give",
                of(seen.unknown_count, seen.columns, "columns")
            );
            Verdict::undecided(judge(says, "Look at their indexes in the database"))
        } else if let Some(first) = seen.computed.first() {
            let says = format!("{}:{} names what it asks for in a way that cannot be followed", first.spot.path, first.spot.line);
            Verdict::undecided(judge(says, "Look which columns are asked for there"))
        } else {
            Verdict::pass(format!(
                "{} that the code filters or sorts by lead an index",
                of(seen.columns, seen.columns, "columns")
            ))
        };
        verdict
            .with_notes(ground.exhibits_of("repo.column-without-index", &seen.bare, seen.bare_count))
            .with_notes(ground.exhibits_of("repo.column-unknown", &seen.unknown, seen.unknown_count))
            .with_notes(ground.exhibits("repo.query-computed", &seen.computed))
            .with_notes(ground.exhibits("repo.index-unreplayed", &seen.unreplayed))
    }

    fn remedy(seen: &Seen, settings: &AppSettings) -> Remedy {
        // No name is a part of a statement here: they are quoted where the migration is written.
        let (whole, other) = (seen.repairs.whole(), seen.repairs.by_hand());
        let mut steps = Vec::new();
        if whole > 0 {
            let indexes = data::count(whole, "index", "indexes");
            steps.push(format!("Write one migration with {indexes}: `rescue fix {} IDX-05 --as sql` prints it", settings.name));
        }
        if other > 0 {
            let columns = data::count(other, "column", "columns");
            steps
                .push(format!("Choose an index for texts, lists or documents (GIN, trigrams) for {columns}, or ask another way"));
        }
        if steps.is_empty() && seen.bare_count > 0 {
            steps.push("Write an index for each column that is listed, in a migration of its own".to_owned());
        }
        Remedy { steps: steps.into_iter().map(Foreign::new).collect(), effort: Effort::S }
    }

    fn repairs(seen: &Seen) -> Repairs {
        seen.repairs.clone()
    }
}

fn seen(survey: &Survey) -> Seen {
    let queried = Queried::of(survey);
    let schema = &survey.migrations.schema;
    let mut columns: BTreeMap<(Name, String), Vec<(&Asked, &AskedColumn)>> = BTreeMap::new();
    for call in queried.asked.iter().filter(|it| !Schema::is_foreign(&it.table.schema)) {
        for column in &call.columns {
            columns.entry((column.table.clone(), column.column.clone())).or_default().push((call, column));
        }
    }
    let (mut bare, mut unknown, mut other_count) = (Vec::new(), Vec::new(), 0);
    let (mut repairs, mut taken) = (Repairs::default(), taken(schema));
    for ((table, column), uses) in &columns {
        let Some((call, first)) = uses.first() else { continue };
        let Some(is_led) = index(survey, table, column) else {
            let places = data::count(uses.len(), "place", "places");
            let says =
                format!("{table}.{column} is asked here, in {places}, and is of no table whose columns the migrations give");
            unknown.push(Exhibit::new(format!("{table}.{column}"), Spot::new(&call.path, first.line, says)));
            continue;
        };
        let relation = schema.relations.get(table);
        let uses = Uses::of(uses, is_led, column, relation);
        // Of a negation nobody knows whether an index helps it: it is shown, and none is derived from it alone.
        if let Some(relation) = relation.filter(|_| uses.plain.iter().any(|(_, it)| it.serves() == Serves::Btree)) {
            repairs.add(missing(table, relation, &[column], None, &mut taken));
        }
        if let Some((_, it)) = uses.other.first() {
            repairs.add(another(table, column, &it.operator));
        }
        other_count += usize::from(uses.plain.is_empty() && !uses.other.is_empty());
        bare.extend(uses.exhibit(&format!("{table}.{column}"), relation));
    }
    bare.sort_by(|(a, first), (b, second)| b.cmp(a).then_with(|| first.id.cmp(&second.id)));
    let told = |says: &'static str| move |it: &crate::repo::queried::Line| Exhibit::new(&it.path, data::on(it, says));
    let computed = queried.computed.iter().map(told("a table's name is computed here"));
    let computed = computed.chain(queried.computed_columns.iter().map(told("a column's name is computed here")));
    let computed = computed.chain(queried.raw.iter().map(told("a statement of SQL stands here as text")));
    let unresolved = queried.unresolved.iter().map(|(name, it)| {
        Exhibit::new(format!("{}.{name}", it.path), data::on(it, format!("`{name}` is declared in no schema that was read")))
    });
    Seen {
        ground: data::ground(survey),
        asks: !queried.asked.is_empty()
            || !queried.computed.is_empty()
            || !queried.raw.is_empty()
            || !queried.unresolved.is_empty(),
        columns: columns.len(),
        bare_count: bare.len(),
        other_count,
        bare: bare.into_iter().map(|(_, it)| it).take(MOST_KEPT).collect(),
        unknown_count: unknown.len(),
        unknown: unknown.into_iter().take(MOST_KEPT).collect(),
        computed: computed.chain(unresolved).take(MOST_KEPT).collect(),
        unreplayed: data::unreplayed(survey, |it| it.indexes || it.tables || it.columns),
        disordered: data::disordered(survey),
        repairs,
    }
}

type Use<'a> = (&'a Asked, &'a AskedColumn);

/// The uses of one column that no index serves.
struct Uses<'a> {
    /// By what an ordinary index serves, or perhaps.
    plain: Vec<Use<'a>>,
    /// By what an ordinary index never serves.
    other: Vec<Use<'a>>,
}

impl<'a> Uses<'a> {
    fn of(uses: &[Use<'a>], is_led: bool, column: &str, relation: Option<&Relation>) -> Self {
        let is_plain = |(_, it): &Use<'a>| it.serves() != Serves::Other;
        let is_led_otherwise = relation.is_some_and(|it| it.is_led_otherwise_by(column));
        let is_served = |it: &Use<'a>| if is_plain(it) { is_led } else { is_led_otherwise && !it.1.is_inside() };
        let (plain, other) = uses.iter().copied().filter(|it| !is_served(it)).partition(is_plain);
        Self { plain, other }
    }

    /// How many there are, and the first of them; none when an index serves all.
    fn exhibit(&self, name: &str, relation: Option<&Relation>) -> Option<(usize, Exhibit)> {
        let (call, first) = self.plain.first().or_else(|| self.other.first())?;
        let count = self.plain.len() + self.other.len();
        let lack = match (self.plain.is_empty(), self.other.first()) {
            (true, _) => ", which an ordinary index does not serve".to_owned(),
            (false, None) => ", and leads no index".to_owned(),
            (false, Some((_, it))) => format!(", and leads no index; an ordinary one does not serve `{}`", it.operator),
        };
        let expression = relation.is_some_and(Relation::has_expression_index);
        let perhaps = if expression { "; an index on an expression may serve it" } else { "" };
        let places = data::count(count, "place", "places");
        let says = format!("{name} is asked by `{}` here, in {places}{lack}{perhaps}", first.operator);
        Some((count, Exhibit::new(name, Spot::new(&call.path, first.line, says))))
    }
}

/// What a column needs whose index cannot be derived.
fn another(table: &Name, column: &str, operator: &str) -> Option<Repair> {
    let table = ObjectName::exact(&table.schema, &table.name)?;
    Some(Repair::OtherIndex { table, column: repair::exact(column)?, operator: Foreign::new(operator) })
}

/// Whether an index begins with the column; none when nothing that was read knows the column.
fn index(survey: &Survey, table: &Name, column: &str) -> Option<bool> {
    let models = survey.migrations.prisma.iter().flat_map(|it| &it.models);
    let model = models.into_iter().find(|it| it.table == table.name && it.schema.as_deref().unwrap_or("public") == table.schema);
    let of_model = model.map(|it| it.indexes.iter().any(|it| it.first().is_some_and(|first| first == column)));
    let Some(relation) = survey.migrations.schema.relations.get(table) else { return of_model };
    if relation.is_led_by(column) || of_model == Some(true) {
        return Some(true);
    }
    let is_known = relation.columns.iter().any(|it| it == column);
    (is_known && relation.is_table()).then_some(false)
}

#[cfg(test)]
mod tests;
