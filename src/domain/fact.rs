//! Facts: what happened, when, and who says so. They are only ever added; everything else is computed from them.

use super::app::Authorisation;
use super::{AppSettings, FactId, Foreign, ItemId, ProbeId, RunId, Verdict};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A SHA-256 in lower-case hex: of a checklist's text, an observation, an app's settings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(pub String);

impl Digest {
    /// Of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        use sha2::Digest as _;
        use std::fmt::Write as _;
        let mut hex = String::with_capacity(64);
        for byte in sha2::Sha256::digest(text.as_bytes()) {
            // Writing into a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        Self(hex)
    }
}

/// Who stated a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// A person, by the name in the configuration, else git's.
    Person(Foreign),
    /// This tool, by its version.
    Tool(Foreign),
}

impl std::fmt::Display for Author {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Person(name) => write!(f, "{name}"),
            Self::Tool(version) => write!(f, "rescue {version}"),
        }
    }
}

/// One fact about one app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    pub id: FactId,
    /// When it was so; for an outcome, when it was observed. UTC.
    pub at: DateTime<Utc>,
    pub by: Author,
    pub body: FactBody,
}

/// What an item or a finding is called where either can be meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    Item(ItemId),
    /// By [`super::Finding::key`].
    Finding(String),
}

/// What a probe found out, and about what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeFact {
    pub run: RunId,
    pub probe: ProbeId,
    /// The decision rule's revision ([`super::ProbeTraits::revision`]).
    pub revision: u16,
    /// What was looked at ([`AppSettings::subject`]); it stops counting when the app names another.
    pub subject: String,
    /// Of the settings that the decision saw.
    pub settings: Digest,
    /// Of the observation that it judged; none when nothing at all was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observation: Option<Digest>,
    pub verdict: Verdict,
    /// How long the look took, in milliseconds.
    pub ms: u64,
    /// How many requests it made.
    pub requests: u32,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunEnd {
    Finished,
    Cancelled,
    /// Its process went away; another one noticed.
    Crashed,
}

/// The work on an item that is not done, as a person stated it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkNote {
    Todo,
    Doing,
    Blocked {
        /// On whom it waits.
        on: Foreign,
        /// For what.
        waits_for: Foreign,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<NaiveDate>,
        /// What is asked, in one sentence for the founder.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        founder: Option<Foreign>,
        /// How many minutes of the founder's time it takes, 1 to 600.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        minutes: Option<u16>,
    },
    /// For a week of the engagement, counted from 1.
    Planned {
        week: u8,
    },
}

/// A person's proof: a link, a file, a command with its output.
pub type Proof = Foreign;

/// What a fact says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum FactBody {
    /// The app exists with these settings, or has them from now on. Whole, never a patch.
    Settings {
        settings: Box<AppSettings>,
    },
    /// From now on the app is worked through this checklist text.
    ChecklistAdopted {
        checklist: Digest,
        version: String,
    },
    RunStarted {
        run: RunId,
        probes: Vec<ProbeId>,
    },
    RunEnded {
        run: RunId,
        how: RunEnd,
    },
    Outcome(Box<OutcomeFact>),
    /// A person judges that the item is done.
    Attested {
        item: ItemId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proof: Option<Proof>,
        /// The unseen proof probes that this word stands in for.
        stands_for: BTreeSet<ProbeId>,
        /// Keys of the findings and notes that lay before the person.
        saw: BTreeSet<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        founder: Option<Foreign>,
    },
    /// A person says that the item is not done after all: ends judgement, waiver and not-applicable.
    Reopened {
        item: ItemId,
        reason: Foreign,
    },
    /// A person says that the item does not apply.
    NotApplicable {
        item: ItemId,
        reason: Foreign,
    },
    /// A person accepts that an item or a finding stays open.
    Waived {
        target: Target,
        reason: Foreign,
        /// The last day on which it stands, UTC.
        until: NaiveDate,
        /// Who on the client's side accepted it; needed at a gate.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        client: Option<Foreign>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proof: Option<Proof>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        founder: Option<Foreign>,
    },
    /// A person says that a leaked secret was replaced at its provider.
    Rotated {
        /// By [`super::Finding::key`].
        finding: String,
        /// The day on which that was done, UTC.
        on: NaiveDate,
        proof: Proof,
    },
    /// A waiver or a rotation of a finding is taken back.
    FindingReopened {
        finding: String,
        reason: Foreign,
    },
    Work {
        item: ItemId,
        work: WorkNote,
    },
    /// A remark for the next reader.
    Noted {
        item: ItemId,
        text: Foreign,
        /// The same for the founder, in one sentence.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        founder: Option<Foreign>,
    },
    Authorised {
        authorisation: Authorisation,
    },
    /// A page was made and frozen. Its text is kept by its digest.
    Snapshot {
        /// What was sealed: the page, its sentences, its HTML.
        seal: Digest,
        /// For whom, such as `founder`.
        audience: String,
    },
    /// The named fact never was.
    Retracted {
        fact: FactId,
    },
    /// The engagement is closed.
    Closed {
        reason: Foreign,
    },
}

impl FactBody {
    /// The item that the fact is about, if it is about one.
    #[must_use]
    pub fn item(&self) -> Option<&ItemId> {
        match self {
            Self::Attested { item, .. }
            | Self::Reopened { item, .. }
            | Self::NotApplicable { item, .. }
            | Self::Waived { target: Target::Item(item), .. }
            | Self::Work { item, .. }
            | Self::Noted { item, .. } => Some(item),
            _ => None,
        }
    }

    /// A stable word for the kind of fact, as stored.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Settings { .. } => "settings",
            Self::ChecklistAdopted { .. } => "checklist_adopted",
            Self::RunStarted { .. } => "run_started",
            Self::RunEnded { .. } => "run_ended",
            Self::Outcome(_) => "outcome",
            Self::Attested { .. } => "attested",
            Self::Reopened { .. } => "reopened",
            Self::NotApplicable { .. } => "not_applicable",
            Self::Waived { .. } => "waived",
            Self::Rotated { .. } => "rotated",
            Self::FindingReopened { .. } => "finding_reopened",
            Self::Work { .. } => "work",
            Self::Noted { .. } => "noted",
            Self::Authorised { .. } => "authorised",
            Self::Snapshot { .. } => "snapshot",
            Self::Retracted { .. } => "retracted",
            Self::Closed { .. } => "closed",
        }
    }

    /// Whether a person can take it back with undo.
    #[must_use]
    pub fn is_undoable(&self) -> bool {
        !matches!(
            self,
            Self::ChecklistAdopted { .. }
                | Self::RunStarted { .. }
                | Self::RunEnded { .. }
                | Self::Outcome(_)
                | Self::Snapshot { .. }
        )
    }
}
