//! The course of small stories, counted by hand.

use super::*;
use crate::domain::testing::*;
use crate::domain::{Freshness, GapKind, Gate, Item, Severity};

fn of(story: &Story, day: i64) -> Trend {
    trend(&story.facts, &story.checklists, &story.book, moment(day, 600)).unwrap()
}

fn lasting(item: Item) -> Item {
    Item { fresh: Freshness::Days(60), ..item }
}

fn story() -> Story {
    let mut story = Story::of(vec![
        lasting(item("CI-01", all_of(&["github.a"]))),
        lasting(gate(Gate::Now, item("SEC-01", all_of(&["supabase.a"])))),
        item("SEC-02", all_of(&["github.b"])),
    ]);
    let end = crate::domain::fact::RunEnd::Finished;
    story.on(0).run(&["github.a"]).pass("github.a").fail("supabase.a", &["orders"]).pass("github.b").run_ends(end);
    story.on(3).run(&["supabase.a"]).pass("supabase.a").run_ends(end);
    story.on(8).run(&["github.a"]).fail("github.a", &["main"]).blind("github.b", GapKind::TimedOut).run_ends(end);
    story
}

#[test]
fn each_week_says_what_stood_at_its_end_and_what_happened_in_it() {
    let it = of(&story(), 30);
    let rows: Vec<_> = it.points.iter().map(|it| (it.week, it.done, it.of, it.lost, it.stale, it.runs, it.probes)).collect();
    assert_eq!(
        rows,
        // The app was taken on after midnight of its first day: that midnight knows nothing.
        [(1, 3, 3, 0, 0, 2, 3), (2, 1, 3, 1, 1, 1, 2), (3, 1, 3, 1, 1, 0, 0), (4, 1, 3, 1, 1, 0, 0), (5, 1, 3, 1, 1, 0, 0)]
    );
    let names = |list: &[ItemId]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(&it.points[0].newly_won), ["CI-01", "SEC-01", "SEC-02"]);
    assert_eq!(names(&it.points[1].newly_lost), ["CI-01"]);
    assert!(it.points[2].newly_lost.is_empty(), "lost once");
    let unlooked: Vec<bool> = it.points.iter().map(Point::is_unlooked).collect();
    assert_eq!(unlooked, [false, false, true, true, true]);
    assert!(it.points[4].is_now && !it.points[3].is_now);
}

#[test]
fn areas_are_the_letters_of_the_ids() {
    let it = of(&story(), 12);
    let now: Vec<_> = it.areas.iter().map(|area| (area.area.as_str(), area.now())).collect();
    let point = |done, of, lost| AreaPoint { done, of, lost };
    assert_eq!(now, [("CI", point(0, 1, 1)), ("SEC", point(1, 2, 0))]);
}

#[test]
fn time_to_fix_is_from_first_seen_failing_to_done_and_what_is_open_has_its_age() {
    let it = of(&story(), 30).fixes;
    assert_eq!((it.all.fixed, it.all.open), (1, 1));
    let took = moment(3, 1) - moment(0, 2);
    assert_eq!(it.all.median, Some(took));
    assert_eq!(it.all.longest, Some((took, "SEC-01".parse().unwrap())));
    let groups: Vec<_> = it.by_gate.iter().map(|(gate, times)| (*gate, times.fixed, times.open)).collect();
    assert_eq!(groups, [(Some(Gate::Now), 1, 0), (None, 0, 1)]);
    let groups: Vec<_> = it.by_severity.iter().map(|(worst, times)| (*worst, times.fixed, times.open)).collect();
    assert_eq!(groups, [(Some(Severity::High), 1, 1)]);
    assert_eq!((it.open[0].item.as_str(), it.open[0].since, it.open[0].truth), ("CI-01", moment(8, 1), Truth::Drifted));
}

#[test]
fn an_accepted_fail_is_still_open_and_one_that_does_not_apply_was_none() {
    let mut story = story();
    story.on(9).waive("CI-01", 11, None);
    let it = of(&story, 10);
    assert_eq!((it.fixes.all.open, it.fixes.open[0].truth), (1, Truth::Waived));
    let it = of(&story, 30);
    assert_eq!(it.points[1].waivers_ended.iter().map(ToString::to_string).collect::<Vec<_>>(), ["CI-01"]);
    assert_eq!(it.points[1].newly_lost.len(), 1, "the end of a waiver is no second loss");
    story.on(31).not_applicable("CI-01");
    assert_eq!(of(&story, 32).fixes.all.open, 0);
}

#[test]
fn the_middle_of_an_even_number_is_between_the_two() {
    let mut story = Story::of(vec![lasting(item("CI-01", all_of(&["github.a"])))]);
    for (bad, good) in [(0, 1), (2, 5)] {
        story.on(bad).fail("github.a", &["main"]);
        story.on(good).pass("github.a");
    }
    let it = of(&story, 6).fixes.all;
    assert_eq!((it.fixed, it.median, it.longest.map(|it| it.0)), (2, Some(TimeDelta::days(2)), Some(TimeDelta::days(3))));
}
