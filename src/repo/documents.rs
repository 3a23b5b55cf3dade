//! The documents of a repository (runbooks, diagrams, playbooks) by what is in them, not by their name alone. It does not
//! judge whether they are true, and volume is not documentation (dossier repo-signals.md §12).

mod diagram;
mod recovery;
mod section;
#[cfg(test)]
mod tests;

pub use diagram::{Diagram, DiagramKind};
pub use recovery::{Recovery, Span};
pub use section::{Section, Topic};

use super::place::{At, folder, line, name};
use super::project::systems::{KNOWN, Purpose};
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Documents {
    /// By path.
    pub files: Vec<Document>,
    /// Pictures whose names say that they show the system.
    pub pictures: Vec<String>,
}

/// One document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    pub path: String,
    /// The first heading, or the file's name.
    pub title: String,
    pub words: usize,
    /// Its name or its text says that it tells what a session of a tool did: that is no documentation of the app.
    pub is_session_report: bool,
    /// In the order of the text; the first holds what stands before any heading.
    pub sections: Vec<Section>,
    pub diagrams: Vec<Diagram>,
    pub recovery: Recovery,
    /// Where it leads to pages elsewhere that may hold documents.
    pub elsewhere: Vec<At>,
    /// Services of the table that it names.
    pub names: BTreeSet<&'static str>,
    /// Whether it says who owns something.
    pub has_owners: bool,
    /// Whether it says where personal data lies.
    pub has_personal_data: bool,
}

/// Folders in which documents lie, at any depth.
const FOLDERS: [&str; 14] = [
    "docs",
    "doc",
    "documentation",
    "wiki",
    "runbooks",
    "runbook",
    "playbooks",
    "playbook",
    "ops",
    "operations",
    "adr",
    "handbook",
    "incidents",
    "architecture",
];

/// Folders in which they do not.
const NOT_OURS: [&str; 9] = ["node_modules", ".next", "dist", "build", "vendor", "coverage", "content", "posts", "blog"];

/// Words of file names that are read wherever they lie.
const NAMES: [&str; 10] =
    ["runbook", "playbook", "incident", "architecture", "rollback", "restore", "disaster", "recovery", "deploy", "systems"];

impl Documents {
    /// Whether a file of that path says something of it.
    #[must_use]
    pub fn wants(path: &str) -> bool {
        let lower = path.to_ascii_lowercase();
        let (above, file) = (folder(&lower), name(&lower));
        if above.split('/').any(|it| NOT_OURS.contains(&it)) {
            return false;
        }
        if diagram::kind(path).is_some() {
            return true;
        }
        let is_text = [".md", ".mdx", ".markdown", ".txt", ".rst", ".adoc"].iter().any(|it| file.ends_with(it));
        let in_place = above.is_empty() || above == ".github" || above.split('/').any(|it| FOLDERS.contains(&it));
        let is_license =
            file.starts_with("license") || file.starts_with("changelog") || file == "robots.txt" || file == "llms.txt";
        is_text && !is_license && (in_place || NAMES.iter().any(|it| file.contains(it)))
    }

    /// Adds a file. Total: what cannot be understood is told as such.
    pub fn add(&mut self, path: &str, text: &str) {
        self.files.push(Document::read(path, text));
    }

    /// Puts together what was added, whatever its order was.
    pub fn finish(&mut self, paths: &BTreeSet<String>) {
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
        self.pictures = paths.iter().filter(|it| diagram::is_picture(it)).cloned().collect();
    }

    /// The documents that are meant to be ones.
    pub fn real(&self) -> impl Iterator<Item = &Document> {
        self.files.iter().filter(|it| !it.is_session_report)
    }

    /// The sections about something, with what lies below each counted in.
    pub fn about(&self, topic: Topic) -> impl Iterator<Item = (&Document, Section)> {
        self.real().flat_map(move |file| file.about(topic).into_iter().map(move |it| (file, it)))
    }

    /// The first place that leads to documents elsewhere.
    #[must_use]
    pub fn elsewhere(&self) -> Option<&At> {
        self.real().find_map(|it| it.elsewhere.first())
    }
}

/// Names of the services of the table, as whole words.
static SERVICES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let names: Vec<String> = services().map(regex::escape).collect();
    Regex::new(&format!(r"(?i)\b(?:{})\b", names.join("|"))).ok()
});

fn services() -> impl Iterator<Item = &'static str> {
    let common = ["Make", "Render", "Square", "Daily", "Loops", "Exa", "fal", "a mail server"];
    KNOWN.iter().filter(move |it| it.is_service && !common.contains(&it.name)).map(|it| it.name)
}

/// The services of the table that a text names.
#[must_use]
pub fn services_in(text: &str) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    if let Some(services) = SERVICES.as_ref() {
        for it in services.find_iter(text) {
            found.extend(services_named(it.as_str()));
        }
    }
    let lower = text.to_ascii_lowercase();
    if lower.contains("postgres") {
        found.extend(KNOWN.iter().find(|it| it.purpose == Purpose::Database && it.name == "PostgreSQL").map(|it| it.name));
    }
    found
}

fn services_named(word: &str) -> Option<&'static str> {
    services().find(|it| it.eq_ignore_ascii_case(word))
}

/// Words of file names that tell what a session did.
const OF_SESSIONS: [&str; 22] = [
    "summary",
    "report",
    "complete",
    "completed",
    "completion",
    "status",
    "fixes",
    "fix",
    "fixed",
    "implementation",
    "implemented",
    "progress",
    "session",
    "changes",
    "results",
    "verification",
    "phase",
    "improvements",
    "enhancement",
    "enhancements",
    "analysis",
    "done",
];

/// How many marks of "done" a text has before it is a report of what was done.
const MANY_TICKS: usize = 12;

fn is_session_report(path: &str, text: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let stem = name(&lower).rsplit_once('.').map_or(name(&lower), |(stem, _)| stem).to_owned();
    let in_place =
        folder(&lower).split('/').any(|it| ["runbooks", "playbooks", "incidents", "adr", "architecture"].contains(&it));
    if in_place || stem.contains("template") || stem == "readme" {
        return false;
    }
    let named = stem.split(['_', '-', ' ', '.']).any(|it| OF_SESSIONS.contains(&it));
    let ticks = text.matches('✅').count() + text.matches("[x]").count();
    let boasts = ["successfully", "production ready", "production-ready", "fully implemented", "all tests pass"];
    let boasting = boasts.iter().any(|it| text.to_ascii_lowercase().contains(it));
    named || (ticks >= MANY_TICKS && boasting)
}

/// Places elsewhere that hold documents of teams.
const ELSEWHERE: [&str; 9] = [
    "notion.so/",
    "notion.site/",
    "atlassian.net/wiki",
    "docs.google.com/",
    "/wiki",
    "coda.io/",
    "gitbook.io",
    "app.getguru.com",
    "slab.com/",
];

impl Document {
    /// Reads it. Total: any text is a document.
    #[must_use]
    pub fn read(path: &str, text: &str) -> Self {
        let stem = name(path).rsplit_once('.').map_or(name(path), |(stem, _)| stem).to_owned();
        if let Some(kind) = diagram::kind(path) {
            let diagram = diagram::of_file(path, kind, text);
            let names = diagram.names.clone();
            return Self { path: path.to_owned(), title: stem, diagrams: vec![diagram], names, ..Self::default() };
        }
        let sections = section::sections(path, text);
        let title = sections.iter().find(|it| it.level > 0).map_or(stem, |it| it.heading.clone());
        let lower = text.to_lowercase();
        let elsewhere =
            text.lines().enumerate().filter(|(_, it)| it.contains("https://") && ELSEWHERE.iter().any(|word| it.contains(word)));
        Self {
            path: path.to_owned(),
            title,
            words: sections.iter().map(|it| it.words).sum(),
            is_session_report: is_session_report(path, text),
            diagrams: diagram::in_text(path, text),
            recovery: recovery::of(path, text),
            elsewhere: elsewhere.map(|(count, _)| At::new(path, line(count + 1))).collect(),
            names: services_in(text),
            has_owners: ["owner", "owned by", "responsible", "maintained by"].iter().any(|it| lower.contains(it)),
            has_personal_data: ["personal data", "pii", "user data", "customer data", "gdpr"].iter().any(|it| lower.contains(it)),
            sections,
        }
    }

    /// The sections about something that are in no other such section, each with what lies below it counted in.
    #[must_use]
    pub fn about(&self, topic: Topic) -> Vec<Section> {
        let mut found: Vec<Section> = Vec::new();
        let mut within = None;
        for (at, section) in self.sections.iter().enumerate() {
            if within.is_some_and(|level| section.level > level) {
                continue;
            }
            within = None;
            if section.topics.contains(&topic) {
                found.push(self.whole(at));
                within = Some(section.level);
            }
        }
        found
    }

    /// A section with everything below it counted in.
    fn whole(&self, at: usize) -> Section {
        let Some(head) = self.sections.get(at) else { return Section::default() };
        let below = self.sections.iter().skip(at + 1).take_while(|it| it.level > head.level);
        below.fold(head.clone(), Section::with)
    }
}
