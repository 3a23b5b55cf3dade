//! The rule by which observations of old runs are thinned: how old, and which stay as samples. It chooses among looks that
//! nothing rests on; what something rests on is `behind`.

use super::{Fact, FactId};
use super::{FactBody, Limit};
use chrono::{DateTime, Datelike as _, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use strum::{Display, EnumString};

/// Which old observations stay although nothing rests on them: the newest of each stretch, for each probe and subject.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Display, EnumString)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Keep {
    /// One of each week, counted as ISO 8601 does.
    Weekly,
    /// One of each month.
    Monthly,
    /// None.
    #[default]
    None,
}

/// The rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// Observations that are younger stay.
    pub older_than: Limit,
    pub keep: Keep,
}

/// Ninety days: a quarter of weekly runs stays whole.
const OLDER_THAN: Limit = Limit(90 * 86_400);

impl Default for Retention {
    fn default() -> Self {
        Self { older_than: OLDER_THAN, keep: Keep::default() }
    }
}

impl std::fmt::Display for Retention {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let keeping = match self.keep {
            Keep::Weekly => ", keeping one a week",
            Keep::Monthly => ", keeping one a month",
            Keep::None => "",
        };
        write!(f, "older than {}{keeping}", self.older_than)
    }
}

impl Retention {
    /// What was said, and the default for what was not.
    #[must_use]
    pub fn or_default(older_than: Option<Limit>, keep: Option<Keep>) -> Self {
        Self { older_than: older_than.unwrap_or(OLDER_THAN), keep: keep.unwrap_or_default() }
    }

    /// The outcomes whose observations this rule lets go, of those that nothing rests on. `rests`: [`super::behind()`].
    #[must_use]
    pub fn lets_go(&self, facts: &[Fact], rests: &BTreeSet<FactId>, now: DateTime<Utc>) -> BTreeSet<FactId> {
        let before = now.checked_sub_signed(self.older_than.as_delta()).unwrap_or(DateTime::<Utc>::MIN_UTC);
        let mut samples: HashMap<(&str, &str, i32, u32), &Fact> = HashMap::new();
        let mut old = BTreeSet::new();
        for fact in facts {
            let FactBody::Outcome(it) = &fact.body else { continue };
            if it.observation.is_none() || fact.at >= before {
                continue;
            }
            old.insert(fact.id);
            if let Some((year, part)) = self.stretch(fact.at) {
                let sample = samples.entry((it.probe.as_str(), &it.subject, year, part)).or_insert(fact);
                if (sample.at, sample.id) < (fact.at, fact.id) {
                    *sample = fact;
                }
            }
        }
        let samples: BTreeSet<FactId> = samples.into_values().map(|it| it.id).collect();
        old.into_iter().filter(|id| !rests.contains(id) && !samples.contains(id)).collect()
    }

    fn stretch(&self, at: DateTime<Utc>) -> Option<(i32, u32)> {
        match self.keep {
            Keep::Weekly => Some((at.iso_week().year(), at.iso_week().week())),
            Keep::Monthly => Some((at.year(), at.month())),
            Keep::None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_reads_as_a_sentence() {
        assert_eq!(Retention::default().to_string(), "older than 90d");
        let rule = Retention::or_default("7d".parse().ok(), Some(Keep::Monthly));
        assert_eq!(rule.to_string(), "older than 7d, keeping one a month");
    }
}
