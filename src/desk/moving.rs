//! An app carried to another installation and joined with what is known of it there: `app export` and `app import`. Holds
//! facts, checklist texts, observations and frozen pages; never a credential, and of found secrets only what the store has of
//! them. What is already known is never changed.

mod overruled;
pub mod package;
pub mod sealed;

use super::{Desk, VERSION};
use crate::config::private;
use crate::domain::ledger::Ledger;
use crate::domain::{AppName, Digest, Fact, FactBody, FactId, Foreign};
use crate::store::{Carried, Destination, Holder, Joined, KeyMet, TOLERANCE};
use crate::trouble::Trouble;
use crate::words;
use package::{Head, MOST, NotAPackage, NotKnown, Package, Unwritten};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// An app in clear: for standard output, from where something else encrypts it.
#[derive(Serialize, Deserialize)]
struct Document {
    schema: u32,
    rescue_app: AppName,
    #[serde(flatten)]
    carried: Carried,
}

/// The form in clear that is written, and the only one that is read.
const SCHEMA: u32 = 1;

/// Every field of it.
const FIELDS: [&str; 8] = ["schema", "rescue_app", "facts", "checklists", "observations", "thinned", "snapshots", "apart"];

#[derive(Deserialize)]
struct Schema {
    schema: u32,
}

#[derive(Deserialize)]
struct Facts {
    facts: Vec<Value>,
}

/// What an import came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    pub name: AppName,
    /// Nobody knew the app here.
    pub is_new: bool,
    pub joined: Joined,
    /// The copy of the database from before; none when nothing was written, or nothing had been there.
    pub copy: Option<PathBuf>,
    /// What a person should know.
    pub remarks: Vec<String>,
}

impl Desk {
    /// Everything of an app in clear, as a document.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn export(&self, app: &AppName) -> Result<Value, Trouble> {
        let carried = self.carried(app)?;
        serde_json::to_value(Document { schema: SCHEMA, rescue_app: app.clone(), carried })
            .map_err(|error| Trouble::failed(format!("{app} could not be written down")).why(error))
    }

    /// Everything of an app as text in clear, no larger than what an import reads.
    ///
    /// # Errors
    /// As [`Desk::export`]; it is larger.
    pub fn export_text(&self, app: &AppName) -> Result<String, Trouble> {
        let text = serde_json::to_string_pretty(&self.export(app)?).map_err(|error| unwritten(app, &error.into()))?;
        if text.len() as u64 > MOST { Err(unwritten(app, &Unwritten::TooLarge)) } else { Ok(text) }
    }

    /// Everything of an app with the key of its secrets' names: to be sealed, never to be written in clear.
    ///
    /// # Errors
    /// A store or key that cannot be read.
    pub fn package(&self, app: &AppName) -> Result<Package, Trouble> {
        let (id, now) = (self.id(app)?, self.clock.now());
        let here = Holder::of_process();
        let is_running = self.store.open_runs()?.iter().any(|run| run.app == id && !run.is_crashed(&here.host, now));
        let key = Zeroizing::new(self.store.scan_key_of(id)?);
        let head = Head::new(app.clone(), &format!("rescue {VERSION}"), now, is_running);
        Ok(Package { head, carried: self.carried(app)?, key: Some(key) })
    }

    /// Everything of an app; nothing that it rests on may be missing, or the document would say more than is known.
    fn carried(&self, app: &AppName) -> Result<Carried, Trouble> {
        self.facts(app)?;
        let carried = self.store.carry(self.id(app)?)?;
        let lacks = |what: &str| {
            Trouble::failed(format!("{app} cannot be exported whole"))
                .why(format!("{what} is missing from the database"))
                .next("Run `rescue db check`; restore a backup")
        };
        for fact in &carried.facts {
            match &fact.body {
                FactBody::Snapshot { seal, .. } if !carried.snapshots.contains_key(seal) => return Err(lacks("a frozen page")),
                FactBody::ChecklistAdopted { checklist, .. } if !carried.checklists.contains_key(checklist) => {
                    return Err(lacks("an adopted checklist"));
                }
                FactBody::Outcome(it) => {
                    let is_there =
                        |digest: &Digest| carried.observations.contains_key(digest) || carried.thinned.contains_key(digest);
                    if it.observation.as_ref().is_some_and(|digest| !is_there(digest)) {
                        return Err(lacks("what a probe saw"));
                    }
                }
                _ => {}
            }
        }
        Ok(carried)
    }

    /// Joins a package with what is known here, under the name `named` or its own.
    ///
    /// # Errors
    /// It holds no app, or facts later than this machine's clock; its name is another app's; a fact of it is known here with
    /// another content. Nothing is changed then.
    pub fn import(&self, package: &Package, named: Option<AppName>) -> Result<Arrived, Trouble> {
        let Package { head, carried, key } = package;
        let origin = self.examine(carried)?;
        let known = self.store.app_of_origin(origin)?;
        let (into, name) = match (known, named) {
            (Some(row), Some(named)) if row.name != named => {
                return Err(Trouble::usage(format!("this app is here already, as {}", row.name))
                    .next("Leave out --as: what is new is joined with it"));
            }
            (Some(row), _) => (Destination::Known(row.id), row.name),
            (None, named) => {
                let name = named.unwrap_or_else(|| head.app.clone());
                if self.knows(&name)? {
                    return Err(another_app(&name));
                }
                (Destination::New(name.clone()), name)
            }
        };
        let before = match &into {
            Destination::Known(app) => self.store.facts_as_written(*app)?,
            Destination::New(_) => Vec::new(),
        };
        let (joined, copy) = self.join(&into, carried)?;
        let mut remarks = overruled::overruled(&name, &before, &carried.facts, self.clock.now() + TOLERANCE);
        if let Some(key) = key
            && self.store.adopt_key(joined.app, key, matches!(into, Destination::New(_)))? == KeyMet::Differed
        {
            remarks.push(format!(
                "secrets of {name} had been named by two keys: one that both places found may stand twice until it is settled; \
                 from now on both places name them by the same key, once each has imported the other's file"
            ));
        }
        self.remark(&name, package, matches!(into, Destination::New(_)), &mut remarks);
        Ok(Arrived { is_new: matches!(into, Destination::New(_)), name, joined, copy, remarks })
    }

    /// Joins after a copy was put aside; writes nothing when nothing is new.
    fn join(&self, into: &Destination, carried: &Carried) -> Result<(Joined, Option<PathBuf>), Trouble> {
        if let Destination::Known(app) = into {
            let would = self.store.would_join(*app, carried)?;
            if would.new == 0 && would.restored == 0 {
                return Ok((would, None));
            }
        }
        let copy = if self.store.apps()?.is_empty() { None } else { Some(self.store.put_aside_before_import()?) };
        match self.store.join(into, carried) {
            Ok(joined) => Ok((joined, copy)),
            Err(error) => {
                if let Some(copy) = copy {
                    // Nothing was changed, so nothing needs a copy.
                    let _ = std::fs::remove_file(copy);
                }
                Err(error.into())
            }
        }
    }

    /// Whether what was carried is an app that this rescue can work with; gives back its first fact.
    fn examine(&self, carried: &Carried) -> Result<FactId, Trouble> {
        let refused = |why: &str| Trouble::failed("the app cannot be taken over, and nothing was changed").why(why);
        let now = self.clock.now();
        let origin = carried.origin().ok_or_else(|| refused("the file holds no fact"))?;
        if let Some(latest) = carried.facts.iter().map(|fact| fact.at).max().filter(|at| *at - now > TOLERANCE) {
            let (latest, now) = (words::moment(latest), words::moment(now));
            return Err(refused(&format!("its newest fact is of {latest}, and this machine's clock says {now}"))
                .next("Set the clock that is wrong, here or where the file was made, and try again"));
        }
        if Ledger::read(&carried.facts, now + TOLERANCE).settings().is_none() {
            return Err(refused("it holds no settings of an app"));
        }
        for text in carried.checklists.values() {
            if let Err(problems) = crate::checklist::load_stored(text) {
                let first = problems.first().map(ToString::to_string).unwrap_or_default();
                return Err(refused(&format!("a checklist in it cannot be read: {first}")).next("Install the newer rescue"));
            }
        }
        Ok(origin)
    }

    fn remark(&self, name: &AppName, package: &Package, is_new: bool, remarks: &mut Vec<String>) {
        // It is here by now, whatever can be said of it: a clock a minute behind may still have to reach its first fact.
        let settings = self.settings(name).ok();
        let path = settings.and_then(|it| it.path);
        if let Some(path) = path.as_ref().filter(|path| is_new && path.is_dir()) {
            remarks.push(format!(
                "its checkout is at {}, which is a directory of this machine, too: see that it is this app's, or \
                 `rescue app edit {name} --repo PATH`",
                Foreign::new(path.display().to_string())
            ));
        }
        if let Some(path) = path.filter(|path| !path.is_dir()) {
            remarks.push(format!(
                "its checkout is at {}, which is not on this machine: probes of the files cannot see here; \
                 `rescue app edit {name} --clear repo --github OWNER/NAME` lets every place look at the same",
                Foreign::new(path.display().to_string())
            ));
        }
        if package.head.is_running {
            remarks
                .push("a run was under way when the file was made: what it decided after that comes with the next export".into());
        }
        if package.key.is_none() && package.carried.facts.iter().any(found_a_secret) {
            remarks.push(
                "the file is in clear and so without the key that names secrets: one that is found again here gets another id"
                    .into(),
            );
        }
    }

    /// Writes a new file that only its owner may read.
    ///
    /// # Errors
    /// The file exists, or cannot be written.
    pub fn write_new(&self, file: &Path, bytes: &[u8]) -> Result<(), Trouble> {
        let failed = |error: std::io::Error| {
            Trouble::failed(format!("{} could not be written", file.display()))
                .why(error)
                .next("Give a name that is free, in a folder that may be written")
        };
        let mut made = private::create_new(file).map_err(failed)?;
        made.write_all(bytes).and_then(|()| made.sync_all()).map_err(|error| {
            // Half a file is worse than none: it was not there before.
            let _ = std::fs::remove_file(file);
            failed(error)
        })
    }
}

/// The step of whoever made a file that is too large.
const THINNER: &str = "Let whoever made it thin what probes saw long ago, `rescue db thin`, and export it again";

/// Why an app is not written down, and what to do.
#[must_use]
pub fn unwritten(app: &AppName, problem: &Unwritten) -> Trouble {
    let trouble = Trouble::failed(format!("{app} could not be written down")).why(problem);
    match problem {
        Unwritten::TooLarge => trouble.next("Thin what probes saw long ago first: `rescue db thin`"),
        Unwritten::Form(_) => trouble,
    }
}

fn another_app(name: &AppName) -> Trouble {
    Trouble::usage(format!("an app called {name} exists already, and it is another one than that in the file"))
        .why("they did not begin with the same fact, so they are not joined")
        .next("Give the one in the file another name here: add `--as NAME`")
}

fn found_a_secret(fact: &Fact) -> bool {
    match &fact.body {
        FactBody::Outcome(it) => it.verdict.findings.iter().any(|finding| finding.exposed.is_some()),
        FactBody::Rotated { .. } => true,
        _ => false,
    }
}

/// Reads a document in clear.
///
/// # Errors
/// It is none, or a newer rescue wrote it.
pub fn read_document(file: &Path, from: impl Read) -> Result<Package, Trouble> {
    let failed = |why: String| unreadable(file).why(why);
    let mut text = String::new();
    from.take(MOST + 1).read_to_string(&mut text).map_err(|error| failed(error.to_string()))?;
    if text.len() as u64 > MOST {
        return Err(failed("it is larger than 256 MiB".to_owned()).next(THINNER));
    }
    let strange = |error: serde_json::Error| {
        failed(format!("line {}, column {}: not what `rescue app export` writes", error.line(), error.column()))
    };
    let newer = |why: String| failed(why).next("Install the newer rescue; nothing was changed here");
    // Before anything else: a newer form need not have a field of this one.
    let schema = serde_json::from_str::<Schema>(&text).map_err(strange)?.schema;
    if schema != SCHEMA {
        return Err(newer(format!("its schema is {schema}, this rescue knows {SCHEMA}")));
    }
    #[expect(clippy::zero_sized_map_values, reason = "the keys of a document are read by a map, and its values need no memory")]
    let fields: BTreeMap<Foreign, IgnoredAny> = serde_json::from_str(&text).map_err(strange)?;
    if let Some(field) = fields.keys().find(|field| !FIELDS.contains(&field.as_str())) {
        return Err(newer(format!("it holds something that this rescue does not know: {}", field.cut(60))));
    }
    let Facts { facts } = serde_json::from_str(&text).map_err(strange)?;
    for (at, fact) in facts.iter().enumerate() {
        let number = at + 1;
        match package::known_fact(fact) {
            Ok(_) => {}
            Err(NotKnown::Controls) => {
                return Err(failed(format!("its fact {number} holds characters that control a terminal"))
                    .next("Ask for the file once more; no rescue writes such"));
            }
            Err(NotKnown::More) => {
                return Err(newer(format!("its fact {number} holds something that this rescue does not know")));
            }
        }
    }
    let document: Document = serde_json::from_str(&text).map_err(strange)?;
    let made = document.carried.facts.iter().map(|fact| fact.at).max().unwrap_or_default();
    let head = Head::new(document.rescue_app, "rescue", made, false);
    Ok(Package { head, carried: document.carried, key: None })
}

/// Reads a package out of its opened envelope.
///
/// # Errors
/// It is none, was changed, or a newer rescue wrote it.
pub fn read_package(file: &Path, from: impl Read) -> Result<Package, Trouble> {
    let from: &mut dyn BufRead = &mut BufReader::new(from);
    Package::read(from).map_err(|problem| {
        let next = match &problem {
            problem if problem.is_newer() => "Install the newer rescue; nothing was changed here",
            NotAPackage::TooLarge => THINNER,
            NotAPackage::Strange => "Give the file that `rescue app export` wrote",
            _ => "Ask for the file once more; nothing was changed here",
        };
        unreadable(file).why(problem).next(next)
    })
}

fn unreadable(file: &Path) -> Trouble {
    Trouble::failed(format!("{} cannot be read as an exported app", Foreign::new(file.display().to_string())))
}

#[cfg(test)]
mod tests;
