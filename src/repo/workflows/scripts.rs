//! Shell scripts, makefiles and other files that a workflow's commands call: which file, whether it stops at a failure, and
//! which of them are not in the repository. It runs nothing and follows nothing by itself.

use super::command::Command;
use crate::repo::place::{At, name};

/// A script that is called and is not there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// The line that calls it.
    pub at: At,
    /// Its path, or the command that names it.
    pub called: String,
}

/// What a command calls.
pub(super) enum Call<'c> {
    Shell(&'c str),
    /// A program of another language, which is not followed.
    Other(&'c str),
    /// A target of a makefile; empty for the first.
    Make(&'c str),
}

/// Names of makefiles.
pub(super) const MAKEFILES: [&str; 3] = ["Makefile", "makefile", "GNUmakefile"];

const SHELLS: [&str; 5] = ["bash", "sh", "zsh", "source", "."];
const RUNNERS: [&str; 7] = ["node", "tsx", "ts-node", "bun", "python", "python3", "deno"];
const SHELL_ENDS: [&str; 2] = [".sh", ".bash"];
const OTHER_ENDS: [&str; 8] = [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".py", ".rb"];

fn ends(path: &str, with: &[&str]) -> bool {
    with.iter().any(|it| path.strip_suffix(it).is_some_and(|it| !it.is_empty()))
}

/// Whether a file of that path may be called.
pub(super) fn wants(path: &str) -> bool {
    let is_ours = !path.split('/').any(|it| matches!(it, "node_modules" | "dist" | "build" | ".next" | "vendor"));
    is_ours && (ends(path, &SHELL_ENDS) || MAKEFILES.contains(&name(path)))
}

/// What a command calls, when it names a file of the repository or a target.
pub(super) fn call(command: &Command) -> Option<Call<'_>> {
    let first = command.word(0);
    if first == "make" {
        let rest = || command.words.iter().skip(1);
        // `make -C folder` and `make -f file` are somewhere else.
        if rest().any(|it| it.starts_with("-C") || it.starts_with("-f") || it.contains('$')) {
            return None;
        }
        return Some(Call::Make(rest().find(|it| !it.starts_with('-') && !it.contains('=')).map_or("", String::as_str)));
    }
    let path = if SHELLS.contains(&first) || RUNNERS.contains(&first) {
        // `bash -c '…'` and `node -e '…'` hold their own text, `node --test` is a tool.
        let is_shell = SHELLS.contains(&first);
        let is_option = |it: &str| (is_shell && matches!(it, "-e" | "-eu" | "-ex" | "-eux" | "-x" | "-u")) || it == "run";
        let mut rest = command.words.iter().map(String::as_str).skip(1).skip_while(|it| is_option(it));
        rest.next().filter(|it| !it.starts_with('-'))?
    } else {
        Some(first).filter(|it| it.contains('/'))?
    };
    let is_hidden = path.starts_with('.') && !["./", "../", ".github/"].iter().any(|it| path.starts_with(it));
    if is_hidden || path.starts_with(['/', '~', '@']) || path.contains(['$', '{', '*', ':']) {
        return None;
    }
    if ends(path, &SHELL_ENDS) {
        Some(Call::Shell(path))
    } else if ends(path, &OTHER_ENDS) {
        Some(Call::Other(path))
    } else {
        None
    }
}

/// Folders that a build or an install makes.
pub(super) fn is_generated(path: &str) -> bool {
    let made = ["node_modules", "dist", "build", "out", ".next", ".output", "lib", "vendor", "target", "coverage"];
    path.split('/').any(|it| made.contains(&it))
}

/// Whether a step of the job seems to make what is missing, or to bring it from elsewhere.
pub(super) fn is_made(missing: &Missing, runs: &[String]) -> bool {
    let file = name(&missing.called);
    let makers = ["curl", "wget", ">", "tee ", "git clone", "unzip", "tar ", "cp ", "mv ", "npx ", "ln "];
    runs.iter().flat_map(|it| it.lines()).any(|line| line.contains(file) && makers.iter().any(|it| line.contains(it)))
}

/// Whether a script ends at the first command that fails.
pub(super) fn stops(body: &str, command: &Command) -> bool {
    // `bash script` does not look at the script's own first line.
    let by_shell = SHELLS.contains(&command.word(0));
    let is_told =
        by_shell && command.words.iter().take(3).any(|it| it.starts_with('-') && !it.starts_with("--") && it.contains('e'));
    let set = |line: &str| {
        let mut words = line.split_whitespace();
        let is_set = words.next() == Some("set");
        is_set && words.any(|it| it == "errexit" || (it.starts_with('-') && !it.starts_with("--") && it.contains('e')))
    };
    let shebang = body
        .lines()
        .next()
        .filter(|it| it.starts_with("#!"))
        .is_some_and(|it| it.split_whitespace().skip(1).any(|it| it.starts_with('-') && it.contains('e')));
    is_told || (shebang && !by_shell) || body.lines().any(|it| set(it.trim()))
}

/// Whether a line of a script looks at what its command came to.
pub(super) fn is_checked(body: &str, line: u32) -> bool {
    let mut lines = body.lines().skip(line as usize);
    let (own, next) = (lines.next().unwrap_or_default().trim(), lines.next().unwrap_or_default());
    let joined = ["||", "&&", "$?", "$("].iter().any(|it| own.contains(it));
    let tested = ["if ", "while ", "until ", "elif ", "return", "!", "exit"].iter().any(|it| own.starts_with(it));
    joined || tested || next.contains("$?") || next.contains("PIPESTATUS")
}

/// The lines of a target as a script: what is forgiven there is forgiven here.
pub(super) fn recipe(text: &str, target: &str) -> Option<String> {
    let mut lines = text.lines().skip_while(|line| !is_target(line, target));
    lines.next()?;
    let own = lines.take_while(|it| it.starts_with(['\t', '#']) || it.trim().is_empty());
    let script = own.map(|line| {
        let line = line.trim_start();
        match line.strip_prefix(['-']) {
            Some(forgiven) => format!("{} || true", forgiven.trim_start_matches('@')),
            None => line.trim_start_matches(['@', '+']).replace("$(MAKE)", "make"),
        }
    });
    Some(script.collect::<Vec<_>>().join("\n"))
}

fn is_target(line: &str, target: &str) -> bool {
    let Some((names, rest)) = line.split_once(':').filter(|_| !line.starts_with(['\t', '#', '.', ' '])) else { return false };
    let is_variable = rest.starts_with('=') || names.contains('=');
    !is_variable && (target.is_empty() || names.split_whitespace().any(|it| it == target))
}

/// Whether a makefile has that target; unknown where patterns or other files may bring it.
pub(super) fn names_target(text: &str, target: &str) -> Option<bool> {
    let is_open = text
        .lines()
        .any(|it| it.starts_with("include") || it.starts_with("-include") || it.starts_with('%') || it.contains("$(foreach"));
    if text.lines().any(|it| is_target(it, target)) { Some(true) } else { (!is_open).then_some(false) }
}
