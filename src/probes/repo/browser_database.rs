//! What of the database the browser's own modules write (dossier repo-signals.md §4): row-level security is all that stands
//! between a caller and those tables. Money, roles and secrets are never theirs to write; any other table is listed.

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, Finding, Foreign, Gap, NoteLevel, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::ground::{Ground, MOST_KEPT, MOST_SHOWN, Spot, judge, of};
use crate::probes::{Meta, Probe, Sight, Stage, ground};
use crate::repo::Survey;
use crate::repo::code::CodeFile;
use crate::repo::code::queries::{Columns, Queries, Verb, Via};
use crate::repo::reach::{Reach, Side};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

mod columns;

pub use columns::Weight;

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
    /// Columns of money and rights that they write.
    #[serde(default)]
    pub columns: Vec<Column>,
}

/// A column that a client module writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    pub table: Foreign,
    pub name: Foreign,
    pub path: Foreign,
    pub line: u32,
    pub weight: Weight,
}

impl Column {
    fn says(&self) -> String {
        format!("a browser writes the column {} of {} in {}", self.name, self.table, self.path)
    }
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
        revision: 2,
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
            let tables: BTreeSet<&str> = seen
                .tables
                .iter()
                .filter(|it| it.writes() && is_sensitive(it.name.as_str()))
                .map(|it| it.name.as_str())
                .chain(deciding(seen).map(|it| it.table.as_str()))
                .collect();
            let says = format!("money, roles or secrets are in {} that browsers write", of(tables.len(), writes, "tables"));
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
                if seen.computed.is_empty() { "" } else { ", and some that are not told by name" }
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
        // Two modules that write one column are one piece of evidence.
        let mut mentioned: BTreeMap<(&str, &str), &Column> = BTreeMap::new();
        for it in seen.columns.iter().filter(|it| it.weight == Weight::Mentions) {
            mentioned.entry((it.table.as_str(), it.name.as_str())).or_insert(it);
        }
        let verdict = verdict.with_notes(mentioned.into_values().take(MOST_SHOWN).map(|it| {
            let spot = Spot::new(it.path.as_str(), it.line, it.says());
            seen.ground.evidence(format!("repo.browser-column.{}.{}", it.table, it.name), &spot)
        }));
        if seen.computed.is_empty() {
            return verdict;
        }
        let says = format!(
            "client modules use tables that are not told by name, first in {}",
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
        let column = |it: &Column| {
            Foreign::new(format!(
                "Move the write of {}.{} from {} to the server, and revoke the client roles' update of that column",
                it.table, it.name, it.path
            ))
        };
        let steps = sensitive.take(12).map(step).chain(deciding(seen).take(12).map(column));
        Remedy { steps: steps.collect(), effort: Effort::L }
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

/// Columns that decide money or rights, of tables that are not told of as a whole.
fn deciding(seen: &Seen) -> impl Iterator<Item = &Column> {
    seen.columns.iter().filter(|it| it.weight == Weight::Decides && !is_sensitive(it.table.as_str()))
}

fn findings(seen: &Seen) -> Vec<Finding> {
    let fix = "Write it in a server route, a server action or a database function, and revoke the client roles' grants";
    let sensitive = seen.tables.iter().filter(|it| it.writes() && is_sensitive(it.name.as_str()));
    let made = sensitive.map(|it| {
        let spot = Spot::new(it.path.as_str(), it.line, format!("a browser writes the {}", it.says()));
        Finding::new("repo.browser-writes-sensitive", &it.name, Severity::High, &spot.says, fix).at(seen.ground.place(&spot))
    });
    let columns = deciding(seen).map(|it| {
        let says = format!("{}; only policies and grants of the table decide who may", it.says());
        let spot = Spot::new(it.path.as_str(), it.line, says);
        let resource = format!("{}#{}.{}", it.path, it.table, it.name);
        Finding::new("repo.browser-writes-entitlement", resource, Severity::High, &spot.says, fix).at(seen.ground.place(&spot))
    });
    made.chain(columns).collect()
}

/// A use of a table, a collection or a stored function.
struct Use<'s> {
    name: &'s str,
    verb: &'static str,
    line: u32,
    written: Option<&'s Columns>,
    is_function: bool,
}

/// What a file asks of the database in a browser: Prisma and Drizzle have none there.
fn uses(queries: &Queries) -> Vec<Use<'_>> {
    let calls = queries.calls.iter().filter(|it| it.via == Via::Supabase).map(|it| Use {
        name: &it.table,
        verb: it.verb.map_or("select", Verb::word),
        line: it.line,
        written: Some(&it.written),
        is_function: false,
    });
    let functions =
        queries.functions.iter().map(|it| Use { name: &it.name, verb: "rpc", line: it.line, written: None, is_function: true });
    let documents = queries.documents.iter().filter_map(|it| {
        let (name, verb) = (it.collection.as_deref()?, it.verb.word());
        Some(Use { name, verb, line: it.line, written: Some(&it.written), is_function: false })
    });
    calls.chain(functions).chain(documents).collect()
}

/// Where a file uses the database in a way of which the table is not known.
fn hidden(file: &CodeFile) -> Option<Spot> {
    let queries = &file.queries;
    if let Some(line) = queries.computed.first() {
        return Some(Spot::new(&file.path, *line, "a table by a computed name"));
    }
    if let Some(it) = queries.documents.iter().find(|it| it.collection.is_none()) {
        return Some(Spot::new(&file.path, it.line, "a collection by a computed name"));
    }
    let import = file.imports.iter().find(|it| {
        it.from == "firebase/database"
            || (queries.documents.is_empty()
                && ["firebase/firestore", "react-firebase-hooks/firestore"].contains(&it.from.as_str())
                && it.names.iter().any(|it| it.starts_with("use") || matches!(it.as_str(), "collection" | "doc")))
    })?;
    Some(Spot::new(&file.path, import.line, format!("`{}`, of which not every use is followed", import.from)))
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
        let uses = uses(&file.queries);
        let hidden = hidden(file).filter(|_| is_client);
        seen.client_modules += usize::from(is_client);
        seen.using += usize::from(is_client && (!uses.is_empty() || hidden.is_some()));
        seen.computed.extend(hidden.filter(|_| seen.computed.len() < MOST_KEPT));
        let mut here: BTreeSet<(&str, bool)> = BTreeSet::new();
        for it in &uses {
            let list: &mut BTreeMap<(String, bool), Table> = if is_client { &mut tables } else { &mut unsure };
            let made = || Table {
                name: Foreign::new(it.name),
                verbs: BTreeSet::new(),
                modules: 0,
                path: Foreign::new(&file.path),
                line: it.line,
            };
            let table = list.entry((it.name.to_owned(), it.is_function)).or_insert_with(made);
            let writes = !matches!(it.verb, "select" | "rpc");
            if writes && !table.writes() {
                (table.path, table.line) = (Foreign::new(&file.path), it.line);
            }
            table.verbs.insert(it.verb.to_owned());
            table.modules += usize::from(here.insert((it.name, it.is_function)));
            if is_client && writes {
                seen.columns(file, it);
            }
        }
    }
    seen.tables = tables.into_values().take(MOST_KEPT).collect();
    seen.unsure = unsure.into_values().take(MOST_KEPT).collect();
    seen
}

impl Seen {
    /// Columns of money and rights that a client module writes.
    fn columns(&mut self, file: &CodeFile, it: &Use<'_>) {
        for written in it.written.into_iter().flat_map(|it| &it.named) {
            let Some(weight) = columns::weight(it.name, &written.name) else { continue };
            let is_known = self.columns.iter().any(|known| {
                known.path.as_str() == file.path && known.table.as_str() == it.name && known.name.as_str() == written.name
            });
            if !is_known && self.columns.len() < MOST_KEPT {
                self.columns.push(Column {
                    table: Foreign::new(it.name),
                    name: Foreign::new(&written.name),
                    path: Foreign::new(&file.path),
                    line: written.line,
                    weight,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests;
