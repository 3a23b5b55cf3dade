//! Writes a checklist as a text of its own, which loads again for ever without any parent. Decides nothing.

use crate::domain::checklist::Effort;
use crate::domain::{Checklist, Consent, Decides, Freshness, Gate, Item, ItemId, JudgedFor, Phase, Rule};
use serde::Serialize;
use toml::{Table, Value};

#[derive(Serialize)]
struct Written<'c> {
    name: &'c str,
    title: &'c str,
    version: &'c str,
    retired: Vec<WrittenRetired<'c>>,
    item: Vec<WrittenItem<'c>>,
}

#[derive(Serialize)]
struct WrittenRetired<'c> {
    id: &'c str,
    replaced_by: &'c str,
}

/// Every field is written, also those with their default: a later default must not change an adopted text.
#[derive(Serialize)]
struct WrittenItem<'c> {
    id: &'c str,
    phase: Phase,
    /// Only one that was given: a title may be longer than a short label may.
    #[serde(skip_serializing_if = "Option::is_none")]
    short: Option<&'c str>,
    title: &'c str,
    why: &'c str,
    founder: &'c str,
    #[serde(skip_serializing_if = "Option::is_none")]
    founder_done: Option<&'c str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    founder_ask: Option<&'c str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    founder_minutes: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stake: Option<&'c str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    emergency: &'c [String],
    how: &'c [String],
    decides: Decides,
    rule: Value,
    to_come: &'c [String],
    fresh: Value,
    judged_for: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    gate: Option<Gate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gate_if: Option<&'c str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    applies_if: Option<&'c str>,
    absent: &'static str,
    rotation: bool,
    effort: Effort,
    danger: u8,
    reach: u8,
    after: Vec<&'c str>,
    consent: Consent,
    references: &'c [String],
}

/// The text of `checklist`: equal checklists have equal texts.
///
/// # Errors
/// Only if the TOML writer refuses, which no checklist that was loaded makes it do.
pub(super) fn write(checklist: &Checklist) -> Result<String, toml::ser::Error> {
    let retired = checklist.retired.iter().map(|(id, by)| WrittenRetired { id: id.as_str(), replaced_by: by });
    toml::to_string(&Written {
        name: &checklist.name,
        title: &checklist.title,
        version: &checklist.version,
        retired: retired.collect(),
        item: checklist.items.iter().map(item).collect(),
    })
}

fn item(item: &Item) -> WrittenItem<'_> {
    WrittenItem {
        id: item.id.as_str(),
        phase: item.phase,
        short: (item.short != item.title).then_some(&item.short),
        title: &item.title,
        why: &item.why,
        founder: &item.founder,
        founder_done: item.founder_done.as_deref(),
        founder_ask: item.founder_ask.as_deref(),
        founder_minutes: item.founder_minutes,
        stake: item.stake.as_deref(),
        emergency: &item.emergency,
        how: &item.how,
        decides: item.decides,
        rule: rule(&item.rule),
        to_come: &item.to_come,
        fresh: match item.fresh {
            Freshness::Days(days) => Value::Integer(days.into()),
            Freshness::AtClose => "at-close".into(),
        },
        judged_for: match item.judged_for {
            JudgedFor::Days(days) => Value::Integer(days.into()),
            JudgedFor::Engagement => "engagement".into(),
        },
        gate: item.gate,
        gate_if: item.gate_if.as_deref(),
        applies_if: item.applies_if.as_deref(),
        absent: if item.absent_is_fine { "na" } else { "fails" },
        rotation: item.rotation,
        effort: item.effort,
        danger: item.danger,
        reach: item.reach,
        after: item.after.iter().map(ItemId::as_str).collect(),
        consent: item.consent,
        references: &item.references,
    }
}

fn rule(rule: &Rule) -> Value {
    let group = |name: &str, rules: &[Rule]| {
        Value::Table(Table::from_iter([(name.to_owned(), Value::Array(rules.iter().map(self::rule).collect()))]))
    };
    match rule {
        Rule::Probe(id) => id.as_str().into(),
        // The reader's word for "no probe".
        Rule::All(rules) if rules.is_empty() => Value::Array(Vec::new()),
        Rule::All(rules) => group("all", rules),
        Rule::Any(rules) => group("any", rules),
    }
}
