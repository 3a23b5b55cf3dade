//! Frozen pages: written whole with their facts, kept through a schema step, a backup and a move, and watched.

use super::*;
use crate::snapshot::Record;
use crate::snapshot::story_tests::record;
use crate::store::{StoreError, schema};
use pretty_assertions::assert_eq;
use rusqlite::Connection;

fn kinds(bench: &Bench, app: AppId) -> Vec<&'static str> {
    bench.store.facts(app).unwrap().iter().map(|fact| fact.body.kind()).collect()
}

fn problems(store: &Store) -> Vec<String> {
    store.check().unwrap().into_iter().map(|it| it.says.to_string()).collect()
}

#[test]
fn a_page_and_its_fact_are_written_together_or_not_at_all() {
    let bench = Bench::new();
    let app = bench.app("acme");
    let record = record();
    bench.store.freeze(app, start(), &ana(), &record).unwrap();
    assert_eq!(kinds(&bench, app), ["settings", "checklist_adopted", "snapshot"]);
    let (name, text) = bench.store.snapshot(&record.seal).unwrap().unwrap();
    assert_eq!((name.as_str(), Record::read(&text)), ("acme", Ok(record.clone())));
    assert_eq!(bench.store.snapshot(&Digest::of("another")).unwrap(), None);
    // The same page again, one that does not fit its seal, one of an app that is gone, one under a clock that is behind.
    let changed = Record { seal: Digest::of("another"), ..record.clone() };
    let gone = AppId(uuid::Uuid::nil());
    let mut another = record.page.clone();
    another.title = "Another".into();
    let refused = [
        bench.store.freeze(app, start(), &ana(), &record),
        bench.store.freeze(app, start(), &ana(), &changed),
        bench.store.freeze(gone, start(), &ana(), &crate::snapshot::story_tests::sealed(another)),
        bench.store.freeze(app, start() - chrono::TimeDelta::hours(1), &ana(), &record),
    ];
    for answer in refused {
        assert!(
            matches!(answer, Err(StoreError::Refused { .. } | StoreError::AppGone | StoreError::ClockBehind { .. })),
            "{answer:?}"
        );
    }
    assert_eq!(kinds(&bench, app).len(), 3);
    assert_eq!(problems(&bench.store), [""; 0]);
}

#[test]
fn a_database_of_the_first_step_is_raised_with_all_its_data() {
    let bench = Bench::new();
    let app = bench.app("acme");
    bench.store.append(app, start(), &ana(), [note("before the step")]).unwrap();
    let home = tempfile::tempdir().unwrap();
    let paths = Paths::in_home(home.path());
    super::raising::at_step(1, &bench, home.path()).close().unwrap();
    let store = Store::open(&paths, bench.clock.clone(), "0.1.0").unwrap();
    assert_eq!(store.facts(app).unwrap(), bench.store.facts(app).unwrap());
    assert_eq!(schema::standing(&store.connection()).unwrap(), schema::NEWEST);
    assert_eq!(problems(&store), [""; 0]);
    let copies: Vec<_> = std::fs::read_dir(paths.backups()).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert!(copies.len() == 1 && copies[0].to_string_lossy().starts_with("schema-1-"), "{copies:?}");
    store.freeze(app, start(), &ana(), &record()).unwrap();
    assert!(store.snapshot(&record().seal).unwrap().is_some());
}

#[test]
fn a_backup_has_the_pages() {
    let bench = Bench::new();
    let app = bench.app("acme");
    bench.store.freeze(app, start(), &ana(), &record()).unwrap();
    let home = tempfile::tempdir().unwrap();
    let paths = Paths::in_home(home.path());
    std::fs::create_dir_all(paths.data()).unwrap();
    bench.store.backup(&paths.database()).unwrap();
    let store = Store::open(&paths, bench.clock.clone(), "0.1.0").unwrap();
    assert_eq!(store.snapshot(&record().seal).unwrap(), bench.store.snapshot(&record().seal).unwrap());
    assert_eq!(problems(&store), [""; 0]);
}

#[test]
fn a_page_that_was_changed_lost_or_put_under_by_hand_is_told() {
    let bench = Bench::new();
    let app = bench.app("acme");
    bench.store.freeze(app, start(), &ana(), &record()).unwrap();
    let raw = Connection::open(bench.store.path()).unwrap();
    raw.execute("UPDATE snapshot SET body = replace(body, 'passwords', 'nothing')", []).unwrap();
    assert!(problems(&bench.store).iter().any(|it| it.contains("it was changed")), "{:?}", problems(&bench.store));
    raw.execute("UPDATE snapshot SET body = '{}'", []).unwrap();
    assert!(problems(&bench.store).iter().any(|it| it.contains("not a snapshot")), "{:?}", problems(&bench.store));
    raw.execute("UPDATE snapshot SET seal = ?1", [Digest::of("x").0]).unwrap();
    let told = problems(&bench.store);
    assert!(
        told.iter().any(|it| it.contains("is missing")) && told.iter().any(|it| it.contains("belongs to no fact")),
        "{told:?}"
    );
}
