//! Whether a run saw nothing at all, and whether that says anything of the whole app. It tells nobody.

use super::Reading;
use crate::desk::Desk;
use crate::domain::{AppName, Fact, FactBody, Foreign, GapKind, Outcome, OutcomeFact, ProbeId, ProbeWord, RunId};
use crate::schedule::tell::{CannotRun, LastSeen};
use crate::trouble::Trouble;
use std::collections::BTreeSet;

/// Of ten probes that can be asked, so many are nearly all.
const NEARLY_ALL: usize = 9;

impl Desk {
    /// That a run saw nothing at all, if that says something of the whole app: it asked nearly everything that can be asked,
    /// or what was seen before does not count any more. A few probes that are asked again say nothing of the others.
    pub(super) fn blindness(&self, app: &AppName, reading: &Reading, run: RunId) -> Result<Option<CannotRun>, Trouble> {
        let Some(why) = saw_nothing(&reading.facts, run) else { return Ok(None) };
        let asked: BTreeSet<&ProbeId> = outcomes_of(&reading.facts, run).map(|it| &it.probe).collect();
        let all = self.plan(app, &reading.after, &[])?.probes.len();
        let words = reading.after.items.iter().flat_map(|it| &it.words);
        let still_counts = words.filter_map(ProbeWord::speaks).any(|it| matches!(it, Outcome::Pass | Outcome::Fail));
        let is_whole = asked.len() * 10 >= all * NEARLY_ALL;
        Ok((is_whole || !still_counts).then(|| CannotRun { why, since: last_seen(&reading.facts) }))
    }
}

fn outcomes_of(facts: &[Fact], run: RunId) -> impl Iterator<Item = &OutcomeFact> {
    facts.iter().filter_map(move |fact| match &fact.body {
        FactBody::Outcome(it) if it.run == run => Some(&**it),
        _ => None,
    })
}

/// Why a run saw nothing at all, if it did not: every probe was kept out. One that waits for a person's judgement saw.
fn saw_nothing(facts: &[Fact], run: RunId) -> Option<Foreign> {
    let mut reasons: Vec<(&Foreign, usize)> = Vec::new();
    for outcome in outcomes_of(facts, run).map(|it| &it.verdict.outcome) {
        match outcome {
            Outcome::Undecided { gap } if is_shut_out(gap.kind) => {
                match reasons.iter_mut().find(|(says, _)| **says == gap.says) {
                    Some((_, n)) => *n += 1,
                    None => reasons.push((&gap.says, 1)),
                }
            }
            Outcome::NotApplicable { .. } => {}
            _ => return None,
        }
    }
    let all: usize = reasons.iter().map(|(_, n)| n).sum();
    let (says, _) = reasons.iter().max_by_key(|(_, n)| *n)?;
    Some(Foreign::new(format!("{} and none could see anything; most often: {says}", crate::words::count(all, "probe"))))
}

/// The look did not come about; the other gaps are what a look can find.
fn is_shut_out(kind: GapKind) -> bool {
    use GapKind as K;
    matches!(
        kind,
        K::NoCredential
            | K::BadCredential
            | K::NoPermission
            | K::RateLimited
            | K::Unreachable
            | K::VendorFault
            | K::TimedOut
            | K::UnexpectedAnswer
            | K::Internal
    )
}

/// The newest moment at which a probe saw anything well enough to decide.
pub(super) fn last_seen(facts: &[Fact]) -> LastSeen {
    let newest = facts.iter().rev().find_map(|fact| match &fact.body {
        FactBody::Outcome(it) if matches!(it.verdict.outcome, Outcome::Pass | Outcome::Fail) => Some(fact.at),
        _ => None,
    });
    newest.map_or(LastSeen::Never, LastSeen::At)
}
