//! The workflows of GitHub Actions as a repository declares them: what starts them, which jobs and steps they have, with
//! which permissions, and what each step is for. It says nothing of whether they ever ran.

pub(super) mod command;
mod meaning;
mod parse;
mod scripts;
#[cfg(test)]
mod tests;

pub use meaning::{Meaning, Soft, Work};
pub use scripts::Missing;

use super::place::{At, folder, name};
use super::project::Project;
use super::yaml;
use std::collections::{BTreeMap, BTreeSet};

/// What the repository's continuous integration is, as its files say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Workflows {
    /// By path.
    pub files: Vec<Workflow>,
    /// Composite actions of the repository itself, by path.
    pub actions: Vec<LocalAction>,
    /// Files of other systems of continuous integration, which are told and not read.
    pub others: Vec<OtherSystem>,
    /// Workflows and actions that could not be understood: no YAML, or more of it than anybody writes.
    pub broken: Vec<String>,
    /// Scripts that workflows call and that are not in the repository.
    pub missing: Vec<Missing>,
    /// Texts of shell scripts and makefiles by path, until what calls them is known.
    scripts: BTreeMap<String, String>,
}

/// One workflow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Workflow {
    pub path: String,
    pub name: Option<String>,
    pub triggers: Vec<Trigger>,
    /// What its token may do; none when the repository's default decides.
    pub permissions: Option<Permissions>,
    /// Whether runs of it exclude each other.
    pub concurrency: bool,
    pub jobs: Vec<Job>,
}

/// What starts a workflow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trigger {
    /// The event's name, such as `pull_request`.
    pub event: String,
    pub line: u32,
    pub branches: Vec<String>,
    pub branches_ignore: Vec<String>,
    pub paths: Vec<String>,
    pub paths_ignore: Vec<String>,
    pub types: Vec<String>,
    /// The schedules, as they are written.
    pub crons: Vec<String>,
}

/// What a token may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Permissions {
    /// `read-all`, `write-all` or nothing at all.
    All(String),
    /// By scope.
    Scopes(BTreeMap<String, String>),
}

/// One job.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Job {
    pub id: String,
    pub line: u32,
    /// The name that a check of it carries; the id when it has none.
    pub name: String,
    pub needs: Vec<String>,
    pub condition: Option<String>,
    pub environment: Option<String>,
    pub permissions: Option<Permissions>,
    pub concurrency: bool,
    pub continue_on_error: bool,
    /// Whether it is run for several values of something.
    pub matrix: bool,
    /// The workflow that it calls instead of having steps.
    pub uses: Option<String>,
    pub steps: Vec<Step>,
    /// What the workflow that it calls does, when that is one of the repository's own.
    pub called: Vec<Work>,
    /// What it calls lies elsewhere, could not be read, or calls more than is followed: not all that it does is known.
    pub unfollowed: bool,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Step {
    pub line: u32,
    pub name: Option<String>,
    pub uses: Option<String>,
    pub run: Option<String>,
    /// The line on which the first command of `run` stands.
    pub run_line: u32,
    pub with: BTreeMap<String, String>,
    pub condition: Option<String>,
    pub continue_on_error: bool,
    pub shell: Option<String>,
    pub folder: Option<String>,
    /// What it is for, in the order of its commands.
    pub work: Vec<Work>,
}

/// A composite action of the repository.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LocalAction {
    pub path: String,
    pub steps: Vec<Step>,
}

/// A file of another system.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OtherSystem {
    pub path: String,
    pub system: &'static str,
}

/// Files of other systems of continuous integration, by the end of their path.
const OTHERS: [(&str, &str); 15] = [
    (".gitlab-ci.yml", "GitLab CI"),
    (".circleci/config.yml", "CircleCI"),
    ("bitbucket-pipelines.yml", "Bitbucket Pipelines"),
    ("azure-pipelines.yml", "Azure Pipelines"),
    ("Jenkinsfile", "Jenkins"),
    (".travis.yml", "Travis CI"),
    (".drone.yml", "Drone"),
    (".woodpecker.yml", "Woodpecker"),
    ("cloudbuild.yaml", "Google Cloud Build"),
    ("cloudbuild.yml", "Google Cloud Build"),
    ("buildspec.yml", "AWS CodeBuild"),
    ("codemagic.yaml", "Codemagic"),
    ("bitrise.yml", "Bitrise"),
    (".buildkite/pipeline.yml", "Buildkite"),
    (".eas/workflows/", "EAS Workflows"),
];

fn is_yaml(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    lower.rsplit_once('.').is_some_and(|(_, ending)| matches!(ending, "yml" | "yaml"))
}

fn is_workflow(path: &str) -> bool {
    folder(path) == ".github/workflows" && is_yaml(path)
}

fn is_action(path: &str) -> bool {
    matches!(name(path), "action.yml" | "action.yaml") && !path.split('/').any(|it| it == "node_modules")
}

fn other(path: &str) -> Option<&'static str> {
    let is = |end: &str| path == end || (end.ends_with('/') && path.starts_with(end));
    OTHERS.iter().find(|(end, _)| is(end)).map(|(_, system)| *system)
}

impl Workflows {
    /// Whether a file of that path says something of it.
    #[must_use]
    pub fn wants(path: &str) -> bool {
        is_workflow(path) || is_action(path) || other(path).is_some() || scripts::wants(path)
    }

    /// Adds a file. Total: what cannot be understood is told as such.
    pub fn add(&mut self, path: &str, text: &str) {
        if let Some(system) = other(path) {
            self.others.push(OtherSystem { path: path.to_owned(), system });
            return;
        }
        if scripts::wants(path) {
            self.scripts.insert(path.to_owned(), text.to_owned());
            return;
        }
        let node = yaml::read(text);
        match node.as_ref() {
            Some(node) if is_workflow(path) && parse::is_workflow(node) => self.files.push(parse::workflow(path, node)),
            Some(node) if is_action(path) => self.actions.extend(parse::action(path, node)),
            _ => self.broken.push(path.to_owned()),
        }
    }

    /// Puts together what was added, whatever its order was: scripts of packages, shell scripts, actions and called workflows
    /// are followed. `paths` are all that are tracked.
    pub fn finish(&mut self, project: &Project, paths: &BTreeSet<String>) {
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
        self.actions.sort_by(|a, b| a.path.cmp(&b.path));
        self.others.sort();
        self.broken.sort();
        meaning::follow(self, project, paths);
        self.scripts.clear();
    }

    /// The workflow of that path.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&Workflow> {
        self.files.iter().find(|it| it.path == path)
    }

    /// The workflows that back something up on a schedule.
    pub fn backups(&self) -> impl Iterator<Item = &Workflow> {
        self.files.iter().filter(|it| it.is_backup())
    }
}

impl Workflow {
    /// Everything that its steps do, with the job and the step; what a called workflow does has no step.
    pub fn work(&self) -> impl Iterator<Item = (&Job, Option<&Step>, &Work)> {
        self.jobs.iter().flat_map(|job| {
            let steps = job.steps.iter().flat_map(move |step| step.work.iter().map(move |work| (job, Some(step), work)));
            steps.chain(job.called.iter().map(move |work| (job, None, work)))
        })
    }

    /// The first thing that it does of that kind.
    #[must_use]
    pub fn does(&self, meaning: Meaning) -> Option<(&Job, &Work)> {
        self.work().find(|(_, _, work)| work.meaning == meaning).map(|(job, _, work)| (job, work))
    }

    /// The trigger of that event.
    #[must_use]
    pub fn on(&self, event: &str) -> Option<&Trigger> {
        self.triggers.iter().find(|it| it.event == event)
    }

    /// The schedules, as they are written.
    pub fn crons(&self) -> impl Iterator<Item = &str> {
        self.triggers.iter().flat_map(|it| it.crons.iter().map(String::as_str))
    }

    /// Whether it makes a copy of a database or of files on a schedule (`apis/github.md` §3.7).
    #[must_use]
    pub fn is_backup(&self) -> bool {
        self.crons().next().is_some() && self.does(Meaning::Backup).is_some()
    }

    /// Whether it tries, on a schedule or by hand, whether a backup can be restored.
    #[must_use]
    pub fn restores(&self) -> bool {
        self.does(Meaning::Restore).is_some()
    }

    /// Whether it brings migrations to a database.
    #[must_use]
    pub fn applies_migrations(&self) -> bool {
        self.does(Meaning::Migrate).is_some()
    }

    /// Whether it brings the app somewhere.
    #[must_use]
    pub fn deploys(&self) -> bool {
        self.does(Meaning::Deploy).is_some()
    }

    /// Whether pull requests start it, whatever branches and paths it is limited to.
    #[must_use]
    pub fn runs_on_pull_requests(&self) -> bool {
        self.on("pull_request").is_some() || self.on("merge_group").is_some()
    }

    /// Whether pushes to that branch start it.
    #[must_use]
    pub fn runs_on_push_to(&self, branch: &str) -> bool {
        self.on("push").is_some_and(|it| it.takes_branch(branch))
    }

    /// Where the code of a stranger's pull request is checked out with this repository's secrets at hand: the trigger is
    /// `pull_request_target` and the head is checked out (dossier repo-signals.md §11).
    #[must_use]
    pub fn checks_out_strangers(&self) -> Option<At> {
        self.on("pull_request_target")?;
        let steps = self.jobs.iter().flat_map(|it| &it.steps);
        let step = steps.into_iter().find(|step| {
            let by_action = step.uses.as_deref().is_some_and(|it| it.starts_with("actions/checkout"))
                && ["ref", "repository"].iter().filter_map(|it| step.with.get(*it)).any(|it| names_head(it));
            let by_command = step.run.as_deref().is_some_and(|it| {
                it.contains("gh pr checkout") || ((it.contains("git checkout") || it.contains("git fetch")) && names_head(it))
            });
            by_action || by_command
        })?;
        Some(At::new(&self.path, step.line))
    }
}

/// Whether a text names the head of the pull request.
fn names_head(text: &str) -> bool {
    ["github.event.pull_request.head.", "github.head_ref", "refs/pull/"].iter().any(|it| text.contains(it))
}

impl Job {
    /// What it leads to that was not read to its end.
    #[must_use]
    pub fn lost(&self) -> &str {
        self.uses.as_deref().unwrap_or("an action that is elsewhere, or scripts that call each other without end")
    }
}

impl Trigger {
    /// Whether its filters let that branch pass; patterns with `*` are matched as GitHub does for whole names.
    #[must_use]
    pub fn takes_branch(&self, branch: &str) -> bool {
        let named = self.branches.is_empty() || last_match(&self.branches, branch);
        named && !last_match(&self.branches_ignore, branch)
    }

    /// Whether it is limited to some paths, or leaves some out.
    #[must_use]
    pub fn has_path_filter(&self) -> bool {
        !self.paths.is_empty() || !self.paths_ignore.is_empty()
    }
}

/// Whether the last pattern that fits says yes: `!pattern` takes back what came before it.
fn last_match(patterns: &[String], name: &str) -> bool {
    let mut is = false;
    for pattern in patterns {
        match pattern.strip_prefix('!') {
            Some(pattern) if fits(pattern, name) => is = false,
            None if fits(pattern, name) => is = true,
            _ => {}
        }
    }
    is
}

/// `*` stays within a part of a name, `**` does not. The pattern is somebody else's: it is walked once, with every place of the
/// name that it can have come to.
fn fits(pattern: &str, name: &str) -> bool {
    let letters: Vec<char> = name.chars().collect();
    let mut reached = vec![false; letters.len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    let mut signs = pattern.chars().peekable();
    while let Some(sign) = signs.next() {
        let mut next = vec![false; reached.len()];
        if sign == '*' {
            let crosses = signs.next_if_eq(&'*').is_some();
            if crosses {
                signs.next_if_eq(&'/');
            }
            let mut goes_on = false;
            for (at, (place, was)) in next.iter_mut().zip(&reached).enumerate() {
                goes_on |= *was;
                *place = goes_on;
                goes_on &= crosses || letters.get(at) != Some(&'/');
            }
        } else {
            for ((place, was), letter) in next.iter_mut().skip(1).zip(&reached).zip(&letters) {
                *place = *was && (sign == '?' || sign == *letter);
            }
        }
        reached = next;
    }
    reached.last().is_some_and(|it| *it)
}
