//! JSON as people write it in settings: with comments and commas too many. And the line on which a key stands, which
//! the parser does not tell.

use serde_json::Value;
use std::collections::HashMap;

/// Parses JSON with comments and trailing commas. None of anything else.
pub(super) fn read(text: &str) -> Option<Value> {
    let text = text.trim_start_matches('\u{feff}');
    serde_json::from_str(text).ok().or_else(|| serde_json::from_str(&plain(text)).ok())
}

/// The text without comments and without commas before a closing bracket. Lines stay where they are.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    let mut quoted = false;
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if quoted => {
                plain.push(letter);
                plain.extend(letters.next());
            }
            '"' => {
                quoted = !quoted;
                plain.push(letter);
            }
            '/' if !quoted && letters.peek() == Some(&'/') => {
                while letters.peek().is_some_and(|it| *it != '\n') {
                    letters.next();
                }
            }
            '/' if !quoted && letters.peek() == Some(&'*') => {
                letters.next();
                let mut before = ' ';
                for inside in letters.by_ref() {
                    if inside == '\n' {
                        plain.push('\n');
                    }
                    if before == '*' && inside == '/' {
                        break;
                    }
                    before = inside;
                }
            }
            '}' | ']' if !quoted => {
                let end = plain.trim_end().len();
                if plain.get(..end).is_some_and(|it| it.ends_with(',')) {
                    plain.replace_range(end - 1..end, " ");
                }
                plain.push(letter);
            }
            _ => plain.push(letter),
        }
    }
    plain
}

/// On which lines the keys of a text stand, found in one pass: a manifest may have more keys than anybody would look for one
/// by one.
pub(in crate::repo) struct KeyLines<'t>(HashMap<&'t str, Vec<(u32, &'t str)>>);

impl<'t> KeyLines<'t> {
    /// Of a text that need not be whole.
    pub fn of(text: &'t str) -> Self {
        let mut keys: HashMap<&str, Vec<(u32, &str)>> = HashMap::new();
        for (line, content) in (1_u32..).zip(text.lines()) {
            let mut rest = content;
            while let Some((key, behind)) = rest.split_once('"').and_then(|(_, inside)| inside.split_once('"')) {
                let is_key = behind.trim_start().starts_with(':');
                if is_key {
                    keys.entry(key).or_default().push((line, behind));
                }
                rest = behind;
            }
        }
        Self(keys)
    }

    /// Where a key with that value is likely to stand: the first line that has the key and holds the value behind it, else
    /// the first with the key, else the first line.
    pub fn of_key(&self, key: &str, value: &str) -> u32 {
        let Some(places) = self.0.get(key) else { return 1 };
        let with_value = places.iter().find(|(_, behind)| behind.contains(value));
        with_value.or(places.first()).map_or(1, |(line, _)| *line)
    }
}

/// As [`KeyLines::of_key`], for one key.
pub(super) fn line_of(text: &str, key: &str, value: &str) -> u32 {
    KeyLines::of(text).of_key(key, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_commas_too_many_are_forgiven() {
        let text = "{\n // a\n \"a\": \"// no, [1,] stays\", /* b\n */ \"b\": [1, 2,\n ],\n}";
        assert_eq!(read(text), Some(serde_json::json!({"a": "// no, [1,] stays", "b": [1, 2]})));
        assert_eq!(read("{ a: 1 }"), None);
        assert_eq!(read("{ \"a\": \"\\\" // b\" }"), Some(serde_json::json!({"a": "\" // b"})));
    }

    #[test]
    fn keys_have_lines() {
        let text = "{\n\"scripts\": {\n\"lint\": \"eslint\"\n},\n\"devDependencies\": { \"eslint\": \"9\",\n\"lint\": \"1\" } }";
        assert_eq!((line_of(text, "lint", "1"), line_of(text, "lint", "eslint"), line_of(text, "gone", "")), (6, 3, 1));
        assert_eq!(line_of("{\n\"a\": \"b\", \"c\": 1,\n\"b\": 2 }", "b", ""), 3, "what stands as a value is no key");
    }

    #[test]
    fn a_hundred_thousand_keys_are_found_in_one_pass() {
        let text: String = (0..100_000).map(|at| format!("\"a{at}\": \"{at}\",\n")).collect();
        let lines = KeyLines::of(&text);
        let found = (0..100_000_u32).filter(|at| lines.of_key(&format!("a{at}"), &at.to_string()) == at + 1).count();
        assert_eq!(found, 100_000);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_to_its_end(text in "[\\{\\}\\[\\]\",:/* \na1\\\\]{0,80}") {
            let _ = read(&text);
            proptest::prop_assert!(plain(&text).len() <= text.len());
        }
    }
}
