//! What a repository's own files say of the app: which projects, addresses and providers it names, and with what it is
//! built. Everything has a place; what the files do not say is not proposed, and is not said to be missing.

use super::Survey;
use super::code::is_app_manifest;
use super::place::{At, is_in};
use super::project::{Builder, LinkKind, SeenSystem, Strength, Sure, Weight};
use crate::domain::discovery::{Discovery, Field, Proposal};
use crate::domain::{Foreign, Gap, GapKind, System};
use std::collections::BTreeMap;

/// Most places of one proposal.
const PLACES: usize = 5;

/// What the survey proposes, with the places. Names of files and variables only: no value but those proposed leaves it.
#[must_use]
pub fn discover(survey: &Survey) -> Discovery {
    let mut found = Found::default();
    title(survey, &mut found);
    built(survey, &mut found);
    supabase(survey, &mut found);
    vercel(survey, &mut found);
    address(survey, &mut found);
    systems(survey, &mut found);
    stack(survey, &mut found);
    Discovery {
        proposals: found.proposals,
        questions: found.questions,
        commit: survey.commit.as_ref().map(Foreign::new),
        unseen: unseen(survey),
        applies: Vec::new(),
    }
}

#[derive(Default)]
struct Found {
    proposals: Vec<Proposal>,
    questions: Vec<Foreign>,
}

impl Found {
    fn propose(&mut self, field: Field, value: impl AsRef<str>, from: impl IntoIterator<Item = String>) {
        let value = value.as_ref();
        let mut places: Vec<String> = from.into_iter().collect();
        places.dedup();
        places.truncate(PLACES);
        match self.proposals.iter_mut().find(|it| it.field == field && it.value == value) {
            Some(known) => {
                known.from.extend(places.iter().map(Foreign::new).filter(|it| !known.from.contains(it)).collect::<Vec<_>>());
            }
            None => self.proposals.push(Proposal::new(field, value, places)),
        }
    }

    fn ask(&mut self, question: String) {
        self.questions.push(question.into());
    }
}

/// Names that templates give, so that they say nothing of the app (`apis/repo-signals.md` §2).
const TEMPLATES: [&str; 10] = [
    "vite_react_shadcn_ts",
    "vite-react-typescript-starter",
    "my-v0-project",
    "my-app",
    "app",
    "frontend",
    "client",
    "web",
    "workspace",
    "rest-express",
];

fn title(survey: &Survey, found: &mut Found) {
    let Some(package) = survey.project.root() else { return };
    // A template's name stays one when a word of it was changed: `vite_react_bootstrap_ts`.
    let is_template = |it: &str| TEMPLATES.contains(&it) || it.replace('_', "-").starts_with("vite-react-");
    let Some(name) = package.name.as_deref().filter(|it| !is_template(it) && !it.is_empty()) else { return };
    let bare = name.rsplit('/').next().unwrap_or(name);
    let words = bare.split(['-', '_', '.']).filter(|it| !it.is_empty()).map(|word| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    });
    found.propose(Field::Title, words.collect::<Vec<String>>().join(" "), [format!("{}:name", package.path)]);
}

fn built(survey: &Survey, found: &mut Found) {
    let project = &survey.project;
    let mut apps: Vec<_> = project.apps().collect();
    if apps.is_empty() && project.packages.len() > 1 {
        // None of them says that it serves anything: each may be the app.
        apps = project.packages.iter().filter(|it| it.workspaces.is_empty() && is_app_manifest(&it.path)).collect();
    }
    let several = apps.len() > 1;
    if several {
        let names: Vec<&str> = apps.iter().map(|it| if it.folder.is_empty() { "the root" } else { it.folder.as_str() }).collect();
        let shown = names.iter().take(8).copied().collect::<Vec<_>>().join(", ");
        let more = if names.len() > 8 { format!(" and {} more", names.len() - 8) } else { String::new() };
        found.ask(format!("Which of these is the app? {shown}{more}"));
        for app in &apps {
            let name = if app.folder.is_empty() { "." } else { app.folder.as_str() };
            found.propose(Field::Folder, name, [app.path.clone()]);
        }
    }
    for app in &apps {
        let of_app = project.frameworks.iter().filter(|it| it.folder == app.folder && it.kind.serves());
        // A framework brings its own builder along: the first says how the app is built.
        let Some(first) = of_app.min_by_key(|it| it.kind) else { continue };
        let version = match &first.version {
            Some(version) => format!("{} {version}", first.kind.words()),
            None => format!("{} ({}, no lockfile says which)", first.kind.words(), first.range),
        };
        let from = format!("{}:{}", first.path, first.line);
        found.propose(Field::Framework, version, [from]);
    }
    let mut tools: BTreeMap<Builder, (bool, Vec<String>)> = BTreeMap::new();
    for trace in &project.traces {
        let (strong, places) = tools.entry(trace.builder).or_default();
        *strong |= trace.weight == Weight::Strong;
        places.push(format!("{} ({})", trace.at, trace.says));
    }
    for (tool, (strong, places)) in tools {
        let value = if strong { tool.to_string() } else { format!("perhaps {tool}") };
        found.propose(Field::Builder, value, places);
    }
    let mut managers: Vec<(String, String)> =
        project.lockfiles.iter().map(|it| (it.manager.to_string(), it.path.clone())).collect();
    managers.dedup_by(|a, b| a.0 == b.0);
    if managers.len() > 1 && !several {
        let paths: Vec<&str> = managers.iter().map(|(_, path)| path.as_str()).collect();
        found.ask(format!("Which lockfile holds? {} lie side by side", paths.join(" and ")));
    }
    for (manager, path) in managers {
        found.propose(Field::PackageManager, manager, [path]);
    }
}

/// Words in the names of files and variables that speak of another surrounding than production.
const STAGING: [&str; 6] = ["staging", "stage", "preview", "develop", "test", "_dev"];

fn is_staging(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    STAGING.iter().any(|it| text.contains(it)) || text.strip_suffix(".dev").is_some()
}

fn supabase(survey: &Survey, found: &mut Found) {
    let mut projects: BTreeMap<&str, (bool, Vec<&At>)> = BTreeMap::new();
    for link in survey.project.links.iter().filter(|it| it.kind == LinkKind::SupabaseProject) {
        let (staging, places) = projects.entry(&link.id).or_insert((true, Vec::new()));
        *staging &= is_staging(&link.at.path) || link.called.as_deref().is_some_and(is_staging);
        places.push(&link.at);
    }
    let places = |at: &[&At]| at.iter().map(ToString::to_string).collect::<Vec<_>>();
    let is_only = projects.len() == 1;
    for (project, (staging, at)) in &projects {
        let field = if *staging && !is_only { Field::Staging } else { Field::Supabase };
        found.propose(field, project, places(at));
    }
    let of_production = projects.values().filter(|(staging, _)| !staging).count();
    if of_production > 1 {
        found.ask(format!("Which of {of_production} Supabase projects is production's?"));
    }
}

fn vercel(survey: &Survey, found: &mut Found) {
    let links = &survey.project.links;
    for project in links.iter().filter(|it| it.kind == LinkKind::VercelProject) {
        let team = links.iter().find(|it| it.kind == LinkKind::VercelTeam && it.at.path == project.at.path);
        let value = team.map_or_else(|| project.id.clone(), |team| format!("{}/{}", team.id, project.id));
        found.propose(Field::Vercel, value, [project.at.to_string()]);
    }
}

fn address(survey: &Survey, found: &mut Found) {
    let sites = &survey.project.addresses.sites;
    let best = sites.first().map(|it| it.sure);
    for site in sites.iter().filter(|it| Some(it.sure) == best && !is_staging(&it.at.path)) {
        let word = if site.sure == Sure::Named { "" } else { ", mentioned only" };
        found.propose(Field::Url, &site.url, [format!("{} ({}{word})", site.at, site.says)]);
    }
}

/// The systems that a setting can hold, by the name of the inventory.
const PROVIDERS: [(&str, System); 5] = [
    ("OpenAI", System::Openai),
    ("Anthropic", System::Anthropic),
    ("OpenRouter", System::Openrouter),
    ("Twilio", System::Twilio),
    ("Resend", System::Resend),
];

fn places(system: &SeenSystem) -> Vec<String> {
    system.uses.iter().map(|it| format!("{} ({} {})", it.at, it.kind.words(), it.what)).collect()
}

fn systems(survey: &Survey, found: &mut Found) {
    let used = survey.project.systems.iter().filter(|it| it.is_service);
    for system in used {
        let provider = PROVIDERS.iter().find(|(name, _)| *name == system.name);
        match provider {
            // Declared is not used: a template brings packages that no file imports (`apis/repo-signals.md` §0).
            Some((_, provider)) if system.strength == Strength::Imported => {
                found.propose(Field::Provider, provider.id(), places(system));
            }
            _ => {
                let word = if system.strength == Strength::Imported { "" } else { ", declared only" };
                found.propose(Field::Uses, format!("{} ({}{word})", system.name, system.purpose.words()), places(system));
            }
        }
    }
}

fn stack(survey: &Survey, found: &mut Found) {
    use super::project::systems::Purpose;
    let seen = |wanted: &dyn Fn(&SeenSystem) -> bool| {
        let systems = survey.project.systems.iter().filter(|it| it.strength == Strength::Imported && wanted(it));
        systems.flat_map(places).collect::<Vec<_>>()
    };
    let functions = survey.paths.iter().filter(|path| {
        let inside = path.split_once("supabase/functions/").map(|(_, rest)| rest);
        inside
            .and_then(|rest| rest.split_once('/'))
            .is_some_and(|(name, file)| !name.starts_with('_') && file.starts_with("index."))
    });
    let rows: [(&str, Vec<String>); 6] = [
        ("uses.supabase", seen(&|it| it.name == "Supabase")),
        ("uses.firebase", seen(&|it| it.name == "Firebase")),
        ("uses.payments", seen(&|it| it.purpose == Purpose::Payments)),
        ("uses.llm", seen(&|it| it.purpose == Purpose::Model)),
        ("uses.uploads", uploads(survey)),
        ("uses.edge_functions", functions.cloned().collect()),
    ];
    for (fact, from) in rows {
        if !from.is_empty() {
            found.propose(Field::Stack, format!("{fact}=true"), from);
        }
    }
}

/// Files in which users' files go into a storage: Supabase's own, or a service for it.
fn uploads(survey: &Survey) -> Vec<String> {
    use super::project::systems::Purpose;
    let services = survey.project.systems.iter().filter(|it| it.strength == Strength::Imported && it.purpose == Purpose::Storage);
    let buckets = survey.code.iter().filter(|it| it.queries.storage > 0).map(|it| it.path.clone());
    services.flat_map(places).chain(buckets).collect()
}

/// What was not read, so that more may be in use.
fn unseen(survey: &Survey) -> Option<Gap> {
    let hidden = survey.unread.iter().map(|it| it.what.to_string()).chain(survey.project.broken.iter().cloned());
    let hidden: Vec<String> = hidden.filter(|it| !is_in(it, "node_modules")).collect();
    let first = hidden.first()?;
    let more = if hidden.len() > 1 { format!(" and {} more", hidden.len() - 1) } else { String::new() };
    Some(
        Gap::new(GapKind::Incomplete, System::Repo, format!("{first}{more} could not be read"))
            .needs("Give a full checkout in which these files can be read"),
    )
}

#[cfg(test)]
mod tests;
