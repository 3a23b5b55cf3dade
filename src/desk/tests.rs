//! What the desk must not gloss over.

use super::Desk;
use super::statement::{Accepting, Statement, about_item};
use super::systems::Inventory;
use crate::clock::{SetClock, SharedClock, SystemClock};
use crate::config::{Configuration, Endpoints, Environment, Paths};
use crate::credentials::Chain;
use crate::domain::state::Answer;
use crate::domain::{
    AppName, AppSettings, Author, Digest, FactBody, Gap, GapKind, OutcomeFact, ProbeId, RunId, System, Verdict, WorkNote,
};
use crate::store::Holder;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

fn desk(home: &Path) -> Desk {
    desk_at(home, Arc::new(SystemClock))
}

pub(super) fn desk_at(home: &Path, clock: SharedClock) -> Desk {
    let nothing: [(String, String); 0] = [];
    let endpoints = Endpoints::from_environment(&Environment::of(nothing)).unwrap();
    let author = Box::new(|| Author::Person("Sam".into()));
    let chain = Chain::given(BTreeMap::new());
    Desk::with(Paths::in_home(home), Configuration::default(), endpoints, chain, author, clock).unwrap()
}

pub(super) fn app(desk: &Desk, name: &str) -> AppName {
    let name: AppName = name.parse().unwrap();
    desk.add_app(&AppSettings::new(name.clone(), "2026-11-02".parse().unwrap()), None).unwrap();
    name
}

/// Imports a document in clear, as `rescue app import` does.
pub(super) fn import(desk: &Desk, file: &Path) -> Result<AppName, crate::trouble::Trouble> {
    let package = super::moving::read_document(file, std::fs::File::open(file).unwrap())?;
    desk.import(&package, None).map(|arrived| arrived.name)
}

#[test]
fn where_a_fact_cannot_be_read_nothing_is_said_for_sure() {
    let home = tempfile::tempdir().unwrap();
    let desk = desk(home.path());
    let (acme, shop) = (app(&desk, "acme"), app(&desk, "shop"));
    desk.state(&acme, FactBody::Work { item: "CI-01".parse().unwrap(), work: WorkNote::Doing }).unwrap();
    assert!(desk.board(&acme).is_ok());
    let raw = rusqlite::Connection::open(desk.database()).unwrap();
    raw.execute("UPDATE fact SET body = '{}' WHERE kind = 'work'", []).unwrap();
    desk.store.drop_summaries().unwrap();
    let trouble = desk.board(&acme).unwrap_err();
    assert_eq!(trouble.what, "1 stored fact cannot be read");
    assert!(!trouble.is_usage && desk.lost(&acme).is_err() && desk.export(&acme).is_err());
    assert!(desk.board(&shop).is_ok(), "another app is as it was");
    let rows = desk.portfolio(false).unwrap();
    assert_eq!((rows[0].answer, rows[0].done), (Answer::No, 0));
    assert!(rows[0].says.as_str().starts_with("NO — 1 stored fact cannot be read"), "{}", rows[0].says);
    let again = desk.portfolio(false).unwrap();
    assert_eq!(rows, again, "and that is never kept as a summary");
}

#[test]
fn the_kept_summaries_say_what_a_fresh_computation_says() {
    let home = tempfile::tempdir().unwrap();
    let begin: DateTime<Utc> = "2026-11-02T09:00:00Z".parse().unwrap();
    let clock = SetClock::at(begin);
    let desk = desk_at(home.path(), clock.clone());
    let acme = app(&desk, "acme");
    let mut taken_from_the_cache = 0;
    for hours in (0..70 * 24).step_by(7) {
        let now = begin + TimeDelta::hours(hours);
        clock.set(now);
        taken_from_the_cache += desk.store.summaries(now).unwrap().len();
        let kept = desk.portfolio(false).unwrap();
        desk.store.drop_summaries().unwrap();
        assert_eq!(kept, desk.portfolio(false).unwrap(), "at {now}");
        let board = desk.board(&acme).unwrap();
        let fact = |item: &str, statement| about_item(&board, &item.parse().unwrap(), statement).unwrap();
        // A judgement that lapses, a waiver that ends, a block that is over: each changes the state without a new fact.
        match hours {
            21 => desk.state(&acme, fact("DOC-02", Statement::Done { proof: "drawn".into(), founder: None })).map(drop).unwrap(),
            42 => {
                let until = "2026-11-20".parse().unwrap();
                let reason = "until the renewal".to_owned();
                let accepting = Accepting { reason, until, client: None, proof: None, founder: None };
                desk.state(&acme, fact("CI-03", Statement::Waive(accepting))).unwrap();
            }
            _ => {}
        }
    }
    assert!(taken_from_the_cache > 100, "the cache was of use only {taken_from_the_cache} times");
}

#[test]
fn the_inventory_is_the_newest_look_that_saw_anything() {
    let home = tempfile::tempdir().unwrap();
    let desk = desk(home.path());
    let name: AppName = "acme".parse().unwrap();
    let mut settings = AppSettings::new(name.clone(), "2026-11-02".parse().unwrap());
    settings.github = Some("acme/shop".parse().unwrap());
    desk.add_app(&settings, None).unwrap();
    assert_eq!(desk.systems(&name).unwrap(), Inventory::default(), "nobody looked");
    let seen = |service: &str| {
        let spot = |line| serde_json::json!({ "path": "src/pay.ts", "line": line, "says": "imports it" });
        let row = serde_json::json!({ "name": service, "purpose": "payments", "metered": false, "strength": "imported",
            "seen": [spot(7), spot(9)], "packages": [""] });
        serde_json::json!({ "empty": false, "commit": "abc", "code_files": 3, "unread": ["a.ts (too large)"], "systems": [row], "lists": [] })
    };
    let (id, run) = (desk.id(&name).unwrap(), RunId(uuid::Uuid::from_u128(7)));
    let probe: ProbeId = "repo.systems-inventory".parse().unwrap();
    desk.store.begin_run(id, run, &Holder::of_process(), std::slice::from_ref(&probe)).unwrap();
    let look = |subject: &str, gap: &str, observation: Option<&serde_json::Value>| {
        let outcome = OutcomeFact {
            run,
            probe: probe.clone(),
            revision: 1,
            subject: subject.to_owned(),
            settings: Digest("0".repeat(64)),
            observation: None,
            verdict: Verdict::undecided(Gap::new(GapKind::Incomplete, System::Repo, gap)),
            ms: 1,
            requests: 1,
        };
        desk.store.record_outcome(id, desk.clock.now(), outcome, observation).unwrap();
    };
    let ours = settings.subject(System::Repo).unwrap();
    look(&ours, "judge", Some(&seen("Paddle")));
    look(&ours, "judge", Some(&seen("Stripe")));
    look("another repository", "judge", Some(&seen("Adyen")));
    let found = desk.systems(&name).unwrap();
    let newest = found.seen.clone().unwrap();
    let [stripe] = newest.systems.as_slice() else { panic!("{newest:?}") };
    assert_eq!((stripe.name.as_str(), stripe.place.as_str(), stripe.more), ("Stripe", "src/pay.ts:7", 1));
    assert_eq!((newest.unread.len(), &found.unseen), (1, &None));
    look(&ours, "no answer", None);
    let later = desk.systems(&name).unwrap();
    assert_eq!((later.seen, later.unseen.unwrap().says.as_str()), (found.seen, "no answer"), "older, and said to be");
}

#[test]
fn an_erased_app_stays_neither_in_what_the_last_scheduled_run_said_nor_in_its_drafts() {
    let home = tempfile::tempdir().unwrap();
    let desk = desk(home.path());
    let acme = app(&desk, "acme");
    let (log, draft) = (desk.paths.scheduled_log(), desk.paths.drafts().join("acme"));
    std::fs::write(&log, "[1/1] acme: 3 probes decided\n").unwrap();
    std::fs::create_dir_all(&draft).unwrap();
    desk.remove(&acme).unwrap();
    assert!(!log.exists() && !draft.exists());
    // Where there is none, nothing is missed.
    let other = app(&desk, "other");
    desk.remove(&other).unwrap();
}

#[test]
fn every_probe_that_is_said_to_read_an_agreement_is_there() {
    use crate::domain::decisions::{CUT_OVER, LIMITED};
    let known: Vec<String> = crate::probes::all().map(|probe| probe.meta().id.to_string()).collect();
    for (_, probes) in LIMITED.into_iter().chain(CUT_OVER) {
        for probe in probes {
            assert!(known.iter().any(|it| it == probe), "{probe}");
        }
    }
}
