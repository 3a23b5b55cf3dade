//! The desk at which the console and the commands work: opens the house, reads an app's board, writes down what people
//! say, runs probes. Whatever can be done in one of them is done the same way in the other.

pub mod checklists;
pub mod cloning;
pub mod closing;
pub mod connections;
pub mod course;
pub mod decisions;
pub mod discovery;
pub mod due;
pub mod fields;
pub mod letter;
pub mod looks;
pub mod moving;
pub mod orders;
pub mod portfolio;
pub mod proving;
pub mod rerun;
pub mod retention;
pub mod running;
pub mod scheduled;
pub mod several;
pub mod signing;
pub mod snapshot;
pub mod statement;
pub mod systems;
pub mod telling;
pub mod verifying;
pub mod writing;

use crate::clock::{SharedClock, SystemClock};
use crate::config::{Configuration, Endpoints, Environment, Paths};
use crate::credentials::Chain;
use crate::domain::ledger::Ledger;
use crate::domain::state::HistoryLine;
use crate::domain::{
    AppName, AppSettings, Author, Board, Checklist, Digest, Fact, FactBody, ItemId, ProbeBook, RunId, UnusedAcceptance, board,
    history, lost, unused,
};
use crate::net::{Pace, Transport};
use crate::probes;
use crate::schedule::tell::{Messenger, Patience};
use crate::store::{AppId, Problem, Store, StoreError};
use crate::trouble::Trouble;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// The version that facts name.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Everything that commands and console need, opened once.
pub struct Desk {
    pub paths: Paths,
    pub config: Configuration,
    pub store: Arc<Store>,
    pub clock: SharedClock,
    /// Who speaks at this desk; asked for when somebody first speaks, since it may take git to tell.
    author: LazyLock<Author, Box<dyn FnOnce() -> Author + Send>>,
    pub book: Arc<ProbeBook>,
    pub endpoints: Arc<Endpoints>,
    pub chain: Arc<Chain>,
    client: Mutex<Option<Transport>>,
    pace: Arc<Pace>,
    checklists: Mutex<BTreeMap<Digest, Arc<Checklist>>>,
    /// Whether the user's git may be started here to clone what has no checkout.
    clones: bool,
    /// Takes messages to whom the configuration names; to nobody where no environment was given.
    messenger: Messenger,
}

impl Desk {
    /// Opens the house that the environment names.
    ///
    /// # Errors
    /// A home that cannot be used, a configuration that is wrong, a database that is newer or damaged.
    pub fn open(environment: &Environment) -> Result<Self, Trouble> {
        let paths = Paths::from_environment(environment).map_err(|error| Trouble::told(&error.to_string()))?;
        let config = Configuration::read(&paths).map_err(|error| Trouble::told(&error.to_string()))?;
        let endpoints = Endpoints::from_environment(environment).map_err(|error| Trouble::usage(error.to_string()))?;
        let chain = Chain::new(environment, &config, &endpoints);
        let author = {
            let (config, environment) = (config.clone(), environment.clone());
            Box::new(move || config.author(&environment))
        };
        let mut desk = Self::with(paths, config, endpoints, chain, author, Arc::new(SystemClock))?;
        desk.clones = true;
        desk.messenger.environment = Some(environment.clone());
        Ok(desk)
    }

    /// Opens a house with everything given.
    ///
    /// # Errors
    /// A database that cannot be opened.
    pub fn with(
        paths: Paths,
        config: Configuration,
        endpoints: Endpoints,
        chain: Chain,
        author: Box<dyn FnOnce() -> Author + Send>,
        clock: SharedClock,
    ) -> Result<Self, Trouble> {
        let store = Store::open(&paths, Arc::clone(&clock), VERSION)?;
        let (redactor, drafts) = (chain.redactor(), paths.drafts());
        Ok(Self {
            messenger: Messenger { environment: None, redactor, drafts, patience: Patience::default(), root: None },
            paths,
            config,
            store: Arc::new(store),
            clock,
            author: LazyLock::new(author),
            book: Arc::new(probes::book()),
            endpoints: Arc::new(endpoints),
            chain: Arc::new(chain),
            client: Mutex::new(None),
            pace: Arc::default(),
            checklists: Mutex::default(),
            clones: false,
        })
    }

    /// The app of that name.
    ///
    /// # Errors
    /// A name that is none, or that no app has.
    pub fn app(&self, name: &str) -> Result<AppName, Trouble> {
        let name: AppName = name.parse().map_err(|error: crate::domain::id::NotAName| Trouble::usage(error.to_string()))?;
        self.id(&name)?;
        Ok(name)
    }

    /// The app's id in the store.
    ///
    /// # Errors
    /// No app has that name.
    pub fn id(&self, app: &AppName) -> Result<AppId, Trouble> {
        Ok(self.store.app(app.as_str())?.id)
    }

    /// Whether an app has that name. A store that cannot be read is no word for an app that is not there.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn knows(&self, app: &AppName) -> Result<bool, Trouble> {
        match self.store.app(app.as_str()) {
            Ok(_) => Ok(true),
            Err(StoreError::UnknownApp { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Every app's name; archived ones only if asked.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn apps(&self, archived: bool) -> Result<Vec<AppName>, Trouble> {
        Ok(self.portfolio(archived)?.into_iter().map(|row| row.name).collect())
    }

    /// The app's facts in order: all of them.
    ///
    /// # Errors
    /// A store that cannot be read; a fact that cannot be read, since nothing is known for sure without it.
    pub fn facts(&self, app: &AppName) -> Result<Vec<Fact>, Trouble> {
        let id = self.id(app)?;
        let facts = self.store.facts(id)?;
        self.whole(id, facts)
    }

    fn whole(&self, id: AppId, facts: Vec<Fact>) -> Result<Vec<Fact>, Trouble> {
        match self.store.unreadable(id) {
            0 => Ok(facts),
            lost => {
                Err(Trouble::failed(unreadable(lost)).why(UNSURE).next("Run `rescue db check`; `rescue db backup` keeps a copy"))
            }
        }
    }

    /// The same as they were written: an app that bears another name where it began has that one in its settings.
    ///
    /// # Errors
    /// As [`Desk::facts`].
    pub fn facts_as_written(&self, app: &AppName) -> Result<Vec<Fact>, Trouble> {
        let id = self.id(app)?;
        let facts = self.store.facts_as_written(id)?;
        self.whole(id, facts)
    }

    /// The settings in force.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn settings(&self, app: &AppName) -> Result<AppSettings, Trouble> {
        let facts = self.facts(app)?;
        let ledger = Ledger::read(&facts, self.clock.now());
        ledger.settings().cloned().ok_or_else(|| no_settings(app))
    }

    /// The board now.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn board(&self, app: &AppName) -> Result<Board, Trouble> {
        let (facts, now) = (self.facts(app)?, self.clock.now());
        let since = self.credentials_since(app)?;
        let checklists = self.checklists_of(&facts)?;
        board::board_with(&facts, &checklists, &self.book, now, &since).ok_or_else(|| no_settings(app))
    }

    /// The board at a moment; none before the app was taken on.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn board_at(&self, app: &AppName, moment: DateTime<Utc>) -> Result<Option<Board>, Trouble> {
        self.board_of(&self.facts(app)?, moment)
    }

    /// The board that these facts make at a moment.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn board_of(&self, facts: &[Fact], moment: DateTime<Utc>) -> Result<Option<Board>, Trouble> {
        let checklists = self.checklists_of(facts)?;
        Ok(board::board(facts, &checklists, &self.book, moment))
    }

    /// The board at the end of the last finished run before the newest run, whatever became of that one.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn before_last_run(&self, app: &AppName) -> Result<Option<Board>, Trouble> {
        let facts = self.facts(app)?;
        match lost::previous_finished_run(&facts, self.clock.now()) {
            Some(at) => self.board_of(&facts, at),
            None => Ok(None),
        }
    }

    /// The items that were lost since then, for the exit code.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn lost(&self, app: &AppName) -> Result<Vec<ItemId>, Trouble> {
        let facts = self.facts(app)?;
        let checklists = self.checklists_of(&facts)?;
        Ok(lost::lost_since_previous_run(&facts, &checklists, &self.book, self.clock.now()))
    }

    /// Acceptances of findings that no whole look meets any more.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn unused_acceptances(&self, app: &AppName) -> Result<Vec<UnusedAcceptance>, Trouble> {
        let facts = self.facts(app)?;
        Ok(unused::unused(&Ledger::read(&facts, self.clock.now()), &self.book))
    }

    /// The moment just before a run of the app began.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn began(&self, app: &AppName, run: RunId) -> Result<Option<DateTime<Utc>>, Trouble> {
        let began = self.facts(app)?.into_iter().find_map(|fact| match fact.body {
            FactBody::RunStarted { run: started, .. } if started == run => Some(fact.at),
            _ => None,
        });
        Ok(began.map(|at| at - chrono::TimeDelta::microseconds(1)))
    }

    /// What happened to an item.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn history(&self, app: &AppName, item: &ItemId) -> Result<Vec<HistoryLine>, Trouble> {
        let facts = self.facts(app)?;
        let checklists = self.checklists_of(&facts)?;
        let ledger = Ledger::read(&facts, self.clock.now()).with_checklists(&checklists);
        let checklist = ledger.checklist().and_then(|digest| checklists.get(digest));
        let item = checklist.and_then(|checklist| checklist.item(item.as_str()));
        Ok(item.map(|item| history::of_item(item, &ledger)).unwrap_or_default())
    }

    /// Who speaks at this desk.
    #[must_use]
    pub fn author(&self) -> &Author {
        &self.author
    }

    /// Writes down what a person says.
    ///
    /// # Errors
    /// The clock is behind; a store that cannot be written.
    pub fn state(&self, app: &AppName, fact: FactBody) -> Result<(), Trouble> {
        self.store.append(self.id(app)?, self.clock.now(), &self.author, [fact])?;
        Ok(())
    }

    /// Takes back this person's newest statement; says what it was.
    ///
    /// # Errors
    /// There is none; a store that cannot be written.
    pub fn undo(&self, app: &AppName) -> Result<String, Trouble> {
        match self.store.undo(self.id(app)?, &self.author)? {
            Some(fact) => Ok(format!("took back: {}", history::words_of(&fact))),
            None => Err(Trouble::usage(format!("{} said nothing about {app} that could be taken back", *self.author))),
        }
    }

    /// Gives back what the last undo took; says what it was.
    ///
    /// # Errors
    /// There is nothing to give back; a store that cannot be written.
    pub fn redo(&self, app: &AppName) -> Result<String, Trouble> {
        match self.store.redo(self.id(app)?, &self.author)? {
            Some(fact) => Ok(format!("gave back: {}", history::words_of(&fact))),
            None => Err(Trouble::usage(format!("no undo about {app} is left to give back"))),
        }
    }

    /// Takes on an app.
    ///
    /// # Errors
    /// The name is taken, the checklist cannot be used, a store that cannot be written.
    pub fn add_app(&self, settings: &AppSettings, checklist: Option<&str>) -> Result<(), Trouble> {
        let (text, made) = self.checklist(checklist.unwrap_or(crate::checklist::embedded_name()))?;
        self.store.create_app(settings, &text, &made.version, &self.author)?;
        Ok(())
    }

    /// Erases an app.
    ///
    /// # Errors
    /// A store that cannot be written.
    pub fn remove(&self, app: &AppName) -> Result<Vec<PathBuf>, Trouble> {
        // Settings that cannot be read are no reason to keep a client.
        let address = self.settings(app).ok().and_then(|it| it.url);
        let copies = self.store.remove_app(self.id(app)?, &self.author)?.copies;
        // All are tried: what is left of one is no reason to leave the others.
        let (drafts, log) = (self.forget_drafts(app), self.forget_scheduled_log());
        let looks = self.forget_looks(address.as_ref());
        drafts.and(log).and(looks).map(|()| copies)
    }

    /// Where the database is.
    #[must_use]
    pub fn database(&self) -> &Path {
        self.store.path()
    }

    /// Copies the database and its key.
    ///
    /// # Errors
    /// A file that exists, a place that cannot be written.
    pub fn backup(&self, file: &Path) -> Result<(), Trouble> {
        self.store.backup(file)?;
        Ok(())
    }

    /// What is not as it should be in the database.
    ///
    /// # Errors
    /// A database that cannot be read at all.
    pub fn check_database(&self) -> Result<Vec<Problem>, Trouble> {
        Ok(self.store.check()?)
    }

    fn checklists_of(&self, facts: &[Fact]) -> Result<BTreeMap<Digest, Arc<Checklist>>, Trouble> {
        let wanted = facts.iter().filter_map(|fact| match &fact.body {
            FactBody::ChecklistAdopted { checklist, .. } => Some(checklist),
            _ => None,
        });
        let mut found = BTreeMap::new();
        for digest in wanted {
            let made = self.checklist_of(digest)?.ok_or_else(|| {
                Trouble::failed("an adopted checklist is missing from the database").next("Run `rescue db check`")
            })?;
            found.insert(digest.clone(), made);
        }
        Ok(found)
    }

    /// An adopted checklist; none when the database has no text for it.
    fn checklist_of(&self, digest: &Digest) -> Result<Option<Arc<Checklist>>, Trouble> {
        let mut known = self.checklists.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = known.get(digest) {
            return Ok(Some(Arc::clone(made)));
        }
        let Some(text) = self.store.checklist(digest)? else { return Ok(None) };
        let made = crate::checklist::load_stored(&text).map_err(|problems| {
            let first = problems.first().map(ToString::to_string).unwrap_or_default();
            Trouble::failed("an adopted checklist cannot be read").why(first).next("Run `rescue db check`")
        })?;
        Ok(Some(Arc::clone(known.entry(digest.clone()).or_insert(Arc::new(made)))))
    }
}

/// Why an app with damaged facts gets no answer.
const UNSURE: &str = "one of them may be a fail, or take back what another says";

fn unreadable(lost: usize) -> String {
    format!("{} cannot be read", crate::words::count(lost, "stored fact"))
}

fn no_settings(app: &AppName) -> Trouble {
    Trouble::failed(format!("the database has no settings for {app}")).next("Run `rescue db check`")
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        let is_usage = matches!(
            error,
            StoreError::UnknownApp { .. }
                | StoreError::NameTaken { .. }
                | StoreError::BackupExists { .. }
                | StoreError::Refused { .. }
        );
        Self { is_usage, ..Self::told(&error.to_string()) }
    }
}

#[cfg(test)]
mod tests;
