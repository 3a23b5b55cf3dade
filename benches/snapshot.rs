//! How long a founder's page takes for an engagement with a year of weekly runs: the page from its facts, its HTML, its
//! Markdown and its PDF; and the same from a database, as a command makes it. `cargo bench --bench snapshot`. Medians of
//! several; nothing here decides a test.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench makes its own data, prints its figures and may stop when it is wrong"
)]

#[path = "shared/year.rs"]
mod year;

use rescue::clock::SetClock;
use rescue::config::Paths;
use rescue::domain::{Checklist, Digest};
use rescue::snapshot::{Page, Request, Sharing, Words, build, html, markdown, pdf};
use rescue::store::Store;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

const TIMES: usize = 21;

fn main() {
    // `cargo test --benches` calls it too; figures are made only when asked for.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let now = chrono::Utc::now();
    let (name, carried) = year::app(7, now - chrono::TimeDelta::hours(1));
    let book = rescue::probes::book();
    let (words, sharing) = (Words::english(), Sharing::default());
    let checklists: BTreeMap<Digest, Arc<Checklist>> = carried
        .checklists
        .iter()
        .map(|(digest, text)| (digest.clone(), Arc::new(rescue::checklist::load_stored(text).unwrap())))
        .collect();
    let page_of = |facts: &[rescue::domain::Fact]| -> Page {
        let tool = "rescue bench";
        let request = Request {
            facts,
            checklists: &checklists,
            book: &book,
            now,
            sharing: &sharing,
            first: None,
            previous: None,
            tool,
            words,
        };
        build(&request).unwrap()
    };
    let page = page_of(&carried.facts);
    println!(
        "| what, for {} facts of {} weekly runs | median of {TIMES} (from, to) |\n|---|---|",
        carried.facts.len(),
        year::WEEKS
    );
    println!("| the page from its facts | {} |", median(|| drop(black_box(page_of(&carried.facts)))));
    println!(
        "| its HTML, {} kB | {} |",
        html::render(&page, words).len() / 1000,
        median(|| drop(black_box(html::render(&page, words))))
    );
    let both = || drop(black_box(html::render(&page_of(&carried.facts), words)));
    println!("| page and HTML | {} |", median(both));
    println!("| its Markdown | {} |", median(|| drop(black_box(markdown::render(&page, words)))));
    println!(
        "| its PDF, {} kB | {} |",
        pdf::render(&page, words).unwrap().len() / 1000,
        median(|| drop(black_box(pdf::render(&page, words).unwrap())))
    );
    let home = tempfile::tempdir().unwrap();
    let store = Store::open(&Paths::in_home(home.path()), SetClock::at(now), "bench").unwrap();
    store.put_down(&name, &carried).unwrap();
    let app = store.app(name.as_str()).unwrap().id;
    let read = || drop(black_box(html::render(&page_of(&store.facts(app).unwrap()), words)));
    println!("| page and HTML, facts read from the database first | {} |", median(read));
}

fn median(mut work: impl FnMut()) -> String {
    work();
    let mut times: Vec<f64> = (0..TIMES)
        .map(|_| {
            let began = Instant::now();
            work();
            began.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    format!("{:.1} ms ({:.1}, {:.1})", times[TIMES / 2], times[0], times[TIMES - 1])
}
