//! Writes that belong together happen together: no function writes to several tables one after the other without a
//! transaction or a stored function, least of all in a browser (items API-07, API-01). Which of them share a rule is for a
//! person to say; that a browser makes them is wrong by itself.

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, Finding, Foreign, Gap, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::data::{self, count};
use crate::probes::ground::{self, Exhibit, Ground, MOST_KEPT, Spot, judge, of};
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::repo::Survey;
use crate::repo::code::queries::Steps;
use crate::repo::queried::is_script;
use crate::repo::reach::{Reach, Side};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// See the module.
pub struct BusinessRules;

/// Functions that write to several tables.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    pub ground: Ground,
    /// Functions that write to any table.
    pub writers: usize,
    /// In a module that browsers load.
    pub in_browser: Vec<Exhibit>,
    /// Elsewhere, or where it cannot be told.
    pub elsewhere: Vec<Exhibit>,
    /// Places where a table's name is computed, so that a write there cannot be followed.
    pub computed: Vec<Exhibit>,
    /// Transactions and stored functions that the code uses.
    pub wholes: usize,
}

impl Probe for BusinessRules {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "repo.business-rules",
        system: System::Repo,
        asks: "Are writes to several tables made in one transaction or stored function?",
        needs: &["A checkout of the repository, or a GitHub token with Contents: read"],
        cost: &[(System::Github, 3)],
        consent: Consent::Passive,
        kind: ProbeKind::Sign,
        confirm: 1,
        revision: 2,
        stage: Stage::Experimental,
        seconds: 600,
        docs: "apis/repo-signals.md §4, §7",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let survey = ground::survey(sight).await?;
        Ok(survey.as_ref().as_ref().map_or_else(|| Seen { ground: Ground::empty(), ..Seen::default() }, seen))
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        let ground = &seen.ground;
        if ground.empty {
            return Verdict::not_applicable("the repository is empty: it writes nothing");
        }
        let gap = ground.gap("a write");
        let wholes = count(seen.wholes, "transaction or call of a stored function", "transactions and calls of stored functions");
        let verdict = if !seen.in_browser.is_empty() {
            let functions = of(seen.in_browser.len(), seen.writers, "writing functions");
            Verdict::fail(format!("{functions} change several tables from the browser, one after the other"), findings(seen))
                .unseen(gap)
        } else if let Some(gap) = gap {
            Verdict::undecided(gap)
        } else if ground.code_files == 0 {
            Ground::no_code(settings)
        } else if !seen.elsewhere.is_empty() {
            let functions = of(seen.elsewhere.len(), seen.writers, "writing functions");
            let says = format!("{functions} change several tables one after the other, beside {wholes}");
            Verdict::undecided(judge(says, "Put writes that share a rule into one transaction or database function"))
        } else if !seen.computed.is_empty() {
            let says = format!("{} a table by a computed name", count(seen.computed.len(), "place names", "places name"));
            Verdict::undecided(judge(says, "Look which tables are written there"))
        } else if seen.writers == 0 && seen.wholes == 0 {
            Verdict::not_applicable("no function in the code writes to a database")
        } else {
            let functions = of(0, seen.writers, "writing functions");
            Verdict::pass(format!("{functions} change several tables by themselves in separate steps, beside {wholes}"))
        };
        verdict
            .with_notes(ground.exhibits("repo.writes-in-steps", &seen.elsewhere))
            .with_notes(ground.exhibits("repo.write-computed", &seen.computed))
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        let step = |it: &Exhibit| {
            Foreign::new(format!("Move the writes of {} into one database function and call it with `rpc`", it.spot.path))
        };
        let mut steps: Vec<Foreign> = seen.in_browser.iter().map(step).collect();
        steps.dedup();
        steps.truncate(6);
        Remedy { steps, effort: Effort::L }
    }
}

fn findings(seen: &Seen) -> Vec<Finding> {
    let finding = |it: &Exhibit| {
        let fix = "Make them in one database function, or on the server in one transaction";
        Finding::new("repo.writes-in-browser", &it.id, Severity::Medium, &it.spot.says, fix).at(seen.ground.place(&it.spot))
    };
    seen.in_browser.iter().map(finding).collect()
}

fn seen(survey: &Survey) -> Seen {
    let reach = Reach::of(survey);
    let mut seen = Seen { ground: data::code_ground(survey), ..Seen::default() };
    for file in survey.code.iter().filter(|it| !is_script(&it.path)) {
        let queries = &file.queries;
        seen.writers += queries.writers;
        seen.wholes += queries.transactions.len() + queries.functions.len();
        seen.computed.extend(
            queries
                .computed
                .iter()
                .take(1)
                .map(|line| Exhibit::new(&file.path, Spot::new(&file.path, *line, "a table's name is computed here"))),
        );
        let hidden = queries.documents.iter().filter(|it| it.verb.is_write() && it.collection.is_none()).map(|it| it.line);
        let hidden = hidden.chain(queries.raw.iter().filter(|it| it.hides).map(|it| it.line)).take(1);
        seen.computed.extend(hidden.map(|line| {
            let spot = Spot::new(&file.path, line, "a collection or table is written here whose name is computed");
            Exhibit::new(&file.path, spot)
        }));
        if queries.steps.is_empty() {
            continue;
        }
        let in_browser = matches!(reach.side(file), Side::Client(_));
        for steps in &queries.steps {
            let found = exhibit(&file.path, steps);
            if in_browser { seen.in_browser.push(found) } else { seen.elsewhere.push(found) }
        }
    }
    for list in [&mut seen.in_browser, &mut seen.elsewhere, &mut seen.computed] {
        // Two functions without a name that write to the same tables are one defect.
        let mut known = BTreeSet::new();
        list.retain(|it| known.insert(it.id.clone()));
        list.truncate(MOST_KEPT);
    }
    seen
}

fn exhibit(path: &str, steps: &Steps) -> Exhibit {
    let tables: BTreeSet<&str> = steps.writes.iter().map(|it| it.table.as_str()).collect();
    let tables = tables.into_iter().collect::<Vec<_>>().join(", ");
    let function = steps.function.as_deref().unwrap_or("a function");
    let writes: Vec<String> = steps.writes.iter().take(4).map(|it| format!("{} {}", it.verb.word(), it.table)).collect();
    let says =
        format!("{function} makes {} in separate steps: {}", count(steps.writes.len(), "write", "writes"), writes.join(", "));
    Exhibit::new(format!("{path}.{function}.{tables}"), Spot::new(path, steps.line, says))
}

#[cfg(test)]
mod tests;
