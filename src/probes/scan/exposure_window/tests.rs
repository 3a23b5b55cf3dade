//! The decision table of the exposure windows. The scan itself is tried beside the history's.

use super::*;
use crate::probes::scan::history::tests::{seen, word};
use crate::probes::stand_in::acme;
use crate::systems::stand_in::noon;
use rstest::rstest;
use serde_json::{Value, json};

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
