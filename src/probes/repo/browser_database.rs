//! What of the database the browser's own modules write (dossier repo-signals.md §4): row-level security is all that stands
//! between a caller and those tables. Money, roles and secrets are never theirs to write; any other table is listed.

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, Finding, Foreign, Gap, NoteLevel, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::ground::{Ground, MOST_KEPT, MOST_SHOWN, Spot, judge, of};
use crate::probes::{Meta, Probe, Sight, Stage, ground};
use crate::repo::Survey;
use crate::repo::code::CodeFile;
use crate::repo::code::handlers::TableUse;
use crate::repo::code::queries::{Verb, Via};
use crate::repo::reach::{Reach, Side};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// See the module.
pub struct BrowserDatabase;

/// What browsers do to the database.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    pub ground: Ground,
    /// Modules that a browser loads.
    pub client_modules: usize,
    /// That use the database.
    pub using: usize,
    /// Tables and stored functions that they use, by name.
    pub tables: Vec<Table>,
    /// Those of modules of which it is not sure where they run.
    pub unsure: Vec<Table>,
    /// Uses whose table has a computed name.
    pub computed: Vec<Spot>,
}

/// A table, or a stored function, and what is done to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    pub name: Foreign,
    /// In alphabetical order.
    pub verbs: BTreeSet<String>,
    pub modules: usize,
    /// The first place, a write if there is one.
    pub path: Foreign,
    pub line: u32,
}

impl Table {
    fn writes(&self) -> bool {
        self.verbs.iter().any(|it| it != "select" && it != "rpc")
    }

    fn is_function(&self) -> bool {
        self.verbs.contains("rpc")
    }

    fn says(&self) -> String {
        let verbs: Vec<&str> = self.verbs.iter().map(String::as_str).collect();
        let more = if self.modules > 1 { format!(" and {} more modules", self.modules - 1) } else { String::new() };
        let what = if self.is_function() { "stored function" } else { "table" };
        format!("{what} {}: {} by {}{more}", self.name, verbs.join(", "), self.path)
    }
}

impl Probe for BrowserDatabase {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "repo.browser-database",
        system: System::Repo,
        asks: "Do money, roles and secrets stay out of what the browser writes to the database?",
        needs: &["A checkout of the repository, or a GitHub token with Contents: read"],
        cost: &[(System::Github, 3)],
        consent: Consent::Passive,
        kind: ProbeKind::Sign,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 600,
        docs: "apis/repo-signals.md §4",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let survey = ground::survey(sight).await?;
        Ok(survey.as_ref().as_ref().map_or_else(|| Seen { ground: Ground::empty(), ..Seen::default() }, seen))
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.ground.empty {
            return Verdict::not_applicable("the repository is empty: it has no code");
        }
        let findings = findings(seen);
        let gap = seen.ground.gap("a module that uses the database");
        let writes = seen.tables.iter().filter(|it| it.writes()).count();
        let verdict = if !findings.is_empty() {
            let says = format!("money, roles or secrets are in {} that browsers write", of(findings.len(), writes, "tables"));
            Verdict::fail(says, findings).unseen(gap)
        } else if let Some(gap) = gap {
            Verdict::undecided(gap)
        } else if seen.ground.code_files == 0 {
            Ground::no_code(settings)
        } else if !seen.tables.is_empty() || !seen.computed.is_empty() {
            let says = format!(
                "{} use the database directly: {} tables, of which {writes} are written{}",
                of(seen.using, seen.client_modules, "client modules"),
                seen.tables.len(),
                if seen.computed.is_empty() { "" } else { ", and some by computed names" }
            );
            Verdict::undecided(judge(says, "Give a reason for each listed table, and prove its policies with a second user"))
        } else if !seen.unsure.is_empty() {
            let says = format!("{} tables are used in modules of which it is not sure where they run", seen.unsure.len());
            Verdict::undecided(judge(says, "Add `import \"server-only\"` to those that stay on the server"))
        } else {
            Verdict::pass(format!("none of {} client modules uses the database", seen.client_modules))
        };
        let note = |rule: &str, it: &Table, more: &str| {
            let spot = Spot::new(it.path.as_str(), it.line, format!("{}{more}", it.says()));
            seen.ground.evidence(format!("{rule}.{}", it.name), &spot)
        };
        // A key carries the writes: a table that browsers begin to write is not what was judged.
        let rule = |it: &Table| {
            if it.writes() {
                "repo.browser-table-written"
            } else if it.is_function() {
                "repo.browser-function"
            } else {
                "repo.browser-table-read"
            }
        };
        let mut tables: Vec<&Table> = seen.tables.iter().collect();
        tables.sort_by_key(|it| (!it.writes(), !it.is_function()));
        let verdict = verdict.with_notes(tables.iter().take(MOST_SHOWN * 3).map(|it| note(rule(it), it, "")));
        let verdict = verdict.with_notes(
            seen.unsure.iter().take(MOST_SHOWN).map(|it| note("repo.browser-table-unsure", it, ", which may run in a browser")),
        );
        if seen.computed.is_empty() {
            return verdict;
        }
        let says = format!(
            "client modules use tables by computed names, first in {}",
            seen.computed.first().map_or("", |it| it.path.as_str())
        );
        verdict.note(NoteLevel::Evidence, "repo.browser-table-computed", says)
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        if findings(seen).is_empty() {
            return Remedy::default();
        }
        let sensitive = seen.tables.iter().filter(|it| it.writes() && is_sensitive(it.name.as_str()));
        let step = |it: &Table| {
            Foreign::new(format!(
                "Move the writes of {} from {} to the server, and revoke the client roles' grants on it",
                it.name, it.path
            ))
        };
        Remedy { steps: sensitive.take(12).map(step).collect(), effort: Effort::L }
    }
}

/// Words of tables that hold money, roles or secrets. A table of orders may hold no more than wishes, and is listed only.
const SENSITIVE: [&str; 24] = [
    "payment",
    "payments",
    "invoice",
    "invoices",
    "subscription",
    "subscriptions",
    "credit",
    "credits",
    "wallet",
    "wallets",
    "payout",
    "payouts",
    "refund",
    "refunds",
    "role",
    "roles",
    "permission",
    "permissions",
    "admin",
    "admins",
    "secret",
    "secrets",
    "entitlement",
    "entitlements",
];

fn is_sensitive(table: &str) -> bool {
    let lower = table.to_ascii_lowercase();
    let words: Vec<&str> = lower.split(['_', '-', '.']).collect();
    // `push_subscriptions`, `newsletter_subscriptions` hold no money.
    let is_mail = ["push", "newsletter", "email", "notification", "notifications", "web"].iter().any(|it| words.contains(it));
    let is_key = lower.contains("api_key") || lower.contains("apikey");
    is_key || words.iter().any(|it| SENSITIVE.contains(it) && !(is_mail && it.starts_with("subscription")))
}

fn findings(seen: &Seen) -> Vec<Finding> {
    let fix = "Write it in a server route, a server action or a database function, and revoke the client roles' grants";
    let sensitive = seen.tables.iter().filter(|it| it.writes() && is_sensitive(it.name.as_str()));
    let made = sensitive.map(|it| {
        let spot = Spot::new(it.path.as_str(), it.line, format!("a browser writes the {}", it.says()));
        Finding::new("repo.browser-writes-sensitive", &it.name, Severity::High, &spot.says, fix).at(seen.ground.place(&spot))
    });
    made.collect()
}

/// What a file does to tables. Where names are computed, and every one of them stands in a constant of the file, they are
/// those of the queries.
fn tables_of(file: &CodeFile) -> Vec<TableUse> {
    let used = &file.handlers.tables;
    if used.iter().all(|it| it.table.is_some()) || !file.queries.computed.is_empty() {
        return used.clone();
    }
    let calls = file.queries.calls.iter().filter(|it| it.via == Via::Supabase);
    let asked =
        calls.map(|it| TableUse { table: Some(it.table.clone()), verb: it.verb.map_or("select", Verb::word), line: it.line });
    asked.chain(used.iter().filter(|it| it.verb == "rpc").cloned()).collect()
}

fn seen(survey: &Survey) -> Seen {
    let reach = Reach::of(survey);
    let mut seen = Seen { ground: Ground::of_code(survey), ..Seen::default() };
    let (mut tables, mut unsure) = (BTreeMap::new(), BTreeMap::new());
    for file in &survey.code {
        let is_client = match reach.side(file) {
            Side::Client(_) => true,
            Side::Unsure(_) => false,
            Side::Server => continue,
        };
        seen.client_modules += usize::from(is_client);
        seen.using += usize::from(is_client && !file.handlers.tables.is_empty());
        let mut here: BTreeSet<(&str, bool)> = BTreeSet::new();
        for used in &tables_of(file) {
            let Some(name) = used.table.as_deref() else {
                if is_client && seen.computed.len() < MOST_KEPT {
                    seen.computed.push(Spot::new(&file.path, used.line, "a table by a computed name"));
                }
                continue;
            };
            let list: &mut BTreeMap<(String, bool), Table> = if is_client { &mut tables } else { &mut unsure };
            let is_function = used.verb == "rpc";
            let made = || Table {
                name: Foreign::new(name),
                verbs: BTreeSet::new(),
                modules: 0,
                path: Foreign::new(&file.path),
                line: used.line,
            };
            let table = list.entry((name.to_owned(), is_function)).or_insert_with(made);
            if used.writes() && !is_function && !table.writes() {
                (table.path, table.line) = (Foreign::new(&file.path), used.line);
            }
            table.verbs.insert(used.verb.to_owned());
            table.modules += usize::from(here.insert((name, is_function)));
        }
    }
    seen.tables = tables.into_values().take(MOST_KEPT).collect();
    seen.unsure = unsure.into_values().take(MOST_KEPT).collect();
    seen
}

#[cfg(test)]
mod tests;
