//! One pass over the counting facts of an item, oldest first: what stands at the end, and what was on the way.
//! It never looks ahead and never calls itself.

pub(super) mod behind;

use super::app::Use;
use super::ledger::{Era, Ledger, Look};
use super::people::{Attested, Said};
use super::rotation::Stated;
use super::rule::{Say, ToCome, Tree, Voice, Weighed};
use super::words::Seat;
use super::{Decides, Fact, FactBody, Item, Lost, ProbeBook, ProbeKind, RuleState, System};
use chrono::{DateTime, TimeDelta, Utc};

/// How an item is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    Verified,
    Attested,
}

/// What an item comes to at one moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    pub(super) weighed: Weighed,
    pub(super) done: Option<Done>,
    /// Until when it stays done without another look.
    pub(super) until: DateTime<Utc>,
}

/// What the pass met on its way.
#[derive(Debug, Default)]
pub(super) struct Past {
    pub(super) was_done: bool,
    /// The last moment with a fact at which it was done.
    pub(super) last_done: Option<DateTime<Utc>>,
    /// The last time it was lost and won back.
    pub(super) lost: Option<Lost>,
    failing_since: Option<DateTime<Utc>>,
    stretch: Option<Stretch>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Done,
    Fails,
    Neither,
}

#[derive(Debug, Clone, Copy)]
struct Stretch {
    class: Class,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
}

impl Past {
    pub(super) fn note(&mut self, at: DateTime<Utc>, standing: &Standing) {
        let class = match (standing.done, standing.weighed.rule) {
            (Some(_), _) => Class::Done,
            (None, RuleState::Fails | RuleState::Accepted) => Class::Fails,
            (None, _) => Class::Neither,
        };
        match class {
            Class::Done => {
                self.was_done = true;
                self.last_done = Some(at);
                if let Some(from) = self.failing_since.take() {
                    self.lost = Some(Lost { from, to: at });
                }
            }
            Class::Fails if self.was_done && self.failing_since.is_none() => self.failing_since = Some(at),
            _ => {}
        }
        let until = if class == Class::Done { standing.until } else { DateTime::<Utc>::MAX_UTC };
        self.stretch = Some(match self.stretch {
            Some(last) if last.class == class && at < last.until => Stretch { until, ..last },
            _ => Stretch { class, since: at, until },
        });
    }

    /// Since when it is done, or its rule fails, or neither; an end by age is the moment of that age.
    pub(super) fn since(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.stretch.map(|it| if now >= it.until { it.until } else { it.since })
    }
}

/// What lies on the table for one item: its probes, what people said, its rule.
#[derive(Debug)]
pub(super) struct Panel<'l> {
    pub(super) item: &'l Item,
    pub(super) tree: Tree,
    pub(super) seats: Vec<Seat<'l>>,
    pub(super) said: Said<'l>,
    pub(super) voices: Vec<Voice>,
    rotations: Stated<'l>,
    /// The engagement was closed.
    pub(super) closed: bool,
    /// A system that the app uses has its probe still to come.
    to_come_in_use: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Happened<'l> {
    Look(usize, &'l Look<'l>),
    Said(&'l Fact),
    Rotation(&'l Fact),
    Closed,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Event<'l> {
    order: u32,
    pub(super) at: DateTime<Utc>,
    pub(super) what: Happened<'l>,
}

/// Reads every fact about `item` up to the ledger's moment.
pub(super) fn sweep<'l>(item: &'l Item, ledger: &'l Ledger<'l>, book: &'l ProbeBook) -> (Panel<'l>, Past) {
    let (mut panel, mut past, from) = begin(item, ledger, book);
    panel.run(ledger, Era { from, to: None, item: Some(item) }, &mut past);
    (panel, past)
}

/// Reads what happened before the item read as it does now: its panel of now, still empty, what the pass met until then,
/// and the moment since which it reads so.
pub(super) fn begin<'l>(item: &'l Item, ledger: &'l Ledger<'l>, book: &'l ProbeBook) -> (Panel<'l>, Past, DateTime<Utc>) {
    let mut past = Past::default();
    let eras = ledger.eras(item);
    let (_, earlier) = eras.split_last().unwrap_or((&Era { from: DateTime::<Utc>::MIN_UTC, to: None, item: None }, &[]));
    for era in earlier {
        if let Some(version) = era.item {
            let mut panel = Panel::new(version, ledger, book);
            panel.run(ledger, *era, &mut past);
        }
    }
    let from = eras.last().map_or(DateTime::<Utc>::MIN_UTC, |it| it.from);
    (Panel::new(item, ledger, book), past, from)
}

impl<'l> Panel<'l> {
    fn new(item: &'l Item, ledger: &'l Ledger<'l>, book: &'l ProbeBook) -> Self {
        let probes = item.rule.probes();
        let tree = Tree::new(&item.rule, &probes);
        let seats: Vec<_> = probes.into_iter().map(|probe| Seat::new(probe, item, ledger, book)).collect();
        let voices = Vec::with_capacity(seats.len());
        let named = item.to_come.iter().filter_map(|it| it.parse::<System>().ok());
        let to_come_in_use = named.into_iter().any(|system| *ledger.usage(system) == Use::Yes);
        Self { item, tree, seats, said: Said::default(), voices, rotations: Stated::default(), closed: false, to_come_in_use }
    }

    pub(super) fn events(&self, ledger: &'l Ledger<'l>) -> Vec<Event<'l>> {
        let most = self.seats.iter().map(|seat| seat.looks.len()).sum::<usize>();
        let mut events = Vec::with_capacity(most + 8);
        for (position, seat) in self.seats.iter().enumerate() {
            let heard = seat.looks.iter().filter(|look| seat.counts(look));
            events.extend(heard.map(|look| Event { order: look.order, at: look.at, what: Happened::Look(position, look) }));
        }
        let said = ledger.of_item(self.item.id.as_str()).iter();
        events.extend(said.map(|(order, fact)| Event { order: *order, at: fact.at, what: Happened::Said(fact) }));
        if self.item.rotation {
            let stated = ledger.rotations().iter();
            events.extend(stated.map(|(order, fact)| Event { order: *order, at: fact.at, what: Happened::Rotation(fact) }));
        }
        let closings = ledger.closings().iter();
        events.extend(closings.map(|(order, at)| Event { order: *order, at: *at, what: Happened::Closed }));
        // Each part is in order already; the stable sort merges such runs in linear time.
        events.sort_by_key(|it| it.order);
        events
    }

    /// Hears what happened before the era's end and notes each moment within the era, after all facts of that moment.
    fn run(&mut self, ledger: &'l Ledger<'l>, era: Era<'_>, past: &mut Past) {
        let events = self.events(ledger);
        let end = era.to.unwrap_or(DateTime::<Utc>::MAX_UTC);
        let mut noted = (era.from == DateTime::<Utc>::MIN_UTC).then_some(era.from);
        for moment in events.chunk_by(|a, b| a.at == b.at) {
            let Some(at) = moment.first().map(|it| it.at).filter(|at| *at < end) else { break };
            if at > era.from {
                self.note_until(at, era.from, noted, past);
            }
            for event in moment {
                self.hear(event);
            }
            if at >= era.from {
                past.note(at, &self.standing(at));
                noted = Some(at);
            }
        }
        // Now itself is noted too.
        let after_now = ledger.now().checked_add_signed(TimeDelta::nanoseconds(1)).unwrap_or(DateTime::<Utc>::MAX_UTC);
        self.note_until(end.min(after_now), era.from, noted, past);
    }

    /// Notes the beginning of the era, if that was not done, and the moments before `to` at which a not-applicable aged.
    /// Ageing ends what is done and begins nothing, with that one exception: where a place is unknown again, and a
    /// person's word stands in for it, a rule that failed is open.
    /// Returns the last moment that is noted.
    pub(super) fn note_until(
        &mut self,
        to: DateTime<Utc>,
        from: DateTime<Utc>,
        noted: Option<DateTime<Utc>>,
        past: &mut Past,
    ) -> DateTime<Utc> {
        let mut last = noted.unwrap_or_else(|| {
            past.note(from, &self.standing(from));
            from
        });
        let next =
            |seats: &[Seat<'_>], last| seats.iter().filter_map(Seat::becomes_unknown).filter(|at| *at > last && *at < to).min();
        while let Some(at) = next(&self.seats, last) {
            past.note(at, &self.standing(at));
            last = at;
        }
        last
    }

    pub(super) fn hear(&mut self, event: &Event<'l>) {
        match event.what {
            // Where only looks after the closing count, those before it are not heard.
            Happened::Look(..) if self.awaits_closing() => {}
            Happened::Look(position, look) => {
                let saw = self.said.attested.map(|it| it.saw);
                if let Some(seat) = self.seats.get_mut(position) {
                    seat.hear(look);
                    seat.compare(saw);
                    // One secret may be known to several probes: the earliest look says since when it lay open.
                    self.rotations.learn(seat.leaked());
                }
                if self.item.rotation {
                    self.seats.iter_mut().for_each(|seat| seat.settle_rotation(&self.rotations));
                }
            }
            Happened::Said(fact) => {
                self.said.hear(fact, self.item.judged_for);
                if let FactBody::Attested { saw, .. } = &fact.body {
                    self.seats.iter_mut().for_each(|seat| seat.compare(Some(saw)));
                }
            }
            Happened::Rotation(fact) => {
                self.rotations.hear(fact);
                self.seats.iter_mut().for_each(|seat| seat.settle_rotation(&self.rotations));
            }
            Happened::Closed => {
                self.closed = true;
                self.said.close(event.at, self.item.judged_for);
                let saw = self.said.attested.map(|it| it.saw);
                for seat in &mut self.seats {
                    seat.close();
                    seat.compare(saw);
                }
            }
        }
    }

    /// The judgement that holds at `moment`: not ended, and nothing lies on the table that it did not see.
    pub(super) fn holding(&self, moment: DateTime<Utc>) -> Option<Attested<'l>> {
        self.said.attested.filter(|it| it.stands(moment) && !self.seats.iter().any(|seat| seat.unread))
    }

    /// What the item comes to at `moment`. Leaves the voices of that moment in the panel.
    pub(super) fn standing(&mut self, moment: DateTime<Utc>) -> Standing {
        self.voices.clear();
        let not_due = self.awaits_closing();
        self.voices.extend(self.seats.iter().map(|seat| {
            let voice = seat.voice(moment);
            Voice { blind: voice.blind && !not_due, ..voice }
        }));
        let weighed = self.tree.weigh(&self.voices, self.item.absent_is_fine).awaiting(self.to_come());
        let (done, until) = match self.done(&weighed, moment) {
            Some((done, until)) => (Some(done), until),
            None => (None, moment),
        };
        Standing { weighed, done, until }
    }

    /// What cannot be looked at yet because its probes are to come.
    fn to_come(&self) -> ToCome {
        match (self.item.to_come.is_empty(), self.to_come_in_use) {
            (true, _) => ToCome::Nothing,
            (false, false) => ToCome::Elsewhere,
            (false, true) => ToCome::InUse,
        }
    }

    /// Its probes are only asked at the closing, and that has not come: nothing is unseen yet.
    pub(super) fn awaits_closing(&self) -> bool {
        self.item.fresh == super::Freshness::AtClose && !self.closed
    }

    fn done(&self, weighed: &Weighed, moment: DateTime<Utc>) -> Option<(Done, DateTime<Utc>)> {
        if self.said.not_applicable.is_some() {
            return None;
        }
        match weighed.rule {
            RuleState::Holds if self.item.decides == Decides::Probe => Some((Done::Verified, weighed.until)),
            RuleState::Holds => self.holding(moment).map(|it| (Done::Verified, weighed.until.min(it.until))),
            RuleState::Open if !weighed.absent => {
                let word = self.holding(moment).filter(|it| it.proof.is_some() && self.unnamed(it).next().is_none())?;
                let ages = self.proofs().filter(|(seat, voice)| {
                    matches!(voice.say, Say::Pass | Say::NotApplicable | Say::Rotated) && !word.stands_for.contains(seat.probe)
                });
                Some((Done::Attested, ages.map(|(_, voice)| voice.until).fold(word.until, Ord::min)))
            }
            _ => None,
        }
    }

    /// The proofs with what they say at the moment of the last standing.
    pub(super) fn proofs(&self) -> impl Iterator<Item = (&Seat<'l>, &Voice)> {
        self.seats.iter().zip(&self.voices).filter(|(_, voice)| voice.kind == ProbeKind::Proof)
    }

    /// Unseen proofs that a judgement does not stand in for.
    pub(super) fn unnamed(&self, word: &Attested<'l>) -> impl Iterator<Item = &Seat<'l>> {
        let named = word.stands_for;
        let unseen = self.proofs().filter(|(_, voice)| voice.say == Say::Undecided).map(|(seat, _)| seat);
        unseen.filter(move |seat| !named.contains(seat.probe))
    }
}
