//! What a probe can say: pass, fail, could not see (and why), does not apply; with findings and notes.
//! A gap is neither good nor bad news, and nothing here can turn it into either.

use super::{Exposure, Foreign, System};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

/// Why a probe could not see (DESIGN §1).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    Display,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum GapKind {
    NoCredential,
    BadCredential,
    NoPermission,
    PlanHides,
    NotConfigured,
    RateLimited,
    Unreachable,
    VendorFault,
    TimedOut,
    UnexpectedAnswer,
    Incomplete,
    NeedsConsent,
    Ambiguous,
    NeedsJudgement,
    NoBaseline,
    Internal,
}

impl GapKind {
    /// A short name for a reader, such as `no credential`.
    #[must_use]
    pub fn words(self) -> String {
        self.to_string().replace('_', " ")
    }
}

/// A failure to look, with the one step that would let us see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{says}")]
pub struct Gap {
    pub kind: GapKind,
    /// Whose answer is missing; none when the gap is ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<System>,
    /// What happened, in one sentence without a full stop.
    pub says: Foreign,
    /// The one step that opens it, in the imperative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<Foreign>,
    /// When trying again makes sense, if the vendor said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}

impl Gap {
    /// A gap towards `system`. `says` is one sentence without a full stop.
    pub fn new(kind: GapKind, system: System, says: impl AsRef<str>) -> Self {
        Self { kind, system: Some(system), says: Foreign::new(says), needs: None, until: None }
    }

    /// A gap of our own making.
    pub fn internal(says: impl AsRef<str>) -> Self {
        Self { kind: GapKind::Internal, system: None, says: Foreign::new(says), needs: None, until: None }
    }

    /// Adds the one step that would open it.
    #[must_use]
    pub fn needs(mut self, step: impl AsRef<str>) -> Self {
        self.needs = Some(Foreign::new(step));
        self
    }

    /// Adds the moment from which trying again makes sense.
    #[must_use]
    pub fn until(mut self, when: DateTime<Utc>) -> Self {
        self.until = Some(when);
        self
    }
}

/// What a probe decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Outcome {
    Pass,
    Fail,
    Undecided { gap: Gap },
    NotApplicable { why: Foreign },
}

impl Outcome {
    /// The word for it: `pass`, `fail`, `undecided`, `not_applicable`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Undecided { .. } => "undecided",
            Self::NotApplicable { .. } => "not_applicable",
        }
    }

    /// Anything but undecided.
    #[must_use]
    pub fn is_decided(&self) -> bool {
        !matches!(self, Self::Undecided { .. })
    }

    /// The gap, if undecided.
    #[must_use]
    pub fn gap(&self) -> Option<&Gap> {
        match self {
            Self::Undecided { gap } => Some(gap),
            _ => None,
        }
    }
}

/// How much harm a finding can do (`apis/secrets.md` §1: base scale). Ordered: `Critical` is the greatest.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Display, EnumString, IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Severity {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

/// Where something is: a file of the repository, or a page of a vendor's console.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "in")]
pub enum Place {
    /// A path relative to the repository's root, with a line counted from 1.
    File {
        path: Foreign,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        line: Option<u32>,
        /// The commit that was read, if known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        commit: Option<Foreign>,
    },
    /// A page that a person can open. Never holds a credential.
    Web { url: Foreign },
    /// A thing in a system, by its name there.
    Resource { name: Foreign },
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File { path, line: Some(line), .. } => write!(f, "{path}:{line}"),
            Self::File { path, line: None, .. } => write!(f, "{path}"),
            Self::Web { url } => write!(f, "{url}"),
            Self::Resource { name } => write!(f, "{name}"),
        }
    }
}

/// One concrete defect. It *is* its rule and its resource (DESIGN §2, law 6): never a line, never a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule that it breaks, stable for ever, such as `github.force-push-allowed`.
    pub rule: String,
    /// What breaks it, by a stable id: a table, a branch, the keyed hash of a secret.
    pub resource: Foreign,
    /// One sentence in plain words without a full stop.
    pub says: Foreign,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    pub severity: Severity,
    /// How to mend it, in the imperative.
    pub fix: Foreign,
    /// How long it lay open, if it is a secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exposed: Option<Exposure>,
}

impl Finding {
    /// A finding without a place.
    pub fn new(rule: &str, resource: impl AsRef<str>, severity: Severity, says: impl AsRef<str>, fix: impl AsRef<str>) -> Self {
        Self {
            rule: rule.to_owned(),
            resource: Foreign::new(resource),
            says: Foreign::new(says),
            place: None,
            severity,
            fix: Foreign::new(fix),
            exposed: None,
        }
    }

    /// Says where it is.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Says that it is a secret, and how it lay open.
    #[must_use]
    pub fn exposed(mut self, exposure: Exposure) -> Self {
        self.exposed = Some(exposure);
        self
    }

    /// What the finding is: rule and resource.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}:{}", self.rule, self.resource)
    }
}

/// How a note is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Display, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum NoteLevel {
    Info,
    /// Laid before a person who judges.
    Evidence,
    Warning,
}

/// Something seen that decides nothing by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Stable id, so that a judgement knows what it has seen: a new key reopens what was judged before it.
    /// Never contains a number that moves (an age, an amount).
    pub key: String,
    pub level: NoteLevel,
    /// One sentence in plain words without a full stop.
    pub says: Foreign,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// A probe's whole answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub outcome: Outcome,
    /// What was seen, in one sentence without a full stop.
    pub says: Foreign,
    #[serde(default)]
    pub findings: Vec<Finding>,
    #[serde(default)]
    pub notes: Vec<Note>,
    /// What was not seen although it failed: settling what was found settles no more than that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unseen: Option<Gap>,
}

impl Verdict {
    fn new(outcome: Outcome, says: impl AsRef<str>) -> Self {
        Self { outcome, says: Foreign::new(says), findings: Vec::new(), notes: Vec::new(), unseen: None }
    }

    /// The wanted state was seen, whole.
    pub fn pass(says: impl AsRef<str>) -> Self {
        Self::new(Outcome::Pass, says)
    }

    /// The wanted state was seen to be missing. `findings` says what is wrong; the outcome is a fail even without.
    pub fn fail(says: impl AsRef<str>, findings: Vec<Finding>) -> Self {
        Self { findings, ..Self::new(Outcome::Fail, says) }
    }

    /// Could not see.
    #[must_use]
    pub fn undecided(gap: Gap) -> Self {
        let says = gap.says.clone();
        Self::new(Outcome::Undecided { gap }, says)
    }

    /// The question does not arise for this app.
    pub fn not_applicable(why: impl AsRef<str>) -> Self {
        Self::new(Outcome::NotApplicable { why: Foreign::new(&why) }, why)
    }

    /// Adds a note.
    #[must_use]
    pub fn note(mut self, level: NoteLevel, key: impl Into<String>, says: impl AsRef<str>) -> Self {
        self.notes.push(Note { key: key.into(), level, says: Foreign::new(says), place: None });
        self
    }

    /// Adds findings to whatever the outcome is: an undecided probe may have seen defects that a person should read.
    #[must_use]
    pub fn with_findings(mut self, findings: impl IntoIterator<Item = Finding>) -> Self {
        self.findings.extend(findings);
        self
    }

    /// Says what was not seen beside what decided it.
    #[must_use]
    pub fn unseen(mut self, gap: Option<Gap>) -> Self {
        self.unseen = gap;
        self
    }

    /// Adds notes.
    #[must_use]
    pub fn with_notes(mut self, notes: impl IntoIterator<Item = Note>) -> Self {
        self.notes.extend(notes);
        self
    }
}

/// What to do about a fail, in the app's own names.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Remedy {
    /// Steps in the imperative, in order.
    pub steps: Vec<Foreign>,
    /// `S` (minutes), `M` (hours), `L` (days).
    pub effort: super::checklist::Effort,
}
