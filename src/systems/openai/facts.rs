//! What is kept of OpenAI's answers. Limits come in cents, costs in dollars; neither is ever guessed.

use crate::domain::Foreign;
use crate::systems::money::Usd;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The first page of the projects.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Projects {
    pub data: Option<Vec<Project>>,
    pub has_more: Option<bool>,
}

impl Projects {
    /// The organisation's only project, when the page of one shows that there is no other.
    #[must_use]
    pub fn only(&self) -> Option<&Project> {
        match (self.data.as_deref(), self.has_more) {
            (Some([only]), Some(false)) => Some(only),
            _ => None,
        }
    }
}

/// A project of the organisation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Project {
    pub id: Option<Foreign>,
    pub name: Option<Foreign>,
    /// `active` or `archived`.
    pub status: Option<Foreign>,
}

impl Project {
    /// Its name, else its id.
    #[must_use]
    pub fn title(&self) -> Foreign {
        self.name.clone().or_else(|| self.id.clone()).unwrap_or_else(|| Foreign::new("without a name"))
    }
}

/// A hard limit. Every field may be missing; an unknown word in one of them decides nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SpendLimit {
    /// Whole cents.
    pub threshold_amount: Option<i64>,
    pub currency: Option<Foreign>,
    pub interval: Option<Foreign>,
    pub enforcement: Option<Enforcement>,
}

/// Whether the limit is armed: `enforcing`, `inactive`, or a word to come.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Enforcement {
    pub status: Option<Foreign>,
}

impl SpendLimit {
    /// The amount; none for a missing amount or one of zero, which limit nothing (`apis/spend.md` §1).
    #[must_use]
    pub fn amount(&self) -> Option<Usd> {
        self.threshold_amount.filter(|cents| *cents > 0).map(Usd::cents)
    }

    /// The word of `enforcement.status`.
    #[must_use]
    pub fn status(&self) -> Option<&str> {
        self.enforcement.as_ref()?.status.as_ref().map(Foreign::as_str)
    }
}

/// What was spent, as far as the answer shows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Costs {
    pub by_project: BTreeMap<String, Usd>,
    /// Costs that no project is named for: shown, never dropped.
    pub unattributed: Usd,
    /// Whether every day was in the answer.
    pub complete: bool,
}

impl Costs {
    /// What one project spent, by its id.
    #[must_use]
    pub fn of_project(&self, id: &str) -> Spent {
        Spent {
            amount: self.by_project.get(id).copied().unwrap_or_default(),
            complete: self.complete && self.unattributed == Usd::default(),
        }
    }

    /// What the organisation spent.
    #[must_use]
    pub fn of_organization(&self) -> Spent {
        let amount = self.by_project.values().fold(self.unattributed, |sum, amount| sum.plus(*amount));
        Spent { amount, complete: self.complete }
    }
}

/// An amount that is at least this much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent {
    pub amount: Usd,
    /// Whether it is all.
    pub complete: bool,
}

/// One page of the costs, as answered.
#[derive(Debug, Deserialize)]
pub(super) struct CostsPage {
    data: Option<Vec<Bucket>>,
    has_more: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct Bucket {
    results: Option<Vec<CostsResult>>,
}

#[derive(Debug, Deserialize)]
struct CostsResult {
    amount: Option<Amount>,
    project_id: Option<Foreign>,
}

#[derive(Debug, Deserialize)]
struct Amount {
    value: Option<Usd>,
    currency: Option<Foreign>,
}

impl CostsPage {
    /// The sums; none when a list, an amount or the currency is missing or is not US dollars.
    pub(super) fn summed(self) -> Option<Costs> {
        let mut costs = Costs { complete: self.has_more == Some(false), ..Costs::default() };
        for bucket in self.data? {
            for result in bucket.results? {
                let amount = result.amount?;
                if !amount.currency?.as_str().eq_ignore_ascii_case("usd") {
                    return None;
                }
                let value = amount.value?;
                match result.project_id {
                    Some(id) => {
                        let sum = costs.by_project.entry(id.into()).or_default();
                        *sum = sum.plus(value);
                    }
                    None => costs.unattributed = costs.unattributed.plus(value),
                }
            }
        }
        Some(costs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(r#"{"data":[],"has_more":false}"#, Some(("0", true)))]
    #[case(r#"{"data":[{"results":[{"amount":{"value":1.5,"currency":"usd"},"project_id":"proj_a"},
                                   {"amount":{"value":"0.25","currency":"USD"},"project_id":null}]}],"has_more":false}"#,
           Some(("1.75", true)))]
    #[case(r#"{"data":[],"has_more":true}"#, Some(("0", false)))]
    #[case(r#"{"data":[]}"#, Some(("0", false)))]
    #[case(r#"{"data":[{"results":[{"project_id":"proj_a"}]}],"has_more":false}"#, None)]
    #[case(r#"{"data":[{"results":[{"amount":{"value":1,"currency":"eur"}}]}],"has_more":false}"#, None)]
    #[case(r#"{"has_more":false}"#, None)]
    fn costs_are_summed_or_not_known(#[case] body: &str, #[case] wanted: Option<(&str, bool)>) {
        let page: CostsPage = serde_json::from_str(body).unwrap();
        let spent = page.summed().map(|it| it.of_organization()).map(|it| (it.amount.to_string(), it.complete));
        assert_eq!(spent, wanted.map(|(amount, complete)| (amount.to_owned(), complete)));
    }

    #[test]
    fn unattributed_costs_make_a_projects_sum_a_lower_bound() {
        let costs =
            Costs { by_project: [("proj_a".to_owned(), Usd::dollars(3))].into(), unattributed: Usd::dollars(1), complete: true };
        assert_eq!(costs.of_project("proj_a"), Spent { amount: Usd::dollars(3), complete: false });
    }
}
