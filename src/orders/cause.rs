//! What was found for an item, grouped by what is wrong: findings that stand open, evidence that lies before a person, and a
//! fail that names no place. Nothing is left out but counted.

use super::careful;
use super::model::{Cause, Spot};
use crate::domain::state::Board;
use crate::domain::{Assessment, Finding, Foreign, Note, NoteLevel, Outcome, ProbeWord, RuleState, Severity};
use crate::words;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Most places of one cause that are listed; further ones are counted.
pub const MOST_SPOTS: usize = 50;

/// The causes, the worst first, and how many findings are settled.
#[must_use]
pub fn causes(board: &Board, assessment: &Assessment) -> (Vec<Cause>, usize) {
    let mut found = Found::default();
    let words = || assessment.words.iter().filter(|it| it.not_applicable.is_none());
    for word in words() {
        for finding in &word.findings {
            found.finding(board, word, finding);
        }
    }
    for word in words().filter(|it| !matches!(it.speaks(), Some(Outcome::Pass))) {
        found.evidence(word);
    }
    for word in words() {
        let fails = matches!(word.speaks(), Some(Outcome::Fail)) && !word.accepted && !word.rotated;
        if fails && word.findings.is_empty() {
            found.bare(word.probe.as_str(), word, word.says.clone());
        }
    }
    if found.causes.is_empty()
        && assessment.rule == RuleState::Fails
        && let (Some(word), Some(remark)) = (assessment.words.first(), assessment.remarks.first())
    {
        found.bare("nothing-found", word, remark.clone());
    }
    let mut causes: Vec<Cause> = found.causes.into_values().map(settle_fix).collect();
    causes.sort_by_key(|it| (Reverse(it.severity), Reverse(it.count)));
    // What several causes ask to be careful about is said once, at the worst of them.
    let mut said: BTreeSet<String> = BTreeSet::new();
    for cause in &mut causes {
        cause.careful.retain(|it| said.insert(it.clone()));
    }
    (causes, found.settled)
}

#[derive(Default)]
struct Found {
    causes: BTreeMap<String, Cause>,
    /// Findings that are in: one that two probes saw is one.
    known: BTreeSet<String>,
    settled: usize,
}

impl Found {
    fn cause(&mut self, rule: &str, word: &ProbeWord) -> &mut Cause {
        self.causes.entry(rule.to_owned()).or_insert_with(|| Cause {
            rule: rule.to_owned(),
            name: name(rule),
            probe: word.probe.clone(),
            severity: None,
            count: 0,
            spots: Vec::new(),
            fix: None,
            careful: careful::of_rule(rule, word.probe.as_str()),
        })
    }

    fn finding(&mut self, board: &Board, word: &ProbeWord, finding: &Finding) {
        let key = finding.key();
        if !self.known.insert(key.clone()) {
            return;
        }
        let row = board.findings.iter().find(|it| it.finding.key() == key);
        if row.is_some_and(|it| it.state() != "open") {
            self.settled += 1;
            return;
        }
        let exposed = finding.exposed.as_ref().map(|it| Foreign::new(words::exposure(it, finding.place.as_ref())));
        let cause = self.cause(&finding.rule, word);
        cause.severity = cause.severity.max(Some(finding.severity));
        cause.count += 1;
        if cause.spots.len() < MOST_SPOTS {
            cause.spots.push(Spot {
                id: key.into(),
                says: finding.says.clone(),
                at: finding.place.clone(),
                fix: Some(finding.fix.clone()).filter(|it| !it.as_str().is_empty()),
                exposed,
            });
        }
    }

    fn evidence(&mut self, word: &ProbeWord) {
        for note in word.notes.iter().filter(|it| it.level == NoteLevel::Evidence) {
            if !self.known.insert(note.key.clone()) {
                continue;
            }
            let cause = self.cause(&rule_of(&note.key), word);
            cause.count += 1;
            if cause.spots.len() < MOST_SPOTS {
                let (id, says, at) = (note.key.clone().into(), note.says.clone(), note.place.clone());
                cause.spots.push(Spot { id, says, at, fix: None, exposed: None });
            }
        }
        // What a probe shows is bounded; it says then how many more there are.
        for (rule, more) in word.notes.iter().filter_map(more) {
            if let Some(cause) = self.causes.get_mut(&rule) {
                cause.count += more;
            }
        }
    }

    fn bare(&mut self, rule: &str, word: &ProbeWord, says: Foreign) {
        let cause = self.cause(rule, word);
        cause.severity = cause.severity.max(Some(Severity::Medium));
        cause.count += 1;
        cause.spots.push(Spot { id: rule.into(), says, at: None, fix: None, exposed: None });
    }
}

/// One way of mending stands at the cause; several stand at their places.
fn settle_fix(mut cause: Cause) -> Cause {
    let first = cause.spots.first().and_then(|it| it.fix.clone());
    if cause.spots.iter().all(|it| it.fix == first) {
        cause.fix = first;
        cause.spots.iter_mut().for_each(|it| it.fix = None);
    }
    cause
}

/// The rule of a piece of evidence: what its key begins with, up to the second dot.
fn rule_of(key: &str) -> String {
    let mut parts = key.splitn(3, '.');
    match (parts.next(), parts.next()) {
        (Some(system), Some(rule)) => format!("{system}.{rule}"),
        _ => key.to_owned(),
    }
}

/// How many more there are of a rule, when the note says just that.
fn more(note: &Note) -> Option<(String, usize)> {
    let rule = note.key.strip_suffix(".more").filter(|_| note.level == NoteLevel::Info)?;
    let number = note.says.as_str().split_whitespace().next()?.parse().ok()?;
    Some((rule_of(rule), number))
}

/// What a rule finds, in a few words. Ids are stable and say it shortly; these say it better.
#[must_use]
pub fn name(rule: &str) -> String {
    let known = match rule {
        "nothing-found" => "nothing was found that does this",
        "repo.rls-off" => "row-level security is off",
        "repo.rls-bypass" => "a view or function goes round row-level security",
        "repo.rls-event-trigger" => "an event trigger may change it",
        "repo.policy-always-true" => "a policy is always true",
        "repo.foreign-key-without-index" => "a foreign key has no index",
        "repo.column-without-index" => "a column that is asked for has no index",
        "repo.secret-published" => "a secret stands behind a public prefix",
        "repo.env-tracked" => "a file with private settings is tracked",
        "repo.service-role-in-client" => "the service-role key is within reach of the browser",
        "github.pull-request-not-required" => "the branch takes pushes without a pull request",
        "github.checks-not-required" => "no check has to pass before a merge",
        "github.no-approval-required" => "a merge needs nobody's approval",
        _ => return spelled(rule),
    };
    known.to_owned()
}

/// `github.force-push-allowed` as words; a secret's kind after what it is.
fn spelled(rule: &str) -> String {
    let words = |text: &str| text.replace(['-', '_'], " ");
    match rule.split_once('.') {
        Some(("scan", kind)) => format!("a credential leaked: {}", words(kind)),
        Some((_, what)) => words(what),
        None => words(rule),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("repo.rls-off.orders", "repo.rls-off")]
    #[case("repo.rls-unreplayed.a/b.sql.execute", "repo.rls-unreplayed")]
    #[case("alone", "alone")]
    fn the_rule_of_evidence(#[case] key: &str, #[case] rule: &str) {
        assert_eq!(rule_of(key), rule);
    }

    #[test]
    fn every_cause_has_a_name_in_words() {
        assert_eq!(name("github.force-push-allowed"), "force push allowed");
        assert_eq!(name("scan.stripe-secret-key"), "a credential leaked: stripe secret key");
        assert_eq!(name("repo.rls-off"), "row-level security is off");
    }
}
