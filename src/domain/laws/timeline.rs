//! What is told of a stretch of time is what `assess` says at each of its moments.

use super::*;
use crate::domain::diff::between;
use crate::domain::lost::lost_since;

/// A step, or new settings, or another checklist, so that every part of the telling has a seam.
#[derive(Debug, Clone)]
enum Turn {
    Step(Step),
    /// The app names another repository, or the old one again.
    Rename(bool),
    /// A checklist whose first items are as many as that, judged a little otherwise.
    Adopt(usize),
}

fn turns() -> impl Strategy<Value = Vec<(i64, Turn)>> {
    let turn = prop_oneof![
        16 => any_step().prop_map(Turn::Step),
        1 => any::<bool>().prop_map(Turn::Rename),
        1 => (1..=ITEMS.len()).prop_map(Turn::Adopt),
    ];
    prop::collection::vec((select(vec![0_i64, 0, 3, 12, 300, 1440, 5000]), turn), 0..50)
}

fn tell_turns(turns: &[(i64, Turn)]) -> Story {
    let mut story = Story::of(items());
    let mut minutes = 0;
    for (at, (pause, turn)) in turns.iter().enumerate() {
        minutes += pause;
        match turn {
            Turn::Step(step) => act(&mut story, moment(0, minutes), step),
            Turn::Rename(back) => {
                let name = if *back { "acme/shop" } else { "acme/store" };
                story.when(moment(0, minutes)).set(|it| it.github = Some(name.parse().unwrap()));
            }
            Turn::Adopt(count) => {
                let some = items().into_iter().take(*count);
                let some = some.map(|it| Item { fresh: Freshness::Days(5), ..it }).collect();
                story.when(moment(0, minutes)).adopt(&format!("adopted-{at}"), some);
            }
        }
    }
    story
}

/// Every moment of a fact, the moment before it, and every moment at which the board of then changes by itself.
fn moments(story: &Story, end: DateTime<Utc>) -> BTreeSet<DateTime<Utc>> {
    let facts = story.facts.iter().map(|fact| fact.at);
    let mut all: BTreeSet<DateTime<Utc>> = facts.flat_map(|at| [at, at - TimeDelta::seconds(1)]).collect();
    for at in all.clone() {
        let next = board(&story.facts, &story.checklists, &story.book, at).and_then(|it| it.next_change);
        all.extend(next.into_iter().flat_map(|at| [at, at - TimeDelta::nanoseconds(1)]));
    }
    all.insert(end);
    all.retain(|at| *at <= end);
    all
}

proptest! {
    #[test]
    fn a_timeline_says_at_each_moment_what_the_board_says(turns in turns(), from in 0..20_000_i64) {
        let story = tell_turns(&turns);
        let last = story.facts.last().unwrap().at;
        let end = last + TimeDelta::days(40);
        let whole = timelines(&story.facts, &story.checklists, &story.book, DateTime::<Utc>::MIN_UTC, end);
        let from = moment(0, from);
        let part = timelines(&story.facts, &story.checklists, &story.book, from, end.max(from));
        for at in moments(&story, end) {
            let board = board(&story.facts, &story.checklists, &story.book, at);
            let of_board: Vec<_> = board.iter().flat_map(|it| &it.items).map(|it| {
                (it.item.clone(), it.truth, it.gate, it.unseen)
            }).collect();
            for (lines, from) in [(&whole, DateTime::<Utc>::MIN_UTC), (&part, from)] {
                if at < from {
                    continue;
                }
                let steps = lines.iter().filter_map(|line| Some((line, line.at(at)?)));
                let mut told: Vec<_> = steps.filter_map(|(line, step)| {
                    Some((line.item.clone(), step.truth?, step.gate, step.unseen))
                }).collect();
                told.sort_by_key(|it| of_board.iter().position(|of| of.0 == it.0));
                prop_assert_eq!(&told, &of_board, "at {}", at);
            }
        }
        for line in &whole {
            prop_assert!(line.steps.windows(2).all(|two| two[0].at < two[1].at), "in order, each moment once");
        }
    }

    #[test]
    fn a_trend_counts_what_the_boards_count(turns in turns()) {
        let story = tell_turns(&turns);
        let now = story.facts.last().unwrap().at + TimeDelta::days(20);
        let trend = trend(&story.facts, &story.checklists, &story.book, now).unwrap();
        prop_assert!(trend.points.windows(2).all(|two| two[0].at < two[1].at));
        for (at, point) in trend.points.iter().enumerate() {
            let board = story.board_at(point.at);
            let count = |wanted: &dyn Fn(Truth) -> bool| {
                u16::try_from(board.items.iter().filter(|it| wanted(it.truth)).count()).unwrap()
            };
            prop_assert_eq!(point.done, count(&Truth::is_done));
            prop_assert_eq!(point.of, count(&|it| it != Truth::NotApplicable));
            prop_assert_eq!(point.lost, count(&Truth::is_lost));
            prop_assert_eq!(point.unseen, board.unseen);
            let areas = trend.areas.iter().map(|it| it.points[at]);
            let sums = areas.fold((0, 0, 0), |sum, it| (sum.0 + it.done, sum.1 + it.of, sum.2 + it.lost));
            prop_assert_eq!(sums, (point.done, point.of, point.lost), "areas leave nothing out");
        }
        let fixes = &trend.fixes;
        for groups in [
            fixes.by_gate.iter().map(|it| (it.1.fixed, it.1.open)).collect::<Vec<_>>(),
            fixes.by_severity.iter().map(|it| (it.1.fixed, it.1.open)).collect(),
        ] {
            let sums = groups.into_iter().fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
            prop_assert_eq!(sums, (fixes.all.fixed, fixes.all.open));
        }
        prop_assert_eq!(usize::from(fixes.all.open), fixes.open.len());
    }

    #[test]
    fn what_changed_is_in_the_same_lists_and_has_its_moment(turns in turns(), back in 0..40_000_i64) {
        let story = tell_turns(&turns);
        let now = story.facts.last().unwrap().at + TimeDelta::minutes(1);
        let since = (now - TimeDelta::minutes(back)).max(story.facts[1].at);
        let told = changes(&story.facts, &story.checklists, &story.book, since, now).unwrap();
        let expired: BTreeSet<_> = told.diff.expired_waivers.iter().map(|it| it.id.clone()).collect();
        let plain = between(&told.before, &told.after, |item| expired.contains(item));
        let ids = |list: &[crate::domain::diff::Change]| list.iter().map(|it| it.id.clone()).collect::<BTreeSet<_>>();
        prop_assert_eq!(ids(&told.diff.won), ids(&plain.won));
        prop_assert_eq!(ids(&told.diff.stale), ids(&plain.stale));
        prop_assert_eq!(ids(&told.diff.newly_unseen), ids(&plain.newly_unseen));
        // What was won and lost between the two is lost; two boards call it failing.
        let lost = ids(&told.diff.lost);
        prop_assert!(ids(&plain.lost).is_subset(&lost));
        prop_assert_eq!(ids(&told.diff.newly_failing), &ids(&plain.newly_failing) - &lost);
        for it in &lost - &ids(&plain.lost) {
            let was_done = told.before.assessment(it.as_str()).is_some_and(|it| it.truth.is_done());
            prop_assert!(!was_done && told.after.assessment(it.as_str()).unwrap().truth.is_lost(), "{it}");
        }
        for it in told.diff.lost.iter().chain(&told.diff.won).chain(&told.diff.newly_failing) {
            let at = it.at.unwrap();
            prop_assert!(at > since && at <= now, "{} became so at {at}", it.id);
            let just_before = board(&story.facts, &story.checklists, &story.book, at - TimeDelta::nanoseconds(1));
            let was = just_before.as_ref().and_then(|it_was| it_was.assessment(it.id.as_str())).map(|was| was.truth);
            let is = story.board_at(at).assessment(it.id.as_str()).unwrap().truth;
            prop_assert!(is.is_done() == it.to.is_done() && is.is_failing() == it.to.is_failing());
            prop_assert!(was != Some(is), "{} was that before", it.id);
            if let Some(had) = it.had {
                prop_assert!(had.since < had.until && had.until <= at);
                let then = story.board_at(had.since).assessment(it.id.as_str()).unwrap().truth;
                prop_assert!(then.is_done() == had.truth.is_done() && then.is_failing() == had.truth.is_failing());
            }
        }
        for it in &told.diff.expired_waivers {
            let ended = it.at.unwrap();
            prop_assert!(ended > since && ended <= now, "{} ended at {ended}", it.id);
            let just_before = story.board_at(ended - TimeDelta::nanoseconds(1));
            prop_assert_eq!(just_before.assessment(it.id.as_str()).unwrap().truth, Truth::Waived);
            let then = story.board_at(ended).assessment(it.id.as_str()).unwrap().truth;
            prop_assert!(!then.is_done() && !it.to.is_done() && it.to != Truth::Waived, "{} is {}", it.id, it.to);
        }
        let alone = lost_since(&story.facts, &story.checklists, &story.book, Some(since), now);
        prop_assert_eq!(alone.into_iter().collect::<BTreeSet<_>>(), lost, "the exit code and the lists mean the same by lost");
        for it in &told.diff.lost {
            prop_assert!(it.had.is_some_and(|had| had.truth.is_done()), "{} was done before it was lost", it.id);
        }
    }

    #[test]
    fn timelines_are_total(facts in prop::collection::vec(wild(), 0..30), from in extreme(), to in extreme()) {
        let story = Story::of(items());
        let mut all = story.facts.clone();
        all.extend(facts);
        let _ = timelines(&all, &story.checklists, &story.book, from, to);
        if let Some(it) = trend(&all, &story.checklists, &story.book, to) {
            prop_assert!(it.points.last().is_some_and(|point| point.is_now && point.at == to));
        }
        let _ = changes(&all, &story.checklists, &story.book, from, to);
    }
}
