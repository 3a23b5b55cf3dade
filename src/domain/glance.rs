//! One app's items and probes in one short line of text: what a question across hundreds of apps has to look up, kept
//! beside the portfolio's row. It is made from a board and decides nothing; what it does not name is not known.

use super::{Assessment, Board, Decides, GapKind, Outcome, ProbeWord, RuleState, Truth};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use strum::VariantArray;

/// The line. An entry is `;ID=` and four letters for an item (truth, work, gap, silence) or two for a probe (word, gap):
/// short enough to be searched as text, so that reading five hundred apps parses none of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Glance(String);

/// Why nobody knows whether a rule holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Silence {
    /// The last look could not see, for this reason.
    Unseen(GapKind),
    /// Everything was seen, and a person's judgement is missing.
    Unjudged,
    /// It was seen, too long ago to count.
    Aged,
    /// Nobody has looked.
    Never,
    /// The app's facts cannot all be read: nothing that is judged from them is known.
    Unreadable,
    /// The app's checklist has no such item, or no item of it asks that probe.
    Elsewhere,
}

/// An item at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ItemGlance {
    pub truth: Truth,
    /// `todo`, `doing`, `blocked` or `planned`; always `todo` when it is done.
    pub work: &'static str,
    /// The newest gap among its probes.
    pub gap: Option<GapKind>,
    /// Why its rule is undecided; none when it is decided.
    pub silence: Option<Silence>,
}

/// A probe at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProbeGlance {
    /// `pass`, `fail` or `not_applicable` as it counts today; none when it says nothing.
    pub word: Option<&'static str>,
    /// Why the last look saw nothing, if it saw nothing.
    pub gap: Option<GapKind>,
    /// It had decided, too long ago to count.
    pub aged: bool,
}

impl ProbeGlance {
    /// Why it says nothing; none when it says something.
    #[must_use]
    pub fn silence(&self) -> Option<Silence> {
        match (self.word, self.gap) {
            (Some(_), _) => None,
            (None, Some(GapKind::NeedsJudgement)) => Some(Silence::Unjudged),
            (None, Some(gap)) => Some(Silence::Unseen(gap)),
            (None, None) if self.aged => Some(Silence::Aged),
            (None, None) => Some(Silence::Never),
        }
    }
}

/// The words for work.
pub(super) const WORKS: [&str; 4] = ["todo", "doing", "blocked", "planned"];
const WORDS: [&str; 3] = ["pass", "fail", "not_applicable"];
const NOTHING: char = '-';

impl Glance {
    /// Whether it holds nothing: what is not even known to have items was not read. Every checklist has items.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.0.is_empty()
    }

    /// The board in one line.
    #[must_use]
    pub fn of(board: &Board) -> Self {
        let mut line = String::new();
        let mut probes: BTreeMap<&str, ProbeGlance> = BTreeMap::new();
        for it in &board.items {
            let _ = write!(line, ";{}={}", it.item, item_letters(&item(it)));
            for word in &it.words {
                let glance = probe(word);
                let known = probes.entry(word.probe.as_str()).or_insert(glance);
                // One probe may serve items of different freshness: what still counts somewhere is its word.
                if known.word.is_none() && glance.word.is_some() {
                    *known = glance;
                }
            }
        }
        for (id, glance) in probes {
            let _ = write!(line, ";{id}={}", probe_letters(&glance));
        }
        Self(line)
    }

    /// An item; none when the app's checklist has none of that id.
    #[must_use]
    pub fn item(&self, id: &str) -> Option<ItemGlance> {
        item_of(self.entry(id)?)
    }

    /// A probe; none when no item of the app's checklist asks it.
    #[must_use]
    pub fn probe(&self, id: &str) -> Option<ProbeGlance> {
        probe_of(self.entry(id)?)
    }

    /// Every item with its id.
    pub fn items(&self) -> impl Iterator<Item = (&str, ItemGlance)> {
        self.entries().filter(|(id, _)| !id.contains('.')).filter_map(|(id, letters)| Some((id, item_of(letters)?)))
    }

    /// Every probe with its id.
    pub fn probes(&self) -> impl Iterator<Item = (&str, ProbeGlance)> {
        self.entries().filter(|(id, _)| id.contains('.')).filter_map(|(id, letters)| Some((id, probe_of(letters)?)))
    }

    fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.split(';').filter_map(|entry| entry.split_once('='))
    }

    /// The letters of an id, found without reading what stands before it.
    fn entry(&self, id: &str) -> Option<&str> {
        let mut rest = self.0.as_str();
        // Nothing is found everywhere, and would never be passed.
        if id.is_empty() {
            return None;
        }
        loop {
            let at = rest.find(id)?;
            let (before, found) = rest.split_at(at);
            let after = found.get(id.len()..)?;
            if before.ends_with(';')
                && let Some(letters) = after.strip_prefix('=')
            {
                return letters.split(';').next();
            }
            rest = after;
        }
    }
}

fn item(it: &Assessment) -> ItemGlance {
    let decided = !matches!(it.truth, Truth::Open | Truth::Stale);
    ItemGlance {
        truth: it.truth,
        work: it.work.word(),
        gap: it.gap.as_ref().map(|gap| gap.kind),
        silence: if decided { None } else { Some(silence(it)) },
    }
}

/// Why an open or stale item is not decided. What hides something comes first: a judgement cannot mend that.
fn silence(it: &Assessment) -> Silence {
    let gap = it.gap.as_ref().map(|gap| gap.kind);
    if let Some(kind) = gap.filter(|kind| it.unseen && *kind != GapKind::NeedsJudgement) {
        return Silence::Unseen(kind);
    }
    if it.judgement.is_some() || it.words.iter().any(|word| word.aged) {
        return Silence::Aged;
    }
    let waits_for_a_person = it.decides != Decides::Probe && it.rule == RuleState::Holds;
    if it.by_hand || gap == Some(GapKind::NeedsJudgement) || waits_for_a_person {
        return Silence::Unjudged;
    }
    let is_silent = |word: &ProbeWord| word.not_applicable.is_none() && word.speaks().is_none();
    match gap {
        Some(kind) => Silence::Unseen(kind),
        None if it.words.iter().any(is_silent) => Silence::Never,
        None => Silence::Unjudged,
    }
}

fn probe(word: &ProbeWord) -> ProbeGlance {
    let says = match word.speaks() {
        _ if word.not_applicable.is_some() => Some("not_applicable"),
        Some(Outcome::Pass) => Some("pass"),
        Some(Outcome::Fail) => Some("fail"),
        Some(Outcome::NotApplicable { .. }) => Some("not_applicable"),
        Some(Outcome::Undecided { .. }) | None => None,
    };
    ProbeGlance { word: says, gap: word.gap.as_ref().map(|gap| gap.kind), aged: word.aged }
}

fn letter(at: usize) -> char {
    u8::try_from(at).ok().and_then(|at| b'A'.checked_add(at)).map_or(NOTHING, char::from)
}

fn index(letter: char) -> Option<usize> {
    if letter.is_ascii_uppercase() { (letter as usize).checked_sub('A' as usize) } else { None }
}

fn of<T: PartialEq>(all: &[T], one: Option<&T>) -> char {
    one.and_then(|one| all.iter().position(|it| it == one)).map_or(NOTHING, letter)
}

fn item_letters(it: &ItemGlance) -> String {
    let silence = match it.silence {
        None => NOTHING,
        Some(Silence::Unseen(_)) => 'u',
        Some(Silence::Unjudged) => 'j',
        Some(Silence::Aged) => 'a',
        Some(Silence::Never | Silence::Unreadable | Silence::Elsewhere) => 'n',
    };
    let letters =
        [of(Truth::VARIANTS, Some(&it.truth)), of(&WORKS, Some(&it.work)), of(GapKind::VARIANTS, it.gap.as_ref()), silence];
    letters.into_iter().collect()
}

fn item_of(letters: &str) -> Option<ItemGlance> {
    let mut letters = letters.chars();
    let truth = *Truth::VARIANTS.get(index(letters.next()?)?)?;
    let work = *WORKS.get(index(letters.next()?)?)?;
    let gap = index(letters.next()?).and_then(|at| GapKind::VARIANTS.get(at)).copied();
    let silence = match letters.next()? {
        'u' => Some(gap.map_or(Silence::Never, Silence::Unseen)),
        'j' => Some(Silence::Unjudged),
        'a' => Some(Silence::Aged),
        'n' => Some(Silence::Never),
        _ => None,
    };
    Some(ItemGlance { truth, work, gap, silence })
}

fn probe_letters(it: &ProbeGlance) -> String {
    let word = if it.word.is_none() && it.aged { 'a' } else { of(&WORDS, it.word.as_ref()) };
    [word, of(GapKind::VARIANTS, it.gap.as_ref())].into_iter().collect()
}

fn probe_of(letters: &str) -> Option<ProbeGlance> {
    let mut letters = letters.chars();
    let first = letters.next()?;
    let word = index(first).and_then(|at| WORDS.get(at)).copied();
    let gap = index(letters.next()?).and_then(|at| GapKind::VARIANTS.get(at)).copied();
    Some(ProbeGlance { word, gap, aged: first == 'a' })
}

#[cfg(test)]
mod tests;
