//! What a work order says, before it is written down in any form. It holds masked forms of secrets only: what findings hold.

use crate::domain::checklist::Effort;
use crate::domain::{
    AppName, Consent, Decides, Foreign, Gap, Gate, ItemId, Phase, Place, ProbeId, ProbeKind, Repairs, Severity, Truth,
};
use crate::words;
use chrono::{DateTime, Utc};
use serde::Serialize;
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

/// For whom an order is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Display, EnumIter, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Form {
    /// The engineer.
    #[default]
    Text,
    /// A coding agent in the client's repository.
    Agent,
    /// The client's tracker.
    Issue,
    /// A migration to review.
    Sql,
}

/// The work that an item needs now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorkOrder {
    pub app: AppName,
    pub item: ItemId,
    pub short: Foreign,
    /// The wanted state, one sentence.
    pub goal: Foreign,
    pub why: Foreign,
    pub phase: Phase,
    pub gate: Option<Gate>,
    pub truth: Truth,
    pub effort: Effort,
    /// What its probes may do to prove it.
    pub consent: Consent,
    /// When the order was made.
    pub made: DateTime<Utc>,
    /// When what it rests on was seen, the newest of it.
    pub looked: Option<DateTime<Utc>>,
    /// Of each probe that looked: when it saw, and when it looked last.
    pub looks: Vec<Look>,
    /// The commit that was read then, if files were.
    pub commit: Option<Foreign>,
    /// Items that come first and are not done.
    pub after: Vec<Before>,
    /// The worst first.
    pub causes: Vec<Cause>,
    /// Findings that are accepted or rotated, and so are no work.
    pub settled: usize,
    /// What could not be seen: there may be more.
    pub unseen: Vec<Unseen>,
    /// What was seen and is not kept any more: nothing can be derived from it.
    pub lost: Vec<Foreign>,
    /// What to do at once and in which order, where it burns: the engineer's work, before anything else.
    pub emergency: Vec<Foreign>,
    /// What to do with just what was found, in the app's own names.
    pub remedy: Vec<Foreign>,
    /// The checklist's own steps, in order.
    pub steps: Vec<Step>,
    pub criterion: Criterion,
    /// What must not break whatever the cause.
    pub careful: Vec<String>,
    /// The commands that prove it, the first one enough.
    pub proof: Vec<String>,
    /// What SQL can be derived from.
    pub repairs: Repairs,
    /// Why none can be, when something hides it.
    pub no_repairs: Option<Foreign>,
    /// Vendor pages by name.
    pub references: Vec<String>,
}

impl WorkOrder {
    /// How many places it is about.
    #[must_use]
    pub fn places(&self) -> usize {
        self.causes.iter().map(|it| it.count).sum()
    }

    /// When it was looked at, in words; and of each probe whose last look saw nothing, when it saw last.
    #[must_use]
    pub fn looked_at(&self) -> Option<String> {
        let (blind, seen): (Vec<&Look>, Vec<&Look>) = self.looks.iter().partition(|it| it.is_blind());
        let mut moments: Vec<DateTime<Utc>> = seen.iter().filter_map(|it| it.seen).collect();
        moments.sort_unstable();
        let mut moments: Vec<String> = moments.into_iter().map(words::moment).collect();
        moments.dedup();
        let whole = match moments.as_slice() {
            [] => None,
            [at] => Some(format!("looked at {at} UTC")),
            [first, .., last] => Some(format!("looked at from {first} to {last} UTC")),
        };
        let of_blind = |it: &&Look| {
            let at = words::moment(it.looked);
            match it.seen {
                Some(seen) => format!("{} last seen {} UTC, and its look of {at} UTC saw nothing", it.probe, words::moment(seen)),
                None => format!("{}: its look of {at} UTC saw nothing", it.probe),
            }
        };
        let said: Vec<String> = whole.into_iter().chain(blind.iter().map(of_blind)).collect();
        (!said.is_empty()).then(|| said.join("; "))
    }

    /// Whether a secret lies open: then taking it away is not enough.
    #[must_use]
    pub fn is_about_secrets(&self) -> bool {
        self.causes.iter().any(Cause::is_secret)
    }
}

/// When a probe looked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Look {
    pub probe: ProbeId,
    /// The newest look from which something is known.
    pub seen: Option<DateTime<Utc>>,
    /// The newest one, whatever it saw.
    pub looked: DateTime<Utc>,
}

impl Look {
    /// The newest one saw nothing.
    #[must_use]
    pub fn is_blind(&self) -> bool {
        self.seen.is_none_or(|seen| seen < self.looked)
    }
}

/// Everything of one kind: one change closes all of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// The rule that is broken.
    pub rule: String,
    /// What is wrong, in a few words.
    pub name: String,
    pub probe: ProbeId,
    /// The worst of it; none for evidence that a person judges.
    pub severity: Option<Severity>,
    /// How many there are, also those that are not listed.
    pub count: usize,
    pub spots: Vec<Spot>,
    /// How to mend all of them, where one way mends all.
    pub fix: Option<Foreign>,
    /// What breaks when it is mended without care.
    pub careful: Vec<String>,
}

impl Cause {
    /// Whether it is about secrets that leaked.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.spots.iter().any(|it| it.exposed.is_some())
    }

    /// How many are not listed.
    #[must_use]
    pub fn more(&self) -> usize {
        self.count.saturating_sub(self.spots.len())
    }
}

/// One place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Spot {
    /// The finding's id, or the key of the evidence.
    pub id: Foreign,
    pub says: Foreign,
    #[serde(rename = "place")]
    pub at: Option<Place>,
    /// How to mend this one, where each is mended in its own way.
    pub fix: Option<Foreign>,
    /// How a secret lies open, in words.
    pub exposed: Option<Foreign>,
}

/// Something that could not be seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unseen {
    pub probe: ProbeId,
    #[serde(flatten)]
    pub gap: Gap,
}

/// An item that comes first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Before {
    pub item: ItemId,
    pub short: Foreign,
    pub truth: Truth,
}

/// A step of the checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// With the app's own names.
    pub says: Foreign,
    /// With words in their place: for whoever must not take orders from a name.
    #[serde(skip)]
    pub neutral: String,
}

/// What must be true afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Criterion {
    pub decides: Decides,
    /// The rule in one sentence.
    pub says: String,
    pub probes: Vec<Condition>,
    /// What a probe cannot do: rotation, judgement, systems without a probe.
    pub also: Vec<String>,
}

/// When a probe is content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Condition {
    pub probe: ProbeId,
    pub kind: ProbeKind,
    pub asks: String,
    /// What it says now, in one word.
    pub now: String,
    pub says: String,
}
