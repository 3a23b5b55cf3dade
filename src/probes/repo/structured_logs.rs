//! The server logs through one logger that writes records and not sentences, and knows one request from another (dossier
//! repo-signals.md §6). That a log can be searched is seen by a person only.

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, Finding, Foreign, Gap, Note, NoteLevel, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::ground::{self, Ground, Spot, judge, of};
use crate::probes::places::{self, is_entry, is_served_as_is, is_tool};
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::repo::Survey;
use crate::repo::reach::{Reach, Side};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// See the module.
pub struct StructuredLogs;

/// What the server writes to its logs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    pub ground: Ground,
    /// Files that answer callers.
    pub entries: usize,
    /// Files of the server that log anything.
    pub logging_files: usize,
    pub console: usize,
    /// Those of them that write JSON.
    pub console_json: usize,
    pub logger: usize,
    /// Loggers that a manifest names.
    pub declared: Vec<Foreign>,
    /// Loggers that code of the server imports.
    pub imported: Vec<Foreign>,
    pub request_ids: Vec<Spot>,
    /// Where something named like a secret is logged.
    pub secrets: Vec<Spot>,
    /// Where most of the console's calls are.
    pub worst: Vec<Spot>,
}

impl Probe for StructuredLogs {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "repo.structured-logs",
        system: System::Repo,
        asks: "Does the server log records with a request's id, through one logger?",
        needs: &["A checkout of the repository, or a GitHub token with Contents: read"],
        cost: &[(System::Github, 3)],
        consent: Consent::Passive,
        kind: ProbeKind::Sign,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 600,
        docs: "apis/repo-signals.md §6",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let survey = ground::survey(sight).await?;
        Ok(survey.as_ref().as_ref().map_or_else(|| Seen { ground: Ground::empty(), ..Seen::default() }, seen))
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.ground.empty {
            return Verdict::not_applicable("the repository is empty: it has no code");
        }
        let unread = seen.ground.gap("a logger");
        let mut findings = findings(seen);
        // Without a logger in sight, what was not read may hold it.
        findings.retain(|it| unread.is_none() || it.rule != NO_LOGGER);
        let records = seen.logger + seen.console_json;
        if !findings.is_empty() {
            let says = if findings.iter().any(|it| it.rule == NO_LOGGER) && seen.console == 0 {
                format!("none of {} entries of the server logs anything", seen.entries)
            } else if findings.iter().any(|it| it.rule == NO_LOGGER) {
                format!(
                    "{} calls of `console` in {} files of the server, and no logger that is used",
                    seen.console, seen.logging_files
                )
            } else {
                format!("{} log something that is named like a secret", seen.secrets.len())
            };
            return Verdict::fail(says, findings).unseen(unread).with_notes(notes(seen));
        }
        if let Some(gap) = unread {
            return Verdict::undecided(gap).with_notes(notes(seen));
        }
        if seen.ground.code_files == 0 {
            return Ground::no_code(settings);
        }
        if seen.entries == 0 && seen.console + records == 0 {
            let says = format!("none of {} files of code answers a caller or logs on a server", seen.ground.code_files);
            return Verdict::not_applicable(says);
        }
        let ids = if seen.request_ids.is_empty() { "no request's id is read or set" } else { "requests have an id" };
        let says = format!("{}; {ids}", of(records, seen.console + seen.logger, "log calls of the server write records"));
        let step = "Find one request by its id in the log store, and note how many days back that goes";
        Verdict::undecided(judge(says, step)).with_notes(notes(seen))
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        if findings(seen).is_empty() {
            return Remedy::default();
        }
        let mut steps: Vec<Foreign> = Vec::new();
        if let Some(it) = seen.secrets.first() {
            steps.push(format!("Take the secret out of the log call in {}, and rotate it if the logs are kept", it.path).into());
        }
        if seen.logger + seen.console_json == 0 {
            steps.push(
                "Log JSON through one logger (pino or the platform's own) with request id, user id, route and duration".into(),
            );
            steps.push("Make or take over `x-request-id` at the entry, and pass it on to functions and jobs".into());
        }
        Remedy { steps, effort: Effort::M }
    }
}

/// The rule that is broken by a lack.
const NO_LOGGER: &str = "repo.no-logger";

fn findings(seen: &Seen) -> Vec<Finding> {
    let fix = "Take it out of the log call; redact such names in the logger";
    let mut all = places::findings(&seen.ground, "repo.secret-logged", Severity::High, &seen.secrets, fix);
    if seen.logger + seen.console_json == 0 && (seen.entries > 0 || seen.console > 0) {
        let says = match seen.declared.first() {
            Some(name) => format!("`{name}` is installed and nothing on the server logs through it"),
            None => "nothing on the server logs through a logger".to_owned(),
        };
        let fix = "Log JSON through one logger, with the id of the request";
        all.push(Finding::new(NO_LOGGER, "server", Severity::Medium, says, fix));
    }
    all
}

fn notes(seen: &Seen) -> Vec<Note> {
    let mut notes = Vec::new();
    if let Some(it) = seen.request_ids.first() {
        notes.push(seen.ground.evidence("repo.request-id", it));
    }
    for it in &seen.imported {
        let says = format!("the server logs through `{it}`");
        notes.push(Note { key: format!("repo.logger.{it}"), level: NoteLevel::Evidence, says: says.into(), place: None });
    }
    if seen.logger > 0 && seen.console > 0 {
        notes.extend(places::evidence(&seen.ground, "repo.console-log", &seen.worst));
    }
    notes
}

/// Packages that write structured logs.
const LOGGERS: [&str; 13] = [
    "pino",
    "winston",
    "bunyan",
    "next-axiom",
    "@axiomhq/js",
    "@axiomhq/nextjs",
    "@axiomhq/pino",
    "@logtail/node",
    "@logtail/next",
    "@logtail/pino",
    "consola",
    "evlog",
    "@logtape/logtape",
];

fn seen(survey: &Survey) -> Seen {
    let reach = Reach::of(survey);
    let mut seen = Seen { ground: Ground::of_code(survey), ..Seen::default() };
    seen.declared = LOGGERS.iter().filter(|it| survey.needs(&[it])).map(|it| Foreign::new(*it)).collect();
    for file in survey.code.iter().filter(|it| !is_served_as_is(&it.path) && !is_tool(&it.path)) {
        if !matches!(reach.side(file), Side::Server) {
            continue;
        }
        let logs = &file.effects.logs;
        seen.entries += usize::from(is_entry(file));
        seen.logging_files += usize::from(!logs.console.is_empty() || !logs.logger.is_empty());
        seen.console += logs.console.len();
        seen.console_json += logs.console_json;
        seen.logger += logs.logger.len();
        for name in file.imports.iter().filter_map(|import| LOGGERS.iter().find(|it| is_of(&import.from, it))) {
            if !seen.imported.iter().any(|it| it.as_str() == *name) {
                seen.imported.push((*name).into());
            }
        }
        let id = logs.request_ids.first().map(|line| Spot::new(&file.path, *line, "the id of a request is read or set"));
        seen.request_ids.extend(id);
        if let (Some(line), false) = (logs.console.first(), logs.console.len() < 3) {
            seen.worst.push(Spot::new(&file.path, *line, format!("{} calls of `console`", logs.console.len())));
        }
        seen.secrets.extend(logs.secrets.iter().map(|(line, name)| Spot::new(&file.path, *line, format!("`{name}` is logged"))));
    }
    seen.worst.sort_by_key(|it| std::cmp::Reverse(it.says.as_str().split(' ').next().and_then(|it| it.parse::<usize>().ok())));
    seen
}

/// Whether an import is of that package, by npm's name or by an address.
fn is_of(from: &str, package: &str) -> bool {
    let from = from.strip_prefix("npm:").unwrap_or(from);
    from == package || from.strip_prefix(package).is_some_and(|it| it.starts_with('/') || it.starts_with('@'))
}

#[cfg(test)]
mod tests;
