//! Thinning on a real database: boards of every past moment, what stays, what others write meanwhile, what a document
//! carries on.

use crate::clock::{Clock as _, SetClock};
use crate::desk::Desk;
use crate::desk::tests::{desk_at, import};
use crate::domain::fact::RunEnd;
use crate::domain::{
    AppName, AppSettings, Digest, FactBody, Finding, Foreign, Keep, OutcomeFact, ProbeId, Retention, Severity, System, Verdict,
};
use crate::store::{Compacted, Holder, Observed};
use chrono::{DateTime, TimeDelta, Utc};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use std::sync::Arc;

const PROBES: [&str; 3] = ["github.branch-protection", "github.preview-deployments", "github.deploy-source"];
const WEEKS: i64 = 60;

struct Year {
    _home: tempfile::TempDir,
    clock: Arc<SetClock>,
    desk: Desk,
    acme: AppName,
    begin: DateTime<Utc>,
}

fn seen(probe: &str, week: i64) -> Value {
    json!({ "probe": probe, "week": week, "branches": ["main"], "padding": "what a vendor says about it ".repeat(12) })
}

impl Year {
    /// A year of weekly runs: one item is lost in week 20 and won in week 23, judged in week 30, frozen in week 40.
    fn lived() -> Self {
        let home = tempfile::tempdir().unwrap();
        let begin: DateTime<Utc> = "2025-09-01T09:00:00Z".parse().unwrap();
        let clock = SetClock::at(begin);
        let desk = desk_at(home.path(), clock.clone());
        let acme: AppName = "acme".parse().unwrap();
        let mut settings = AppSettings::new(acme.clone(), begin.date_naive());
        settings.github = Some("acme/shop".parse().unwrap());
        desk.add_app(&settings, None).unwrap();
        let year = Self { _home: home, clock, desk, acme, begin };
        for week in 1..=WEEKS {
            year.clock.set(year.monday(week));
            year.run(week, &PROBES.map(|probe| (probe, !(20..23).contains(&week) || probe != PROBES[0], seen(probe, week))));
            year.clock.set(year.monday(week) + TimeDelta::hours(1));
            match week {
                30 => year.says(FactBody::Attested {
                    item: "CI-01".parse().unwrap(),
                    proof: Some(Foreign::new("https://example.com/proof")),
                    stands_for: std::collections::BTreeSet::default(),
                    saw: std::collections::BTreeSet::default(),
                    founder: None,
                }),
                40 => {
                    let id = year.desk.id(&year.acme).unwrap();
                    let record = crate::snapshot::story_tests::record();
                    year.desk.store.freeze(id, year.clock.now(), year.desk.author(), &record).unwrap();
                }
                _ => {}
            }
        }
        year
    }

    fn monday(&self, week: i64) -> DateTime<Utc> {
        self.begin + TimeDelta::weeks(week)
    }

    fn says(&self, body: FactBody) {
        self.desk.state(&self.acme, body).unwrap();
    }

    fn run(&self, week: i64, looks: &[(&str, bool, Value)]) {
        let (id, run) = (self.desk.id(&self.acme).unwrap(), self.desk.store.new_run_id().unwrap());
        let probes: Vec<ProbeId> = looks.iter().map(|(probe, ..)| probe.parse().unwrap()).collect();
        self.desk.store.begin_run(id, run, &Holder::of_process(), &probes).unwrap();
        let subject = self.desk.settings(&self.acme).unwrap().subject(System::Github).unwrap();
        for ((probe, is_good, seen), id_of) in looks.iter().zip(&probes) {
            let finding = Finding::new("open", "main", Severity::High, "main is open", "Close it");
            let verdict = if *is_good { Verdict::pass("closed") } else { Verdict::fail("open", vec![finding]) };
            let outcome = OutcomeFact {
                run,
                probe: id_of.clone(),
                revision: 1,
                subject: subject.clone(),
                settings: Digest("0".repeat(64)),
                observation: None,
                verdict,
                ms: 7,
                requests: u32::try_from(week).unwrap(),
            };
            assert!(probe.starts_with("github."));
            self.desk.store.record_outcome(id, self.clock.now(), outcome, Some(seen)).unwrap();
        }
        self.desk.store.end_run(id, run, RunEnd::Finished).unwrap();
    }

    /// The boards of every half week, spelled out.
    fn boards(&self) -> Vec<String> {
        let hours = (0..=WEEKS * 7 * 24).step_by(84);
        let board = |it| self.desk.board_at(&self.acme, self.begin + TimeDelta::hours(it)).unwrap();
        hours.map(|it| board(it).map_or_else(String::new, |it| format!("{it:?}"))).collect()
    }

    fn left(&self, probe: &str, week: i64) -> Option<Observed> {
        let digest = Digest::of(&seen(probe, week).to_string());
        self.desk.store.observed(self.desk.id(&self.acme).unwrap(), &digest).unwrap()
    }

    fn thin(&self, rule: Retention) -> super::Outcome {
        let planned = self.desk.plan_thinning(rule, None).unwrap();
        self.desk.thin(&planned, &|| false).unwrap()
    }
}

#[test]
fn every_past_moment_reads_the_same_and_what_something_rests_on_is_there() {
    let year = Year::lived();
    let (facts, boards) = (year.desk.facts(&year.acme).unwrap(), year.boards());
    let planned = year.desk.plan_thinning(Retention::default(), None).unwrap();
    let done = year.thin(Retention::default());

    assert_eq!((done.gone, planned.unread.len()), (planned.loose, 0), "it did what it had said");
    assert!(done.gone.observations > 100, "{done:?}");
    assert_eq!(year.desk.facts(&year.acme).unwrap(), facts, "no fact is touched");
    year.desk.store.drop_summaries().unwrap();
    assert!(format!("{:?}", year.boards()) == format!("{boards:?}"), "a past moment reads differently");
    assert_eq!(year.desk.check_database().unwrap(), []);

    let kept = |probe: &str, week: i64| matches!(year.left(probe, week), Some(Observed::Kept(it)) if it == seen(probe, week));
    for probe in PROBES {
        for week in [30, 40] {
            assert!(
                kept(probe, week) || (week == 30 && probe != PROBES[0]),
                "{probe} in week {week}: judged over it, frozen with it"
            );
        }
        assert!((WEEKS - 12..=WEEKS).all(|week| kept(probe, week)), "{probe}: younger than the rule says");
        assert!(kept(probe, 1), "{probe}: the tick began with it");
        let thinned = Some(Observed::Thinned(year.clock.now()));
        for week in [5, 15, 35] {
            assert_eq!(year.left(probe, week), thinned, "{probe} in week {week} only renewed a tick");
        }
    }
    // Lost in week 20, won in 23: both sides of both.
    assert!([19, 20, 23].iter().all(|week| kept(PROBES[0], *week)));
    assert!(!kept(PROBES[0], 21));

    let again = year.thin(Retention::default());
    assert_eq!(again.gone.observations, 0, "there is nothing left to let go");
    assert_eq!(year.desk.holdings().unwrap().thinnings.len(), 1, "what did nothing is not written down");
}

#[test]
fn samples_stay_when_the_rule_says_so() {
    let year = Year::lived();
    let planned = |keep| {
        let rule = Retention { keep, ..Retention::default() };
        year.desk.plan_thinning(rule, None).unwrap().loose.observations
    };
    let (weekly, monthly, none) = (planned(Keep::Weekly), planned(Keep::Monthly), planned(Keep::None));
    assert_eq!(weekly, 0, "there was one run a week");
    assert!(monthly > 80 && monthly < none, "{monthly} of {none}");
    let rule = Retention { older_than: "3650d".parse().unwrap(), keep: Keep::None };
    assert_eq!(year.desk.plan_thinning(rule, None).unwrap().loose.observations, 0);
}

#[test]
fn what_somebody_writes_between_plan_and_deed_stays() {
    let year = Year::lived();
    let planned = year.desk.plan_thinning(Retention::default(), None).unwrap();
    // Another process sees the same again, word for word, as in week 5.
    year.clock.set(year.clock.now() + TimeDelta::hours(1));
    year.run(WEEKS + 1, &[(PROBES[1], true, seen(PROBES[1], 5))]);
    let done = year.desk.thin(&planned, &|| false).unwrap();
    assert_eq!(done.gone.observations, planned.loose.observations - 1);
    assert!(matches!(year.left(PROBES[1], 5), Some(Observed::Kept(_))));
    assert_eq!(year.desk.check_database().unwrap(), []);

    let other = Year::lived();
    let planned = other.desk.plan_thinning(Retention::default(), None).unwrap();
    other.says(FactBody::Noted { item: "CI-01".parse().unwrap(), text: Foreign::new("as in spring"), founder: None });
    let done = other.desk.thin(&planned, &|| false).unwrap();
    assert_eq!(done.gone.observations, 0, "a person spoke of the app meanwhile: it is worked out anew next time");
}

#[test]
fn an_interrupted_thinning_is_whole_as_far_as_it_went() {
    let year = Year::lived();
    let planned = year.desk.plan_thinning(Retention::default(), None).unwrap();
    let done = year.desk.thin(&planned, &|| true).unwrap();
    assert_eq!((done.gone.observations, done.interrupted), (0, true));
    assert_eq!(year.desk.check_database().unwrap(), []);
    assert_eq!(year.thin(Retention::default()).gone, planned.loose);
}

#[test]
fn a_run_that_is_open_and_another_console_lose_nothing() {
    let year = Year::lived();
    let (id, run) = (year.desk.id(&year.acme).unwrap(), year.desk.store.new_run_id().unwrap());
    let other = crate::store::Store::open(&year.desk.paths, year.clock.clone(), "0.1.0").unwrap();
    other.begin_run(id, run, &Holder::of_process(), &[]).unwrap();
    let done = year.thin(Retention::default());
    assert!(matches!(done.compacted, Compacted::Done { before, after } if after < before), "{done:?}");
    other.end_run(id, run, RunEnd::Finished).unwrap();
    assert_eq!(other.facts(id).unwrap(), year.desk.facts(&year.acme).unwrap());
    assert_eq!(other.check().unwrap(), []);
}

#[test]
fn what_was_thinned_is_known_as_such_where_the_app_is_carried_to() {
    let year = Year::lived();
    year.thin(Retention::default());
    let document = year.desk.export(&year.acme).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), document.to_string()).unwrap();
    let home = tempfile::tempdir().unwrap();
    let there = desk_at(home.path(), year.clock.clone());
    let name = import(&there, file.path()).unwrap();
    assert_eq!(there.facts(&name).unwrap(), year.desk.facts(&year.acme).unwrap());
    assert_eq!(there.thinned(&name).unwrap(), year.desk.thinned(&year.acme).unwrap());
    assert!(there.thinned(&name).unwrap().len() > 100);
    assert_eq!(there.check_database().unwrap(), []);
    assert_eq!(there.export(&name).unwrap(), document, "and carried on as it came");
    // Without the word that it was thinned, a lost observation is a damaged file.
    let mut cut = document;
    cut["thinned"].as_object_mut().unwrap().clear();
    std::fs::write(file.path(), cut.to_string()).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let trouble = import(&desk_at(elsewhere.path(), year.clock.clone()), file.path()).unwrap_err();
    assert!(trouble.to_string().contains("names an observation that is not there"), "{trouble}");
}

#[test]
fn what_is_seen_again_after_it_was_thinned_is_there_again() {
    let year = Year::lived();
    year.thin(Retention::default());
    assert!(matches!(year.left(PROBES[0], 5), Some(Observed::Thinned(_))));
    year.clock.set(year.clock.now() + TimeDelta::hours(1));
    year.run(WEEKS + 1, &[(PROBES[0], true, seen(PROBES[0], 5))]);
    assert_eq!(year.left(PROBES[0], 5), Some(Observed::Kept(seen(PROBES[0], 5))));
    assert_eq!(year.desk.check_database().unwrap(), []);
    let id = year.desk.id(&year.acme).unwrap();
    year.desk.store.remove_app(id, year.desk.author()).unwrap();
    let empty = year.desk.holdings().unwrap();
    assert_eq!((empty.observations.rows, empty.thinned, empty.said.rows), (0, 0, 0), "an erased client leaves nothing of it");
    assert_eq!(year.desk.check_database().unwrap(), []);
}

#[test]
fn a_missing_observation_that_nobody_thinned_is_damage() {
    let year = Year::lived();
    year.thin(Retention::default());
    let raw = rusqlite::Connection::open(year.desk.database()).unwrap();
    raw.execute("DELETE FROM seen WHERE number = (SELECT max(number) FROM seen)", []).unwrap();
    let problems = year.desk.check_database().unwrap();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].is_damage && problems[0].says.as_str().contains("is missing, and nobody thinned it"), "{problems:?}");
}
