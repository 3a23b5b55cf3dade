//! Adding and reading, side by side with another console, and undoing.

use super::*;
use crate::store::{StoreError, SummaryKey};
use chrono::TimeDelta;
use pretty_assertions::assert_eq;
use rusqlite::Connection;

#[test]
fn a_name_is_given_once_and_an_unknown_one_is_told_with_the_known() {
    let bench = Bench::new();
    bench.app("acme");
    let taken = bench.store.create_app(&settings("acme"), "the checklist", "1", &ana()).unwrap_err();
    assert!(matches!(taken, StoreError::NameTaken { .. }), "{taken}");
    let unknown = bench.store.app("acne\u{1b}[2J").unwrap_err().to_string();
    assert_eq!(unknown, "no app is called `acne\u{fffd}[2J`\nKnown: acme\nNext: check the name, or add it with `rescue app add`");
    assert_eq!(bench.store.apps().unwrap().len(), 1);
}

#[test]
fn settings_of_another_app_are_refused() {
    let bench = Bench::new();
    let app = bench.app("acme");
    assert!(bench.store.change_settings(app, &settings("other"), &ana()).is_err());
    let mut changed = settings("acme");
    changed.weeks = 8;
    bench.store.change_settings(app, &changed, &ana()).unwrap();
    let facts = bench.store.facts(app).unwrap();
    assert_eq!(facts.last().unwrap().body, FactBody::Settings { settings: Box::new(changed) });
}

#[test]
fn checklists_are_kept_once_by_content() {
    let bench = Bench::new();
    let first = bench.app("acme");
    bench.app("other");
    bench.later(1);
    bench.store.adopt_checklist(first, "a newer checklist", "2", &ana()).unwrap();
    let texts: Vec<String> = bench.store.checklists().unwrap().into_iter().map(|it| it.text).collect();
    assert_eq!(texts, ["the checklist", "a newer checklist"]);
    let digest = crate::domain::Digest::of("a newer checklist");
    assert_eq!(bench.store.checklist(&digest).unwrap().as_deref(), Some("a newer checklist"));
    assert!(bench.store.facts(first).unwrap().iter().any(
        |fact| matches!(&fact.body, FactBody::ChecklistAdopted { checklist, version } if *checklist == digest && version == "2")
    ));
}

#[test]
fn a_clock_that_is_behind_is_refused_with_the_difference() {
    let bench = Bench::new();
    let app = bench.app("acme");
    let before = bench.store.facts(app).unwrap();
    let at = |seconds| start() - TimeDelta::seconds(seconds);
    bench.store.append(app, at(120), &ana(), [note("two minutes are fine")]).unwrap();
    let error = bench.store.append(app, at(7_380), &ana(), [note("no")]).unwrap_err();
    let StoreError::ClockBehind { behind, .. } = &error else { panic!("{error}") };
    assert_eq!(*behind, TimeDelta::seconds(7_380));
    assert!(error.to_string().starts_with("the clock is 2 hours behind the newest fact"), "{error}");
    assert!(error.to_string().lines().count() <= 4);
    assert_eq!(bench.store.facts(app).unwrap().len(), before.len() + 1);
    let other = bench.app("other");
    bench.store.append(other, start(), &ana(), [note("one client's wrong clock does not lock another")]).unwrap();
}

#[test]
fn facts_of_one_append_are_written_together_or_not_at_all() {
    let bench = Bench::new();
    let app = bench.app("acme");
    let before = bench.store.facts(app).unwrap();
    let mut unwritable = settings("acme");
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        unwritable.path = Some(std::ffi::OsStr::from_bytes(b"/srv/\xff").into());
    }
    let bodies = [note("first"), FactBody::Settings { settings: Box::new(unwritable) }];
    assert!(bench.store.append(app, start(), &ana(), bodies).is_err());
    assert_eq!(bench.store.facts(app).unwrap(), before);
}

#[test]
fn another_console_is_seen_but_a_cache_wakes_nobody() {
    let bench = Bench::new();
    let app = bench.app("acme");
    let other = bench.other();
    let stand = bench.store.stand().unwrap();
    assert!(!bench.store.changed_since(stand).unwrap().0);
    other.append(app, start(), &ana(), [note("from the other one")]).unwrap();
    let (changed, stand) = bench.store.changed_since(stand).unwrap();
    assert!(changed);
    let key = SummaryKey {
        last_fact: other.app("acme").unwrap().last_fact.unwrap(),
        checklist: crate::domain::Digest::of("the checklist"),
        made: start(),
        until: Some(start() + TimeDelta::hours(1)),
    };
    other.put_summaries([(app, &key, "{}")]).unwrap();
    assert!(!bench.store.changed_since(stand).unwrap().0);
}

#[test]
fn a_summary_holds_until_a_fact_or_its_moment_comes() {
    let bench = Bench::new();
    let app = bench.app("acme");
    let checklist = crate::domain::Digest::of("the checklist");
    let key = SummaryKey {
        last_fact: bench.store.app("acme").unwrap().last_fact.unwrap(),
        checklist: checklist.clone(),
        made: start(),
        until: Some(start() + TimeDelta::hours(1)),
    };
    bench.store.put_summaries([(app, &key, "{\"week\":1}")]).unwrap();
    let at = |minutes| bench.store.summaries(start() + TimeDelta::minutes(minutes)).unwrap();
    assert_eq!(at(59).get(&app), Some(&(checklist, "{\"week\":1}".to_owned())));
    assert!(at(60).is_empty(), "it changes by itself then");
    assert!(at(-1).is_empty(), "it does not speak of moments before it");
    let newer = Store::open(&bench.paths(), bench.clock.clone(), "0.2.0").unwrap();
    assert!(newer.summaries(start()).unwrap().is_empty(), "another version may judge otherwise");
    bench.store.append(app, start(), &ana(), [note("news")]).unwrap();
    assert!(at(1).is_empty());
}

#[test]
fn two_consoles_write_side_by_side_and_nothing_is_lost() {
    const EACH: usize = 150;
    let bench = Bench::new();
    let apps = [bench.app("acme"), bench.app("other")];
    let mut before = 0;
    for app in apps {
        before += bench.store.facts(app).unwrap().len();
    }
    std::thread::scope(|scope| {
        for writer in 0..2 {
            let store = bench.other();
            scope.spawn(move || {
                for n in 0..EACH {
                    let app = apps[(n + writer) % 2];
                    store.append(app, start(), &ana(), [note("a"), note("b")]).unwrap();
                    store.facts_since(app, store.app("acme").unwrap().last_fact.unwrap()).unwrap();
                }
            });
        }
    });
    let mut ids = std::collections::BTreeSet::new();
    for app in apps {
        ids.extend(bench.store.facts(app).unwrap().into_iter().map(|fact| fact.id));
    }
    assert_eq!(ids.len(), before + 2 * 2 * EACH);
    assert_eq!(bench.store.check().unwrap(), []);
}

#[test]
fn within_a_moment_the_order_of_writing_stays_across_processes() {
    let bench = Bench::new();
    let app = bench.app("acme");
    for n in 0..40 {
        // A new process each time, and the clock stands.
        bench.other().append(app, start(), &ana(), [note(&n.to_string())]).unwrap();
    }
    let told: Vec<String> = bench
        .store
        .facts(app)
        .unwrap()
        .into_iter()
        .filter_map(|fact| match fact.body {
            FactBody::Noted { text, .. } => Some(text.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(told, (0..40).map(|n| n.to_string()).collect::<Vec<_>>());
}

#[test]
fn a_garbage_row_is_left_out_and_counted_and_told() {
    let bench = Bench::new();
    let app = bench.app("acme");
    bench.store.append(app, start(), &ana(), [note("good"), note("bad"), note("worse")]).unwrap();
    let raw = Connection::open(bench.store.path()).unwrap();
    raw.execute("UPDATE fact SET body = '{\"is\":\"from the future\"}' WHERE body LIKE '%bad%'", []).unwrap();
    raw.execute("UPDATE fact SET at = 'yesterday' WHERE body LIKE '%worse%'", []).unwrap();
    let facts = bench.store.facts(app).unwrap();
    assert!(facts.iter().any(|fact| fact.body == note("good")));
    assert_eq!((facts.len(), bench.store.undecodable()), (3, 2));
    bench.store.facts(app).unwrap();
    assert_eq!(bench.store.undecodable(), 2, "counted once");
    let other = bench.app("shop");
    bench.store.facts(other).unwrap();
    assert_eq!((bench.store.unreadable(app), bench.store.unreadable(other)), (2, 0), "another app loses nothing");
    let problems = bench.store.check().unwrap();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems.iter().all(|it| it.says.as_str().contains("cannot be read")), "{problems:?}");
}

#[test]
fn undo_and_redo_walk_back_and_forth_also_after_a_restart() {
    let bench = Bench::new();
    let app = bench.app("acme");
    bench.store.append(app, start(), &ana(), [note("one")]).unwrap();
    bench.store.append(app, start(), &ana(), [note("two")]).unwrap();
    let sam = Author::Person(Foreign::new("Sam"));
    bench.store.append(app, start(), &sam, [note("of somebody else")]).unwrap();
    let counting = |store: &Store| -> Vec<String> {
        let facts = store.facts(app).unwrap();
        let notes = crate::store::undo::counting(&facts, start());
        notes
            .iter()
            .filter_map(|fact| match &fact.body {
                FactBody::Noted { text, .. } => Some(text.to_string()),
                _ => None,
            })
            .collect()
    };
    let done = |act: Option<crate::domain::Fact>| act.map(|fact| fact.body);
    assert_eq!(done(bench.store.redo(app, &ana()).unwrap()), None);
    assert_eq!(done(bench.store.undo(app, &ana()).unwrap()), Some(note("two")));
    let again = bench.other();
    assert_eq!(done(again.undo(app, &ana()).unwrap()), Some(note("one")));
    assert_eq!(counting(&again), ["of somebody else"]);
    assert_eq!(done(again.undo(app, &ana()).unwrap()), None, "the app's first settings stay");
    assert_eq!(done(again.redo(app, &ana()).unwrap()), Some(note("one")));
    assert_eq!(done(again.redo(app, &ana()).unwrap()), Some(note("two")));
    assert_eq!(done(again.redo(app, &ana()).unwrap()), None);
    assert_eq!(counting(&again), ["one", "two", "of somebody else"]);
    assert_eq!(done(again.undo(app, &ana()).unwrap()), Some(note("two")));
    again.append(app, start(), &ana(), [note("three")]).unwrap();
    assert_eq!(done(again.redo(app, &ana()).unwrap()), None, "new work ends what could be given back");
}
