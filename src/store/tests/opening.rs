//! Opening: modes, strangers, newer databases, places that cannot be used; copies; the scanner's key.

use super::*;
use crate::store::{StoreError, Trouble, schema};
use pretty_assertions::assert_eq;
use rusqlite::Connection;
use std::fs;
use std::path::Path;

fn open(home: &Path) -> Result<Store, StoreError> {
    Store::open(&Paths::in_home(home), SetClock::at(start()), "0.1.0")
}

/// A home whose database file has this content.
fn home_with(content: &[u8]) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let paths = Paths::in_home(home.path());
    fs::create_dir_all(paths.data()).unwrap();
    fs::write(paths.database(), content).unwrap();
    home
}

fn content_of(prepare: impl FnOnce(&Connection)) -> Vec<u8> {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("it.db");
    let connection = Connection::open(&file).unwrap();
    prepare(&connection);
    connection.close().unwrap();
    fs::read(file).unwrap()
}

#[cfg(unix)]
#[test]
fn everything_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::new();
    bench.app("acme");
    bench.store.scan_key().unwrap();
    let data = bench.paths().data().to_owned();
    assert_eq!(fs::metadata(&data).unwrap().permissions().mode() & 0o777, 0o700);
    let mut seen = 0;
    for entry in fs::read_dir(data).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.file_name());
        seen += 1;
    }
    assert!(seen >= 3, "database, journal and key");
}

#[test]
fn the_pragmas_hold() {
    let bench = Bench::new();
    let connection = bench.store.connection();
    let pragma = |name: &str| -> String {
        connection
            .query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, rusqlite::types::Value>(0))
            .map(|value| format!("{value:?}"))
            .unwrap()
    };
    assert_eq!(pragma("journal_mode"), "Text(\"wal\")");
    assert_eq!(pragma("synchronous"), "Integer(2)");
    assert_eq!(pragma("foreign_keys"), "Integer(1)");
    assert_eq!(pragma("secure_delete"), "Integer(1)");
}

#[test]
fn a_newer_database_is_refused_and_left_untouched() {
    let bench = Bench::new();
    bench.app("acme");
    let paths = bench.paths();
    let home = bench.home;
    drop(bench.store);
    let raw = Connection::open(paths.database()).unwrap();
    raw.pragma_update(None, "user_version", 99).unwrap();
    raw.close().unwrap();
    let before = fs::read(paths.database()).unwrap();
    let error = open(home.path()).unwrap_err();
    assert!(matches!(error, StoreError::Newer { found: 99, known: schema::NEWEST, .. }), "{error}");
    assert!(error.to_string().lines().count() <= 4);
    assert!(fs::read(paths.database()).unwrap() == before, "changed");
}

#[test]
fn a_newer_database_whose_number_is_still_in_its_journal_is_left_untouched() {
    let bench = Bench::new();
    bench.app("acme");
    let paths = bench.paths();
    let raw = Connection::open(paths.database()).unwrap();
    raw.pragma_update(None, "user_version", 99).unwrap();
    let before = fs::read(paths.database()).unwrap();
    assert!(matches!(open(bench.home.path()).unwrap_err(), StoreError::Newer { .. }));
    assert!(fs::read(paths.database()).unwrap() == before, "changed");
}

#[test]
fn what_is_no_database_of_ours_is_refused_and_left_untouched() {
    let text =
        b"a shopping list, and not a short one, so that it is longer than the header of a database would be: eggs".to_vec();
    let stranger = content_of(|it| it.execute_batch("CREATE TABLE theirs (a)").unwrap());
    let marked = content_of(|it| it.execute_batch("PRAGMA application_id = 7; CREATE TABLE theirs (a)").unwrap());
    let cases = [
        (text, Trouble::Damaged),
        (b"short".to_vec(), Trouble::Damaged),
        (stranger, Trouble::NotOurs),
        (marked, Trouble::NotOurs),
    ];
    for (content, trouble) in cases {
        let home = home_with(&content);
        let error = open(home.path()).unwrap_err();
        assert_eq!(error.trouble(), Some(trouble), "{error}");
        assert!(error.to_string().contains("rescue.db") && error.to_string().lines().count() <= 4, "{error}");
        assert!(fs::read(Paths::in_home(home.path()).database()).unwrap() == content, "changed");
    }
}

#[test]
fn a_damaged_database_says_so() {
    let bench = Bench::new();
    bench.app("acme");
    let paths = bench.paths();
    let home = bench.home;
    drop(bench.store);
    let mut content = fs::read(paths.database()).unwrap();
    content[100..4_096].fill(0x5a);
    fs::write(paths.database(), &content).unwrap();
    assert_eq!(open(home.path()).unwrap_err().trouble(), Some(Trouble::Damaged));
}

#[test]
fn a_home_that_is_a_file_and_a_database_that_is_a_directory_are_told() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("file");
    fs::write(&file, "").unwrap();
    let error = open(&file).unwrap_err();
    assert_eq!(error.trouble(), Some(Trouble::WrongKind), "{error}");
    assert!(error.to_string().contains("RESCUE_HOME") && error.to_string().lines().count() <= 4, "{error}");
    let paths = Paths::in_home(place.path());
    fs::create_dir_all(paths.database()).unwrap();
    assert_eq!(open(place.path()).unwrap_err().trouble(), Some(Trouble::WrongKind));
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_is_told_and_leaves_no_half_fact() {
    let bench = Bench::new();
    let app = bench.app("acme");
    let before = bench.store.facts(app).unwrap();
    // SQLite's own limit on pages fails as a full disk does.
    let pages: i64 = bench.store.connection().query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    bench.store.connection().pragma_update(None, "max_page_count", pages).unwrap();
    let error = bench.store.append(app, start(), &ana(), [note("small"), note(&"long ".repeat(50_000))]).unwrap_err();
    assert_eq!(error.trouble(), Some(Trouble::Full), "{error}");
    assert_eq!(bench.store.facts(app).unwrap(), before);
}

#[test]
fn a_home_that_may_only_be_read_is_read() {
    let bench = Bench::new();
    let app = bench.app("acme");
    let before = bench.store.facts(app).unwrap();
    let paths = bench.paths();
    drop(bench.store);
    let connection = crate::store::open::reading(&paths.database()).unwrap();
    let store = Store {
        connection: std::sync::Mutex::new(connection),
        file: paths.database(),
        paths,
        clock: bench.clock.clone(),
        version: "0.1.0".to_owned(),
        reading_only: true,
        undecodable: std::sync::Mutex::default(),
    };
    assert_eq!(store.facts(app).unwrap(), before);
    let error = store.append(app, start(), &ana(), [note("no")]).unwrap_err();
    assert_eq!(error.trouble(), Some(Trouble::ReadOnly), "{error}");
    assert!(store.is_reading_only());
}

#[cfg(unix)]
#[test]
fn a_directory_that_refuses_writing_is_read_all_the_same() {
    use std::os::unix::fs::PermissionsExt;
    let allow = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    for of_file in [0o400, 0o600] {
        let bench = Bench::new();
        let app = bench.app("acme");
        let before = bench.store.facts(app).unwrap();
        let paths = bench.paths();
        drop(bench.store);
        allow(&paths.database(), of_file);
        allow(paths.data(), 0o500);
        // The superuser may write everywhere.
        let may_write = fs::File::create(paths.data().join("probe")).is_ok();
        let store = open(bench.home.path()).unwrap();
        assert_eq!(store.is_reading_only(), !may_write);
        assert_eq!(store.facts(app).unwrap(), before);
        assert_eq!(store.append(app, start(), &ana(), [note("a")]).is_ok(), may_write);
        drop(store);
        allow(paths.data(), 0o700);
    }
}

#[test]
fn two_that_open_a_new_home_at_once_both_succeed() {
    for _ in 0..5 {
        let home = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            let openings: Vec<_> = (0..4).map(|_| scope.spawn(|| open(home.path()).map(drop))).collect();
            for opening in openings {
                opening.join().unwrap().unwrap();
            }
        });
    }
}

#[test]
fn a_backup_is_whole_has_its_key_and_overwrites_nothing() {
    let bench = Bench::new();
    let app = bench.app("acme");
    let key = bench.store.scan_key().unwrap();
    let file = bench.home.path().join("copy.db");
    let (database, beside) = bench.store.backup(&file).unwrap();
    assert_eq!(fs::read(&beside).unwrap(), key);
    let error = bench.store.backup(&file).unwrap_err();
    assert!(matches!(error, StoreError::BackupExists { .. }), "{error}");
    let names: Vec<_> = fs::read_dir(bench.home.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(names.len(), 3, "data, copy and key, no draft: {names:?}");
    let restored = home_with(&fs::read(database).unwrap());
    let store = open(restored.path()).unwrap();
    assert_eq!(store.facts(app).unwrap(), bench.store.facts(app).unwrap());
    assert_eq!(store.check().unwrap(), []);
}

#[test]
fn an_older_database_is_put_aside_before_it_is_raised() {
    let bench = Bench::new();
    let app = bench.app("acme");
    let clock: crate::clock::SharedClock = bench.clock.clone();
    crate::store::open::put_aside(&bench.paths(), &bench.store.connection(), 1, &clock).unwrap();
    let copies: Vec<_> = fs::read_dir(bench.paths().backups()).unwrap().map(|it| it.unwrap().path()).collect();
    assert_eq!(copies.len(), 1, "{copies:?}");
    assert!(copies[0].ends_with("schema-1-2026-11-02T090000.000000Z.db"), "{copies:?}");
    let restored = home_with(&fs::read(&copies[0]).unwrap());
    assert_eq!(open(restored.path()).unwrap().facts(app).unwrap(), bench.store.facts(app).unwrap());
    let receipt = bench.store.remove_app(app, &ana()).unwrap();
    assert_eq!(receipt.copies, copies, "the person is told what may still hold the client");
}

#[test]
fn the_key_is_made_once_whoever_asks_and_a_broken_one_is_not_replaced() {
    let bench = Bench::new();
    let others: Vec<Store> = (0..4).map(|_| bench.other()).collect();
    let keys: std::collections::BTreeSet<[u8; 32]> = std::thread::scope(|scope| {
        let asking: Vec<_> = others.iter().map(|it| scope.spawn(|| it.scan_key().unwrap())).collect();
        asking.into_iter().map(|it| it.join().unwrap()).collect()
    });
    assert_eq!(keys.len(), 1);
    assert_eq!(keys.first(), Some(&bench.other().scan_key().unwrap()));
    fs::write(bench.paths().scan_key(), "short").unwrap();
    assert_eq!(bench.store.scan_key().unwrap_err().trouble(), Some(Trouble::Damaged));
    assert_eq!(fs::read(bench.paths().scan_key()).unwrap(), b"short");
}

#[test]
fn a_check_finds_what_was_changed_by_hand() {
    let bench = Bench::new();
    bench.app("acme");
    let raw = Connection::open(bench.store.path()).unwrap();
    raw.execute("UPDATE checklist SET body = 'another text'", []).unwrap();
    raw.execute("INSERT INTO observed (digest) VALUES (randomblob(32))", []).unwrap();
    raw.execute("INSERT INTO said (digest, body) VALUES (randomblob(32), x'00')", []).unwrap();
    raw.execute("UPDATE fact SET kind = 'noted' WHERE kind = 'settings'", []).unwrap();
    let says: Vec<String> = bench.store.check().unwrap().into_iter().map(|it| it.says.to_string()).collect();
    for wanted in ["is not what its digest says", "belongs to no fact", "filed under another kind", "has no settings"] {
        assert!(says.iter().any(|it| it.contains(wanted)), "{wanted}: {says:?}");
    }
}
