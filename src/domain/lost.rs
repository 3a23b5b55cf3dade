//! Which items were lost since the finished run before the newest one: for the exit code, so that a scheduler learns of
//! every lost tick once. It compares moments; what is true at each of them is said in `assess`.

use super::changes::ceased;
use super::fact::RunEnd;
use super::ledger::Ledger;
use super::timeline::{Step, Timeline, timelines};
use super::{Checklist, Digest, Fact, FactBody, ItemId, ProbeBook, assess};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::sync::Arc;

/// When the last finished run before the newest run ended; none when there is none. A run counts as the newest from its
/// start, however it ended, so that a cancelled run is compared with the finished one before it.
#[must_use]
pub fn previous_finished_run(facts: &[Fact], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    before_newest(&Ledger::read(facts, now))
}

fn before_newest(ledger: &Ledger<'_>) -> Option<DateTime<Utc>> {
    let mut newest = None;
    for fact in ledger.counting().iter().rev() {
        match (&fact.body, newest) {
            (FactBody::RunStarted { run, .. }, None) => newest = Some(*run),
            (FactBody::RunEnded { run, how: RunEnd::Finished }, Some(newest)) if *run != newest => return Some(fact.at),
            _ => {}
        }
    }
    None
}

/// The items that are drifted or disputed now and were done at the end of that run or at any moment since: also those
/// that a person attested in between, and, when there is no such run, those that were done at any moment.
#[must_use]
pub fn lost_since_previous_run(
    facts: &[Fact],
    checklists: &BTreeMap<Digest, Arc<Checklist>>,
    book: &ProbeBook,
    now: DateTime<Utc>,
) -> Vec<ItemId> {
    let since = previous_finished_run(facts, now);
    lost_since(facts, checklists, book, since, now)
}

/// The items that are drifted or disputed at `now` and were done at `since` or at any moment after it; without `since`,
/// those that were done at any moment. What only ceased to be waived since is not lost anew.
#[must_use]
pub fn lost_since(
    facts: &[Fact],
    checklists: &BTreeMap<Digest, Arc<Checklist>>,
    book: &ProbeBook,
    since: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Vec<ItemId> {
    let ledger = Ledger::read(facts, now).with_checklists(checklists);
    let Some(checklist) = ledger.checklist().and_then(|digest| checklists.get(digest)) else { return Vec::new() };
    let lost: Vec<&ItemId> =
        checklist.items.iter().filter(|item| assess(item, &ledger, book).truth.is_lost()).map(|item| &item.id).collect();
    if lost.is_empty() {
        return Vec::new();
    }
    let lines = timelines(facts, checklists, book, DateTime::<Utc>::MIN_UTC, now);
    let lines = lines.iter().filter(|line| lost.contains(&&line.item));
    let is_news = |line: &&Timeline| {
        let was_done = since.and_then(|at| line.at(at)).is_some_and(Step::is_done)
            || line.steps.iter().any(|step| step.is_done() && since.is_none_or(|since| step.at > since));
        was_done && !since.is_some_and(|since| ceased(&line.steps, since))
    };
    lines.filter(is_news).map(|line| line.item.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::*;

    fn lost(story: &Story, day: i64) -> usize {
        lost_since_previous_run(&story.facts, &story.checklists, &story.book, moment(day, 600)).len()
    }

    fn one() -> Story {
        Story::of(vec![item("CI-01", all_of(&["github.a"]))])
    }

    fn run(story: &mut Story, day: i64, how: RunEnd, look: impl FnOnce(&mut Story)) {
        story.on(day).run(&["github.a"]);
        look(story);
        story.run_ends(how);
    }

    #[test]
    fn a_loss_is_told_until_the_next_run_has_finished() {
        let mut story = one();
        run(&mut story, 1, RunEnd::Finished, |it| {
            it.pass("github.a");
        });
        run(&mut story, 2, RunEnd::Finished, |it| {
            it.fail("github.a", &["x"]);
        });
        assert_eq!(lost(&story, 2), 1);
        run(&mut story, 3, RunEnd::Finished, |it| {
            it.fail("github.a", &["x"]);
        });
        assert_eq!((lost(&story, 2), lost(&story, 3)), (1, 0));
    }

    #[test]
    fn a_cancelled_run_is_compared_with_the_finished_one_before_it() {
        for how in [RunEnd::Cancelled, RunEnd::Crashed] {
            let mut story = one();
            run(&mut story, 1, RunEnd::Finished, |it| {
                it.fail("github.a", &["x"]);
            });
            run(&mut story, 2, RunEnd::Finished, |it| {
                it.pass("github.a");
            });
            run(&mut story, 3, how, |it| {
                it.fail("github.a", &["x"]);
            });
            assert_eq!(lost(&story, 3), 1, "{how:?}");
            // What was lost before, and told then, is not told again by a run that saw nothing.
            let mut story = one();
            run(&mut story, 1, RunEnd::Finished, |it| {
                it.pass("github.a");
            });
            run(&mut story, 2, RunEnd::Finished, |it| {
                it.fail("github.a", &["x"]);
            });
            run(&mut story, 3, how, |_| {});
            assert_eq!(lost(&story, 3), 0, "{how:?}");
        }
    }

    #[test]
    fn what_a_person_attested_between_two_runs_or_before_the_first_is_lost_too() {
        let mut story = one();
        story.on(1).done("CI-01", &["github.a"], &[]);
        run(&mut story, 2, RunEnd::Finished, |it| {
            it.fail("github.a", &["x"]);
        });
        assert_eq!(lost(&story, 2), 1, "there was no run before");
        let mut story = one();
        run(&mut story, 1, RunEnd::Finished, |it| {
            it.blind("github.a", crate::domain::GapKind::TimedOut);
        });
        story.on(2).done("CI-01", &["github.a"], &[]);
        run(&mut story, 3, RunEnd::Finished, |it| {
            it.fail("github.a", &["x"]);
        });
        assert_eq!(lost(&story, 3), 1);
    }

    #[test]
    fn a_waiver_that_ends_loses_nothing_anew() {
        let mut story = one();
        run(&mut story, 1, RunEnd::Finished, |it| {
            it.pass("github.a");
        });
        run(&mut story, 2, RunEnd::Finished, |it| {
            it.fail("github.a", &["x"]);
        });
        assert_eq!(lost(&story, 2), 1);
        story.on(3).waive("CI-01", 6, Some("Ana"));
        run(&mut story, 5, RunEnd::Finished, |it| {
            it.fail("github.a", &["x"]);
        });
        run(&mut story, 9, RunEnd::Finished, |it| {
            it.fail("github.a", &["x"]);
        });
        assert_eq!((lost(&story, 5), lost(&story, 9)), (0, 0), "it was waived, and is drifted again");
        let ever = lost_since(&story.facts, &story.checklists, &story.book, None, moment(9, 600));
        assert_eq!(ever.len(), 1, "whoever was never told anything learns of it");
    }

    #[test]
    fn what_aged_out_before_or_was_never_done_is_not_lost_now() {
        let mut story = one();
        run(&mut story, 1, RunEnd::Finished, |it| {
            it.pass("github.a");
        });
        run(&mut story, 20, RunEnd::Finished, |it| {
            it.blind("github.a", crate::domain::GapKind::TimedOut);
        });
        run(&mut story, 21, RunEnd::Finished, |it| {
            it.fail("github.a", &["x"]);
        });
        assert_eq!(lost(&story, 21), 0);
        let mut story = one();
        run(&mut story, 1, RunEnd::Finished, |it| {
            it.fail("github.a", &["x"]);
        });
        assert_eq!(lost(&story, 1), 0);
    }
}
