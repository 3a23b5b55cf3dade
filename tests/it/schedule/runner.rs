//! The printed workflow's scripts, run for real as a runner runs them: the first time from encrypted exports, the second
//! from the state that the first one sealed.

use super::{has, in_path};
use crate::program::{Home, Told};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

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
        fs::create_dir_all(home.beside("gnupg")).unwrap();
        fs::set_permissions(home.beside("gnupg"), std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        let read: Value = serde_saphyr::from_str(workflow).unwrap();
        Self { home, workspace, passphrase: passphrase.to_owned(), steps: read["jobs"]["probe"]["steps"].clone() }
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.workspace).env_clear().envs(self.home.variables()).stdin(Stdio::null());
        command.env("RESCUE_HOME", self.workspace.join(".rescue")).env("GNUPGHOME", self.home.beside("gnupg"));
        command.env("GITHUB_OUTPUT", self.workspace.join("output")).env("RESCUE_STATE_KEY", &self.passphrase);
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

    fn seal(&self, from: &Path, to: &Path) {
        let mut command = self.command("gpg");
        command.args(["--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", &self.passphrase, "--symmetric"]);
        let told = Told::of(&command.arg("--output").arg(to).arg(from).output().unwrap());
        assert_eq!(told.code, Some(0), "{told:?}");
    }
}

#[test]
fn the_printed_workflow_carries_the_state_from_run_to_run() {
    if !has("gpg") || !has("bash") {
        return;
    }
    // On the engineer's machine: an app with a judgement, exported.
    let engineer = Home::with_app("acme");
    let proof = "https://example.com/proof";
    engineer.must(&["item", "done", "acme", "SEC-03", "--proof", proof]);
    engineer.must(&["app", "add", "other"]);
    // What makes the key of the hashes.
    engineer.must(&["db", "backup", engineer.beside("backup.db").to_str().unwrap()]);
    let workflow = engineer.must(&["schedule", "workflow", "acme"]).out;
    assert!(!workflow.contains("other"), "only what was named");
    let export = engineer.beside("acme.json");
    engineer.must(&["app", "export", "acme", "--out", export.to_str().unwrap()]);

    let passphrase = format!("{} \"quoted\" $HOME {}", "p".repeat(12), "q".repeat(12));
    let first = Home::new();
    let bin = first.beside("bin");
    let first = Runner::new(in_path(first, &bin), &workflow, &passphrase);
    first.seal(&export, &first.workspace.join(".github/rescue/acme.json.gpg"));
    first.seal(&engineer.path().join("data/scan.key"), &first.workspace.join(".github/rescue/scan.key.gpg"));
    let told = first.must("Open the state");
    assert!(!told.out.contains(&passphrase) && !told.err.contains(&passphrase));
    assert!(!first.workspace.join(".rescue/acme.json").exists(), "nothing is left in clear beside the database");
    assert_eq!(
        fs::read(first.workspace.join(".rescue/data/scan.key")).unwrap(),
        fs::read(engineer.path().join("data/scan.key")).unwrap()
    );
    let told = first.must("Look");
    let output = fs::read_to_string(first.workspace.join("output")).unwrap();
    let code = output.trim().strip_prefix("code=").unwrap().to_owned();
    assert!(matches!(code.as_str(), "3" | "5"), "{output} {told:?}");
    assert!(first.rescue(&["item", "show", "acme", "SEC-03"]).out.contains(proof), "the judgement came along");
    first.must("Seal the state");
    let told = first.step("Say how it ended", &[("CODE", &code)]);
    assert!(told.code == Some(0) && told.out.contains("::warning::"), "{told:?}");

    // The next day: another machine with nothing but the checkout and the cache.
    let second = Home::new();
    let bin = second.beside("bin");
    let second = Runner::new(in_path(second, &bin), &workflow, &passphrase);
    fs::copy(first.workspace.join("rescue-state.gpg"), second.workspace.join("rescue-state.gpg")).unwrap();
    second.must("Open the state");
    second.must("Look");
    let status = second.rescue(&["schedule", "status", "--json"]).json();
    assert_eq!(status["runs"].as_array().unwrap().len(), 2, "the first one's record is there: {status}");
    assert_eq!(status["installed"], Value::Null, "nothing nags on a runner");
    second.must("Seal the state");

    // A wrong passphrase opens nothing, and none is said to be missing.
    let third = Home::new();
    let bin = third.beside("bin");
    let third = Runner::new(in_path(third, &bin), &workflow, "wrong");
    fs::copy(first.workspace.join("rescue-state.gpg"), third.workspace.join("rescue-state.gpg")).unwrap();
    assert_ne!(third.step("Open the state", &[]).code, Some(0));
    let told = third.step("Open the state", &[("RESCUE_STATE_KEY", "")]);
    assert!(told.code == Some(1) && told.out.contains("::error::name the secret RESCUE_STATE_KEY"), "{told:?}");
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
