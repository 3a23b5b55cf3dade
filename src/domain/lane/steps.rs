//! Steps that stand in the lane for the items that nobody can see yet: ask the client, say what the app uses, look again. One
//! row each, however many items they open; none that would open nothing of today.

use super::rank::{Closed, Rank, rank};
use super::why::opening;
use crate::domain::checklist::Effort;
use crate::domain::headline::is_live;
use crate::domain::ledger::Ledger;
use crate::domain::opening::{self, Held, Key};
use crate::domain::state::{NowRow, Step, StepKind, Task};
use crate::domain::{Assessment, Checklist, Foreign, GapKind, Item, Opens, ProbeWord, System};
use std::collections::BTreeSet;

/// Everything that the lane knows when it makes steps.
pub(super) struct Ground<'a> {
    pub checklist: &'a Checklist,
    pub items: &'a [Assessment],
    pub closed: &'a Closed,
    pub ledger: &'a Ledger<'a>,
    pub held: &'a Held,
}

impl Ground<'_> {
    /// The steps that are worth a row, of the keys that items of today lack.
    pub(super) fn steps(&self, is_due: &dyn Fn(&Item, &Assessment) -> bool) -> Vec<NowRow> {
        let left = || self.checklist.items.iter().zip(self.items).filter(|(_, it)| !opening::is_settled(it.truth));
        let mut keys: BTreeSet<Key> = BTreeSet::new();
        for (item, it) in left() {
            let lack = opening::lack(item, it, self.held);
            keys.extend(lack.keys.iter().chain(&lack.beside));
        }
        let kinds = [StepKind::Look, StepKind::Ask, StepKind::Connect];
        let row = |kind: StepKind| {
            let own: BTreeSet<Key> = keys.iter().copied().filter(|key| of(*key) == kind).collect();
            let opens = opening::opens(&own, self.checklist, self.items, self.held, is_live(self.ledger));
            let due: Vec<(&Item, &Assessment)> =
                left().filter(|(item, it)| is_due(item, it) && opens.items().any(|id| *id == it.item)).collect();
            (!due.is_empty()).then(|| self.row(kind, &own, opens, &due))
        };
        kinds.into_iter().filter_map(row).collect()
    }

    fn row(&self, kind: StepKind, keys: &BTreeSet<Key>, opens: Opens, due: &[(&Item, &Assessment)]) -> NowRow {
        let systems: Vec<System> = keys.iter().filter_map(|key| system(*key)).collect();
        let refused = self.systems_of(&[GapKind::BadCredential, GapKind::NoPermission]);
        let step = Step {
            kind,
            again: systems.iter().copied().filter(|it| kind == StepKind::Ask && refused.contains(it)).collect(),
            systems,
            permission: keys.iter().any(|key| matches!(key, Key::Permission(_))),
            first: kind == StepKind::Look && !self.items.iter().flat_map(|it| &it.words).any(|word| word.ms.is_some()),
            opens,
        };
        let rank = self.rank(&step, due);
        let why = Foreign::new(self.why(&step));
        NowRow { task: Task::Step(step), why, effort: Effort::S, after: Vec::new(), emergency: Vec::new(), rank }
    }

    /// What it could bring to light: the danger of each item that is for today, as far as nobody knows better; half of it
    /// where it only helps.
    fn rank(&self, step: &Step, due: &[(&Item, &Assessment)]) -> Rank {
        let mut urgent = false;
        let mut score = 0_u32;
        for (item, it) in due.iter().filter(|(_, it)| !it.truth.is_failing()) {
            let own = rank(&Item { effort: Effort::S, ..(*item).clone() }, it, self.closed, self.ledger);
            urgent |= own.urgent;
            let part = if step.opens.whole.contains(&it.item) { own.score } else { own.score / 2 };
            score = score.saturating_add(part);
        }
        Rank { urgent, on_fire: false, severity: None, reach: 0, public: false, live: false, score }
    }

    fn why(&self, step: &Step) -> String {
        let opens = opening(&step.opens);
        match step.kind {
            StepKind::Ask if !step.again.is_empty() => format!("{opens}; a key that we hold is refused or may not see enough"),
            StepKind::Ask => format!("{opens}; an answer takes days, so ask early"),
            StepKind::Connect => opens,
            StepKind::Look if step.first => format!("{opens}; takes seconds, changes nothing"),
            StepKind::Look => match (self.renewed(), self.blinded()) {
                (Some(system), _) => {
                    format!("{opens}; the last look was made before the key of {} that is here now", system.title())
                }
                (None, Some(why)) => format!("{opens}; last time {why}"),
                (None, None) => format!("{opens}; the last look is too old or was never made"),
            },
        }
    }

    /// A system whose credential came after the look that missed it.
    fn renewed(&self) -> Option<System> {
        let word = self.left().find(|word| self.held.is_past(word))?;
        Some(word.gap.as_ref().and_then(|gap| gap.system).unwrap_or(word.system))
    }

    /// Why the last look saw nothing, where another look may see.
    fn blinded(&self) -> Option<String> {
        let gap = self.left().filter_map(|word| word.gap.as_ref()).find(|gap| {
            matches!(gap.kind, GapKind::RateLimited | GapKind::Unreachable | GapKind::VendorFault | GapKind::TimedOut)
        })?;
        Some(gap.says.cut(70))
    }

    fn systems_of(&self, kinds: &[GapKind]) -> BTreeSet<System> {
        let gaps = self.left().filter(|word| !self.held.is_past(word)).filter_map(|word| Some((word, word.gap.as_ref()?)));
        gaps.filter(|(_, gap)| kinds.contains(&gap.kind)).map(|(word, gap)| gap.system.unwrap_or(word.system)).collect()
    }

    /// The words of probes that may look, of items that are left.
    fn left(&self) -> impl Iterator<Item = &ProbeWord> {
        let words = self.items.iter().filter(|it| !opening::is_settled(it.truth)).flat_map(|it| &it.words);
        words.filter(|word| word.not_applicable.is_none())
    }
}

/// Which step brings a key.
fn of(key: Key) -> StepKind {
    match key {
        Key::Access(_) | Key::Permission(_) => StepKind::Ask,
        Key::Connection(_) => StepKind::Connect,
        Key::Look => StepKind::Look,
    }
}

fn system(key: Key) -> Option<System> {
    match key {
        Key::Access(system) | Key::Connection(system) => Some(system),
        Key::Permission(_) | Key::Look => None,
    }
}
