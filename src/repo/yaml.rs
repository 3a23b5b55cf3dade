//! YAML 1.2 as a tree whose nodes know their lines, within a budget: a text made to grow without end is refused and told,
//! and `on` and `yes` are words as they are in YAML 1.2.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;
use std::fmt;

/// Largest text that is read as YAML, in bytes. A workflow that people write is a hundredth of it.
const MOST_BYTES: usize = 1 << 20;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Counted from 1; 0 when the parser lost it.
    pub line: u32,
    pub value: Value,
}

/// What a node holds. Numbers and dates are kept as they are written, as far as the parser tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Nothing,
    Flag(bool),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

/// Reads a text. None when it is no YAML, holds more than one document, or grows past the budget.
#[must_use]
pub fn read(text: &str) -> Option<Node> {
    if text.len() > MOST_BYTES {
        return None;
    }
    let options = serde_saphyr::options! {
        strict_booleans: true,
        budget: serde_saphyr::budget! {
            max_events: 100_000,
            max_nodes: 50_000,
            max_aliases: 2_000,
            max_depth: 48,
            max_documents: 1,
        },
    };
    serde_saphyr::from_str_with_options(text.trim_start_matches('\u{feff}'), options).ok()
}

impl Node {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(name, _)| name == key).map(|(_, it)| it)
    }

    /// The entries of a map; none of anything else.
    #[must_use]
    pub fn entries(&self) -> &[(String, Self)] {
        if let Value::Map(entries) = &self.value { entries } else { &[] }
    }

    /// The elements of a list; none of anything else.
    #[must_use]
    pub fn elements(&self) -> &[Self] {
        if let Value::List(elements) = &self.value { elements } else { &[] }
    }

    /// The text of a scalar.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            Value::Flag(true) => Some("true"),
            Value::Flag(false) => Some("false"),
            _ => None,
        }
    }

    /// The text of the scalar below a key.
    #[must_use]
    pub fn text_of(&self, key: &str) -> Option<&str> {
        self.get(key)?.text()
    }

    /// One text, or the texts of a list.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        let one = self.text().into_iter();
        one.chain(self.elements().iter().filter_map(Self::text)).map(str::to_owned).collect()
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Value>::deserialize(deserializer)?;
        Ok(Self { line: u32::try_from(spanned.referenced.line()).unwrap_or(u32::MAX), value: spanned.value })
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Flag(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Text(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Text(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Text(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::Text(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = access.next_element()? {
            elements.push(element);
        }
        Ok(Value::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Value::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_yaml_one_point_one_are_words_and_lines_are_kept() {
        let node = read("on:\n  push:\n    branches: [main, 1.0]\nyes: no\nflag: true\nnone:\ntext: |\n  a\n  b\n").unwrap();
        let branches = node.get("on").unwrap().get("push").unwrap().get("branches").unwrap();
        assert_eq!(branches.line, 3);
        assert_eq!(branches.texts().first().map(String::as_str), Some("main"));
        assert_eq!(node.text_of("yes"), Some("no"));
        assert_eq!(node.get("flag").unwrap().value, Value::Flag(true));
        assert_eq!(node.get("none").unwrap().value, Value::Nothing);
        assert_eq!(node.text_of("text"), Some("a\nb\n"));
    }

    #[test]
    fn anchors_are_followed_within_a_budget() {
        let node = read("a: &a\n  run: x\nb: *a\nc:\n  <<: *a\n  name: y\n").unwrap();
        assert_eq!(node.get("b").unwrap().text_of("run"), Some("x"));
        assert_eq!(node.get("c").unwrap().text_of("run"), Some("x"));
        let names = "abcdefghijk";
        let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for (before, name) in names.chars().zip(names.chars().skip(1)) {
            let nine = vec![format!("*{before}"); 9].join(", ");
            bomb = format!("{bomb}{name}: &{name} [{nine}]\n");
        }
        assert_eq!(read(&bomb), None);
    }

    #[test]
    fn what_is_no_yaml_or_too_much_of_it_is_refused() {
        assert_eq!(read("a: [\n"), None);
        assert_eq!(read("a: b\n  c: d\n"), None);
        assert_eq!(read(&"[".repeat(10_000)), None);
        assert_eq!(read(&"- a\n".repeat(400_000)), None);
    }
}
