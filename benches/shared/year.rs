//! An invented app with a year of weekly runs of every probe, as the benches need it. It opens no store and reads no clock.

use chrono::{DateTime, TimeDelta, Utc};
use rescue::domain::fact::RunEnd;
use rescue::domain::{
    AppName, AppSettings, Author, Digest, Fact, FactBody, FactId, Foreign, Gap, GapKind, OutcomeFact, ProbeId, RunId, System,
    Verdict,
};
use rescue::store::Carried;
use std::collections::BTreeMap;

/// How many weekly runs a year has.
pub const WEEKS: i64 = 52;

/// The app of that number, a year old at `now`: of seven outcomes one is a fail and one saw nothing, others each week.
pub fn app(number: usize, now: DateTime<Utc>) -> (AppName, Carried) {
    let text = rescue::checklist::embedded();
    let digest = Digest::of(text);
    let probes: Vec<ProbeId> = rescue::probes::all().map(|probe| probe.meta().id.parse().unwrap()).collect();
    let start = now - TimeDelta::weeks(WEEKS);
    let mut settings = AppSettings::new(format!("app-{number:03}").parse().unwrap(), start.date_naive());
    settings.title = Foreign::new(format!("App {number}"));
    settings.github = Some("acme/shop".parse().unwrap());
    settings.supabase = Some("abcdefghijklmnopqrst".parse().unwrap());
    settings.vercel = Some("acme/shop".parse().unwrap());
    settings.providers.extend([System::Openai, System::Openrouter]);
    let mut facts = Vec::new();
    let mut add = |at, body| {
        let id = FactId(uuid::Uuid::now_v7());
        facts.push(Fact { id, at, by: Author::Tool("bench".into()), body });
    };
    add(start, FactBody::Settings { settings: Box::new(settings.clone()) });
    add(start, FactBody::ChecklistAdopted { checklist: digest.clone(), version: "1".to_owned() });
    for week in 0..WEEKS {
        let at = start + TimeDelta::weeks(week) + TimeDelta::hours(i64::try_from(number % 24).unwrap());
        let run = RunId(uuid::Uuid::now_v7());
        add(at, FactBody::RunStarted { run, probes: probes.clone() });
        for (index, probe) in probes.iter().enumerate() {
            let system = rescue::probes::find(probe.as_str()).unwrap().meta().system;
            let verdict = match (index + usize::try_from(week).unwrap() + number) % 7 {
                0 => Verdict::fail("It is not so", Vec::new()),
                1 => Verdict::undecided(Gap::new(GapKind::TimedOut, system, "It did not answer")),
                _ => Verdict::pass("It is so, seen whole"),
            };
            let outcome = OutcomeFact {
                run,
                probe: probe.clone(),
                revision: 1,
                subject: settings.subject(system).unwrap_or_default(),
                settings: digest.clone(),
                observation: None,
                verdict,
                ms: 120,
                requests: 2,
            };
            add(at + TimeDelta::seconds(1), FactBody::Outcome(Box::new(outcome)));
        }
        add(at + TimeDelta::seconds(2), FactBody::RunEnded { run, how: RunEnd::Finished });
    }
    let carried = Carried {
        facts,
        checklists: BTreeMap::from([(digest, text.to_owned())]),
        observations: BTreeMap::new(),
        thinned: BTreeMap::new(),
        snapshots: BTreeMap::new(),
        apart: BTreeMap::new(),
    };
    (settings.name, carried)
}
