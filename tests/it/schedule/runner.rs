//! The printed workflow's scripts, run for real as a runner runs them: the first time from encrypted exports, the second
//! from the state that the first one sealed.

use super::{has, in_path};
use crate::program::{Home, Told};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

const PASSPHRASE: &str = "RESCUE_EXPORT_PASSPHRASE";

/// A runner: a workspace that is thrown away, with the checkout of the team's repository in it.
struct Runner {
    home: Home,
    workspace: PathBuf,
    passphrase: String,
    steps: Value,
}

impl Runner {
    fn new(home: Home, workflow: &str, passphrase: &str) -> Self {
        let workspace = home.beside("workspace");
        fs::create_dir_all(workspace.join(".github/rescue")).unwrap();
        let read: Value = serde_saphyr::from_str(workflow).unwrap();
        Self { home, workspace, passphrase: passphrase.to_owned(), steps: read["jobs"]["probe"]["steps"].clone() }
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.workspace).env_clear().envs(self.home.variables()).stdin(Stdio::null());
        command.env("RESCUE_HOME", self.workspace.join(".rescue")).env("GITHUB_OUTPUT", self.workspace.join("output"));
        command.env(PASSPHRASE, &self.passphrase);
        command
    }

    /// Runs a step's script as a runner does with `shell: bash`.
    fn step(&self, name: &str, variables: &[(&str, &str)]) -> Told {
        let steps = self.steps.as_array().unwrap();
        let step = steps.iter().find(|it| it["name"] == name).unwrap_or_else(|| panic!("no step {name}"));
        let script = self.workspace.join("step.sh");
        fs::write(&script, step["run"].as_str().unwrap()).unwrap();
        let mut command = self.command("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(&script).envs(variables.iter().copied());
        Told::of(&command.output().unwrap())
    }

    #[track_caller]
    fn must(&self, name: &str) -> Told {
        let told = self.step(name, &[]);
        assert_eq!(told.code, Some(0), "{name}: {told:?}");
        told
    }

    fn rescue(&self, arguments: &[&str]) -> Told {
        Told::of(&self.command("rescue").args(arguments).output().unwrap())
    }
}

#[test]
fn the_printed_workflow_carries_the_state_from_run_to_run() {
    if !has("bash") {
        return;
    }
    // On the engineer's machine: an app with a judgement, exported.
    let engineer = Home::with_app("acme");
    let proof = "https://example.com/proof";
    engineer.must(&["item", "done", "acme", "SEC-03", "--proof", proof]);
    engineer.must(&["app", "add", "other"]);
    let workflow = engineer.must(&["schedule", "workflow", "acme"]).out;
    assert!(!workflow.contains("other"), "only what was named");
    // What the close of the engagement says is the head of this file, to the letter.
    let closing = engineer.run(&["app", "close", "acme", "--dry-run"]).out;
    assert!(closing.contains("its head says what to run") && !closing.contains("app import"), "{closing}");

    let passphrase = format!("{} \"quoted\" $HOME {}", "p".repeat(12), "q".repeat(12));
    let first = Home::new();
    let bin = first.beside("bin");
    let first = Runner::new(in_path(first, &bin), &workflow, &passphrase);
    // The commands of the file's head as they are printed, by the engineer in the checkout of the team's repository.
    let printed: Vec<&str> = workflow.lines().filter_map(|line| line.strip_prefix("#      ")).filter(is_command).collect();
    assert_eq!(printed.len(), 2, "{printed:?}");
    for line in printed {
        let mut command = first.command("bash");
        command.args(["-ec", line]).env("RESCUE_HOME", engineer.path());
        let told = Told::of(&command.output().unwrap());
        assert_eq!(told.code, Some(0), "{line}: {told:?}");
    }
    let told = first.must("Open the state");
    assert!(!told.out.contains(&passphrase) && !told.err.contains(&passphrase));
    // It names found secrets as the engineer does.
    let key = |runner: &Runner| {
        let keys = fs::read_dir(runner.workspace.join(".rescue/data/keys")).unwrap();
        keys.map(|it| fs::read(it.unwrap().path()).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(key(&first), [fs::read(engineer.path().join("data/scan.key")).unwrap()]);
    let told = first.must("Look");
    let output = fs::read_to_string(first.workspace.join("output")).unwrap();
    let code = output.trim().strip_prefix("code=").unwrap().to_owned();
    assert!(matches!(code.as_str(), "3" | "5"), "{output} {told:?}");
    assert!(first.rescue(&["item", "show", "acme", "SEC-03"]).out.contains(proof), "the judgement came along");
    let noted = "seen on the first runner";
    assert_eq!(first.rescue(&["item", "note", "acme", "SEC-01", noted]).code, Some(0));
    first.must("Seal the state");
    let told = first.step("Say how it ended", &[("CODE", &code)]);
    assert!(told.code == Some(0) && told.out.contains("::warning::"), "{told:?}");

    // The next day: another machine with nothing but the checkout and the cache.
    let second = Home::new();
    let bin = second.beside("bin");
    let second = Runner::new(in_path(second, &bin), &workflow, &passphrase);
    keep(&first, &second);
    second.must("Open the state");
    assert_eq!(key(&second), key(&first));
    second.must("Look");
    assert!(second.rescue(&["item", "show", "acme", "SEC-03"]).out.contains(proof), "the judgement came along again");
    assert!(second.rescue(&["item", "show", "acme", "SEC-01"]).out.contains(noted), "and what the first run's machine knew");
    let status = second.rescue(&["schedule", "status", "--json"]).json();
    assert_eq!(status["installed"], Value::Null, "nothing nags on a runner");
    second.must("Seal the state");

    // A wrong passphrase opens nothing, and none is said to be missing.
    let third = Home::new();
    let bin = third.beside("bin");
    let third = Runner::new(in_path(third, &bin), &workflow, "wrong");
    keep(&first, &third);
    assert_ne!(third.step("Open the state", &[]).code, Some(0));
    let told = third.step("Open the state", &[(PASSPHRASE, "")]);
    assert!(told.code == Some(1) && told.out.contains("::error::name the secret RESCUE_EXPORT_PASSPHRASE"), "{told:?}");
}

/// A line of the head that is to be run.
fn is_command(line: &&str) -> bool {
    ["mkdir ", "rescue "].iter().any(|begin| line.starts_with(begin))
}

/// What the cache keeps of one run for another.
fn keep(from: &Runner, to: &Runner) {
    fs::create_dir(to.workspace.join("rescue-state")).unwrap();
    fs::copy(from.workspace.join("rescue-state/acme.rescue"), to.workspace.join("rescue-state/acme.rescue")).unwrap();
}

#[test]
fn how_a_run_ended_is_said_by_the_runners_own_marks() {
    if !has("bash") {
        return;
    }
    let engineer = Home::with_app("acme");
    let workflow = engineer.must(&["schedule", "workflow"]).out;
    let home = Home::new();
    let bin = home.beside("bin");
    let runner = Runner::new(in_path(home, &bin), &workflow, "");
    for (code, ends, mark) in [
        ("0", 0, "nothing fails"),
        ("3", 0, "::warning::"),
        ("5", 0, "::warning::"),
        ("4", 1, "::error::"),
        ("1", 1, "::error::"),
        ("", 1, "::error::"),
    ] {
        let told = runner.step("Say how it ended", &[("CODE", code)]);
        assert!(told.code == Some(ends) && told.out.contains(mark), "{code}: {told:?}");
    }
}
