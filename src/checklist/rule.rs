//! Reads the rule of an item: a probe's id, or groups of them that nest. Asks only whether a probe exists.

use super::fields::{Fields, kind};
use super::item::Strictness;
use super::problem::shown;
use crate::domain::{ProbeId, Rule};
use toml::de::DeValue;

/// Deeper rules than this are a mistake, and the parser's own limit is not far.
const DEEPEST_RULE: usize = 6;

/// The rule of an item, if it has one.
pub(super) fn read(fields: &mut Fields<'_, '_>, how: Strictness<'_>) -> Option<Rule> {
    let value = fields.get("rule")?;
    // The one way to say "no probe", which an override needs and a stored text writes.
    if let DeValue::Array(array) = value.get_ref()
        && array.is_empty()
    {
        return Some(Rule::All(Vec::new()));
    }
    rule(fields, value.get_ref(), value.span().start, 0, how)
}

fn rule(fields: &mut Fields<'_, '_>, value: &DeValue<'_>, at: usize, depth: usize, how: Strictness<'_>) -> Option<Rule> {
    if depth > DEEPEST_RULE {
        fields.problem(at, format!("the rule nests deeper than {DEEPEST_RULE} groups; flatten it"));
        return None;
    }
    match value {
        DeValue::String(text) => probe(fields, text, at, how).map(Rule::Probe),
        DeValue::Table(table) => {
            let mut groups = table.iter();
            let (Some((key, group)), None) = (groups.next(), groups.next()) else {
                fields.problem(at, "a group of the rule is one of `all` or `any`; write { all = [..] } or { any = [..] }");
                return None;
            };
            let name: &str = key.get_ref();
            if !matches!(name, "all" | "any") {
                fields.problem(key.span().start, format!("a rule has no `{}`; write `all` or `any`", shown(name)));
                return None;
            }
            let DeValue::Array(entries) = group.get_ref() else {
                fields.problem(group.span().start, format!("`{name}` is {}; write a list of probes", kind(group.get_ref())));
                return None;
            };
            if entries.is_empty() {
                fields.problem(group.span().start, format!("`{name}` is an empty group; name a probe or remove it"));
                return None;
            }
            let rules: Vec<Option<Rule>> =
                entries.iter().map(|entry| rule(fields, entry.get_ref(), entry.span().start, depth + 1, how)).collect();
            let rules = rules.into_iter().collect::<Option<Vec<Rule>>>()?;
            Some(if name == "any" { Rule::Any(rules) } else { Rule::All(rules) })
        }
        other => {
            fields.problem(at, format!("a rule is {}; write a probe's id, {{ all = [..] }} or {{ any = [..] }}", kind(other)));
            None
        }
    }
}

fn probe(fields: &mut Fields<'_, '_>, text: &str, at: usize, how: Strictness<'_>) -> Option<ProbeId> {
    let id = match text.parse::<ProbeId>() {
        Ok(id) => id,
        Err(error) => {
            fields.problem(at, error.to_string());
            return None;
        }
    };
    if let Strictness::Adopting(exists) = how
        && !exists(id.as_str())
    {
        let says =
            format!("names the probe `{}`, which does not exist; `rescue checklist show` names those that do", shown(text));
        fields.problem(at, says);
    }
    Some(id)
}
