//! Runs at the desk: the plan from the board, the door with this app's credentials, the recorder over the store.

use super::connections::ASKED;
use super::{Desk, VERSION};
use crate::domain::app::Authorisation;
use crate::domain::fact::RunEnd;
use crate::domain::ledger::Ledger;
use crate::domain::{AppName, Board, FactBody, OutcomeFact, ProbeId, RunId};
use crate::engine::{self, NotRecorded, Only, Plan, Recorder, RunEvent, RunReport};
use crate::net::{self, Door, Manner};
use crate::probes::Sight;
use crate::scan::ScanKey;
use crate::store::{AppId, Holder, Store};
use crate::trouble::Trouble;
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, PoisonError};
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

/// Writes a run into the store.
struct StoreRecorder {
    store: Arc<Store>,
    app: AppId,
}

impl Recorder for StoreRecorder {
    fn begin(&self, run: RunId, _at: DateTime<Utc>, probes: Vec<ProbeId>) -> Result<(), NotRecorded> {
        let begun = self.store.begin_run(self.app, run, &Holder::of_process(), &probes);
        begun.map(drop).map_err(|error| NotRecorded(error.to_string()))
    }

    fn outcome(&self, at: DateTime<Utc>, outcome: OutcomeFact, observation: Option<&Value>) -> Result<(), NotRecorded> {
        self.store.record_outcome(self.app, at, outcome, observation).map(drop).map_err(|error| NotRecorded(error.to_string()))
    }

    fn end(&self, run: RunId, _at: DateTime<Utc>, how: RunEnd) -> Result<(), NotRecorded> {
        self.store.end_run(self.app, run, how).map(drop).map_err(|error| NotRecorded(error.to_string()))
    }
}

impl Desk {
    /// What a run of the app would ask.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn plan(&self, app: &AppName, board: &Board, only: &[Only]) -> Result<Plan, Trouble> {
        Ok(Plan::new(board, &self.authorisations(app)?, only, self.clock.now()))
    }

    /// The client's recorded permissions, also those that ended.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn authorisations(&self, app: &AppName) -> Result<Vec<Authorisation>, Trouble> {
        let facts = self.facts(app)?;
        let ledger = Ledger::read(&facts, self.clock.now());
        let given = ledger.counting().iter().filter_map(|fact| match &fact.body {
            FactBody::Authorised { authorisation } => Some(authorisation.clone()),
            _ => None,
        });
        Ok(given.collect())
    }

    /// The door for one app: with its credentials, the shared pace, and what earlier runs kept.
    ///
    /// # Errors
    /// The client cannot be made (no usable roots of trust), a store that cannot be read.
    pub async fn door(&self, app: &AppName) -> Result<Door, Trouble> {
        let id = self.id(app)?;
        let chain = Arc::clone(&self.chain);
        let name = app.clone();
        // Keyring, commands and vendor CLIs may take their time: never on the interface's threads.
        let keys = tokio::task::spawn_blocking(move || chain.keys(&name, ASKED))
            .await
            .map_err(|_| Trouble::failed("the credentials could not be looked up"))?;
        let manner = Manner { pace: Arc::clone(&self.pace), ..Manner::default() };
        Ok(Door::with(
            self.client()?,
            Arc::clone(&self.endpoints),
            keys,
            Arc::clone(&self.clock),
            Some(self.store.shelf(id)),
            manner,
        ))
    }

    /// One client per process: its pool of connections is shared by all runs.
    pub(super) fn client(&self) -> Result<net::Transport, Trouble> {
        let mut kept = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = kept.as_ref() {
            return Ok(client.clone());
        }
        let client = net::transport().map_err(|error| Trouble::failed("no connection can be made").why(error))?;
        Ok(kept.insert(client).clone())
    }

    /// Asks every probe of the plan; each decision is stored before it is told.
    ///
    /// # Errors
    /// The run could not begin: another one is open, the store cannot be written.
    pub async fn run(
        &self,
        app: &AppName,
        plan: Plan,
        tell: UnboundedSender<RunEvent>,
        stop: CancellationToken,
    ) -> Result<RunReport, Trouble> {
        let id = self.id(app)?;
        let settings = self.settings(app)?;
        let scratch = self.paths.scratch();
        let sight = Sight {
            settings: Arc::new(settings),
            door: self.door(app).await?,
            now: self.clock.now(),
            scan_key: ScanKey::new(self.store.scan_key()?),
            stop: Arc::new(AtomicBool::new(false)),
            scratch: Arc::new(scratch),
            once: Arc::default(),
            cloner: self.cloner(app),
        };
        let recorder = Arc::new(StoreRecorder { store: Arc::clone(&self.store), app: id });
        let run = self.store.new_run_id()?;
        tracing::info!(%app, %run, version = VERSION, probes = plan.probes.len(), "a run begins");
        engine::run(run, plan, sight, Arc::clone(&self.clock), recorder, tell, stop)
            .await
            .map_err(|NotRecorded(why)| Trouble::told(&why))
    }
}
