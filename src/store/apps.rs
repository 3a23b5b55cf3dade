//! Apps and the checklists that they are worked through: making one, naming one, adopting a checklist.

use super::convert::Moment;
use super::error::Fault;
use super::{AppId, Store, StoreError, facts};
use crate::domain::{AppName, AppSettings, Author, Digest, FactBody, FactId, Foreign};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, named_params};

/// An app as the store knows it; everything else about it is in its facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppRow {
    pub id: AppId,
    pub name: AppName,
    pub created: DateTime<Utc>,
    /// The fact that was written last; none only in a damaged database.
    pub last_fact: Option<FactId>,
}

/// A checklist text that some app adopted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredChecklist {
    pub digest: Digest,
    pub stored: DateTime<Utc>,
    pub text: String,
}

impl Store {
    /// Every app, by name. A row whose name is none is left out; `db check` tells of it.
    ///
    /// # Errors
    /// The database could not be read.
    pub fn apps(&self) -> Result<Vec<AppRow>, StoreError> {
        self.read("list the apps", |connection| apps(connection, None))
    }

    /// The app of that name.
    ///
    /// # Errors
    /// [`StoreError::UnknownApp`] with the names that exist.
    pub fn app(&self, name: &str) -> Result<AppRow, StoreError> {
        // Asked for at every step of a rerun: hundreds of other apps are not read for it.
        match self.read("look for the app", |connection| apps(connection, Some(name)))?.pop() {
            Some(app) => Ok(app),
            None => Err(StoreError::UnknownApp {
                name: Foreign::from(Foreign::new(name).cut(60)),
                known: self.apps()?.into_iter().map(|app| app.name).collect(),
            }),
        }
    }

    /// Makes an app with its settings and its checklist, as of now.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`].
    pub fn create_app(
        &self,
        settings: &AppSettings,
        checklist_text: &str,
        checklist_version: &str,
        by: &Author,
    ) -> Result<AppId, StoreError> {
        let now = self.clock.now();
        let app = AppId(facts::fresh_uuid(now)?);
        self.write("add the app", |transaction| {
            let taken =
                transaction.query_row("SELECT 1 FROM app WHERE name = ?1", [&settings.name], |_| Ok(())).optional()?.is_some();
            if taken {
                return Err(StoreError::NameTaken { name: settings.name.clone() }.into());
            }
            transaction.execute(
                "INSERT INTO app (id, name, created, number)
                 VALUES (:id, :name, :created, (SELECT coalesce(max(number), 0) + 1 FROM app))",
                named_params! { ":id": app, ":name": settings.name, ":created": Moment(now) },
            )?;
            let settings = FactBody::Settings { settings: Box::new(settings.clone()) };
            facts::insert(transaction, app, now, by, &settings)?;
            adopt(transaction, app, now, by, checklist_text, checklist_version)?;
            Ok(app)
        })
    }

    /// Changes the app's settings, as of now.
    ///
    /// # Errors
    /// The settings are those of another app; the clock is behind.
    pub fn change_settings(&self, app: AppId, settings: &AppSettings, by: &Author) -> Result<FactId, StoreError> {
        let now = self.clock.now();
        self.write("change the app", |transaction| {
            let name: AppName = transaction.query_row("SELECT name FROM app WHERE id = ?1", [app], |row| row.get(0))?;
            if name != settings.name {
                return Err(StoreError::refused(format!("`{name}` cannot be given the settings of `{}`", settings.name)).into());
            }
            facts::check_clock(transaction, app, now)?;
            facts::insert(transaction, app, now, by, &FactBody::Settings { settings: Box::new(settings.clone()) })
        })
    }

    /// From now on the app is worked through this checklist text.
    ///
    /// # Errors
    /// The clock is behind.
    pub fn adopt_checklist(&self, app: AppId, text: &str, version: &str, by: &Author) -> Result<FactId, StoreError> {
        let now = self.clock.now();
        self.write("adopt the checklist", |transaction| {
            facts::check_clock(transaction, app, now)?;
            adopt(transaction, app, now, by, text, version)
        })
    }

    /// The text of an adopted checklist.
    ///
    /// # Errors
    /// The database could not be read.
    pub fn checklist(&self, digest: &Digest) -> Result<Option<String>, StoreError> {
        self.read("read a checklist", |connection| {
            let mut statement = connection.prepare_cached("SELECT body FROM checklist WHERE digest = ?1")?;
            Ok(statement.query_row([digest], |row| row.get(0)).optional()?)
        })
    }

    /// Every checklist text that an app adopted, oldest first.
    ///
    /// # Errors
    /// The database could not be read.
    pub fn checklists(&self) -> Result<Vec<StoredChecklist>, StoreError> {
        self.read("read the checklists", |connection| {
            let mut statement = connection.prepare("SELECT digest, stored, body FROM checklist ORDER BY stored, digest")?;
            let rows = statement.query_map([], |row| {
                Ok(StoredChecklist { digest: row.get(0)?, stored: row.get::<_, Moment>(1)?.0, text: row.get(2)? })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

/// All of them, or the one of that name.
fn apps(connection: &Connection, named: Option<&str>) -> Result<Vec<AppRow>, Fault> {
    let which = if named.is_some() { "WHERE name = ?1" } else { "" };
    let mut statement = connection.prepare_cached(&format!(
        "SELECT id, name, created, (SELECT id FROM fact WHERE app = app.number ORDER BY id DESC LIMIT 1)
         FROM app {which} ORDER BY name",
    ))?;
    let row = |row: &Row<'_>| {
        Ok(AppRow { id: row.get(0)?, name: row.get(1)?, created: row.get::<_, Moment>(2)?.0, last_fact: row.get(3)? })
    };
    let rows = statement.query_map(rusqlite::params_from_iter(named), row)?;
    let mut apps = Vec::new();
    for row in rows {
        match row {
            Ok(app) => apps.push(app),
            Err(error @ rusqlite::Error::SqliteFailure(..)) => return Err(error.into()),
            Err(error) => tracing::warn!(%error, "a stored app could not be read"),
        }
    }
    Ok(apps)
}

fn adopt(
    connection: &Connection,
    app: AppId,
    at: DateTime<Utc>,
    by: &Author,
    text: &str,
    version: &str,
) -> Result<FactId, Fault> {
    let checklist = Digest::of(text);
    connection.execute(
        "INSERT INTO checklist (digest, stored, body) VALUES (:digest, :stored, :body) ON CONFLICT DO NOTHING",
        named_params! { ":digest": checklist, ":stored": Moment(at), ":body": text },
    )?;
    facts::insert(connection, app, at, by, &FactBody::ChecklistAdopted { checklist, version: version.to_owned() })
}
