//! Which moment "since last time" means when nobody names one: the end of the last whole round of looks. A daily run that
//! looks at two probes ends no round, so that on a Monday the whole week is compared and not the night. For the exit code,
//! which is about one run and the run before it, see `lost`.

use super::fact::RunEnd;
use super::ledger::Ledger;
use super::{Fact, FactBody, ProbeId, System};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;

/// A probe that was not looked at for so long is not waited for: every probe is looked at within a week, and a machine may be
/// off for a day or two. What was taken off the checklist, or could not be asked any more, is never looked at again.
const LONGEST: TimeDelta = TimeDelta::days(9);

/// When the last whole round before the newest run ended: the last finished run at whose end every probe of what the app names
/// now had looked again since the round before. None when there is none. A run counts as the newest from its start, however it
/// ended; two runs of everything are two rounds, and a run of one probe is none.
#[must_use]
pub fn previous_round(facts: &[Fact], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let ledger = Ledger::read(facts, now);
    let newest = ledger.counting().iter().rev().find_map(|fact| match fact.body {
        FactBody::RunStarted { run, .. } => Some(run),
        _ => None,
    })?;
    let is_connected = |probe: &ProbeId| {
        let system = probe.as_str().split('.').next().and_then(|it| it.parse::<System>().ok());
        system.is_some_and(|system| ledger.subject(system).is_some())
    };
    let mut last: HashMap<&ProbeId, DateTime<Utc>> = HashMap::new();
    let mut round: Option<DateTime<Utc>> = None;
    for fact in ledger.counting() {
        match &fact.body {
            FactBody::RunStarted { run, .. } if *run == newest => break,
            FactBody::Outcome(it) if is_connected(&it.probe) => {
                last.insert(&it.probe, fact.at);
            }
            FactBody::RunEnded { how: RunEnd::Finished, .. } => {
                let looked_again = |at: &DateTime<Utc>| round.is_none_or(|since| *at > since);
                let waited_for = fact.at.checked_sub_signed(LONGEST).unwrap_or(DateTime::<Utc>::MIN_UTC);
                if last.values().filter(|at| **at > waited_for).all(looked_again) {
                    round = Some(fact.at);
                }
            }
            _ => {}
        }
    }
    round
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::*;

    const ALL: [&str; 3] = ["github.a", "github.b", "supabase.c"];
    const LANE: [&str; 1] = ["supabase.c"];

    fn story() -> Story {
        let mut story = Story::of(vec![item("CI-01", all_of(&ALL))]);
        story.on(0).set(|it| {
            it.github = Some("acme/shop".parse().unwrap());
            it.supabase = Some("acmeshopproductionab".parse().unwrap());
        });
        story
    }

    fn run(story: &mut Story, day: i64, probes: &[&str], how: RunEnd) {
        story.on(day).run(probes);
        for probe in probes {
            story.pass(probe);
        }
        story.run_ends(how);
    }

    /// The day on which the round ended with which the evening of `day` is compared.
    fn round(story: &Story, day: i64) -> Option<i64> {
        previous_round(&story.facts, moment(day, 600)).map(|at| (at - moment(0, 0)).num_days())
    }

    #[test]
    fn on_a_monday_the_week_is_compared_and_on_the_days_after_what_came_since_monday() {
        let mut story = story();
        run(&mut story, 1, &ALL, RunEnd::Finished);
        assert_eq!(round(&story, 1), None, "the first run has nothing before it");
        for day in 2..8 {
            run(&mut story, day, &LANE, RunEnd::Finished);
            assert_eq!(round(&story, day), Some(1), "day {day}");
        }
        run(&mut story, 8, &ALL, RunEnd::Finished);
        assert_eq!(round(&story, 8), Some(1));
        run(&mut story, 9, &LANE, RunEnd::Finished);
        assert_eq!(round(&story, 9), Some(8));
    }

    #[test]
    fn two_runs_of_everything_are_compared_with_each_other() {
        let mut story = story();
        for day in [1, 2, 3] {
            run(&mut story, day, &ALL, RunEnd::Finished);
        }
        assert_eq!((round(&story, 2), round(&story, 3)), (Some(1), Some(2)));
        run(&mut story, 4, &ALL[..1], RunEnd::Finished);
        assert_eq!(round(&story, 4), Some(3), "and one probe that was looked at again with the last of them");
        run(&mut story, 5, &ALL[..1], RunEnd::Finished);
        assert_eq!(round(&story, 5), Some(3), "however often");
    }

    #[test]
    fn a_round_may_take_several_runs_and_is_ended_by_a_finished_one() {
        let mut story = story();
        run(&mut story, 1, &ALL, RunEnd::Finished);
        run(&mut story, 3, &ALL[..2], RunEnd::Finished);
        run(&mut story, 5, &ALL[2..], RunEnd::Cancelled);
        run(&mut story, 6, &ALL[..1], RunEnd::Crashed);
        run(&mut story, 7, &ALL[..1], RunEnd::Finished);
        assert_eq!(round(&story, 7), Some(1));
        run(&mut story, 8, &LANE, RunEnd::Finished);
        assert_eq!(round(&story, 8), Some(7), "everything had looked again, part of it in a run that was stopped");
    }

    #[test]
    fn a_probe_that_is_asked_no_more_holds_up_no_round() {
        let mut story = story();
        run(&mut story, 1, &ALL, RunEnd::Finished);
        story.on(2).set(|it| it.github = None);
        run(&mut story, 8, &LANE, RunEnd::Finished);
        run(&mut story, 9, &LANE, RunEnd::Finished);
        assert_eq!(round(&story, 9), Some(8), "its system is not connected");
        let mut story = self::story();
        run(&mut story, 1, &ALL, RunEnd::Finished);
        for day in [8, 9, 10, 11] {
            run(&mut story, day, &ALL[1..], RunEnd::Finished);
        }
        assert_eq!((round(&story, 9), round(&story, 11)), (Some(1), Some(10)), "it is off the checklist");
    }

    #[test]
    fn without_a_run_there_is_nothing_to_compare_with() {
        assert_eq!(round(&story(), 5), None);
    }
}
