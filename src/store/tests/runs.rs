//! Runs: one at a time, whole decisions, crashed ones taken over.

use super::*;
use crate::domain::fact::RunEnd;
use crate::store::{Holder, StoreError};
use pretty_assertions::assert_eq;
use serde_json::json;

fn gone() -> Holder {
    let mut child = std::process::Command::new("true").spawn().unwrap();
    let pid = child.id();
    child.wait().unwrap();
    Holder { pid, ..Holder::of_process() }
}

#[test]
fn a_run_is_recorded_from_its_start_to_its_end() {
    let bench = Bench::new();
    let app = bench.app("acme");
    let run = bench.store.new_run_id().unwrap();
    let probes = vec!["github.branch-protection".parse().unwrap()];
    bench.store.begin_run(app, run, &Holder::of_process(), &probes).unwrap();
    let at = bench.later(1);
    let seen = json!({ "rules": 3 });
    bench.store.record_outcome(app, at, outcome(run, "protected"), Some(&seen)).unwrap();
    bench.store.record_outcome(app, at, outcome(run, "the same again"), Some(&seen)).unwrap();
    bench.store.end_run(app, run, RunEnd::Finished).unwrap();
    let facts = bench.store.facts(app).unwrap();
    let kinds: Vec<&str> = facts.iter().map(|fact| fact.body.kind()).collect();
    assert_eq!(kinds, ["settings", "checklist_adopted", "run_started", "outcome", "outcome", "run_ended"]);
    let FactBody::Outcome(stored) = &facts[3].body else { panic!() };
    let digest = stored.observation.clone().unwrap();
    assert_eq!(bench.store.observation(&digest).unwrap(), Some(seen));
    assert_eq!(bench.store.check().unwrap(), []);
    let late = bench.store.record_outcome(app, at, outcome(run, "too late"), None).unwrap_err();
    assert!(matches!(late, StoreError::RunGone { .. }), "{late}");
    assert!(matches!(bench.store.end_run(app, run, RunEnd::Finished).unwrap_err(), StoreError::RunGone { .. }));
}

#[test]
fn a_second_run_of_the_same_app_is_refused_while_the_first_lives() {
    let bench = Bench::new();
    let (app, other) = (bench.app("acme"), bench.app("other"));
    let run = bench.store.new_run_id().unwrap();
    bench.store.begin_run(app, run, &Holder::of_process(), &[]).unwrap();
    let second = bench.other();
    let error = second.begin_run(app, second.new_run_id().unwrap(), &Holder::of_process(), &[]).unwrap_err();
    assert!(matches!(error, StoreError::RunOpen { .. }), "{error}");
    second.begin_run(other, second.new_run_id().unwrap(), &Holder::of_process(), &[]).unwrap();
    assert_eq!(second.end_crashed_runs(&Holder::of_process()).unwrap(), 0);
    bench.store.end_run(app, run, RunEnd::Cancelled).unwrap();
    second.begin_run(app, second.new_run_id().unwrap(), &Holder::of_process(), &[]).unwrap();
}

#[test]
fn the_run_of_a_process_that_is_gone_is_ended_as_crashed() {
    let bench = Bench::new();
    let (app, other) = (bench.app("acme"), bench.app("other"));
    let (run, forgotten) = (bench.store.new_run_id().unwrap(), bench.store.new_run_id().unwrap());
    bench.store.begin_run(app, run, &Holder::of_process(), &[]).unwrap();
    bench.store.begin_run(other, forgotten, &Holder::of_process(), &[]).unwrap();
    bench.store.record_outcome(app, start(), outcome(run, "kept"), None).unwrap();
    // As a kill -9 leaves it: the row is open and its process is not there.
    let dead = gone();
    bench.store.connection().execute("UPDATE run SET pid = ?1", [dead.pid]).unwrap();
    assert!(bench.store.check().unwrap().iter().any(|it| !it.is_damage && it.says.as_str().contains("left open")));
    let next = bench.store.new_run_id().unwrap();
    bench.store.begin_run(app, next, &Holder::of_process(), &[]).unwrap();
    let facts = bench.store.facts(app).unwrap();
    let told: Vec<&FactBody> = facts.iter().map(|fact| &fact.body).skip(3).collect();
    assert!(matches!(told[0], FactBody::Outcome(_)), "what was decided stays");
    assert_eq!(told[1], &FactBody::RunEnded { run, how: RunEnd::Crashed });
    assert_eq!(told[2], &FactBody::RunStarted { run: next, probes: vec![] });
    assert_eq!(bench.store.end_crashed_runs(&Holder::of_process()).unwrap(), 1);
    assert_eq!(
        bench.store.facts(other).unwrap().last().unwrap().body,
        FactBody::RunEnded { run: forgotten, how: RunEnd::Crashed }
    );
    assert_eq!(bench.store.open_runs().unwrap().len(), 1);
}

#[test]
fn a_process_number_that_was_given_again_is_not_mistaken_for_the_run() {
    let bench = Bench::new();
    let app = bench.app("acme");
    bench.store.begin_run(app, bench.store.new_run_id().unwrap(), &Holder::of_process(), &[]).unwrap();
    bench.store.connection().execute("UPDATE run SET born = 'long ago'", []).unwrap();
    bench.store.begin_run(app, bench.store.new_run_id().unwrap(), &Holder::of_process(), &[]).unwrap();
}

#[test]
fn a_run_on_another_machine_is_believed_as_long_as_one_may_take() {
    let bench = Bench::new();
    let app = bench.app("acme");
    let elsewhere = Holder { pid: 1, host: "elsewhere.example".to_owned() };
    bench.store.begin_run(app, bench.store.new_run_id().unwrap(), &elsewhere, &[]).unwrap();
    let begin = || bench.store.begin_run(app, bench.store.new_run_id().unwrap(), &Holder::of_process(), &[]);
    bench.later(8 * 3_600);
    assert!(begin().is_err());
    bench.later(1);
    begin().unwrap();
}

#[test]
fn whatever_part_of_the_journal_a_kill_left_no_half_decision_is_in_it() {
    let bench = Bench::new();
    let app = bench.app("acme");
    let run = bench.store.new_run_id().unwrap();
    bench.store.begin_run(app, run, &Holder::of_process(), &[]).unwrap();
    let paths = bench.paths();
    let journal = |paths: &Paths| paths.data().join("rescue.db-wal");
    // Fold everything so far into the database: the journal then holds the decisions only.
    bench.store.connection().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    for n in 0..6 {
        bench.store.record_outcome(app, start(), outcome(run, "seen"), Some(&json!({ "n": n }))).unwrap();
    }
    let whole = bench.store.facts(app).unwrap();
    let (database, written) = (std::fs::read(paths.database()).unwrap(), std::fs::read(journal(&paths)).unwrap());
    let mut seen = std::collections::BTreeSet::new();
    for length in (0..written.len()).step_by(1_531).chain([written.len()]) {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::in_home(home.path());
        std::fs::create_dir_all(paths.data()).unwrap();
        std::fs::write(paths.database(), &database).unwrap();
        std::fs::write(journal(&paths), &written[..length]).unwrap();
        let store = Store::open(&paths, bench.clock.clone(), "0.1.0").unwrap();
        let facts = store.facts(app).unwrap();
        assert_eq!(facts, whole[..facts.len()], "after {length} bytes");
        assert_eq!(store.check().unwrap(), [], "after {length} bytes");
        seen.insert(facts.len());
    }
    assert_eq!(seen, (whole.len() - 6..=whole.len()).collect(), "every prefix was met");
}
