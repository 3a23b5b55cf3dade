//! The laws of the *Now* lane, over any story: never more than seven rows, nothing that waits, gates of now first, and a fix
//! never moves its item up.

use super::*;
use std::collections::BTreeMap;

/// What may stand in a lane: items of every shape, some after others, some for later weeks.
fn items() -> Vec<Item> {
    let mut items = super::items();
    items.push(Item { after: vec!["AA-01".parse().unwrap()], ..gate(Gate::Now, item("HH-01", Rule::All(Vec::new()))) });
    items.push(Item { phase: Phase::Weeks4To6, ..item("II-01", all_of(&["github.a"])) });
    items.push(gate(Gate::Launch, Item { danger: 5, reach: 5, ..item("JJ-01", all_of(&["github.b", "s3.a"])) }));
    items.push(Item { consent: Consent::OutsideIn, ..gate(Gate::Now, item("KK-01", all_of(&["scan.a"]))) });
    items
}

fn told(steps: &[(i64, Step)], live: bool) -> Story {
    let mut story = Story::of(items());
    if live {
        story.set(|it| it.live_since = Some(it.start));
    }
    let mut minutes = 0;
    for (pause, step) in steps {
        minutes += pause;
        act(&mut story, moment(0, minutes), step);
    }
    story
}

proptest! {
    #[test]
    fn the_lane_holds_at_most_seven_none_that_waits_and_gates_of_now_first(steps in steps(any_step()), live: bool, blocked in 0..7_usize) {
        let mut story = told(&steps, live);
        let on_whom = WorkNote::Blocked { on: "Ana".into(), waits_for: "an answer".into(), until: None, founder: None, minutes: None };
        story.when(end(&story) + TimeDelta::minutes(2)).work(ITEMS[blocked], on_whom);
        let board = story.board_at(end(&story));
        prop_assert!(board.now_lane.len() <= 7);
        let now = |row: &NowRow| row.item().map(|id| board.assessment(id.as_str()).unwrap().gate == Some(Gate::Now));
        let mut others = false;
        for row in &board.now_lane {
            if let Some(id) = row.item() {
                let it = board.assessment(id.as_str()).unwrap();
                prop_assert!(!opening::is_settled(it.truth), "{id} is settled");
                prop_assert!(!matches!(it.work, Work::Blocked { .. }), "{id} is blocked");
                for before in &board.item(id.as_str()).unwrap().after {
                    prop_assert!(opening::is_settled(board.assessment(before.as_str()).unwrap().truth), "{id} waits for {before}");
                }
                prop_assert!(!row.why.as_str().is_empty() && !row.why.as_str().ends_with('.'));
                // A launch gate that is seen open while users are there is as urgent as one of now.
                prop_assert!(!(others && now(row) == Some(true)), "{id} stands behind what is no gate of now");
                others |= !row.rank.urgent;
            }
        }
        // Every item that is left is somewhere: in the lane or beyond its end, waiting, or for later.
        let left = board.items.iter().filter(|it| !opening::is_settled(it.truth)).count();
        let steps = board.now_lane.iter().filter(|row| row.item().is_none()).count();
        let counted = board.now_lane.len() - steps + board.more_now + board.waits_now + board.later;
        prop_assert!(counted >= left && counted <= left + 3, "{counted} of {left}, up to three steps beyond the end");
    }

    #[test]
    fn the_lane_is_the_same_however_the_facts_come(steps in steps(any_step()), seed in any::<u64>()) {
        let story = told(&steps, true);
        let mut facts = story.facts.clone();
        let count = facts.len().max(1);
        facts.rotate_left(usize::try_from(seed).unwrap_or(7) % count);
        let other = board(&facts, &story.checklists, &story.book, end(&story)).unwrap();
        prop_assert_eq!(story.board_at(end(&story)).now_lane, other.now_lane);
    }

    #[test]
    fn a_finding_less_never_moves_its_item_up(
        severities in prop::collection::vec(select(vec![Severity::Low, Severity::Medium, Severity::High, Severity::Critical]), 1..6),
        mended in any::<Index>(),
        public: bool,
        rivals in prop::collection::vec(0..5_u8, 0..4),
    ) {
        let mut items = vec![gate(Gate::Now, Item { danger: 5, reach: 4, ..item("AA-01", all_of(&["site.a", "scan.a"])) })];
        items.extend(rivals.iter().enumerate().map(|(n, danger)| {
            gate(Gate::Now, Item { danger: danger + 1, decides: Decides::Person, ..item(&format!("BB-{n:02}"), Rule::All(Vec::new())) })
        }));
        let finding = |(n, severity): (usize, &Severity)| Finding::new("rule", format!("{n}"), *severity, "it is open", "Close it");
        let all: Vec<Finding> = severities.iter().enumerate().map(finding).collect();
        let probe = if public { "site.a" } else { "scan.a" };
        let place = |findings: Vec<Finding>| {
            let mut story = Story::of(items.clone());
            story.on(0).pass("scan.a").pass("site.a");
            let verdict = if findings.is_empty() { Verdict::pass("closed") } else { Verdict::fail("open", findings) };
            story.on(1).look(probe, verdict);
            let board = story.board(1);
            let at = board.now_lane.iter().position(|row| row.item().is_some_and(|id| id.as_str() == "AA-01"));
            // Settled is behind everything.
            at.unwrap_or(usize::MAX)
        };
        let before = place(all.clone());
        let mut less = all;
        less.remove(mended.index(less.len()));
        prop_assert!(place(less) >= before);
    }

    #[test]
    fn a_greater_set_of_keys_never_opens_less(steps in steps(any_step()), live: bool) {
        let board = told(&steps, live).board_at(moment(9, 0));
        let held = opening::Held::default();
        let keys = |systems: &[System]| systems.iter().map(|it| opening::Key::Access(*it)).collect::<BTreeSet<_>>();
        let opens = |systems: &[System]| opening::opens(&keys(systems), &board.checklist, &board.items, &held, live);
        let (one, both) = (opens(&[System::Github]), opens(&[System::Github, System::Supabase, System::S3]));
        prop_assert!(one.whole.iter().all(|id| both.whole.contains(id)));
        prop_assert!(one.items().all(|id| both.items().any(|other| other == id)));
        // Nothing is counted twice, and nothing that is settled.
        let mut count: BTreeMap<&ItemId, u8> = BTreeMap::new();
        both.items().for_each(|id| *count.entry(id).or_default() += 1);
        prop_assert!(count.iter().all(|(id, n)| *n == 1 && !opening::is_settled(board.assessment(id.as_str()).unwrap().truth)));
        prop_assert!(both.urgent_whole <= both.whole.len() && both.urgent_helps <= both.helps.len());
    }
}
