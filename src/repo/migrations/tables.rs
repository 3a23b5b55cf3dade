//! Tables, views and indexes as statements create, change, rename and drop them. A form that is not known is told to the
//! caller, never guessed.

use super::cursor::Cursor;
use super::lex::Kind;
use super::replay::{Replay, Touches};
use super::schema::{At, ForeignKey, Index, Name, Relation, Schema, Sort};

/// `create table …` behind these words. False: its name could not be read.
pub(super) fn create(replay: &mut Replay, mut it: Cursor<'_, '_>, sort: Sort, at: &At) -> bool {
    it.eat(&["if", "not", "exists"]);
    let Some(name) = it.name() else { return false };
    if name.schema == "pg_temp" {
        replay.schema.temporary.insert(name.name);
        return true;
    }
    // A table that is there stays as it is: with `if not exists` nothing happens, without it the migration fails.
    if replay.schema.relations.contains_key(&name) {
        return true;
    }
    let mut relation = Relation::new(sort, at.clone());
    if it.eat(&["partition", "of"]) {
        relation.sort = Sort::Partition;
        match it.name().and_then(|parent| replay.schema.relations.get(&parent)) {
            Some(parent) => inherit(&mut relation, parent, true),
            None => relation.columns_known = false,
        }
    } else if let Some(group) = it.group() {
        for part in group.parts() {
            entry(&replay.schema, &mut relation, part, at);
        }
        if let Some(parents) = it.behind(&["inherits"]).and_then(|mut it| it.group()) {
            for parent in parents.parts().into_iter().filter_map(|mut it| it.name()) {
                match replay.schema.relations.get(&parent) {
                    Some(parent) => inherit(&mut relation, parent, false),
                    None => relation.columns_known = false,
                }
            }
        }
        relation.columns_known &= !it.sees(&["as"]);
    } else {
        // `create table … as select …`, `create table … of type`.
        relation.columns_known = false;
    }
    relation.partitioned = it.holds(&["partition", "by"]);
    replay.schema.unknown.remove(&name);
    replay.schema.relations.insert(name, relation);
    true
}

fn inherit(relation: &mut Relation, parent: &Relation, with_indexes: bool) {
    relation.columns.extend(parent.columns.iter().cloned());
    relation.columns_known &= parent.columns_known;
    if with_indexes {
        relation.indexes.extend(parent.indexes.iter().cloned());
    }
}

/// One entry between the brackets of `create table`: a column, a constraint, or `like`.
fn entry(schema: &Schema, relation: &mut Relation, mut it: Cursor<'_, '_>, at: &At) {
    if it.eat(&["like"]) {
        let source = it.name().and_then(|source| schema.relations.get(&source));
        match source {
            Some(source) => inherit(relation, source, it.holds(&["including", "all"]) || it.holds(&["including", "indexes"])),
            None => relation.columns_known = false,
        }
        return;
    }
    if !constraint(relation, it, at) {
        column(relation, it, at);
    }
}

/// A constraint of a table. False: it is none.
fn constraint(relation: &mut Relation, mut it: Cursor<'_, '_>, at: &At) -> bool {
    let name = if it.eat(&["constraint"]) { it.identifier() } else { None };
    if it.eat(&["primary", "key"]) || it.sees(&["unique"]) {
        it.eat(&["unique"]);
        it.eat(&["nulls", "not", "distinct"]);
        it.eat(&["nulls", "distinct"]);
        if it.eat(&["using", "index"]) {
            // The index was there before and is now named like the constraint.
            if let (Some(index), Some(name)) = (it.identifier(), name)
                && let Some(known) = relation.indexes.iter_mut().find(|known| known.name.as_deref() == Some(&index))
            {
                known.name = Some(name);
            }
            return true;
        }
        let columns = it.columns();
        if !columns.is_empty() {
            relation.indexes.push(key(name, columns, at));
        }
        return true;
    }
    if it.eat(&["foreign", "key"]) {
        let columns = it.columns();
        if it.eat(&["references"])
            && let Some(to) = it.name()
        {
            relation.foreign_keys.push(ForeignKey { name, columns, to, at: at.clone() });
        }
        return true;
    }
    if it.sees(&["exclude"]) {
        return true;
    }
    name.is_some() || (it.eat(&["check"]) && it.group().is_some())
}

fn key(name: Option<String>, columns: Vec<String>, at: &At) -> Index {
    let columns = columns.into_iter().map(Some).collect();
    Index { name, columns, unique: true, partial: false, method: "btree".to_owned(), at: at.clone() }
}

fn column(relation: &mut Relation, mut it: Cursor<'_, '_>, at: &At) {
    let Some(name) = it.identifier() else {
        relation.columns_known = false;
        return;
    };
    if !relation.columns.contains(&name) {
        relation.columns.push(name.clone());
    }
    if it.holds(&["primary", "key"]) || it.holds(&["unique"]) {
        relation.indexes.push(key(None, vec![name.clone()], at));
    }
    if let Some(to) = it.behind(&["references"]).and_then(|mut it| it.name()) {
        let key = it.behind(&["constraint"]).and_then(|mut it| it.identifier());
        relation.foreign_keys.push(ForeignKey { name: key, columns: vec![name], to, at: at.clone() });
    }
}

/// `alter table …` and its kin, behind these words. Says what it may touch as far as it was not understood.
pub(super) fn alter(replay: &mut Replay, mut it: Cursor<'_, '_>, at: &At) -> Touches {
    if it.sees(&["all", "in", "tablespace"]) {
        return Touches::NOTHING;
    }
    it.eat(&["if", "exists"]);
    it.eat(&["only"]);
    let Some(name) = it.name() else { return Touches::ALL };
    it.sign('*');
    if it.eat(&["rename", "to"]) {
        let Some(to) = it.identifier() else { return Touches::TABLES };
        move_to(replay, &name, Name { schema: name.schema.clone(), name: to }, at);
        return Touches::NOTHING;
    }
    if it.eat(&["set", "schema"]) {
        let Some(schema) = it.identifier() else { return Touches::TABLES };
        move_to(replay, &name, Name { schema, name: name.name.clone() }, at);
        return Touches::NOTHING;
    }
    let Some(relation) = replay.schema.relations.get_mut(&name) else {
        let changes = !(it.sees(&["owner"]) || it.sees(&["replica"]));
        if changes && !Schema::is_foreign(&name.schema) && !replay.schema.temporary.contains(&name.name) {
            replay.schema.unknown.entry(name).or_insert_with(|| at.clone());
        }
        return Touches::NOTHING;
    };
    let mut touches = Touches::NOTHING;
    let mut attached = None;
    for part in it.parts() {
        if part.sees(&["attach", "partition"]) {
            attached = part.behind(&["partition"]).and_then(|mut it| it.name());
        } else {
            touches = touches.or(action(relation, part, at));
        }
    }
    let parent = relation.clone();
    if let Some(part) = attached.and_then(|it| replay.schema.relations.get_mut(&it)) {
        part.sort = Sort::Partition;
        part.indexes.extend(parent.indexes);
    }
    touches
}

/// Gives a relation another name. One that no file creates is there under its new name, and nothing more is known of it.
fn move_to(replay: &mut Replay, from: &Name, to: Name, at: &At) {
    if replay.schema.relations.contains_key(from) {
        replay.schema.rename(from, to);
    } else if !replay.schema.relations.contains_key(&to) && !Schema::is_foreign(&from.schema) {
        replay.schema.unknown.entry(from.clone()).or_insert_with(|| at.clone());
        let relation = Relation { columns_known: false, ..Relation::new(Sort::Table, at.clone()) };
        replay.schema.relations.insert(to, relation);
    }
}

/// One action of `alter table`.
fn action(relation: &mut Relation, mut it: Cursor<'_, '_>, at: &At) -> Touches {
    if it.eat(&["enable", "row", "level", "security"]) {
        relation.row_security = true;
    } else if it.eat(&["disable", "row", "level", "security"]) {
        relation.row_security = false;
    } else if it.eat(&["force", "row", "level", "security"]) {
        relation.row_security_forced = true;
    } else if it.eat(&["no", "force", "row", "level", "security"]) {
        relation.row_security_forced = false;
    } else if it.eat(&["add"]) {
        if it.eat(&["column"]) || !constraint(relation, it, at) {
            it.eat(&["if", "not", "exists"]);
            column_once(relation, it, at);
        }
    } else if it.eat(&["drop", "constraint"]) {
        it.eat(&["if", "exists"]);
        let Some(name) = it.identifier() else { return Touches::INDEXES };
        drop_constraint(relation, &name);
    } else if it.eat(&["drop"]) {
        it.eat(&["column"]);
        it.eat(&["if", "exists"]);
        let Some(name) = it.identifier() else { return Touches::COLUMNS };
        relation.drop_column(&name);
    } else if it.eat(&["rename", "constraint"]) {
        if let (Some(from), true, Some(to)) = (it.identifier(), it.eat(&["to"]), it.identifier()) {
            rename_index(relation, &from, &to);
        }
    } else if it.eat(&["rename"]) {
        it.eat(&["column"]);
        let (Some(from), true, Some(to)) = (it.identifier(), it.eat(&["to"]), it.identifier()) else { return Touches::COLUMNS };
        relation.rename_column(&from, &to);
    } else if it.eat(&["set"]) {
        if let Some(on) = invoker(it) {
            relation.security_invoker = on;
        }
    } else if it.sees(&["inherit"]) {
        return Touches::COLUMNS;
    }
    // Defaults, owners, types, triggers, statistics, validation: none of them moves what is kept here.
    Touches::NOTHING
}

fn column_once(relation: &mut Relation, it: Cursor<'_, '_>, at: &At) {
    let is_there = { it }.identifier().is_some_and(|name| relation.columns.contains(&name));
    if !is_there {
        column(relation, it, at);
    }
}

/// Keys without a name are called by the database `<table>_<columns>_key`, `<table>_<columns>_fkey` or `<table>_pkey`.
fn drop_constraint(relation: &mut Relation, name: &str) {
    let is_key = |it: &ForeignKey| match &it.name {
        Some(named) => named == name,
        None => name.ends_with(&format!("_{}_fkey", it.columns.join("_"))),
    };
    if let Some(at) = relation.foreign_keys.iter().position(is_key) {
        relation.foreign_keys.remove(at);
        return;
    }
    let is_named = relation.indexes.iter().any(|it| it.name.as_deref() == Some(name));
    if is_named {
        relation.indexes.retain(|it| it.name.as_deref() != Some(name));
        return;
    }
    let made_up = |it: &Index| {
        let columns: Vec<&str> = it.columns.iter().flatten().map(String::as_str).collect();
        it.name.is_none() && it.unique && name.ends_with(&format!("_{}_key", columns.join("_")))
    };
    if let Some(at) = relation.indexes.iter().position(made_up) {
        relation.indexes.remove(at);
    } else if name.ends_with("_pkey")
        && let Some(at) = relation.indexes.iter().position(|it| it.name.is_none() && it.unique)
    {
        relation.indexes.remove(at);
    }
}

fn rename_index(relation: &mut Relation, from: &str, to: &str) {
    for index in relation.indexes.iter_mut().filter(|it| it.name.as_deref() == Some(from)) {
        index.name = Some(to.to_owned());
    }
    for key in relation.foreign_keys.iter_mut().filter(|it| it.name.as_deref() == Some(from)) {
        key.name = Some(to.to_owned());
    }
}

/// `(security_invoker = on)` and its spellings.
fn invoker(mut it: Cursor<'_, '_>) -> Option<bool> {
    let group = it.group()?;
    let mut option = group.parts().into_iter().find(|it| it.sees(&["security_invoker"]))?;
    option.next();
    option.sign('=');
    let value = option.next().map_or("true", |it| it.text).to_ascii_lowercase();
    Some(!matches!(value.as_str(), "false" | "off" | "0" | "no"))
}

/// `create [materialized] view …`. False: its name could not be read.
pub(super) fn create_view(replay: &mut Replay, mut it: Cursor<'_, '_>, at: &At) -> bool {
    let sort = if it.eat(&["materialized"]) { Sort::MaterializedView } else { Sort::View };
    it.eat(&["recursive"]);
    it.eat(&["view"]);
    let keeps = it.eat(&["if", "not", "exists"]);
    let Some(name) = it.name() else { return false };
    if keeps && replay.schema.relations.contains_key(&name) {
        return true;
    }
    let mut view = Relation::new(sort, at.clone());
    view.columns_known = false;
    it.group();
    if it.eat(&["with"]) {
        view.security_invoker = invoker(it).unwrap_or(false);
    }
    replay.schema.unknown.remove(&name);
    replay.schema.relations.insert(name, view);
    true
}

/// `create [unique] index …`. False: its table could not be read.
pub(super) fn create_index(replay: &mut Replay, mut it: Cursor<'_, '_>, at: &At) -> bool {
    let unique = it.eat(&["unique"]);
    it.eat(&["index"]);
    it.eat(&["concurrently"]);
    let keeps = it.eat(&["if", "not", "exists"]);
    let name = if it.sees(&["on"]) { None } else { it.name().map(|it| it.name) };
    it.eat(&["on"]);
    it.eat(&["only"]);
    let Some(table) = it.name() else { return false };
    let method = if it.eat(&["using"]) { it.identifier() } else { None };
    let Some(group) = it.group() else { return false };
    let columns = group.parts().into_iter().map(leading).collect();
    let partial = it.holds(&["where"]);
    let is_there = |relation: &Relation| name.is_some() && relation.indexes.iter().any(|it| it.name == name);
    let Some(relation) = replay.schema.relations.get_mut(&table) else {
        if !Schema::is_foreign(&table.schema) && !replay.schema.temporary.contains(&table.name) {
            replay.schema.unknown.entry(table).or_insert_with(|| at.clone());
        }
        return true;
    };
    if !(keeps && is_there(relation)) {
        let method = method.unwrap_or_else(|| "btree".to_owned());
        relation.indexes.push(Index { name, columns, unique, partial, method, at: at.clone() });
    }
    true
}

/// The column of an index's part; none when it is an expression.
fn leading(mut it: Cursor<'_, '_>) -> Option<String> {
    let name = it.identifier()?;
    let calls = it.rest().first().is_some_and(|it| matches!(it.kind, Kind::Sign('(' | '.' | '-' | '+' | ':' | '|')));
    (!calls).then_some(name)
}

pub(super) fn alter_index(replay: &mut Replay, mut it: Cursor<'_, '_>) {
    it.eat(&["if", "exists"]);
    if let (Some(from), true, Some(to)) = (it.name(), it.eat(&["rename", "to"]), it.identifier()) {
        for relation in replay.schema.relations.values_mut() {
            rename_index(relation, &from.name, &to);
        }
    }
}

pub(super) fn drop_index(replay: &mut Replay, name: &str) {
    for relation in replay.schema.relations.values_mut() {
        relation.indexes.retain(|it| it.name.as_deref() != Some(name));
    }
}

pub(super) fn drop(replay: &mut Replay, name: &Name, at: &At) {
    if replay.schema.relations.remove(name).is_some() {
        replay.schema.dropped.insert(name.clone(), at.clone());
        // Only `cascade` gets past them, and takes them along.
        for other in replay.schema.relations.values_mut() {
            other.foreign_keys.retain(|key| key.to != *name);
        }
    }
    replay.schema.unknown.remove(name);
    replay.schema.triggers.retain(|(table, _), _| table != name);
}
