//! The same pass over an item's facts, kept for what it rested on: at each moment it notes which looks lay on the table.
//! It judges as the pass itself judges, by the same standing, and nothing else.

use super::{Event, Happened, Panel};
use crate::domain::ledger::{Era, Ledger};
use crate::domain::{Finding, Item, ProbeBook};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

/// An item watched through its time.
pub(in crate::domain) struct Watch<'w, 'l> {
    pub(in crate::domain) ledger: &'l Ledger<'l>,
    pub(in crate::domain) book: &'l ProbeBook,
    /// The moments at which all that lay there stays, oldest first.
    pub(in crate::domain) moments: &'w [DateTime<Utc>],
}

/// What a tick rests on, by places in the order of the counting facts.
struct Tick {
    rests: Vec<u32>,
    /// When it ends by age.
    until: DateTime<Utc>,
}

impl<'l> Watch<'_, 'l> {
    /// Adds the places of the looks that the item rests on, or rested on.
    pub(in crate::domain) fn item(&self, item: &'l Item, into: &mut BTreeSet<u32>) {
        for era in self.ledger.eras(item) {
            if let Some(version) = era.item {
                let mut panel = Panel::new(version, self.ledger, self.book);
                self.era(&mut panel, era, into);
            }
        }
    }

    fn era(&self, panel: &mut Panel<'l>, era: Era<'_>, into: &mut BTreeSet<u32>) {
        let events = panel.events(self.ledger);
        let end = era.to.unwrap_or(DateTime::<Utc>::MAX_UTC);
        let mut moments = self.moments.iter().copied().filter(|at| *at < end).peekable();
        let mut leaks: BTreeSet<String> = BTreeSet::new();
        let mut tick: Option<Tick> = None;
        for moment in events.chunk_by(|a, b| a.at == b.at) {
            let Some(at) = moment.first().map(|it| it.at).filter(|at| *at < end) else { break };
            let mut is_watched = false;
            while moments.next_if(|it| *it < at).is_some() {
                is_watched = true;
            }
            if is_watched {
                into.extend(panel.on_the_table());
            }
            if let Some(aged) = tick.take_if(|it| it.until <= at) {
                into.extend(aged.rests);
            }
            for event in moment {
                panel.hear(event);
                into.extend(new_leak(panel.item, event, &mut leaks));
            }
            let standing = panel.standing(at);
            let rests = panel.on_the_table();
            match (standing.done.is_some(), tick.take()) {
                (true, before) => {
                    if before.is_none() {
                        into.extend(&rests);
                    }
                    tick = Some(Tick { rests, until: standing.until });
                }
                (false, Some(lost)) => {
                    into.extend(lost.rests);
                    into.extend(rests);
                }
                (false, None) => {}
            }
        }
        into.extend(tick.into_iter().flat_map(|it| it.rests));
        into.extend(panel.on_the_table());
    }
}

/// The place of a look that shows a leaked secret that none before it showed.
fn new_leak(item: &Item, event: &Event<'_>, leaks: &mut BTreeSet<String>) -> Option<u32> {
    let Happened::Look(_, look) = event.what else { return None };
    let leaked = look.outcome.verdict.findings.iter().filter(|it| item.rotation && it.exposed.is_some());
    let new = leaked.map(Finding::key).filter(|key| leaks.insert(key.clone())).count();
    (new > 0).then_some(look.order)
}

impl Panel<'_> {
    /// The places of all that lies before a reader now.
    fn on_the_table(&self) -> Vec<u32> {
        self.seats.iter().flat_map(super::Seat::on_the_table).map(|look| look.order).collect()
    }
}
