//! Acceptances that no finding needs any more: a list of them that only grows would hide the next leak of the same name.
//! It says so and takes nothing back.

use super::ledger::Ledger;
use super::{FactBody, Outcome, ProbeBook, Target, Waiver};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// An acceptance that stands today, of a finding that every probe that ever named it has since looked for and not met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusedAcceptance {
    /// By [`super::Finding::key`].
    pub finding: String,
    pub waiver: Waiver,
    /// When it was met the last time.
    pub last_seen: DateTime<Utc>,
    /// When it was looked for and not met.
    pub since: DateTime<Utc>,
}

/// What the newest looks of one probe say of a finding.
struct Word {
    last_seen: DateTime<Utc>,
    /// The newest decided look came to this without the finding. A fail may have stopped half-way; only a pass has seen all.
    gone: Option<DateTime<Utc>>,
}

/// The unused ones, by finding.
#[must_use]
pub fn unused(ledger: &Ledger<'_>, book: &ProbeBook) -> Vec<UnusedAcceptance> {
    let accepted: BTreeSet<&str> = ledger
        .counting()
        .iter()
        .filter_map(|fact| match &fact.body {
            FactBody::Waived { target: Target::Finding(key), .. } => Some(key.as_str()),
            _ => None,
        })
        .collect();
    if accepted.is_empty() {
        return Vec::new();
    }
    let mut words: BTreeMap<&str, Vec<Word>> = BTreeMap::new();
    for (probe, traits) in book {
        let subject = ledger.subject(traits.system);
        let looks = ledger.looks(probe.as_str()).iter().filter(|it| Some(it.outcome.subject.as_str()) == subject);
        let mut of_probe: BTreeMap<&str, Word> = BTreeMap::new();
        for look in looks.filter(|it| it.outcome.verdict.outcome.is_decided()) {
            let verdict = &look.outcome.verdict;
            let met: BTreeSet<String> = verdict.findings.iter().map(super::Finding::key).collect();
            let saw_all = matches!(verdict.outcome, Outcome::Pass | Outcome::NotApplicable { .. });
            for key in &accepted {
                if met.contains(*key) {
                    of_probe.insert(key, Word { last_seen: look.at, gone: None });
                } else if let Some(word) = of_probe.get_mut(key) {
                    word.gone = saw_all.then_some(word.gone.unwrap_or(look.at));
                }
            }
        }
        for (key, word) in of_probe {
            words.entry(key).or_default().push(word);
        }
    }
    let unused = words.into_iter().filter_map(|(key, words)| {
        let waiver = ledger.acceptance(key, false).filter(|it| it.stands)?;
        let since: Option<Vec<DateTime<Utc>>> = words.iter().map(|it| it.gone).collect();
        let last_seen = words.iter().map(|it| it.last_seen).max()?;
        Some(UnusedAcceptance { finding: key.to_owned(), waiver, last_seen, since: since?.into_iter().max()? })
    });
    unused.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::GapKind;
    use crate::domain::testing::{Story, all_of, book, item, moment};

    fn told(tell: impl FnOnce(&mut Story)) -> Vec<String> {
        let mut story = Story::of(vec![item("CI-01", all_of(&["github.a", "github.b"]))]);
        tell(&mut story);
        let ledger = Ledger::read(&story.facts, moment(9, 0));
        unused(&ledger, &book()).into_iter().map(|it| it.finding).collect()
    }

    fn accepted(story: &mut Story, resources: &[&str], last_day: i64) {
        story.on(1).fail("github.a", resources).accept("rule:x", last_day, None);
    }

    #[test]
    fn one_that_a_whole_look_does_not_meet_any_more_is_unused() {
        let gone = |story: &mut Story| {
            accepted(story, &["x"], 20);
            story.on(2).pass("github.a");
        };
        assert_eq!(told(gone), ["rule:x"]);
    }

    #[test]
    fn one_that_is_met_or_not_looked_for_whole_is_in_use() {
        type Change = fn(&mut Story);
        let looks: [(&str, Change); 4] = [
            ("met", |_| {}),
            ("met again", |story| {
                story.on(2).pass("github.a").on(3).fail("github.a", &["x"]);
            }),
            ("not seen", |story| {
                story.on(2).blind("github.a", GapKind::Incomplete);
            }),
            ("a fail may not have seen everything", |story| {
                story.on(2).fail("github.a", &["y"]);
            }),
        ];
        for (what, look) in looks {
            let found = told(|story| {
                accepted(story, &["x", "y"], 20);
                look(story);
            });
            assert!(found.is_empty(), "{what}");
        }
        let elsewhere = told(|story| {
            accepted(story, &["x"], 20);
            story.on(1).fail("github.b", &["x"]).on(2).pass("github.a");
        });
        assert!(elsewhere.is_empty(), "another probe still has it");
    }

    #[test]
    fn one_that_ended_or_was_taken_back_is_no_acceptance() {
        let ended = told(|story| {
            accepted(story, &["x"], 3);
            story.on(2).pass("github.a");
        });
        assert!(ended.is_empty());
        let taken_back = told(|story| {
            accepted(story, &["x"], 20);
            let acceptance = story.last();
            story.on(2).pass("github.a").retract(acceptance);
        });
        assert!(taken_back.is_empty());
    }
}
