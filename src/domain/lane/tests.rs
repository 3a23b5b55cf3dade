//! The lane and the waiting list in small stories.

use crate::domain::checklist::Effort;
use crate::domain::testing::*;
use crate::domain::*;

fn lane(board: &Board) -> Vec<&str> {
    board.now_lane.iter().map(|it| it.item.as_str()).collect()
}

#[test]
fn gates_of_now_come_first_then_what_was_lost_then_what_is_worth_most() {
    let mut story = Story::of(vec![
        Item { danger: 5, reach: 5, ..item("AA-01", all_of(&["github.a"])) },
        item("AA-02", all_of(&["github.b"])),
        item("AA-03", all_of(&["github.c"])),
        gate(Gate::Now, Item { danger: 1, reach: 1, ..item("AA-04", all_of(&["github.d"])) }),
        Item { effort: Effort::S, ..item("AA-05", all_of(&["s3.a"])) },
        Item { effort: Effort::L, ..item("AA-06", all_of(&["s3.b"])) },
    ]);
    story.on(1).pass("github.b").fail("github.c", &["x"]);
    story.on(2).fail("github.b", &["y"]);
    let board = story.board(2);
    assert_eq!(lane(&board), ["AA-04", "AA-02", "AA-03", "AA-01", "AA-05", "AA-06"]);
    assert_eq!(board.now_lane[1].why.as_str(), "drifted: y is open");
    assert_eq!(board.now_lane[2].why.as_str(), "x is open");
    assert_eq!(board.now_lane[3].why.as_str(), "not looked at yet");
}

#[test]
fn seven_rows_at_most_and_the_rest_is_counted() {
    let items = (1..=10).map(|n| item(&format!("AA-{n:02}"), all_of(&["github.a"]))).collect();
    let board = Story::of(items).board(0);
    assert_eq!((board.now_lane.len(), board.more_now), (7, 3));
}

#[test]
fn what_waits_or_is_settled_is_not_in_the_lane() {
    let mut story = Story::of(vec![
        item("AA-01", all_of(&["github.a"])),
        Item { after: vec!["AA-01".parse().unwrap()], ..item("AA-02", all_of(&["github.b"])) },
        item("AA-03", all_of(&["github.c"])),
        item("AA-04", all_of(&["github.d"])),
        item("AA-05", all_of(&["s3.a"])),
        item("AA-06", all_of(&["s3.b"])),
        Item { phase: Phase::Weeks2To3, ..item("AA-07", all_of(&["s3.c"])) },
        gate(Gate::Now, Item { phase: Phase::Weeks4To6, ..item("AA-08", all_of(&["s3.d"])) }),
    ]);
    let blocked = WorkNote::Blocked {
        on: "Ana".into(),
        waits_for: "a token".into(),
        until: Some(moment(3, 0).date_naive()),
        founder: None,
        minutes: None,
    };
    story.on(1).work("AA-03", blocked).work("AA-04", WorkNote::Planned { week: 2 }).waive("AA-05", 30, None);
    story.not_applicable("AA-06").work("AA-08", WorkNote::Planned { week: 5 });
    assert_eq!(lane(&story.board(1)), ["AA-08", "AA-01"]);
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
    story.on(1).pass("github.a").on(2).fail("github.a", &["x"]);
    assert_eq!(lane(&story.board(2)), ["AA-01"]);
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
