//! What changed between two boards of one app: lost first. A pure comparison; it reads no facts. When it happened and what
//! was before it is in the facts between: [`super::changes()`] finds it and fills it in.

use super::{Assessment, Board, Foreign, ItemId, ProbeId, ProbeWord, RunId, Severity, StandingFinding, Truth, lane};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// One look of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sighting {
    pub at: DateTime<Utc>,
    pub run: RunId,
}

/// What an item was before it changed, and from when to when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Had {
    pub truth: Truth,
    pub since: DateTime<Utc>,
    pub until: DateTime<Utc>,
}

/// Between which two looks of a probe something went wrong: nobody knows it more exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    pub probe: ProbeId,
    /// None when it was never seen good by this probe.
    pub last_good: Option<Sighting>,
    pub first_bad: Sighting,
    /// Looks in between that saw nothing.
    pub blind: u16,
}

/// An item whose truth changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub id: ItemId,
    pub short: String,
    pub title: String,
    /// None when the item was not in the earlier checklist.
    pub from: Option<Truth>,
    pub to: Truth,
    pub why: Foreign,
    /// When it became so; none while only two boards were compared.
    pub at: Option<DateTime<Utc>>,
    /// The run whose look made it so; none where a person or time alone did.
    pub run: Option<RunId>,
    /// What it was before, or, for one that was not seen any more, while it was seen.
    pub had: Option<Had>,
    /// For what fails now: within which time it broke.
    pub window: Option<Window>,
}

/// A finding that came or went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingChange {
    /// [`super::Finding::key`].
    pub key: String,
    pub probe: ProbeId,
    pub items: Vec<ItemId>,
    pub says: Foreign,
    pub severity: Severity,
    /// The look that saw it first since it was last away, or that saw first that it is gone.
    pub seen: Option<Sighting>,
    /// Since when it had been away (a new one) or there (a gone one), as far as looks say so.
    pub since: Option<DateTime<Utc>>,
    /// The last look before that which saw it the other way.
    pub until: Option<DateTime<Utc>>,
    /// A new one that had been there before.
    pub came_back: bool,
}

/// What changed, each thing in one list only.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diff {
    /// Done before, drifted or disputed now.
    pub lost: Vec<Change>,
    /// Done now, not before.
    pub won: Vec<Change>,
    /// Fails now without being lost: seen for the first time, or by a stricter rule.
    pub newly_failing: Vec<Change>,
    pub new_findings: Vec<FindingChange>,
    pub gone_findings: Vec<FindingChange>,
    /// A look that was made could not see what was seen before.
    pub newly_unseen: Vec<Change>,
    /// A waiver ended while the item is not done.
    pub expired_waivers: Vec<Change>,
    /// Done before, only open now.
    pub stale: Vec<Change>,
    /// Done before and now, and lost in between. Two boards do not show it.
    pub lost_between: Vec<Change>,
}

impl Diff {
    /// Nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What is different between two boards. Whether an item ceased to be waived between them, so that what it is now is that,
/// no two boards say: the caller does, who read the time between (`changes`).
pub(super) fn between(before: &Board, after: &Board, ceased: impl Fn(&ItemId) -> bool) -> Diff {
    let mut diff = Diff::default();
    let earlier: BTreeMap<&ItemId, &Assessment> = before.items.iter().map(|it| (&it.item, it)).collect();
    for it in &after.items {
        let was = earlier.get(&it.item).copied();
        let change = |why: String| Change {
            id: it.item.clone(),
            short: after.item(it.item.as_str()).map(|item| item.short.clone()).unwrap_or_default(),
            title: after.item(it.item.as_str()).map(|item| item.title.clone()).unwrap_or_default(),
            from: was.map(|was| was.truth),
            to: it.truth,
            why: Foreign::new(why),
            at: None,
            run: None,
            had: None,
            window: None,
        };
        let was_done = was.is_some_and(|was| was.truth.is_done());
        let was_failing = was.is_some_and(|was| was.truth.is_failing());
        if ceased(&it.item) {
            diff.expired_waivers.push(change(lane::why(it)));
        } else if it.truth.is_done() && !was_done {
            diff.won.push(change(it.by.as_ref().map_or("done".to_owned(), |by| format!("{} by {by}", it.truth.words()))));
        } else if it.truth.is_lost() && was_done {
            diff.lost.push(change(lane::why(it)));
        } else if it.truth.is_failing() && !was_failing {
            diff.newly_failing.push(change(lane::why(it)));
        } else if it.truth == Truth::Stale && was.is_some_and(|was| was.truth != Truth::Stale) {
            diff.stale.push(change(lane::why(it)));
        } else if let Some(was) = was.filter(|was| is_newly_unseen(was, it, before)) {
            let says = it.words.iter().find(|word| is_new_gap(was, word, before)).and_then(|word| word.gap.as_ref());
            diff.newly_unseen.push(change(says.map_or("not seen".to_owned(), |gap| gap.says.to_string())));
        }
    }
    diff.new_findings = only_in(&after.findings, &before.findings);
    diff.gone_findings = only_in(&before.findings, &after.findings);
    diff
}

/// Only a look that was made can be newly blind: what an unfinished run never asked is not.
fn is_newly_unseen(was: &Assessment, it: &Assessment, before: &Board) -> bool {
    !was.unseen && it.unseen && it.words.iter().any(|word| is_new_gap(was, word, before))
}

fn is_new_gap(was: &Assessment, word: &ProbeWord, before: &Board) -> bool {
    let had = was.words.iter().find(|it| it.probe == word.probe).is_some_and(|it| it.gap.is_some());
    word.gap.is_some() && word.gap_at.map_or(!had, |at| at > before.now)
}

fn only_in(these: &[StandingFinding], others: &[StandingFinding]) -> Vec<FindingChange> {
    let known: BTreeSet<String> = others.iter().map(|it| it.finding.key()).collect();
    let missing = these.iter().filter(|it| !known.contains(&it.finding.key()));
    missing
        .map(|it| FindingChange {
            key: it.finding.key(),
            probe: it.probe.clone(),
            items: it.items.clone(),
            says: it.finding.says.clone(),
            severity: it.finding.severity,
            seen: None,
            since: None,
            until: None,
            came_back: false,
        })
        .collect()
}
