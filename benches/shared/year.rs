//! A home of many apps with a past: the facts that weekly runs of every probe leave, made up and stored at once.

use rescue::clock::SetClock;
use rescue::config::Paths;
use rescue::domain::fact::RunEnd;
use rescue::domain::{AppSettings, Author, Fact, FactBody, FactId, Foreign, Gap, GapKind, OutcomeFact, ProbeId, RunId, Verdict};
use rescue::store::{Carried, Store};
use std::collections::BTreeMap;
use std::path::Path;

/// So many apps with so many weekly runs of every probe each, stored in a home; how many facts that are.
pub fn portfolio(home: &Path, apps: usize, weeks: i64) -> usize {
    let now = chrono::Utc::now();
    let store = Store::open(&Paths::in_home(home), SetClock::at(now), "bench").unwrap();
    let text = rescue::checklist::embedded();
    let digest = rescue::domain::Digest::of(text);
    let probes: Vec<ProbeId> = rescue::probes::all().map(|probe| probe.meta().id.parse().unwrap()).collect();
    let mut total = 0;
    for n in 0..apps {
        let start = now - chrono::TimeDelta::weeks(weeks);
        // Each stands in another week of its engagement, whatever its past.
        let began = now - chrono::TimeDelta::weeks(i64::try_from(n % 8).unwrap());
        let mut settings = AppSettings::new(format!("app-{n:03}").parse().unwrap(), began.date_naive());
        settings.title = Foreign::new(format!("App {n}"));
        settings.github = Some("acme/shop".parse().unwrap());
        settings.supabase = Some("abcdefghijklmnopqrst".parse().unwrap());
        settings.vercel = Some("acme/shop".parse().unwrap());
        settings.providers.extend([rescue::domain::System::Openai, rescue::domain::System::Openrouter]);
        let mut facts = Vec::new();
        let mut add = |at, body| {
            let id = FactId(uuid::Uuid::now_v7());
            facts.push(Fact { id, at, by: Author::Tool("bench".to_owned()), body });
        };
        add(start, FactBody::Settings { settings: Box::new(settings.clone()) });
        add(start, FactBody::ChecklistAdopted { checklist: digest.clone(), version: "1".to_owned() });
        for week in 0..weeks {
            let at = start + chrono::TimeDelta::weeks(week) + chrono::TimeDelta::hours(i64::try_from(n % 24).unwrap());
            let run = RunId(uuid::Uuid::now_v7());
            add(at, FactBody::RunStarted { run, probes: probes.clone() });
            for (index, probe) in probes.iter().enumerate() {
                let system = rescue::probes::find(probe.as_str()).unwrap().meta().system;
                let verdict = match (index + usize::try_from(week).unwrap() + n) % 7 {
                    0 if n % 10 > 0 => Verdict::fail("It is not so", Vec::new()),
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
                add(at + chrono::TimeDelta::seconds(1), FactBody::Outcome(Box::new(outcome)));
            }
            add(at + chrono::TimeDelta::seconds(2), FactBody::RunEnded { run, how: RunEnd::Finished });
        }
        total += facts.len();
        let carried = Carried {
            facts,
            checklists: BTreeMap::from([(digest.clone(), text.to_owned())]),
            observations: BTreeMap::new(),
            snapshots: BTreeMap::new(),
        };
        store.put_down(&settings.name, &carried).unwrap();
    }
    total
}
