//! An app as one JSON document: written with `app export`, read with `app import`. Holds facts, checklist texts and
//! observations; never a credential, and of found secrets only what the store has of them.

use super::Desk;
use crate::config::private;
use crate::domain::ledger::Ledger;
use crate::domain::{AppName, Foreign};
use crate::store::Carried;
use crate::trouble::Trouble;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::path::Path;

/// The largest document that is read: 256 MiB.
const MOST: u64 = 256 * 1024 * 1024;

#[derive(Serialize, Deserialize)]
struct Document {
    schema: u32,
    rescue_app: AppName,
    #[serde(flatten)]
    carried: Carried,
}

impl Desk {
    /// Everything of an app as a document.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn export(&self, app: &AppName) -> Result<Value, Trouble> {
        self.facts(app)?; // a document that lacks a fact would say more than is known
        let carried = self.store.carry(self.id(app)?)?;
        serde_json::to_value(Document { schema: 1, rescue_app: app.clone(), carried })
            .map_err(|error| Trouble::failed(format!("{app} could not be written down")).why(error))
    }

    /// Reads such a document; gives back the app's name.
    ///
    /// # Errors
    /// A file that is not one, a name that is taken, facts that do not make an app.
    pub fn import(&self, file: &Path) -> Result<AppName, Trouble> {
        let failed = |why: String| Trouble::failed(format!("{} cannot be read as an exported app", file.display())).why(why);
        let mut text = String::new();
        let opened = std::fs::File::open(file).map_err(|error| failed(error.to_string()))?;
        opened.take(MOST + 1).read_to_string(&mut text).map_err(|error| failed(error.to_string()))?;
        if text.len() as u64 > MOST {
            return Err(failed("it is larger than 256 MiB".to_owned()));
        }
        let document: Document = serde_json::from_str(&text).map_err(|error| {
            failed(format!("line {}, column {}: not what `rescue app export` writes", error.line(), error.column()))
        })?;
        if document.schema != 1 {
            return Err(
                failed(format!("its schema is {}, this rescue knows 1", document.schema)).next("Install the newer rescue")
            );
        }
        let name = {
            let ledger = Ledger::read(&document.carried.facts, self.clock.now());
            let settings = ledger.settings().ok_or_else(|| failed("it holds no settings of an app".to_owned()))?;
            settings.name.clone()
        };
        if name != document.rescue_app {
            return Err(failed(format!("it calls itself {} and holds {name}", Foreign::new(document.rescue_app.as_str()))));
        }
        self.store.put_down(&name, &document.carried)?;
        Ok(name)
    }

    /// Writes a new file that only its owner may read.
    ///
    /// # Errors
    /// The file exists, or cannot be written.
    pub fn write_new(&self, file: &Path, bytes: &[u8]) -> Result<(), Trouble> {
        let written = private::create_new(file).and_then(|mut made| made.write_all(bytes).and_then(|()| made.sync_all()));
        written.map_err(|error| {
            Trouble::failed(format!("{} could not be written", file.display()))
                .why(error)
                .next("Give a name that is free, in a folder that may be written")
        })
    }
}
