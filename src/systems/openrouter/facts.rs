//! What is kept of OpenRouter's answers: amounts, periods and short names. A key's label, which shows parts of it, is not.

use crate::domain::Foreign;
use crate::systems::money::Usd;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};

/// A key: the one that asks, or one of the list. The outer `Option` of a limit is whether the answer states it at all,
/// the inner one whether there is any: `null` is unlimited, and missing is unknown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Key {
    pub hash: Option<Foreign>,
    pub name: Option<Foreign>,
    pub disabled: Option<bool>,
    #[serde(default, deserialize_with = "stated", skip_serializing_if = "Option::is_none")]
    pub limit: Option<Option<Usd>>,
    #[serde(default, deserialize_with = "stated", skip_serializing_if = "Option::is_none")]
    pub limit_reset: Option<Option<Foreign>>,
    pub usage_monthly: Option<Usd>,
    /// Spend on the client's own provider keys, in all.
    pub byok_usage: Option<Usd>,
    pub include_byok_in_limit: Option<bool>,
    pub is_management_key: Option<bool>,
    /// The older name of the same.
    pub is_provisioning_key: Option<bool>,
    pub expires_at: Option<DateTime<Utc>>,
}

impl Key {
    /// Whether it is a management key; none when the answer does not say.
    #[must_use]
    pub fn is_management(&self) -> Option<bool> {
        self.is_management_key.or(self.is_provisioning_key)
    }

    /// Its name in the list, else the first characters of its hash, which is no secret.
    #[must_use]
    pub fn title(&self) -> Foreign {
        let short = || self.hash.as_ref().map(|hash| Foreign::new(hash.as_str().chars().take(12).collect::<String>()));
        self.name.clone().or_else(short).unwrap_or_else(|| Foreign::new("the key that was given"))
    }
}

/// How often a limit starts anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reset {
    Daily,
    Weekly,
    Monthly,
    /// Never: it stops for good.
    Lifetime,
}

impl Reset {
    /// Reads the vendor's word, `null` being never. None for a word that is not known.
    #[must_use]
    pub fn of(word: Option<&str>) -> Option<Self> {
        match word {
            None => Some(Self::Lifetime),
            Some("daily") => Some(Self::Daily),
            Some("weekly") => Some(Self::Weekly),
            Some("monthly") => Some(Self::Monthly),
            Some(_) => None,
        }
    }

    /// The most that such a limit lets through in a month of 31 days, days and weeks being counted pro rata.
    #[must_use]
    pub fn in_a_month(&self, limit: Usd) -> Usd {
        match self {
            Self::Daily => limit.scaled(31, 1),
            Self::Weekly => limit.scaled(31, 7),
            Self::Monthly | Self::Lifetime => limit,
        }
    }

    /// As in `100 dollars a month`.
    #[must_use]
    pub fn words(&self) -> &'static str {
        match self {
            Self::Daily => "a day",
            Self::Weekly => "a week",
            Self::Monthly => "a month",
            Self::Lifetime => "in all",
        }
    }
}

/// The prepaid balance.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Credits {
    pub total_credits: Option<Usd>,
    pub total_usage: Option<Usd>,
}

impl Credits {
    /// What is left.
    #[must_use]
    pub fn balance(&self) -> Option<Usd> {
        Some(self.total_credits?.minus(self.total_usage?))
    }
}

/// The budgets of a workspace; each of them stops its keys.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Budgets {
    pub data: Option<Vec<Budget>>,
    pub include_byok_in_budgets: Option<bool>,
}

/// One budget of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Budget {
    pub limit_usd: Option<Usd>,
    #[serde(default, deserialize_with = "stated", skip_serializing_if = "Option::is_none")]
    pub reset_interval: Option<Option<Foreign>>,
}

/// A guardrail; its limit counts for the keys that it is assigned to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Guardrail {
    pub id: Option<Foreign>,
    pub name: Option<Foreign>,
    pub limit_usd: Option<Usd>,
    #[serde(default, deserialize_with = "stated", skip_serializing_if = "Option::is_none")]
    pub reset_interval: Option<Option<Foreign>>,
    pub include_byok_in_budgets: Option<bool>,
    /// Hashes of the keys that it is assigned to.
    #[serde(default)]
    pub keys: Vec<Foreign>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Assignment {
    pub(super) key_hash: Option<Foreign>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Workspace {
    pub(super) id: Option<Foreign>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Enveloped<T> {
    pub(super) data: T,
}

/// Keeps `null` apart from missing.
#[expect(clippy::option_option, reason = "null says unlimited, missing says nothing")]
fn stated<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(from).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(r#"{"limit":100,"limit_reset":"monthly"}"#, "100")]
    #[case(r#"{"limit":null}"#, "unlimited")]
    #[case("{}", "not said")]
    fn null_is_not_missing(#[case] body: &str, #[case] wanted: &str) {
        let key: Key = serde_json::from_str(body).unwrap();
        let said = key.limit.map_or("not said".to_owned(), |it| it.map_or("unlimited".to_owned(), |it| it.to_string()));
        assert_eq!(said, wanted);
        let stored: Key = serde_json::from_str(&serde_json::to_string(&key).unwrap()).unwrap();
        assert_eq!(stored, key, "what is stored is read back");
    }

    #[rstest]
    #[case(Some("daily"), Some("310"))]
    #[case(Some("monthly"), Some("10"))]
    #[case(None, Some("10"))]
    #[case(Some("hourly"), None)]
    fn a_month_of_a_limit(#[case] word: Option<&str>, #[case] wanted: Option<&str>) {
        assert_eq!(Reset::of(word).map(|it| it.in_a_month(Usd::dollars(10)).to_string()).as_deref(), wanted);
    }
}
