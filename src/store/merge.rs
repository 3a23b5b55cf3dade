//! An app that was carried here joined with what is known of it: the union of the facts by their ids, in one step or not at
//! all. It never changes a fact, and never takes one twice.

use super::convert::Moment;
use super::error::Fault;
use super::{AppId, AppRow, Carried, Store, StoreError, facts, observations, snapshot};
use crate::domain::{AppName, Digest, Fact, FactBody, FactId};
use crate::snapshot::Record;
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _, Transaction, named_params};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Where what was carried here belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// Nobody knows it here.
    New(AppName),
    /// This app is the same one.
    Known(AppId),
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Joined {
    pub app: AppId,
    /// Facts that nobody knew here.
    pub new: usize,
    /// Facts that were here.
    pub known: usize,
    /// What probes saw and had been thinned here is back.
    pub restored: usize,
}

impl Store {
    /// The app here that began with that fact: the same app, whatever it is called.
    ///
    /// # Errors
    /// The database could not be read.
    pub fn app_of_origin(&self, origin: FactId) -> Result<Option<AppRow>, StoreError> {
        let is_it = self.read("look for the app", |connection| {
            let mut first = connection.prepare_cached(
                "SELECT 1 FROM app WHERE id = ?1
                 AND ?2 = (SELECT fact.id FROM fact WHERE fact.app = app.number ORDER BY fact.id LIMIT 1)",
            )?;
            let mut apps = connection.prepare_cached("SELECT id FROM app")?;
            let apps: Vec<AppId> = apps.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
            for app in apps {
                if first.query_row((app, origin), |_| Ok(())).optional()?.is_some() {
                    return Ok(Some(app));
                }
            }
            Ok(None)
        })?;
        let Some(app) = is_it else { return Ok(None) };
        Ok(self.apps()?.into_iter().find(|row| row.id == app))
    }

    /// What joining would come to; nothing is written.
    ///
    /// # Errors
    /// As [`Store::join`].
    pub fn would_join(&self, app: AppId, carried: &Carried) -> Result<Joined, StoreError> {
        self.read("look at what is new", |connection| {
            let known = self.known(connection, app)?;
            let new = news(connection, app, &known, carried)?;
            let restored = restorable(connection, app, carried)?.len();
            Ok(Joined { app, new: new.len(), known: carried.facts.len() - new.len(), restored })
        })
    }

    /// Joins. All of it, or nothing. Moments and ids stay what they are: this writes down what was written elsewhere, so the
    /// clock of here is not asked.
    ///
    /// # Errors
    /// The name is taken; a fact is known here with another content, or as one of another app; a text is not what its digest
    /// says; a fact names what was not carried.
    pub fn join(&self, into: &Destination, carried: &Carried) -> Result<Joined, StoreError> {
        let now = self.clock.now();
        let fresh = AppId(facts::fresh_uuid(now)?);
        let author = facts::json(&self.tool()).map_err(|fault| fault.at("put down the app", &self.file))?;
        self.write("put down the app", |transaction| {
            let (app, known) = match into {
                Destination::Known(app) => (*app, self.known(transaction, *app)?),
                Destination::New(name) => {
                    begin(transaction, fresh, name, now)?;
                    (fresh, HashMap::new())
                }
            };
            let new = news(transaction, app, &known, carried)?;
            put_checklists(transaction, carried, now)?;
            let restored = restorable(transaction, app, carried)?;
            let thinned = put_observations(transaction, app, carried, &new, &restored, &author)?;
            put_pages(transaction, app, carried)?;
            for fact in &new {
                facts::put_with(transaction, app, fact, &thinned)?;
            }
            keep_apart(transaction, app, &known, carried)?;
            // A summary is known by the fact with the greatest id, and what came may all have smaller ones.
            transaction.execute("DELETE FROM assessed WHERE app = ?1", [app])?;
            Ok(Joined { app, new: new.len(), known: carried.facts.len() - new.len(), restored: restored.len() })
        })
    }

    /// Copies the database aside before an import into it; the newest few such copies stay.
    ///
    /// # Errors
    /// The copy cannot be written.
    pub fn put_aside_before_import(&self) -> Result<std::path::PathBuf, StoreError> {
        super::open::put_aside_before_import(&self.paths, &self.connection(), &self.clock)
    }

    /// What is known of the app, by id. One fact that cannot be read hides whether it is the same.
    fn known(&self, connection: &Connection, app: AppId) -> Result<HashMap<FactId, Fact>, Fault> {
        let facts = self.select_as_written(connection, app, None)?;
        let stored: i64 = connection.query_row(
            "SELECT count(*) FROM fact WHERE app = (SELECT number FROM app WHERE id = ?1)",
            [app],
            |row| row.get(0),
        )?;
        if usize::try_from(stored).ok() != Some(facts.len()) {
            return Err(StoreError::NotAllRead.into());
        }
        Ok(facts.into_iter().map(|fact| (fact.id, fact)).collect())
    }
}

fn begin(transaction: &Transaction<'_>, app: AppId, name: &AppName, now: DateTime<Utc>) -> Result<(), Fault> {
    let taken = transaction.query_row("SELECT 1 FROM app WHERE name = ?1", [name], |_| Ok(())).optional()?.is_some();
    if taken {
        return Err(StoreError::NameTaken { name: name.clone() }.into());
    }
    transaction.execute(
        "INSERT INTO app (id, name, created, number)
         VALUES (:id, :name, :created, (SELECT coalesce(max(number), 0) + 1 FROM app))",
        named_params! { ":id": app, ":name": name, ":created": Moment(now) },
    )?;
    Ok(())
}

/// The facts that are new here, each once.
fn news<'c>(
    connection: &Connection,
    app: AppId,
    known: &HashMap<FactId, Fact>,
    carried: &'c Carried,
) -> Result<Vec<&'c Fact>, Fault> {
    let mut met: HashMap<FactId, &Fact> = HashMap::new();
    let mut new = Vec::new();
    for fact in &carried.facts {
        match (known.get(&fact.id), met.insert(fact.id, fact)) {
            (Some(here), _) if here != fact => return Err(other_content(fact)),
            (_, Some(before)) if before != fact => return Err(other_content(fact)),
            (Some(_), _) | (None, Some(_)) => {}
            (None, None) => new.push(fact),
        }
    }
    if let Some(known) = elsewhere(connection, app, &new.iter().map(|fact| fact.id).collect())? {
        return Err(StoreError::refused(format!(
            "fact {known} in the file is here already, as one of another app; the file was changed"
        ))
        .into());
    }
    Ok(new)
}

/// One of these facts that another app here has. From one to the next in the order of both, so that hundreds of apps are not
/// asked for each fact.
fn elsewhere(connection: &Connection, app: AppId, ids: &BTreeSet<FactId>) -> Result<Option<FactId>, Fault> {
    let others: Vec<i64> = connection
        .prepare_cached("SELECT number FROM app WHERE id <> ?1")?
        .query_map([app], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut next = connection.prepare_cached("SELECT id FROM fact WHERE app = ?1 AND id >= ?2 ORDER BY id LIMIT 1")?;
    for other in others {
        let mut wanted = ids.first().copied();
        while let Some(id) = wanted {
            let found: Option<FactId> = next.query_row((other, id), |row| row.get(0)).optional()?;
            if found == Some(id) {
                return Ok(found);
            }
            wanted = found.and_then(|found| ids.range(found..).next().copied());
        }
    }
    Ok(None)
}

fn other_content(fact: &Fact) -> Fault {
    StoreError::OtherContent { fact: fact.id, kind: fact.body.kind() }.into()
}

fn put_checklists(transaction: &Transaction<'_>, carried: &Carried, now: DateTime<Utc>) -> Result<(), Fault> {
    for (digest, text) in &carried.checklists {
        if Digest::of(text) != *digest {
            return Err(StoreError::refused("a checklist in the file is not what its digest says; the file was changed").into());
        }
        transaction.execute(
            "INSERT INTO checklist (digest, stored, body) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            (digest, Moment(now), text),
        )?;
    }
    for fact in &carried.facts {
        let FactBody::ChecklistAdopted { checklist, .. } = &fact.body else { continue };
        let is_here = transaction.query_row("SELECT 1 FROM checklist WHERE digest = ?1", [checklist], |_| Ok(())).optional()?;
        if is_here.is_none() {
            return Err(StoreError::refused(format!("the file lacks the text of checklist {}", checklist.0)).into());
        }
    }
    Ok(())
}

/// Observations that were thinned here and are whole in the file.
fn restorable<'c>(connection: &Connection, app: AppId, carried: &'c Carried) -> Result<Vec<(&'c Digest, i64)>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT DISTINCT observed.number, observed.digest FROM fact JOIN observed ON observed.number = fact.observed
         WHERE fact.app = (SELECT number FROM app WHERE id = ?1) AND observed.thinned IS NOT NULL",
    )?;
    let gone = statement.query_map([app], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, super::convert::Hex>(1)?.0)))?;
    let mut restored = Vec::new();
    for row in gone {
        let (number, digest) = row?;
        if let Some((digest, _)) = carried.observations.get_key_value(&digest) {
            restored.push((digest, number));
        }
    }
    Ok(restored)
}

/// Keeps what was seen; gives back the numbers of what new facts name and nobody has any more.
fn put_observations(
    transaction: &Transaction<'_>,
    app: AppId,
    carried: &Carried,
    new: &[&Fact],
    restored: &[(&Digest, i64)],
    author: &str,
) -> Result<BTreeMap<Digest, i64>, Fault> {
    let seen_by = |fact: &Fact| match &fact.body {
        FactBody::Outcome(outcome) => outcome.observation.clone(),
        _ => None,
    };
    let named: BTreeSet<Digest> = carried.facts.iter().filter_map(seen_by).collect();
    if carried.observations.keys().chain(carried.thinned.keys()).any(|digest| !named.contains(digest)) {
        return Err(StoreError::refused("an observation in the file belongs to no fact; the file was changed").into());
    }
    let wanted: BTreeSet<Digest> = new.iter().filter_map(|fact| seen_by(fact)).collect();
    for (digest, seen) in &carried.observations {
        let text = facts::json(seen)?;
        if Digest::of(&text) != *digest {
            return Err(
                StoreError::refused("an observation in the file is not what its digest says; the file was changed").into()
            );
        }
        // What no new fact names is here, or was thinned here: then it comes back below.
        if wanted.contains(digest) || restored.iter().any(|(it, _)| *it == digest) {
            observations::keep(transaction, &text)?;
        }
    }
    for (digest, gone) in restored {
        if let Some(number) = observations::number(transaction, digest)? {
            transaction.execute(
                "UPDATE fact SET observed = ?1 WHERE app = (SELECT number FROM app WHERE id = ?2) AND observed = ?3",
                (number, app, gone),
            )?;
        }
    }
    if !restored.is_empty() {
        transaction.execute(
            "DELETE FROM observed WHERE thinned IS NOT NULL
             AND number NOT IN (SELECT observed FROM fact WHERE observed IS NOT NULL)",
            [],
        )?;
    }
    let mut numbers = BTreeMap::new();
    let mut strange: BTreeMap<Digest, DateTime<Utc>> = BTreeMap::new();
    for (digest, at) in carried.thinned.iter().filter(|(digest, _)| wanted.contains(*digest)) {
        if observations::number(transaction, digest)?.is_some() {
            continue;
        }
        match observations::thinned_number(transaction, digest)? {
            Some(number) => drop(numbers.insert(digest.clone(), number)),
            None => drop(strange.insert(digest.clone(), *at)),
        }
    }
    numbers.extend(observations::put_thinned(transaction, &strange, author)?);
    Ok(numbers)
}

/// Which page a fact froze, and when.
fn frozen(fact: &Fact) -> Option<(&Digest, DateTime<Utc>)> {
    match &fact.body {
        FactBody::Snapshot { seal, .. } => Some((seal, fact.at)),
        _ => None,
    }
}

fn put_pages(transaction: &Transaction<'_>, app: AppId, carried: &Carried) -> Result<(), Fault> {
    let named: BTreeMap<&Digest, DateTime<Utc>> = carried.facts.iter().filter_map(frozen).collect();
    if let Some(seal) = named.keys().find(|seal| !carried.snapshots.contains_key(**seal)) {
        return Err(StoreError::refused(format!("the file lacks the text of snapshot {}", seal.0)).into());
    }
    for (seal, text) in &carried.snapshots {
        let Some(at) = named.get(seal) else {
            return Err(StoreError::refused("a snapshot in the file belongs to no fact; the file was changed").into());
        };
        let mine = transaction.query_row("SELECT app FROM snapshot WHERE seal = ?1", [seal], |row| row.get::<_, AppId>(0));
        match mine.optional()? {
            Some(of) if of == app => {}
            _ => snapshot::put(transaction, app, *at, seal, text)?,
        }
    }
    Ok(())
}

/// Writes down which facts the pages of either side did not know, although they are as old.
fn keep_apart(transaction: &Transaction<'_>, app: AppId, known: &HashMap<FactId, Fact>, carried: &Carried) -> Result<(), Fault> {
    let came: HashMap<FactId, &Fact> = carried.facts.iter().map(|fact| (fact.id, fact)).collect();
    let ours: BTreeSet<&Digest> = known.values().filter_map(frozen).map(|(seal, _)| seal).collect();
    let theirs: BTreeSet<&Digest> = carried.facts.iter().filter_map(frozen).map(|(seal, _)| seal).collect();
    let mut strangers: Vec<(Digest, FactId)> = Vec::new();
    for seal in ours.union(&theirs) {
        let text: Option<String> = transaction
            .query_row("SELECT body FROM snapshot WHERE seal = ?1 AND app = ?2", (seal, app), |row| row.get(0))
            .optional()?;
        let Some(record) = text.and_then(|text| Record::read(&text).ok()) else { continue };
        let Some(last) = record.page.method.facts.last else { continue };
        let as_old = |fact: &&Fact| fact.at <= record.page.moment && fact.id <= last;
        let mut add = |ids: &mut dyn Iterator<Item = FactId>| strangers.extend(ids.map(|id| ((*seal).clone(), id)));
        if ours.contains(seal) {
            add(&mut came.values().copied().filter(|it| !known.contains_key(&it.id)).filter(as_old).map(|it| it.id));
        } else {
            add(&mut known.values().filter(|it| !came.contains_key(&it.id)).filter(as_old).map(|it| it.id));
        }
        add(&mut carried.apart.get(*seal).into_iter().flatten().copied());
    }
    snapshot::put_apart(transaction, &strangers)
}
