//! The lane day by day: tables of who is looked at when, and what holds whatever the costs and whenever somebody looks.

use super::*;
use crate::probes;
use proptest::prelude::*;
use rstest::rstest;

const SITE: &str = LANE[0];
const BACKUP: &str = LANE[1];
const OPENAI: &str = LANE[2];
const OPENROUTER: &str = LANE[3];

/// So many minutes after a Monday at half past seven.
fn at(minutes: i64) -> DateTime<Utc> {
    let start: DateTime<Utc> = "2026-11-23T07:30:00Z".parse().unwrap();
    start + TimeDelta::minutes(minutes)
}

#[test]
fn every_id_of_the_lane_and_of_the_branch_is_a_probe() {
    for id in LANE.iter().chain(&super::super::marks::OF_THE_BRANCH) {
        assert!(probes::find(id).is_some(), "{id}");
    }
}

/// A morning for each of the moments: who is looked at then. All were looked at on the first one.
fn mornings(costs: &[(&'static str, u32)], at_: impl IntoIterator<Item = i64>) -> Vec<Vec<&'static str>> {
    let mut seats: Vec<Seat> = costs.iter().map(|(probe, requests)| Seat { probe, last: at(0), requests: *requests }).collect();
    let looked = at_.into_iter().map(|minutes| {
        let now = at(minutes);
        let today = Lane::of(seats.clone()).today(now, |_| true);
        for seat in seats.iter_mut().filter(|seat| today.contains(&seat.probe)) {
            seat.last = now;
        }
        today
    });
    looked.collect()
}

#[rstest]
#[case::all_of_them_fit(&[(SITE, 1), (BACKUP, 3), (OPENROUTER, 1)], &[&[SITE, BACKUP, OPENROUTER][..], &[SITE, BACKUP, OPENROUTER]])]
#[case::two_days_for_four(&[(SITE, 1), (BACKUP, 3), (OPENAI, 4), (OPENROUTER, 1)], &[
    &[SITE, BACKUP, OPENROUTER][..],
    &[OPENAI, SITE],
    &[BACKUP, OPENROUTER, SITE],
    &[OPENAI, SITE],
])]
#[case::a_dear_one_has_its_day(&[(SITE, 2), (BACKUP, 3), (OPENAI, 5)], &[
    &[SITE, BACKUP][..],
    &[OPENAI],
    &[SITE, BACKUP],
    &[OPENAI],
])]
#[case::what_no_day_has_room_for_takes_nobodys(&[(SITE, 1), (BACKUP, 3), (OPENROUTER, 33)], &[&[SITE, BACKUP][..], &[SITE, BACKUP]])]
#[case::alone(&[(OPENAI, 5)], &[&[OPENAI][..], &[OPENAI]])]
#[case::nothing(&[], &[&[][..], &[]])]
fn day_by_day(#[case] costs: &[(&'static str, u32)], #[case] wanted: &[&[&'static str]]) {
    let days = (1..=wanted.len()).map(|day| 1440 * i64::try_from(day).unwrap());
    assert_eq!(mornings(costs, days), wanted);
}

#[test]
fn a_second_run_of_the_day_looks_at_nothing_more_and_a_missed_one_does_not_make_up_for_it() {
    let costs = [(SITE, 1), (BACKUP, 3), (OPENAI, 4)];
    let noon = 1440 + 300;
    let seen = mornings(&costs, [1440, 1441, noon, 4 * 1440]);
    assert_eq!(seen, [&[SITE, BACKUP][..], &[], &[], &[OPENAI, SITE]], "three days later it is one day's worth all the same");
}

#[test]
fn what_is_not_looked_at_is_named_with_why() {
    let seats = [(SITE, 1), (BACKUP, 3), (OPENAI, 4), (OPENROUTER, 33)];
    let seats = seats.map(|(probe, requests)| Seat { probe, last: at(0), requests });
    let lane = Lane::of(seats.to_vec());
    let waiting = |now| lane.waiting(now, |_| true).map(|(seat, why)| (seat.probe, why)).collect::<Vec<_>>();
    assert_eq!(waiting(at(1440)), [(OPENAI, Waits::ForAnotherDay), (OPENROUTER, Waits::ForItsWeek)]);
    assert_eq!(waiting(at(60)), [(OPENROUTER, Waits::ForItsWeek)], "an hour after a look nobody waits");
    let only_site = lane.waiting(at(1440), |probe| probe != SITE).map(|(seat, _)| seat.probe).collect::<Vec<_>>();
    assert!(only_site.contains(&SITE), "what is due for another reason is not the lane's turn");
}

proptest! {
    #[test]
    fn whatever_the_costs_no_day_has_more_than_five_and_nobody_waits_for_long(
        costs in proptest::collection::vec(1_u32..8, 1..=LANE.len()),
        late in proptest::collection::vec(0_i64..100, 30),
    ) {
        let costs: Vec<(&'static str, u32)> = LANE.into_iter().zip(costs).collect();
        let runs: Vec<i64> = late.iter().zip(1..).map(|(late, day)| day * 1440 + late).collect();
        let days = mornings(&costs, runs);
        let of = |probe: &str| costs.iter().find(|(it, _)| *it == probe).unwrap().1;
        for day in &days {
            prop_assert!(day.iter().map(|probe| of(probe)).sum::<u32>() <= MOST_REQUESTS);
        }
        for (probe, cost) in &costs {
            let seen: Vec<usize> = days.iter().enumerate().filter(|(_, day)| day.contains(probe)).map(|(n, _)| n).collect();
            if *cost > MOST_REQUESTS {
                prop_assert!(seen.is_empty());
                continue;
            }
            let gaps = std::iter::once(seen.first().map_or(usize::MAX, |first| first + 1)).chain(seen.windows(2).map(|it| it[1] - it[0]));
            prop_assert!(gaps.max().unwrap() <= costs.len(), "{probe} waits for longer than there are others: {seen:?}");
        }
    }

    #[test]
    fn however_often_somebody_looks_a_day_keeps_to_five_and_nobody_starves(
        costs in proptest::collection::vec(1_u32..=5, 1..=LANE.len()),
        steps in proptest::collection::vec(1_i64..700, 200),
    ) {
        let costs: Vec<(&'static str, u32)> = LANE.into_iter().zip(costs).collect();
        let mut minutes = 0;
        let runs: Vec<i64> = steps.iter().map(|step| { minutes += step; minutes }).collect();
        let looked = mornings(&costs, runs.clone());
        let all: Vec<(i64, &str)> = runs.iter().zip(&looked).flat_map(|(at, who)| who.iter().map(move |probe| (*at, *probe))).collect();
        let of = |probe: &str| costs.iter().find(|(it, _)| *it == probe).unwrap().1;
        for (end, _) in &all {
            let day = all.iter().filter(|(at, _)| *at <= *end && *at > *end - RHYTHM.num_minutes());
            prop_assert!(day.map(|(_, probe)| of(probe)).sum::<u32>() <= MOST_REQUESTS);
        }
        for (probe, _) in &costs {
            let mut seen: Vec<i64> = std::iter::once(0).chain(all.iter().filter(|(_, it)| it == probe).map(|(at, _)| *at)).collect();
            seen.push(*runs.last().unwrap());
            let longest = seen.windows(2).map(|it| it[1] - it[0]).max().unwrap();
            prop_assert!(longest <= 2880 * i64::try_from(costs.len()).unwrap(), "{probe} waited {longest} minutes");
        }
    }

    #[test]
    fn where_one_has_room_there_is_one_whose_turn_it_is(
        seats in proptest::collection::vec((0_i64..4000, 1_u32..8), 1..=LANE.len()),
        later in 0_i64..4000,
    ) {
        let seats: Vec<Seat> = LANE.into_iter().zip(seats).map(|(probe, (last, requests))| Seat { probe, last: at(last), requests }).collect();
        let now = seats.iter().map(|seat| seat.last).max().unwrap() + TimeDelta::minutes(later);
        let lane = Lane::of(seats.clone());
        let has_room = seats.iter().any(|seat| lane.from(seat.probe).is_some_and(|from| from <= now));
        prop_assert_eq!(!lane.today(now, |_| true).is_empty(), has_room);
    }
}
