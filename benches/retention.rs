//! The size of a portfolio of five hundred apps with a year of weekly runs of every probe that the built-in checklist asks,
//! before and after thinning, and what takes the room. `cargo bench --bench retention`, with `-- --apps 50` for a small one
//! and `-- --home DIR` to keep the home: where it is there already, it is measured, and a copy of it is thinned. Nothing here
//! decides a test.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a bench makes its own data, prints its figures and may stop when it is wrong"
)]

#[path = "shared/story.rs"]
mod story;

use chrono::{DateTime, Utc};
use rescue::clock::SetClock;
use rescue::config::{Configuration, Endpoints, Environment, Paths};
use rescue::credentials::Chain;
use rescue::desk::Desk;
use rescue::domain::{Author, Retention};
use rescue::store::Compacted;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

const APPS: usize = 500;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    // `cargo test --benches` calls it too; figures are made only when asked for.
    if !arguments.iter().any(|it| it == "--bench") {
        return;
    }
    let after = |name: &str| arguments.iter().skip_while(|it| *it != name).nth(1);
    let apps = after("--apps").map_or(APPS, |it| it.parse().unwrap());
    let scratch = tempfile::tempdir().unwrap();
    let home = after("--home").map_or_else(|| scratch.path().join("home"), PathBuf::from);
    println!("| what | figure |\n|---|---|");
    let began = Instant::now();
    let written = story::home(&home, apps, Utc::now());
    println!("| facts written, in {:.0} s | {written} |", began.elapsed().as_secs_f64());
    let copy = scratch.path().join("copy");
    std::fs::create_dir_all(copy.join("data")).unwrap();
    for entry in std::fs::read_dir(home.join("data")).unwrap().map(|it| it.unwrap()).filter(|it| it.path().is_file()) {
        std::fs::copy(entry.path(), copy.join("data").join(entry.file_name())).unwrap();
    }
    figures(&copy, apps, Utc::now());
}

fn figures(home: &Path, apps: usize, now: DateTime<Utc>) {
    let nothing: [(String, String); 0] = [];
    let desk = Desk::with(
        Paths::in_home(home),
        Configuration::default(),
        Endpoints::from_environment(&Environment::of(nothing)).unwrap(),
        Chain::given(BTreeMap::new()),
        Box::new(|| Author::Person("Sam".into())),
        SetClock::at(now),
    )
    .unwrap();
    let before = size(home);
    let holdings = desk.holdings().unwrap();
    let outcomes = holdings.facts.get("outcome").copied().unwrap_or(0);
    println!(
        "| {apps} apps with a year of {} weekly runs: outcomes, probes a run | {outcomes}, {} |",
        story::WEEKS,
        outcomes / apps as u64 / 52
    );
    println!("| distinct things said | {} ({:.1} MB) |", holdings.said.rows, holdings.said.bytes as f64 / 1e6);
    println!("| observations | {} ({:.1} MB) |", holdings.observations.rows, holdings.observations.bytes as f64 / 1e6);
    println!("| database | {:.1} MB, {:.0} bytes an outcome |", before / 1e6, before / outcomes as f64);
    room(&desk, "before");
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
    let after = size(home);
    println!("| as old and kept, because something rests on them | {} |", planned.resting);
    println!("| database after thinning what is {} | {:.1} MB |", planned.rule, after / 1e6);
    room(&desk, "after");
    assert_eq!(desk.check_database().unwrap(), []);
}

/// What takes the room: the tables and indices of more than a megabyte.
fn room(desk: &Desk, when: &str) {
    let connection = rusqlite::Connection::open(desk.database()).unwrap();
    let mut statement = connection
        .prepare("SELECT name, sum(pgsize) / 1e6, sum(ncell) FROM dbstat GROUP BY name HAVING sum(pgsize) > 1e6 ORDER BY 2 DESC")
        .unwrap();
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, f64>(1)?, row.get::<_, i64>(2)?)));
    for (name, size, cells) in rows.unwrap().map(Result::unwrap) {
        println!("| {when}: `{name}`, {cells} cells | {size:.1} MB |");
    }
}

fn size(home: &Path) -> f64 {
    let data = std::fs::read_dir(home.join("data")).unwrap().map(|it| it.unwrap());
    data.filter(|it| it.file_name().to_string_lossy().starts_with("rescue.db"))
        .map(|it| it.metadata().unwrap().len() as f64)
        .sum()
}
