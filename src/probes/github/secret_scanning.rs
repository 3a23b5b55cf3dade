//! No live credential is known to GitHub's secret scanning: no open alert and no resolved one that still works, over a
//! history that was scanned to its end (dossier github.md §3.4). Never asks for the secrets and never takes "no
//! default-pattern alert" for "no alert".

use super::{named, repository};
use crate::domain::{
    AppSettings, Consent, Finding, Gap, GapKind, NoteLevel, Place, ProbeKind, Remedy, Severity, System, Verdict,
};
use crate::probes::{Meta, Part, Probe, Sight, Stage};
use crate::systems::github::facts::{Alert, ScanHistory};
use crate::systems::github::{Answered, Listed};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// See the module.
pub struct SecretScanning;

/// Alerts and how far GitHub has looked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// Default patterns.
    pub alerts: Part<Answered<Listed<Alert>>>,
    /// Generic types, which the plain listing leaves out.
    pub generic: Part<Answered<Listed<Alert>>>,
    pub history: Part<ScanHistory>,
}

impl Probe for SecretScanning {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "github.secret-scanning",
        system: System::Github,
        asks: "Does GitHub know of no leaked credential that may still work?",
        needs: &["Secret scanning alerts: read"],
        cost: &[(System::Github, 3)],
        consent: Consent::Passive,
        kind: ProbeKind::Proof,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 60,
        docs: "https://docs.github.com/rest/secret-scanning/secret-scanning",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let (github, slug) = repository(sight)?;
        let (alerts, generic, history) =
            futures_util::join!(github.alerts(slug), github.generic_alerts(slug), github.scan_history(slug));
        if let (Err(gap), Err(_), Err(_)) = (&alerts, &generic, &history) {
            return Err(gap.clone());
        }
        Ok(Seen { alerts: alerts.into(), generic: generic.into(), history: history.map(|it| (*it).clone()).into() })
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        let known: Vec<&Alert> = listed(&seen.alerts).into_iter().chain(listed(&seen.generic)).collect();
        // An old server lists generic alerts in the plain answer too.
        let findings: BTreeMap<String, Finding> = known
            .iter()
            .filter(|alert| is_live(alert))
            .map(|alert| finding(alert, settings))
            .map(|finding| (finding.key(), finding))
            .collect();
        if !findings.is_empty() {
            let says = format!("{} known to GitHub may still work", counted(findings.len(), "leaked credential"));
            let more = |gap| Gap { says: "not every alert was seen, so there may be more".into(), ..gap };
            return Verdict::fail(says, findings.into_values().collect()).unseen(what_hides(seen).map(more));
        }
        let mut verdict = match what_hides(seen) {
            Some(gap) => Verdict::undecided(gap),
            None if known.iter().any(|alert| is_unproven(alert)) => Verdict::undecided(
                Gap::new(
                    GapKind::NeedsJudgement,
                    System::Github,
                    "alerts were resolved by a person; GitHub does not know whether the credentials still work",
                )
                .needs("Check at each provider that the credential was revoked, then attest it"),
            ),
            None => Verdict::pass("no open alert, no resolved one that may still work, history scanned to its end"),
        };
        for alert in known.iter().filter(|alert| is_unproven(alert)) {
            let (number, how) = (number(alert), text(alert.resolution.as_ref()));
            let says = format!("alert {number} ({}) was resolved as {how}; whether it still works is unknown", kind(alert));
            verdict = verdict.note(NoteLevel::Evidence, format!("github.alert-{number}-{how}"), says);
        }
        verdict
    }

    fn remedy(seen: &Seen, settings: &AppSettings) -> Remedy {
        let open = listed(&seen.alerts).into_iter().chain(listed(&seen.generic)).filter(|alert| is_live(alert)).count();
        if open == 0 {
            return Remedy::default();
        }
        let repository = named(settings);
        Remedy {
            steps: vec![
                format!("Open https://github.com/{repository}/security/secret-scanning ({})", counted(open, "alert")).into(),
                "Revoke each credential at its provider first, make a new one, put it in the host's environment".into(),
                "Then close the alert as revoked: deleting the line changes nothing, it stays in every clone".into(),
            ],
            effort: crate::domain::checklist::Effort::M,
        }
    }
}

/// Open, of an unknown state, or resolved and known to work.
fn is_live(alert: &Alert) -> bool {
    is(alert.state.as_ref(), "open") || is(alert.validity.as_ref(), "active")
}

/// Not known to be dead: a human's `revoked` is a claim, `inactive` is the provider's word. A state that we do not know
/// is unproven too.
fn is_unproven(alert: &Alert) -> bool {
    let is_dead = is(alert.state.as_ref(), "resolved") && is(alert.validity.as_ref(), "inactive");
    !is_live(alert) && !is_dead
}

/// Why "nothing found" would not mean "nothing there", if so.
fn what_hides(seen: &Seen) -> Option<Gap> {
    let incomplete = |says: String, why: &Gap| {
        let gap = Gap { kind: GapKind::Incomplete, says: says.into(), ..why.clone() };
        if gap.needs.is_none() { gap.needs("Look at the repository's Security tab") } else { gap }
    };
    let of_alerts = match &seen.alerts {
        Part::Hidden(gap) => Some(gap.clone()),
        Part::Seen(Answered::Without(_)) => Some(
            Gap::new(GapKind::PlanHides, System::Github, "secret scanning is off for this repository, so GitHub has not looked").needs(
                "Switch secret scanning on (a private repository needs GitHub Secret Protection), or rely on the scan of the files",
            ),
        ),
        Part::Seen(Answered::Have(list)) => list.cut.clone(),
    };
    let of_generic = || match &seen.generic {
        Part::Hidden(gap) => Some(incomplete(format!("no alert, but only default patterns were seen: {}", gap.says), gap)),
        Part::Seen(Answered::Without(_)) => Some(
            Gap::new(
                GapKind::Incomplete,
                System::Github,
                "no alert, but only default patterns were seen: generic patterns are off",
            )
            .needs("Look at the repository's Security tab"),
        ),
        Part::Seen(Answered::Have(list)) => list.cut.clone(),
    };
    let of_history = || match &seen.history {
        Part::Hidden(gap) => {
            Some(incomplete(format!("no alert, but not seen whether the history was scanned: {}", gap.says), gap))
        }
        Part::Seen(history) if !history.covers_history() => Some(
            Gap::new(GapKind::Incomplete, System::Github, "no alert, but GitHub has not finished scanning the git history")
                .needs("Run again when the scan of the history has finished"),
        ),
        Part::Seen(_) => None,
    };
    of_alerts.or_else(of_generic).or_else(of_history)
}

pub(super) fn listed(part: &Part<Answered<Listed<Alert>>>) -> Vec<&Alert> {
    match part {
        Part::Seen(Answered::Have(list)) => list.items.iter().collect(),
        _ => Vec::new(),
    }
}

fn finding(alert: &Alert, settings: &AppSettings) -> Finding {
    let number = number(alert);
    let works = if is(alert.validity.as_ref(), "active") { ", and the provider says that it works" } else { "" };
    let leaked = if alert.publicly_leaked == Some(true) { ", and it was seen in public" } else { "" };
    let state = if is(alert.state.as_ref(), "open") { "is open" } else { "was closed" };
    let severity = if is(alert.validity.as_ref(), "active") || alert.publicly_leaked == Some(true) {
        Severity::Critical
    } else {
        Severity::High
    };
    let finding = Finding::new(
        "github.secret-alert",
        format!("{}#{number}", named(settings)),
        severity,
        format!("secret scanning alert {number} ({}) {state}{works}{leaked}", kind(alert)),
        "Revoke the credential at its provider, replace it where it is used, then close the alert as revoked",
    );
    match alert.first_location_detected.as_ref().and_then(|it| Some((it.path.clone()?, it))) {
        Some((path, it)) => finding.at(Place::File { path, line: it.start_line, commit: it.commit_sha.clone() }),
        None => finding
            .at(Place::Web { url: format!("https://github.com/{}/security/secret-scanning/{number}", named(settings)).into() }),
    }
}

pub(super) fn is(field: Option<&crate::domain::Foreign>, wanted: &str) -> bool {
    field.is_some_and(|it| it == wanted)
}
fn number(alert: &Alert) -> String {
    alert.number.map_or_else(|| "without a number".to_owned(), |it| it.to_string())
}
fn text(field: Option<&crate::domain::Foreign>) -> String {
    field.map_or_else(|| "unknown".to_owned(), |it| it.cut(40))
}
fn kind(alert: &Alert) -> String {
    text(alert.secret_type_display_name.as_ref().or(alert.secret_type.as_ref()))
}
pub(super) fn counted(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::needless_pass_by_value, reason = "rows of a table are written in place")]

    use super::*;
    use crate::probes::github::testing::app;
    use crate::systems::stand_in::noon;
    use rstest::rstest;
    use serde_json::{Value, json};

    fn found(items: Value) -> Value {
        json!({"seen": {"have": {"items": items}}})
    }
    fn cut(items: Value) -> Value {
        json!({"seen": {"have": {"items": items, "cut": {"kind": "incomplete", "system": "github", "says": "page 2 is missing"}}}})
    }
    fn hidden(kind: &str) -> Value {
        json!({"hidden": {"kind": kind, "system": "github", "says": "refused"}})
    }
    fn off() -> Value {
        json!({"seen": {"without": "feature_off"}})
    }
    fn scanned() -> Value {
        json!({"seen": {"backfill_scans": [{"type": "git", "status": "completed"}]}})
    }
    fn one(state: &str, resolution: Value, validity: Value) -> Value {
        json!([{"number": 7, "state": state, "resolution": resolution, "validity": validity, "secret_type": "stripe_api_key"}])
    }
    fn none() -> Value {
        found(json!([]))
    }

    #[rstest]
    #[case::clean(none(), none(), scanned(), "pass")]
    #[case::dead_by_the_provider(found(one("resolved", json!("revoked"), json!("inactive"))), none(), scanned(), "pass")]
    #[case::open(found(one("open", Value::Null, json!("unknown"))), none(), scanned(), "fail")]
    #[case::open_but_dead(found(one("open", Value::Null, json!("inactive"))), none(), scanned(), "fail")]
    #[case::wont_fix_and_works(found(one("resolved", json!("wont_fix"), json!("active"))), none(), scanned(), "fail")]
    #[case::said_to_be_revoked_and_works(found(one("resolved", json!("revoked"), json!("active"))), none(), scanned(), "fail")]
    #[case::generic_open(none(), found(one("open", Value::Null, Value::Null)), scanned(), "fail")]
    #[case::open_on_a_cut_list(cut(one("open", Value::Null, Value::Null)), none(), scanned(), "fail")]
    #[case::open_and_the_rest_refused(
        found(one("open", Value::Null, Value::Null)),
        hidden("no_permission"),
        hidden("no_permission"),
        "fail"
    )]
    #[case::generic_open_and_the_rest_refused(
        hidden("vendor_fault"),
        found(one("open", Value::Null, Value::Null)),
        scanned(),
        "fail"
    )]
    #[case::revoked_is_a_claim(found(one("resolved", json!("revoked"), json!("unknown"))), none(), scanned(), "needs_judgement")]
    #[case::no_word_on_validity(found(one("resolved", json!("false_positive"), Value::Null)), none(), scanned(), "needs_judgement")]
    #[case::unknown_state(found(one("paused", Value::Null, json!("inactive"))), none(), scanned(), "needs_judgement")]
    #[case::hollow_alert(found(json!([{}])), none(), scanned(), "needs_judgement")]
    #[case::off_is_not_clean(off(), off(), hidden("no_permission"), "plan_hides")]
    #[case::cut_list(cut(json!([])), none(), scanned(), "incomplete")]
    #[case::generic_cut(none(), cut(json!([])), scanned(), "incomplete")]
    #[case::default_patterns_only(none(), hidden("unexpected_answer"), scanned(), "incomplete")]
    #[case::generic_off(none(), off(), scanned(), "incomplete")]
    #[case::history_refused(none(), none(), hidden("no_permission"), "incomplete")]
    #[case::history_running(none(), none(), json!({"seen": {"backfill_scans": [{"type": "git", "status": "running"}]}}), "incomplete")]
    #[case::only_issues_scanned(none(), none(), json!({"seen": {"backfill_scans": [{"type": "issue", "status": "completed"}]}}), "incomplete")]
    #[case::never_scanned(none(), none(), json!({"seen": {"backfill_scans": []}}), "incomplete")]
    #[case::bad_credential(hidden("bad_credential"), none(), scanned(), "bad_credential")]
    #[case::no_permission(hidden("no_permission"), none(), scanned(), "no_permission")]
    #[case::rate_limited(hidden("rate_limited"), none(), scanned(), "rate_limited")]
    #[case::unreachable(hidden("unreachable"), none(), scanned(), "unreachable")]
    #[case::vendor_fault(hidden("vendor_fault"), none(), scanned(), "vendor_fault")]
    #[case::timed_out(hidden("timed_out"), none(), scanned(), "timed_out")]
    #[case::unexpected_answer(hidden("unexpected_answer"), none(), scanned(), "unexpected_answer")]
    fn decisions(#[case] alerts: Value, #[case] generic: Value, #[case] history: Value, #[case] wanted: &str) {
        let seen: Seen = serde_json::from_value(json!({"alerts": alerts, "generic": generic, "history": history})).unwrap();
        let verdict = SecretScanning::decide(&seen, &app(), noon());
        let word = verdict.outcome.gap().map_or_else(|| verdict.outcome.word().to_owned(), |gap| gap.kind.to_string());
        assert_eq!(word, wanted, "{verdict:?}");
        assert_eq!(verdict.findings.is_empty(), wanted != "fail");
        assert_eq!(SecretScanning::remedy(&seen, &app()).steps.is_empty(), wanted != "fail");
    }

    #[test]
    fn a_new_resolved_alert_is_a_new_note() {
        let seen = |items| Seen {
            alerts: serde_json::from_value(found(items)).unwrap(),
            generic: serde_json::from_value(none()).unwrap(),
            history: serde_json::from_value(scanned()).unwrap(),
        };
        let notes = SecretScanning::decide(&seen(one("resolved", json!("revoked"), json!("unknown"))), &app(), noon()).notes;
        assert_eq!(notes.iter().map(|it| it.key.as_str()).collect::<Vec<_>>(), ["github.alert-7-revoked"]);
    }
}
