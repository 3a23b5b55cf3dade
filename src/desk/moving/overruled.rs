//! What a join of two places did to the settings. Settings are whole facts and the newest counts, so that a version written
//! without knowledge of another one takes back what that one had set: nothing of it is lost without a word.

use crate::domain::decisions::{Agreement, Term};
use crate::domain::ledger::Ledger;
use crate::domain::{AppName, AppSettings, Fact, FactBody, FactId, Foreign, Side};
use crate::words::shell_word;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The settings' values by their places: `title`, or `ceilings` with `openai`.
type Values = BTreeMap<Place, Value>;
/// A field of the settings, and its entry where it has several.
type Place = (String, Option<String>);

/// A version of the settings, and the fact that set it.
struct Version<'a> {
    fact: &'a Fact,
    values: Values,
}

/// The most changes that are told one by one.
const MOST: usize = 12;

/// What of the settings that counted at one of the two places does not count after the join, one line each: the value, whose
/// it was, since when, and what brings it back. `before`: the facts of here; `came`: those that were brought.
pub(super) fn overruled(name: &AppName, before: &[Fact], came: &[Fact], now: DateTime<Utc>) -> Vec<String> {
    let (ours, theirs) = (versions(before, now), versions(came, now));
    let ids = |versions: &[Version<'_>]| -> BTreeSet<FactId> { versions.iter().map(|it| it.fact.id).collect() };
    let (our_ids, their_ids) = (ids(&ours), ids(&theirs));
    // An older file, or one that says nothing new of the settings.
    if their_ids.is_subset(&our_ids) {
        return Vec::new();
    }
    let mut all: BTreeMap<FactId, &Fact> = before.iter().map(|fact| (fact.id, fact)).collect();
    all.extend(came.iter().map(|fact| (fact.id, fact)));
    let all: Vec<Fact> = all.into_values().filter(|fact| is_about_settings(fact)).cloned().collect();
    let joined = versions(&all, now);
    let Some(last) = joined.last() else { return Vec::new() };
    // Both went on alone: then a value that both set is of the newer one only.
    let both_went_on = !our_ids.is_subset(&their_ids);
    let mut lines = Vec::new();
    for side in [&ours, &theirs] {
        if side.last().is_some_and(|it| it.fact.id != last.fact.id) {
            lines.extend(lost(name, side, last, both_went_on, &(&our_ids & &their_ids)));
        }
    }
    let more = lines.len().saturating_sub(MOST);
    lines.truncate(MOST);
    if more > 0 {
        lines.push(format!("and {more} more of its settings: compare `rescue app show {name}` with what was agreed"));
    }
    lines
}

fn lost(name: &AppName, side: &[Version<'_>], last: &Version<'_>, both_went_on: bool, common: &BTreeSet<FactId>) -> Vec<String> {
    let mut lines = Vec::new();
    let Some(end) = side.last() else { return lines };
    let places: BTreeSet<_> = side.iter().flat_map(|it| it.values.keys()).collect();
    for place in places {
        let (had, has) = (end.values.get(place), last.values.get(place));
        if had == has {
            continue;
        }
        // Since when it read so, and what it was before.
        let since =
            side.iter().rposition(|it| it.values.get(place) != had).and_then(|at| Some((side.get(at)?, side.get(at + 1)?)));
        let Some((earlier, set)) = since else { continue };
        // What both knew was changed knowing it. Where only one went on, nobody can say what it knew: what reads as it did
        // before is told, and another value is an ordinary change.
        let is_news = if both_went_on { !common.contains(&set.fact.id) } else { earlier.values.get(place) == has };
        if !is_news {
            continue;
        }
        let (what, was) = (called(place), told(had));
        let (by, at) = (&set.fact.by, set.fact.at.date_naive());
        let FactBody::Settings { settings } = &end.fact.body else { continue };
        let again = again(name, place, settings, had).map_or_else(String::new, |it| format!("; if it still holds: `{it}`"));
        lines.push(format!(
            "its {what} was set to {was} by {by} on {at}, and is {} in {}'s newer settings, which count{again}",
            told(has),
            last.fact.by
        ));
    }
    lines
}

fn is_about_settings(fact: &Fact) -> bool {
    matches!(fact.body, FactBody::Settings { .. } | FactBody::Retracted { .. })
}

/// Every version of the settings that counts, oldest first.
fn versions(facts: &[Fact], now: DateTime<Utc>) -> Vec<Version<'_>> {
    let ledger = Ledger::read(facts, now);
    let version = |fact: &&'_ Fact| match &fact.body {
        FactBody::Settings { settings } => Some(values(settings)),
        _ => None,
    };
    ledger.counting().iter().filter_map(|fact| Some(Version { fact, values: version(fact)? })).collect()
}

fn values(settings: &AppSettings) -> Values {
    let mut values = Values::new();
    let Ok(Value::Object(fields)) = serde_json::to_value(settings) else { return values };
    for (field, value) in fields {
        match value {
            // A name belongs to the installation, and whose word something is stands with what was agreed.
            _ if matches!(field.as_str(), "name" | "agreed") => {}
            Value::Object(entries) => {
                values.extend(entries.into_iter().map(|(entry, value)| ((field.clone(), Some(entry)), value)));
            }
            Value::Array(list) => values.extend(list.into_iter().map(|value| {
                let entry = value.get("name").and_then(Value::as_str).map_or_else(|| told(Some(&value)), str::to_owned);
                ((field.clone(), Some(entry)), value)
            })),
            value => drop(values.insert((field, None), value)),
        }
    }
    for (term, agreement) in &settings.agreed {
        let place = match term {
            Term::Ceiling(system) => ("ceilings".to_owned(), Some(system.to_string())),
            Term::Limit(item) => ("limits".to_owned(), Some(item.to_string())),
            Term::CutOver => ("cut_over".to_owned(), None),
        };
        if let Some(value) = values.get_mut(&place) {
            *value = Value::Array(vec![value.take(), json!(agreement)]);
        }
    }
    values
}

fn called((field, entry): &Place) -> String {
    let field = field.replace('_', " ");
    match entry {
        Some(entry) => format!("{field} {}", Foreign::new(entry).cut(60)),
        None => field,
    }
}

/// A value in words.
fn told(value: Option<&Value>) -> String {
    let joined = |parts: Vec<String>| parts.join(", ");
    let text = match value {
        None | Some(Value::Null) => return "not set".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Object(fields)) => joined(fields.values().map(|it| told(Some(it))).collect()),
        Some(Value::Array(parts)) => joined(parts.iter().map(|it| told(Some(it))).collect()),
        Some(other) => other.to_string(),
    };
    Foreign::new(text).cut(200)
}

/// The command that sets a value as these settings have it, where there is one.
fn again(name: &AppName, (field, entry): &Place, settings: &AppSettings, had: Option<&Value>) -> Option<String> {
    let flag = field.strip_suffix('s').filter(|_| entry.is_some()).unwrap_or(field).replace('_', "-");
    let given = match (field.as_str(), entry.as_deref(), had) {
        ("archived" | "discovery_complete", ..) | ("start" | "title" | "weeks", _, None) => return None,
        ("path", ..) => format!("--repo {}", quoted(&settings.path.as_ref()?.display().to_string())),
        ("people", Some(person), Some(_)) => {
            let it = settings.people.iter().find(|it| it.name == person)?;
            let side = if it.side == Side::Client { "client" } else { "ours" };
            let more = [&it.mail, &it.role].map(|it| it.as_ref().map_or("", Foreign::as_str)).join(":");
            format!("--person {}", quoted(format!("{side}:{}:{more}", it.name).trim_end_matches(':')))
        }
        ("people", Some(person), None) => format!("--clear {}", quoted(&format!("person={person}"))),
        (_, Some(entry), None) => format!("--clear {}", quoted(&format!("{flag}={entry}"))),
        (_, None, None) => format!("--clear {flag}"),
        ("cut_over", ..) => format!("--cut-over {}{}", settings.cut_over?, whose(settings, &Term::CutOver)),
        ("ceilings", Some(system), _) => {
            let (of, usd) = settings.ceilings.iter().find(|(of, _)| of.id() == system)?;
            format!("--ceiling {system}={usd}{}", whose(settings, &Term::Ceiling(*of)))
        }
        ("limits", Some(item), _) => {
            let (of, limit) = settings.limits.iter().find(|(of, _)| of.as_str() == item)?;
            format!("--limit {item}={limit}{}", whose(settings, &Term::Limit(of.clone())))
        }
        ("asset_hosts" | "providers", Some(entry), _) => format!("--{flag} {}", quoted(entry)),
        ("stack", Some(of), Some(is)) => {
            format!("--stack {}={}", quoted(of), if *is == Value::Bool(true) { "yes" } else { "no" })
        }
        (_, Some(entry), value) => format!("--{flag} {}", quoted(&format!("{entry}={}", told(value)))),
        (_, None, value) => format!("--{flag} {}", quoted(&told(value))),
    };
    Some(format!("rescue app edit {name} {given}"))
}

/// Whose word it was, as it is said on the command line.
fn whose(settings: &AppSettings, term: &Term) -> String {
    let Some(Agreement { by, proof, on }) = settings.agreed.get(term) else { return String::new() };
    let proof = proof.as_ref().map_or_else(String::new, |it| format!(" --proof {}", quoted(it.as_str())));
    format!(" --agreed-by {}{proof} --agreed-on {on}", quoted(by.as_str()))
}

/// A word for a shell.
fn quoted(text: &str) -> String {
    let text = Foreign::new(text);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '=' | '@' | '+' | ',');
    if !text.as_str().is_empty() && text.as_str().chars().all(is_plain) {
        return text.to_string();
    }
    shell_word(text.as_str())
}

#[cfg(test)]
mod tests;
