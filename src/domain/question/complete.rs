//! What could be written next, and which known word is nearest to one that is not known. It reads nothing and guesses
//! nothing into a question: it only offers.

use super::read::{OUTCOMES, tokens};
use super::{AppWord, Vocabulary};
use crate::domain::glance::WORKS;
use crate::domain::{GapKind, Truth};
use std::cmp::Reverse;
use strum::VariantArray;

/// How many words are offered.
const MOST: usize = 8;

/// What can be asked by a key, and the key's meaning in a few words.
pub const KEYS: [(&str, &str); 9] = [
    ("item", "an item, followed by truth:, work: or gap:"),
    ("probe", "a probe, followed by outcome: or gap:"),
    ("truth", "of any item"),
    ("work", "of any item"),
    ("outcome", "of any probe"),
    ("gap", "why it could not be seen"),
    ("week", "week of the engagement: 3, 2-4, 5+"),
    ("answer", "yes, no, risks, none"),
    ("name", "a part of the app's name"),
];

/// The values that a key takes; none for one that takes names or numbers.
pub(super) fn values(key: &str) -> Vec<&'static str> {
    match key {
        "truth" => ["done", "failing", "lost"]
            .into_iter()
            .chain(Truth::VARIANTS.iter().map(Into::into).filter(|it: &&str| *it != "failing"))
            .collect(),
        "work" => WORKS.to_vec(),
        "outcome" => OUTCOMES.to_vec(),
        "gap" => GapKind::VARIANTS.iter().map(Into::into).collect(),
        "answer" => vec!["yes", "no", "risks", "none"],
        _ => Vec::new(),
    }
}

/// What the last word of a text could become, each whole. Nothing after a blank: then everything could follow.
#[must_use]
pub fn completions(text: &str, known: &Vocabulary) -> Vec<String> {
    let last = tokens(text).into_iter().last().filter(|_| !text.ends_with(char::is_whitespace));
    let Some(last) = last.map(|it| it.raw).filter(|it| !it.starts_with('"')) else { return Vec::new() };
    let mut found = match last.split_once(':') {
        Some((key, value)) => of_key(key, value, known),
        None => of_word(last, known),
    };
    found.retain(|it| it != last);
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|it| seen.insert(it.clone()));
    found.truncate(MOST);
    found
}

/// What a word without a colon may become.
fn of_word(word: &str, known: &Vocabulary) -> Vec<String> {
    let (small, large) = (word.to_lowercase(), word.to_uppercase());
    let keys = KEYS.iter().map(|(key, _)| format!("{key}:"));
    let words = AppWord::VARIANTS.iter().map(ToString::to_string);
    let plain = words.chain(keys).filter(|it| it.starts_with(&small));
    let items = known.items.keys().filter(|it| it.starts_with(&large)).map(|it| format!("{it}:"));
    let probes = known.probes.iter().filter(|it| it.starts_with(&small)).map(|it| format!("{it}:"));
    // Who does not know an item's id knows what it is about.
    let about = known.items.iter().filter(|(_, title)| small.chars().count() > 2 && title.to_lowercase().contains(&small));
    plain.chain(items).chain(probes).chain(about.map(|(id, _)| format!("{id}:"))).collect()
}

fn of_key(key: &str, value: &str, known: &Vocabulary) -> Vec<String> {
    let (before, part) = value.rsplit_once(',').map_or(("", value), |(before, part)| (before, part));
    let lead = if before.is_empty() { format!("{key}:") } else { format!("{key}:{before},") };
    let small = part.to_lowercase();
    let offer =
        |words: Vec<&str>| words.into_iter().filter(|it| it.starts_with(&small)).map(|it| format!("{lead}{it}")).collect();
    match key {
        "item" => known.items.keys().filter(|it| it.starts_with(&part.to_uppercase())).map(|it| format!("{lead}{it}")).collect(),
        "probe" => known.probes.iter().filter(|it| it.starts_with(&small)).map(|it| format!("{lead}{it}")).collect(),
        id if known.probes.contains(id) => offer(OUTCOMES.to_vec()),
        id if known.items.contains_key(&id.to_uppercase()) => offer(values("truth").into_iter().chain(WORKS).collect()),
        key => offer(values(key)),
    }
}

/// The text with its last word written as far as all completions agree; none when that adds nothing.
#[must_use]
pub fn completed(text: &str, known: &Vocabulary) -> Option<String> {
    let offered = completions(text, known);
    let last = tokens(text).into_iter().last()?.raw;
    let before = text.strip_suffix(last)?;
    let begins = |it: &&String| it.to_lowercase().starts_with(&last.to_lowercase());
    // A title's word leads to its item only when there is no doubt.
    let fitting: Vec<&String> = offered.iter().filter(begins).collect();
    let agreed = match (fitting.as_slice(), offered.as_slice()) {
        ([], [only]) => only.clone(),
        ([], _) => return None,
        (some, _) => common(some),
    };
    (agreed != last).then(|| format!("{before}{agreed}"))
}

fn common(words: &[&String]) -> String {
    let Some((first, rest)) = words.split_first() else { return String::new() };
    let agree = |at: usize, c: char| rest.iter().all(|word| word.chars().nth(at) == Some(c));
    first.chars().enumerate().take_while(|(at, c)| agree(*at, *c)).map(|(_, c)| c).collect()
}

/// The known words nearest to one that is not known: those that begin with it, else those that a few changes make of it.
#[must_use]
pub fn nearest(word: &str, known: impl Iterator<Item = String>) -> Vec<String> {
    let mut near: Vec<(Reverse<bool>, usize, String)> = known
        .map(|it| (Reverse(!word.is_empty() && it.starts_with(word)), distance(word, &it), it))
        .filter(|(Reverse(begins), far, _)| word.is_empty() || *begins || *far <= 1 + word.chars().count() / 4)
        .collect();
    near.sort();
    near.truncate(5);
    near.into_iter().map(|(_, _, it)| it).collect()
}

/// How many letters have to be changed, added or taken away, at most forty of each word looked at.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().take(40).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, a) in one.chars().take(40).enumerate() {
        let mut next = vec![at + 1];
        for (column, b) in other.iter().enumerate() {
            let cost = |at: usize| row.get(at).copied().unwrap_or(usize::MAX - 1);
            let left = next.last().copied().unwrap_or(usize::MAX - 1);
            next.push((cost(column) + usize::from(a != *b)).min(cost(column + 1) + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}
