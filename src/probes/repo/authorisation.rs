//! Which endpoints ask who is there, and which do not (dossier repo-signals.md §8). Every project names its guards itself, so
//! they are proposed and the rest is listed; only what a caller can plainly make up is a defect: a role that is taken from
//! the request, a secret that an empty text stands in for.

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, Finding, Foreign, Gap, NoteLevel, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::entrances::{self, Entrance};
use crate::probes::ground::{Ground, MOST_SHOWN, judge, of};
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::repo::Survey;
use crate::repo::code::handlers::What;
use crate::repo::entries::{Cover, Entered, Entries, Middleware};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// See the module.
pub struct Authorisation;

/// How the endpoints guard themselves.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    pub ground: Ground,
    pub endpoints: usize,
    /// That ask who is there, in a way that a caller cannot make up.
    pub identified: usize,
    /// That check a signature or a secret.
    pub signed: usize,
    /// That trust a session which nobody verified.
    pub unverified: Vec<Entrance>,
    /// Where nothing was found that asks.
    pub open: Vec<Entrance>,
    /// That take a role from the request, and ask nobody else.
    pub roles: Vec<Entrance>,
    /// That compare with a secret which an empty text stands in for.
    pub fallbacks: Vec<Entrance>,
    /// Functions of the app that endpoints call, and that may be its guards.
    pub guards: Vec<Guard>,
    /// The app's middleware, when it asks who is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub middleware: Option<Foreign>,
    /// That ask nobody themselves and stand behind a middleware which asks and refuses.
    #[serde(default)]
    pub behind: Vec<Entrance>,
    /// The version of Next that the lockfile names, where one of its middlewares can be skipped by a header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skippable: Option<Foreign>,
    /// A file that is named as a middleware and that Next does not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle: Option<Foreign>,
}

/// A function that may be a guard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guard {
    pub name: Foreign,
    pub path: Foreign,
    pub line: u32,
    /// Endpoints that call it.
    pub calls: usize,
    /// Whether it was seen to ask who is there.
    pub asks: bool,
}

impl Probe for Authorisation {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "repo.authorisation",
        system: System::Repo,
        asks: "Does every endpoint check on the server who asks?",
        needs: &["A checkout of the repository, or a GitHub token with Contents: read"],
        cost: &[(System::Github, 3)],
        consent: Consent::Passive,
        kind: ProbeKind::Sign,
        confirm: 1,
        revision: 1,
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
        let findings = findings(seen);
        let gap = seen.ground.gap("an endpoint");
        let open = of(seen.open.len(), seen.endpoints, "endpoints");
        let verdict = if !findings.is_empty() {
            let places =
                if findings.len() == 1 { "1 endpoint trusts".to_owned() } else { format!("{} endpoints trust", findings.len()) };
            Verdict::fail(format!("{places} what a caller can make up"), findings).unseen(gap)
        } else if let Some(gap) = gap {
            Verdict::undecided(gap)
        } else if seen.endpoints == 0 && seen.ground.code_files == 0 {
            Ground::no_code(settings)
        } else if seen.endpoints == 0 {
            return Verdict::not_applicable(format!("none of {} files of code is an endpoint", seen.ground.code_files));
        } else if seen.open.is_empty() && seen.unverified.is_empty() && !seen.behind.is_empty() {
            let says = format!("{} are guarded by the middleware alone", of(seen.behind.len(), seen.endpoints, "endpoints"));
            Verdict::undecided(judge(says, "Ask who is there in each listed endpoint too"))
        } else if seen.open.is_empty() && seen.unverified.is_empty() {
            let says = format!(
                "all {} endpoints ask who is there; whether each compares the row's owner is for a person",
                seen.endpoints
            );
            Verdict::undecided(judge(says, "Call each once as another user, and keep the answers"))
        } else if seen.open.is_empty() {
            let says = format!("{} trust a session that nobody verified", of(seen.unverified.len(), seen.endpoints, "endpoints"));
            Verdict::undecided(judge(says, "Use `getUser` or `getClaims` where the session decides what somebody may do"))
        } else {
            let says = format!("nothing was found that asks who is there in {open}");
            Verdict::undecided(judge(says, "Say of each listed endpoint that it is public, or guard it"))
        };
        let verdict = entrances::shown(verdict, &seen.ground, "repo.authorisation-open", &seen.open);
        let verdict = entrances::shown(verdict, &seen.ground, "repo.authorisation-unverified", &seen.unverified);
        let verdict = entrances::shown(verdict, &seen.ground, "repo.authorisation-middleware-only", &seen.behind);
        let verdict = seen.guards.iter().take(MOST_SHOWN).fold(verdict, |verdict, it| {
            let asks = if it.asks { "asks who is there" } else { "may be a guard" };
            let says = format!("{} ({}) {asks}; {} call it", it.name, it.path, of(it.calls, seen.endpoints, "endpoints"));
            verdict.note(NoteLevel::Evidence, format!("repo.authorisation-guard.{}#{}", it.path, it.name), says)
        });
        let verdict = match &seen.skippable {
            Some(version) => {
                let says =
                    format!("next {version} lets a header skip its middleware (CVE-2025-29927); a host may strip that header");
                verdict.note(NoteLevel::Evidence, "repo.authorisation-middleware-skippable", says)
            }
            None => verdict,
        };
        let verdict = match &seen.idle {
            Some(path) => {
                let says = format!("{path} lies beside neither `app` nor `pages`: Next does not run it");
                verdict.note(NoteLevel::Evidence, "repo.authorisation-middleware-idle", says)
            }
            None => verdict,
        };
        match &seen.middleware {
            Some(path) => {
                let says =
                    format!("{path} asks who is there, for the addresses of its matcher only; an endpoint needs its own check");
                verdict.note(NoteLevel::Evidence, "repo.authorisation-middleware", says)
            }
            None => verdict,
        }
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        if findings(seen).is_empty() {
            return Remedy::default();
        }
        let mut steps: Vec<Foreign> = Vec::new();
        for it in &seen.roles {
            steps.push(format!("Read the role in {} from the database or from the verified session", it.path).into());
        }
        for it in &seen.fallbacks {
            steps.push(format!("Refuse in {} when the secret is not set, instead of comparing with a stand-in", it.path).into());
        }
        Remedy { steps, effort: Effort::M }
    }
}

fn findings(seen: &Seen) -> Vec<Finding> {
    let roles = seen.roles.iter().map(|it| {
        let fix = "Take the role from the database or the verified session, and refuse without one";
        it.finding(&seen.ground, "repo.authorisation-role-from-request", Severity::Critical, fix)
    });
    let fallbacks = seen.fallbacks.iter().map(|it| {
        let fix = "Refuse when the variable is not set, and compare with it alone";
        it.finding(&seen.ground, "repo.authorisation-open-secret", Severity::High, fix)
    });
    roles.chain(fallbacks).collect()
}

/// Words in the names of functions that guard.
const GUARDS: [&str; 16] = [
    "auth",
    "require",
    "assert",
    "ensure",
    "verify",
    "protect",
    "guard",
    "admin",
    "session",
    "permission",
    "can",
    "policy",
    "role",
    "currentuser",
    "getuser",
    "middleware",
];

fn sounds_like_guard(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    let lower = last.to_ascii_lowercase();
    // `createAdminClient` and `authOptions` ask nobody.
    !lower.contains("client")
        && !lower.contains("options")
        && GUARDS.iter().any(|it| {
            if *it == "can" {
                last.starts_with("can") && last.chars().nth(3).is_some_and(char::is_uppercase)
            } else {
                lower.contains(it)
            }
        })
}

fn seen(survey: &Survey, entries: &Entries<'_>, ground: Ground) -> Seen {
    let mut seen = Seen { ground, endpoints: entries.all.len(), ..Seen::default() };
    let mut guards: BTreeMap<(String, String), Guard> = BTreeMap::new();
    for it in &entries.all {
        note_guards(&mut guards, it);
        let (identified, signed) = (it.is_identified(), it.is_signed());
        seen.identified += usize::from(identified);
        seen.signed += usize::from(signed && !identified);
        if identified || signed {
            continue;
        }
        if let Some((_, act)) = it.first(|it| matches!(it, What::TakesRole { .. }))
            && let What::TakesRole { says } = &act.what
        {
            let says = format!("decides by `{says}`, which the caller sends");
            entrances::keep(&mut seen.roles, Entrance { line: act.line, ..Entrance::new(it, says) });
            continue;
        }
        if let Some((step, act)) = it.first(|it| matches!(it, What::ComparesSecret { has_fallback: true, .. }))
            && let What::ComparesSecret { variable, .. } = &act.what
        {
            let says = format!("is open when {variable} is not set: a text that stands in for it is compared");
            let path = Foreign::new(&step.file.path);
            entrances::keep(&mut seen.fallbacks, Entrance { line: act.line, path, ..Entrance::new(it, says) });
            continue;
        }
        if let Some((_, act)) = it.first(|it| matches!(it, What::Identifies { .. }))
            && let What::Identifies { by, .. } = &act.what
        {
            let says = format!("trusts `{by}`, which verifies nothing");
            entrances::keep(&mut seen.unverified, Entrance { line: act.line, ..Entrance::new(it, says) });
            continue;
        }
        let before = entries.middleware.iter().find_map(|middleware| Some((middleware, middleware.covers(it)?)));
        if let Some((middleware, Cover::Guards)) = &before {
            let says = format!("asks nobody itself; only {} asks who is there before it runs", middleware.file.path);
            entrances::keep(&mut seen.behind, Entrance::new(it, says));
            continue;
        }
        let before = before.and_then(|(middleware, cover)| beside(middleware, &cover)).unwrap_or_default();
        entrances::keep(&mut seen.open, Entrance::new(it, open(it) + &before));
    }
    let mut guards: Vec<Guard> = guards.into_values().filter(|it| it.asks || sounds_like_guard(it.name.as_str())).collect();
    guards.sort_by(|a, b| b.asks.cmp(&a.asks).then(b.calls.cmp(&a.calls)));
    guards.truncate(MOST_SHOWN * 2);
    seen.guards = guards;
    let asking = entries.middleware.iter().find(|it| it.asks());
    seen.middleware = asking.map(|it| Foreign::new(&it.file.path));
    seen.idle = entries.idle.first().map(|it| Foreign::new(&it.path));
    seen.skippable = asking.and_then(|it| skippable(survey, &it.file.path));
    seen
}

/// What a middleware that is no guard of an endpoint does for it.
fn beside(middleware: &Middleware<'_>, cover: &Cover) -> Option<String> {
    let path = &middleware.file.path;
    let says = match cover {
        Cover::Guards => return None,
        Cover::Runs(_) if !middleware.asks() => return None,
        Cover::Runs(lacks) => format!("runs before it and {lacks}"),
        Cover::Leaves => "leaves it out by its matcher".to_owned(),
        Cover::Past(how) => format!("does not run for all of it: {how} is past its matcher"),
        Cover::Unread(line) => format!("has a matcher in line {line} that cannot be read"),
    };
    Some(format!("; {path} {says}"))
}

/// The locked version of Next beside that file, where a header skips its middleware: CVE-2025-29927, repaired in 12.3.5,
/// 13.5.9, 14.2.25 and 15.2.3 (dossier repo-signals.md §8).
fn skippable(survey: &Survey, path: &str) -> Option<Foreign> {
    let version = survey.project.version(survey.project.package_of(path)?, "next")?;
    let mut numbers = version.split('-').next()?.split('.').map(|it| it.parse::<u32>().ok());
    let read = (numbers.next()??, numbers.next()??, numbers.next()??);
    let repaired = match read.0 {
        11 if read >= (11, 1, 4) => (12, 0, 0),
        12 => (12, 3, 5),
        13 => (13, 5, 9),
        14 => (14, 2, 25),
        15 => (15, 2, 3),
        _ => return None,
    };
    (read < repaired).then(|| Foreign::new(version))
}

/// What is known of an endpoint that asks nobody.
fn open(it: &Entered<'_>) -> String {
    let writes = it.does(|it| matches!(it, What::Uses(used) if used.writes()));
    let pays = it.does(|it| matches!(it, What::Pays { .. }));
    let does = match (writes, pays) {
        (true, true) => ", and it writes and calls a paid provider",
        (true, false) => ", and it writes to the database",
        (false, true) => ", and it calls a paid provider",
        (false, false) => "",
    };
    let guard = it.handler.body.calls.iter().find(|it| sounds_like_guard(&it.name)).map(|it| format!("; `{}` may", it.name));
    let refuses = it.handler.body.does(|it| matches!(it, What::Answers(401 | 403)));
    let refuses = if refuses && guard.is_none() { "; it can answer 401 or 403" } else { "" };
    let lost = entrances::lost(it).map(|it| format!("; {it}")).unwrap_or_default();
    format!(
        "{} in which nothing was found that asks who is there{does}{}{refuses}{lost}",
        it.handler.kind.words(),
        guard.unwrap_or_default()
    )
}

fn note_guards(guards: &mut BTreeMap<(String, String), Guard>, it: &Entered<'_>) {
    let mut known: Vec<(&str, &str)> = Vec::new();
    for (_, file, unit) in &it.called {
        let key = (file.path.as_str(), unit.name.as_str());
        if known.contains(&key) {
            continue;
        }
        known.push(key);
        let made = || Guard {
            name: Foreign::new(&unit.name),
            path: Foreign::new(&file.path),
            line: unit.line,
            calls: 0,
            asks: unit.body.does(|it| matches!(it, What::Identifies { .. })),
        };
        guards.entry((file.path.clone(), unit.name.clone())).or_insert_with(made).calls += 1;
    }
}

#[cfg(test)]
mod tests;
