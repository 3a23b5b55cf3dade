//! Changes told from facts: how long, which run, within which time.

use super::*;
use crate::domain::GapKind;
use crate::domain::fact::RunEnd;
use crate::domain::testing::*;

fn run(story: &mut Story, day: i64, look: impl FnOnce(&mut Story) -> &mut Story) -> crate::domain::RunId {
    story.on(day).run(&["github.a"]);
    look(story);
    story.run_ends(RunEnd::Finished);
    let ended = story.facts.last().unwrap();
    let crate::domain::FactBody::RunEnded { run, .. } = ended.body else { panic!("a run's end") };
    run
}

/// Good on days 1 and 22, unseen on day 23, bad from day 25 on: the lint that stayed unseen.
fn lint() -> (Story, [crate::domain::RunId; 4]) {
    let mut story = Story::of(vec![crate::domain::Item {
        fresh: crate::domain::Freshness::Days(30),
        ..item("CI-01", all_of(&["github.a"]))
    }]);
    let first = run(&mut story, 1, |it| it.pass("github.a"));
    let good = run(&mut story, 22, |it| it.pass("github.a"));
    run(&mut story, 23, |it| it.blind("github.a", GapKind::TimedOut));
    let bad = run(&mut story, 25, |it| it.fail("github.a", &["main"]));
    let again = run(&mut story, 29, |it| it.fail("github.a", &["main"]));
    (story, [first, good, bad, again])
}

#[test]
fn a_loss_says_how_long_it_was_good_and_within_which_days_it_broke() {
    let (story, [_, good, bad, _]) = lint();
    let diff = story.diff(22, 30);
    let [lost] = diff.lost.as_slice() else { panic!("{diff:?}") };
    let had = lost.had.unwrap();
    assert_eq!((had.since, had.until, had.truth), (moment(1, 1), moment(25, 1), Truth::Verified));
    assert_eq!((lost.at, lost.run), (Some(moment(25, 1)), Some(bad)), "the run that saw it first, not the newest one");
    let window = lost.window.clone().unwrap();
    assert_eq!(window.last_good, Some(Sighting { at: moment(22, 1), run: good }));
    assert_eq!(window.first_bad, Sighting { at: moment(25, 1), run: bad });
    assert_eq!(window.blind, 1, "the look between them saw nothing");
}

#[test]
fn a_new_finding_says_since_when_it_had_been_away_and_who_saw_it_first() {
    let (mut story, [first, _, bad, _]) = lint();
    let diff = story.diff(22, 30);
    let [new] = diff.new_findings.as_slice() else { panic!("{diff:?}") };
    assert_eq!(new.seen, Some(Sighting { at: moment(25, 1), run: bad }));
    assert_eq!((new.since, new.until, new.came_back), (Some(moment(1, 1)), Some(moment(22, 1)), false));
    let _ = first;
    let gone = run(&mut story, 31, |it| it.pass("github.a"));
    let diff = story.diff(30, 32);
    let [it] = diff.gone_findings.as_slice() else { panic!("{diff:?}") };
    assert_eq!(it.seen, Some(Sighting { at: moment(31, 1), run: gone }));
    assert_eq!((it.since, it.until), (Some(moment(25, 1)), Some(moment(29, 1))));
    run(&mut story, 33, |it| it.fail("github.a", &["main"]));
    assert!(story.diff(32, 34).new_findings[0].came_back);
}

#[test]
fn what_was_lost_and_won_back_between_two_boards_is_told() {
    let (mut story, [.., bad, _]) = lint();
    run(&mut story, 31, |it| it.pass("github.a"));
    let diff = story.diff(22, 32);
    assert!(diff.lost.is_empty() && diff.won.is_empty());
    let [it] = diff.lost_between.as_slice() else { panic!("{diff:?}") };
    let had = it.had.unwrap();
    assert_eq!((had.since, had.until, it.run), (moment(25, 1), moment(31, 1), Some(bad)));
}

#[test]
fn what_was_done_only_between_the_two_moments_is_lost_all_the_same() {
    let mut story = Story::of(vec![item("CI-01", all_of(&["github.a"]))]);
    run(&mut story, 1, |it| it.fail("github.a", &["main"]));
    run(&mut story, 2, |it| it.pass("github.a"));
    run(&mut story, 3, |it| it.fail("github.a", &["main"]));
    let diff = story.diff(1, 4);
    assert!(diff.newly_failing.is_empty());
    assert_eq!((diff.lost[0].id.as_str(), diff.lost[0].from), ("CI-01", Some(Truth::Verified)));
}

#[test]
fn what_went_stale_or_ceased_to_be_waived_says_when_by_itself() {
    let mut story = Story::of(vec![item("CI-01", all_of(&["github.a"])), item("CI-02", all_of(&["github.b"]))]);
    run(&mut story, 1, |it| it.pass("github.a").fail("github.b", &["main"]));
    story.on(2).waive("CI-02", 6, Some("Ana"));
    let diff = story.diff(3, 12);
    let [stale] = diff.stale.as_slice() else { panic!("{diff:?}") };
    assert_eq!((stale.at, stale.run), (Some(moment(9, 1)), None), "age has no run");
    let [ended] = diff.expired_waivers.as_slice() else { panic!("{diff:?}") };
    let had = ended.had.unwrap();
    assert_eq!((had.truth, had.since), (Truth::Waived, moment(2, 0)));
    assert_eq!(ended.at.unwrap().to_rfc3339(), "2026-11-30T00:00:00+00:00");
}

/// Waived until day 6, good again from day 4 on: the waiver ended beside a pass and hid nothing.
#[test]
fn a_waiver_that_ended_while_it_was_good_hides_no_loss() {
    let mut story = Story::of(vec![item("CI-01", all_of(&["github.a"])), item("CI-02", all_of(&["github.b"]))]);
    run(&mut story, 1, |it| it.fail("github.a", &["main"]).fail("github.b", &["main"]));
    story.on(2).waive("CI-01", 6, Some("Ana")).waive("CI-02", 6, Some("Ana"));
    run(&mut story, 4, |it| it.pass("github.a").pass("github.b"));
    run(&mut story, 9, |it| it.fail("github.a", &["main"]));
    let ids = |list: &[Change]| list.iter().map(|it| it.id.to_string()).collect::<Vec<_>>();
    // Since when it was waived, since when it was good, and since after the waiver: lost each time. The other only aged.
    for since in [3, 5, 8] {
        let diff = story.diff(since, 13);
        assert_eq!((ids(&diff.lost), ids(&diff.expired_waivers)), (vec!["CI-01".to_owned()], vec![]), "since day {since}");
        assert_eq!(ids(&diff.stale), ["CI-02"], "since day {since}");
    }
}

#[test]
fn what_is_not_seen_any_more_says_how_long_it_was_seen() {
    let mut story = Story::of(vec![item("CI-01", all_of(&["github.a"]))]);
    run(&mut story, 1, |it| it.pass("github.a"));
    let blind = run(&mut story, 4, |it| it.blind("github.a", GapKind::BadCredential));
    let diff = story.diff(2, 5);
    let [unseen] = diff.newly_unseen.as_slice() else { panic!("{diff:?}") };
    assert_eq!((unseen.at, unseen.run), (Some(moment(4, 1)), Some(blind)));
    assert_eq!(unseen.had.map(|it| it.since), Some(moment(1, 1)));
}
