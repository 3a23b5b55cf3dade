//! A run while it goes on, as its events tell it. What is shown as decided has been stored before it was told.

use crate::domain::fact::RunEnd;
use crate::domain::{Foreign, ItemId, ProbeId, System, Verdict};
use crate::engine::RunEvent;
use crate::engine::event::PlannedProbe;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// How far a probe is.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    Planned,
    Looking,
    Asking(System),
    /// A vendor asked us to wait.
    Held {
        system: System,
        until: DateTime<Utc>,
    },
    Decided {
        verdict: Box<Verdict>,
        ms: u64,
        requests: u32,
        at: DateTime<Utc>,
    },
    NotStored {
        why: Foreign,
    },
}

impl Stage {
    /// The word for it.
    #[must_use]
    pub fn word(&self) -> String {
        match self {
            Self::Planned => "planned".to_owned(),
            Self::Looking => "looking…".to_owned(),
            Self::Asking(system) => format!("asking {}…", system.title()),
            Self::Held { until, .. } => format!("waits until {} UTC", until.format("%H:%M:%S")),
            Self::Decided { verdict, .. } => super::theme::outcome(&verdict.outcome).1.to_owned(),
            Self::NotStored { .. } => "NOT STORED".to_owned(),
        }
    }

    /// Whether the probe is at work now.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Looking | Self::Asking(_) | Self::Held { .. })
    }
}

/// A probe of the run.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveProbe {
    pub planned: PlannedProbe,
    pub stage: Stage,
}

/// The run.
#[derive(Debug, Clone, PartialEq)]
pub struct Live {
    pub app: String,
    pub started: DateTime<Utc>,
    pub probes: Vec<LiveProbe>,
    /// Requests so far; after the end, those that were really sent.
    pub requests: BTreeMap<System, u32>,
    pub ended: Option<(RunEnd, DateTime<Utc>)>,
    pub cancelling: bool,
}

impl Live {
    /// A run that has just started.
    #[must_use]
    pub fn new(app: String, started: DateTime<Utc>, probes: Vec<PlannedProbe>) -> Self {
        let probes = probes.into_iter().map(|planned| LiveProbe { planned, stage: Stage::Planned }).collect();
        Self { app, started, probes, requests: BTreeMap::new(), ended: None, cancelling: false }
    }

    /// Takes one event in. Events of probes that are not in the plan change nothing; a decided probe stays decided.
    pub fn hear(&mut self, event: &RunEvent) {
        match event {
            RunEvent::Looking { probe } => self.put(probe, Stage::Looking),
            RunEvent::Asking { probe, system } => {
                *self.requests.entry(*system).or_default() += 1;
                self.put(probe, Stage::Asking(*system));
            }
            RunEvent::Waiting { probe, system, until } => self.put(probe, Stage::Held { system: *system, until: *until }),
            RunEvent::Decided { probe, verdict, ms, requests, at } => {
                self.put(probe, Stage::Decided { verdict: verdict.clone(), ms: *ms, requests: *requests, at: *at });
            }
            RunEvent::NotStored { probe: Some(probe), why } => self.put(probe, Stage::NotStored { why: why.as_str().into() }),
            RunEvent::Started { .. } | RunEvent::NotStored { probe: None, .. } => {}
            RunEvent::Ended { how, at, requests, .. } => {
                self.requests.clone_from(requests);
                self.ended = Some((*how, *at));
            }
        }
    }

    fn put(&mut self, probe: &ProbeId, stage: Stage) {
        let found = self.probes.iter_mut().find(|it| it.planned.probe == *probe);
        if let Some(it) = found.filter(|it| !matches!(it.stage, Stage::Decided { .. } | Stage::NotStored { .. })) {
            it.stage = stage;
        }
    }

    /// Whether more events are to come.
    #[must_use]
    pub fn is_going(&self) -> bool {
        self.ended.is_none()
    }

    /// How many probes decided, or said why they could not.
    #[must_use]
    pub fn decided(&self) -> usize {
        self.probes.iter().filter(|it| matches!(it.stage, Stage::Decided { .. })).count()
    }

    /// How many probes are at work.
    #[must_use]
    pub fn busy(&self) -> usize {
        if self.is_going() { self.probes.iter().filter(|it| it.stage.is_busy()).count() } else { 0 }
    }

    /// Whether a probe of this item is at work.
    #[must_use]
    pub fn looks_at(&self, item: &ItemId) -> bool {
        self.is_going() && self.probes.iter().any(|it| it.stage.is_busy() && it.planned.items.contains(item))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::sample;

    #[test]
    fn a_decided_probe_stays_decided_and_strangers_change_nothing() {
        let mut live = sample::live();
        let before = live.clone();
        live.hear(&RunEvent::Looking { probe: "nobody.knows-it".parse().unwrap() });
        assert_eq!(live, before);
        let decided = live.probes.iter().position(|it| matches!(it.stage, Stage::Decided { .. })).unwrap();
        live.hear(&RunEvent::Looking { probe: live.probes[decided].planned.probe.clone() });
        assert_eq!(live, before);
    }

    #[test]
    fn after_the_end_nothing_is_busy() {
        let mut live = sample::live();
        assert!(live.busy() > 0);
        live.hear(&RunEvent::Ended {
            run: sample::run_id(),
            how: RunEnd::Cancelled,
            at: sample::now(),
            requests: BTreeMap::new(),
        });
        assert_eq!((live.busy(), live.is_going()), (0, false));
    }
}
