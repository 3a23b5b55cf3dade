//! Databases of earlier steps, with what people have in them, raised to the newest: nothing is lost, nothing reads
//! differently, and what this build cannot read stays as it was.

use super::*;
use crate::domain::fact::RunEnd;
use crate::store::{Holder, Observed, schema};
use pretty_assertions::assert_eq;
use rusqlite::{Connection, params};
use serde_json::json;

/// A database as an early step had it, with the facts, checklists and observations of this store.
pub(super) fn at_step(step: u32, bench: &Bench, home: &std::path::Path) -> Connection {
    let paths = Paths::in_home(home);
    std::fs::create_dir_all(paths.data()).unwrap();
    let mut old = Connection::open(paths.database()).unwrap();
    schema::raise(&mut old, step).unwrap();
    for row in bench.store.apps().unwrap() {
        old.execute("INSERT INTO app (id, name, created) VALUES (?1, ?2, 'x')", params![row.id, row.name]).unwrap();
        old.execute("UPDATE app SET created = '2026-11-02T09:00:00.000000Z'", []).unwrap();
        for text in bench.store.checklists().unwrap() {
            let known = "INSERT INTO checklist VALUES (?1, '2026-11-02T09:00:00.000000Z', ?2) ON CONFLICT DO NOTHING";
            old.execute(known, params![text.digest, text.text]).unwrap();
        }
        for fact in bench.store.facts(row.id).unwrap() {
            let (seen, checklist) = match &fact.body {
                FactBody::Outcome(it) => (it.observation.clone(), None),
                FactBody::ChecklistAdopted { checklist, .. } => (None, Some(checklist.clone())),
                _ => (None, None),
            };
            if let Some(digest) = &seen {
                let text = bench.store.observation(digest).unwrap().unwrap().to_string();
                old.execute("INSERT INTO observation VALUES (?1, ?2) ON CONFLICT DO NOTHING", params![digest, text]).unwrap();
            }
            let at = fact.at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
            let (by, body) = (serde_json::to_string(&fact.by).unwrap(), serde_json::to_string(&fact.body).unwrap());
            old.execute(
                "INSERT INTO fact (id, app, at, author, kind, observation, checklist, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![fact.id, row.id, at, by, fact.body.kind(), seen, checklist, body],
            )
            .unwrap();
        }
    }
    old
}

fn told(bench: &Bench, app: AppId, weeks: i64) -> Vec<Digest> {
    let mut digests = Vec::new();
    for week in 0..weeks {
        bench.later(7 * 86_400);
        let run = bench.store.new_run_id().unwrap();
        bench.store.begin_run(app, run, &Holder::of_process(), &[]).unwrap();
        for (says, seen) in
            [("the same", Some(json!({ "branches": 1 }))), ("another", Some(json!({ "week": week }))), ("nothing", None)]
        {
            let at = crate::clock::Clock::now(&*bench.clock);
            bench.store.record_outcome(app, at, outcome(run, says), seen.as_ref()).unwrap();
            digests.extend(seen.map(|it| Digest::of(&it.to_string())));
        }
        bench.store.end_run(app, run, RunEnd::Finished).unwrap();
    }
    digests
}

#[test]
fn what_a_database_of_the_step_before_holds_reads_the_same_after_it() {
    let bench = Bench::new();
    let (acme, shop) = (bench.app("acme"), bench.app("shop"));
    let digests: Vec<Digest> = [told(&bench, acme, 3), told(&bench, shop, 2)].concat();
    bench.store.append(acme, crate::clock::Clock::now(&*bench.clock), &ana(), [note("after")]).unwrap();
    let home = tempfile::tempdir().unwrap();
    at_step(2, &bench, home.path()).close().unwrap();

    let raised = Store::open(&Paths::in_home(home.path()), bench.clock.clone(), "0.1.0").unwrap();

    for app in [acme, shop] {
        assert_eq!(raised.facts(app).unwrap(), bench.store.facts(app).unwrap());
    }
    for digest in &digests {
        assert_eq!(raised.observation(digest).unwrap(), bench.store.observation(digest).unwrap());
        assert!(matches!(raised.observed(acme, digest).unwrap(), Some(Observed::Kept(_))));
    }
    assert_eq!(raised.apps().unwrap(), bench.store.apps().unwrap());
    assert_eq!(raised.check().unwrap(), []);
    assert_eq!(
        raised.holdings().unwrap().said.rows,
        5,
        "three things were said fifteen times, and five runs began and ended alike"
    );
    let copies = std::fs::read_dir(Paths::in_home(home.path()).backups()).unwrap().count();
    assert_eq!(copies, 1, "the old one was put aside");
    // The clock of the newest fact is known: a write long before it is refused.
    let early = raised.append(acme, start(), &ana(), [note("early")]).unwrap_err();
    assert!(matches!(early, crate::store::StoreError::ClockBehind { .. }), "{early}");
    told_again(&bench, &raised, acme);
}

/// What is seen again after the step is found under the observation from before it.
fn told_again(bench: &Bench, raised: &Store, app: AppId) {
    let before = raised.holdings().unwrap().observations.rows;
    let run = raised.new_run_id().unwrap();
    raised.begin_run(app, run, &Holder::of_process(), &[]).unwrap();
    let at = crate::clock::Clock::now(&*bench.clock);
    raised.record_outcome(app, at, outcome(run, "the same"), Some(&json!({ "branches": 1 }))).unwrap();
    assert_eq!(raised.holdings().unwrap().observations.rows, before);
}

#[test]
fn an_outcome_that_this_build_would_write_differently_stays_to_the_byte() {
    let bench = Bench::new();
    let app = bench.app("acme");
    let digests = told(&bench, app, 1);
    let home = tempfile::tempdir().unwrap();
    let old = at_step(2, &bench, home.path());
    old.execute("UPDATE fact SET body = json_set(body, '$.of_tomorrow', 7) WHERE observation = ?1", [&digests[1].0]).unwrap();
    let odd: String = old.query_row("SELECT body FROM fact WHERE observation = ?1", [&digests[1].0], |row| row.get(0)).unwrap();
    old.execute("UPDATE fact SET body = 'none' WHERE observation IS NULL AND kind = 'outcome'", []).unwrap();
    old.close().unwrap();

    let raised = Store::open(&Paths::in_home(home.path()), bench.clock.clone(), "0.1.0").unwrap();

    let kept: String = raised
        .read("look", |it| Ok(it.query_row("SELECT body FROM fact WHERE body LIKE '%of_tomorrow%'", [], |row| row.get(0))?))
        .unwrap();
    assert_eq!(kept, odd);
    assert_eq!(raised.facts(app).unwrap().len(), bench.store.facts(app).unwrap().len() - 1);
    assert_eq!(raised.unreadable(app), 1, "the damaged one is still counted");
    let problems = raised.check().unwrap();
    assert_eq!(problems.len(), 1, "{problems:?}");
}

#[test]
fn a_moment_that_is_none_stays_as_it_was() {
    let bench = Bench::new();
    let app = bench.app("acme");
    told(&bench, app, 1);
    bench.store.append(app, crate::clock::Clock::now(&*bench.clock), &ana(), [note("odd")]).unwrap();
    let home = tempfile::tempdir().unwrap();
    let old = at_step(2, &bench, home.path());
    old.execute("UPDATE fact SET at = 'yesterday' WHERE kind = 'noted'", []).unwrap();
    old.close().unwrap();

    let raised = Store::open(&Paths::in_home(home.path()), bench.clock.clone(), "0.1.0").unwrap();

    let texts: Vec<String> = raised
        .read("look", |it| {
            let mut statement = it.prepare("SELECT at FROM fact WHERE typeof(at) <> 'integer'")?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .unwrap();
    assert_eq!(texts, ["yesterday"]);
    let mut others = bench.store.facts(app).unwrap();
    others.retain(|fact| !matches!(fact.body, FactBody::Noted { .. }));
    assert_eq!((raised.facts(app).unwrap(), raised.unreadable(app)), (others, 1));
    assert!(raised.holdings().unwrap().facts_to.is_some(), "what can be counted is counted");
}
