//! Which probes of an app are due at a moment, and because of what: from its facts, its plan and its marks. Pure: portfolio,
//! `app list`, `--dry-run` and the rerun all ask here, so that "due" means one thing.

use super::lane::{LANE, Lane, Seat, Waits};
use super::marks::{self, Marks, Watch};
use super::reason::{Because, Blind, Known, Last, Reason};
use crate::domain::ledger::{Ledger, Look};
use crate::domain::{AppSettings, Board, Digest, FactBody, Freshness, GapKind, Outcome, ProbeId, ProbeWord, System};
use crate::engine::Plan;
use crate::probes::{self, AnyProbe, Meta};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One probe of an app's plan, and when its turn comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    pub probe: ProbeId,
    pub system: System,
    /// When it last looked at what the app names now.
    pub last: Option<DateTime<Utc>>,
    /// What it could not see then.
    pub blind: Option<Blind>,
    /// What can change under it.
    pub watch: Option<Watch>,
    /// Every reason to ask it again, the one that is told first before the others.
    pub reasons: Vec<Reason>,
}

impl Turn {
    /// Why it is due at `now`; none if it is not.
    #[must_use]
    pub fn because(&self, now: DateTime<Utc>) -> Option<Because> {
        self.reasons.iter().find(|it| it.from <= now).map(|it| it.because)
    }

    /// From when on it is due without anything happening.
    #[must_use]
    pub fn from(&self) -> Option<DateTime<Utc>> {
        self.reasons.iter().map(|it| it.from).min()
    }
}

/// When the turns of an app's probes come. Probes that the plan cannot ask (not connected, not permitted) have none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Due {
    pub turns: Vec<Turn>,
    /// What should not wait for a week, within so many requests a day.
    pub lane: Lane,
}

impl Due {
    /// Reads what is known. `shown`: systems whose credential is there now, for probes that could not see without one.
    #[must_use]
    pub fn read(board: &Board, ledger: &Ledger<'_>, plan: &Plan, marks: &Marks, shown: &BTreeSet<System>) -> Self {
        let words = words(board);
        let about = About::of(board, ledger);
        let mut turns = Vec::with_capacity(plan.probes.len());
        let lasts: Vec<Option<Last>> =
            plan.probes.iter().map(|(probe, planned)| about.last(ledger, &planned.probe, probe.meta().system)).collect();
        let shut: BTreeSet<&str> = plan
            .probes
            .iter()
            .zip(&lasts)
            .filter(|(_, last)| last.and_then(|it| it.blind).is_some_and(Blind::is_shut))
            .map(|((probe, _), _)| probe.meta().id)
            .collect();
        let seats = plan.probes.iter().zip(&lasts).filter(|((probe, _), _)| !shut.contains(probe.meta().id));
        let seats = seats.filter_map(|((probe, planned), last)| {
            let (meta, last) = (probe.meta(), last.as_ref()?);
            let requests = || About::requests(ledger, &planned.probe, meta);
            LANE.contains(&meta.id).then(|| Seat { probe: meta.id, last: last.at, requests: requests() })
        });
        let lane = Lane::of(seats.collect());
        for ((probe, planned), last) in plan.probes.iter().zip(lasts) {
            let meta = probe.meta();
            let words = words.get(planned.probe.as_str()).map_or(&[][..], Vec::as_slice);
            let watch = Watch::of(meta, &board.settings);
            let changed = |subject: &str| marks.get(subject).and_then(|mark| mark.changed);
            let known = Known {
                last,
                ages: words.iter().filter_map(|word| Some((word.at?, word.fresh_until?))).min_by_key(|(_, ages)| *ages),
                suspected: words.iter().any(|word| word.suspected),
                daily: lane.from(meta.id),
                changed: watch.and_then(|watch| Some((watch, changed(&watch.subject(&board.settings)?)?))),
                settings: about.settings_at,
                consent: about.consent,
                credential: credential(last, marks, shown),
                closed: about.closed.filter(|_| planned.items.iter().any(|id| about.at_close.contains(id.as_str()))),
            };
            turns.push(Turn {
                probe: planned.probe.clone(),
                system: meta.system,
                last: last.map(|it| it.at),
                blind: last.and_then(|it| it.blind),
                watch,
                reasons: known.reasons(),
            });
        }
        Self { turns, lane }
    }

    /// What is due at `now`, each with the reason that is told. Of what is due for nothing but the day, as much as the day has
    /// requests for.
    pub fn at(&self, now: DateTime<Utc>) -> impl Iterator<Item = (&Turn, Because)> {
        let today = self.lane.today(now, |probe| self.is_only_daily(probe, now));
        let due = self.turns.iter().filter_map(move |turn| turn.because(now).map(|because| (turn, because)));
        due.filter(move |(turn, because)| *because != Because::Daily || today.contains(&turn.probe.as_str()))
    }

    /// What would be looked at daily and is not today, and why; without what is due for another reason.
    pub fn put_off(&self, now: DateTime<Utc>) -> Vec<(Seat, Waits)> {
        let waiting = self.lane.waiting(now, |probe| self.is_only_daily(probe, now));
        let is_left = |seat: &Seat| {
            let turn = self.turns.iter().find(|it| it.probe.as_str() == seat.probe);
            turn.is_some_and(|it| it.because(now).is_none_or(|it| it == Because::Daily))
        };
        waiting.filter(|(seat, _)| is_left(seat)).map(|(seat, why)| (*seat, why)).collect()
    }

    fn is_only_daily(&self, probe: &str, now: DateTime<Utc>) -> bool {
        self.turns.iter().any(|it| it.probe.as_str() == probe && it.because(now) == Some(Because::Daily))
    }

    /// From when on anything is due without anything happening: past for what is due already, none if nothing can be asked.
    #[must_use]
    pub fn from(&self) -> Option<DateTime<Utc>> {
        self.turns.iter().filter_map(Turn::from).min()
    }

    /// The same in short, to be kept: [`Short::is_due`] answers from it without the facts.
    #[must_use]
    pub fn short(&self, settings: &AppSettings) -> Short {
        let mut watched: BTreeMap<String, DateTime<Utc>> = BTreeMap::new();
        for turn in &self.turns {
            if let (Some(subject), Some(at)) = (turn.watch.and_then(|watch| watch.subject(settings)), turn.last) {
                watched.entry(subject).and_modify(|oldest| *oldest = (*oldest).min(at)).or_insert(at);
            }
            // A credential that is met after a look that could not see for want of it.
            if let (Some(system), Some(at)) = (turn.blind.filter(|it| it.wants_credential()).and_then(|it| it.system), turn.last)
            {
                let subject = marks::credential(system);
                watched.entry(subject).and_modify(|oldest| *oldest = (*oldest).min(at)).or_insert(at);
            }
        }
        Short { from: self.from(), watched }
    }
}

/// When an app is due, in short.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Short {
    /// From when on something of it is due without anything happening; none if nothing of it can be asked.
    pub from: Option<DateTime<Utc>>,
    /// What its probes watch, by subject, with the oldest of their looks: a change later than that makes one due.
    pub watched: BTreeMap<String, DateTime<Utc>>,
}

impl Short {
    /// Whether something is due at `now`. `changed`: when each subject was last noticed to have changed.
    #[must_use]
    pub fn is_due(&self, changed: Option<&BTreeMap<String, DateTime<Utc>>>, now: DateTime<Utc>) -> bool {
        let noticed = |(subject, oldest): (&String, &DateTime<Utc>)| {
            changed.and_then(|it| it.get(subject)).is_some_and(|at| at > oldest && *at <= now)
        };
        self.from.is_some_and(|from| from <= now) || self.watched.iter().any(noticed)
    }
}

/// What holds for all probes of the app.
struct About<'a> {
    settings: Digest,
    settings_at: Option<DateTime<Utc>>,
    consent: Option<DateTime<Utc>>,
    closed: Option<DateTime<Utc>>,
    /// Items whose proof counts only after the closing.
    at_close: BTreeSet<&'a str>,
}

/// How many of its newest looks say what a look costs: the dearest of them counts.
const LAST_LOOKS: usize = 3;

/// Among how many they are searched.
const MOST_LOOKS: usize = 12;

impl<'a> About<'a> {
    fn of(board: &'a Board, ledger: &Ledger<'_>) -> Self {
        let newest = |is: fn(&FactBody) -> bool| ledger.counting().iter().rev().find(|fact| is(&fact.body)).map(|fact| fact.at);
        let at_close = board.checklist.items.iter().filter(|item| item.fresh == Freshness::AtClose);
        Self {
            // As the engine names the settings that a decision saw.
            settings: Digest::of(&serde_json::to_string(&board.settings).unwrap_or_default()),
            settings_at: newest(|it| matches!(it, FactBody::Settings { .. })),
            consent: newest(|it| matches!(it, FactBody::Authorised { .. })),
            closed: board.closed,
            at_close: at_close.map(|item| item.id.as_str()).collect(),
        }
    }

    /// The requests of one look in this app, at most: what its newest ones made, of those in whose run nobody else asked that
    /// system, so that none was shared. Where there is no such look, what the probe says of itself.
    fn requests(ledger: &Ledger<'_>, probe: &ProbeId, meta: &Meta) -> u32 {
        let declared: u32 = meta.cost.iter().map(|(_, requests)| requests).sum();
        let Some(subject) = ledger.subject(meta.system) else { return declared };
        let asks = |it: &&'static dyn AnyProbe| it.meta().cost.iter().any(|(system, _)| *system == meta.system);
        let others: Vec<&str> = probes::all().filter(asks).map(|it| it.meta().id).filter(|id| *id != meta.id).collect();
        let is_alone = |look: &&Look<'_>| match ledger.counting().get(look.asked as usize).map(|fact| &fact.body) {
            Some(FactBody::RunStarted { run, probes }) if *run == look.outcome.run => {
                !probes.iter().any(|it| others.contains(&it.as_str()))
            }
            _ => false,
        };
        let looks = ledger.looks(probe.as_str()).iter().rev().take(MOST_LOOKS).filter(|look| look.outcome.subject == subject);
        let made = looks.filter(|look| look.outcome.requests > 0).filter(is_alone).map(|look| look.outcome.requests);
        made.take(LAST_LOOKS).max().map_or(declared, |most| most.min(declared))
    }

    /// The newest look at what the app names now.
    fn last(&self, ledger: &Ledger<'_>, probe: &ProbeId, system: System) -> Option<Last> {
        let subject = ledger.subject(system)?;
        let look = ledger.looks(probe.as_str()).iter().rev().find(|look| look.outcome.subject == subject)?;
        let outcome = &look.outcome.verdict.outcome;
        Some(Last {
            at: look.at,
            failed: *outcome == Outcome::Fail,
            blind: outcome.gap().map(|gap| Blind { kind: gap.kind, system: gap.system, until: gap.until }),
            other_settings: look.outcome.settings != self.settings,
        })
    }
}

/// A credential that opens what the last look could not see: one that was not there at all, or another than then.
fn credential(last: Option<Last>, marks: &Marks, shown: &BTreeSet<System>) -> Option<(System, DateTime<Utc>)> {
    let last = last?;
    let blind = last.blind?;
    let system = blind.system?;
    if blind.kind == GapKind::NoCredential && shown.contains(&system) {
        return Some((system, last.at));
    }
    let noticed = marks.get(&marks::credential(system)).map(|mark| mark.changed.unwrap_or(mark.met));
    noticed.filter(|at| *at > last.at).map(|at| (system, at))
}

fn words(board: &Board) -> BTreeMap<&str, Vec<&ProbeWord>> {
    let mut words: BTreeMap<&str, Vec<&ProbeWord>> = BTreeMap::new();
    for word in board.items.iter().flat_map(|it| it.words.iter()) {
        words.entry(word.probe.as_str()).or_default().push(word);
    }
    words
}

#[cfg(test)]
mod tests;
