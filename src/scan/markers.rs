//! What other scanners were told to overlook: a comment on the line, or an entry in one of their files. Read as a hint for
//! a person; nothing here makes a finding smaller, fewer or quieter.

use super::report::Leak;
use crate::domain::Foreign;
use regex::Regex;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read as _;
use std::ops::Range;
use std::path::Path;

/// Comments, in lower case, that silence a scanner on the line that they stand on.
const ON_THE_LINE: &[&str] = &[
    "gitleaks:allow",
    "betterleaks:allow",
    "trufflehog:ignore",
    "kingfisher:ignore",
    "kingfisher:allow",
    "pragma: allowlist secret",
    "pragma: whitelist secret",
    "ggignore",
    "secretlint-disable-line",
    "secretlint-disable",
    "checkov:skip=ckv_secret",
    "nosemgrep",
    "nosec",
    "noqa: s105",
    "noqa: s106",
    "devskim: ignore",
];

/// Comments that silence a scanner on the line after them.
const ON_THE_LINE_BEFORE: &[&str] = &["pragma: allowlist nextline secret", "secretlint-disable-next-line", "nosemgrep"];

/// How far from a secret a comment is looked for, in bytes: a minified file is one line.
const REACH: usize = 400;

/// The largest list of another scanner that is read, in bytes.
const MOST_LIST: u64 = 4 << 20;

/// The marker that stands on the line of what is at `at`, or on the line before for those that mean the next.
pub(super) fn on_line(text: &[u8], at: &Range<usize>) -> Option<&'static str> {
    let before = text.get(at.start.saturating_sub(REACH)..at.start).unwrap_or_default();
    let after = text.get(at.end..text.len().min(at.end.saturating_add(REACH))).unwrap_or_default();
    let mut above = before.rsplit(|byte| *byte == b'\n');
    let start = above.next().unwrap_or_default();
    let end = after.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let of = |line: &[u8], markers: &'static [&'static str]| {
        let line = String::from_utf8_lossy(line).to_ascii_lowercase();
        markers.iter().copied().find(|marker| stands_in(&line, marker))
    };
    of(start, ON_THE_LINE).or_else(|| of(end, ON_THE_LINE)).or_else(|| above.next().and_then(|line| of(line, ON_THE_LINE_BEFORE)))
}

/// As a word of its own: `nosec` is not meant in `diagnosechip`.
fn stands_in(line: &str, marker: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    line.match_indices(marker).any(|(at, _)| {
        let before = line.get(..at).and_then(|it| it.chars().next_back());
        let after = line.get(at + marker.len()..).and_then(|it| it.chars().next());
        !before.is_some_and(is_word) && !after.is_some_and(|c| is_word(c) || c == '-')
    })
}

/// Names the lists of other scanners at `root` that have a leak's place. A marker on the line comes first.
pub(super) fn add_listed(leaks: &mut [Leak], root: &Path) {
    if leaks.is_empty() {
        return;
    }
    let lists = Lists::read(|name| list(&root.join(name)));
    for leak in leaks.iter_mut().filter(|it| it.marker.is_none()) {
        leak.marker = lists.name_of(leak.path.as_str(), leak.line).map(Foreign::from);
    }
}

/// A list's text; none if it is not a plain file, too large or not text.
fn list(path: &Path) -> Option<String> {
    if !path.symlink_metadata().ok()?.is_file() {
        return None;
    }
    let mut text = String::new();
    File::open(path).ok()?.take(MOST_LIST).read_to_string(&mut text).ok()?;
    Some(text)
}

/// What the lists of other scanners say.
#[derive(Default)]
struct Lists {
    /// `.gitleaksignore` and its kin: path and line.
    places: BTreeMap<&'static str, BTreeSet<(String, u32)>>,
    /// `.trufflehogignore` and its kin: patterns of paths.
    patterns: BTreeMap<&'static str, Vec<Regex>>,
}

#[derive(Deserialize)]
struct Baseline {
    #[serde(default)]
    results: BTreeMap<String, Vec<BaselineEntry>>,
}

/// One entry of detect-secrets' baseline; the hash that it holds of the secret is not read.
#[derive(Deserialize)]
struct BaselineEntry {
    line_number: u32,
}

impl Lists {
    fn read(file: impl Fn(&str) -> Option<String>) -> Self {
        let mut lists = Self::default();
        for name in [".gitleaksignore", ".betterleaksignore"] {
            let lines = file(name).unwrap_or_default();
            let places: BTreeSet<_> = lines.lines().filter_map(fingerprint).collect();
            lists.places.insert(name, places);
        }
        let baseline = file(".secrets.baseline").and_then(|text| serde_json::from_str::<Baseline>(&text).ok());
        let entries = baseline.into_iter().flat_map(|it| it.results);
        let places = entries.flat_map(|(path, found)| found.into_iter().map(move |it| (path.clone(), it.line_number)));
        lists.places.insert(".secrets.baseline", places.collect());
        for name in [".trufflehogignore", ".trufflehog-exclude-paths.txt"] {
            let lines = file(name).unwrap_or_default();
            let patterns = lines.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
            let compiled = patterns.filter_map(|line| regex::RegexBuilder::new(line).size_limit(1 << 18).build().ok());
            lists.patterns.insert(name, compiled.take(1_000).collect());
        }
        lists
    }

    fn name_of(&self, path: &str, line: u32) -> Option<&'static str> {
        let place = (path.to_owned(), line);
        let listed = self.places.iter().find(|(_, places)| places.contains(&place)).map(|(name, _)| *name);
        listed.or_else(|| self.patterns.iter().find(|(_, all)| all.iter().any(|it| it.is_match(path))).map(|(name, _)| *name))
    }
}

/// Path and line of a fingerprint: `[commit:]path:rule:line`.
fn fingerprint(line: &str) -> Option<(String, u32)> {
    let line = line.trim();
    let mut parts = line.rsplitn(3, ':');
    let number = parts.next()?.parse().ok()?;
    let (_rule, place) = (parts.next()?, parts.next()?);
    let path = match place.split_once(':') {
        Some((commit, path)) if commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit()) => path,
        _ => place,
    };
    (!path.is_empty() && !line.starts_with('#')).then(|| (path.to_owned(), number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    /// The marker for a value in the middle of `text`, where `KEY` stands.
    fn marker(text: &str) -> Option<&'static str> {
        let at = text.find("KEY").unwrap();
        on_line(text.as_bytes(), &(at..at + 3))
    }

    #[rstest]
    #[case::gitleaks("k = KEY # gitleaks:allow", Some("gitleaks:allow"))]
    #[case::loud("k = KEY // GitLeaks:Allow\n", Some("gitleaks:allow"))]
    #[case::before("/* ggignore */ k = KEY", Some("ggignore"))]
    #[case::detect_secrets("k = KEY  # pragma: allowlist secret", Some("pragma: allowlist secret"))]
    #[case::bandit("k = KEY  # nosec", Some("nosec"))]
    #[case::bandit_with_a_rule("k = KEY  # nosec B105", Some("nosec"))]
    #[case::next_line("# pragma: allowlist nextline secret\nk = KEY", Some("pragma: allowlist nextline secret"))]
    #[case::secretlint("// secretlint-disable-next-line\nk = KEY", Some("secretlint-disable-next-line"))]
    #[case::secretlint_here("k = KEY // secretlint-disable-line", Some("secretlint-disable-line"))]
    #[case::kingfisher("k = KEY // kingfisher:ignore", Some("kingfisher:ignore"))]
    #[case::none("k = KEY", None)]
    #[case::another_line("# gitleaks:allow\nk = KEY\n# ggignore", None)]
    #[case::two_lines_above("# secretlint-disable-next-line\n\nk = KEY", None)]
    #[case::within_a_word("k = KEY diagnosec", None)]
    #[case::longer("k = KEY nosecret", None)]
    fn a_comment_is_read_where_it_means(#[case] text: &str, #[case] wanted: Option<&str>) {
        assert_eq!(marker(text), wanted);
    }

    #[test]
    fn a_comment_far_away_on_the_same_huge_line_is_not_read() {
        assert_eq!(marker(&format!("KEY{}gitleaks:allow", ";".repeat(REACH))), None);
    }

    #[test]
    fn lists_of_other_scanners_are_read_by_place() {
        let commit = "a".repeat(40);
        let lists = Lists::read(|name| {
            Some(match name {
                ".gitleaksignore" => format!("# said\nlib/a.ts:generic-api-key:3\n{commit}:lib/b.ts:stripe:7\nbroken\n:x:1\n"),
                ".secrets.baseline" => {
                    r#"{"results":{"lib/c.ts":[{"type":"x","hashed_secret":"0","line_number":2}]}}"#.to_owned()
                }
                ".trufflehogignore" => "^vendor/\n(unclosed\n".to_owned(),
                _ => return None,
            })
        });
        assert_eq!(lists.name_of("lib/a.ts", 3), Some(".gitleaksignore"));
        assert_eq!(lists.name_of("lib/a.ts", 4), None);
        assert_eq!(lists.name_of("lib/b.ts", 7), Some(".gitleaksignore"));
        assert_eq!(lists.name_of("lib/c.ts", 2), Some(".secrets.baseline"));
        assert_eq!(lists.name_of("vendor/x.js", 1), Some(".trufflehogignore"));
        assert_eq!(lists.name_of("src/vendor/x.js", 1), None);
        assert_eq!(Lists::read(|_| Some("{".to_owned())).name_of("{", 1), None);
    }
}
