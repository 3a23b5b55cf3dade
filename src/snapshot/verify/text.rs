//! Where two texts of a page differ, and which sentences of a record a page does not show.

use super::super::model::Page;
use super::super::read::leaves;
use super::{Difference, shown};
use crate::domain::Foreign;
use serde_json::Value;

/// Characters that are shown before and after the place where two lines part.
const BEFORE: usize = 30;
const AFTER: usize = 90;

/// The lines in which `page` is not `wanted`, by the page's line numbers.
pub(super) fn lines(page: &str, wanted: &str) -> Vec<Difference> {
    let (page, wanted): (Vec<&str>, Vec<&str>) = (page.split('\n').collect(), wanted.split('\n').collect());
    let same = page.iter().zip(&wanted).take_while(|(a, b)| a == b).count();
    let (rest, wanted) = (page.get(same..).unwrap_or_default(), wanted.get(same..).unwrap_or_default());
    let tail = rest.iter().rev().zip(wanted.iter().rev()).take_while(|(a, b)| a == b).count();
    let (rest, wanted) =
        (rest.get(..rest.len() - tail).unwrap_or_default(), wanted.get(..wanted.len() - tail).unwrap_or_default());
    let pairs = (0..rest.len().max(wanted.len())).map(|place| (place, rest.get(place).copied(), wanted.get(place).copied()));
    pairs
        .filter(|(_, given, wanted)| given != wanted)
        .map(|(place, given, wanted)| {
            let from = shared(given.unwrap_or_default(), wanted.unwrap_or_default());
            Difference {
                place: format!("line {}", same + place + 1),
                says: given.map(|line| around(line, from)),
                should: wanted.map(|line| around(line, from)),
            }
        })
        .collect()
}

/// How many characters two lines begin with in common.
fn shared(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count()
}

fn around(line: &str, place: usize) -> Foreign {
    let from = place.saturating_sub(BEFORE);
    let part: String = line.chars().skip(from).take(BEFORE + AFTER).collect();
    let before = if from > 0 { "…" } else { "" };
    let after = if line.chars().count() > from + BEFORE + AFTER { "…" } else { "" };
    Foreign::new(format!("{before}{part}{after}"))
}

/// The sentences of the record that the page does not show. `only_essential`: those that every layout shows.
pub(super) fn missing(html: &str, page: &Page, only_essential: bool) -> Vec<Difference> {
    let shows = squeezed(&visible(html));
    let value = serde_json::to_value(page).unwrap_or_default();
    let sentences = leaves(&value).into_iter().filter(|(place, leaf)| {
        let is_sentence = leaf.as_str().is_some_and(|text| text.contains(' '));
        is_sentence && (!only_essential || is_essential(place))
    });
    let missing = sentences.filter(|(_, leaf)| !shows.contains(&squeezed(leaf.as_str().unwrap_or_default())));
    missing.map(|(place, leaf): (String, &Value)| Difference { place, says: None, should: Some(shown(leaf)) }).collect()
}

/// What a page is for: the answer, the engineer's words, the first dangers and the first of the reader's turn, and what
/// could not be seen. A layout may shorten long lists.
fn is_essential(place: &str) -> bool {
    let mut parts = place.split('.');
    let part = (parts.next(), parts.next());
    let is_among_the_first = parts.next().and_then(|number| number.parse::<u8>().ok()).is_some_and(|number| number < 5);
    match part {
        (Some("verdict" | "note"), _) | (Some("dangers" | "turn" | "unseen" | "accepted" | "plan"), Some("says")) => true,
        (Some("dangers"), Some("list")) => is_among_the_first && place.ends_with(".consequence"),
        (Some("turn"), Some("list")) => is_among_the_first && place.ends_with(".action"),
        _ => false,
    }
}

/// The text of a page without its tags.
fn visible(html: &str) -> String {
    let mut out = String::new();
    for token in html5gum::Tokenizer::new(html).flatten() {
        if let html5gum::Token::String(text) = token {
            out.push_str(&String::from_utf8_lossy(&text));
        }
    }
    out
}

/// Without white space, which a layout may break anywhere.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("a\nb\nc", "a\nB\nc", &[("line 2", Some("b"), Some("B"))])]
    #[case("a\nc", "a\nb\nc", &[("line 2", None, Some("b"))])]
    #[case("a\nx\nc", "a\nc", &[("line 2", Some("x"), None)])]
    #[case("a", "a", &[])]
    #[case("", "a", &[("line 1", Some(""), Some("a"))])]
    fn lines_that_differ_are_told(#[case] page: &str, #[case] wanted: &str, #[case] told: &[(&str, Option<&str>, Option<&str>)]) {
        let found = lines(page, wanted);
        let found: Vec<_> = found
            .iter()
            .map(|it| (it.place.as_str(), it.says.as_ref().map(Foreign::as_str), it.should.as_ref().map(Foreign::as_str)))
            .collect();
        assert_eq!(found, told);
    }

    #[test]
    fn a_long_line_is_shown_around_its_difference() {
        let line = format!("{}x{}", "a".repeat(500), "b".repeat(500));
        let found = lines(&line, &line.replace('x', "y"));
        let says = found[0].says.as_ref().unwrap();
        assert!(says.as_str().starts_with("…aaa") && says.as_str().contains("axb") && says.as_str().ends_with("b…"), "{says}");
        assert!(says.as_str().chars().count() < 130);
    }
}
