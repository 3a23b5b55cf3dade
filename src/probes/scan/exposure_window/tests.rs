//! The decision table of the exposure windows. The scan itself is tried beside the history's.

use super::*;
use crate::probes::scan::history::tests::{leak, seen as history, word};
use crate::probes::stand_in::acme;
use crate::systems::stand_in::noon;
use rstest::rstest;
use serde_json::{Value, json};

/// What was seen of an app that names no site.
fn seen(leaks: &[Value], of: (usize, usize)) -> Seen {
    let gap = Gap::new(GapKind::NotConfigured, System::Site, "acme-shop is not connected to its site");
    Seen { history: Part::Seen(history(leaks, of).0), site: Part::Hidden(gap) }
}

/// The same of one whose site serves these, whole or in part.
fn with_site(committed: &[Value], served: &[Value], complete: bool) -> Seen {
    let served: Vec<Value> = served
        .iter()
        .map(|change| {
            let mut it = leak(&json!({"path": "/assets/index.js", "commit": null, "surface": "site", "since": null, "until": null, "in_head": true}));
            for (key, value) in change.as_object().unwrap() {
                it[key] = value.clone();
            }
            it
        })
        .collect();
    let skipped = if complete { json!([]) } else { json!([{"what": "/a.js", "why": "timed out", "count": 1, "hides": true}]) };
    let site = json!({
        "findings": served, "commit": null,
        "coverage": {"blobs_seen": 3, "blobs_total": 3, "bytes": 9, "skipped": skipped, "complete": complete},
        "address": "https://acme.example/", "framework": "single_page", "pages": {"seen": 1, "total": 1},
        "scripts": {"seen": 2, "total": 2}, "maps": [], "projects": [], "elsewhere": [], "requests": 3,
    });
    let site = serde_json::from_value(json!({"site": site, "pages": {"seen": 1}})).unwrap();
    Seen { site: Part::Seen(site), ..seen(committed, (9, 9)) }
}

fn with_address() -> AppSettings {
    AppSettings { url: Some("https://acme.example/".parse().unwrap()), ..acme() }
}

#[rstest]
#[case::clean(&[], &[], true, "not_applicable", "")]
#[case::part_of_the_site(&[], &[], false, "incomplete", "")]
#[case::served(&[], &[json!({})], true, "needs_judgement", "from a day that is not known and is still served to every visitor: /assets/index.js:3")]
#[case::served_since(&[], &[json!({"since": "2026-02-01T10:00:00Z"})], false, "needs_judgement", "from 1 February 2026 and is still served")]
#[case::both(&[json!({})], &[json!({})], true, "needs_judgement", "from 3 March 2026 and is still served to every visitor")]
#[case::other_at_the_site(&[json!({"severity": "high"})], &[json!({"severity": "high"})], true, "not_applicable", "")]
fn what_the_site_serves_lies_open_too(
    #[case] committed: &[Value],
    #[case] served: &[Value],
    #[case] complete: bool,
    #[case] wanted: &str,
    #[case] says: &str,
) {
    let seen = with_site(committed, served, complete);
    let verdict = ExposureWindow::decide(&seen, &with_address(), noon());
    assert_eq!(word(&verdict), wanted, "{verdict:?}");
    assert_eq!(verdict.notes.len(), usize::from(!says.is_empty()), "one secret, one window: {verdict:?}");
    assert!(verdict.notes.iter().all(|it| it.says.as_str().contains(says)), "{verdict:?}");
    let stored = serde_json::to_value(&seen).unwrap();
    assert_eq!(serde_json::from_value::<Seen>(stored).unwrap(), seen);
}

#[test]
fn a_place_that_was_not_seen_keeps_the_other_and_is_never_clean() {
    let hidden = || Gap::new(GapKind::Unreachable, System::Site, "the site does not answer").needs("Look again");
    let site_gone = |leaks: &[Value]| Seen { site: Part::Hidden(hidden()), ..seen(leaks, (9, 9)) };
    let decide = |seen: &Seen, settings: &AppSettings| ExposureWindow::decide(seen, settings, noon());
    assert_eq!(word(&decide(&site_gone(&[]), &with_address())), "unreachable");
    let windows = decide(&site_gone(&[json!({})]), &with_address());
    assert_eq!((word(&windows), windows.notes.len()), ("needs_judgement".to_owned(), 1));
    assert!(windows.outcome.gap().unwrap().says.as_str().contains("the site does not answer"));
    let no_history = Gap::new(GapKind::NotConfigured, System::Scan, "no repository is named").needs("Name it");
    let only_site = Seen { history: Part::Hidden(no_history), ..with_site(&[], &[json!({})], true) };
    assert_eq!(
        (word(&decide(&only_site, &with_address())), decide(&only_site, &with_address()).notes.len()),
        ("needs_judgement".to_owned(), 1)
    );
    let only_site = Seen { history: only_site.history, ..with_site(&[], &[], true) };
    assert_eq!(word(&decide(&only_site, &with_address())), "not_configured");
}

#[rstest]
#[case::none(&[], (9, 9), "not_applicable", None)]
#[case::none_in_a_part(&[], (2, 9), "incomplete", None)]
#[case::closed(&[json!({})], (9, 9), "needs_judgement", Some("lay open from 3 March 2026 to 5 March 2026, and in every copy of the history since: src/pay.ts:3"))]
#[case::still_open(&[json!({"in_head": true, "until": null})], (9, 9), "needs_judgement", Some("lay open from 3 March 2026 and still in the files of today"))]
#[case::never_on_the_main_line(&[json!({"until": null})], (9, 9), "needs_judgement", Some("to a day that is not known"))]
#[case::in_a_part(&[json!({})], (2, 9), "needs_judgement", Some("from 3 March 2026"))]
#[case::not_critical(&[json!({"severity": "high"})], (9, 9), "not_applicable", None)]
#[case::only_perhaps(&[json!({"confidence": "contextual"})], (9, 9), "not_applicable", None)]
fn decisions(#[case] leaks: &[Value], #[case] of: (usize, usize), #[case] wanted: &str, #[case] says: Option<&str>) {
    let seen = seen(leaks, of);
    let verdict = ExposureWindow::decide(&seen, &acme(), noon());
    assert_eq!(word(&verdict), wanted, "{verdict:?}");
    assert!(!matches!(verdict.outcome.word(), "pass" | "fail"), "it never ticks and never fails");
    assert_eq!(verdict.notes.len(), usize::from(says.is_some()));
    if let Some(says) = says {
        assert!(verdict.notes[0].says.as_str().contains(says), "{}", verdict.notes[0].says);
        let partial = verdict.outcome.gap().unwrap().says.as_str().contains("scanned 2 of 9 blobs");
        assert_eq!(partial, of.0 < of.1);
    }
    assert_eq!(ExposureWindow::remedy(&seen, &acme()).steps.is_empty(), says.is_none());
}

#[test]
fn a_window_that_closes_is_the_same_window() {
    let key = |change: Value| ExposureWindow::decide(&seen(&[change], (9, 9)), &acme(), noon()).notes[0].key.clone();
    assert_eq!(key(json!({"in_head": true, "until": null})), key(json!({})));
}
