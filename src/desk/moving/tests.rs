//! Two consoles that know the same app, and what becomes of it when they exchange what they know.

use super::*;
use crate::clock::SetClock;
use crate::desk::statement::{Accepting, Statement, about_item};
use crate::desk::tests::{app, desk_at};
use crate::domain::fact::RunEnd;
use crate::domain::{Finding, OutcomeFact, ProbeId, Retention, Severity, Verdict};
use crate::snapshot::verify::behind;
use crate::snapshot::{Record, Sharing};
use chrono::{DateTime, TimeDelta, Utc};
use pretty_assertions::assert_eq;
use proptest::prelude::*;
use serde_json::json;
use std::sync::Arc;

/// Two consoles, each with a home and a clock of its own.
struct Pair {
    _homes: [tempfile::TempDir; 2],
    clocks: [Arc<SetClock>; 2],
    desks: [Desk; 2],
    acme: AppName,
}

fn begin() -> DateTime<Utc> {
    "2026-11-02T09:00:00Z".parse().unwrap()
}

/// What was exported, as it is after it was sealed and opened.
fn carried(desk: &Desk, app: &AppName) -> Package {
    let package = desk.package(app).unwrap();
    let read = Package::read(&package.write().unwrap()[..]).unwrap();
    assert_eq!(read, package, "nothing is lost on the way");
    read
}

impl Pair {
    /// The first one took an app on and said something of it; the second one brought it over.
    fn new() -> Self {
        let homes = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let clocks = [SetClock::at(begin()), SetClock::at(begin())];
        let desks = [0, 1].map(|at: usize| desk_at(homes[at].path(), clocks[at].clone()));
        let acme = app(&desks[0], "acme");
        let mut settings = desks[0].settings(&acme).unwrap();
        settings.github = Some("acme/shop".parse().unwrap());
        desks[0].state(&acme, FactBody::Settings { settings: Box::new(settings) }).unwrap();
        let pair = Self { _homes: homes, clocks, desks, acme };
        pair.look(0, 0, true);
        pair.carry(0, 1);
        pair
    }

    fn later(&self, who: usize, seconds: i64) {
        self.clocks[who].set(self.desks[who].clock.now() + TimeDelta::seconds(seconds));
    }

    fn carry(&self, from: usize, to: usize) -> Arrived {
        self.desks[to].import(&carried(&self.desks[from], &self.acme), None).unwrap()
    }

    fn item(&self, who: usize, item: &str, statement: Statement) {
        let board = self.desks[who].board(&self.acme).unwrap();
        // What the board does not allow now is not said.
        if let Ok(fact) = about_item(&board, &item.parse().unwrap(), statement) {
            self.desks[who].state(&self.acme, fact).unwrap();
        }
    }

    fn look(&self, who: usize, week: i64, is_good: bool) {
        let desk = &self.desks[who];
        let (id, run) = (desk.id(&self.acme).unwrap(), desk.store.new_run_id().unwrap());
        let probe: ProbeId = "github.branch-protection".parse().unwrap();
        desk.store.begin_run(id, run, &Holder::of_process(), std::slice::from_ref(&probe)).unwrap();
        let outcome = OutcomeFact {
            run,
            probe,
            revision: 1,
            // Somebody may have taken the repository back: then this is a look at what the app does not name any more.
            subject: "github:acme/shop".to_owned(),
            settings: Digest("0".repeat(64)),
            observation: None,
            verdict: if is_good {
                Verdict::pass("guarded")
            } else {
                Verdict::fail("not guarded", vec![Finding::new("rule", "main", Severity::High, "main is open", "Guard it")])
            },
            ms: 1,
            requests: 1,
        };
        desk.store.record_outcome(id, desk.clock.now(), outcome, Some(&json!({ "week": week }))).unwrap();
        desk.store.end_run(id, run, RunEnd::Finished).unwrap();
    }

    /// One thing that somebody does at one of the two.
    fn act(&self, who: usize, what: u8, number: i64) {
        self.later(who, 1 + number * 37);
        let desk = &self.desks[who];
        match what {
            0 => self.item(who, "DOC-02", Statement::Note { text: format!("note {number}"), founder: None }),
            1 => self.item(who, "DOC-02", Statement::Done { proof: format!("drawn {number}"), founder: None }),
            2 => self.item(who, "DOC-02", Statement::Reopen { reason: "not yet".to_owned() }),
            3 => {
                let until = desk.clock.now().date_naive() + TimeDelta::days(number);
                let accepting = Accepting { reason: "later".into(), until, client: None, proof: None, founder: None };
                self.item(who, "CI-03", Statement::Waive(accepting));
            }
            4 => self.look(who, number, number % 3 > 0),
            5 => drop(desk.make_snapshot(&self.acme, &Sharing::default(), None).unwrap()),
            6 => drop(desk.undo(&self.acme)),
            7 => {
                let mut settings = desk.settings(&self.acme).unwrap();
                settings.weeks = u8::try_from(number).unwrap();
                desk.state(&self.acme, FactBody::Settings { settings: Box::new(settings) }).unwrap();
            }
            8 => desk.state(&self.acme, FactBody::Closed { reason: "done".into() }).unwrap(),
            9 => self.item(who, "SEC-03", Statement::Start),
            10 => {
                // What nobody needs any more is let go at one of the two.
                let rule = Retention { older_than: "1m".parse().unwrap(), keep: crate::domain::Keep::None };
                let plan = desk.plan_thinning(rule, None).unwrap();
                desk.thin(&plan, &|| false).unwrap();
            }
            _ => {
                self.meet();
                self.carry(1 - who, who);
            }
        }
    }

    /// Both clocks say the same, as they do in the world.
    fn meet(&self) {
        let now = self.clocks.iter().map(|clock| crate::clock::Clock::now(&**clock)).max().unwrap();
        self.clocks.iter().for_each(|clock| clock.set(now));
    }

    /// Both know the same, judge the same, and each page that either froze is known at both with what stands behind it.
    fn are_equal(&self) {
        let [ours, theirs] = [0, 1].map(|at: usize| carried(&self.desks[at], &self.acme));
        let (mut our, mut their) = (ours.carried, theirs.carried);
        assert_eq!(our.facts, their.facts);
        // When something was let go is of each place; that it is gone is of both.
        let [one, other] = [&mut our, &mut their].map(|it| std::mem::take(&mut it.thinned));
        assert!(one.keys().eq(other.keys()));
        assert_eq!(our, their);
        assert_eq!(ours.key, theirs.key);
        let [ours, theirs] = [0, 1].map(|at: usize| format!("{:?}", self.desks[at].board(&self.acme).unwrap()));
        assert_eq!(ours, theirs);
        for desk in &self.desks {
            assert_eq!(desk.check_database().unwrap(), []);
            for held in desk.snapshots(&self.acme).unwrap() {
                let (_, text) = desk.store.snapshot(&held.seal).unwrap().unwrap();
                let apart = desk.store.apart(&held.seal).unwrap();
                let mut facts = desk.facts_as_written(&self.acme).unwrap();
                facts.retain(|fact| !apart.contains(&fact.id));
                let found = behind(&Record::read(&text).unwrap().page, &facts);
                assert!(found.are_here(), "{found:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 60, ..ProptestConfig::default() })]
    #[test]
    fn whatever_both_did_and_however_they_exchange_both_know_the_same(
        acts in prop::collection::vec((0_usize..2, 0_u8..13, 1_i64..40), 1..14),
        last in prop::collection::vec(0_usize..2, 0..3),
    ) {
        let pair = Pair::new();
        for (who, what, number) in acts {
            pair.act(who, what, number);
        }
        pair.meet();
        // In any order and any number of times, and at last once in each direction.
        for from in last.into_iter().chain([0, 1, 0]) {
            pair.carry(from, 1 - from);
        }
        pair.are_equal();
        for from in [0, 1] {
            let again = pair.carry(from, 1 - from);
            prop_assert_eq!((again.joined.new, again.joined.restored, again.copy), (0, 0, None));
        }
        pair.are_equal();
    }
}

#[test]
fn a_third_console_brings_two_together_that_never_met() {
    let pair = Pair::new();
    let home = tempfile::tempdir().unwrap();
    let third = desk_at(home.path(), pair.clocks[0].clone());
    for who in [0, 1] {
        pair.act(who, 4, 5);
        pair.act(who, 5, 7);
        pair.act(who, 0, 9);
    }
    pair.meet();
    for at in [0, 1] {
        third.import(&carried(&pair.desks[at], &pair.acme), None).unwrap();
    }
    for at in [1, 0] {
        pair.desks[at].import(&carried(&third, &pair.acme), None).unwrap();
    }
    pair.are_equal();
    assert_eq!(carried(&third, &pair.acme).carried, carried(&pair.desks[0], &pair.acme).carried);
}

#[test]
fn what_a_console_kept_as_a_summary_is_thrown_away_when_older_facts_come() {
    let pair = Pair::new();
    pair.act(0, 4, 3); // a look that fails, at the first one, before
    pair.later(1, 3_600);
    pair.item(1, "DOC-02", Statement::Note { text: "later".into(), founder: None });
    pair.meet();
    let before = pair.desks[1].portfolio(false).unwrap();
    pair.carry(0, 1);
    let after = pair.desks[1].portfolio(false).unwrap();
    assert_ne!(before, after, "CI-01 fails now");
    pair.desks[1].store.drop_summaries().unwrap();
    assert_eq!(after, pair.desks[1].portfolio(false).unwrap());
}

#[test]
fn another_app_of_that_name_is_never_joined() {
    let pair = Pair::new();
    let home = tempfile::tempdir().unwrap();
    let desk = desk_at(home.path(), pair.clocks[0].clone());
    app(&desk, "acme");
    let package = carried(&pair.desks[0], &pair.acme);
    let before = desk.export(&pair.acme).unwrap();
    let trouble = desk.import(&package, None).unwrap_err();
    assert!(trouble.is_usage && trouble.next.unwrap().as_str().contains("--as NAME"));
    assert_eq!(desk.export(&pair.acme).unwrap(), before);
    assert!(!desk.paths.backups().exists(), "and no copy was needed");

    let other: AppName = "acme-two".parse().unwrap();
    let arrived = desk.import(&package, Some(other.clone())).unwrap();
    assert!(arrived.is_new && arrived.copy.unwrap().exists());
    assert_eq!((arrived.name, desk.settings(&other).unwrap().name), (other.clone(), other.clone()));
    // It goes on under its name here, and back under its name there.
    desk.state(&other, FactBody::Closed { reason: "here".into() }).unwrap();
    let mut settings = desk.settings(&other).unwrap();
    settings.weeks = 9;
    desk.state(&other, FactBody::Settings { settings: Box::new(settings) }).unwrap();
    desk.make_snapshot(&other, &Sharing::default(), None).unwrap();
    let back = pair.desks[0].import(&carried(&desk, &other), None).unwrap();
    assert_eq!((back.name, back.joined.new), (pair.acme.clone(), 3));
    let settings = pair.desks[0].settings(&pair.acme).unwrap();
    assert_eq!((settings.name.as_str(), settings.weeks), ("acme", 9));
    assert_eq!(pair.desks[0].snapshots(&pair.acme).unwrap().len(), 1);
    // The same again under a third name is no third app.
    let again = desk.import(&package, Some("acme-three".parse().unwrap())).unwrap_err();
    assert_eq!(again.what, "this app is here already, as acme-two");
    assert_eq!(desk.import(&package, None).unwrap().joined.new, 0);
}

#[test]
fn a_fact_with_another_content_changes_nothing() {
    let pair = Pair::new();
    pair.act(0, 0, 2);
    pair.meet();
    let before = pair.desks[1].export(&pair.acme).unwrap();
    let stand = pair.desks[1].store.stand().unwrap();
    let refused = |change: &dyn Fn(&mut Package)| {
        let mut package = carried(&pair.desks[0], &pair.acme);
        change(&mut package);
        let told = pair.desks[1].import(&package, None).unwrap_err().to_string();
        assert_eq!(pair.desks[1].export(&pair.acme).unwrap(), before, "{told}");
        assert!(!pair.desks[1].store.changed_since(stand).unwrap().0, "{told}");
        told
    };
    let other_author = |package: &mut Package| package.carried.facts[1].by = eve();
    assert!(refused(&other_author).contains("another content"));
    let other_moment = |package: &mut Package| package.carried.facts[2].at += TimeDelta::microseconds(1);
    assert!(refused(&other_moment).contains("another content"));
    let twice = |package: &mut Package| {
        let mut fact = package.carried.facts.last().unwrap().clone();
        fact.by = eve();
        package.carried.facts.push(fact);
    };
    assert!(refused(&twice).contains("another content"));
    let lost = |package: &mut Package| package.carried.observations.clear();
    // What is known here needs not come again: only what is new.
    let mut package = carried(&pair.desks[0], &pair.acme);
    lost(&mut package);
    assert_eq!(pair.desks[1].import(&package, None).unwrap().joined.new, 1);
}

fn eve() -> crate::domain::Author {
    crate::domain::Author::Person("Eve".into())
}

#[test]
fn what_cannot_be_taken_over_is_refused_before_anything_is_written() {
    let pair = Pair::new();
    pair.act(0, 4, 2);
    pair.act(0, 5, 2);
    let home = tempfile::tempdir().unwrap();
    let desk = desk_at(home.path(), pair.clocks[0].clone());
    let refused = |change: &dyn Fn(&mut Package)| {
        let mut package = carried(&pair.desks[0], &pair.acme);
        change(&mut package);
        let told = desk.import(&package, None).unwrap_err().to_string();
        assert_eq!((desk.apps(true).unwrap(), desk.check_database().unwrap()), (vec![], vec![]), "{told}");
        assert!(!desk.paths.backups().exists(), "{told}");
        told
    };
    assert!(refused(&|it| it.carried.facts.clear()).contains("holds no fact"));
    assert!(refused(&|it| it.carried.facts.retain(|fact| fact.body.kind() != "settings")).contains("no settings"));
    assert!(refused(&|it| it.carried.checklists.clear()).contains("lacks the text of checklist"));
    assert!(refused(&|it| it.carried.snapshots.clear()).contains("lacks the text of snapshot"));
    assert!(refused(&|it| it.carried.observations.clear()).contains("names an observation that is not there"));
    let text = |it: &mut Package| it.carried.checklists.values_mut().for_each(|text| text.push_str("\n# x"));
    assert!(refused(&text).contains("not what its digest says"));
    let newer = |it: &mut Package| it.carried.checklists.values_mut().for_each(|text| *text = "[moon]".to_owned());
    assert!(refused(&newer).contains("a checklist in it cannot be read"));
    let seen = |it: &mut Package| it.carried.observations.values_mut().for_each(|seen| *seen = json!("another"));
    assert!(refused(&seen).contains("not what its digest says"));
    let loose = |it: &mut Package| drop(it.carried.observations.insert(Digest::of("1"), json!(1)));
    assert!(refused(&loose).contains("belongs to no fact"));
    let page = |it: &mut Package| {
        it.carried.snapshots.values_mut().for_each(|text| *text = text.replace("\"founder\"", "\"investor\""));
    };
    assert!(refused(&page).contains("a snapshot cannot be kept"));
    let ahead = |it: &mut Package| it.carried.facts.iter_mut().for_each(|fact| fact.at += TimeDelta::hours(3));
    let told = refused(&ahead);
    assert!(told.contains("this machine's clock says") && told.contains("Set the clock"), "{told}");
}

#[test]
fn a_fact_of_one_app_is_not_taken_for_one_of_another() {
    let pair = Pair::new();
    let mut package = carried(&pair.desks[0], &pair.acme);
    let first = package.carried.facts.remove(0);
    let mut other = first.clone();
    other.id = FactId(uuid::Uuid::from_u128(1));
    package.carried.facts.insert(0, other);
    package.head.app = "other".parse().unwrap();
    let told = pair.desks[1].import(&package, None).unwrap_err().to_string();
    assert!(told.contains("as one of another app"), "{told}");
    assert_eq!(pair.desks[1].apps(true).unwrap().len(), 1);
}

#[test]
fn both_places_name_a_secret_by_the_same_key() {
    let pair = Pair::new();
    let of = |at: usize| pair.desks[at].store.scan_key_of(pair.desks[at].id(&pair.acme).unwrap()).unwrap();
    assert_eq!(of(0), of(1));
    assert_ne!(pair.desks[0].store.scan_key().unwrap(), pair.desks[1].store.scan_key().unwrap());
    let another = app(&pair.desks[1], "another");
    let id = pair.desks[1].id(&another).unwrap();
    assert_eq!(pair.desks[1].store.scan_key_of(id).unwrap(), pair.desks[1].store.scan_key().unwrap());
    // It travels with a backup, and goes with its app.
    let folder = tempfile::tempdir().unwrap();
    pair.desks[1].backup(&folder.path().join("copy.db")).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
    pair.desks[1].remove(&pair.acme).unwrap();
    assert_eq!(std::fs::read_dir(pair.desks[1].paths.data().join("keys")).unwrap().count(), 0);

    // Brought over in clear, without the key, and used: when the two meet, both choose the same one.
    let home = tempfile::tempdir().unwrap();
    let third = desk_at(home.path(), pair.clocks[0].clone());
    let mut clear = carried(&pair.desks[0], &pair.acme);
    clear.key = None;
    third.import(&clear, None).unwrap();
    let there = |desk: &Desk| desk.store.scan_key_of(desk.id(&pair.acme).unwrap()).unwrap();
    assert_ne!(there(&third), of(0));
    let told = third.import(&carried(&pair.desks[0], &pair.acme), None).unwrap();
    assert!(told.remarks.iter().any(|it| it.contains("two keys")), "{:?}", told.remarks);
    pair.desks[0].import(&carried(&third, &pair.acme), None).unwrap();
    assert_eq!(there(&third), of(0));
}

#[test]
fn no_more_than_three_copies_from_before_imports_stay() {
    let pair = Pair::new();
    for round in 0..5 {
        pair.act(0, 0, 1 + round);
        pair.meet();
        let arrived = pair.carry(0, 1);
        assert!(arrived.copy.unwrap().exists());
    }
    assert_eq!(std::fs::read_dir(pair.desks[1].paths.backups()).unwrap().count(), 3);
}

#[test]
fn a_run_that_was_under_way_is_told_and_its_rest_comes_later() {
    let pair = Pair::new();
    let desk = &pair.desks[0];
    let (id, run) = (desk.id(&pair.acme).unwrap(), desk.store.new_run_id().unwrap());
    desk.store.begin_run(id, run, &Holder::of_process(), &[]).unwrap();
    let arrived = pair.carry(0, 1);
    assert!(arrived.remarks.iter().any(|it| it.contains("a run was under way")), "{:?}", arrived.remarks);
    let there = pair.desks[1].board(&pair.acme).unwrap().last_run.unwrap();
    assert_eq!((there.run, there.ended), (run, None));
    // It holds no run of theirs up, and nothing of ours.
    pair.look(1, 3, true);
    pair.carry(1, 0);
    desk.store.end_run(id, run, RunEnd::Finished).unwrap();
    pair.carry(0, 1);
    pair.are_equal();
}

#[test]
fn a_document_in_clear_of_a_newer_version_is_refused_and_loses_nothing() {
    let pair = Pair::new();
    let document = pair.desks[0].export(&pair.acme).unwrap();
    let read = |document: &serde_json::Value| read_document(Path::new("acme.json"), document.to_string().as_bytes());
    assert_eq!(read(&document).unwrap().carried, carried(&pair.desks[0], &pair.acme).carried);
    let newer: [&dyn Fn(&mut serde_json::Value); 5] = [
        &|it| it["schema"] = json!(2),
        &|it| *it = json!({ "schema": 2, "another": "form" }),
        &|it| it["dreams"] = json!([]),
        &|it| it["facts"][0]["body"]["settings"]["moons"] = json!(2),
        &|it| it["facts"][1]["body"]["is"] = json!("sung"),
    ];
    let mut acting = document.clone();
    acting["facts"][0]["by"] = json!({ "tool": "\u{1b}[2J" });
    assert!(read(&acting).unwrap_err().to_string().contains("control a terminal"));
    for (at, change) in newer.iter().enumerate() {
        let mut changed = document.clone();
        change(&mut changed);
        let trouble = read(&changed).unwrap_err();
        assert!(trouble.next.as_ref().unwrap().as_str().contains("Install the newer rescue"), "{at}: {trouble}");
    }
    for text in ["", "[]", "{}", "{\"schema\":1}", "{\"schema\":1,\"facts\":[]}"] {
        let trouble = read_document(Path::new("acme.json"), text.as_bytes()).unwrap_err().to_string();
        assert!(trouble.contains("not what `rescue app export` writes"), "{text}: {trouble}");
    }
}

#[test]
fn what_one_of_two_set_apart_is_told_to_both() {
    let pair = Pair::new();
    let set = |who: usize, change: &dyn Fn(&mut crate::domain::AppSettings)| {
        let mut settings = pair.desks[who].settings(&pair.acme).unwrap();
        change(&mut settings);
        pair.desks[who].state(&pair.acme, FactBody::Settings { settings: Box::new(settings) }).unwrap();
    };
    pair.later(0, 60);
    set(0, &|it| it.ceilings = [(crate::domain::System::Openai, 200)].into());
    pair.later(1, 3_600);
    set(1, &|it| it.title = "Acme Shop".into());
    pair.meet();
    for (from, to) in [(0, 1), (1, 0)] {
        let arrived = pair.carry(from, to);
        assert!(arrived.remarks.iter().any(|it| it.contains("--ceiling openai=200")), "{from}: {:?}", arrived.remarks);
    }
    pair.are_equal();
    assert_eq!(pair.carry(0, 1).remarks, Vec::<String>::new(), "it is told once");
}

#[test]
fn a_checkout_of_the_same_path_here_is_told_when_an_app_comes() {
    let (home, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let pair = Pair::new();
    let mut settings = pair.desks[0].settings(&pair.acme).unwrap();
    settings.path = Some(elsewhere.path().to_owned());
    pair.desks[0].state(&pair.acme, FactBody::Settings { settings: Box::new(settings) }).unwrap();
    let desk = desk_at(home.path(), pair.clocks[0].clone());
    let told = desk.import(&carried(&pair.desks[0], &pair.acme), None).unwrap().remarks;
    assert!(told.iter().any(|it| it.contains("is a directory of this machine, too")), "{told:?}");
    let again = desk.import(&carried(&pair.desks[0], &pair.acme), None).unwrap().remarks;
    assert_eq!(again, Vec::<String>::new());
}
