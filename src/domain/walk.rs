//! The pass of `sweep` with a stop at every moment at which an item may read differently: at each fact about it, and where
//! age alone changes something. It tells what `assess` would say there and never looks ahead.

use super::ledger::Ledger;
use super::sweep::{Event, Happened, Panel, Past, begin};
use super::timeline::Step;
use super::words::Seat;
use super::{Gate, Item, ProbeBook, RunId, Truth, assess, stack};
use chrono::{DateTime, TimeDelta, Utc};

/// One item on its way through the facts of a ledger.
struct Walk<'l> {
    ledger: &'l Ledger<'l>,
    panel: Panel<'l>,
    past: Past,
    gate: Option<Gate>,
    /// The app is known to be without what the item is about.
    is_excluded: bool,
    /// Since when the item reads as it does.
    era: DateTime<Utc>,
    noted: Option<DateTime<Utc>>,
    /// From when on it is told.
    from: DateTime<Utc>,
    told: Option<DateTime<Utc>>,
    acceptance_turns: Vec<DateTime<Utc>>,
}

/// Tells what `item` is at `from` and at every later moment up to the ledger's at which that may change. The settings, the
/// checklist and the retractions must be the ledger's from `from` on.
pub(super) fn walk<'l>(
    item: &'l Item,
    ledger: &'l Ledger<'l>,
    book: &'l ProbeBook,
    from: DateTime<Utc>,
    tell: &mut dyn FnMut(Step),
) {
    let (panel, past, era) = begin(item, ledger, book);
    let events = panel.events(ledger);
    let mut walk = Walk {
        ledger,
        panel,
        past,
        gate: stack::gate(item, ledger),
        is_excluded: stack::excludes(item, ledger).is_some(),
        era,
        noted: (era == DateTime::<Utc>::MIN_UTC).then_some(era),
        from,
        told: None,
        acceptance_turns: ledger.acceptance_turns(),
    };
    for moment in events.chunk_by(|a, b| a.at == b.at) {
        walk.hear(moment, tell);
    }
    walk.tell_until(after(ledger.now()), tell);
}

fn after(at: DateTime<Utc>) -> DateTime<Utc> {
    at.checked_add_signed(TimeDelta::nanoseconds(1)).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

impl<'l> Walk<'l> {
    /// All that happened at one moment.
    fn hear(&mut self, moment: &[Event<'l>], tell: &mut dyn FnMut(Step)) {
        let Some(at) = moment.first().map(|it| it.at) else { return };
        if at > self.from {
            self.tell_until(at, tell);
        }
        self.note_until(at);
        for event in moment {
            self.panel.hear(event);
        }
        if at >= self.era {
            let standing = self.panel.standing(at);
            self.past.note(at, &standing);
            self.noted = Some(at);
        }
        if at >= self.from {
            let run = moment.iter().find_map(|event| match event.what {
                Happened::Look(_, look) => Some(look.outcome.run),
                _ => None,
            });
            self.stop(at, run, tell);
        }
    }

    fn note_until(&mut self, to: DateTime<Utc>) {
        if to > self.era {
            self.noted = Some(self.panel.note_until(to, self.era, self.noted, &mut self.past));
        }
    }

    /// Tells the beginning, if that was not done, and each moment before `to` at which age changes something.
    fn tell_until(&mut self, to: DateTime<Utc>, tell: &mut dyn FnMut(Step)) {
        if self.told.is_none() && self.from < to {
            self.note_until(after(self.from));
            self.stop(self.from, None, tell);
        }
        while let Some(at) = self.next().filter(|at| *at < to) {
            self.note_until(after(at));
            self.stop(at, None, tell);
        }
    }

    /// The next moment at which age, or a word about a finding, may change something.
    fn next(&self) -> Option<DateTime<Utc>> {
        let told = self.told?;
        let said = &self.panel.said;
        let ages = self.panel.seats.iter().filter_map(Seat::ages_at);
        let unknown = self.panel.seats.iter().filter_map(Seat::becomes_unknown);
        let judged = said.attested.filter(|it| it.ended.is_none()).map(|it| it.until);
        let turns = self.acceptance_turns.iter().copied();
        let moments = ages.chain(unknown).chain(judged).chain(said.waiver_ends()).chain(turns);
        moments.filter(|at| *at > told && *at < DateTime::<Utc>::MAX_UTC).min()
    }

    fn stop(&mut self, at: DateTime<Utc>, run: Option<RunId>, tell: &mut dyn FnMut(Step)) {
        self.told = Some(at);
        let is_gate = self.gate.is_some();
        for seat in &mut self.panel.seats {
            seat.settle_acceptance(self.ledger, is_gate, at);
        }
        let standing = self.panel.standing(at);
        let waiver = self.panel.said.waiver(is_gate, at);
        let is_out = self.is_excluded || self.panel.said.not_applicable.is_some() || standing.weighed.absent;
        let truth =
            if is_out { Truth::NotApplicable } else { assess::truth(&self.panel, &self.past, &standing, waiver.as_ref(), at) };
        let worst = if truth.is_failing() { assess::failing(&self.panel).filter_map(Seat::worst).max() } else { None };
        let has_probes = !self.panel.seats.is_empty();
        let unseen = !is_out && has_probes && self.panel.tree.is_unseen(&self.panel.voices);
        tell(Step { at, truth: Some(truth), gate: self.gate, unseen, worst, run });
        // What is accepted at one moment is no law for the next: the pass itself knows no acceptance.
        self.panel.seats.iter_mut().for_each(|seat| seat.accepted = false);
    }
}
