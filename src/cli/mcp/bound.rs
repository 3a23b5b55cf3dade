//! A document kept within what an agent can take in: long texts and long lists are cut, and every cut is told with what is
//! left over. Texts are made harmless and known credentials masked on the way. Nothing is added that was not there.

use crate::credentials::Redactor;
use crate::domain::Foreign;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Bytes that a document may have as JSON: what the usual clients still hand to their model.
pub(super) const MOST_BYTES: usize = 64 * 1024;
/// Rows of a list, and characters of a text, at first; halved until the document fits.
const ROWS: usize = 200;
const LETTERS: usize = 2_000;
/// Below this nothing is halved any more.
const FEWEST: usize = 3;

/// What one pass leaves.
struct Limits<'a> {
    rows: usize,
    letters: usize,
    redactor: &'a Redactor,
}

/// The document within its bounds; `cut` says what was left out where.
pub(super) fn bound(document: &Value, redactor: &Redactor) -> Value {
    let mut limits = Limits { rows: ROWS, letters: LETTERS, redactor };
    loop {
        let mut cut = BTreeMap::new();
        let mut bounded = limits.of(document, String::new(), &mut cut);
        let rows = cut.iter().map(|(field, more)| json!({ "field": field, "more": more, "says": format!("cut, {more} more") }));
        let rows: Vec<Value> = rows.collect();
        if let Some(fields) = bounded.as_object_mut().filter(|_| !rows.is_empty()) {
            let told = fields.entry("cut").or_insert_with(|| json!([]));
            if let Some(told) = told.as_array_mut() {
                told.extend(rows);
            }
        }
        if bounded.to_string().len() <= MOST_BYTES || limits.rows <= FEWEST {
            return bounded;
        }
        limits.rows /= 2;
        limits.letters /= 2;
    }
}

impl Limits<'_> {
    /// `cut` gathers, by list, how many rows were left out of all lists at that place.
    fn of(&self, value: &Value, place: String, cut: &mut BTreeMap<String, usize>) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(rows) => {
                let inside = format!("{place}[]");
                let kept = rows.iter().take(self.rows).map(|row| self.of(row, inside.clone(), cut)).collect();
                if rows.len() > self.rows {
                    *cut.entry(place).or_default() += rows.len() - self.rows;
                }
                Value::Array(kept)
            }
            Value::Object(fields) => {
                let named = |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
                fields.iter().map(|(name, it)| (name.clone(), self.of(it, named(name), cut))).collect()
            }
            other => other.clone(),
        }
    }

    fn text(&self, text: &str) -> String {
        let masked = self.redactor.mask(text);
        let text = Foreign::new(masked);
        let letters = text.as_str().chars().count();
        if letters <= self.letters {
            return text.into();
        }
        let kept: String = text.as_str().chars().take(self.letters).collect();
        format!("{kept}… (cut, {} more characters)", letters - self.letters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::Secret;
    use proptest::prelude::*;

    fn bounded(document: &Value) -> Value {
        bound(document, &Redactor::default())
    }

    #[test]
    fn what_fits_stays_as_it_is() {
        let document = json!({ "schema": 1, "n": [1, 2.5, null, true], "text": "as it was", "deep": { "a": [{ "b": "c" }] } });
        assert_eq!(bounded(&document), document);
    }

    #[test]
    fn each_cut_is_told_with_what_is_left_over() {
        let rows = |n: usize| (0..n).map(|n| json!({ "n": n })).collect::<Vec<_>>();
        let it =
            bounded(&json!({ "rows": rows(203), "all": [{ "in": rows(201) }, { "in": rows(202) }], "long": "x".repeat(2_010) }));
        assert_eq!(it["rows"].as_array().unwrap().len(), 200);
        let cut = json!([
            { "field": "all[].in", "more": 3, "says": "cut, 3 more" },
            { "field": "rows", "more": 3, "says": "cut, 3 more" }
        ]);
        assert_eq!(it["cut"], cut);
        assert!(it["long"].as_str().unwrap().ends_with("x… (cut, 10 more characters)"));
    }

    #[test]
    fn a_cut_that_was_told_before_stays_told() {
        let rows: Vec<Value> = (0..300).map(|n| json!(n)).collect();
        let it = bounded(&json!({ "rows": rows, "cut": [{ "field": "items", "more": 9 }] }));
        assert_eq!(it["cut"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn a_huge_document_is_halved_until_it_fits() {
        let row = json!({ "says": "y".repeat(1_500), "list": vec!["z".repeat(900); 40] });
        let it = bounded(&json!({ "findings": vec![row; 400] }));
        assert!(it.to_string().len() <= MOST_BYTES, "{}", it.to_string().len());
        let shown = it["findings"].as_array().unwrap().len();
        assert!(shown > 0);
        assert_eq!(it["cut"][0]["more"], 400 - shown);
    }

    #[test]
    fn a_known_credential_is_masked_wherever_it_stands() {
        let token = ["gh", "p_", &"k3".repeat(16)].concat();
        let it = bound(&json!({ "a": [{ "says": format!("with {token} inside") }] }), &Redactor::of([Secret::new(&token)]));
        assert_eq!(it["a"][0]["says"], "with [masked] inside");
    }

    proptest! {
        #[test]
        fn no_text_leaves_with_what_a_terminal_would_obey(text in any::<String>()) {
            let it = bounded(&json!({ "says": text }));
            let says = it["says"].as_str().unwrap();
            let neutral = Foreign::new(says);
            prop_assert_eq!(neutral.as_str(), says);
        }
    }
}
