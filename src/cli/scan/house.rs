//! What a scan borrows from this installation: the key of its hashes, and of an app its projects, permissions and accepted
//! findings. Without an app it opens no database and makes no file.

use crate::clock::{SharedClock, SystemClock};
use crate::config::{Configuration, Endpoints, Environment, Paths};
use crate::credentials::{Chain, Secret};
use crate::desk::Desk;
use crate::domain::app::Authorisation;
use crate::domain::ledger::Ledger;
use crate::domain::{AppName, AppSettings, Consent, SupabaseRef, System};
use crate::net::{self, Door, Keys};
use crate::scan::{Leak, ScanKey, Surface};
use crate::store;
use crate::trouble::Trouble;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::sync::Arc;
use url::Url;

/// The variable that holds a token for the repository's address.
const OWN_VARIABLE: &str = "RESCUE_SCAN_TOKEN";

/// What a scan has to hand.
pub struct House {
    pub key: ScanKey,
    /// Whether the key is this installation's, so that the next scan gives the same secret the same id.
    pub lasting: bool,
    pub now: DateTime<Utc>,
    pub app: Option<Lent>,
    environment: Environment,
    endpoints: Arc<Endpoints>,
    chain: Chain,
    clock: SharedClock,
}

/// What an app lends.
pub struct Lent {
    pub name: AppName,
    pub settings: AppSettings,
    authorisations: Vec<Authorisation>,
    desk: Desk,
}

/// What people said of secrets, by [`Leak::key`], in a sentence each.
#[derive(Default)]
pub struct Words {
    pub accepted: BTreeMap<String, String>,
    /// That they were replaced; only of those that nothing but the history has.
    pub rotated: BTreeMap<String, String>,
}

/// The key of the finding that a leak is to the app's probes: the repository's and the site's are apart.
#[must_use]
pub fn finding_of(leak: &Leak) -> String {
    let probe = if leak.surface == Surface::Site { "site" } else { "scan" };
    format!("{probe}.{}", leak.key())
}

impl House {
    /// Opens what is needed; the app's desk only if an app is named.
    ///
    /// # Errors
    /// An app that is not there, a configuration that is wrong, a key that cannot be read.
    pub fn open(environment: &Environment, app: Option<&str>) -> Result<Self, Trouble> {
        if let Some(name) = app {
            return Self::of_app(environment, name);
        }
        let paths = Paths::from_environment(environment).ok();
        let config = match &paths {
            Some(paths) => Configuration::read(paths).map_err(|error| Trouble::told(&error.to_string()))?,
            None => Configuration::default(),
        };
        let endpoints = Endpoints::from_environment(environment).map_err(|error| Trouble::usage(error.to_string()))?;
        let chain = Chain::new(environment, &config, &endpoints);
        let kept = paths.as_ref().map(store::existing_key).transpose()?.flatten();
        let lasting = kept.is_some();
        let mut bytes = kept.unwrap_or_default();
        if !lasting {
            getrandom::fill(&mut bytes).map_err(|_| Trouble::failed("this machine gives no random numbers"))?;
        }
        let clock: SharedClock = Arc::new(SystemClock);
        Ok(Self {
            key: ScanKey::new(bytes),
            lasting,
            now: clock.now(),
            app: None,
            environment: environment.clone(),
            endpoints: Arc::new(endpoints),
            chain,
            clock,
        })
    }

    fn of_app(environment: &Environment, name: &str) -> Result<Self, Trouble> {
        let desk = Desk::open(environment)?;
        let name = desk.app(name)?;
        let settings = desk.settings(&name)?;
        let authorisations = desk.authorisations(&name)?;
        Ok(Self {
            key: ScanKey::new(desk.store.scan_key_of(desk.id(&name)?)?),
            lasting: true,
            now: desk.clock.now(),
            environment: environment.clone(),
            endpoints: Arc::clone(&desk.endpoints),
            chain: (*desk.chain).clone(),
            clock: Arc::clone(&desk.clock),
            app: Some(Lent { name, settings, authorisations, desk }),
        })
    }

    /// The log of this installation; only with an app, since a log is a file in its home.
    #[must_use]
    pub fn log(&self) -> Option<crate::log::Logging> {
        let desk = &self.app.as_ref()?.desk;
        crate::log::start(&desk.paths, &self.environment, Arc::clone(&desk.clock), desk.chain.redactor())
    }

    /// The app's Supabase projects.
    #[must_use]
    pub fn projects(&self) -> Vec<SupabaseRef> {
        let settings = self.app.as_ref().map(|app| &app.settings);
        settings.into_iter().flat_map(|it| it.supabase.iter().chain(&it.staging)).cloned().collect()
    }

    /// A door without any credential of ours.
    ///
    /// # Errors
    /// No connection can be made at all.
    pub fn door(&self) -> Result<Door, Trouble> {
        let client = net::transport().map_err(|error| Trouble::failed("no connection can be made").why(error))?;
        Ok(Door::new(client, Arc::clone(&self.endpoints), Keys::new(), Arc::clone(&self.clock), None))
    }

    /// Whether the client permitted to try leaked keys at that host.
    #[must_use]
    pub fn may_try(&self, host: &str) -> bool {
        let given = self.app.iter().flat_map(|app| &app.authorisations);
        let mut fitting = given.filter(|it| it.consent >= Consent::Active && it.until > self.now);
        fitting.any(|it| it.hosts.iter().any(|named| named.eq_ignore_ascii_case(host)))
    }

    /// What people said of the secrets of these leaks, as far as it counts today.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn said_of(&self, leaks: &[Leak]) -> Result<Words, Trouble> {
        let Some(app) = &self.app else { return Ok(Words::default()) };
        let facts = app.desk.facts(&app.name)?;
        let board = app.desk.board(&app.name)?;
        let ledger = Ledger::read(&facts, self.now);
        let mut words = Words::default();
        let mut groups: BTreeMap<String, Vec<&Leak>> = BTreeMap::new();
        for leak in leaks {
            groups.entry(leak.key()).or_default().push(leak);
        }
        for (key, leaks) in groups {
            let Some(first) = leaks.first() else { continue };
            let finding = finding_of(first);
            let standing = board.findings.iter().find(|it| it.finding.key() == finding);
            // What stands on the board knows whether it is at a gate; what does not is judged as strictly as there.
            let waiver = match standing {
                Some(standing) => standing.waiver.clone(),
                None => ledger.acceptance(&finding, true),
            };
            if let Some(waiver) = waiver.filter(|it| it.stands) {
                let why = format!("accepted by {} until {}: {}", waiver.who, waiver.until, waiver.reason);
                words.accepted.insert(key.clone(), why);
            }
            // What still stands in files or is served is no better for a rotation: it must not stand there.
            let only_history = leaks.iter().all(|it| it.surface == Surface::History && !it.in_head || !it.can_fail());
            let since = leaks.iter().filter_map(|it| it.since).min();
            if let Some(rotation) = ledger.rotation(&finding, since).filter(|it| it.holds && only_history) {
                let why = format!("rotated on {} by {}: {}", rotation.on, rotation.who, rotation.proof);
                words.rotated.insert(key, why);
            }
        }
        Ok(words)
    }

    /// The repository that the app names, as it would be typed.
    ///
    /// # Errors
    /// It names none.
    pub fn own_target(&self) -> Result<std::ffi::OsString, Trouble> {
        let Some(app) = &self.app else { return Err(Trouble::usage("nothing to scan was named")) };
        match (&app.settings.path, &app.settings.github) {
            (Some(path), _) => Ok(path.clone().into_os_string()),
            (None, Some(slug)) => Ok(format!("https://{}/{slug}", self.github_host()).into()),
            (None, None) => Err(Trouble::usage(format!("no repository is named for {}", app.name))
                .next(format!("Run `rescue app edit {} --repo PATH|OWNER/NAME`, or give a path", app.name))),
        }
    }

    /// The host of GitHub's repositories, which is not that of its API.
    fn github_host(&self) -> String {
        self.endpoints.github_pages().as_ref().and_then(Url::host_str).unwrap_or_default().to_owned()
    }

    /// The token for a repository's address: from the variable that was named, from `RESCUE_SCAN_TOKEN`, or, for the
    /// configured GitHub and no other host, from where GitHub's credential comes from. May take seconds.
    ///
    /// # Errors
    /// The variable that was named is not set.
    pub fn token(&self, address: &Url, named: Option<&str>) -> Result<Option<Secret>, Trouble> {
        if let Some(name) = named {
            let found = self.environment.get(name).map(Secret::new);
            return found.map(Some).ok_or_else(|| {
                Trouble::usage("the variable that --token-env names is not set")
                    .next("Export the token under that name; the token itself is never typed")
            });
        }
        if let Some(own) = self.environment.get(OWN_VARIABLE) {
            return Ok(Some(Secret::new(own)));
        }
        if address.host_str() != Some(self.github_host().as_str()) {
            return Ok(None);
        }
        let any = self.app.as_ref().map(|app| app.name.clone()).or_else(|| "any".parse().ok());
        Ok(any.and_then(|app| self.chain.find(&app, System::Github).ok()).map(|found| found.secret))
    }
}
