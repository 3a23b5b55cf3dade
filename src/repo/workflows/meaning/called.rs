//! Files that commands call: shell scripts and makefiles are followed one level, and what is not there is remembered for the
//! line that calls it. No program of another language is read.

use super::super::Step;
use super::super::command::Command;
use super::super::scripts::{self, Call, Missing};
use super::tools::Called;
use super::{Context, Soft, Work, cut, joined};
use crate::repo::place::At;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

/// What the repository holds beside its packages' own scripts.
pub(super) struct Files<'p> {
    texts: &'p BTreeMap<String, String>,
    paths: &'p BTreeSet<String>,
    /// What was called and is not there, of the step that is read, by the line of its script.
    missing: RefCell<BTreeSet<(u32, String)>>,
    /// The line that is read: what a script of a package calls stands for the line that called the script.
    line: Cell<u32>,
}

impl<'p> Files<'p> {
    pub(super) fn new(texts: &'p BTreeMap<String, String>, paths: &'p BTreeSet<String>) -> Self {
        Self { texts, paths, missing: RefCell::default(), line: Cell::default() }
    }

    /// The next command of a step stands behind so many lines.
    pub(super) fn goes_to(&self, line: u32) {
        self.line.set(line);
    }

    fn miss(&self, called: &str) {
        self.missing.borrow_mut().insert((self.line.get(), called.to_owned()));
    }

    /// What a step called that is not there, and forgets it.
    pub(super) fn told<'f>(&self, path: &'f str, step: &'f Step) -> impl Iterator<Item = Missing> + use<'f> {
        let all = self.missing.take();
        all.into_iter().map(move |(before, called)| Missing { at: At::new(path, step.run_line + before), called })
    }
}

impl Context<'_> {
    /// What a shell script or a target of a makefile does, when it is there; whether it is there is told in any case.
    pub(super) fn of_file(&self, call: &Call<'_>, command: &Command) -> Vec<Work> {
        let here = |path: &str| if self.folder.contains('$') { path.to_owned() } else { joined(&self.folder, path) };
        let body = match call {
            Call::Make(target) => {
                let Some(text) = scripts::MAKEFILES.iter().find_map(|it| self.files.texts.get(&here(it))) else {
                    if !self.folder.contains('$') && !scripts::MAKEFILES.iter().any(|it| self.files.paths.contains(&here(it))) {
                        self.files.miss(&command.words.join(" "));
                    }
                    return Vec::new();
                };
                let recipe = scripts::recipe(text, target);
                if recipe.is_none() && scripts::names_target(text, target) == Some(false) {
                    self.files.miss(&command.words.join(" "));
                }
                recipe
            }
            Call::Shell(path) | Call::Other(path) => {
                let path = here(path);
                // It may be run from a folder that only the runner knows.
                let is_there = self.files.paths.iter().any(|it| *it == path || it.ends_with(&format!("/{path}")));
                if !is_there && !scripts::is_generated(&path) {
                    self.files.miss(&path);
                }
                self.files.texts.get(&path).filter(|_| matches!(call, Call::Shell(_))).cloned()
            }
        };
        let Some(body) = body.filter(|_| !self.in_file && self.budget.takes(self.within.len())) else { return Vec::new() };
        let stops = matches!(call, Call::Make(_)) || scripts::stops(&body, command);
        let inner = Context {
            folder: self.folder.clone(),
            pipefail: body.contains("pipefail"),
            within: self.within.clone(),
            in_file: true,
            ..*self
        };
        let all = inner.all(&body);
        let last = all.iter().map(|(it, _)| it.before).max();
        let soft = command.soft.map(|_| Soft::Forgiven);
        let goes_on = |it: &Command| !stops && Some(it.before) != last && !scripts::is_checked(&body, it.before);
        let marked = all.into_iter().flat_map(|(it, work)| {
            let own = goes_on(&it).then_some(Soft::GoesOn);
            work.into_iter().map(move |work| Work { soft: work.soft.or(own), ..work })
        });
        marked
            .map(|it| Work { says: cut(&format!("{} → {}", command.words.join(" "), it.says)), soft: it.soft.or(soft), ..it })
            .collect()
    }

    /// Tells a script that a manifest which is there does not have.
    pub(super) fn miss_script(&self, command: &Command, called: &Called) {
        let is_plain = matches!(
            (command.word(0), command.word(1)),
            ("npm", "run" | "run-script" | "test" | "t" | "tst") | ("pnpm", "run" | "test")
        );
        let has_manifest = self.project.packages.iter().any(|it| it.folder == self.folder);
        if !is_plain || called.everywhere || !has_manifest || command.has("--if-present") {
            return;
        }
        for name in called.names.iter().filter(|it| !it.contains(['$', '{', '*'])) {
            if self.bodies(name, false).is_empty() {
                let first = command.word(0);
                self.files.miss(&if name == "test" { format!("{first} test") } else { format!("{first} run {name}") });
            }
        }
    }
}
