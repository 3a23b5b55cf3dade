//! Erasing a client leaves a receipt and nothing else; the shelf of kept answers.

use super::*;
use crate::domain::fact::RunEnd;
use crate::net::Kept;
use crate::store::{Holder, StoreError, SummaryKey};
use pretty_assertions::assert_eq;
use serde_json::json;

fn run_with(bench: &Bench, app: AppId, observations: &[serde_json::Value]) {
    let run = bench.store.new_run_id().unwrap();
    bench.store.begin_run(app, run, &Holder::of_process(), &[]).unwrap();
    for seen in observations {
        bench.store.record_outcome(app, start(), outcome(run, "seen"), Some(seen)).unwrap();
    }
    bench.store.end_run(app, run, RunEnd::Finished).unwrap();
}

#[test]
fn nothing_of_the_client_stays_but_the_receipt() {
    let bench = Bench::new();
    let mut of_client = settings("acme");
    of_client.title = Foreign::new("Marmalade Moon Ltd");
    let text = "a checklist for the marmalade moon";
    let app = bench.store.create_app(&of_client, text, "1", &ana()).unwrap();
    let other = bench.app("other");
    let (shared, own) = (json!({ "branches": 1 }), json!({ "host": "marmalade.moon.example" }));
    let packed = crate::store::pack::pack(&own.to_string());
    run_with(&bench, app, &[shared.clone(), own]);
    let holds = |bench: &Bench| {
        let files = std::fs::read_dir(bench.paths().data()).unwrap().map(|it| std::fs::read(it.unwrap().path()).unwrap());
        files.into_iter().any(|bytes| bytes.windows(packed.len()).any(|it| it == packed))
    };
    assert!(holds(&bench), "it lies there packed");
    run_with(&bench, other, std::slice::from_ref(&shared));
    let mut record = crate::snapshot::story_tests::record();
    record.page.title = "Marmalade Moon Ltd".into();
    let record = crate::snapshot::story_tests::sealed(record.page);
    bench.store.freeze(app, start(), &ana(), &record).unwrap();
    let kept = Kept { etag: "\"1\"".to_owned(), facts: "{\"who\":\"marmalade\"}".to_owned() };
    bench.store.shelf(app).put("https://marmalade.example", &kept);
    let key = SummaryKey {
        last_fact: bench.store.app("acme").unwrap().last_fact.unwrap(),
        checklist: crate::domain::Digest::of(text),
        made: start(),
        until: None,
    };
    bench.store.put_summaries([(app, &key, "{\"title\":\"marmalade\"}")]).unwrap();

    let receipt = bench.store.remove_app(app, &ana()).unwrap();

    assert_eq!((receipt.name.as_str(), receipt.by.as_str(), receipt.observations), ("acme", "Ana", 1));
    assert_eq!(receipt.facts, 7);
    assert_eq!(bench.store.snapshot(&record.seal).unwrap(), None);
    assert_eq!(bench.store.receipts().unwrap(), [receipt]);
    assert_eq!(bench.store.facts(app).unwrap(), []);
    assert!(bench.store.app("acme").is_err());
    assert_eq!(bench.store.observation(&crate::domain::Digest::of(&shared.to_string())).unwrap(), Some(shared));
    assert_eq!(bench.store.check().unwrap(), []);
    for entry in std::fs::read_dir(bench.paths().data()).unwrap() {
        let path = entry.unwrap().path();
        let content = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).to_lowercase();
        assert!(!content.contains("marmalade"), "{} still holds it", path.display());
    }
    assert!(!holds(&bench), "packed or not, nothing of it stays");
    bench.app("acme");
}

#[test]
fn what_was_packed_beside_an_erased_text_stays_and_that_text_goes() {
    let bench = Bench::new();
    let (acme, other) = (bench.app("acme"), bench.app("other"));
    let says = |commit: &str| format!("{}, as of {commit}", "three calls wait for ever, one of them for a payment ".repeat(4));
    for (app, commit) in [(acme, "c1b2"), (other, "d7e8"), (other, "e9f0")] {
        let run = bench.store.new_run_id().unwrap();
        bench.store.begin_run(app, run, &Holder::of_process(), &[]).unwrap();
        bench.store.record_outcome(app, start(), outcome(run, &says(commit)), None).unwrap();
        bench.store.end_run(app, run, RunEnd::Finished).unwrap();
    }
    let beside = |bench: &Bench| -> (i64, i64) {
        let question = "SELECT count(base), count(*) FROM said";
        bench.store.read("look", |it| Ok(it.query_row(question, [], |row| Ok((row.get(0)?, row.get(1)?)))?)).unwrap()
    };
    // Three texts, and the start and the end of a run, which are the same each time.
    assert_eq!(beside(&bench), (2, 5), "two of them were packed beside the first");
    let facts = bench.store.facts(other).unwrap();
    bench.store.remove_app(acme, &ana()).unwrap();
    assert_eq!(beside(&bench), (0, 4));
    assert_eq!(bench.store.facts(other).unwrap(), facts);
    assert_eq!(bench.store.check().unwrap(), []);
}

#[test]
fn what_another_console_removed_is_told_as_such() {
    let bench = Bench::new();
    let app = bench.app("acme");
    bench.other().remove_app(app, &ana()).unwrap();
    let begun = bench.store.begin_run(app, bench.store.new_run_id().unwrap(), &Holder::of_process(), &[]);
    let refused = [
        bench.store.append(app, start(), &ana(), [note("late")]).map(drop),
        bench.store.change_settings(app, &settings("acme"), &ana()).map(drop),
        bench.store.remove_app(app, &ana()).map(drop),
        begun.map(drop),
    ];
    for answer in refused {
        assert!(matches!(answer, Err(StoreError::AppGone)), "{answer:?}");
    }
    assert_eq!(bench.store.undo(app, &ana()).unwrap(), None);
    assert_eq!(bench.store.check().unwrap(), []);
}

#[test]
fn an_app_with_an_open_run_is_not_erased() {
    let bench = Bench::new();
    let app = bench.app("acme");
    bench.store.begin_run(app, bench.store.new_run_id().unwrap(), &Holder::of_process(), &[]).unwrap();
    assert!(bench.store.remove_app(app, &ana()).unwrap_err().to_string().starts_with("a run of `acme` is open"));
    assert!(bench.store.app("acme").is_ok());
}

#[test]
fn the_shelf_gives_back_what_the_same_app_and_version_put() {
    let bench = Bench::new();
    let (app, other) = (bench.app("acme"), bench.app("other"));
    let kept = |etag: &str| Kept { etag: etag.to_owned(), facts: "[1]".to_owned() };
    let shelf = bench.store.shelf(app);
    assert_eq!(shelf.get("k"), None);
    shelf.put("k", &kept("a"));
    shelf.put("k", &kept("b"));
    assert_eq!(shelf.get("k"), Some(kept("b")));
    assert_eq!(bench.store.shelf(other).get("k"), None);
    let newer = Arc::new(Store::open(&bench.paths(), bench.clock.clone(), "0.2.0").unwrap());
    assert_eq!(newer.shelf(app).get("k"), None);
    shelf.put("large", &Kept { etag: "c".to_owned(), facts: "x".repeat(2 * 1024 * 1024) });
    assert_eq!(shelf.get("large"), None);
}
