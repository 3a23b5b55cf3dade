//! A glance says what the board says, entry by entry, and nothing about what it does not name.

use super::*;
use crate::domain::WorkNote;
use crate::domain::testing::{Story, all_of, any_of, both, item};
use rstest::rstest;

fn story() -> Story {
    let mut story = Story::of(vec![
        item("CI-01", all_of(&["github.a"])),
        item("CI-02", all_of(&["github.a", "github.b"])),
        both("ACC-01", all_of(&["supabase.a"])),
        item("BAK-01", any_of(&["s3.a", "supabase.b"])),
        item("DOC-01", all_of(&[])),
    ]);
    story.on(1).run(&["github.a"]);
    story
}

fn at(story: &Story, day: i64, id: &str) -> ItemGlance {
    let board = story.board(day);
    let glance = Glance::of(&board);
    let it = glance.item(id).unwrap();
    let assessed = board.assessment(id).unwrap();
    assert_eq!((it.truth, it.work, it.gap), (assessed.truth, assessed.work.word(), assessed.gap.as_ref().map(|it| it.kind)));
    it
}

#[test]
fn every_item_and_probe_of_a_board_is_found_as_it_stands_there() {
    let mut story = story();
    story.pass("github.a").fail("github.b", &["x"]).blind("supabase.a", GapKind::NoPermission);
    story.work("BAK-01", WorkNote::Doing);
    let board = story.board(1);
    let glance = Glance::of(&board);
    assert_eq!(glance.items().count(), board.items.len());
    for it in &board.items {
        let found = at(&story, 1, it.item.as_str());
        assert_eq!(found.silence.is_some(), matches!(it.truth, Truth::Open | Truth::Stale), "{}", it.item);
    }
    assert_eq!(glance.probe("github.a").unwrap().word, Some("pass"));
    assert_eq!(glance.probe("github.b").unwrap().word, Some("fail"));
    let blind = glance.probe("supabase.a").unwrap();
    assert_eq!((blind.word, blind.gap), (None, Some(GapKind::NoPermission)));
    assert_eq!(at(&story, 1, "BAK-01").work, "doing");
    let stored = serde_json::to_string(&glance).unwrap();
    assert_eq!(serde_json::from_str::<Glance>(&stored).unwrap(), glance);
    assert!(stored.len() < 200, "{stored}");
}

#[test]
fn what_it_does_not_name_is_not_known() {
    let glance = Glance::of(&story().board(1));
    for id in ["CI-03", "CI-0", "I-01", "", "github.z", "ithub.a", "=", ";"] {
        assert_eq!((glance.item(id), glance.probe(id)), (None, None), "{id}");
    }
    assert_eq!(Glance(";CI-01=??".to_owned()).item("CI-01"), None, "another version's letters are none");
}

#[rstest]
#[case::never_asked("CI-02", |_: &mut Story| {}, 1, Silence::Never)]
#[case::half_asked("CI-02", |it: &mut Story| drop_(it.pass("github.a")), 1, Silence::Never)]
#[case::half_blind("CI-02", |it: &mut Story| drop_(it.pass("github.a").blind("github.b", GapKind::TimedOut)), 1, Silence::Unseen(GapKind::TimedOut))]
#[case::aged("CI-01", |it: &mut Story| drop_(it.pass("github.a")), 30, Silence::Aged)]
#[case::blind_since("CI-01", |it: &mut Story| drop_(it.pass("github.a").on(20).blind("github.a", GapKind::Unreachable)), 30, Silence::Unseen(GapKind::Unreachable))]
#[case::judge("CI-01", |it: &mut Story| drop_(it.blind("github.a", GapKind::NeedsJudgement)), 1, Silence::Unjudged)]
#[case::both_half("ACC-01", |it: &mut Story| drop_(it.pass("supabase.a")), 1, Silence::Unjudged)]
#[case::by_hand("DOC-01", |_: &mut Story| {}, 1, Silence::Unjudged)]
#[case::lapsed("DOC-01", |it: &mut Story| drop_(it.done("DOC-01", &[], &[])), 60, Silence::Aged)]
fn why_nobody_knows(#[case] id: &str, #[case] tell: impl FnOnce(&mut Story), #[case] day: i64, #[case] why: Silence) {
    let mut story = story();
    tell(&mut story);
    let found = at(&story, day, id);
    assert_eq!(found.silence, Some(why), "{found:?}");
}

#[test]
fn a_probe_that_counts_somewhere_counts() {
    let mut long = item("CI-03", all_of(&["github.a"]));
    long.fresh = crate::domain::Freshness::Days(200);
    let mut story = Story::of(vec![item("CI-01", all_of(&["github.a"])), long]);
    story.on(1).pass("github.a");
    let glance = Glance::of(&story.board(30));
    assert_eq!(glance.probe("github.a").unwrap(), ProbeGlance { word: Some("pass"), gap: None, aged: false });
    assert_eq!(glance.item("CI-01").unwrap().silence, Some(Silence::Aged));
}

fn drop_(_: &mut Story) {}
