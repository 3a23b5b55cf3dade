//! Whose word an agreement is, since when, until when, and what rests on it.

use super::*;
use crate::domain::app::Authorisation;
use crate::domain::testing::{Story, all_of, item, moment};
use crate::domain::{Limit, Person};
use pretty_assertions::assert_eq;
use rstest::rstest;

fn story() -> Story {
    let mut story = Story::of(vec![
        item("SPD-01", all_of(&["github.a"])),
        item("BAK-01", all_of(&["s3.a", "supabase.backup-age"])),
        item("CI-04", all_of(&["github.b"])),
        item("CI-01", all_of(&["github.c"])),
    ]);
    story.set(|it| it.people = vec![Person { name: "Ana".into(), side: Side::Client, mail: None, role: None }]);
    story
}

fn all(story: &Story, day: i64) -> Vec<Decision> {
    let now = moment(day, 600);
    let ledger = Ledger::read(&story.facts, now).with_checklists(&story.checklists);
    let board = crate::domain::board(&story.facts, &story.checklists, &story.book, now).unwrap();
    let consents =
        BTreeMap::from([("github.b".parse().unwrap(), Consent::OutsideIn), ("s3.a".parse().unwrap(), Consent::Active)]);
    decisions(&ledger, &board, &consents)
}

#[rstest]
#[case("ceiling openai", true)]
#[case("limit BAK-01", true)]
#[case("cut-over", true)]
#[case("ceiling nobody", false)]
#[case("limit x", false)]
#[case("cut-over now", false)]
#[case("", false)]
fn terms_have_a_text(#[case] text: &str, #[case] good: bool) {
    let read = text.parse::<Term>();
    assert_eq!(read.is_ok(), good);
    if let Ok(term) = read {
        assert_eq!(term.to_string(), text);
        let json = serde_json::to_string(&BTreeMap::from([(term.clone(), 1)])).unwrap();
        assert_eq!(serde_json::from_str::<BTreeMap<Term, i32>>(&json).unwrap(), BTreeMap::from([(term, 1)]));
    }
}

#[test]
fn an_agreement_holds_since_it_reads_so_and_says_when_nobody_is_named() {
    let mut story = story();
    let limit: ItemId = "BAK-01".parse().unwrap();
    story.on(1).set(|it| {
        it.limits.insert(limit.clone(), Limit(86_400));
    });
    let first = all(&story, 1);
    assert_eq!(first.len(), 1);
    assert_eq!((first[0].kind, first[0].who.clone(), first[0].proof.clone()), (DecisionKind::Limit, None, None));
    assert_eq!(first[0].what, "limit of BAK-01: 1d");
    assert_eq!(first[0].items, std::slice::from_ref(&limit));
    assert_eq!(first[0].probes.iter().map(ProbeId::as_str).collect::<Vec<_>>(), ["supabase.backup-age"]);
    // Something else changes: it is as old as it was.
    story.on(2).set(|it| it.weeks = 8);
    assert_eq!(all(&story, 2)[0].at, first[0].at);
    // Somebody is named for it: from then on it is theirs.
    let on = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
    let agreed = Agreement { by: "ana".into(), proof: Some("mail of 24 November".into()), on };
    story.on(3).set(|it| drop(it.agreed.insert(Term::Limit(limit), agreed)));
    let named = all(&story, 3);
    assert!(named[0].at > first[0].at);
    assert_eq!((named[0].who.as_ref().unwrap().as_str(), named[0].side, named[0].on), ("ana", Some(Side::Client), Some(on)));
    let board = crate::domain::board(&story.facts, &story.checklists, &story.book, moment(3, 600)).unwrap();
    let lines = behind_item(&board.settings, board.assessment("BAK-01").unwrap());
    assert_eq!(lines, ["limit of BAK-01: 1d, agreed by ana on 2026-11-24 (mail of 24 November)"]);
    assert_eq!(behind_item(&board.settings, board.assessment("SPD-01").unwrap()), [""; 0]);
}

#[test]
fn a_waiver_is_the_clients_word_until_its_day_and_goes_when_it_is_taken_back() {
    let mut story = story();
    let until = moment(3, 0).date_naive();
    let waived = |client: Option<&str>| FactBody::Waived {
        target: Target::Item("CI-04".parse().unwrap()),
        reason: "a freelancer is at it".into(),
        until,
        client: client.map(Foreign::from),
        proof: Some("mail".into()),
        founder: None,
    };
    story.on(1).push(waived(Some("Ana")));
    let one = &all(&story, 1)[0];
    assert_eq!((one.kind, one.side, one.stands, one.until), (DecisionKind::Waiver, Some(Side::Client), true, Some(until)));
    assert_eq!(one.items[0].as_str(), "CI-04");
    let ended = &all(&story, 4)[0];
    assert!(!ended.stands && ended.items.is_empty(), "ended, still listed, and nothing rests on it");
    story.on(2).push(waived(None));
    let ours = &all(&story, 2)[0];
    assert_eq!((all(&story, 2).len(), ours.side), (1, Some(Side::Ours)), "the newest one only");
    story.on(3).push(FactBody::Reopened { item: "CI-04".parse().unwrap(), reason: "done".into() });
    assert_eq!(all(&story, 3), []);
}

#[test]
fn what_rests_on_a_permission_are_the_probes_that_need_it_and_the_items_that_people_look_at_so() {
    let mut story = story();
    let by_hand = |id: &str, consent: Consent| crate::domain::Item { consent, ..item(id, all_of(&["supabase.b"])) };
    let mut items = story.checklists.values().next().unwrap().items.clone();
    items.extend([by_hand("SEC-08", Consent::OutsideIn), by_hand("RL-01", Consent::Active)]);
    story.adopt("more", items);
    let until = moment(3, 0).date_naive().and_hms_opt(0, 0, 0).unwrap().and_utc();
    let hosts = std::collections::BTreeSet::from(["shop.example.com".to_owned()]);
    let authorisation = |consent| Authorisation { consent, by: "Ana".into(), hosts: Clone::clone(&hosts), until };
    story.on(1).push(FactBody::Authorised { authorisation: authorisation(Consent::OutsideIn) });
    let given = &all(&story, 1)[0];
    assert_eq!(given.what, "outside-in looks at shop.example.com");
    let ids = |it: &Decision| it.items.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        (ids(given), given.probes.len(), given.probes[0].as_str()),
        (vec!["CI-04".into(), "SEC-08".into()], 1, "github.b")
    );
    assert!(given.stands);
    assert_eq!(given.until, Some(moment(2, 0).date_naive()), "its last day");
    let ended = &all(&story, 3)[0];
    assert!(!ended.stands && ended.items.is_empty() && ended.probes.is_empty());
    story.on(1).push(FactBody::Authorised { authorisation: authorisation(Consent::Active) });
    assert_eq!(ids(&all(&story, 1)[1]), ["BAK-01", "CI-04", "SEC-08", "RL-01"]);
}

#[test]
fn nothing_rests_on_a_limit_or_a_date_that_its_probes_do_not_read() {
    let mut story = story();
    story.on(1).set(|it| {
        it.limits.insert("CI-01".parse().unwrap(), Limit(86_400));
        it.cut_over = NaiveDate::from_ymd_opt(2026, 11, 24);
    });
    for decision in all(&story, 1) {
        assert_eq!((decision.items, decision.probes), (vec![], vec![]), "{}", decision.what);
    }
    let board = crate::domain::board(&story.facts, &story.checklists, &story.book, moment(1, 600)).unwrap();
    assert_eq!(behind_item(&board.settings, board.assessment("CI-01").unwrap()), [""; 0]);
}
