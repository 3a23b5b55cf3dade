//! The board as a whole, and what changed between two of them.

use crate::domain::fact::RunEnd;
use crate::domain::testing::*;
use crate::domain::*;

#[test]
fn without_settings_or_a_checklist_there_is_no_board() {
    let mut story = Story::of(vec![item("AA-01", all_of(&["github.a"]))]);
    let now = moment(1, 0);
    let board = |facts: &[Fact]| board(facts, &story.checklists, &story.book, now).is_some();
    assert!(board(&story.facts));
    assert!(!board(&story.facts[..1]) && !board(&story.facts[1..]) && !board(&[]));
    story.checklists.clear();
    assert!(crate::domain::board(&story.facts, &story.checklists, &story.book, now).is_none(), "its text is not known");
}

#[test]
fn progress_is_done_of_applicable_next_to_separate_counts() {
    let mut story = Story::of(vec![
        item("AA-01", all_of(&["github.a"])),
        item("AA-02", all_of(&["github.b"])),
        item("AA-03", all_of(&["github.c"])),
        item("AA-04", all_of(&["github.d"])),
        item("AA-05", all_of(&["s3.a"])),
        Item { phase: Phase::Weeks2To3, ..item("AA-06", all_of(&["s3.b"])) },
    ]);
    story.on(1).pass("github.a").pass("github.b").fail("github.c", &["x"]).waive("AA-03", 30, None).not_applicable("AA-04");
    story.on(2).fail("github.b", &["y"]);
    let board = story.board(2);
    let week = board.phases[0];
    assert_eq!((week.done, week.applicable, week.drifted, week.waived, week.failing, week.unseen), (1, 4, 1, 1, 0, 1));
    assert_eq!((board.counts[&Truth::Open], board.unseen, board.phases[1].applicable), (2, 2, 1));
    assert_eq!((board.day, board.week), (3, 1));
    story.on(2).set(|it| it.start = moment(4, 0).date_naive());
    assert_eq!((story.board(2).day, story.board(2).week), (0, 0), "before the start");
}

#[test]
fn a_finding_stands_once_with_when_it_was_seen() {
    let mut story = Story::of(vec![item("AA-01", all_of(&["github.a"])), item("AA-02", any_of(&["github.a", "github.b"]))]);
    story.on(1).fail("github.a", &["x"]).fail("github.b", &["x", "z"]);
    story.on(4).fail("github.a", &["x", "y"]);
    let board = story.board(4);
    let rows: Vec<_> =
        board.findings.iter().map(|it| (it.finding.resource.as_str(), it.items.len(), it.first_seen, it.last_seen)).collect();
    assert_eq!(
        rows,
        [("x", 2, moment(1, 0), moment(4, 0)), ("y", 2, moment(4, 0), moment(4, 0)), ("z", 1, moment(1, 1), moment(1, 1))]
    );
    story.on(5).pass("github.a");
    let changes = story.diff(4, 5);
    assert_eq!(changes.gone_findings.iter().map(|it| it.key.as_str()).collect::<Vec<_>>(), ["rule:y"]);
    assert_eq!(changes.won.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["AA-01", "AA-02"]);
}

#[test]
fn what_could_not_be_seen_again_is_not_gone() {
    let mut story = Story::of(vec![item("AA-01", all_of(&["github.a"]))]);
    story.on(1).fail("github.a", &["x"]);
    story.on(2).blind("github.a", GapKind::NoPermission);
    assert!(story.diff(1, 2).gone_findings.is_empty());
}

#[test]
fn lost_items_are_told_with_their_reason() {
    let mut story = Story::of(vec![item("AA-01", all_of(&["github.a"])), item("AA-02", all_of(&["github.b"]))]);
    story.on(1).pass("github.a");
    story.on(2).fail("github.a", &["x"]).fail("github.b", &[]);
    let changes = story.diff(1, 2);
    assert_eq!((changes.lost.len(), changes.newly_failing.len()), (1, 1));
    let lost = &changes.lost[0];
    assert_eq!((lost.id.as_str(), lost.why.as_str()), ("AA-01", "drifted: x is open"));
    assert_eq!((lost.from, lost.to), (Some(Truth::Verified), Truth::Drifted));
    assert_eq!(changes.new_findings[0].key, "rule:x");
    assert!(story.diff(2, 3).is_empty());
}

#[test]
fn the_last_run_is_counted_while_it_is_open() {
    let mut story = Story::of(vec![item("AA-01", all_of(&["github.a"]))]);
    assert!(story.board(0).last_run.is_none());
    story.on(1).run(&["github.a", "github.b"]).pass("github.a").blind("github.b", GapKind::TimedOut);
    let run = story.board(1).last_run.unwrap();
    assert_eq!((run.started, run.ended, run.decided, run.undecided), (moment(1, 0), None, 1, 1));
    story.run_ends(RunEnd::Finished);
    assert_eq!(story.board(1).last_run.unwrap().ended.unwrap(), (moment(1, 3), RunEnd::Finished));
}

#[test]
fn the_next_change_is_never_later_than_midnight_or_the_next_fact() {
    let mut story = Story::of(vec![item("AA-01", all_of(&["github.a"]))]);
    assert_eq!(story.board_at(moment(1, 0)).next_change, Some(moment(1, 15 * 60)));
    story.on(1).pass("github.a");
    assert_eq!(story.board_at(moment(0, 14 * 60)).next_change, Some(moment(0, 15 * 60)));
    assert_eq!(story.board_at(moment(0, 15 * 60)).next_change, Some(moment(1, 0)), "a fact of the future begins to count");
}

#[test]
fn the_history_tells_changes_of_a_word_and_what_was_taken_back() {
    let the_item = item("AA-01", all_of(&["github.a"]));
    let mut story = Story::of(vec![the_item.clone()]);
    story.on(1).pass("github.a").on(2).pass("github.a").on(3).fail("github.a", &["x"]);
    story.by("Ana").on(4).accept("rule:x", 20, None);
    let accepted = story.last();
    story.on(5).retract(accepted);
    let ledger = Ledger::read(&story.facts, moment(6, 0));
    let lines = history::of_item(&the_item, &ledger);
    let told: Vec<_> = lines.iter().map(|it| (it.says.as_str(), it.retracted)).collect();
    assert_eq!(
        told,
        [
            ("github.a pass: it is so", false),
            ("github.a fail: it is not so", false),
            ("accepted rule:x until 2026-12-13: later", true),
            ("took it back", false)
        ]
    );
    let app = history::of_app(&ledger);
    assert_eq!(app[0].says.as_str(), "set what the app acme is");
    assert_eq!(app[1].says.as_str(), "adopted checklist 1");
}
