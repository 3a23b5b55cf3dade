//! Marks: what they notice, and what a first one does not say.

use super::*;
use crate::store::{Mark, Marked};
use chrono::TimeDelta;
use std::collections::BTreeMap;

#[test]
fn a_first_mark_says_nothing_and_another_value_says_since_when() {
    let bench = Bench::new();
    let (acme, shop) = (bench.app("acme"), bench.app("shop"));
    let at = |hours: i64| start() + TimeDelta::hours(hours);
    let mark = |app, subject: &str, value: &str, hours| bench.store.mark(app, subject, &Foreign::new(value), at(hours)).unwrap();
    assert_eq!(mark(acme, "github:acme/shop", "a", 0), Marked::First);
    assert_eq!(mark(acme, "github:acme/shop", "a", 1), Marked::Same);
    assert_eq!(bench.store.marks(acme).unwrap()["github:acme/shop"].changed, None);
    assert_eq!(mark(acme, "github:acme/shop", "b", 2), Marked::Changed);
    assert_eq!(mark(acme, "github:acme/shop", "b", 3), Marked::Same);
    assert_eq!(mark(acme, "github:acme/other", "c", 3), Marked::First, "another repository is another mark");
    assert_eq!(mark(shop, "github:acme/shop", "z", 3), Marked::First, "another app has its own");
    let marks = bench.store.marks(acme).unwrap();
    let wanted = Mark { value: Foreign::new("b"), met: at(2), changed: Some(at(2)) };
    assert_eq!((marks.len(), &marks["github:acme/shop"]), (2, &wanted));
    mark(acme, "credential:github", "k", 4);
    let changes = BTreeMap::from([(
        acme,
        BTreeMap::from([("credential:github".to_owned(), at(4)), ("github:acme/shop".to_owned(), at(2))]),
    )]);
    assert_eq!(bench.store.changes().unwrap(), changes);
    bench.store.remove_app(acme, &bench.store.tool()).unwrap();
    assert!(
        bench.store.marks(acme).unwrap().is_empty() && bench.store.changes().unwrap().is_empty(),
        "a client that was erased leaves no mark"
    );
}
