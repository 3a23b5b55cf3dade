//! Files of variables are not tracked with values in them, and an example names every variable that the code reads
//! (dossier repo-signals.md §3, §12). An ignore rule is no evidence: only what is tracked counts.

use super::public_secrets::PUBLIC;
use crate::domain::checklist::Effort;
use crate::domain::{
    AppSettings, Consent, Finding, Foreign, Gap, GapKind, NoteLevel, Place, ProbeKind, Remedy, Severity, System, Verdict,
};
use crate::probes::ground::{self, Ground, MOST_SHOWN};
use crate::probes::{Meta, Probe, Sight, Stage, files};
use crate::repo::Survey;
use crate::repo::code::is_app_code;
use crate::repo::dotenv::{EnvironmentFile, Filled, is_environment, is_example};
use crate::scan::Report;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// See the module.
pub struct EnvFiles;

/// What the repository says of its variables. No value is in it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    #[serde(flatten)]
    pub ground: Ground,
    pub files: usize,
    /// Tracked files of variables that are no examples.
    pub tracked: Vec<Tracked>,
    /// Paths of the examples.
    pub examples: Vec<Foreign>,
    /// Variables that the code reads and no example names, with the first place.
    pub unnamed: Vec<Read>,
    /// How many variables the code reads that the app has to be given.
    pub read: usize,
    /// Where variables are read by something else than a plain name.
    pub computed: Vec<Read>,
}

/// A tracked file of variables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tracked {
    pub path: Foreign,
    /// Kinds of the credentials that the scanner is sure of in it.
    pub credentials: Vec<Foreign>,
    /// Names that sound like a secret and hold a value.
    pub private: Vec<Foreign>,
    /// How many other variables hold something.
    pub others: usize,
}

/// A place where a variable is read; for a computed name the name is empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    pub name: Foreign,
    pub path: Foreign,
    pub line: u32,
}

impl Probe for EnvFiles {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "repo.env-files",
        system: System::Repo,
        asks: "Are files of variables untracked, and does an example name every variable?",
        needs: ground::NEEDS,
        cost: &[(System::Github, 3)],
        consent: Consent::Passive,
        kind: ProbeKind::Proof,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 600,
        docs: "apis/repo-signals.md §3, §12",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let survey = ground::survey(sight).await?;
        let report = files::scanned(sight).await?;
        Ok(match (survey.as_ref(), report.as_ref()) {
            (Some(survey), Some(report)) => seen(survey, report),
            _ => Seen { ground: Ground::empty(), ..Seen::default() },
        })
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.ground.empty {
            return Verdict::not_applicable("the repository is empty: it has no variables");
        }
        let unread = seen.ground.gap("variables");
        let mut findings: Vec<Finding> = seen.tracked.iter().filter_map(|it| tracked(it, &seen.ground)).collect();
        findings.extend(unnamed(seen));
        let verdict = if !findings.is_empty() {
            Verdict::fail(said(seen), findings).unseen(unread)
        } else if seen.files == 0 {
            Verdict::undecided(
                Gap::new(GapKind::Ambiguous, System::Repo, "there is no file to look into")
                    .needs(format!("Run `rescue app edit {} --repo PATH|OWNER/NAME`", settings.name)),
            )
        } else if let Some(gap) = unread {
            Verdict::undecided(gap)
        } else if let Some(first) = seen.computed.first() {
            Verdict::undecided(
                Gap::new(
                    GapKind::NeedsJudgement,
                    System::Repo,
                    format!("{}:{} reads variables by computed names", first.path, first.line),
                )
                .needs("Look which variables are read there and compare them with the example"),
            )
        } else if seen.read == 0 {
            Verdict::pass(format!(
                "no variable is read in {} files of code, and no file of values is tracked",
                seen.ground.code_files
            ))
        } else {
            Verdict::pass(format!("the example names all {} variables, and no file of values is tracked", seen.read))
        };
        let warned = seen.tracked.iter().filter(|it| !holds_secret(it) && it.others > 0).fold(verdict, |verdict, it| {
            let says = format!("{} is tracked; it holds {} and no credential", it.path, public(it.others));
            verdict.note(NoteLevel::Warning, format!("repo.env-tracked.{}", it.path), says)
        });
        seen.computed.iter().take(MOST_SHOWN).fold(warned, |verdict, it| {
            let says = format!("{}:{} reads variables by computed names", it.path, it.line);
            verdict.note(NoteLevel::Evidence, format!("repo.env-computed.{}", it.path), says)
        })
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        let mut steps: Vec<Foreign> = Vec::new();
        for it in seen.tracked.iter().filter(|it| holds_secret(it)) {
            steps.push(
                format!("Run `git rm --cached {}`, put its name into .gitignore, and rotate what was in it", it.path).into(),
            );
        }
        if !seen.unnamed.is_empty() {
            let names: Vec<&str> = seen.unnamed.iter().map(|it| it.name.as_str()).take(12).collect();
            let more = seen.unnamed.len().saturating_sub(names.len());
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let file = seen.examples.first().map_or(".env.example", Foreign::as_str);
            steps.push(format!("Name in {file}, without values: {}{more}", names.join(", ")).into());
        }
        Remedy { steps, effort: Effort::S }
    }
}

fn public(count: usize) -> String {
    if count == 1 { "1 plain setting".to_owned() } else { format!("{count} plain settings") }
}

fn said(seen: &Seen) -> String {
    let files = seen.tracked.iter().filter(|it| holds_secret(it)).count();
    let files = match files {
        0 => None,
        1 => Some("a file with secrets is tracked".to_owned()),
        more => Some(format!("{more} files with secrets are tracked")),
    };
    let names = match (seen.unnamed.len(), seen.examples.is_empty()) {
        (0, _) => None,
        (_, true) => Some(format!("no example names the {} variables that the code reads", seen.read)),
        (1, false) => Some("the example leaves 1 variable out".to_owned()),
        (more, false) => Some(format!("the example leaves {more} variables out")),
    };
    files.into_iter().chain(names).collect::<Vec<_>>().join("; ")
}

fn holds_secret(it: &Tracked) -> bool {
    !it.credentials.is_empty() || !it.private.is_empty()
}

/// The finding of a tracked file that holds a secret.
fn tracked(it: &Tracked, ground: &Ground) -> Option<Finding> {
    let place = Place::File { path: it.path.clone(), line: None, commit: ground.commit.clone() };
    let fix = format!("Take {} out of git, keep the values in the host's settings, and rotate them", it.path);
    let list = |names: &[Foreign]| names.iter().map(Foreign::as_str).take(6).collect::<Vec<_>>().join(", ");
    let (severity, says) = if !it.credentials.is_empty() {
        (Severity::Critical, format!("{} is tracked and holds {}", it.path, list(&it.credentials)))
    } else if !it.private.is_empty() {
        (Severity::Medium, format!("{} is tracked and holds values of {}", it.path, list(&it.private)))
    } else {
        return None;
    };
    Some(Finding::new("repo.env-tracked", &it.path, severity, says, fix).at(place))
}

/// One finding when there is no example at all, else one for each variable that it leaves out.
fn unnamed(seen: &Seen) -> Vec<Finding> {
    let commit = &seen.ground.commit;
    let place = |it: &Read| Place::File { path: it.path.clone(), line: Some(it.line), commit: commit.clone() };
    if seen.examples.is_empty() {
        let Some(first) = seen.unnamed.first() else { return Vec::new() };
        let says = format!("no .env.example names the {} variables that the code reads, {} among them", seen.read, first.name);
        let fix = "Write .env.example with every variable, without values";
        return vec![Finding::new("repo.env-example-missing", ".env.example", Severity::Low, says, fix).at(place(first))];
    }
    let finding = |it: &Read| {
        let says = format!("{} is read in {} and no example names it", it.name, it.path);
        let fix = format!("Add {}= to the example", it.name);
        Finding::new("repo.env-unnamed", &it.name, Severity::Low, says, fix).at(place(it))
    };
    seen.unnamed.iter().map(finding).collect()
}

fn seen(survey: &Survey, report: &Report) -> Seen {
    let (examples, tracked_files): (Vec<_>, Vec<_>) = survey.environment.iter().partition(|it| is_example(&it.path));
    let named: BTreeSet<&str> = examples.iter().flat_map(|it| &it.variables).map(|it| it.name.as_str()).collect();
    let mut reads: BTreeMap<&str, Read> = BTreeMap::new();
    for file in &survey.code {
        for read in file.reads.iter().filter(|it| !is_given(&it.name, &file.path)) {
            let made = || Read { name: Foreign::new(&read.name), path: Foreign::new(&file.path), line: read.line };
            reads.entry(&read.name).or_insert_with(made);
        }
    }
    let computed = survey.code.iter().filter_map(|file| {
        let line = *file.computed_reads.first()?;
        Some(Read { name: Foreign::default(), path: Foreign::new(&file.path), line })
    });
    // What an example names that was not read is not known.
    let is_hidden = survey.unread.iter().any(|it| is_example(it.what.as_str()));
    // An example with a real value in it is a tracked file of values like any other.
    let filled = examples.iter().filter(|it| !credentials(it, report).is_empty());
    Seen {
        ground: Ground::of(survey, |path| is_app_code(path) || is_environment(path) || path == "."),
        files: survey.files,
        tracked: tracked_files.iter().chain(filled).map(|it| of_file(it, report)).collect(),
        examples: examples.iter().map(|it| Foreign::new(&it.path)).collect(),
        read: reads.len(),
        unnamed: reads.into_iter().filter(|(name, _)| !is_hidden && !named.contains(name)).map(|(_, read)| read).collect(),
        computed: computed.collect(),
    }
}

fn credentials(file: &EnvironmentFile, report: &Report) -> Vec<Foreign> {
    let sure = report.findings.iter().filter(|it| it.can_fail() && it.path.as_str() == file.path);
    sure.map(|it| Foreign::new(format!("{} {}", it.kind, it.masked))).collect()
}

fn of_file(file: &EnvironmentFile, report: &Report) -> Tracked {
    let public: BTreeSet<u32> =
        report.findings.iter().filter(|it| it.public && it.path.as_str() == file.path).map(|it| it.line).collect();
    let is_private =
        |name: &str, line: u32, filled: Filled| filled == Filled::Value && sounds_secret(name) && !public.contains(&line);
    let holding = file.variables.iter().filter(|it| it.filled != Filled::Empty);
    let (private, others): (Vec<_>, Vec<_>) = holding.partition(|it| is_private(&it.name, it.line, it.filled));
    let (private, others) = if is_example(&file.path) { (Vec::new(), Vec::new()) } else { (private, others) };
    Tracked {
        path: Foreign::new(&file.path),
        credentials: credentials(file, report),
        private: private.into_iter().map(|it| Foreign::new(&it.name)).collect(),
        others: others.len(),
    }
}

fn sounds_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let words = ["SECRET", "TOKEN", "KEY", "PASSWORD", "PASS", "PWD", "PRIVATE", "CREDENTIAL", "CREDENTIALS", "DSN"];
    let is_public = PUBLIC.iter().any(|it| name.starts_with(it));
    let sounds = name.split('_').any(|part| words.contains(&part)) || name.contains("DATABASE_URL") || name.ends_with("_DB_URL");
    // Public by its kind even so; what a public prefix hides is SEC-04's question.
    let known_public = ["PUBLISHABLE", "ANON_KEY", "SITE_KEY", "SENTRY_DSN", "PUBLIC_KEY"].iter().any(|it| name.contains(it));
    sounds && !is_public && !known_public
}

/// Variables that the runtime, the framework or the host gives: nobody has to write them down.
fn is_given(name: &str, path: &str) -> bool {
    const GIVEN: [&str; 40] = [
        "NODE_ENV",
        "MODE",
        "BASE_URL",
        "PROD",
        "DEV",
        "SSR",
        "CI",
        "PORT",
        "HOST",
        "HOSTNAME",
        "HOME",
        "USER",
        "PATH",
        "PWD",
        "TZ",
        "TMPDIR",
        "LANG",
        "SHELL",
        "TERM",
        "DEBUG",
        "NO_COLOR",
        "FORCE_COLOR",
        "NEXT_RUNTIME",
        "NEXT_PHASE",
        "NODE_OPTIONS",
        "ANALYZE",
        "NETLIFY",
        "URL",
        "DEPLOY_URL",
        "DEPLOY_PRIME_URL",
        "CONTEXT",
        "RENDER",
        "FLY_APP_NAME",
        "CF_PAGES",
        "SB_REGION",
        "SB_EXECUTION_ID",
        "DENO_REGION",
        "DENO_DEPLOYMENT_ID",
        "APPDATA",
        "USERPROFILE",
    ];
    const PREFIXES: [&str; 9] =
        ["VERCEL_", "NEXT_PUBLIC_VERCEL_", "npm_", "GITHUB_", "RUNNER_", "RAILWAY_", "AWS_LAMBDA_", "REPL_", "CF_PAGES_"];
    // Supabase gives these to its own functions (`apis/supabase.md`).
    const OF_FUNCTIONS: [&str; 7] = [
        "SUPABASE_URL",
        "SUPABASE_ANON_KEY",
        "SUPABASE_SERVICE_ROLE_KEY",
        "SUPABASE_DB_URL",
        "SUPABASE_PUBLISHABLE_KEYS",
        "SUPABASE_SECRET_KEYS",
        "SUPABASE_JWKS",
    ];
    name == "VERCEL"
        || GIVEN.contains(&name)
        || PREFIXES.iter().any(|it| name.starts_with(it))
        || (path.contains("supabase/functions/") && OF_FUNCTIONS.contains(&name))
}

#[cfg(test)]
mod tests;
