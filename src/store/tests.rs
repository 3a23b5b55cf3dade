//! The store on real files: what it keeps, what it refuses, what is left of it after a crash.

mod any_fact;
mod erasing;
mod facts;
mod marks;
mod opening;
mod raising;
mod runs;
mod scheduled;
mod snapshots;
mod told;

use super::{AppId, Store};
use crate::clock::SetClock;
use crate::config::Paths;
use crate::domain::{AppSettings, Author, Digest, FactBody, Foreign, OutcomeFact, RunId, Verdict};
use chrono::{DateTime, NaiveDate, Utc};
use std::sync::Arc;

/// A store in a home of its own, with a clock that stands.
struct Bench {
    home: tempfile::TempDir,
    clock: Arc<SetClock>,
    store: Arc<Store>,
}

fn start() -> DateTime<Utc> {
    "2026-11-02T09:00:00Z".parse().unwrap()
}

fn ana() -> Author {
    Author::Person(Foreign::new("Ana"))
}

fn settings(name: &str) -> AppSettings {
    AppSettings::new(name.parse().unwrap(), NaiveDate::from_ymd_opt(2026, 11, 2).unwrap())
}

fn note(text: &str) -> FactBody {
    FactBody::Noted { item: "SEC-01".parse().unwrap(), text: Foreign::new(text), founder: None }
}

fn outcome(run: RunId, says: &str) -> OutcomeFact {
    OutcomeFact {
        run,
        probe: "github.branch-protection".parse().unwrap(),
        revision: 1,
        subject: "github:acme/shop".to_owned(),
        settings: Digest("0".repeat(64)),
        observation: None,
        verdict: Verdict::pass(says),
        ms: 12,
        requests: 2,
    }
}

impl Bench {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let clock = SetClock::at(start());
        let store = Arc::new(Store::open(&Paths::in_home(home.path()), clock.clone(), "0.1.0").unwrap());
        Self { home, clock, store }
    }

    fn paths(&self) -> Paths {
        Paths::in_home(self.home.path())
    }

    /// The same database as another console sees it.
    fn other(&self) -> Store {
        Store::open(&self.paths(), self.clock.clone(), "0.1.0").unwrap()
    }

    fn app(&self, name: &str) -> AppId {
        self.store.create_app(&settings(name), "the checklist", "1", &ana()).unwrap()
    }

    fn later(&self, seconds: i64) -> DateTime<Utc> {
        let moment = crate::clock::Clock::now(&*self.clock) + chrono::TimeDelta::seconds(seconds);
        self.clock.set(moment);
        moment
    }
}
