//! The headline in small stories.

use crate::domain::state::Answer;
use crate::domain::testing::*;
use crate::domain::*;

fn says(story: &Story, day: i64) -> (Answer, String) {
    let headline = story.board(day).headline;
    (headline.answer, headline.says.to_string())
}

fn three() -> Story {
    Story::of(vec![
        gate(Gate::Launch, item("CI-01", all_of(&["github.a"]))),
        gate(Gate::Now, Item { danger: 5, ..item("SEC-03", all_of(&["site.a"])) }),
        gate(Gate::Now, item("RLS-01", all_of(&["supabase.a"]))),
        gate(Gate::Close, item("DOC-01", all_of(&["s3.a"]))),
        item("IDX-01", all_of(&["github.b"])),
    ])
}

#[test]
fn the_question_turns_on_the_day_that_users_come() {
    let mut story = three();
    assert_eq!(story.board(0).headline.question, "Ready to go live?");
    story.on(0).set(|it| it.live_since = Some(moment(2, 0).date_naive()));
    assert_eq!(story.board(1).headline.question, "Ready to go live?");
    assert_eq!(story.board(2).headline.question, "Safe to keep taking users?");
}

#[test]
fn nothing_seen_is_no_and_no_alarm() {
    let mut story = three();
    assert_eq!(
        says(&story, 0),
        (Answer::No, "NO — 2 urgent items not looked at yet, first SEC-03 The criterion of SEC-03".into())
    );
    story.on(1).blind("site.a", GapKind::NoCredential).blind("supabase.a", GapKind::NoCredential);
    assert_eq!(says(&story, 1).1, "NO — 2 urgent items not seen yet, first SEC-03 The criterion of SEC-03");
}

#[test]
fn the_first_open_gate_is_named_failing_ones_first() {
    let mut story = three();
    story.on(1).fail("supabase.a", &["t"]).fail("github.a", &["main"]);
    assert_eq!(says(&story, 1).1, "NO — 1 urgent: RLS-01 The criterion of RLS-01; 1 more not proven yet");
    let ids = story.board(1).headline.open_gates;
    assert_eq!(ids.iter().map(ItemId::as_str).collect::<Vec<_>>(), ["RLS-01", "SEC-03", "CI-01"]);
    story.on(2).pass("supabase.a").pass("site.a");
    assert_eq!(says(&story, 2).1, "NO — 1 to mend before launch: CI-01 The criterion of CI-01");
    story.on(2).set(|it| it.live_since = Some(moment(2, 0).date_naive()));
    assert_eq!(says(&story, 2).1, "NO — 1 urgent: CI-01 The criterion of CI-01");
}

#[test]
fn a_gate_that_is_planned_for_later_is_open_all_the_same() {
    let mut story = three();
    story.on(1).pass("supabase.a").pass("site.a").work("CI-01", WorkNote::Planned { week: 6 });
    assert_eq!(says(&story, 1), (Answer::No, "NO — 1 item not looked at yet, first CI-01 The criterion of CI-01".into()));
}

#[test]
fn a_gate_that_went_stale_is_not_proven() {
    let mut story = three();
    story.on(1).pass("supabase.a").pass("site.a").pass("github.a");
    assert_eq!(says(&story, 9), (Answer::No, "NO — 3 items not proven yet, first SEC-03 The criterion of SEC-03".into()));
}

#[test]
fn yes_is_said_when_every_gate_of_today_is_done_and_close_gates_do_not_matter() {
    let mut story = three();
    story.on(1).pass("supabase.a").pass("site.a").pass("github.a").fail("s3.a", &["no runbook"]).fail("github.b", &["index"]);
    assert_eq!(says(&story, 1), (Answer::Yes, "YES".into()));
    assert!(story.board(1).headline.open_gates.is_empty());
}

#[test]
fn accepted_risks_are_named_with_who_and_until_when() {
    let mut story = three();
    story.on(1).pass("supabase.a").fail("github.a", &["main"]).fail("site.a", &["key"]);
    story.waive("CI-01", 90, Some("Ana")).accept("rule:key", 70, Some("Ana"));
    assert_eq!(
        says(&story, 1),
        (Answer::YesWithAcceptedRisks, "YES — with 2 risks accepted by Ana until 1 February 2027".into())
    );
    assert_eq!(says(&story, 45).0, Answer::No, "what was proven has aged");
}

#[test]
fn without_a_gate_there_is_nothing_to_say_yes_by() {
    let mut story = Story::of(vec![item("IDX-01", all_of(&["github.a"]))]);
    story.on(1).pass("github.a");
    assert_eq!(says(&story, 1), (Answer::No, "NO — this checklist has no gate that could answer it".into()));
}
