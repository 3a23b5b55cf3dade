//! A checklist as data: phases, items, and the rule by which probes and people decide each.

use super::{Consent, ItemId, ProbeId};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr};

/// The three phases of an engagement.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Display, EnumString, IntoStaticStr,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Phase {
    /// Stop the bleeding.
    #[serde(rename = "week-1")]
    #[strum(serialize = "week-1")]
    Week1,
    /// Production basics.
    #[serde(rename = "weeks-2-3")]
    #[strum(serialize = "weeks-2-3")]
    Weeks2To3,
    /// Durability.
    #[serde(rename = "weeks-4-6")]
    #[strum(serialize = "weeks-4-6")]
    Weeks4To6,
}

impl Phase {
    pub const ALL: [Self; 3] = [Self::Week1, Self::Weeks2To3, Self::Weeks4To6];

    /// The first and last week of the phase in a six-week engagement, counted from 1.
    #[must_use]
    pub fn weeks(self) -> (u8, u8) {
        match self {
            Self::Week1 => (1, 1),
            Self::Weeks2To3 => (2, 3),
            Self::Weeks4To6 => (4, 6),
        }
    }

    /// As a heading: `Week 1`.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Week1 => "Week 1",
            Self::Weeks2To3 => "Weeks 2–3",
            Self::Weeks4To6 => "Weeks 4–6",
        }
    }
}

/// Who decides an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Display, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Decides {
    /// Probes alone tick it.
    Probe,
    /// Probes must not fail *and* a person judges.
    Both,
    /// A person attests with a proof.
    Person,
}

/// When an open item stops the show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Display, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Gate {
    /// Users are at risk today.
    Now,
    /// Before launch, or as soon as possible when users are already there.
    Launch,
    /// Before hand-over.
    Close,
}

/// How long a probe's pass counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Freshness {
    /// So many days, 1 to 366.
    Days(u16),
    /// Only looks made after the closing fact count, and they do not age.
    AtClose,
}

/// How long a person's judgement holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JudgedFor {
    /// So many days, 1 to 366.
    Days(u16),
    /// Until the closing fact.
    Engagement,
}

/// How much work an item is: minutes, hours, days.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, Display, EnumString, IntoStaticStr,
)]
pub enum Effort {
    S,
    #[default]
    M,
    L,
}

/// The rule of an item over its probes; groups nest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    Probe(ProbeId),
    All(Vec<Rule>),
    Any(Vec<Rule>),
}

impl Rule {
    /// Every probe of the rule, in the order of the file, each once.
    #[must_use]
    pub fn probes(&self) -> Vec<&ProbeId> {
        fn walk<'a>(rule: &'a Rule, into: &mut Vec<&'a ProbeId>) {
            match rule {
                Rule::Probe(id) if !into.contains(&id) => into.push(id),
                Rule::Probe(_) => {}
                Rule::All(rules) | Rule::Any(rules) => rules.iter().for_each(|rule| walk(rule, into)),
            }
        }
        let mut found = Vec::new();
        walk(self, &mut found);
        found
    }
}

/// One line of work with its acceptance criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    pub id: ItemId,
    pub phase: Phase,
    /// The wanted state in a few words, for lists; the title, cut, when the file gives none.
    pub short: String,
    /// The acceptance criterion, one sentence.
    pub title: String,
    /// Why it matters, one sentence that an engineer would say.
    pub why: String,
    /// What can happen to the founder while it is not done: one sentence in consequences.
    pub founder: String,
    /// What is true once it is done, one sentence for the founder that claims no more than was checked.
    #[serde(default)]
    pub founder_done: Option<String>,
    /// What the founder may have to decide or do for it: one sentence in the imperative.
    #[serde(default)]
    pub founder_ask: Option<String>,
    /// The founder's own time for `founder_ask`, in minutes from 1 to 600; never without it.
    #[serde(default)]
    pub founder_minutes: Option<u16>,
    /// What it means while it is open, in a clause that an engineer would say after a colon; no full stop.
    #[serde(default)]
    pub stake: Option<String>,
    /// What to do first, in this order, when it is seen open and users are at risk: a few words each.
    #[serde(default)]
    pub emergency: Vec<String>,
    /// Steps in the imperative, in order.
    pub how: Vec<String>,
    pub decides: Decides,
    /// The rule over its probes; an empty `All` when it has none.
    pub rule: Rule,
    pub fresh: Freshness,
    pub judged_for: JudgedFor,
    pub gate: Option<Gate>,
    /// A stack fact that makes it a gate only then, such as `uses.uploads`.
    pub gate_if: Option<String>,
    /// A stack fact without which the item does not apply.
    pub applies_if: Option<String>,
    /// `absent = "na"`: nothing that could do this is fine.
    pub absent_is_fine: bool,
    pub effort: Effort,
    /// How bad it is when open: 1 (tidy) to 5 (users' data today). Orders the *Now* lane.
    pub danger: u8,
    /// How easily it is reached by a stranger: 1 to 5. Orders the *Now* lane.
    pub reach: u8,
    /// Items that make this one possible.
    pub after: Vec<ItemId>,
    /// A leaked secret that its probes ever found keeps it open until a person says that it was replaced.
    #[serde(default)]
    pub rotation: bool,
    /// Systems whose probes are to come: named so that the console can say so.
    pub to_come: Vec<String>,
    /// What its active or outside-in probes will ask; `Passive` when none needs more.
    pub consent: Consent,
    /// Vendor pages by name.
    pub references: Vec<String>,
}

/// A checklist, whole and valid: made only by the loader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checklist {
    /// File name without `.toml`: `six-week`.
    pub name: String,
    pub version: String,
    pub title: String,
    /// In the order of the file.
    pub items: Vec<Item>,
    /// Ids that are gone, with what replaced them.
    pub retired: Vec<(ItemId, String)>,
}

impl Checklist {
    /// The item of that id.
    #[must_use]
    pub fn item(&self, id: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.id.as_str() == id)
    }
}
