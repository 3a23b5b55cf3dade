//! The smallest rights that a key needs for this app: those that its own probes say they need, each once, with what it
//! shows. It knows no vendor's page.

use super::build::Making;
use super::model::Needs;
use crate::domain::{Assessment, Gap, GapKind, ProbeWord, System, Truth};
use std::collections::BTreeSet;

/// A right as a vendor's page calls it, and what it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    pub name: String,
    pub shows: Vec<String>,
    /// What to know where the page lists it.
    pub know: Option<String>,
}

impl Making<'_> {
    /// The probes that look for this app, with their items: of every item that applies, since a tick has to be seen anew
    /// each week.
    pub(super) fn looking(&self) -> impl Iterator<Item = (&Assessment, &ProbeWord)> {
        let items = self.request.board.items.iter().filter(|it| !matches!(it.truth, Truth::NotApplicable | Truth::Waived));
        items.flat_map(|it| it.words.iter().filter(|word| word.not_applicable.is_none()).map(move |word| (it, word)))
    }

    /// The rights at `system` that these probes need.
    pub(super) fn rights<'w>(&self, words: impl Iterator<Item = &'w ProbeWord>, system: System) -> Vec<Wanted> {
        let mut wanted: Vec<Wanted> = Vec::new();
        let mut add = |name: &str, shows: &str, know: Option<&String>| match wanted.iter_mut().find(|it| it.name == name) {
            Some(known) if known.shows.iter().any(|it| it == shows) => {}
            Some(known) => known.shows.push(shows.to_owned()),
            None => wanted.push(Wanted { name: name.to_owned(), shows: vec![shows.to_owned()], know: know.cloned() }),
        };
        let mut seen = BTreeSet::new();
        for word in words {
            let Some(Needs { system: own, needs }) = self.request.needs.get(&word.probe) else { continue };
            for need in needs.iter().filter(|need| seen.insert(**need)) {
                match self.words.right.iter().find(|it| it.need == **need) {
                    Some(right) if right.system == system && !(right.checkout && self.has_checkout()) => {
                        add(&right.name, &right.shows, right.know.as_ref());
                    }
                    // A need without words is shown as the probe says it: asked for, rather than left out.
                    None if *own == system => add(need, &self.words.token.anything, None),
                    _ => {}
                }
            }
        }
        wanted
    }

    /// The rights that the key in hand lacks: those of the probes that were not let in, without those of the probes that
    /// were.
    pub(super) fn lacking(&self, system: System) -> Vec<Wanted> {
        let refused = |word: &ProbeWord| {
            let is_met = |gap: &Gap| gap.kind == GapKind::NoPermission && gap.system.unwrap_or(word.system) == system;
            word.gap.as_ref().is_some_and(is_met) && !self.held.is_past(word)
        };
        let all = self.rights(self.looking().map(|(_, word)| word).filter(|word| refused(word)), system);
        let served = |word: &&ProbeWord| word.system == system && word.gap.is_none() && word.speaks().is_some();
        let had = self.rights(self.looking().map(|(_, word)| word).filter(served), system);
        let left: Vec<Wanted> = all.iter().filter(|it| !had.iter().any(|known| known.name == it.name)).cloned().collect();
        if left.is_empty() { all } else { left }
    }
}
