//! Serverless code does not open a database connection of its own for each call, and what it opens suits a transaction
//! pooler (dossier postgres.md §0, item IDX-04). Which address production uses is not in the repository.

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, Finding, Foreign, Gap, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::data::{self, count};
use crate::probes::ground::{self, Exhibit, Ground, MOST_KEPT, Spot, judge, of};
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::repo::Survey;
use crate::repo::code::queries::{Connection, Driver, Made, Via};
use crate::repo::dotenv::Pooling;
use crate::repo::queried::{Queried, is_script};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// See the module.
pub struct PooledConnections;

/// Where connections are opened.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    pub ground: Ground,
    /// Places of the app's own code that open a connection to a database's port.
    pub opened: usize,
    /// Calls over HTTP, and drivers of that kind.
    pub over_http: usize,
    /// In a handler, so that each request opens one more.
    pub per_request: Vec<Exhibit>,
    /// Everything that a person should look at.
    pub evidence: Vec<Exhibit>,
    /// Reads of whole tables: nothing says how many rows they take.
    pub unbounded: usize,
    pub reads: usize,
    /// Files show that the code runs on serverless hosts.
    pub is_serverless: bool,
}

impl Probe for PooledConnections {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "repo.pooled-connections",
        system: System::Repo,
        asks: "Does serverless code reach the database through a pooler, and not by a connection for each call?",
        needs: &["A checkout of the repository, or a GitHub token with Contents: read"],
        cost: &[(System::Github, 3)],
        consent: Consent::Passive,
        kind: ProbeKind::Sign,
        confirm: 1,
        revision: 1,
        stage: Stage::Experimental,
        seconds: 600,
        docs: "apis/postgres.md §0, §4",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let survey = ground::survey(sight).await?;
        Ok(survey.as_ref().as_ref().map_or_else(|| Seen { ground: Ground::empty(), ..Seen::default() }, seen))
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        let ground = &seen.ground;
        if ground.empty {
            return Verdict::not_applicable("the repository is empty: it opens nothing");
        }
        let gap = ground.gap("a connection");
        let places = count(seen.opened, "place opens", "places open");
        let verdict = if !findings(seen).is_empty() {
            let says =
                format!("{} that open a connection do so on each request", of(seen.per_request.len(), seen.opened, "places"));
            Verdict::fail(says, findings(seen)).unseen(gap)
        } else if let Some(gap) = gap {
            Verdict::undecided(gap)
        } else if ground.code_files == 0 {
            Ground::no_code(settings)
        } else if seen.opened == 0 && seen.over_http == 0 {
            Verdict::not_applicable("nothing in the code reaches a SQL database")
        } else if seen.opened == 0 {
            let calls = count(seen.over_http, "call goes", "calls go");
            Verdict::pass(format!("no code opens a database connection: {calls} over HTTP"))
        } else if seen.is_serverless {
            let says = format!("{places} a database connection in code that runs on a serverless host");
            Verdict::undecided(judge(says, "Check that production's variable names the transaction pooler (port 6543)"))
        } else {
            let says = format!("{places} a database connection, and nothing here says on what kind of host");
            Verdict::undecided(judge(says, "Say where the server runs; on a serverless host use the transaction pooler"))
        };
        let reads = (seen.unbounded > 0)
            .then(|| format!("{} take as many rows as the data API allows", of(seen.unbounded, seen.reads, "reads")));
        let verdict = match reads {
            Some(says) => verdict.note(crate::domain::NoteLevel::Info, "repo.reads-unbounded", says),
            None => verdict,
        };
        verdict.with_notes(ground.exhibits("repo.connection", &seen.evidence))
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        if findings(seen).is_empty() {
            return Remedy::default();
        }
        let step = |it: &Exhibit| {
            Foreign::new(format!("Open the connection of {} once for the module, through the transaction pooler", it.spot.path))
        };
        Remedy { steps: seen.per_request.iter().take(6).map(step).collect(), effort: Effort::S }
    }
}

/// On a server that stays, a connection for each request is slow and not more.
fn findings(seen: &Seen) -> Vec<Finding> {
    if !seen.is_serverless {
        return Vec::new();
    }
    let finding = |it: &Exhibit| {
        let fix = "Make it once for the module and keep it, and point it at the transaction pooler";
        Finding::new("repo.connection-per-request", &it.id, Severity::Medium, &it.spot.says, fix).at(seen.ground.place(&it.spot))
    };
    seen.per_request.iter().map(finding).collect()
}

fn seen(survey: &Survey) -> Seen {
    let queried = Queried::of(survey);
    let mut seen = Seen { ground: data::code_ground(survey), is_serverless: is_serverless(survey), ..Seen::default() };
    seen.over_http = queried.asked.iter().filter(|it| it.via == Via::Supabase).count();
    let reads = queried.asked.iter().filter(|it| it.verb.is_some_and(|it| !it.is_write()));
    let (bounded, unbounded): (Vec<_>, Vec<_>) = reads.partition(|it| it.bounded);
    (seen.unbounded, seen.reads) = (unbounded.len(), bounded.len() + unbounded.len());
    let mut prepares = false;
    for file in survey.code.iter().filter(|it| !is_script(&it.path)) {
        seen.over_http += file.queries.functions.len();
        for it in &file.queries.connections {
            if it.driver == Driver::Http {
                seen.over_http += 1;
                continue;
            }
            seen.opened += 1;
            prepares |= it.driver == Driver::PostgresJs && !it.prepares_off;
            let spot = Spot::new(&file.path, it.line, said(&file.path, it));
            let exhibit = Exhibit::new(format!("{}.{:?}", file.path, it.driver), spot);
            if is_handler(&file.path, &it.made) {
                seen.per_request.push(exhibit.clone());
            }
            seen.evidence.push(exhibit);
        }
    }
    // Addresses matter only to code that opens one.
    if seen.opened > 0 {
        addresses(survey, prepares, &mut seen);
    }
    seen.per_request.truncate(MOST_KEPT);
    seen.evidence.truncate(MOST_KEPT);
    seen
}

/// What the files of variables and Prisma's data source say of the port.
fn addresses(survey: &Survey, prepares: bool, seen: &mut Seen) {
    for file in &survey.environment {
        for it in &file.variables {
            let says = match it.pooling {
                Some(Pooling::Direct) => format!("{} names a database directly (port 5432)", it.name),
                Some(Pooling::Session) => {
                    format!("{} names a session pooler (port 5432), which holds a connection for each client", it.name)
                }
                Some(Pooling::Transaction { prepares_off }) if prepares && !prepares_off => {
                    format!(
                        "{} names the transaction pooler, and postgres.js prepares statements there unless `prepare: false`",
                        it.name
                    )
                }
                Some(Pooling::Transaction { prepares_off: false }) if survey.migrations.prisma.is_some() => {
                    format!("{} names the transaction pooler without `pgbouncer=true`, which Prisma needs", it.name)
                }
                Some(Pooling::Transaction { .. }) => format!("{} names the transaction pooler", it.name),
                None => continue,
            };
            seen.evidence.push(Exhibit::new(format!("{}.{}", file.path, it.name), Spot::new(&file.path, it.line, says)));
        }
    }
    if let Some(prisma) = &survey.migrations.prisma
        && let Some(model) = prisma.models.first()
        && let Some(url) = &prisma.url
    {
        let direct = prisma
            .direct_url
            .as_ref()
            .map_or("no address of its own for migrations".to_owned(), |it| format!("{it} for migrations"));
        seen.evidence.push(Exhibit::new("prisma", Spot::new(&model.path, 1, format!("Prisma reads {url}, and {direct}"))));
    }
}

fn said(path: &str, it: &Connection) -> String {
    let by = match it.driver {
        Driver::Pg => "pg",
        Driver::PostgresJs => "postgres.js",
        Driver::Prisma => "Prisma",
        Driver::Http => "a driver over HTTP",
    };
    let when = match &it.made {
        Made::Once => "once for the module".to_owned(),
        Made::Kept => "on the first call, and keeps it".to_owned(),
        Made::InFunction(Some(name)) => format!("in `{name}`"),
        Made::InFunction(None) => "in a function".to_owned(),
    };
    let variables = if it.variables.is_empty() { String::new() } else { format!(", with {}", it.variables.join(" and ")) };
    let most = it.most.map(|it| format!(", {it} at most")).unwrap_or_default();
    format!("{path} opens a connection by {by} {when}{variables}{most}")
}

/// A function that a framework calls for each request.
fn is_handler(path: &str, made: &Made) -> bool {
    let Made::InFunction(name) = made else { return false };
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
    let method = name.as_deref().is_some_and(|it| matches!(it, "GET" | "POST" | "PUT" | "PATCH" | "DELETE"));
    let is_route = file.starts_with("route.") && format!("/{folders}/").contains("/app/");
    let below_api = path.starts_with("pages/api/") || path.contains("/pages/api/") || path.starts_with("api/");
    (is_route && method) || (below_api && matches!(name.as_deref(), Some("handler")))
}

fn is_serverless(survey: &Survey) -> bool {
    let has = |names: &[&str]| names.iter().any(|it| survey.paths.contains(*it));
    let own_server = has(&["Dockerfile", "fly.toml", "Procfile", "render.yaml"]);
    let hosted = has(&["vercel.json", "netlify.toml", "wrangler.toml", "wrangler.jsonc"]);
    hosted || (survey.needs(&["next", "@sveltejs/kit", "nuxt", "@vercel/node"]) && !own_server)
}

#[cfg(test)]
mod tests;
