//! A home of many apps with a year of weekly runs, for the benches of size and of the portfolio. What the probes saw and
//! said is what the demo's probes really saw and said in its three weeks, every probe that the built-in checklist asks of it;
//! what differs from week to week in a client's repository (commits, moments) differs here, in three weeks of five; of what
//! was said the newest commits differ, which places are given in. Written through the store's own writer; the same apps each
//! time.

use chrono::{DateTime, TimeDelta, Utc};
use rescue::clock::SetClock;
use rescue::config::Paths;
use rescue::demo::stage::Stage;
use rescue::demo::stand_in::Thinking;
use rescue::domain::fact::RunEnd;
use rescue::domain::{AppSettings, Author, Digest, Fact, FactBody, FactId, Foreign, OutcomeFact, ProbeId, RunId, Verdict};
use rescue::store::{Carried, Store};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

/// How many weekly runs a year has.
pub const WEEKS: i64 = 52;

/// The home with so many apps, made where it is not there yet; how many facts were written.
pub fn home(home: &Path, apps: usize, now: DateTime<Utc>) -> usize {
    let store = Store::open(&Paths::in_home(home), SetClock::at(now), "bench").unwrap();
    let known = store.apps().unwrap().len();
    assert!(known == 0 || known == apps, "{} holds {known} apps, and {apps} are wanted", home.display());
    if known == apps {
        return 0;
    }
    let told = story();
    (0..apps).map(|app| live(&store, app, &told, now)).sum()
}

/// What a probe found out, and what it saw.
type Look = (OutcomeFact, Option<String>);

/// The demo's app, and its three weeks probe by probe.
struct Story {
    settings: AppSettings,
    weeks: Vec<Vec<Look>>,
}

fn story() -> Story {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let stage = Stage::build(Thinking::Not).await.unwrap();
        let mut weeks = Vec::new();
        for week in 0..3 {
            if week > 0 {
                stage.next_week().await.unwrap();
            }
            let known = stage.desk.facts(stage.app()).unwrap().len();
            let (tell, _told) = tokio::sync::mpsc::unbounded_channel();
            stage.run(tell, tokio_util::sync::CancellationToken::new()).await.unwrap();
            let mut looks: Vec<Look> = Vec::new();
            for fact in stage.desk.facts(stage.app()).unwrap().into_iter().skip(known) {
                if let FactBody::Outcome(outcome) = fact.body {
                    let seen = outcome.observation.as_ref().and_then(|it| stage.desk.store.observation(it).unwrap());
                    looks.push((*outcome, seen.map(|it| it.to_string())));
                }
            }
            looks.sort_by_key(|(outcome, _)| outcome.probe.clone());
            weeks.push(looks);
        }
        Story { settings: stage.desk.settings(stage.app()).unwrap(), weeks }
    })
}

/// One app's year; how many facts that is.
fn live(store: &Store, app: usize, told: &Story, now: DateTime<Utc>) -> usize {
    let start = now - TimeDelta::weeks(WEEKS);
    let settings = AppSettings {
        name: format!("app-{app:03}").parse().unwrap(),
        title: Foreign::new(format!("App {app}")),
        path: Some(format!("/home/ana/clients/app-{app:03}").into()),
        github: Some(format!("acme-{app}/shop").parse().unwrap()),
        supabase: Some(project(&format!("{app} production")).parse().unwrap()),
        staging: Some(project(&format!("{app} staging")).parse().unwrap()),
        start: start.date_naive(),
        live_since: Some(start.date_naive()),
        ..told.settings.clone()
    };
    let text = rescue::checklist::embedded();
    let digest = Digest::of(text);
    let mut carried = Carried {
        facts: Vec::new(),
        checklists: BTreeMap::from([(digest.clone(), text.to_owned())]),
        observations: BTreeMap::new(),
        thinned: BTreeMap::new(),
        snapshots: BTreeMap::new(),
        apart: BTreeMap::new(),
    };
    let mut last = uuid::Uuid::nil();
    // As the store makes them: of its moment, and greater than the one before.
    let mut fact = |at: DateTime<Utc>, body| {
        let fresh = of_moment(at, &format!("a fact of {app}"));
        last = if last >= fresh { uuid::Uuid::from_u128(last.as_u128() + 1) } else { fresh };
        Fact { id: FactId(last), at, by: Author::Tool("0.1.0".into()), body }
    };
    carried.facts.push(fact(start, FactBody::Settings { settings: Box::new(settings.clone()) }));
    carried.facts.push(fact(start, FactBody::ChecklistAdopted { checklist: digest, version: "1".to_owned() }));
    let of = Digest::of(&serde_json::to_string(&settings).unwrap());
    let mut pushed = 0;
    for week in 0..WEEKS {
        let at = start + TimeDelta::weeks(week) + TimeDelta::hours(i64::try_from(app % 24).unwrap());
        let run = RunId(of_moment(at, &format!("a run of {app}")));
        // The first two weeks are the app as it was taken on; one week of seventeen something is lost.
        let chapter = if week < 2 {
            0
        } else if (week + i64::try_from(app).unwrap()) % 17 == 0 {
            2
        } else {
            1
        };
        if (week * 7 + i64::try_from(app).unwrap()) % 5 < 3 {
            pushed = week;
        }
        let looks = told.weeks.get(chapter).unwrap();
        let newest = newest_commits(looks);
        let probes: Vec<ProbeId> = looks.iter().map(|(it, _)| it.probe.clone()).collect();
        carried.facts.push(fact(at, FactBody::RunStarted { run, probes }));
        for (number, (look, seen)) in looks.iter().enumerate() {
            let seen = seen.as_ref().map(|it| moved(it, app, pushed, start));
            let seen: Option<serde_json::Value> = seen.map(|it| serde_json::from_str(&it).unwrap());
            let observation = seen.as_ref().map(|it| Digest::of(&it.to_string()));
            let subject = settings.subject(rescue::probes::find(look.probe.as_str()).unwrap().meta().system).unwrap_or_default();
            let outcome = OutcomeFact {
                run,
                observation: observation.clone(),
                subject,
                settings: of.clone(),
                ms: 40 + number as u64,
                verdict: pushed_on(&look.verdict, &newest, &commit(app, pushed)),
                ..look.clone()
            };
            if let (Some(digest), Some(seen)) = (observation, seen) {
                carried.observations.insert(digest, seen);
            }
            let at = at + TimeDelta::microseconds(1_000_000 + 23_457 * i64::try_from(number).unwrap());
            carried.facts.push(fact(at, FactBody::Outcome(Box::new(outcome))));
        }
        carried.facts.push(fact(at + TimeDelta::seconds(9), FactBody::RunEnded { run, how: RunEnd::Finished }));
    }
    store.put_down(&settings.name, &carried).unwrap();
    carried.facts.len()
}

/// A UUIDv7 of that moment; its random part is the same each time.
fn of_moment(at: DateTime<Utc>, of: &str) -> uuid::Uuid {
    let digits = Digest::of(&format!("{at} {of}")).0;
    let random = u128::from_str_radix(digits.get(..32).unwrap(), 16).unwrap().to_be_bytes();
    let millis = u64::try_from(at.timestamp_millis()).unwrap();
    uuid::Builder::from_unix_timestamp_millis(millis, random.first_chunk().unwrap()).into_uuid()
}

/// A project's reference at Supabase: twenty letters, the same each time.
fn project(of: &str) -> String {
    let letters = Digest::of(of).0.into_bytes().into_iter().map(|it| if it.is_ascii_digit() { it - b'0' + b'k' } else { it });
    letters.take(20).map(char::from).collect()
}

static COMMIT: LazyLock<regex::Regex> = LazyLock::new(|| regex::Regex::new("[0-9a-f]{40}").unwrap());

/// The newest commit of an app after a push.
fn commit(app: usize, pushed: i64) -> String {
    Digest::of(&format!("{app} {pushed}")).0.chars().take(40).collect()
}

/// The newest commits of that week, in the checkout and at the code host: those that many probes saw.
fn newest_commits(looks: &[Look]) -> BTreeSet<String> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for text in looks.iter().filter_map(|(_, text)| text.as_deref()) {
        let once: BTreeSet<&str> = COMMIT.find_iter(text).map(|it| it.as_str()).collect();
        for it in once {
            *seen.entry(it).or_default() += 1;
        }
    }
    seen.into_iter().filter(|(_, count)| *count >= 10).map(|(commit, _)| commit.to_owned()).collect()
}

/// What was said, after another push: places are given in the newest commit.
fn pushed_on(verdict: &Verdict, newest: &BTreeSet<String>, commit: &str) -> Verdict {
    let text = serde_json::to_string(verdict).unwrap();
    let text = newest.iter().fold(text, |text, known| text.replace(known, commit));
    serde_json::from_str(&text).unwrap()
}

/// What was seen, of another app and after another push: commits and moments are theirs.
fn moved(seen: &str, app: usize, pushed: i64, start: DateTime<Utc>) -> String {
    static MOMENT: LazyLock<regex::Regex> =
        LazyLock::new(|| regex::Regex::new(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z").unwrap());
    let commit = commit(app, pushed);
    let at = start + TimeDelta::weeks(pushed) - TimeDelta::minutes(i64::try_from(app % 1_000).unwrap());
    let at = at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    MOMENT.replace_all(&COMMIT.replace_all(seen, commit.as_str()), at.as_str()).into_owned()
}
