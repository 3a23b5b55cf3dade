//! A report as SARIF 2.1.0, for code hosts and editors: structures of our own with only the fields that are meant to leave.
//! Never holds a value, nor a path outside of what was scanned.

use super::report::{Confidence, Leak, Report, Surface, encoded};
use super::verify::Live;
use crate::domain::Severity;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// The base of every path of a repository, as other tools spell it.
const ROOT: &str = "%SRCROOT%";
/// A name for the schema that editors know.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// What the document says besides the report itself.
pub struct About<'a> {
    pub version: &'a str,
    pub ended: DateTime<Utc>,
    /// The repository's address without a credential, if it was given by one.
    pub repository: Option<&'a str>,
    /// Why a leak is accepted, by [`Leak::key`].
    pub accepted: &'a BTreeMap<String, String>,
    /// What live checks said, by [`Leak::key`].
    pub live: &'a BTreeMap<String, Live>,
}

/// The document. `shown`: the leaks that it names, of the report's.
#[must_use]
pub fn document(report: &Report, shown: &[&Leak], about: &About<'_>) -> serde_json::Value {
    let log = Log { schema: SCHEMA, version: "2.1.0", runs: [run(report, shown, about)] };
    serde_json::to_value(log).unwrap_or_default()
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    invocations: [Invocation; 1],
    original_uri_base_ids: BTreeMap<&'static str, Base>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    version_control_provenance: Vec<Provenance<'a>>,
    /// Columns are not given, so this only says how they would be counted.
    column_kind: &'static str,
    results: Vec<Outcome<'a>>,
    properties: RunProperties,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    version: &'a str,
    semantic_version: &'a str,
    rules: Vec<Descriptor<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor<'a> {
    id: &'a str,
    short_description: Text,
    full_description: Text,
    help: Help,
    default_configuration: Configuration,
    properties: RuleProperties,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

impl Text {
    fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct RuleProperties {
    tags: [&'static str; 3],
    precision: &'static str,
    /// A number from 0 to 10, by which code hosts sort.
    #[serde(rename = "security-severity")]
    security_severity: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    end_time_utc: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Text,
}

#[derive(Serialize)]
struct Base {
    description: Text,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Provenance<'a> {
    repository_uri: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision_id: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'a> {
    rule_id: &'a str,
    rule_index: usize,
    kind: &'static str,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression<'a>>,
    properties: LeakProperties<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: Physical,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
}

#[derive(Serialize)]
struct Suppression<'a> {
    kind: &'static str,
    status: &'static str,
    justification: &'a str,
}

#[derive(Serialize)]
struct LeakProperties<'a> {
    id: &'a str,
    provider: &'a str,
    masked: &'a str,
    confidence: &'static str,
    severity: &'static str,
    surface: &'static str,
    in_head: bool,
    public: bool,
    rotate: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    live: Option<Live>,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<&'a str>,
}

#[derive(Serialize)]
struct RunProperties {
    complete: bool,
    blobs_seen: usize,
    blobs_total: usize,
}

fn run<'a>(report: &'a Report, shown: &[&'a Leak], about: &About<'a>) -> Run<'a> {
    let names: BTreeSet<&str> = shown.iter().map(|leak| leak.rule.as_str()).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let coverage = &report.coverage;
    let unseen = coverage
        .skipped
        .iter()
        .filter(|it| it.hides)
        .map(|it| Notification { level: "warning", message: Text::new(format!("not searched: {} ({})", it.what, it.why)) });
    let base = Base { description: Text::new("The root of what was scanned") };
    Run {
        tool: Tool {
            driver: Driver {
                name: "rescue",
                version: about.version,
                semantic_version: about.version,
                rules: names.iter().filter_map(|name| descriptor(name, shown)).collect(),
            },
        },
        invocations: [Invocation {
            execution_successful: true,
            end_time_utc: moment(about.ended),
            tool_execution_notifications: unseen.collect(),
        }],
        original_uri_base_ids: BTreeMap::from([(ROOT, base)]),
        version_control_provenance: about
            .repository
            .map(|repository_uri| Provenance { repository_uri, revision_id: report.commit.as_deref() })
            .into_iter()
            .collect(),
        column_kind: "unicodeCodePoints",
        results: shown.iter().map(|leak| outcome(leak, &names, about)).collect(),
        properties: RunProperties {
            complete: coverage.complete,
            blobs_seen: coverage.files_seen,
            blobs_total: coverage.files_total,
        },
    }
}

/// A rule as the leaks of this report know it; its severity is the worst of them.
fn descriptor<'a>(name: &'a str, shown: &[&'a Leak]) -> Option<Descriptor<'a>> {
    let leaks = || shown.iter().filter(|leak| leak.rule == name);
    let (first, severity) = (leaks().next()?, leaks().map(|leak| leak.severity).max()?);
    let sure = leaks().map(|leak| leak.confidence).max()?;
    let steps = if first.public {
        vec!["It is public by design: there is nothing to rotate.".to_owned()]
    } else {
        vec![
            format!("Make a new one: {}.", first.rotate),
            "Give it to the app through its secret store and deploy.".to_owned(),
            "Revoke the old one, and look at what the provider saw since it leaked.".to_owned(),
            "Take the value out of the files; history, forks and caches keep it, so removing alone mends nothing.".to_owned(),
        ]
    };
    let plain = steps.iter().zip(1..).map(|(step, n)| format!("{n}. {step}")).collect::<Vec<_>>().join("\n");
    Some(Descriptor {
        id: &first.rule,
        short_description: Text::new(first.kind.as_str()),
        full_description: Text::new(format!("{} of {} in what was scanned", first.kind, first.provider)),
        help: Help { text: plain.clone(), markdown: format!("**{}**\n\n{plain}", first.kind) },
        default_configuration: Configuration { level: level(first) },
        properties: RuleProperties {
            tags: ["security", "secret", "external/cwe/cwe-798"],
            precision: match sure {
                Confidence::Proven => "very-high",
                Confidence::Strong => "high",
                Confidence::Contextual => "medium",
                Confidence::Weak => "low",
            },
            security_severity: match severity {
                Severity::Critical => "9.5",
                Severity::High => "8.0",
                Severity::Medium => "5.5",
                Severity::Low => "3.0",
                Severity::Info => "0.0",
            },
        },
    })
}

fn outcome<'a>(leak: &'a Leak, names: &[&str], about: &About<'a>) -> Outcome<'a> {
    let key = leak.key();
    let accepted = about.accepted.get(&key);
    let live = about.live.get(&key).copied();
    let is_finding = !leak.public;
    Outcome {
        rule_id: &leak.rule,
        rule_index: names.binary_search(&leak.rule.as_str()).unwrap_or_default(),
        // Only what fails has a level; the rest is information (SARIF §3.27.9).
        kind: if is_finding { "fail" } else { "informational" },
        level: if is_finding { level(leak) } else { "none" },
        message: Text::new(message(leak, live)),
        locations: [Location {
            physical_location: Physical { artifact_location: artifact(leak), region: Region { start_line: leak.line.max(1) } },
        }],
        partial_fingerprints: BTreeMap::from([("rescuePlace/v1", place_of(leak)), ("rescueSecret/v1", leak.id.clone())]),
        suppressions: accepted
            .map(|why| Suppression { kind: "external", status: "accepted", justification: why })
            .into_iter()
            .collect(),
        properties: LeakProperties {
            id: &leak.id,
            provider: &leak.provider,
            masked: leak.masked.as_str(),
            confidence: leak.confidence.into(),
            severity: leak.severity.into(),
            surface: leak.surface.into(),
            in_head: leak.in_head,
            public: leak.public,
            rotate: &leak.rotate,
            commit: leak.commit.as_deref(),
            since: leak.since.map(moment),
            live,
            marker: leak.marker.as_ref().map(crate::domain::Foreign::as_str),
        },
    }
}

fn message(leak: &Leak, live: Option<Live>) -> String {
    let where_ = match leak.surface {
        _ if leak.public => ": public by design",
        Surface::History => " is only in the history: leaked, rotate it",
        Surface::Site => " is served to anybody: rotate it now",
        Surface::Tree => " stands in this file: rotate it",
    };
    let live = live.map(|it| format!(" ({})", it.words())).unwrap_or_default();
    let rotate = if leak.public { String::new() } else { format!(". Rotate: {}", leak.rotate) };
    format!("{} {}{where_}{live}{rotate}", leak.kind, leak.masked)
}

/// `note` for what hardly matters, `error` for what is surely bad.
fn level(leak: &Leak) -> &'static str {
    match (leak.severity, leak.confidence) {
        (Severity::Critical | Severity::High, Confidence::Proven | Confidence::Strong) => "error",
        (Severity::Critical | Severity::High, Confidence::Contextual) | (Severity::Medium, _) => "warning",
        _ => "note",
    }
}

/// A path below the root; what a site serves has an address of its own.
fn artifact(leak: &Leak) -> Artifact {
    let path = leak.path.as_str();
    match url::Url::parse(path) {
        Ok(mut address) if leak.surface == Surface::Site && address.has_host() => {
            address.set_query(None);
            address.set_fragment(None);
            Artifact { uri: address.into(), uri_base_id: None }
        }
        _ => {
            let uri = leak.exact_path.clone().unwrap_or_else(|| encoded(path.as_bytes()));
            Artifact { uri, uri_base_id: Some(ROOT) }
        }
    }
}

/// The same secret of the same rule in the same file is the same place, whatever its line and whoever scans: made of what
/// the report says anyway, so nothing can be guessed from it.
fn place_of(leak: &Leak) -> String {
    let mut hash = Sha256::new();
    for part in [leak.rule.as_str(), leak.path.as_str(), leak.masked.as_str()] {
        hash.update(part.as_bytes());
        hash.update(b"\0");
    }
    let digest = hash.finalize();
    format!("{:016x}", digest.first_chunk().copied().map_or(0, u64::from_be_bytes))
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests;
