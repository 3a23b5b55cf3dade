//! Runs at the desk: the plan from the board, the door with this app's credentials, the recorder over the store.

use super::connections::ASKED;
use super::{Desk, VERSION};
use crate::domain::app::Authorisation;
use crate::domain::fact::RunEnd;
use crate::domain::ledger::Ledger;
use crate::domain::{AppName, AppSettings, Board, OutcomeFact, ProbeId, RunId, System};
use crate::engine::{NotRecorded, Only, Plan, PlannedProbe, Recorder, RunEvent, RunReport, Running, run};
use crate::net::{self, Door, Keys, Manner, Shelf};
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
        Ok(super::due::authorisations(&Ledger::read(&facts, self.clock.now())))
    }

    /// The door for one app: with its credentials, the shared pace, and what earlier runs kept.
    ///
    /// # Errors
    /// The client cannot be made (no usable roots of trust), a store that cannot be read.
    pub async fn door(&self, app: &AppName) -> Result<Door, Trouble> {
        let id = self.id(app)?;
        self.door_for(app, Some(self.store.shelf(id))).await
    }

    /// The door with the credentials that an app of that name has, known here or not.
    pub(super) async fn door_for(&self, app: &AppName, kept: Option<Arc<dyn Shelf>>) -> Result<Door, Trouble> {
        let keys = self.keys(app).await?;
        self.door_of(keys, kept)
    }

    /// The credentials of an app, or what is missing.
    pub(super) async fn keys(&self, app: &AppName) -> Result<Keys, Trouble> {
        let chain = Arc::clone(&self.chain);
        let name = app.clone();
        // Keyring, commands and vendor CLIs may take their time: never on the interface's threads.
        tokio::task::spawn_blocking(move || chain.keys(&name, ASKED))
            .await
            .map_err(|_| Trouble::failed("the credentials could not be looked up"))
    }

    /// A door with these credentials.
    pub(super) fn door_of(&self, keys: Keys, kept: Option<Arc<dyn Shelf>>) -> Result<Door, Trouble> {
        let manner = Manner { pace: Arc::clone(&self.pace), ..Manner::default() };
        Ok(Door::with(self.client()?, Arc::clone(&self.endpoints), keys, Arc::clone(&self.clock), kept, manner))
    }

    /// Until when a system wants no more requests with a credential, if it said so in this process.
    pub(super) fn closed(&self, system: System, fingerprint: Option<&str>) -> Option<DateTime<Utc>> {
        self.pace.closed(system, fingerprint)
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
        let planned = plan.probes.iter().map(|(_, planned)| planned.clone()).collect();
        let keys = self.keys(app).await?;
        // Before it looks: what it meets is met with these.
        self.mark_credentials(app, &keys)?;
        let door = self.door_of(keys, Some(self.store.shelf(self.id(app)?)))?;
        let sight = self.sight(app, Arc::new(self.settings(app)?), door)?;
        let mut running = self.begin(app, planned, tell, stop).await?;
        running.ask(&plan.probes, sight, &run::nobody()).await;
        Ok(running.end().await)
    }

    /// What the probes of one part of a run may see, through that door.
    pub(super) fn sight(&self, app: &AppName, settings: Arc<AppSettings>, door: Door) -> Result<Sight, Trouble> {
        Ok(Sight {
            settings,
            door,
            now: self.clock.now(),
            scan_key: ScanKey::new(self.store.scan_key_of(self.id(app)?)?),
            stop: Arc::new(AtomicBool::new(false)),
            scratch: Arc::new(self.paths.scratch()),
            once: Arc::default(),
            cloner: self.cloner(app),
            reach: crate::scan::Reach::App,
        })
    }

    /// Begins a run of the app that will ask these probes.
    pub(super) async fn begin(
        &self,
        app: &AppName,
        planned: Vec<PlannedProbe>,
        tell: UnboundedSender<RunEvent>,
        stop: CancellationToken,
    ) -> Result<Running, Trouble> {
        let id = self.id(app)?;
        let recorder = Arc::new(StoreRecorder { store: Arc::clone(&self.store), app: id });
        let run = self.store.new_run_id()?;
        tracing::info!(%app, %run, version = VERSION, probes = planned.len(), "a run begins");
        let begun = Running::begin(run, app, planned, Arc::clone(&self.clock), recorder, tell, stop).await;
        begun.map_err(|NotRecorded(why)| Trouble::told(&why))
    }
}
