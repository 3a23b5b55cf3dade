//! What is news of an app, told as stories; and what never gets into it.

use super::*;
use crate::domain::fact::RunEnd;
use crate::domain::lost::lost_since;
use crate::domain::testing::{Story, all_of, gate, item, moment};
use crate::domain::{self, Finding, Item, Verdict};

/// The news of the evening of day `to`, told last on the evening of day `from`.
fn news(story: &Story, from: i64, to: i64) -> News {
    let (since, now) = (moment(from, 600), moment(to, 600));
    let lost = lost_since(&story.facts, &story.checklists, &story.book, Some(since), now);
    let changes = domain::changes(&story.facts, &story.checklists, &story.book, since, now).unwrap();
    News::of(Some(&changes), &changes.after, &lost)
}

fn founded(id: &str, probe: &str, sentence: &str) -> Item {
    Item { founder: sentence.to_owned(), ..item(id, all_of(&[probe])) }
}

fn all() -> BTreeSet<Occasion> {
    Occasion::ALL.into()
}

#[test]
fn what_was_lost_comes_with_its_reason_for_one_reader_and_its_meaning_for_the_other() {
    let mut story = Story::of(vec![founded("RLS-01", "supabase.a", "Strangers can read your customers' data")]);
    story.on(1).run(&["supabase.a"]).pass("supabase.a").run_ends(RunEnd::Finished);
    story.on(3).run(&["supabase.a"]).fail("supabase.a", &["public.orders"]).run_ends(RunEnd::Finished);
    let it = news(&story, 1, 3).on(&all()).unwrap();
    let [point] = it.lost.as_slice() else { panic!("{it:?}") };
    assert_eq!(point.engineer, "RLS-01 The criterion of RLS-01: supabase.a says: it is not so (was verified)");
    assert_eq!(point.founder.as_ref().unwrap(), "Strangers can read your customers' data");
    assert!(it.urgent.is_empty(), "its finding is its reason");
    assert_eq!(news(&story, 3, 3).on(&all()), None, "told once");
}

#[test]
fn a_tick_that_came_and_went_between_two_messages_is_lost_too() {
    let mut story = Story::of(vec![item("CI-01", all_of(&["github.a"]))]);
    story.on(2).pass("github.a");
    story.on(3).fail("github.a", &["main"]);
    assert_eq!(news(&story, 1, 3).lost.len(), 1);
}

#[test]
fn a_waiver_that_ended_is_told_once_and_not_as_a_loss() {
    let mut story = Story::of(vec![founded("CI-01", "github.a", "A mistake can reach your customers")]);
    story.on(1).fail("github.a", &["main"]).waive("CI-01", 4, None);
    assert_eq!(news(&story, 1, 4).on(&all()), None);
    let it = news(&story, 4, 5);
    assert!(it.lost.is_empty());
    let [point] = it.expired.as_slice() else { panic!("{it:?}") };
    assert_eq!(point.engineer, "CI-01 The criterion of CI-01: waived by Sam until 2026-11-27; now failing");
    assert_eq!(point.founder.as_ref().unwrap(), "A mistake can reach your customers");
    assert_eq!(news(&story, 5, 6).on(&all()), None);
}

#[test]
fn a_new_finding_is_urgent_when_it_is_critical_or_stops_the_show_now() {
    let now = gate(Gate::Now, item("RLS-01", all_of(&["supabase.a"])));
    let mut story = Story::of(vec![now, item("CI-01", all_of(&["github.a"])), item("WEB-01", all_of(&["site.a"]))]);
    story.on(1).fail("github.a", &["main"]);
    let worst = Finding::new("site.x", "x", Severity::Critical, "the worst there is", "Mend it");
    story.on(2).fail("github.a", &["main", "next"]).fail("supabase.a", &["public.orders"]);
    story.look("site.a", Verdict::fail("open", vec![worst]));
    let it = news(&story, 1, 2);
    let says: Vec<&str> = it.urgent.iter().map(|it| it.engineer.as_str()).collect();
    assert_eq!(says, ["WEB-01 [critical]: the worst there is (site.a)", "RLS-01 [high]: public.orders is open (supabase.a)"]);
}

#[test]
fn what_a_scanner_says_of_a_secret_is_not_repeated() {
    let mut story = Story::of(vec![gate(Gate::Now, item("SEC-01", all_of(&["scan.a"]))), item("SEC-02", all_of(&["scan.b"]))]);
    let masked = format!("{}_{}_…{}", "sk", "live", "4fQz");
    story.on(1).pass("scan.b");
    story.on(2).leak("scan.a", &["5e1f"], 1);
    story.look("scan.b", Verdict::fail(format!("Stripe key {masked} stands in it"), Vec::new()));
    let it = news(&story, 1, 2);
    assert_eq!(it.urgent[0].engineer, "SEC-01 [critical]: a credential lies open (scan.a)");
    let lost = it.lost[0].engineer.as_str();
    assert!(lost.contains("Stripe key … stands in it") && !format!("{it:?}").contains("4fQz"), "{lost}");
}

#[test]
fn one_sentence_for_the_founder_however_many_findings_and_no_word_on_an_occasion_that_is_off() {
    let mut story = Story::of(vec![gate(Gate::Now, founded("RLS-01", "supabase.a", "Strangers can read"))]);
    story.on(2).fail("supabase.a", &["public.a", "public.b", "public.c"]);
    let it = news(&story, 1, 2);
    let founder: Vec<&Foreign> = it.urgent.iter().filter_map(|it| it.founder.as_ref()).collect();
    assert_eq!((it.urgent.len(), founder.len()), (3, 1));
    assert_eq!(it.clone().on(&BTreeSet::from([Occasion::CannotRun])), None);
    let missed = News { missed: Some(CannotRun { why: "locked".into(), since: LastSeen::Never }), ..it };
    let only = missed.on(&BTreeSet::from([Occasion::CannotRun])).unwrap();
    assert!(only.urgent.is_empty() && only.missed.is_some());
}

#[test]
fn what_is_only_newly_unseen_is_no_message_but_is_counted_in_one() {
    let mut story = Story::of(vec![item("CI-01", all_of(&["github.a"])), item("CI-02", all_of(&["github.b"]))]);
    story.on(1).pass("github.a").pass("github.b");
    story.on(2).blind("github.a", crate::domain::GapKind::TimedOut);
    assert_eq!(news(&story, 1, 2).on(&all()), None);
    story.on(3).fail("github.b", &["x"]);
    assert_eq!(news(&story, 1, 3).on(&all()).unwrap().newly_unseen, 1);
}
