//! One table of a checklist file, read field by field with its place. Guesses nothing: a wrong type is a problem, not a default.

use super::problem::{Problems, nearest, shown};
use crate::domain::Foreign;
use std::collections::BTreeSet;
use std::str::FromStr;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub(super) type Value<'t> = Spanned<DeValue<'t>>;

/// A text with the offset at which it stands.
#[derive(Clone)]
pub(super) struct Placed<T> {
    pub it: T,
    pub at: usize,
}

/// A table under a name by which its problems are told.
pub(super) struct Fields<'t, 'p> {
    table: &'t DeTable<'t>,
    /// Where the table begins.
    pub at: usize,
    /// The item, if the table is one.
    pub item: Option<String>,
    pub problems: &'p mut Problems,
}

impl<'t, 'p> Fields<'t, 'p> {
    pub fn new(table: &'t DeTable<'t>, at: usize, item: Option<String>, problems: &'p mut Problems) -> Self {
        Self { table, at, item, problems }
    }

    pub fn problem(&mut self, at: usize, says: impl Into<String>) {
        self.problems.add(at, self.item.as_deref(), says);
    }

    /// Tells every key that is not one of `known`.
    pub fn refuse_others(&mut self, known: &[&str]) {
        for key in self.table.keys() {
            let name: &str = key.get_ref();
            if known.contains(&name) {
                continue;
            }
            let next = match nearest(name, known) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("the keys here are {}", known.join(", ")),
            };
            let says = format!("the key `{}` is not known; {next}", shown(name));
            self.problems.add(key.span().start, self.item.as_deref(), says);
        }
    }

    pub fn get(&self, key: &str) -> Option<&'t Value<'t>> {
        self.table.get(key)
    }

    /// A text, trimmed. Absent: none; of another type or empty: a problem and none.
    pub fn text(&mut self, key: &str) -> Option<Placed<String>> {
        let value = self.get(key)?;
        let at = value.span().start;
        match value.get_ref() {
            DeValue::String(text) if text.trim().is_empty() => {
                self.problem(at, format!("`{key}` is empty; write it or remove the line"));
                None
            }
            DeValue::String(text) => Some(Placed { it: Foreign::new(text.trim()).into(), at }),
            other => {
                self.problem(at, format!("`{key}` is {}; write a text in quotes", kind(other)));
                None
            }
        }
    }

    /// A text that must be one of the words of `T`.
    pub fn word<T: FromStr>(&mut self, key: &str, words: &str) -> Option<T> {
        let Placed { it, at } = self.text(key)?;
        let word = it.parse().ok();
        if word.is_none() {
            self.problem(at, format!("`{key}` is `{}`; write one of {words}", shown(&it)));
        }
        word
    }

    /// True or false.
    pub fn flag(&mut self, key: &str) -> Option<bool> {
        let value = self.get(key)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.problem(value.span().start, format!("`{key}` is {}; write true or false", kind(value.get_ref())));
        }
        flag
    }

    /// A list of texts, none of them empty or twice there.
    pub fn texts(&mut self, key: &str) -> Option<Vec<Placed<String>>> {
        let value = self.get(key)?;
        let DeValue::Array(array) = value.get_ref() else {
            let says = format!("`{key}` is {}; write a list of texts in [ ]", kind(value.get_ref()));
            self.problem(value.span().start, says);
            return None;
        };
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        for entry in array {
            let at = entry.span().start;
            match entry.get_ref() {
                DeValue::String(text) if text.trim().is_empty() => {
                    self.problem(at, format!("`{key}` has an empty entry; write it or remove it"));
                }
                DeValue::String(text) if !seen.insert(text.trim()) => {
                    self.problem(at, format!("`{key}` names `{}` twice; remove one", shown(text)));
                }
                DeValue::String(text) => found.push(Placed { it: Foreign::new(text.trim()).into(), at }),
                other => {
                    let says = format!("`{key}` has an entry that is {}; write texts in quotes", kind(other));
                    self.problem(at, says);
                }
            }
        }
        Some(found)
    }

    /// The tables of an array of tables such as `[[item]]`, in the order of the file.
    pub fn tables(&mut self, key: &str) -> Vec<(usize, &'t DeTable<'t>)> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let hint = format!("write [[{key}]] above each");
        let DeValue::Array(array) = value.get_ref() else {
            let says = format!("`{key}` is {}; {hint}", kind(value.get_ref()));
            self.problem(value.span().start, says);
            return Vec::new();
        };
        let mut found = Vec::new();
        for entry in array {
            match entry.get_ref() {
                DeValue::Table(table) => found.push((entry.span().start, table)),
                other => {
                    let says = format!("`{key}` has an entry that is {}; {hint}", kind(other));
                    self.problem(entry.span().start, says);
                }
            }
        }
        found
    }
}

/// A whole number that fits, if the value is one.
pub(super) fn whole(value: &DeValue<'_>) -> Option<i64> {
    let number = value.as_integer()?;
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}

/// What a value is, for a reader.
pub(super) fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
