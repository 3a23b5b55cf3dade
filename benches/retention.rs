//! The size of a portfolio of five hundred apps with a year of weekly runs of forty probes, before and after thinning. What
//! the probes saw and said is what the demo's probes really saw and said in its three weeks; what differs from week to week
//! in a client's repository (commits, moments) differs here, in three weeks of five. `cargo bench --bench retention`;
//! `RESCUE_BENCH_APPS=20` makes it smaller. Nothing here decides a test.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a bench makes its own data, prints its figures and may stop when it is wrong"
)]

use chrono::{DateTime, TimeDelta, Utc};
use rescue::clock::SetClock;
use rescue::config::{Configuration, Endpoints, Environment, Paths};
use rescue::credentials::Chain;
use rescue::demo::stage::Stage;
use rescue::demo::stand_in::Thinking;
use rescue::desk::Desk;
use rescue::domain::fact::RunEnd;
use rescue::domain::{AppSettings, Author, Digest, Fact, FactBody, FactId, Foreign, OutcomeFact, ProbeId, Retention, RunId};
use rescue::store::{Carried, Compacted};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

const PROBES: usize = 40;
const WEEKS: i64 = 52;

fn main() {
    // `cargo test --benches` calls it too; figures are made only when asked for.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let apps = std::env::var("RESCUE_BENCH_APPS").ok().and_then(|it| it.parse().ok()).unwrap_or(500);
    let story = story();
    let home = tempfile::tempdir().unwrap();
    let now: DateTime<Utc> = "2026-11-23T09:00:00Z".parse().unwrap();
    let nothing: [(String, String); 0] = [];
    let desk = Desk::with(
        Paths::in_home(home.path()),
        Configuration::default(),
        Endpoints::from_environment(&Environment::of(nothing)).unwrap(),
        Chain::given(BTreeMap::new()),
        Box::new(|| Author::Person("Sam".into())),
        SetClock::at(now),
    )
    .unwrap();
    for app in 0..apps {
        live(&desk, app, &story, now);
    }
    println!("| what | figure |\n|---|---|");
    let before = size(home.path());
    let holdings = desk.holdings().unwrap();
    let outcomes = holdings.facts.get("outcome").copied().unwrap_or(0);
    println!("| {apps} apps with a year of weekly runs of {PROBES} probes: outcomes | {outcomes} |");
    println!("| distinct things said | {} ({:.1} MB) |", holdings.said.rows, holdings.said.bytes as f64 / 1e6);
    println!("| observations | {} ({:.1} MB) |", holdings.observations.rows, holdings.observations.bytes as f64 / 1e6);
    println!("| database | {:.1} MB, {:.0} bytes an outcome |", before / 1e6, before / outcomes as f64);
    let began = Instant::now();
    let planned = desk.plan_thinning(Retention::default(), None).unwrap();
    println!("| working out what may go | {:.1} s |", began.elapsed().as_secs_f64());
    let began = Instant::now();
    let done = desk.thin(&planned, &|| false).unwrap();
    println!(
        "| letting {} observations go and writing the file anew | {:.1} s |",
        done.gone.observations,
        began.elapsed().as_secs_f64()
    );
    assert!(matches!(done.compacted, Compacted::Done { .. }), "{:?}", done.compacted);
    let after = size(home.path());
    println!("| as old and kept, because something rests on them | {} |", planned.resting);
    println!("| database after thinning what is {} | {:.1} MB |", planned.rule, after / 1e6);
    assert_eq!(desk.check_database().unwrap(), []);
}

fn size(home: &Path) -> f64 {
    let data = std::fs::read_dir(home.join("data")).unwrap().map(|it| it.unwrap());
    data.filter(|it| it.file_name().to_string_lossy().starts_with("rescue.db"))
        .map(|it| it.metadata().unwrap().len() as f64)
        .sum()
}

/// What a probe found out, and what it saw.
type Look = (OutcomeFact, Option<String>);

/// The demo's three weeks, probe by probe.
fn story() -> Vec<Vec<Look>> {
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
            // Every third is left out, so that all systems are among the forty.
            let all = looks.len();
            let chosen =
                looks.into_iter().enumerate().filter(|(n, _)| (n + 1) * PROBES / all > n * PROBES / all).map(|(_, it)| it);
            weeks.push(chosen.collect());
        }
        weeks
    })
}

/// One app's year.
fn live(desk: &Desk, app: usize, story: &[Vec<Look>], now: DateTime<Utc>) {
    let start = now - TimeDelta::weeks(WEEKS);
    let mut settings = AppSettings::new(format!("app-{app:03}").parse().unwrap(), start.date_naive());
    settings.title = Foreign::new(format!("App {app}"));
    settings.github = Some(format!("acme-{app}/shop").parse().unwrap());
    settings.supabase = Some("abcdefghijklmnopqrst".parse().unwrap());
    settings.vercel = Some("acme/shop".parse().unwrap());
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
    let fact = |at, body| Fact { id: FactId(uuid::Uuid::now_v7()), at, by: Author::Tool("0.1.0".to_owned()), body };
    carried.facts.push(fact(start, FactBody::Settings { settings: Box::new(settings.clone()) }));
    carried.facts.push(fact(start, FactBody::ChecklistAdopted { checklist: digest, version: "1".to_owned() }));
    let of = Digest::of(&serde_json::to_string(&settings).unwrap());
    let mut pushed = 0;
    for week in 0..WEEKS {
        let at = start + TimeDelta::weeks(week) + TimeDelta::hours(i64::try_from(app % 24).unwrap());
        let run = RunId(uuid::Uuid::now_v7());
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
        let looks = story.get(chapter).unwrap();
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
                ..look.clone()
            };
            if let (Some(digest), Some(seen)) = (observation, seen) {
                carried.observations.insert(digest, seen);
            }
            carried.facts.push(fact(at + TimeDelta::seconds(1), FactBody::Outcome(Box::new(outcome))));
        }
        carried.facts.push(fact(at + TimeDelta::seconds(2), FactBody::RunEnded { run, how: RunEnd::Finished }));
    }
    desk.store.put_down(&settings.name, &carried).unwrap();
}

/// What was seen, of another app and after another push: commits and moments are theirs.
fn moved(seen: &str, app: usize, pushed: i64, start: DateTime<Utc>) -> String {
    static COMMIT: std::sync::LazyLock<regex::Regex> = std::sync::LazyLock::new(|| regex::Regex::new("[0-9a-f]{40}").unwrap());
    static MOMENT: std::sync::LazyLock<regex::Regex> =
        std::sync::LazyLock::new(|| regex::Regex::new(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z").unwrap());
    let commit: String = Digest::of(&format!("{app} {pushed}")).0.chars().take(40).collect();
    let at = start + TimeDelta::weeks(pushed) - TimeDelta::minutes(i64::try_from(app % 1_000).unwrap());
    let at = at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    MOMENT.replace_all(&COMMIT.replace_all(seen, commit.as_str()), at.as_str()).into_owned()
}
