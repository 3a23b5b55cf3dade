//! One app's way through a rerun: chosen, asked part by part, told. Its run stays open between the parts, so that a second
//! look counts as the same run; a part that waits holds no seat and no turn.

use super::chosen::asked;
use super::turns::{Counter, Floor, Turns, counter};
use super::{Chosen, Ended, How, LONGEST_WAIT, MOST_WAITS, Ran, Told};
use crate::domain::{AppName, GapKind, Outcome, ProbeId, System, Verdict};
use crate::engine::run::Over;
use crate::engine::{PlannedProbe, RunEvent, RunReport, Running};
use crate::net::Keys;
use crate::probes::{AnyProbe, Sight};
use crate::schedule::reason::APART;
use crate::store::Holder;
use crate::trouble::Trouble;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

type Asked = (&'static dyn AnyProbe, PlannedProbe);
type Decided = (ProbeId, Verdict, u64, u32);

/// Probes of one app that are asked together.
struct Part {
    /// Not before.
    at: DateTime<Utc>,
    probes: Vec<Asked>,
    /// How often they waited for a closed system.
    waits: u8,
}

/// What one app's parts share.
struct Way<'a> {
    app: &'a AppName,
    chosen: &'a Chosen,
    keys: &'a Keys,
    steps: &'a UnboundedSender<RunEvent>,
}

impl Floor<'_> {
    /// All that is done of one app.
    pub(super) async fn journey(&self, app: &AppName) -> Result<Ended, Trouble> {
        let Some(place) = self.place().await else { return Ok(Ended::of(How::Stopped)) };
        if let Some(open) = self.open_elsewhere(app)? {
            return Ok(Ended::of(open));
        }
        let keys = self.desk.keys(app).await?;
        let mut chosen = self.desk.choose_to_rerun(app, self.wanted, &keys).await?;
        drop(place);
        let (due, checks) = (std::mem::take(&mut chosen.due), std::mem::take(&mut chosen.checks));
        let how = if self.wanted.only_due && chosen.probes.is_empty() {
            How::NothingDue { next: chosen.next }
        } else if chosen.probes.is_empty() && chosen.unasked.is_empty() {
            How::NothingToAsk
        } else {
            let _ = self.tell.send(Told::Begun { app: app.clone(), due: due.clone(), checks: checks.clone() });
            self.ask(app, chosen, &keys).await?
        };
        Ok(Ended { due, checks, how })
    }

    /// A run of the app that another process is at, or this one in another place.
    fn open_elsewhere(&self, app: &AppName) -> Result<Option<How>, Trouble> {
        let (id, here, now) = (self.desk.id(app)?, Holder::of_process(), self.desk.clock.now());
        let open = self.desk.store.open_runs()?.into_iter().find(|it| it.app == id && !it.is_crashed(&here.host, now));
        Ok(open.map(|it| How::OpenElsewhere { since: it.started, pid: it.holder.pid, host: it.holder.host.into() }))
    }

    /// Asks all parts, and says what the facts say then.
    async fn ask(&self, app: &AppName, chosen: Chosen, keys: &Keys) -> Result<How, Trouble> {
        let (steps, mut told) = unbounded_channel();
        let passing_on = {
            let (tell, app) = (self.tell.clone(), app.clone());
            tokio::spawn(async move {
                while let Some(event) = told.recv().await {
                    let _ = tell.send(Told::Step { app: app.clone(), event });
                }
            })
        };
        let mut running = None;
        let asked = self.parts(&Way { app, chosen: &chosen, keys, steps: &steps }, &mut running).await;
        drop(steps);
        // Whatever happened, a run that began is ended.
        let report = match running {
            Some(running) => Some(running.end().await),
            None => None,
        };
        let _ = passing_on.await;
        let Some(report) = report else {
            return match asked {
                Ok(()) => Ok(How::Stopped),
                Err(trouble) => self.open_elsewhere(app)?.ok_or(trouble),
            };
        };
        asked?;
        let items = chosen.probes.iter().map(|(_, planned)| (planned.probe.clone(), planned.items.clone())).collect();
        let mut requests = report.requests;
        for (system, sent) in &chosen.checking {
            *requests.entry(*system).or_default() += sent;
        }
        Ok(How::Ran(Box::new(Ran {
            report: RunReport { decided: newest(report.decided), requests, ..report },
            items,
            unasked: if self.wanted.only_due { Vec::new() } else { chosen.unasked },
            board: self.desk.board(app)?,
            lost: self.desk.lost(app)?.len(),
            idle: self.desk.unused_acceptances(app)?,
        })))
    }

    /// Asks part after part until none is left or the rerun was stopped.
    async fn parts(&self, way: &Way<'_>, running: &mut Option<Running>) -> Result<(), Trouble> {
        let mut looked_twice: BTreeSet<ProbeId> = BTreeSet::new();
        let mut parts = vec![Part { at: self.desk.clock.now(), probes: way.chosen.probes.clone(), waits: 0 }];
        // An app of which nothing can be asked has a run all the same: that nothing could be seen is an answer.
        let is_empty = way.chosen.probes.is_empty();
        while let Some(part) = earliest(&mut parts) {
            if !self.until(part.at).await {
                return Ok(());
            }
            let part = self.put_off(way, part, &mut parts);
            let Some(turns) = self.turns(counters(&part.probes, way)).await else { return Ok(()) };
            // While it stood in the line, the one before may have been told to stop.
            let part = self.put_off(way, part, &mut parts);
            if part.probes.is_empty() && !is_empty {
                continue;
            }
            let Some(seat) = self.seat().await else { return Ok(()) };
            let turns = Arc::new(Turns::of(turns, |at| asking(&part.probes, way, at)));
            let over: Over = {
                let turns = Arc::clone(&turns);
                Arc::new(move |probe| turns.over(probe))
            };
            let decided = self.part(way, &part, &over, running).await?;
            drop((over, turns, seat));
            for later in self.later(way, &part, &decided, &mut looked_twice)? {
                if let Some(running) = running {
                    running.owes(later.probes.iter().map(|(_, planned)| planned.probe.clone()));
                }
                parts.push(later);
            }
        }
        Ok(())
    }

    /// Asks one part; gives back what it decided.
    async fn part(
        &self,
        way: &Way<'_>,
        part: &Part,
        over: &Over,
        running: &mut Option<Running>,
    ) -> Result<Vec<Decided>, Trouble> {
        if running.is_none() {
            let planned = way.chosen.probes.iter().map(|(_, planned)| planned.clone()).collect();
            *running = Some(self.desk.begin(way.app, planned, way.steps.clone(), self.stop.clone()).await?);
        }
        let Some(run) = running else { return Ok(Vec::new()) };
        let before = run.decided().len();
        let door = self.desk.door_of(way.keys.clone(), Some(self.desk.store.shelf(self.desk.id(way.app)?)))?;
        let sight = self.desk.sight(way.app, Arc::clone(&way.chosen.settings), door)?;
        let sight = Sight { reach: self.wanted.reach, ..sight };
        run.ask(&part.probes, sight, over).await;
        Ok(run.decided().get(before..).unwrap_or_default().to_vec())
    }

    /// Puts the probes of systems that are closed for now off until those open, and gives back the rest. What is closed for
    /// too long, or was too often, is not put off: its gap is the answer.
    fn put_off(&self, way: &Way<'_>, part: Part, parts: &mut Vec<Part>) -> Part {
        let now = self.desk.clock.now();
        let mut rest = Vec::new();
        let mut waiting: BTreeMap<(DateTime<Utc>, System), Vec<Asked>> = BTreeMap::new();
        for it in part.probes {
            let closed = asked(it.0.meta(), &way.chosen.settings).filter_map(|system| counter(system, way.keys));
            let closed = closed.filter_map(|counter| Some((self.closed(&counter)?, counter.0))).max();
            match closed
                .filter(|(until, _)| self.wanted.wait && part.waits < MOST_WAITS && *until > now && *until - now <= LONGEST_WAIT)
            {
                Some(closed) => waiting.entry(closed).or_default().push(it),
                None => rest.push(it),
            }
        }
        for ((until, system), probes) in waiting {
            let _ = self.tell.send(Told::Waits { app: way.app.clone(), system, probes: probes.len(), until });
            parts.push(Part { at: until, probes, waits: part.waits + 1 });
        }
        Part { probes: rest, ..part }
    }

    /// What is asked once more: probes that a closed system turned away in the middle, and fails that need a second look.
    fn later(
        &self,
        way: &Way<'_>,
        part: &Part,
        decided: &[Decided],
        looked_twice: &mut BTreeSet<ProbeId>,
    ) -> Result<Vec<Part>, Trouble> {
        if self.stop.is_cancelled() {
            return Ok(Vec::new());
        }
        let now = self.desk.clock.now();
        let of = |probe: &ProbeId| part.probes.iter().find(|(_, planned)| planned.probe == *probe).cloned();
        let mut turned_away: BTreeMap<(DateTime<Utc>, System), Vec<Asked>> = BTreeMap::new();
        for (probe, verdict, ..) in decided {
            let Some(gap) = verdict.outcome.gap().filter(|gap| gap.kind == GapKind::RateLimited) else { continue };
            if let (Some(until), Some(system), Some(it)) = (gap.until, gap.system, of(probe))
                && self.wanted.wait
                && part.waits < MOST_WAITS
                && until - now <= LONGEST_WAIT
            {
                turned_away.entry((until, system)).or_default().push(it);
            }
        }
        let mut parts = Vec::new();
        for ((until, system), probes) in turned_away {
            let _ = self.tell.send(Told::Waits { app: way.app.clone(), system, probes: probes.len(), until });
            parts.push(Part { at: until, probes, waits: part.waits + 1 });
        }
        let failed = decided.iter().filter(|(_, verdict, ..)| verdict.outcome == Outcome::Fail).map(|(probe, ..)| probe);
        let twice = |probe: &&ProbeId| self.desk.book.get(*probe).is_some_and(|it| it.confirm > 1);
        let fresh: Vec<ProbeId> = failed.filter(twice).filter(|it| !looked_twice.contains(*it)).cloned().collect();
        if self.wanted.confirm && !fresh.is_empty() {
            let board = self.desk.board(way.app)?;
            let words = || board.items.iter().flat_map(|it| it.words.iter());
            let suspected: Vec<ProbeId> =
                fresh.into_iter().filter(|it| words().any(|word| word.suspected && word.probe == *it)).collect();
            if !suspected.is_empty() {
                // A second more than it takes, for clocks that are read in between.
                let at = now + APART + TimeDelta::seconds(1);
                let probes = suspected.iter().filter_map(of).collect();
                looked_twice.extend(suspected.iter().cloned());
                let _ = self.tell.send(Told::Again { app: way.app.clone(), probes: suspected, at });
                parts.push(Part { at, probes, waits: 0 });
            }
        }
        Ok(parts)
    }
}

fn earliest(parts: &mut Vec<Part>) -> Option<Part> {
    let first = (0..parts.len()).min_by_key(|n| parts.get(*n).map(|part| part.at))?;
    Some(parts.remove(first))
}

fn counters(probes: &[Asked], way: &Way<'_>) -> BTreeSet<Counter> {
    let systems: BTreeSet<System> = probes.iter().flat_map(|(probe, _)| asked(probe.meta(), &way.chosen.settings)).collect();
    systems.into_iter().filter_map(|system| counter(system, way.keys)).collect()
}

/// The probes that ask at this counter.
fn asking(probes: &[Asked], way: &Way<'_>, at: &Counter) -> BTreeSet<ProbeId> {
    let asks = |probe: &'static dyn AnyProbe| {
        asked(probe.meta(), &way.chosen.settings).any(|system| counter(system, way.keys).as_ref() == Some(at))
    };
    probes.iter().filter(|(probe, _)| asks(*probe)).map(|(_, planned)| planned.probe.clone()).collect()
}

/// Each probe once, by its last look, in the order of the first ones.
fn newest(decided: Vec<Decided>) -> Vec<Decided> {
    let mut once: Vec<Decided> = Vec::with_capacity(decided.len());
    for look in decided {
        match once.iter_mut().find(|known| known.0 == look.0) {
            Some(known) => *known = look,
            None => once.push(look),
        }
    }
    once
}
