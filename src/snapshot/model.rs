//! What a snapshot says, part by part, in words that are ready to be shown: every format lays out these parts and adds
//! no word that is not here or in `words`. It holds only what `build` let through; it knows no file and no store.

use crate::domain::state::Answer;
use crate::domain::{Digest, FactId, Foreign};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr};

/// The version of this form; a reader refuses a greater one.
pub const SCHEMA: u16 = 1;

/// Who will read it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, Display, EnumString, IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Audience {
    /// Whoever owns the product: told what is open, and what is theirs to do.
    #[default]
    Founder,
    /// Whoever looks from outside: told how much is open and never what, for this page travels by mail.
    Investor,
}

/// How something stands. A mark and a word of its own each; colour only repeats them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Display, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum State {
    /// In place, and shown to be.
    Good,
    /// Not in place, or in place no more.
    Bad,
    /// Somebody accepts that it is not in place.
    Accepted,
    /// Shown once, too long ago to count.
    Old,
    /// Nobody could see, or nobody looked.
    Unknown,
    /// Does not concern this product.
    Outside,
}

/// The whole page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    pub schema: u16,
    pub audience: Audience,
    /// Whether technical detail was switched on for this snapshot.
    pub detail: bool,
    /// The language of every sentence below, such as `en`.
    pub language: String,
    /// The app's title.
    pub title: Foreign,
    /// The moment that it speaks of, UTC.
    pub moment: DateTime<Utc>,
    /// The same for a reader: `Monday, 23 November 2026`.
    pub day: String,
    /// `Week 3 of 6`.
    pub week: String,
    /// The engineer's own words at the top.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    pub verdict: Verdict,
    pub dangers: Dangers,
    pub turn: Turn,
    pub changes: Changes,
    pub plan: Plan,
    pub accepted: Accepted,
    pub unseen: Unseen,
    pub areas: Vec<Area>,
    /// Recovery and costs, as far as anybody measured them.
    pub measured: Vec<Measure>,
    pub course: Course,
    pub method: Method,
}

/// The only free text of the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub by: Foreign,
    pub text: Foreign,
}

/// The question and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub question: String,
    pub answer: Answer,
    /// The answer in one or two sentences.
    pub says: Foreign,
    /// Urgent dangers that were seen and stand open now.
    pub urgent: u16,
    /// What must be in place for a yes, and nobody has shown yet.
    pub unproven: u16,
    /// How many urgent dangers the first page counted, and when; none on the first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<First>,
    /// Both counts in a sentence.
    pub count: String,
}

/// What the pinned first page counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct First {
    pub urgent: u16,
    pub on: NaiveDate,
}

/// What can happen, the worst first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dangers {
    /// How many, and what is done about them; all that an investor reads.
    pub says: String,
    pub list: Vec<Danger>,
}

/// A danger as a consequence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Danger {
    pub consequence: Foreign,
    pub urgent: bool,
    /// What it concerns, in the client's own words where the engineer gave them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concerns: Option<Foreign>,
    /// The day until which it is planned to be mended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned: Option<NaiveDate>,
    /// That day, or what it waits for, in a sentence.
    pub plan: Foreign,
    /// The engineer's newest sentence about it for the founder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<Foreign>,
    /// The one decision asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Foreign>,
    /// What the engineer sees; only when technical detail was switched on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub detail: Vec<Foreign>,
}

/// What waits for the reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    pub says: String,
    pub list: Vec<Task>,
}

/// One action of the reader's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    pub action: Foreign,
    /// Of the reader's time; none when nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u16>,
    /// `about 10 minutes · waiting since 3 November`.
    pub about: Foreign,
}

/// What changed since the page that the reader holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// The day of that page; none on the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<NaiveDate>,
    pub says: String,
    pub worse: Vec<Foreign>,
    pub better: Vec<Foreign>,
}

/// How far the work is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub done: u16,
    /// How many points there are that concern this product.
    pub of: u16,
    /// How many of them were due by today.
    pub due: u16,
    /// How many of those are done or accepted.
    pub due_done: u16,
    pub says: String,
}

/// What stays open on somebody's word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    pub says: String,
    pub list: Vec<Acceptance>,
}

/// One accepted risk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    pub consequence: Foreign,
    /// Whose word, and until when.
    pub word: Foreign,
    pub until: NaiveDate,
}

/// What this page could not look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unseen {
    pub count: u16,
    pub says: String,
    pub list: Vec<Blind>,
}

/// Why a number of points could not be seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blind {
    pub why: Foreign,
    pub count: u16,
    /// The areas that it touches.
    pub areas: Vec<String>,
}

/// A part of the product that a reader cares about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Area {
    pub title: String,
    pub about: String,
    pub good: u16,
    /// How many of its points concern this product.
    pub of: u16,
    /// `3 of 5 in place`.
    pub says: String,
    pub lines: Vec<Line>,
}

/// One point of an area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub state: State,
    pub says: Foreign,
    /// Who or what showed it, and when.
    pub evidence: Foreign,
    /// The engineer's newest sentence about it for the founder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<Foreign>,
    /// The point's id and findings; only when technical detail was switched on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Foreign>,
}

/// A measured or agreed number with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    pub state: State,
    pub title: String,
    pub says: Foreign,
}

/// The engagement as a line that climbs, and falls where something was lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    /// The picture in words.
    pub says: String,
    /// Oldest first; the last one is the moment of the page.
    pub points: Vec<Point>,
}

/// The state at the end of a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    pub on: NaiveDate,
    pub done: u16,
    pub of: u16,
    /// Points that had been done and were lost at that moment.
    pub lost: u16,
}

/// How it was measured, for whoever wants to check it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Method {
    /// `rescue 0.1.0`.
    pub tool: String,
    pub checklist: Foreign,
    pub checklist_version: Foreign,
    /// Names of the vendors whose systems answered.
    pub asked: Vec<String>,
    /// The end of the newest look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_look: Option<DateTime<Utc>>,
    /// Sentences for a reader, in order.
    pub says: Vec<String>,
    pub facts: Facts,
    /// The page before this one, by its digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Digest>,
}

/// The facts that stand behind a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    pub count: u64,
    /// The newest of them; none when there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<FactId>,
    /// Of all of them in order of their ids: each fact's digest over the digest before it ([`super::seal::chain`]).
    pub chain: Digest,
    /// Of the text of the checklist.
    pub checklist: Digest,
}
