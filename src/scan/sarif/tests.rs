//! The document by its specification: what must be there, what refers to what, and that nothing else is.

use super::*;
use crate::domain::Foreign;
use crate::repo::Standing;
use crate::scan::{Coverage, Skipped};
use chrono::TimeZone;
use pretty_assertions::assert_eq;
use rstest::rstest;
use serde_json::{Value, json};

fn leak(path: &str) -> Leak {
    Leak {
        id: "0011223344556677".to_owned(),
        rule: "stripe-secret-live".to_owned(),
        kind: "Stripe live secret key".to_owned(),
        provider: "Stripe".to_owned(),
        path: Foreign::new(path),
        exact_path: None,
        line: 3,
        commit: Some("a".repeat(40)),
        surface: Surface::Tree,
        since: None,
        until: None,
        marker: None,
        in_head: true,
        standing: Standing::Tracked,
        masked: Foreign::new("sk_live_…4fQz"),
        public: false,
        confidence: Confidence::Strong,
        severity: Severity::Critical,
        rotate: "dashboard.stripe.com/apikeys".to_owned(),
        belongs_to: None,
        of_another: false,
    }
}

fn report(findings: Vec<Leak>) -> Report {
    let coverage = Coverage {
        files_seen: 2,
        files_total: 3,
        bytes: 10,
        skipped: vec![
            Skipped { what: "big.sql".into(), why: "too large".to_owned(), count: 1, hides: true },
            Skipped { what: "4 files".into(), why: "not text".to_owned(), count: 4, hides: false },
        ],
        complete: false,
    };
    Report { findings, coverage, commit: Some("b".repeat(40)) }
}

fn made(report: &Report, accepted: &BTreeMap<String, String>, live: &BTreeMap<String, Live>) -> Value {
    let ended = Utc.with_ymd_and_hms(2026, 11, 22, 12, 0, 0).unwrap();
    let about = About { version: "1.2.3", ended, repository: Some("https://git.acme.example/shop"), accepted, live };
    let shown: Vec<&Leak> = report.findings.iter().collect();
    document(report, &shown, &about)
}

fn plain(findings: Vec<Leak>) -> Value {
    made(&report(findings), &BTreeMap::new(), &BTreeMap::new())
}

#[test]
fn what_the_specification_requires_is_there() {
    let log = plain(vec![leak("lib/pay.ts")]);
    assert_eq!((&log["version"], log["runs"].as_array().unwrap().len()), (&json!("2.1.0"), 1));
    let run = &log["runs"][0];
    assert_eq!(run["tool"]["driver"]["name"], "rescue");
    assert_eq!(run["tool"]["driver"]["semanticVersion"], "1.2.3");
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    assert_eq!(run["versionControlProvenance"][0]["repositoryUri"], "https://git.acme.example/shop");
    let result = &run["results"][0];
    assert!(result["message"]["text"].as_str().unwrap().contains("dashboard.stripe.com"));
    let rule = &run["tool"]["driver"]["rules"][usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
    assert_eq!(rule["id"], result["ruleId"]);
    assert!(rule["help"]["text"].as_str().unwrap().contains("dashboard.stripe.com"));
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["region"]["startLine"], 3);
    let base = place["artifactLocation"]["uriBaseId"].as_str().unwrap();
    assert!(run["originalUriBaseIds"].get(base).is_some(), "{run}");
}

#[test]
fn what_was_not_searched_is_a_notification() {
    let run = &plain(vec![])["runs"][0];
    let told = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    assert_eq!(told.len(), 1);
    assert!(told[0]["message"]["text"].as_str().unwrap().contains("big.sql"));
    assert_eq!((&run["properties"]["complete"], &run["results"]), (&json!(false), &json!([])));
}

#[rstest]
#[case::plain("lib/pay.ts", "lib/pay.ts")]
#[case::space("my app/a b.ts", "my%20app/a%20b.ts")]
#[case::colon("c:x/y", "c%3Ax/y")]
#[case::hash("a#b?c", "a%23b%3Fc")]
#[case::percent("100%25", "100%2525")]
#[case::letters("straße", "stra%C3%9Fe")]
#[case::root("//etc/x", "etc/x")]
#[case::line_break("a\nb", "a%20b")]
fn paths_are_relative_and_encoded(#[case] path: &str, #[case] wanted: &str) {
    let log = plain(vec![leak(path)]);
    let uri = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].clone();
    assert_eq!(uri, wanted);
    let base = url::Url::parse("https://base.example/root/").unwrap();
    let joined = base.join(uri.as_str().unwrap()).unwrap();
    assert!(joined.as_str().starts_with(base.as_str()), "{joined}");
}

#[test]
fn what_a_site_serves_keeps_its_address_without_a_query() {
    let it = Leak { surface: Surface::Site, ..leak("https://shop.example.com/a.js?x=1") };
    let artifact = plain(vec![it])["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"].clone();
    assert_eq!(artifact, json!({ "uri": "https://shop.example.com/a.js" }));
}

#[rstest]
#[case(Severity::Critical, Confidence::Proven, false, "fail", "error")]
#[case(Severity::High, Confidence::Strong, false, "fail", "error")]
#[case(Severity::High, Confidence::Contextual, false, "fail", "warning")]
#[case(Severity::Medium, Confidence::Strong, false, "fail", "warning")]
#[case(Severity::Low, Confidence::Strong, false, "fail", "note")]
#[case(Severity::Critical, Confidence::Weak, false, "fail", "note")]
#[case(Severity::Info, Confidence::Strong, true, "informational", "none")]
fn levels(
    #[case] severity: Severity,
    #[case] confidence: Confidence,
    #[case] public: bool,
    #[case] kind: &str,
    #[case] level: &str,
) {
    let log = plain(vec![Leak { public, confidence, severity, ..leak("a") }]);
    let result = &log["runs"][0]["results"][0];
    assert_eq!((result["kind"].as_str().unwrap(), result["level"].as_str().unwrap()), (kind, level));
}

#[test]
fn fingerprints_hold_while_lines_and_commits_move() {
    let (before, after) = (leak("a.ts"), Leak { line: 90, commit: None, ..leak("a.ts") });
    let log = plain(vec![before, after, leak("b.ts")]);
    let of = |n: usize| log["runs"][0]["results"][n]["partialFingerprints"].clone();
    assert_eq!(of(0), of(1));
    assert_eq!(of(0)["rescueSecret/v1"], of(2)["rescueSecret/v1"], "the same secret elsewhere");
    assert_ne!(of(0)["rescuePlace/v1"], of(2)["rescuePlace/v1"]);
}

#[test]
fn what_is_accepted_is_suppressed_and_what_others_silence_is_not() {
    let mut marked = leak("b.ts");
    marked.id = "ff".repeat(8);
    marked.marker = Some("gitleaks:allow".into());
    let report = report(vec![leak("a.ts"), marked]);
    let accepted = BTreeMap::from([(report.findings[0].key(), "accepted by Ana until 2027-01-01: test account".to_owned())]);
    let live = BTreeMap::from([(report.findings[1].key(), Live::Dead)]);
    let log = made(&report, &accepted, &live);
    let results = &log["runs"][0]["results"];
    assert_eq!(results[0]["suppressions"][0]["status"], "accepted");
    assert!(results[0]["suppressions"][0]["justification"].as_str().unwrap().contains("test account"));
    assert_eq!(results[1].get("suppressions"), None);
    assert_eq!(results[1]["properties"]["marker"], "gitleaks:allow");
    assert_eq!(results[1]["properties"]["live"], "dead");
}

/// Every name of the document: a new field leaves this house only on purpose.
#[test]
fn no_other_field_leaves() {
    fn names(value: &Value, into: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    into.insert(name.clone());
                    names(value, into);
                }
            }
            Value::Array(all) => all.iter().for_each(|it| names(it, into)),
            _ => {}
        }
    }
    let mut full = leak("a.ts");
    full.since = Some(Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).unwrap());
    full.marker = Some("nosec".into());
    full.belongs_to = Some("abcdefghijklmnopqrst".into());
    let report = report(vec![full]);
    let key = report.findings[0].key();
    let log = made(&report, &BTreeMap::from([(key.clone(), "x".to_owned())]), &BTreeMap::from([(key, Live::Live)]));
    let mut found = BTreeSet::new();
    names(&log, &mut found);
    let known = "$schema %SRCROOT% artifactLocation blobs_seen blobs_total columnKind commit complete confidence \
        defaultConfiguration description driver endTimeUtc executionSuccessful fullDescription help id in_head invocations \
        justification kind level live locations markdown marker masked message name originalUriBaseIds partialFingerprints \
        physicalLocation precision properties provider public region repositoryUri rescuePlace/v1 rescueSecret/v1 results \
        revisionId rotate ruleId ruleIndex rules runs security-severity semanticVersion severity shortDescription since \
        startLine status suppressions surface tags text tool toolExecutionNotifications uri uriBaseId version \
        versionControlProvenance";
    assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), known.split_whitespace().collect::<Vec<_>>());
}

#[test]
fn a_path_that_cannot_be_shown_is_named_byte_by_byte() {
    use crate::scan::{Options, ScanKey, scan_text};
    let line = format!("const key = '{}'\n", ["sk", "_live_", "51a8Kd92LmQx71Zp", "Rt54WvYb63NcHs0u", "4JtFqEw7Gz"].concat());
    let options = Options::new(Utc.with_ymd_and_hms(2026, 11, 22, 12, 0, 0).unwrap());
    let uri = |path: &[u8]| {
        let report = scan_text(path, line.clone().into_bytes(), &ScanKey::new([3; 32]), &options);
        let log = made(&report, &BTreeMap::new(), &BTreeMap::new());
        log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap().to_owned()
    };
    assert_eq!(uri(b"src/a\nb.ts"), "src/a%0Ab.ts");
    assert_eq!(uri(b"src/a\xffb.ts"), "src/a%FFb.ts");
    assert_eq!(uri(b"src/a b.ts"), "src/a%20b.ts");
}
