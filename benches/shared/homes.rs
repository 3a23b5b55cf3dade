//! A home of many apps with a past, stored at once.

use crate::year;
use rescue::clock::SetClock;
use rescue::config::Paths;
use rescue::store::Store;
use std::path::Path;

/// So many apps, each with a year of weekly runs of every probe; how many facts that are.
pub fn portfolio(home: &Path, apps: usize) -> usize {
    let now = chrono::Utc::now();
    let store = Store::open(&Paths::in_home(home), SetClock::at(now), "bench").unwrap();
    let mut total = 0;
    for number in 0..apps {
        let (name, carried) = year::app(number, now);
        total += carried.facts.len();
        store.put_down(&name, &carried).unwrap();
    }
    total
}
