//! The door: every HTTP request towards a client's systems goes through [`Door::read`] or [`Door::download`], and none
//! that writes can.

use super::call::ReadCall;
use super::fault::Unanswered;
use super::outside::{Names, Outside};
use super::pace::Pace;
use super::reply::Reply;
use super::retry::{Patience, Trying};
use super::share::{Readings, Shelf};
use super::tls::Transport;
use crate::clock::SharedClock;
use crate::config::endpoints::Endpoints;
use crate::credentials::Secret;
use crate::domain::{Gap, GapKind, ProbeId, SupabaseRef, System};
use std::collections::BTreeMap;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// How long the look-up of one vendor's name may take.
const LOOK_UP: Duration = Duration::from_secs(3);

/// How many of them are looked up before none is known.
const MOST_NAMES: usize = 3;

/// The credentials of one app, resolved before a run: a secret, or the gap that says how to get one.
pub type Keys = BTreeMap<System, Result<Secret, Gap>>;

/// What the door tells while it works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signal {
    /// A request goes out.
    Asking { system: System },
    /// The vendor asked us to wait; trying again at that moment.
    Waiting { system: System, until: chrono::DateTime<chrono::Utc> },
}

/// On whose behalf the door works: counts requests, hears signals, knows the deadline.
#[derive(Clone)]
pub struct Asker {
    pub probe: Option<ProbeId>,
    /// Every request that was sent for this asker, further tries and redirects counted.
    pub requests: Arc<AtomicU32>,
    /// Nothing is waited for beyond it.
    pub deadline: Option<tokio::time::Instant>,
    pub tell: Arc<dyn Fn(Signal) + Send + Sync>,
}

impl Default for Asker {
    fn default() -> Self {
        Self { probe: None, requests: Arc::default(), deadline: None, tell: Arc::new(|_| {}) }
    }
}

/// How the door behaves towards vendors. The default is what HOUSE §5 says.
#[derive(Clone)]
pub struct Manner {
    /// Shared by all runs of a process, so that two apps with one token do not overrun it.
    pub pace: Arc<Pace>,
    pub patience: Patience,
    /// The most requests that one run sends to one system; beyond it the answer is `incomplete`.
    pub most_requests: u32,
    /// The same for the deployed site, which is some hundred small files; a look at it has a bound of its own below this.
    pub most_of_a_site: u32,
    /// How the names of sites are looked up.
    pub names: Names,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            pace: Arc::default(),
            patience: Patience::default(),
            most_requests: 500,
            most_of_a_site: 3000,
            names: Names::default(),
        }
    }
}

/// A handle on the one way out, for one app and one run. Cheap to clone.
#[derive(Clone)]
pub struct Door {
    pub(super) shared: Arc<Shared>,
    pub(super) asker: Asker,
}

pub(super) struct Shared {
    pub client: Transport,
    /// Made when this machine's own addresses are asked: never through a proxy.
    pub direct: OnceLock<Result<Transport, String>>,
    /// The way to the deployed site, whose names are judged by where they lead.
    pub outside: Outside,
    pub endpoints: Arc<Endpoints>,
    pub keys: Keys,
    pub clock: SharedClock,
    pub shelf: Option<Arc<dyn Shelf>>,
    pub readings: Readings,
    pub sent: Mutex<BTreeMap<System, u32>>,
    pub manner: Manner,
}

impl Shared {
    pub fn secret(&self, system: System) -> Option<&Secret> {
        // Systems that any stranger may ask are asked as a stranger, whatever lies in the keys.
        if system.needs_credential() { self.keys.get(&system)?.as_ref().ok() } else { None }
    }

    pub fn credential(&self, system: System) -> Result<(), Gap> {
        if !system.needs_credential() {
            return Ok(());
        }
        match self.keys.get(&system) {
            Some(Ok(_)) => Ok(()),
            Some(Err(gap)) => Err(gap.clone()),
            None => Err(Gap::new(GapKind::NoCredential, system, format!("no credential for {}", system.title()))
                .needs(format!("Run `rescue auth set {}` or export its token", system.id()))),
        }
    }
}

impl Door {
    /// A door for one run of one app, with a pace of its own. `client` comes from [`super::transport`].
    pub fn new(
        client: Transport,
        endpoints: Arc<Endpoints>,
        keys: Keys,
        clock: SharedClock,
        shelf: Option<Arc<dyn Shelf>>,
    ) -> Self {
        Self::with(client, endpoints, keys, clock, shelf, Manner::default())
    }

    /// As [`Door::new`], with a pace that other runs share, and other limits.
    pub fn with(
        client: Transport,
        endpoints: Arc<Endpoints>,
        keys: Keys,
        clock: SharedClock,
        shelf: Option<Arc<dyn Shelf>>,
        manner: Manner,
    ) -> Self {
        let shared = Shared {
            client,
            direct: OnceLock::new(),
            outside: Outside::default(),
            endpoints,
            keys,
            clock,
            shelf,
            readings: Readings::default(),
            sent: Mutex::default(),
            manner,
        };
        Self { shared: Arc::new(shared), asker: Asker::default() }
    }

    /// The same door on behalf of one asker.
    #[must_use]
    pub fn on_behalf(&self, asker: Asker) -> Self {
        Self { shared: Arc::clone(&self.shared), asker }
    }

    /// Whether there is a credential for the system, or it needs none.
    ///
    /// # Errors
    /// The gap that says how to get one.
    pub fn credential(&self, system: System) -> Result<(), Gap> {
        self.shared.credential(system)
    }

    /// The base address of a Supabase project's own endpoints.
    #[must_use]
    pub fn supabase_project(&self, project: &SupabaseRef) -> Option<url::Url> {
        self.shared.endpoints.supabase_project(project)
    }

    /// Where the settings put the deployed site, if they put it elsewhere than the app says.
    #[must_use]
    pub fn site(&self) -> Option<&url::Url> {
        self.shared.endpoints.base(System::Site)
    }

    /// The requests that were really sent in this run, by system.
    #[must_use]
    pub fn requests(&self) -> BTreeMap<System, u32> {
        self.shared.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sends the call and gives back the answer, whatever its status, save that a refusal for asking too much and the
    /// vendor's own faults (5xx) are tried again and then are gaps.
    ///
    /// # Errors
    /// A gap when there is no whole answer: no credential, unreachable, timed out, limited, faulty, too large.
    pub async fn read(&self, call: ReadCall) -> Result<Reply, Gap> {
        let way = self.shared.way(&call)?;
        self.trying(&way).patiently(|| self.shared.once(&self.asker, &way, &call)).await
    }

    /// As [`Door::read`], and says what was learnt of the far end where it gave no answer that can be read.
    ///
    /// # Errors
    /// The gap as of [`Door::read`], with what was met.
    pub async fn meet(&self, call: ReadCall) -> Result<Reply, Unanswered> {
        let way = self.shared.way(&call)?;
        self.trying(&way).to_the_end(|| self.shared.once(&self.asker, &way, &call)).await.map_err(Unanswered::from)
    }

    /// Whether names of the outside are looked up here at all: whether a vendor's is known at this moment. Where it is not,
    /// that another name is not known says nothing of that name.
    pub async fn knows_names(&self) -> bool {
        for name in self.shared.endpoints.names().take(MOST_NAMES) {
            let look = tokio::time::timeout(LOOK_UP, self.shared.manner.names.look(name.to_owned()));
            if matches!(look.await, Ok(Ok(found)) if !found.is_empty()) {
                return true;
            }
        }
        false
    }

    pub(super) fn trying<'a>(&'a self, way: &'a super::send::Way) -> Trying<'a> {
        Trying { system: way.system, lanes: &way.lanes, patience: self.shared.manner.patience, asker: &self.asker }
    }
}
