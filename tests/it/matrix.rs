//! Every probe of GitHub against every kind of repository with every kind of token, as one table that is compared with
//! `matrix/github.txt`; and how many requests a run of all probes makes. No cell is a pass where the token could not see.

mod stand_in;

use crate::contracts;
use crate::server::Asked;
use rescue::domain::{AppSettings, Gap, GapKind, System};
use rescue::probes::github::TABLE;
use stand_in::{Answered, Hub, Kind, Token, sight};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// What each probe of GitHub says: the outcome, or the kind of the gap.
async fn words(hub: &Hub, settings: &AppSettings) -> BTreeMap<&'static str, String> {
    let sight = sight(hub, settings, None);
    let looks = TABLE.iter().map(|probe| async {
        let verdict = probe.look(&sight).await.verdict;
        let says = verdict.outcome.gap().map_or_else(|| verdict.outcome.word().to_owned(), |gap| gap.kind.to_string());
        if let Some(Gap { needs: None, .. }) = verdict.outcome.gap() {
            panic!("{}: a gap without a step: {verdict:?}", probe.meta().id);
        }
        (probe.meta().id, says)
    });
    futures_util::future::join_all(looks).await.into_iter().collect()
}

fn settings() -> AppSettings {
    let mut settings = AppSettings::new("acme-shop".parse().unwrap(), stand_in::now().date_naive());
    settings.github = Some("acme/shop".parse().unwrap());
    settings
}

/// Whether the request is one that the client lists, with no other parameter than it lists.
fn is_listed(asked: &Asked) -> bool {
    let path = asked.path.strip_prefix("/api/v3").unwrap_or(&asked.path);
    rescue::systems::github::requests().iter().any(|(template, query)| {
        let (given, wanted): (Vec<&str>, Vec<&str>) = (path.split('/').collect(), template.split('/').collect());
        given.len() == wanted.len()
            && given.iter().zip(&wanted).all(|(given, wanted)| wanted.starts_with('{') || given == wanted)
            && asked.query.keys().all(|name| query.iter().any(|(listed, _)| listed == name))
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn every_probe_says_what_it_could_see() {
    let mut table = String::new();
    let mut answered: Vec<Answered> = Vec::new();
    for kind in Kind::ALL {
        let mut columns = Vec::new();
        for token in Token::ALL {
            let hub = Hub::start(kind, token);
            let words = words(&hub, &settings()).await;
            for asked in hub.server.asked() {
                assert!(is_listed(&asked), "{kind:?} {token:?}: {asked:?} is not listed");
            }
            answered.extend(hub.answered());
            let only = match token {
                Token::None => Some(GapKind::NoCredential),
                Token::Expired => Some(GapKind::BadCredential),
                Token::Primary | Token::Secondary => Some(GapKind::RateLimited),
                Token::FineGrained | Token::Classic => None,
            };
            if let Some(only) = only {
                assert!(words.values().all(|it| *it == only.to_string()), "{kind:?} {token:?}: {words:#?}");
            }
            columns.push(words);
        }
        writeln!(table, "{}", kind.words()).unwrap();
        write!(table, "{:32}", "").unwrap();
        for token in &Token::ALL {
            write!(table, "{:18}", token.words()).unwrap();
        }
        table.push('\n');
        for probe in TABLE {
            let id = probe.meta().id;
            write!(table, "  {id:30}").unwrap();
            for words in &columns {
                write!(table, "{:18}", words[id]).unwrap();
            }
            table.push('\n');
        }
        table.push('\n');
    }
    let table: String = table.lines().map(|line| line.trim_end().to_owned() + "\n").collect();
    println_table(&table);
    contracts::assert_valid("github", &answered.into_iter().map(|it| (it.template, it.status, it.body)).collect::<Vec<_>>());
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/matrix/github.txt");
    if std::env::var_os("RESCUE_WRITE_MATRIX").is_some() {
        std::fs::write(path, &table).unwrap();
    }
    pretty_assertions::assert_eq!(table, std::fs::read_to_string(path).unwrap());
}

#[expect(clippy::print_stdout, reason = "the table is what this test shows")]
fn println_table(table: &str) {
    println!("{table}");
}

/// Requests of a first run of every probe that there is, and those of a rerun that count against GitHub's limit.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_all_probes_stays_within_its_requests() {
    let hub = Hub::start(Kind::Organisation, Token::Classic);
    let shelf = stand_in::Shelf::shared();
    let mut counted = Vec::new();
    for _ in 0..2 {
        let before = hub.counted();
        let scratch = tempfile::tempdir().unwrap();
        let mut sight = sight(&hub, &settings(), Some(shelf.clone()));
        sight.scratch = std::sync::Arc::new(scratch.path().to_owned());
        let all = rescue::probes::all().filter(|probe| probe.meta().id != "scan.history");
        futures_util::future::join_all(all.map(|probe| probe.look(&sight))).await;
        counted.push(hub.counted() - before);
    }
    let paths: Vec<String> = hub.server.asked().into_iter().map(|it| format!("{} {:?}", it.path, it.query)).collect();
    assert!(counted[0] > 20 && counted[0] <= 40, "{counted:?}: {paths:#?}");
    assert!(counted[1] <= 15, "{counted:?}: {paths:#?}");
    // Each is asked once in a run: the two runs ask the same.
    let distinct: BTreeSet<&String> = paths.iter().collect();
    assert_eq!(paths.len(), 2 * distinct.len(), "{paths:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_probe_alone_stays_within_its_cost() {
    for probe in TABLE {
        let hub = Hub::start(Kind::Organisation, Token::Classic);
        let sight = sight(&hub, &settings(), None);
        let answer = probe.look(&sight).await;
        let asked = u32::try_from(hub.server.asked().len()).unwrap();
        let most: u32 = probe.meta().cost.iter().filter(|(system, _)| *system == System::Github).map(|(_, most)| most).sum();
        assert!(asked <= most, "{} asked {asked} times and says {most}", probe.meta().id);
        let stored = answer.observation.expect("an observation");
        assert!(probe.remedy(&stored, &settings()).is_some(), "{} cannot read what it stored", probe.meta().id);
    }
}
