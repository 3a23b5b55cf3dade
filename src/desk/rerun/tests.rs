//! Reruns of several apps with real checkouts, a real store and loopback vendors; the clock stands until a test moves it.

use super::*;
use crate::clock::{Clock as _, SetClock};
use crate::config::{Configuration, Endpoints, Environment, Paths};
use crate::credentials::{Chain, Secret};
use crate::domain::fact::RunEnd;
use crate::domain::{AppSettings, Author, FactBody, GapKind, Outcome};
use crate::schedule::Because;
use crate::store::Holder;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::mpsc::unbounded_channel;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

struct House {
    home: tempfile::TempDir,
    clock: Arc<SetClock>,
    desk: Desk,
}

impl House {
    /// A house whose OpenAI is at that address, with a credential for it.
    fn with(openai: Option<&str>) -> Self {
        Self::whose(System::Openai, openai)
    }

    /// A house whose vendor is at that address, with a credential for it.
    fn whose(system: System, address: Option<&str>) -> Self {
        let home = tempfile::tempdir().unwrap();
        let clock = SetClock::at("2026-11-23T09:00:00Z".parse().unwrap());
        let variables = address.map(|address| (Endpoints::variable(system), format!("{address}/")));
        let endpoints = Endpoints::from_environment(&Environment::of(variables)).unwrap();
        let secret = |system: System| (system, Secret::new(["invented", system.id()].join("-")));
        let chain = Chain::given(address.map(|_| secret(system)).into_iter().collect());
        let author = Box::new(|| Author::Person("Sam".into()));
        let paths = Paths::in_home(&home.path().join("rescue"));
        let desk = Desk::with(paths, Configuration::default(), endpoints, chain, author, clock.clone()).unwrap();
        Self { home, clock, desk }
    }

    fn new() -> Self {
        Self::with(None)
    }

    fn tree(&self, name: &str) -> PathBuf {
        self.home.path().join("trees").join(name)
    }

    /// An app with a folder of its own in which nothing is wrong.
    fn app(&self, name: &str, change: impl FnOnce(&mut AppSettings)) -> AppName {
        let tree = self.tree(name);
        std::fs::create_dir_all(&tree).unwrap();
        std::fs::write(tree.join("index.ts"), "export const one = 1\n").unwrap();
        let name: AppName = name.parse().unwrap();
        let mut settings = AppSettings::new(name.clone(), "2026-11-23".parse().unwrap());
        settings.path = Some(tree);
        change(&mut settings);
        self.desk.add_app(&settings, None).unwrap();
        name
    }

    fn later(&self, by: TimeDelta) {
        self.clock.set(self.clock.now() + by);
    }

    /// Reruns, and hears everything; `heed` may act on what it hears.
    async fn rerun(&self, wanted: &Wanted, stop: &CancellationToken, mut heed: impl AsyncFnMut(&Told)) -> Vec<Told> {
        let (tell, mut told) = unbounded_channel();
        let mut heard = Vec::new();
        let rerun = async {
            self.desk.rerun(wanted, &tell, stop).await;
            drop(tell);
        };
        let hear = async {
            while let Some(it) = told.recv().await {
                heed(&it).await;
                heard.push(it);
            }
        };
        tokio::join!(rerun, hear);
        heard
    }

    async fn quietly(&self, wanted: &Wanted) -> Vec<Told> {
        self.rerun(wanted, &CancellationToken::new(), async |_| {}).await
    }

    fn looks(&self, app: &AppName, probe: &str) -> Vec<String> {
        let facts = self.desk.facts(app).unwrap();
        let looks = facts.iter().filter_map(|fact| match &fact.body {
            FactBody::Outcome(it) if it.probe.as_str() == probe => Some(it.verdict.outcome.word().to_owned()),
            _ => None,
        });
        looks.collect()
    }

    fn ends(&self, app: &AppName) -> Vec<RunEnd> {
        let facts = self.desk.facts(app).unwrap();
        let ends = facts.iter().filter_map(|fact| match fact.body {
            FactBody::RunEnded { how, .. } => Some(how),
            _ => None,
        });
        ends.collect()
    }
}

/// The clock goes on to that moment, and everybody who waits for it wakes.
async fn go_on(house: &House, to: DateTime<Utc>) {
    let left = (to - house.clock.now()).to_std().unwrap_or_default();
    house.clock.set(to);
    tokio::time::pause();
    tokio::time::advance(left).await;
    tokio::time::resume();
}

const SCAN: &str = "scan.tree";

fn wanted(apps: &[&AppName], only: &[&str], only_due: bool) -> Wanted {
    Wanted {
        apps: apps.iter().map(|app| (*app).clone()).collect(),
        only_due,
        only: only.iter().map(|part| part.parse().unwrap()).collect(),
        confirm: true,
        wait: true,
        reach: Reach::App,
    }
}

/// Put together here, so that no scanner takes this file for a leak.
fn leak(tree: &Path) {
    let key = format!("{}_{}_{}", "sk", "live", "51HxQ2jKd83nVbTzYw0PqLmRsAe7UcGfXi");
    std::fs::write(tree.join("pay.ts"), format!("export const key = \"{key}\"\n")).unwrap();
}

fn mend(tree: &Path) {
    std::fs::remove_file(tree.join("pay.ts")).unwrap();
}

/// A fail of that probe is believed only after a second look.
fn needs_two(house: &mut House, probe: &str) {
    let book = Arc::make_mut(&mut house.desk.book);
    book.get_mut(&probe.parse::<ProbeId>().unwrap()).unwrap().confirm = 2;
}

fn ran<'a>(heard: &'a [Told], app: &AppName) -> &'a Ran {
    let how = |it: &'a Told| match it {
        Told::Over { app: of, ended } if of == app => Some(&ended.how),
        _ => None,
    };
    match heard.iter().find_map(how) {
        Some(How::Ran(ran)) => ran,
        other => panic!("{app}: {other:?}"),
    }
}

fn due(heard: &[Told], app: &AppName) -> Vec<(String, Because)> {
    let begun = heard.iter().find_map(|it| match it {
        Told::Begun { app: of, due, .. } if of == app => Some(due),
        _ => None,
    });
    begun.into_iter().flatten().map(|it| (it.probe.to_string(), it.because)).collect()
}

#[tokio::test]
async fn a_suspected_fail_is_looked_at_again_within_the_same_run_before_it_counts() {
    let mut house = House::new();
    needs_two(&mut house, SCAN);
    let acme = house.app("acme", |_| {});
    let all = wanted(&[&acme], &[SCAN], false);
    assert_eq!(ran(&house.quietly(&all).await, &acme).lost, 0);
    house.later(TimeDelta::days(7));
    leak(&house.tree("acme"));
    let mut while_waiting = None;
    let heard = house
        .rerun(&all, &CancellationToken::new(), async |it| {
            if let Told::Again { at, .. } = it {
                while_waiting = house.desk.board(&acme).unwrap().assessment("SEC-01").cloned();
                assert_eq!(*at, house.clock.now() + APART_AND_A_SECOND);
                go_on(&house, *at).await;
            }
        })
        .await;
    let before = while_waiting.expect("nothing was looked at again");
    assert_eq!(before.truth, crate::domain::Truth::Verified, "the earlier word stands");
    assert!(before.words.iter().any(|word| word.suspected));
    let ran = ran(&heard, &acme);
    assert_eq!(ran.lost, 1, "it counts, and is told as lost since the run of last week");
    assert_eq!(ran.board.assessment("SEC-01").unwrap().truth, crate::domain::Truth::Drifted);
    assert_eq!(ran.report.decided.len(), 1, "a probe is told once, by its last look");
    assert_eq!(ran.board.last_run.as_ref().unwrap().decided, 1);
    assert_eq!(house.looks(&acme, SCAN), ["pass", "fail", "fail"]);
    assert_eq!(house.ends(&acme), [RunEnd::Finished, RunEnd::Finished], "both looks are of one run");
}

/// A site that answers with these statuses, one after the other by the runs and looks of the test, and how it is looked at:
/// down is down for all three tries of a look.
async fn site(looks: &[bool]) -> MockServer {
    let server = MockServer::start().await;
    for is_up in looks {
        let (answer, times) = if *is_up {
            (ResponseTemplate::new(200).set_body_raw("<!doctype html><title>Acme</title>", "text/html"), 1)
        } else {
            (ResponseTemplate::new(503), 3)
        };
        Mock::given(any()).respond_with(answer).up_to_n_times(times).mount(&server).await;
    }
    server
}

/// Looks in week one, when the site is up and a person says who watches it, and in week two: what is lost then.
async fn weeks_of_a_site(looks: &[bool]) -> (House, AppName, Vec<Told>, Option<crate::domain::Assessment>) {
    let server = site(looks).await;
    let house = House::whose(System::Site, Some(&server.uri()));
    let acme = house.app("acme", |it| it.url = Some("https://acme.example/".parse().unwrap()));
    let all = wanted(&[&acme], &["site.answers"], false);
    house.quietly(&all).await;
    house
        .desk
        .state(
            &acme,
            FactBody::Attested {
                item: "OBS-03".parse().unwrap(),
                proof: Some("https://example.com/monitors".into()),
                stands_for: std::collections::BTreeSet::default(),
                saw: std::collections::BTreeSet::default(),
                founder: None,
            },
        )
        .unwrap();
    assert_eq!(house.desk.board(&acme).unwrap().assessment("OBS-03").unwrap().truth, crate::domain::Truth::Attested);
    house.later(TimeDelta::days(7));
    let mut while_waiting = None;
    let heard = house
        .rerun(&all, &CancellationToken::new(), async |it| {
            if let Told::Again { at, .. } = it {
                while_waiting = house.desk.board(&acme).unwrap().assessment("OBS-03").cloned();
                assert_eq!(*at, house.clock.now() + APART_AND_A_SECOND);
                go_on(&house, *at).await;
            }
        })
        .await;
    assert_eq!(server.received_requests().await.unwrap().len(), looks.iter().map(|up| if *up { 1 } else { 3 }).sum::<usize>());
    (house, acme, heard, while_waiting)
}

#[tokio::test]
async fn a_site_that_is_down_at_two_looks_is_lost_within_that_run() {
    let (house, acme, heard, waiting) = weeks_of_a_site(&[true, false, false]).await;
    let waiting = waiting.expect("nothing was looked at again");
    assert_eq!(waiting.truth, crate::domain::Truth::Attested, "one look is no outage");
    assert!(waiting.words.iter().any(|word| word.suspected));
    let ran = ran(&heard, &acme);
    assert_eq!((ran.lost, ran.board.assessment("OBS-03").unwrap().truth), (1, crate::domain::Truth::Drifted));
    assert_eq!(house.looks(&acme, "site.answers"), ["pass", "fail", "fail"]);
    assert_eq!(house.ends(&acme), [RunEnd::Finished, RunEnd::Finished], "both looks are of one run");
}

#[tokio::test]
async fn a_site_that_is_up_again_at_the_second_look_was_never_lost() {
    let (house, acme, heard, waiting) = weeks_of_a_site(&[true, false, true]).await;
    assert!(waiting.is_some(), "it was looked at twice");
    let ran = ran(&heard, &acme);
    assert_eq!((ran.lost, ran.board.assessment("OBS-03").unwrap().truth), (0, crate::domain::Truth::Attested));
    assert!(ran.board.assessment("OBS-03").unwrap().words.iter().all(|word| !word.suspected));
    assert_eq!(house.looks(&acme, "site.answers"), ["pass", "fail", "pass"]);
}

const APART_AND_A_SECOND: TimeDelta = TimeDelta::seconds(601);

#[tokio::test]
async fn what_recovers_before_the_second_look_never_failed() {
    let mut house = House::new();
    needs_two(&mut house, SCAN);
    let acme = house.app("acme", |_| {});
    leak(&house.tree("acme"));
    let heard = house
        .rerun(&wanted(&[&acme], &[SCAN], false), &CancellationToken::new(), async |it| {
            if let Told::Again { at, .. } = it {
                mend(&house.tree("acme"));
                go_on(&house, *at).await;
            }
        })
        .await;
    let item = ran(&heard, &acme).board.assessment("SEC-01").unwrap().clone();
    assert_eq!(item.truth, crate::domain::Truth::Verified);
    assert_eq!(house.looks(&acme, SCAN), ["fail", "pass"]);
}

#[tokio::test]
async fn who_does_not_want_to_wait_gets_the_suspicion() {
    let mut house = House::new();
    needs_two(&mut house, SCAN);
    let acme = house.app("acme", |_| {});
    leak(&house.tree("acme"));
    let hasty = Wanted { confirm: false, ..wanted(&[&acme], &[SCAN], false) };
    let heard = house.quietly(&hasty).await;
    assert!(!heard.iter().any(|it| matches!(it, Told::Again { .. })));
    assert!(ran(&heard, &acme).board.assessment("SEC-01").unwrap().words.iter().any(|word| word.suspected));
    assert_eq!(house.looks(&acme, SCAN), ["fail"]);
}

#[tokio::test]
async fn stopped_while_it_waits_it_keeps_the_suspicion_and_the_next_rerun_looks_again() {
    let mut house = House::new();
    needs_two(&mut house, SCAN);
    let acme = house.app("acme", |_| {});
    leak(&house.tree("acme"));
    let stop = CancellationToken::new();
    let all = wanted(&[&acme], &[SCAN], false);
    let heard = house
        .rerun(&all, &stop, async |it| {
            if matches!(it, Told::Again { .. }) {
                stop.cancel();
            }
        })
        .await;
    assert_eq!(ran(&heard, &acme).report.how, RunEnd::Cancelled);
    assert_eq!((house.looks(&acme, SCAN), house.ends(&acme)), (vec!["fail".to_owned()], vec![RunEnd::Cancelled]));
    house.later(TimeDelta::minutes(11));
    let next = house.quietly(&wanted(&[&acme], &[SCAN], true)).await;
    assert_eq!(due(&next, &acme), [(SCAN.to_owned(), Because::Unconfirmed)]);
    assert_eq!(ran(&next, &acme).board.assessment("SEC-01").unwrap().truth, crate::domain::Truth::Failing);
}

#[tokio::test]
async fn an_interrupted_rerun_goes_on_with_what_is_left_and_asks_nothing_twice() {
    let house = House::new();
    let names: Vec<AppName> = (0..12).map(|n| house.app(&format!("app-{n:02}"), |_| {})).collect();
    let apps: Vec<&AppName> = names.iter().collect();
    let everything = wanted(&apps, &[], true);
    let stop = CancellationToken::new();
    let mut over = 0;
    house
        .rerun(&everything, &stop, async |it| {
            if let Told::Over { ended, .. } = it {
                over += usize::from(matches!(ended.how, How::Ran(_)));
                stop.cancel();
            }
        })
        .await;
    let decided =
        |app: &AppName| house.desk.facts(app).unwrap().iter().filter(|it| matches!(it.body, FactBody::Outcome(_))).count();
    let before: usize = names.iter().map(decided).sum();
    assert!(before > 0 && over > 0, "nothing was decided before the end");
    let left = names.iter().filter(|app| decided(app) == 0).count();
    assert!(left > 0, "it was not interrupted");
    let heard = house.quietly(&everything).await;
    let asked: usize = names.iter().map(|app| due(&heard, app).len()).sum();
    let after: usize = names.iter().map(decided).sum();
    assert_eq!(after, before + asked, "each due probe got its outcome");
    for app in &names {
        let mut looks: BTreeMap<ProbeId, usize> = BTreeMap::new();
        for fact in house.desk.facts(app).unwrap() {
            if let FactBody::Outcome(it) = fact.body {
                *looks.entry(it.probe).or_default() += 1;
            }
        }
        assert!(looks.len() > 20, "{app} was not looked at: {looks:?}");
        assert!(looks.values().all(|n| *n == 1), "{app}: asked twice: {looks:?}");
    }
    let third = house.quietly(&everything).await;
    assert!(names.iter().all(|app| due(&third, app).is_empty()), "nothing is due any more");
}

#[tokio::test]
async fn a_closed_system_keeps_only_its_own_probes_waiting_and_nobody_asks_it_meanwhile() {
    let server = MockServer::start().await;
    let closed = ResponseTemplate::new(429).insert_header("retry-after", "300");
    Mock::given(any()).respond_with(closed).up_to_n_times(1).mount(&server).await;
    Mock::given(any()).respond_with(ResponseTemplate::new(401)).mount(&server).await;
    let house = House::with(Some(&server.uri()));
    let acme = house.app("acme", |it| {
        it.providers.insert(System::Openai);
        it.openai_project = Some("proj_acme".into());
        it.ceilings.insert(System::Openai, 100);
    });
    let shop = house.app("shop", |_| {});
    let both = wanted(&[&acme, &shop], &[SCAN, "openai"], false);
    let mut meanwhile = None;
    let heard = house
        .rerun(&both, &CancellationToken::new(), async |it| {
            if let Told::Waits { app, system, until, .. } = it {
                assert_eq!((app, *system, *until), (&acme, System::Openai, house.clock.now() + TimeDelta::seconds(300)));
                let asked = async || server.received_requests().await.unwrap().len();
                let before = asked().await;
                // The other app goes on meanwhile; five minutes must not pass in the middle of its look.
                while house.ends(&shop).is_empty() {
                    tokio::task::yield_now().await;
                }
                // The rest of the app is decided already, and no request has gone out since the refusal.
                meanwhile = Some((house.looks(&acme, SCAN), asked().await - before));
                go_on(&house, *until).await;
            }
        })
        .await;
    let (scanned, asked) = meanwhile.expect("nobody waited");
    assert_eq!((scanned, asked), (vec!["pass".to_owned()], 0));
    let gaps: Vec<GapKind> = house
        .desk
        .facts(&acme)
        .unwrap()
        .iter()
        .filter_map(|fact| match &fact.body {
            FactBody::Outcome(it) if it.probe.as_str().starts_with("openai.") => it.verdict.outcome.gap().map(|gap| gap.kind),
            _ => None,
        })
        .collect();
    assert_eq!(gaps, [GapKind::RateLimited, GapKind::BadCredential], "it was asked again once the door was open");
    assert_eq!(house.ends(&acme), [RunEnd::Finished], "in one run");
    assert_eq!(ran(&heard, &shop).report.decided.len(), 1);
}

#[tokio::test]
async fn what_is_closed_for_longer_than_anybody_waits_keeps_its_gap() {
    let server = MockServer::start().await;
    let closed = ResponseTemplate::new(429).insert_header("retry-after", "7200");
    Mock::given(any()).respond_with(closed).mount(&server).await;
    let house = House::with(Some(&server.uri()));
    let acme = house.app("acme", |it| {
        it.providers.insert(System::Openai);
        it.ceilings.insert(System::Openai, 100);
    });
    let heard = house.quietly(&wanted(&[&acme], &["openai"], false)).await;
    assert!(!heard.iter().any(|it| matches!(it, Told::Waits { .. })));
    let decided = &ran(&heard, &acme).report.decided;
    assert!(!decided.is_empty());
    assert!(decided.iter().all(|(_, verdict, ..)| verdict.outcome.gap().is_some_and(|gap| gap.kind == GapKind::RateLimited)));
    let again = house.quietly(&wanted(&[&acme], &["openai"], true)).await;
    assert!(due(&again, &acme).is_empty(), "asking again before that moment is for nothing");
    house.later(TimeDelta::hours(5));
    let again = house.quietly(&wanted(&[&acme], &["openai"], true)).await;
    assert!(due(&again, &acme).iter().all(|(_, because)| *because == Because::Gap(GapKind::RateLimited)));
    assert_eq!(due(&again, &acme).len(), decided.len());
}

#[tokio::test]
async fn where_nobody_waits_a_closed_system_is_a_gap_with_its_moment() {
    let server = MockServer::start().await;
    let closed = ResponseTemplate::new(429).insert_header("retry-after", "300");
    Mock::given(any()).respond_with(closed).mount(&server).await;
    let house = House::with(Some(&server.uri()));
    let acme = house.app("acme", |it| {
        it.providers.insert(System::Openai);
        it.ceilings.insert(System::Openai, 100);
    });
    let hasty = Wanted { wait: false, ..wanted(&[&acme], &[SCAN, "openai"], false) };
    // Once when it is turned away in the middle, and once when it is known to be closed.
    for _ in 0..2 {
        let heard = house.quietly(&hasty).await;
        assert!(!heard.iter().any(|it| matches!(it, Told::Waits { .. })));
        let decided = &ran(&heard, &acme).report.decided;
        let gaps: Vec<&crate::domain::Gap> = decided.iter().filter_map(|(_, verdict, ..)| verdict.outcome.gap()).collect();
        let closed = gaps.iter().filter(|gap| gap.kind == GapKind::RateLimited);
        assert!(closed.clone().count() > 0 && closed.clone().all(|gap| gap.until.is_some()), "{gaps:?}");
        assert!(decided.iter().any(|(probe, ..)| probe.as_str() == SCAN), "the others are decided all the same");
    }
    assert_eq!(house.ends(&acme), [RunEnd::Finished, RunEnd::Finished]);
}

#[test]
fn a_run_is_believed_for_longer_than_its_waits_may_take() {
    // The waits, a second look, and the probes themselves.
    let longest = LONGEST_WAIT * i32::from(MOST_WAITS) + TimeDelta::minutes(30);
    assert!(crate::store::LONGEST_ELSEWHERE > longest);
}

#[tokio::test]
async fn a_trouble_of_one_app_ends_no_other() {
    let house = House::new();
    let (broken, open, well) = (house.app("broken", |_| {}), house.app("open", |_| {}), house.app("well", |_| {}));
    let id = house.desk.id(&open).unwrap();
    let run = house.desk.store.new_run_id().unwrap();
    house.desk.store.begin_run(id, run, &Holder::of_process(), &[]).unwrap();
    let raw = rusqlite::Connection::open(house.desk.database()).unwrap();
    let id = house.desk.id(&broken).unwrap();
    raw.execute(
        "UPDATE fact SET body = '{}' WHERE app = (SELECT number FROM app WHERE id = ?1) AND kind = 'checklist_adopted'",
        [id.0.as_bytes().as_slice()],
    )
    .unwrap();
    let heard = house.quietly(&wanted(&[&broken, &open, &well], &[SCAN], false)).await;
    let how = |app: &AppName| {
        heard.iter().find_map(|it| match it {
            Told::Over { app: of, ended } if of == app => Some(&ended.how),
            _ => None,
        })
    };
    assert!(
        matches!(how(&broken), Some(How::Failed(trouble)) if trouble.what.as_str().contains("cannot be read")),
        "{:?}",
        how(&broken)
    );
    assert!(matches!(how(&open), Some(How::OpenElsewhere { pid, .. }) if *pid == std::process::id()), "{:?}", how(&open));
    assert!(house.looks(&open, SCAN).is_empty());
    assert!(ran(&heard, &well).report.decided.iter().all(|(_, verdict, ..)| verdict.outcome == Outcome::Pass));
}

#[tokio::test]
async fn a_commit_since_the_last_look_makes_due_what_reads_the_repository() {
    let house = House::new();
    let acme = house.app("acme", |_| {});
    let tree = house.tree("acme");
    let git = |arguments: &[&str]| {
        let mut git = std::process::Command::new("git");
        git.args(["-c", "user.name=Tester", "-c", "user.email=tester@example.com"]).args(arguments).current_dir(&tree);
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        assert!(git.output().unwrap().status.success(), "{arguments:?}");
    };
    git(&["init", "--quiet", "--initial-branch=main"]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "-m", "One"]);
    let due_now = wanted(&[&acme], &[SCAN], true);
    let first = house.quietly(&due_now).await;
    assert_eq!(due(&first, &acme), [(SCAN.to_owned(), Because::NeverLooked)]);
    house.later(TimeDelta::hours(1));
    assert!(due(&house.quietly(&due_now).await, &acme).is_empty());
    assert!(!house.desk.portfolio(false).unwrap()[0].when.watched.is_empty());
    git(&["commit", "--quiet", "--allow-empty", "-m", "Two"]);
    house.later(TimeDelta::hours(1));
    let would = house.desk.would_rerun(&acme, &due_now).await.unwrap();
    assert!(would.probes.is_empty() && !would.watched.is_empty(), "a dry run looks at nothing");
    let third = house.quietly(&due_now).await;
    assert_eq!(due(&third, &acme), [(SCAN.to_owned(), Because::Changed(crate::schedule::Watch::Checkout))]);
    house.later(TimeDelta::hours(1));
    assert!(due(&house.quietly(&due_now).await, &acme).is_empty(), "that was seen");
    std::fs::remove_dir_all(&tree).unwrap();
    let gone = house.quietly(&due_now).await;
    let checks = gone.iter().find_map(|it| match it {
        Told::Over { ended, .. } => Some(&ended.checks),
        _ => None,
    });
    let [check] = checks.unwrap().as_slice() else { panic!("{gone:?}") };
    assert!(matches!(&check.saw, crate::desk::due::Saw::Nothing(gap) if gap.needs.is_some()), "{check:?}");
    assert!(due(&gone, &acme).is_empty(), "what could not be seen makes nothing due, and is not called unchanged");
}

#[tokio::test]
async fn the_portfolio_and_the_rerun_mean_the_same_by_due() {
    let house = House::new();
    let (acme, bare) = (house.app("acme", |_| {}), house.app("bare", |it| it.path = None));
    let rows = || house.desk.portfolio(false).unwrap().into_iter().map(|row| (row.name, row.due)).collect::<Vec<_>>();
    assert_eq!(rows(), [(acme.clone(), true), (bare.clone(), false)], "what cannot be asked is not due");
    let everything = wanted(&[&acme, &bare], &[], true);
    let heard = house.quietly(&everything).await;
    assert!(!due(&heard, &acme).is_empty() && due(&heard, &bare).is_empty());
    assert_eq!(rows(), [(acme.clone(), false), (bare.clone(), false)]);
    for _ in 0..40 {
        house.later(TimeDelta::hours(6));
        let is_due = rows()[0].1;
        let would = house.desk.would_rerun(&acme, &everything).await.unwrap();
        assert_eq!(is_due, !would.due.is_empty(), "at {}", house.clock.now());
    }
    assert!(rows()[0].1, "a week passed");
}
