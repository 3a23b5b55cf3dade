//! The lane and the waiting list in small stories: what stands first, what waits, what is folded, and why each row is there.

use crate::domain::checklist::Effort;
use crate::domain::testing::*;
use crate::domain::*;
use rstest::rstest;

/// Every row by its id, or the kind of its step.
fn lane(board: &Board) -> Vec<String> {
    let id = |row: &NowRow| match &row.task {
        Task::Item(item) => item.to_string(),
        Task::Step(step) => step.kind.to_string(),
    };
    board.now_lane.iter().map(id).collect()
}

fn row<'b>(board: &'b Board, id: &str) -> &'b NowRow {
    board.now_lane.iter().find(|it| it.item().is_some_and(|it| it.as_str() == id)).unwrap()
}

fn step(board: &Board, kind: StepKind) -> Option<(&Step, &str)> {
    board.now_lane.iter().find_map(|row| match &row.task {
        Task::Step(step) if step.kind == kind => Some((step, row.why.as_str())),
        _ => None,
    })
}

/// By a person alone, so that no probe and no key is missing.
fn by_hand(id: &str) -> Item {
    Item { decides: Decides::Person, ..item(id, Rule::All(Vec::new())) }
}

#[test]
fn gates_of_now_come_first_then_what_was_lost_then_what_is_worth_most() {
    let mut story = Story::of(vec![
        Item { danger: 5, reach: 5, ..by_hand("AA-01") },
        item("AA-02", all_of(&["github.b"])),
        item("AA-03", all_of(&["github.c"])),
        gate(Gate::Now, Item { danger: 1, reach: 1, ..by_hand("AA-04") }),
        Item { effort: Effort::S, ..by_hand("AA-05") },
        Item { effort: Effort::L, ..by_hand("AA-06") },
    ]);
    story.on(1).pass("github.b").fail("github.c", &["x"]);
    story.on(2).fail("github.b", &["y"]);
    let board = story.board(2);
    assert_eq!(lane(&board), ["AA-04", "AA-02", "AA-03", "AA-01", "AA-05", "AA-06"]);
    assert_eq!(row(&board, "AA-02").why.as_str(), "it was done and is lost, y is open");
    assert_eq!(row(&board, "AA-03").why.as_str(), "x is open");
    assert_eq!(row(&board, "AA-01").why.as_str(), "nobody has done it yet");
}

#[test]
fn seven_rows_at_most_and_the_rest_is_counted() {
    let items = (1..=10).map(|n| by_hand(&format!("AA-{n:02}"))).collect();
    let board = Story::of(items).board(0);
    assert_eq!((board.now_lane.len(), board.more_now, board.waits_now, board.later), (7, 3, 0, 0));
}

#[test]
fn what_waits_or_is_settled_is_not_in_the_lane_and_what_waits_is_counted() {
    let mut story = Story::of(vec![
        item("AA-01", all_of(&["github.a"])),
        Item { after: vec!["AA-01".parse().unwrap()], ..by_hand("AA-02") },
        by_hand("AA-03"),
        by_hand("AA-04"),
        item("AA-05", all_of(&["s3.a"])),
        item("AA-06", all_of(&["s3.b"])),
        Item { phase: Phase::Weeks2To3, ..by_hand("AA-07") },
        gate(Gate::Now, Item { phase: Phase::Weeks4To6, ..by_hand("AA-08") }),
    ]);
    let blocked = WorkNote::Blocked {
        on: "Ana".into(),
        waits_for: "a token".into(),
        until: Some(moment(3, 0).date_naive()),
        founder: None,
        minutes: None,
    };
    story.on(1).work("AA-03", blocked).work("AA-04", WorkNote::Planned { week: 2 }).waive("AA-05", 30, None);
    story.fail("github.a", &["x"]).not_applicable("AA-06").work("AA-08", WorkNote::Planned { week: 5 });
    let board = story.board(1);
    assert_eq!(lane(&board), ["AA-08", "AA-01"]);
    assert_eq!((board.waits_now, board.later), (2, 2), "AA-02 and AA-03 wait; AA-04 and AA-07 are for later");
    assert_eq!(lane(&story.board(4)), ["AA-08", "AA-01", "AA-03"], "the promised day has passed");
    assert_eq!(lane(&story.board(7)), ["AA-08", "AA-01", "AA-03", "AA-04", "AA-07"], "the second week has come");
    story.on(7).pass("github.a");
    assert_eq!(lane(&story.board(7)), ["AA-08", "AA-02", "AA-03", "AA-04", "AA-07"]);
}

#[test]
fn a_later_phase_folds_up_unless_something_was_lost_there() {
    let mut story = Story::of(vec![Item { phase: Phase::Weeks4To6, ..item("AA-01", all_of(&["github.a"])) }]);
    story.on(0).fail("github.a", &["x"]);
    assert!(lane(&story.board(0)).is_empty());
    assert_eq!(story.board(0).later, 1);
    story.on(1).pass("github.a").on(2).fail("github.a", &["x"]);
    assert_eq!(lane(&story.board(2)), ["AA-01"]);
}

/// A gate of now with a stake and an order.
fn hot(id: &str, probes: &[&str]) -> Item {
    let emergency = ["Rotate it", "Deploy", "Tell"].map(str::to_owned).to_vec();
    Item {
        stake: Some("strangers can use it".to_owned()),
        emergency,
        danger: 5,
        reach: 4,
        ..gate(Gate::Now, item(id, all_of(probes)))
    }
}

#[test]
fn what_is_served_to_everybody_stands_before_what_lies_in_the_code() {
    let mut story = Story::of(vec![Item { effort: Effort::S, ..hot("AA-01", &["scan.a"]) }, hot("AA-02", &["site.a"])]);
    story.on(1).fail("scan.a", &["key"]).fail("site.a", &["key in the bundle"]);
    let board = story.board(1);
    assert_eq!(lane(&board), ["AA-02", "AA-01"]);
    let first = row(&board, "AA-02");
    assert!(first.rank.public && first.rank.on_fire);
    assert_eq!(first.why.as_str(), "key in the bundle is open — strangers can use it");
    assert_eq!(first.emergency, ["Rotate it", "Deploy", "Tell"]);
}

#[test]
fn an_order_for_emergencies_is_shown_only_while_it_burns() {
    let mut story = Story::of(vec![hot("AA-01", &["scan.a"])]);
    let mild = Finding::new("rule", "x", Severity::Low, "x is untidy", "Tidy it");
    story.on(1).look("scan.a", Verdict::fail("untidy", vec![mild]));
    let board = story.board(1);
    assert!(row(&board, "AA-01").emergency.is_empty() && !row(&board, "AA-01").rank.on_fire);
    story.on(2).fail("scan.a", &["x"]);
    assert_eq!(row(&story.board(2), "AA-01").emergency.len(), 3);
    story.on(3).accept("rule:x", 30, Some("Ana"));
    assert!(story.board(3).now_lane.iter().all(|it| it.emergency.is_empty()), "accepted on somebody's word");
}

#[test]
fn an_overdue_launch_gate_is_urgent_only_when_users_are_there() {
    let items = || {
        let launch = gate(Gate::Launch, Item { danger: 4, reach: 4, ..item("AA-02", all_of(&["github.b"])) });
        vec![gate(Gate::Now, Item { danger: 2, reach: 1, ..by_hand("AA-01") }), launch]
    };
    let mut story = Story::of(items());
    story.on(1).fail("github.b", &["x"]);
    assert_eq!(lane(&story.board(1)), ["AA-01", "AA-02"]);
    let mut story = Story::of(items());
    story.set(|it| it.live_since = Some(it.start)).on(1).fail("github.b", &["x"]);
    assert_eq!(lane(&story.board(1)), ["AA-02", "AA-01"]);
    assert!(row(&story.board(1), "AA-02").rank.urgent);
}

/// Day one at a real client: one red danger, some answers, and most of the list in the dark.
#[test]
fn on_day_one_the_fire_comes_first_then_the_letter_then_the_rest() {
    let dark = |n: usize| gate(Gate::Now, Item { danger: 5, reach: 4, ..item(&format!("BB-{n:02}"), all_of(&["supabase.a"])) });
    let mut items = vec![hot("AA-01", &["site.a"]), item("AA-02", all_of(&["github.a"])), gate(Gate::Now, by_hand("AA-03"))];
    items.extend((1..=9).map(dark));
    items.extend((1..=12).map(|n| Item { phase: Phase::Weeks4To6, ..item(&format!("CC-{n:02}"), all_of(&["supabase.b"])) }));
    let mut story = Story::of(items);
    story.on(0).fail("site.a", &["a key"]).fail("github.a", &["main"]);
    story.blind("supabase.a", GapKind::NoCredential).blind("supabase.b", GapKind::NoCredential);
    let board = story.board(0);
    assert_eq!(lane(&board), ["AA-01", "ask", "AA-03", "AA-02"]);
    let (ask, why) = step(&board, StepKind::Ask).unwrap();
    assert_eq!((ask.systems.as_slice(), ask.opens.whole.len(), ask.opens.urgent_whole), (&[System::Supabase][..], 21, 9));
    assert!(why.starts_with("opens 21 items (9 urgent); "), "{why}");
    assert_eq!((board.more_now, board.waits_now, board.later), (0, 9, 12));
}

#[test]
fn a_key_opens_an_item_only_if_all_its_proofs_could_be_seen_then() {
    let mut story = Story::of(vec![
        item("AA-01", all_of(&["github.a", "supabase.a"])),
        item("AA-02", all_of(&["github.a"])),
        Item { to_come: vec!["vercel".to_owned()], ..item("AA-03", all_of(&["github.a"])) },
        both("AA-04", all_of(&["github.sign"])),
        item("AA-05", all_of(&["github.b"])),
        item("AA-06", any_of(&["github.a", "s3.a"])),
    ]);
    story.on(0).blind("github.a", GapKind::NoCredential).blind("github.sign", GapKind::NoCredential).pass("github.b");
    story.blind("supabase.a", GapKind::PlanHides).pass("s3.a");
    let board = story.board(0);
    let (ask, _) = step(&board, StepKind::Ask).unwrap();
    let ids = |all: &[ItemId]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(ids(&ask.opens.whole), ["AA-02"], "the others have a plan, a probe to come or only a sign in the way");
    assert_eq!(ids(&ask.opens.helps), ["AA-01", "AA-03", "AA-04"], "AA-06 holds already");
    assert_eq!(lane(&board), ["ask", "AA-01"], "what a plan hides is for a person, whatever the key opens");
}

#[rstest]
#[case::none(GapKind::NoCredential, StepKind::Ask, false)]
#[case::refused(GapKind::BadCredential, StepKind::Ask, true)]
#[case::too_small(GapKind::NoPermission, StepKind::Ask, true)]
#[case::consent(GapKind::NeedsConsent, StepKind::Ask, false)]
#[case::slow(GapKind::TimedOut, StepKind::Look, false)]
#[case::down(GapKind::VendorFault, StepKind::Look, false)]
fn one_step_stands_for_all_that_it_opens(#[case] gap: GapKind, #[case] kind: StepKind, #[case] again: bool) {
    let mut story = Story::of((1..=9).map(|n| item(&format!("AA-{n:02}"), all_of(&["github.a"]))).collect());
    story.on(0).blind("github.a", gap);
    let board = story.board(0);
    assert_eq!(lane(&board), [kind.to_string()]);
    let (step, _) = step(&board, kind).unwrap();
    assert_eq!((step.opens.whole.len(), !step.again.is_empty(), step.first), (9, again, false));
    assert_eq!((board.more_now, board.waits_now), (0, 9));
}

#[rstest]
#[case::missing(GapKind::NoCredential)]
#[case::refused(GapKind::BadCredential)]
#[case::too_small(GapKind::NoPermission)]
fn for_a_key_that_came_after_the_look_nobody_is_asked(#[case] gap: GapKind) {
    let mut story = Story::of(vec![item("AA-01", all_of(&["github.a"])), item("AA-02", all_of(&["s3.a"]))]);
    story.on(1).blind("github.a", gap).blind("s3.a", GapKind::BadCredential);
    let with = |since| {
        let since = std::collections::BTreeMap::from([(System::Github, since)]);
        board::board_with(&story.facts, &story.checklists, &story.book, moment(1, 600), &since).unwrap()
    };
    let after = with(moment(1, 5));
    let (look, why) = step(&after, StepKind::Look).unwrap();
    assert_eq!((look.opens.whole.len(), look.first), (1, false));
    assert!(why.ends_with("the last look was made before the key of GitHub that is here now"), "{why}");
    let (ask, _) = step(&after, StepKind::Ask).unwrap();
    assert_eq!((&ask.systems[..], &ask.again[..]), (&[System::S3][..], &[System::S3][..]));
    // With the key that the look was made with, and of the same moment, it was this key that saw nothing.
    for since in [moment(0, 0), moment(1, 0)] {
        let before = with(since);
        assert!(step(&before, StepKind::Look).is_none());
        assert_eq!(step(&before, StepKind::Ask).unwrap().0.systems, [System::Github, System::S3]);
    }
}

#[rstest]
#[case(GapKind::PlanHides)]
#[case(GapKind::Incomplete)]
#[case(GapKind::Ambiguous)]
#[case(GapKind::NeedsJudgement)]
#[case(GapKind::NoBaseline)]
#[case(GapKind::UnexpectedAnswer)]
#[case(GapKind::NotConfigured)]
fn what_no_key_opens_is_for_a_person(#[case] gap: GapKind) {
    let mut story = Story::of(vec![both("AA-01", all_of(&["github.a"]))]);
    story.on(0).blind("github.a", gap);
    assert_eq!(lane(&story.board(0)), ["AA-01"]);
}

#[test]
fn before_anybody_looked_the_first_thing_is_to_look() {
    let story = Story::of(vec![
        gate(Gate::Now, by_hand("AA-01")),
        item("AA-02", all_of(&["github.a"])),
        item("AA-03", all_of(&["firebase.a"])),
    ]);
    let board = story.board(0);
    assert_eq!(lane(&board), ["AA-01", "look", "connect"]);
    let (look, why) = step(&board, StepKind::Look).unwrap();
    assert!(look.first && why.ends_with("takes seconds, changes nothing"), "{why}");
    let (connect, why) = step(&board, StepKind::Connect).unwrap();
    assert_eq!(connect.systems, [System::Firebase]);
    assert_eq!(why, "opens 1 item");
}

#[test]
fn an_item_that_needs_the_client_s_permission_waits_for_it() {
    let outside = Item {
        consent: Consent::OutsideIn,
        ..gate(Gate::Now, Item { decides: Decides::Probe, to_come: vec!["site".to_owned()], ..item("AA-01", Rule::All(vec![])) })
    };
    let mut story = Story::of(vec![outside]);
    assert_eq!(lane(&story.board(0)), ["ask"]);
    assert!(step(&story.board(0), StepKind::Ask).unwrap().0.permission);
    let until = moment(30, 0);
    let authorisation =
        app::Authorisation { consent: Consent::OutsideIn, by: "Ana".into(), hosts: std::collections::BTreeSet::new(), until };
    story.on(1).push(FactBody::Authorised { authorisation });
    assert_eq!(lane(&story.board(1)), ["AA-01"]);
    assert_eq!(lane(&story.board(31)), ["ask"], "it has ended");
}

#[test]
fn how_far_behind_the_plan_it_is() {
    let mut story = Story::of(vec![
        item("AA-01", all_of(&["github.a"])),
        by_hand("AA-02"),
        Item { phase: Phase::Weeks2To3, ..by_hand("AA-03") },
        by_hand("AA-04"),
    ]);
    story.on(1).pass("github.a").work("AA-04", WorkNote::Planned { week: 3 });
    let behind = |day| story.board(day).behind;
    assert_eq!([0, 6, 7, 20, 21].map(behind), [0, 0, 1, 2, 4], "AA-01 has aged by then and is owed again");
}

#[test]
fn the_waiting_list_has_people_first_and_one_row_for_each_step() {
    let mut items: Vec<Item> = (1..=30).map(|n| item(&format!("AA-{n:02}"), all_of(&["firebase.a"]))).collect();
    items.push(item("BB-01", all_of(&["github.a"])));
    items.push(item("BB-02", any_of(&["s3.a", "firebase.b"])));
    let mut story = Story::of(items);
    let blocked = WorkNote::Blocked { on: "Ana".into(), waits_for: "a token".into(), until: None, founder: None, minutes: None };
    story.on(1).work("BB-01", blocked).blind("github.a", GapKind::NoCredential).pass("s3.a");
    let board = story.board(1);
    let rows: Vec<_> = board.waiting.iter().map(|it| (it.on.as_str(), it.items.len())).collect();
    let step = "Name Firebase: rescue app edit acme --provider firebase, or say that it is not used";
    assert_eq!(rows, [("Ana", 1), (step, 30), ("Open the door", 1)], "what was proven elsewhere waits for nothing");
}
