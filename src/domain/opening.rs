//! What would let us see: for each item the keys that its probes lack, and for any set of keys the items that it opens. An
//! item counts as opened only if all of its proofs could be seen then; anything less is help, and is called so.

use super::ledger::Ledger;
use super::{Assessment, Checklist, Consent, FactBody, GapKind, Gate, Item, ItemId, ProbeKind, ProbeWord, System, Truth};
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// One thing that somebody gives or does, and a probe sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// A credential of the system, or one that may see more.
    Access(System),
    /// The client's recorded permission to look in a way that needs one.
    Permission(Consent),
    /// Somebody says whether the app uses the system, and where it is.
    Connection(System),
    /// Another look: nobody looked yet, the last look is too old, or the vendor did not answer.
    Look,
}

/// What an item lacks before it can be seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lack {
    /// For its proofs; for its signs where it has no proof.
    pub keys: BTreeSet<Key>,
    /// For signs beside proofs: seeing them helps and decides nothing.
    pub beside: BTreeSet<Key>,
    /// Something stays in the dark whatever is given: a probe that is still to come, a plan that hides it, a sign that only
    /// lays evidence before a person.
    pub never_whole: bool,
    /// Nothing but those keys is missing now: until they are there, nobody can do anything for it.
    pub only_keys: bool,
}

/// What a set of keys does for an app.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Opens {
    /// Items of which all proofs could be seen.
    pub whole: Vec<ItemId>,
    /// Items of which some more could be seen.
    pub helps: Vec<ItemId>,
    /// How many of the first are urgent.
    pub urgent_whole: usize,
    /// How many of the second are urgent.
    pub urgent_helps: usize,
}

impl Opens {
    /// Every item that it opens or helps.
    pub fn items(&self) -> impl Iterator<Item = &ItemId> {
        self.whole.iter().chain(&self.helps)
    }

    /// How many of them are urgent.
    #[must_use]
    pub fn urgent(&self) -> usize {
        self.urgent_whole + self.urgent_helps
    }
}

/// Nothing is to be done about it, and what comes after it need not wait.
#[must_use]
pub fn is_settled(truth: Truth) -> bool {
    truth.is_done() || matches!(truth, Truth::NotApplicable | Truth::Waived)
}

/// A gate of now; or one that should have been closed before the users came, and is seen to be open, as the headline
/// says of it too.
#[must_use]
pub fn is_urgent(it: &Assessment, live: bool) -> bool {
    it.gate == Some(Gate::Now) || (it.gate == Some(Gate::Launch) && it.truth.is_failing() && live)
}

/// What is known beside the facts when somebody asks what would open an item.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Held {
    /// The widest permission of the client's that stands.
    pub permitted: Option<Consent>,
    /// Systems of probes that cannot be asked for want of a credential, each with the system whose credential it is: an
    /// archive of the repository is read with GitHub's.
    pub without: BTreeMap<System, System>,
    /// Since when each credential is the one that it is: what was missed, refused or too small before that says nothing of it.
    pub since: BTreeMap<System, DateTime<Utc>>,
    /// Systems whose credential was found just now: that there was none is past.
    pub found: BTreeSet<System>,
}

impl Held {
    /// What the facts alone tell.
    pub(super) fn of_facts(ledger: &Ledger<'_>) -> Self {
        Self { permitted: permitted(ledger), ..Self::default() }
    }

    /// Whether what a probe met was no fault of the credential that is here now: nobody knows yet what that one may see.
    #[must_use]
    pub fn is_past(&self, word: &ProbeWord) -> bool {
        let Some(gap) = word.gap.as_ref().filter(|gap| wants_credential(gap.kind)) else { return false };
        let system = gap.system.unwrap_or(word.system);
        let came = self.since.get(&system).is_some_and(|since| word.gap_at.is_some_and(|met| *since > met));
        came || (gap.kind == GapKind::NoCredential && self.found.contains(&system))
    }
}

fn wants_credential(kind: GapKind) -> bool {
    matches!(kind, GapKind::NoCredential | GapKind::BadCredential | GapKind::NoPermission)
}

/// The ways of looking for which the client's permission stands today.
#[must_use]
pub fn permitted(ledger: &Ledger<'_>) -> Option<Consent> {
    let given = ledger.counting().iter().filter_map(|fact| match &fact.body {
        FactBody::Authorised { authorisation } if authorisation.until > ledger.now() => Some(authorisation.consent),
        _ => None,
    });
    given.max()
}

/// What the item lacks.
#[must_use]
pub fn lack(item: &Item, it: &Assessment, held: &Held) -> Lack {
    let proves = it.words.iter().any(|word| word.kind == ProbeKind::Proof && word.not_applicable.is_none());
    let mut lack = Lack { never_whole: !item.to_come.is_empty() || !proves, only_keys: true, ..Lack::default() };
    for word in it.words.iter().filter(|word| word.not_applicable.is_none()) {
        match missing(word, item, held) {
            Missing::Nothing => {}
            Missing::Key(key) if word.kind == ProbeKind::Sign && proves => {
                lack.beside.insert(key);
            }
            Missing::Key(key) => {
                lack.keys.insert(key);
            }
            Missing::Else => {
                lack.never_whole |= word.kind == ProbeKind::Proof;
                // A judgement can be given before the rest is seen, but the rest is asked for first.
                lack.only_keys &= word.gap.as_ref().is_some_and(|gap| gap.kind == GapKind::NeedsJudgement);
            }
        }
    }
    if item.consent > held.permitted.unwrap_or(Consent::Passive) {
        lack.keys.insert(Key::Permission(item.consent));
    }
    lack.only_keys &= !lack.keys.is_empty();
    lack
}

/// What `keys` open together, in the order of the checklist. Settled items need nothing opened. `live`: users are there.
#[must_use]
pub fn opens(keys: &BTreeSet<Key>, checklist: &Checklist, items: &[Assessment], held: &Held, live: bool) -> Opens {
    let mut opens = Opens::default();
    for (item, it) in checklist.items.iter().zip(items).filter(|(_, it)| !is_settled(it.truth)) {
        let lack = lack(item, it, held);
        let urgent = usize::from(is_urgent(it, live));
        if !lack.never_whole && !lack.keys.is_empty() && lack.keys.is_subset(keys) {
            opens.whole.push(it.item.clone());
            opens.urgent_whole += urgent;
        } else if lack.keys.iter().chain(&lack.beside).any(|key| keys.contains(key)) {
            opens.helps.push(it.item.clone());
            opens.urgent_helps += urgent;
        }
    }
    opens
}

enum Missing {
    Nothing,
    Key(Key),
    Else,
}

/// What one probe lacks before it can see.
fn missing(word: &ProbeWord, item: &Item, held: &Held) -> Missing {
    let look = Missing::Key(held.without.get(&word.system).map_or(Key::Look, |system| Key::Access(*system)));
    let Some(gap) = &word.gap else {
        return if word.speaks().is_some() { Missing::Nothing } else { look };
    };
    let system = gap.system.unwrap_or(word.system);
    match gap.kind {
        kind if wants_credential(kind) && held.is_past(word) => look,
        kind if wants_credential(kind) => Missing::Key(Key::Access(system)),
        GapKind::NeedsConsent => Missing::Key(Key::Permission(item.consent.max(Consent::OutsideIn))),
        // Never looked at because nobody named it; a look that met something unnamed says itself what to do.
        GapKind::NotConfigured if word.gap_at.is_none() => Missing::Key(Key::Connection(word.system)),
        GapKind::RateLimited | GapKind::Unreachable | GapKind::VendorFault | GapKind::TimedOut => look,
        _ => Missing::Else,
    }
}
