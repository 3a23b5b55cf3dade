//! Which facts count.

use crate::domain::testing::*;
use crate::domain::*;
use rstest::rstest;

fn note(text: &str) -> FactBody {
    FactBody::Noted { item: "AA-01".parse().unwrap(), text: text.into(), founder: None }
}

fn counting(story: &Story) -> Vec<u128> {
    Ledger::read(&story.facts, moment(9, 0)).counting().iter().map(|it| it.id.0.as_u128()).collect()
}

fn id(number: u128) -> FactId {
    FactId(uuid::Uuid::from_u128(number))
}

/// Facts 1 and 2 are the settings and the checklist, 3 is a note; the retractions that follow are 4, 5, ….
#[rstest]
#[case(&[], &[1, 2, 3])]
#[case(&[3], &[1, 2, 4])]
#[case(&[3, 4], &[1, 2, 3, 5])]
#[case(&[3, 4, 5], &[1, 2, 4, 6])]
#[case(&[4], &[1, 2, 3, 4])] // of itself
#[case(&[99], &[1, 2, 3, 4])] // of the unknown
#[case(&[5, 4], &[1, 2, 3, 5])] // of one that is later, and back
#[case(&[3, 3], &[1, 2, 4, 5])]
#[case(&[3, 3, 4], &[1, 2, 5, 6])] // one of two is taken back, the other stands
fn retractions(#[case] targets: &[u128], #[case] left: &[u128]) {
    let mut story = Story::of(vec![item("AA-01", all_of(&["github.a"]))]);
    story.on(1).push(note("a"));
    for target in targets {
        story.retract(id(*target));
    }
    assert_eq!(counting(&story), left);
}

#[test]
fn a_retraction_that_is_earlier_than_its_target_is_void() {
    let mut story = Story::of(vec![item("AA-01", all_of(&["github.a"]))]);
    story.on(2).push(note("a"));
    let noted = story.last();
    story.on(1).retract(noted);
    assert_eq!(counting(&story).len(), 4);
}

#[test]
fn facts_later_than_now_do_not_count_and_are_counted() {
    let mut story = Story::of(vec![item("AA-01", all_of(&["github.a"]))]);
    story.on(10).push(note("a")).on(12).push(note("b"));
    let ledger = Ledger::read(&story.facts, moment(9, 0));
    assert_eq!((ledger.counting().len(), ledger.future(), ledger.next_fact()), (2, 2, Some(moment(10, 0))));
}

#[test]
fn the_newest_settings_are_in_force() {
    let mut story = Story::of(vec![item("AA-01", all_of(&["github.a"]))]);
    story.on(1).set(|it| it.title = "Acme Shop".into());
    assert_eq!(Ledger::read(&story.facts, moment(0, 0)).settings().unwrap().title, "acme");
    assert_eq!(Ledger::read(&story.facts, moment(2, 0)).settings().unwrap().title, "Acme Shop");
}

#[test]
fn a_checklist_between_two_that_agree_is_one_era() {
    let same = item("AA-01", all_of(&["github.a"]));
    let mut story = Story::of(vec![same.clone()]);
    story.on(1).adopt("second", vec![same.clone(), item("AA-02", all_of(&["github.b"]))]);
    story.on(2).adopt("third", vec![Item { title: "Said better".to_owned(), ..same.clone() }]);
    let ledger = Ledger::read(&story.facts, moment(9, 0)).with_checklists(&story.checklists);
    assert_eq!(ledger.eras(&same).len(), 1, "other words are no other law");
    let stricter = item("AA-01", all_of(&["github.a", "github.b"]));
    let eras = ledger.eras(&stricter);
    assert_eq!(eras.iter().map(|it| it.to).collect::<Vec<_>>(), [Some(moment(2, 0)), None]);
    assert!(ledger.is_new("AA-02") && !ledger.is_new("AA-01"));
}
