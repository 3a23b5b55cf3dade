//! Which endpoints check what they are sent by a schema (dossier repo-signals.md §8.1–§8.3). A library that is only
//! installed, a form that checks in the browser and `JSON.parse` are none; a helper of the app that checks is one.

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, Finding, Foreign, Gap, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::entrances::{self, Entrance};
use crate::probes::ground::{Ground, MOST_KEPT, Spot, judge, of};
use crate::probes::places;
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::repo::Survey;
use crate::repo::code::CodeFile;
use crate::repo::code::handlers::{Body, What, vendors};
use crate::repo::code::package::package;
use crate::repo::entries::{Entered, Entries};
use crate::repo::queried::is_script;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// See the module.
pub struct InputValidation;

/// What the endpoints do with what they are sent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    pub ground: Ground,
    pub endpoints: usize,
    /// That read something of a request; those behind a sender's signature are left out.
    pub reading: usize,
    /// That check it by a schema.
    pub checked: usize,
    /// That check nothing, and write or spend money.
    pub unchecked: Vec<Entrance>,
    /// That check nothing, and only read; or of which not everything could be followed.
    pub unsure: Vec<Entrance>,
    /// That put what they are sent into the text of a statement of SQL.
    #[serde(default)]
    pub injected: Vec<Entrance>,
    /// Where values are put into the text of a statement, from wherever they come.
    #[serde(default)]
    pub built: Vec<Spot>,
}

impl Probe for InputValidation {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "repo.input-validation",
        system: System::Repo,
        asks: "Does every endpoint check its input by a schema?",
        needs: &["A checkout of the repository, or a GitHub token with Contents: read"],
        cost: &[(System::Github, 3)],
        consent: Consent::Passive,
        kind: ProbeKind::Sign,
        confirm: 1,
        revision: 2,
        stage: Stage::Stable,
        seconds: 600,
        docs: "apis/repo-signals.md §8",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let empty = |ground| Seen { ground, ..Seen::default() };
        entrances::look(sight, empty, |survey, entries, ground| seen(survey, &entries, ground)).await
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.ground.empty {
            return Verdict::not_applicable("the repository is empty: it has no endpoint");
        }
        let gap = seen.ground.gap("an endpoint");
        let verdict = if !seen.injected.is_empty() {
            let says = format!(
                "{} put what they are sent into the text of a statement of SQL, and {} check it by no schema and write or spend",
                of(seen.injected.len(), seen.endpoints, "endpoints"),
                of(seen.unchecked.len(), seen.reading, "that read input")
            );
            Verdict::fail(says, findings(seen)).unseen(gap)
        } else if !seen.unchecked.is_empty() {
            let says = format!(
                "{} that read input check it by no schema, and write or spend",
                of(seen.unchecked.len(), seen.reading, "endpoints")
            );
            Verdict::fail(says, findings(seen)).unseen(gap)
        } else if let Some(gap) = gap {
            Verdict::undecided(gap)
        } else if seen.ground.code_files == 0 {
            Ground::no_code(settings)
        } else if seen.reading == 0 {
            return Verdict::not_applicable(format!("none of {} endpoints reads what it is sent", seen.endpoints));
        } else if seen.unsure.is_empty() {
            let says = format!("all {} endpoints that read input check it by a schema", seen.reading);
            Verdict::undecided(judge(says, "Look whether the schemas bound lengths, amounts and lists"))
        } else {
            let says = format!("no schema was found in {} that read input", of(seen.unsure.len(), seen.reading, "endpoints"));
            Verdict::undecided(judge(says, "Look at each listed endpoint, and check its input by a schema"))
        };
        let verdict = verdict.with_notes(places::evidence(&seen.ground, "repo.sql-built", &seen.built));
        entrances::shown(verdict, &seen.ground, "repo.input-unsure", &seen.unsure)
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        if findings(seen).is_empty() {
            return Remedy::default();
        }
        let bind = |it: &Entrance| {
            Foreign::new(format!("Hand the values of {} ({}) over as parameters beside the statement", it.title, it.path))
        };
        let step = |it: &Entrance| {
            Foreign::new(format!("Parse the input of {} ({}) by a schema at its top, and answer 400", it.title, it.path))
        };
        let steps = seen.injected.iter().take(6).map(bind).chain(seen.unchecked.iter().take(12).map(step));
        Remedy { steps: steps.collect(), effort: Effort::M }
    }
}

fn findings(seen: &Seen) -> Vec<Finding> {
    let fix = "Parse the input by a schema at the top of the endpoint, and answer 400 when it does not fit";
    let bind = "Hand the value over as a parameter beside the statement, never inside its text";
    let injected = seen.injected.iter().map(|it| it.finding(&seen.ground, "repo.sql-from-input", Severity::Critical, bind));
    let unchecked = seen.unchecked.iter().map(|it| it.finding(&seen.ground, "repo.input-unchecked", Severity::Medium, fix));
    injected.chain(unchecked).collect()
}

fn seen(survey: &Survey, entries: &Entries<'_>, ground: Ground) -> Seen {
    let mut seen = Seen { ground, endpoints: entries.all.len(), ..Seen::default() };
    for it in &entries.all {
        seen.add_injected(it);
        let input = it.handler.body.inputs.first();
        // Who signed it vouches for its form too.
        let is_signed = it.does(|it| matches!(it, What::ChecksSignature { .. }));
        let Some(input) = input.filter(|_| !is_signed) else { continue };
        seen.reading += 1;
        if is_checked(it) {
            seen.checked += 1;
            continue;
        }
        let writes = it.does(|it| matches!(it, What::Uses(used) if used.writes()));
        let pays = it.does(|it| matches!(it, What::Pays { .. }));
        let does = match (writes, pays) {
            (_, true) => ", and calls a paid provider",
            (true, false) => ", and writes to the database",
            (false, false) => "",
        };
        let lost = entrances::lost(it);
        let more = lost.as_ref().map(|it| format!("; {it}")).unwrap_or_default();
        let says = format!("reads `{}` and checks it by no schema{does}{more}", input.says);
        let entrance = Entrance { line: input.line, ..Entrance::new(it, says) };
        // A read by `GET` that also writes, writes a log more often than what it was sent.
        let changes = pays || (writes && it.handler.method != "GET");
        let kept = if changes && lost.is_none() { &mut seen.unchecked } else { &mut seen.unsure };
        entrances::keep(kept, entrance);
    }
    survey.code.iter().filter(|it| !is_script(&it.path)).for_each(|it| seen.add_built(it));
    seen
}

impl Seen {
    /// Statements of the endpoint's own function into whose text it puts what it is sent: only there that is proved.
    fn add_injected(&mut self, it: &Entered<'_>) {
        let sent = it.handler.body.acts.iter().find_map(|act| match &act.what {
            What::BuildsSql { by, is_sent: true } => Some((by, act.line)),
            _ => None,
        });
        if let Some((by, line)) = sent {
            let says = format!("puts what it is sent into the text of `{by}`, which then runs whatever a caller writes");
            entrances::keep(&mut self.injected, Entrance { line, ..Entrance::new(it, says) });
        }
    }

    /// Statements of a file into whose text values are put, from wherever they come.
    fn add_built(&mut self, file: &CodeFile) {
        let entries = file.handlers.entries.iter().map(|it| &it.body);
        for act in entries.chain(file.handlers.units.iter().map(|it| &it.body)).flat_map(|it| &it.acts) {
            let What::BuildsSql { by, .. } = &act.what else { continue };
            let is_told = self.injected.iter().any(|it| it.path.as_str() == file.path && it.line == act.line);
            let spot = Spot::new(&file.path, act.line, format!("`{by}` runs a statement into whose text values are put"));
            if !is_told && self.built.len() < MOST_KEPT && !self.built.contains(&spot) {
                self.built.push(spot);
            }
        }
    }
}

/// Whether the endpoint checks its input, or hands it to a function of the app that does: one level, and no further.
fn is_checked(it: &Entered<'_>) -> bool {
    let helpers = it.called.iter().filter(|(call, ..)| call.takes_input).map(|(_, file, unit)| (*file, &unit.body));
    let mut bodies = std::iter::once((it.file, &it.handler.body)).chain(helpers);
    bodies.any(|(file, body)| checks(it, file, body))
}

fn checks(it: &Entered<'_>, file: &crate::repo::code::CodeFile, body: &Body) -> bool {
    body.acts.iter().any(|act| match &act.what {
        What::Validates { from: None, .. } => true,
        // The schema stands in a module of the app: it is one if that module has a library of schemas.
        What::Validates { by, from: Some(_) } => {
            let root = by.split('.').next().unwrap_or_default();
            it.steps.iter().any(|step| {
                let is_it = step.name.is_some_and(|name| name == root)
                    || imported_as(file, root).is_some_and(|name| step.name == Some(name));
                is_it
                    && step
                        .file
                        .imports
                        .iter()
                        .filter_map(|it| package(&it.from))
                        .any(|it| vendors::SCHEMAS.contains(&it.as_str()))
            })
        }
        _ => false,
    })
}

/// What the module calls what the file calls `local`.
fn imported_as<'f>(file: &'f crate::repo::code::CodeFile, local: &str) -> Option<&'f str> {
    let mut locals = file.imports.iter().flat_map(|it| &it.locals);
    locals.find(|it| it.local == local).map(|it| it.name.as_str())
}

#[cfg(test)]
mod tests;
