//! What is wrong with a checklist file, where, and what to do about it. Collects every problem, never only the first.

use crate::domain::Foreign;
use std::fmt;

/// One thing wrong with a checklist file, as `file:line: item: says`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problem {
    /// The file as the caller named it.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// The item that it is about, as the file spells it; none for the file as a whole.
    pub item: Option<String>,
    /// What is wrong and the next step.
    pub says: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.file, self.line)?;
        if let Some(item) = &self.item {
            write!(f, "{item}: ")?;
        }
        f.write_str(&self.says)
    }
}

/// A text of the file as it may be shown: on one line, without control characters, at most sixty letters.
pub(super) fn shown(text: &str) -> String {
    Foreign::new(text).cut(60)
}

/// The problems of one file while it is read.
pub(super) struct Problems {
    file: String,
    /// Offset of the first byte of each line after the first.
    lines: Vec<usize>,
    found: Vec<Problem>,
}

impl Problems {
    pub fn of(file: &str, text: &str) -> Self {
        let lines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1).collect();
        Self { file: Foreign::new(file).into(), lines, found: Vec::new() }
    }

    /// The line of a byte offset, from 1.
    pub fn line(&self, offset: usize) -> usize {
        self.lines.partition_point(|start| *start <= offset) + 1
    }

    pub fn add(&mut self, offset: usize, item: Option<&str>, says: impl Into<String>) {
        let line = self.line(offset);
        self.found.push(Problem {
            file: self.file.clone(),
            line,
            item: item.map(shown),
            says: Foreign::from(says.into()).into(),
        });
    }

    pub fn len(&self) -> usize {
        self.found.len()
    }

    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Every problem, in the order of the file.
    pub fn into_sorted(mut self) -> Vec<Problem> {
        self.found.sort_by_key(|problem| problem.line);
        self.found
    }
}

/// The word of `known` that `given` was probably meant to be: at most two letters wrong.
pub(super) fn nearest<'k>(given: &str, known: &[&'k str]) -> Option<&'k str> {
    if given.len() > 40 {
        return None;
    }
    let far = |word: &str| (distance(given, word), word.len().abs_diff(given.len()));
    known.iter().map(|word| (far(word), *word)).filter(|((letters, _), _)| *letters <= 2).min().map(|(_, word)| word)
}

/// Levenshtein's distance in letters.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (nth, letter) in one.chars().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        next.push(nth + 1);
        for (theirs, pair) in other.iter().zip(row.windows(2)) {
            let [diagonal, above] = pair else { continue };
            let left = next.last().copied().unwrap_or(nth + 1);
            next.push((diagonal + usize::from(*theirs != letter)).min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("titel", Some("title"))]
    #[case("founders", Some("founder"))]
    #[case("banana", None)]
    #[case("", None)]
    fn a_slip_of_the_pen_is_recognised(#[case] given: &str, #[case] meant: Option<&str>) {
        assert_eq!(nearest(given, &["item", "title", "founder", "danger"]), meant);
    }

    #[test]
    fn lines_are_counted_from_one() {
        let problems = Problems::of("x.toml", "a\nb\n\nc");
        assert_eq!([0, 1, 2, 4, 5, 99].map(|offset| problems.line(offset)), [1, 1, 2, 3, 4, 4]);
    }
}
