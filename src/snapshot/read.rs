//! Reading a record from JSON, strictly: what this version does not know, or would write otherwise, is told and never
//! passed over, for a reader must not take for checked what was not.

use super::model::SCHEMA;
use super::seal::Record;
use crate::domain::Foreign;
use serde_json::Value;
use std::collections::BTreeMap;

/// Why a text is no record that can be checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("it is not whole: the text ends too early")]
    Truncated,
    #[error("it is not JSON: {0}")]
    NotJson(Foreign),
    #[error("it is JSON, but not a snapshot: {0}")]
    NotASnapshot(Foreign),
    #[error("it has the form {found}; this rescue knows the forms up to {SCHEMA}")]
    Newer { found: u64 },
    #[error("it says something that this rescue does not know, or writes otherwise, at {}", places.join(", "))]
    Strange { places: Vec<String> },
}

/// The most places that a problem names.
const MOST: usize = 5;

impl Record {
    /// Reads a record.
    ///
    /// # Errors
    /// It is none, is of a newer form, or holds what would be lost by reading it.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        let value: Value = serde_json::from_str(text).map_err(|error| {
            if error.is_eof() { Unreadable::Truncated } else { Unreadable::NotJson(Foreign::new(error.to_string())) }
        })?;
        let Some(page) = value.get("page").and_then(Value::as_object) else {
            return Err(Unreadable::NotASnapshot("it has no `page`".into()));
        };
        match page.get("schema").and_then(Value::as_u64) {
            Some(found) if found > u64::from(SCHEMA) => return Err(Unreadable::Newer { found }),
            Some(found) if found == u64::from(SCHEMA) => {}
            _ => return Err(Unreadable::NotASnapshot("its `page` has no `schema` that is known".into())),
        }
        // From the text and not from the value, so that a field that is written twice is an error.
        let record: Self =
            serde_json::from_str(text).map_err(|error| Unreadable::NotASnapshot(Foreign::new(error.to_string())))?;
        let again = serde_json::to_value(&record).unwrap_or_default();
        let (given, read) = (leaves(&value), leaves(&again));
        let strange = given.iter().filter(|(place, leaf)| read.get(*place) != Some(*leaf)).map(|(place, _)| place);
        let lost = read.keys().filter(|place| !given.contains_key(*place));
        let places: Vec<String> = strange.chain(lost).take(MOST).map(|place| shown(place)).collect();
        if places.is_empty() { Ok(record) } else { Err(Unreadable::Strange { places }) }
    }

    /// The text of a file of this record.
    #[must_use]
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

/// A place as a message may quote it.
fn shown(place: &str) -> String {
    format!("`{}`", Foreign::new(place).cut(80))
}

/// Every value that holds no other, by its place. Dots inside a name are no matter: places are compared as they are.
pub(super) fn leaves(value: &Value) -> BTreeMap<String, &Value> {
    fn walk<'v>(value: &'v Value, place: &str, found: &mut BTreeMap<String, &'v Value>) {
        let within = |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
        match value {
            Value::Object(fields) if !fields.is_empty() => fields.iter().for_each(|(name, it)| walk(it, &within(name), found)),
            Value::Array(all) if !all.is_empty() => {
                all.iter().enumerate().for_each(|(number, it)| walk(it, &within(&number.to_string()), found));
            }
            leaf => {
                found.insert(place.to_owned(), leaf);
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(value, "", &mut found);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::story_tests::record;
    use rstest::rstest;

    #[test]
    fn a_record_comes_back_as_it_was() {
        let record = record();
        assert_eq!(Record::read(&record.to_text()), Ok(record.clone()));
        assert_eq!(Record::read(&serde_json::to_string(&record).unwrap()), Ok(record));
    }

    #[rstest]
    #[case::unknown("\"week\"", "\"month\": 1, \"week\"", "`page.month`")]
    #[case::newer("\"schema\": 1", "\"schema\": 2", "the form 2")]
    #[case::older("\"schema\": 1", "\"schema\": 0", "no `schema`")]
    #[case::twice("\"week\"", "\"week\": \"a\", \"week\"", "duplicate field `week`")]
    #[case::another("\"page\"", "\"leaf\"", "has no `page`")]
    #[case::written_otherwise("Z\"", "+00:00\"", "`page.moment`")]
    #[case::a_null("\"week\"", "\"note\": null, \"week\"", "`page.note`")]
    fn what_would_be_lost_is_told(#[case] from: &str, #[case] to: &str, #[case] wanted: &str) {
        let text = record().to_text();
        assert!(text.contains(from), "{from}");
        let problem = Record::read(&text.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(problem.contains(wanted), "{problem}");
    }

    #[test]
    fn half_a_record_and_none_are_told() {
        let text = record().to_text();
        assert_eq!(Record::read(&text[..text.len() / 2]), Err(Unreadable::Truncated));
        assert!(matches!(Record::read("hello"), Err(Unreadable::NotJson(_))));
        assert!(matches!(Record::read("[]"), Err(Unreadable::NotASnapshot(_))));
    }
}
