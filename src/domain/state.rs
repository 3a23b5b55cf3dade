//! What follows from the facts: the truth of each item, the work beside it, progress, the headline.
//! These are the words; how they are computed is in `ledger`, `words`, `rule`, `assess`, `board` and `diff`.

use super::checklist::Effort;
use super::{
    AppSettings, Checklist, Decides, FactId, Finding, Foreign, Gap, Gate, Item, ItemId, Note, Opens, Outcome, Phase, ProbeId,
    ProbeKind, Rank, Rotation, RunId, System, UnusedAcceptance,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use strum::{Display, IntoStaticStr, VariantArray};

/// The truth of an item (DESIGN §2, first match).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Display, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Truth {
    NotApplicable,
    Verified,
    Attested,
    Waived,
    Drifted,
    Disputed,
    Failing,
    Stale,
    Open,
}

impl Truth {
    /// Verified or attested. Waiving is not passing.
    #[must_use]
    pub fn is_done(self) -> bool {
        matches!(self, Self::Verified | Self::Attested)
    }

    /// The item's rule fails and nobody accepted it.
    #[must_use]
    pub fn is_failing(self) -> bool {
        matches!(self, Self::Drifted | Self::Disputed | Self::Failing)
    }

    /// The item was done and is not any more, because a rule fails.
    #[must_use]
    pub fn is_lost(self) -> bool {
        matches!(self, Self::Drifted | Self::Disputed)
    }

    /// The word for a reader.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::NotApplicable => "not applicable",
            Self::Verified => "verified",
            Self::Attested => "attested",
            Self::Waived => "waived",
            Self::Drifted => "drifted",
            Self::Disputed => "disputed",
            Self::Failing => "failing",
            Self::Stale => "stale",
            Self::Open => "open",
        }
    }
}

/// The work of an item that is not done.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Work {
    #[default]
    Todo,
    Doing {
        who: Foreign,
        since: DateTime<Utc>,
    },
    Blocked {
        on: Foreign,
        waits_for: Foreign,
        until: Option<NaiveDate>,
        since: DateTime<Utc>,
        /// What is asked, in one sentence for the founder.
        founder: Option<Foreign>,
        /// How many minutes of the founder's time it takes.
        minutes: Option<u16>,
    },
    Planned {
        week: u8,
    },
}

impl Work {
    /// The word for it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Todo => "todo",
            Self::Doing { .. } => "doing",
            Self::Blocked { .. } => "blocked",
            Self::Planned { .. } => "planned",
        }
    }
}

/// What an item's rule comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleState {
    Holds,
    Fails,
    /// It fails, but every fail is accepted today.
    Accepted,
    Open,
}

/// One probe's word in an item, with everything a reader may ask about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeWord {
    pub probe: ProbeId,
    pub kind: ProbeKind,
    pub system: System,
    /// Its newest decided outcome; none when it never decided or was never asked.
    pub outcome: Option<Outcome>,
    /// When that was observed.
    pub at: Option<DateTime<Utc>>,
    /// What it said then.
    pub says: Foreign,
    pub findings: Vec<Finding>,
    pub notes: Vec<Note>,
    /// The decided outcome is older than the item's freshness and speaks no more.
    pub aged: bool,
    /// When it will be.
    pub fresh_until: Option<DateTime<Utc>>,
    /// A fail was seen once and waits for its second look; `outcome` is the word before it.
    pub suspected: bool,
    /// It fails, and every finding of it is accepted today.
    pub accepted: bool,
    /// It found leaked secrets, the item asks for their rotation, and a person says of each that it was replaced.
    pub rotated: bool,
    /// Not used by this app, because a person, a complete discovery or the probe itself said so.
    pub not_applicable: Option<Foreign>,
    /// The newest gap, if it is newer than the newest decided outcome or there is none: the last look saw nothing.
    pub gap: Option<Gap>,
    /// When that gap was met; none when no look was tried (no connection).
    pub gap_at: Option<DateTime<Utc>>,
    /// The revision of the rule that spoke, and of the rule today, when they differ.
    pub judged_by_older_rule: bool,
    pub ms: Option<u64>,
    pub requests: Option<u32>,
}

impl ProbeWord {
    /// The outcome as it counts today: none when aged.
    #[must_use]
    pub fn speaks(&self) -> Option<&Outcome> {
        if self.aged { None } else { self.outcome.as_ref() }
    }
}

/// A person's standing (or lapsed) judgement of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    pub fact: FactId,
    pub who: Foreign,
    pub at: DateTime<Utc>,
    pub proof: Option<Foreign>,
    pub stands_for: Vec<ProbeId>,
    /// When it ends by age; none for one that lasts the engagement.
    pub until: Option<DateTime<Utc>>,
    /// Why it does not hold today; none when it holds.
    pub lapsed: Option<Foreign>,
    pub founder: Option<Foreign>,
}

/// A waiver of an item or a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    pub fact: FactId,
    pub who: Foreign,
    pub at: DateTime<Utc>,
    pub reason: Foreign,
    /// The last day on which it stands.
    pub until: NaiveDate,
    pub client: Option<Foreign>,
    pub founder: Option<Foreign>,
    /// Whether it stands today.
    pub stands: bool,
}

/// From when to when an item was not done although it had been.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lost {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
}

/// A line of an item's history, newest last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryLine {
    pub at: DateTime<Utc>,
    pub who: String,
    pub says: Foreign,
    /// Whether a retraction took it back.
    pub retracted: bool,
}

/// An item with everything that the facts say about it at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    pub item: ItemId,
    pub phase: Phase,
    pub decides: Decides,
    /// The gate that it is today: `gate_if` taken into account.
    pub gate: Option<Gate>,
    pub truth: Truth,
    pub rule: RuleState,
    pub work: Work,
    /// Who or what made it so: a probe's id, or a person's name.
    pub by: Option<Foreign>,
    /// Since when the truth is what it is, as far as one fact says so.
    pub since: Option<DateTime<Utc>>,
    /// Until when it stays done without another look.
    pub fresh_until: Option<DateTime<Utc>>,
    pub words: Vec<ProbeWord>,
    pub judgement: Option<Judgement>,
    pub waiver: Option<Waiver>,
    /// It was done at some moment before now.
    pub was_done: bool,
    /// The last time it was lost and won back.
    pub lost: Option<Lost>,
    /// Why it does not apply.
    pub not_applicable: Option<Foreign>,
    /// Sentences for a reader: "judged more strictly since 0.2.0", "judged after the last look: rerun",
    /// "2 of 5 seen, 3 on Sam's word", "nothing found that does this".
    pub remarks: Vec<Foreign>,
    /// Something that could decide it was not seen: it counts as unseen whatever the truth is.
    pub unseen: bool,
    /// The newest gap among its probes.
    pub gap: Option<Gap>,
    /// A leaked secret that was found for it keeps it open until it was replaced.
    pub asks_rotation: bool,
    /// No probe exists for it yet: attested by hand until then.
    pub by_hand: bool,
    /// The next moment at which this assessment changes without a new fact.
    pub next_change: Option<DateTime<Utc>>,
    /// It entered by a checklist adopted after the first one.
    pub is_new: bool,
}

/// Counts of a phase. A blend of them is never shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseProgress {
    pub phase: Phase,
    pub done: u16,
    pub applicable: u16,
    pub drifted: u16,
    pub disputed: u16,
    pub failing: u16,
    pub stale: u16,
    pub waived: u16,
    pub unseen: u16,
}

/// The one answer to the one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Headline {
    /// `Ready to go live?` before `live_since`, `Safe to keep taking users?` after it.
    pub question: String,
    pub answer: Answer,
    /// The answer in one sentence, naming the first open gate.
    pub says: Foreign,
    /// Open gates, the first one first.
    pub open_gates: Vec<ItemId>,
}

/// Yes, no, or yes with accepted risks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Display, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Answer {
    Yes,
    YesWithAcceptedRisks,
    No,
}

/// What a row of the *Now* lane is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    Item(ItemId),
    /// Something that lets us see several items.
    Step(Step),
}

/// The kinds of steps that let us see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum StepKind {
    /// Ask the client, by the one letter: access, permission.
    Ask,
    /// Say whether the app uses a system, and where it is.
    Connect,
    /// Run the probes.
    Look,
}

/// A step that lets us see several items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub kind: StepKind,
    /// The systems that it is about, each once.
    pub systems: Vec<System>,
    /// Those of them of which we hold a credential that is refused or may not see enough.
    pub again: Vec<System>,
    /// The client's recorded permission is among what is asked for.
    pub permission: bool,
    /// Nobody ever looked.
    pub first: bool,
    pub opens: Opens,
}

/// A row of the *Now* lane: what to do, why this, what it costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NowRow {
    pub task: Task,
    /// Why this and why now, in one sentence without a full stop.
    pub why: Foreign,
    pub effort: Effort,
    /// What has to be done first, when that is not done.
    pub after: Vec<ItemId>,
    /// What to do in which order when it burns; empty when it does not.
    pub emergency: Vec<String>,
    /// Why it stands where it stands.
    pub rank: Rank,
}

impl NowRow {
    /// The item that it is about; none for a step.
    #[must_use]
    pub fn item(&self) -> Option<&ItemId> {
        match &self.task {
            Task::Item(item) => Some(item),
            Task::Step(_) => None,
        }
    }
}

/// Somebody or something that open items wait for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// A person, or the step that would let us see.
    pub on: Foreign,
    pub items: Vec<ItemId>,
}

/// A finding that stands today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingFinding {
    pub finding: Finding,
    pub probe: ProbeId,
    pub items: Vec<ItemId>,
    pub first_seen: DateTime<Utc>,
    pub last_seen: DateTime<Utc>,
    /// The waiver that accepts it today, or the newest one that has ended.
    pub waiver: Option<Waiver>,
    /// A person's word that the leaked secret was replaced.
    pub rotation: Option<Rotation>,
    /// An item that it touches asks for that.
    pub asks_rotation: bool,
    /// Every item that it touches is content with the rotation, or with that and the waiver.
    pub rotated: bool,
}

impl StandingFinding {
    /// `open`, `accepted` or `rotated`. A rotated secret that also stands where it must not is open.
    #[must_use]
    pub fn state(&self) -> &'static str {
        if self.rotated {
            "rotated"
        } else if self.waiver.as_ref().is_some_and(|it| it.stands) {
            "accepted"
        } else {
            "open"
        }
    }
}

/// The newest run as the facts tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunSummary {
    pub run: RunId,
    pub started: DateTime<Utc>,
    /// When and how it ended; none while it is open.
    pub ended: Option<(DateTime<Utc>, super::fact::RunEnd)>,
    pub decided: usize,
    pub undecided: usize,
}

/// Everything that the facts say about one app at one moment.
#[derive(Debug, Clone)]
pub struct Board {
    pub settings: AppSettings,
    pub checklist: Arc<Checklist>,
    /// The moment that it speaks of.
    pub now: DateTime<Utc>,
    /// Week of the engagement, from 1; 0 before its start.
    pub week: u16,
    /// Day of the engagement, from 1; 0 before its start.
    pub day: u16,
    pub headline: Headline,
    pub phases: Vec<PhaseProgress>,
    /// One for each item, in the order of the checklist.
    pub items: Vec<Assessment>,
    /// At most seven rows.
    pub now_lane: Vec<NowRow>,
    /// How many more rows the lane would have if it were longer.
    pub more_now: usize,
    /// How many items for now are not in the lane because they wait: for another item, for a person, for a key.
    pub waits_now: usize,
    /// How many items that are left are for later weeks.
    pub later: usize,
    /// How many items are behind the plan: due before today, and neither done nor accepted.
    pub behind: u16,
    pub waiting: Vec<Waiting>,
    /// Findings that stand today, the worst first.
    pub findings: Vec<StandingFinding>,
    /// Acceptances that no finding needs any more.
    pub unused: Vec<UnusedAcceptance>,
    pub last_run: Option<RunSummary>,
    /// Facts later than `now`.
    pub future_facts: usize,
    pub closed: Option<DateTime<Utc>>,
    /// The next moment at which anything here changes without a new fact.
    pub next_change: Option<DateTime<Utc>>,
    /// How many items have each truth.
    pub counts: BTreeMap<Truth, u16>,
    /// How many items have something that was not seen.
    pub unseen: u16,
}

impl Board {
    /// The assessment of an item.
    #[must_use]
    pub fn assessment(&self, id: &str) -> Option<&Assessment> {
        self.items.iter().find(|it| it.item.as_str() == id)
    }

    /// The text of an item.
    #[must_use]
    pub fn item(&self, id: &str) -> Option<&Item> {
        self.checklist.item(id)
    }
}
