//! What a step is for: the tools that its commands call, through the scripts of packages, the repository's own actions and
//! workflows, and through shell scripts and makefiles one level deep (dossier repo-signals.md §11). A step whose failure nobody hears is marked so.

mod called;
mod tools;

use super::command::{Command, commands};
use super::scripts::{self, Missing};
use super::{Job, Step, Workflow, Workflows};
use crate::repo::place::folder;
use crate::repo::project::Project;
use called::Files;
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

/// What a command is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// Dependencies exactly as the lockfile has them.
    InstallFrozen,
    /// Dependencies as the registry has them today.
    InstallLoose,
    Types,
    Lint,
    Test,
    /// Tests that use the app as a person does.
    EndToEnd,
    Build,
    SecretScan,
    /// Known weaknesses of dependencies.
    Audit,
    Migrate,
    Deploy,
    Backup,
    Restore,
}

impl Meaning {
    /// What a person calls it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::InstallFrozen => "frozen install",
            Self::InstallLoose => "install without a frozen lockfile",
            Self::Types => "type check",
            Self::Lint => "lint",
            Self::Test => "tests",
            Self::EndToEnd => "end-to-end tests",
            Self::Build => "build",
            Self::SecretScan => "secret scan",
            Self::Audit => "dependency audit",
            Self::Migrate => "migrations",
            Self::Deploy => "deploy",
            Self::Backup => "backup",
            Self::Restore => "restore",
        }
    }
}

/// Why something can go wrong there and the run stays green.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Soft {
    /// `|| true`, `; exit 0`, `set +e`.
    Forgiven,
    /// `continue-on-error`, at the step or its job.
    ContinueOnError,
    /// Passes when there is no test at all.
    PassWithNoTests,
    /// The script that bears the name only prints something.
    OnlyEcho,
    /// Its output goes into another command, and without `pipefail` only that one's end counts.
    Piped,
    /// A dump of the tables' form without what is in them.
    SchemaOnly,
    /// A shell script without `set -e` goes on behind it.
    GoesOn,
}

impl Soft {
    /// Why, in words that continue "it cannot fail:".
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Forgiven => "its failure is forgiven (`|| true`, `exit 0` or `set +e`)",
            Self::ContinueOnError => "`continue-on-error` lets the run go on",
            Self::PassWithNoTests => "it passes without a single test",
            Self::OnlyEcho => "the script only prints something",
            Self::Piped => "it is piped without `set -o pipefail`, so its failure is not heard",
            Self::SchemaOnly => "it dumps the form of the tables and no data",
            Self::GoesOn => "its script has no `set -e` and goes on after a failure",
        }
    }
}

/// Something that a step does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    pub meaning: Meaning,
    /// Of the workflow's file; of the called file for what is called.
    pub line: u32,
    /// The command, with the script that it was found through.
    pub says: String,
    pub soft: Option<Soft>,
    /// The step runs only under a condition.
    pub conditional: bool,
}

/// Where a command runs and what may be followed from there.
struct Context<'p> {
    files: &'p Files<'p>,
    project: &'p Project,
    /// The folder in which it runs.
    folder: String,
    /// Whether the failure of an earlier part of a pipe counts.
    pipefail: bool,
    /// Scripts that are being followed.
    within: Vec<String>,
    /// Whether it stands in a shell script or a makefile, which is as deep as files are followed.
    in_file: bool,
    budget: &'p Budget,
}

/// How many more scripts may be followed for a step, and whether one was not.
struct Budget {
    left: Cell<usize>,
    is_whole: Cell<bool>,
}

impl Budget {
    /// Whether one more may be followed; that one may not is remembered.
    fn takes(&self, depth: usize) -> bool {
        let left = self.left.get();
        let takes = left > 0 && depth < MOST_FOLLOWED;
        self.left.set(left.saturating_sub(1));
        self.is_whole.set(self.is_whole.get() && takes);
        takes
    }
}

/// Most scripts that call each other.
const MOST_FOLLOWED: usize = 6;

/// Most scripts that are followed for one step: each of six may call the next a hundred times.
const MOST_SCRIPTS: usize = 1_000;

/// Most that a workflow that is called is taken to do: calls may multiply with every workflow between.
const MOST_CALLED: usize = 500;

/// Gives every step its work, then follows actions and called workflows of the repository itself.
pub(super) fn follow(workflows: &mut Workflows, project: &Project, paths: &BTreeSet<String>) {
    let texts = std::mem::take(&mut workflows.scripts);
    let files = Files::new(&texts, paths);
    let mut missing: Vec<Missing> = Vec::new();
    let mut actions: BTreeMap<String, (Vec<Work>, bool)> = BTreeMap::new();
    for action in &mut workflows.actions {
        let (all, is_whole) = actions.entry(folder(&action.path).to_owned()).or_insert_with(|| (Vec::new(), true));
        for step in &mut action.steps {
            let (work, whole) = work_of(step, project, &files, false);
            *is_whole &= whole;
            all.extend(work.iter().cloned());
            step.work = work;
            missing.extend(files.told(&action.path, step));
        }
    }
    let jobs = workflows.files.iter_mut().flat_map(|Workflow { path, jobs, .. }| {
        let path: &str = path;
        jobs.iter_mut().map(move |job| (path, job))
    });
    for (path, job) in jobs {
        let soft = job.continue_on_error;
        let makes: Vec<String> = job.steps.iter().filter_map(|it| it.run.clone()).collect();
        for step in &mut job.steps {
            let (work, is_whole) = work_of(step, project, &files, soft);
            job.unfollowed |= !is_whole;
            step.work = work;
            missing.extend(files.told(path, step).filter(|it| !scripts::is_made(it, &makes)));
            let Some(own) = step.uses.as_deref().and_then(|it| it.strip_prefix("./")) else { continue };
            match actions.get(own.trim_end_matches('/')) {
                Some((work, is_whole)) => {
                    job.unfollowed |= !is_whole;
                    let work: Vec<Work> = work.iter().map(|it| called(it, own, step, soft)).collect();
                    step.work.extend(work);
                }
                None => job.unfollowed = true,
            }
        }
    }
    missing.sort();
    missing.dedup();
    workflows.missing = missing;
    // A workflow that calls may be called itself; a few rounds settle what people write.
    for _ in 0..MOST_FOLLOWED {
        let of = |it: &Workflow| it.work().map(|(_, _, work)| work.clone()).take(MOST_CALLED + 1).collect();
        let done: BTreeMap<String, Vec<Work>> = workflows.files.iter().map(|it| (it.path.clone(), of(it))).collect();
        for job in workflows.files.iter_mut().flat_map(|it| &mut it.jobs) {
            let Some(uses) = job.uses.clone() else { continue };
            match uses.strip_prefix("./").and_then(|own| done.get(own)) {
                Some(work) => {
                    job.unfollowed |= work.len() > MOST_CALLED;
                    job.called = work.iter().take(MOST_CALLED).map(|it| through(it, &uses, job)).collect();
                }
                None => job.unfollowed = true,
            }
        }
    }
}

fn called(work: &Work, action: &str, step: &Step, soft: bool) -> Work {
    Work {
        line: step.line,
        says: format!("{action}: {}", work.says),
        soft: work.soft.or((soft || step.continue_on_error).then_some(Soft::ContinueOnError)),
        conditional: work.conditional || step.condition.is_some(),
        meaning: work.meaning,
    }
}

fn through(work: &Work, workflow: &str, job: &Job) -> Work {
    Work {
        line: job.line,
        says: if work.says.starts_with(workflow) { work.says.clone() } else { format!("{workflow}: {}", work.says) },
        soft: work.soft.or(job.continue_on_error.then_some(Soft::ContinueOnError)),
        conditional: work.conditional || job.condition.is_some(),
        meaning: work.meaning,
    }
}

/// What a step does, and whether that is all of it.
fn work_of(step: &Step, project: &Project, files: &Files<'_>, soft_job: bool) -> (Vec<Work>, bool) {
    let budget = Budget { left: Cell::new(MOST_SCRIPTS), is_whole: Cell::new(true) };
    let mut work: Vec<Work> = Vec::new();
    let conditional = step.condition.as_deref().is_some_and(restricts);
    if let Some(uses) = &step.uses {
        work.extend(tools::of_action(uses, &step.with).map(|meaning| Work {
            meaning,
            line: step.line,
            says: uses.clone(),
            soft: None,
            conditional,
        }));
    }
    if let Some(run) = &step.run {
        let shell = step.shell.as_deref().unwrap_or_default();
        let folder = step.folder.as_deref().unwrap_or_default().trim_start_matches("./").trim_end_matches('/');
        let context = Context {
            files,
            project,
            folder: folder.to_owned(),
            // `shell: bash`, when it is written down, is run with `-eo pipefail`; the unwritten default is not.
            pipefail: shell == "bash" || shell.contains("pipefail") || run.contains("pipefail"),
            within: Vec::new(),
            in_file: false,
            budget: &budget,
        };
        for (command, found) in context.all(run) {
            let line = step.run_line + command.before;
            work.extend(found.into_iter().map(|it| Work { line, conditional, ..it }));
        }
    }
    for it in &mut work {
        it.soft = it.soft.or((soft_job || step.continue_on_error).then_some(Soft::ContinueOnError));
    }
    (work, budget.is_whole.get())
}

/// Whether a condition leaves out runs that would matter; one on what came before does not.
fn restricts(condition: &str) -> bool {
    let bare = condition.replace(' ', "");
    !matches!(bare.as_str(), "always()" | "success()" | "!cancelled()" | "${{always()}}" | "${{!cancelled()}}" | "true")
}

impl Context<'_> {
    /// The commands of a script, each with what it does.
    fn all(&self, script: &str) -> Vec<(Command, Vec<Work>)> {
        let commands = commands(script);
        // `cd apps/web` holds for what stands behind it.
        let mut here = Context { folder: self.folder.clone(), within: self.within.clone(), ..*self };
        let mut all = Vec::new();
        let is_outermost = self.within.is_empty() && !self.in_file;
        for command in commands {
            if command.word(0) == "cd" {
                here.folder = joined(&here.folder, command.word(1));
            }
            if is_outermost {
                self.files.goes_to(command.before);
            }
            let work = here.of(&command);
            all.push((command, work));
        }
        all
    }

    fn of(&self, command: &Command) -> Vec<Work> {
        let soft = command.soft.map(|_| Soft::Forgiven);
        let says = cut(&command.words.join(" "));
        if let Some((meaning, own)) = tools::of_command(command, self.project, &self.folder) {
            let piped = (command.piped && !self.pipefail && meaning == Meaning::Backup).then_some(Soft::Piped);
            return vec![Work { meaning, line: 0, says, soft: soft.or(own).or(piped), conditional: false }];
        }
        if let Some(call) = scripts::call(command) {
            return self.of_file(&call, command);
        }
        let Some(called) = tools::scripts_called(command) else { return Vec::new() };
        let mut work = Vec::new();
        self.miss_script(command, &called);
        for name in called.names {
            if self.within.contains(&name) {
                continue;
            }
            let mut seen = BTreeSet::new();
            for (folder, body) in self.bodies(&name, called.everywhere) {
                if !seen.insert((folder, body)) || !self.budget.takes(self.within.len()) {
                    continue;
                }
                work.extend(self.of_script(&name, folder, body, command));
            }
        }
        for it in &mut work {
            it.soft = it.soft.or(soft);
            if command.has("--passWithNoTests") && matches!(it.meaning, Meaning::Test | Meaning::EndToEnd) {
                it.soft = it.soft.or(Some(Soft::PassWithNoTests));
            }
        }
        work
    }

    fn of_script(&self, name: &str, folder: &str, body: &str, command: &Command) -> Vec<Work> {
        let within = self.within.iter().cloned().chain([name.to_owned()]).collect();
        let inner = Context { folder: folder.to_owned(), pipefail: body.contains("pipefail"), within, ..*self };
        let all = inner.all(body);
        let only_prints =
            !all.is_empty() && all.iter().all(|(it, _)| matches!(it.word(0), "echo" | "true" | ":" | "exit" | "printf"));
        let says = |inside: &str| cut(&format!("{} → {inside}", command.words.join(" ")));
        if only_prints {
            // npm's own placeholder ends with an error: that one is heard.
            let fails = all.iter().any(|(it, _)| it.word(0) == "exit" && it.word(1) != "0");
            let meaning = tools::by_script_name(name).filter(|_| !fails);
            return meaning
                .map(|meaning| Work { meaning, line: 0, says: says(body), soft: Some(Soft::OnlyEcho), conditional: false })
                .into_iter()
                .collect();
        }
        all.into_iter().flat_map(|(_, work)| work).map(|it| Work { says: says(&it.says), ..it }).collect()
    }

    /// The scripts of that name: of the package here, or of every package.
    fn bodies(&self, name: &str, everywhere: bool) -> Vec<(&str, &str)> {
        let scripts =
            self.project.packages.iter().filter_map(|it| Some((it.folder.as_str(), it.scripts.get(name)?.text.as_str())));
        let here: Vec<(&str, &str)> =
            if everywhere { Vec::new() } else { scripts.clone().filter(|it| it.0 == self.folder).collect() };
        if everywhere || (here.is_empty() && self.folder.contains('$')) { scripts.collect() } else { here }
    }
}

fn joined(folder: &str, to: &str) -> String {
    let mut parts: Vec<&str> =
        if to.starts_with('/') { Vec::new() } else { folder.split('/').filter(|it| !it.is_empty()).collect() };
    for part in to.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn cut(text: &str) -> String {
    const MOST: usize = 120;
    if text.chars().count() <= MOST { text.to_owned() } else { text.chars().take(MOST - 1).chain(['…']).collect() }
}
